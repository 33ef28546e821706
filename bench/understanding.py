"""How many posts a second one core understands with everything on, part by part, in how much memory; and what the deep tier costs."""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from itertools import islice
from random import Random
from time import process_time

from bench import made
from bench.figures import Figure

AIM, MEGABYTES = 1_500, 1024
BATCH = 256
FEWEST, MOST = 50, 150
"""Words of a typical post."""
DEEP = 64
"""Posts that the deep tier is measured on; it is slow."""


def texts(count: int, seed: int = 7) -> list[str]:
    """Made-up posts of a typical length: stock sentences with invented words between."""
    dice, sources = Random(seed), made.posts(seed)
    found = []
    for post in islice(sources, count):
        words = post.text.split()
        while len(words) < FEWEST + dice.randrange(MOST - FEWEST):
            words += [*next(sources).text.split(), made.word(dice.randrange(20_000))]
        found.append(" ".join(words))
    return found


def understand(posts: int = 4_096) -> list[Figure]:
    """Posts a second of processor time through the fast tier, beside features and one head alone; each part's share; memory."""
    from plaint.understand import complaint
    from plaint.understand.features import grams
    from plaint.understand.reading import Said, read

    said = texts(posts)
    read([Said(text=text) for text in said[:BATCH]])
    whole = _seconds(said, lambda some: read([Said(text=text) for text in some]))
    one = _seconds(said, lambda some: complaint.complaints(grams(some), [None] * len(some)))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Figure(part="understand", name="fast tier, one core", value=posts / whole, unit="posts/s", baseline_name="features and one head",
               baseline=posts / one, ratio=one / whole, aim=f">= {AIM}/s", met=posts / whole >= AIM,
               note=f"{sum(len(text.split()) for text in said) / posts:.0f} words a post"),
        Figure(part="understand", name="memory", value=megabytes, unit="MB", aim=f"<= {MEGABYTES} MB", met=megabytes <= MEGABYTES),
        *_parts(said),
        *_deep(said[:DEEP]),
    ]  # fmt: skip


def _seconds(said: Sequence[str], work: Callable[[Sequence[str]], object]) -> float:
    """Processor seconds for all texts, a batch at a time."""
    began = process_time()
    for start in range(0, len(said), BATCH):
        work(said[start : start + BATCH])
    return process_time() - began


def _parts(said: Sequence[str]) -> list[Figure]:
    from plaint.posts.language import tongue
    from plaint.understand import personal, polarity, topics, urgency
    from plaint.understand.features import grams

    parts: dict[str, Callable[[Sequence[str]], object]] = {
        "features": grams,
        "language": lambda some: [tongue(text) for text in some],
        "personal data": personal.find,
        "urgent phrases": lambda some: [urgency.flags(text) for text in some],
        "features and tone": lambda some: polarity.polarities(grams(some)),
        "features, product and reason": lambda some: topics.topics(some, grams(some)),
    }
    return [
        Figure(part="understand", name=name, value=1e6 * _seconds(said, work) / len(said), unit="µs a post", note="processor time")
        for name, work in parts.items()
    ]


def _deep(said: Sequence[str]) -> list[Figure]:
    from time import perf_counter

    from plaint.understand.deep import embed

    if embed(said[:2]) is None:
        return []
    began = perf_counter()
    embed(said)
    return [Figure(part="understand", name="deep tier", value=len(said) / (perf_counter() - began), unit="posts/s", note="all cores")]
