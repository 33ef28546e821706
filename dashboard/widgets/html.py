"""Markup that is safe to show: what others wrote is escaped and cut here, and only here.

`Html` marks text that has been through `text`; `show` in `dashboard.here` takes nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

LONGEST = 20_000
"""Characters of one text that are shown at most; a hostile page can hold megabytes."""

_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class Html(str):
    """Markup made by our own code, everything from outside escaped."""

    __slots__ = ()


NOTHING = Html("")


def text(said: object, limit: int = LONGEST) -> Html:
    """`said` escaped, without control characters, cut after `limit` characters with an ellipsis; None is nothing."""
    if said is None:
        return NOTHING
    whole = said if isinstance(said, str) else str(said)
    cut = whole[:limit]
    return Html(escape(_UNSHOWABLE.sub("", cut), quote=True) + ("…" if len(whole) > limit else ""))


def join(parts: Iterable[Html], between: str = "") -> Html:
    """The parts one after the other; `between` is our own markup."""
    return Html(between.join(part for part in parts if part))


def tag(name: str, inner: str | Html = NOTHING, /, **attributes: object) -> Html:
    """One element. Attribute names: `class_` for `class`, `_` for `-`; None and False leave one out, True gives it bare.

    `inner` is escaped unless it is Html.
    """
    said = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        said.append(f" {attribute}" if value is True else f' {attribute}="{text(value, 4000)}"')
    return Html(f"<{name}{''.join(said)}>{inner if isinstance(inner, Html) else text(inner)}</{name}>")


def icon(shape: str) -> Html:
    """One of the seven line shapes of the stylesheet; a word always stands beside it."""
    return tag("span", class_=f"ic {shape}", aria_hidden="true")


def bdi(said: object, limit: int = 200) -> Html:
    """A name or word from outside inside our own line: its writing direction cannot touch the rest of the line."""
    return tag("bdi", text(said, limit))


def safe_link(url: str | None) -> str | None:
    """An address that may stand in `href`: http and https only, so that no `javascript:` gets there."""
    return url if url and re.match(r"https?://", url, re.IGNORECASE) else None


FIRST = 3_000
"""Characters of a long text that are open at once; the rest opens in place."""


def paragraphs(said: str, *, lang: str | None = None, limit: int = LONGEST) -> Html:
    """A text as it was said, with its line breaks, in its own direction and language; says how much was left out."""
    first, rest = (said, "") if len(said) <= FIRST else (said[:FIRST], said[FIRST:limit])
    parts = [tag("div", text(first), class_="said", dir="auto", lang=lang)]
    if rest:
        opened = tag("div", text(rest), class_="said", dir="auto", lang=lang)
        parts.append(tag("details", join([tag("summary", f"Show {len(rest):,} more characters"), opened])))
    if len(said) > limit:
        parts.append(tag("p", f"{len(said) - limit:,} more characters are not shown here; the capture holds all of them.", class_="soft"))
    return join(parts)
