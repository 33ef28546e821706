"""A row of a firms file is a firm, or an error that says what to write."""

from typing import Any

import pytest

from plaint.posts.register import firm_of

pytestmark = pytest.mark.pure


def test_a_csv_row_has_lists_split_by_bars() -> None:
    firm = firm_of({
        "key": "orbit", "name": " Orbit Pay ", "country": "gb", "aliases": "Orbit | AT&T|x", "handles": "stars=orbit.example | orbitpay | @orbit",
        "sites": "https://a.example|https://b.example", "zone": "Europe/London", "calendar": "GB-ENG", "regimes": "UK-DISP | UK-PSR",
    })  # fmt: skip
    assert firm.name == "Orbit Pay"
    assert firm.aliases == ("Orbit", "AT&T|x", "@orbitpay", "@orbit")
    assert firm.handles == {"stars": "orbit.example"}
    assert firm.sites == ("https://a.example", "https://b.example")
    assert (firm.zone, firm.calendar, firm.regimes) == ("Europe/London", "GB-ENG", ("UK-DISP", "UK-PSR"))


def test_a_toml_table_has_lists_and_tables() -> None:
    firm = firm_of({"key": "orbit", "name": "Orbit", "aliases": ["O P"], "handles": {"stars": "orbit.example"}})
    assert (firm.aliases, firm.handles, firm.zone) == (("O P",), {"stars": "orbit.example"}, "UTC")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"key": "a b", "name": "X"}, "key 'a b'"),
        ({"key": "", "name": "X"}, "key ''"),
        ({"key": "x", "name": " "}, "x: no name"),
        ({"key": "x", "name": "X", "zone": "Europe/Londn"}, "Europe/Londn"),
        ({"key": "x", "name": "X", "colour": "red"}, "colour"),
        ({"key": "x", "name": "X", "aliases": [1]}, "list of texts"),
        ({"key": 7, "name": "X"}, "key 7"),
        ({"key": "x", "name": "X", "handles": {"stars": 1}}, "handles"),
    ],
)
def test_what_is_not_understood_is_named(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("'", ".")):
        firm_of(row)


def test_a_firm_says_when_it_is_closed_and_when_a_clock_is_at_risk() -> None:
    firm = firm_of({"key": "orbit", "name": "Orbit", "closures": "2026-12-24|2026-12-31", "closes": "16:30", "at_risk": "0.5"})
    assert (firm.closures, firm.closes, firm.at_risk) == (("2026-12-24", "2026-12-31"), "16:30", 0.5)
    plain = firm_of({"key": "orbit", "name": "Orbit"})
    assert (plain.closures, plain.closes, plain.at_risk) == ((), "17:00", 0.75)
    for column, said in (("closures", "24.12."), ("closes", "late"), ("at_risk", "2"), ("at_risk", "much")):
        with pytest.raises(ValueError, match=column):
            firm_of({"key": "orbit", "name": "Orbit", column: said})
