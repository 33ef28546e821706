"""Turns a query tree into what SQLite can answer: full-text expressions, sets of shapes, sets of tags, conditions.

Four kinds of condition keep apart what each index is good at, until `where` writes them as SQL on the row `p` of `post`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from indexer.sqlite_rows import EDITED, Shape, flag
from indexer.sqlite_write import FIELD
from plaint.posts import words
from plaint.query import fields
from plaint.query.near import is_near, near_words
from plaint.query.tree import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Term

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Match:
    """An expression of the full-text index."""

    said: str


@dataclass(frozen=True, slots=True)
class Shapes:
    """Posts with one of these combinations of the fields with few values."""

    of: frozenset[int]


@dataclass(frozen=True, slots=True)
class Tags:
    """Posts with at least one of these tag values."""

    of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Any other condition, in SQL on `p`."""

    sql: str
    given: tuple[Value, ...] = ()


Condition = Match | Shapes | Tags | Where

_FIGURE = {"rating": "p.stars", "p": "p.chance", "reach": "p.reach"}
"""The columns of fields.FIGURES."""

ALL, NONE = Where("1"), Where("0")


def where(condition: Condition) -> Where:
    """The condition as SQL on `p`."""
    match condition:
        case Match(said):
            return Where("p.n IN (SELECT rowid FROM fts WHERE fts MATCH ?)", (said,))
        case Shapes(of):
            return Where(f"p.shape IN ({_list(sorted(of))})") if of else NONE
        case Tags(of):
            return Where(f"EXISTS (SELECT 1 FROM tag WHERE tag.n = p.n AND tag.v IN ({_list(of)}))") if of else NONE
        case Where():
            return condition


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


