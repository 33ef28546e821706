"""What a measurement says, and how time is taken: the same work in turns with its baseline, the best turn counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure beside its named baseline of the same run.

    `ratio` is value / baseline; `aim` is what it should be, in words, and `met` whether it is (None: no aim).
    """

    part: str
    name: str
    value: float
    unit: str
    baseline_name: str | None = None
    baseline: float | None = None
    ratio: float | None = None
    aim: str | None = None
    met: bool | None = None
    note: str | None = None


def best_of(turns: int, *works: Callable[[], object]) -> list[float]:
    """The shortest time of each work in seconds, all works taking turns so that a busy machine is busy for all."""
    shortest = [float("inf")] * len(works)
    for _ in range(turns):
        for number, work in enumerate(works):
            began = perf_counter()
            work()
            shortest[number] = min(shortest[number], perf_counter() - began)
    return shortest


def percentile(times: Sequence[float], share: float) -> float:
    """The time that `share` of the times do not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: Sequence[Figure]) -> str:
    """The figures for people."""
    head = ("part", "what", "measured", "beside", "baseline", "ratio", "aim")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"{figure.part}, {figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *([""] if notes else []), *notes])


def _cells(figure: Figure) -> tuple[str, ...]:
    mark = {None: "", True: " met", False: " MISSED"}[figure.met]
    return (
        figure.part, figure.name, f"{_number(figure.value)} {figure.unit}", figure.baseline_name or "",
        "" if figure.baseline is None else f"{_number(figure.baseline)} {figure.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}", f"{figure.aim or ''}{mark}",
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
