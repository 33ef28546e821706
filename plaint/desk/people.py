"""Accounts: who they are, their passwords, signing in. Passwords are kept as argon2 hashes; what was tried is logged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from plaint.desk.log import record
from plaint.desk.rights import ROLES, Refused, Right, require, rights_of
from plaint.model import Person
from plaint.ports import Stores

SHORTEST = 8
"""Characters a password needs at least (NIST SP 800-63B); a longer one is better than a stranger one."""

_hasher = PasswordHasher()
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NO_MATCH = "no active account with that name and password"


def sign_in(stores: Stores, key: str, password: str, *, now: datetime, command: str) -> Person:
    """The account, if the password is right; else Refused with one reason for all cases, so that names cannot be tried out."""
    person = next((one for one in stores.registers.people() if one.key == key), None)
    secret = stores.registers.secret(key) if person is not None else None
    if not _matches(secret, password) or person is None or not person.active:
        known = person.key if person is not None else None
        record(stores, "access", None, "SignInRefused", {"account": known}, now, command)
        raise Refused(_NO_MATCH)
    if secret is not None and _hasher.check_needs_rehash(secret):
        stores.registers.save_person(person, _hasher.hash(password))
    record(stores, "access", person, "SignedIn", {}, now, command)
    return person


def add(
    stores: Stores, by: Person | None, *, key: str, name: str, roles: Sequence[str], firms: Sequence[str] | None = None,
    password: str | None = None, now: datetime, command: str,
) -> Person:  # fmt: skip
    """Create an account. Nobody (`by=None`) may do so only for the first one of a store, which must be an admin's.

    An account without a password can act on the command line but cannot sign in.
    """
    people = stores.registers.people()
    if by is not None:
        require(by, Right.KEEP_PEOPLE)
    elif people:
        raise Refused("there are accounts already: act as one that is admin")
    elif "admin" not in roles:
        raise Refused("the first account must be an admin, who can then add the others: give it the role admin")
    if any(one.key == key for one in people):
        raise Refused(f"there is an account {key} already; change its password or choose another key")
    _check_key(key)
    _check_roles(roles)
    known = {firm.key for firm in stores.registers.firms()}
    for firm in firms or ():
        if firm not in known:
            raise Refused(f"no firm {firm!r} in the firms register{_near(firm, known)}")
    if not name.strip():
        raise Refused("an account needs the name of a person")
    secret = None if password is None else _hashed(password)
    person = Person(key=key, name=name.strip(), roles=tuple(roles), firms=None if firms is None else tuple(firms))
    said = {"key": key, "roles": list(roles), "firms": None if firms is None else list(firms)}
    record(stores, "people", by or person, "PersonAdded", said, now, command, bodies={"name": person.name})
    stores.registers.save_person(person, secret)
    return person


def set_password(stores: Stores, by: Person, key: str, password: str, *, now: datetime, command: str) -> None:
    """Set the password of an account: one's own, or anybody's for an admin."""
    if by.key != key:
        require(by, Right.KEEP_PEOPLE)
    person = _person(stores, key)
    secret = _hashed(password)
    record(stores, "people", by, "PasswordSet", {"key": key}, now, command)
    stores.registers.save_person(person, secret)


def change(
    stores: Stores, by: Person, key: str, *, roles: Sequence[str] | None = None, firms: Sequence[str] | None = None,
    active: bool | None = None, now: datetime, command: str,
) -> Person:  # fmt: skip
    """Change what is given and keep the rest; the last active admin cannot be taken away."""
    require(by, Right.KEEP_PEOPLE)
    person = _person(stores, key)
    _check_roles(person.roles if roles is None else roles)
    changed = Person(
        key=key, name=person.name, roles=person.roles if roles is None else tuple(roles),
        firms=person.firms if firms is None else tuple(firms), active=person.active if active is None else active,
    )  # fmt: skip
    others = [one for one in stores.registers.people() if one.key != key]
    if not any(Right.KEEP_PEOPLE in rights_of(one) for one in [*others, changed]):
        raise Refused(f"{key} is the last account that can manage accounts; make somebody else an admin first")
    said = {"key": key, "roles": list(changed.roles), "firms": None if changed.firms is None else list(changed.firms), "active": changed.active}
    record(stores, "people", by, "PersonChanged", said, now, command)
    stores.registers.save_person(changed)
    return changed


def listed(stores: Stores) -> list[Person]:
    """All accounts by key."""
    return sorted(stores.registers.people(), key=lambda person: person.key)


def _person(stores: Stores, key: str) -> Person:
    people = {person.key: person for person in stores.registers.people()}
    if key not in people:
        raise Refused(f"no account {key!r}{_near(key, people)}")
    return people[key]


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise Refused(f"an account's key is small letters, digits, dots and dashes, and begins with a letter or digit; got {key!r}")


def _check_roles(roles: Sequence[str]) -> None:
    if not roles:
        raise Refused(f"an account needs a role: {', '.join(ROLES)}")
    for role in roles:
        if role not in ROLES:
            raise Refused(f"no role {role!r}{_near(role, ROLES)}; the roles are {', '.join(ROLES)}")


def _near(word: str, known: Iterable[str]) -> str:
    """A hint at the nearest known word, for a refusal."""
    from rapidfuzz.process import extractOne

    found = extractOne(word, list(known), score_cutoff=60)
    return f"; did you mean {found[0]}?" if found else ""


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise Refused(f"a password needs at least {SHORTEST} characters")
    return _hasher.hash(password)


_STAND_IN = "$argon2id$v=19$m=65536,t=3,p=4$c3RhbmQtaW4tc2FsdA$JnSeY1RNK0nKLWDTOYGTGT2WWLCRCJYNTEfGwDkDlzk"
"""Checked where there is no account, so that the answer takes as long."""


def _matches(secret: str | None, password: str) -> bool:
    try:
        return _hasher.verify(secret or _STAND_IN, password) and secret is not None
    except (VerificationError, InvalidHashError):
        return False
