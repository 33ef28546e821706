"""Texts with the personal data in them hidden: each stretch is replaced by its kind in brackets, whatever its length.

Hidden are names of persons and what reaches or identifies one; not places, firms, titles, ages, dates and web addresses, without which
a complaint cannot be read; and of what the tagger says only sure names (`personal.find_sure`): a brand that is hidden by mistake costs
more in a list than in a count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from plaint.model import Post
from plaint.query.tree import Hit
from plaint.understand.personal import find_sure
from plaint.understand.understanding import Span

HIDDEN = {
    "person": "[name]", "phone": "[phone]", "e-mail": "[e-mail]", "address": "[address]", "postcode": "[postcode]", "card": "[card]",
    "iban": "[account]", "account": "[account]", "national id": "[national id]", "ip": "[IP address]", "policy": "[policy number]",
    "reference": "[reference]", "birth date": "[date of birth]", "number": "[number]",
}  # fmt: skip
"""What stands for each kind that is hidden."""

BATCH = 128
"""Posts that are masked at once."""


def masked(texts: Sequence[str]) -> list[str]:
    """Each text with its personal data hidden."""
    return [_without(text, spans) for text, spans in zip(texts, hidden(texts), strict=True)]


def masked_posts(posts: Iterable[Post]) -> Iterator[Post]:
    """Posts with the personal data in their titles and texts hidden, in order; who wrote them is not this one's to hide."""
    every = iter(posts)
    while some := tuple(islice(every, BATCH)):
        yield from (replace(post, title=title, text=text) for post, (title, text) in zip(some, _words(some), strict=True))


def _words(posts: Sequence[Post]) -> Iterator[tuple[str | None, str]]:
    titles, texts = masked([post.title or "" for post in posts]), masked([post.text for post in posts])
    for post, title, text in zip(posts, titles, texts, strict=True):
        yield (title if post.title is not None else None), text


def masked_hits(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits with the personal data in title, text and snippet hidden; a mark that lay in what is hidden is gone."""
    parts = [part for hit in hits for part in (hit.post.title or "", hit.post.text, hit.snippet)]
    spans = hidden(parts)
    made = []
    for number, hit in enumerate(hits):
        title, text, own = spans[3 * number : 3 * number + 3]
        around = [
            (source[span.start : span.end], span.kind) for source, some in ((hit.post.title or "", title), (hit.post.text, text)) for span in some
        ]
        inside = _union([*own, *(span for word, kind in around for span in _places(hit.snippet, word, kind))])
        snippet, marks = _snippet(hit, inside)
        post = replace(hit.post, title=_without(hit.post.title, title) if hit.post.title else hit.post.title, text=_without(hit.post.text, text))
        made.append(replace(hit, post=post, snippet=snippet, marks=marks))
    return tuple(made)


def hidden(texts: Sequence[str]) -> list[tuple[Span, ...]]:
    """What is hidden of each text: the stretches with their kinds, in order."""
    return [tuple(span for span in spans if span.kind in HIDDEN) for spans in find_sure(texts)]


def _without(text: str, spans: Iterable[Span]) -> str:
    """The text with each span replaced; neighbours of one kind become one."""
    parts: list[str] = []
    done, last = 0, ""
    for span in spans:
        between, word = text[done : span.start], HIDDEN[span.kind]
        if not (word == last and parts and not between.strip(" ,")):
            parts += [between, word]
        done, last = span.end, word
    return "".join([*parts, text[done:]])


def _places(text: str, word: str, kind: str) -> Iterator[Span]:
    at = text.find(word)
    while word and at >= 0:
        yield Span(start=at, end=at + len(word), kind=kind)
        at = text.find(word, at + len(word))


def _union(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = Span(start=kept[-1].start, end=span.end, kind=kept[-1].kind)
    return kept


def _snippet(hit: Hit, spans: Sequence[Span]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The snippet without what is hidden, and the marks where they are then."""
    marks = []
    for start, end in hit.marks:
        if any(span.start < end and start < span.end for span in spans):
            continue
        moved = len(_without(hit.snippet[:start], [span for span in spans if span.end <= start]))
        marks.append((moved, moved + end - start))
    return _without(hit.snippet, spans), tuple(marks)
