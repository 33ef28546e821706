"""An evidence pack opens anywhere, and its own checker finds whatever was changed in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.cases.chain import canonical
from plaint.cases.outcomes import Classify
from plaint.desk import casework, log, packs
from plaint.desk.rights import Refused
from plaint.model import Capture
from plaint.ports import Fetched, Stores
from plaint.reports.pack import check
from tests.conftest import NOW
from tests.desk.test_casework import ANNA, OTTO, RITA, TOM, desk, post

__all__ = ["desk"]
HOSTILE = '<script>alert("1")</script> & "quotes" \u202e abc'


@pytest.fixture
def case(desk: Stores) -> str:
    """A case with a captured post whose words are hostile, a note, and a seal."""
    fetched = Fetched(url="https://board.example/9", at="2026-11-20T12:00:00Z", status=200, headers=(("content-type", "text/html"),), body=b"<p>raw")
    capture = desk.evidence.keep(fetched)
    desk.posts.put([post(9, text=HOSTILE, title="<b>title</b>", capture=capture)])
    made = casework.open_case(desk, TOM, posts=["board:9"], firm="northgate", now=NOW, command="open")
    casework.confirm(desk, TOM, made, reason=HOSTILE, about=Classify(product="FCA1R-P01", root_cause="Zinsen falsch – öäü"), now=NOW, command="k1")
    log.seal(desk, ANNA, NOW, None)
    casework.note(desk, TOM, made, text="called\nback \x07", now=NOW + timedelta(minutes=1), command="k2")
    return made


def packed(desk: Stores, case: str, **more: Any) -> bytes:
    return packs.pack(desk, TOM, case, version="0", now=NOW + timedelta(hours=1), command="pack", **more)


def unpacked(whole: bytes, to: Path) -> Path:
    with ZipFile(BytesIO(whole)) as archive:
        archive.extractall(to)
    return to


def checked(place: Path) -> tuple[int, str]:
    """What the checker says, run by itself and without anything of ours."""
    script = place / "check.py" if place.is_dir() else place.with_suffix(".py")
    done = subprocess.run([sys.executable, "-I", "-S", str(script), str(place)], capture_output=True, text=True, check=False, cwd="/")
    return done.returncode, done.stdout


def test_the_pack_holds_what_is_promised_and_its_checker_agrees(desk: Stores, case: str, tmp_path: Path) -> None:
    place = unpacked(packed(desk, case), tmp_path / "pack")
    assert checked(place) == (0, "everything holds: files, chain, texts and seals\n")
    assert (place / "captures" / "001.body").read_bytes() == b"<p>raw"
    said = json.loads((place / "case.json").read_text())
    assert [one["event"] for one in said["history"]] == ["CaseOpened", "ComplaintConfirmed", "ComplaintClassified", "Noted"]
    clocks = json.loads((place / "deadlines.json").read_text())["clocks"]
    assert any("15 business days after" in step for clock in clocks for step in clock["trace"]["why"])
    assert len(json.loads((place / "log.json").read_text())["seals"]) == 1


def test_the_zip_itself_can_be_checked(desk: Stores, case: str, tmp_path: Path) -> None:
    (tmp_path / "case.zip").write_bytes(packed(desk, case))
    (tmp_path / "case.py").write_bytes(Path(check.__file__).read_bytes())
    assert checked(tmp_path / "case.zip")[0] == 0


def test_the_page_runs_and_fetches_nothing(desk: Stores, case: str, tmp_path: Path) -> None:
    page = (unpacked(packed(desk, case), tmp_path / "pack") / "case.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert "src=" not in page.replace("default-src=", "")
    assert "href=" not in page


def test_the_same_log_packed_at_the_same_moment_gives_the_same_bytes(desk: Stores, case: str) -> None:
    assert sha256(packed(desk, case)).digest() == sha256(packed(desk, case)).digest()


Tamper = Callable[[dict[str, Any]], None]


def _reword(log: dict[str, Any]) -> None:
    log["bodies"][-1]["text"] = "never called"


def _backdate(log: dict[str, Any]) -> None:
    log["entries"][1]["at"] = "2026-11-01T10:00:00Z"


def _drop_last(log: dict[str, Any]) -> None:
    log["entries"].pop()


def _drop_body(log: dict[str, Any]) -> None:
    log["bodies"].pop()


def _swap(log: dict[str, Any]) -> None:
    log["entries"][1], log["entries"][2] = log["entries"][2], log["entries"][1]


def _bend_seal(log: dict[str, Any]) -> None:
    log["seals"][0]["at"] = "2026-11-01T10:00:00Z"


@pytest.mark.parametrize("tamper", [_reword, _backdate, _drop_last, _drop_body, _swap, _bend_seal])
def test_the_checker_finds_what_was_changed_even_where_the_manifest_was_changed_with_it(
    desk: Stores, case: str, tmp_path: Path, tamper: Tamper
) -> None:  # fmt: skip
    place = unpacked(packed(desk, case), tmp_path / "pack")
    log = json.loads((place / "log.json").read_text())
    tamper(log)
    (place / "log.json").write_text(json.dumps(log))
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["files"]["log.json"] = sha256((place / "log.json").read_bytes()).hexdigest()
    (place / "manifest.json").write_text(json.dumps(manifest))
    status, said = checked(place)
    assert status == 1
    assert "WRONG: " in said


def test_the_checker_finds_changed_missing_and_added_files(desk: Stores, case: str, tmp_path: Path) -> None:
    place = unpacked(packed(desk, case), tmp_path / "pack")
    (place / "captures" / "001.body").write_bytes(b"<p>other")
    (place / "case.json").unlink()
    (place / "more.txt").write_text("x")
    _, said = checked(place)
    for what in ("captures/001.body was changed", "001.body is not what was fetched", "case.json is missing", "more.txt does not belong"):
        assert what in said


_plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.pure
@given(_plain)
def test_the_checker_writes_json_as_the_log_does(value: Any) -> None:
    assert check.hashed(value) == sha256(canonical(value).encode()).hexdigest()


def test_a_case_is_packed_as_it_was(desk: Stores, case: str, tmp_path: Path) -> None:
    place = unpacked(packed(desk, case, as_of="2026-11-24T10:00:30Z"), tmp_path / "pack")
    assert json.loads((place / "manifest.json").read_text())["version"] == 3
    assert "called" not in (place / "case.html").read_text()
    assert checked(place)[0] == 0
    with pytest.raises(Refused, match="nothing to pack"):
        packed(desk, case, as_of="2026-11-20T10:00:00Z")


def test_a_text_erased_is_gone_from_the_pack_and_the_chain_holds(desk: Stores, case: str, tmp_path: Path) -> None:
    log.erase(desk, ANNA, case, 4, "text", reason="asked to", now=NOW, command="e1")
    place = unpacked(packed(desk, case), tmp_path / "pack")
    assert "called" not in (place / "log.json").read_text()
    assert checked(place)[0] == 0


def test_a_capture_that_was_not_kept_says_so(desk: Stores, tmp_path: Path) -> None:
    desk.posts.put([post(8, capture=Capture(url="https://board.example/8", at="2026-11-20T12:00:00Z", sha256="1" * 64, warc="gone.warc.gz#0"))])
    made = casework.open_case(desk, TOM, posts=["board:8"], firm="northgate", now=NOW, command="open8")
    place = unpacked(packed(desk, made), tmp_path / "pack")
    assert json.loads((place / "captures" / "001.json").read_text())["lacks"]
    assert checked(place)[0] == 0


def test_who_may_not_take_it_away_is_refused_and_who_does_is_logged(desk: Stores, case: str) -> None:
    for person, why in ((OTTO, "no case"), (RITA, "may not export")):
        with pytest.raises(Refused, match=why):
            packs.pack(desk, person, case, version="0", now=NOW, command=f"p-{person.key}")
    packed(desk, case)
    assert [entry.said["case"] for entry in desk.cases.read("access") if entry.kind == "CasePacked"] == [case]


def test_any_moment_of_a_case_can_be_looked_at(desk: Stores, case: str) -> None:
    then = casework.load(desk, TOM, case, NOW + timedelta(hours=1), as_of="2026-11-24T10:00:30Z")
    assert (then.case.notes, then.case.version) == (0, 3)
    assert casework.load(desk, TOM, case, NOW + timedelta(hours=1)).case.notes == 1
    with pytest.raises(Refused, match="no such case"):
        casework.load(desk, TOM, case, NOW, as_of="2026-11-01T00:00:00Z")
