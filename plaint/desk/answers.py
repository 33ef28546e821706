"""Tying public answers of a firm to its cases when they are collected. Called by intake for each page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from plaint.cases import decide as d
from plaint.cases.replying import SeeAnswer
from plaint.desk.acting import append, firm_of, load_case, project
from plaint.model import Person, Post, Role
from plaint.ports import CaseFilter, Conflict, Stores

COLLECTOR = Person(key="collector", name="Collector", roles=())
"""Who ties answers; it has no rights and decides nothing."""


def tie(stores: Stores, posts: Iterable[Post], now: datetime) -> int:
    """Tie those of the posts that are a firm's public answer to the cases of the posts they answer; how many were tied.

    The same answer is tied once however often it is collected; what was missed, because the case was opened later or
    was changing at that moment, is tied when it is collected again.
    """
    answers = [post for post in posts if post.author is not None and post.author.role is Role.FIRM and _answered(post) is not None]
    if not answers or not stores.cases.cases(CaseFilter(limit=0))[1]:
        return 0
    return sum(_tie(stores, post, str(_answered(post)), now) for post in answers)


def _answered(post: Post) -> str | None:
    """The id of the post that an answer answers."""
    ref = post.reply_to or post.within
    return None if ref is None else f"{post.source}:{ref}"


def _published(post: Post, now: datetime) -> str | None:
    """The moment at which an answer was published, where the source says it exactly and it is not still to come."""
    said = post.published
    is_exact = said is not None and said.earliest == said.latest and "T" in said.earliest
    return said.earliest if said is not None and is_exact and said.start <= now else None


def _tie(stores: Stores, post: Post, answered: str, now: datetime) -> int:
    rows, _ = stores.cases.cases(CaseFilter(post=answered, limit=10))
    tied = 0
    for row in rows:
        case, _ = load_case(stores, row.case)
        events = d.decide(case, SeeAnswer(post=post.id, answers=answered, text=post.text, published=_published(post, now)), now)
        if isinstance(events, d.Refusal):
            continue
        try:
            append(stores, COLLECTOR, case.id, case.version, events, now, f"answer:{case.id}:{post.id}")
        except Conflict:
            continue
        project(stores, case.id, firm_of(stores, case.firm), now)
        tied += 1
    return tied
