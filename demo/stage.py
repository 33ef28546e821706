"""Sets the stage: the folder of a demo, its store with firms, accounts and approvals, and the crawls over HTTP.

A crawl runs in a process of its own, because Scrapy's reactor starts once in a process. Nothing beyond 127.0.0.1 is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

import msgspec

from demo.cast import ADMIN, PASSWORD, PEOPLE, SOURCES, Played, approvals, firms
from demo.story import FIRMS, STATES
from demo.web import Web
from plaint.desk import people, register
from plaint.model import Person, Run
from plaint.ports import Stores

PAUSE = 0.2
"""Seconds before a broken connection is tried again: these sites are our own."""


class Spoilt(Exception):
    """The folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Which web a demo folder holds: its seed, the day it is dated back from, and how far it has moved on."""

    seed: int
    today: date
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What became of everything that was announced, over several runs."""

    announced: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0
    rejected: int = 0
    missing: int = 0


class Stage:
    """One demo folder."""

    def __init__(self, folder: Path, setting: Setting, lock: IO[bytes], cluster: str | None = None) -> None:
        self.folder, self.setting = folder, setting
        self._lock, self._cluster = lock, cluster

    def close(self) -> None:
        """Let another demo have the folder."""
        self._lock.close()

    @property
    def address(self) -> str:
        """The address of the demo's store: a file in the folder, unless a cluster was named."""
        return self._cluster or f"sqlite:///{(self.folder / 'plaint.db').absolute()}"

    def move_on(self) -> None:
        """Remember that the web has moved on by one step."""
        self.setting = replace(self.setting, step=self.setting.step + 1)
        _write(self.folder, self.setting)

    @property
    def is_over(self) -> bool:
        """Whether the web has reached its last state."""
        return self.setting.step >= STATES - 1


def open_stage(folder: Path, seed: int | None, today: date, cluster: str | None = None) -> Stage:
    """The demo in `folder`, made when it is not there, for this process alone; its store is there too, or in a `cluster`.

    Raises Spoilt for a folder of another seed, of other things, or in which a demo runs already.
    """
    _make(folder)
    lock = _locked(folder)
    try:
        kept = _kept(folder)
        if kept is None:
            kept = Setting(seed=1 if seed is None else seed, today=today)
            _write(folder, kept)
        if seed is not None and kept.seed != seed:
            raise Spoilt(f"{folder} holds the web of seed {kept.seed}; name another folder with --folder, or delete it")
    except Spoilt:
        lock.close()
        raise
    return Stage(folder, kept, lock, cluster)


