"""A made-up store of apps with a feed of customer reviews in the shape of Apple's: 50 to a page, 10 pages, no replies."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from demo.paper import Answer, Asked, missing, newest, page, robots, sheet, stamp
from demo.story import FIRMS, NAMES, Saying

ROBOTS = "User-agent: *\nDisallow: /account\nCrawl-delay: 0.15\n"
SIZE, PAGES = 50, 10
NUMBERS = {firm: 700_100_001 + 1_010 * place for place, firm in enumerate(FIRMS)}
"""The number of each firm's app."""

JSON = "text/javascript; charset=utf-8"
_FEED = re.compile(r"/gb/rss/customerreviews/page=(\d{1,6})/id=(\d{1,12})/sortby=mostrecent/json")


def answer(asked: Asked) -> Answer:
    """`/gb/rss/customerreviews/page=N/id=APP/sortby=mostrecent/json`, `/robots.txt`."""
    if asked.path == "/robots.txt":
        return robots(ROBOTS)
    if asked.path == "/":
        rows = "".join(f'<li><a href="{_path(1, app)}">{NAMES[firm]}</a></li>' for firm, app in NUMBERS.items())
        return Answer(body=page("Apps", f"<h1>Apps</h1><ul>{rows}</ul>"), modified=newest(asked.on("apps")))
    if found := _FEED.fullmatch(asked.path):
        return _feed(asked, int(found[1]), int(found[2]))
    return missing()


def _path(number: int, app: int) -> str:
    return f"/gb/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"


def _feed(asked: Asked, number: int, app: int) -> Answer:
    if number > PAGES:
        return Answer(body=b"CustomerReviews RSS page depth is limited to 10", type="text/plain", status=400)
    firm = next((firm for firm, known in NUMBERS.items() if known == app), None)
    reviews = [saying for saying in reversed(asked.on("apps")) if saying.firm == firm]
    shown, last = sheet(reviews, number, SIZE)
    links = [
        {"attributes": {"rel": rel, "href": _path(to, app)}}
        for rel, to in (("self", number), ("first", 1), ("last", min(last, PAGES)), ("next", number + 1))
    ]
    feed: dict[str, Any] = {
        "author": {"name": {"label": "A made-up store"}},
        "title": {"label": f"{NAMES[firm]}: Customer Reviews" if firm else "Customer Reviews"},
        "link": links,
    }
    if shown:
        feed["entry"] = [_entry(saying) for saying in shown]
    return Answer(body=msgspec.json.encode({"feed": feed}), type=JSON, modified=newest(shown))


def _entry(saying: Saying) -> dict[str, Any]:
    number = 90_000_000 + int(saying.ref[1:])
    return {
        "author": {"uri": {"label": f"https://store.example/gb/reviews/id{number}"}, "name": {"label": saying.author}},
        "updated": {"label": stamp(saying.edited or saying.written)},
        "im:rating": {"label": str(saying.stars)},
        "im:version": {"label": f"{saying.written:%y}.{saying.written.month}"},
        "id": {"label": saying.ref[1:]},
        "title": {"label": saying.title or saying.text[:30]},
        "content": {"label": saying.text, "attributes": {"type": "text"}},
        "im:voteSum": {"label": str(saying.helpful)},
        "im:voteCount": {"label": str(saying.helpful)},
    }
