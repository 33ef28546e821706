"""Cuts the piece of a post that shows why it was found, from the original text, with the places to light up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, tee
from operator import itemgetter

from plaint.model import Post
from plaint.posts import words
from plaint.query.near import is_near
from plaint.query.tree import And, Fuzzy, Node, Or, Phrase, Prefix, Term

WIDTH = 240
"""Characters of a snippet, ellipses not counted."""

READ = 20_000
"""Characters of a text that are looked through; a match further on is shown by the beginning of the text."""


@dataclass(slots=True)
class _Sought:
    terms: set[str] = field(default_factory=set)
    prefixes: list[str] = field(default_factory=list)
    fuzzy: list[tuple[str, int]] = field(default_factory=list)
    sequences: list[tuple[list[str], bool]] = field(default_factory=list)
    stemmed: list[str] = field(default_factory=list)


class _Worth(dict[str, tuple[tuple[words.Span, bool], ...]]):
    """For each word as written in texts of one language: its terms, with whether each is lit by itself.

    Empty where the word can be no part of what is lit. Every word is judged once, so that most of a text is passed over
    without a line of Python.
    """

    def __init__(self, sought: _Sought, language: str | None) -> None:
        super().__init__()
        self._sought = sought
        self._stems = {stem for word in sought.stemmed for stem in words.stems(word, language)}
        self._stem_of = words.stemmer(language) if self._stems else None
        self._known = sought.terms.union(*(terms for terms, _ in sought.sequences))
        self._prefixes = tuple(sought.prefixes)
        self._begun = (*sought.prefixes, *(terms[-1] for terms, is_begun in sought.sequences if is_begun))

    def __missing__(self, run: str) -> tuple[tuple[words.Span, bool], ...]:
        if run.isascii() and not self._may_count(run.lower()[: words.LONGEST], run):
            told: tuple[tuple[words.Span, bool], ...] = ()
        else:
            spans = list(words.spans(run))
            is_worth = any(self._may_count(span.term, span.run) for span in spans)
            told = tuple((span, self._is_lit(span.term, span.run)) for span in spans) if is_worth else ()
        self[run] = told
        return told

    def _may_count(self, term: str, run: str) -> bool:
        return term in self._known or term.startswith(self._begun) or self._is_like(term, run)

    def _is_lit(self, term: str, run: str) -> bool:
        return term in self._sought.terms or term.startswith(self._prefixes) or self._is_like(term, run)

    def _is_like(self, term: str, run: str) -> bool:
        if self._stem_of is not None and self._stem_of(run) in self._stems:
            return True
        return bool(self._sought.fuzzy) and any(is_near(word, term, edits) for word, edits in self._sought.fuzzy)


class Spotter:
    """Finds in posts the words that one query asks for; what it excludes and asks of fields is not lit."""

    def __init__(self, query: Node) -> None:
        self._sought = _Sought()
        for node in _positive(query):
            self._seek(node)
        self._is_asked = self._sought != _Sought()
        self._reach = max((len(terms) for terms, _ in self._sought.sequences), default=0)
        self._worth: dict[str | None, _Worth] = {}

    def cut(self, post: Post) -> tuple[str, tuple[tuple[int, int], ...]]:
        """A snippet of the text and the (start, end) offsets in it to light up."""
        language = post.lang.code if post.lang else None
        places = self._places(post.text[:READ], language) if self._is_asked else []
        start, end = _window(post.text, places[0] if places else (0, 0))
        before, after = "… " if start else "", " …" if end < len(post.text) else ""
        shift = len(before) - start
        lit = tuple((a + shift, b + shift) for a, b in places if a >= start and b <= end)
        return f"{before}{post.text[start:end]}{after}", lit

    def _seek(self, node: Term | Phrase | Prefix | Fuzzy) -> None:
        terms, is_begun = words.wanted(node.value)
        if not terms:
            return
        if isinstance(node, Fuzzy):
            self._sought.fuzzy += [(term, node.edits) for term in terms]
            return
        is_begun = is_begun or isinstance(node, Prefix)
        if len(terms) > 1:
            self._sought.sequences.append((terms, is_begun))
        elif is_begun:
            self._sought.prefixes.append(terms[0])
        else:
            self._sought.terms.add(terms[0])
            self._sought.stemmed += [node.value] if isinstance(node, Term) else []

    def _places(self, text: str, language: str | None) -> list[tuple[int, int]]:
        """What to light up, as far as a snippet around the first of it can reach."""
        if language not in self._worth:
            self._worth[language] = _Worth(self._sought, language)
        recent: deque[words.Span] = deque(maxlen=self._reach)
        found: list[tuple[int, int]] = []
        before = 0
        for number, span, is_lit in _standing(text, self._worth[language]):
            if found and span.start > found[0][0] + 2 * WIDTH:
                break
            if is_lit:
                found.append((span.start, span.end))
            if self._reach:
                if number > before + 1:
                    recent.clear()
                recent.append(span)
                found += (place for sequence in self._sought.sequences if (place := _ending_here(recent, *sequence)) is not None)
            before = number
        return _merged(sorted(found))


def _standing(text: str, worth: _Worth) -> Iterator[tuple[int, words.Span, bool]]:
    """The terms of the words that are worth it, where they stand: the number of the word, the term, whether it is lit by itself."""
    standing, again = tee(words.standing(text))
    for number, found in compress(enumerate(standing), map(worth.__getitem__, map(itemgetter(0), again))):
        shift = found.start()
        for (term, start, end, run), is_lit in worth[found[0]]:
            yield number, words.Span(term, start + shift, end + shift, run), is_lit


def _positive(node: Node) -> Iterator[Term | Phrase | Prefix | Fuzzy]:
    match node:
        case And(of) | Or(of):
            for part in of:
                yield from _positive(part)
        case Term(field=None) | Phrase(field=None) | Prefix(field=None) | Fuzzy(field=None):
            yield node


def _ending_here(recent: Sequence[words.Span], terms: list[str], is_begun: bool) -> tuple[int, int] | None:  # noqa: FBT001
    spans = list(recent)[-len(terms) :]
    here = [span.term for span in spans]
    if here == terms or (is_begun and len(here) == len(terms) and here[:-1] == terms[:-1] and here[-1].startswith(terms[-1])):
        return spans[0].start, spans[-1].end
    return None


def _merged(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start <= merged[-1][1] and (start < merged[-1][1] or end == start):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, first: tuple[int, int]) -> tuple[int, int]:
    """Where to cut: around the first match, at the edges of words where one is near."""
    start = max(0, first[0] - WIDTH // 3)
    if start:
        edge = text.find(" ", start, first[0])
        start = edge + 1 if edge >= 0 else start
    end = max(start + WIDTH, min(first[1], start + 2 * WIDTH))
    if end < len(text):
        edge = text.rfind(" ", max(start + 1, first[1], end - 40), end + 1)
        end = edge if edge > start else end
    return start, min(end, len(text))
