"""`plaint search` as it is typed: one JSON object, or one line that says what to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from indexer.connect import connect
from manage import app
from plaint.model import AboutFirm, Author, Kind, Language, PartialDate, Person, Post, post_from_json

RUN = CliRunner()
ENGLISH = Language(code="en", score=1, how="stated")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    address = f"sqlite:///{tmp_path_factory.mktemp('store')}/plaint.db"
    stores = connect(address)
    stores.posts.put([
        Post(id=f"board:{number}", source="board", ref=str(number), kind=Kind.POST, text=f"Refund number {number}", lang=ENGLISH,
             author=Author(name="Zoe"),
             published=PartialDate(earliest=f"2026-01-{number:02}", latest=f"2026-01-{number:02}"),
             hashtags=("OrbitFail",) if number < 4 else (),
             firms=(AboutFirm(key="orbit" if number % 2 else "air", score=1, how="asked"),))
        for number in range(1, 8)
    ])  # fmt: skip
    stores.registers.save_person(Person(key="ada", name="Ada", roles=("agent",), firms=("orbit",)))
    stores.close()
    return address


def _answer(address: str, *typed: str) -> dict[str, Any]:
    done = RUN.invoke(app, ["search", *typed, "--store", address])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_an_answer_has_its_total_hits_facets_and_next(address: str) -> None:
    answer = _answer(address, "refunds", "--facets", "firm,lang", "--limit", "3")
    assert answer["total"] == 7
    assert answer["facets"] == {"firm": {"orbit": 4, "air": 3}, "lang": {"en": 7}}
    assert [hit["id"] for hit in answer["hits"]] == ["board:7", "board:6", "board:5"]
    assert answer["hits"][0]["snippet"] == "Refund number 7"
    more = _answer(address, "refunds", "--limit", "9", "--cursor", answer["next"])
    assert [hit["ref"] for hit in more["hits"]] == ["4", "3", "2", "1"]
    assert more["next"] is None


def test_a_hit_is_a_whole_post(address: str) -> None:
    (hit,) = _answer(address, "id:board:3")["hits"]
    for name in ("snippet", "marks", "case"):
        hit.pop(name)
    assert post_from_json(json.dumps(hit)).ref == "3"


def test_count_gives_the_total_only(address: str) -> None:
    assert _answer(address, "firm:air", "--count") == {"total": 3}


@pytest.mark.parametrize("typed", ["#orbitfail", "tag:OrbitFail", "hashtag:orbitfail"])
def test_a_hashtag_is_searched_counted_and_counted_over_time(address: str, typed: str) -> None:
    answer = _answer(address, typed, "--facets", "hashtag", "--per", "day", "--limit", "0")
    assert (answer["total"], answer["facets"]["hashtag"]) == (3, {"orbitfail": 3})
    assert [(bar["from"][:10], bar["count"]) for bar in answer["histogram"]] == [("2026-01-01", 1), ("2026-01-02", 1), ("2026-01-03", 1)]
    (month,) = _answer(address, typed, "--per", "month", "--count")["histogram"]
    assert month == {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z", "count": 3}
    assert _answer(address, "#nothing", "--per", "day", "--count") == {"total": 0, "histogram": []}


def test_someone_named_sees_their_firms_only(address: str) -> None:
    assert _answer(address, "", "--count", "--as", "ada") == {"total": 4}


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        (["refund AND"], 1, "Nothing stands after AND at position 8"),
        (["a", "--cursor", "x"], 1, "not a cursor"),
        (["a", "--as", "adda"], 1, "did you mean ada"),
        (["a", "--facets", "frim"], 2, "did you mean firm"),
        (["a", "--sort", "newset"], 2, "did you mean newest"),
        (["a", "--per", "dya"], 2, "did you mean day"),
        (["a", "--limit", "many"], 2, "limit"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(address: str, typed: list[str], status: int, said: str) -> None:
    done = RUN.invoke(app, ["search", *typed, "--store", address])
    assert done.exit_code == status
    assert done.stdout == ""
    assert said in done.stderr


@pytest.mark.parametrize("name", ["plant.db", "nowhere/plaint.db"])
def test_a_mistyped_store_is_no_empty_archive(tmp_path: Path, name: str) -> None:
    ended = RUN.invoke(app, ["search", "refund", "--store", f"sqlite:///{tmp_path}/{name}"])
    assert (ended.exit_code, "no store there" in ended.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
