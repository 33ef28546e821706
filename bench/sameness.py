"""How long copies take to be found among many texts, in how much memory, and how many of those that were planted are found."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from bench import made
from bench.figures import Figure

WORDS, FREQUENT = 20, 20_000
"""Invented words that end each text, and how many there are to draw from: made posts alone are of a few stock sentences."""
ROOT = Path(__file__).parents[1]
AIM = 1_000_000 / (30 * 60)
"""Texts a second: a million within half an hour."""
MEGABYTES = 1024
BATCH = 500
"""Posts put in one go."""
EVERY = 10
"""One text in so many is a planted copy of the one before it that is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A text, and which it is a copy of: its own place where it is none."""

    text: str
    of: int
    how: str


def planted(count: int, seed: int = 7) -> Iterator[Planted]:
    """Made-up texts with copies among them, in turn exact but for signs, with one word in twelve changed, and cut to its first half."""
    dice, sources = Random(seed), made.posts(seed)
    last, place_of_last = "", 0
    for place in range(count):
        if place % EVERY == EVERY - 1:
            how = ("exact", "changed", "cut")[place // EVERY % 3]
            yield Planted(text=_copy(last, how, dice), of=place_of_last, how=how)
        else:
            last, place_of_last = f"{next(sources).text} {' '.join(made.word(int(FREQUENT ** dice.random())) for _ in range(WORDS))}", place
            yield Planted(text=last, of=place, how="own")


def _copy(text: str, how: str, dice: Random) -> str:
    words = text.split()
    if how == "exact":
        return f"“{text.upper()}”!"
    if how == "cut":
        return " ".join(words[: max(16, len(words) // 2)]) + " …"
    for place in dice.sample(range(len(words)), len(words) // 12):
        words[place] = f"changed{place}"
    return " ".join(words)


def same(posts: int = 100_000) -> list[Figure]:
    """Texts a second through `plaint same` and its memory, beside the reading of the same lines alone; the share of copies found."""
    with TemporaryDirectory() as folder:
        lines, answers = Path(folder, "texts.ndjson"), Path(folder, "clusters.ndjson")
        with lines.open("wb") as file:
            for place, one in enumerate(planted(posts)):
                file.write(msgspec.json.encode({"id": place, "text": one.text}) + b"\n")
        seconds, megabytes = _run(lines, answers)
        began = perf_counter()
        with lines.open("rb") as file:
            for line in file:
                msgspec.json.decode(line)
        bare = perf_counter() - began
        found = [msgspec.json.decode(line)["cluster"] for line in answers.read_bytes().splitlines()]
    return [
        Figure(part="same", name=f"{posts:,} texts", value=posts / seconds, unit="texts/s", baseline_name="reading the lines alone",
               baseline=posts / bare, ratio=bare / seconds, aim=f">= {AIM:.0f}/s", met=posts / seconds >= AIM, note=f"{seconds:.0f} s"),
        Figure(part="same", name="memory", value=megabytes, unit="MB", aim=f"<= {MEGABYTES} MB", met=megabytes <= MEGABYTES),
        *_found(found),
        *stored(posts),
    ]  # fmt: skip


def stored(posts: int) -> list[Figure]:
    """Posts a second into an embedded store that finds their groups as they come, in a process of its own; the share of copies found."""
    with TemporaryDirectory() as folder:
        answers, began = Path(folder, "groups.json"), perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-c", "import sys; from bench.sameness import fill; fill(sys.argv[1], int(sys.argv[2]))", folder, str(posts)], cwd=ROOT
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"the store could not be filled: {os.waitstatus_to_exitcode(status)}")
        seconds, megabytes = perf_counter() - began, usage.ru_maxrss / 1024
        found = msgspec.json.decode(answers.read_bytes(), type=list[int])
    return [
        Figure(part="same", name=f"{posts:,} posts into a store", value=posts / seconds, unit="posts/s", aim=f">= {AIM:.0f}/s",
               met=posts / seconds >= AIM, note=f"{seconds:.0f} s, all that a store does with a post"),
        Figure(part="same", name="memory, stored", value=megabytes, unit="MB", aim=f"<= {MEGABYTES} MB", met=megabytes <= MEGABYTES),
        *(replace(figure, name=f"{figure.name}, stored") for figure in _found(found)),
    ]  # fmt: skip


def fill(folder: str, posts: int) -> None:
    """Put planted texts as posts into a new store, and write the place of the first of each post's group beside it."""
    from indexer.connect import connect

    stores = connect(f"sqlite:///{folder}/posts.db")
    drawn = zip(made.posts(7), planted(posts), strict=False)
    come = (replace(post, id=f"bench:{place}", source="bench", ref=str(place), text=one.text, reply_to=None, thread=None)
            for place, (post, one) in enumerate(drawn))  # fmt: skip
    while batch := list(islice(come, BATCH)):
        stores.posts.put(batch)
    first: dict[str, int] = {}
    leaders = list(range(posts))
    groups = sorted((int(post.partition(":")[2]), group) for post, group in stores.copies.walk())
    for place, group in groups:
        leaders[place] = first.setdefault(group, place)
    Path(folder, "groups.json").write_bytes(msgspec.json.encode(leaders))
    stores.close()


def _run(lines: Path, answers: Path) -> tuple[float, float]:
    """Seconds and megabytes of a process of its own."""
    began = perf_counter()
    with lines.open("rb") as asked, answers.open("wb") as got:
        process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "same"], stdin=asked, stdout=got, cwd=ROOT)  # noqa: S603 - our own
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"plaint same ended with {os.waitstatus_to_exitcode(status)}")
    return perf_counter() - began, usage.ru_maxrss / 1024


def _found(clusters: list[int]) -> Iterator[Figure]:
    """The share found of each sort of copy; those of its own kind that were put into a cluster are counted as wrong."""
    asked: dict[str, int] = {}
    right: dict[str, int] = {}
    for place, one in enumerate(islice(planted(len(clusters)), len(clusters))):
        asked[one.how] = asked.get(one.how, 0) + 1
        right[one.how] = right.get(one.how, 0) + (clusters[place] == clusters[one.of] if one.how != "own" else clusters[place] == place)
    for how in ("exact", "changed", "cut"):
        yield Figure(part="same", name=f"{how} copies found", value=100 * right[how] / asked[how], unit="%")
    yield Figure(part="same", name="texts put wrongly into a cluster", value=100 * (1 - right["own"] / asked["own"]), unit="%")
