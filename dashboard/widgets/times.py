"""Moments as people read them: relative in lists, with the full local time and zone in the title."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboard.widgets.html import Html, tag
from plaint.model import PartialDate, moment_of


def short_day(day: date) -> str:
    """`Fri 20 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"


def long_day(day: date) -> str:
    """`Fri 20 Nov 2026`."""
    return f"{short_day(day)} {day.year}"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`10:38 today`, `Fri 20 Nov, 07:52`, or with the year when it is another one."""
    local, here = at.astimezone(zone), now.astimezone(zone)
    if local.date() == here.date():
        return f"{local:%H:%M} today"
    day = short_day(local) if local.year == here.year else long_day(local)
    return f"{day}, {local:%H:%M}"


def full(at: datetime, zone: ZoneInfo) -> str:
    """`Fri 20 Nov 2026, 07:52 GMT (Europe/London)`: for titles."""
    local = at.astimezone(zone)
    return f"{long_day(local)}, {local:%H:%M} {local:%Z} ({zone.key})"


def ago(at: datetime, now: datetime) -> str:
    """`just now`, `18 min ago`, `5 h ago`, `4 d ago`, `3 months ago`, `2 years ago`; `in 3 d` for what comes."""
    seconds = (now - at).total_seconds()
    said = length(abs(seconds))
    if said == "0 min":
        return "just now"
    return f"{said} ago" if seconds >= 0 else f"in {said}"


def length(seconds: float) -> str:
    """A span in its largest whole unit: `18 min`, `5 h`, `4 d`, `3 months`, `2 years`."""
    minutes = int(seconds // 60)
    for size, one, many in ((525_600, "year", "years"), (43_200, "month", "months"), (1440, "d", "d"), (60, "h", "h")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {one if number == 1 else many}"
    return f"{minutes} min"


def when(date_: PartialDate | None, now: datetime, zone: ZoneInfo, *, plain: bool = False) -> Html:
    """The time of a post: relative, or (`plain`) as a date; a span shows the source's own words and both ends."""
    if date_ is None:
        return tag("span", "no date given", class_="soft")
    if date_.is_exact:
        said = moment(date_.start, now, zone) if plain else ago(date_.start, now)
        return tag("time", said, datetime=date_.earliest, title=full(date_.start, zone))
    first, last = moment_of(date_.earliest).date(), moment_of(date_.latest).date()
    span = long_day(first) if first == last else f"{_end(first, last)} to {_end(last, first)}"
    words = f"{date_.said}: {span}" if date_.said and plain and first != last else span
    said = words if plain else (_days_ago(first, now, zone) if first == last else date_.said or span)
    return tag("time", said, datetime=date_.earliest[:10], title=f"{span}, as the source gives it" + (f": {date_.said}" if date_.said else ""))


def _end(day: date, other: date) -> str:
    return f"{day.day} {day:%b}" if day.year == other.year else f"{day.day} {day:%b} {day.year}"


def _days_ago(day: date, now: datetime, zone: ZoneInfo) -> str:
    days = (now.astimezone(zone).date() - day).days
    if days in {0, 1}:
        return ("today", "yesterday")[days]
    return ago(moment_of(day.isoformat()), now)


def at(text: str, now: datetime, zone: ZoneInfo, *, relative: bool = False) -> Html:
    """An ISO moment of our own logs as a `time` element."""
    point = moment_of(text)
    return tag("time", ago(point, now) if relative else moment(point, now, zone), datetime=text, title=full(point, zone))


def moment_text(text: str, now: datetime, zone: ZoneInfo) -> str:
    """An ISO moment of our own logs as plain words."""
    return moment(moment_of(text), now, zone)
