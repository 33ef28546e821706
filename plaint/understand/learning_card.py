"""The card of a model: what it says, what it was taught on and under which licence, when, and how well it did on texts it had not seen."""

from __future__ import annotations

from datetime import date

from plaint.understand.learning_heads import Taught
from plaint.understand.learning_sets import SETS


def card(taught: Taught, day: date) -> str:
    """The card as Markdown."""
    head = taught.head
    meaning = ", and the vector of the text's meaning" if head.name.endswith("-deep") else ""
    sets = [f"| {name} | `{SETS[name].file}` | {SETS[name].licence} |" for name in taught.sets]
    figures = [f"| {name} | {got.value:.3f} | {got.low:.3f} to {got.high:.3f} |" for name, got in taught.figures.items()]
    return "\n".join([
        f"# {head.spoken_as}",
        "",
        f"A linear model over hashed words and runs of characters{meaning}. Labels: {', '.join(head.labels)} ({taught.said}).",
        f"Taught on {day.isoformat()} by `plaint learn`. It proposes; a person decides.",
        "",
        "| set | file | licence |",
        "| --- | --- | --- |",
        *sets,
        "",
        "No text of a set is in the model: its weights are sums over hashed buckets.",
        "",
        "| measured on rows not learned from | figure | 95 of 100 |",
        "| --- | --- | --- |",
        *figures,
        "",
    ])  # fmt: skip
