"""What a post becomes in the tables of the embedded store: its row, its terms, its tags. Pure; writes nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from plaint.model import PartialDate, Post, fingerprint, post_json
from plaint.posts import words
from plaint.posts.grouping import Come, come
from plaint.query.fields import HAS, author_words, has, micros, moment_key, stars_of, tags_of

EDITED = 1 << len(HAS)
"""The flag of a post that was edited at its source or that is held in several revisions."""

_BIT = {name: 1 << place for place, name in enumerate(HAS)}

_captured = lru_cache(maxsize=256)(micros)
"""The posts of a page have their moment of capture in common."""


class Shape(NamedTuple):
    """The fields with few values, as one combination."""

    source: str
    kind: str
    lang: str | None
    stars: int | None
    role: str | None
    reply: int
    gone: str | None
    state: str | None


class Terms(NamedTuple):
    """The columns of the full-text index."""

    title: str
    text: str
    author: str
    stems: str


class Drawn(NamedTuple):
    """The parts of a row that are worked out only when it is written: moment, flags, tags and terms."""

    json: bytes
    at: int
    flags: int
    tags: tuple[tuple[str, str], ...]
    terms: Terms


class Row:
    """A post as the tables hold it. `said` is the fingerprint of its words, gone or not; `captured` is in microseconds, 0 for never."""

    __slots__ = ("_come", "_drawn", "captured", "post", "said")

    def __init__(self, post: Post) -> None:
        self.post = post
        self.said = bytes.fromhex(fingerprint(post if post.gone is None else replace(post, gone=None)))
        self.captured = 0 if post.capture is None else _captured(post.capture.at)
        self._drawn: Drawn | None = None
        self._come: tuple[Come | None] | None = None

    @property
    def drawn(self) -> Drawn:
        """The other parts, worked out once."""
        if self._drawn is None:
            self._drawn = _draw(self.post)
        return self._drawn

    @property
    def come(self) -> Come | None:
        """What finds its group of copies, worked out once; None where it says too little to have one."""
        if self._come is None:
            self._come = (come(self.post, self.said.hex()),)
        return self._come[0]

    @property
    def json(self) -> bytes:
        """The published JSON."""
        return self.drawn.json

    @property
    def terms(self) -> Terms:
        """What the full-text index holds of it."""
        return self.drawn.terms

    def shape(self, *, reply: bool, state: str | None) -> Shape:
        """The combination, given what only the store knows: whether there is an answer, and the state of the case."""
        post = self.post
        return Shape(
            post.source, post.kind.value, post.lang.code if post.lang else None, stars_of(post),
            post.author.role.value if post.author else None, int(reply), post.gone.value if post.gone else None, state,
        )  # fmt: skip

    def same_terms(self, other: Post) -> bool:
        """Whether another state of the post has the same terms."""
        return _worded(self.post) == _worded(other)


def _draw(post: Post) -> Drawn:
    tags = tuple(tags_of(post))
    flags = EDITED if post.edited is not None else 0
    for name in has(post, tags):
        flags |= _BIT.get(name, 0)
    return Drawn(post_json(post), moment_key(post), flags, tags, terms_of(post))


def terms_of(post: Post) -> Terms:
    """What the full-text index holds of a post."""
    language = post.lang.code if post.lang else None
    (title, text), stems = words.analysed((post.title or "", post.text), language)
    return Terms(title=title, text=text, author=words.joined_terms(author_words(post.author)), stems=stems)


def _worded(post: Post) -> tuple[str | None, str, str, str | None]:
    return post.title, post.text, author_words(post.author), post.lang.code if post.lang else None


def same_words(post: Post, other: Post) -> bool:
    """Whether two states of a post have the same title and text: what was understood of the one holds for the other."""
    return (post.title, post.text) == (other.title, other.text)


def flag(name: str) -> int:
    """The bit of one of HAS."""
    return _BIT[name]


def tied(source: str, ref: str | None) -> str | None:
    """A ref or thread of a source as it is stored: with the source before it."""
    return None if ref is None else f"{source}:{ref}"


def known_again(held: Post, come: Post) -> Post:
    """A post whose words are as before, seen again: the newer counters and capture, all its firms, the closer date, its place if only one has it."""
    firms = {firm.key: firm for firm in held.firms}
    for firm in come.firms:
        if firm.key not in firms or firm.score > firms[firm.key].score:
            firms[firm.key] = firm
    return replace(
        placed(held, come), firms=tuple(firms.values()), published=_closer(held.published, come.published), edited=_closer(held.edited, come.edited)
    )


def placed(held: Post, come: Post) -> Post:
    """The newer post with the conversation and the address that it had before where its page does not say: look-ups know less than threads."""
    if (come.thread or not held.thread) and (come.url or not held.url):
        return come
    return replace(come, thread=come.thread or held.thread, url=come.url or held.url)


def _closer(held: PartialDate | None, come: PartialDate | None) -> PartialDate | None:
    if held is None or come is None:
        return come or held
    return come if come.end - come.start < held.end - held.start else held
