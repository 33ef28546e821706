"""Drafts of public answers before a second person: what the checks find in one, and that what blocks is out before it is approved."""

from __future__ import annotations

from datetime import datetime

from plaint.cases.case import Case
from plaint.cases.replying import ApproveReply
from plaint.desk.acting import firm_of, load_case, visible
from plaint.desk.rights import Refused, Right
from plaint.model import Person, Role
from plaint.ports import Stores
from plaint.replies.checks import Around, Finding, blocking, findings


def around(stores: Stores, case: Case, post: str | None = None) -> Around:
    """What a draft to one of the case's posts (None: the first) stands in, for the checks."""
    firm = firm_of(stores, case.firm)
    answered = post or (case.posts[0] if case.posts else None)
    author = next((one.author for one in stores.posts.get([answered])), None) if answered else None
    return Around(
        channel=answered.partition(":")[0] if answered else case.source,
        regimes=case.regimes if case.regimes is not None else firm.regimes, sites=firm.sites,
        customer=author.name if author is not None and author.role is not Role.FIRM else None,
    )  # fmt: skip


def check(stores: Stores, person: Person, case: str, text: str, now: datetime, *, post: str | None = None) -> tuple[Finding, ...]:
    """What the checks find in a draft for a case that the person may work on; nothing is kept."""
    found, _ = load_case(stores, case)
    visible(stores, person, Right.WORK_CASES, found, now, "check")
    if post is not None and post not in found.posts:
        raise Refused(f"{post} is not in {case}; its posts are {', '.join(found.posts) or 'erased'}")
    return findings(text.strip(), around(stores, found, post))


def require_clean(stores: Stores, case: Case, asked: ApproveReply) -> None:
    """Refuse an approval while the draft has in it what blocks; raises Refused that names the words."""
    reply = case.replies.get(asked.number)
    if reply is None or reply.text is None or reply.state != "drafted":
        return
    if found := blocking(reply.text, around(stores, case, reply.post)):
        said = "; ".join(f"“{one.words[:40]}” ({one.title}: {one.reason})" for one in found)
        raise Refused(f"reply {reply.number} is not approved with this in it: {said}. Send it back, or draft it again")
