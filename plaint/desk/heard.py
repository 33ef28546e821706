"""Alerts and rules asked of what has just come, by `intake`: noted before the posts are stored, rules carried out after.

What is noted first cannot be lost: a process that dies before it stores a post has noted too much, never too little, and the next one
that meets the post notes the same. A post that is held already counts only when it answers now and did not before (it was edited).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from plaint.alerts.alert import Alert
from plaint.alerts.rule import Rule, firms_of, may_fire
from plaint.desk import alerting, ruling
from plaint.model import Post
from plaint.ports import Stores
from plaint.query.matching import Asked
from plaint.query.parse import parse_query
from plaint.query.tree import Node

_tree: Callable[[str], Node] = lru_cache(maxsize=512)(parse_query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A rule that fires for a post and a firm."""

    rule: Rule
    firm: str
    post: str


def note(stores: Stores, posts: Sequence[Post], now: datetime) -> list[Fired]:
    """Note which alerts and rules the posts meet that are about to be stored; the rules to be carried out once they are."""
    alerts = [one for one in alerting.known(stores).values() if one.window is None]
    rules = [one for one in ruling.known(stores).values() if not one.paused]
    if not alerts and not rules:
        return []
    last = {post.id: post for post in posts}
    asked = [Asked(post) for post in last.values() if post.gone is None]
    queries = {alert.query for alert in alerts} | {rule.query for rule in rules}
    met = {text: [one for one in asked if one.answers(_tree(text))] for text in queries}
    fresh = _fresh(stores, met)
    for alert in alerts:
        for firm, ids in _by_firm(fresh[alert.query], alert).items():
            alerting.note(stores, alert, firm, ids, now)
    fired = []
    for rule in rules:
        for firm, ids in _by_firm(filter(may_fire, fresh[rule.query]), rule).items():
            if firm:
                ruling.note(stores, rule, firm, ids, now)
                fired += [Fired(rule=rule, firm=firm, post=post) for post in ids]
    return fired


def carry_out(stores: Stores, fired: Iterable[Fired], stored: Collection[str], now: datetime) -> None:
    """Carry out the rules that fired for posts that are stored now."""
    for one in fired:
        if one.post in stored:
            ruling.carry_out(stores, one.rule, one.firm, one.post, now)


def _fresh(stores: Stores, met: Mapping[str, Sequence[Asked]]) -> dict[str, list[Post]]:
    """Those of the posts that the archive has not, or has in a state that did not answer the query."""
    ids = {one.post.id for found in met.values() for one in found}
    held = {post.id: Asked(post) for post in stores.posts.get(sorted(ids))} if ids else {}
    return {
        text: [one.post for one in found if one.post.id not in held or _answers_now(one.post, held[one.post.id], _tree(text))]
        for text, found in met.items()
    }  # fmt: skip


def _answers_now(post: Post, held: Asked, query: Node) -> bool:
    """Whether a post that answers did not answer as it was held; an older state than the one held is no news."""
    before = held.post.capture.at if held.post.capture is not None else ""
    is_newer = post.capture is not None and post.capture.at >= before
    return is_newer and not held.answers(query)


def _by_firm(posts: Iterable[Post], asker: Alert | Rule) -> dict[str, list[str]]:
    """The posts by the firms that count, those about no registered firm under an empty one where all firms count."""
    found: dict[str, list[str]] = {}
    for post in posts:
        for firm in firms_of(post, asker.firms) or ([""] if asker.firms is None and not post.firms else []):
            found.setdefault(firm, []).append(post.id)
    return found
