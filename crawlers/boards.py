"""What complaint boards have in common: firms' pages by number, rows of `Label: value`, and replies that nobody has described yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawlers.page import Ask, Broken, Follow, Page, Rejection, SaidBy, Site
from crawlers.paging import next_link
from crawlers.reading import SHOWN, each
from crawlers.words import words_of

if TYPE_CHECKING:
    from parsel import Selector, SelectorList

WORDS_OF_A_REPLY = 3
"""A button ("Reply", "Add a response") has fewer words than an answer."""


def first_page(ask: Ask, site: Site) -> SaidBy:
    """The first page of one firm's complaints, whose path is the firm's handle (`fennel-bank-b12345`)."""
    yield Follow(urljoin(f"{ask.home}/", ask.firm.handle(site.key)))


def numbered_pages(page: Page, cards: SelectorList[Selector], site: Site, read_one: Callable[[Selector], SaidBy]) -> SaidBy:
    """The complaints of a firm's page and its next page, on ComplaintsBoard and its sister in India.

    Pages are `…-b12345/page/N`; the one past the last answers 404. Raises Broken for a page that does not name the site's host.
    """
    host = site.home.removeprefix("https://www.").partition(".")[0]
    if not cards and host not in page.text.lower():
        raise Broken(f"no page of {site.name}", "not this source")
    yield from each(cards, read_one)
    listing = re.fullmatch(r"(.*-b\d+)(?:/page/(\d+))?/?", page.url.partition("?")[0])
    if cards and listing:
        yield Follow(next_link(page) or f"{listing[1]}/page/{int(listing[2] or 1) + 1}")


def labelled(rows: SelectorList[Selector], names: Mapping[str, str]) -> dict[str, str]:
    """The rows that begin with a label of `names`, under our names for them: `Claimed loss: $120` is `{"loss": "$120"}`.

    `names` maps labels in small letters to names of facts. Labels that are not in it are left out.
    """
    found: dict[str, str] = {}
    for row in rows:
        label, colon, value = (words_of(row) or "").partition(":")
        if colon and value.strip() and (name := names.get(" ".join(label.split()).lower())):
            found.setdefault(name, value.strip())
    return found


def numbered_link(page: Page, number: int) -> str | None:
    """The address behind a number in the page's pager: a link with that number as its words, inside something called pagination or pager."""
    found = page.xpath(
        "//a[@href][normalize-space()=$number][ancestor-or-self::*[contains(@class, 'pagination') or contains(@class, 'pager')]]/@href",
        number=str(number),
    ).get()
    return page.link(found)


def unknown_replies(cards: Iterable[Selector], ref: str, *signs: str) -> Iterator[Rejection]:
    """What may be a firm's reply in a layout that is not known: reported once, with what was seen, and never guessed.

    `signs` are parts of class names, ids or properties by which it may be known.
    """
    test = " or ".join(f"contains(@{name}, '{sign}')" for name in ("class", "id", "itemprop") for sign in signs)
    for card in cards:
        for found in card.xpath(f".//*[{test}]"):
            words = words_of(found) or ""
            if len(words.split()) >= WORDS_OF_A_REPLY:
                yield Rejection(reason="a reply in a layout that is not known", field="reply", seen=words[:SHOWN], ref=ref)
                return
