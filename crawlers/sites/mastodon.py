"""Mastodon: hashtag timelines, search, notifications, threads and streams of a server's API; also Pleroma and others that speak it.

A post is kept with the whole conversation around it; what is not public carries its `visibility`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from crawlers.loose_json import decode, dig
from crawlers.page import Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each
from crawlers.stream_page import Listen, Overheard, is_streamed, lines, socket_of

site = Site(
    key="mastodon", name="Mastodon", home="https://mastodon.social", kind=Kind.POST,
    access="the server's public API; the firm's handle is SERVER#TAG, SERVER?WORDS (search) or SERVER@ (notifications of the firm's account),"
    " several with commas, and @ACCOUNT by which the firm's own words are known; search and notifications need MASTODON_AUTHORIZATION: `Bearer`"
    " and the token of an application made in the account's settings under Development with the scope read",
    terms="https://docs.joinmastodon.org/api/guidelines/", delay=1, whole=False, revisits=True, hashtags=True, never_says=("rating",),
    quota=(300, 300),
)  # fmt: skip
SHOWN_TO_ALL = {"public", "unlisted"}
HEARD = {"mention", "status", "update", "quote"}
"""Notifications that are somebody's words; the others are likes, boosts, follows, polls."""
BEARER = {"Authorization": "MASTODON_AUTHORIZATION"}
AT_ONCE = 20
"""Statuses that one look-up names (docs: statuses, "View multiple statuses", since 4.3)."""
MOST = 40
"""Results that one search gives (docs: search, `limit`)."""
ALL_TYPES = "&".join(f"types[]={kind}" for kind in sorted(HEARD))


LATE = (3600 * 1000) << 16
"""How far back a hole in a stream is filled before the last id: an hour, in the ids of Mastodon, whose upper bits are milliseconds.
Statuses of other servers get the id of their own time, and may arrive later."""
SILENT = 3 * 86_400
"""Seconds for which the words about a firm may be silent."""


def streams(asks: Sequence[Ask], at: str | None) -> Iterator[Listen]:
    """A stream for each hashtag of a firm and for its notifications; a search has none."""
    for ask in asks:
        for home, sign, words in _handles(ask):
            if (sign == "@" and words) or sign == "?":
                continue
            what = "stream=user:notification" if sign == "@" else f"stream=hashtag&tag={quote(words)}"
            yield Listen(
                name=f"{ask.firm.key} {sign or '#'}{words}", url=f"{at or socket_of(home)}/api/v1/streaming?{what}", firms=(ask.firm.key,),
                hear=partial(_hear, firm=ask.firm.key), overlap=LATE, secrets=BEARER, silent_after=SILENT,
            )  # fmt: skip


def _hear(message: Mapping[str, Any], firm: str) -> Overheard:
    """Everything that comes concerns the firm; deletions come for all that was shown, so they concern whoever holds the post."""
    event, payload = message.get("event"), message.get("payload")
    if event == "delete":
        return Overheard(changes=str(payload))
    if event == "status.update":
        return Overheard(firms=(firm,))
    status = decode(str(payload)) if event in {"update", "notification"} else {}
    status = status.get("status") or status if event == "notification" else status
    if "content" not in status:
        return Overheard()
    said = str(status["id"])
    return Overheard(position=int(said) if said.isdecimal() else None, at=datetime.fromisoformat(status["created_at"]).timestamp(), firms=(firm,))


def _message(line: bytes) -> SaidBy:
    """A message of a stream."""
    message = decode(line)
    if message["event"] == "delete":
        yield RawPost(ref=str(message["payload"]), text="", gone=Gone.REMOVED)
        return
    said = decode(message["payload"])
    if message["event"] != "notification" or said.get("type") in HEARD:
        yield from _status(said.get("status") or said if message["event"] == "notification" else said, None)


def _handles(ask: Ask) -> Iterator[tuple[str, str, str]]:
    """The parts of the firm's handle: the server's address, the sign, and the words after it."""
    for handle in ask.firm.handle(site.key).split(","):
        server, sign, words = re.fullmatch(r"\s*([^#?@\s]*)([#?@]?)(.*?)\s*", handle, re.DOTALL).groups()  # type: ignore[union-attr]
        yield f"https://{server}" if server and sign and ask.home == site.home else ask.home, sign, words if sign else server


def start(ask: Ask) -> SaidBy:
    """The firm's hashtags, searches and notifications, newest first; then the held posts of the first server again.

    With a cursor (the id after which a stream broke off) only what is newer.

    An account (`@bank`) is asked for nothing: it says who the firm is in what is found.
    """
    homes, since = [], f"&since_id={ask.cursor}" if ask.cursor else ""
    for home, sign, words in _handles(ask):
        homes.append(home)
        if sign == "@" and words:
            continue
        if sign == "@":
            yield Follow(f"{home}/api/v1/notifications?limit=40&{ALL_TYPES}{since}", secrets=BEARER)
        elif sign == "?":
            yield Follow(f"{home}/api/v2/search?type=statuses&limit={MOST}&offset=0&q={quote(words)}", secrets=BEARER)
        else:
            yield Follow(f"{home}/api/v1/timelines/tag/{quote(words)}?limit=40{since}")
    for begin in range(0, len(ask.held), AT_ONCE):
        some = list(ask.held[begin : begin + AT_ONCE])
        yield Follow(f"{homes[0]}/api/v1/statuses?{'&'.join(f'id[]={ref}' for ref in some)}", False, meta={"asked": some})


