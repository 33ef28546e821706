"""The translation of queries to Elasticsearch's JSON, seen whole; and the templates that it is asked against."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.elastic_docs import FIELDS
from indexer.elastic_query import body_of, is_about_words, query_of, translate
from indexer.elastic_setup import SHORT, Layout, template
from indexer.elastic_setup import body_of as index_of
from plaint.posts import words
from plaint.query import fields
from plaint.query.parse import parse_query
from plaint.query.tree import FACETS, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Search, Sort, Term

pytestmark = pytest.mark.pure


def either(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"should": list(parts), "minimum_should_match": 1}}


def near(field: str, value: str, edits: int) -> dict[str, Any]:
    return {"fuzzy": {field: {"value": value, "fuzziness": edits, "prefix_length": 1, "transpositions": True, "rewrite": "constant_score"}}}


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (And(()), {"match_all": {}}),
        (Or(()), {"match_none": {}}),
        (Term("!"), {"match_none": {}}),
        (Term("Ann", "author"), either({"term": {"author": {"value": "ann", "boost": 1.0}}})),
        (Phrase("late FEE", "title"), either({"match_phrase": {"title": {"query": "late fee", "boost": 4.0}}})),
        (Prefix("re", "title"), either({"prefix": {"title": {"value": "re", "boost": 4.0}}})),
        (Prefix("late fe", "title"), either({"match_phrase_prefix": {"title": {"query": "late fe", "boost": 4.0, "max_expansions": 1 << 30}}})),
        (Term("返", "title"), either({"prefix": {"title": {"value": "返", "boost": 4.0}}})),
        (Fuzzy("refnud", 1, "author"), near("author", "refnud", 1)),
        (Fuzzy("Orbti", 2, "firm"), near("firm_key", "orbti", 2)),
        (Term("Łódź", "place"), {"term": {"place_key": {"value": "lodz"}}}),
        (Term("#Outage", "hashtag"), {"term": {"hashtag_key": {"value": "outage"}}}),
        (Prefix("", "lang"), {"exists": {"field": "lang_key"}}),
        (Term("t1", "thread"), either({"term": {"thread": {"value": "t1"}}}, {"term": {"thread_ref": {"value": "t1"}}})),
        (Prefix("c-1", "case"), {"prefix": {"case": {"value": "c-1"}}}),
        (Term("gone", "is"), {"exists": {"field": "gone"}}),
        (Term("reply", "has"), {"term": {"reply": {"value": "yes"}}}),
        (Term("media", "has"), {"term": {"has": {"value": "media"}}}),
        (Term("2", "rating"), {"term": {"rating": {"value": "2"}}}),
        (Term("2.5", "rating"), {"match_none": {}}),
        (Range("rating", 1, 3, with_high=False), {"range": {"stars": {"gte": 1.0, "lt": 3.0}}}),
        (Range("rating"), {"exists": {"field": "stars"}}),
        (Term("2026-02", "published"), {"range": {"at": {"gte": 1769904000000000, "lt": 1772323200000000}}}),
        (Range("collected", "2026-02-01", with_low=False), {"range": {"collected": {"gte": 1769990400000000}}}),
        (Not(Not(Term("gone", "is"))), {"exists": {"field": "gone"}}),
        (Not(Term("gone", "is")), {"bool": {"must_not": [{"exists": {"field": "gone"}}]}}),
        (And((Term("gone", "is"), And((Term("edited", "is"),)))),
         {"bool": {"must": [{"exists": {"field": "gone"}}, {"term": {"edited": {"value": True}}}]}}),
        (Or((Term("gone", "is"), Or((Term("case", "is"),)))), either({"exists": {"field": "gone"}}, {"exists": {"field": "case"}})),
    ],
)  # fmt: skip
def test_a_tree_becomes_this(node: Node, said: dict[str, Any]) -> None:
    assert translate(node) == said


def test_an_unquoted_word_is_itself_or_one_of_its_stems() -> None:
    said = translate(Term("refunds"))
    exact, stems = said["bool"]["should"][:2], said["bool"]["should"][2]
    assert exact == [{"term": {"title": {"value": "refunds", "boost": 4.0}}}, {"term": {"text": {"value": "refunds", "boost": 1.0}}}]
    assert f"en{words.JOINT}refund" in stems["terms"]["stems"]
    assert len({stem.partition(words.JOINT)[0] for stem in stems["terms"]["stems"]}) == len(words.STEMMERS)


def test_hits_facets_and_histogram_are_one_request() -> None:
    asked = Search(query=Term("gone", "is"), include={"firm": ("orbit",), "lang": ("en",)}, exclude={"firm": ("air",)}, scope=("orbit", "air"),
                   facets=("firm", "source"), edges=("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), limit=25)  # fmt: skip
    late = [{"terms": {"firm": ["orbit"]}}, {"bool": {"must_not": [{"terms": {"firm": ["air"]}}]}}]
    scoped = {"bool": {"must": [{"exists": {"field": "gone"}}], "filter": [{"terms": {"firm": ["air", "orbit"]}}]}}
    bars = {"filters": {"filters": [{"range": {"at": {"gte": 1767225600000000, "lt": 1769904000000000}}}]}}
    assert body_of(asked, size=26, after=(7, "board:1"), is_ranked=False) == {
        "query": {"bool": {"must": [scoped], "filter": [{"terms": {"lang": ["en"]}}]}},
        "post_filter": {"bool": {"filter": late}},
        "size": 26,
        "search_after": [7, "board:1"],
        "track_total_hits": True,
        "sort": [{"at": {"order": "desc", "missing": fields.UNDATED}}, {"id": {"order": "asc"}}],
        "_source": ["post", "case", "state"],
        "aggs": {
            "facet firm": {"filter": {"match_all": {}}, "aggs": {"values": {"terms": {"field": "firm", "size": 5000}}}},
            "facet source": {"filter": {"bool": {"filter": late}}, "aggs": {"values": {"terms": {"field": "source", "size": 5000}}}},
            "histogram": {"filter": {"bool": {"filter": late}}, "aggs": {"bars": bars}},
        },
    }


def test_an_empty_scope_sees_nothing() -> None:
    assert query_of(Search(scope=())) == {"bool": {"must": [{"match_all": {}}], "filter": [{"terms": {"firm": []}}]}}


@pytest.mark.parametrize(
    ("query", "is_ranked"),
    [
        ("refund", True),
        ("refund -fee", True),
        ("firm:orbit refund", True),
        ("firm:orbit", False),
        ("refund OR firm:orbit", False),
        ("-refund", False),
    ],
)
def test_relevance_means_something_where_words_must_be_there(query: str, is_ranked: bool) -> None:
    assert is_about_words(parse_query(query)) is is_ranked


def test_a_query_deeper_than_the_server_takes_says_so() -> None:
    node: Node = Term("gone", "is")
    for _ in range(20):
        node = Not(And((node, Term("edited", "is"))))
    with pytest.raises(ValueError, match="levels of brackets"):
        translate(node)


@pytest.mark.parametrize("node", [Prefix("1", "rating"), Fuzzy("x", 1, "has"), Fuzzy("x", 1, "url"), Term("a", "nose"), Range("firm", "a", "b")])
def test_what_cannot_be_asked_says_why(node: Node) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        translate(node)


@pytest.mark.parametrize("short", SHORT)
def test_every_index_refuses_fields_that_it_does_not_know(short: str) -> None:
    assert template(short)["mappings"]["dynamic"] == "strict"
    index = index_of(short, Layout(shards=3, replicas=1))
    assert index["settings"]["number_of_replicas"] == 1
    assert index["settings"]["number_of_shards"] in {1, 3}


def test_whatever_is_counted_sorted_or_asked_is_in_the_index() -> None:
    known = template("posts")["mappings"]["properties"]
    assert set(FACETS) <= set(known)
    assert {"understood", "chance"} <= set(known)
    assert {f"{field}_key" for field in (*fields.KEYS, *fields.TAGS)} <= set(known)
    assert {next(iter(body_of(Search(sort=sort), size=1, after=None, is_ranked=False)["sort"][0])) for sort in Sort} <= set(known)
    assert index_of("posts", Layout())["mappings"]["_meta"] == {"words": words.VERSION, "fields": FIELDS}
