"""Who may do what: roles are named sets of rights, and every act of the desk asks here first."""

from __future__ import annotations

from enum import StrEnum

from plaint.model import Person


class Refused(Exception):
    """What was asked is not done; the message is a reason that the person who asked can read and act on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Right(StrEnum):
    """One thing a person may be allowed to do; the value is how a refusal words it."""

    READ_POSTS = "read posts"
    SEE_AUTHORS = "see who wrote a post"
    READ_CASES = "read cases"
    WORK_CASES = "work on cases"
    APPROVE_REPLIES = "approve replies"
    MOVE_CLOCKS = "move the start of a clock"
    EXPORT = "export"
    MAKE_RETURNS = "make regulators' returns"
    APPROVE_SOURCES = "approve sources"
    COLLECT = "crawl and import"
    KEEP_FIRMS = "change the firms register"
    KEEP_MAP = "change the map between taxonomies"
    READ_LOG = "read and verify the log"
    SEAL_LOG = "seal the log"
    ERASE = "erase personal data"
    KEEP_STORE = "back up, restore and rebuild the store"
    KEEP_PEOPLE = "manage accounts"


_READER = frozenset({Right.READ_POSTS})
_AGENT = _READER | {Right.SEE_AUTHORS, Right.READ_CASES, Right.WORK_CASES, Right.EXPORT}

ROLES: dict[str, frozenset[Right]] = {
    "reader": _READER,
    "agent": _AGENT,
    "approver": _AGENT | {Right.APPROVE_REPLIES},
    "compliance": _AGENT
    | {Right.APPROVE_REPLIES, Right.MAKE_RETURNS, Right.MOVE_CLOCKS, Right.APPROVE_SOURCES, Right.COLLECT, Right.KEEP_FIRMS, Right.KEEP_MAP}
    | {Right.READ_LOG, Right.SEAL_LOG, Right.ERASE},
    "auditor": _READER | {Right.SEE_AUTHORS, Right.READ_CASES, Right.EXPORT, Right.MAKE_RETURNS, Right.READ_LOG, Right.SEAL_LOG},
    "admin": _READER | {Right.COLLECT, Right.KEEP_FIRMS, Right.SEAL_LOG, Right.KEEP_STORE, Right.KEEP_PEOPLE},
}
"""What each role may do. An auditor reads all and changes no case; an admin sees no personal data."""


def rights_of(person: Person) -> frozenset[Right]:
    """Everything a person may do; nothing for an account that is switched off. Unknown roles give no right."""
    if not person.active:
        return frozenset()
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in person.roles))


def may(person: Person, right: Right, firm: str | None = None) -> bool:
    """Whether `person` has the right, and for this firm where one is named."""
    return right in rights_of(person) and in_scope(person, firm)


def in_scope(person: Person, firm: str | None) -> bool:
    """Whether a firm is one of the person's; no firm is always in scope."""
    return firm is None or person.firms is None or firm in person.firms


def require(person: Person, right: Right, firm: str | None = None) -> None:
    """Raise Refused, with what to do about it, unless `person` has the right (for `firm`)."""
    if not person.active:
        raise Refused(f"the account {person.key} is switched off; ask an admin")
    if right not in rights_of(person):
        able = [role for role, rights in ROLES.items() if right in rights]
        raise Refused(f"{person.key} may not {right.value}; ask someone who is {' or '.join(able)}")
    if not in_scope(person, firm):
        raise Refused(f"{person.key} may not act for {firm}, only for {', '.join(person.firms or ()) or 'no firm'}; ask an admin")
