"""The made-up sites, one module each: `answer(asked)` is a pure function from what is asked to the page."""

from __future__ import annotations

from collections.abc import Callable

from demo.paper import Answer, Asked
from demo.sites import apps, board, corner, forum, reviews

SITES: dict[str, Callable[[Asked], Answer]] = {
    "reviews": reviews.answer,
    "board": board.answer,
    "apps": apps.answer,
    "forum": forum.answer,
    "corner": corner.answer,
}
"""All sites by name, in the order of their ports."""
