"""An archive that answers by looking at every post: what the stores' answers are compared with. Slow and plain on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from plaint.model import Post, moment_of
from plaint.posts import words
from plaint.query.tree import And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Search, Sort, Term
from plaint.understand.reach import reach
from plaint.understand.understanding import Understanding

BANDS = ((60, "far"), (40, "wide"), (20, "some"), (0, "little"))
MEANT = {"complaint", "severity", "sentiment", "urgency", "vulnerability", "about", "pii"}


class Oracle:
    """All posts in memory. Each post is put once; `cases` are case id and state by post, `understood` what was understood."""

    def __init__(
        self, posts: Sequence[Post], cases: dict[str, tuple[str, str]] | None = None, understood: dict[str, Understanding] | None = None
    ) -> None:
        self.understood = understood or {}
        self.posts = list(posts)
        self.cases = cases or {}
        self.languages = sorted({post.lang.code for post in posts if post.lang})
        self.answered = {f"{post.source}:{post.reply_to}" for post in posts if post.reply_to is not None}
        self.terms = {
            post.id: {"title": words.terms(post.title or ""), "text": words.terms(post.text), "author": _author_terms(post)} for post in posts
        }
        self.stems = {post.id: _stems(post) for post in posts}

    def ids(self, search: Search) -> list[str]:
        """Ids of all matches in order."""
        found = [post for post in self.posts if self.matches(post, search)]
        return [post.id for post in sorted(found, key=lambda post: (_key(post, search.sort), post.id))]

    def matches(self, post: Post, search: Search, but: str | None = None) -> bool:
        if search.scope is not None and not {firm.key for firm in post.firms} & set(search.scope):
            return False
        for field, values in search.include.items():
            if field != but and not set(self.facet_values(post, field)) & set(values):
                return False
        for field, values in search.exclude.items():
            if field != but and set(self.facet_values(post, field)) & set(values):
                return False
        return self.holds(post, search.query)

    def facets(self, search: Search) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for name in search.facets:
            counts: Counter[str] = Counter()
            for post in self.posts:
                if self.matches(post, search, but=name):
                    counts.update(set(self.facet_values(post, name)))
            found[name] = dict(counts)
        return found

    def histogram(self, search: Search) -> tuple[int, ...]:
        moments = [moment_of(post.published.earliest) for post in self.posts if post.published and self.matches(post, search)]
        edges = [moment_of(edge) for edge in search.edges]
        return tuple(sum(low <= moment < high for moment in moments) for low, high in pairwise(edges))

    def facet_values(self, post: Post, field: str) -> list[str]:
        if field in MEANT:
            return _meant(self.understood.get(post.id) or Understanding(), field)
        match field:
            case "firm":
                return [firm.key for firm in post.firms]
            case "source" | "kind":
                return [str(getattr(post, field))]
            case "lang":
                return [post.lang.code] if post.lang else []
            case "rating":
                return [] if _stars(post) is None else [str(int(_stars(post) + 0.5))]
            case "state":
                return [self.cases[post.id][1]] if post.id in self.cases else []
            case "product" | "issue":
                return [post.facts[field]] if field in post.facts else []
            case "place":
                said = [post.place.name, post.place.country] if post.place else [post.author.place if post.author else None]
                return [place for place in said if place]
            case "role":
                return [str(post.author.role)] if post.author else []
            case "reply":
                return ["yes" if post.id in self.answered else "no"]
            case "hashtag":
                return [words.key_of(tag) for tag in post.hashtags]
            case "mention":
                return [words.key_of(name) for name in post.mentions]
            case "gone":
                return [str(post.gone)] if post.gone else []
            case "reach":
                points = reach(post)
                return [] if points is None else [next(name for least, name in BANDS if points.score >= least)]
        raise AssertionError(field)

    def holds(self, post: Post, node: Node) -> bool:
        match node:
            case And(of):
                return all(self.holds(post, part) for part in of)
            case Or(of):
                return any(self.holds(post, part) for part in of)
            case Not(of):
                return not self.holds(post, of)
            case Range(field="p"):
                return _between(self._p(post), node, float, float)
            case Range(field="reach"):
                return _between(None if (points := reach(post)) is None else points.score, node, float, float)
            case Range():
                return _in_range(post, node)
            case _ if node.field is None or node.field in {"title", "author"}:
                return self._says(post, node)
            case _:
                return self._field(post, node)

    def _says(self, post: Post, node: Term | Phrase | Prefix | Fuzzy) -> bool:
        lists = [self.terms[post.id][name] for name in (["title", "text"] if node.field is None else [node.field])]
        wanted, is_begun = words.wanted(node.value)
        if not wanted:
            return False
        match node:
            case Fuzzy(edits=edits):
                return all(any(near(want, have, edits) for terms in lists for have in terms) for want in wanted)
            case Prefix():
                return any(_follows(terms, wanted if is_begun else words.terms(node.value), is_begun=True) for terms in lists)
            case Phrase():
                return any(_follows(terms, wanted, is_begun=is_begun) for terms in lists)
        if any(_follows(terms, wanted, is_begun=is_begun) for terms in lists):
            return True
        if node.field is not None or len(wanted) > 1 or is_begun:
            return False
        return any(stem in self.stems[post.id] for language in self.languages for stem in words.stems(node.value, language))

    def _field(self, post: Post, node: Term | Phrase | Prefix | Fuzzy) -> bool:
        if node.field in {"id", "url", "thread", "case"}:
            said = {"id": post.id, "url": post.url, "thread": post.thread, "case": self.cases.get(post.id, (None,))[0]}[node.field]
            names = [said, f"{post.source}:{said}"] if node.field == "thread" else [said]
            return said is not None and any(name.startswith(node.value) if isinstance(node, Prefix) else name == node.value for name in names)
        if node.field == "is":
            edited = post.edited is not None
            return {"case": post.id in self.cases, "gone": post.gone is not None, "edited": edited, "reply": post.reply_to is not None}[node.value]
        if node.field == "has":
            return self._has(post, node.value)
        if node.field == "p":
            return self._p(post) == float(node.value)
        if node.field == "published":
            return _in_range(post, Range("published", node.value, node.value))
        asked = node.value.lstrip({"hashtag": "#", "mention": "@"}.get(node.field or "", ""))
        have, want = [words.key_of(value) for value in self.facet_values(post, node.field or "")], words.key_of(asked)
        match node:
            case Prefix():
                return any(value.startswith(want) for value in have)
            case Fuzzy(edits=edits):
                return any(near(want, value, edits) for value in have)
        return want in have

    def _p(self, post: Post) -> float | None:
        said = self.understood.get(post.id)
        return round(said.complaint.p, 3) if said is not None and said.complaint is not None else None

    def _has(self, post: Post, what: str) -> bool:
        if what == "reply":
            return post.id in self.answered
        if what in {"hashtag", "mention", "product", "issue", "firm", "place", "reach", *MEANT}:
            return bool(self.facet_values(post, what))
        if what == "rating":
            return _stars(post) is not None
        return bool(getattr(post, {"date": "published"}.get(what, what)))


def _meant(said: Understanding, field: str) -> list[str]:
    match field:
        case "complaint":
            return (
                []
                if said.complaint is None
                else ["yes" if round(said.complaint.p, 3) >= 0.7 else "no" if round(said.complaint.p, 3) < 0.3 else "unsure"]
            )
        case "severity":
            return [str(said.severity.level)] if said.severity else []
        case "sentiment":
            return [said.sentiment.label] if said.sentiment else []
        case "about":
            return [f"{name}/{code.code}" for part in (said.product, said.issue) for name, code in part.items() if code is not None]
        case "pii":
            return [span.kind for span in said.pii]
    return [flag.name for flag in getattr(said, field)]


def near(word: str, other: str, edits: int) -> bool:
    """Same first letter, and at most `edits` insertions, losses, changes or swaps of neighbours apart."""
    if word[:1] != other[:1]:
        return False
    row_before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        row_two, row_before, row = row_before, row, [i]
        for j, have in enumerate(other, 1):
            row.append(min(row_before[j] + 1, row[j - 1] + 1, row_before[j - 1] + (letter != have)))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == have:
                row[j] = min(row[j], row_two[j - 2] + 1)
    return row[-1] <= edits


def _author_terms(post: Post) -> list[str]:
    return words.terms(f"{post.author.name or ''} {post.author.handle or ''}") if post.author else []


def _stems(post: Post) -> set[str]:
    return words.stems(f"{post.title or ''}\n{post.text}", post.lang.code if post.lang else None)


def _follows(terms: Sequence[str], wanted: Sequence[str], *, is_begun: bool) -> bool:
    width = len(wanted)
    pieces = [list(terms[at : at + width]) for at in range(len(terms) - width + 1)]
    return any(piece == list(wanted) or (is_begun and piece[:-1] == list(wanted[:-1]) and piece[-1].startswith(wanted[-1])) for piece in pieces)


def _stars(post: Post) -> float | None:
    return post.rating.stars if post.rating else None


def _in_range(post: Post, node: Range) -> bool:
    if node.field == "rating":
        return _between(_stars(post), node, float, float)
    assert node.field == "published"
    return _between(post.published and moment_of(post.published.earliest), node, moment_of, lambda text: moment_of(text, end=True))


def _between(value: Any, node: Range, first: Callable[[Any], Any], last: Callable[[Any], Any]) -> bool:
    if value is None:
        return False
    if node.low is not None and not (value >= first(node.low) if node.with_low else value > last(node.low)):
        return False
    return node.high is None or bool(value <= last(node.high) if node.with_high else value < first(node.high))


def _key(post: Post, sort: Sort) -> tuple[Any, ...]:
    if sort in {Sort.NEWEST, Sort.OLDEST}:
        moment = moment_of(post.published.earliest).timestamp() if post.published else None
        return (moment is None, (moment or 0) * (-1 if sort is Sort.NEWEST else 1))
    if sort in {Sort.RATING_LOW, Sort.RATING_HIGH}:
        stars = _stars(post)
        return (stars is None, (stars or 0) * (1 if sort is Sort.RATING_LOW else -1))
    captured = moment_of(post.capture.at).timestamp() if post.capture else None
    return (captured is None, -(captured or 0))
