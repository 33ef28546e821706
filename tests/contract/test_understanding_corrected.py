"""Persons say what is right: beside what was proposed, in the log, once for one command; and the drift report counts with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from plaint.desk import corrections
from plaint.desk.corrections import Correction, Part, correct
from plaint.desk.rights import Refused
from plaint.insight.drift import Spoken, drifted, stability
from plaint.model import AboutFirm, Firm, PartialDate, Person
from plaint.ports import Stores
from plaint.understand.understanding import Code, Complaint, Level, Severity, Understanding
from tests.contract.test_posts import post

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
ANN = Person(key="ann", name="Ann", roles=("agent",))
SAID = Understanding(complaint=Complaint(p=0.91), severity=Severity(level=Level.BLAME, score=0.6),
                     product={"cfpb": Code(code="Credit card", score=0.9)},
                     models={"complaint": "complaint-fast 1"})  # fmt: skip


@pytest.fixture
def filled(stores: Stores) -> Stores:
    orbit = (AboutFirm(key="orbit", score=1, how="alias"),)
    stores.registers.save_firms([Firm(key="orbit", name="Orbit"), Firm(key="northgate", name="Northgate")])
    stores.posts.put([post(firms=orbit), post("2", published=PartialDate(earliest="2026-02-03", latest="2026-02-03"), firms=orbit)])
    stores.posts.note({"board:1": SAID, "board:2": replace(SAID, complaint=Complaint(p=0.5))}, stores.posts.get(["board:1", "board:2"]))
    return stores


def say(stores: Stores, part: Part, said: str, *, person: Person = ANN, id: str = "board:1", command: str = "k1") -> Correction:
    return correct(stores, person, id, part=part, said=said, now=AT, command=command)


def test_a_correction_stands_beside_what_was_proposed(filled: Stores) -> None:
    assert say(filled, Part.COMPLAINT, "No") == Correction(
        at="2026-11-24T10:00:00Z", by="ann", post="board:1", part=Part.COMPLAINT, said="no", proposed="yes", model="complaint-fast 1", p=0.91,
        is_right=False,
    )  # fmt: skip
    assert say(filled, Part.SEVERITY, "blame", command="k2").is_right
    assert say(filled, Part.PRODUCT, "cfpb/Credit card", command="k3").is_right
    assert say(filled, Part.URGENCY, "none", command="k4").is_right is None
    assert say(filled, Part.FIRM, "northgate", command="k5").proposed == "orbit"
    assert filled.posts.understood(["board:1"]) == {"board:1": SAID}
    assert all("board:1" not in str(entry.said) for entry in filled.cases.read(corrections.STREAM))


def test_the_same_command_is_one_correction_and_the_last_one_counts(filled: Stores) -> None:
    say(filled, Part.COMPLAINT, "no")
    say(filled, Part.COMPLAINT, "no")
    say(filled, Part.COMPLAINT, "yes", command="k2")
    assert [one.said for one in corrections.corrections(filled)] == ["no", "yes"]
    assert corrections.standing(filled)["board:1", Part.COMPLAINT].said == "yes"


@pytest.mark.parametrize(("part", "said", "hint"), [
    (Part.COMPLAINT, "yess", "did you mean yes"), (Part.SEVERITY, "blam", "did you mean blame"), (Part.FIRM, "orbitt", "did you mean orbit"),
    (Part.PRODUCT, "credit card", "taxonomy/code"), (Part.LANG, " ", "language code"),
])  # fmt: skip
def test_what_a_part_cannot_have_is_refused(filled: Stores, part: Part, said: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        say(filled, part, said)
    assert list(corrections.corrections(filled)) == []


def test_who_may_not_and_what_is_not_there(filled: Stores) -> None:
    with pytest.raises(Refused, match="may not work on cases"):
        say(filled, Part.COMPLAINT, "no", person=Person(key="rob", name="Rob", roles=("reader",)))
    elsewhere = replace(ANN, firms=("northgate",))
    with pytest.raises(Refused, match="none of their firms"):
        say(filled, Part.COMPLAINT, "no", person=elsewhere)
    with pytest.raises(LookupError, match="board:9"):
        say(filled, Part.COMPLAINT, "no", id="board:9")
    say(filled, Part.COMPLAINT, "no")
    assert corrections.listed(filled, elsewhere) == []
    assert len(corrections.listed(filled, replace(ANN, firms=("orbit",)))) == 1


def test_drift_counts_by_model_and_month(filled: Stores) -> None:
    say(filled, Part.COMPLAINT, "no")
    february, march = corrections.drift(filled, ANN)
    assert (february.month, february.posts, february.share, february.mean_p, february.undetermined, february.judged) == ("2026-02", 1, 0, 0.5, 1, 0)
    assert (march.model, march.month, march.share, march.agreement, march.judged) == ("complaint-fast 1", "2026-03", 1, 0, 1)
    assert corrections.drift(filled, replace(ANN, firms=("northgate",))) == []


def test_the_stability_index_tells_a_shift_from_chance() -> None:
    even = [20] * 10
    assert stability(even, even) == 0
    assert stability(even, [40, *even[1:]]) < 0.1  # type: ignore[operator]
    assert stability(even, [200] + [1] * 9) > 0.25  # type: ignore[operator]
    assert stability([1] * 10, even) is None


def test_each_model_is_compared_with_its_own_months() -> None:
    calm = [Spoken(month=month, model="a 1", p=number / 100) for month in ("2026-01", "2026-02") for number in range(100)]
    other = [Spoken(month="2026-02", model="a 2", p=0.95) for _ in range(100)]
    found = {(month.model, month.month): month.stability for month in drifted([*calm, *other])}
    assert found == {("a 1", "2026-01"): None, ("a 1", "2026-02"): 0.0, ("a 2", "2026-02"): None}
