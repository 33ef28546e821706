"""From what a source says about a moment to a `PartialDate`, counted from when its page was fetched; None rather than a guess.

The road: ISO 8601, the epoch, mail and figures, the site's own formats, relative phrases, dateparser with the site's languages.
The clock is never read.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from plaint.model import PartialDate, iso
from plaint.posts.relative import Meaning, languages_of, meaning, moved, span, tells_time

LONGEST = 80
"""Characters beyond which a text is no date."""


def read_date(
    text: str | float,
    *,
    at: datetime,
    languages: Sequence[str] = (),
    zone: str | None = None,
    date_order: str | None = None,
    formats: Sequence[str] = (),
    strip: Sequence[str] = (),
) -> PartialDate | None:
    """The moment or span that `text` names, or None where it names none; never raises for what the text holds.

    A number is the epoch in seconds, milliseconds or finer. `at` (aware) is when the page was fetched: "2 days ago" counts
    from it. `languages` are BCP 47 codes; `zone` is the IANA zone of a time that names none (UTC when None); `date_order`
    is `DMY`, `MDY` or `YMD`; without it figures that could be either become the span of both. `formats` are for
    `strptime`. `strip` are phrases around the date; a `*` in one stands for any words (`Reviewed in * on`).
    """
    if not isinstance(text, str):
        return _epoch(text, str(text))
    said = text.strip()
    if len(said) in {10, 13} and said.isdecimal() and said.isascii():
        return _epoch(int(said), said)
    when = _iso(said, zone)
    if when is not None or len(said) > 4 * LONGEST or not said:
        return when
    return _worded(said, at, tuple(languages), zone, date_order, tuple(formats), tuple(strip))


_no_date = re.compile(r"[0\W_TZ]*0000[0\W_TZ]*")
_last_days = re.compile(r"(?<!\d)(?:29|3[01])(?!\d)")


def names_no_day(text: str, **how: Any) -> bool:
    """Whether a text that is no date has the form of one and names a day that no calendar has: `2021-02-30`, `0000-00-00`.

    It has that form when it is a date with the 28th in place of the last days of a month. `how` is as for `read_date`.
    """
    if len(text) > LONGEST:
        return False
    moved = _last_days.sub("28", text)
    return bool(_no_date.fullmatch(text)) or (moved != text and read_date(moved, **how) is not None)


# --- certain forms ---------------------------------------------------------------------------------------------------

_offset = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$)|(?<=\d)\s*(?:UTC|GMT|Z)$", re.IGNORECASE)


def _iso(said: str, zone: str | None) -> PartialDate | None:
    """`2026-03-05`, `2026-03-05T10:11:12Z`, `2026-03-05 10:11 +0200`; a bare day stays a day."""
    if said[4:5] != "-" or len(said) < 10 or not said[:4].isdecimal():
        return None
    try:
        if len(said) == 10:
            date.fromisoformat(said)
            return PartialDate(earliest=said, latest=said, said=said) if said.isascii() else None
        moment = datetime.fromisoformat(said)
        return PartialDate.exact(moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone)), said)
    except (ValueError, OverflowError):
        return None


def _epoch(number: float, said: str) -> PartialDate | None:
    try:
        size = abs(number)
        seconds = number if size < 1e11 else number / 1e3 if size < 1e14 else number / 1e6 if size < 1e17 else number / 1e9
        return PartialDate.exact(datetime.fromtimestamp(seconds, UTC), said)
    except (ValueError, OverflowError, OSError):
        return None


def _figures(said: str) -> PartialDate | None:
    """Digits alone: `20260305`, `20260305101112`, an epoch, a year; nothing shorter is a date."""
    if len(said) == 4:
        return _months(int(said), 1, 12, said) if "1990" <= said <= "2100" else None
    try:
        if len(said) == 8:
            return PartialDate.day(date.fromisoformat(said), said)
        if len(said) == 14:
            return PartialDate.exact(datetime(*(int(said[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))), tzinfo=UTC), said)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    return _epoch(int(said), said) if len(said) in {9, 10, 12, 13, 16, 19} else None


def _months(year: int, month: int, count: int, said: str) -> PartialDate:
    last = month + count - 1
    return PartialDate(earliest=f"{year:04}-{month:02}-01", latest=f"{year:04}-{last:02}-{monthrange(year, last)[1]}", said=said)


_week = re.compile(r"(\d{4})-?W(\d\d)")
_year_month = re.compile(r"(\d{4})[-/.](\d{1,2})")


def _iso_week(year: int, week: int, said: str) -> PartialDate | None:
    try:
        monday = date.fromisocalendar(year, week, 1)
        return PartialDate(earliest=monday.isoformat(), latest=(monday + timedelta(days=6)).isoformat(), said=said)
    except (ValueError, OverflowError):
        return None


_mail = re.compile(r"(?:[A-Za-z]{3},? )?(?:\d{1,2} [A-Za-z]{3}|[A-Za-z]{3} [ \d]\d) .*\d\d:\d\d.*")
_twitter = "%a %b %d %H:%M:%S %z %Y"


def _mail_form(said: str) -> PartialDate | None:
    """`Thu, 05 Mar 2026 10:11:12 +0000` of mail and feeds, `Thu Mar 05 10:11:12 +0000 2026` of Twitter."""
    if not _mail.fullmatch(said):
        return None
    try:
        by_year = said[-5:-4] == " " and said[-4:].isdecimal()
        moment = datetime.strptime(said, _twitter) if by_year else parsedate_to_datetime(said)  # noqa: DTZ007 (`%z` is in it)
        return PartialDate.exact(moment, said) if moment.tzinfo else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


_numeric = re.compile(
    r"(\d{1,4})\s*([./\-年])\s*(\d{1,2})\s*[./\-月]\s*(\d{1,4})\.?日?(?:,?\s*(?:T|at|um|à|om|kl\.?)?\s*(\d{1,2})[:.h](\d{2})(?::(\d{2}))?\s*([ap]\.?m\.?)?)?",
    re.IGNORECASE,
)


def _in_figures(said: str, languages: tuple[str, ...], zone: str | None, order: str | None) -> PartialDate | None:
    """`05/03/2026`, `5.3.2026 10:11`, `2026/3/5`; day and month by the order, else both where both can be."""
    found = _numeric.fullmatch(said)
    if found is None:
        return None
    one, sign, two, three = found[1], found[2], found[3], found[4]
    if len(one) == 4 and len(three) <= 2:
        days = [_day(one, two, three)]
    elif len(three) in {2, 4} and len(one) <= 2 and sign != "年" and order != "YMD":
        three = three if len(three) == 4 else f"{'19' if three >= '90' else '20'}{three}"
        order = order if order in {"DMY", "MDY"} else _order(languages)
        days = [_day(three, two, one)] if order != "MDY" else []
        days += [_day(three, one, two)] if order != "DMY" else []
        if not any(days):
            days = [_day(three, two, one), _day(three, one, two)]
    else:
        return None
    known = sorted({day for day in days if day is not None})
    if not known:
        return None
    if found[5] is None:
        return PartialDate(earliest=known[0].isoformat(), latest=known[-1].isoformat(), said=said)
    return _with_time(known, found, zone, said)


def _with_time(days: list[date], found: re.Match[str], zone: str | None, said: str) -> PartialDate | None:
    hour, minute, second, half = int(found[5]), int(found[6]), int(found[7] or 0), (found[8] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        moments = [iso(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_zone(zone))) for day in days]
    except (ValueError, OverflowError):
        return None
    return PartialDate(earliest=moments[0], latest=moments[-1], said=said)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _order(languages: tuple[str, ...]) -> str | None:
    """The order of day and month that all the languages share; English alone does not tell."""
    if "en-US" in languages:
        return "MDY"
    if not languages or "en" in languages:
        return None
    return "DMY"


# --- the site's own forms, phrases, words ----------------------------------------------------------------------------

_label = re.compile(
    r"^(?:posted|published|written|reviewed|submitted|updated|edited|created|answered|replied|date(?: of \w+)?)\b\s*(?:on|at)?\s*[:\-–|]?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a site's dates are read with."""

    at: datetime
    languages: tuple[str, ...]
    zone: str | None
    order: str | None
    formats: tuple[str, ...]

    @property
    def primary(self) -> tuple[str, ...]:
        """The languages without their regions."""
        return tuple(dict.fromkeys(code.replace("_", "-").split("-")[0].lower() for code in self.languages))


