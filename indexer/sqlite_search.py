"""Answers one question in SQLite: the exact total, a page, facets and a histogram, all of one snapshot.

What drives a statement is chosen here, not by the planner: the full-text index, the posts of one tag, or the posts in
their order. With facets the matches are first gathered in a table of the connection, so that the words are looked up once.
"""

from __future__ import annotations

import re
import sqlite3
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from indexer.sqlite_match import Condition, Match, Shapes, Tags, Translator, Value, Where, where
from indexer.sqlite_rows import Shape
from indexer.sqlite_write import FIELD
from plaint.query import fields
from plaint.query.tree import FACETS, Search, Sort

LISTED = 1000
"""The most values that one facet lists."""

RANK = "bm25(fts, 4.0, 1.0, 1.0, 0.5)"
"""Title, text, author, stems."""

_LAST = 1 << 62
_KEYS = {
    Sort.NEWEST: ("p.at", "DESC"),
    Sort.OLDEST: (f"iif(p.at = {fields.UNDATED}, {_LAST}, p.at)", "ASC"),
    Sort.RATING_LOW: ("ifnull(p.stars, 9.0)", "ASC"),
    Sort.RATING_HIGH: ("ifnull(p.stars, 0.0)", "DESC"),
    Sort.COLLECTED: ("p.collected", "DESC"),
}

_OF_SHAPE: Mapping[str, Callable[[Shape], str | None]] = {
    "source": lambda shape: shape.source,
    "kind": lambda shape: shape.kind,
    "lang": lambda shape: shape.lang,
    "rating": lambda shape: None if shape.stars is None else str(shape.stars),
    "state": lambda shape: shape.state,
    "role": lambda shape: shape.role,
    "reply": lambda shape: "yes" if shape.reply else "no",
    "gone": lambda shape: shape.gone,
}
"""The facets that a shape answers; the others are tags."""

