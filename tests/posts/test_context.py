"""A name that is also a word means the firm only where the words around it, its capital or the country say so."""

import pytest

from plaint.model import Firm
from plaint.posts.brands import Names
from plaint.posts.context import LIKELY, OPEN, UNLIKELY, sector_of
from plaint.posts.register import firm_of

pytestmark = pytest.mark.pure

NAMES = Names(
    (
        Firm(key="orange", name="Orange", sector="telecom"), Firm(key="chase", name="Chase", sector="bank"),
        Firm(key="sky", name="Sky", sector="telecom"),
        Firm(key="santander", name="Santander", sector="bank"), Firm(key="three", name="Three", sector="telecom"),
        Firm(key="shell", name="Shell", sector="fuel"), Firm(key="delta", name="Delta", sector="travel"),
        Firm(key="apple", name="Apple", sector="technology"), Firm(key="next", name="Next"),
    )
)  # fmt: skip


def score(text: str, key: str) -> float:
    return next((firm.score for firm in NAMES.find(text) if firm.key == key), 0.0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Orange charged me for roaming twice", "orange"), ("orange broadband is down again", "orange"), ("mon forfait Orange est coupé", "orange"),
        ("Chase closed my checking account", "chase"), ("chase bank will not refund me", "chase"), ("Santander locked my card", "santander"),
        ("sky customer service is a joke", "sky"), ("THREE network down", "three"), ("Shell petrol station overcharged me", "shell"),
        ("Delta lost my baggage", "delta"), ("my apple id is locked", "apple"), ("Next lost my parcel and gives no refund", "next"),
    ],
)  # fmt: skip
def test_words_of_its_trade_speak_for_a_firm(text: str, key: str) -> None:
    assert score(text, key) >= LIKELY


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ate an orange and a banana", "orange"), ("Orange juice spilled over", "orange"), ("I had to chase them for weeks", "chase"),
        ("tired of having to chase up my parcel", "chase"), ("our hotel in Santander near the beach was dirty", "santander"),
        ("the sky was blue", "sky"), ("three charged parcels", "three"), ("Three weeks without a reply", "three"), ("the egg had no shell", "shell"),
        ("the Mekong delta", "delta"), ("an apple pie arrived cold", "apple"), ("no refund until the next day", "next"),
    ],
)  # fmt: skip
def test_another_sense_is_no_firm(text: str, key: str) -> None:
    assert score(text, key) <= UNLIKELY


def test_a_capital_alone_says_probably() -> None:
    assert score("Stuck with Chase again", "chase") == OPEN
    assert score("Chase", "chase") == UNLIKELY


def test_several_firms_in_one_post_have_each_their_own_reasons() -> None:
    found = {firm.key: firm for firm in NAMES.find("Sky took my broadband away, so I went to Santander for a loan. Had to chase them.")}
    assert set(found) == {"sky", "santander"}
    assert (found["sky"].why, found["santander"].why) == (("broadband",), ("loan",))


TWINS = Names(
    (
        Firm(key="union-fr", name="Union Trust", country="FR"), Firm(key="union-it", name="Union Trust", country="IT | SM"),
        Firm(key="orbit", name="Orbit", legal=("Orbit Payments Europe SA",), group="Orbit Group"),
    )
)  # fmt: skip


def test_of_firms_with_one_name_the_page_or_the_country_tells() -> None:
    assert {firm.key: (firm.score, firm.why) for firm in TWINS.find("Union Trust again", country="SM")} == {"union-it": (0.9, ("of SM",))}
    assert {firm.key: firm.why for firm in TWINS.find("Union Trust again", own="union-fr", country="IT")} == {"union-fr": ("its page",)}
    assert {firm.score for firm in TWINS.find("Union Trust again", country="DE")} == {0.45}
    assert {firm.key for firm in TWINS.find("Union Trust again", mentions=("somebody",), own="union-fr", country="IT")} == {"union-fr"}


def test_a_legal_entity_is_its_firm() -> None:
    assert [firm.key for firm in TWINS.find("letter from Orbit Payments Europe SA")] == ["orbit"]
    assert TWINS.match("orbit payments europe s.a.")[0] == "orbit"


def test_the_sector_is_as_registered_else_as_the_name_says() -> None:
    assert sector_of(Firm(key="a", name="Alder Bank")) == "bank"
    assert sector_of(Firm(key="a", name="Alder Bank", sector="energy")) == "energy"
    assert sector_of(Firm(key="a", name="Alder")) is None
    with pytest.raises(ValueError, match="sector 'banking': give one of bank, energy"):
        firm_of({"key": "a", "name": "Alder", "sector": "banking"})
