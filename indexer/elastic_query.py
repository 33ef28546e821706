"""Turns a query tree into Elasticsearch's own query, as plain dictionaries. Pure: it asks nothing of a server.

Words arrive as `plaint.posts.words` cuts them, so the server only splits terms at spaces; whole values are compared in
their folded form, which a document keeps beside the value as written (`firm` and `firm_key`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from plaint.posts import words
from plaint.query import fields
from plaint.query.tree import FACETS, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Search, Sort, Term

Json = dict[str, Any]

ALL: Json = {"match_all": {}}
NONE: Json = {"match_none": {}}

LISTED = 1000
"""The most values that one facet lists."""

BUCKETS = 5 * LISTED
"""Values that one request counts; a facet with more is paged to its end."""

LAST = 1 << 62
"""Stands for no date where the oldest come first."""

UNLIMITED = 1 << 30
"""Expansions of the last word of a phrase: as many as there are."""

DEEPEST = 25
"""Levels of a query that a server surely takes; its own limit is 30."""

ORDERS: Mapping[Sort, tuple[str, str, int | float]] = {
    Sort.NEWEST: ("at", "desc", fields.UNDATED),
    Sort.OLDEST: ("at", "asc", LAST),
    Sort.RATING_LOW: ("stars", "asc", 9.0),
    Sort.RATING_HIGH: ("stars", "desc", 0.0),
    Sort.COLLECTED: ("collected", "desc", 0),
}
"""The field of each stored order, its direction, and what stands where a post has none."""

_FIGURE = {"rating": "stars", "p": "chance", "reach": "points"}
"""Where a document has the numbers of fields.FIGURES."""

_BOOST = {"title": 4.0, "text": 1.0, "author": 1.0}


def query_of(search: Search) -> Json:
    """What a question asks, without its facet filters; raises ValueError for a field that cannot be asked so."""
    asked = translate(search.query)
    return asked if search.scope is None else _bool(must=[asked], filter=[{"terms": {"firm": sorted(search.scope)}}])


def translate(node: Node) -> Json:
    """A tree as a query; raises ValueError for a field that cannot be asked so, or too many levels."""
    if _depth(node) > DEEPEST:
        raise ValueError(f"the query has more than {DEEPEST} levels of brackets: make it flatter")
    return _node(node)


def is_about_words(node: Node) -> bool:
    """Whether relevance means anything for a query: some words must be there."""
    match node:
        case And(of):
            return any(map(is_about_words, of))
        case Or(of):
            return bool(of) and all(map(is_about_words, of))
        case Not() | Range():
            return False
        case _:
            return node.field is None or node.field in fields.WORDS


def filters_of(search: Search) -> dict[str, list[Json]]:
    """The facet filters by field, each as queries that must all hold; raises ValueError for a field that is no facet."""
    found: dict[str, list[Json]] = {}
    for field in (*search.include, *search.exclude):
        if field not in FACETS:
            raise ValueError(f"there is no filter {field!r}; the filters are {', '.join(FACETS)}")
        wanted, unwanted = search.include.get(field), search.exclude.get(field)
        found[field] = [] if wanted is None else [{"terms": {field: sorted(wanted)}}]
        found[field] += [] if unwanted is None else [_bool(must_not=[{"terms": {field: sorted(unwanted)}}])]
    return found


def body_of(search: Search, *, size: int, after: Sequence[Any] | None, is_ranked: bool) -> Json:
    """The whole request for a page with its exact total, facets and histogram: one round trip.

    Filters on facets that are counted act after the counting, so that each facet can leave out its own.
    """
    for name in search.facets:
        if name not in FACETS:
            raise ValueError(f"there is no facet {name!r}; the facets are {', '.join(FACETS)}")
    filters = filters_of(search)
    early = [part for field, parts in filters.items() if field not in search.facets for part in parts]
    late = {field: parts for field, parts in filters.items() if field in search.facets}
    asked = query_of(search)
    body: Json = {
        "query": _bool(must=[asked], filter=early) if early else asked,
        "size": size,
        "track_total_hits": True,
        "sort": sort_of(search.sort, is_ranked=is_ranked),
        "_source": ["post", "case", "state"],
    }
    if late:
        body["post_filter"] = _bool(filter=[part for parts in late.values() for part in parts])
    if after is not None:
        body["search_after"] = list(after)
    counted = {f"facet {name}": _filtered(late, name, {"values": _terms(name)}) for name in search.facets}
    if len(search.edges) > 1:
        counted["histogram"] = _filtered(late, None, {"bars": _bars(search.edges)})
    return body | ({"aggs": counted} if counted else {})


def sort_of(sort: Sort, *, is_ranked: bool) -> list[Json]:
    """The order of a question; posts that are equal in it go by id."""
    if sort is Sort.RELEVANCE and is_ranked:
        return [{"_score": {"order": "desc"}}, {"id": {"order": "asc"}}]
    field, order, missing = ORDERS[Sort.NEWEST if sort is Sort.RELEVANCE else sort]
    return [{field: {"order": order, "missing": missing}}, {"id": {"order": "asc"}}]


def paged_facet(search: Search, name: str, after: Mapping[str, Any] | None) -> Json:
    """The request for the next values of one facet that has more than one answer holds."""
    filters = [part for field, parts in filters_of(search).items() if field != name for part in parts]
    values: Json = {"size": BUCKETS, "sources": [{"value": {"terms": {"field": name}}}]}
    if after is not None:
        values["after"] = dict(after)
    return {"query": _bool(must=[query_of(search)], filter=filters), "size": 0, "track_total_hits": False,
            "aggs": {"values": {"composite": values}}}  # fmt: skip


def most_frequent(counts: Iterable[tuple[str, int]]) -> tuple[dict[str, int], bool]:
    """The most frequent values first, equal ones by name, at most LISTED; and whether any were left out."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:LISTED]), len(ordered) > LISTED