_WIDE = re.compile(r"\bp\.(?!n\b|shape\b|at\b)")


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows `p` with n, shape and at come from, with the demands that belong to it.

    `is_post`: all columns are there. `newest` is the row whose `at` is read in order where that can be. `repeats`: only
    the last demand keeps a post from coming more than once.
    """

    sql: str
    demands: tuple[Where, ...] = ()
    is_post: bool = False
    newest: str = "p"
    repeats: bool = False


POSTS = Source("post AS p", is_post=True)
GATHERED = Source("hit AS p")


@dataclass(frozen=True, slots=True)
class Place:
    """The number of a post in a page with its sort key and id."""

    key: int | float
    id: str
    n: int


class Question:
    """One search against one snapshot. `shapes` are all shapes of the file by number."""

    def __init__(self, connection: sqlite3.Connection, shapes: Mapping[int, Shape], search: Search) -> None:
        self._c, self._shapes, self._search = connection, shapes, search
        translator = Translator(connection, shapes)
        asked: list[Condition] = translator.conditions(search.query)
        if search.scope is not None:
            asked.append(translator.values("firm", search.scope))
        self._filters = {field: self._filter(translator, field) for field in (*search.include, *search.exclude)}
        self._asked = asked

    def total(self) -> int:
        """How many posts match."""
        demands = self._all_demands()
        if not demands:
            return sum(self._posts_by_shape().values())
        if len(demands) == 1 and isinstance(demands[0], Match):
            return self._number("SELECT count(*) FROM fts WHERE fts MATCH ?", (demands[0].said,))
        if all(isinstance(demand, Shapes) for demand in demands):
            counts = self._posts_by_shape()
            return sum(counts[shape] for shape in frozenset.intersection(*(demand.of for demand in demands if isinstance(demand, Shapes))))
        source, rest = self._driver(demands)
        return self._number(*_select("count(*)", source, rest))

    def counted(self) -> tuple[int, dict[str, dict[str, int]], tuple[int, ...], tuple[str, ...]]:
        """Total, facets, histogram, and which facets were cut."""
        for name in self._search.facets:
            if name not in FACETS:
                raise ValueError(f"there is no facet {name!r}; the facets are {', '.join(FACETS)}")
        source, rest = self._gather()
        by_shape = self._by_shape(source, rest)
        total = sum(count for shape, count in by_shape.items() if self._passes(shape))
        facets: dict[str, dict[str, int]] = {name: self._shape_facet(name, by_shape) for name in self._search.facets if name in _OF_SHAPE}
        tags, bounded = self._tag_facets(source, rest)
        facets |= tags
        return total, {name: facets[name] for name in self._search.facets}, self._histogram(source, rest), bounded

    def page(self, after: tuple[int | float, str] | None, limit: int, total: int) -> list[Place]:
        """The next `limit` posts in the question's stored order; `total` is how many match."""
        sort = self._stored_sort()
        key, direction = _KEYS[sort]
        table, tests = self._in_order(sort, limit, total)
        if sort is Sort.NEWEST:
            key = f"{table.newest}.at"
        if table.newest == "h":
            tests = [*tests, *self._bound(tests, after, limit)]
        if after is not None:
            beyond = "<" if direction == "DESC" else ">"
            tests = [*tests, Where(f"{key} {beyond}= ? AND ({key} {beyond} ? OR p.id > ?)", (after[0], after[0], after[1]))]
        sql, values = _select(f"{key}, p.id, p.n", table, tests)
        rows = self._c.execute(f"{sql} ORDER BY {key} {direction}, p.id LIMIT ?", (*values, limit))
        return [Place(*row) for row in rows]

    def order(self) -> array[int]:
        """The numbers of all matches in the question's order."""
        demands = self._all_demands()
        source, rest = self._driver(demands)
        if self.is_ranked:
            sql, values = _select("p.n", source, rest)
            rows = self._c.execute(f"{sql} ORDER BY {RANK}, p.id", values)
        else:
            key, direction = _KEYS[self._stored_sort()]
            sql, values = _select("p.n", _with_post(source), rest)
            rows = self._c.execute(f"{sql} ORDER BY {key} {direction}, p.id", values)
        return array("q", (row[0] for row in rows))

    @property
    def is_ranked(self) -> bool:
        """Whether relevance means anything: it was asked for, and all matches come from words."""
        return self._search.sort is Sort.RELEVANCE and any(isinstance(demand, Match) for demand in self._asked)

    def _stored_sort(self) -> Sort:
        return Sort.NEWEST if self._search.sort is Sort.RELEVANCE else self._search.sort

    def _filter(self, translator: Translator, field: str) -> list[Condition]:
        if field not in FACETS:
            raise ValueError(f"there is no filter {field!r}; the filters are {', '.join(FACETS)}")
        wanted, unwanted = self._search.include.get(field), self._search.exclude.get(field)
        if (value_of := _OF_SHAPE.get(field)) is not None:
            passing = {n for n, shape in self._shapes.items() if wanted is None or value_of(shape) in wanted}
            return [Shapes(frozenset(n for n in passing if unwanted is None or value_of(self._shapes[n]) not in unwanted))]
        found: list[Condition] = [] if wanted is None else [translator.values(field, wanted)]
        if unwanted is not None:
            without = where(translator.values(field, unwanted))
            found.append(Where(f"NOT ({without.sql})", without.given))
        return found

    def _all_demands(self) -> list[Condition]:
        return [*self._asked, *(condition for conditions in self._filters.values() for condition in conditions)]

    def _filter_demands(self, but: str | None = None) -> list[Where]:
        return [where(condition) for field, conditions in self._filters.items() if field != but for condition in conditions]

    def _passes(self, shape: int, but: str | None = None) -> bool:
        filters = (condition for field, conditions in self._filters.items() if field != but for condition in conditions)
        return all(shape in condition.of for condition in filters if isinstance(condition, Shapes))

    @property
    def is_costly(self) -> bool:
        """Whether even a total is had sooner by gathering: the posts of several tags, which may have more than one of them."""
        texts, tags = _of_kind(self._all_demands(), Match), _of_kind(self._all_demands(), Tags)
        return not texts and bool(tags) and len(self._rarest(tags).of) > 1

    def _rarest(self, tags: Sequence[Tags]) -> Tags:
        return min(tags, key=lambda tag: self._posts_tagged(tag.of))

    def _driver(self, demands: Sequence[Condition]) -> tuple[Source, list[Where]]:
        """What to read first, and what is left to ask of each row."""
        texts, tags = _of_kind(demands, Match), _of_kind(demands, Tags)
        if texts:
            rest = [where(demand) for demand in demands if demand is not texts[0]]
            return Source("fts CROSS JOIN post AS p ON p.n = fts.rowid", (Where("fts MATCH ?", (texts[0].said,)),), is_post=True), rest
        if not tags:
            return POSTS, [where(demand) for demand in demands]
        first = self._rarest(tags)
        rest = [where(demand) for demand in demands if demand is not first]
        source = _tagged(first)
        return (_with_post(source) if any(_WIDE.search(test.sql) for test in rest) else source), rest

    def _gather(self) -> tuple[Source, list[Where]]:
        """The rows to count, without the filters; gathered once where finding them costs more than reading them."""
        source, rest = self._driver(self._asked)
        self._is_gathered = source.is_post or source.repeats if source is not POSTS else any(map(_is_slow, rest))
        if not self._is_gathered:
            return source, rest
        self._c.execute("CREATE TEMP TABLE IF NOT EXISTS hit (n INTEGER PRIMARY KEY, shape INTEGER NOT NULL, at INTEGER NOT NULL)")
        self._c.execute("DELETE FROM hit")
        sql, values = _select("p.n, p.shape, p.at", replace(source, demands=source.demands[:1]) if source.repeats else source, rest)
        self._c.execute(f"INSERT OR IGNORE INTO hit {sql}", values)
        return GATHERED, []

    _is_gathered = False

    def _by_shape(self, source: Source, rest: Sequence[Where]) -> Mapping[int, int]:
        """How many match in each shape, with the filters on tags but not those on shapes."""
        filters = (condition for conditions in self._filters.values() for condition in conditions)
        tests = [*rest, *(where(condition) for condition in filters if not isinstance(condition, Shapes))]
        if source is POSTS and not tests:
            return self._posts_by_shape()
        sql, values = _select("p.shape, count(*)", source, tests)
        return dict(self._c.execute(f"{sql} GROUP BY p.shape", values).fetchall())

    def _posts_by_shape(self) -> Counter[int]:
        return Counter(dict(self._c.execute("SELECT shape, posts FROM shape WHERE posts > 0")))

    def _shape_facet(self, name: str, by_shape: Mapping[int, int]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for shape, count in by_shape.items():
            value = _OF_SHAPE[name](self._shapes[shape])
            if value is not None and self._passes(shape, but=name):
                counts[value] += count
        return _listed(counts.items())[0]

    def _tag_facets(self, source: Source, rest: Sequence[Where]) -> tuple[dict[str, dict[str, int]], tuple[str, ...]]:
        wanted = [name for name in self._search.facets if name in fields.TAGS]
        own = [name for name in wanted if name in self._filters]
        together = [name for name in wanted if name not in own]
        found: dict[str, dict[str, int]] = {}
        bounded: list[str] = []
        for names, tests in [(together, self._filter_demands()), *(([name], self._filter_demands(but=name)) for name in own)]:
            counts = self._by_tag(names, source, [*rest, *tests]) if names else {}
            for name in names:
                found[name], is_cut = _listed(counts[name].items())
                bounded += [name] if is_cut else []
        return found, tuple(bounded)

    def _by_tag(self, names: Sequence[str], source: Source, tests: Sequence[Where]) -> dict[str, dict[str, int]]:
        numbers = ", ".join(str(fields.TAGS.index(name)) for name in names)
        if source is POSTS and not tests:
            counts = self._c.execute(f"SELECT v, posts FROM value WHERE v >> {FIELD} IN ({numbers}) AND posts > 0").fetchall()
        elif source is POSTS and not any(_WIDE.search(test.sql) for test in tests):
            sql, values = _select("p.v, count(*)", Source("tagged AS p", (Where(f"p.v >> {FIELD} IN ({numbers})"),)), tests)
            counts = self._c.execute(f"{sql} GROUP BY p.v", values).fetchall()
        else:
            joined = replace(source, sql=f"{source.sql} CROSS JOIN tag AS counted ON counted.n = p.n")
            sql, values = _select("counted.v, count(*)", joined, [*tests, Where(f"counted.v >> {FIELD} IN ({numbers})")])
            counts = self._c.execute(f"{sql} GROUP BY counted.v", values).fetchall()
        return self._named(names, counts)

    def _named(self, names: Sequence[str], counts: Iterable[tuple[int, int]]) -> dict[str, dict[str, int]]:
        found: dict[str, dict[int, int]] = {name: {} for name in names}
        for v, count in counts:
            found[fields.TAGS[v >> FIELD]][v] = count
        named: dict[str, dict[str, int]] = {}
        for name, of in found.items():
            most = sorted(of, key=of.__getitem__, reverse=True)
            floor = of[most[LISTED]] if len(most) > LISTED else 0
            kept = [v for v in most if of[v] >= floor]
            spelled = dict(self._c.execute(f"SELECT v, value FROM value WHERE v IN ({', '.join(map(str, kept))})").fetchall())
            named[name] = {spelled[v]: of[v] for v in kept}
        return named

    def _histogram(self, source: Source, rest: Sequence[Where]) -> tuple[int, ...]:
        edges = [fields.micros(edge) for edge in self._search.edges]
        bars = list(pairwise(edges))
        tests = [*rest, *self._filter_demands()]
        if not bars:
            return ()
        if source is POSTS and not tests:
            return tuple(self._number("SELECT count(*) FROM post WHERE at >= ? AND at < ?", bar) for bar in bars)
        sql, values = _select("p.at", source, [*tests, Where("p.at >= ? AND p.at < ?", (edges[0], edges[-1]))])
        moments = sorted(row[0] for row in self._c.execute(sql, values))
        places = [bisect_left(moments, edge) for edge in edges]
        return tuple(end - start for start, end in pairwise(places))

    def _in_order(self, sort: Sort, limit: int, total: int) -> tuple[Source, list[Where]]:
        """The rows to sort, with all columns of `post`, and what is left to ask of each.

        Newest first there is an index: walking it until the page is full looks at `limit` / share of matches posts,
        sorting the matches looks at all of them.
        """
        demands = self._all_demands()
        if self._is_gathered and sort is Sort.NEWEST:
            return Source("hit AS h CROSS JOIN post AS p ON p.n = h.n", is_post=True, newest="h"), self._filter_demands()
        source, rest = self._driver(demands)
        if sort is Sort.NEWEST and source.is_post and total * total > 2 * limit * self._everything():
            return Source("post AS p INDEXED BY post_newest", is_post=True), [where(demand) for demand in demands]
        return _with_post(source), rest

    def _bound(self, tests: Sequence[Where], after: tuple[int | float, str] | None, limit: int) -> list[Where]:
        """No gathered post older than the last one that the page can hold; found without looking up an id."""
        tests = [*tests, *([] if after is None else [Where("p.at < ?", (after[0],))])]
        sql, values = _select("p.at", GATHERED, tests)
        row = self._c.execute(f"{sql} ORDER BY p.at DESC LIMIT 1 OFFSET ?", (*values, limit)).fetchone()
        return [] if row is None else [Where("h.at >= ?", (row[0],))]

    def _everything(self) -> int:
        return sum(self._posts_by_shape().values())

    def _posts_tagged(self, values: Sequence[int]) -> int:
        return self._number(f"SELECT ifnull(sum(posts), 0) FROM value WHERE v IN ({', '.join(map(str, values))})", ())

    def _number(self, sql: str, values: Sequence[Value]) -> int:
        return int(self._c.execute(sql, values).fetchone()[0])


_Kind = TypeVar("_Kind", Match, Tags)


def _of_kind(demands: Sequence[Condition], kind: type[_Kind]) -> list[_Kind]:
    return [demand for demand in demands if isinstance(demand, kind)]


def _tagged(tags: Tags) -> Source:
    if len(tags.of) == 1:
        return Source("tagged AS p", (Where("p.v = ?", (tags.of[0],)),))
    values = ", ".join(map(str, tags.of))
    once = f"NOT EXISTS (SELECT 1 FROM tag AS other WHERE other.n = p.n AND other.v IN ({values}) AND other.v < p.v)"
    return Source("tagged AS p", (Where(f"p.v IN ({values})"), Where(once)), repeats=True)


def _with_post(source: Source) -> Source:
    """The same rows joined to `post`, so that every column is there."""
    if source.is_post:
        return source
    demands = tuple(Where(re.sub(r"\bp\.", "t.", demand.sql), demand.given) for demand in source.demands)
    return Source(f"{source.sql.removesuffix('AS p')}AS t CROSS JOIN post AS p ON p.n = t.n", demands, is_post=True, newest="t")


def _is_slow(test: Where) -> bool:
    return not test.sql.startswith("p.shape IN")


def _select(columns: str, source: Source, tests: Sequence[Where]) -> tuple[str, tuple[Value, ...]]:
    demands = [*source.demands, *tests]
    written = f" WHERE {' AND '.join(f'({demand.sql})' for demand in demands)}" if demands else ""
    return f"SELECT {columns} FROM {source.sql}{written}", tuple(value for demand in demands for value in demand.given)


def _listed(counts: Iterable[tuple[str, int]]) -> tuple[dict[str, int], bool]:
    """The most frequent values first, equal ones by name, at most LISTED; and whether any were left out."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:LISTED]), len(ordered) > LISTED
