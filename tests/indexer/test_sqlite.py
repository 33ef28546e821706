"""The embedded store with other processes beside it, with killed writers, and with files that are not what they should be."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import sqlite_file
from indexer.connect import connect
from plaint.model import AboutFirm, Kind, PartialDate, Post
from plaint.ports import Outcome, StoreDown, Stores
from plaint.posts import words
from plaint.query.tree import Search, Sort, Term

WRITER = """
import sys
from indexer.connect import connect
from tests.indexer.test_sqlite import numbered
stores = connect(sys.argv[1])
for start in range(int(sys.argv[2]), int(sys.argv[3]), 50):
    stores.posts.put([numbered(number) for number in range(start, start + 50)])
    print(start, flush=True)
"""


def numbered(number: int, text: str = "refund of a fee") -> Post:
    day = f"2026-01-{1 + number % 28:02}"
    return Post(id=f"board:{number}", source="board", ref=str(number), kind=Kind.REVIEW, text=f"{text} {number}", hashtags=(f"t{number % 7}",),
                published=PartialDate(earliest=day, latest=day) if number % 10 else None, firms=(AboutFirm(key="orbit", score=1, how="asked"),),
                reply_to=str(number - 1) if number % 5 == 0 else None)  # fmt: skip


def _writing(address: str, start: int, end: int) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", WRITER, address, str(start), str(end)], stdout=subprocess.PIPE, text=True, cwd=root)


def _put(stores: Stores, start: int, end: int) -> None:
    stores.posts.put([numbered(number) for number in range(start, end)])


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_a_cursor_walks_to_the_end_while_another_process_writes(tmp_path: Path, sort: Sort) -> None:
    address = f"sqlite:///{tmp_path}/a.db"
    stores = connect(address)
    _put(stores, 0, 1_000)
    writer = _writing(address, 1_000, 20_000)
    assert writer.stdout is not None
    writer.stdout.readline()
    seen: list[int] = []
    cursor = None
    while True:
        page = stores.posts.search(Search(query=Term("refund"), sort=sort, limit=40, cursor=cursor))
        seen += [int(hit.post.ref) for hit in page.hits]
        cursor = page.next
        if writer.poll() is None and len(seen) > 500:
            writer.kill()
        if cursor is None:
            break
    writer.kill()
    writer.wait()
    assert len(seen) == len(set(seen))
    assert set(range(1_000)) <= set(seen)
    stores.close()


def test_a_scan_gives_each_post_once_while_another_thread_writes(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    _put(stores, 0, 2_000)
    writer = threading.Thread(target=lambda: [_put(stores, start, start + 50) for start in range(2_000, 3_000, 50)])
    scan = stores.posts.scan(Search())
    first = next(scan)
    writer.start()
    seen = [first.ref, *(post.ref for post in scan)]
    writer.join()
    assert sorted(map(int, seen)) == list(range(2_000))
    stores.close()


@pytest.mark.parametrize("after", [0.0, 0.003, 0.011])
def test_a_killed_writer_leaves_whole_batches_and_the_next_one_completes_them(tmp_path: Path, after: float) -> None:
    address = f"sqlite:///{tmp_path}/a.db"
    connect(address).close()
    writer = _writing(address, 0, 1_000_000)
    assert writer.stdout is not None
    for _ in range(8):
        told = int(writer.stdout.readline())
    threading.Event().wait(after)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    stores = connect(address)
    total = stores.posts.search(Search()).total
    assert total >= told + 50
    assert total % 50 == 0
    _assert_whole(tmp_path / "a.db", total)
    again = stores.posts.put([numbered(number) for number in range(total - 100, total + 100)])
    assert again == [Outcome.KNOWN] * 100 + [Outcome.NEW] * 100
    _assert_whole(tmp_path / "a.db", total + 100)
    stores.close()


def _assert_whole(path: Path, total: int) -> None:
    """Every table knows the same posts, and the kept counts are those that counting gives."""
    c = sqlite3.connect(path)
    assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    c.execute("INSERT INTO fts (fts) VALUES ('integrity-check')")
    for table in ("post", "body", "fts_docsize"):
        assert c.execute(f"SELECT count(*) FROM {table}").fetchone() == (total,)
    for kept, counted in (
        ("SELECT shape, posts FROM shape WHERE posts ORDER BY 1", "SELECT shape, count(*) FROM post GROUP BY 1 ORDER BY 1"),
        ("SELECT v, posts FROM value WHERE posts ORDER BY 1", "SELECT v, count(*) FROM tag GROUP BY 1 ORDER BY 1"),
        ("SELECT n, v FROM tag ORDER BY 1, 2", "SELECT n, v FROM tagged ORDER BY 1, 2"),
        ("SELECT n, at, shape FROM tagged GROUP BY n ORDER BY 1", "SELECT n, at, shape FROM post WHERE n IN (SELECT n FROM tag) ORDER BY 1"),
    ):
        assert c.execute(kept).fetchall() == c.execute(counted).fetchall()
    c.close()


def test_counts_stay_true_through_every_kind_of_change(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    _put(stores, 0, 40)
    stores.posts.put([numbered(number, "another text") for number in range(10)])
    stores.posts.put([replace(numbered(number), hashtags=("new",), published=None, reply_to=None) for number in range(5, 20)])
    stores.posts.vanish([f"board:{number}" for number in range(15, 25)], "2026-03-01T00:00:00Z")
    _put(stores, 18, 22)
    _assert_whole(tmp_path / "a.db", 40)
    stores.close()


def test_two_processes_write_in_turn(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/a.db"
    connect(address).close()
    writers = [_writing(address, 0, 1_000), _writing(address, 500, 1_500)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    stores = connect(address)
    assert stores.posts.search(Search()).total == 1_500
    _assert_whole(tmp_path / "a.db", 1_500)
    stores.close()


def test_readers_never_wait_for_a_writer(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    _put(stores, 0, 10)
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    assert stores.posts.search(Search(query=Term("refund"), facets=("firm",))).total == 10
    assert time.monotonic() - started < 5
    holder.close()
    stores.close()


def test_a_locked_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "WAIT", 0.05)
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    holder = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreDown, match="another program"):
        _put(stores, 0, 1)
    holder.execute("ROLLBACK")
    _put(stores, 0, 1)
    holder.close()
    stores.close()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("Dear diary, " * 1_000)
    with pytest.raises(StoreDown, match="not a SQLite file"):
        connect(f"sqlite:///{tmp_path}/a.db")


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "a.db")
    other.execute("CREATE TABLE post (title TEXT)")
    other.close()
    with pytest.raises(StoreDown, match="another program"):
        connect(f"sqlite:///{tmp_path}/a.db")
    assert sqlite3.connect(tmp_path / "a.db").execute("SELECT name FROM sqlite_master").fetchall() == [("post",)]


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    stores = connect(f"sqlite:///{path}")
    _put(stores, 0, 500)
    stores.close()
    with path.open("r+b") as file:
        for page in range(8, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\x99" * 4096)
    with pytest.raises(StoreDown, match="plaint restore"):
        list(connect(f"sqlite:///{path}").posts.scan(Search(query=Term("refund"))))


def test_a_missing_folder_and_an_unknown_address_are_explained(tmp_path: Path) -> None:
    with pytest.raises(StoreDown, match="no folder"):
        connect(f"sqlite:///{tmp_path}/nowhere/a.db")
    for address in ("a.db", "sqlite://a.db", "sqlite:///", "mysql://host/a"):
        with pytest.raises(ValueError, match="sqlite:///FILE"):
            connect(address)


def test_an_index_made_by_other_words_asks_to_be_rebuilt(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    _put(stores, 0, 5)
    with sqlite3.connect(tmp_path / "a.db") as c:
        c.execute("UPDATE kept SET value = 'words 0' WHERE name = 'words'")
    for act in (lambda: _put(stores, 5, 6), lambda: stores.posts.search(Search()), lambda: list(stores.posts.scan(Search()))):
        with pytest.raises(StoreDown, match="plaint rebuild"):
            act()
    assert [post.ref for post in stores.posts.get(["board:1"])] == ["1"]
    stores.close()


def test_a_store_of_a_newer_checkout_is_refused(tmp_path: Path) -> None:
    connect(f"sqlite:///{tmp_path}/a.db").close()
    with sqlite3.connect(tmp_path / "a.db") as c:
        c.execute("UPDATE part SET version = 99")
    with pytest.raises(StoreDown, match="newer"):
        connect(f"sqlite:///{tmp_path}/a.db")


def test_a_fuzzy_word_stands_for_at_most_a_thousand_words(tmp_path: Path) -> None:
    stores = connect(f"sqlite:///{tmp_path}/a.db")
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    spelled = [f"fe{one}{two}" for one in letters for two in letters]
    stores.posts.put([replace(numbered(0), text=" ".join(spelled)), replace(numbered(1), text="fees")])
    assert stores.posts.search(Search(query=parse("fees~"))).total == 2
    stores.close()


def parse(text: str):
    from plaint.query.parse import parse_query

    return parse_query(text)


def test_every_letter_of_every_script_stays_in_its_word(tmp_path: Path) -> None:
    """The tokenizer of SQLite has its own table of what is a letter: no term may fall apart in it."""
    connect(f"sqlite:///{tmp_path}/a.db").close()
    terms = {term for code in range(0x80, 0x20000) if not 0xD800 <= code < 0xF900 for term in words.terms(f"x{chr(code)}y")}
    c = sqlite3.connect(tmp_path / "a.db")
    c.executemany("INSERT INTO fts (rowid, text) VALUES (?, ?)", enumerate(sorted(terms), 1))
    kept = {term for (term,) in c.execute("SELECT term FROM vocabulary")}
    assert {term for term in terms if term not in kept} == set()
    c.close()
