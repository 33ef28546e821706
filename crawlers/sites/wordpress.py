"""WordPress: comments of a blog by its REST API, and from the export of a blog that the firm owns (WXR)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Gone, Kind, Page, RawPost, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each

site = Site(
    key="wordpress", name="WordPress comments", home="https://wordpress.org", kind=Kind.COMMENT,
    access="the blog's public REST API; the firm's handle is the blog's address, and after a comma the number of each user who speaks for the firm"
    " there; exports (WXR)", delay=2, never_says=("rating", "lang", "followers"),
)  # fmt: skip
AT_ONCE = 100


def start(ask: Ask) -> SaidBy:
    """All comments of the blog, newest first. The long form of the route works without rewritten addresses too."""
    blog = urljoin(f"{ask.home}/", ask.firm.handle(site.key).partition(",")[0].strip())
    since = f"&after={ask.since}" if ask.since else ""
    yield Follow(f"{blog.rstrip('/')}/index.php?rest_route=/wp/v2/comments&per_page={AT_ONCE}&page=1{since}")


def parse(page: Page) -> SaidBy:
    """A page of comments (the headers say how many there are), or an export."""
    if page.body.lstrip()[:1] == b"<":
        yield from _export(page)
        return
    tree = page.json
    if not isinstance(tree, list):
        raise Broken(f"no comments: {dig(tree, 'message') or dig(tree, 'code')}", "error answer")
    if (total := page.headers.get("x-wp-total", "")).isdigit():
        yield Announced(int(total))
    yield from each(tree, _comment)
    number = int(query_value(page.url, "page") or 1)
    if tree and number < int(page.headers.get("x-wp-totalpages", 0)):
        yield Follow(with_query(page.url, page=number + 1))


def _comment(item: Mapping[str, Any]) -> SaidBy:
    """One comment; `date_gmt` is without a zone and in UTC."""
    parent = item.get("parent")
    yield RawPost(
        ref=str(item["id"]), url=item.get("link"), text=item["content"]["rendered"], markup=True, author=item.get("author_name"),
        author_id=str(item["author"]) if item.get("author") else None, author_url=item.get("author_url") or None,
        kind=Kind.REPLY if parent else Kind.COMMENT, published=_utc(item["date_gmt"]), reply_to=str(parent) if parent else None,
        thread=str(item["post"]), gone=Gone.REMOVED if item.get("status") in {"trash", "spam"} else None,
        facts={"visibility": "held"} if item.get("status") == "hold" else {},
    )  # fmt: skip


def _export(page: Page) -> SaidBy:
    from lxml import etree

    root = etree.fromstring(page.body.lstrip(), etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    items = [] if root is None else list(root.iter("{*}item"))
    if not items or (root.nsmap.get("wp") is None and b"wordpress.org/export" not in page.body[:2000]):
        raise Broken("no export of WordPress", "not this source")
    comments = [(item, comment) for item in items for comment in item.iterchildren("{*}comment")]
    yield from each(comments, lambda pair: _exported(*pair))


def _exported(item: Any, comment: Any) -> SaidBy:
    """A comment of an export. Pings are no one's words; what is not approved was never public. E-mail and IP are not read."""
    said = {child.tag.rpartition("}")[2].removeprefix("comment_"): (child.text or "").strip() for child in comment.iterchildren("{*}*")}
    if said.get("type") in {"pingback", "trackback"} or said.get("approved") != "1":
        return
    link = item.findtext("{*}link")
    parent = said["parent"] if said.get("parent") not in {None, "", "0"} else None
    yield RawPost(
        ref=said["id"], url=f"{link}#comment-{said['id']}" if link else None, text=said.get("content") or "", markup=True,
        author=said.get("author") or None, author_url=said.get("author_url") or None, kind=Kind.REPLY if parent else Kind.COMMENT,
        published=_utc(said["date_gmt"]), reply_to=parent, thread=link,
        facts={"item": title} if (title := item.findtext("{*}title")) else {},
    )  # fmt: skip


def _utc(text: str) -> str:
    return text.replace(" ", "T") + "Z"
