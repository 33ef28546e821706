"""Make `plaint/posts/relative.json`: how each language says "3 days ago" and "yesterday", from the Unicode CLDR.

    python scripts/relative_phrases.py FOLDER

FOLDER is the unpacked package `cldr-dates-full` (Unicode licence; see NOTICE). All locales of a language are put
together. A key is a direction and a unit (`-day`: so many days ago, `+day`: in so many), with a figure where the phrase
holds its own number (`-day 2`: Arabic has a word for two days), or `=day -1` for a word that names a stretch of the
calendar. In a phrase `#` stands for the number. Under `name` are the names of months and days of the week.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from plaint.posts.relative import plain_phrase, words_of

UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ITS_NUMBER = {"zero": 0, "one": 1, "two": 2}
OUT = Path(__file__).parents[1] / "plaint" / "posts" / "relative.json"


def phrases(fields: dict[str, dict[str, object]]) -> Iterator[tuple[str, str]]:
    """(key, phrase) of one locale's fields in the order of preference."""
    for name, field in fields.items():
        unit = name.split("-")[0]
        if unit not in UNITS and unit not in WEEKDAYS:
            continue
        for key, value in field.items():
            if key.startswith("relative-type-") and (unit in UNITS or key.endswith("--1")):
                yield f"={unit} {key.removeprefix('relative-type-')}", str(value)
            elif key.startswith("relativeTime-type-") and unit in UNITS and isinstance(value, dict):
                yield from _counted("-" if key.endswith("past") else "+", unit, value)


def _counted(sign: str, unit: str, patterns: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, pattern in patterns.items():
        category = name.removeprefix("relativeTimePattern-count-")
        if "{0}" in pattern:
            yield f"{sign}{unit}", pattern.replace("{0}", "#")
            if category == "one":
                yield f"{sign}{unit} 1", pattern.replace("{0}", "")
        elif category in ITS_NUMBER:
            yield f"{sign}{unit} {ITS_NUMBER[category]}", pattern


def names(calendar: dict[str, dict[str, dict[str, dict[str, str]]]]) -> Iterator[str]:
    """The names of months and weekdays, of two letters or more."""
    for part in ("months", "days"):
        for form in calendar[part].values():
            for width in ("wide", "abbreviated"):
                for name in form.get(width, {}).values():
                    yield from (word for word in words_of(plain_phrase(name)))


def main(folder: Path) -> None:
    """Read every locale and write the table."""
    table: dict[str, dict[str, str]] = defaultdict(dict)
    known: dict[str, set[str]] = defaultdict(set)
    locales = sorted((folder / "main").iterdir(), key=lambda path: (path.name.split("-")[0], path.name.count("-"), path.name))
    for locale in locales:
        language = locale.name.split("-")[0]
        fields = json.loads((locale / "dateFields.json").read_text())["main"][locale.name]["dates"]["fields"]
        for key, phrase in phrases(fields):
            words = plain_phrase(phrase)
            if any(c.isalpha() for c in words):
                table[language].setdefault(words, key)
        calendar = json.loads((locale / "ca-gregorian.json").read_text())["main"][locale.name]["dates"]["calendars"]["gregorian"]
        known[language].update(names(calendar))
    grouped: dict[str, dict[str, list[str]]] = {}
    for language, meanings in table.items():
        groups: dict[str, list[str]] = defaultdict(list)
        for words, key in meanings.items():
            if language == "en" or table["und"].get(words) != key:
                groups[key].append(words)
        if groups:
            grouped[language] = groups | {"name": sorted(known[language] if language == "en" else known[language] - known["und"])}
    lines = ",\n".join(f'"{language}": {json.dumps(groups, ensure_ascii=False, sort_keys=True)}' for language, groups in sorted(grouped.items()))
    OUT.write_text("{" + lines + "}\n", encoding="utf-8")
    print(f"{OUT.name}: {len(grouped)} languages, {sum(map(len, table.values()))} phrases")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
