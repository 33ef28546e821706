"""Secrets by name: a source or a door says what they are called; the values stand in the environment and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable


class MissingSecret(LookupError):
    """A secret is needed that the environment does not have; `names` are those to set."""

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.names = names


def values(wanted: Iterable[str]) -> dict[str, str]:
    """The secrets of those names from the environment; raises MissingSecret that says which to set."""
    found = {name: os.environ.get(name, "") for name in wanted}
    missing = sorted(name for name, value in found.items() if not value)
    if missing:
        raise MissingSecret(f"set {' and '.join(missing)} in the environment: the source signs its requests with it", tuple(missing))
    return found
