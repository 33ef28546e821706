"""How fast pages are read: parsing, normalising, dates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from parsel import Selector

from bench import made, social
from bench.figures import Figure, best_of
from crawlers.page import Page
from crawlers.reading import read
from crawlers.registry import source
from plaint.model import Capture, Post, RawPost, Site, iso
from plaint.posts.brands import Names
from plaint.posts.dates import read_date
from plaint.posts.normalise import normalise

AT = iso(made.NOW)
PARSE_AIM = 0.2
"""Share of the speed of `json.loads` at which an interface's answer is to be read."""
DATES_AIM = 200_000


def parse(count: int = 2_000) -> list[Figure]:
    """Posts a second from a JSON answer and from an HTML page, beside the bare decoder of each."""
    answer, page = made.cfpb_answer(100), made.review_page(20)
    rounds = max(1, count // 100)
    return [
        _parsed("cfpb", answer, 100, rounds, "json.loads alone", lambda: json.loads(answer)),
        _parsed("schema_org", page, 20, rounds, "parsel, same fields by hand", lambda: _by_hand(page)),
        *(_social(key, rounds) for key in social.SOURCES),
    ]


def _social(key: str, rounds: int) -> Figure:
    """A social network's answer of 100 posts beside `json.loads` of the same bytes."""
    body = social.answer(key)
    figure = _parsed(key, body, 100, rounds, "json.loads alone", lambda: json.loads(body))
    return replace(figure, aim=f">= {PARSE_AIM}", met=(figure.ratio or 0) >= PARSE_AIM)


def _parsed(key: str, body: bytes, on_page: int, rounds: int, named: str, bare: Callable[[], object]) -> Figure:
    of = source(key)

    def ours() -> None:
        found = read(of, Page(body, url=of.site.home, at=AT))
        if len(found.posts) != on_page:
            raise RuntimeError(f"{key}: {len(found.posts)} posts of {on_page}")

    ours()
    mine, theirs = best_of(3, _repeated(ours, rounds), _repeated(bare, rounds))
    posts = on_page * rounds
    return Figure(part="parse", name=key, value=posts / mine, unit="posts/s", baseline_name=named, baseline=posts / theirs, ratio=theirs / mine,
                  note=f"{1000 * mine / rounds:.2f} ms a page of {on_page} posts, {len(body) // 1024} kB")  # fmt: skip


def _repeated(work: Callable[[], object], rounds: int) -> Callable[[], None]:
    def again() -> None:
        for _ in range(rounds):
            work()

    return again


def _by_hand(page: bytes) -> list[tuple[str | None, ...]]:
    """What a short script would take from the same page."""
    return [
        (card.attrib.get("id"), card.css("h3 a::attr(href)").get(), card.css("h3 a::text").get(),
         card.css("[itemprop=ratingValue]::attr(content)").get(), card.css("b::text").get(),
         card.css("time::attr(datetime)").get(), card.css("[itemprop=reviewBody]::text").get())
        for card in Selector(text=page.decode()).css("article.card")
    ]  # fmt: skip


def normalised(count: int = 3_000) -> list[Figure]:
    """Posts a second through all rules, beside a Post built from the same strings by no rule at all."""
    of = source("schema_org")
    raws = [raw for seed in range(count // 100 + 1) for raw in read(of, Page(made.review_page(100, seed), url=of.site.home, at=AT)).posts][:count]
    capture = Capture(url=of.site.home, at=AT, sha256="0" * 64, parser="schema_org 1")
    names = Names(made.FIRMS)

    def ours(raw: RawPost) -> Post:
        post = normalise(raw, site=of.site, capture=capture, names=names)
        if not isinstance(post, Post):
            raise TypeError(post.reason)
        return post

    ours(raws[0])
    mine, theirs = best_of(2, lambda: [ours(raw) for raw in raws], lambda: [_bare(raw, of.site, capture) for raw in raws])
    return [
        Figure(part="normalise", name="all rules", value=len(raws) / mine, unit="posts/s", baseline_name="a Post of the bare strings",
               baseline=len(raws) / theirs, ratio=theirs / mine, note=f"{1000 * mine / len(raws):.3f} ms a post; {_where(raws, names, mine)}")
    ]  # fmt: skip


def _bare(raw: RawPost, site: Site, capture: Capture) -> Post:
    return Post(id=f"{site.key}:{raw.ref}", source=site.key, ref=raw.ref, kind=raw.kind or site.kind, text=raw.text or "", title=raw.title,
                url=raw.url, capture=capture)  # fmt: skip


def _where(raws: list[RawPost], names: Names, whole: float) -> str:
    """The shares of the two most likely causes: telling the language, and finding names."""
    from plaint.posts.language import detect

    texts = [f"{raw.title}\n{raw.text}" for raw in raws]
    language, firms = best_of(1, lambda: [detect(text) for text in texts], lambda: [names.find(text) for text in texts])
    return f"telling the language {language / whole:.0%} of it, finding firms {firms / whole:.0%}"


def dates(count: int = 50_000) -> list[Figure]:
    """Dates a second in the usual forms, over a day of captures, beside the standard library on ISO dates."""
    said = made.dates(count)
    moments = [made.NOW - timedelta(minutes=minute) for minute in range(0, 1440, 60)]
    at = Random(3).choices(moments, k=count)
    iso_said = [made.NOW.isoformat()] * count

    def ours() -> None:
        for text, moment in zip(said, at, strict=True):
            read_date(text, at=moment, languages=("en", "de"), date_order="DMY")

    unread = sorted({text for text in said if read_date(text, at=made.NOW, languages=("en", "de"), date_order="DMY") is None})
    mine, theirs = best_of(3, ours, lambda: [type(made.NOW).fromisoformat(text) for text in iso_said])
    note = f"{1e6 * mine / count:.1f} µs a date" + (f"; not understood: {', '.join(unread[:5])}" if unread else "")
    return [
        Figure(part="dates", name="usual forms", value=count / mine, unit="dates/s", baseline_name="datetime.fromisoformat, ISO only",
               baseline=count / theirs, ratio=theirs / mine, aim=f">= {DATES_AIM:,}/s", met=count / mine >= DATES_AIM, note=note)
    ]  # fmt: skip
