"""`plaint levels` as it is typed."""

from __future__ import annotations

from pathlib import Path

from tests.handles.test_case import Run, filled, refused, run, said

__all__ = ["filled", "run"]

FILE = """
[hours.office]
zone = "Europe/London"
calendar = "GB-ENG"
mon-fri = ["09:00-12:00", "13:00-17:30"]

[[levels]]
firm = "northgate"
id = "first-answer"
label = "first answer"
minutes = 30
hours = "office"
"""


def test_levels_are_imported_shown_tried_and_outlive_an_import_of_firms(filled: Run, tmp_path: Path) -> None:
    (tmp_path / "levels.toml").write_text(FILE)
    assert said(filled("levels", "import", "levels.toml", "--as", "anna"))["set"] == [{"firm": "northgate", "levels": 1, "cases": 0}]
    (tmp_path / "firms.toml").write_text('[northgate]\nname = "Northgate Bank"\nzone = "Europe/London"\n')
    assert said(filled("firms", "import", "firms.toml", "--as", "anna"))["firms"] == 1
    assert said(filled("levels", "show", "--as", "tom"))["firms"]["northgate"][0]["minutes"] == 30
    (clock,) = said(filled("levels", "try", "--firm", "northgate", "--at", "2026-11-24T11:45:00Z", "--as", "tom"))["clocks"]
    assert clock["value"] == "2026-11-24T13:15:00+00:00"
    assert [one["minutes"] for one in clock["intervals"]] == [15, 15]


def test_mistakes_are_told_in_one_line(filled: Run, tmp_path: Path) -> None:
    assert "cannot be read" in refused(filled("levels", "import", "nowhere.toml", "--as", "anna"))
    (tmp_path / "levels.toml").write_text(FILE.replace("northgate", "northgat"))
    assert "did you mean northgate?" in refused(filled("levels", "import", "levels.toml", "--as", "anna"))
    (tmp_path / "levels.toml").write_text(FILE.replace("09:00-12:00", "9-12"))
    assert "hours.office.mon-fri" in refused(filled("levels", "import", "levels.toml", "--as", "anna"))
    (tmp_path / "levels.toml").write_text("")
    assert "no levels" in refused(filled("levels", "import", "levels.toml", "--as", "anna"))
    assert filled("levels", "try", "--firm", "northgate", "--at", "noon", "--as", "tom").exit_code == 2
    assert filled("levels", "try", "--firm", "northgate", "--at", "2026-11-24T11:45:00", "--as", "tom").exit_code == 2
    assert "may not act for orbit" in refused(filled("levels", "show", "--firm", "orbit", "--as", "tom"))