class Translator:
    """Translates trees against one snapshot of a file; `shapes` are all its shapes by number."""

    def __init__(self, connection: sqlite3.Connection, shapes: Mapping[int, Shape]) -> None:
        self._c, self._shapes = connection, shapes
        self._languages = sorted({shape.lang for shape in shapes.values() if shape.lang in words.STEMMERS})

    def conditions(self, node: Node) -> list[Condition]:
        """The conditions that must all hold; full-text parts that can be one expression are one."""
        parts = [self._condition(part) for part in node.of] if isinstance(node, And) else [self._condition(node)]
        return _joined(parts)

    def values(self, field: str, wanted: Iterable[str]) -> Tags:
        """Tags by their exact values, as facets give them."""
        rows = self._c.execute(
            "SELECT v FROM value WHERE field = ? AND value IN (SELECT value FROM json_each(?))", (field, msgspec.json.encode(list(wanted)).decode())
        )
        return Tags(tuple(row[0] for row in rows))

    def _condition(self, node: Node) -> Condition:
        match node:
            case And(of):
                return self._and(_joined([self._condition(part) for part in of]))
            case Or(of):
                return self._or([self._condition(part) for part in of])
            case Not(of):
                return self._not(self._condition(of))
            case Range():
                return self._range(node)
            case _ if node.field is None or node.field in fields.WORDS:
                return self._words(node)
            case _:
                return self._field(node, node.field)

    def _and(self, parts: Sequence[Condition]) -> Condition:
        if len(parts) == 1:
            return parts[0]
        return _combined(" AND ", parts) if parts else ALL

    def _or(self, parts: Sequence[Condition]) -> Condition:
        texts = [part.said for part in parts if isinstance(part, Match)]
        shapes = [part.of for part in parts if isinstance(part, Shapes)]
        tags = [v for part in parts if isinstance(part, Tags) for v in part.of]
        joined: list[Condition] = [part for part in parts if isinstance(part, Where) and part != NONE]
        joined += [Match(" OR ".join(f"({text})" for text in texts))] if texts else []
        joined += [Shapes(frozenset().union(*shapes))] if shapes else []
        joined += [Tags(tuple(dict.fromkeys(tags)))] if tags else []
        if len(joined) == 1:
            return joined[0]
        return _combined(" OR ", joined) if joined else NONE

    def _not(self, part: Condition) -> Condition:
        if isinstance(part, Shapes):
            return Shapes(frozenset(self._shapes) - part.of)
        if part in (ALL, NONE):
            return NONE if part == ALL else ALL
        condition = where(part)
        return Where(f"NOT ({condition.sql})", condition.given)

    def _words(self, node: Term | Phrase | Prefix | Fuzzy) -> Condition:
        columns = ("title", "text") if node.field is None else (node.field,)
        terms, is_begun = words.wanted(node.value)
        if not terms:
            return NONE
        match node:
            case Fuzzy():
                return self._fuzzy(node, columns, terms)
            case Prefix():
                return Match(_sequence(columns, words.terms(node.value) if not is_begun else terms, is_begun=True))
            case Term(field=None) if len(terms) == 1 and not is_begun:
                return Match(" OR ".join([_sequence(columns, terms, is_begun=False), *self._stemmed(node.value)]))
            case _:
                return Match(_sequence(columns, terms, is_begun=is_begun))

    def _stemmed(self, word: str) -> list[str]:
        return [f'stems : "{stem}"' for language in self._languages for stem in sorted(words.stems(word, language))]

    def _fuzzy(self, node: Fuzzy, columns: Sequence[str], terms: Sequence[str]) -> Condition:
        options = []
        for term in terms:
            found = near_words(term, node.edits, self._vocabulary(term[0], columns))
            if not found:
                return NONE
            options.append(" OR ".join(_sequence(columns, [word], is_begun=False) for word in found))
        return Match(" AND ".join(f"({option})" for option in options))

    def _vocabulary(self, first: str, columns: Sequence[str]) -> set[str]:
        rows = self._c.execute("SELECT term, col FROM vocabulary WHERE term >= ? AND term < ?", (first, chr(ord(first) + 1)))
        return {term for term, column in rows if column in columns}

    def _field(self, node: Term | Phrase | Prefix | Fuzzy, field: str) -> Condition:
        if field in fields.KEYS:
            return Shapes(frozenset(number for number, shape in self._shapes.items() if _fits(node, getattr(shape, field))))
        if field in fields.TAGS:
            return self._tags(node, field)
        if field in fields.EXACT:
            return self._exact(node, field)
        if isinstance(node, Term | Phrase):
            return self._claim(node.value, field)
        raise ValueError(f"{field}: takes one value or a range, not the beginning of a word or nearly one")

    def _claim(self, value: str, field: str) -> Condition:
        if field == "has":
            return self._has(words.key_of(value))
        if field == "is":
            return self._is(words.key_of(value))
        if field == "rating":
            stars = fields.stars_asked(value)
            return Shapes(frozenset(number for number, shape in self._shapes.items() if shape.stars == stars))
        if field == "p":
            return _between("p.chance", Range("p", value, value))
        if field in fields.MEASURES:
            return self._moments(field, *fields.span_of(value))
        raise ValueError(f"there is no field {field!r}; the fields are {', '.join(fields.FIELDS)}")

    def _has(self, what: str) -> Condition:
        if what == "reply":
            return Shapes(frozenset(number for number, shape in self._shapes.items() if shape.reply))
        if what in fields.HAS:
            return Where(f"p.flags & {flag(what)}")
        if what in fields.TOLD:
            return Where(f"EXISTS (SELECT 1 FROM tag WHERE tag.n = p.n AND tag.v >> {FIELD} = {fields.TAGS.index(what)})")
        raise ValueError(f"has:{what} is not known; write has: and one of {', '.join(fields.CLAIMED)}")

    def _is(self, what: str) -> Condition:
        match what:
            case "case":
                return Where("p.case_id IS NOT NULL")
            case "gone":
                return Shapes(frozenset(number for number, shape in self._shapes.items() if shape.gone))
            case "edited":
                return Where(f"p.flags & {EDITED}")
            case "reply":
                return Where("p.parent IS NOT NULL")
        raise ValueError(f"is:{what} is not known; write is: and one of {', '.join(fields.IS)}")

    def _tags(self, node: Term | Phrase | Prefix | Fuzzy, field: str) -> Condition:
        folded = words.key_of(node.value.lstrip({"hashtag": "#", "mention": "@"}.get(field, "")))
        sql, given = "SELECT v, folded FROM value WHERE field = ?", [field]
        if isinstance(node, Term | Phrase):
            sql, given = f"{sql} AND folded = ?", [field, folded]
        elif isinstance(node, Fuzzy):
            near = set(near_words(folded, node.edits, {row[1] for row in self._c.execute(sql, given)}))
            return Tags(tuple(v for v, found in self._c.execute(sql, given) if found in near))
        return Tags(tuple(v for v, found in self._c.execute(sql, given) if found.startswith(folded)))

    def _exact(self, node: Term | Phrase | Prefix | Fuzzy, field: str) -> Condition:
        column = {"id": "p.id", "url": "p.url", "thread": "p.thread", "case": "p.case_id"}[field]
        if isinstance(node, Fuzzy):
            raise ValueError(f"{field}: is a name; give the whole of it, or its beginning with *")
        sources = sorted({shape.source for shape in self._shapes.values()}) if field == "thread" else ()
        values = (node.value, *(f"{source}:{node.value}" for source in sources))
        if isinstance(node, Prefix):
            tests = " OR ".join(f"substr({column}, 1, ?) = ?" for _ in values)
            return Where(f"{column} IS NOT NULL AND ({tests})", tuple(part for value in values for part in (len(value), value)))
        return Where(f"{column} IS NOT NULL AND {column} IN ({', '.join('?' for _ in values)})", values)

    def _range(self, node: Range) -> Condition:
        if (column := _FIGURE.get(node.field)) is not None:
            return _between(column, node)
        if node.field in fields.MEASURES:
            return self._moments(node.field, *fields.moments_of(node))
        raise ValueError(f"{node.field}: has no order; ranges are for {', '.join(fields.MEASURES)}")

    def _moments(self, field: str, low: int | None, high: int | None) -> Condition:
        column, nothing = ("p.at", fields.UNDATED) if field == "published" else ("p.collected", 0)
        tests, given = [f"{column} > ?"], [nothing]
        tests, given = (tests, given) if low is None else ([f"{column} >= ?"], [max(low, nothing + 1)])
        return Where(" AND ".join([*tests, *([] if high is None else [f"{column} < ?"])]), (*given, *([] if high is None else [high])))


