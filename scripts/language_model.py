"""Make the table of letters by which languages are told (`plaint/posts/letters.npz`), or cross-validate it with `--cv`.

    python scripts/language_model.py FOLDER [--cv]

FOLDER holds `langid-lingua/lid_dev.csv.gz` (lang, kind, text; Apache-2.0) and
`sentiment-umsab-multilingual/umsab_train_val.csv.gz` (lang, text; Apache-2.0), of which the Hindi is in Latin letters. A naive
Bayes table with equal priors; counts are of texts. The cross-validation has three parts and asks the whole of `tongue`.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plaint.posts import language, letters

SMOOTHING = 0.05
TWEETS = {"english": "en", "french": "fr", "german": "de", "italian": "it", "portuguese": "pt", "spanish": "es", "hindi": "hi-Latn", "arabic": "ar"}
Row = tuple[str, str, str]
"""Text, language, kind."""


def rows(folder: Path) -> list[Row]:
    """All labelled texts of the two sets."""
    with gzip.open(folder / "langid-lingua/lid_dev.csv.gz", "rt", encoding="utf-8") as file:
        found = [(row["text"], row["lang"], row["kind"]) for row in csv.DictReader(file)]
    with gzip.open(folder / "sentiment-umsab-multilingual/umsab_train_val.csv.gz", "rt", encoding="utf-8") as file:
        return found + [(row["text"], TWEETS[row["lang"]], "tweets") for row in csv.DictReader(file)]


def table(data: list[Row]) -> NDArray[np.int8]:
    """The table of `letters`, made from these texts."""
    codes = {code: place for place, code in enumerate(language.TOLD_BY_LETTERS)}
    counts = np.zeros((2**letters.BITS, len(codes)), np.float32)
    for text, code, _ in data:
        if code in codes:
            counts[letters.runs(language.bare(text)), codes[code]] += 1
    logs = np.log((counts + SMOOTHING) / (counts.sum(0) + SMOOTHING * len(counts)))
    logs -= logs.mean(1, keepdims=True)
    steps: NDArray[np.int8] = np.clip(np.round(logs / letters.SCALE), -127, 127).astype(np.int8)
    return steps


def save(made: NDArray[np.int8], file: Path) -> None:
    """Write a table where `letters` reads it."""
    np.savez_compressed(file, codes=np.array(language.TOLD_BY_LETTERS), table=made)


def cross_validate(data: list[Row]) -> None:
    """Print for each kind how many are right, answered, and right of the answered, with the table made from the other parts."""
    part = np.random.default_rng(0).integers(0, 3, len(data))
    seen: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for number in range(3):
        made = table([row for row, own in zip(data, part, strict=True) if own != number])
        letters._table = lambda made=made: (language.TOLD_BY_LETTERS, made)  # type: ignore[assignment]
        language._by_words.cache_clear()
        for (text, code, kind), own in zip(data, part, strict=True):
            if own == number:
                found = language.tongue(text)
                seen[f"{kind} hi-Latn" if code == "hi-Latn" else kind].append((found is not None, found is not None and found.code == code))
    for kind, answers in sorted(seen.items()):
        told, right = (sum(column) for column in zip(*answers, strict=True))
        print(f"{kind:14} {len(answers):6}  right {right / len(answers):.4f}  told {told / len(answers):.4f}  right of told {right / told:.4f}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cv", action="store_true", help="print figures of a cross-validation; write nothing")
    asked = parser.parse_args()
    data = rows(asked.folder)
    if asked.cv:
        cross_validate(data)
    else:
        save(table(data), letters.FILE)


if __name__ == "__main__":
    main()
