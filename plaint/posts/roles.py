"""Who is who in a conversation: the firm, the customer whose complaint it is, and others who speak there.

Rules of the archive, not of any source: the firm is known by its handles in the firms register, so that its answers are told from
those of other customers on every source alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from plaint.model import Author, Firm, Post, Role


class Handles:
    """The firms' own accounts by source, as the register has them.

    A handle may name several accounts with commas, and may be an address: its last part is the account's name there.
    What begins with `#` or has words in it is a search and nobody's account.
    """

    def __init__(self, firms: Iterable[Firm]) -> None:
        self._of: Mapping[str, frozenset[str]] = _by_source(firms)

    def is_firm(self, source: str, author: Author) -> bool:
        """Whether `author` is an account of a registered firm at `source`: by name there, id or address; never by display name."""
        known = self._of.get(source)
        if not known:
            return False
        return any(said is not None and _account(said) in known for said in (author.handle, author.id, author.url))


def _by_source(firms: Iterable[Firm]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for firm in firms:
        for source, handles in firm.handles.items():
            accounts = {_account(handle) for handle in handles.split(",")}
            found.setdefault(source, set()).update(accounts - {""})
    return {source: frozenset(accounts) for source, accounts in found.items()}


def _account(said: str) -> str:
    """An account's name as it is compared: `@Bank`, `https://x.com/bank/` and `bank` are one; empty for a search."""
    said = said.strip()
    if not said or said[0] in "#?" or re.search(r"\s", said):
        return ""
    if said.lower().startswith(("http://", "https://")):
        said = re.sub(r"[?#].*", "", said).rstrip("/").rpartition("/")[2]
    return said.removeprefix("@").casefold()


def own_words(post: Post, handles: Handles) -> Post:
    """`post` with the firm as its author's role where a firm's own account wrote it."""
    author = post.author
    if author is None or author.role is not Role.CUSTOMER or not handles.is_firm(post.source, author):
        return post
    return replace(post, author=replace(author, role=Role.FIRM))


def told_apart(thread: Sequence[Post]) -> list[Post]:
    """A conversation in its order, with the role OTHER for whoever answers somebody else's complaint.

    The complaint is that of the conversation's first post that a customer wrote and that answers nothing in the
    conversation; a post whose author nobody knows stays as it is. Derived each time from what is held, because parents
    may come late.
    """
    held = {post.ref for post in thread}
    begun = [post for post in thread if post.author and post.author.role is Role.CUSTOMER and post.reply_to not in held and post.within not in held]
    whose = {who for post in begun[:1] if post.author and (who := identity(post.author))}
    if not whose:
        return list(thread)
    return [_other(post, whose) for post in thread]


def _other(post: Post, whose: set[str]) -> Post:
    author = post.author
    if author is None or author.role is not Role.CUSTOMER or post.reply_to is None:
        return post
    who = identity(author)
    return post if not who or who in whose else replace(post, author=replace(author, role=Role.OTHER))


def identity(author: Author) -> str | None:
    """What tells an author from others: an id, else a handle, else a name."""
    said = author.id or author.handle or author.name
    return said.casefold() if said else None
