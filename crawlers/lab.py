"""The contract lab: what a source file makes of a page that has changed, and whether anybody would notice.

A changed page must give what it gave, or a named alarm, or a rejection. What must never happen is a *wrong post*: one
that says something else than the page as it was, and nothing says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from crawlers.mutations import Mutant, mutants
from crawlers.page import Broken, Page
from crawlers.reading import Reading, is_cut, read
from crawlers.registry import Source
from plaint.desk.intake import understood
from plaint.model import Capture, Post, Rejection, Role
from plaint.posts.brands import Names
from plaint.posts.filling import Fill, fallen, fill_of, scale_moved, words_key

RUN = 20
"""As how many pages a page counts when its fields are compared, as the ledger compares whole runs."""

COMPARED = ("kind", "text", "title", "within", "reply_to", "gone", "rating", "published", "author", "role")
"""The fields of a post that must not lie. Words are not compared where the change itself put other words into them."""

DAY = timedelta(days=1)
"""How far two readings of one date may lie apart: a bare date has no zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A wrong post: which change made it, of which post, in which field. The words themselves are not repeated."""

    kind: str
    what: str
    ref: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the lab found: how many changed pages ended how, and every wrong post.

    `outcomes` counts `same` (nothing that is read was touched), `alarm`, `rejection`, `less` (a post lacks what the page no
    longer says), and `wrong`. `alarms` counts the alarms by name.
    """

    outcomes: Mapping[str, int] = field(default_factory=dict)
    alarms: Mapping[str, int] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no changed page gave a wrong post."""
        return not self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a page gives, as a run would see it."""

    posts: Mapping[str, Post]
    fill: Fill
    alarms: tuple[str, ...] = ()
    rejected: int = 0
    announced: int | None = None


def examine(source: Source, page: Page, most: int | None = None) -> Verdict:
    """Change a page in every way and judge what comes of it; with `most`, only so many changes, spread over all of them.

    A page that gives no posts as it is has nothing to lose and gives an empty verdict.
    """
    before = _look(source, page)
    if not before.posts:
        return Verdict()
    outcomes: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    wrong: list[Wrong] = []
    for mutant in _chosen(list(mutants(page)), most):
        after = _look(source, mutant.page)
        named = (*after.alarms, *_alarms(before, after))
        alarms.update(named)
        false = _wrong(mutant, before, after)
        is_told = bool(named) or after.rejected > before.rejected
        # What is read of a cut page is stored, alarm or not: what it says of a post has to be right all the same.
        false = [one for one in false if not is_told or (mutant.kind == "cut short" and one.field != "ref")]
        if false:
            outcomes["wrong"] += 1
            wrong.extend(false)
        else:
            outcomes[_outcome(before, after, named)] += 1
    return Verdict(outcomes=dict(outcomes), alarms=dict(alarms), wrong=tuple(wrong))


def _chosen(all_of_them: Sequence[Mutant], most: int | None) -> Sequence[Mutant]:
    if most is None or len(all_of_them) <= most:
        return all_of_them
    return [all_of_them[place * len(all_of_them) // most] for place in range(most)]


def _look(source: Source, page: Page) -> _Seen:
    try:
        reading = read(source, page)
    except Broken as broken:
        return _Seen(posts={}, fill=Fill(), alarms=(broken.alarm,))
    results = normalised(source, page, reading)
    posts = {one.ref: one for one in results if isinstance(one, Post)}
    rejected = len(reading.rejected) + sum(isinstance(one, Rejection) for one in results)
    cut = ("half page",) if is_cut(page) else ()
    return _Seen(posts=posts, fill=fill_of(posts.values()), rejected=rejected, alarms=cut, announced=reading.announced)


def normalised(source: Source, page: Page, reading: Reading) -> list[Post | Rejection]:
    """The posts of a reading as the archive would hold them, and what would be rejected; no firm is looked for."""
    site = source.site
    capture = Capture(url=page.url, at=page.at, sha256=sha256(page.body).hexdigest(), parser=f"{site.key}@{site.version}")
    names = Names(())
    return [understood(raw, site, capture, names) for raw in reading.posts]


def _alarms(before: _Seen, after: _Seen) -> tuple[str, ...]:
    """What the ledger would say of a run of such pages, after a run of pages as they were."""
    if after.alarms:
        return ()
    if not after.fill.posts and not after.rejected:
        return ("no posts",)
    found = [f"falling fill rate: {name}" for name in fallen(after.fill.times(RUN), before.fill.times(RUN))]
    if scale_moved(after.fill.times(RUN), before.fill.times(RUN)):
        found.append("rating scale moved")
    lost = {words for ref, post in before.posts.items() if ref not in after.posts and (words := words_key(post))}
    if any(words_key(post) in lost for ref, post in after.posts.items() if ref not in before.posts):
        found.append("same words under another id")
    return tuple(found)


def _outcome(before: _Seen, after: _Seen, named: Sequence[str]) -> str:
    if named:
        return "alarm"
    if after.rejected > before.rejected:
        return "rejection"
    return "same" if after.posts.keys() == before.posts.keys() and after.fill == before.fill else "less"


def _wrong(mutant: Mutant, before: _Seen, after: _Seen) -> list[Wrong]:
    """Posts that were never there, and fields that say something else than before. A field that is empty now is no lie."""
    found = []
    for ref, post in after.posts.items():
        held = before.posts.get(ref)
        compared = [name for name in COMPARED if mutant.kind != "another locale" or name not in {"text", "title"}]
        fields = ["ref"] if held is None else [name for name in compared if _is_false(name, held, post)]
        found += [Wrong(kind=mutant.kind, what=mutant.what, ref=ref, field=name) for name in fields]
    return found


def _is_false(name: str, held: Post, post: Post) -> bool:
    """Whether a field lies now: it says another thing, or hides that a post is an answer inside another.

    A field that is empty, a date that is less exact, a part of the name or the handle instead of it: less, but no lie.
    """
    was, now = _said(name, held), _said(name, post)
    if was == now or (now in (None, "") and name != "within"):
        return False
    if name == "author" and held.author is not None:
        return str(now) not in f"{held.author.name} {held.author.handle}"
    if name == "published" and held.published is not None and post.published is not None:
        return post.published.start > held.published.end + DAY or post.published.end < held.published.start - DAY
    return True


def _said(name: str, post: Post) -> object:
    """What a post says in a field, as it is compared."""
    match name:
        case "rating":
            return None if post.rating is None else "outside its scale" if post.rating.unit is None else round(post.rating.unit, 3)
        case "author":
            return post.author.name if post.author else None
        case "role":
            return post.author.role if post.author else Role.CUSTOMER
        case _:
            return getattr(post, name)
