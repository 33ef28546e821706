"""The dashboard in a real browser: nobody is shut out, the address is the view, the keys work, nothing calls home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from plaint.ports import CaseFilter
from tests.browser.conftest import ARTEFACTS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"], "resultTypes": ["violations"]}
PROBES = ("_stcore/health", "_stcore/host-config")
"""What Streamlit's own client asks for below a page's path first; it then finds the right place. Not ours to mend."""


@contextmanager
def tab(chromium: Any, state: Any, *, width: int = 1440, scheme: str = "light") -> Iterator[Any]:
    """A browser window, with what it asked for beyond the host and what it complained about, checked at the end."""
    context = chromium.new_context(storage_state=state, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    strays: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: None if urlsplit(request.url).hostname in {"127.0.0.1", None, ""} else strays.append(request.url))
    page.on("console", lambda line: complaints.append(f"{line.text} {line.location}") if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert strays == [], "asked somebody beyond the host"
    assert [said for said in complaints if not any(probe in said for probe in PROBES)] == []


def settle(page: Any) -> None:
    """Wait until the page is drawn."""
    page.wait_for_selector(".st-key-page .pl h1", state="attached")
    page.wait_for_function("!document.querySelector('[data-testid=stApp]')?.dataset.testScriptState?.includes('running')")
    page.wait_for_timeout(350)


def titles(page: Any) -> list[str]:
    return page.locator(".hits h3 a").all_inner_texts()  # type: ignore[no-any-return]


def places(stores: Any) -> dict[str, str]:
    case = stores.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0][0].case
    return {
        "overview": "/",
        "search": "/search",
        "search_bad": "/search?q=refund+%22late",
        "search_none": "/search?q=wages&lang=ja",
        "post": "/post?post=schema_org:t1",
        "post_gone": "/post?post=schema_org:hostile&tab=evidence",
        "mapping": "/mapping",
        "work": "/work?queue=triage",
        "case": f"/case?case={case}",
        "case_notes": f"/case?case={case}&tab=notes",
        "case_replies": f"/case?case={case}&tab=replies",
        "case_letters": f"/case?case={case}&tab=letters",
        "deadlines": "/deadlines",
        "sources": "/sources",
        "sources_runs": "/sources?tab=runs&run=r4",
        "sources_register": "/sources?tab=register",
    }


WIDTHS = (1440, 390)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(site: tuple[str, Any], chromium: Any, signed_in: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    ARTEFACTS.mkdir(exist_ok=True)
    axe, wrong = Axe(), []
    with tab(chromium, signed_in, scheme=scheme) as page:
        for name, path in places(site[1]).items():
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            page.goto(site[0] + path)
            settle(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(250)
                page.screenshot(path=str(ARTEFACTS / f"{name}-{scheme}-{width}.png"))
                wrong += [f"{name} {width}: {said}" for said in violations(axe, page)]
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
    assert wrong == []


def violations(axe: Any, page: Any) -> list[str]:
    """What axe found, each with the first place and what is wrong with it."""
    found = axe.run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0]['failureSummary'][:300]}" for one in found]


def test_dialogs_and_the_sign_in_box_shut_nobody_out(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with tab(chromium, None) as page:
        page.goto(site[0] + "/search?q=wages")
        settle(page)
        page.screenshot(path=str(ARTEFACTS / "sign_in.png"))
        assert violations(Axe(), page) == []
    with tab(chromium, signed_in) as page:
        page.goto(site[0] + "/work?queue=triage")
        settle(page)
        page.keyboard.press("x")
        page.wait_for_selector("[role=dialog]")
        page.wait_for_timeout(400)
        page.screenshot(path=str(ARTEFACTS / "dialog.png"))
        assert violations(Axe(), page) == []
        page.keyboard.press("Escape")
        page.wait_for_selector("[role=dialog]", state="detached")


def test_nothing_scrolls_sideways_at_320(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    wide = []
    with tab(chromium, signed_in, width=320) as page:
        for name in ("overview", "search", "post", "work", "case", "sources", "sources_register"):
            page.goto(site[0] + places(site[1])[name])
            settle(page)
            wide += [name] if page.evaluate("document.documentElement.scrollWidth") > 320 else []
    assert wide == []


def test_a_deep_link_shows_the_same_hits_in_another_window(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    link = f"{site[0]}/search?q=refund&source=trustpilot&per=12m&sort=oldest&firm=Northgate+Bank"
    seen = []
    for _ in range(2):
        with tab(chromium, signed_in) as page:
            page.goto(link)
            settle(page)
            assert page.get_by_role("searchbox").input_value() == "refund"
            seen.append(titles(page))
    assert seen[0] == seen[1] != []


@pytest.mark.parametrize("firm", ["", "&firm=Northgate+Bank"])
def test_filter_then_post_then_back_shows_the_same_hits(site: tuple[str, Any], chromium: Any, signed_in: Any, firm: str) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/search?per=12m{firm}")
        settle(page)
        page.locator(".st-key-facet_source button", has_text="Trustpilot").click()
        page.wait_for_url(re.compile("source=trustpilot"))
        settle(page)
        before, address = titles(page), page.url
        page.locator(".hits h3 a").nth(2).click()
        page.wait_for_url(re.compile("/post"))
        page.wait_for_selector(".st-key-p_tab")
        page.go_back()
        page.wait_for_selector(".hits h3 a")
        settle(page)
        assert page.url == address
        assert titles(page) == before
        assert page.locator(".st-key-facet_source button[aria-pressed=true]").count() == 1


def test_keys_move_through_the_list_and_letters_are_silent_while_typing(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/search?q=wages")
        settle(page)
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.tagName") == "INPUT"
        page.keyboard.type("jk?")
        assert page.get_by_role("searchbox").input_value() == "jk?", "the box was selected, so the letters replace what stood there"
        page.evaluate("document.activeElement.blur()")
        settle(page)
        page.goto(f"{site[0]}/search?q=wages")
        settle(page)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        second = page.locator(".hits h3 a").nth(0)
        assert page.evaluate("document.activeElement.textContent") == second.inner_text()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/post"))
        settle(page)


def test_a_click_inside_does_not_load_the_page_anew(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(site[0])
        settle(page)
        page.evaluate("window.stayed = true")
        page.locator("a.figure").first.click()
        page.wait_for_url(re.compile("/search"))
        settle(page)
        assert page.evaluate("window.stayed") is True
        page.locator(".stand a, .hits h3 a").first.click()
        page.wait_for_url(re.compile("/(post|case)"))
        assert page.evaluate("window.stayed") is True


def test_older_and_newer_walk_and_come_back(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/search?firm=Orbit+Pay")
        settle(page)
        first = titles(page)
        page.get_by_role("link", name="Older").click()
        page.wait_for_url(re.compile("after="))
        settle(page)
        assert "26 to 50" in page.locator(".pager").inner_text()
        assert "Orbit" in page.url, "the firm stays"
        page.get_by_role("link", name="Newer").click()
        page.wait_for_function("!location.search.includes('after=')")
        settle(page)
        assert titles(page) == first


def test_triage_by_keys(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(f"{site[0]}/work?queue=triage")
        settle(page)
        first = page.locator(".card h2 a").get_attribute("href")
        page.keyboard.press("y")
        page.wait_for_selector("[role=dialog]")
        page.wait_for_timeout(300)
        page.keyboard.press("1")
        page.wait_for_selector("[role=dialog]", state="detached")
        page.wait_for_function("href => document.querySelector('.card h2 a')?.getAttribute('href') !== href", arg=first)
        assert "Confirmed as a complaint" in page.locator(".st-key-page").inner_text()


def test_typed_text_and_focus_survive_the_ticking_of_a_fragment(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(site[0] + places(site[1])["case_notes"])
        settle(page)
        page.locator("textarea").click()
        page.keyboard.type("Customer called")
        page.wait_for_timeout(5600)
        page.keyboard.type(" at noon")
        assert page.locator("textarea").input_value() == "Customer called at noon"


def test_the_printed_case_has_its_whole_history(site: tuple[str, Any], chromium: Any, signed_in: Any) -> None:
    with tab(chromium, signed_in) as page:
        page.goto(site[0] + places(site[1])["case"] + "&print=1")
        settle(page)
        assert page.locator("details[open]").count() >= 1
        assert page.pdf()[:4] == b"%PDF"
