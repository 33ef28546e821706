"""`plaint verify`, `rebuild`, `backup`, `restore`, `doctor` as they are typed, over a store with real evidence."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bench import made
from crawlers.captured import page_of
from crawlers.reading import read
from crawlers.registry import source
from indexer.connect import connect
from manage import app
from plaint.desk import casework, intake, log
from plaint.model import Approval, Firm, Person, Run, iso
from plaint.ports import CaseFilter, Draft, Fetched, Stores
from plaint.posts.brands import Names
from plaint.query.parse import parse_query
from plaint.query.tree import Search
from settings import settings
from tests.made_up import FIGURE, TABLE

RUN = CliRunner()
ROOT = Path(__file__).parents[2]
ADA = Person(key="ada", name="Ada", roles=("agent",))


def take_in(stores: Stores, key: str, body: bytes, minutes: int, asked: Firm | None = None) -> None:
    """Keep a page as evidence and receive what it says, as a crawl does."""
    at = iso(made.NOW + timedelta(minutes=minutes))
    fetched = Fetched(url=f"https://{key}.example/{minutes}", at=at, status=200, headers=(), body=body, source=key)
    capture = replace(stores.evidence.keep(fetched), parser=f"{key}@{source(key).site.version}")
    said = read(source(key), page_of(fetched)).posts
    intake.receive(stores, site=source(key).site, capture=capture, said=said, run="r1", asked=asked, names=Names(made.FIRMS), now=made.NOW)


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A store with 60 complaints and 25 reviews, one of them edited, a case, accounts and an approval."""
    address = f"sqlite:///{tmp_path}/plaint.db"
    stores = connect(address)
    stores.registers.save_firms(made.FIRMS)
    stores.registers.save_person(ADA, "secret hash")
    stores.registers.save_table(TABLE, [FIGURE])
    stores.registers.save_person(Person(key="kai", name="Kai", roles=("admin",)))
    stores.registers.save_approval(Approval(source="cfpb", approved=True, review_on="2099-01-01"))
    take_in(stores, "cfpb", made.cfpb_answer(60), 0)
    take_in(stores, "cfpb", made.cfpb_answer(60).replace(b"nobody answers", b"somebody answered", 1), 10)
    take_in(stores, "schema_org", made.review_page(25), 20, made.FIRMS[0])
    first = next(post for post in stores.posts.scan(Search()) if post.firms)
    case = casework.open_case(stores, ADA, posts=[first.id], firm=first.firms[0].key, now=made.NOW, command="one")
    casework.note(stores, ADA, case, text="Called her back", now=made.NOW, command="two")
    casework.assign(stores, ADA, case, to="ada", now=made.NOW, command="three")
    stores.runs.save(Run(id="r1", source="cfpb", firm=None, started=iso(made.NOW), state="done", new=60))
    stores.close()
    return address


def case_of(stores: Stores) -> str:
    """The one case."""
    (case,) = stores.cases.streams("c-")
    return case


def run(*words: str) -> tuple[int, dict[str, Any], str]:
    result = RUN.invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else {}, result.stderr


def file_of(address: str) -> Path:
    return Path(address.removeprefix("sqlite:///"))


def everything(address: str) -> list[Any]:
    """All that a reader of a store can tell: posts with revisions and marks, the log with its texts, registers, runs."""
    stores = connect(address)
    hits = stores.posts.search(Search(limit=1000)).hits
    rows = stores.cases.cases(CaseFilter())
    found = [
        [(hit.post, hit.case, stores.posts.revisions(hit.post.id)) for hit in hits],
        [(entry, stores.cases.bodies(entry.stream)) for entry in stores.cases.walk()],
        stores.registers.firms(), stores.registers.people(), stores.registers.approvals(), stores.registers.secret("ada"), stores.runs.newest(), rows,
        [(table, stores.registers.figures(table.digest)) for table in stores.registers.tables()],
        [fetched for _, fetched in stores.evidence.walk()],
    ]  # fmt: skip
    stores.close()
    return found


# --- verify --------------------------------------------------------------------------------------------------------


def test_a_sound_store_verifies_with_its_evidence(address: str) -> None:
    code, said, _ = run("verify", "--evidence", "--store", address)
    assert (code, said["holds"], said["posts"], said["captures"], said["reread"], said["counts"]) == (0, True, 85, 2, 3, {})


def spoil(address: str, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(file_of(address))) as c:
        assert c.execute(sql, values).rowcount == 1
        c.commit()


