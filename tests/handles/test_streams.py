"""Commands in a pipe: streams that are closed, cut off or full end them in order, never with a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PLAINT = f"'{sys.executable}' -m manage"
ROOT = Path(__file__).resolve().parents[2]
LINE = '{"id":"1","text":"3 days ago","lang":"en","at":"2026-03-18T15:30:00Z"}'


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "command",
    [f"{PLAINT} dates <&-", f"echo '{LINE}' | {PLAINT} dates >&-", f"{PLAINT} deadlines <&- >&- 2>&-", f"{PLAINT} case terms UK-FCA-1R >&-"],
)
def test_a_closed_stream_is_an_empty_one(command: str) -> None:
    ended = _shell(command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_reader_that_goes_away_ends_the_writer_without_a_word() -> None:
    ended = _shell(f"yes '{LINE}' | head -20000 | {PLAINT} dates | head -1")
    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this machine")
@pytest.mark.parametrize("lines", [1, 20_000])
def test_a_full_disk_is_one_line(lines: int) -> None:
    ended = _shell(f"yes '{LINE}' | head -{lines} | {PLAINT} dates >/dev/full; exit $?")
    assert ended.stderr == "plaint: [Errno 28] No space left on device\n"
    assert ended.returncode == 1
