"""`plaint same`: which texts are copies of one another, and whether two texts tell the same."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Annotated, TypeVar

import typer

from handles import options


def add(app: typer.Typer) -> None:
    """Register `same`."""

    @app.command()
    def same(
        pairs: Annotated[bool, typer.Option("--pairs", help='Compare two texts a line: {"id","a","b"} in, {"id","score","same"} out.')] = False,
        stored: Annotated[
            str | None,
            typer.Option("--stored", metavar="KIND", help="Read no lines, but the store: campaign, shared, cross-post or repeat."),
        ] = None,
        query: Annotated[str, typer.Option("--query", metavar="QUERY", help="With --stored: only among posts that it finds.")] = "",
        limit: Annotated[int, typer.Option(min=1, max=1000, help="With --stored: how many groups, largest first.")] = 20,
        store: options.StoreOption = None,
        as_: options.AsOption = None,
    ) -> None:
        """Find copies: NDJSON {"id","text"} in, {"id","cluster"} out, in order; a cluster is named by the id that came first in it.

        Exact copies, those changed in a few words and those cut short are one cluster. With --pairs two short texts are the same
        when they tell the same, also in other words; score is from 0 to 1.

        Example: echo '{"id":"1","text":"They charged me twice"}' | plaint same

        Example: echo '{"id":"1","a":"They charged me twice","b":"Charged twice by them"}' | plaint same --pairs

        Example: plaint same --stored campaign --query 'firm:northgate published:>=2026-11-01'
        """
        if stored is not None:
            _stored(stored, query, limit, store, as_)
        elif pairs:
            _compare()
        else:
            _cluster()


def _stored(kind: str, query: str, limit: int, store: str | None, as_: str | None) -> None:
    """Print the groups of the store, largest first, one JSON object a line."""
    from plaint.desk.copies import KINDS, listed
    from plaint.desk.rights import Refused
    from plaint.query.parse import parse_query

    if kind not in KINDS:
        options.wrong_usage(f"there is no kind {kind!r}; the kinds are {', '.join(KINDS)}")
    options.need_store(store)
    with options.opened(store) as stores:
        try:
            groups = listed(stores, options.acting_or_operator(stores, as_), kind=KINDS[KINDS.index(kind)], query=parse_query(query), limit=limit)
        except (Refused, ValueError) as error:
            options.refuse(str(error))
    for one in groups:
        said = {"group": one.group, "kind": one.kind, "posts": one.posts, "sources": one.sources, "people": one.people}
        options.say(said | {"newest": one.example.post.id, "search": f"same:{one.group}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line: a text."""

    id: int | str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One line of `--pairs`."""

    id: int | str
    a: str
    b: str


def _compare() -> None:
    from plaint.posts.sameness import ALIKE, likeness

    for pair in _lines(Pair, '{"id":"1","a":"They charged me twice","b":"Charged twice by them"}'):
        score = likeness(pair.a, pair.b)
        options.say({"id": pair.id, "score": round(score, 4), "same": score >= ALIKE})


def _cluster() -> None:
    """Texts wait in a file, so that a million of them fit in little memory."""
    from plaint.posts.copies import Clustering

    clustering, ids, ends = Clustering(), list[int | str](), array("Q", [0])
    with TemporaryFile() as texts:
        for asked in _lines(Asked, '{"id":"1","text":"They charged me twice"}'):
            clustering.add(asked.text)
            ids.append(asked.id)
            ends.append(ends[-1] + texts.write(asked.text.encode("utf-8", "surrogatepass")))

        def text_of(place: int) -> str:
            texts.seek(ends[place])
            return texts.read(ends[place + 1] - ends[place]).decode("utf-8", "surrogatepass")

        for name, leader in zip(ids, clustering.clusters(text_of), strict=True):
            options.say({"id": name, "cluster": ids[leader]})


Line = TypeVar("Line", Asked, Pair)


def _lines(kind: type[Line], example: str) -> Iterator[Line]:
    import msgspec

    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                yield decoder.decode(line)
            except msgspec.MsgspecError as error:
                options.refuse(f"line {number}: {error}; a line is {example}")
