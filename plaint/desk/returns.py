"""Making a regulator's return: who may, from which log, and the entry that says so. Bytes come from `plaint.reports`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec
from rapidfuzz.process import extractOne

from plaint.cases.case import State
from plaint.desk.acting import catch_up, firm_of, load_case
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, iso, moment_of
from plaint.ports import CaseFilter, CaseRow, RowComplaint, Stores
from plaint.reports import sheets
from plaint.reports.counting import BadPeriod, Period, cases_in, complaints_in, counted_in, period_of
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

    With `as_of` (ISO 8601) it is counted from what the log said then, at the cost of the cases that changed since.
    """
    asked = form_of(form)
    span = period_for(asked, period)
    with_firm = firm_of(stores, firm)
    require(person, Right.MAKE_RETURNS, firm)
    if span.first > now.date():
        raise Refused(f"{span.label} has not begun; it is {now.date()}")
    rows = _listed(stores, firm, now) if as_of is None else _as_of(stores, firm, moment_of(as_of), now)
    return made(asked, firm, span, complaints_in(rows, with_firm, asked.regime, asked.taxonomy), given)


Counted = tuple[str, int, RowComplaint | None]
"""A case, its version, and what a return counts of it."""

COUNTED = (State.CONFIRMED_COMPLAINT.value, State.CLOSED.value)
"""States in which a list may show a confirmed complaint."""


def _listed(stores: Stores, firm: str, now: datetime) -> Iterator[Counted]:
    """What the lists keep of every case of a firm, first brought up to the log; the log itself where a row does not say yet."""
    catch_up(stores, now)
    for row in stores.cases.each_case(CaseFilter(firm=firm, states=COUNTED)):
        yield row.case, row.version, row.complaint or _from_log(stores, row)


def _as_of(stores: Stores, firm: str, then: datetime, now: datetime) -> Iterator[Counted]:
    """The same as it was at a moment: the log is read of the cases that have changed since, and of no other."""
    catch_up(stores, now)
    for row in stores.cases.each_case(CaseFilter(firm=firm)):
        if moment_of(row.changed) <= then:
            yield row.case, row.version, row.complaint or _from_log(stores, row)
        elif moment_of(row.opened) <= then:
            case = cases_in(stores.cases.read(row.case), until=iso(then))[row.case]
            yield case.id, case.version, counted_in(case)


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
