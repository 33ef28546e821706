"""Cuts the piece of a post that shows why it was found, from the original text, with the places to light up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

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


class Spotter:
    """Finds in posts the words that one query asks for; what it excludes and asks of fields is not lit."""

    def __init__(self, query: Node) -> None:
        self._sought = _Sought()
        for node in _positive(query):
            self._seek(node)
        self._is_asked = self._sought != _Sought()

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
        sought, stem_of = self._sought, words.stemmer(language)
        stems = {stem for word in sought.stemmed for stem in words.stems(word, language)}
        stem_of = stem_of if stems else None
        is_near_some = bool(sought.prefixes or sought.fuzzy)
        recent: deque[words.Span] = deque(maxlen=max((len(terms) for terms, _ in sought.sequences), default=1))
        found: list[tuple[int, int]] = []
        for span in words.spans(text):
            term, start, end, run = span
            if found and start > found[0][0] + 2 * WIDTH:
                break
            if term in sought.terms or (stem_of is not None and stem_of(run) in stems) or (is_near_some and self._is_near_some(term)):
                found.append((start, end))
            if sought.sequences:
                recent.append(span)
                found += (place for sequence in sought.sequences if (place := _ending_here(recent, *sequence)) is not None)
        return _merged(sorted(found))

    def _is_near_some(self, term: str) -> bool:
        sought = self._sought
        return any(term.startswith(prefix) for prefix in sought.prefixes) or any(is_near(word, term, edits) for word, edits in sought.fuzzy)


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
