"""Regulators' figures of firms: kept as they were published, and shown beside what the archive itself holds of the same firm.

A figure is told by its table (digest), row and column; a count of posts by the query that lists them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from plaint.desk import archive
from plaint.desk.acting import firm_of
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.insight.peers import compared
from plaint.model import Firm, Person
from plaint.ports import Stores
from plaint.posts.naming import LEGAL, fold
from plaint.query.parse import parse_query
from plaint.query.tree import Search
from plaint.reference import Figure, Table

STREAM, KEPT = "peers", "FiguresKept"
"""Where it is written that a table was kept, and the kind of the entry."""

ALIKE = 0.75
"""How alike a name in a table must be to be named in a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPosts:
    """What the archive holds about the firm for a figure's period: all posts, by source, and the query that lists them."""

    query: str
    posts: int
    sources: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier version of the table said where a later one says something else."""

    value: float
    table: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A published figure with its place (`table` is the digest), those of the other firms, and our own posts of the same days."""

    figure: Figure
    publisher: str
    table: str
    peers: int
    median: float | None
    below: int
    own: OwnPosts
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A firm's figures, newest first; `names` are what the tables call it; `tables` are those that were looked into, by digest."""

    firm: str
    names: tuple[str, ...]
    figures: tuple[Beside, ...]
    tables: Mapping[str, Table]


def keep_table(stores: Stores, person: Person, table: Table, figures: Sequence[Figure], *, now: datetime, command: str) -> bool:
    """Keep a table as it was read; whether it is new. The same file again changes nothing unless it is read otherwise."""
    require(person, Right.COLLECT)
    held = next((one for one in stores.registers.tables() if one.digest == table.digest), None)
    if held is not None and _reading(held) == _reading(table) and stores.registers.figures(table.digest) == list(figures):
        return False
    stores.registers.save_table(table, figures)
    said = {"digest": table.digest, "name": table.name, "publisher": table.publisher, "measure": table.measure, "url": table.url,
            "figures": table.figures, "unread": table.unread}  # fmt: skip
    record(stores, STREAM, person, KEPT, said, now, command)
    return held is None


def _reading(table: Table) -> tuple[object, ...]:
    return table.name, table.publisher, table.url, table.measure, table.figures, table.unread


def tables(stores: Stores, person: Person) -> list[Table]:
    """All tables that are kept; needs the right to read posts."""
    require(person, Right.READ_POSTS)
    return stores.registers.tables()


def show(stores: Stores, person: Person, key: str, names: Collection[str] = ()) -> Shown:
    """A firm's published figures beside those of others and beside our own posts; raises Refused where no table has the firm.

    A table's name is the firm's when it is its name or an alias, whatever the case, accents and legal form, or one of `names` as written.
    """
    require(person, Right.READ_POSTS, key)
    firm = firm_of(stores, key)
    kept = stores.registers.tables()
    if not kept:
        raise Refused("no published figures are kept; `plaint peers import FILE` takes a table in")
    latest, earlier = _latest(stores, kept)
    written = {figure.firm for figure, _ in latest.values()}
    own = _names(firm, names, written)
    missing = [name for name in names if name.casefold() not in {one.casefold() for one in own}]
    if missing or not own:
        raise Refused(_not_found(missing[0] if missing else firm.name, written))
    found = list(_beside(stores, person, key, own, latest, earlier))
    return Shown(firm=key, names=tuple(sorted(own)), figures=tuple(found), tables={one.digest: one for one in kept})


def _names(firm: Firm, names: Collection[str], written: Collection[str]) -> frozenset[str]:
    forms = {_form(name) for name in (firm.name, *firm.aliases)}
    given = {name.casefold() for name in names}
    return frozenset(name for name in written if name.casefold() in given or (not given and _form(name) in forms))


def _form(name: str) -> tuple[str, ...]:
    """A name's words without its legal form (`Orbit Pay Ltd`, `ORBIT PAY LIMITED`)."""
    words = fold(name).split()
    return tuple(word for word in words if word not in LEGAL) or tuple(words)


def _not_found(wanted: str, written: Collection[str]) -> str:
    as_written = {name.casefold(): name for name in written}
    near = get_close_matches(wanted.casefold(), as_written, 3, ALIKE)
    hint = f"; is it {' or '.join(repr(as_written[one]) for one in near)}? Say so by --name" if near else "; --name says what the tables call it"
    return f"no published figures of {wanted!r}{hint}"


_Key = tuple[str, ...]


def _latest(stores: Stores, kept: Sequence[Table]) -> tuple[dict[_Key, tuple[Figure, Table]], dict[_Key, tuple[Earlier, ...]]]:
    """Each figure as the table that was taken in last has it, and what earlier ones said otherwise."""
    seen: dict[_Key, list[tuple[Figure, Table]]] = {}
    for table in sorted(kept, key=lambda one: one.at):
        for figure in stores.registers.figures(table.digest):
            seen.setdefault(_key(figure, table.publisher), []).append((figure, table))
    latest = {key: held[-1] for key, held in seen.items()}
    earlier = {
        key: tuple(Earlier(value=one.value, table=table.digest, row=one.row) for one, table in held[:-1] if one.value != held[-1][0].value)
        for key, held in seen.items() if len(held) > 1
    }  # fmt: skip
    return latest, earlier


def _key(figure: Figure, publisher: str) -> _Key:
    return publisher, figure.firm.casefold(), figure.start, figure.end, figure.product or "", figure.measure, figure.unit


def _beside(
    stores: Stores, person: Person, key: str, own: frozenset[str],
    latest: Mapping[_Key, tuple[Figure, Table]], earlier: Mapping[_Key, tuple[Earlier, ...]],
) -> Iterator[Beside]:  # fmt: skip
    counted: dict[tuple[str, str], OwnPosts] = {}
    for publisher in sorted({table.publisher for _, table in latest.values()}):
        for one in compared((figure for figure, table in latest.values() if table.publisher == publisher), own):
            days = (one.figure.start, one.figure.end)
            if days not in counted:
                counted[days] = _own_posts(stores, person, key, *days)
            place = _key(one.figure, publisher)
            yield Beside(figure=one.figure, publisher=publisher, table=latest[place][1].digest, peers=one.peers, median=one.median,
                         below=one.below, own=counted[days], earlier=earlier.get(place, ()))  # fmt: skip


def _own_posts(stores: Stores, person: Person, key: str, start: str, end: str) -> OwnPosts:
    query = f'firm:"{key}" published:[{start} TO {end}]'
    found = archive.look_up(stores, person, Search(query=parse_query(query), limit=1, facets=("source",)))
    return OwnPosts(query=query, posts=found.total, sources=dict(found.facets.get("source", {})))
