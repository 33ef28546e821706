"""Who is on a case now and what they are doing, so that two people do not answer the same person twice.

It is no act: it is not in the log, changes nothing and lapses when it is not given again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from plaint.desk.rights import Refused, Right, in_scope, require
from plaint.model import Person, iso
from plaint.ports import CASE_STREAM, Present, Stores

LAPSES = timedelta(seconds=60)
"""How long a sign counts. A page gives it again well before, such as every 20 seconds."""


class Doing(StrEnum):
    """What somebody does on a case."""

    READING = "reading"
    WRITING = "writing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody else on a case: the key of the account, what they do, and until when that counts (ISO 8601 in UTC)."""

    case: str
    person: str
    doing: Doing
    until: str


def here(stores: Stores, person: Person, case: str, doing: Doing, now: datetime) -> list[Colleague]:
    """Show that the person is on a case for the next 60 seconds; who else is on it, by key of account.

    Cheap enough to be called at every draw and every 20 seconds: one small write, two reads by name, and no entry in the
    log, not even for a refusal. Needs the right to read cases of the case's firm; raises Refused.
    """
    firm = _firm(stores, person, case)
    sign = Present(case=case, firm=firm, person=person.key, doing=Doing(doing).value, until=iso(now + LAPSES))
    stores.presence.here(sign, now=iso(now))
    return who_is_here(stores, person, [case], now)


def left(stores: Stores, person: Person, case: str) -> None:
    """Show the person on a case no more, as when they go to another one; without it the sign lapses by itself."""
    require(person, Right.READ_CASES)
    stores.presence.left(case, person.key)


def who_is_here(stores: Stores, person: Person, cases: Sequence[str], now: datetime) -> list[Colleague]:
    """Who else is on these cases now, by case, then by key of account; the person asking and cases of other firms are left out.

    One read for all of them, so a list of cases can ask for its rows at once. Needs the right to read cases.
    """
    require(person, Right.READ_CASES)
    found = stores.presence.who(list(dict.fromkeys(cases)), now=iso(now)) if cases else []
    return [
        Colleague(case=one.case, person=one.person, doing=Doing(one.doing), until=one.until)
        for one in found
        if one.person != person.key and in_scope(person, one.firm)
    ]


def _firm(stores: Stores, person: Person, case: str) -> str:
    """The firm of a case that the person may read."""
    require(person, Right.READ_CASES)
    first = stores.cases.read(case)[:1] if case.startswith(CASE_STREAM) else []
    if not first or not in_scope(person, str(first[0].said.get("firm"))):
        raise Refused(f"there is no case {case} that you may see")
    return str(first[0].said.get("firm"))
