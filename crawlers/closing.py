"""The end of a walk that read everything: alarms where its numbers do not fit, marks on posts that have vanished."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

from crawlers.ledger import Ledger
from plaint.model import Post, Site, iso
from plaint.ports import Stores
from plaint.posts.filling import words_key

MOST_VANISHED = 0.5
"""Share of the posts held that may vanish in one walk of a source that announces no number; more is a changed layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a whole walk was shown: the number announced, the source's own items, all refs, the words of new posts.

    `is_clean`: nothing went wrong, and nothing came without a name.
    """

    announced: int | None
    items: int
    seen: AbstractSet[str]
    new_words: AbstractSet[int]
    is_clean: bool


def weigh(stores: Stores, site: Site, ledger: Ledger, firm: str, shown: Shown | None = None) -> None:
    """Raise the alarms of a full walk whose number is not what was announced or is usual; where all is well, mark what vanished.

    `shown` is what the walk was shown where this ledger has only a share of it.
    """
    shown = shown or _of(ledger)
    _compare(stores, site, ledger, firm, shown)
    if site.whole and shown.is_clean and _agrees(shown):
        _mark_vanished(stores, site, ledger, firm, shown)


def _of(ledger: Ledger) -> Shown:
    is_clean = not ledger.run.errors and not ledger.nameless
    return Shown(announced=ledger.run.announced, items=ledger.items, seen=ledger.seen, new_words=ledger.new_words, is_clean=is_clean)


def _agrees(shown: Shown) -> bool:
    return shown.announced == shown.items if shown.announced is not None else shown.items > 0


def _compare(stores: Stores, site: Site, ledger: Ledger, firm: str, shown: Shown) -> None:
    announced, items = shown.announced, shown.items
    least, most = site.expect or (0, None)
    if announced is not None and items < announced:
        ledger.alarm("fewer than announced", f"{items} of {announced}")
    if items == 0 and (least or announced or _holds_some(stores, site, firm)):
        ledger.alarm("no posts", "a full walk without a post")
    elif items < least:
        ledger.alarm("fewer than expected", f"{items}, usually at least {least}")
    elif most is not None and items > most:
        ledger.alarm("more than expected", f"{items}, usually at most {most}")


def _holds_some(stores: Stores, site: Site, firm: str) -> bool:
    return next(iter(stores.posts.refs(site.key, firm)), None) is not None


def _mark_vanished(stores: Stores, site: Site, ledger: Ledger, firm: str, shown: Shown) -> None:
    """Mark posts of this firm's listing that a full walk no longer showed."""
    held, gone = 0, []
    for ref in stores.posts.refs(site.key, firm):
        held += 1
        if ref not in shown.seen:
            gone.append(f"{site.key}:{ref}")
    lost = [post for post in stores.posts.get(gone) if _is_of_listing(post, firm)]
    if shown.announced is None and len(lost) > 10 and len(lost) > held * MOST_VANISHED:
        ledger.alarm("too many vanished", f"{len(lost)} of {held} were not shown; none was marked")
        return
    if any(words_key(post) in shown.new_words for post in lost):
        ledger.alarm("same words under another id", f"of {len(lost)} that were not shown; none was marked")
        return
    if lost:
        ledger.vanished(stores.posts.vanish([post.id for post in lost], iso(datetime.now(UTC))))


def _is_of_listing(post: Post, firm: str) -> bool:
    """Whether a post was found under its firm (and not only names it)."""
    return bool(post.firms) and post.firms[0].key == firm and post.firms[0].how in {"asked", "handle"}