@lru_cache(maxsize=50_000)
def _worded(
    said: str, at: datetime, languages: tuple[str, ...], zone: str | None, order: str | None, formats: tuple[str, ...], strip: tuple[str, ...]
) -> PartialDate | None:
    reader = _Reader(at, languages, zone, order, formats)
    forms = (said, *_bared(said, strip))
    cheap = (_one_form(form, reader) for form in forms)
    asked = (_as_people_write(form, reader) for form in reversed(forms[1:]) if len(form) <= LONGEST)
    when = next(filter(None, chain(cheap, asked)), None)
    return PartialDate(earliest=when.earliest, latest=when.latest, said=said) if when else None


def _one_form(text: str, reader: _Reader) -> PartialDate | None:
    if text.isdecimal():
        return _figures(text)
    if (found := _year_month.fullmatch(text)) and 1 <= int(found[2]) <= 12:
        return _months(int(found[1]), int(found[2]), 1, text) if "1990" <= found[1] <= "2100" else None
    if found := _week.fullmatch(text):
        return _iso_week(int(found[1]), int(found[2]), text)
    certain = _iso(_offset.sub(lambda found: "" if found[0].isspace() else "Z", text), reader.zone) or _fraction(text) or _mail_form(text)
    certain = certain or _by_format(text, reader.formats, reader.at, reader.zone) or _in_figures(text, reader.languages, reader.zone, reader.order)
    if certain is not None or len(text) > LONGEST:
        return certain
    meant = meaning(text, reader.primary)
    return span(meant, reader.at, _zone(reader.zone), text) if meant else None


