"""What every store does with posts: put again, changed, older, gone, answered, in a thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plaint.model import AboutFirm, Author, Capture, Gone, Kind, Language, PartialDate, Post, Rating, Role
from plaint.ports import Outcome, Stores
from plaint.query.parse import parse_query
from plaint.query.tree import CaseMark, Search, Sort, Term


def post(ref: str = "1", *, text: str = "My refund is late", day: int = 1, **more: object) -> Post:
    capture = Capture(url="https://board.example/1", at=f"2026-03-{day:02}T08:00:00Z", sha256="0" * 64)
    given = {"id": f"board:{ref}", "source": "board", "ref": ref, "kind": Kind.REVIEW, "text": text, "capture": capture} | more
    return Post(**given)  # type: ignore[arg-type]


def found(stores: Stores, query: str, **more: object) -> list[str]:
    return [hit.post.ref for hit in stores.posts.search(Search(query=parse_query(query), **more)).hits]  # type: ignore[arg-type]


def test_the_same_post_again_is_known_and_changes_nothing(stores: Stores) -> None:
    assert stores.posts.put([post()]) == [Outcome.NEW]
    assert stores.posts.put([post()]) == [Outcome.KNOWN]
    assert len(stores.posts.revisions("board:1")) == 1
    assert stores.posts.search(Search()).total == 1


def test_a_post_twice_in_one_batch_counts_once_and_the_last_one_stays(stores: Stores) -> None:
    assert stores.posts.put([post(), post(text="My refund came")]) == [Outcome.KNOWN, Outcome.NEW]
    assert stores.posts.get(["board:1"])[0].text == "My refund came"


def test_counters_move_without_a_revision(stores: Stores) -> None:
    stores.posts.put([post(engagement={"likes": 1})])
    assert stores.posts.put([post(engagement={"likes": 9}, day=2)]) == [Outcome.KNOWN]
    held = stores.posts.get(["board:1"])[0]
    assert held.engagement == {"likes": 9}
    assert held.capture is not None
    assert held.capture.at == "2026-03-02T08:00:00Z"
    assert len(stores.posts.revisions("board:1")) == 1


def test_a_known_post_keeps_the_firms_of_both_captures(stores: Stores) -> None:
    stores.posts.put([post(firms=(AboutFirm(key="orbit", score=0.5, how="alias"),))])
    stores.posts.put([post(firms=(AboutFirm(key="northgate", score=1, how="asked"),), day=2)])
    assert found(stores, "firm:orbit firm:northgate") == ["1"]


def test_a_known_post_keeps_the_closer_date(stores: Stores) -> None:
    close = PartialDate(earliest="2026-02-27", latest="2026-02-28", said="2 days ago")
    stores.posts.put([post(published=close)])
    stores.posts.put([post(published=PartialDate(earliest="2026-01-01", latest="2026-02-28", said="last month"), day=20)])
    assert stores.posts.get(["board:1"])[0].published == close


def test_a_changed_text_is_a_revision_and_only_the_new_words_are_found(stores: Stores) -> None:
    stores.posts.put([post()])
    assert stores.posts.put([post(text="All is well now", day=2)]) == [Outcome.CHANGED]
    assert [(revision.number, revision.seen, revision.post.text) for revision in stores.posts.revisions("board:1")] == [
        (1, "2026-03-01T08:00:00Z", "My refund is late"), (2, "2026-03-02T08:00:00Z", "All is well now"),
    ]  # fmt: skip
    assert (found(stores, "refund"), found(stores, "well"), found(stores, "is:edited")) == ([], ["1"], ["1"])


def test_a_post_that_is_changed_and_changed_back_has_three_states(stores: Stores) -> None:
    for day, text in enumerate(["one", "two", "one"], 1):
        stores.posts.put([post(text=text, day=day)])
    assert [revision.post.text for revision in stores.posts.revisions("board:1")] == ["one", "two", "one"]


def test_an_older_capture_is_an_earlier_state_and_the_present_stays(stores: Stores) -> None:
    stores.posts.put([post(text="new words", day=5)])
    assert stores.posts.put([post(text="old words", day=2)]) == [Outcome.STALE]
    assert stores.posts.put([post(text="old words", day=2)]) == [Outcome.KNOWN]
    assert stores.posts.put([post(text="old words", day=3)]) == [Outcome.KNOWN]
    assert [revision.post.text for revision in stores.posts.revisions("board:1")] == ["old words", "new words"]
    assert (found(stores, "old"), found(stores, "new")) == ([], ["1"])


def test_a_gone_post_is_marked_and_keeps_its_words(stores: Stores) -> None:
    stores.posts.put([post()])
    assert stores.posts.put([post(text="", gone=Gone.REMOVED, day=2)]) == [Outcome.GONE]
    held = stores.posts.get(["board:1"])[0]
    assert (held.gone, held.text) == (Gone.REMOVED, "My refund is late")
    assert found(stores, "is:gone refund") == ["1"]
    assert len(stores.posts.revisions("board:1")) == 1


def test_a_gone_post_is_never_created(stores: Stores) -> None:
    assert stores.posts.put([post(gone=Gone.REMOVED)]) == [Outcome.GONE]
    assert stores.posts.search(Search()).total == 0


def test_a_post_that_comes_back_is_no_longer_gone(stores: Stores) -> None:
    stores.posts.put([post()])
    assert stores.posts.vanish(["board:1", "board:2"], "2026-03-02T00:00:00Z") == 1
    assert stores.posts.vanish(["board:1"], "2026-03-03T00:00:00Z") == 0
    assert list(stores.posts.refs("board")) == []
    assert stores.posts.put([post(day=4)]) == [Outcome.KNOWN]
    assert stores.posts.get(["board:1"])[0].gone is None
    assert list(stores.posts.refs("board")) == ["1"]


def test_a_page_from_before_a_post_went_does_not_bring_it_back(stores: Stores) -> None:
    stores.posts.put([post()])
    stores.posts.put([post(text="", gone=Gone.REMOVED, day=5)])
    assert stores.posts.put([post()]) == [Outcome.KNOWN]
    assert stores.posts.put([post(text="My refund is very late", day=3)]) == [Outcome.CHANGED]
    held = stores.posts.get(["board:1"])[0]
    assert (held.gone, held.text) == (Gone.REMOVED, "My refund is very late")
    assert found(stores, "is:gone") == ["1"]
    assert stores.posts.put([post(text="My refund is very late", day=6)]) == [Outcome.KNOWN]
    assert stores.posts.get(["board:1"])[0].gone is None


def test_pages_of_one_moment_that_differ_add_nothing_when_they_come_again(stores: Stores) -> None:
    for text in ("one", "two", "three"):
        stores.posts.put([post(text=text)])
    assert [stores.posts.put([post(text=text)]) for text in ("one", "two", "three")] == [[Outcome.KNOWN]] * 3
    assert stores.posts.get(["board:1"])[0].text == "three"
    assert len(stores.posts.revisions("board:1")) == 3


def test_refs_are_those_of_a_source_and_a_firm(stores: Stores) -> None:
    orbit = (AboutFirm(key="orbit", score=1, how="asked"),)
    stores.posts.put([post("1", firms=orbit), post("2"), replace(post("3"), id="stars:3", source="stars")])
    assert sorted(stores.posts.refs("board")) == ["1", "2"]
    assert list(stores.posts.refs("board", "orbit")) == ["1"]


def test_the_newest_is_the_latest_date_of_a_source(stores: Stores) -> None:
    stores.posts.put([post("1", published=PartialDate(earliest="2026-01-05", latest="2026-01-05")),
                      post("2", published=PartialDate(earliest="2026-02-05", latest="2026-02-05")), post("3")])  # fmt: skip
    assert stores.posts.newest("board") == "2026-02-05"
    assert stores.posts.newest("board", "orbit") is None


def test_a_reply_answers_whichever_comes_first(stores: Stores) -> None:
    reply = post("2", kind=Kind.REPLY, reply_to="1", author=Author(name="Orbit", role=Role.FIRM))
    stores.posts.put([reply])
    assert found(stores, "has:reply") == []
    stores.posts.put([post("1")])
    assert found(stores, "has:reply") == ["1"]
    assert found(stores, "is:reply") == ["2"]
    stores.posts.put([replace(post("2", day=2), reply_to=None)])
    assert found(stores, "has:reply") == []


def test_a_thread_is_everything_tied_together_oldest_first(stores: Stores) -> None:
    def on(day: int) -> PartialDate:
        return PartialDate(earliest=f"2026-01-{day:02}", latest=f"2026-01-{day:02}")

    stores.posts.put([post("3", reply_to="2", published=on(3)), post("1", thread="t", published=on(1)), post("2", thread="t", published=on(2)),
                      post("4", within="3", published=on(4)), post("9", published=on(1))])  # fmt: skip
    for start in ("board:1", "board:4"):
        assert [member.ref for member in stores.posts.thread(start)] == ["1", "2", "3", "4"]
    assert "4" in [member.ref for member in stores.posts.thread("board:4", limit=2)]
    assert stores.posts.thread("board:nowhere") == []


def test_a_mark_ties_a_post_to_its_case_and_survives_a_new_revision(stores: Stores) -> None:
    stores.posts.put([post()])
    stores.posts.mark("board:1", CaseMark(case="c-1", state="CANDIDATE"))
    stores.posts.put([post(text="edited", day=2)])
    hit = stores.posts.search(Search(query=parse_query("is:case state:candidate"), facets=("state",)))
    assert hit.hits[0].case == CaseMark(case="c-1", state="CANDIDATE")
    assert hit.facets == {"state": {"CANDIDATE": 1}}
    stores.posts.mark("board:1", None)
    assert found(stores, "is:case") == []


def test_a_cursor_is_good_for_its_own_question_only(stores: Stores) -> None:
    stores.posts.put([post(str(number)) for number in range(5)])
    first = stores.posts.search(Search(limit=2))
    assert stores.posts.search(Search(limit=3, cursor=first.next, facets=("firm",))).next is None
    for other in (Search(query=Term("refund")), Search(sort=Sort.OLDEST), Search(scope=("orbit",)), Search(exclude={"firm": ("orbit",)})):
        with pytest.raises(ValueError, match="another question"):
            stores.posts.search(replace(other, cursor=first.next))
    with pytest.raises(ValueError, match="not a cursor"):
        stores.posts.search(Search(cursor="rubbish!"))


def test_a_page_goes_on_where_it_was_while_newer_posts_come(stores: Stores) -> None:
    def dated(number: int) -> Post:
        return post(f"{number:03}", published=PartialDate(earliest=f"2026-01-{number:02}", latest=f"2026-01-{number:02}"))

    stores.posts.put([dated(number) for number in range(1, 11)])
    page = stores.posts.search(Search(limit=4))
    stores.posts.put([dated(number) for number in range(11, 20)])
    rest = stores.posts.search(Search(limit=20, cursor=page.next))
    assert [hit.post.ref for hit in (*page.hits, *rest.hits)] == [f"{number:03}" for number in range(10, 0, -1)]


def test_a_walk_by_relevance_sees_each_post_once_while_others_are_written(stores: Stores) -> None:
    stores.posts.put([post(str(number), text="refund " * (number % 3 + 1)) for number in range(10)])
    asked, seen = Search(query=Term("refund"), sort=Sort.RELEVANCE, limit=3), []
    while True:
        page = stores.posts.search(asked)
        seen += [hit.post.ref for hit in page.hits]
        stores.posts.put([post(f"more{len(seen)}", text="refund refund")])
        if page.next is None:
            break
        asked = replace(asked, cursor=page.next)
    assert sorted(seen) == [str(number) for number in range(10)]


def test_a_long_facet_is_cut_and_says_so(stores: Stores) -> None:
    stores.posts.put([post(str(number), hashtags=("all", f"tag{number}")) for number in range(1_200)])
    answer = stores.posts.search(Search(facets=("hashtag", "source")))
    assert len(answer.facets["hashtag"]) == 1_000
    assert next(iter(answer.facets["hashtag"].items())) == ("all", 1_200)
    assert answer.bounded == ("hashtag",)


def test_every_scale_is_searched_on_one_to_five(stores: Stores) -> None:
    stores.posts.put([post("1", rating=Rating(value=2, worst=0, best=10, unit=0.2)), post("2", rating=Rating(value=9, worst=0, best=10, unit=0.9)),
                      post("3", rating=Rating(value=0, worst=1, best=5, unit=None)), post("4")])  # fmt: skip
    assert found(stores, "rating:<3") == ["1"]
    assert found(stores, "has:rating") == ["1", "2"]
    assert found(stores, "rating:2") == ["1"]


def test_words_are_found_by_their_stem_in_the_language_of_the_post(stores: Stores) -> None:
    stores.posts.put([post("1", text="They refunded me", lang=Language(code="en", score=1, how="stated")),
                      post("2", text="Nous demandons un remboursement", lang=Language(code="fr", score=1, how="stated")),
                      post("3", text="refunded, language unknown")])  # fmt: skip
    assert found(stores, "refunds") == ["1"]
    assert found(stores, "remboursements") == ["2"]
    assert found(stores, '"refunds"') == []
    assert sorted(found(stores, "REFUNDED")) == ["1", "3"]


def test_ill_asked_questions_say_what_is_wrong(stores: Stores) -> None:
    stores.posts.put([post()])
    for asked, said in [
        (Search(facets=("nose",)), "no facet"),
        (Search(include={"nose": ("a",)}), "no filter"),
        (Search(query=Term("a", "nose")), "no field"),
        (Search(query=Term("soon", "published")), "not a date"),
    ]:
        with pytest.raises(ValueError, match=said):
            stores.posts.search(asked)


def test_a_span_of_the_same_width_seen_later_does_not_move_the_date(stores: Stores) -> None:
    first = PartialDate(earliest="2026-02-27", latest="2026-02-28", said="2 days ago")
    stores.posts.put([post(published=first)])
    stores.posts.put([post(published=PartialDate(earliest="2026-03-03", latest="2026-03-04", said="2 days ago"), day=6)])
    assert stores.posts.get(["board:1"])[0].published == first


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("published:<2026-02-01", ["1", "2"]),
        ("published:<=2026-02-01", ["1", "2", "3"]),
        ("published:>2026-01-31", ["3", "4"]),
        ("published:>=2026-01-31", ["2", "3", "4"]),
        ("published:[2026-01-31 TO 2026-02-01}", ["2"]),
        ("published:2026-02", ["3", "4"]),
        ("published:*", ["1", "2", "3", "4"]),
        ("-published:2026", ["5"]),
        ("-url:https://board.example/1", ["2", "3", "4", "5"]),
        ("-thread:t", ["2", "3", "4", "5"]),
        ("-rating:>1", ["1", "2", "3", "4", "5"]),
        ("-case:c-1", ["1", "2", "3", "4", "5"]),
    ],
)
def test_days_are_whole_days_and_what_is_not_said_is_neither_in_nor_out_of_a_range(stores: Stores, query: str, refs: list[str]) -> None:
    moments = ["2026-01-30T23:59:59Z", "2026-01-31T23:59:59.999999Z", "2026-02-01", "2026-02-28T10:00:00Z", None]
    stores.posts.put([
        post(str(number), published=moment and PartialDate(earliest=moment, latest=moment),
             url="https://board.example/1" if number == 1 else None, thread="t" if number == 1 else None)
        for number, moment in enumerate(moments, 1)
    ])  # fmt: skip
    assert sorted(found(stores, query)) == refs


@pytest.mark.parametrize("facets", [(), ("firm", "source")])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_every_page_of_many_equal_dates_is_whole(stores: Stores, facets: tuple[str, ...], limit: int) -> None:
    def dated(number: int) -> Post:
        day = f"2026-01-{1 + number // 5:02}"
        return post(f"{number:02}", published=PartialDate(earliest=day, latest=day))

    stores.posts.put([dated(number) for number in range(33)])
    asked, pages = Search(query=Term("refund"), limit=limit, facets=facets), []
    while True:
        page = stores.posts.search(asked)
        pages.append([hit.post.ref for hit in page.hits])
        if page.next is None:
            break
        asked = replace(asked, cursor=page.next)
    assert all(len(refs) == limit for refs in pages[:-1])
    assert [ref for refs in pages for ref in refs] == sorted((f"{number:02}" for number in range(33)), key=lambda ref: (-(int(ref) // 5), ref))
