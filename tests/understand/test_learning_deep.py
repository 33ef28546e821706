"""Teaching the deep tier: what the vector alone tells is learned, and the head that ships says it of vectors as they come."""

from pathlib import Path

import numpy as np
import pytest

from plaint.understand.deep import WIDTH
from plaint.understand.features import grams
from plaint.understand.severity import LEVELS
from plaint.understand.valence import valence

pytest.importorskip("sklearn")


def test_what_only_the_vectors_tell_is_learned(tmp_path: Path) -> None:
    from plaint.understand import learning_deep

    levels = np.arange(80) % 4
    vectors = np.eye(4, WIDTH, dtype=np.float32)[levels]
    lines = [f"The parcel of {'many' * (row % 3)} days,{LEVELS[level].title()},food" for row, level in enumerate(levels)]
    (tmp_path / "severity-xci").mkdir()
    (tmp_path / "severity-xci/xci_dev.csv").write_text("\n".join(["text,severity_name,domain", *lines]), encoding="utf-8")
    np.save(tmp_path / "xci.npy", vectors)
    taught = learning_deep.severity(tmp_path, tmp_path)
    seen = grams(["The parcel of days"] * 4)
    said = taught.head.probabilities(seen, np.hstack([valence(seen), np.eye(4, WIDTH, dtype=np.float32)]))
    assert said.argmax(1).tolist() == [0, 1, 2, 3]
    assert taught.figures["xci, 10 folds: macro-F1 of 4 levels"].value == 1
