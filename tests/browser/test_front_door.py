"""The front door in a real browser: every language, narrow and wide, light and dark, with the keyboard alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doors.server import Door, server_of
from doors.words import languages
from indexer.connect import connect
from plaint.model import Approval, Firm, Ownership
from plaint.query.tree import Search
from tests.browser.conftest import ARTEFACTS
from tests.browser.test_dashboard import WIDTHS, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    stores = connect(f"sqlite:///{tmp_path}/plaint.db")
    stores.registers.save_firms([Firm(key="fennel", name="Fennel & Sons Bank")])
    stores.registers.save_approval(Approval(source="front_door", firm="fennel", ownership=Ownership.DIRECT, approved=True, review_on="2099-01-01"))
    with server_of(Door(stores), "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/fennel", stores
        server.shutdown()
        thread.join()
    stores.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_shuts_nobody_out_in_any_language(door: tuple[str, Any], chromium: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    ARTEFACTS.mkdir(exist_ok=True)
    axe, wrong = Axe(), []
    looks = [(code, WIDTHS[-1]) for code in languages()] if scheme == "light" else []
    looks += [(code, width) for code in ("en", "de") for width in WIDTHS if (code, width) not in looks]
    context = chromium.new_context(color_scheme=scheme)
    page, strays = context.new_page(), []
    page.on("request", lambda request: None if request.url.startswith("http://127.0.0.1:") else strays.append(request.url))
    try:
        for code, width in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{door[0]}?lang={code}&place=Leeds")
            for state in ("empty", "faulty"):
                if state == "faulty":
                    page.evaluate("document.forms[0].noValidate = true; document.forms[0].requestSubmit()")
                    page.wait_for_selector("[role=alert]")
                page.screenshot(path=str(ARTEFACTS / f"door-{code}-{state}-{scheme}-{width}.png"), full_page=True)
                wrong += [f"{code} {width} {state}: {said}" for said in violations(axe, page)]
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{code} {state} scrolls sideways at {width}"
    finally:
        context.close()
    assert (wrong, strays) == ([], [])


def test_a_complaint_is_sent_with_the_keyboard_alone_in_the_browsers_language(door: tuple[str, Any], chromium: Any) -> None:
    context = chromium.new_context(locale="tr-TR", java_script_enabled=False)
    page = context.new_page()
    page.goto(door[0])
    assert page.get_attribute("html", "lang") == "tr"

    def reach(id: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.locator(f"#{id}:focus").count():
                return
        raise AssertionError(f"{id} cannot be reached with Tab")

    reach("text")
    page.keyboard.type("Kartım iki kez engellendi.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    reach("name")
    page.keyboard.type("Ada")
    reach("read")
    page.keyboard.press("Space")
    page.wait_for_timeout(3200)  # nobody writes a complaint in less, and what does is turned away
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Teşekkür ederiz')")
    context.close()
    (post,) = door[1].posts.scan(Search())
    assert (post.text, post.author.name, post.rating.value) == ("Kartım iki kez engellendi.", "Ada", 1)
