"""What of an understanding can be searched, filtered and counted: one definition for the parser and every store.

What was understood is kept whole beside the post's words; these are the values that an index has of it.
"""

from __future__ import annotations

from plaint.query.fields import MEANT
from plaint.understand.understanding import Understanding

SURELY = 0.7
"""From this calibrated probability on, a post is called a complaint: `complaint:yes`."""

HARDLY = 0.3
"""Below this probability it is called none: `complaint:no`. Between the two lies `complaint:unsure`."""


def verdict(p: float) -> str:
    """`yes`, `no` or `unsure`, for the probability that a post is a complaint."""
    return "yes" if p >= SURELY else "no" if p < HARDLY else "unsure"


def p_of(understood: Understanding) -> float | None:
    """The probability that a post is a complaint, in thousandths of one, as the measure `p` has it; None where none was told."""
    return None if understood.complaint is None else round(understood.complaint.p, 3)


def meant(understood: Understanding) -> list[tuple[str, str]]:
    """(field, value) for all fields of MEANT that the understanding speaks of, each pair once, in the order of the fields."""
    said: dict[str, list[str]] = {
        "complaint": [] if (p := p_of(understood)) is None else [verdict(p)],
        "severity": [understood.severity.level.value] if understood.severity else [],
        "sentiment": [understood.sentiment.label] if understood.sentiment else [],
        "urgency": [flag.name for flag in understood.urgency],
        "vulnerability": [flag.name for flag in understood.vulnerability],
        "about": _about(understood),
        "pii": [span.kind for span in understood.pii],
    }
    return list(dict.fromkeys((field, value) for field in MEANT for value in said[field]))


def _about(understood: Understanding) -> list[str]:
    """Products, then issues, each as `taxonomy/code`."""
    return [f"{taxonomy}/{code.code}" for part in (understood.product, understood.issue) for taxonomy, code in sorted(part.items()) if code]
