"""Service levels: files that say them, which of them a case has, and how they stand on it beside the clocks of the law."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plaint.cases import decide as d
from plaint.cases.case import Case
from plaint.cases.clocks import Status, clocks_of
from plaint.cases.replying import ApproveReply, DraftReply, PostedReply, SeeAnswer
from plaint.cases.work import Prioritise
from plaint.deadlines.levels import promised
from plaint.deadlines.levels_file import BadLevels, levels_in
from plaint.deadlines.service import ServiceLevel
from plaint.deadlines.trace import traced
from plaint.model import Firm, Ownership
from tests.cases.made import FIRM, after, opening

pytestmark = pytest.mark.pure

FILE = """
[hours.office]
zone = "Europe/London"
calendar = "GB-ENG"
closures = [2026-12-29]
mon-thu = ["09:00-12:00", "13:00-17:30"]
fri = ["09:00-12:00"]

[[levels]]
firm = "northgate"
id = "first-answer"
label = "first answer where it is urgent"
minutes = 10
priorities = ["urgent"]

[[levels]]
firm = "northgate"
id = "first-answer"
label = "first answer on the board"
minutes = 30
hours = "office"
channels = ["board"]
kinds = ["review"]
effective_from = "2026-07-01"
at_risk = 0.5

[[levels]]
firm = "northgate"
id = "first-answer"
label = "first answer"
minutes = 240
hours = "office"
effective_to = 2026-06-30

[[levels]]
firm = "northgate"
id = "decided"
label = "decided whether it is a complaint"
minutes = 1440
starts = "opened"
met_by = ["final_response"]
"""
LEVELS = levels_in(FILE)["northgate"]
SERVED: Firm = replace(FIRM, levels=LEVELS)
COLLECTED = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""A Friday noon, when the office has just closed for the week."""


def case(ownership: Ownership = Ownership.OWNED, kind: str | None = "review", source: str = "board") -> Case:
    return after(Case(id="c-a"), replace(opening(ownership), kind=kind, source=source), now=COLLECTED)


def first_answer(of: Case, now: datetime, firm: Firm = SERVED) -> tuple[str, Status, datetime | None]:
    (clock,) = [one for one in clocks_of(of, firm, now).clocks if one.deadline.key == "first-answer"]
    return clock.deadline.clock.label, clock.status, clock.due


def test_the_first_that_fits_counts_by_channel_kind_priority_and_day() -> None:
    now = COLLECTED + timedelta(minutes=1)
    monday = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert first_answer(case(), now) == ("first answer on the board", Status.ON_TRACK, monday)
    urgent = after(case(), Prioritise(priority="urgent"), now=now)
    assert first_answer(urgent, now) == ("first answer where it is urgent", Status.ON_TRACK, COLLECTED + timedelta(minutes=10))
    for other in (case(kind="comment"), case(kind=None), case(source="x")):
        assert [one.deadline.key for one in clocks_of(other, SERVED, now).clocks if one.deadline.regime == "SERVICE"] == ["decided"]
    early = replace(case(), times=replace(case().times, collected="2026-06-30T08:00:00Z"))
    assert first_answer(early, now)[0] == "first answer", "the version of the day it began"


def test_it_is_at_risk_after_its_own_share_of_the_staffed_time() -> None:
    one = case()
    assert first_answer(one, datetime(2026, 11, 23, 9, 14, 59, tzinfo=UTC))[1] is Status.ON_TRACK, "over the weekend nothing of it is used"
    assert first_answer(one, datetime(2026, 11, 23, 9, 15, tzinfo=UTC))[1] is Status.AT_RISK
    assert first_answer(one, datetime(2026, 11, 23, 9, 30, tzinfo=UTC))[1] is Status.AT_RISK
    over = datetime(2026, 11, 23, 9, 45, tzinfo=UTC)
    assert first_answer(one, over)[1] is Status.BREACHED
    (clock,) = [found for found in clocks_of(one, SERVED, over).clocks if found.deadline.key == "first-answer"]
    assert (clock.used, clock.is_open) == (1.5, True)


def test_a_public_reply_meets_it_and_the_clocks_of_the_law_run_beside_it() -> None:
    monday = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
    answered = after(case(), DraftReply(text="We are sorry.", post="board:1"), now=monday)
    answered = after(answered, ApproveReply(number=1, by="anna"), now=monday)
    answered = after(answered, PostedReply(number=1, url="https://board.example/1#a"), now=monday)
    assert first_answer(answered, monday)[1] is Status.MET
    confirmed = after(answered, d.Confirm(regimes=("UK-DISP",), reason="charged twice"), now=monday)
    found = clocks_of(confirmed, SERVED, monday)
    assert {one.deadline.regime for one in found.clocks} == {"UK-DISP", "SERVICE"}
    due = found.next_due()
    assert due is not None
    assert due.deadline.key == "decided"


