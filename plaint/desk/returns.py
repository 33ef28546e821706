"""Making a regulator's return: who may, from which log, and the entry that says so. Bytes come from `plaint.reports`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec
from rapidfuzz.process import extractOne

from plaint.cases.case import State
from plaint.desk.acting import catch_up, firm_of, load_case
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, iso
from plaint.ports import CaseFilter, CaseRow, RowComplaint, Stores
from plaint.reports import sheets
from plaint.reports.counting import BadPeriod, Period, cases_in, complaints_in, complaints_of, counted_in, period_of
from plaint.reports.forms import Form, forms
from plaint.reports.returns import Given, Return, check_period, made

MADE, REFUSED = "ReturnMade", "ReturnRefused"
"""The kinds of entry in the stream `access`: a return left as files, or its validator refused it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands beside the files: what was asked, by whom, over what, and the SHA-256 of each file.

    `complete` says whether the period was over; `validator` is `passed` or `refused`.
    """

    form: str
    form_version: str
    taxonomy: str
    rule: str
    firm: str
    period: str
    first: str
    last: str
    as_of: str
    complete: bool
    validator: str
    findings: tuple[str, ...]
    cases: int
    log: str
    rows: int
    filters: str
    by: str
    at: str
    plaint: str
    files: Mapping[str, str]


def form_of(said: str) -> Form:
    """The form with this id; Refused with a near spelling where there is none."""
    if said not in forms():
        near = extractOne(said.lower(), list(forms()), score_cutoff=50)
        raise Refused(f"no form {said!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(forms())}"))
    return forms()[said]


def period_for(form: Form, said: str) -> Period:
    """The period as typed; Refused where it is none, or one of another form."""
    try:
        period = period_of(said)
        check_period(form, period)
    except BadPeriod as bad:
        raise Refused(str(bad)) from None
    return period


def make(
    stores: Stores, person: Person, *, form: str, firm: str, period: str, given: Given, as_of: str | None = None, now: datetime
) -> Return:  # fmt: skip
    """The return of a firm, with the validator's findings; nothing leaves and nothing is logged yet.

    With `as_of` (ISO 8601) it is counted from what the log said then.
    """
    asked = form_of(form)
    span = period_for(asked, period)
    with_firm = firm_of(stores, firm)
    require(person, Right.MAKE_RETURNS, firm)
    if span.first > now.date():
        raise Refused(f"{span.label} has not begun; it is {now.date()}")
    if as_of is None:
        complaints = complaints_in(_listed(stores, firm, now), with_firm, asked.regime, asked.taxonomy)
    else:
        complaints = complaints_of(cases_in(stores.cases.walk(), until=as_of).values(), with_firm, asked.regime, asked.taxonomy)
    return made(asked, firm, span, complaints, given)


PAGE = 5_000
"""Cases of a firm that are read at once."""


def _listed(stores: Stores, firm: str, now: datetime) -> list[tuple[str, int, RowComplaint | None]]:
    """What the lists keep of every case of a firm, first brought up to the log; the log itself where a row does not say yet.

    Cases that change while the pages are read may be met twice, or move past: then all are read again.
    """
    catch_up(stores, now)
    for _ in range(TRIES):
        found: dict[str, tuple[str, int, RowComplaint | None]] = {}
        total, offset = 1, 0
        while offset < total:
            rows, total = stores.cases.cases(CaseFilter(firm=firm, states=COUNTED, limit=PAGE, offset=offset))
            offset += PAGE
            found.update({row.case: (row.case, row.version, row.complaint or _from_log(stores, row)) for row in rows})
        if len(found) == total:
            return list(found.values())
    raise Refused(f"the cases of {firm} change faster than they can be counted; try again")


TRIES = 5
"""How often the pages are read anew when cases change meanwhile."""

COUNTED = (State.CONFIRMED_COMPLAINT.value, State.CLOSED.value)
"""States in which a list may show a confirmed complaint."""


def _from_log(stores: Stores, row: CaseRow) -> RowComplaint | None:
    """What a return counts of a case listed by an older version, which kept nothing of it."""
    is_confirmed = row.facts.get("status") == State.CONFIRMED_COMPLAINT
    return counted_in(load_case(stores, row.case)[0]) if is_confirmed else None


def files_of(stores: Stores, person: Person, made: Return, *, as_of: str | None, version: str, now: datetime, command: str) -> dict[str, bytes]:
    """The files by name, the manifest last, and the entry in the log that they left.

    What the validator refused has no working file: only the findings with the cases behind them.
    """
    require(person, Right.MAKE_RETURNS, made.firm)
    stem = f"{made.form}-{made.firm}-{made.period}"
    if made.is_sound:
        files = {f"{stem}.xlsx": sheets.as_xlsx(made), f"{stem}.csv": sheets.as_csv(made), f"{stem}.json": sheets.as_json(made),
                 f"{stem}.drill-down.csv": sheets.drill_down(made)}  # fmt: skip
    else:
        files = {f"{stem}.refused.json": sheets.as_json(made)}
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    manifest = Manifest(
        form=made.form, form_version=made.form_version, taxonomy=made.taxonomy, rule=made.rule, firm=made.firm, period=made.period,
        first=made.first, last=made.last, as_of=as_of or iso(now), complete=made.last < now.date().isoformat(),
        validator="passed" if made.is_sound else "refused", findings=tuple(finding.says for finding in made.findings),
        cases=made.cases, log=made.log, rows=sum(len(table.rows) for table in made.tables),
        filters=f"confirmed complaints of {made.firm} under {made.form}'s regime", by=person.key, at=iso(now), plaint=version, files=digests,
    )  # fmt: skip
    said = {"form": made.form, "firm": made.firm, "period": made.period, "log": made.log, "files": digests}
    record(stores, "access", person, MADE if made.is_sound else REFUSED, said, now, command)
    files[f"{stem}.manifest.json"] = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    return files