def one_body(address: str) -> tuple[int, bytes]:
    with closing(sqlite3.connect(file_of(address))) as c:
        row: tuple[int, bytes] = c.execute("SELECT n, json FROM body WHERE CAST(json AS TEXT) LIKE '%charged twice%' ORDER BY n LIMIT 1").fetchone()
    return row


def test_a_text_changed_in_the_store_is_found_in_the_evidence(address: str) -> None:
    n, json_ = one_body(address)
    spoil(address, "UPDATE body SET json = ? WHERE n = ?", json_.replace(b"charged twice", b"charged once!"), n)
    assert run("verify", "--store", address)[0] == 0
    code, said, errors = run("verify", "--evidence", "--store", address)
    assert code == 1
    assert said["counts"] == {"post that says other things than its capture": 1}
    assert "does not hold" in errors


def test_a_post_that_nobody_wrote_is_found(address: str) -> None:
    stores = connect(address)
    real = next(stores.posts.scan(Search()))
    stores.posts.put([replace(real, id=f"{real.source}:forged", ref="forged"), replace(real, id="x:1", source="x", ref="1", capture=None)])
    stores.close()
    _, said, _ = run("verify", "--evidence", "--store", address)
    assert said["counts"] == {"post without a capture": 1, "post that its capture does not give": 1}


