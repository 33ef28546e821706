"""The demo served from a node, looked at in a real browser: every page opens for those who may see it, and says nothing is wrong."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import LEAVES
from demo.cast import PASSWORD
from demo.stage import person_of
from indexer.connect import connect
from plaint.desk.rights import may
from plaint.ports import CaseFilter, Stores
from tests.browser.conftest import chromium, free_port
from tests.browser.test_dashboard import settle, tab
from tests.elastic.server import Emptied

__all__ = ["chromium"]
ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.elastic, pytest.mark.browser, pytest.mark.xdist_group("elastic")]
VISITOR = "mara"
"""Somebody who may see every page."""


@contextmanager
def demo(address: str, folder: Path) -> Iterator[tuple[str, str]]:
    """`plaint demo` with its store on a cluster: where the dashboard is, and all that it said until then."""
    told = (folder / "told").open("w+")
    port = free_port()
    words = ["demo", "--no-open", "--folder", str(folder / "demo"), "--port", str(port), "--web-port", str(free_port())]
    running = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), *words], cwd=folder, stdout=subprocess.PIPE, stderr=told, text=True,
                               env={**os.environ, "PLAINT_STORE": address})  # fmt: skip
    assert running.stdout is not None
    late = threading.Timer(300, running.kill)
    late.start()
    try:
        said = ""
        while "Ctrl-C ends everything" not in said:
            line = running.stdout.readline()
            assert line, f"it ended: {(folder / 'told').read_text()}"
            said += line
        late.cancel()
        yield f"http://127.0.0.1:{port}", said
    finally:
        late.cancel()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
        told.close()


def places(stores: Stores) -> dict[str, str]:
    """The address of each page that the visitor may see."""
    person = person_of(stores, VISITOR)
    case = stores.cases.cases(CaseFilter(firm="northgate"))[0][0]
    more = {"post": f"?post={case.posts[0]}", "case": f"?case={case.case}"}
    return {
        leaf.key: "/" if leaf.key == "overview" else f"/{leaf.key}{more.get(leaf.key, '')}" for leaf in LEAVES if may(person, leaf.right)
    }  # fmt: skip


def sign_in(browser: Any, site: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Account", exact=True).fill(VISITOR)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".st-key-page .pl h1", state="attached", timeout=60_000)
    page.wait_for_timeout(300)
    state = context.storage_state()
    context.close()
    return state


def test_every_page_of_the_served_demo_opens_on_a_cluster(emptied: Emptied, chromium: Any, tmp_path: Path) -> None:
    address = emptied.address()
    with demo(address.replace("://", "://nobody:secret@"), tmp_path) as (site, said):
        assert "secret" not in said
        found = re.search(r"([1-9]\d*) new, \d+ known, [1-9]\d* changed", said)
        assert found, said
        stores = connect(address, evidence=tmp_path / f"{address.rpartition('/')[2]}.evidence")
        asked = places(stores)
        assert set(asked) == {leaf.key for leaf in LEAVES}
        with tab(chromium, sign_in(chromium, site)) as page:
            page.set_default_timeout(60_000)
            for key, place in asked.items():
                page.goto(f"{site}{place}")
                settle(page)
                assert page.locator("[data-testid=stException], .pl [role=alert]").all_inner_texts() == [], key
        stores.close()
    assert (tmp_path / "told").read_text() == "Ended.\n"
    emptied.take_back()
