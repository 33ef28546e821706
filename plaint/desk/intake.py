"""The only way in: what a page said becomes posts in the archive, or rejections in the quarantine.

Crawls, imports and streams all come here: `receive` takes one page, `receive_all` several at once. What cannot be
understood is set aside with its reason and a stable id; the rest is stored in one batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice

from plaint.desk import answers, heard, opening, register
from plaint.desk.admission import admit
from plaint.desk.understanding import read_posts
from plaint.model import Approval, Capture, Firm, Post, Quarantined, RawPost, Rejection, Site, iso
from plaint.ports import NotTaken, Outcome, Stores
from plaint.posts.allowed import only
from plaint.posts.brands import Names
from plaint.posts.filling import Fill, fill_of, words_key
from plaint.posts.normalise import normalise
from plaint.posts.states import parted

SURPRISES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What normalising may raise on an item that nobody foresaw; it costs that item only."""

PAGE = "page"
"""The `field` of a rejection that is about a whole page (or the rest of one) and no item of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of one page. The first four count the source's own items, each once in a run.

    `within` are posts that came inside another item (a firm's answer), `within_rejected` those of them that were
    rejected; `older` lie before the date that was asked for and were left out; `gone` are known posts now marked as
    removed and `stale` came from a capture older than what is held (both are among `known`); `absent` are those that
    were removed before the archive had them, or are past their retention class, which are none of the four; `broken` are
    pages or rests of pages that could not be read. `refs` names every item that the page showed, understood or not;
    `nameless` are rejections that do not say which item they are about; `set_aside` are the ids under which rejections
    lie in the quarantine; `fill` is how full the fields of the stored items were, `words` are those of new ones,
    `appeared` are those of new posts with an exact moment: when each was published and when it was fetched (ISO 8601).
    """

    new: int = 0
    known: int = 0
    changed: int = 0
    rejected: int = 0
    within: int = 0
    within_rejected: int = 0
    older: int = 0
    gone: int = 0
    absent: int = 0
    stale: int = 0
    broken: int = 0
    nameless: int = 0
    refs: frozenset[str] = frozenset()
    set_aside: frozenset[str] = frozenset()
    fill: Fill = field(default_factory=Fill)
    words: frozenset[int] = frozenset()
    appeared: tuple[tuple[str, str], ...] = ()

    @property
    def items(self) -> int:
        """How many of the source's own items this is."""
        return self.new + self.known + self.changed + self.rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one page said, for which run.

    `asked` is the firm that was asked for; `seen` are refs that this run has counted already (a featured review comes
    twice): they are stored, not counted again. With `since` (ISO 8601) posts that are certainly older are left out.
    """

    site: Site
    capture: Capture
    said: Iterable[RawPost | Rejection]
    run: str
    asked: Firm | None
    seen: frozenset[str] | set[str] = frozenset()
    since: str | None = None


@dataclass(slots=True)
class _Sorted:
    """The items of one page on their way: posts to store, what is set aside, earlier states of posts, what became of them."""

    posts: list[Post] = field(default_factory=list)
    rejected: list[tuple[Rejection, bool]] = field(default_factory=list)
    older: int = 0
    absent: list[Post] = field(default_factory=list)
    before: list[Post] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


def receive(
    stores: Stores,
    *,
    site: Site,
    capture: Capture,
    said: Iterable[RawPost | Rejection],
    run: str,
    asked: Firm | None,
    names: Names,
    now: datetime,
    seen: frozenset[str] | set[str] = frozenset(),
    since: str | None = None,
) -> Tally:
    """Take in what one page said and tell what became of it; see `Heard` and `receive_all`."""
    (tally,) = receive_all(
        stores, [Heard(site=site, capture=capture, said=said, run=run, asked=asked, seen=seen, since=since)], names=names, now=now
    )  # fmt: skip
    return tally


def receive_all(stores: Stores, pages: Sequence[Heard], *, names: Names, now: datetime) -> list[Tally]:
    """Take in what several pages said, and tell what became of each.

    No post may be on two of the pages: whoever gathers them ends the batch there. Fields that the register does not
    allow are dropped before anything is stored. The evidence of all is made durable before a post that points to it is
    stored.
    """
    approvals = stores.registers.approvals()
    parts = [_part(stores, page, approvals, names, now) for page in pages]
    stores.evidence.sync()
    if quarantined := [item for part in parts for item in part.quarantined]:
        stores.runs.quarantine(quarantined)
    fired = heard.note(stores, [post for part in parts for post in part.posts], now)
    _put(stores, parts, pages, now)
    present = [
        post for part in parts for post, outcome in zip(part.posts, part.outcomes, strict=True) if outcome not in {Outcome.GONE, Outcome.STALE}
    ]  # fmt: skip
    opening.open_tagged(stores, present, names, now)
    heard.carry_out(stores, fired, {post.id for post in present}, now)
    answers.tie(stores, present, now)
    _put_before(stores, parts, pages, now)
    return [
        replace(_tally(part, part.outcomes, page.seen), set_aside=frozenset(item.id for item in part.quarantined))
        for part, page in zip(parts, pages, strict=True)
    ]  # fmt: skip


def _part(stores: Stores, page: Heard, approvals: Sequence[Approval], names: Names, now: datetime) -> _Sorted:
    """The items of a page, understood and without the fields that may not be kept."""
    part = _sorted(page.said, page.site, page.capture, names, page.asked, page.since)
    firm = page.asked.key if page.asked is not None else None
    admitted = admit(stores, part.posts, register.decision(approvals, page.site.key, firm), now.date())
    part.rejected += [(rejection, post.within is not None) for post, rejection in admitted.refused]
    allowed = register.fields_allowed(approvals, page.site.key, firm)
    posts, part.absent = _without_absent(stores, [only(post, allowed) for post in admitted.posts])
    part.absent += admitted.past
    part.posts, part.before = parted(posts, _held(stores, posts, page.seen))
    part.quarantined = [_quarantined(rejection, page.site.key, page.capture, page.run, now) for rejection, _ in part.rejected]
    return part


def _put(stores: Stores, parts: Sequence[_Sorted], pages: Sequence[Heard], now: datetime) -> None:
    """Store the posts of all parts in one transaction with what is understood of them, and note what became of each.

    What the store does not take is set aside.
    """
    posts = [post for part in parts for post in part.posts]
    reasons: Mapping[str, str] = {}
    outcomes: Sequence[Outcome | None] = ()
    try:
        outcomes = stores.posts.put(posts, read_posts) if posts else ()
    except NotTaken as some:
        outcomes, reasons = some.outcomes, some.reasons
    all_outcomes = iter(outcomes)
    for part, page in zip(parts, pages, strict=True):
        pairs = list(zip(part.posts, islice(all_outcomes, len(part.posts)), strict=True))
        part.posts = [post for post, outcome in pairs if outcome is not None]
        part.outcomes = [outcome for _, outcome in pairs if outcome is not None]
        part.before = [state for state in part.before if state.id not in reasons]
        _set_aside_not_taken(stores, part, page, {post.id: post for post, outcome in pairs if outcome is None}, reasons, now)


def _put_before(stores: Stores, parts: Sequence[_Sorted], pages: Sequence[Heard], now: datetime) -> None:
    """Store the earlier states of posts, one at a time: a batch keeps one state of an id."""
    for part, page in zip(parts, pages, strict=True):
        for state in part.before:
            try:
                stores.posts.put([state])
            except NotTaken as refused:
                _set_aside_not_taken(stores, part, page, {state.id: state}, refused.reasons, now)


def _set_aside_not_taken(
    stores: Stores, part: _Sorted, page: Heard, refused: Mapping[str, Post], reasons: Mapping[str, str], now: datetime
) -> None:  # fmt: skip
    """Put what the store does not take into the quarantine, with the store's reason."""
    if not refused:
        return
    rejections = [
        (Rejection(reason="the store does not take it", field="item", seen=reasons[key][:500], ref=post.ref), post.within is not None)
        for key, post in refused.items()
    ]  # fmt: skip
    items = [_quarantined(rejection, page.site.key, page.capture, page.run, now) for rejection, _ in rejections]
    stores.runs.quarantine(items)
    part.rejected += rejections
    part.quarantined += items


