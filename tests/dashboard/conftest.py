"""A dashboard in the test's own process, on the test's own store."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from indexer.connect import connect
from settings import settings
from tests.dashboard import made

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty store that the dashboard of this test is on."""
    address = f"sqlite:///{tmp_path}/plaint.db"
    point(monkeypatch, address)
    opened = connect(address)
    yield opened
    opened.close()
    settings.cache_clear()


def point(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Set the address of the store, and forget what was read from another."""
    monkeypatch.setenv("PLAINT_STORE", address)
    settings.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up archive, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("made")
    opened = connect(f"sqlite:///{folder}/plaint.db")
    made.make(opened)
    opened.close()
    return folder


@pytest.fixture
def full(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store with the made-up archive in it, that the dashboard of this test is on."""
    shutil.copytree(archive, tmp_path / "full")
    address = f"sqlite:///{tmp_path}/full/plaint.db"
    point(monkeypatch, address)
    opened = connect(address)
    yield opened
    opened.close()
    settings.cache_clear()


@pytest.fixture
def open_page() -> Open:
    """Open a page as a person, by its address; raises nothing but what the page itself shows."""

    def opened(page: str = "overview", person: str | None = "anika", **query: str | list[str]) -> AppTest:
        at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        if person:
            at.session_state["person"] = person
        at.run()
        for name, value in query.items():
            at.query_params[name] = value
        if page != "overview" or query:
            at.switch_page(f"dashboard/pages/{page}.py").run()
        assert not at.exception, [one.message for one in at.exception]
        return at

    return opened


def words(at: AppTest) -> str:
    """All markup of a page."""
    return "\n".join(str(block.proto.body) for block in at.get("html") if "--ink:" not in str(block.proto.body))
