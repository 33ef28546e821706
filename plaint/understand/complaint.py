"""Is a post a complaint: a calibrated probability, and the words that decided.

Words of the text decide, with how good and bad they are; stars are used where a source gives them. The model proposes only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plaint.understand.features import Grams, Numbers
from plaint.understand.linear import Head, head
from plaint.understand.understanding import Complaint
from plaint.understand.valence import valence

STARS_SAY = {1: 3.0, 2: 2.0, 3: 0.5, 4: -1.5, 5: -2.5}
"""What stars add to the log odds, by their whole number. Set by hand: no set that may be taught has both stars and labels."""


def speaker(*, deep: bool = False) -> Head:
    """The head that says it in that tier."""
    return head(f"complaint-{'deep' if deep else 'fast'}")


def complaints(grams: Grams, stars: Sequence[float | None], vectors: Numbers | None = None) -> list[Complaint]:
    """The probability of each text, in order, given the stars (1 to 5) where there are any.

    With `vectors` (a row a text, as `deep.embed` gives them) the deep head says it; the words are those that decided in its part that
    reads words, as in the fast head.
    """
    asked = speaker(deep=vectors is not None)
    rated = valence(grams)
    sums = asked.sums(grams, rated if vectors is None else np.hstack([rated, vectors]))[:, 0] + _of_stars(stars)
    odds = 1 / (1 + np.exp(-np.clip(sums, -30, 30)))
    return [Complaint(p=round(float(p), 4), words=words) for p, words in zip(odds, asked.words(grams), strict=True)]


def _of_stars(stars: Sequence[float | None]) -> Numbers:
    return np.array([0.0 if given is None else STARS_SAY[min(5, max(1, round(given)))] for given in stars], np.float32)
