"""Whoever can write the file can switch off its triggers; `verify` finds what they did and names the place."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer.connect import connect
from plaint.cases.chain import GENESIS, canonical, entry_hash, order_hash, seal_hash
from plaint.desk import log
from plaint.model import Person
from plaint.ports import Draft

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
KEEPER = Person(key="anna", name="Anna Berg", roles=("compliance",))
TABLES = ("entries", "seals", "bodies")

Tamper = Callable[[sqlite3.Connection, random.Random], None]


def build(folder: Path) -> None:
    """A log of 120 entries in 20 streams, sealed four times, with one text erased as it should be."""
    stores = connect(f"sqlite:///{folder}/plaint.db")
    for number in range(120):
        stream = f"c-{number * 7 % 20:02}"
        said = {"n": number, "words": ["a", None, number / 7]}
        draft = Draft(kind="Noted", said=said, bodies={"text": f"note {number}"} if number % 3 == 0 else {})
        stores.cases.append(stream, None, [draft], at=f"2026-11-24T10:{number % 60:02}:00Z", by=f"person{number % 5}", command=f"k{number}")
        if number % 30 == 29:
            log.seal(stores, None, NOW + timedelta(minutes=number), folder / "outside")
    # sealed below once more, so that this too is covered
    log.erase(stores, KEEPER, "c-00", 1, "text", reason="asked to be forgotten", now=NOW, command="e1")
    log.seal(stores, None, NOW + timedelta(hours=3), folder / "outside")
    stores.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    build(folder)
    with sqlite3.connect(folder / "plaint.db.cases") as connection:
        triggers = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
    connection.close()
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    shutil.copy(whole / "plaint.db.cases", tmp_path / "plaint.db.cases")
    shutil.copytree(whole / "outside", tmp_path / "outside")
    return tmp_path


def verdict(folder: Path) -> log.Verdict:
    stores = connect(f"sqlite:///{folder}/plaint.db")
    try:
        return log.verify(stores, outside=folder / "outside")
    finally:
        stores.close()


def one(connection: sqlite3.Connection, dice: random.Random, table: str) -> int:
    return dice.choice([rowid for (rowid,) in connection.execute(f"SELECT {'position' if table == 'entries' else 'number'} FROM {table}")])


def change_an_entry(connection: sqlite3.Connection, dice: random.Random) -> None:
    position = one(connection, dice, "entries")
    column = dice.choice(["stream", "at", "by", "command", "kind", "said", "digests", "before", "hash"])
    (old,) = connection.execute(f"SELECT {column} FROM entries WHERE position = ?", (position,)).fetchone()
    place = dice.randrange(len(old))
    sign = dice.choice([sign for sign in "0123456789abcdef {}\"'" if sign != old[place]])
    connection.execute(f"UPDATE entries SET {column} = ? WHERE position = ?", (old[:place] + sign + old[place + 1 :], position))


def change_a_version(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("UPDATE entries SET version = version + 100 WHERE position = ?", (one(connection, dice, "entries"),))


def pad_an_entry(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("UPDATE entries SET said = said || ' ' WHERE position = ?", (one(connection, dice, "entries"),))


def remove_an_entry(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("DELETE FROM entries WHERE position = ?", (one(connection, dice, "entries"),))


def remove_and_close_the_gap(connection: sqlite3.Connection, dice: random.Random) -> None:
    position = one(connection, dice, "entries")
    connection.execute("DELETE FROM entries WHERE position = ?", (position,))
    connection.execute("DELETE FROM bodies WHERE position = ?", (position,))
    for table in ("entries", "bodies"):
        connection.execute(f"UPDATE {table} SET position = -position + 1 WHERE position > ?", (position,))
        connection.execute(f"UPDATE {table} SET position = -position WHERE position < 1")


def insert_an_entry(connection: sqlite3.Connection, dice: random.Random) -> None:
    position = one(connection, dice, "entries")
    (last,) = connection.execute("SELECT max(position) FROM entries").fetchone()
    connection.execute("UPDATE entries SET position = -position - 1 WHERE position >= ?", (position,))
    connection.execute("UPDATE entries SET position = -position WHERE position < 0")
    connection.execute(
        "INSERT INTO entries SELECT ?, 'c-new', 1, at, by, 'new' || command, kind, said, digests, before, hash FROM entries WHERE position = ?",
        (position, last + 1),
    )


def swap_two_entries(connection: sqlite3.Connection, dice: random.Random) -> None:
    first, second = dice.sample(range(1, 121), 2)
    for old, new in ((first, -1), (second, first), (-1, second)):
        connection.execute("UPDATE entries SET position = ? WHERE position = ?", (new, old))
        connection.execute("UPDATE bodies SET position = ? WHERE position = ?", (new, old))


def remove_a_case(connection: sqlite3.Connection, dice: random.Random) -> None:
    stream = f"c-{dice.randrange(20):02}"
    for table in ("entries", "bodies"):
        connection.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))


def change_a_seal(connection: sqlite3.Connection, dice: random.Random) -> None:
    column, value = dice.choice([("at", "2025"), ("position", 3), ("heads", "{}"), ('"order"', "0"), ("before", "0"), ("hash", "0")])
    connection.execute(f"UPDATE seals SET {column} = ? WHERE number = ?", (value, one(connection, dice, "seals")))


def remove_a_seal(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("DELETE FROM seals WHERE number = ?", (one(connection, dice, "seals"),))


def remove_all_seals(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("DELETE FROM seals")


def change_a_body(connection: sqlite3.Connection, dice: random.Random) -> None:
    position = dice.choice([row[0] for row in connection.execute("SELECT position FROM bodies WHERE text IS NOT NULL AND stream LIKE 'c-%'")])
    column, value = dice.choice([("text", "something else"), ("secret", "ab" * 32), ("secret", "no hex"), ("text", None), ("version", 99)])
    connection.execute(f"UPDATE bodies SET {column} = ? WHERE position = ?", (value, position))


def blank_a_body(connection: sqlite3.Connection, dice: random.Random) -> None:
    position = dice.choice([row[0] for row in connection.execute("SELECT position FROM bodies WHERE text IS NOT NULL")])
    connection.execute("UPDATE bodies SET text = NULL, secret = NULL WHERE position = ?", (position,))


def remove_a_body(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("DELETE FROM bodies WHERE position = ?", (dice.choice([row[0] for row in connection.execute("SELECT position FROM bodies")]),))


def add_a_body(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("INSERT INTO bodies VALUES (?, 'c-03', 1, 'more', 'ab', 'words')", (one(connection, dice, "entries"),))


def with_all_hashes_made_again(tamper: Tamper) -> Tamper:
    """The same by somebody who then recomputes every chain and every seal."""

    def tampered(connection: sqlite3.Connection, dice: random.Random) -> None:
        tamper(connection, dice)
        recompute(connection)

    return tampered


def recompute(connection: sqlite3.Connection) -> None:
    heads: dict[str, tuple[int, str]] = {}
    rows = connection.execute("SELECT position, stream, at, by, command, kind, said, digests FROM entries ORDER BY position").fetchall()
    connection.execute("DELETE FROM entries")
    for number, (_, stream, at, by, command, kind, said, digests) in enumerate(rows, 1):
        version, before = heads.get(stream, (0, GENESIS))
        fields = {"stream": stream, "version": version + 1, "at": at, "by": by, "command": command, "kind": kind, "before": before}
        mine = entry_hash(said=json.loads(said), digests=json.loads(digests), **fields)
        connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, stream, version + 1, at, by, command, kind, said, digests, before, mine),
        )
        heads[stream] = (version + 1, mine)
    reseal(connection)


def reseal(connection: sqlite3.Connection) -> None:
    before, since = GENESIS, 0
    (end,) = connection.execute("SELECT max(position) FROM entries").fetchone()
    seals = connection.execute("SELECT number, at, position FROM seals ORDER BY number").fetchall()
    connection.execute("DELETE FROM seals")
    for number, (_, at, position) in enumerate(seals, 1):
        position = min(position, end)
        rows = connection.execute(
            "SELECT stream, version, hash FROM entries WHERE position > ? AND position <= ? ORDER BY position", (since, position)
        ).fetchall()
        heads = {stream: (version, mine) for stream, version, mine in rows}
        order = order_hash(mine for _, _, mine in rows)
        mine = seal_hash(number=number, at=at, position=position, heads=heads, order=order, before=before)
        connection.execute("INSERT INTO seals VALUES (?, ?, ?, ?, ?, ?, ?)", (number, at, position, canonical(heads), order, before, mine))
        before, since = mine, position


def rename_who_did_it(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("UPDATE entries SET by = 'somebody' WHERE position = ?", (one(connection, dice, "entries"),))


def backdate(connection: sqlite3.Connection, dice: random.Random) -> None:
    connection.execute("UPDATE entries SET at = '2020-01-01T00:00:00Z' WHERE position = ?", (one(connection, dice, "entries"),))


CLUMSY: list[Tamper] = [
    change_an_entry, change_a_version, pad_an_entry, remove_an_entry, remove_and_close_the_gap, insert_an_entry, swap_two_entries, remove_a_case,
    change_a_seal, remove_a_seal, remove_all_seals, change_a_body, blank_a_body, remove_a_body, add_a_body,
]  # fmt: skip
CAREFUL: list[Tamper] = [
    with_all_hashes_made_again(tamper)
    for tamper in (rename_who_did_it, backdate, remove_and_close_the_gap, remove_a_case, swap_two_entries, remove_a_seal)
]


def test_a_log_that_nobody_bent_holds(copy: Path) -> None:
    found = verdict(copy)
    assert found.broken is None
    assert (found.entries, found.bodies, found.seals, found.covered) == (121, 40, 5, 121)
    assert found.age(NOW + timedelta(hours=5)) == timedelta(hours=2)


@pytest.mark.parametrize("tamper", [*CLUMSY, *CAREFUL])
@pytest.mark.parametrize("seed", range(8))
def test_every_tampering_is_found_and_its_place_named(copy: Path, tamper: Tamper, seed: int) -> None:
    with sqlite3.connect(copy / "plaint.db.cases") as connection:
        tamper(connection, random.Random(seed))
    connection.close()
    found = verdict(copy)
    assert found.broken is not None
    assert re.search(r"c-\w\w|position \d+|seal \d|erasures", found.broken), found.broken


def test_the_last_outside_seal_alone_is_enough(copy: Path) -> None:
    for file in sorted((copy / "outside").glob("*.json"))[:-1]:
        file.unlink()
    assert verdict(copy).broken is None
    with sqlite3.connect(copy / "plaint.db.cases") as connection:
        connection.execute("UPDATE entries SET by = 'somebody' WHERE position = 1")
        recompute(connection)
    connection.close()
    assert "c-00 was written anew" in (verdict(copy).broken or "")


def test_without_an_outside_seal_a_careful_hand_is_not_seen(copy: Path) -> None:
    """Why seals have to leave the store."""
    shutil.rmtree(copy / "outside")
    with sqlite3.connect(copy / "plaint.db.cases") as connection:
        connection.execute("UPDATE entries SET by = 'somebody' WHERE position = 1")
        recompute(connection)
    connection.close()
    found = verdict(copy)
    assert found.broken is None
    assert found.last_outside is None


def test_an_entry_cut_from_its_chain_is_found_before_any_seal(copy: Path) -> None:
    stores = connect(f"sqlite:///{copy}/plaint.db")
    stores.cases.append("c-05", None, [Draft(kind="Noted", said={})], at="2026", by="tom", command="late")
    stores.close()
    with sqlite3.connect(copy / "plaint.db.cases") as connection:
        version, before = connection.execute("SELECT version, before FROM entries WHERE position = 122").fetchone()
        fields = {"stream": "c-05", "version": version, "at": "2026", "by": "tom", "command": "late", "kind": "Noted", "said": {}, "digests": {}}
        mine = entry_hash(**fields, before=before[::-1])
        connection.execute("UPDATE entries SET before = ?, hash = ? WHERE position = 122", (before[::-1], mine))
    connection.close()
    assert "c-05 version" in (verdict(copy).broken or "")


def test_an_outside_seal_that_was_changed_is_named(copy: Path) -> None:
    file = sorted((copy / "outside").glob("*.json"))[2]
    file.write_text(file.read_text().replace('"number":3', '"number":2'))
    assert "outside copy of seal 2" in (verdict(copy).broken or "")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET stream = 'x'", "DELETE FROM {}", "INSERT OR REPLACE INTO {} SELECT * FROM {}"])
def test_the_file_itself_forbids_changing_what_is_written(tmp_path: Path, table: str, act: str) -> None:
    build(tmp_path)
    statement = act.format(table, table).replace("stream = 'x'", "at = 'x'" if table == "seals" else "stream = 'x'")
    connection = sqlite3.connect(tmp_path / "plaint.db.cases")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_erased_words_are_nowhere_in_the_files(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/plaint.db")
    stores.cases.append("c-a", 0, [Draft(kind="Noted", said={}, bodies={"text": "xylophone-4711"})], at="2026", by="tom", command="k")
    log.erase(stores, KEEPER, "c-a", 1, "text", reason="asked", now=NOW, command="e")
    assert log.verify(stores).holds
    stores.close()
    assert not [file for file in tmp_path.iterdir() if file.is_file() and b"xylophone-4711" in file.read_bytes()]
