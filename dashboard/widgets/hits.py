"""The list of posts that a search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, times
from dashboard.widgets.chips import Names
from dashboard.widgets.html import NOTHING, Html, join, tag, text
from plaint.cases.case import State
from plaint.model import Kind, Post, Role
from plaint.query.tree import Hit
from plaint.understand.understanding import Understanding

LINE = 160
"""Characters of a title made from the text."""


def title_of(post: Post) -> str:
    """The post's title, else the beginning of its text up to a word's end."""
    said = " ".join((post.title or post.text).split())
    if not said:
        return "(no words)"
    return said if len(said) <= LINE else said[:LINE].rsplit(" ", 1)[0] + "…"


def marked(snippet: str, marks: Sequence[tuple[int, int]]) -> Html:
    """A snippet with its matches lit up; offsets that do not fit are left out rather than shown wrong."""
    done, parts = 0, []
    for start, end in sorted(marks):
        if not done <= start < end <= len(snippet):
            continue
        parts += [text(snippet[done:start]), tag("mark", snippet[start:end])]
        done = end
    return join([*parts, text(snippet[done:])])


def hit(
    found: Hit, names: Names, now: datetime, zone: ZoneInfo, *, carry: Mapping[str, str | None], known: Understanding | None = None
) -> Html:  # fmt: skip
    """One post: firms, source, stars, author, time, language | what was understood, state and case; title as the link; two lines of snippet.

    `carry` are the parameters that every link keeps (the chosen firm, and the search one came from).
    """
    post = found.post
    kind = tag("span", post.kind.value, class_="soft") if post.kind not in {Kind.REVIEW, Kind.POST} else NOTHING
    left = [chips.firm(about, names) for about in post.firms[:3]]
    left += [chips.source(post.source, names), kind, chips.rating(post.rating), chips.author(post.author)]
    left += [times.when(post.published, now, zone), chips.language(post), chips.gone(post)]
    own = post.author is not None and post.author.role is Role.FIRM
    right = [] if own else [chips.urgent(known)]
    if not own and (found.case is None or found.case.state == State.CANDIDATE):
        right.append(chips.likely(known))
    if found.case:
        case = chips.link("case", f"Case {short(found.case.case)}", case=found.case.case, firm=carry.get("firm"))
        right += [chips.state(found.case.state), case]
    stand = tag("div", join(filter(None, right), " "), class_="stand") if any(right) else NOTHING
    head = tag("div", join([tag("div", join(left, " "), class_="by"), stand]), class_="row")
    lang = chips.lang_of(post)
    link = chips.link("post", title_of(post), {**carry, "post": post.id})
    snippet = found.snippet if post.title or found.marks else ""
    body = tag("p", marked(snippet, found.marks), class_="snip", lang=lang, dir="auto") if snippet else NOTHING
    return tag("article", join([head, tag("h3", link, lang=lang, dir="auto"), body]), class_="hit")


def hits(
    found: Sequence[Hit], names: Names, now: datetime, zone: ZoneInfo, *, carry: Mapping[str, str | None] | None = None,
    known: Mapping[str, Understanding] | None = None,
) -> Html:  # fmt: skip
    """The whole list; J and K move along its titles. `known` is what was understood, by post."""
    said = known or {}
    return tag("div", join(hit(one, names, now, zone, carry=carry or {}, known=said.get(one.post.id)) for one in found), class_="hits")


def short(case: str) -> str:
    """A case id as people say it: `c-e34c-klpm-nqge` is `e34c-klpm`."""
    return case.removeprefix("c-")[:9].rstrip("-")