def test_an_answer_counts_from_when_it_was_published_not_from_when_it_was_collected() -> None:
    published, collected = "2026-11-23T09:20:00Z", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    seen = SeeAnswer(post="board:1-answer", answers="board:1", text="We are sorry.", published=published)
    answered = after(case(), seen, now=collected)
    (clock,) = [one for one in clocks_of(answered, SERVED, collected).clocks if one.deadline.key == "first-answer"]
    assert (clock.status, clock.met_at) == (Status.MET, published)
    assert clock.why == f"done in time: dated {published}, noted 2026-11-23T15:00:00Z"
    assert first_answer(after(case(), replace(seen, published=None), now=collected), collected)[1] is Status.BREACHED
    impossible = replace(seen, published="2026-11-19T00:00:00Z")
    assert first_answer(after(case(), impossible, now=collected), collected)[1] is Status.BREACHED, "before what it answers was published"


def test_the_earliest_answer_counts_in_whatever_order_they_are_found() -> None:
    at = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    early, late = (SeeAnswer(post=f"board:{hour}", answers="board:1", text="Sorry.", published=f"2026-11-23T{hour}:00:00Z") for hour in ("09", "11"))
    for order in ((early, late), (late, early)):
        assert after(case(), *order, now=at).done["first_answer"] == "2026-11-23T09:00:00Z"


def test_it_runs_where_the_law_starts_no_clock_yet() -> None:
    found = clocks_of(case(Ownership.THIRD_PARTY), SERVED, COLLECTED)
    assert found.start is None
    assert [one.deadline.key for one in found.clocks] == ["decided", "first-answer"]


def test_its_trace_names_version_calendar_and_every_interval() -> None:
    level = next(one for one in LEVELS if one.label == "first answer on the board")
    told = traced(promised(level, datetime(2026, 12, 24, 17, 20, tzinfo=UTC), share=0.75, closures=("2026-12-30",)).deadline)
    assert (told.rule, told.rule_version, told.calendar, told.value) == (
        "the firm's own service level", "2026-07-01", "GB-ENG", "2026-12-31T09:20:00+00:00",
    )  # fmt: skip
    skipped = [one.skipped for one in told.intervals if one.skipped]
    assert skipped == ["over before the start", "Christmas Day", "no hours on a Saturday", "no hours on a Sunday",
                       "Boxing Day (observed)", "closed by the firm", "closed by the firm"]  # fmt: skip
    assert sum(one.minutes for one in told.intervals) == 30
    assert told.why[0] == "starts Thu 24 Dec 2026 17:20:00 GMT, when it was collected"
    assert told.why[-1] == "30 staffed minutes are over on Thu 31 Dec 2026 09:20:00 GMT"


def test_closures_of_the_firm_do_not_stop_who_is_always_there() -> None:
    level = ServiceLevel(id="a", label="a", minutes=30)
    at = datetime(2026, 12, 30, 23, 45, tzinfo=UTC)
    assert promised(level, at, share=0.75, closures=("2026-12-31",)).deadline.due == at + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("minutes = 10", "minutes = 0"), "level 1: minutes is 0"),
        (("minutes = 10", "minuts = 10"), "level 1: nothing is called 'minuts'"),
        (('hours = "office"', 'hours = "ofice"'), "level 2: no hours 'ofice'; there are always, office"),
        (('"09:00-12:00", "13:00-17:30"', '"09:00-12:00", "11:00-17:30"'), "hours.office.mon-thu: 09:00-12:00 and 11:00-17:30 lie over each other"),
        (("fri =", "fry ="), "hours.office: 'fry' is no day"),
        (("mon-thu =", "thu-mon ="), "hours.office: 'thu-mon' is no day"),
        (('zone = "Europe/London"', 'zone = "Europe/Lundon"'), "hours.office: zone is 'Europe/Lundon'"),
        (('calendar = "GB-ENG"', 'calendar = "GB"'), "hours.office: no calendar 'GB'"),
        (("at_risk = 0.5", "at_risk = 50"), "level 2: at_risk is 50"),
        (('starts = "opened"', 'starts = "soon"'), "level 4: Invalid enum value 'soon'"),
        (('effective_from = "2026-07-01"', 'effective_from = "July"'), "level 2: effective_from is 'July'"),
        (('firm = "northgate"', 'firma = "northgate"'), "level 1: firm is missing"),
        (("[hours.office]", "[hour.office]"), "the file: nothing is called 'hour'"),
        (("[hours.office]", "[hours.office"), "at line 2"),
    ],
)
def test_a_mistake_in_the_file_names_its_place(change: tuple[str, str], says: str) -> None:
    with pytest.raises(BadLevels) as bad:
        levels_in(FILE.replace(*change))
    assert says in str(bad.value)
