"""`plaint search`: one question to the archive, answered as one JSON object."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from handles.options import AsOption, StoreOption, acting, need_store, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plaint.model import Person
    from plaint.ports import Stores
    from plaint.query.tree import Found, Hit, Node

STEPS = ("hour", "day", "week", "month", "year")
MOST = 10_000
"""The most hits that one answer holds; more come with the cursor, or by `plaint export`."""

Name = TypeVar("Name", bound=str)


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(search)


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for; '' is everything.")],
    facets: Annotated[str, typer.Option(metavar="NAMES", help="Fields to count, with commas between: firm,source,lang,rating…")] = "",
    limit: Annotated[int, typer.Option(min=0, max=MOST, help="How many hits.")] = 25,
    sort: Annotated[str, typer.Option(metavar="ORDER", help="newest, oldest, rating_low, rating_high, collected or relevance.")] = "newest",
    cursor: Annotated[str | None, typer.Option(help="`next` of the page before, to go on after it.")] = None,
    count: Annotated[bool, typer.Option("--count", help="Print the total only.")] = False,
    per: Annotated[str | None, typer.Option(metavar="STEP", help="Count the matches over time too, by hour, day, week, month or year.")] = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="With --as: show personal data in the texts too; it is logged.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Search the archive: `total` is exact, each hit is a post with its `snippet`, `next` is the cursor of the next page.

    Words are found by their stem; "late fee" as it stands, refu* by its beginning, refnud~ when nearly so. Fields:
    firm source kind lang rating published collected author role title hashtag mention product issue place state
    thread url id, has:reply, is:edited; #outage is a hashtag. AND, OR, NOT in capitals, -word, and brackets. A query that
    begins with - is written after --.

    Personal data in titles, texts and snippets is hidden from whoever is named with --as.

    With --per the answer has a `histogram`, in UTC, from the first to the last dated match.

    Example: plaint search 'refund "late fee" rating:<3 -source:appstore' --facets firm,lang --limit 10

    Example: plaint search '#outage' --facets hashtag --per day --limit 0
    """
    from uuid import uuid4

    from plaint.desk import archive
    from plaint.desk.rights import Refused
    from plaint.query.parse import Unreadable, parse_query
    from plaint.query.tree import FACETS, Search, Sort

    names = tuple(_one_of(name.strip(), FACETS, "facet") for name in facets.split(",") if name.strip())
    step = None if per is None else _one_of(per, STEPS, "step")
    order = Sort(_one_of(sort, [str(one) for one in Sort], "order"))
    try:
        tree = parse_query(query)
    except Unreadable as error:
        refuse(f"{error} The query was: {query}")
    asked = Search(query=tree, facets=() if count else names, limit=0 if count else limit, sort=order, cursor=None if count else cursor)
    need_store(store)
    with opened(store) as stores:
        try:
            who = _searcher(stores, as_)
            if unmasked and who != archive.OPERATOR:
                found = archive.look_up_shown(stores, who, asked, now(), f"show-{uuid4()}")
            else:
                found = archive.look_up(stores, who, asked)
            bars = None if step is None else _bars(stores, who, tree, step)
        except (Refused, ValueError) as error:
            refuse(str(error))
    answer = {"total": found.total} if count else _answer(found)
    say(answer if bars is None else {**answer, "histogram": bars})


def _bars(stores: Stores, who: Person, tree: Node, step: str) -> list[dict[str, Any]]:
    """How many matches were published in each bar: `from` (included), `to` (not included), `count`. Raises ValueError for too many bars."""
    from zoneinfo import ZoneInfo

    from plaint.desk import archive
    from plaint.insight.periods import MOST_BARS, Period, Step
    from plaint.model import moment_of
    from plaint.query.tree import And, Range, Search, Sort

    dated = And((tree, Range(field="published", low="1990", high=None)))
    ends = [archive.look_up(stores, who, Search(query=dated, sort=sort, limit=1)).hits for sort in (Sort.OLDEST, Sort.NEWEST)]
    first, last = ((hits[0].post.published if hits else None) for hits in ends)
    if first is None or last is None:
        return []
    edges = Period(start=first.start, end=last.start + timedelta(microseconds=1), step=Step(step), zone=ZoneInfo("UTC")).edges()
    if len(edges) == MOST_BARS and moment_of(edges[-1]) <= last.start:
        raise ValueError(f"more than {MOST_BARS - 1} bars by {step}: choose a longer step, or narrow the query with published:")
    found = archive.look_up(stores, who, Search(query=dated, edges=edges, limit=0))
    return [{"from": low, "to": high, "count": count} for low, high, count in zip(edges, edges[1:], found.histogram, strict=False)]


def _searcher(stores: Stores, key: str | None) -> Person:
    from plaint.desk.archive import OPERATOR
    from settings import settings

    return OPERATOR if key is None and settings().person is None else acting(stores, key)


def _answer(found: Found) -> dict[str, Any]:
    answer: dict[str, Any] = {"total": found.total, "hits": [_hit(hit) for hit in found.hits], "facets": found.facets, "next": found.next}
    return answer | ({"bounded": found.bounded} if found.bounded else {})


def _hit(hit: Hit) -> dict[str, Any]:
    import msgspec

    return {**msgspec.to_builtins(hit.post), "snippet": hit.snippet, "marks": hit.marks, "case": hit.case}


def _one_of(name: Name, known: Sequence[Name], what: str) -> Name:
    from rapidfuzz.process import extractOne

    if name not in known:
        near = extractOne(name, known, score_cutoff=60)
        wrong_usage(f"no {what} {name!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"))
    return name
