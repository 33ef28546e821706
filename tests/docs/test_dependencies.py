"""Every dependency has a reason, a licence that is known, and no wish to call home."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "decisions"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ASKED = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]


def name_of(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")


NAMES = sorted({name_of(requirement) for requirement in ASKED})
PINNED = sorted({name_of(line) for file in ROOT.glob("requirements*.txt") for line in file.read_text().splitlines() if re.match(r"[\w.-]+==", line)})


def rows() -> dict[str, list[str]]:
    """The rows of the dependency pages, by package."""
    found = {}
    for page in sorted(PAGES.glob("dependencies-*.md")):
        for line in page.read_text().splitlines():
            cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
            if line.startswith("| ") and cells[0] not in {"package", "---"}:
                found[cells[0].lower()] = cells
    return found


@pytest.mark.pure
@pytest.mark.parametrize("name", NAMES)
def test_a_dependency_has_a_reason_a_licence_a_keeper_and_an_answer_on_calling_home(name: str) -> None:
    assert name in rows(), f"{name} has no row on a page docs/decisions/dependencies-….md"
    _, saves, licence, keeper, calls_home = rows()[name]
    assert saves
    assert licence
    assert keeper
    assert calls_home.startswith(("no", "only to"))


@pytest.mark.pure
def test_no_page_praises_a_package_that_is_not_used() -> None:
    assert set(rows()) == set(NAMES)


@pytest.mark.pure
@pytest.mark.parametrize("name", NAMES)
def test_everything_asked_for_is_pinned(name: str) -> None:
    assert name in PINNED


@pytest.mark.pure
@pytest.mark.parametrize("name", sorted({*PINNED, *NAMES}))
def test_a_package_with_a_notice_is_in_ours(name: str) -> None:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed here")
    if any(re.fullmatch(r"notice(\.\w+)?", file.name, re.IGNORECASE) and "dist-info" in str(file) for file in files):
        assert re.search(rf"^  {re.escape(name)}\s", (ROOT / "NOTICE").read_text(), re.MULTILINE), f"NOTICE does not name {name}"


MODULES = {"python-stdnum": "stdnum",
    "argon2-cffi": "argon2", "beautifulsoup4": "bs4", "lingua-language-detector": "lingua", "pystemmer": "Stemmer", "dateparser": "dateparser",
}  # fmt: skip

CLOSED = """
import socket, sys
def closed(*_): raise SystemExit("tried to connect while being imported: " + sys.argv[1])
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = closed
for name in sys.argv[1].split(","): __import__(name)
"""


def test_importing_the_dependencies_opens_no_connection() -> None:
    core = [name_of(requirement) for requirement in PROJECT["dependencies"]]
    modules = ",".join(MODULES.get(name, name.replace("-", "_")) for name in core)
    result = subprocess.run([sys.executable, "-c", CLOSED, modules], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
