"""What the made-up sites have in common: an answer, the frame of a page, paragraphs, pages of a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from math import ceil
from typing import TypeVar
from urllib.parse import parse_qs

from demo.story import Saying

Item = TypeVar("Item")

HTML = "text/html; charset=utf-8"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fdfdfb}"
    "article,li{margin:1.4rem 0}h1{font-size:1.4rem}h3{margin:0;font-size:1rem}.by,.meta,footer{color:#667;font-size:.85rem}"
    ".reply{border-left:3px solid #ccd;margin:.6rem 0 0 1rem;padding-left:.8rem}a{color:#245}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site answers. `modified` becomes Last-Modified; `cut` stops sending after so many bytes of the body."""

    body: bytes
    status: int = 200
    type: str = HTML
    modified: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a site: the path, its query, and everything that is said on the whole web at that moment."""

    path: str
    query: str = ""
    said: tuple[Saying, ...] = field(default=())
    today: datetime

    def on(self, site: str) -> list[Saying]:
        """What is said on one site, oldest first."""
        return [saying for saying in self.said if saying.site == site]

    def number(self, name: str) -> int:
        """A number of the query, at least 1; anything that is no number is 1."""
        value = parse_qs(self.query).get(name, ["1"])[0]
        return max(1, int(value)) if value.isdecimal() else 1


def missing() -> Answer:
    """There is no such page."""
    return Answer(body=page("Not found", "<h1>There is no such page</h1>"), status=404)


def robots(text: str) -> Answer:
    """A robots.txt."""
    return Answer(body=text.encode(), type="text/plain; charset=utf-8")


def page(title: str, inside: str, *, lang: str = "en") -> bytes:
    """A whole page; `inside` is HTML."""
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n{inside}\n<footer>Made up from beginning to end: no firm, person or word here is real.</footer>\n</body>\n</html>\n"
    ).encode()


def paragraphs(text: str) -> str:
    """Plain text as HTML."""
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n"))


def sheet(items: Sequence[Item], number: int, size: int) -> tuple[Sequence[Item], int]:
    """The items of one page of a list, and how many pages there are (at least 1)."""
    return items[(number - 1) * size : number * size], max(1, ceil(len(items) / size))


def pager(path: str, number: int, last: int) -> str:
    """Links to the page before and the one after."""
    before = f'<a rel="prev" href="{path}?page={number - 1}">Newer</a> ' if number > 1 else ""
    after = f' <a rel="next" href="{path}?page={number + 1}">Older</a>' if number < last else ""
    return f"<nav>{before}Page {number} of {last}{after}</nav>"


def newest(said: Iterable[Saying]) -> datetime | None:
    """When the last of these was written or edited."""
    return max((saying.edited or saying.written for saying in said), default=None)


def stamp(moment: datetime) -> str:
    """An aware moment as sites write it in `datetime=`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
