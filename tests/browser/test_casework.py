"""Casework in a real browser: choosing cards, acting on all that match, the live count of an answer, the keys of the daily work."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from plaint.cases.work import Label, Prioritise, Route
from plaint.desk import casework, presence
from plaint.desk.presence import Doing
from plaint.ports import CaseFilter
from plaint.replies.limits import Limit, counted
from tests.browser.conftest import ARTEFACTS
from tests.browser.test_dashboard import settle, tab, violations
from tests.dashboard import made

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TEXTS = (
    "plain words", "naïve café", "手数料が二重に引かれた", "👩‍👩‍👧‍👦 family", "🇬🇧🇫🇷 flags", "see https://example.com/a/very/long/path?x=1 now",
    "1️⃣ first", "العربية", "✓ tick ☎ phone ☎️ phone", "e\u0301 decomposed", "two\n\nparagraphs ", "“quotes” – dash…",
)  # fmt: skip

LIMITS = (
    Limit(most=300, counts="graphemes", certainty="verified"), Limit(most=4096, counts="bytes", certainty="verified"),
    Limit(most=280, counts="weighted", certainty="verified", link=23), Limit(most=500, counts="graphemes", certainty="verified", link=23),
)  # fmt: skip


def some_case(stores: Any, state: str = "CONFIRMED_COMPLAINT") -> str:
    return str(stores.cases.cases(CaseFilter(states=(state,)))[0][0].case)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_case_shut_nobody_out(site: tuple[str, Any], chromium: Any, signed_in: Any, scheme: str) -> None:
    tom, wrong = made.person(site[1], "tom"), []
    case = some_case(site[1])
    for name, act in (("r", Route(team="cards")), ("p", Prioritise(priority="urgent")), ("l", Label(add=("refund",)))):
        if not site[1].cases.command_done(f"{name}-board"):
            casework.perform(site[1], tom, case, act, now=made.NOW, command=f"{name}-board")
    with tab(chromium, signed_in, scheme=scheme) as page:
        for name, path in (("board", f"/board?pick={case}"), ("board_team", "/board?by=team"), ("board_column", "/board?column=CANDIDATE")):
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(site[0] + path)
            settle(page)
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(250)
                page.screenshot(path=str(ARTEFACTS / f"{name}-{scheme}-{width}.png"))
                wrong += [f"{name} {width}: {said}" for said in violations(Axe(), page)]
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
    assert wrong == []


def test_cards_are_chosen_and_all_that_match_are_acted_on_and_taken_back(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/board?state=CANDIDATE")
        settle(page)
        page.evaluate("window.stayed = true")
        page.locator(".pick").first.click()
        page.wait_for_selector(".bcard.picked")
        assert "pick=" in page.url
        page.get_by_role("link", name="Let go").click()
        page.wait_for_selector(".bcard.picked", state="detached")
        settle(page)
        page.get_by_role("button", name=re.compile("Act on all")).click()
        page.wait_for_selector("[role=dialog]")
        page.wait_for_timeout(300)
        page.screenshot(path=str(ARTEFACTS / "board_all.png"))
        assert violations(Axe(), page) == []
        page.get_by_role("dialog").get_by_label("What happens").click()
        page.get_by_role("option", name="Put a label on").click()
        page.get_by_role("dialog").get_by_label("Label", exact=True).fill("storm")
        page.keyboard.press("Tab")
        page.wait_for_timeout(300)
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Act on")).click()
        page.wait_for_selector("[role=dialog]", state="detached")
        page.get_by_text("labels changed").wait_for()
        assert site[1].cases.cases(CaseFilter(marks=("label:storm",)))[1] > 0
        page.keyboard.press("u")
        page.get_by_text("taken back").wait_for()
        assert site[1].cases.cases(CaseFilter(marks=("label:storm",)))[1] == 0
        assert page.evaluate("window.stayed") is True


def test_the_checks_follow_while_one_types_and_nothing_typed_is_lost(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    case = some_case(site[1])
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/case?case={case}&tab=replies")
        settle(page)
        page.locator("textarea").click()
        page.keyboard.type("It was our fault, card 4111 1111 1111 1111")
        page.locator(".checks mark", has_text="4111 1111 1111 1111").wait_for()
        assert page.evaluate("document.activeElement.tagName") == "TEXTAREA", "the field was not left"
        page.keyboard.type(" and more")
        assert page.locator("textarea").input_value() == "It was our fault, card 4111 1111 1111 1111 and more"
        page.locator("textarea").fill("We are sorry.")
        page.locator(".checks", has_text="Checked: nothing").wait_for()


def test_the_count_moves_while_one_types_and_others_see_who_writes(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    case = some_case(site[1])
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/case?case={case}&tab=replies")
        settle(page)
        page.locator("textarea").click()
        page.keyboard.type("We are sorry 👩‍👩‍👧‍👦")
        assert "14 characters" in page.locator("#reply-count").inner_text()
        page.wait_for_timeout(600)
        others = presence.who_is_here(site[1], made.person(site[1], "tom"), [case], made.datetime.now(made.UTC))
        assert [(one.person, one.doing) for one in others] == [("anika", Doing.WRITING)]
        page.keyboard.type(" about this.")
        assert page.locator("textarea").input_value() == "We are sorry 👩‍👩‍👧‍👦 about this."
        page.keyboard.press("Tab")
        settle(page)
        assert "26 characters" in page.locator("#reply-count").inner_text()
        for limit in LIMITS:
            live = page.evaluate("([texts, c, l]) => texts.map(text => plaintRoom(text, c, l))", [list(TEXTS), limit.counts, limit.link])
            assert live == [counted(text.strip(), limit) for text in TEXTS], limit
