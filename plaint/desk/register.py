"""The register of sources: which may be read, for which firm, on whose decision and until when. Nothing runs without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from plaint.desk import log
from plaint.desk.rights import Refused, Right, require
from plaint.model import Approval, Person, Post, Site, iso
from plaint.ports import Stores
from plaint.posts.allowed import MAY_BE_DROPPED, only, unknown

STREAM = "sources"
"""The stream of the log that holds every decision."""

NEEDED = ("owner", "access", "terms", "lawful_basis", "review_on")
"""What an approval must state; a refusal to approve names what is missing."""


def allowed(stores: Stores, source: str, firm: str | None, now: datetime) -> Approval:
    """The approval under which `source` may be read for `firm` now; raises Refused, with the command to give, where there is none.

    A decision for the firm counts before the one for all firms. One that names countries covers firms of these, and those
    of which the register does not know where they are.
    """
    approval = decision(stores.registers.approvals(), source, firm)
    how = f"`plaint sources approve {source}{f' --firm {firm}' if firm else ''} --owner … --basis … --review-on YYYY-MM-DD --as PERSON`"
    if approval is None:
        raise Refused(f"{source} is not approved{f' for {firm}' if firm else ''}: someone who has read its terms gives {how}")
    match standing(approval, now):
        case "refused":
            raise Refused(
                f"{source} was refused by {approval.by or 'somebody'}{f': {approval.note}' if approval.note else ''}; to change that: {how}"
            )
        case "review due":
            raise Refused(f"the approval of {source} was to be reviewed on {approval.review_on}: look at it again, then {how}")
    country = next((one.country for one in stores.registers.firms() if one.key == firm), None)
    if approval.jurisdictions and country and country.upper() not in approval.jurisdictions:
        named = ", ".join(approval.jurisdictions)
        raise Refused(f"the approval of {source} covers people in {named}, and {firm} is in {country.upper()}: when that is assessed too, {how}")
    return approval


def standing(approval: Approval, now: datetime) -> str:
    """How a decision stands: `approved`, `refused`, or `review due` from the day after its review date on."""
    if not approval.approved:
        return "refused"
    is_due = approval.review_on is None or date.fromisoformat(approval.review_on) < now.date()
    return "review due" if is_due else "approved"


def decision(approvals: Sequence[Approval], source: str, firm: str | None) -> Approval | None:
    """The present decision about a source for a firm, of those given; None where there is none."""
    found = {approval.firm: approval for approval in approvals if approval.source == source}
    return found.get(firm) or found.get(None)


def why_not_imported(approvals: Sequence[Approval], site: Site, firm: str | None, now: datetime) -> str | None:
    """Why saved pages of a source may not be taken in; None when they may.

    A source that is never crawled has no other way in than a person's hand, so it needs no approval beyond that hand; a
    refusal counts for it too.
    """
    present = decision(approvals, site.key, firm)
    if present is None:
        return None if not site.live else f"{site.key} is not approved"
    match standing(present, now):
        case "refused":
            return f"the register says that {site.key} may not be read"
        case "review due":
            return f"the approval of {site.key} was to be reviewed on {present.review_on}"
    return None


def import_anyway(stores: Stores, person: Person, source: str | None, reason: str, now: datetime, command: str) -> None:
    """Note who takes pages of an unapproved source in (None: of whatever sources they are), and why; raises Refused."""
    require(person, Right.APPROVE_SOURCES)
    if not reason.strip():
        raise Refused("say why pages are taken in that the register does not allow")
    log.record(stores, STREAM, person, "ImportedUnapproved", {"source": source, "reason": reason.strip()}, now, command)


def fields_allowed(approvals: Sequence[Approval], source: str, firm: str | None) -> frozenset[str] | None:
    """The fields that may be kept of a source's posts for a firm; None for all. Without a firm, what every decision allows."""
    present = decision(approvals, source, firm)
    decided = [present] if firm is not None and present is not None else [one for one in approvals if one.source == source]
    limits = [frozenset(one.fields) for one in decided if one.approved and one.fields is not None]
    return frozenset.intersection(*limits) if limits else None


def narrowing(approvals: Sequence[Approval]) -> Callable[[Post], Post]:
    """What the present decisions leave of a post whose firm was not asked for, as when kept pages are read again."""

    def narrow(post: Post) -> Post:
        return only(post, fields_allowed(approvals, post.source, None))

    return narrow


def approve(stores: Stores, person: Person, approval: Approval, now: datetime, command: str) -> Approval:
    """Record a decision (also a refusal: `approved=False`) and make it the present one; raises Refused.

    The decision is an entry in the log first, so that none can be in force which the log does not know.
    """
    require(person, Right.APPROVE_SOURCES, approval.firm)
    if approval.approved:
        _check(approval, now)
    decided = replace(approval, by=person.key, at=iso(now))
    said = {name: _plain(getattr(decided, name)) for name in Approval.__dataclass_fields__ if name not in {"by", "at"}}
    log.record(stores, STREAM, person, "SourceApproved" if decided.approved else "SourceRefused", said, now, command)
    stores.registers.save_approval(decided)
    return decided


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def proposal(site: Site, firm: str | None = None) -> Approval:
    """What a source file itself says, as the beginning of a decision."""
    return Approval(source=site.key, firm=firm, ownership=site.ownership, access=site.access, terms=site.terms)


def _check(approval: Approval, now: datetime) -> None:
    if wrong := unknown(approval.fields or ()):
        raise Refused(f"no field {', '.join(wrong)} that could be dropped; there are {', '.join(MAY_BE_DROPPED)}")
    if wrong := [code for code in approval.jurisdictions if not (len(code) == 2 and code.isalpha() and code.isupper())]:
        raise Refused(f"{', '.join(wrong)}: jurisdictions are countries in two capital letters, as GB or DE")
    missing = [name for name in NEEDED if not getattr(approval, name)]
    if missing:
        raise Refused(f"an approval of {approval.source} must state {', '.join(missing)}")
    try:
        review = date.fromisoformat(approval.review_on or "")
    except ValueError:
        raise Refused(f"{approval.review_on!r} is no date to review on: write it as YYYY-MM-DD") from None
    if review <= now.date():
        raise Refused(f"the date to review {approval.source} must be in the future, not {approval.review_on}")
