"""Teaching: sets as their files say, models that learn what there is to learn, the same twice, and figures that are right."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from manage import app
from plaint.understand import learning, learning_sets
from plaint.understand.features import grams
from plaint.understand.valence import valence

pytestmark = pytest.mark.pure
needs_sklearn = pytest.mark.skipif(not __import__("importlib.util").util.find_spec("sklearn"), reason="the extra `learn` is not installed")


def test_figures_of_what_is_right_and_wrong() -> None:
    want, got = np.array([0, 1, 2, 3, 0, 1]), np.array([0, 1, 2, 3, 0, 1])
    assert learning.macro_f1(want, got) == learning.accuracy(want, got) == learning.ordinal_agreement(want, got) == 1
    assert learning.macro_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])) == pytest.approx((0.8 + 2 / 3) / 2)
    near, far = np.array([1, 1, 2, 3, 0, 1]), np.array([3, 1, 2, 3, 0, 1])
    assert learning.ordinal_agreement(want, far) < learning.ordinal_agreement(want, near) < 1


def test_a_figure_lies_in_its_interval() -> None:
    want = np.arange(200) % 2
    got = np.where(np.arange(200) < 20, 1 - want, want)
    found = learning.figure(learning.accuracy, want, got)
    assert found.low < found.value == 0.9 < found.high
    assert found == learning.figure(learning.accuracy, want, got)


@needs_sklearn
def test_what_is_learned_is_the_same_twice_and_told_apart() -> None:
    texts = [f"the {'broken' if n % 2 else 'lovely'} kettle number {n}" for n in range(40)]
    classes = np.arange(40) % 2
    rows = learning.matrix(texts, valence(grams(texts)))
    once, again = (learning.fitted(rows, classes, strength=1.0) for _ in range(2))
    assert np.array_equal(once.weights, again.weights)
    assert ((learning.decided(once, rows)[:, 0] > 0) == classes).all()
    assert ((learning.crossed(rows, classes, 4, strength=1.0)[:, 0] > 0) == classes).all()


def test_a_set_is_read_as_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "severity-xci").mkdir()
    file = tmp_path / "severity-xci/xci_dev.csv"
    file.write_text("text,severity_name,domain\nLate again,Blame,transport\n,Blame,food\n", encoding="utf-8")
    found = learning_sets.read("xci", tmp_path)
    assert (found.texts, found.labels, found.groups) == (["Late again"], ["Blame"], ["transport"])
    file.write_text("words\nx\n", encoding="utf-8")
    with pytest.raises(learning_sets.NoSet, match="no column"):
        learning_sets.read("xci", tmp_path)
    with pytest.raises(learning_sets.NoSet, match="not there"):
        learning_sets.read("acl2019", tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--cv", "acl2091"], "did you mean acl2019?"),
        (["--only", "complant"], "did you mean complaint?"),
        (["--into", "nowhere"], "no such folder"),
        (["--data", "nowhere"], "no such folder"),
    ],
)
def test_a_typo_is_one_line_and_what_to_do(arguments: list[str], says: str, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["learn", "--data", str(tmp_path), *arguments])
    assert ran.exit_code == 2
    assert says in ran.stderr
    assert ran.stderr.count("\n") == 1
