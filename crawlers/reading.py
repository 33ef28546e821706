"""Reads one page with one source: collects what its `parse` says, so that one bad item never costs the others.

Fetches nothing and cleans nothing; that is done by the spider before and by `plaint.posts.normalise` after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from crawlers.page import Announced, Broken, Follow, Page, RawPost, Rejection, SaidBy
from crawlers.registry import Source

SHOWN = 500
"""How many characters of a rejected item are kept."""

SURPRISES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading raises when a page is built otherwise than its source file expects."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one page gave: posts in the order of the page, what was rejected, further requests, the announced number."""

    posts: tuple[RawPost, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    follow: tuple[Follow, ...] = ()
    announced: int | None = None


def read(source: Source, page: Page) -> Reading:
    """Read `page`; raises Broken when it gives nothing because it is not what the source gives.

    A failure after something was read becomes a Rejection beside what was read.
    """
    posts: list[RawPost] = []
    rejected: list[Rejection] = []
    follow: list[Follow] = []
    announced: int | None = None
    try:
        for said in source.parse(page):
            match said:
                case RawPost():
                    if (wrong := wrong_kind(said)) is None:
                        posts.append(said)
                    else:
                        rejected.append(wrong)
                case Follow():
                    follow.append(said)
                case Announced():
                    announced = said.count
                case Rejection():
                    rejected.append(said)
    except (Broken, *SURPRISES) as error:
        trouble = error if isinstance(error, Broken) else Broken(f"{source.site.key}: {reason_of(error)}; the layout changed?")
        if not (posts or rejected or follow):
            refuse_wall(page)
            raise trouble from error
        rejected.append(Rejection(reason=f"the rest of the page could not be read: {trouble}", field="page", seen=page.url or None))
    if not posts:
        refuse_wall(page)
    return Reading(posts=tuple(posts), rejected=tuple(rejected), follow=tuple(follow), announced=announced)


_TEXTS = (
    "text",
    "title",
    "url",
    "within",
    "lang",
    "author",
    "author_handle",
    "author_id",
    "author_url",
    "author_place",
    "reply_to",
    "thread",
    "firm",
)
_SCALARS = ("rating", "worst", "best", "published", "edited", "followers")


def wrong_kind(post: RawPost) -> Rejection | None:
    """Why a post cannot be one: a list or an object stands where the source used to have words or a number."""
    for names, kinds in ((("ref",), str), (_TEXTS, str | None), (_SCALARS, str | int | float | None)):
        for name in names:
            if not isinstance(value := getattr(post, name), kinds):
                return Rejection(reason=f"{name} is a {type(value).__name__}", field=name, seen=repr(value)[:SHOWN], ref=str(post.ref)[:SHOWN])
    return None


def each(items: Iterable[Item], read_one: Callable[[Item], SaidBy]) -> SaidBy:
    """What `read_one` says of every item; an item that it cannot read becomes a Rejection and the walk goes on."""
    for item in items:
        try:
            yield from read_one(item)
        except SURPRISES as error:
            yield Rejection(reason=f"an item could not be read: {reason_of(error)}", field="item", seen=repr(item)[:SHOWN])


def reason_of(error: Exception) -> str:
    """An unexpected error in words that say what was missing."""
    if isinstance(error, KeyError):
        return f"no {error}"
    return f"{type(error).__name__}: {error}"


def key_of(*parts: object) -> str:
    """A stable ref for a post whose source gives none: 20 hex digits over what identifies it."""
    return sha256("\x1f".join("" if part is None else str(part) for part in parts).encode(errors="surrogatepass")).hexdigest()[:20]


_WALL_TITLE = re.compile(
    rb"<title[^>]*>\s*(just a moment|attention required|access denied|are you a (?:human|robot)|robot check|pardon our interruption"
    rb"|human verification|verif(?:y|ying) you are|security check|please wait|one more step|bot verification|you have been blocked)",
    re.IGNORECASE,
)
_WALL_SIGN = re.compile(
    rb"challenge-platform|cf-chl-|aws-?waf|px-captcha|captcha-delivery|g-recaptcha|h-captcha|/_Incapsula_|geo\.captcha", re.IGNORECASE
)
_LOGIN_TITLE = re.compile(rb"<title[^>]*>[^<]{0,60}(sign[ -]?in|log[ -]?in|anmelden|se connecter|iniciar sesi)", re.IGNORECASE)
_PASSWORD = re.compile(rb"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
_SMALL = 60_000
"""Bytes: a page of posts carries the same scripts as a challenge page, but is longer."""


def refuse_wall(page: Page) -> None:
    """Raise Broken where a page without posts is a wall instead: a challenge, a refusal, a login form, a server's error."""
    if page.status in {401, 403, 429, 503}:
        raise Broken(f"status {page.status}: the site refused", "challenge page")
    if page.status >= 500:
        raise Broken(f"status {page.status}: the site failed", "error answer")
    if _WALL_TITLE.search(page.body[:_SMALL]) or (len(page.body) < _SMALL and _WALL_SIGN.search(page.body)):
        raise Broken("a challenge page instead of posts", "challenge page")
    if _LOGIN_TITLE.search(page.body[:_SMALL]) and _PASSWORD.search(page.body):
        raise Broken("a login form instead of posts", "login wall")
