"""How severely a post reproaches a firm: one of four levels, or none. It routes no case by itself.

The level is the most likely of the four wherever the post may be a complaint at all: only below `CLEARLY_NONE` is it `none`. Between
that and one half the post is rather no complaint, and its level says what it would be if it were one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from plaint.understand.features import Grams, Numbers
from plaint.understand.linear import Head, head
from plaint.understand.understanding import Complaint, Level, Severity
from plaint.understand.valence import valence

CLEARLY_NONE = 0.15
"""Below this probability of a complaint the level is `none`."""
LEVELS = (Level.NO_EXPLICIT_REPROACH, Level.DISAPPROVAL, Level.ACCUSATION, Level.BLAME)
"""The four, mildest first: the labels of the head."""


def speaker(*, deep: bool = False) -> Head:
    """The head that says it in that tier."""
    return head(f"severity-{'deep' if deep else 'fast'}")


def severities(grams: Grams, complaints: Sequence[Complaint], vectors: Numbers | None = None) -> list[Severity]:
    """The level of each text, in order, and how sure: of `none` as sure as that it is no complaint.

    With `vectors` (a row a text, as `deep.embed` gives them) the deep head says it.
    """
    rated = valence(grams)
    odds = speaker(deep=vectors is not None).probabilities(grams, rated if vectors is None else np.hstack([rated, vectors]))
    return [
        Severity(level=Level.NONE, score=round(1 - said.p, 3))
        if said.p < CLEARLY_NONE
        else Severity(level=LEVELS[int(each.argmax())], score=round(float(each.max()), 3))
        for each, said in zip(odds, complaints, strict=True)
    ]
