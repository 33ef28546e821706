"""What is looked for in a draft of a public answer: what would give a person away, admit, promise, or leave out what a regime wants.

The words, the reasons and their sources are data: `checks.toml`. A finding is an aid to the second person who approves; that
nothing was found proves nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec
import regex  # type: ignore[import-untyped]

from plaint.replies.limits import room
from plaint.replies.numbers import Span, cards, ibans

_AMOUNT = regex.compile(
    r"[£€$¥₹]\s?\d[\d.,]*|(?<![\w.,])\d[\d.,]*\s?(?:[£€$]|(?:eur|euros?|gbp|pounds?|usd|dollars?|aud|cad|inr|chf)(?!\w))", regex.I
)
_DAY = regex.compile(r"(?<![\w/.-])(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d))(?![\w/-])")
_EMAIL = regex.compile(r"(?<![\w.+-])[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?!\w)")
_NUMBER = (
    r"[^\w\n]{0,4}(?:(?:no|nr|num|number|nummer|numéro|número|numero|is|ist|est|es|è)(?!\w)[^\w\n]{0,4}){0,2}([a-z]{0,4}[ /-]?\d(?:[ -]?\d){5,30})"
)
_PHONE = regex.compile(
    r"(?<![\w+])(?!\d{1,2}[./]\d{1,2}[./]\d{2})(?:(?:\+|\(?0)[\d \t()./\u00a0-]{7,22}\d|\(\d{3}\)[ -]?\d{3}[ -]\d{4}|\d{3}-\d{3}-\d{4})(?!\w)"
)
_SENTENCE_ENDS = regex.compile(r"(?<!\d)[.!?](?=\s)|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that is looked for: whether it `blocks` an approval, why, where that comes from, its words by language."""

    title: str
    blocks: bool
    reason: str
    source: str
    certainty: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signpost:
    """The way out that a regime's final answer names; any of `names` will do."""

    regime: str
    body: str
    rule: str
    certainty: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    promise: Mapping[str, tuple[str, ...]]
    checks: Mapping[str, Check]
    signposts: tuple[Signpost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a draft stands in: its channel (a source's key), the case's regimes, the firm's own sites, the customer's name as shown."""

    channel: str
    regimes: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: the key of its check, its name and reason, whether it blocks, and the words (`start` to `end` of the text)."""

    check: str
    title: str
    reason: str
    blocks: bool
    start: int
    end: int
    words: str


@cache
def known() -> _Table:
    """All checks; a mistake in the data raises msgspec.ValidationError that names the place."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        return msgspec.convert(tomllib.load(file), _Table)


def findings(text: str, around: Around) -> tuple[Finding, ...]:
    """Everything found in a draft, in the order of the text; those that block first where they begin together."""
    plain = text.replace("\u2019", "'")
    found = [*_personal(plain, around), *_said(plain, around), *_too_long(text, around.channel)]
    whole = [_finding(check, span, text, why) for check, span, why in found]
    return tuple(sorted(whole, key=lambda one: (one.start, not one.blocks, one.check, one.end)))


def blocking(text: str, around: Around) -> tuple[Finding, ...]:
    """What has to be taken out before anybody can approve the draft."""
    return tuple(one for one in findings(text, around) if one.blocks)


_Hit = tuple[str, Span, str | None]


def _finding(check: str, span: Span, text: str, why: str | None) -> Finding:
    about = known().checks[check]
    start, end = span
    return Finding(check=check, title=about.title, reason=why or about.reason, blocks=about.blocks, start=start, end=end, words=text[start:end])


def _personal(text: str, around: Around) -> Iterator[_Hit]:
    """What would tie the answer to a person. The same signs are one thing: an IBAN is no telephone number besides."""
    taken = bytearray(len(text))
    for check, spans in (
        ("iban", ibans(text)), ("card", cards(text)), ("account", (one.span(1) for one in _accounts().finditer(text))),
        ("email", _emails(text, around.sites)), ("phone", _phones(text)), ("name", _names(text, around.customer)),
    ):  # fmt: skip
        for start, end in spans:
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                yield check, (start, end), None


@cache
def _accounts() -> regex.Pattern[str]:
    named = "|".join(sorted({regex.escape(word) for words in known().checks["account"].words.values() for word in words}, key=len, reverse=True))
    return regex.compile(rf"(?<!\w)(?:{named})(?!\w){_NUMBER}(?!\w)", regex.IGNORECASE)


def _emails(text: str, sites: tuple[str, ...]) -> Iterator[Span]:
    """Addresses that are not at one of the firm's own sites."""
    own = [regex.sub(r"^(?:https?://)?(?:www\.)?", "", site.casefold()).partition("/")[0] for site in sites]
    for one in _EMAIL.finditer(text):
        at = one.group(1).casefold()
        if not any(at == site or at.endswith(f".{site}") for site in own if site):
            yield one.span()


def _phones(text: str) -> Iterator[Span]:
    return (one.span() for one in _PHONE.finditer(text) if 9 <= sum(sign.isdigit() for sign in one.group()) <= 15)


def _names(text: str, customer: str | None) -> Iterator[Span]:
    """The customer's name where the text has all of it; one word alone is a first name or a handle."""
    words = (customer or "").replace("\u2019", "'").split()
    if len(words) < 2:
        return iter(())
    whole = r"\s+".join(map(regex.escape, words))
    return (one.span() for one in regex.finditer(rf"(?<!\w){whole}(?!\w)", text, regex.IGNORECASE))


def _said(text: str, around: Around) -> Iterator[_Hit]:
    """What admits, promises, or reads like a final answer without the way out that it has to name."""
    for check in ("admission", "promise_money"):
        yield from ((check, one.span(), None) for one in _phrases(check).finditer(text))
    for start, end in _sentences(text):
        if _promise().search(text, start, end):
            taken = [one.span() for one in _phrases("promise_money").finditer(text, start, end)]
            for check, shape in (("promise_money", _AMOUNT), ("promise_date", _DAY), ("promise_date", _phrases("promise_date"))):
                for one in shape.finditer(text, start, end):
                    if all(one.end() <= before or one.start() >= after for before, after in taken):
                        yield check, one.span(), None
    final = _phrases("signpost").search(text)
    if final:
        for regime, why in _missing(text, around.regimes).items():
            yield "signpost", final.span(), f"{known().checks['signpost'].reason}; {regime} asks that such an answer names {why}"


def _missing(text: str, regimes: tuple[str, ...]) -> dict[str, str]:
    """Regimes whose way out a text does not name; the same way under two regimes is asked for once."""
    folded, asked = text.casefold(), dict[str, str]()
    for post in known().signposts:
        if post.regime in regimes and not any(name in folded for name in post.names):
            why = f"{post.body} ({post.rule})"
            if why not in asked.values():
                asked[post.regime] = why
    return asked


def _too_long(text: str, channel: str) -> Iterator[_Hit]:
    """What is beyond the channel's limit, from the first sign that no longer fits."""
    if room(channel, text).fits:
        return
    fits, over = 0, len(text)
    while over - fits > 1:
        middle = (fits + over) // 2
        fits, over = (middle, over) if room(channel, text[:middle]).fits else (fits, middle)
    yield "limit", (fits, len(text)), None


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for end in _SENTENCE_ENDS.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


@cache
def _phrases(check: str) -> regex.Pattern[str]:
    return _pattern(known().checks[check].words)


@cache
def _promise() -> regex.Pattern[str]:
    return _pattern(known().promise)


def _pattern(words: Mapping[str, tuple[str, ...]]) -> regex.Pattern[str]:
    """Any of the phrases of all languages, the longest first: `…` is up to five words, `#` a number."""
    every = sorted({phrase for language in words.values() for phrase in language}, key=lambda phrase: (-len(phrase), phrase))
    return regex.compile(rf"(?<!\w)(?:{'|'.join(map(_phrase, every))})(?!\w)", regex.IGNORECASE)


def _phrase(phrase: str) -> str:
    shapes = {"…": r"(?:[^\W_][\w'-]*[^\w.!?\n]+){0,5}?", "#": r"\d{1,3}(?:st|nd|rd|th|\.)?"}
    said = ""
    for number, word in enumerate(phrase.split()):
        after_gap = number and phrase.split()[number - 1] == "…"
        said += (r"\s+" if number and not after_gap else "") + shapes.get(word, regex.escape(word))
    return said
