"""What a post becomes in the tables of the embedded store: its row, its terms, its tags. Pure; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from plaint.model import PartialDate, Post, fingerprint, post_json
from plaint.posts import words
from plaint.query.fields import HAS, author_words, has, micros, moment_key, stars_of, tags_of

EDITED = 1 << len(HAS)
"""The flag of a post that was edited at its source or that is held in several revisions."""

_BIT = {name: 1 << place for place, name in enumerate(HAS)}


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


@dataclass(frozen=True)
class Row:
    """A post with what the tables say of it; each part is worked out once, when it is asked for."""

    post: Post

    @cached_property
    def json(self) -> bytes:
        """The published JSON."""
        return post_json(self.post)

    @cached_property
    def said(self) -> bytes:
        """The fingerprint of the words, whether or not the post is gone."""
        post = self.post if self.post.gone is None else replace(self.post, gone=None)
        return bytes.fromhex(fingerprint(post))

    @cached_property
    def at(self) -> int:
        """Microseconds of `earliest`."""
        return moment_key(self.post)

    @cached_property
    def captured(self) -> int:
        """Microseconds of the capture, 0 where there is none."""
        return 0 if self.post.capture is None else micros(self.post.capture.at)

    @cached_property
    def flags(self) -> int:
        """What the post has, one bit each."""
        bits = EDITED if self.post.edited is not None else 0
        for name in has(self.post):
            bits |= _BIT[name]
        return bits

    @cached_property
    def tags(self) -> tuple[tuple[str, str], ...]:
        """(field, value) pairs."""
        return tuple(tags_of(self.post))

    @cached_property
    def terms(self) -> Terms:
        """What goes into the full-text index."""
        post, language = self.post, self.post.lang.code if self.post.lang else None
        title, text = post.title or "", post.text
        return Terms(
            title=" ".join(words.terms(title)) if title else "",
            text=" ".join(words.terms(text)),
            author=" ".join(words.terms(author_words(post.author))),
            stems=" ".join(words.stems(f"{title}\n{text}" if title else text, language)),
        )

    def prepare(self) -> None:
        """Work out all parts now."""
        for part in (self.json, self.said, self.at, self.captured, self.flags, self.tags, self.terms):
            assert part is not None

    def shape(self, *, reply: bool, state: str | None) -> Shape:
        """The combination, given what only the store knows: whether there is an answer, and the state of the case."""
        post = self.post
        return Shape(
            post.source, str(post.kind), post.lang.code if post.lang else None, stars_of(post),
            str(post.author.role) if post.author else None, int(reply), str(post.gone) if post.gone else None, state,
        )  # fmt: skip

    def same_terms(self, other: Post) -> bool:
        """Whether another state of the post has the same terms."""
        mine, language = self.post, other.lang.code if other.lang else None
        return (mine.title, mine.text, author_words(mine.author), mine.lang.code if mine.lang else None) == (
            other.title, other.text, author_words(other.author), language,
        )  # fmt: skip


def flag(name: str) -> int:
    """The bit of one of HAS."""
    return _BIT[name]


def tied(source: str, ref: str | None) -> str | None:
    """A ref or thread of a source as it is stored: with the source before it."""
    return None if ref is None else f"{source}:{ref}"


def known_again(held: Post, come: Post) -> Post:
    """A post whose words are as before, seen again: the newer counters and capture, all its firms, the closer date."""
    firms = {firm.key: firm for firm in held.firms}
    for firm in come.firms:
        if firm.key not in firms or firm.score > firms[firm.key].score:
            firms[firm.key] = firm
    return replace(come, firms=tuple(firms.values()), published=_closer(held.published, come.published), edited=_closer(held.edited, come.edited))


def _closer(held: PartialDate | None, come: PartialDate | None) -> PartialDate | None:
    if held is None or come is None:
        return come or held
    return come if come.end - come.start < held.end - held.start else held
