"""The hostile corner: a made-up site on which everything is wrong that a crawler meets sooner or later.

A script in a review, dates that lie, half a page, a line that breaks, an endless next link, 5 MB of text, a formula in a title, signs that
turn the writing round, a broken block of JSON-LD beside a good one, and a door that robots.txt keeps shut.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cache
from html import escape

from demo.paper import Answer, Asked, missing, page, robots, stamp
from demo.words import Oddity, plot

ROBOTS = "User-agent: *\nDisallow: /locked\nCrawl-delay: 0.1\n"
HUGE = 5_000_000
"""Characters of the longest review."""
TOTAL = 21
"""How many reviews the corner says it has: all that are anywhere in it, the half one too."""

_DAYS = re.compile(r"today([+-]\d+)")


def answer(asked: Asked) -> Answer:
    """`/`, `/structured`, `/half`, `/cut`, `/huge`, `/endless?page=N`, `/locked` (which nobody may read), `/robots.txt`."""
    match asked.path:
        case "/robots.txt":
            return robots(ROBOTS)
        case "/":
            return Answer(body=_cards(asked.today), modified=asked.today)
        case "/structured":
            return Answer(body=_structured(asked.today), modified=asked.today)
        case "/half":
            return Answer(body=_half(asked.today))
        case "/cut":
            body = _cut(asked.today)
            return Answer(body=body, cut=len(body) // 2)
        case "/huge":
            return Answer(body=_huge(asked.today), modified=asked.today)
        case "/endless":
            return Answer(body=_endless(asked.today, asked.number("page")))
        case "/locked":
            return Answer(
                body=page("Locked", _card("k-1", "Nobody", "Not for you", "1", stamp(asked.today), "Who reads this has not asked robots.txt."))
            )
    return missing()


def _date(said: str, today: datetime) -> str:
    """`today-21` as a moment; anything else as it stands."""
    return stamp(today + timedelta(days=int(found[1]))) if (found := _DAYS.fullmatch(said)) else said


def _card(ref: str, author: str, title: str, stars: str, date: str, inside: str) -> str:
    return (
        f'<article class="card" data-ref="{escape(ref)}" data-stars="{escape(stars)}"><h3>{escape(title)}</h3>'
        f'<p class="by"><span class="author">{escape(author)}</span> <time datetime="{escape(date)}">{escape(date)}</time></p>'
        f'<div class="body">{inside}</div></article>'
    )


def _oddity(oddity: Oddity, today: datetime) -> str:
    """A card with its text unescaped, as a careless site would print it."""
    return _card(oddity.ref, oddity.author, oddity.title, oddity.stars, _date(oddity.date, today), f"<p>{oddity.text}</p>")


def _cards(today: datetime) -> bytes:
    rooms = "".join(
        f'<li><a class="room" href="/{room}">{room}</a></li>' for room in ("structured", "half", "cut", "huge", "endless?page=1", "locked")
    )
    cards = "\n".join(_oddity(oddity, today) for oddity in plot().hostile)
    return page("The corner", f'<h1 data-total="{TOTAL}">The corner</h1>\n{cards}\n<ul>{rooms}</ul>')


def _structured(today: datetime) -> bytes:
    good = (
        '{"@context":"https://schema.org","@type":"Organization","name":"Lumen Mobile","review":['
        f"{_ld('c-20101', 'Block A', 'The good block: Lumen answered my letter after five weeks.', 2, today - timedelta(days=52))},"
        f"{_ld('c-20102', 'Block B', 'Second review of the good block. Four bars of signal now, thank you Lumen.', 5, today - timedelta(days=30))}]}}"
    )
    bad = (
        '{"@context":"https://schema.org","@type":"Organization","name":"Lumen Mobile","review":['
        f"{_ld('c-20103', 'Block C', 'Whole, but inside a block that is not: Lumen lost my form twice.', 1, today - timedelta(days=44))},"
        '{"@type":"Review","identifier":"c-20104","reviewBody":"This one stops in the middle of'
    )
    blocks = "".join(f'<script type="application/ld+json">{block}</script>\n' for block in (bad, good))
    return page("Structured", f"<h1>Two blocks</h1>\n{blocks}")


def _ld(ref: str, author: str, text: str, stars: int, when: datetime) -> str:
    return (
        f'{{"@type":"Review","identifier":"{ref}","author":{{"@type":"Person","name":"{author}"}},"reviewBody":"{text}",'
        f'"datePublished":"{stamp(when)}","reviewRating":{{"@type":"Rating","ratingValue":{stars},"worstRating":1,"bestRating":5}}}}'
    )


def _half(today: datetime) -> bytes:
    """A page whose sender died while writing it: one review is whole, the second is not."""
    whole = _card(
        "c-301", "Upper half", "Whole", "2", stamp(today - timedelta(days=18)), "<p>This review of Lumen is complete. The next one is not.</p>"
    )
    broken = _card("c-302", "Lower half", "Not whole", "1", stamp(today - timedelta(days=17)), "<p>Lumen took my money and then</p>")
    return page("Half", f"{whole}\n{broken}").partition(b"and then")[0] + b"and th"


def _cut(today: datetime) -> bytes:
    """A page that never arrives whole, because the line breaks while it is sent."""
    return page(
        "Cut",
        _card("c-601", "Lost", "Line dead", "1", stamp(today - timedelta(days=11)), "<p>Lumen again. Nobody has ever read to the end of this.</p>"),
    )


@cache
def _flood() -> str:
    line = "Lumen charged me again and nobody could say what for, so here is every line of the bill. "
    return line * (HUGE // len(line) + 1)


def _huge(today: datetime) -> bytes:
    return page("Huge", _card("c-401", "Long wind", "The whole bill", "1", stamp(today - timedelta(days=25)), f"<p>{_flood()[:HUGE]}</p>"))


def _endless(today: datetime, number: int) -> bytes:
    """The same three reviews on every page, and a next page always."""
    cards = "\n".join(
        _card(
            f"c-50{n}",
            f"Loop {n}",
            "Round and round",
            "2",
            stamp(today - timedelta(days=60 + n)),
            f"<p>Lumen sent me from desk to desk, {n} of 3.</p>",
        )
        for n in (1, 2, 3)
    )
    return page("Endless", f'{cards}\n<nav><a rel="next" href="/endless?page={number + 1}">Older</a></nav>')
