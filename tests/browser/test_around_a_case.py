"""What stands around a case, the month and the list of keys in a real browser: nobody is shut out, and P and ? open what they say."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import ARTEFACTS
from tests.browser.test_casework import some_case
from tests.browser.test_dashboard import settle, tab, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_stands_around_a_case_and_the_month_shut_nobody_out(site: tuple[str, Any], chromium: Any, signed_in: Any, scheme: str) -> None:
    case, wrong = some_case(site[1]), list[str]()
    places = {"evidence": f"case?case={case}&tab=evidence", "similar": f"case?case={case}&tab=similar", "month": "deadlines?view=month"}
    for name, place in places.items():
        for width in (1440, 390):
            with tab(chromium, signed_in, width=width, scheme=scheme) as page:
                page.goto(f"{site[0]}/{place}")
                settle(page)
                wrong += [f"{name} {width}: {said}" for said in violations(Axe(), page)]
                page.screenshot(path=str(ARTEFACTS / f"{name}-{scheme}-{width}.png"))
    assert wrong == []


def test_the_keys_of_a_case_open_what_they_say(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in, width=1440) as page:
        page.goto(f"{site[0]}/case?case={some_case(site[1])}")
        settle(page)
        for key, title in (("p", "What else this writer said"), ("?", "Keys")):
            page.keyboard.press(key)
            drawer = page.get_by_role("dialog", name=title)
            drawer.wait_for(timeout=15_000)
            assert not violations(Axe(), page)
            page.screenshot(path=str(ARTEFACTS / f"case-{'keys' if key == '?' else key}.png"))
            page.keyboard.press("Escape")
            drawer.wait_for(state="detached", timeout=15_000)
