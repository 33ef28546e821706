"""Polarity: is what is said negative, neutral or positive, as hashed words and runs of characters of eight languages tell it."""

from __future__ import annotations

from plaint.understand.features import Grams
from plaint.understand.linear import Head, head
from plaint.understand.understanding import Polarity


def polarities(grams: Grams) -> list[Polarity]:
    """The polarity of each text, in order."""
    asked = speaker()
    return [Polarity(label=asked.labels[int(row.argmax())], score=round(float(row.max()), 3)) for row in asked.probabilities(grams)]


def speaker() -> Head:
    """The head that says it."""
    return head("polarity-fast")
