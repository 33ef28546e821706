"""Google Play: reviews with the developer's replies by the Developer API (own apps), and from saved pages and answers of the store."""

from __future__ import annotations

import re
from typing import Any

from crawlers.loose_json import decode, dig, first_value
from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each

site = Site(
    key="google_play",
    name="Google Play",
    home="https://androidpublisher.googleapis.com",
    kind=Kind.REVIEW,
    access="official Developer API for own apps: GOOGLE_PLAY_TOKEN is `Bearer` and a token of a service account that may reply to reviews in the "
    "Play Console, with the scope androidpublisher; the firm's handle is the package's name; saved pages and answers of the store",
    terms="https://play.google.com/about/developer-distribution-agreement.html",
    delay=1,
    never_says=("followers", "verified", "hashtags"),
    needs=("GOOGLE_PLAY_TOKEN",),
)
TOKEN = {"Authorization": "GOOGLE_PLAY_TOKEN"}
ID = r'"(?:gp:|lg:|[0-9a-f]{8}-[0-9a-f]{4}-)'
CALLBACK = re.compile(rf"AF_initDataCallback\(\{{[^\[]*?(?=\[\s*\[\s*\[\s*{ID})")


def start(ask: Ask) -> SaidBy:
    """The newest reviews of one own app: the firm's handle is its package name."""
    yield Follow(f"{ask.home}/androidpublisher/v3/applications/{ask.firm.handle(site.key)}/reviews?maxResults=100", secrets=TOKEN)


def parse(page: Page) -> SaidBy:
    """An answer of the API, an app's page, a `batchexecute` answer, or a list as common download tools write it."""
    if page.body.lstrip()[:1] == b"<":
        found = CALLBACK.search(page.text)
        if found is None and "play.google.com" not in page.text:
            raise Broken("no page of Google Play", "not this source")
        yield from _payload(first_value(page.text, found.end()) if found else [], page)
    elif page.body.lstrip().startswith(b")]}'"):
        yield from _payload(_batch(page), page)
    elif isinstance(page.json, list) and (not page.json or isinstance(page.json[0], dict)):
        yield from each(page.json, _tool_review)
    elif isinstance(page.json, dict) and (not page.json or page.json.keys() & {"reviews", "tokenPagination"}):
        yield from each(page.json.get("reviews") or (), _developer_review)
        if token := dig(page.json, "tokenPagination", "nextPageToken"):
            yield Follow(with_query(page.url, token=token), secrets=TOKEN)
    elif reason := dig(page.json, "error", "message"):
        raise Broken(f"Google answers {reason}", "error answer")
    else:
        raise Broken("JSON without reviews of an app", "not this source")


def _batch(page: Page) -> Any:
    """The reviews inside a `batchexecute` answer: JSON as text in the envelope of call UsvDTd, with or without lengths between."""
    start = page.text.find('"UsvDTd"')
    if start < 0:
        raise Broken("an answer without the call UsvDTd", "not this source")
    payload = first_value(page.text, page.text.index(",", start) + 1)
    return decode(payload) if isinstance(payload, str) else []


def _payload(tree: Any, page: Page) -> SaidBy:
    items = dig(tree, 0) or ()
    yield from each(items, lambda item: _review(item, query_value(page.url, "id")))
    token = next((part for part in reversed(dig(tree, 1) or ()) if isinstance(part, str)), None)
    if items and token:
        yield Follow("https://play.google.com/_/PlayStoreUi/data/batchexecute?rpcids=UsvDTd", method="POST", token=token)


def _review(item: list[Any], app: str | None) -> SaidBy:
    """A review by its positions. An edit history says the same id again, newest first; a reply may be older than the edit."""
    yield from _posts(
        item[0], author=dig(item, 1, 0), author_id=dig(item, 9, 0), rating=item[2], title=dig(item, 3), text=item[4], at=_seconds(dig(item, 5)),
        helpful=dig(item, 6), version=dig(item, 10), app=app, reply=dig(item, 7, 1), reply_by=dig(item, 7, 0), replied=_seconds(dig(item, 7, 2)),
    )  # fmt: skip


def _tool_review(node: dict[str, Any]) -> SaidBy:
    yield from _posts(
        node.get("reviewId") or node["id"], author=node.get("userName"), rating=node.get("score"), title=node.get("title"),
        text=_either(node, "content", "text"), at=_either(node, "at", "date"), helpful=_either(node, "thumbsUpCount", "thumbsUp"),
        version=_either(node, "appVersion", "reviewCreatedVersion", "version"),
        reply=_either(node, "replyContent", "replyText"), replied=_either(node, "repliedAt", "replyDate"),
    )  # fmt: skip


def _developer_review(node: dict[str, Any]) -> SaidBy:
    """A review of the Developer API: title and text may be joined by a tab."""
    comments = node.get("comments") or ()
    said: dict[str, Any] = next((part["userComment"] for part in comments if "userComment" in part), {})
    reply: dict[str, Any] = next((part["developerComment"] for part in comments if "developerComment" in part), {})
    title, tab, text = (said.get("originalText") or said.get("text") or "").strip().partition("\t")
    yield from _posts(
        node["reviewId"], author=node.get("authorName"), rating=said.get("starRating"), title=title if tab else None, text=text if tab else title,
        at=dig(said, "lastModified", "seconds"), helpful=said.get("thumbsUpCount"), version=said.get("appVersionName"),
        lang=said.get("reviewerLanguage"), device=said.get("device"), reply=reply.get("text"), replied=dig(reply, "lastModified", "seconds"),
    )  # fmt: skip


def _posts(
    ref: str, *, author: str | None, rating: Any, text: str | None, at: Any, title: str | None = None, author_id: str | None = None,
    helpful: Any = None, version: str | None = None, app: str | None = None, lang: str | None = None, device: str | None = None,
    reply: str | None = None, reply_by: str | None = None, replied: Any = None,
) -> SaidBy:  # fmt: skip
    facts = {"app_version": version, "app": app, "device": device}
    url = f"https://play.google.com/store/apps/details?id={app}&reviewId={ref}" if app else None
    yield RawPost(
        ref=ref, url=url, kind=Kind.REVIEW, title=title or None, text=text, lang=lang, author=author, author_id=author_id,
        rating=rating, worst=1, best=5, published=at, engagement={"helpful": helpful}, facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip
    if reply:
        yield RawPost(ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, text=reply, role=Role.FIRM, author=reply_by, published=replied)


def _either(node: dict[str, Any], *names: str) -> Any:
    return next((node[name] for name in names if node.get(name) is not None), None)


def _seconds(stamp: Any) -> int | None:
    return dig(stamp, 0) if isinstance(dig(stamp, 0), int) else None