def _filtered(late: Mapping[str, Sequence[Json]], but: str | None, counted: Json) -> Json:
    parts = [part for field, found in late.items() if field != but for part in found]
    return {"filter": _bool(filter=parts) if parts else ALL, "aggs": counted}


def _terms(field: str) -> Json:
    return {"terms": {"field": field, "size": BUCKETS}}


def _bars(edges: Sequence[str]) -> Json:
    moments = [fields.micros(edge) for edge in edges]
    return {"filters": {"filters": [{"range": {"at": {"gte": low, "lt": high}}} for low, high in pairwise(moments)]}}


def _bool(**parts: list[Json]) -> Json:
    return {"bool": {name: part for name, part in parts.items() if part}} if any(parts.values()) else ALL


def _any(parts: Sequence[Json]) -> Json:
    parts = [part for part in parts if part != NONE]
    if len(parts) == 1:
        return parts[0]
    return {"bool": {"should": list(parts), "minimum_should_match": 1}} if parts else NONE


def _all(parts: Sequence[Json]) -> Json:
    if NONE in parts:
        return NONE
    return parts[0] if len(parts) == 1 else _bool(must=[part for part in parts if part != ALL])


def _depth(node: Node) -> int:
    match node:
        case And(of) | Or(of):
            return max((_depth(part) + (type(part) is not type(node)) for part in of), default=0)
        case Not(Not(of)):
            return _depth(of)
        case Not(of):
            return 1 + _depth(of)
        case _:
            return 1


def _node(node: Node) -> Json:
    match node:
        case And(of):
            return _all([_node(part) for part in _flat(And, of)])
        case Or(of):
            return _any([_node(part) for part in _flat(Or, of)])
        case Not(Not(of)):
            return _node(of)
        case Not(of):
            return _bool(must_not=[_node(of)])
        case Range():
            return _range(node)
        case _ if node.field is None or node.field in fields.WORDS:
            return _words(node)
        case _:
            return _field(node, node.field)


def _flat(kind: type[And | Or], parts: Iterable[Node]) -> Iterable[Node]:
    """The parts, with those of the same kind within them taken out of their brackets."""
    for part in parts:
        if isinstance(part, And | Or) and type(part) is kind:
            yield from _flat(kind, part.of)
        else:
            yield part


def _words(node: Term | Phrase | Prefix | Fuzzy) -> Json:
    columns = ("title", "text") if node.field is None else (node.field,)
    terms, is_begun = words.wanted(node.value)
    if not terms:
        return NONE
    match node:
        case Fuzzy():
            return _all([_any([_near(column, term, node.edits) for column in columns]) for term in terms])
        case Prefix():
            return _sequence(columns, terms if is_begun else words.terms(node.value), is_begun=True)
        case Term(field=None) if len(terms) == 1 and not is_begun:
            stems = sorted({stem for language in words.STEMMERS for stem in words.stems(node.value, language)})
            exact = _sequence(columns, terms, is_begun=False)["bool"]["should"]
            return _any([*exact, *([{"terms": {"stems": stems, "boost": 0.5}}] if stems else [])])
        case _:
            return _sequence(columns, terms, is_begun=is_begun)


def _sequence(columns: Sequence[str], terms: Sequence[str], *, is_begun: bool) -> Json:
    """The terms one after the other in one of the columns; the last one may go on."""
    return {"bool": {"should": [_in_column(column, terms, is_begun=is_begun) for column in columns], "minimum_should_match": 1}}


