"""The commands that prove, repair and keep: `plaint verify`, `rebuild`, `backup`, `restore`, `doctor`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handles.options import AsOption, StoreOption, acting_or_operator, need_store, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from plaint.desk.checkup import Check
    from plaint.model import Post
    from plaint.ports import Stores


def add(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (verify, rebuild, backup, restore, doctor):
        app.command()(command)


def verify(
    evidence: Annotated[bool, typer.Option("--evidence", help="Also read every capture again, and compare what it says with the posts.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Check the log against its seals, and every post against the bytes it was read from.

    Prints one JSON object; exit status 1 when anything does not hold. Shows ids and places, never words or names.

    Example: plaint verify --evidence
    """
    from crawlers.rereading import rereader
    from plaint.desk import keeping
    from plaint.desk.rights import Refused
    from plaint.posts.brands import Names
    from settings import settings

    need_store(store)
    with opened(store) as stores, _shown() as told:
        person = acting_or_operator(stores, as_)
        reread = rereader(Names(stores.registers.firms())) if evidence else None
        try:
            proof = keeping.verify(stores, person, outside=settings().seals, reread=reread, told=told)
        except Refused as error:
            refuse(str(error))
    say({"holds": proof.holds, **_plain(proof)})
    if not proof.holds:
        refuse(f"does not hold: {'; '.join(_troubles(proof))}")


def _troubles(proof: Any) -> Iterator[str]:
    if proof.log.broken:
        yield f"the log: {proof.log.broken}"
    for what, count in proof.counts.items():
        yield f"{what}: {count}"


def rebuild(
    evidence: Annotated[
        bool, typer.Option("--evidence", help="First make the posts again from what was fetched, by the source files of today.")
    ] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Make the search index again from the posts, while the old one serves.

    May be killed at any moment and begun again. Posts whose capture is gone stay as they are.

    Example: plaint rebuild --evidence
    """
    from indexer.rebuild import path_of, reindex, remake
    from plaint.desk.rights import Refused

    with opened(store) as stores, _shown() as told:
        try:
            _may_keep(stores, as_)
            path = path_of(stores.address)
        except (Refused, ValueError) as error:
            refuse(str(error))
        posts = remake(path, _given(stores), told) if evidence else None
        indexed = reindex(path, told)
        marked = _mark_again(stores)
    say({"posts": None if posts is None else _plain(posts), "indexed": indexed, "marked": marked})


def _given(stores: Stores) -> Iterator[list[Post]]:
    """What each capture gives by the source files of today."""
    from hashlib import sha256

    from crawlers.rereading import rereader
    from plaint.model import Capture
    from plaint.posts.brands import Names

    reread = rereader(Names(stores.registers.firms()))
    for place, fetched in stores.evidence.walk():
        yield reread(
            Capture(url=fetched.url, at=fetched.at, sha256=sha256(fetched.body).hexdigest(), warc=place, robots=fetched.robots), fetched
        )  # fmt: skip


def _mark_again(stores: Stores) -> int:
    """Bring the lists of cases up to the log, then tie posts to their cases as the lists have them; how many posts."""
    from plaint.desk.acting import catch_up
    from plaint.ports import CaseFilter
    from plaint.query.tree import CaseMark

    catch_up(stores, now())
    marked = offset = 0
    while True:
        rows, total = stores.cases.cases(CaseFilter(limit=500, offset=offset))
        for row in rows:
            for post in row.posts:
                stores.posts.mark(post, CaseMark(case=row.case, state=row.state))
                marked += 1
        offset += len(rows)
        if not rows or offset >= total:
            return marked


def backup(
    to: Annotated[Path, typer.Argument(metavar="TO", help="A folder, best on another disk or machine; the same one each time.")],
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Seal the log, then bring the backup in a folder up to date: log, registers, posts, evidence.

    Only what is new is copied of the log and the evidence. A backup that was killed is begun again by the next.

    Example: plaint backup /mnt/elsewhere/plaint
    """
    from importlib.metadata import version

    from indexer.backup import Unusable, back_up
    from plaint.desk import log
    from plaint.desk.rights import Refused
    from plaint.model import iso
    from plaint.posts import words
    from settings import settings

    need_store(store)
    with opened(store) as stores, _shown() as told:
        try:
            _may_keep(stores, as_)
            log.seal(stores, None, now(), settings().seals)
            made = back_up(stores, to, made=iso(now()), version=version("plaint"), words=words.VERSION, told=told)
        except (Refused, Unusable, ValueError) as error:
            refuse(str(error))
        except FileExistsError as error:
            refuse(f"{error.filename} is there already: does another store seal into the same folder?")
        except OSError as error:
            refuse(f"{error.filename or to}: {error.strerror or error}; the backup before this one still counts")
    say({"to": str(to), "entries": made.entries, "seals": made.seals, "segments": len(made.log), "evidence_files": len(made.evidence),
         "evidence_bytes": sum(made.evidence.values())})  # fmt: skip


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="The folder of a backup.")],
    store: Annotated[str | None, typer.Option("--store", metavar="ADDRESS", help="Where the new store is to be; nothing may be there.")] = None,
) -> None:
    """Make a new store from a backup, then verify it.

    Example: plaint restore /mnt/elsewhere/plaint --store sqlite:///restored.db
    """
    from indexer.backup import Unusable
    from indexer.rebuild import path_of
    from indexer.restore import restore as bring_back
    from plaint.desk import keeping
    from settings import settings

    if store is None:
        wrong_usage("where to? Give --store an address where nothing is, as sqlite:///restored.db")
    try:
        path = path_of(store)
        folder = settings().evidence or path.with_name(f"{path.name}.evidence")
        with _shown() as told:
            made = bring_back(source, path, folder, told)
    except (Unusable, ValueError) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}; nothing was restored")
    with opened(store) as stores, _shown() as told:
        _mark_again(stores)
        proof = keeping.verify(stores, None, outside=settings().seals, told=told)
    say({"made": made.made, "holds": proof.holds, **_plain(proof)})
    if not proof.holds:
        refuse(f"restored, but does not hold: {'; '.join(_troubles(proof))}")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
    store: StoreOption = None,
) -> None:
    """Look at the machine and the store, and say what needs somebody; exit status 1 when something does not work.

    Example: plaint doctor --json
    """
    checks = list(_checks(store))
    failed = [check for check in checks if check.state == "fail"]
    if as_json:
        say({"healthy": not failed, "checks": checks})
    else:
        for check in checks:
            print(f"{check.state:<5} {check.name:<13} {check.says}")
    if failed:
        refuse(f"{len(failed)} of {len(checks)} checks failed: {', '.join(check.name for check in failed)}")


