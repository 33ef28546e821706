"""The boundaries between the rooms are real: a planted violation of each is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ["settings", "handles", "dashboard", "demo", "bench", "doors", "crawlers", "responders", "indexer", "plaint"]

PLANTED = [
    ("plaint/posts/planted.py", "import sqlite3", "The rules know no network, no disk, no screen"),
    ("plaint/query/planted.py", "import scrapy", "The rules know no network, no disk, no screen"),
    ("plaint/posts/planted.py", "import settings", "Top may import down, never up"),
    ("plaint/desk/planted.py", "import indexer", "Top may import down, never up"),
    ("indexer/planted.py", "import crawlers.page", "Top may import down, never up"),
    ("crawlers/planted.py", "import dashboard", "Top may import down, never up"),
    ("dashboard/planted.py", "import demo", "Top may import down, never up"),
    ("dashboard/planted.py", "import sqlite3", "The dashboard reaches disk only through indexer.connect"),
    ("dashboard/widgets/planted.py", "import elasticsearch", "The dashboard reaches disk only through indexer.connect"),
    ("doors/planted.py", "import dashboard", "Top may import down, never up"),
    ("doors/planted.py", "import sqlite3", "The dashboard reaches disk only through indexer.connect"),
    ("responders/planted.py", "import crawlers.page", "Top may import down, never up"),
    ("handles/planted.py", "import manage", "Nothing imports the two files that start things"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms and their contracts, to be spoilt."""
    target = tmp_path_factory.mktemp("checkout")
    for room in ROOMS:
        shutil.copytree(ROOT / room, target / room, ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.html"))
    for name in ("pyproject.toml", "manage.py", "streamlit_app.py"):
        shutil.copy(ROOT / name, target)
    return target


def lint(checkout: Path) -> subprocess.CompletedProcess[str]:
    code = "import os, sys; sys.path.insert(0, os.getcwd()); from importlinter.cli import lint_imports_command as main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=checkout, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONSAFEPATH": "", "COLUMNS": "200"},
    )  # fmt: skip


def test_the_checkout_keeps_its_contracts(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(("where", "line", "contract"), PLANTED)
def test_a_planted_violation_is_caught(copy: Path, where: str, line: str, contract: str) -> None:
    planted = copy / where
    planted.write_text(f'"""Planted."""\n\n{line}\n')
    try:
        result = lint(copy)
    finally:
        planted.unlink()
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
    assert where.removesuffix(".py").replace("/", ".") in result.stdout
