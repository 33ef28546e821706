"""Taxonomies side by side, and the reviewed table between them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from plaint.understand import taxonomy
from plaint.understand.taxonomy import UnknownCode, led_on, mapping, official_product, taxonomies
from plaint.understand.understanding import Code

pytestmark = pytest.mark.pure


def test_every_taxonomy_says_its_version_and_where_it_is_from():
    assert set(taxonomies()) == {"cfpb", "banking77", "fca"}
    assert all(one.version and one.source and one.title for one in taxonomies().values())
    assert len(taxonomies()["cfpb"].product) == 9
    assert len(taxonomies()["banking77"].issue) == 77


def test_every_row_of_the_table_says_who_reviewed_it_and_when():
    assert all(row.reviewer and re.fullmatch(r"\d{4}-\d\d-\d\d", row.date) for row in mapping())


def test_the_table_deals_with_every_code_it_starts_from():
    assert {row.from_code for row in mapping() if row.from_taxonomy == "cfpb"} == set(taxonomies()["cfpb"].product)
    assert {row.from_code for row in mapping() if row.from_taxonomy == "banking77"} == set(taxonomies()["banking77"].issue)


def test_a_product_is_led_on_to_the_fcas_row_and_says_so():
    found = led_on("product", {"cfpb": Code(code="Mortgage", score=0.93)})
    assert found["fca"] == Code(code="FCA1R-P10", score=0.93, how="mapped")
    assert found["cfpb"] == Code(code="Mortgage", score=0.93)


@pytest.mark.parametrize("code", [None, Code(code="Student loan", score=0.99)])
def test_where_there_is_no_row_nothing_is_made_up(code: Code | None):
    assert led_on("product", {"cfpb": code})["fca"] is None


def test_what_a_person_said_in_a_taxonomy_stays():
    said = Code(code="FCA1R-P07", score=1.0)
    assert led_on("product", {"cfpb": Code(code="Mortgage", score=0.93), "fca": said})["fca"] is said


def test_a_row_that_nobody_reviewed_leads_nowhere():
    row = next(row for row in mapping() if row.leads)
    assert not replace(row, reviewer="").leads
    assert not replace(row, date="").leads


def test_a_code_that_its_taxonomy_does_not_have_is_refused(monkeypatch, tmp_path):
    table = (taxonomy.DATA / "mapping.csv").read_text(encoding="utf-8").replace("FCA1R-P10", "FCA1R-P99")
    (tmp_path / "mapping.csv").write_text(table, encoding="utf-8")
    taxonomies(), mapping()
    monkeypatch.setattr(taxonomy, "DATA", tmp_path)
    mapping.cache_clear()
    with pytest.raises(UnknownCode, match="FCA1R-P99"):
        mapping()
    monkeypatch.undo()
    mapping.cache_clear()


def test_former_names_of_the_cfpb_are_its_present_ones():
    assert official_product("Payday loan") == official_product("Payday loan, title loan, or personal loan")
    with pytest.raises(KeyError):
        official_product("Time machine")