def _fraction(text: str) -> PartialDate | None:
    return _epoch(float(text), text) if re.fullmatch(r"\d{9,10}\.\d+", text) else None


def _bared(said: str, strip: tuple[str, ...]) -> Iterator[str]:
    """The text without the site's phrases, then also without the labels that many sites use."""
    text = " ".join(said.split())
    for phrase in strip:
        pattern = _phrase(phrase)
        text = pattern.sub("", text)
    text = text.strip(" \t·•|,;:-–—()[]")
    if text:
        yield text
        if (bare := _label.sub("", text)) != text and bare:
            yield bare


@cache
def _phrase(phrase: str) -> re.Pattern[str]:
    words = r"\s+".join(".{1,60}?" if word == "*" else re.escape(word) for word in phrase.split())
    return re.compile(rf"^{words}(?!\w)|(?<!\w){words}$", re.IGNORECASE)


def _by_format(text: str, formats: tuple[str, ...], at: datetime, zone: str | None) -> PartialDate | None:
    """By the site's own formats; a form without a time is a day, without a day a month, without a year the last one past."""
    for form in formats:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 (its zone, or the site's, follows)
            if not re.search("%[yYcxG]", form):
                moment = moment.replace(year=at.year)
                moment = moment.replace(year=at.year - 1) if moment.date() > at.date() + timedelta(days=1) else moment
            if re.search("%[HIcXsT]", form):
                return PartialDate.exact(moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone)), text)
        except (ValueError, OverflowError):
            continue
        return PartialDate.day(moment.date(), text) if re.search("%[djxD]", form) else _months(moment.year, moment.month, 1, text)
    return None


@cache
def _zone(zone: str | None) -> tzinfo:
    return UTC if zone in {None, "UTC"} else ZoneInfo(zone or "UTC")


# --- dateparser ------------------------------------------------------------------------------------------------------


