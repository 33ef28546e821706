"""How the work lies: open cases by team, state and owner, and what falls due on each day of a month.

Counted by the store over all cases that match, never over a page, and exact; the rows behind a figure are listed with
the filter that it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from plaint.cases.case import State
from plaint.cases.queues import OPEN_STATES
from plaint.desk.acting import catch_up, scope_of
from plaint.desk.rights import Refused, Right, require
from plaint.model import Person
from plaint.ports import CaseFilter, Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """So many cases of one team (None: in no team's queue), in one state, with one owner (None: nobody's)."""

    team: str | None
    state: State
    assignee: str | None
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLoad:
    """What falls due on one day: `cases` with at least one clock due then, and the clocks themselves.

    `clocks` are those of confirmed complaints, `would_be` those of likely complaints that nobody has decided about;
    `firms`, `teams` (None: no team) and `regimes` divide both together.
    """

    day: date
    cases: int
    clocks: int
    would_be: int
    firms: Mapping[str, int]
    teams: Mapping[str | None, int]
    regimes: Mapping[str, int]

    @property
    def wanted(self) -> CaseFilter:
        """What lists the cases behind it."""
        return CaseFilter(marks=(f"day:{self.day}",))


def board(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> list[Lane]:
    """All lanes with at least one case, by team, state and owner; those without a team or an owner last.

    `wanted` narrows it like any list (firm, marks, owner…); without states it counts those in which somebody has to act.
    Needs the right to read cases; firms outside the account's are not counted.
    """
    asked = _asked(stores, person, wanted, now)
    whole = Counter(stores.cases.tally(asked, ["state", "assignee"]))
    lanes = {(team, state, owner): number for (team, state, owner), number in stores.cases.tally(asked, ["team:", "state", "assignee"]).items()}
    for (_, state, owner), number in lanes.items():
        whole[state, owner] -= number
    lanes |= {(None, state, owner): number for (state, owner), number in whole.items() if number}
    found = [Lane(team=team, state=State(str(state)), assignee=owner, cases=number) for (team, state, owner), number in lanes.items()]
    return sorted(found, key=lambda one: (one.team is None, one.team or "", list(State).index(one.state), one.assignee is None, one.assignee or ""))


def labels(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> dict[str, int]:
    """How many of the matching cases have each label; without states, of those in which somebody has to act. Needs the right to read cases."""
    return {str(label): number for (label,), number in stores.cases.tally(_asked(stores, person, wanted, now), ["label:"]).items()}


def month(stores: Stores, person: Person, *, year: int, month: int, wanted: CaseFilter | None = None, now: datetime) -> list[DayLoad]:
    """Every day of a month with what falls due on it, days with nothing too; local days as each rule counts them.

    `wanted` narrows it (a firm, `marks=("team:cards",)`, an owner). Needs the right to read cases.
    """
    try:
        first = date(year, month, 1)
    except ValueError:
        raise Refused(f"{year}-{month:02} is no month") from None
    asked = _asked(stores, person, wanted or CaseFilter(), now)
    days = f"{first:%Y-%m}-"
    cases = {f"{days}{rest}": number for (rest,), number in stores.cases.tally(asked, [f"day:{days}"]).items()}
    clocks = stores.cases.tally(asked, ["firm", "state", f"clock:{days}"])
    in_teams = stores.cases.tally(asked, ["team:", f"clock:{days}"])
    return [_load(day, cases.get(day.isoformat(), 0), clocks, in_teams) for day in _days(first)]


def _load(day: date, cases: int, clocks: Mapping[tuple[str | None, ...], int], in_teams: Mapping[tuple[str | None, ...], int]) -> DayLoad:
    """One day out of the counts of a month; the rest of a mark is `03:UK-DISP:eight_week_response_last_day`."""
    firms, regimes, teams, number = Counter[str](), Counter[str](), Counter[str | None](), Counter[str]()
    for (firm, state, rest), many in clocks.items():
        which, regime, _ = str(rest).split(":", 2)
        if int(which) == day.day:
            firms[str(firm)] += many
            regimes[regime] += many
            number[str(state)] += many
    for (team, rest), many in in_teams.items():
        if int(str(rest)[:2]) == day.day:
            teams[team] += many
    whole = number.total()
    if whole > teams.total():
        teams[None] = whole - teams.total()
    would_be = number[State.CANDIDATE]
    return DayLoad(day=day, cases=cases, clocks=whole - would_be, would_be=would_be, firms=firms, teams=teams, regimes=regimes)


def _asked(stores: Stores, person: Person, wanted: CaseFilter, now: datetime) -> CaseFilter:
    """The filter within the person's firms, with the lists brought up to the log."""
    require(person, Right.READ_CASES)
    catch_up(stores, now)
    return replace(wanted, states=wanted.states or OPEN_STATES, scope=scope_of(person, wanted.scope))


def _days(first: date) -> Iterable[date]:
    day = first
    while day.month == first.month:
        yield day
        day += timedelta(days=1)
