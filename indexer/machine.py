"""What `plaint doctor` asks of the machine: whether what the stores rest on is there, and nothing stands in the checkout's way."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

from plaint.desk.checkup import Check, State

ROOMS = ("bench", "crawlers", "dashboard", "demo", "doors", "handles", "indexer", "manage", "plaint", "responders", "settings", "streamlit_app")
"""Names of the checkout that no installed package may own."""

OLDEST_SQLITE = (3, 40, 0)
LITTLE, VERY_LITTLE = 5_000_000_000, 500_000_000
"""Bytes of free disk at which somebody should look, and at which nothing more is safe."""


def look_at(folders: Sequence[Path]) -> Iterator[Check]:
    """All checks of the machine; `folders` are those that grow."""
    yield _python()
    yield _sqlite()
    yield _rooms(packages_distributions())
    yield from (_disk(folder) for folder in dict.fromkeys(map(_existing, folders)))


def _python() -> Check:
    said = ".".join(map(str, sys.version_info[:3]))
    fits = sys.version_info >= (3, 11)
    return Check(name="python", state=State.OK if fits else State.FAIL, says=said if fits else f"{said}: Plaint needs 3.11 or newer")


def _sqlite() -> Check:
    said = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return Check(name="sqlite", state=State.FAIL, says=f"{said} is older than {'.'.join(map(str, OLDEST_SQLITE))}: use a newer Python or system")
    try:
        with sqlite3.connect(":memory:") as connection:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, content = '')")
    except sqlite3.OperationalError as error:
        return Check(name="sqlite", state=State.FAIL, says=f"{said} without FTS5 ({error}): use a Python that is built with it")
    return Check(name="sqlite", state=State.OK, says=f"{said} with FTS5")


def _rooms(owners: Mapping[str, list[str]]) -> Check:
    """No installed distribution but Plaint itself may own a room's name: its module could be imported instead of ours."""
    owned = {room: sorted({name for name in owners.get(room, []) if name.lower() != "plaint"}) for room in ROOMS}
    taken = [f"{' and '.join(names)} owns {room!r}" for room, names in owned.items() if names]
    if taken:
        return Check(name="rooms", state=State.FAIL, says=f"{'; '.join(taken)}: uninstall it, or use a virtual environment for Plaint alone")
    return Check(name="rooms", state=State.OK, says="no other package owns a folder's name")


def _existing(folder: Path) -> Path:
    folder = folder.resolve()
    while not folder.is_dir():
        folder = folder.parent
    return folder


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    state = State.FAIL if free < VERY_LITTLE else State.WARN if free < LITTLE else State.OK
    advice = "" if state is State.OK else ": make room before the next crawl"
    return Check(name="disk", state=state, says=f"{free / 1e9:.1f} GB free at {folder}{advice}")
