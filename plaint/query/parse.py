"""Reads what a person types into the search box as a query tree, or says where it stops making sense and what to write.

Words stand side by side (both are wanted), `OR`, `AND`, `NOT` in capitals, `-word`, brackets, "a phrase", begin*,
nearly~ (two letters off) and nearly~1, `field:value`, `field:(one OR two)`, `rating:<3`, `published:[2026-01-01 TO 2026-02-01]`
(curly brackets leave the limit out), `#tag`, `@name`. Capital letters mean nothing anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from rapidfuzz.process import extractOne

from plaint.model import Kind, Role
from plaint.posts import words
from plaint.posts.grouping import LABELS
from plaint.query import fields
from plaint.query.tree import EVERYTHING, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Term
from plaint.understand.reach import Band
from plaint.understand.understanding import Driver, Level, Queue

DEEPEST = 40
"""How many brackets and exclusions may stand inside each other."""

LONGEST = 400
"""How many words and fields one query may have."""

_QUOTES = '"“”„«»'
_ALIKE = str.maketrans("（）：＂＊～＜＞［］　", '():"*~<>[] ')
_NAME = re.compile(r"([^\W\d_][\w-]*):")
_WORD = re.compile(rf"[^\s(){_QUOTES}]+")
_COMPARISON = re.compile(r"(<=|>=|=<|=>|<|>)\s*")
_ENDED = re.compile(r"[\s()]|$")

_EXAMPLES = {
    "rating": "rating:<3", "published": "published:[2026-01-01 TO 2026-02-01]", "collected": "collected:>=2026-01-01", "has": "has:rating",
    "is": "is:edited", "firm": "firm:orbit-bank", "source": "source:trustpilot", "kind": "kind:review", "lang": "lang:en",
    "role": "role:customer", "author": 'author:"Ann Example"', "title": "title:refund", "hashtag": "hashtag:outage", "mention": "mention:orbit",
    "product": 'product:"current account"', "issue": 'issue:"late fee"', "place": "place:Leeds", "state": "state:CANDIDATE",
    "thread": "thread:123", "url": "url:https://reviews.example/1", "id": "id:trustpilot:123", "case": "case:c-123",
    "complaint": "complaint:yes", "severity": "severity:accusation", "sentiment": "sentiment:negative", "urgency": "urgency:self-harm",
    "vulnerability": "vulnerability:health", "about": "about:cfpb/*", "pii": "pii:phone", "p": "p:>0.8",
    "reach": "reach:>=60", "same": "same:g1f0c2a9b7d31", "copies": "copies:campaign",
}  # fmt: skip

_SOME = {"rating": "3", "p": "0.8", "reach": "60"}
"""A value of each measure that is no date."""

_CLOSED = {"has": fields.CLAIMED, "is": fields.IS, "kind": tuple(map(str, Kind)), "role": tuple(map(str, Role)),
           "complaint": ("yes", "no", "unsure"), "severity": tuple(map(str, Level)), "sentiment": ("negative", "neutral", "positive"),
           "urgency": tuple(map(str, Queue)), "vulnerability": tuple(map(str, Driver)), "copies": tuple(map(str, LABELS))}  # fmt: skip
"""Fields that hold one of few values."""


class Unreadable(ValueError):
    """The query stops making sense at `position` (from 0, inside the text); `hint` is what to write."""

    def __init__(self, message: str, position: int, hint: str) -> None:
        super().__init__(f"{message} at position {position + 1}. {hint}")
        self.message, self.position, self.hint = message, position, hint


def parse_query(text: str) -> Node:
    """The tree of a typed query; nothing typed means everything. Raises Unreadable, and nothing else."""
    if text.strip() in {"", "*"}:
        return EVERYTHING
    return _Reader(text).whole()


@dataclass(frozen=True, slots=True)
class _Operator:
    word: str
    position: int


class _Reader:
    """Reads one text from left to right; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth, self._count = text.translate(_ALIKE), 0, 0, 0

    def whole(self) -> Node:
        node = self._either(None)
        if self._at < len(self._text):
            self._stop("This bracket closes nothing", self._at, "Remove it, or open one before it.")
        return node

    def _either(self, field: str | None) -> Node:
        options = [self._both(field)]
        while self._take_operator("OR"):
            options.append(self._both(field))
        return options[0] if len(options) == 1 else Or(tuple(options))

    def _both(self, field: str | None) -> Node:
        parts = [self._one(field, self._before_here())]
        while True:
            operator = self._take_operator("AND")
            self._skip()
            if operator is None and (self._at >= len(self._text) or self._text[self._at] == ")" or self._operator() == "OR"):
                return parts[0] if len(parts) == 1 else And(tuple(parts))
            parts.append(self._one(field, operator))

    def _one(self, field: str | None, after: _Operator | None) -> Node:
        """One word, phrase, field or bracket, with what is excluded before it; `after` is the operator that wants it."""
        self._skip()
        start, excluded = self._at, 0
        while True:
            if self._operator() == "NOT":
                after = _Operator("NOT", self._at)
                self._at += 3
            elif self._at < len(self._text) and self._text[self._at] == "-":
                after = _Operator("-", self._at)
                self._at += 1
                if self._text[self._at : self._at + 1].isspace():
                    self._stop("Nothing stands right after -", after.position, "Write what to exclude without a space before it, or remove the -.")
            else:
                break
            excluded += 1
            self._deeper(start)
            self._skip()
        node = self._primary(field, after)
        self._depth -= excluded
        return Not(node) if excluded % 2 else node

    def _primary(self, field: str | None, after: _Operator | None) -> Node:
        if self._at >= len(self._text) or self._text[self._at] == ")" or self._operator() is not None:
            self._nothing(after)
        self._count += 1
        if self._count > LONGEST:
            self._stop(f"There are more than {LONGEST} words", self._at, "Ask in two searches, or use a field or a begin* of words.")
        if self._text[self._at] == "(":
            return self._bracket(field)
        if field is not None:
            return self._value(field, self._at)
        if (named := _NAME.match(self._text, self._at)) and not self._text.startswith("//", named.end()):
            field = self._field(named[1])
            self._at = named.end()
            return self._bracket(field) if self._text.startswith("(", self._at) else self._value(field, named.start())
        return self._loose()

    def _bracket(self, field: str | None) -> Node:
        opened = self._at
        self._deeper(opened)
        self._at += 1
        self._skip()
        if self._at >= len(self._text):
            self._stop("A bracket is open", opened, "Close it with ), or remove it.")
        if self._text[self._at] == ")":
            self._stop("Nothing stands between these brackets", opened, "Write words between them, or remove both.")
        node = self._either(field)
        if self._at >= len(self._text):
            self._stop("A bracket is open", opened, "Close it with ), or remove it.")
        self._at += 1
        self._depth -= 1
        return node

    def _loose(self) -> Node:
        """A word or a phrase without a field."""
        start = self._at
        if self._text[start] in _QUOTES:
            return Phrase(self._with_words(self._quoted(), start))
        word = self._word()
        if word[0] in "#@" and len(word) > 1 and words.terms(word):
            return self._shaped(word[1:], "hashtag" if word[0] == "#" else "mention", start)
        if word.startswith(("http://", "https://")):
            return Term(word, "url")
        return self._shaped(word, None, start)

    def _value(self, field: str, start: int) -> Node:
        """What stands after `field:`."""
        if _ENDED.match(self._text, self._at):
            example = _EXAMPLES[field]
            self._stop(f"{field}: has no value", start, f"Write one right after the colon, for example {example}.")
        here = self._at
        if self._text[here] in "[{" and field not in fields.EXACT:
            return self._span(field)
        if compared := _COMPARISON.match(self._text, here):
            self._at = compared.end()
            return self._compared(field, compared[1], start)
        if self._text[here] in _QUOTES:
            value = self._quoted()
            return self._checked(Phrase(self._with_words(value, here) if field in fields.WORDS else value, field), here)
        word = self._word()
        if word == "*":
            return self._any(field, here)
        return self._checked(Term(word, field), here) if field in fields.EXACT and not word.endswith("*") else self._shaped(word, field, here)

    def _shaped(self, word: str, field: str | None, start: int) -> Node:
        """A word that may end in * or ~."""
        bare, sign, edits = word.partition("~") if "~" in word else (word, "", "")
        if sign:
            if edits not in {"", "1", "2"}:
                self._stop("Only one or two letters may differ", start + len(bare), f"Write {bare}~1 or {bare}~2.")
            return self._checked(Fuzzy(self._with_words(bare, start), int(edits or 2), field), start)
        if word.endswith("*"):
            bare = word.rstrip("*")
            if "*" in bare:
                self._stop("A * may only end a word", start + bare.index("*"), f"Write {bare.split('*')[0]}* to find words that begin so.")
            return self._checked(Prefix(self._with_words(bare, start), field), start)
        if "*" in word:
            place = word.index("*")
            self._stop("A * may only end a word", start + place, f"Write {word[:place]}* to find words that begin so." if place else "Remove it.")
        return self._checked(Term(self._with_words(word, start), field), start)

    def _compared(self, field: str, sign: str, start: int) -> Node:
        self._ordered(field, start)
        if _ENDED.match(self._text, self._at):
            self._stop(f"Nothing stands after {sign}", start, f"Write a value, for example {field}:{sign}{_SOME.get(field, '2026-01-01')}.")
        here = self._at
        value = self._measure(field, self._quoted() if self._text[here] in _QUOTES else self._word(), here)
        with_it = "=" in sign
        return Range(field, high=value, with_high=with_it) if "<" in sign else Range(field, low=value, with_low=with_it)

    def _span(self, field: str) -> Node:
        start = self._at
        self._ordered(field, start)
        found = re.compile(r"([\[{])\s*([^\s\]}]+)\s+(?i:TO)\s+([^\s\]}]+)\s*([\]}])").match(self._text, start)
        example = {"rating": "[2 TO 4]", "p": "[0.5 TO 0.8]", "reach": "[40 TO 60]"}.get(field, "[2026-01-01 TO 2026-02-01]")
        if found is None:
            self._stop("This range is not complete", start, f"Write {field}:{example}; a * leaves one end open.")
        low = None if found[2] == "*" else self._measure(field, found[2], found.start(2))
        high = None if found[3] == "*" else self._measure(field, found[3], found.start(3))
        if low is not None and high is not None and _begins(low) > _begins(high):
            self._stop("This range ends before it begins", start, f"Write the smaller value first: {field}:[{found[3]} TO {found[2]}].")
        self._at = found.end()
        return Range(field, low, high, with_low=found[1] == "[", with_high=found[4] == "]")

    def _measure(self, field: str, value: str, position: int) -> float | str:
        return self._understood(lambda: fields.figure_asked(field, value) if field in fields.FIGURES else _date(value), position)

    def _checked(self, node: Term | Phrase | Prefix | Fuzzy, start: int) -> Node:
        """The node, when its field can be asked so."""
        field = node.field
        if field in _CLOSED and isinstance(node, Term | Phrase):
            self._closed(field, node.value, start)
        elif field == "reach" and isinstance(node, Term | Phrase) and words.key_of(node.value) not in set(Band):
            points = self._measure(field, node.value, start)
            return Range(field, points, points)
        elif field is None or field in fields.WORDS or field in fields.TAGS:
            return node
        elif field in fields.MEASURES:
            if not isinstance(node, Term | Phrase):
                self._stop(f"{field}: takes a value or a range", start, f"Write for example {_EXAMPLES[field]}.")
            measure = self._measure(field, node.value, start)
            is_whole = field == "rating" and measure == int(float(measure))
            return Range(field, measure, measure) if field in fields.FIGURES and not is_whole else Term(node.value, field)
        elif field in _CLOSED and field in {"has", "is"}:
            self._closed(field, node.value + "*", start)
        elif field in fields.EXACT and isinstance(node, Fuzzy):
            self._stop(f"{field}: is a name", start, "Write the whole of it, or its beginning with * after it.")
        return node

    def _closed(self, field: str, value: str, start: int) -> None:
        if words.key_of(value) in _CLOSED[field]:
            return
        near = extractOne(words.key_of(value), _CLOSED[field], score_cutoff=60)
        hint = f"Did you mean {field}:{_quotable(near[0])}?" if near else f"Write {field}: and one of {', '.join(map(_quotable, _CLOSED[field]))}."
        self._stop(f"{field}:{value} is not known", start, hint)

    def _any(self, field: str, start: int) -> Node:
        if field not in fields.MEASURES and field not in fields.CLAIMED:
            self._stop(f"{field}: needs more than a *", start, f"Write for example {_EXAMPLES[field]}.")
        return Range(field) if field in fields.MEASURES else Term(field, "has")

    def _field(self, name: str) -> str:
        known = words.fold(name)
        known = fields.ALIASES.get(known, known)
        if known not in fields.FIELDS:
            near = extractOne(known, [*fields.FIELDS, *fields.ALIASES], score_cutoff=60)
            meant = f"Did you mean {near[0]}:? " if near else f"The fields are {', '.join(fields.FIELDS)}. "
            self._stop(f"There is no field {name}", self._at, f'{meant}To look for the words, write "{name} …" in quotation marks.')
        return known

    def _ordered(self, field: str, start: int) -> None:
        if field not in fields.MEASURES:
            self._stop(f"{field}: has no order", start, f"Ranges are for {', '.join(fields.MEASURES)}; write for example {_EXAMPLES[field]}.")

    def _with_words(self, value: str, start: int) -> str:
        if not words.terms(value):
            self._stop(
                f"There is no letter or digit in {value!r} to look for" if value else "There is no word here", start, "Remove it, or write a word."
            )
        return value

    def _understood(self, read: Callable[[], float | str], position: int) -> float | str:
        try:
            return read()
        except ValueError as error:
            problem, _, hint = str(error).partition(": ")
            self._stop(problem, position, f"{hint[:1].upper()}{hint[1:]}.")

    def _quoted(self) -> str:
        opened = self._at
        end = next((i for i in range(opened + 1, len(self._text)) if self._text[i] in _QUOTES), None)
        if end is None:
            self._stop("A quotation mark is open", opened, "Close it, or remove it.")
        self._at = end + 1
        value = self._text[opened + 1 : end]
        if not value.strip():
            self._stop("Nothing stands between these quotation marks", opened, "Write words between them, or remove both.")
        return value

    def _word(self) -> str:
        found = _WORD.match(self._text, self._at)
        assert found is not None, "called at a letter only"
        self._at = found.end()
        return found[0]

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _operator(self) -> str | None:
        """The operator that stands here as a whole word."""
        for word in ("AND", "OR", "NOT"):
            if self._text.startswith(word, self._at) and _ENDED.match(self._text, self._at + len(word)):
                return word
        return None

    def _take_operator(self, word: str) -> _Operator | None:
        self._skip()
        if self._operator() != word:
            return None
        taken = _Operator(word, self._at)
        self._at += len(word)
        self._last = taken
        return taken

    _last: _Operator | None = None

    def _before_here(self) -> _Operator | None:
        last = self._last
        return last if last is not None and not self._text[last.position + len(last.word) : self._at].strip() else None

    def _nothing(self, after: _Operator | None) -> NoReturn:
        if after is not None:
            self._stop(f"Nothing stands after {after.word}", after.position, f"Write a word after it, or remove {after.word}.")
        word = self._operator()
        if word is not None:
            self._stop(
                f"Nothing stands before {word}", self._at, f'Write a word before it, or "{word.lower()}" in small letters if the word is meant.'
            )
        self._stop("There is no word here", min(self._at, len(self._text) - 1), "Write a word, or remove what stands before.")

    def _deeper(self, position: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._stop("Too many brackets stand inside each other", position, f"Use at most {DEEPEST}.")

    def _stop(self, message: str, position: int, hint: str) -> NoReturn:
        raise Unreadable(message, position, hint)


def _quotable(value: str) -> str:
    """A value as it can be written after a colon."""
    return f'"{value}"' if " " in value else value


def _date(value: str) -> str:
    fields.span_of(value)
    return value


def _begins(value: float | str) -> float:
    return fields.span_of(value)[0] if isinstance(value, str) else value
