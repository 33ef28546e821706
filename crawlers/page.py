"""What a source file sees of the web: the page it reads, and what it may say about it.

A source file gives `site` (its facts), `parse(page)` and, where it can be crawled, `start(ask)`. Both are generators
of `RawPost`, `Follow`, `Announced` and `Rejection`. A page that is broken raises `Broken`. No Scrapy here: the same files read saved pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawlers.loose_json import decode
from plaint.model import Firm, Gone, Kind, Ownership, Place, RawPost, Rejection, Role, Site

if TYPE_CHECKING:
    from parsel import Selector, SelectorList

__all__ = ["Announced", "Ask", "Broken", "Firm", "Follow", "Gone", "Kind", "Ownership", "Page", "Place", "RawPost",
           "Rejection", "Role", "Said", "Site"]  # fmt: skip


class Broken(Exception):
    """The page is not what the source gives: the message says what was seen and what was expected.

    `alarm` names the trouble for the ledger: `layout changed`, `login wall`, `challenge page`, `not this source`, `error answer`.
    """

    def __init__(self, message: str, alarm: str = "layout changed") -> None:
        super().__init__(message)
        self.alarm = alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a crawl wants: a firm, since when (ISO 8601 or None), how many posts at most, where the last run stopped.

    `home` is the address to start from: the site's own, or another one from the settings (a loopback peer, a proxy).
    `held` are refs of posts in the archive, for sources that can look them up again (`Site.revisits`): what was
    edited or removed there is learned so. A look-up names them in its `meta["asked"]`, so that `parse` can tell which
    of them the answer lacks; its answers with status 400, 404 and 410 are read by `parse` too (`page.status`).
    """

    firm: Firm
    home: str
    since: str | None = None
    limit: int | None = None
    cursor: str | None = None
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Follow:
    """Another request. `next` is true where the next page of *posts* is (false: a detail page of one item).

    `secrets` maps a header or query name to the name of a secret in the environment: the value is filled in at the
    socket. `token` is what the source calls its next page, printed where no whole address can be made.
    `meta` is handed to `parse` as `page.meta`.
    """

    url: str
    next: bool = True
    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    token: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Announced:
    """How many posts the source itself says there are."""

    count: int


Said = RawPost | Follow | Announced | Rejection


class Page:
    """A fetched or saved page. `at` is when it was fetched (ISO 8601 in UTC): what relative dates count from."""

    def __init__(self, body: bytes, *, url: str = "", at: str = "", status: int = 200,
                 headers: Mapping[str, str] | None = None, meta: Mapping[str, Any] | None = None) -> None:  # fmt: skip
        self.body, self.url, self.at, self.status = body, url, at, status
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        self.meta = meta or {}

    @cached_property
    def text(self) -> str:
        """The body as text: the charset of the header or of the page, else UTF-8, else what the bytes suggest."""
        from w3lib.encoding import html_to_unicode

        return html_to_unicode(self.headers.get("content-type"), self.body, default_encoding="utf-8")[1]

    @cached_property
    def selector(self) -> Selector:
        """The page as a tree."""
        from parsel import Selector

        return Selector(text=self.text, type="html")

    def css(self, query: str) -> SelectorList[Selector]:
        """Elements by CSS selector."""
        return self.selector.css(query)

    def xpath(self, query: str, **variables: Any) -> SelectorList[Selector]:
        """Elements by XPath."""
        return self.selector.xpath(query, **variables)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; raises Broken with the place where it stops being JSON."""
        try:
            return decode(self.body)
        except ValueError as error:
            raise Broken(f"no JSON: {error}", "error answer") from None

    def link(self, href: str | None) -> str | None:
        """An absolute address from one on the page; None stays None."""
        return urljoin(self.url, href.strip()) if href else None


SaidBy = Iterator[Said]