def parse(page: Page) -> SaidBy:
    """A timeline (a list), one status, a thread (`ancestors`, `descendants`), search results, notifications, or messages of a stream."""
    if is_streamed(page):
        yield from each(lines(page), _message)
        return
    tree = page.json
    if isinstance(tree, dict) and "error" in tree:
        raise Broken(f"the server says: {str(tree['error'])[:200]}", "error answer")
    if isinstance(tree, dict):
        parts = [tree.get("ancestors"), tree.get("descendants"), tree.get("statuses"), [tree] if "content" in tree else None]
        if not any(part is not None for part in parts):
            raise Broken("neither a status nor a list of them", "not this source")
        statuses = [status for part in parts for status in part or ()]
    else:
        statuses = [item["status"] if item.get("status") else item for item in tree if "content" in item or item.get("type") in HEARD]
    thread = dig(tree, "ancestors", 0, "id") if isinstance(tree, dict) else None
    if found := re.search(r"/statuses/(\w+)/context", page.url):
        thread = thread or found[1]
    shown = [status for status in statuses if "content" in status]
    yield from each(shown, lambda status: _status(status, thread))
    if asked := page.meta.get("asked"):
        there = {status["id"] for status in shown}
        yield from (RawPost(ref=ref, text="", gone=Gone.REMOVED) for ref in asked if ref not in there)
    elif "/context" not in page.url:
        yield from _conversations(shown, page.url)
    yield from _further(page, statuses)


def _conversations(statuses: list[Mapping[str, Any]], url: str) -> SaidBy:
    """Requests for what stands before and after the posts of a list: whole conversations, each once."""
    root = url.partition("/api/")[0]
    held = {status["id"] for status in statuses}
    for status in statuses if "/api/" in url else ():
        is_answer = status.get("in_reply_to_id") and status["in_reply_to_id"] not in held
        if is_answer or status.get("replies_count"):
            yield Follow(f"{root}/api/v1/statuses/{status['id']}/context", False)


def _further(page: Page, statuses: list[Mapping[str, Any]]) -> SaidBy:
    """The next page: of a list by its Link header, of a search by counting on."""
    link = re.search(r'<([^>]+)>\s*;\s*rel="?next"?', page.headers.get("link", ""))
    secrets = BEARER if "/notifications" in page.url or "/search" in page.url else {}
    if link and isinstance(page.json, list) and page.json:
        since = query_value(page.url, "since_id")  # the server leaves it out of its links
        yield Follow(with_query(link[1], since_id=since) if since else link[1], secrets=secrets)
    elif "/api/v2/search" in page.url and len(statuses) >= MOST:
        offset = int(query_value(page.url, "offset") or 0) + MOST
        yield Follow(with_query(page.url, offset=offset), token=f"offset={offset}", secrets=secrets)


def _status(status: Mapping[str, Any], thread: str | None) -> SaidBy:
    """A status. A boost carries the original inside; what is not public is marked so that intake can tell."""
    account, original = status["account"], status.get("reblog")
    shown = original or status
    warning = shown.get("spoiler_text") or None
    facts = {"visibility": None if status.get("visibility") in SHOWN_TO_ALL else status.get("visibility"), "item_kind": "boost" if original else None,
             "quoted": dig(status, "quote", "quoted_status", "id") or dig(status, "quote", "id")}  # fmt: skip
    yield RawPost(
        ref=status["id"], url=status.get("url") or status.get("uri"), text=shown["content"], markup=True, title=warning,
        kind=Kind.REPLY if status.get("in_reply_to_id") else Kind.POST, lang=status.get("language"),
        author=account.get("display_name") or account.get("username"), author_handle=account.get("acct"), author_id=account.get("id"),
        author_url=account.get("url"), followers=account.get("followers_count"), published=status["created_at"], edited=status.get("edited_at"),
        reply_to=status.get("in_reply_to_id"), thread=thread,
        hashtags=[tag["name"] for tag in status.get("tags") or ()], mentions=[who["acct"] for who in status.get("mentions") or ()],
        media=[url for item in status.get("media_attachments") or () if (url := item.get("url"))],
        links=[card] if (card := dig(status, "card", "url")) else [],
        engagement={"replies": status.get("replies_count"), "shares": status.get("reblogs_count"), "likes": status.get("favourites_count")},
        facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    if original:
        yield from (replace(said, within=status["id"]) for said in _status(original, None) if isinstance(said, RawPost))
