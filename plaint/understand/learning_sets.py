"""The labelled sets that the fast tier learns from or is measured on: where each lies under a data folder, and what its rows say.

Only sets whose licence allows it are taught (`TAUGHT`); the others are for `plaint learn --cv`. No text of any of them is shipped.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

csv.field_size_limit(10_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts with a label each; `group` is what a fold may be cut by (a product domain, a language)."""

    texts: Sequence[str]
    labels: Sequence[str]
    groups: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Where a set lies, its columns, and under which licence it is used. `label` of None: every row is a complaint."""

    file: str
    text: str
    label: str | None
    group: str | None
    licence: str
    title: str | None = None


SETS = {
    "fincorp": Set(file="complaints-fincorp/fincorp_dev.csv.gz", text="text", label="complaint", group="severity", licence="MIT"),
    "cesamard": Set(
        file="complaints-cesamard/cesamard_electronics_fashion.csv.gz", text="text", title="title", label="complaint", group="domain", licence="MIT"
    ),
    "cfpb": Set(
        file="cfpb-complaints/cfpb_2015_2020_dev.csv.gz", text="Consumer complaint narrative", label=None, group="Product", licence="public domain"
    ),
    "umsab": Set(
        file="sentiment-umsab-multilingual/umsab_train_val.csv.gz", text="text", label="label", group="lang", licence="Apache-2.0"
    ),
    "xci": Set(file="severity-xci/xci_dev.csv", text="text", label="severity_name", group="domain", licence="MIT"),
    "banking77": Set(file="intents-banking77/train.csv.gz", text="text", label=None, group=None, licence="CC BY 4.0"),
    "acl2019": Set(file="complaints-acl2019/complaints.csv", text="text", label="complaint", group="domain", licence="none stated: measured only"),
}  # fmt: skip
"""Every set by its name."""
TAUGHT = ("fincorp", "cesamard", "cfpb", "umsab")
"""What complaint or not is learned from."""


class NoSet(ValueError):
    """A set that is not in the data folder, or lacks a column."""


def read(name: str, data: Path, *, every: int = 1) -> Labelled:
    """The rows of a set that have a text, in the order of its file; only every so many of them.

    Raises:
        NoSet: It is not there or is cut otherwise.

    """
    about = SETS[name]
    path = data / about.file
    if not path.is_file():
        raise NoSet(f"{path}: not there; is --data the folder of the sets?")
    kept = path.read_bytes()
    whole = (gzip.decompress(kept) if path.suffix == ".gz" else kept).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(whole, newline="")))
    lacking = {about.text, about.label or about.text, about.group or about.text} - set(rows[0] if rows else ())
    if lacking:
        raise NoSet(f"{path}: no column {', '.join(sorted(lacking))}")
    rows = [row for row in rows if row[about.text]][::every]
    return Labelled(
        texts=[". ".join(filter(None, (row[about.title] if about.title else "", row[about.text]))) for row in rows],
        labels=[row[about.label].removesuffix(".0") if about.label else "1" for row in rows],
        groups=[row[about.group] if about.group else "" for row in rows],
    )
