"""Reads one page with one source: collects what its `parse` says, so that one bad item never costs the others.

Fetches nothing and cleans nothing; that is done by the spider before and by `plaint.posts.normalise` after.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from types import NoneType
from typing import TypeVar

from crawlers.page import Announced, Broken, Follow, Page, RawPost, Rejection, SaidBy
from crawlers.registry import Source

SHOWN = 500
"""How many characters of a rejected item are kept."""

SURPRISES = (ArithmeticError, AttributeError, LookupError, RecursionError, SyntaxError, TypeError, ValueError)
"""What reading raises when a page is built otherwise than its source file expects; lxml calls XML that is none a SyntaxError."""

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
    ends_rejected = False
    try:
        for said in source.parse(page):
            match said:
                case RawPost():
                    ends_rejected = False
                    if (wrong := wrong_kind(said)) is None:
                        posts.append(said)
                    else:
                        rejected.append(wrong)
                case Follow():
                    follow.append(said)
                case Announced():
                    announced = said.count
                case Rejection():
                    ends_rejected = True
                    rejected.append(said)
    except (Broken, *SURPRISES) as error:
        trouble = error if isinstance(error, Broken) else Broken(f"{source.site.key}: {reason_of(error)}; the layout changed?")
        if not (posts or rejected or follow):
            refuse_wall(page)
            raise trouble from error
        rejected.append(Rejection(reason=f"the rest of the page could not be read: {trouble}", field="page", seen=page.url or None))
    if not posts and all(one.next for one in follow):  # a list that only leads to its items may carry a guard's script
        refuse_wall(page)
    if posts and not ends_rejected and is_cut(page) and (cut := _held_back(posts)) is not None:
        rejected.append(cut)
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
_FIGURES = (str, int, float)
_SCALARS = ("rating", "worst", "best", "published", "edited", "followers")
_texts_of, _scalars_of = attrgetter(*_TEXTS), attrgetter(*_SCALARS)
_NONE_OR_WORDS, _NONE_OR_FIGURES = frozenset({NoneType, str}), frozenset({NoneType, *_FIGURES})


NO_IDS = frozenset({"", "None", "null", "undefined", "nan", "NaN", "False"})
"""What becomes of an id that is not there, in whatever language the page was made."""


def wrong_kind(post: RawPost) -> Rejection | None:
    """Why a post cannot be one: it has no id, or a list or an object stands where the source used to have words or a number."""
    if isinstance(post.ref, str) and post.ref.strip() in NO_IDS:
        return Rejection(reason="a post without an id of its own", field="ref", seen=repr(post.ref))
    if type(post.ref) is not str:
        return _not_words(post, "ref")
    if _NONE_OR_WORDS.issuperset(map(type, _texts_of(post))) and _NONE_OR_FIGURES.issuperset(map(type, _scalars_of(post))):
        return None
    for name in _TEXTS:
        if (value := getattr(post, name)) is not None and not isinstance(value, str):
            return _not_words(post, name)
    for name in _SCALARS:
        if (value := getattr(post, name)) is not None and not isinstance(value, _FIGURES):
            return _not_words(post, name)
    return None


def _not_words(post: RawPost, name: str) -> Rejection:
    value = getattr(post, name)
    return Rejection(reason=f"{name} is a {type(value).__name__}", field=name, seen=repr(value)[:SHOWN], ref=str(post.ref)[:SHOWN])


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


_ELEMENT = re.compile(rb"<(/?)(article|blockquote|div|main|ol|script|section|span|table|ul)\b", re.IGNORECASE)


_ROOT = re.compile(rb"[\s\xef\xbb\xbf]*(?:<(?:\?|!)[^>]*>\s*)*<([A-Za-z][\w:.-]*)")


def is_cut(page: Page) -> bool:
    """Whether markup ends before its end: inside a tag, within an element that has to be closed, or without the end of its root."""
    root = _ROOT.match(page.body[:4_000])
    if root is None:
        return False
    tail, name = page.body[-4_000:].lower(), root[1].lower()
    if b"</html" in tail or (name in _WHOLE and b"</" + name in tail):
        return False
    if name in _WHOLE or b"<html" in page.body[:4_000].lower() or page.body.rfind(b"<") > page.body.rfind(b">"):
        return True
    open_elements: Counter[bytes] = Counter()
    for closing, element in _ELEMENT.findall(page.body):
        open_elements[element.lower()] += -1 if closing else 1
    return any(count > 0 for count in open_elements.values())


_WHOLE = frozenset({b"html", b"rss", b"feed", b"rdf:rdf"})
"""Roots of whole documents; anything else that begins with markup is a part of one."""


def _held_back(posts: list[RawPost]) -> Rejection | None:
    """The last item of a page that was cut, taken out of `posts` with what came inside it: nobody knows how much of it is missing."""
    last = next((place for place in reversed(range(len(posts))) if posts[place].within is None), None)
    if last is None:
        return None
    ref, url = posts[last].ref, posts[last].url
    del posts[last:]
    return Rejection(reason="the page ends in this item or just behind it: it may be cut", field="text", seen=url, ref=ref)


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
