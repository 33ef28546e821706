"""What complaint boards have in common: rows of `Label: value`, pagers of numbers, and replies that nobody has described yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from crawlers.page import Page, Rejection
from crawlers.reading import SHOWN
from crawlers.words import words_of

if TYPE_CHECKING:
    from parsel import Selector, SelectorList

WORDS_OF_A_REPLY = 3
"""A button ("Reply", "Add a response") has fewer words than an answer."""


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
