"""The story of the demo: always the same for a seed, large, in many languages, and with everything in it that is to be found."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.casework import plans
from demo.story import FIRMS, STATES, Saying, Story, outage_of, tell
from demo.words import tongues

pytestmark = pytest.mark.pure

TODAY = date(2026, 11, 24)
STORY = tell(1, TODAY)


def of_part(part: str, story: Story = STORY) -> list[Saying]:
    return [saying for saying in story.at(0) if saying.part == part]


def test_the_same_seed_and_day_tell_the_same_story() -> None:
    assert tell(1, TODAY) == STORY
    assert tell(2, TODAY) != STORY


def test_another_day_moves_every_date_and_nothing_else() -> None:
    later = tell(1, TODAY + timedelta(days=3))
    here = {saying.ref: saying for saying in STORY.at(0)}
    assert here.keys() == {saying.ref for saying in later.at(0)}
    assert all(saying.written - here[saying.ref].written == timedelta(days=3) for saying in later.at(0) if not saying.by_firm)


@given(st.integers(0, 10_000), st.dates(date(2025, 1, 1), date(2035, 1, 1)))
@settings(max_examples=8, deadline=None)
def test_any_seed_gives_a_whole_story(seed: int, today: date) -> None:
    story = tell(seed, today)
    said = story.at(0)
    assert len(said) >= 600
    assert {saying.firm for saying in said} == set(FIRMS)
    assert len({saying.lang for saying in said}) >= 6
    first, last = datetime.combine(today - timedelta(days=366), datetime.min.time(), UTC), datetime.combine(today, datetime.min.time(), UTC)
    assert all(first <= saying.written < last for saying in said)
    assert [saying.written for saying in said] == sorted(saying.written for saying in said)
    assert len({saying.ref for saying in said}) == len(said)
    assert all("{" not in f"{saying.title}{saying.text}" for saying in said), "a slot was not filled"
    assert len(plans(story)) == 12


def test_nobody_writes_what_somebody_else_wrote_already() -> None:
    texts = Counter(saying.text for saying in STORY.at(0) if not saying.by_firm and saying.site != "forum" and saying.part != "copied")
    assert texts.most_common(1)[0][1] == 1


def test_no_language_has_only_a_handful_of_posts() -> None:
    counted = Counter(saying.lang for saying in STORY.at(0))
    assert len(counted) == 10
    assert min(counted.values()) >= 10
    assert counted["en"] < 0.75 * counted.total()


def test_the_outage_surges_for_two_days_and_then_it_is_over() -> None:
    start, end = outage_of(TODAY)
    days: dict[date, int] = defaultdict(int)
    for saying in STORY.at(0):
        if saying.firm == "orbitpay" and not saying.by_firm:
            days[saying.written.date()] += 1
    first, second = days.pop(start.date()), days.pop(end.date())
    assert min(first, second) > 3 * max(days.values())
    assert not [saying for saying in of_part("outage") if saying.written < start]
    assert TODAY - end.date() == timedelta(days=3)


def test_nobody_speaks_of_the_second_day_on_the_first() -> None:
    start, _ = outage_of(TODAY)
    later = {line for tongue in tongues().values() for line in tongue.orbitpay["outage"].later}
    early = [saying for saying in of_part("outage") if saying.written < start + timedelta(hours=20)]
    assert early
    assert not [saying for saying in early if any(line.lower()[:25] in saying.text.lower() for line in later)]


def test_one_complaint_stands_on_three_sites_word_for_word() -> None:
    copied = of_part("copied")
    assert {saying.site for saying in copied} == {"reviews", "board", "forum"}
    assert len({saying.text for saying in copied}) == 1
    assert len({saying.author for saying in copied}) == 3


def test_when_the_web_moves_on_one_review_is_edited_and_one_is_gone() -> None:
    before, after = ({saying.ref: saying for saying in STORY.at(step)} for step in (0, 1))
    (gone,) = before.keys() - after.keys()
    assert before[gone].part == "vanished"
    assert not after.keys() - before.keys()
    (edited,) = [ref for ref in after if after[ref] != before[ref]]
    assert before[edited].part == "edited"
    assert after[edited].text != before[edited].text
    assert after[edited].stars > before[edited].stars  # type: ignore[operator]
    assert after[edited].edited is not None


def test_after_the_last_step_the_web_stays_as_it_is() -> None:
    assert len(STORY.states) == STATES
    assert STORY.at(STATES) is STORY.at(STATES - 1)


def test_an_answer_comes_after_what_it_answers() -> None:
    said = {saying.ref: saying for saying in STORY.at(0)}
    answers = [saying for saying in said.values() if saying.answers]
    assert answers
    for saying in answers:
        asked = said[saying.answers or ""]
        assert saying.written > asked.written
        assert (saying.site, saying.firm) == (asked.site, asked.firm)
        assert saying.thread is None or saying.thread == asked.thread


def test_customers_help_each_other() -> None:
    helping = [saying for saying in of_part("helping") if saying.answers and not saying.by_firm]
    assert len(helping) >= 40
    assert {saying.firm for saying in helping} == set(FIRMS)


def test_firms_answer_with_a_template_or_with_thought() -> None:
    replies = [saying for saying in STORY.at(0) if saying.by_firm]
    for firm in FIRMS:
        counted = Counter(saying.text for saying in replies if saying.firm == firm)
        assert counted.most_common(1)[0][1] >= 8, "the template"
        assert sum(count == 1 for count in counted.values()) >= 3, "answers to one person"


@pytest.mark.parametrize(("part", "least"), [("vulnerable", 6), ("turned", 3), ("timely", 3)])
def test_the_written_out_parts_are_there(part: str, least: int) -> None:
    assert len(of_part(part)) >= least
    assert len({saying.firm for saying in of_part(part)}) >= 2


def test_there_is_praise_too() -> None:
    rated = [saying for saying in STORY.at(0) if saying.stars]
    glad = [saying for saying in rated if saying.stars and saying.stars >= 4]
    assert 0.1 < len(glad) / len(rated) < 0.4


def test_every_language_speaks_of_things_that_english_knows() -> None:
    known = tongues()
    for tongue in known.values():
        for firm in FIRMS:
            assert tongue.topics(firm).keys() <= known["en"].topics(firm).keys()
        assert tongue.answers.keys() <= set(FIRMS)
