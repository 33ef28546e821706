"""`plaint understand` on a store: again, corrected, listed, drifting; and what a mistyped command says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.connect import connect
from manage import app
from plaint.model import Person
from tests.contract.test_posts import post


@pytest.fixture
def store(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/plaint.db"
    stores = connect(address)
    stores.posts.put([post(str(number)) for number in range(3)])
    stores.registers.save_person(Person(key="ann", name="Ann", roles=("agent",)))
    stores.close()
    return address


def run(*words: str, exit: int = 0) -> str:
    done = CliRunner().invoke(app, ["understand", *words])
    assert done.exit_code == exit, done.output
    return done.stdout if exit == 0 else done.stderr


def test_an_archive_is_understood_once_and_corrected_by_a_named_person(store: str) -> None:
    assert json.loads(run("--archive", "--since-model", "--store", store))["read"] == 3
    assert json.loads(run("--archive", "--since-model", "--store", store)) == {"looked_at": 3, "read": 0, "changed": 0, "failed": 0, "resumed": False}
    made = json.loads(run("correct", "board:1", "--part", "complaint", "--say", "no", "--as", "ann", "--store", store))
    assert (made["post"], made["by"], made["said"]) == ("board:1", "ann", "no")
    assert [json.loads(line) for line in run("corrections", "--store", store).splitlines()] == [made]
    assert json.loads(run("drift", "--store", store))["posts"] == 3


@pytest.mark.parametrize(("words", "exit", "said"), [
    (("correct", "board:1", "--part", "complant", "--say", "no", "--as", "ann"), 2, "did you mean complaint"),
    (("correct", "board:1", "--part", "severity", "--say", "blam", "--as", "ann"), 1, "did you mean blame"),
    (("correct", "board:9", "--part", "complaint", "--say", "no", "--as", "ann"), 1, "no post 'board:9'"),
    (("correct", "board:1", "--part", "complaint", "--say", "no", "--as", "anne"), 1, "did you mean ann"),
    (("correct", "board:1", "--part", "complaint", "--say", "no"), 1, "who acts?"),
    (("--archive", "--query", "complant:yes"), 1, "Did you mean complaint"),
    (("--archive", "--as", "ann"), 1, "may not back up"),
    (("--since-model",), 2, "go with --archive"),
])  # fmt: skip
def test_what_is_mistyped_or_not_allowed_is_said_in_one_line(store: str, words: tuple[str, ...], exit: int, said: str) -> None:
    told = run(*words, "--store", store, exit=exit)
    assert said in told
    assert len(told.splitlines()) == 1


def test_a_mistyped_store_is_not_made(tmp_path: Path) -> None:
    assert "no store there" in run("drift", "--store", f"sqlite:///{tmp_path}/nothing.db", exit=1)
