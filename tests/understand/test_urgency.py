"""Phrases that make a post urgent, and hints at a vulnerable customer."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.understand import urgency
from plaint.understand.understanding import Driver, Queue
from plaint.understand.urgency import flags

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I will END MY LIFE if this goes on", {"self-harm", "health"}),
        ("Their app told me to kill myself laughing", set()),
        ("Somebody drained my account overnight", {"fraud and theft"}),
        ("At that price it’s a steal", set()),
        ("The tablets made my daughter sick and she broke out in spots", {"adverse event"}),
        ("I was sent another customer's bank statement", {"data protection"}),
        ("my data plan is slow", set()),
        ("Mein Anwalt meldet sich morgen", {"legal threat"}),
        ("Ich gehe an die Presse", {"media threat"}),
        ("my phone battery died", set()),
        ("My husband died in May and they still write to him", {"life events"}),
        ("I can’t afford food until Friday", {"resilience"}),
        ("My mother has dementia", {"health", "capability"}),
        ("My grandmother has no smartphone", {"capability"}),
        ("Je ne peux pas payer, j'ai des dettes", {"resilience"}),
        ("told so by the scammers' victims", {"fraud and theft"}),
        ("A discussion of assurance and courtesy", set()),
    ],
)
def test_what_people_write(text: str, names: set[str]) -> None:
    urgent, vulnerable = flags(text)
    assert {flag.name for flag in urgent + vulnerable} == names


def test_a_flag_says_where_it_stands() -> None:
    text = "Hello.\nThey said: see you  in\ncourt."
    ((flag,), _) = flags(text)
    assert text[flag.start : flag.end] == "see you  in\ncourt"


@given(st.text("a .'’İßK\n\U0001f600"), st.text("a .'’İßK\n\U0001f600"))
def test_places_are_true_in_any_text(before: str, after: str) -> None:
    text = f"{before} suicidal {after}"
    (urgent, _) = flags(text)
    (flag,) = [flag for flag in urgent if flag.name == "self-harm"]
    assert text[flag.start : flag.end] == "suicidal"


def test_every_queue_and_driver_has_phrases_and_each_phrase_finds_itself() -> None:
    tables = tomllib.loads(urgency._file.read_text(encoding="utf-8"))
    assert set(tables["queue"]) == set(Queue)
    assert set(tables["driver"]) == set(Driver)
    for name, table in {**tables["queue"], **tables["driver"]}.items():
        for said in table["phrases"]:
            spoken = spoken_of(said, tables["words"])
            urgent, vulnerable = flags(f"Well, {spoken}!")
            assert name in {flag.name for flag in urgent + vulnerable} or _is_taken_back(table, spoken, tables["words"]), said


def spoken_of(said: str, named: dict[str, str]) -> str:
    """A phrase as somebody might say it: the last of each word's alternatives."""
    meant = re.sub(r"<(\w+)>", lambda name: named[name[1]], said)
    return " ".join("in between" if word.startswith("..") else word.split("|")[-1].replace("#", "5").removesuffix("*") for word in meant.split())


def _is_taken_back(table: dict[str, list[str]], spoken: str, named: dict[str, str]) -> bool:
    others = [re.sub(r"<(\w+)>", lambda name: named[name[1]], one) for one in table["unless"]]
    return any(choice.rstrip("*#") in spoken for one in others for choice in one.split()[0].split("|"))


def test_accents_may_be_left_out_of_several_words_and_never_of_a_short_one() -> None:
    assert {flag.name for some in flags("nao consigo pagar o aluguel") for flag in some} == {"resilience"}
    assert flags("at that age, ages ago") == ((), ())


def test_a_text_of_many_signs_ends_soon() -> None:
    for text in ("tell " + "-' " * 5_000 + "press", "to the " * 3_000, "account - " * 2_000 + "stolen", "i never " * 2_500):
        flags(text)
