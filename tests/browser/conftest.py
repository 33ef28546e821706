"""A real server and a real browser on the made-up archive; skipped where there is no Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from indexer.connect import connect
from tests.conftest import need
from tests.dashboard import made

ROOT = Path(__file__).parents[2]
CHROMIUM = Path(os.environ.get("PLAINT_CHROMIUM", "/usr/bin/chromium"))
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTEFACTS = ROOT / "artefacts"
_running: list[Any] = []


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The dashboard on loopback with its store: its address and the stores."""
    need("browser", CHROMIUM.exists(), "install chromium, or set PLAINT_CHROMIUM")
    folder = tmp_path_factory.mktemp("served")
    store = f"sqlite:///{folder}/plaint.db"
    stores = connect(store)
    made.make(stores)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            "streamlit_app.py",
            f"--server.port={port}",
            "--server.address=127.0.0.1",
            "--server.headless=true",
        ],
        cwd=ROOT,
        env={**os.environ, "PLAINT_STORE": store},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"{address}/_stcore/health")
        yield address, stores
    finally:
        server.terminate()
        server.wait(10)
        stores.close()


def _wait_for(url: str) -> None:
    for _ in range(120):
        try:
            with urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"the dashboard did not start: {url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a process, also where another folder's tests have this fixture: there can be one driver only."""
    need("browser", CHROMIUM.exists(), "install chromium, or set PLAINT_CHROMIUM")
    from playwright.sync_api import sync_playwright

    if _running:
        yield _running[0]
        return
    with sync_playwright() as driver:
        _running.append(driver.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES))
        yield _running[0]
        _running.pop().close()


@pytest.fixture(scope="session")
def signed_in(site: tuple[str, Any], chromium: Any) -> Any:
    """The cookies of somebody who has signed in through the form."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site[0])
    page.get_by_label("Account", exact=True).fill("anika")
    page.get_by_label("Password", exact=True).fill(made.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Overview')")
    page.wait_for_timeout(300)
    state = context.storage_state()
    context.close()
    return state
