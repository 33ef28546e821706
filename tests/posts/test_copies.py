"""Clusters of copies, and what kind each is."""

from __future__ import annotations

from random import Random

import pytest

from plaint.posts.copies import CAMPAIGN, Clustering, Copy, Kind, kind_of

pytestmark = pytest.mark.pure

WORDS = [
    f"{one}{other}" for one in ("ca", "lo", "mi", "ter", "plo", "su", "ran", "vo") for other in ("rt", "nal", "sed", "gim", "bo", "ck", "dle", "p")
]


def clustered(texts: list[str]) -> list[int]:
    clustering = Clustering()
    for text in texts:
        clustering.add(text)
    return [int(leader) for leader in clustering.clusters(texts.__getitem__)]


def drawn(count: int, words: int = 30) -> list[str]:
    random = Random(3)
    return [" ".join(random.choices(WORDS, k=words)) for _ in range(count)]


def test_no_texts_have_no_clusters() -> None:
    assert clustered([]) == []


def test_exact_near_and_cut_copies_are_led_by_the_first() -> None:
    texts = drawn(40)
    words = texts[3].split()
    near = " ".join([*words[:10], "suddenly", *words[11:]])
    assert clustered([*texts, texts[3].upper(), near, " ".join(words[:16])]) == [*range(40), 3, 3, 3]


def test_texts_that_only_begin_alike_stay_apart() -> None:
    head = " ".join(WORDS[:13])
    assert clustered([f"{head} {tail}" for tail in drawn(20)]) == list(range(20))


def test_empty_texts_and_texts_of_signs_are_copies_only_of_their_like() -> None:
    assert clustered(["", "🙂", "🙂", "🙁", " ", "🙂 🙂"]) == [0, 1, 1, 3, 0, 5]


def test_most_copies_with_a_few_other_words_are_found() -> None:
    random = Random(5)
    texts = drawn(300, 40)
    changed = []
    for text in texts:
        words = text.split()
        for place in random.sample(range(len(words)), 4):
            words[place] = random.choice(WORDS)
        changed.append(" ".join(words))
    got = clustered([*texts, *changed])
    assert got[:300] == list(range(300))
    assert sum(leader == place for place, leader in enumerate(got[300:])) >= 285


@pytest.mark.parametrize(
    ("copies", "kind"),
    [
        ([("Ann", "x")], Kind.SINGLE),
        ([(None, "x")], Kind.SINGLE),
        ([("Ann", "x"), (" ANN ", "x")], Kind.REPEAT),
        ([("Ann", "x"), ("ann", "reviews")], Kind.CROSS_POST),
        ([("Ann", "x"), ("Ben", "x")], Kind.SHARED),
        ([("Ann", "x"), (None, "x")], Kind.SHARED),
        ([(None, "x"), (None, "reviews")], Kind.SHARED),
        ([(f"person {number}", "x") for number in range(CAMPAIGN)], Kind.CAMPAIGN),
        ([("Ann", "x")] * 50 + [("Ben", "x")], Kind.SHARED),
    ],
)
def test_kinds(copies: list[tuple[str | None, str]], kind: Kind) -> None:
    assert kind_of([Copy(author=author, source=source) for author, source in copies]) is kind
