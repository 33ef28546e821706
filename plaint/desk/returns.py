"""Making a regulator's return: who may, from which log, and the entry that says so. Bytes come from `plaint.reports`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec
from rapidfuzz.process import extractOne

from plaint.desk.acting import firm_of
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person, iso
from plaint.ports import Stores
from plaint.reports import sheets
from plaint.reports.counting import BadPeriod, Period, cases_in, complaints_of, period_of
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
    cases = cases_in(stores.cases.walk(), until=as_of)
    return made(asked, firm, span, complaints_of(cases.values(), with_firm, asked.regime, asked.taxonomy), given)


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
