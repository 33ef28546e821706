"""Apple App Store: the public feed of customer reviews, newest first, at most 10 pages of 50 for each country. It has no replies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawlers.loose_json import dig
from crawlers.page import Ask, Broken, Follow, Kind, Page, Place, RawPost, SaidBy, Site
from crawlers.reading import each

site = Site(
    key="appstore",
    name="Apple App Store",
    home="https://itunes.apple.com",
    kind=Kind.REVIEW,
    access="public JSON feed; the firm's handle is COUNTRY/APP NUMBER, as gb/123456789",
    terms="https://www.apple.com/legal/internet-services/itunes/",
    never_says=("url", "reply_to", "followers", "verified"),
    expect=(0, 500),
    newest_first=True,
)
LAST_PAGE = 10
DEPTH = b"page depth is limited"
APP = frozenset({"im:name", "im:image", "im:artist", "im:price"})
"""Signs of the first entry of a feed, which is the app itself."""
REVIEW = frozenset({"im:rating", "im:version", "author"})
"""Of which an entry has at least one when it is a review."""


def start(ask: Ask) -> SaidBy:
    """The first page of the feed of one app in one country."""
    country, _, app = ask.firm.handle(site.key).rpartition("/")
    yield Follow(f"{ask.home}/{country or 'us'}/rss/customerreviews/page=1/id={app}/sortby=mostrecent/json")


def parse(page: Page) -> SaidBy:
    """The reviews of one page. A page past the end has no entry, or says in plain text that there are 10."""
    if DEPTH in page.body[:200]:
        return
    feed = _feed_of_xml(page) if page.body.lstrip()[:1] == b"<" else dig(page.json, "feed")
    if not isinstance(feed, dict):
        raise Broken("no feed of customer reviews", "not this source")
    links = dict(_links(feed.get("link")))
    here = page.url or links.get("self", "")
    country = re.search(r"/([a-z]{2})/rss/|[?&]cc=([a-z]{2})", links.get("first") or here)
    app = re.search(r"/id=(\d+)", here)
    place = Place(country=(country[1] or country[2]).upper()) if country else None
    entries = [entry for entry in _listed(feed.get("entry")) if REVIEW.intersection(entry) and not APP.intersection(entry)]
    yield from each(entries, lambda entry: _review(entry, place, app[1] if app else None))
    number, last = _number(here) or 1, _number(links.get("last")) or LAST_PAGE
    if entries and number < min(last, LAST_PAGE):
        yield Follow(_numbered(here, number + 1))


def _review(entry: dict[str, Any], place: Place | None, app: str | None) -> SaidBy:
    """One entry. Its `updated` is the date of the review or of its last edit; feeds until 2021 have none."""
    profile = dig(entry, "author", "uri", "label") or ""
    person = re.search(r"/id(\d+)", profile)
    helpful, votes = _label(entry, "im:voteSum"), _label(entry, "im:voteCount")
    facts = {"app_version": _label(entry, "im:version"), "app": app, "votes": votes}
    yield RawPost(
        ref=entry["id"]["label"], kind=Kind.REVIEW, title=_label(entry, "title"), text=_label(entry, "content"), place=place,
        author=dig(entry, "author", "name", "label"), author_url=profile or None, author_id=person and person[1],
        rating=_label(entry, "im:rating"), worst=1, best=5, published=_label(entry, "updated"),
        engagement={"helpful": helpful}, facts={name: value for name, value in facts.items() if value},
    )  # fmt: skip


def _label(entry: dict[str, Any], name: str) -> str | None:
    """The label of a part; of several contents the plain one, which comes first."""
    label = dig(next(iter(_listed(entry.get(name))), None), "label")
    return label if isinstance(label, str) and label else None


def _listed(value: Any) -> list[Any]:
    """A feed writes one entry as an object, several as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _links(links: Any) -> Iterator[tuple[str, str]]:
    for link in _listed(links):
        yield dig(link, "attributes", "rel") or "", dig(link, "attributes", "href") or ""


def _number(url: str | None) -> int | None:
    found = re.search(r"/page=(\d+)", (url or "").partition("?")[0])
    return int(found[1]) if found else None


def _numbered(url: str, number: int) -> str:
    """The JSON form of another page: the feed's own `next` is XML and goes on past the end."""
    path, mark, query = url.partition("?")
    path = re.sub(r"/page=\d+", f"/page={number}", path) if "/page=" in path else re.sub(r"(/id=\d+)", rf"/page={number}\1", path)
    return re.sub(r"/xml$", "/json", path) + mark + re.sub(r"&?urlDesc=[^&]*", "", query)


def _feed_of_xml(page: Page) -> dict[str, Any] | None:
    """The XML form of the feed in the shape of the JSON one."""
    from lxml import etree

    root = etree.fromstring(page.body.lstrip(), etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    if root is None or etree.QName(root).localname != "feed":
        return None
    return _as_labels(root)


def _as_labels(element: Any) -> dict[str, Any]:
    """An XML element as `{"label": …, "attributes": …, child: …}`, names with `im:` where Apple's JSON has it."""
    parts: dict[str, Any] = {"label": (element.text or "").strip(), "attributes": dict(element.attrib)}
    for child in element.iterchildren("{*}*"):
        space, _, name = child.tag[1:].partition("}")
        parts.setdefault(f"im:{name}" if "itunes.apple.com" in space else name, []).append(_as_labels(child))
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in parts.items()}
