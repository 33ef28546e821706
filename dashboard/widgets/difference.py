"""What changed between two states of a text, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from dashboard.widgets.html import LONGEST, Html, join, tag, text

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
MOST = 4_000
"""Words of one side that are compared; beyond that the middle part is shown as replaced whole."""


def words(before: str, after: str) -> Html:
    """`before` and `after` as one text: taken out struck through, put in underlined; both are named for screen readers."""
    old, new = _WORD.findall(before[:LONGEST]), _WORD.findall(after[:LONGEST])
    parts = []
    for how, a0, a1, b0, b1 in _steps(old, new):
        if how == "equal":
            parts.append(text("".join(old[a0:a1])))
            continue
        if a1 > a0:
            parts.append(tag("del", "".join(old[a0:a1])))
        if b1 > b0:
            parts.append(tag("ins", "".join(new[b0:b1])))
    return tag("div", join(parts), class_="said diff", dir="auto")


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    if max(len(old), len(new)) <= MOST:
        return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return [("equal", 0, same, 0, same), ("replace", same, len(old), same, len(new))]
