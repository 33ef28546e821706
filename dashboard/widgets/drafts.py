"""What was found in a draft of a public answer: its words marked, one line for each finding with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.widgets.html import NOTHING, Html, icon, join, tag, text
from dashboard.wording import say
from plaint.replies.checks import Finding

SHOWN = 12
"""Findings that are listed; how many more there are is said."""


def checks(draft: str, found: Sequence[Finding]) -> Html:
    """One line for each finding, those that block first; nothing for an empty draft. Read out when it changes."""
    if not draft.strip():
        return tag("div", role="status", class_="checks")
    if not found:
        return tag("div", tag("p", join([icon("tick"), text(say("check.nothing"))]), class_="soft"), role="status", class_="checks")
    first = sorted(found, key=lambda one: (not one.blocks, one.start))
    lines = [tag("li", _line(one)) for one in first[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(tag("li", say("check.more", number=len(found) - SHOWN), class_="soft"))
    return tag("div", tag("ul", join(lines), class_="trace"), role="status", class_="checks")


def _line(one: Finding) -> Html:
    word = say("check.blocks" if one.blocks else "check.warns")
    chip = tag("span", join([icon("warning"), text(word)]), class_=f"chip {'red' if one.blocks else 'amber'}")
    name = tag("b", one.title[:1].upper() + one.title[1:])
    return join([chip, name, tag("mark", text(one.words, 60), dir="auto"), tag("span", f"{one.reason}.", class_="soft")], " ")


def marked(draft: str, found: Sequence[Finding]) -> Html:
    """A draft with the words marked that something was found in, each once; with its line breaks."""
    parts, at = [], 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= at:
            parts += [text(draft[at : one.start]), tag("mark", text(draft[one.start : one.end]), title=one.title)]
            at = one.end
    parts.append(text(draft[at:]))
    return tag("div", join(parts), class_="said", dir="auto") if found else NOTHING
