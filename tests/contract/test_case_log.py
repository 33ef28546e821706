"""What every case log keeps: appends by expected version, commands once, chains, seals, bodies, projections."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from plaint.cases.chain import GENESIS, body_digest, entry_hash, order_hash, seal_hash
from plaint.ports import CaseFilter, CaseRow, Conflict, Draft, Entry, Stores

AT = "2026-11-24T10:00:00Z"


def noted(text: str = "asked the branch", **said: Any) -> Draft:
    return Draft(kind="Noted", said=said, bodies={"text": text})


def append(stores: Stores, stream: str, expected: int | None, drafts: Sequence[Draft], command: str, by: str = "tom") -> list[Entry]:
    return stores.cases.append(stream, expected, drafts, at=AT, by=by, command=command)


def row(case: str, **changes: Any) -> CaseRow:
    fields: dict[str, Any] = {
        "case": case, "version": 1, "firm": "northgate", "state": "CANDIDATE", "title": "Charged twice", "source": "board",
        "posts": ("board:1",), "opened": AT, "changed": AT, **changes,
    }  # fmt: skip
    return CaseRow(**fields)


def test_an_append_gives_entries_in_their_place(stores: Stores) -> None:
    first = append(stores, "c-a", 0, [noted(n=1), noted(n=2)], "k1")
    second = append(stores, "c-a", 2, [noted(n=3)], "k2")
    assert [entry.version for entry in (*first, *second)] == [1, 2, 3]
    assert stores.cases.read("c-a") == [*first, *second]
    assert stores.cases.version("c-a") == 3
    assert stores.cases.version("c-b") == 0
    assert stores.cases.read("c-b") == []


def test_every_hash_covers_every_field_and_the_hash_before(stores: Stores) -> None:
    append(stores, "c-a", 0, [noted(n=1, nested={"b": [1, None, 2.5], "a": "ü"})], "k1")
    append(stores, "c-a", 1, [noted(n=2)], "k2")
    before = GENESIS
    for entry in stores.cases.read("c-a"):
        assert entry.before == before
        assert entry.hash == entry_hash(
            stream=entry.stream, version=entry.version, at=entry.at, by=entry.by, command=entry.command, kind=entry.kind,
            said=entry.said, digests=entry.digests, before=before,
        )  # fmt: skip
        before = entry.hash


def test_the_second_of_two_is_told_what_the_first_wrote(stores: Stores) -> None:
    append(stores, "c-a", 0, [noted(n=1)], "k1")
    won = append(stores, "c-a", 1, [noted(n=2)], "k2", by="anna")
    with pytest.raises(Conflict) as lost:
        append(stores, "c-a", 1, [noted(n=3)], "k3")
    assert (lost.value.case, list(lost.value.entries)) == ("c-a", won)
    assert stores.cases.version("c-a") == 2
    assert not stores.cases.command_done("k3")


def test_a_version_that_is_not_there_yet_is_refused(stores: Stores) -> None:
    with pytest.raises(Conflict):
        append(stores, "c-a", 1, [noted()], "k1")
    assert stores.cases.read("c-a") == []


def test_a_command_happens_once(stores: Stores) -> None:
    done = append(stores, "c-a", 0, [noted(n=1), noted(n=2)], "k1")
    assert append(stores, "c-a", 0, [noted(n=1), noted(n=2)], "k1") == done
    assert append(stores, "c-b", 7, [noted(n=9)], "k1") == done
    assert stores.cases.read("c-a") == done
    assert stores.cases.command_done("k1")


def test_a_stream_as_it_stands_is_read_at_once(stores: Stores) -> None:
    first = append(stores, "c-a", 0, [noted("asked"), noted("answered")], "k1")
    append(stores, "c-b", 0, [noted("another")], "k2")
    standing = stores.cases.standing("c-a", "k1")
    assert list(standing.entries) == first
    assert standing.bodies == {(1, "text"): "asked", (2, "text"): "answered"}
    assert (standing.is_done, standing.is_listed) == (True, False)
    stores.cases.save_case(row("c-a", version=2))
    assert stores.cases.standing("c-a", "k1").is_listed
    assert not stores.cases.standing("c-a", "k3").is_done
    assert not stores.cases.standing("c-a").is_done
    assert stores.cases.standing("c-z", "k2").entries == ()
    stores.cases.erase("c-a", 1, "text")
    assert stores.cases.standing("c-a").bodies == {(1, "text"): None, (2, "text"): "answered"}


def test_who_looked_before_others_wrote_appends_behind_them(fresh: Any) -> None:
    from indexer.connect import connect

    stores = fresh()
    append(stores, "c-a", 0, [noted(n=1)], "k1")
    other = connect(stores.address)
    assert not stores.cases.standing("c-a", "k3").is_done
    theirs = append(other, "c-b", 0, [noted(n=number) for number in range(3)], "k2")
    (mine,) = append(stores, "c-a", 1, [noted(n=2)], "k3")
    assert (mine.version, mine.position) == (2, theirs[-1].position + 1)
    assert not stores.cases.standing("c-a", "k5").is_done
    won = append(other, "c-a", 2, [noted(n=3)], "k4")
    with pytest.raises(Conflict) as lost:
        append(stores, "c-a", 2, [noted(n=4)], "k5")
    assert list(lost.value.entries) == won
    assert not stores.cases.standing("c-a", "k6").is_done
    done = append(other, "c-a", 3, [noted(n=5)], "k6")
    assert append(stores, "c-a", 3, [noted(n=5)], "k6") == done
    assert stores.cases.version("c-a") == other.cases.version("c-a") == 4
    assert [entry.position for entry in stores.cases.walk()] == list(range(1, 8))
    other.close()


def test_without_an_expected_version_it_goes_to_the_end(stores: Stores) -> None:
    append(stores, "access", None, [noted(n=1)], "k1")
    assert append(stores, "access", None, [noted(n=2)], "k2")[0].version == 2


def test_all_of_an_append_or_nothing(stores: Stores) -> None:
    with pytest.raises((TypeError, NotImplementedError)):
        append(stores, "c-a", 0, [noted(n=1), noted(n=object())], "k1")
    assert stores.cases.read("c-a") == []
    assert list(stores.cases.walk_bodies()) == []


def test_the_walk_has_every_entry_in_the_order_taken(stores: Stores) -> None:
    for number in range(60):
        append(stores, f"c-{number % 7}", None, [noted(n=number)], f"k{number}")
    walked = list(stores.cases.walk())
    assert [entry.said["n"] for entry in walked] == list(range(60))
    assert [entry.position for entry in walked] == list(range(1, 61))
    assert list(stores.cases.walk(after=58)) == walked[58:]
    assert list(stores.cases.streams("c-")) == [f"c-{number}" for number in range(7)]
    append(stores, "people", None, [noted()], "last")
    assert list(stores.cases.streams()) == [*(f"c-{number}" for number in range(7)), "people"]


def test_texts_lie_outside_the_entries_under_a_key(stores: Stores) -> None:
    (entry,) = append(stores, "c-a", 0, [noted("she called twice")], "k1")
    (body,) = stores.cases.walk_bodies()
    assert "she called" not in repr(entry)
    assert stores.cases.bodies("c-a") == {(1, "text"): "she called twice"}
    assert entry.digests == {"text": body_digest(body.secret or "", "she called twice")}


def test_equal_texts_have_unequal_digests(stores: Stores) -> None:
    one, two = append(stores, "c-a", 0, [noted("yes"), noted("yes")], "k1")
    assert one.digests != two.digests


def test_erasing_drops_text_and_key_and_nothing_else(stores: Stores) -> None:
    entries = append(stores, "c-a", 0, [noted("her number is 0123"), noted("stays")], "k1")
    stores.cases.erase("c-a", 1, "text")
    assert stores.cases.bodies("c-a") == {(1, "text"): None, (2, "text"): "stays"}
    erased, _ = stores.cases.walk_bodies()
    assert (erased.secret, erased.text) == (None, None)
    assert stores.cases.read("c-a") == entries


def test_bodies_are_walked_in_order(stores: Stores) -> None:
    append(stores, "c-a", 0, [Draft(kind="X", said={}, bodies={"b": "2", "a": "1"}), noted("3")], "k1")
    append(stores, "c-b", 0, [noted("4")], "k2")
    assert [(body.position, body.name, body.text) for body in stores.cases.walk_bodies()] == [
        (1, "a", "1"), (1, "b", "2"), (2, "text", "3"), (3, "text", "4"),
    ]  # fmt: skip
    assert [body.text for body in stores.cases.walk_bodies(after=2)] == ["4"]


def test_seals_hold_what_grew_and_chain(stores: Stores) -> None:
    entries = [*append(stores, "c-a", 0, [noted()], "k1"), *append(stores, "c-b", 0, [noted(), noted()], "k2")]
    first = stores.cases.seal(AT)
    more = append(stores, "c-a", 1, [noted()], "k3")
    second = stores.cases.seal("2026-11-25T10:00:00Z")
    third = stores.cases.seal("2026-11-26T10:00:00Z")
    assert dict(first.heads) == {"c-a": (1, entries[0].hash), "c-b": (2, entries[2].hash)}
    assert dict(second.heads) == {"c-a": (2, more[0].hash)}
    assert dict(third.heads) == {}
    assert [seal.position for seal in (first, second, third)] == [3, 4, 4]
    assert first.order == order_hash(entry.hash for entry in entries)
    assert [seal.before for seal in (first, second, third)] == [GENESIS, first.hash, second.hash]
    for seal in (first, second, third):
        assert seal.hash == seal_hash(
            number=seal.number, at=seal.at, position=seal.position, heads=seal.heads, order=seal.order, before=seal.before
        )  # fmt: skip
    assert stores.cases.seals() == [first, second, third]


def test_the_newest_projection_stays(stores: Stores) -> None:
    append(stores, "c-a", 0, [noted(), noted()], "k1")
    stores.cases.save_case(row("c-a", version=2, state="CONFIRMED_COMPLAINT"))
    stores.cases.save_case(row("c-a", version=1))
    rows, total = stores.cases.cases(CaseFilter())
    assert (total, rows) == (1, [row("c-a", version=2, state="CONFIRMED_COMPLAINT")])
    stores.cases.save_case(row("c-a", version=2, due="2026-12-01T00:00:00Z"))
    assert stores.cases.cases(CaseFilter())[0][0].due == "2026-12-01T00:00:00Z"


def test_a_case_is_behind_until_its_newest_entry_is_projected(stores: Stores) -> None:
    append(stores, "c-a", 0, [noted(), noted()], "k1")
    append(stores, "people", 0, [noted()], "k2")
    assert stores.cases.behind() == ["c-a"]
    stores.cases.save_case(row("c-a", version=1))
    assert stores.cases.behind() == ["c-a"]
    stores.cases.save_case(row("c-a", version=2))
    assert stores.cases.behind() == []


def test_lists_are_narrowed_ordered_and_counted(stores: Stores) -> None:
    for case in (
        row("c-1", due="2026-12-03T00:00:00Z", assignee="tom"),
        row("c-2", due="2026-12-01T00:00:00Z", state="CONFIRMED_COMPLAINT", posts=("board:2", "board:3")),
        row("c-3"),
        row("c-4", due="2026-12-01T00:00:00Z", firm="orbit", facts={"notes": 2}),
    ):
        stores.cases.save_case(case)

    def found(**wanted: Any) -> tuple[list[str], int]:
        rows, total = stores.cases.cases(CaseFilter(**wanted))
        return [one.case for one in rows], total

    assert found() == (["c-2", "c-4", "c-1", "c-3"], 4)
    assert found(limit=2, offset=1) == (["c-4", "c-1"], 4)
    assert found(firm="orbit") == (["c-4"], 1)
    assert found(scope=("northgate",)) == (["c-2", "c-1", "c-3"], 3)
    assert found(scope=()) == ([], 0)
    assert found(scope=("northgate",), firm="orbit") == ([], 0)
    assert found(states=("CONFIRMED_COMPLAINT", "CLOSED")) == (["c-2"], 1)
    assert found(assignee="tom") == (["c-1"], 1)
    assert found(unassigned=True, firm="northgate") == (["c-2", "c-3"], 2)
    assert found(post="board:3") == (["c-2"], 1)
    assert found(due_before="2026-12-02T00:00:00Z") == (["c-2", "c-4"], 2)
    assert found(limit=0) == ([], 4)


def test_threads_may_append_to_one_stream(stores: Stores) -> None:
    def work(name: str) -> None:
        for number in range(20):
            append(stores, "access", None, [noted(n=number)], f"{name}{number}", by=name)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = stores.cases.read("access")
    assert [entry.version for entry in entries] == list(range(1, 81))
    assert {(entry.by, entry.said["n"]) for entry in entries} == {(name, number) for name in "abcd" for number in range(20)}


def test_lists_are_narrowed_by_marks(stores: Stores) -> None:
    for case, marks in (("c-a", ("label:x", "team:cards")), ("c-b", ("label:x",)), ("c-c", ())):
        append(stores, case, 0, [noted()], f"k{case}")
        stores.cases.save_case(row(case, marks=marks))
    found = {
        wanted: [one.case for one in stores.cases.cases(CaseFilter(marks=wanted[0], without=wanted[1]))[0]]
        for wanted in ((("label:x",), ()), (("label:x", "team:cards"), ()), ((), ("label:x",)), (("label:x",), ("team:cards",)))
    }
    assert list(found.values()) == [["c-a", "c-b"], ["c-a"], ["c-c"], ["c-b"]]
    stores.cases.save_case(row("c-a", marks=()))
    assert [one.case for one in stores.cases.cases(CaseFilter(marks=("label:x",)))[0]] == ["c-b"]


def test_each_case_that_matches_comes_once_by_id_whatever_changes_meanwhile(stores: Stores) -> None:
    for number in range(9):
        stores.cases.save_case(row(f"c-{number}", firm="orbit" if number == 4 else "northgate", due=f"2026-12-0{9 - number}T00:00:00Z"))
    found = []
    for one in stores.cases.each_case(CaseFilter(firm="northgate", limit=2, offset=3)):
        found.append(one.case)
        stores.cases.save_case(row(one.case, version=9, due="2027-01-01T00:00:00Z"))
    assert found == ["c-0", "c-1", "c-2", "c-3", "c-5", "c-6", "c-7", "c-8"]
    assert [one.case for one in stores.cases.each_case(CaseFilter(scope=()))] == []


def test_cases_are_counted_by_columns_and_by_how_marks_begin(stores: Stores) -> None:
    for case, changes in {
        "c-a": {"marks": ("team:cards", "label:a", "label:b"), "assignee": "tom"},
        "c-b": {"marks": ("team:cards", "teams", "label:a")},
        "c-c": {"marks": ("team:loans+", "label:ü.x"), "state": "CLOSED", "assignee": "tom"},
        "c-d": {"firm": "orbit"},
    }.items():
        stores.cases.save_case(row(case, **changes))
    tally = stores.cases.tally
    assert tally(CaseFilter(), ["firm"]) == {("northgate",): 3, ("orbit",): 1}
    assert tally(CaseFilter(limit=1, offset=2), ["state", "assignee"]) == {
        ("CANDIDATE", "tom"): 1, ("CANDIDATE", None): 2, ("CLOSED", "tom"): 1,
    }  # fmt: skip
    assert tally(CaseFilter(), ["team:"]) == {("cards",): 2, ("loans+",): 1}
    assert tally(CaseFilter(marks=("team:cards",), firm="northgate"), ["team:", "label:", "assignee"]) == {
        ("cards", "a", "tom"): 1, ("cards", "b", "tom"): 1, ("cards", "a", None): 1,
    }  # fmt: skip
    assert tally(CaseFilter(), ["label:ü."]) == {("x",): 1}
    assert tally(CaseFilter(scope=()), ["firm"]) == {}
