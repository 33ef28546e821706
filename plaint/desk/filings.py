"""Returns that were filed: when, under which reference, with which figures; a second filing of the same period amends the first.

The figures of a filing are kept with its entry in the stream `returns`, so that what changed since can be named without
walking the log. Filing itself happens at the regulator's portal: here a person notes that it was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person
from plaint.ports import Stores
from plaint.reports.returns import Return

FILED = "ReturnFiled"
"""The kind of the entry in the stream `returns`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One filing: `reference` as the regulator gave it, `figures` each cell's figure by `table/row/column` (blanks left out).

    `number` counts the filings of the same form, firm and period from 1; every one after the first is an amendment.
    """

    form: str
    firm: str
    period: str
    number: int
    at: str
    by: str
    log: str
    reference: str | None
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure that is not as it was filed; None stands for a blank. `cases` are behind the figure as it is now."""

    cell: str
    before: int | None
    now: int | None
    cases: tuple[str, ...]


def file(stores: Stores, person: Person, made: Return, *, reference: str, now: datetime, command: str) -> None:
    """Note that a return was filed as it stands. Refused while its period runs, while the validator refuses it, or without a reference."""
    require(person, Right.MAKE_RETURNS, made.firm)
    if made.last >= now.date().isoformat():
        raise Refused(f"{made.period} is not over; it can be filed from the day after {made.last} on")
    if not made.is_sound:
        raise Refused(f"the validator refuses {len(made.findings)} things of it; mend them first")
    if not reference.strip():
        raise Refused("say under which reference the regulator received it")
    last = latest(stores, person).get((made.form, made.firm, made.period))
    if last is not None and last.log == made.log:
        raise Refused(f"it was filed on {last.at[:10]} and nothing has changed since")
    said = {"form": made.form, "firm": made.firm, "period": made.period, "log": made.log, "figures": figures(made)}
    record(stores, "returns", person, FILED, said, now, command, bodies={"reference": reference.strip()})


def figures(made: Return) -> dict[str, int]:
    """The figures of a return by cell; blanks are left out."""
    return {f"{one.id}/{cell.row}/{cell.column}": cell.value for one in made.tables for cell in one.cells if cell.value is not None}


def filings(stores: Stores, person: Person) -> list[Filing]:
    """All filings of the firms the person may make returns for, oldest first."""
    require(person, Right.MAKE_RETURNS)
    entries = stores.cases.read("returns")
    bodies = stores.cases.bodies("returns") if entries else {}
    found: list[Filing] = []
    for entry in entries:
        said = entry.said
        if entry.kind != FILED or not (person.firms is None or said["firm"] in person.firms):
            continue
        same = sum((one.form, one.firm, one.period) == (said["form"], said["firm"], said["period"]) for one in found)
        found.append(Filing(
            form=said["form"], firm=said["firm"], period=said["period"], number=same + 1, at=entry.at, by=entry.by, log=said["log"],
            reference=bodies.get((entry.version, "reference")), figures=msgspec.convert(said["figures"], dict[str, int]),
        ))  # fmt: skip
    return found


def latest(stores: Stores, person: Person) -> dict[tuple[str, str, str], Filing]:
    """The last filing of each form, firm and period."""
    return {(one.form, one.firm, one.period): one for one in filings(stores, person)}


def changes(filed: Filing, made: Return) -> list[Change]:
    """What is not as it was filed, by cell."""
    present = figures(made)
    behind = {f"{one.id}/{cell.row}/{cell.column}": cell.cases for one in made.tables for cell in one.cells}
    differ = [cell for cell in dict.fromkeys((*present, *filed.figures)) if present.get(cell) != filed.figures.get(cell)]
    return [Change(cell=cell, before=filed.figures.get(cell), now=present.get(cell), cases=behind.get(cell, ())) for cell in differ]