def test_a_changed_or_missing_capture_is_found(address: str) -> None:
    (warc,) = file_of(address).with_name("plaint.db.evidence").glob("*.warc.gz")
    whole = warc.read_bytes()
    warc.write_bytes(whole[: len(whole) // 2])
    code, said, _ = run("verify", "--store", address)
    assert (code, list(said["counts"])) == (1, ["capture not in the evidence"])
    warc.unlink()
    assert run("verify", "--store", address)[1]["counts"] == {"capture not in the evidence": 85}


def test_a_bent_log_is_found(address: str) -> None:
    with closing(sqlite3.connect(f"{file_of(address)}.cases")) as c:
        c.execute("DROP TRIGGER entries_never_change")
        c.execute("UPDATE entries SET said = '{\"to\":\"mo\"}' WHERE kind = 'Assigned'")
        c.commit()
    code, _, errors = run("verify", "--store", address)
    assert code == 1
    assert "is not as it was written" in errors


def test_a_mistyped_address_is_no_sound_store(tmp_path: Path) -> None:
    for command in ("verify", "backup"):
        words = [command, *([str(tmp_path / "b")] if command == "backup" else []), "--store", f"sqlite:///{tmp_path}/nope.db"]
        assert run(*words)[0] == 1
    assert list(tmp_path.iterdir()) == []


# --- rebuild -------------------------------------------------------------------------------------------------------


def totals(address: str, queries: Sequence[str] = ("refund", "charged", "somebody", "bank*", "vel*", "merow~")) -> list[int]:
    stores = connect(address)
    counts = [stores.posts.search(Search(query=parse_query(query), limit=0)).total for query in queries]
    stores.close()
    return counts


def test_the_index_made_again_finds_the_same(address: str) -> None:
    before, stood = totals(address), everything(address)
    with closing(sqlite3.connect(file_of(address))) as c:
        c.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
        c.execute("UPDATE kept SET value = 'words 0' WHERE name = 'words'")
        c.commit()
    code, said, _ = run("rebuild", "--store", address)
    assert (code, said["indexed"]) == (0, 85)
    assert totals(address) == before
    assert any(before)
    assert everything(address) == stood


def test_what_is_written_while_the_index_is_made_is_in_it(address: str) -> None:
    from indexer.rebuild import reindex

    stores = connect(address)
    fresh = next(made.posts(99))
    first = next(stores.posts.scan(Search()))
    edited = replace(first, text="quixotic", capture=replace(first.capture, at="2026-12-01T00:00:00Z") if first.capture else None)

    def meanwhile(_what: str, _count: int) -> None:
        stores.posts.put([replace(fresh, text="zanzibar"), edited])

    reindex(file_of(address), meanwhile)
    assert totals(address, ["zanzibar", "quixotic", f'"{first.text.split(".")[0]}" id:{first.id.split(":")[1]}'])[:2] == [1, 1]
    stores.posts.put([replace(edited, text="zebra", capture=replace(edited.capture, at="2026-12-02T00:00:00Z") if edited.capture else None)])
    assert totals(address, ["quixotic", "zebra"]) == [0, 1]
    stores.close()


def test_a_sound_store_is_left_as_it_is(address: str) -> None:
    stood = everything(address)
    assert run("rebuild", "--evidence", "--store", address)[1]["posts"] == {"same": 85, "corrected": 0, "added": 0, "newer": 0}
    assert everything(address) == stood


def test_posts_are_made_again_from_the_evidence(address: str) -> None:
    stood = everything(address)
    n, json_ = one_body(address)
    spoil(address, "UPDATE body SET json = ? WHERE n = ?", json_.replace(b"charged twice", b"charged once!"), n)
    with closing(sqlite3.connect(file_of(address))) as c:
        c.execute("DELETE FROM revision")
        c.commit()
    code, said, _ = run("rebuild", "--evidence", "--store", address)
    assert (code, said["posts"]["added"], said["posts"]["corrected"] >= 1) == (0, 0, True)
    assert everything(address) == stood
    assert run("rebuild", "--evidence", "--store", address)[1]["posts"] == {"same": 85, "corrected": 0, "added": 0, "newer": 0}
    assert run("verify", "--evidence", "--store", address)[0] == 0


def test_a_lost_file_of_posts_comes_back_from_the_evidence(address: str) -> None:
    before = totals(address)
    stood = everything(address)
    for file in file_of(address).parent.glob("plaint.db*"):
        if file.is_file() and ".cases" not in file.name:
            file.unlink()
    assert run("rebuild", "--evidence", "--store", address)[1]["posts"]["added"] == 85
    assert totals(address) == before
    without_asked = [
        [(replace(post, firms=()), case, len(revisions)) for post, case, revisions in found[0]] for found in (everything(address), stood)
    ]
    assert without_asked[0] == without_asked[1]


def test_a_rebuild_that_is_killed_harms_nothing(address: str) -> None:
    before = totals(address)
    words = [sys.executable, "-c", "from manage import main; main()", "rebuild", "--evidence", "--store", address]
    for wait in (0.4, 0.7, 1.0):
        running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
        time.sleep(wait)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert totals(address) == before
    assert run("rebuild", "--evidence", "--store", address)[0] == 0
    assert totals(address) == before
    assert [file.name for file in file_of(address).parent.iterdir() if ".index" in file.name or ".remade" in file.name] == []


def test_an_agent_may_not_rebuild_and_an_admin_may(address: str) -> None:
    assert run("rebuild", "--store", address, "--as", "ada")[0] == 1
    assert run("rebuild", "--store", address, "--as", "kai")[0] == 0


# --- backup and restore --------------------------------------------------------------------------------------------


def test_a_restored_store_is_the_same_and_verifies(address: str, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "b"), "--store", address)[0] == 0
    new = f"sqlite:///{tmp_path}/new.db"
    code, said, _ = run("restore", str(tmp_path / "b"), "--store", new)
    assert (code, said["holds"]) == (0, True)
    assert everything(new) == everything(address)
    assert run("verify", "--evidence", "--store", new)[0] == 0


def test_the_second_backup_copies_only_what_is_new(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    run("backup", str(folder), "--store", address)
    first = {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    stores = connect(address)
    take_in(stores, "cfpb", made.cfpb_answer(80), 30)
    casework.note(stores, ADA, case_of(stores), text="Paid back", now=made.NOW, command="four")
    stores.close()
    code, said, _ = run("backup", str(folder), "--store", address)
    assert (code, said["segments"]) == (0, 2)
    assert (folder / "log" / "000001.ndjson").read_bytes() == first[Path("log/000001.ndjson")]
    assert (folder / "log" / "000002.ndjson").read_text().count('"entry"') == 1
    new = f"sqlite:///{tmp_path}/new.db"
    assert run("restore", str(folder), "--store", new)[0] == 0
    assert everything(new) == everything(address)


def test_an_erased_text_leaves_the_backup_too(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    run("backup", str(folder), "--store", address)
    assert b"Called her back" in b"".join(file.read_bytes() for file in folder.glob("bodies*"))
    stores = connect(address)
    cleo = Person(key="cleo", name="Cleo", roles=("compliance",))
    entry = next(entry for entry in stores.cases.read(case_of(stores)) if entry.kind == "Noted")
    log.erase(stores, cleo, entry.stream, entry.version, "text", reason="asked", now=made.NOW, command="five")
    stores.close()
    run("backup", str(folder), "--store", address)
    assert b"Called her back" not in b"".join(file.read_bytes() for file in folder.rglob("*") if file.suffix == ".ndjson")
    assert run("restore", str(folder), "--store", f"sqlite:///{tmp_path}/new.db")[1]["holds"] is True


def test_a_changed_backup_is_not_restored(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "b"
    run("backup", str(folder), "--store", address)
    segment = folder / "log" / "000001.ndjson"
    segment.write_bytes(segment.read_bytes().replace(b'"to":"ada"', b'"to":"bob"'))
    code, _, errors = run("restore", str(folder), "--store", f"sqlite:///{tmp_path}/new.db")
    assert code == 1
    assert "000001.ndjson is not as it was written" in errors
    assert not (tmp_path / "new.db").exists()


def test_restoring_never_writes_over_a_store(address: str, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "b"), "--store", address)
    before = file_of(address).read_bytes()
    code, _, errors = run("restore", str(tmp_path / "b"), "--store", address)
    assert (code, "exists" in errors) == (1, True)
    assert file_of(address).read_bytes() == before


def test_two_logs_are_not_mixed_in_one_backup(address: str, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "b"), "--store", address)
    other = connect(f"sqlite:///{tmp_path}/other.db")
    other.cases.append("c-9", 0, [Draft(kind="CaseOpened", said={})] * 3, at=iso(made.NOW), by="ada", command="x")
    other.close()
    code, _, errors = run("backup", str(tmp_path / "b"), "--store", f"sqlite:///{tmp_path}/other.db")
    assert (code, "another log" in errors) == (1, True)


def test_a_backup_seals_the_log_and_writes_the_seal_outside(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAINT_SEALS", str(tmp_path / "seals"))
    settings.cache_clear()
    try:
        assert run("backup", str(tmp_path / "b"), "--store", address)[1]["seals"] == 1
        said = run("verify", "--store", address)[1]
        assert (said["log"]["covered"], said["log"]["last_outside"] is not None) == (said["log"]["entries"], True)
    finally:
        settings.cache_clear()


# --- doctor --------------------------------------------------------------------------------------------------------


def checks(address: str) -> tuple[int, dict[str, dict[str, str]]]:
    code, said, _ = run("doctor", "--json", "--store", address)
    return code, {check["name"]: check for check in said["checks"]}


def test_the_doctor_finds_a_healthy_store_healthy(address: str) -> None:
    code, found = checks(address)
    assert code == 0
    assert {name for name, check in found.items() if check["state"] == "fail"} == set()
    assert found["size"]["says"].startswith("85 posts")


def test_the_doctor_names_what_needs_somebody(address: str) -> None:
    stores = connect(address)
    stores.registers.save_approval(Approval(source="appstore", approved=True, review_on="2020-01-01"))
    stores.runs.save(Run(id="r2", source="cfpb", firm="merrow", started=iso(made.NOW), state="running", worker=None))
    stores.runs.save(Run(id="r3", source="schema_org", firm=None, started=iso(made.NOW), state="done", alarms=("layout changed",)))
    stores.close()
    code, found = checks(address)
    assert code == 0
    assert {name for name, check in found.items() if check["state"] == "warn"} >= {"approvals", "runs", "coverage", "outside seal"}
    assert "appstore (2020-01-01)" in found["approvals"]["says"]
    assert "r2" in found["runs"]["says"]
    assert "layout changed" in found["coverage"]["says"]


def test_the_doctor_fails_for_old_words(address: str) -> None:
    spoil(address, "UPDATE kept SET value = 'words 0' WHERE name = 'words'")
    code, found = checks(address)
    assert (code, found["store"]["state"], "plaint rebuild" in found["store"]["says"]) == (1, "fail", True)


def test_the_doctor_fails_for_a_file_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "plaint.db").write_bytes(b"not a database at all, but long enough to be taken for one")
    code, found = checks(f"sqlite:///{tmp_path}/plaint.db")
    assert (code, found["store"]["state"]) == (1, "fail")


def test_the_doctor_makes_no_store_where_there_is_none(tmp_path: Path) -> None:
    code, found = checks(f"sqlite:///{tmp_path}/none.db")
    assert (code, found["store"]["state"]) == (0, "warn")
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_fails_when_another_package_owns_a_room(tmp_path: Path) -> None:
    owner = tmp_path / "elsewhere" / "crawlers-2.0.dist-info"
    owner.mkdir(parents=True)
    (owner / "METADATA").write_text("Metadata-Version: 2.1\nName: crawlers\nVersion: 2.0\n")
    (owner / "RECORD").write_text("crawlers/__init__.py,,\ncrawlers-2.0.dist-info/METADATA,,\n")
    result = subprocess.run(
        [sys.executable, "-c", "from manage import main; main()", "doctor", "--store", f"sqlite:///{tmp_path}/none.db"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(owner.parent)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "crawlers owns 'crawlers'" in result.stdout
