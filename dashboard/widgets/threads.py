"""Conversations as people saw them: who complained, who else helped, what the firm said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.widgets import chips, times
from dashboard.widgets.chips import Names
from dashboard.widgets.html import NOTHING, Html, join, paragraphs, tag, text
from dashboard.wording import say
from plaint.model import Author, Post, Role

LONG = 4_000
"""Characters of one turn; the post itself shows more."""


def thread(
    posts: Sequence[Post], here: str, names: Names, now: datetime, zone: ZoneInfo, *, firm: str | None = None, helpful: Collection[str] = ()
) -> Html:  # fmt: skip
    """All turns, oldest first; the post `here` has a bar at its left, the firm a square, people a circle.

    Whoever wrote the first turn is the customer whose complaint it is; other people are named as such. `helpful` are the ids of
    other people's answers that helped.
    """
    first = next((post for post in posts if post.id == here), posts[0] if posts else None)
    chip = tag("span", say("thread.helpful"), class_="chip guess", title=say("thread.helpful_why"))
    turns = [_turn(post, here, first.author if first else None, names, now, zone, firm, chip if post.id in helpful else NOTHING) for post in posts]
    return tag("ol", join(turns), class_="thread")


def _turn(
    post: Post, here: str, complainant: Author | None, names: Names, now: datetime, zone: ZoneInfo, firm: str | None, chip: Html
) -> Html:  # fmt: skip
    role = post.author.role if post.author else None
    same = post.author is not None and complainant is not None and _who(post.author) == _who(complainant)
    sign = tag("span", _letter(post, names), class_="sign", aria_hidden="true")
    who = chips.author(post.author, complainant=same or post.id == here)
    moved = chips.link("post", say("thread.edited"), post=post.id, tab="revisions", firm=firm) if post.edited else NOTHING
    title = tag("h3", text(post.title, 300), lang=chips.lang_of(post), dir="auto") if post.title and post.id != here else NOTHING
    link = NOTHING if post.id == here else chips.link("post", "open", post=post.id, firm=firm)
    head = tag(
        "div",
        join([sign, who, chip, times.when(post.published, now, zone, plain=True), moved, chips.rating(post.rating), chips.gone(post), link], " "),
        class_="who",
    )
    classes = ["turn", "firm" if role == Role.FIRM else "", "this" if post.id == here else "", "left" if post.gone else ""]
    body = paragraphs(post.text, lang=chips.lang_of(post), limit=LONG)
    last = tag("p", say(f"thread.{post.gone.value}"), class_="soft") if post.gone else NOTHING
    return tag("li", join([head, title, last, body]), class_=" ".join(filter(None, classes)))


def _who(author: Author) -> tuple[str | None, str | None]:
    return (author.id or author.handle, None) if author.id or author.handle else (None, author.name)


def _letter(post: Post, names: Names) -> str:
    if post.author and post.author.role == Role.FIRM:
        return names.firm(post.firms[0].key)[:1].upper() if post.firms else "F"
    name = (post.author.name or post.author.handle or "") if post.author else ""
    return next((letter.upper() for letter in name if letter.isalnum()), "?")
