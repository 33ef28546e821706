"""Tickets and limits of the front door."""

from __future__ import annotations

import pytest

from doors.guard import ALL, EACH, LONGEST, SOONEST, WINDOW, Limit, Ticket, check, sign

pytestmark = pytest.mark.pure
SECRET = b"k" * 32
SIGNED = sign(Ticket(id="abc123", drawn=1000.0), "acme", SECRET)


def test_a_ticket_of_this_door_is_taken() -> None:
    assert check(SIGNED, "acme", SECRET, 1000 + SOONEST) == Ticket(id="abc123", drawn=1000.0)


@pytest.mark.parametrize(
    ("text", "door", "now", "said"),
    [
        (SIGNED, "other", 1010, "forged"),
        (SIGNED.replace("abc", "abd"), "acme", 1010, "forged"),
        (SIGNED.replace(".1000.", ".9999."), "acme", 10_010, "forged"),
        ("", "acme", 1010, "forged"),
        ("..", "acme", 1010, "forged"),
        ("a.b.ü", "acme", 1010, "forged"),
        (SIGNED, "acme", 1001, "too soon"),
        (SIGNED, "acme", 1001 + LONGEST, "too old"),
    ],
)
def test_any_other_is_not(text: str, door: str, now: float, said: str) -> None:
    assert check(text, door, SECRET, now) == said


def test_one_address_may_send_a_few_and_then_waits() -> None:
    limit = Limit(SECRET)
    assert [limit.wait("1.2.3.4", now) for now in range(EACH)] == [0] * EACH
    assert limit.wait("1.2.3.4", 10) == WINDOW - 10
    assert limit.wait("5.6.7.8", 10) == 0
    assert limit.wait("1.2.3.4", WINDOW + 1) == 0


def test_everybody_together_may_send_so_many() -> None:
    limit = Limit(SECRET)
    assert sum(limit.wait(f"10.0.{n // 200}.{n % 200}", 0.0) == 0 for n in range(ALL + 50)) == ALL
