"""Evidence in other hands: complete, checkable with standard tools, and written down."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from indexer.connect import connect
from tests.crawl.test_commands import answer, plaint, store

__all__ = ["store"]


@pytest.fixture
def filled(store: str, tmp_path: Path) -> str:
    for name in ("a", "b"):  # the same bytes twice: the second is kept as a pointer to the first
        (tmp_path / f"{name}.json").write_bytes(answer(1, 2)[2])
        assert (
            plaint(
                "import",
                str(tmp_path / f"{name}.json"),
                "--source",
                "cfpb",
                "--reason",
                "an export of the regulator",
                "--as",
                "ada",
                "--store",
                store,
            ).exit_code
            == 0
        )
    return store


def test_what_is_handed_over_is_checked_without_plaint(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    done = plaint("evidence", "hand-over", "cfpb:1", "cfpb:2", "--to", str(file), "--as", "ada", "--store", filled)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["posts"], said["captures"], said["sha256"]) == (2, 1, sha256(file.read_bytes()).hexdigest())
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "out")
    out = tmp_path / "out"
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=out, check=False).returncode == 0
    check = [sys.executable, "-m", "warcio.cli", "check", "captures.warc.gz"]
    assert subprocess.run(check, cwd=out, check=False).returncode == 0
    (post, _) = json.loads((out / "posts.json").read_text())
    assert (out / "pages" / post["capture"]["sha256"]).read_bytes() == answer(1, 2)[2]

    (page,) = (out / "pages").iterdir()
    page.write_bytes(page.read_bytes()[:-1])
    assert subprocess.run(["sha256sum", "--check", "--status", "SHA256SUMS"], cwd=out, check=False).returncode == 1

    stores = connect(filled)
    (entry,) = [one for one in stores.cases.read("access") if one.kind == "EvidenceHandedOver"]
    assert (entry.by, entry.said["posts"], entry.said["sha256"]) == ("ada", 2, said["sha256"])
    assert "cfpb:1" not in json.dumps(dict(entry.said))
    stores.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cfpb:1", "--as", "bo"), "may not export"),
        (("cfpb:9", "--as", "ada"), "no post cfpb:9"),
        (("cfpb:1",), "who acts?"),
    ],
)
def test_what_may_not_leave_is_refused_in_one_line(filled: str, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    file = tmp_path / "out.zip"
    done = plaint("evidence", "hand-over", *words, "--to", str(file), "--store", filled)
    assert (done.exit_code, done.stdout, file.exists()) == (1, "", False)
    assert said in done.stderr


def test_nothing_is_overwritten_and_half_a_proof_is_none(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    file.write_bytes(b"mine")
    words = ("evidence", "hand-over", "cfpb:1", "--as", "ada", "--store", filled)
    assert plaint(*words, "--to", str(file)).exit_code == 1
    assert file.read_bytes() == b"mine"
    for warc in (tmp_path / "plaint.db.evidence").glob("*.warc.gz"):
        warc.unlink()
    lost = plaint(*words, "--to", str(tmp_path / "other.zip"))
    assert (lost.exit_code, "cannot be read" in lost.stderr) == (1, True)
