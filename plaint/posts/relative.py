"""What "3 days ago", "il y a 2 mois" and "yesterday" mean, in every language of the Unicode CLDR, as spans.

The phrases lie in `relative.json`, made by `scripts/relative_phrases.py`. Looked up, not parsed: what is not in the
table has no meaning here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from importlib.resources import files

from plaint.model import PartialDate, iso

UNITS = {
    "second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
    "month": timedelta(days=30), "quarter": timedelta(days=91), "year": timedelta(days=365),
}  # fmt: skip
MONTHS = {"month": 1, "quarter": 3, "year": 12}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST = 5000
"""The largest number in a phrase that can be meant."""
PREFERRED = ("en", "es", "fr", "de", "pt", "it", "nl", "pl", "ru", "tr", "ar", "ja", "zh", "ko")
"""Whose meaning counts when the language is not known and languages disagree: those of most reviews first."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """So many units before (negative) or after the fetch; `calendar`: the unit's own stretch, as in "last month"."""

    unit: str
    number: int
    calendar: bool = False


_apostrophes = str.maketrans(dict.fromkeys("’‘ʼʻ՚′‵ʹ`´", "'"))
_letters = re.compile(r"[^\W\d_]+")
_unsaid = re.compile(r"[.\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def plain_phrase(text: str) -> str:
    """A phrase without case, dots, direction marks and kinds of space: how the table and a question are compared."""
    return " ".join(_unsaid.sub("", unicodedata.normalize("NFKC", text.translate(_apostrophes)).casefold()).split())


def _short_forms() -> dict[str, str]:
    """What apps write in few letters, and English that CLDR lacks: `3d`, `2 yrs`, `5 mo ago`, `just now`."""
    short = {
        "second": "s sec secs second seconds", "minute": "m min mins minute minutes", "hour": "h hr hrs hour hours", "day": "d day days",
        "week": "w wk wks week weeks", "month": "mo mos mth mths month months", "year": "y yr yrs year years",
    }  # fmt: skip
    forms = {pattern.format(word): f"-{unit}" for unit, words in short.items() for word in words.split()
             for pattern in ("#{}", "# {}", "#{} ago", "# {} ago")}  # fmt: skip
    now = "just now|moments ago|a moment ago|seconds ago|a few seconds ago|less than a minute ago"
    return forms | dict.fromkeys(now.split("|"), "=second 0")


NUMBER_WORDS = {
    word: number
    for number, words in {
        1: "a an one un une una uno um uma ein eine einem einer einen een en ett et ei jeden jedna jedno jednu один одна одну bir o un's én egy yksi "
        "ένα μία μια isang",
        2: "two dos deux zwei due dois duas twee två to dwa dwie два две iki", 3: "three tres trois drei tre três drie trzy три üç",
        4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 15: "fifteen", 20: "twenty",
        30: "thirty", 40: "forty", 45: "forty-five", 50: "fifty",
    }.items()
    for word in words.split()
}  # fmt: skip
_about = re.compile(r"^(?:about|around|almost|nearly|over|more than|approximately|approx|circa|ca|~)\s*")


class _Table:
    """The phrases of `relative.json`: phrase to meaning for each language, and for a language that is not known."""

    def __init__(self) -> None:
        raw: dict[str, dict[str, list[str]]] = json.loads(files("plaint.posts").joinpath("relative.json").read_text("utf-8"))
        self.phrases: dict[str, dict[str, str]] = {}
        self.words: dict[str, set[str]] = defaultdict(set)
        seen: dict[str, dict[str, str]] = defaultdict(dict)
        for language, groups in raw.items():
            own = self.phrases[language] = {}
            for key, words in groups.items():
                for word in {word for phrase in words for word in words_of(phrase)}:
                    self.words[word].add(language)
                if key != "name":
                    own.update(dict.fromkeys(words, key))
                    for phrase in words:
                        seen[phrase][language] = key
        self.phrases["no"] = self.phrases.get("nb", {})
        self.any: dict[str, str] = {}
        for phrase, keys in seen.items():
            if agreed := _agreed(keys):
                self.any[phrase] = agreed
        self.short = _short_forms()

    def key(self, phrase: str, languages: Sequence[str]) -> str | None:
        """The meaning's key of a phrase: in the languages given, then as apps write, then in any language."""
        own = (key for language in languages if (key := self.phrases.get(language, {}).get(phrase)))
        return next(own, None) or self.short.get(phrase) or self.any.get(phrase)


def _agreed(keys: dict[str, str]) -> str | None:
    if len(set(keys.values())) == 1:
        return next(iter(keys.values()))
    return next((keys[language] for language in PREFERRED if language in keys), None)


@cache
def _table() -> _Table:
    return _Table()


def words_of(phrase: str) -> list[str]:
    """The words of a plain phrase that can tell a language: two letters or more."""
    return [word for word in _letters.findall(phrase) if len(word) > 1]


def languages_of(text: str) -> tuple[str, ...]:
    """The languages in which a word of `text` names a month, a day of the week or a stretch of time; those with most words first."""
    known: Counter[str] = Counter()
    for word in words_of(plain_phrase(text)):
        known.update(_table().words.get(word, ()))
    return tuple(sorted(known, key=lambda code: (-known[code], PREFERRED.index(code) if code in PREFERRED else len(PREFERRED), code)))


def tells_time(text: str) -> bool:
    """Whether a word of `text`, of three letters or in another script, speaks of time in some language: not `to`, `on`."""
    return any(word in _table().words for word in words_of(plain_phrase(text)) if len(word) > 2 or not word.isascii())


@lru_cache(maxsize=50_000)
def meaning(text: str, languages: tuple[str, ...] = ()) -> Meaning | None:
    """What a relative phrase means, or None. `languages` are primary codes, tried first."""
    phrase = plain_phrase(text)
    if len(phrase) > 60 or re.search(r"\d\.\d", text):
        return None
    return _looked_up(phrase, languages) or _looked_up(_about.sub("", phrase), languages)


def _looked_up(phrase: str, languages: tuple[str, ...]) -> Meaning | None:
    if key := _table().key(phrase, languages):
        return _meaning(key, None)
    numbers = re.findall(r"\d+", phrase)
    if len(numbers) > 1:
        return None
    if numbers:
        number = int(numbers[0]) if len(numbers[0]) <= 4 else FARTHEST + 1
        key = _table().key(phrase.replace(numbers[0], "#", 1), languages)
        return _meaning(key, number) if key and number <= FARTHEST else None
    words = phrase.split(" ")
    for place, word in enumerate(words):
        if word in NUMBER_WORDS:
            counted = " ".join((*words[:place], "#", *words[place + 1 :]))
            if key := _table().key(counted, languages):
                return _meaning(key, NUMBER_WORDS[word])
    return None


def _meaning(key: str, number: int | None) -> Meaning | None:
    unit, _, own = key[1:].partition(" ")
    if key[0] == "=":
        return Meaning(unit, int(own), calendar=True)
    count = int(own) if own else number
    if count is None:
        return None
    return Meaning(unit, -count if key[0] == "-" else count)


# --- from a meaning to a span ----------------------------------------------------------------------------------------


def span(meant: Meaning, at: datetime, zone: tzinfo, said: str | None = None) -> PartialDate | None:
    """The span that a meaning names for a page fetched at `at`; None where it leaves the calendar.

    Sites round a passed time down, to the nearest or by the calendar, and do not say which: "2 months ago" is anything
    from three months to one and a half ago. Nothing counted back ends after `at`.
    """
    try:
        return _calendar(meant, at.astimezone(zone), said) if meant.calendar else _passed(meant, at, zone, said)
    except (OverflowError, ValueError):
        return None


def _passed(meant: Meaning, at: datetime, zone: tzinfo, said: str | None) -> PartialDate:
    at = at.replace(microsecond=0)
    half = UNITS[meant.unit] / 2
    if meant.number > 0:
        first, last = moved(at, meant.unit, meant.number) - half, moved(at, meant.unit, meant.number + 1)
        return PartialDate(earliest=iso(max(first, at)), latest=iso(last), said=said)
    first, last = moved(at, meant.unit, meant.number - 1), moved(at, meant.unit, meant.number) + half
    if meant.unit == "day":
        day = at.astimezone(zone) + timedelta(days=meant.number)
        last = max(last, day.replace(hour=23, minute=59, second=59))
    return PartialDate(earliest=iso(first), latest=iso(min(last, at)), said=said)


def moved(at: datetime, unit: str, number: int) -> datetime:
    """So many units later, or earlier; by the calendar for months and years, the 31st becoming the last of a shorter month."""
    if unit not in MONTHS:
        return at + number * UNITS[unit]
    index = at.year * 12 + at.month - 1 + number * MONTHS[unit]
    first = at.replace(year=index // 12, month=index % 12 + 1, day=1)
    return first.replace(day=min(at.day, _days_in(first.date())))


def _days_in(first: date) -> int:
    return (first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1) - first).days


def _calendar(meant: Meaning, at: datetime, said: str | None) -> PartialDate:
    """The day, week, month … that a word names; the present one ends with the day of the fetch."""
    if meant.unit in {"second", "minute", "hour"}:
        unit = UNITS["minute" if meant.unit == "second" else meant.unit]
        start = at.replace(minute=0, second=0, microsecond=0) if meant.unit == "hour" else at.replace(microsecond=0) - unit
        start += meant.number * unit
        return PartialDate(earliest=iso(start), latest=iso(min(at, start + unit) if meant.number <= 0 else start + unit), said=said)
    today = at.date()
    if meant.unit in WEEKDAYS:
        return PartialDate.day(_weekday(today, WEEKDAYS.index(meant.unit), meant.number), said)
    first, last = _stretch(today, meant.unit, meant.number)
    if meant.number == 0:
        last = min(last, today)
    return PartialDate(earliest=first.isoformat(), latest=last.isoformat(), said=said)


def _weekday(today: date, weekday: int, number: int) -> date:
    if number == 0:
        return today + timedelta(days=weekday - today.weekday())
    ahead = (weekday - today.weekday()) % 7 or 7
    return today + timedelta(days=ahead if number > 0 else ahead - 7 if ahead < 7 else -7)


def _stretch(today: date, unit: str, number: int) -> tuple[date, date]:
    """First and last day. A week begins on Sunday or Monday, so it has eight days here."""
    if unit == "day":
        day = today + timedelta(days=number)
        return day, day
    if unit == "week":
        monday = today + timedelta(days=7 * number - today.weekday())
        return monday - timedelta(days=1), monday + timedelta(days=6)
    months = MONTHS[unit]
    index = (today.year * 12 + today.month - 1) // months * months + number * months
    after = index + months
    return date(index // 12, index % 12 + 1, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
