"""`plaint report` as it is typed, on a store of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.handles.test_case import Run, check_letter, filled, refused, run, said

__all__ = ["filled", "run"]


@pytest.fixture
def complaint(filled: Run) -> str:
    """A confirmed complaint without product."""
    case: str = said(filled("case", "open", "board:1", "--firm", "northgate", "--as", "tom"))["case"]
    said(filled("case", "confirm", case, "--reason", "charged twice", "--as", "tom"))
    return case


def report(to: Path, *more: str, period: str = "2026H2", form: str = "uk-disp-1r", by: str = "anna") -> list[str]:
    return ["report", form, "--firm", "northgate", "--period", period, "--out", str(to), "--as", by, *more]


def test_a_return_from_the_log_to_its_files(filled: Run, complaint: str, tmp_path: Path) -> None:
    said(filled("case", "classify", complaint, "--product", "Current accounts", "--cause", "FCA1R-C03", "--as", "tom"))
    check_letter(filled, complaint)
    said(filled("case", "close", complaint, "--how", "final_response", "--outcome", "upheld", "--redress", "120.50", "--as", "tom"))
    made = said(filled(*report(tmp_path / "a")))
    assert (made["validator"], made["cases"]) == ("passed", 1)
    stem = "uk-disp-1r-northgate-2026H2"
    manifest = json.loads((tmp_path / "a" / f"{stem}.manifest.json").read_text())
    assert set(manifest["files"]) == {f"{stem}.{end}" for end in ("xlsx", "csv", "json", "drill-down.csv")}
    assert (manifest["by"], manifest["complete"]) == ("anna", False)
    assert f"1,total,redress,{complaint}" in (tmp_path / "a" / f"{stem}.drill-down.csv").read_text()
    said(filled(*report(tmp_path / "b")))
    for name in manifest["files"]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_what_the_validator_refuses_gets_no_working_file(filled: Run, complaint: str, tmp_path: Path) -> None:
    reason = refused(filled(*report(tmp_path / "r")))
    assert "refused: 1 complaint without a product (and 3 more)" in reason
    assert sorted(file.name for file in (tmp_path / "r").iterdir()) == [
        "uk-disp-1r-northgate-2026H2.manifest.json", "uk-disp-1r-northgate-2026H2.refused.json"
    ]  # fmt: skip
    found = json.loads((tmp_path / "r" / "uk-disp-1r-northgate-2026H2.refused.json").read_text())["findings"]
    assert {finding["rule"]: finding["cases"] for finding in found}["product"] == [complaint]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"form": "uk-disp-1"}, "did you mean uk-disp-1r"), ({"period": "2026"}, "like 2026H2"), ({"period": "2027H1"}, "consolidated return"),
        ({"by": "tom"}, "may not make regulators' returns"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_refused_in_one_line(filled: Run, tmp_path: Path, changes: dict[str, str], says: str) -> None:
    assert says in refused(filled(*report(tmp_path / "x", **changes)))


def test_an_unknown_firm_and_a_wrong_file_are_refused(filled: Run, tmp_path: Path) -> None:
    assert "did you mean northgate" in refused(
        filled("report", "uk-disp-1r", "--firm", "northgat", "--period", "2026H2", "--out", "x", "--as", "anna")
    )
    (tmp_path / "given.toml").write_text("nil = 3")
    assert "nil" in refused(filled(*report(tmp_path / "x", "--given", str(tmp_path / "given.toml"))))
    (tmp_path / "given.toml").write_text("nil = true")
    assert said(filled(*report(tmp_path / "x", "--given", str(tmp_path / "given.toml"))))["validator"] == "passed"
