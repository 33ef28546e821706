"""Accounts and rights."""

from __future__ import annotations

import pytest

from plaint.desk import people
from plaint.desk.rights import ROLES, Refused, Right, may, require, rights_of
from plaint.model import Person
from plaint.ports import Stores
from tests.conftest import NOW


def person(*roles: str, firms: tuple[str, ...] | None = None, active: bool = True) -> Person:
    return Person(key="tom", name="Tom", roles=roles, firms=firms, active=active)


@pytest.mark.pure
def test_roles_are_sets_of_rights() -> None:
    assert Right.WORK_CASES in rights_of(person("agent"))
    assert rights_of(person("agent", "admin")) == ROLES["agent"] | ROLES["admin"]
    assert rights_of(person("wizard")) == frozenset()
    assert rights_of(person("admin", active=False)) == frozenset()
    assert set(ROLES) == {"reader", "agent", "approver", "compliance", "auditor", "admin"}


@pytest.mark.pure
def test_an_auditor_reads_all_and_changes_no_case_and_an_admin_sees_no_personal_data() -> None:
    assert {Right.READ_CASES, Right.READ_LOG, Right.SEE_AUTHORS} <= rights_of(person("auditor"))
    assert not {Right.WORK_CASES, Right.APPROVE_SOURCES, Right.ERASE, Right.KEEP_PEOPLE} & rights_of(person("auditor"))
    assert not {Right.SEE_AUTHORS, Right.READ_CASES} & rights_of(person("admin"))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("who", "right", "firm", "says"),
    [
        (person("reader"), Right.WORK_CASES, None, "tom may not work on cases; ask someone who is agent or approver or compliance"),
        (person("agent", firms=("northgate",)), Right.WORK_CASES, "orbit", "tom may not act for orbit, only for northgate"),
        (person("agent", active=False), Right.READ_POSTS, None, "switched off"),
    ],
)
def test_a_refusal_says_who_could(who: Person, right: Right, firm: str | None, says: str) -> None:
    assert not may(who, right, firm)
    with pytest.raises(Refused) as refused:
        require(who, right, firm)
    assert says in refused.value.reason


def first(stores: Stores) -> Person:
    return people.add(stores, None, key="anna", name="Anna Berg", roles=["admin"], password="correct horse", now=NOW, command="k0")


def test_the_first_account_is_an_admin_and_made_by_nobody(stores: Stores) -> None:
    with pytest.raises(Refused, match="the first account must be an admin"):
        people.add(stores, None, key="tom", name="Tom", roles=["agent"], now=NOW, command="k")
    assert first(stores).roles == ("admin",)
    with pytest.raises(Refused, match="act as one that is admin"):
        people.add(stores, None, key="eve", name="Eve", roles=["admin"], now=NOW, command="k2")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"key": "anna"}, "already"),
        ({"key": "Tom Lind"}, "small letters"),
        ({"roles": ["agnet"]}, "did you mean agent"),
        ({"roles": []}, "needs a role"),
        ({"name": " "}, "name of a person"),
        ({"firms": ["northgate"]}, "no firm 'northgate'"),
        ({"password": "short"}, "at least 8"),
    ],
)
def test_what_an_account_needs(stores: Stores, fields: dict[str, object], says: str) -> None:
    admin = first(stores)
    given = {"key": "tom", "name": "Tom", "roles": ["agent"], **fields}
    with pytest.raises(Refused) as refused:
        people.add(stores, admin, **given, now=NOW, command="k")  # type: ignore[arg-type]
    assert says in refused.value.reason
    assert [one.key for one in people.listed(stores)] == ["anna"]


def test_sign_in_needs_the_right_password_and_is_logged(stores: Stores) -> None:
    admin = first(stores)
    people.add(stores, admin, key="tom", name="Tom", roles=["agent"], now=NOW, command="k1")
    assert people.sign_in(stores, "anna", "correct horse", now=NOW, command="s1") == admin
    reasons = set()
    for number, (key, password) in enumerate([("anna", "wrong horse"), ("nobody", "correct horse"), ("tom", ""), ("anna", "")]):
        with pytest.raises(Refused) as refused:
            people.sign_in(stores, key, password, now=NOW, command=f"r{number}")
        reasons.add(refused.value.reason)
    assert reasons == {"no active account with that name and password"}
    logged = [(entry.kind, entry.said.get("account")) for entry in stores.cases.read("access")]
    assert logged == [("SignedIn", None), ("SignInRefused", "anna"), ("SignInRefused", None), ("SignInRefused", "tom"), ("SignInRefused", "anna")]


def test_passwords_are_kept_only_as_hashes_and_never_logged(stores: Stores) -> None:
    first(stores)
    assert (stores.registers.secret("anna") or "").startswith("$argon2id$")
    everything = repr([*stores.cases.walk(), *stores.cases.walk_bodies()])
    assert "correct horse" not in everything
    assert "argon2" not in everything


def test_ones_own_password_and_an_admins_reach(stores: Stores) -> None:
    admin = first(stores)
    tom = people.add(stores, admin, key="tom", name="Tom", roles=["agent"], now=NOW, command="k1")
    people.set_password(stores, tom, "tom", "battery staple", now=NOW, command="k2")
    assert people.sign_in(stores, "tom", "battery staple", now=NOW, command="s") == tom
    with pytest.raises(Refused, match="may not manage accounts"):
        people.set_password(stores, tom, "anna", "battery staple", now=NOW, command="k3")
    people.set_password(stores, admin, "tom", "staple battery", now=NOW, command="k4")
    with pytest.raises(Refused):
        people.sign_in(stores, "tom", "battery staple", now=NOW, command="s2")


def test_an_account_that_is_switched_off_cannot_sign_in(stores: Stores) -> None:
    admin = first(stores)
    people.add(stores, admin, key="tom", name="Tom", roles=["agent"], password="battery staple", now=NOW, command="k1")
    assert people.change(stores, admin, "tom", active=False, now=NOW, command="k2").active is False
    with pytest.raises(Refused):
        people.sign_in(stores, "tom", "battery staple", now=NOW, command="s")


def test_the_last_admin_stays(stores: Stores) -> None:
    admin = first(stores)
    with pytest.raises(Refused, match="the last account that can manage accounts"):
        people.change(stores, admin, "anna", roles=["agent"], now=NOW, command="k1")
    with pytest.raises(Refused, match="the last account"):
        people.change(stores, admin, "anna", active=False, now=NOW, command="k2")