def _as_people_write(text: str, reader: _Reader) -> PartialDate | None:
    """By dateparser: in the site's languages first, then in those whose words for time it holds, then in any."""
    if text.isdecimal() or (_day_and_month.fullmatch(text) and (reader.order or _order(reader.languages)) is None):
        return None
    if not (any(c.isdigit() for c in text) or tells_time(text) or _may_be_without_spaces(text)):
        return None
    base = reader.at.astimezone(_zone(reader.zone)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    for languages in _attempts(reader.primary, languages_of(text)[:8]):
        found = _parsed(text, base, languages, reader.order)
        if found is not None and _agrees(text, found[0]):
            return _span_of(found, reader.at, reader.zone, text)
    return None


_day_and_month = re.compile(r"(?:0?[1-9]|1[0-2])\s*[./-]\s*(?:0?[1-9]|1[0-2])\.?")


def _agrees(text: str, found: datetime | Meaning) -> bool:
    """Whether a year that the text shows is the one that was found (`Q1 2024` is no phrase about hours)."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
    return not years or (isinstance(found, datetime) and str(found.year) in years)


def _may_be_without_spaces(text: str) -> bool:
    return any("\u0e00" <= c <= "\u0eff" or c >= "\u3040" for c in text)


def _attempts(languages: tuple[str, ...], named: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    known = _known_to_dateparser()
    own = tuple(code for code in languages if code in known)
    others = tuple(code for code in named if code in known and code not in own)
    if own:
        yield own
    if others:
        yield others
    if not own:
        yield ()


@cache
def _known_to_dateparser() -> frozenset[str]:
    from dateparser.data.languages_info import language_order

    return frozenset(language_order)


_DAY = timedelta(days=1)
_Parsed = tuple[datetime | Meaning, str]
_clock = re.compile(r"\d\s?[:.h]\s?\d\d|\d\s?[ap]\.?m\b", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def _parsed(text: str, base: datetime, languages: tuple[str, ...], order: str | None) -> _Parsed | None:
    """(moment, period) or (meaning, period) in local time. What moves with its base is relative."""
    tenth = base.replace(day=10)
    first = _asked(text, tenth, languages, order)
    if first is None or first[0].tzinfo is not None:
        return first
    if not _clock.search(text):
        second = _asked(text, moved(tenth, "month", 1) + _DAY, languages, order)
        if second is not None and _went_along(tenth, first[0], second[0]):
            return (_difference(tenth, first[0], first[1]) or first[0]), first[1]
    return _asked(text, base, languages, order)


def _went_along(base: datetime, first: datetime, second: datetime) -> bool:
    """Whether a result moved like its base, by a month and a day: in days (3 weeks ago) or by the calendar (2 months ago)."""
    return second - first == moved(base, "month", 1) + _DAY - base or second == moved(first, "month", 1) + _DAY


def _asked(text: str, base: datetime, languages: tuple[str, ...], order: str | None) -> tuple[datetime, str] | None:
    try:
        found = _parser(languages, order, base).get_date_data(text)
    except (ValueError, OverflowError, TypeError, KeyError, IndexError, AttributeError):  # dateparser lets some of its own through
        return None
    if found.date_obj is None:
        return None
    return _this_century(found.date_obj, text), found.period


def _this_century(moment: datetime, text: str) -> datetime:
    """A year of two figures is not before the web (`26.10.21` is read as 1921 where the past is preferred)."""
    if moment.year >= 1990 or re.search(r"\d{4}", text):
        return moment
    return moment.replace(year=moment.year + 100)


@lru_cache(maxsize=64)
def _parser(languages: tuple[str, ...], order: str | None, base: datetime) -> Any:
    from dateparser.date import DateDataParser

    settings: dict[str, Any] = {"TIMEZONE": "UTC", "RELATIVE_BASE": base, "RETURN_TIME_AS_PERIOD": True, "PREFER_DATES_FROM": "past"}
    if order:
        settings["DATE_ORDER"] = order
    return DateDataParser(languages=list(languages) or None, settings=settings)


def _difference(base: datetime, moment: datetime, period: str) -> Meaning | None:
    """How many units of which size `moment` lies from `base`."""
    months = (moment.year - base.year) * 12 + moment.month - base.month
    if period == "year" and months % 12 == 0:
        return Meaning("year", months // 12)
    if period in {"month", "year"}:
        return Meaning("month", months)
    seconds = round((moment - base).total_seconds())
    if period == "week" and seconds % 604_800 == 0:
        return Meaning("week", seconds // 604_800)
    sizes = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    return next((Meaning(unit, seconds // size) for unit, size in sizes if seconds % size == 0), None)


def _span_of(found: _Parsed, at: datetime, zone: str | None, said: str) -> PartialDate | None:
    what, period = found
    if isinstance(what, Meaning):
        return span(what, at, _zone(zone), said)
    try:
        if period == "time":
            return PartialDate.exact(what if what.tzinfo else what.replace(tzinfo=_zone(zone)), said)
        if period == "year":
            return _months(what.year, 1, 12, said)
        return _months(what.year, what.month, 1, said) if period == "month" else PartialDate.day(what.date(), said)
    except (ValueError, OverflowError):
        return None
