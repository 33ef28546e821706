"""`plaint report`: a regulator's return, with its validator's verdict and the cases behind each cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from handles.case_options import moment_given
from handles.options import AsOption, StoreOption, acting, need_store, now, opened, refuse, say

if TYPE_CHECKING:
    from plaint.reports.returns import Given


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(report)


def report(
    form: Annotated[str, typer.Argument(metavar="FORM", help="Which return: uk-disp-1r.")],
    firm: Annotated[str, typer.Option("--firm", help="Whose complaints.")],
    period: Annotated[str, typer.Option("--period", metavar="P", help="A half-year: 2026H2, or the firm's own days like 2026-04-01..2026-09-30.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for the files; it is made if it is not there.")],
    given: Annotated[
        Path | None, typer.Option("--given", metavar="FILE", help="TOML with what the firm says itself: business, context, group, nil …")
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="ISO", help="Count what the log said at this moment (with its offset).")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Make a regulator's return as working files: XLSX, CSV, JSON, the cases behind each cell, and a manifest.

    What the validator refuses gets no working file and exit status 1: FORM-FIRM-PERIOD.refused.json names the cases.
    The same log gives the same bytes. That the return was made is an entry in the access log.

    Example: plaint report uk-disp-1r --firm northgate --period 2026H2 --out returns --as anna
    """
    from importlib.metadata import version

    from indexer.files import placed
    from plaint.desk import returns
    from plaint.desk.rights import Refused

    moment = moment_given(as_of)
    said = _given(given)
    need_store(store)
    with opened(store) as stores:
        person, at = acting(stores, as_), now()
        try:
            made = returns.make(stores, person, form=form, firm=firm, period=period, given=said, as_of=moment, now=at)
            files = returns.files_of(stores, person, made, as_of=moment, version=version("plaint"), now=at, command=f"report-{uuid4()}")
        except Refused as refusal:
            refuse(refusal.reason)
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                with placed(out / name) as file:
                    file.write(content)
        except OSError as error:
            refuse(f"{out}: {error.strerror or error}; not all files are there")
    if not made.is_sound:
        refused = next(name for name in files if name.endswith(".refused.json"))
        more = f" (and {len(made.findings) - 1} more)" if len(made.findings) > 1 else ""
        refuse(f"refused: {made.findings[0].says}{more}; {out / refused} names the cases")
    say({"form": made.form, "firm": made.firm, "period": made.period, "validator": "passed", "cases": made.cases,
         "files": [str(out / name) for name in files]})  # fmt: skip


def _given(file: Path | None) -> Given:
    """What the firm says itself; empty without a file."""
    import tomllib

    import msgspec

    from plaint.reports.returns import Given

    if file is None:
        return Given()
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Given)
    except OSError as error:
        refuse(f"{file}: {error.strerror or error}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        refuse(f"{file}: {error}")
