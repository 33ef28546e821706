"""Opening a case from posts: its id, its times, whose channel it is."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from plaint.alerts.rule import may_fire
from plaint.cases import decide as d
from plaint.cases.case import STATE_WORDS, Case, State
from plaint.cases.judging import Proposal
from plaint.deadlines.start import Times
from plaint.desk.acting import allowed, begin, firm_of, note_refusal, project, standing_of
from plaint.desk.answers import COLLECTOR
from plaint.desk.rights import Refused, Right
from plaint.model import Firm, Ownership, PartialDate, Person, Post
from plaint.ports import CASE_STREAM, CaseFilter, Conflict, Stores
from plaint.posts.brands import Names
from plaint.understand.masking import masked

_TITLE = 120
"""Characters of a post's text that stand in for a title."""


def case_id(firm: str, post: str) -> str:
    """The id of the case that a post opens for a firm: the same for everybody, so that two openers collide."""
    digest = b32encode(sha256(f"{firm}\0{post}".encode()).digest()).decode().lower()
    return f"{CASE_STREAM}{digest[:4]}-{digest[4:8]}-{digest[8:12]}"


def open_case(
    stores: Stores, person: Person, *, posts: Sequence[str], firm: str, proposal: Proposal | None = None, now: datetime, command: str
) -> str:
    """Open a case about `firm` from posts (their ids, the first one names the case); the case's id.

    `proposal` is what a model said of them; it is kept beside whatever a person decides.

    Refused for unknown posts and firms, and for a post that is in a case of this firm already: the refusal names it.
    """
    if not posts:
        raise Refused("a case is opened from at least one post; give its id, like source:ref")
    case = case_id(firm, posts[0])
    with_firm = firm_of(stores, firm)
    allowed(stores, person, Right.WORK_CASES, firm, case, now, command)
    if standing_of(stores, case, command).is_done:
        return case
    try:
        _open(stores, person, case, posts, with_firm, proposal, now, command)
    except Refused as refusal:
        note_refusal(stores, person, case, refusal.reason, now, command)
        raise
    return case


def open_tagged(stores: Stores, posts: Iterable[Post], names: Names, now: datetime) -> int:
    """Open a case from each post with a hashtag that its firm has registered as one of complaint; how many were opened.

    The rule proposes and decides nothing: a named person confirms or rejects. The firm's own posts, and those that only
    repeat another, open none; neither does a post that is in a case already.
    """
    opened = 0
    for post in posts:
        if may_fire(post):
            opened += sum(open_by_rule(stores, post.id, firm, now) is not None for firm in names.tagged(post.hashtags))
    return opened


def open_by_rule(stores: Stores, post: str, firm: str, now: datetime) -> str | None:
    """Open a case from a post because a rule says so, for a person to decide; its id, None where there is one already."""
    rows, _ = stores.cases.cases(CaseFilter(firm=firm, post=post, limit=1))
    case = case_id(firm, post)
    command = f"hashtag:{case}"
    if rows:
        return None
    if stores.cases.command_done(command):  # whoever opened it may have been killed before the lists had it
        project(stores, case, firm_of(stores, firm), now, newly=True)
        return None
    try:
        _open(stores, COLLECTOR, case, [post], firm_of(stores, firm), None, now, command)
    except Refused:
        return None  # somebody opened it at this very moment
    return case


def _open(
    stores: Stores, person: Person, case: str, posts: Sequence[str], firm: Firm, proposal: Proposal | None, now: datetime, command: str
) -> None:  # fmt: skip
    """Append the opening of a case and show it, or say why not."""
    found = stores.posts.get(list(posts))
    missing = set(posts) - {post.id for post in found}
    if missing:
        raise Refused(f"no post {', '.join(sorted(missing))} in the archive; `plaint search` shows the ids")
    for post in posts:
        rows, _ = stores.cases.cases(CaseFilter(firm=firm.key, post=post, limit=1))
        if rows and rows[0].case != case:
            raise Refused(f"{post} is in the case {rows[0].case} already, which is {STATE_WORDS[State(rows[0].state)]}")
    asked = d.Open(
        firm=firm.key, source=found[0].source, ownership=_ownership(stores, found[0].source, firm.key), times=_times(stores, found),
        posts=tuple(dict.fromkeys(posts)), title=_title(found[0]), kind=found[0].kind.value, proposal=proposal,
    )  # fmt: skip
    decided = d.decide(Case(id=case), asked, now)
    if isinstance(decided, d.Refusal):
        raise Refused(decided.reason)
    try:
        begin(stores, person, case, decided, firm, now, command)
    except Conflict as conflict:
        first = conflict.entries[0]
        raise Refused(f"{first.by} opened the case {case} from this post at {first.at}; it is open already") from None


def _ownership(stores: Stores, source: str, firm: str) -> Ownership:
    """Whose channel it is by the source register: the firm's own entry first, then the entry for all firms."""
    entries = {approval.firm: approval for approval in stores.registers.approvals() if approval.source == source}
    entry = entries.get(firm) or entries.get(None)
    return entry.ownership if entry else Ownership.THIRD_PARTY


def _times(stores: Stores, posts: Sequence[Post]) -> Times:
    """The times of the case's posts: each the earliest that any of them has."""
    published = [post.published for post in posts if post.published is not None]
    edited = [post.edited for post in posts if post.edited is not None]
    collected = [revision.seen for post in posts for revision in stores.posts.revisions(post.id)[:1]]
    collected += [post.capture.at for post in posts if post.capture is not None]
    sent = [said for post in posts if (said := _sent(post)) is not None]
    return Times(published=_earliest(published), edited=_earliest(edited), collected=min(collected, default=None), sent=min(sent, default=None))


def _sent(post: Post) -> str | None:
    """When it was sent to the firm, else when it was received, as far as the source states either."""
    return next((said for name in ("sent_to_company", "received") if isinstance(said := post.facts.get(name), str) and _is_date(said)), None)


def _earliest(dates: Sequence[PartialDate]) -> PartialDate | None:
    return min(dates, key=lambda one: one.earliest, default=None)


def _is_date(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None or len(text) == 10
    except ValueError:
        return False


def _title(post: Post) -> str:
    """The post's title, or the beginning of its text, without personal data: it stands in every list of cases."""
    words = " ".join(masked([post.title or post.text[: 4 * _TITLE]])[0].split())
    return words if len(words) <= _TITLE else f"{words[: _TITLE - 1].rstrip()}…"
