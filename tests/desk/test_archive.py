"""Reading as a person: their firms only, no names without the right to see them, and an entry for each post opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from plaint.desk import archive
from plaint.desk.rights import Refused
from plaint.model import AboutFirm, Author, Kind, Person, Post
from plaint.ports import Stores
from plaint.query.parse import parse_query
from plaint.query.tree import Search

ADA = Person(key="ada", name="Ada", roles=("agent",), firms=("orbit",))
REX = Person(key="rex", name="Rex", roles=("reader",))
OUT = Person(key="out", name="Out", roles=("agent",), active=False)


def _post(ref: str, *firms: str, thread: str | None = None) -> Post:
    about = tuple(AboutFirm(key=key, score=1, how="asked") for key in firms)
    return Post(
        id=f"board:{ref}", source="board", ref=ref, kind=Kind.POST, text="a refund", firms=about, author=Author(name="Zoe Doe"), thread=thread
    )


@pytest.fixture
def filled(stores: Stores) -> Stores:
    stores.posts.put([_post("1", "orbit", thread="t"), _post("2", "air", thread="t"), _post("3", "orbit", "air"), _post("4", thread="t")])
    return stores


def _refs(stores: Stores, person: Person, **more: object) -> list[str]:
    return [hit.post.ref for hit in archive.look_up(stores, person, Search(**more)).hits]  # type: ignore[arg-type]


def test_people_find_what_is_about_their_firms(filled: Stores) -> None:
    assert _refs(filled, ADA) == ["1", "3"]
    assert _refs(filled, ADA, scope=("air",)) == []
    assert _refs(filled, ADA, query=parse_query("firm:air")) == ["3"]
    assert _refs(filled, REX) == ["1", "2", "3", "4"]
    assert [post.ref for post in archive.scan(filled, ADA, Search())] == ["1", "3"]


def test_who_may_not_see_authors_gets_none_and_cannot_ask_for_them(filled: Stores) -> None:
    assert archive.look_up(filled, REX, Search()).hits[0].post.author == Author()
    with pytest.raises(Refused, match="author"):
        archive.look_up(filled, REX, Search(query=parse_query("refund -(author:zoe)")))
    assert _refs(filled, ADA, query=parse_query("author:zoe")) == ["1", "3"]


def test_an_account_that_is_switched_off_reads_nothing(filled: Stores, now: datetime) -> None:
    with pytest.raises(Refused):
        archive.look_up(filled, OUT, Search())
    with pytest.raises(Refused):
        archive.read_post(filled, OUT, "board:1", now)


def test_a_post_about_other_firms_is_refused_and_a_missing_one_is_said_to_be_missing(filled: Stores, now: datetime) -> None:
    with pytest.raises(Refused, match="none of their firms"):
        archive.read_post(filled, ADA, "board:2", now)
    with pytest.raises(LookupError, match="board:9"):
        archive.read_post(filled, ADA, "board:9", now)
    assert filled.cases.read(archive.STREAM) == []


def test_a_thread_shows_no_posts_about_other_firms(filled: Stores, now: datetime) -> None:
    assert [post.ref for post in archive.read_post(filled, ADA, "board:1", now).thread] == ["1", "4"]


def test_opening_a_post_is_logged_once_an_hour_without_its_id_in_the_chain(filled: Stores, now: datetime) -> None:
    for later in (timedelta(), timedelta(minutes=20), timedelta(hours=2)):
        archive.read_post(filled, ADA, "board:1", now + later)
    entries = filled.cases.read(archive.STREAM)
    assert [(entry.kind, entry.by) for entry in entries] == [(archive.READ, "ada")] * 2
    assert all("board" not in repr((entry.said, entry.command)) for entry in entries)
    assert set(filled.cases.bodies(archive.STREAM).values()) == {"board:1"}


def test_a_reader_without_the_right_sees_no_names_in_revisions_or_threads(filled: Stores, now: datetime) -> None:
    opened = archive.read_post(filled, REX, "board:1", now)
    assert {post.author for post in (opened.post, *opened.thread, *(revision.post for revision in opened.revisions))} == {Author()}


def _with_a_phone(stores: Stores) -> None:
    stores.posts.put([replace(_post("7", "orbit"), title="Ring 0161 496 0345", text="a refund to jo@post.example please")])


def test_personal_data_in_texts_is_hidden_from_all_but_the_operator(filled: Stores) -> None:
    _with_a_phone(filled)
    wanted = Search(query=parse_query("id:board:7 refund"))
    hit = archive.look_up(filled, ADA, wanted).hits[0]
    assert (hit.post.title, hit.post.text) == ("Ring [phone]", "a refund to [e-mail] please")
    assert "jo@" not in hit.snippet
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["refund"]
    assert [post.text for post in archive.scan(filled, ADA, wanted)] == ["a refund to [e-mail] please"]
    assert archive.look_up(filled, archive.OPERATOR, wanted).hits[0].post.title == "Ring 0161 496 0345"


def test_showing_personal_data_needs_the_right_and_each_showing_is_logged(filled: Stores, now: datetime) -> None:
    _with_a_phone(filled)
    wanted = Search(query=parse_query("id:board:7"))
    with pytest.raises(Refused, match="see who wrote"):
        archive.look_up_shown(filled, REX, wanted, now, "c1")
    with pytest.raises(Refused, match="see who wrote"):
        archive.scan(filled, REX, wanted, masked=False)
    with pytest.raises(Refused, match="see who wrote"):
        archive.read_post(filled, REX, "board:7", now, show=True)
    assert filled.cases.read(archive.STREAM) == []
    assert archive.look_up_shown(filled, ADA, wanted, now, "c2").hits[0].post.title == "Ring 0161 496 0345"
    entries = filled.cases.read(archive.STREAM)
    assert [(entry.kind, entry.by, entry.said) for entry in entries] == [(archive.SHOWN, "ada", {"posts": 1})]
    assert set(filled.cases.bodies(archive.STREAM).values()) == {"board:7"}


def test_an_opened_post_says_that_something_is_hidden_and_shows_it_when_asked(filled: Stores, now: datetime) -> None:
    _with_a_phone(filled)
    opened = archive.read_post(filled, ADA, "board:7", now)
    assert opened.hidden
    assert (opened.post.title, opened.revisions[-1].post.text) == ("Ring [phone]", "a refund to [e-mail] please")
    assert not archive.read_post(filled, ADA, "board:1", now).hidden
    shown = archive.read_post(filled, ADA, "board:7", now, show=True)
    assert (shown.post.title, shown.hidden) == ("Ring 0161 496 0345", False)
    assert [entry.kind for entry in filled.cases.read(archive.STREAM)] == [archive.READ, archive.READ, archive.SHOWN]
