"""Whether one post answers a query, told from the post alone, before any store has it: what alerts and rules are asked with.

The answer is that of the stores (a test compares them). What depends on other posts or on casework (`has:reply`, `is:case`, `state:`,
`case:`) cannot be told from a post, and `askable` says so when such a query is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from plaint.model import Post
from plaint.posts import words
from plaint.query import fields
from plaint.query.near import is_near
from plaint.query.tree import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Term

Word = Term | Phrase | Prefix | Fuzzy

UNTOLD = {"state": "how a case stands", "case": "which case it is in", "collected": "when it was collected",
          **dict.fromkeys((*fields.MEANT, "p"), "what is understood of it"),
          **dict.fromkeys(fields.COPIED, "whether others say the same")}  # fmt: skip
"""Fields that a post has only later."""

UNTOLD_CLAIMS = {("has", "reply"): "whether somebody answers", ("is", "case"): "whether it is in a case", ("is", "gone"): "whether it is removed",
                 ("is", "edited"): "whether it is edited",
                 **{("has", field): "what is understood of it" for field in fields.MEANT},
                 **{("has", field): "whether others say the same" for field in fields.COPIED}}  # fmt: skip
"""Claims that are decided only later."""


def askable(node: Node) -> str | None:
    """Why a query cannot be asked of a post that has just come; None for one that can."""
    match node:
        case And(of) | Or(of):
            return next((why for part in of if (why := askable(part)) is not None), None)
        case Not(of):
            return askable(of)
        case _ if node.field in UNTOLD:
            return f"{node.field}: asks {UNTOLD[node.field]}, which nobody knows of a post that has just come"
        case Term() | Phrase() if (claim := (node.field or "", words.key_of(node.value))) in UNTOLD_CLAIMS:
            return f"{claim[0]}:{claim[1]} asks {UNTOLD_CLAIMS[claim]}, which nobody knows of a post that has just come"
        case _:
            return None


class Asked:
    """A post to which queries are put; it is analysed once, when words are first asked for."""

    def __init__(self, post: Post) -> None:
        self.post = post

    @cached_property
    def terms(self) -> dict[str, list[str]]:
        """The terms of each part that has words."""
        author = fields.author_words(self.post.author)
        return {"title": words.terms(self.post.title or ""), "text": words.terms(self.post.text), "author": words.terms(author)}

    @cached_property
    def stems(self) -> set[str]:
        """The stems of title and text in the post's language."""
        return words.stems(f"{self.post.title or ''}\n{self.post.text}", self._language)

    @cached_property
    def tags(self) -> list[tuple[str, str]]:
        """(field, value) of everything that a post can have several of."""
        return fields.tags_of(self.post)

    @property
    def _language(self) -> str | None:
        return self.post.lang.code if self.post.lang else None

    def answers(self, node: Node) -> bool:
        """Whether the post is one that the query asks for."""
        match node:
            case And(of):
                return all(map(self.answers, of))
            case Or(of):
                return any(map(self.answers, of))
            case Not(of):
                return not self.answers(of)
            case Range():
                return self._between(node)
            case _ if node.field is None or node.field in fields.WORDS:
                return self._says(node, ("title", "text") if node.field is None else (node.field,))
            case _:
                return self._has_field(node, node.field)

    def _says(self, node: Word, columns: Sequence[str]) -> bool:
        wanted, is_begun = words.wanted(node.value)
        if not wanted:
            return False
        parts = [self.terms[name] for name in columns]
        match node:
            case Fuzzy(edits=edits):
                return all(any(is_near(want, have, edits) for part in parts for have in part) for want in wanted)
            case Prefix():
                return any(_holds(part, wanted if is_begun else words.terms(node.value), is_begun=True) for part in parts)
        if any(_holds(part, wanted, is_begun=is_begun) for part in parts):
            return True
        may_stem = isinstance(node, Term) and node.field is None and len(wanted) == 1 and not is_begun
        return may_stem and not self.stems.isdisjoint(words.stems(node.value, self._language))

    def _has_field(self, node: Word, field: str) -> bool:
        if field in fields.EXACT:
            return self._is_named(node, field)
        if field in fields.KEYS or field in fields.TAGS:
            asked = words.key_of(node.value.lstrip({"hashtag": "#", "mention": "@"}.get(field, "")))
            return any(_fits(node, asked, words.key_of(value)) for value in self._values(field))
        if field == "rating":
            return fields.stars_of(self.post) is not None and self._stars() == fields.stars_asked(node.value)
        if field == "published":
            return self._within(*fields.span_of(node.value))
        if field == "has":
            return words.key_of(node.value) in fields.has(self.post, self.tags)
        return words.key_of(node.value) == "reply" and self.post.reply_to is not None

    def _values(self, field: str) -> Iterator[str]:
        post = self.post
        if field in fields.TAGS:
            yield from (value for name, value in self.tags if name == field)
        else:
            said = {"source": post.source, "kind": post.kind.value, "lang": self._language, "role": post.author.role.value if post.author else None}
            if (value := said.get(field)) is not None:
                yield value

    def _is_named(self, node: Word, field: str) -> bool:
        said = {"id": self.post.id, "url": self.post.url, "thread": self.post.thread}.get(field)
        if said is None:
            return False
        names = (said, f"{self.post.source}:{said}") if field == "thread" else (said,)
        return any(name.startswith(node.value) if isinstance(node, Prefix) else name == node.value for name in names)

    def _stars(self) -> float | None:
        return self.post.rating.stars if self.post.rating else None

    def _between(self, node: Range) -> bool:
        if node.field == "published":
            return self._within(*fields.moments_of(node))
        figure = fields.reach_of(self.post) if node.field == "reach" else self._stars()
        if figure is None:
            return False
        low = None if node.low is None else fields.figure_asked(node.field, node.low)
        high = None if node.high is None else fields.figure_asked(node.field, node.high)
        above = low is None or figure > low or (node.with_low and figure == low)
        return above and (high is None or figure < high or (node.with_high and figure == high))

    def _within(self, low: int | None, high: int | None) -> bool:
        moment = fields.moment_key(self.post)
        return moment != fields.UNDATED and (low is None or moment >= low) and (high is None or moment < high)


def _fits(node: Word, asked: str, have: str) -> bool:
    match node:
        case Prefix():
            return have.startswith(asked)
        case Fuzzy(edits=edits):
            return is_near(asked, have, edits)
        case _:
            return have == asked


def _holds(terms: Sequence[str], wanted: Sequence[str], *, is_begun: bool) -> bool:
    """Whether the wanted terms stand one after the other; the last one may go on."""
    width, whole = len(wanted), list(wanted)
    for at in range(len(terms) - width + 1):
        piece = list(terms[at : at + width])
        if piece == whole or (is_begun and piece[:-1] == whole[:-1] and piece[-1].startswith(whole[-1])):
            return True
    return False