def _without_absent(stores: Stores, posts: Sequence[Post]) -> tuple[list[Post], list[Post]]:
    """The posts without those that their source calls removed and the archive never had; and these."""
    there = {post.id for post in posts if post.gone is None}
    removed = [post.id for post in posts if post.gone is not None and post.id not in there]
    there |= {post.id for post in stores.posts.get(removed)} if removed else set()
    return [post for post in posts if post.id in there], [post for post in posts if post.id not in there]


def _held(stores: Stores, posts: Sequence[Post], seen: frozenset[str] | set[str]) -> dict[str, Post]:
    """What the archive has of those posts that this run has met already: an edit history may go on over the page."""
    again = [post.id for post in posts if post.ref in seen]
    return {post.id: post for post in stores.posts.get(again)} if again else {}


def set_aside(stores: Stores, *, source: str, capture: Capture, rejection: Rejection, run: str, now: datetime) -> Quarantined:
    """Put a whole page (or file) into the quarantine."""
    stores.evidence.sync()
    item = _quarantined(rejection, source, capture, run, now)
    stores.runs.quarantine([item])
    return item


def quarantine_id(source: str, url: str, rejection: Rejection) -> str:
    """The id of a rejected item, 16 hex digits: the same item rejected again for the same reason has the same."""
    said = (source, rejection.ref or url, rejection.field or "", rejection.reason, rejection.seen or "")
    return sha256("\x1f".join(said).encode(errors="surrogatepass")).hexdigest()[:16]


