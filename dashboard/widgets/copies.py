"""Who says the same: the group of a post with its reasons, and the campaigns of a period."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.widgets import chips
from dashboard.widgets.html import NOTHING, Html, bdi, join, tag, text
from dashboard.wording import count, say
from plaint.desk.copies import Around, Listed

EXAMPLE = 90
"""Letters of an example that are shown."""


def around(found: Around, *, firm: str | None) -> Html:
    """The group of a post: how many, from whom, where; some of the others; a case that one of them is in."""
    every = chips.link("search", say("copies.all", posts=count(found.posts, "post")), q=f"same:{found.group}", firm=firm)
    others = [
        tag("li", join([chips.link("post", _beginning(hit.post.title or hit.snippet), post=hit.post.id, firm=firm), _where(hit.post.source)], " "))
        for hit in found.others
    ]
    twins = [
        tag("p", join([text(say("copies.twin")), chips.state(twin.state), chips.link("case", say("copies.case"), case=twin.case, firm=firm),
                       text(say("copies.twin_why"))], " "), class_="twin")
        for twin in found.twins
    ]  # fmt: skip
    return join([
        tag("p", join([tag("span", say(f"copies.{found.kind}"), class_="chip"), text(said_by(found))], " ")),
        *twins, tag("ul", join(others), class_="plain"), tag("p", every),
    ])  # fmt: skip


def said_by(found: Around | Listed) -> str:
    """How many posts, from how many names, on how many sources: as much of it as is known."""
    posts, sources = count(found.posts, "post"), count(found.sources, "source")
    if found.people:
        return say("copies.by", posts=posts, people=count(found.people, "name"), sources=sources)
    return say("copies.on", posts=posts, sources=sources)


def campaigns(found: Sequence[Listed], *, per: str, firm: str | None) -> Html:
    """The campaigns of a period, each with its newest post, linked to all of it."""
    if not found:
        return NOTHING
    rows = [
        tag("li", join([chips.link("search", _beginning(one.example.post.title or one.example.snippet), q=f"same:{one.group}", per=per, firm=firm),
                        tag("div", said_by(one), class_="soft")]))
        for one in found
    ]  # fmt: skip
    return join([tag("h2", say("overview.campaigns")), tag("p", say("overview.campaigns_why"), class_="soft"), tag("ul", join(rows), class_="plain")])


def _beginning(said: str) -> str:
    words = " ".join(said.split())
    return words if len(words) <= EXAMPLE else f"{words[: EXAMPLE - 1].rstrip()}…"


def _where(source: str) -> Html:
    return tag("span", bdi(source), class_="soft")
