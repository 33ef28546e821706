"""The commands that prove, repair, keep and move: `plaint verify`, `rebuild`, `backup`, `restore`, `copy`, `doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handles.options import AsOption, StoreOption, acting_or_operator, need_evidence, need_store, now, opened, refuse, say, shown, wrong_usage

if TYPE_CHECKING:
    from indexer.backup import Backup
    from indexer.restated import Remade
    from plaint.desk.checkup import Check
    from plaint.model import Post
    from plaint.ports import Stores


def add(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (verify, rebuild, backup, restore, copy, doctor):
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
    with opened(store) as stores, shown() as told:
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
    """Make the search index again from the posts, while the old one serves, and the lists of cases from their log.

    May be killed at any moment and begun again. Posts whose capture is gone stay as they are.

    Example: plaint rebuild --evidence
    """
    from indexer.connect import is_cluster
    from indexer.rebuild import path_of, reindex, remake
    from plaint.desk.listing import list_again
    from plaint.desk.rights import Refused

    (need_evidence if evidence else need_store)(store)
    with opened(store) as stores, shown() as told:
        try:
            _may_keep(stores, as_)
            if is_cluster(stores.address):
                remade, indexed = _moved(stores, told, with_evidence=evidence)
                say({"posts": None if remade is None else _plain(remade), "indexed": indexed, "marked": list_again(stores, now())})
                return
            path = path_of(stores.address)
        except (Refused, ValueError) as error:
            refuse(str(error))
        posts = remake(path, _given(stores), told) if evidence else None
        indexed = reindex(path, told)
        marked = list_again(stores, now())
    say({"posts": None if posts is None else _plain(posts), "indexed": indexed, "marked": marked})


def _moved(stores: Stores, told: Callable[[str, int], None], *, with_evidence: bool) -> tuple[Remade | None, int]:
    """A new index in the place of the old one; what came of the posts (None without evidence), and how many there are."""
    from indexer.elastic_move import move, with_words_of_today
    from indexer.elastic_remake import remake
    from indexer.elastic_setup import Layout
    from indexer.elastic_stores import ElasticStores
    from settings import settings

    assert isinstance(stores, ElasticStores)
    layout = Layout(shards=settings().elastic_shards, replicas=settings().elastic_replicas)
    if with_evidence:
        return remake(stores.cluster, layout, _given(stores), told)
    return None, move(stores.cluster, "posts", layout, told, made=with_words_of_today)


def _given(stores: Stores) -> Iterator[list[Post]]:
    """What each capture gives by the source files of today."""
    from hashlib import sha256

    from crawlers.rereading import rereader
    from plaint.desk.register import narrowing
    from plaint.model import Capture
    from plaint.posts.brands import Names

    reread = rereader(Names(stores.registers.firms()), narrowing(stores.registers.approvals()))
    for place, fetched in stores.evidence.walk():
        yield reread(
            Capture(url=fetched.url, at=fetched.at, sha256=sha256(fetched.body).hexdigest(), warc=place, robots=fetched.robots), fetched
        )  # fmt: skip


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
    from indexer.copying import Mixed
    from plaint.desk import log
    from plaint.desk.rights import Refused
    from plaint.model import iso
    from plaint.posts import words
    from settings import settings

    need_store(store)
    with opened(store) as stores, shown() as told:
        try:
            _may_keep(stores, as_)
            log.seal(stores, None, now(), settings().seals)
            with _as_file(stores, to, told) as kept:
                made = back_up(kept, to, made=iso(now()), version=version("plaint"), words=words.VERSION, told=told)
        except (Refused, Unusable, Mixed, ValueError) as error:
            refuse(str(error))
        except FileExistsError as error:
            refuse(f"{error.filename} is there already: does another store seal into the same folder?")
        except OSError as error:
            refuse(f"{error.filename or to}: {error.strerror or error}; the backup before this one still counts")
    say({"to": str(to), "entries": made.entries, "seals": made.seals, "segments": len(made.log), "evidence_files": len(made.evidence),
         "evidence_bytes": sum(made.evidence.values())})  # fmt: skip


@contextmanager
def _as_file(stores: Stores, to: Path, told: Callable[[str, int], None]) -> Iterator[Stores]:
    """The store itself when it is a file; of a cluster a copy beside the backup, which is brought up to date each time."""
    from indexer.connect import connect, is_cluster
    from indexer.copying import copy as pour_into

    if not is_cluster(stores.address):
        yield stores
        return
    folder = to / "of-cluster"
    folder.mkdir(parents=True, exist_ok=True)
    beside = connect(f"sqlite:///{folder.absolute()}/plaint.db", evidence=_evidence_of(stores))
    try:
        pour_into(stores, beside, told)
        yield beside
    finally:
        beside.close()


def _evidence_of(stores: Stores) -> Path:
    from indexer.backup import evidence_of

    return evidence_of(stores)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="The folder of a backup.")],
    store: Annotated[str | None, typer.Option("--store", metavar="ADDRESS", help="Where the new store is to be; nothing may be there.")] = None,
) -> None:
    """Make a new store from a backup, then verify it.

    Example: plaint restore /mnt/elsewhere/plaint --store sqlite:///restored.db
    """
    from indexer.backup import Unusable
    from indexer.connect import is_cluster
    from indexer.rebuild import path_of
    from indexer.restore import restore as bring_back
    from plaint.desk import keeping
    from plaint.desk.listing import list_again
    from settings import settings

    if store is None:
        wrong_usage("where to? Give --store an address where nothing is, as sqlite:///restored.db")
    try:
        with shown() as told:
            if is_cluster(store):
                made = _restored_to_cluster(source, store, told)
            else:
                path = path_of(store)
                made = bring_back(source, path, settings().evidence or path.with_name(f"{path.name}.evidence"), told)
    except (Unusable, ValueError) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}; nothing was restored")
    with opened(store) as stores, shown() as told:
        list_again(stores, now())
        proof = keeping.verify(stores, None, outside=settings().seals, told=told)
    say({"made": made.made, "holds": proof.holds, **_plain(proof)})
    if not proof.holds:
        refuse(f"restored, but does not hold: {'; '.join(_troubles(proof))}")


def _restored_to_cluster(source: Path, store: str, told: Callable[[str, int], None]) -> Backup:
    """Restore into a file of its own, and pour that into the cluster, where nothing may be yet."""
    from tempfile import TemporaryDirectory

    from indexer.backup import Unusable
    from indexer.connect import connect
    from indexer.copying import copy as pour_into
    from indexer.restore import restore as bring_back
    from plaint.query.tree import Search

    with opened(store) as target, TemporaryDirectory(prefix="plaint-restore-") as folder:
        if target.posts.search(Search(limit=0)).total or next(target.cases.walk(), None) is not None:
            raise Unusable(f"{target.address} is not empty: restoring makes a new store, give --store another name in the cluster")
        made = bring_back(source, Path(folder) / "plaint.db", _evidence_of(target), told)
        kept = connect(f"sqlite:///{folder}/plaint.db", evidence=_evidence_of(target))
        try:
            pour_into(kept, target, told)
        finally:
            kept.close()
    return made


def copy(
    source: Annotated[str, typer.Option("--from", metavar="ADDRESS", help="The store to copy.")],
    target: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="The store that gets everything; new, or one that was copied into before.")],
    evidence: Annotated[
        Path | None, typer.Option("--evidence", metavar="FOLDER", help="The folder of the target's WARC files (default: beside the target).")
    ] = None,
    as_: AsOption = None,
) -> None:
    """Copy a whole archive into another store, file or cluster, and compare the two.

    Posts with their revisions, the log with its seals, registers, runs, quarantine and evidence. May be killed and begun
    again. Stop crawls and casework first: what is written meanwhile is brought by the next copy. Exit status 1 when the
    two differ at the end.

    Example: plaint copy --from sqlite:///plaint.db --to http://127.0.0.1:9200/plaint
    """
    from indexer.connect import connect
    from indexer.copying import Mixed
    from indexer.copying import copy as pour_into
    from plaint.desk.rights import Refused
    from plaint.ports import StoreDown

    need_store(source)
    with opened(source) as taken, shown() as told:
        try:
            _may_keep(taken, as_)
            given = connect(target, evidence=evidence)
        except (Refused, StoreDown, ValueError) as error:
            refuse(str(error))
        try:
            if given.address == taken.address:
                refuse("the two stores are the same")
            done = pour_into(taken, given, told)
        except Mixed as error:
            refuse(str(error))
        except OSError as error:
            refuse(f"{error.filename}: {error.strerror}; begin again when that is repaired")
        finally:
            given.close()
    say({"equal": not done.differs, "differs": done.differs, "from": done.source, "to": done.target, "evidence_files": done.evidence})
    if done.differs:
        refuse(f"the two differ in {', '.join(done.differs)}: was something written meanwhile? Copy again")


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
        yield Check(name="store", state=State.OK, says=f"{stores.address} answers")
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
