"""What a rule is: when a new post answers a query, then acts. A rule proposes; whether it is a complaint a person decides.

Pure. A rule can open a case that waits for a decision, put it into a team's queue, label it, say how urgent it is, and raise an alert. It
cannot confirm, reject, answer or close, and there is no severity it could route by: only what a post says itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from plaint.alerts.alert import faults_of_query
from plaint.cases.work import Priority
from plaint.model import Post, Role

REPEATS = frozenset({"retweet", "boost"})
"""What `facts.item_kind` says of a post that only repeats another one."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: `query` says when, the rest what then. `version` is that of its definition in the log.

    `firms` are those whose posts count, None for all; `team`, `priority` and `labels` are put on the case that the post is in, be it
    one that the rule opens or one that is there already. `notify` names an alert to raise. A `paused` rule does not fire.
    """

    key: str
    owner: str
    query: str
    version: int = 0
    firms: tuple[str, ...] | None = None
    opens: bool = False
    team: str | None = None
    priority: str | None = None
    labels: tuple[str, ...] = ()
    notify: str | None = None
    paused: bool = False

    @property
    def does(self) -> str:
        """What it does, in words."""
        said = [
            "opens a case" if self.opens else "", f"queue {self.team}" if self.team else "", f"priority {self.priority}" if self.priority else "",
            f"label {', '.join(self.labels)}" if self.labels else "", f"raises the alert {self.notify}" if self.notify else "",
        ]  # fmt: skip
        return ", ".join(part for part in said if part)


def faults(rule: Rule) -> Iterator[str]:
    """Everything that is wrong with a rule, in words that say what to write instead."""
    if not _SLUG.fullmatch(rule.key):
        yield f"a name is small letters, digits, dashes and underscores, at most 40; got {rule.key!r}"
    yield from faults_of_query(rule.query)
    if not rule.does:
        yield "a rule that does nothing: let it open a case, queue it, label it, say how urgent it is, or raise an alert"
    if rule.opens and rule.query.strip() == "*":
        yield "a rule that opens a case from every post leaves the deciding to nobody; narrow its query"
    if rule.priority is not None and rule.priority not in set(Priority):
        yield f"a priority is {', '.join(Priority)}; got {rule.priority!r}"
    for name, value in (("team", rule.team), *(("label", label) for label in rule.labels)):
        if value is not None and not _SLUG.fullmatch(value):
            yield f"a {name} is small letters, digits, dashes and underscores, at most 40; got {value!r}"


def may_fire(post: Post) -> bool:
    """Whether a rule looks at a post at all: not at the firm's own, at repeats of others, at what is removed."""
    is_own = post.author is not None and post.author.role is Role.FIRM
    return not (is_own or post.gone or post.facts.get("item_kind") in REPEATS)


def firms_of(post: Post, wanted: tuple[str, ...] | None) -> list[str]:
    """The firms of a post that are wanted (None: all), each once."""
    return list(dict.fromkeys(firm.key for firm in post.firms if wanted is None or firm.key in wanted))
