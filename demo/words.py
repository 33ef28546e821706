"""What made-up customers and firms say, read from `tales/*.toml` (one file a language) and `plot.toml`.

Nothing is made up here and nothing is chosen: that is `demo.story`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One thing people write about one firm: what happened, what makes it worse or better, headings.

    `later` are for the second day of something that lasts two.
    """

    product: str
    titles: tuple[str, ...]
    happened: tuple[str, ...]
    detail: tuple[str, ...]
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """How a firm answers: the line it sends to everybody, and by issue the answers somebody thought about."""

    template: tuple[str, ...]
    good: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """Everything that is said in one language. `shared` are words customers have for each other, whatever the firm."""

    code: str
    joiner: str
    names: tuple[str, ...]
    places: tuple[str, ...]
    people: tuple[str, ...]
    months: tuple[str, ...]
    did: tuple[str, ...]
    harm: tuple[str, ...]
    close: tuple[str, ...]
    glad: tuple[str, ...]
    short: tuple[str, ...]
    shortgood: tuple[str, ...]
    northgate: Mapping[str, Topic]
    orbitpay: Mapping[str, Topic]
    tern: Mapping[str, Topic]
    lumen: Mapping[str, Topic]
    answers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replies: Mapping[str, Replies] = field(default_factory=dict)
    gladreplies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def topics(self, firm: str) -> Mapping[str, Topic]:
        """What is said about a firm, by issue; `praise` is one of them."""
        topics: Mapping[str, Topic] = getattr(self, firm)
        return topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where and when a written-out post appears; `ago` is in days, `hour` in UTC."""

    site: str
    author: str
    ago: int
    hour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A post that is written out word for word; the `…_then` parts are what it says after the web has moved on."""

    firm: str
    issue: str
    product: str
    title: str
    text: str
    author: str = ""
    site: str = "reviews"
    ago: int = 0
    stars: int | None = None
    places: tuple[Placed, ...] = ()
    stars_then: int | None = None
    title_then: str | None = None
    text_then: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A forum thread that is written out: (author, what it is: "", `firm` or `thanks`, text)."""

    firm: str
    issue: str
    title: str
    posts: tuple[tuple[str, str, str], ...]
    ago: int = 0
    outage: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """A card of the hostile corner, exactly as it stands on the page. `date` may be `today-21` or anything at all."""

    ref: str
    author: str
    title: str
    stars: str
    date: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The parts of the story that are written out."""

    copied: Written
    edited: Written
    vanished: Written
    vulnerable: tuple[Written, ...]
    timely: tuple[Written, ...]
    turned: tuple[Written, ...]
    thread: tuple[Talk, ...]
    hostile: tuple[Oddity, ...]


def tongues() -> dict[str, Tongue]:
    """All languages by code; a file that does not fit raises msgspec.ValidationError naming the place."""
    read = (msgspec.convert(_toml(path), Tongue) for path in sorted((HERE / "tales").glob("*.toml")))
    return {tongue.code: tongue for tongue in read}


def plot() -> Plot:
    """The written-out parts."""
    return msgspec.convert(_toml(HERE / "plot.toml"), Plot)


def _toml(path: Path) -> Any:
    return tomllib.loads(path.read_text(encoding="utf-8"))
