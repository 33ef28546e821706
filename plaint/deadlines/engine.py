"""The clock engine: from a regime and what is known of a complaint to its deadlines, each with why this date.

It counts local days, so neither the server's zone nor a change of the clocks moves a date. What the data do not say is
not computed: such a clock has no value and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rapidfuzz.process import extractOne

from plaint.deadlines.calendars import Calendar, OutsideCalendar, calendars, spoken
from plaint.deadlines.counts import passed_over, passing, period
from plaint.deadlines.days import months_on
from plaint.deadlines.deadline import Answer as Answer
from plaint.deadlines.deadline import Day as Day
from plaint.deadlines.deadline import Deadline as Deadline
from plaint.deadlines.deadline import Stop as Stop
from plaint.deadlines.deadline import Value as Value
from plaint.deadlines.given import BadInputs as BadInputs
from plaint.deadlines.given import read, receipt_of, zone_of
from plaint.deadlines.regimes import Clock, Regime, regimes

END_OF_DAY = time(23, 59, 59, 999000)
"""What "by the end of" a day means, in local time."""

CLOSE_OF_BUSINESS = time(17, 0)
"""When business closes where a firm has not said so, in local time."""


def deadlines(
    regime: str, inputs: Mapping[str, Any], *, closes: time = CLOSE_OF_BUSINESS, closures: Sequence[date] = (), stops: Sequence[Stop] = ()
) -> Answer:  # fmt: skip
    """The deadlines of a complaint; raises BadInputs.

    `inputs` are JSON values: the regime's receipt (ISO 8601 with an offset, or a date), `received_tz` (IANA), `calendar`
    (an id), and what the regime lists. The regime `OTHER` is the one that its input `sub_regime` names. `closes` is the firm's close of business,
    `closures` are days on which it is closed although its calendar is not: they are no business days. `stops` are when
    clocks stood still that may: days that lie wholly inside are not counted, the days on which one began and ended are.
    """
    if regime == "OTHER":
        regime, inputs = str(inputs.get("sub_regime")), {name: value for name, value in inputs.items() if name != "sub_regime"}
    if regime not in regimes():
        near = extractOne(regime, list(regimes()), score_cutoff=50)
        raise BadInputs(f"no regime {regime!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(regimes())}"))
    return _Count(regimes()[regime], inputs, closes, closures, stops).answer()


class _Count:
    """One complaint's count under one regime."""

    def __init__(self, regime: Regime, inputs: Mapping[str, Any], closes: time, closures: Sequence[date], stops: Sequence[Stop]) -> None:
        self.regime, self.closes, self.closures, self.stops = regime, closes, closures, stops
        self.zone = zone_of(inputs.get("received_tz") or regime.zone)
        self.given = {name: read(name, kind, inputs[name], self.zone) for name, kind in regime.inputs.items() if inputs.get(name) is not None}
        known = {*regime.inputs, regime.receipt, "received_tz", "calendar"}
        self.unused = tuple(sorted(set(inputs) - known))
        self.moment, self.day0 = receipt_of(regime.receipt, inputs.get(regime.receipt), self.zone)
        self.said = str(inputs.get(regime.receipt))
        self.calendar = self._calendar(inputs.get("calendar"))
        self.done: dict[str, Deadline] = {}

    def answer(self) -> Answer:
        """Every clock of the regime, in the order of the data."""
        return Answer(
            regime=self.regime.id, day0=self.day0, zone=self.zone.key, receipt=self._receipt_said(),
            deadlines=tuple(self.clock(key) for key in self.regime.keys), unused=self.unused,
        )  # fmt: skip

    def clock(self, key: str) -> Deadline:
        """One clock, counted once."""
        if key not in self.done:
            self.done[key] = self._counted(key)
        return self.done[key]

    def _calendar(self, id: str | None) -> Calendar | None:
        allowed = self.regime.calendars
        if id is None:
            return calendars()[allowed[0]].without(self.closures) if allowed else None
        if id not in (allowed or calendars()):
            loaded = ", ".join(allowed or calendars())
            raise BadInputs(f"calendar {id!r} is not one for {self.regime.id}: {loaded}")
        return calendars()[id].without(self.closures)

    def _receipt_said(self) -> str:
        if self.moment is None:
            return f"{self.regime.receipt} is {spoken(self.day0)}, so day 0 = {self.day0}"
        local = self.moment.astimezone(self.zone)
        return f"{self.said} is {spoken(self.day0)} {local:%H:%M} {local.tzname()} in {self.zone.key}, so day 0 = {self.day0}"

    def _version(self, key: str) -> Clock | None:
        """The version of a clock that held on day 0; the later one where two did."""
        held = [clock for clock in self.regime.versions(key) if clock.in_force(self.day0, self._begins(clock))]
        return held[-1] if held else None

    def _begins(self, clock: Clock) -> date | None:
        given = self.given.get(clock.effective_input) if clock.effective_input else None
        return given if isinstance(given, date) else None

    def _counted(self, key: str) -> Deadline:
        clock = self._version(key)
        if clock is not None:
            return self._held_to(clock)
        nearest = self._nearest(key)
        span = " ".join(f"{word} {day}" for word, day in (("from", nearest.effective_from), ("until", nearest.effective_to)) if day)
        if nearest.before_force == "none":
            return replace(self._none(nearest, f"not in force on {self.day0} (in force {span})"), in_force=False)
        told = self._held_to(nearest)
        return replace(told, in_force=False, steps=(f"not in force on {self.day0} (in force {span}): counted as information", *told.steps))

    def _nearest(self, key: str) -> Clock:
        """Where no version holds: the first before it all, the last after it."""
        versions = self.regime.versions(key)
        return versions[-1] if versions[-1].effective_from is None or versions[-1].effective_from <= str(self.day0) else versions[0]

    def _held_to(self, clock: Clock) -> Deadline:
        """What one version of a clock says."""
        for name, value in clock.when.items():
            if self.given.get(name, False) != value:
                return self._none(clock, f"only where {name} is {str(value).lower()}")
        if clock.unit == "none":
            return self._none(clock, clock.because or "the rule names no number")
        try:
            found = self._by_unit(clock)
        except OutsideCalendar as outside:
            return replace(self._none(clock, str(outside)), refused=True)
        return self._finished(found)

    def _by_unit(self, clock: Clock) -> Deadline:
        if clock.unit in {"same_as", "earlier_of", "rolled", "on_time", "in_force"}:
            return self._from_others(clock)
        start = self._start(clock)
        if start is None:
            return self._none(clock, self._start_lacks(clock))
        day, why = start
        deadline = replace(self._blank(clock), start=day, steps=(why,) if why else ())
        match clock.unit:
            case "business_day":
                return self._business_days(deadline)
            case "calendar_day" | "week":
                return self._calendar_days(deadline)
            case "month" | "year":
                return self._months(deadline)
            case "hour":
                return self._hours(deadline)
            case _:
                return self._period(deadline)

    # -- where a clock starts

    def _starts(self, clock: Clock) -> str:
        if clock.starts_by is not None:
            return clock.starts_by.starts.get(str(self.given.get(clock.starts_by.input)), clock.starts)
        return clock.starts

    def _start(self, clock: Clock) -> tuple[date, str] | None:
        """Day 0 of a clock and, where it is not receipt, why; None where it is not known."""
        what, _, name = self._starts(clock).partition(":")
        if what == "receipt":
            return self.day0, ""
        if what == "input":
            given = self.given.get(name)
            return (given, f"{name} is {spoken(given)}, so day 0 = {given}") if isinstance(given, date) else None
        other = self.clock(name)
        if other.refused:
            raise OutsideCalendar(other.no_date or "")
        return (other.last, f"starts at the end of {name}, {spoken(other.last)}") if other.last is not None else None

    def _start_lacks(self, clock: Clock) -> str:
        what, _, name = self._starts(clock).partition(":")
        return f"{name} is not given" if what == "input" else f"{name} has no date"

    # -- counting

    def _amount(self, clock: Clock) -> int:
        if clock.amount_by is not None:
            given = self.given.get(clock.amount_by.input)
            if given is not None:
                word = str(given).lower() if isinstance(given, bool) else str(given)
                if word not in clock.amount_by.amounts:
                    raise BadInputs(f"{clock.amount_by.input} is {word!r}; it can be {', '.join(clock.amount_by.amounts)}")
                return clock.amount_by.amounts[word]
        return clock.amount or 0

    def _on(self, clock: Clock) -> Calendar:
        """The calendar that a clock counts on."""
        if clock.calendar == "given" or clock.calendar is None:
            if self.calendar is None:
                raise BadInputs(f"{self.regime.id} {clock.id} needs a calendar")
            return self.calendar
        return calendars()[clock.calendar].without(self.closures if clock.starts == "receipt" else ())

    def _business_days(self, deadline: Deadline) -> Deadline:
        amount, on, start = self._amount(deadline.clock), self._on(deadline.clock), _known(deadline.start)
        days: list[Day] = []
        day, number = start, 0
        while number < amount:
            day += timedelta(days=1)
            closed = on.closed_because(day)
            number += closed is None
            days.append(Day(day=day, number=number if closed is None else None, skipped=closed))
        step = f"{amount} business day{'s' * (amount != 1)} after {spoken(start)} on {on.id} {on.version} = {spoken(day)}; {passed_over(days, on)}"
        return self._on_calendar(replace(deadline, value=day, last=day, days=tuple(days), steps=(*deadline.steps, step)), on)

    def _calendar_days(self, deadline: Deadline) -> Deadline:
        clock, start = deadline.clock, _known(deadline.start)
        amount = self._amount(clock) * (7 if clock.unit == "week" else 1)
        stops = self.stops if clock.stops else ()
        if (standing := next((stop for stop in stops if stop.until is None), None)) is not None:
            since = spoken(standing.since.astimezone(self.zone).date())
            return replace(self._none(clock, f"the clock stands still since {since}: {standing.why}"), start=start, paused=standing.why)
        days = tuple(passing(start, amount, self._still(stops)))
        last = days[-1].day if days else start
        deadline = replace(deadline, steps=(*deadline.steps, *(self._stood(stop) for stop in stops)))
        said = f"{self._amount(clock)} weeks = {amount} calendar days" if clock.unit == "week" else f"{amount} calendar days"
        tail = "" if clock.roll == "following" else "; no roll for weekends or holidays"
        step = f"{said} after {spoken(start)} = {spoken(last)}{tail}"
        return self._rolled(replace(deadline, value=last, last=last, days=days, steps=(*deadline.steps, step)))

    def _still(self, stops: Sequence[Stop]) -> dict[date, str]:
        """The local days that lie wholly inside a pause, each with why."""
        found = {}
        for stop in stops:
            day, end = stop.since.astimezone(self.zone).date() + timedelta(days=1), (stop.until or stop.since).astimezone(self.zone).date()
            while day < end:
                found[day] = f"stood still: {stop.why}"
                day += timedelta(days=1)
        return found

    def _stood(self, stop: Stop) -> str:
        since, until = (moment.astimezone(self.zone).date() for moment in (stop.since, stop.until or stop.since))
        skipped = max(0, (until - since).days - 1)
        return f"stood still from {spoken(since)} to {spoken(until)} ({stop.why}): {skipped} day{'s' * (skipped != 1)} between them not counted"

    def _rolled(self, deadline: Deadline) -> Deadline:
        """Move the last day to the next business day where the clock rolls."""
        if deadline.clock.roll == "none":
            return deadline
        on, last = self._on(deadline.clock), _known(deadline.last)
        days = []
        day = last
        while (closed := on.closed_because(day)) is not None:
            days.append(Day(day=day, skipped=closed))
            day += timedelta(days=1)
        if day == last:
            step = f"{spoken(last)} is a business day on {on.id} {on.version}"
        else:
            days.append(Day(day=day))
            why = ", ".join(f"{spoken(one.day)} ({one.skipped})" for one in days if one.skipped)
            step = f"no business day on {on.id} {on.version}: {why}; so the next business day, {spoken(day)}"
        counted = deadline.days[:-1] if days and deadline.days else deadline.days
        if days and deadline.days:
            days[0] = replace(days[0], number=deadline.days[-1].number)
        return self._on_calendar(replace(deadline, value=day, last=day, days=(*counted, *days), steps=(*deadline.steps, step)), on)

    def _months(self, deadline: Deadline) -> Deadline:
        clock, start = deadline.clock, _known(deadline.start)
        amount = self._amount(clock)
        last = months_on(start, amount * (12 if clock.unit == "year" else 1))
        clamped = f", held to the month's last day ({start.day} becomes {last.day})" if last.day != start.day else ""
        step = f"{amount} {clock.unit}{'s' * (amount != 1)} after {spoken(start)} = {spoken(last)}{clamped}; no roll"
        return self._rolled(replace(deadline, value=last, last=last, steps=(*deadline.steps, step)))

    def _hours(self, deadline: Deadline) -> Deadline:
        if self.moment is None:
            return self._none(deadline.clock, "the time of day of receipt is not given")
        amount = self._amount(deadline.clock)
        end = (self.moment.astimezone(UTC) + timedelta(hours=amount)).astimezone(self.zone)
        step = f"{amount} hours after receipt = {spoken(end.date())} {end:%H:%M} {end.tzname()}"
        return replace(deadline, value=end, last=end.date(), steps=(*deadline.steps, step))

    def _period(self, deadline: Deadline) -> Deadline:
        found, last, step = period(deadline.clock, self._amount(deadline.clock), _known(deadline.start))
        return self._rolled(replace(deadline, value=found, last=last, steps=(*deadline.steps, step)))

    # -- clocks made from others

    def _from_others(self, clock: Clock) -> Deadline:
        if clock.unit == "in_force":
            key = clock.of[0].removeprefix("clock:")
            held = self._version(key) is not None
            begins = self.regime.versions(key)[0].effective_from
            return replace(self._blank(clock), value=held, steps=(f"in force from {begins}; day 0 is {self.day0}",))
        if clock.unit == "same_as" and (other := self.clock(clock.of[0].removeprefix("clock:"))).paused is not None:
            return replace(self._none(clock, other.no_date or ""), start=other.start, paused=other.paused)
        known = [(name, day) for name in clock.of if (day := self._day_of(name)) is not None]
        if len(known) < len(clock.of) and clock.unit != "earlier_of":
            missing = next(name for name in clock.of if self._day_of(name) is None)
            return self._none(clock, f"{missing.partition(':')[2]} is not given")
        name, day = min(known, key=lambda one: one[1])
        said = name.partition(":")[2]
        blank = self._blank(clock)
        match clock.unit:
            case "on_time":
                limit = known[1][1]
                verdict = "Yes" if known[0][1] <= limit else "No"
                return replace(
                    blank, value=verdict, steps=(f"{spoken(known[0][1])} is {'on or before' if verdict == 'Yes' else 'after'} {spoken(limit)}",)
                )
            case "rolled":
                return self._rolled(replace(blank, clock=replace(clock, roll="following"), value=day, last=day, steps=(f"{said} is {spoken(day)}",)))
            case "earlier_of":
                return replace(blank, value=day, last=day, steps=(f"the earliest of what is known: {said}, {spoken(day)}",))
            case _:
                other = self.clock(said)
                return replace(blank, value=day, last=day, start=other.start, days=other.days, calendar=other.calendar,
                               calendar_version=other.calendar_version, steps=(f"the same day as {said}", *other.steps))  # fmt: skip

    def _day_of(self, name: str) -> date | None:
        what, _, key = name.partition(":")
        if what == "input":
            given = self.given.get(key)
            return given if isinstance(given, date) else None
        other = self.clock(key)
        if other.refused:
            raise OutsideCalendar(other.no_date or "")
        return other.last

    # -- putting a deadline together

    def _blank(self, clock: Clock) -> Deadline:
        return Deadline(key=clock.key, clock=clock, regime=self.regime.id, version=f"{clock.effective_from or 'always'}/{self.regime.version}")

    def _none(self, clock: Clock, because: str) -> Deadline:
        return replace(self._blank(clock), no_date=because, steps=(f"no date, because {because}",))

    def _on_calendar(self, deadline: Deadline, on: Calendar) -> Deadline:
        return replace(deadline, calendar=on.id, calendar_version=on.version)

    def _finished(self, deadline: Deadline) -> Deadline:
        """With its last moment, from how the clock ends."""
        value, last = deadline.value, deadline.last
        if last is None:
            return deadline
        match deadline.clock.ends:
            case "date":
                return deadline
            case "moment" if isinstance(value, datetime):
                return replace(deadline, due=value.astimezone(UTC))
            case "close_of_business":
                end, said = self.closes, f"by close of business, {self.closes:%H:%M} in {self.zone.key}"
            case _:
                end, said = END_OF_DAY, f"by the end of that day in {self.zone.key}"
        due = datetime.combine(last, end, self.zone).astimezone(UTC)
        return replace(deadline, due=due, steps=(*deadline.steps, said))


def _known(day: date | None) -> date:
    if day is None:
        raise ValueError("a clock was counted without a start")
    return day
