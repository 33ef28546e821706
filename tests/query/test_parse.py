"""What people type: the tree that it means, or where and what to write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.query.parse import Unreadable, parse_query
from plaint.query.tree import EVERYTHING, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Term

pytestmark = pytest.mark.pure

A, B, C = Term("a"), Term("b"), Term("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", EVERYTHING),
        ("  * ", EVERYTHING),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("a and b", And((A, Term("and"), B))),
        ("-a b", And((Not(A), B))),
        ("NOT (a b)", Not(And((A, B)))),
        ("NOT -a", A),
        ("late-fee", Term("late-fee")),
        ('"late fee"', Phrase("late fee")),
        ("„late fee“", Phrase("late fee")),
        ("refu*", Prefix("refu")),
        ("refnud~", Fuzzy("refnud", 2)),
        ("refnud~1", Fuzzy("refnud", 1)),
        ("source:Trustpilot", Term("Trustpilot", "source")),
        ("BRAND:orbit", Term("orbit", "firm")),
        ("firm:(orbit OR air)", Or((Term("orbit", "firm"), Term("air", "firm")))),
        ('author:"Ann Example"', Phrase("Ann Example", "author")),
        ("#outage", Term("outage", "hashtag")),
        ("@orbit", Term("orbit", "mention")),
        ("rating:<3", Range("rating", high=3.0, with_high=False)),
        ("rating:>= 3", Range("rating", low=3.0)),
        ("rating:4", Term("4", "rating")),
        ("rating:[2 TO 4}", Range("rating", 2.0, 4.0, with_high=False)),
        ("rating:*", Range("rating")),
        ("published:[2026-01-01 TO 2026-02-01]", Range("published", "2026-01-01", "2026-02-01")),
        ("published:[* to 2026]", Range("published", None, "2026")),
        ("published:2026-02", Term("2026-02", "published")),
        ("collected:>2026-01-01", Range("collected", low="2026-01-01", with_low=False)),
        ("has:reply is:case", And((Term("reply", "has"), Term("case", "is")))),
        ("place:*", Term("place", "has")),
        ("id:board:1", Term("board:1", "id")),
        ("https://a.example/b?c=1", Term("https://a.example/b?c=1", "url")),
        ("10:30", Term("10:30")),
        ("返金 （手数料 OR 환불）", And((Term("返金"), Or((Term("手数料"), Term("환불")))))),
    ],
)
def test_reads(text: str, tree: Node) -> None:
    assert parse_query(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "hint"),
    [
        ('refund "late', 7, "Close it"),
        ("refund (late", 7, "Close it with )"),
        ("refund)", 6, "Remove it"),
        ("()", 0, "Write words"),
        ("a AND", 2, "remove AND"),
        ("a OR ", 2, "remove OR"),
        ("OR a", 0, '"or" in small letters'),
        ("a AND OR b", 2, "remove AND"),
        ("a NOT", 2, "remove NOT"),
        ("a -", 2, "remove -"),
        ("late - fee", 5, "without a space"),
        ("a raiting:<3", 2, "Did you mean rating:?"),
        ("rating:", 0, "rating:<3"),
        ("rating:many", 7, "Write 1 to 5"),
        ("published:soon", 10, "2026-02-01"),
        ("published:[2026-01-01", 10, "[2026-01-01 TO 2026-02-01]"),
        ("rating:[4 TO 2]", 7, "[2 TO 4]"),
        ("source:<3", 0, "published"),
        ("has:ratting", 4, "has:rating"),
        ("kind:reveiw", 5, "kind:review"),
        ("re*und", 2, "re*"),
        ("refund~5", 6, "refund~2"),
        ("a 🙂", 2, "Remove it"),
        ('""', 0, "Write words"),
    ],
)
def test_says_where_and_what_to_write(text: str, position: int, hint: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_query(text)
    assert caught.value.position == position
    assert hint in caught.value.hint
    assert str(caught.value).startswith(f"{caught.value.message} at position {position + 1}. ")


PIECES = st.sampled_from(
    [*"()-:*~\"“{}[]<#@ \t\x00é返🙂", "a", "refund", "AND", "OR", "NOT", "~1", "rating:",
     "rating:<", "published:", "published:[", " TO ", ">=", "has:", "is:",
     "id:", "http://", "2026", "2026-13-45", "0000", "9999", "9999-12-31", "99999", "nan", "inf", "1e999"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40))
def test_whatever_is_typed_is_read_or_explained(text: str) -> None:
    error = _error(text)
    assert error is None or (0 <= error.position < len(text) and error.message and error.hint.endswith((".", "?")))


@pytest.mark.parametrize(
    "text", ["rating:nan", "rating:<inf", "rating:1e999", "published:9999-12-31", "published:>9999", "published:0000", "collected:99999"]
)
def test_numbers_and_dates_beyond_all_bounds_are_explained(text: str) -> None:
    assert _error(text) is not None


def _error(text: str) -> Unreadable | None:
    try:
        parse_query(text)
    except Unreadable as error:
        return error
    return None


@pytest.mark.parametrize("text", ["(" * 5_000, "-" * 5_000 + "a", "NOT " * 5_000, "a " * 5_000, "firm:a " * 3_000, '"' * 4_001])
def test_too_much_is_explained_too(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_query(text)
