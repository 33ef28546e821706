"""`plaint case pack`: the evidence of one case as a ZIP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from handles.case_options import AsOfOption, CaseArgument, moment_given
from handles.options import AsOption, StoreOption, acting, need_store, now, opened, refuse, say, wrong_usage


def commands(case: typer.Typer) -> None:
    """Register the command."""
    case.command("pack")(pack)


def pack(
    case: CaseArgument,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.zip", help="The file to write.")],
    as_of: AsOfOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write the evidence of one case: a page to read, JSON, captures, deadlines with their traces, the chain, and a checker.

    The checker needs nothing but Python: unpack and run `python check.py`. A broken chain is refused. It is an entry in the log.

    Example: plaint case pack c-ab2c-3def-4ghi --to case.zip --as tom
    """
    from hashlib import sha256
    from importlib.metadata import version

    from indexer.files import placed
    from plaint.desk import packs
    from plaint.desk.rights import Refused

    if to.suffix.lower() != ".zip":
        wrong_usage(f"{to}: a pack is a .zip file")
    if not to.parent.is_dir():
        refuse(f"{to.parent}: no such folder; make it first")
    moment = moment_given(as_of)
    need_store(store)
    with opened(store) as stores:
        person = acting(stores, as_)
        try:
            whole = packs.pack(stores, person, case, version=version("plaint"), now=now(), command=f"pack-{uuid4()}", as_of=moment)
        except Refused as refusal:
            refuse(refusal.reason)
        try:
            with placed(to) as file:
                file.write(whole)
        except OSError as error:
            refuse(f"{to}: {error.strerror or error}; nothing was written")
    say({"case": case, "file": str(to), "bytes": len(whole), "sha256": sha256(whole).hexdigest()})
