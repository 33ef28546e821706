"""What is looked at is in the address: reading it, writing it, and keeping widgets in step with it.

Only `firm` is a bound widget, because it must survive the menu. Everything else is written by key here: a bound widget
writes what the person sees, and cannot be set by a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

BOUND = ("firm",)
"""Parameters that belong to a bound widget; nobody else may write them."""


def one(name: str, default: str = "") -> str:
    """The value of a parameter, or the default."""
    return str(st.query_params.get(name, default))


def many(name: str) -> tuple[str, ...]:
    """All values of a parameter, each once, in their order."""
    return tuple(dict.fromkeys(st.query_params.get_all(name)))


def day(name: str) -> date | None:
    """A parameter that is a date; None where it is none or unreadable."""
    return day_of(one(name))


def day_of(said: str) -> date | None:
    """What somebody typed as a day, like 2026-11-20; None where it is none."""
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None


def put(wanted: Mapping[str, Sequence[str]]) -> None:
    """Make the address hold exactly these parameters besides the bound ones, in as few steps as can be."""
    for name in list(st.query_params):
        if name not in wanted and name not in BOUND:
            del st.query_params[name]
    changed = {name: list(values) for name, values in wanted.items() if list(st.query_params.get_all(name)) != list(values)}
    if changed:
        st.query_params.update(changed)


def change(**values: str | Sequence[str] | None) -> None:
    """Write some parameters (None or empty drops one) and go back to the first page of a list."""
    wanted = {name: st.query_params.get_all(name) for name in st.query_params if name not in BOUND and name != "after"}
    for name, value in values.items():
        key = name.rstrip("_")
        wanted.pop(key, None)
        if value:
            wanted[key] = [value] if isinstance(value, str) else list(value)
    put(wanted)


def here(*names: str) -> dict[str, str | tuple[str, ...] | None]:
    """The present parameters, for links that keep the view; all of them, or those that are named."""
    kept = {name: tuple(st.query_params.get_all(name)) for name in st.query_params if not names or name in names}
    return {name: values[0] if len(values) == 1 else values for name, values in kept.items()}


def follows(name: str, widget: str, default: str, known: Sequence[str] | None = None) -> Callable[[], None]:
    """Set a widget's state from the address before it is drawn; gives the callback that writes a change back.

    The default is left out of the address, so that the plainest view has the plainest address.
    """
    value = one(name, default)
    st.session_state[widget] = value if known is None or value in known else default

    def keep() -> None:
        chosen = st.session_state[widget]
        change(**{name: None if chosen == default else chosen})

    return keep
