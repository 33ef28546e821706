"""The screen of the map between taxonomies."""

from __future__ import annotations

from typing import Any

from plaint.desk import mapping
from plaint.desk.archive import OPERATOR
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import words as said


def test_codes_stand_beside_what_they_lead_to(full: Any, open_page: Open) -> None:
    shown = said(open_page("mapping"))
    assert "Debt collection" in shown
    assert "FCA1R-P02" in shown
    assert "the Plaint authors" in shown


def test_a_change_is_proposed_on_the_screen(full: Any, open_page: Open) -> None:
    at = open_page("mapping", person="carla")
    at.selectbox(key="m_to").set_value("FCA1R-P02").run()
    at.text_input(key="m_reason").set_value("wrong row").run()
    at.button(key="do_map").click().run()
    (change,) = {line.change for line in mapping.lines(full, OPERATOR) if line.change is not None}
    assert (change.reason, change.approved_by) == ("wrong row", None)
    assert "Somebody else has to approve it" in said(at)
