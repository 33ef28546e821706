"""Who is who in a conversation."""

from __future__ import annotations

import pytest

from plaint.model import Author, Firm, Kind, Post, Role
from plaint.posts.roles import Handles, own_words, told_apart

pytestmark = pytest.mark.pure

FIRMS = [
    Firm(key="fennel", name="Fennel Bank", handles={"x": "@FennelHelp, fennel_uk", "mastodon": "kiosk.example#fennelfail", "youtube": "UCfen",
                                                    "facebook": "https://facebook.com/FennelBank/"}),
]  # fmt: skip


def post(ref: str, who: str | None, reply_to: str | None = None, source: str = "x", **more: object) -> Post:
    author = None if who is None else Author(handle=who, **more)  # type: ignore[arg-type]
    return Post(id=f"{source}:{ref}", source=source, ref=ref, kind=Kind.POST, text="words", author=author, reply_to=reply_to)


def role(post: Post) -> Role | None:
    return post.author.role if post.author else None


@pytest.mark.parametrize(
    ("source", "author", "is_firm"),
    [
        ("x", Author(handle="fennelhelp"), True),
        ("x", Author(handle="Fennel_UK"), True),
        ("x", Author(handle="fennelhelp2", name="FennelHelp"), False),
        ("mastodon", Author(handle="fennelfail"), False),
        ("youtube", Author(handle="@somebody", id="UCfen"), True),
        ("facebook", Author(url="https://facebook.com/fennelbank"), True),
        ("reddit", Author(handle="fennelhelp"), False),
        ("x", Author(name="Fennel Bank"), False),
    ],
)
def test_a_firm_is_known_by_its_account_and_never_by_a_display_name(source: str, author: Author, is_firm: bool) -> None:
    assert Handles(FIRMS).is_firm(source, author) is is_firm


def test_the_firms_own_words_are_marked_as_such() -> None:
    handles = Handles(FIRMS)
    assert role(own_words(post("1", "FennelHelp"), handles)) is Role.FIRM
    assert role(own_words(post("2", "ottilie"), handles)) is Role.CUSTOMER
    assert own_words(post("3", None), handles).author is None


def test_what_a_source_says_about_its_staff_is_not_overruled() -> None:
    assert role(own_words(post("1", "FennelHelp", role=Role.OTHER), Handles(FIRMS))) is Role.OTHER


def test_customer_firm_and_other_customers_are_told_apart() -> None:
    thread = [post("1", "ann"), post("2", "fennelhelp", "1", role=Role.FIRM), post("3", "bob", "1"), post("4", "Ann", "2"), post("5", None, "1")]
    assert [role(one) for one in told_apart(thread)] == [Role.CUSTOMER, Role.FIRM, Role.OTHER, Role.CUSTOMER, None]


def test_the_same_holds_when_the_parent_comes_late() -> None:
    late = [post("3", "bob", "1"), post("4", "ann", "3")]
    assert [role(one) for one in told_apart(late)] == [Role.CUSTOMER, Role.OTHER]
    whole = [post("1", "ann"), *late]
    assert [role(one) for one in told_apart(whole)] == [Role.CUSTOMER, Role.OTHER, Role.CUSTOMER]


def test_a_complaint_below_the_firms_own_post_is_the_customers() -> None:
    thread = [post("1", "fennelhelp", role=Role.FIRM), post("2", "ann", "1"), post("3", "bob", "1")]
    assert [role(one) for one in told_apart(thread)] == [Role.FIRM, Role.CUSTOMER, Role.CUSTOMER]


def test_an_empty_conversation_has_nobody() -> None:
    assert told_apart([]) == []
