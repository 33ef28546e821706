"""Whether what a model says changes from month to month, though nobody changed the model: the figures of the drift report.

A month is that in which posts were published, or captured where the source gives no date. Of each version of the complaint model:

- `share`: posts that it calls a complaint (`complaint:yes`) among those of which it told a probability;
- `mean_p`: the mean of these probabilities; where it moves and complaints do not, the calibration is off;
- `undetermined`: posts of which it told none, or one that is called `unsure`, among all posts that it has read;
- `agreement`: of posts that it calls yes or no and of which a person said yes or no, those where both say the same (`judged` of them);
- `stability`: the population-stability index of the probabilities against all months before of the same version, over ten equal
  intervals, half a post added to each: sum of (now - before) x ln(now / before). Below 0.1 nothing, 0.1 to 0.25 look, above 0.25
  something changed. None for the first month, and below 50 posts on either side, where chance alone gives such figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from plaint.query.meanings import verdict

BINS = 10
LEAST = 50
"""Posts on each side from which the population-stability index is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a model said of one post: its version (None: no complaint model), the probability, and what a person said where one did."""

    month: str
    model: str | None
    p: float | None
    person: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One version of a model in one month; shares are 0 to 1, None where nothing stands below the line."""

    model: str | None
    month: str
    posts: int
    share: float | None
    mean_p: float | None
    undetermined: float
    judged: int
    agreement: float | None
    stability: float | None


def drifted(spoken: Iterable[Spoken]) -> list[Month]:
    """The figures by version of the model, then month."""
    groups: dict[tuple[str, str], list[Spoken]] = defaultdict(list)
    for one in spoken:
        groups[one.model or "", one.month].append(one)
    before: dict[str, list[int]] = defaultdict(lambda: [0] * BINS)
    months = []
    for (model, month), group in sorted(groups.items()):
        told = [one.p for one in group if one.p is not None]
        now = _binned(told)
        months.append(_month(model or None, month, group, told, stability(before[model], now)))
        before[model] = [a + b for a, b in zip(before[model], now, strict=True)]
    return months


def stability(before: Sequence[int], now: Sequence[int]) -> float | None:
    """The population-stability index of two counts over the same intervals."""
    if min(sum(before), sum(now)) < LEAST:
        return None
    shares = [[(count + 0.5) / (sum(of) + 0.5 * len(of)) for count in of] for of in (before, now)]
    index: float = sum((b - a) * log(b / a) for a, b in zip(*shares, strict=True))
    return round(index, 4)


def _binned(told: Iterable[float]) -> list[int]:
    counts = [0] * BINS
    for p in told:
        counts[min(BINS - 1, int(p * BINS))] += 1
    return counts


def _month(model: str | None, month: str, group: Sequence[Spoken], told: Sequence[float], index: float | None) -> Month:
    verdicts = [(None if one.p is None else verdict(one.p), one.person) for one in group]
    judged = [(said == "yes") == person for said, person in verdicts if said in {"yes", "no"} and person is not None]
    return Month(
        model=model, month=month, posts=len(group), share=_share(sum(said == "yes" for said, _ in verdicts), len(told)),
        mean_p=round(sum(told) / len(told), 4) if told else None,
        undetermined=round(sum(said not in {"yes", "no"} for said, _ in verdicts) / len(group), 4),
        judged=len(judged), agreement=_share(sum(judged), len(judged)), stability=index,
    )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
