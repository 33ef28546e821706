"""Polarity: is what is said negative, neutral or positive, as hashed words and runs of characters of eight languages tell it.

With the vectors of the extra `deep` what a text means is weighed beside its words.
"""

from __future__ import annotations

from plaint.understand.features import Grams, Numbers
from plaint.understand.linear import Head, head
from plaint.understand.understanding import Polarity


def polarities(grams: Grams, vectors: Numbers | None = None) -> list[Polarity]:
    """The polarity of each text, in order; with `vectors` (a row a text, as `deep.embed` gives them) the deep head says it."""
    asked = speaker(deep=vectors is not None)
    return [Polarity(label=asked.labels[int(row.argmax())], score=round(float(row.max()), 3)) for row in asked.probabilities(grams, vectors)]


def speaker(*, deep: bool) -> Head:
    """The head that says it in that tier."""
    return head("polarity-deep" if deep else "polarity-fast")
