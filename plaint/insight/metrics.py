"""Every figure that is shown, defined once: what it counts, what not, and the question that lists exactly that.

The screen prints `definition` beside the figure and links it with `include`; so the figure and its list cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from plaint.model import Run
from plaint.query.tree import Found

LOW_STARS = ("1", "2")
"""Ratings that count as low, in whole stars on one to five, whatever the source's own scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure about posts: `include` are the facet filters that list what it counts."""

    key: str
    label: str
    definition: str
    include: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_one_facet(self) -> bool:
        """Whether one answer with the facets of `FACETS` holds the figure; else it takes a question of its own."""
        return len(self.include) <= 1

    def of(self, found: Found) -> int:
        """The figure from one answer that was asked with the facets of `FACETS` and no filter on them."""
        if not self.include:
            return found.total
        if not self.is_one_facet:
            raise ValueError(f"{self.key} needs a question of its own: {sorted(self.include)}")
        ((name, values),) = self.include.items()
        return sum(found.facets.get(name, {}).get(value, 0) for value in values)


POSTS = Metric(
    key="posts",
    label="Posts",
    definition="Posts published in the period, by the earliest time the source's date can mean, in the zone shown. "
    "Posts that are gone at their source stay in; undated posts are left out. Copies of one text on several sources count each.",
)
LOW = Metric(
    key="low",
    label="Low ratings",
    definition="Posts of the period rated one or two on a scale of one to five, whatever the source's own scale. Unrated posts are not in it.",
    include={"rating": LOW_STARS},
)
UNANSWERED = Metric(
    key="unanswered",
    label="Without an answer",
    definition="Posts of the period by customers and others to which the archive holds no reply by anybody. "
    "The firm's own posts are not counted; answers that a source does not show are not known here.",
    include={"reply": ("no",), "role": ("customer", "other")},
)
LIKELY = Metric(
    key="likely",
    label="Likely complaints",
    definition="Posts of the period in a case that nobody has decided yet. A person confirms or rejects each; nothing here is a decision.",
    include={"state": ("CANDIDATE",)},
)
CONFIRMED = Metric(
    key="confirmed",
    label="Confirmed",
    definition="Posts of the period that a named person has confirmed as a complaint. Below it: confirmed ÷ (confirmed + not a complaint).",
    include={"state": ("CONFIRMED_COMPLAINT",)},
)
REJECTED = Metric(
    key="rejected",
    label="Not a complaint",
    definition="Posts of the period of which a named person has decided, with a reason, that they are no complaint.",
    include={"state": ("NOT_A_COMPLAINT",)},
)

POST_METRICS = (POSTS, LOW, UNANSWERED, LIKELY, CONFIRMED, REJECTED)
FACETS = ("rating", "state", "firm", "source")
"""The facets that one answer must have for the figures above and the lists beside them."""

AT_ONCE = (
    "Posts of the period that were read as belonging in a special queue: self-harm, fraud and theft, an adverse event, data protection, "
    "a legal threat or a media threat. A post in several counts once. A proposal from the words alone: posts nobody has read yet are not in it."
)
"""What `Look at once` counts: `URGENT` lists it."""
URGENT = "has:urgency"
"""The query of the posts that somebody should look at once."""

CAMPAIGNS = (
    "Posts of the period whose text stands under three names or more, word for word or changed in a few words. Names are all that tells people "
    "apart; texts of fewer than six words are not compared. Nobody has looked whether people were asked to post it."
)
"""What `In campaigns` counts: `CAMPAIGN` lists the posts."""
CAMPAIGN = "copies:campaign"
"""The query of the posts that belong to a campaign."""

DUE = (
    "Open cases whose soonest clock is due before the same time next week, each in its own regime's zone. "
    "A case with several such clocks counts once. Those that are over stand in it and are named apart."
)
COVERAGE = (
    "Posts held ÷ posts the sources announce, by the newest finished run of each source and firm. Held means new, known or changed in that run; "
    "rejected and missing ones are not held. Sources that announce no number are left out and listed on Sources."
)


def decided_share(found: Found) -> float | None:
    """Confirmed ÷ decided, or None while nothing is decided."""
    yes, no = CONFIRMED.of(found), REJECTED.of(found)
    return yes / (yes + no) if yes + no else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Posts held of posts announced; `silent` are the sources whose runs announce no number."""

    held: int
    announced: int
    silent: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Held ÷ announced, or None when nothing is announced."""
        return self.held / self.announced if self.announced else None


def held(run: Run) -> int:
    """Posts of a run that the archive holds afterwards."""
    return run.new + run.known + run.changed


def balance(run: Run) -> int | None:
    """Announced − (new + known + changed + rejected + missing): 0 when the ledger closes, None when nothing is announced."""
    return None if run.announced is None else run.announced - (held(run) + run.rejected + run.missing)


def latest_runs(runs: Sequence[Run]) -> list[Run]:
    """The newest run of each source and firm, from runs that are newest first; a running one does not hide a finished one."""
    kept: dict[tuple[str, str | None], Run] = {}
    for run in runs:
        key = (run.source, run.firm)
        if key not in kept or (kept[key].state == "running" and run.state != "running"):
            kept[key] = run
    return list(kept.values())


def coverage(runs: Sequence[Run]) -> Coverage:
    """The coverage over the newest run of each source and firm."""
    newest = [run for run in latest_runs(runs) if run.state != "running"]
    telling = [run for run in newest if run.announced]
    silent = sorted({run.source for run in newest} - {run.source for run in telling})
    return Coverage(
        held=sum(min(held(run), run.announced or 0) for run in telling), announced=sum(run.announced or 0 for run in telling), silent=tuple(silent)
    )