def _in_column(column: str, terms: Sequence[str], *, is_begun: bool) -> Json:
    boost = _BOOST[column]
    if len(terms) == 1:
        return {"prefix": {column: {"value": terms[0], "boost": boost}}} if is_begun else {"term": {column: {"value": terms[0], "boost": boost}}}
    said: Json = {"query": " ".join(terms), "boost": boost}
    if is_begun:
        return {"match_phrase_prefix": {column: said | {"max_expansions": UNLIMITED}}}
    return {"match_phrase": {column: said}}


def _near(field: str, value: str, edits: int) -> Json:
    """Values at most so many letters away that begin with the same letter; as a constant score, so that none is left out."""
    asked = {"value": value, "fuzziness": edits, "prefix_length": 1, "transpositions": True, "rewrite": "constant_score"}
    return {"fuzzy": {field: asked}}


def _field(node: Term | Phrase | Prefix | Fuzzy, field: str) -> Json:
    if field in fields.KEYS or field in fields.TAGS:
        asked = words.key_of(node.value.lstrip({"hashtag": "#", "mention": "@"}.get(field, "")))
        return _folded(node, f"{field}_key", asked)
    if field in fields.EXACT:
        return _exact(node, field)
    if isinstance(node, Term | Phrase):
        return _claim(node.value, field)
    raise ValueError(f"{field}: takes one value or a range, not the beginning of a word or nearly one")


def _folded(node: Term | Phrase | Prefix | Fuzzy, field: str, asked: str) -> Json:
    match node:
        case Prefix():
            return {"prefix": {field: {"value": asked}}} if asked else {"exists": {"field": field}}
        case Fuzzy():
            return _near(field, asked, node.edits) if asked else NONE
        case _:
            return {"term": {field: {"value": asked}}}


def _exact(node: Term | Phrase | Prefix | Fuzzy, field: str) -> Json:
    if isinstance(node, Fuzzy):
        raise ValueError(f"{field}: is a name; give the whole of it, or its beginning with *")
    names = ("thread", "thread_ref") if field == "thread" else (field,)
    if isinstance(node, Prefix):
        return _any([{"prefix": {name: {"value": node.value}}} if node.value else {"exists": {"field": name}} for name in names])
    return _any([{"term": {name: {"value": node.value}}} for name in names])


def _claim(value: str, field: str) -> Json:
    if field == "has":
        return _has(words.key_of(value))
    if field == "is":
        return _is(words.key_of(value))
    if field == "rating":
        stars = fields.stars_asked(value)
        return {"term": {"rating": {"value": str(int(stars))}}} if stars == int(stars) else NONE
    if field == "p":
        return _range(Range("p", value, value))
    if field in fields.MEASURES:
        return _moments(field, *fields.span_of(value))
    raise ValueError(f"there is no field {field!r}; the fields are {', '.join(fields.FIELDS)}")


def _has(what: str) -> Json:
    if what == "reply":
        return {"term": {"reply": {"value": "yes"}}}
    if what in fields.HAS:
        return {"term": {"has": {"value": what}}}
    if what in fields.TOLD:
        return {"exists": {"field": what}}
    raise ValueError(f"has:{what} is not known; write has: and one of {', '.join(fields.CLAIMED)}")


def _is(what: str) -> Json:
    match what:
        case "case" | "gone":
            return {"exists": {"field": what}}
        case "edited":
            return {"term": {"edited": {"value": True}}}
        case "reply":
            return {"exists": {"field": "parent"}}
    raise ValueError(f"is:{what} is not known; write is: and one of {', '.join(fields.IS)}")


def _range(node: Range) -> Json:
    if (column := _FIGURE.get(node.field)) is not None:
        low = {"gte" if node.with_low else "gt": fields.figure_asked(node.field, node.low)} if node.low is not None else {}
        high = {"lte" if node.with_high else "lt": fields.figure_asked(node.field, node.high)} if node.high is not None else {}
        return {"range": {column: low | high}} if low or high else {"exists": {"field": column}}
    if node.field in fields.MEASURES:
        return _moments(node.field, *fields.moments_of(node))
    raise ValueError(f"{node.field}: has no order; ranges are for {', '.join(fields.MEASURES)}")


def _moments(field: str, low: int | None, high: int | None) -> Json:
    """A half-open span of microseconds; a post without the date is never in it."""
    column = "at" if field == "published" else "collected"
    limits = {name: value for name, value in (("gte", low), ("lt", high)) if value is not None}
    return {"range": {column: limits}} if limits else {"exists": {"field": column}}
