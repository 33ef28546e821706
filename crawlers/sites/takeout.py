"""Google Takeout: Hangouts conversations that an account of the firm had. They are private and say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crawlers.loose_json import dig
from crawlers.page import Broken, Kind, Ownership, Page, RawPost, SaidBy, Site
from crawlers.reading import each, key_of
from plaint.model import iso

site = Site(
    key="takeout", name="Google Takeout", home="https://takeout.google.com", kind=Kind.POST, proof="described",
    access="Hangouts.json of an export that the owner of the account asked for (import only)", ownership=Ownership.DIRECT,
    never_says=("rating", "lang", "followers", "title", "url"), live=False,
)  # fmt: skip


def parse(page: Page) -> SaidBy:
    """The messages of all conversations; `conversations[]`, in older exports `conversation_state[]`. Joins, calls and renames say nothing."""
    tree = page.json
    talks = dig(tree, "conversations") or dig(tree, "conversation_state")
    if not isinstance(talks, list):
        raise Broken("no conversations: not an export of Hangouts", "not this source")
    for talk in talks:
        talk = dig(talk, "conversation_state") or talk
        inner = dig(talk, "conversation", "conversation") or dig(talk, "conversation") or {}
        names = {dig(who, "id", "gaia_id"): dig(who, "fallback_name") for who in dig(inner, "participant_data") or ()}
        thread = dig(talk, "conversation", "conversation_id", "id") or dig(talk, "conversation_id", "id")
        events = [event for event in dig(talk, "events") or dig(talk, "event") or () if dig(event, "chat_message")]
        yield from each(events, lambda event, names=names, thread=thread: _event(event, names, thread))  # type: ignore[misc]


def _event(event: Mapping[str, Any], names: Mapping[str, str | None], thread: str | None) -> SaidBy:
    """One message: its words are in segments, its time is in microseconds."""
    who, stamp = dig(event, "sender_id", "gaia_id"), event["timestamp"]
    segments = dig(event, "chat_message", "message_content", "segment") or ()
    text = "".join("\n" if segment.get("type") == "LINE_BREAK" else segment.get("text") or "" for segment in segments)
    if not text.strip():
        return
    yield RawPost(
        ref=event.get("event_id") or key_of(who, stamp, text), text=text, author=names.get(who), author_id=who, thread=thread,
        published=iso(datetime.fromtimestamp(int(stamp) / 1_000_000, UTC)), facts={"visibility": "private"},
    )  # fmt: skip