def _checks(address: str | None) -> Iterator[Check]:
    from crawlers.ledger import is_at_work
    from indexer.connect import connect
    from indexer.machine import look_at
    from indexer.rebuild import path_of
    from plaint.desk.checkup import Check, State, look_over
    from plaint.ports import StoreDown
    from settings import settings

    address = address or settings().store
    path = path_of(address) if address.startswith("sqlite:///") else Path()
    yield from look_at([path.parent, settings().evidence or path.parent])
    if address.startswith("sqlite:///") and not path.exists():
        yield Check(name="store", state=State.WARN, says=f"nothing at {address} yet: the first crawl or import makes it")
        return
    try:
        stores = connect(address, evidence=settings().evidence)
        yield Check(name="store", state=State.OK, says=f"{address} answers")
        yield from look_over(stores, now(), outside=settings().seals, is_at_work=is_at_work)
        stores.close()
    except (StoreDown, ValueError) as error:
        yield Check(name="store", state=State.FAIL, says=str(error))


def _may_keep(stores: Stores, key: str | None) -> None:
    """Refuse an account without the right; whoever has the files and names no account needs none."""
    from plaint.desk.archive import OPERATOR
    from plaint.desk.rights import Right, require

    person = acting_or_operator(stores, key)
    if person is not OPERATOR:
        require(person, Right.KEEP_STORE)


def _plain(value: Any) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain


@contextmanager
def _shown() -> Iterator[Callable[[str, int], None]]:
    """Progress for people; nothing in a pipe."""
    is_shown = sys.stderr.isatty()

    def told(what: str, count: int) -> None:
        if is_shown:
            print(f"\r\033[K{what}: {count:,}", end="", file=sys.stderr, flush=True)

    yield told
    if is_shown:
        print("\r\033[K", end="", file=sys.stderr)
