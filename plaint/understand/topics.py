"""What a post is about: the CFPB's product, one of 77 reasons for contacting a bank, and what the reviewed table makes of them.

A code is said from the probability on at which nine of ten were right on texts that were not learned from (for a reason: also when every
second text is about no bank); below it stands None, "looked at, and unsure". Only a post that speaks of money matters is looked at for a
product, only one that speaks of an account, a card or a transfer for a reason: what these heads would say of other posts means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import msgspec
import numpy as np
from ahocorasick_rs import AhoCorasick

from plaint.understand.features import Grams, Numbers
from plaint.understand.linear import MODELS, Head, head
from plaint.understand.taxonomy import led_on
from plaint.understand.understanding import Code

DEEP = ("product", "reason")
"""Kinds that have a head of their own for the deep tier."""

_money = """
bank* account accounts card cards credit debit debt debts loan loans lender lenders mortgage mortgages escrow foreclosure lease collection collector
collectors owe owed equifax experian transunion bureau bureaus fico atm cash transfer transfers transferred payment payments payday paypal wallet iban
overdraft apr visa mastercard amex pin passcode top-up topup topped-up topped topping withdraw* deposit* currency currencies exchange crypto* bitcoin
top_up saving savings cheque cheques
"""
_banking = """
bank* account accounts card cards debit atm cash transfer* payment payments iban visa mastercard pin passcode top-up topup topped topping withdraw*
deposit* currency currencies exchange cheque cheques refund* beneficiary top_up
"""
_SPOKEN_OF = {"product": _money, "reason": _banking}
"""Words of which a post must say one to be looked at; `*` is any ending, `_` a blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a post is about, by taxonomy; empty where it was not looked at, None where it is not sure."""

    product: Mapping[str, Code | None]
    issue: Mapping[str, Code | None]


def topics(texts: Sequence[str], grams: Grams, vectors: Numbers | None = None) -> list[About]:
    """What each text is about, in order; with `vectors` (a row a text, as `deep.embed` gives them) the deep heads say it."""
    product = _codes("product", texts, grams, vectors)
    reason = _codes("reason", texts, grams, vectors)
    return [
        About(
            product={} if about is _PASSED else led_on("product", {"cfpb": about}),
            issue={} if why is _PASSED else led_on("issue", {"banking77": why}),
        )
        for about, why in zip(product, reason, strict=True)
    ]


def is_looked_at(kind: str, text: str) -> bool:
    """Whether a text speaks of what the head of a kind (`product`, `reason`) knows of."""
    finder, is_open = _finder(kind)
    low = text.lower()
    return any(
        not low[start - 1 : start].isalnum() and (is_open[word] or not low[end : end + 1].isalnum())
        for word, start, end in finder.find_matches_as_indexes(low, overlapping=True)
    )


@cache
def _finder(kind: str) -> tuple[AhoCorasick, tuple[bool, ...]]:
    words = [word.replace("_", " ") for word in _SPOKEN_OF[kind].split()]
    return AhoCorasick([word.rstrip("*") for word in words]), tuple(word.endswith("*") for word in words)


def speaker(kind: str, *, deep: bool) -> Head:
    """The head of a kind (`product`, `reason`) that speaks in that tier."""
    return head(f"{kind}-{'deep' if deep and kind in DEEP else 'fast'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is read of a model's card: from which probability on it is believed."""

    threshold: float


@cache
def card(name: str) -> Card:
    """The card of a model by its name."""
    return msgspec.json.decode((MODELS / f"{name}.json").read_bytes(), type=Card)


_PASSED = Code(code="", score=0)
"""Stands for a text that was not looked at."""


def _codes(kind: str, texts: Sequence[str], grams: Grams, vectors: Numbers | None) -> list[Code | None]:
    rows = np.array([row for row, text in enumerate(texts) if is_looked_at(kind, text)], np.int64)
    found: list[Code | None] = [_PASSED] * len(texts)
    if not len(rows):
        return found
    asked = speaker(kind, deep=vectors is not None)
    odds = asked.probabilities(_only(grams, rows, asked), None if vectors is None else vectors[rows])
    least = card(asked.name).threshold
    for row, each in zip(rows, odds, strict=True):
        best = int(each.argmax())
        found[row] = Code(code=asked.labels[best], score=round(float(each[best]), 3)) if each[best] >= least else None
    return found


def _only(grams: Grams, rows: np.ndarray[tuple[int], np.dtype[np.int64]], asked: Head) -> Grams:
    """The places of some texts, as texts 0, 1, 2 …; only what that head's probabilities are made of stays right."""
    if len(rows) == grams.rows:
        return grams
    known = {name: numbers[rows] for name, numbers in grams.known.items()}
    if asked.spoken_as in known:
        return replace(grams, rows=len(rows), known=known)
    place = np.full(grams.rows, -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    kept = place[grams.row] >= 0
    return replace(grams, rows=len(rows), row=place[grams.row][kept], bucket=grams.bucket[kept], value=grams.value[kept], known=known)
