"""How something is not done: a sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.process import extractOne


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not done."""

    reason: str


def unknown(what: str, said: str, known: Iterable[str]) -> Refusal:
    """A refusal of a word that is not one of those known, with the near one and the list."""
    words = list(known)
    near = extractOne(said, words, score_cutoff=60)
    hint = f"; did you mean {near[0]}?" if near else ""
    return Refusal(f"no {what} {said!r}{hint}; there are {', '.join(words)}")