def _make(folder: Path) -> None:
    """The folder, unless something that is no demo lies there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Spoilt(f"{folder} cannot be made: {error.strerror}; name another with --folder") from None
    names = {file.name for file in folder.iterdir()}
    if "web.json" not in names and names - {"lock", "web.json.new"}:
        raise Spoilt(f"{folder} holds something that is no demo; name another with --folder")


def _locked(folder: Path) -> IO[bytes]:
    """A file that is locked as long as it is open; the system lets go of it when the process ends, however it ends."""
    lock = (folder / "lock").open("ab")
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Spoilt(f"a demo runs in {folder} already; end it, or name another folder with --folder") from None
    return lock


def _kept(folder: Path) -> Setting | None:
    file = folder / "web.json"
    if not file.is_file():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Setting)
    except msgspec.DecodeError as error:
        raise Spoilt(f"{file} cannot be read ({error}); delete {folder} to begin afresh") from None


def _write(folder: Path, setting: Setting) -> None:
    """In one go, so that an interruption leaves the old file or the new one."""
    draft = folder / "web.json.new"
    draft.write_bytes(msgspec.json.encode(setting))
    draft.replace(folder / "web.json")


def furnish(stores: Stores, now: datetime) -> None:
    """Register firms, accounts and approvals; what is there already stays as it is. Raises Spoilt for a store of other firms."""
    strangers = {firm.key for firm in stores.registers.firms()} - {firm.key for firm in firms()}
    if strangers:
        raise Spoilt(f"{stores.address} is no demo's: it knows {min(strangers)}; name another store for the demo")
    here = {person.key for person in stores.registers.people()}
    stores.registers.save_firms([firm for firm in firms() if firm.key not in {known.key for known in stores.registers.firms()}])
    root = None if ADMIN.key not in here else person_of(stores, ADMIN.key)
    for played in (ADMIN, *PEOPLE):
        if played.key not in here:
            added = _add(stores, root, played, now)
            root = root or added
    decided = {approval.source for approval in stores.registers.approvals()}
    mara = person_of(stores, "mara")
    for approval in approvals(now.date()):
        if approval.source not in decided:
            register.approve(stores, mara, approval, now, f"demo-approve-{approval.source}")


def _add(stores: Stores, by: Person | None, played: Played, now: datetime) -> Person:
    return people.add(
        stores,
        by,
        key=played.key,
        name=played.name,
        roles=played.roles,
        firms=played.firms,
        password=PASSWORD,
        now=now,
        command=f"demo-add-{played.key}",
    )


def person_of(stores: Stores, key: str) -> Person:
    """The demo account with that key."""
    return next(person for person in stores.registers.people() if person.key == key)


def crawl_web(stage: Stage, web: Web, *, sources: Sequence[str] = tuple(SOURCES), evidence: Path | None = None, is_shown: bool = False) -> list[Run]:
    """Crawl the made-up sites for every firm, all sites side by side, and give the ledgers.

    `evidence` is the folder of the captures where it is not beside the store. With `is_shown` progress goes to standard
    error. Raises Spoilt when the crawl is refused or its process dies. An interruption ends the crawl after the page at
    hand; its runs are then `stopped` and the next crawl completes them.
    """
    web.step = stage.setting.step
    homes = {key: web.addresses[site] for key, site in SOURCES.items()}
    spawn = get_context("spawn")
    answer, question = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_crawl, args=(stage.address, list(sources), homes, evidence, question, is_shown), name="demo-crawl")
    process.start()
    question.close()
    try:
        said: list[Run] | str = answer.recv()
        process.join(10)
    except EOFError:
        process.join(10)
        raise Spoilt(f"the crawl's process ended by itself (exit status {process.exitcode}); run it again, what was stored is kept") from None
    finally:
        if process.is_alive():
            process.terminate()
        process.join()
    if isinstance(said, str):
        raise Spoilt(said)
    return said


def _crawl(
    address: str,
    sources: list[str],
    homes: dict[str, str],
    evidence: Path | None,
    answer: Connection,
    is_shown: bool,  # noqa: FBT001 - plain for a process
) -> None:
    from crawlers.run import Manners, crawl
    from plaint.desk.rights import Refused
    from plaint.ports import StoreDown
    from settings.events import log_to_stderr

    log_to_stderr("error")
    progress = Shown() if is_shown else None
    try:
        answer.send(crawl(address, sources, list(FIRMS), manners=Manners(homes=homes, pause=PAUSE, full=True), evidence=evidence, progress=progress))
    except (Refused, LookupError, StoreDown) as error:
        answer.send(f"the demo cannot crawl: {error}")
    finally:
        answer.close()


class Shown:
    """Writes how far a crawl is on one line of standard error."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def __call__(self, run: Run) -> None:
        """Show that a run has come so far."""
        self._runs[run.id] = run
        posts = sum(each.new + each.known + each.changed for each in self._runs.values())
        pages = sum(each.pages for each in self._runs.values())
        print(f"\r{posts} posts on {pages} pages", end="", file=sys.stderr, flush=True)


def sums_of(runs: Sequence[Run]) -> Sums:
    """The ledgers added up; a run whose source announces no number counts what it met as announced."""
    return Sums(
        announced=sum(run.new + run.known + run.changed + run.rejected if run.announced is None else run.announced for run in runs),
        new=sum(run.new for run in runs),
        known=sum(run.known for run in runs),
        changed=sum(run.changed for run in runs),
        rejected=sum(run.rejected for run in runs),
        missing=sum(run.missing for run in runs),
    )