def _joined(parts: Sequence[Condition]) -> list[Condition]:
    """The same demands with full-text expressions and shapes each made one."""
    texts = [part.said for part in parts if isinstance(part, Match)]
    shapes = [part.of for part in parts if isinstance(part, Shapes)]
    joined: list[Condition] = [Match(" AND ".join(f"({text})" for text in texts))] if texts else []
    joined += [Shapes(frozenset.intersection(*shapes))] if shapes else []
    return joined + [part for part in parts if isinstance(part, Tags | Where) and part != ALL]


def _combined(word: str, parts: Sequence[Condition]) -> Where:
    written = [where(part) for part in parts]
    return Where(f"({word.join(f'({part.sql})' for part in written)})", tuple(value for part in written for value in part.given))


def _sequence(columns: Sequence[str], terms: Sequence[str], *, is_begun: bool) -> str:
    """The terms one after the other; the last one may go on."""
    return f'{{{" ".join(columns)}}} : "{" ".join(terms)}"{" *" if is_begun else ""}'


def _fits(node: Term | Phrase | Prefix | Fuzzy, value: str | None) -> bool:
    if value is None:
        return False
    have, asked = words.key_of(value), words.key_of(node.value)
    match node:
        case Prefix():
            return have.startswith(asked)
        case Fuzzy():
            return is_near(asked, have, node.edits)
        case _:
            return have == asked


def _between(column: str, asked: Range) -> Where:
    tests: list[str] = [f"{column} IS NOT NULL"]
    given: list[Value] = []
    for value, sign, with_it in ((asked.low, ">", asked.with_low), (asked.high, "<", asked.with_high)):
        if value is not None:
            tests.append(f"{column} {sign}{'=' if with_it else ''} ?")
            given.append(fields.figure_asked(asked.field, value))
    return Where(" AND ".join(tests), tuple(given))