def _sorted(
    said: Iterable[RawPost | Rejection], site: Site, capture: Capture, names: Names, asked: Firm | None, since: str | None
) -> _Sorted:  # fmt: skip
    items = _Sorted()
    for raw in said:
        is_within = isinstance(raw, RawPost) and raw.within is not None
        post = raw if isinstance(raw, Rejection) else understood(raw, site, capture, names, asked)
        if isinstance(post, Rejection):
            items.rejected.append((post, is_within))
        elif since is not None and post.published is not None and iso(post.published.end) < since:
            items.older += not is_within
        else:
            items.posts.append(post)
    return items


def understood(raw: RawPost, site: Site, capture: Capture, names: Names, asked: Firm | None = None) -> Post | Rejection:
    """The post that `raw` says, or why it cannot be one; a surprise while normalising costs that item only."""
    try:
        return normalise(raw, site=site, capture=capture, names=names, asked=asked)
    except SURPRISES as error:
        return Rejection(reason=f"could not be normalised: {type(error).__name__}", field="item", seen=str(error)[:500], ref=str(raw.ref) or None)


def _quarantined(rejection: Rejection, source: str, capture: Capture, run: str, now: datetime) -> Quarantined:
    return Quarantined(
        id=quarantine_id(source, capture.url, rejection),
        run=run,
        source=source,
        at=iso(now),
        rejection=rejection,
        url=capture.url,
        warc=capture.warc,
    )  # fmt: skip


def _tally(items: _Sorted, outcomes: Sequence[Outcome], seen: frozenset[str] | set[str]) -> Tally:
    counts = dict.fromkeys(Outcome, 0)
    # Of a post that is on the page twice the last one is kept, so its outcome is the one that counts.
    last = {post.ref: (post, outcome) for post, outcome in zip(items.posts, outcomes, strict=True)}
    absent = {post.ref for post in items.absent}
    refs = set(last) | absent
    within = gone = stale = 0
    counted = [(post, outcome) for post, outcome in last.values() if post.ref not in seen]
    for post, outcome in counted:
        gone += outcome is Outcome.GONE
        stale += outcome is Outcome.STALE
        if post.within is not None:
            within += 1
        else:
            counts[outcome] += 1
    rejected = within_rejected = broken = nameless = 0
    for rejection, is_within in items.rejected:
        is_repeat = rejection.ref is not None and (rejection.ref in seen or rejection.ref in refs)
        if rejection.ref is not None:
            refs.add(rejection.ref)
        else:
            nameless += 1
        if rejection.field == PAGE:
            broken += 1
        elif is_within:
            within_rejected += 1
        elif not is_repeat:
            rejected += 1
    return Tally(
        new=counts[Outcome.NEW],
        known=counts[Outcome.KNOWN] + counts[Outcome.GONE] + counts[Outcome.STALE],
        changed=counts[Outcome.CHANGED],
        rejected=rejected,
        within=within,
        within_rejected=within_rejected,
        older=items.older,
        gone=gone,
        absent=len({post.ref for post in items.absent if post.within is None} - seen),
        stale=stale,
        broken=broken,
        nameless=nameless,
        refs=frozenset(refs),
        fill=fill_of(post for post, _ in counted),
        words=frozenset(key for post, outcome in counted if outcome is Outcome.NEW and (key := words_key(post)) is not None),
        appeared=tuple(
            (post.published.earliest, post.capture.at)
            for post, outcome in counted
            if outcome is Outcome.NEW and post.published is not None and post.published.is_exact and post.capture is not None
        ),
    )
