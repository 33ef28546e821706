"""The manual is held to its word: every command, setting, event and source is in it, and what it shows exists."""

from __future__ import annotations

import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crawlers.page import Page
from crawlers.reading import read
from crawlers.registry import Source
from plaint.cases.events import CaseEvent
from plaint.desk.rights import ROLES
from plaint.query.fields import ALIASES, FIELDS
from plaint.reports.export import COLUMNS
from settings import Settings

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])


def script() -> Any:
    spec = importlib.util.spec_from_file_location("manual", ROOT / "scripts" / "manual.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def commands() -> dict[str, Any]:
    return dict(script().commands())


@pytest.mark.parametrize("name", ["command-line.md", "sources.md"])
def test_made_pages_are_what_the_program_says(name: str) -> None:
    assert (DOCS / name).read_text() == script().PAGES[name](), "run `python scripts/manual.py`"


def test_every_command_shows_an_example() -> None:
    acting = {name: command for name, command in commands().items() if not hasattr(command, "commands")}
    without = [name for name, command in acting.items() if name not in (command.help or "").partition("Example")[2]]
    assert without == []


def test_every_parameter_says_what_it_is() -> None:
    silent = [(name, p.name) for name, command in commands().items() for p in command.params if not getattr(p, "help", None) and p.name != "help"]
    assert silent == []


def test_no_help_has_square_brackets() -> None:
    """They would be taken for markup on a terminal, and vanish."""
    asked = {name: " ".join([command.help or "", *(getattr(p, "help", None) or "" for p in command.params)]) for name, command in commands().items()}
    assert [name for name, text in asked.items() if re.search(r"\[[a-z/]", text)] == []


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_manual(name: str) -> None:
    assert f"| `{name}` | `PLAINT_{name.upper()}` |" in (DOCS / "settings.md").read_text()


def test_no_setting_is_made_up() -> None:
    of_tests = {"PLAINT_SHARED", *(f"PLAINT_TEST_{name}" for name in ("NEED", "ELASTICSEARCH", "QUERIES", "FAULTS", "CASES", "PEERS"))}
    known = {f"PLAINT_{name.upper()}" for name in Settings.model_fields} | of_tests
    for page in PAGES:
        assert set(re.findall(r"PLAINT_[A-Z_]+", page.read_text())) <= known, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_the_manual_shows_exists(page: Path) -> None:
    names = {" ".join(name.split()[:size]) for name in commands() for size in (2, 3)}
    for line in re.findall(r"(?:^|`|\$ |^    )(plaint(?: [a-z][a-z-]*)+)", page.read_text(), re.MULTILINE):
        words = line.split()
        assert any(" ".join(words[:size]) in names for size in range(2, len(words) + 1)), f"{page.name} shows `{line}`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_the_manual_shows_exists(page: Path) -> None:
    for line in re.findall(r"(?:^|\| )(plaint [^|\n]+)$", "\n".join(re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)), re.MULTILINE):
        words = shlex.split(line, comments=True)
        name = next(name for size in (3, 2) if (name := " ".join(words[:size])) in commands())
        known = {opt for parameter in commands()[name].params for opt in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} - {"--"} <= known, f"{page.name} shows `{line}`"


def test_the_source_of_the_manual_reads_a_page() -> None:
    """What the page on adding a source shows is a whole source file."""
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "adding-a-source.md").read_text(), re.DOTALL)
    made = ModuleType("example_reviews")
    exec(compile(code, "example_reviews.py", "exec"), made.__dict__)
    card = (
        '<article class="review" data-id="7"><h3><a href="/r/7">x</a></h3><p class="body">Lost my card</p><i class="stars" title="2"></i></article>'
    )
    page = Page(f'{card}<a rel="next" href="?page=2">more</a>'.encode(), url="https://reviews.example/firm/x", at="2026-11-24T10:00:00Z")
    reading = read(Source(site=made.site, parse=made.parse, start=made.start), page)
    assert [(post.ref, post.url, post.rating) for post in reading.posts] == [("7", "https://reviews.example/r/7", "2")]
    assert [request.url for request in reading.follow] == ["https://reviews.example/firm/x?page=2"]


@pytest.mark.parametrize("page", [p for p in (DOCS / "decisions").glob("*.md") if p.name != "README.md"], ids=lambda page: page.name)
def test_every_decision_is_listed(page: Path) -> None:
    assert f"({page.name})" in (DOCS / "decisions" / "README.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_the_manual_shows_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text())) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", [p for p in DOCS.glob("*.md") if p.name != "README.md"], ids=lambda page: page.name)
def test_every_page_can_be_reached_from_the_first(page: Path) -> None:
    assert f"({page.name})" in (DOCS / "README.md").read_text()


def test_every_kind_of_log_entry_is_in_the_manual() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "log.md").read_text(), re.MULTILINE))
    written = {kind for file in (ROOT / "plaint" / "desk").glob("*.py") for kind in re.findall(r'"([A-Z][a-z]+(?:[A-Z][a-z]+)+)"', file.read_text())}
    assert told == {kind.__name__ for kind in CaseEvent.__args__} | written


def test_every_event_on_standard_error_is_in_the_manual() -> None:
    rooms = ("plaint", "crawlers", "indexer", "dashboard", "handles", "demo", "doors", "responders", "settings")
    said = {
        event
        for room in rooms
        for file in (ROOT / room).rglob("*.py")
        for event in re.findall(r'\blog\.(?:debug|info|warning|error)\(\s*"(\w+)"', file.read_text())
    }
    assert said == set(re.findall(r"^\| `([a-z_]+)` \|", (DOCS / "log-events.md").read_text(), re.MULTILINE))


def test_every_column_of_an_export_is_in_the_manual() -> None:
    assert list(COLUMNS) == re.findall(r"^\| `(\w+)` \|", (DOCS / "exports.md").read_text(), re.MULTILINE)


def test_every_field_of_the_query_language_is_in_the_manual() -> None:
    page = (DOCS / "searching.md").read_text()
    assert [field for field in (*FIELDS, *ALIASES) if f"`{field}:" not in page] == []


def test_every_role_is_in_the_manual() -> None:
    page = (DOCS / "accounts-and-rights.md").read_text()
    for role, rights in ROLES.items():
        (row,) = re.findall(rf"^\| `{role}` \|(.*)\|$", page, re.MULTILINE)
        assert {cell.strip() for cell in row.split(";")} == {right.value for right in rights}


def test_no_file_names_a_registry_or_a_place_of_this_machine() -> None:
    named = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|repo1?\.maven|deb\.debian\.org|/home/\w+/|/Users/\w+/|/work/")
    for file in (*ROOT.glob("*.*"), ROOT / "Makefile", *ROOT.glob(".ci/*"), *PAGES, *(ROOT / "scripts").glob("*.py")):
        if file.is_file() and file.suffix != ".db":
            assert not named.search(file.read_text(errors="ignore")), file
