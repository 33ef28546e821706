"""Firms are found by their names, handles, hashtags and sites; a name that two of them have is nobody's."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.model import Firm
from plaint.posts.brands import Names

pytestmark = pytest.mark.pure

FIRMS = (
    Firm(key="orbit", name="Orbit Pay", aliases=("OrbitPay Ltd", "@orbitpay", "Орбита"), handles={"stars": "orbit.example"}, sites=("https://www.orbit.example/uk",)),
    Firm(key="kestrel", name="Kestrel", aliases=("KST",), handles={"stars": "kestrel", "chirp": "KestrelUK"}),
    Firm(key="union-a", name="Union Trust (Norvale)", aliases=("UT",)),
    Firm(key="union-b", name="Union Trust (Sudmark)", aliases=("UT",)),
    Firm(key="moulin", name="Crédit du Moulin", aliases=("月光銀行",)),
)  # fmt: skip
NAMES = Names(FIRMS)


def found(text: str, **more: object) -> dict[str, tuple[float, str]]:
    return {firm.key: (firm.score, firm.how) for firm in NAMES.find(text, **more)}  # type: ignore[arg-type]


def test_a_name_in_a_text_must_be_a_word_of_its_own() -> None:
    assert found("orbit pay took my money, ORBIT\nPAY!") == {"orbit": (0.9, "alias")}
    assert found("the orbit payments and myOrbit Payer") == {}
    assert found("Kestrel's app") == {"kestrel": (0.9, "alias")}


def test_a_common_word_in_lower_case_counts_little() -> None:
    assert found("a kestrel in the sky")["kestrel"][0] == 0.5
    assert found("kst lost it") == {}
    assert found("KST lost it")["kestrel"][0] == 0.9


def test_scripts_without_spaces_have_no_word_edges() -> None:
    assert "moulin" in found("我在月光銀行開戶")


def test_two_firms_in_one_text_are_both_found() -> None:
    assert set(found("From Kestrel to Orbit Pay")) == {"kestrel", "orbit"}


def test_a_shared_name_is_shared() -> None:
    assert found("Union Trust again") == {"union-a": (0.45, "alias"), "union-b": (0.45, "alias")}


def test_handles_hashtags_and_sites_name_a_firm() -> None:
    assert found("late", mentions=["orbitpay"]) == {"orbit": (0.95, "handle")}
    assert found("late", mentions=["KestrelUK"], source="chirp") == {"kestrel": (1.0, "handle")}
    assert found("late", hashtags=["OrbitPay"]) == {"orbit": (0.9, "hashtag")}
    assert found("late", links=["http://orbit.example/help?x=1", "http://[broken"]) == {"orbit": (0.9, "site")}


@pytest.mark.parametrize(
    ("mention", "key"),
    [
        ("Orbit Pay", "orbit"), ("ORBIT-PAY", "orbit"), ("orbitpay limited", "orbit"), ("@OrbitPay", "orbit"),
        ("Orbit Pay customer service", "orbit"), ("Orbitt Pay", "orbit"), ("@orbitpay_help", "orbit"), ("Orbita", "orbit"),
        ("credit du moulin", "moulin"), ("Crédit du Moulin SA", "moulin"),
        ("Union Trust (Norvale)", "union-a"), ("Union Trust", None), ("UT", None), ("bank", None), ("", None), ("@", None), ("Zephyr Lending", None),
    ],
)  # fmt: skip
def test_a_mention_means_a_firm_or_nobody(mention: str, key: str | None) -> None:
    assert NAMES.match(mention)[0] == key


ABROAD = Names(
    (
        Firm(key="magti", name="მაგთი", sites=("http://www.magti.example",)), Firm(key="nanfang", name="南方商業銀行 Nanfang Commercial Bank"),
        Firm(key="swiss", name="ArmSwissBank"), Firm(key="orbit-be", name="Orbit (Belgique)", country="be"),
        Firm(key="orbit-it", name="Orbit (Italia)", country="it"), Firm(key="cantonal", name="Banque Cantonale du Lac", sites=("https://bcl.example",)),
        Firm(key="east-bank", name="East Bank"), Firm(key="kestrel", name="Kestrel Insurance"), Firm(key="northern", name="Northern Lights Savings"),
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("mention", "key"),
    [
        ("Magti", "magti"), ("Магти", "magti"), ("南方商业银行", "nanfang"), ("Nanfang Commercial", "nanfang"), ("Армсвисбанк", "swiss"),
        ("@orbit_be", "orbit-be"), ("@orbit", None), ("Orbit", None), ("BCL", "cantonal"), ("@ask_bcl", "cantonal"),
        ("Kestrel Bank", None), ("Kestrel Seguros", "kestrel"), ("East", "east-bank"), ("Lights", None),
    ],
)  # fmt: skip
def test_other_scripts_countries_sites_and_kinds_of_firm_count(mention: str, key: str | None) -> None:
    assert ABROAD.match(mention)[0] == key


def test_a_firm_whose_name_holds_the_mention_is_in_the_way_of_another() -> None:
    names = Names((Firm(key="a", name="First Vale Bank"), Firm(key="b", name="Vale Bank (Norvale)"), Firm(key="c", name="Vale First Trust")))
    assert names.match("Vale Bank") == (None, 0.0)
    assert names.match("Vale Bank (Norvale)") == ("b", 1.0)


def test_none_of_the_known_wrong_matches_is_repeated(shared: Path) -> None:
    """A collector matched firms to company pages by likeness of names; five of the ten are others' pages."""
    with (shared / "data" / "reviews-trustpilot-banks" / "company_page_matches_with_errors.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["TP_name"]]
    names = Names([Firm(key=row["TP_domain"], name=row["TP_name"], sites=(row["TP_domain"],)) for row in rows])
    found = {row["NAME"]: names.match(row["NAME"])[0] for row in rows}
    wrong = ("ABU DHABI COML.BANK", "ALDAR PROPERTIES", "ADNOC DRILLING COMPANY", "ADB.NAT.OIL CO.FOR DS. PJSC", "EMIRATES TELECOM.")
    assert [found[name] for name in wrong] == [None] * 5
    assert [found[name] for name in ("ABU DHABI ISLAMIC BANK", "DUBAI ISLAMIC BANK", "EMIRATES NBD")] == ["adib.ae", "dib.ae", "emiratesnbd.com"]


def test_one_house_registered_twice_is_told_by_its_site() -> None:
    twice = Names(
        (Firm(key="a", name="Alder Mutual", sites=("https://alder.example",)), Firm(key="b", name="Alder Mutual", sites=("alder.example",)))
    )
    assert twice.match("Alder Mutual") == ("a", 0.9)


def test_a_source_knows_a_firm_by_its_handle() -> None:
    own = NAMES.at("stars", "Orbit.example")
    assert own is not None
    assert (own.key, own.score) == ("orbit", 1.0)
    assert NAMES.at("stars", "nobody.example") is None


@given(st.text())
@settings(deadline=None)
def test_any_text_and_mention_are_answered(text: str) -> None:
    NAMES.find(text, mentions=[text], hashtags=[text], links=[text])
    key, score = NAMES.match(text)
    assert (key is None) == (score == 0)
    assert NAMES.match(f"@{text}")[1] <= 1


def test_an_empty_register_finds_nobody() -> None:
    assert Names(()).find("Orbit Pay", mentions=["orbitpay"]) == ()
    assert Names(()).match("Orbit Pay") == (None, 0.0)
