"""The line in which writers of the log stand: somebody who is stopped in it holds the others up for a while, not for ever."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer import sqlite_file
from indexer.sqlite_file import SqliteFile
from plaint.ports import StoreDown

HOLD = """
import sys
from pathlib import Path
from indexer.sqlite_file import SqliteFile
with SqliteFile(Path(sys.argv[1]), "cases", synced=True).writing():
    print("mine", flush=True)
    sys.stdin.readline()
"""


def test_a_stopped_writer_is_named_after_a_while_and_the_line_goes_on_once_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.db.cases"
    file = SqliteFile(path, "cases", synced=True)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mine\n"
        os.kill(holder.pid, signal.SIGSTOP)
        monkeypatch.setattr(sqlite_file, "WAIT", 0.2)
        for _ in range(3):
            with pytest.raises(StoreDown, match=r"does not go on; was it stopped\?.*fuser"), file.writing():
                pass
        monkeypatch.setattr(sqlite_file, "WAIT", 30.0)
        os.kill(holder.pid, signal.SIGCONT)
        holder.communicate("\n", timeout=30)
        with file.writing() as connection:
            assert connection.execute("SELECT count(*) FROM entries").fetchone() == (0,)
    finally:
        holder.kill()
        holder.wait()
        file.close()
