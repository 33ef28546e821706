"""Where the clocks start, by who owns the channel."""

import pytest

from plaint.deadlines.start import Basis, Times, start_of
from plaint.model import Ownership, PartialDate

pytestmark = pytest.mark.pure

PUBLISHED = PartialDate(earliest="2026-11-20T08:00:00Z", latest="2026-11-20T08:00:00Z")
TIMES = Times(published=PUBLISHED, collected="2026-11-20T09:00:00Z", notified="2026-11-20T08:30:00Z", sent="2026-11-19", aware="2026-11-21T10:00:00Z")


@pytest.mark.parametrize(
    ("ownership", "at", "basis"),
    [
        (Ownership.OWNED, "2026-11-20T08:00:00Z", Basis.PUBLISHED_ON_OWNED_CHANNEL),
        (Ownership.CLAIMED, "2026-11-20T08:30:00Z", Basis.NOTIFIED_BY_PLATFORM),
        (Ownership.THIRD_PARTY, "2026-11-21T10:00:00Z", Basis.TRIAGE_DECISION),
        (Ownership.REGULATOR, "2026-11-19", Basis.SENT_BY_REGULATOR),
        (Ownership.DIRECT, "2026-11-19", Basis.DIRECT_RECEIPT),
    ],
)
def test_the_start_follows_ownership(ownership: Ownership, at: str, basis: Basis) -> None:
    start = start_of(ownership, TIMES)
    assert start is not None
    assert (start.at, start.basis) == (at, basis)
    assert start.because


def test_a_claimed_page_without_notice_starts_when_it_was_collected() -> None:
    start = start_of(Ownership.CLAIMED, Times(published=PUBLISHED, collected="2026-11-20T09:00:00Z"))
    assert start is not None
    assert start.basis is Basis.COLLECTED


def test_a_third_party_page_has_no_start_before_the_decision() -> None:
    assert start_of(Ownership.THIRD_PARTY, Times(published=PUBLISHED, collected="2026-11-20T09:00:00Z")) is None


def test_an_undated_post_on_an_owned_channel_starts_when_it_was_collected() -> None:
    start = start_of(Ownership.OWNED, Times(collected="2026-11-20T09:00:00Z"))
    assert start is not None
    assert start.basis is Basis.COLLECTED
    assert "no date" in start.because


def test_a_span_counts_from_its_earlier_end_and_keeps_the_later() -> None:
    span = PartialDate(earliest="2026-09-01", latest="2026-09-30", said="2 months ago")
    start = start_of(Ownership.OWNED, Times(published=span))
    assert start is not None
    assert (start.at, start.latest, start.is_span) == ("2026-09-01", "2026-09-30", True)
    assert "2 months ago" in start.because
