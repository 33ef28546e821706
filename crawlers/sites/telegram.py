"""Telegram: messages of public groups and channels that the firm's bot is in (Bot API), and exports of a chat as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawlers.page import Broken, Follow, Kind, Ownership, Page, RawPost, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="telegram", name="Telegram", home="https://api.telegram.org", kind=Kind.POST,
    access="Bot API (import of saved answers: the token is part of the address, so it is not crawled); it tells of edits and never of deletions",
    terms="https://telegram.org/tos/bot-developers",
    ownership=Ownership.OWNED, never_says=("rating", "followers", "lang", "title"), live=False,
)  # fmt: skip
OWN_NUMBERS = {"supergroup", "channel"}
"""Chats that number their messages from 1. In plain groups and private chats the numbers are the bot's own and never come twice."""
KINDS = ("message", "channel_post", "edited_message", "edited_channel_post")


def parse(page: Page) -> SaidBy:
    """Updates of a bot. The next call confirms them by the number after the last."""
    tree = page.json
    if not tree.get("ok") or not isinstance(tree.get("result"), list):
        raise Broken(f"no updates: {tree.get('description') or 'result is no list'}", "error answer")
    yield from each(tree["result"], _update)
    if tree["result"]:
        token = str(max(update["update_id"] for update in tree["result"]) + 1)
        yield Follow(f"getUpdates?offset={token}", token=token)


def _update(update: Mapping[str, Any]) -> SaidBy:
    """A message, or an edit of one; one to the bot alone is marked as private. Other updates (buttons, polls, members) are no posts."""
    message = next((update[kind] for kind in KINDS if kind in update), None)
    if message is None or not (message.get("text") or message.get("caption")):
        return
    chat, person = message["chat"], message.get("from") or message.get("sender_chat") or {}
    name = " ".join(filter(None, (person.get("first_name"), person.get("last_name")))) or person.get("title")
    answered = message.get("reply_to_message") or {}
    entities = message.get("entities") or message.get("caption_entities") or ()
    text = message.get("text") or message["caption"]
    yield RawPost(
        ref=_ref(message, chat), text=text, kind=Kind.REPLY if answered else Kind.POST,
        url=f"https://t.me/{chat['username']}/{message['message_id']}" if chat.get("username") else None, author=name,
        author_handle=person.get("username"), author_id=str(person["id"]) if "id" in person else None, published=message["date"],
        edited=message.get("edit_date"), reply_to=_ref(answered, chat) if answered else None, thread=str(chat["id"]),
        hashtags=[_cut(text, one)[1:] for one in entities if one["type"] == "hashtag"],
        mentions=[_cut(text, one)[1:] for one in entities if one["type"] == "mention"],
        facts={**({"in_forum": chat["title"]} if chat.get("title") else {}), **({"visibility": "private"} if chat.get("type") == "private" else {})},
    )  # fmt: skip


def _ref(message: Mapping[str, Any], chat: Mapping[str, Any]) -> str:
    number = str(message["message_id"])
    return f"{chat['id']}/{number}" if chat.get("type") in OWN_NUMBERS else number


def _cut(text: str, entity: Mapping[str, Any]) -> str:
    """Telegram counts in UTF-16 units."""
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le", "replace")
