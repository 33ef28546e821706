"""Cuts the piece of a post that shows why it was found, from the original text, with the places to light up."""

from __future__ import annotations

from collections.abc import Iterator
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
        spans = list(words.spans(text))
        stems = {stem for word in self._sought.stemmed for run in words.runs(word) if (stem := words.stem_of(run, language))}
        found = [(span.start, span.end) for span in spans if self._is_sought(span, language, stems)]
        for terms, is_begun in self._sought.sequences:
            found += _sequences(spans, terms, is_begun=is_begun)
        return _merged(sorted(found))

    def _is_sought(self, span: words.Span, language: str | None, stems: set[str]) -> bool:
        term, sought = span.term, self._sought
        return (
            term in sought.terms
            or any(term.startswith(prefix) for prefix in sought.prefixes)
            or any(is_near(word, term, edits) for word, edits in sought.fuzzy)
            or (bool(stems) and words.stem_of(span.run, language) in stems)
        )


def _positive(node: Node) -> Iterator[Term | Phrase | Prefix | Fuzzy]:
    match node:
        case And(of) | Or(of):
            for part in of:
                yield from _positive(part)
        case Term(field=None) | Phrase(field=None) | Prefix(field=None) | Fuzzy(field=None):
            yield node


def _sequences(spans: list[words.Span], terms: list[str], *, is_begun: bool) -> Iterator[tuple[int, int]]:
    length = len(terms)
    for place in range(len(spans) - length + 1):
        here = [span.term for span in spans[place : place + length]]
        if here == terms or (is_begun and here[:-1] == terms[:-1] and here[-1].startswith(terms[-1])):
            yield spans[place].start, spans[place + length - 1].end


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
