"""Personal data in a text, as spans: what has a form of its own by rules, names and addresses by the tagger besides.

The kinds: person, phone, e-mail, address, postcode, card, iban, account, national id, ip, web address, policy, reference, birth date, age,
date, title, place, organisation, group (a nationality or belief), number (personal by the words around it, of no known form).
What is hidden of them in lists and exports is `plaint.understand.masking`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from plaint.understand.personal_rules import found_in
from plaint.understand.personal_tagger import LABELS, Tagger, Tokens, Weights, is_given, is_surname, tokens
from plaint.understand.understanding import Span

MODEL = "personal 2"
LINE = 0.2
"""A word is personal from this probability on; low, since one that is missed is shown (chosen by cross-validation over templates)."""

SURE = 0.6
"""A name is sure from this probability on."""

LOWER = 0.5
"""The same for a word in small letters, which is seldom a name."""

COUNTED_BEFORE = re.compile(r"(?:[$€£₹¥%+#.,]|\b(?:Rs|INR|USD|EUR|GBP|[Ll]ast|[Ff]or|[Ii]n|[Oo]ver|[Aa]bout))[ .]?$")
COUNTED_AFTER = re.compile(
    r"[.,]\d| ?(?:[%€£₹]|(?:days?|weeks?|months?|years?|yrs?|hours?|hrs?|minutes?|mins?|times?|k|rs|rupees|dollars?|pounds?|am|pm|st|nd|rd|th)\b)",
    re.I,
)
"""What stands before and after a number that counts something, which is nobody's."""


def find(texts: Sequence[str], *, tagger: Tagger | None = None, line: float = LINE) -> list[tuple[Span, ...]]:
    """The personal data of each text, in order, without overlaps."""
    said = tokens(texts)
    likely = (tagger or _tagger()).probabilities(said)
    return [_apart([*found_in(text), *_tagged(text, number, said, likely, line)]) for number, text in enumerate(texts)]


def find_sure(texts: Sequence[str]) -> list[tuple[Span, ...]]:
    """The same, of words without a form of their own only those that are surely names of persons: what may be hidden from readers.

    Sure is a run of likely names that begins with a capital and has a given name or, of two words and more, a surname in it.
    """
    said = tokens(texts)
    likely = _tagger().probabilities(said)
    return [
        _apart([*found_in(text), *(span for span in _tagged(text, number, said, likely, SURE) if _is_name(text, span))])
        for number, text in enumerate(texts)
    ]


def _is_name(text: str, span: Span) -> bool:
    words = text[span.start : span.end].split()
    if span.kind != "person" or text[max(0, span.start - 1) : span.start] in {"@", "#", "_"} or not all(word[0].isupper() for word in words):
        return False
    return any(map(is_given, words)) or (len(words) > 1 and any(map(is_surname, words)))


@cache
def _tagger() -> Tagger:
    with files("plaint.understand").joinpath("data/personal_model.npz").open("rb") as file:
        kept = np.load(file)
        parts = {name: kept[name] * kept[f"{name}_step"] for name in ("words", "pairs", "threes", "said", "bias")}
    return Tagger(Weights(**parts))


def _tagged(text: str, number: int, said: Tokens, likely: np.typing.NDArray[np.float32], line: float) -> Iterator[Span]:
    """Runs of words that are likely personal and of one kind."""
    at = said.at[number]
    rows = likely[at : at + said.count(number)]
    places = np.flatnonzero(rows[:, 0] < 1 - line)
    spans = said.spans(number) if len(places) else []
    start, end, last = 0, 0, 0
    for place in places:
        one, two = spans[place]
        word = text[one:two]
        kind = int(rows[place, 1:].argmax()) + 1
        if not _can_be(text, one, two, word, kind) or (word.islower() and rows[place, 0] > 1 - LOWER):
            continue
        if last and kind == last and not text[end:one].strip(" .-'’,") and one - end < 4:
            end = two
            continue
        if last:
            yield Span(start=start, end=end, kind=LABELS[last])
        start, end, last = one, two, kind
    if last:
        yield Span(start=start, end=end, kind=LABELS[last])


def _can_be(text: str, start: int, end: int, word: str, kind: int) -> bool:
    """Whether a word can be what the tagger takes it for: no mere sign, and no number that counts something."""
    if LABELS[kind] == "number" or word.isdigit():
        counts = COUNTED_BEFORE.search(text[max(0, start - 6) : start]) or COUNTED_AFTER.match(text, end)
        return not counts and (LABELS[kind] != "number" or (len(word) > 2 and any(map(str.isdigit, word))))
    return any(map(str.isalnum, word)) and not (LABELS[kind] == "place" and word.islower())


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Without overlaps: what comes first is surer and stays, of a later one what lies outside does."""
    kept: list[Span] = []
    for span in spans:
        start, end = span.start, span.end
        for other in kept:
            if start < other.end and other.start < end:
                if other.start <= start:
                    start = max(start, other.end)
                else:
                    end = min(end, other.start)
        if start < end:
            kept.append(Span(start=start, end=end, kind=span.kind) if (start, end) != (span.start, span.end) else span)
    return tuple(sorted(kept, key=lambda one: one.start))
