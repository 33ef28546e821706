"""schema.org reviews, in JSON-LD and microdata, in the many ways in which sites write them, as raw posts.

Shared by every source whose pages carry them. Old data-vocabulary.org reviews are read too. Aggregate ratings, fact
checks and bare references are no reviews.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urljoin

from crawlers.loose_json import salvage
from crawlers.page import Kind, Page, RawPost, Rejection, Role, SaidBy
from crawlers.reading import SHOWN, each, key_of
from crawlers.structured import json_ld, microdata_item, type_names

REVIEW_TYPES = frozenset({"review", "userreview", "criticreview", "employerreview", "recommendation"})
_HOLDING = ("review", "reviews")
_TELLS_A_REVIEW = ("reviewBody", "reviewRating", "ratingValue", "author", "description", "datePublished")
_FIRM_TYPES = re.compile(r"Organization|Corporation|Business|Brand|Store|Bank|Service|Airline|Company", re.IGNORECASE)
_REVIEW_MARK = re.compile(r'"@type"\s*:\s*\[?\s*"(?:\w+:|https?://schema\.org/)?\w*Review"')
_MICRODATA = (re.compile(r"itemtype\s*=\s*[\"']?[^\"'>]*review"), re.compile(r"itemprop\s*=\s*[\"']?reviews?\b"))
"""Whether a page in small letters is worth a tree. Two, because a pattern that begins with letters is found fast."""
_NO_DATE = re.compile(r"[0\W_TZ]*|(?:invalid|null|undefined|none|nan|n/?a|unknown)\b.*", re.IGNORECASE)
_MARKUP = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);|</?(?:br|p|b|i|em|strong|div|span|ul|ol|li|a|h\d|blockquote)\b[^>]{0,500}>", re.IGNORECASE)
_OUT_OF = re.compile(r"([\d.,]+)\s*(?:★|stars?)?\s*(?:/|out of|of|von|sur|de|su|van|из)\s*([\d.,]+)", re.IGNORECASE)
_LONG_ID = re.compile(r"\d{4,}|[0-9a-f]{8,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A review node, the item it is about (None where the page does not say) and the id its element carries."""

    node: dict[str, Any]
    item: dict[str, Any] | None = None
    id: str | None = None
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_reviews(page: Page) -> SaidBy:
    """All reviews of the page: those in JSON-LD, then those in microdata that JSON-LD has not said already."""
    found: list[Found] = []
    for block, value in json_ld(page):
        if isinstance(value, ValueError):
            if not _REVIEW_MARK.search(block):
                continue
            saved = salvage(block, _REVIEW_MARK)
            found += in_json_ld(saved)
            yield Rejection(reason=f"a broken JSON-LD block, {len(saved)} reviews saved from it: {value}", field="json-ld", seen=block[:SHOWN])
        else:
            found += in_json_ld(value)
    said = {_likeness(one.node) for one in found}
    found += [one for one in in_microdata(page) if _likeness(one.node) not in said]
    shared = Counter(own_id for own_id, _ in {(_own_id(one), _likeness(one.node)) for one in found})
    yield from each(found, lambda one: post_of(one, page, has_own_id=shared[_own_id(one)] == 1))


def in_json_ld(tree: Any) -> list[Found]:
    """The reviews of a JSON-LD value, in document order."""
    nodes: dict[str, dict[str, Any]] = {}
    holders: dict[str, dict[str, Any]] = {}
    reviews: list[tuple[dict[str, Any], dict[str, Any] | None]] = []
    waiting: list[tuple[Any, dict[str, Any] | None, bool]] = [(tree, None, False)]
    while waiting:
        node, holder, is_held = waiting.pop()
        if isinstance(node, list):
            waiting.extend((part, holder, is_held) for part in reversed(node))
        if not isinstance(node, dict):
            continue
        if isinstance(name := node.get("@id"), str):
            if is_held and holder is not None:
                holders.setdefault(name, holder)
            if node.keys() - {"@id", "@type", "@context"}:
                nodes.setdefault(name, node)
        if _is_review(node, is_held=is_held):
            reviews.append((node, holder if is_held else None))
        waiting.extend((value, node, name in _HOLDING) for name, value in reversed(node.items()) if isinstance(value, dict | list))
    return [Found(node, holder or holders.get(str(node.get("@id"))), nodes=nodes) for node, holder in reviews]


def in_microdata(page: Page) -> Iterator[Found]:
    """The reviews of the page's microdata, in document order."""
    text = page.text.lower()
    if not any(sign.search(text) for sign in _MICRODATA):
        return
    holders: dict[Any, dict[str, Any]] = {}
    for element in page.selector.root.xpath("//*[@itemtype or @itemscope]"):
        is_held = any(name in _HOLDING for name in element.get("itemprop", "").split())
        types = type_names(element.get("itemtype"))
        if not (any(name.lower() in REVIEW_TYPES for name in types) or (is_held and not types)):
            continue
        holder = next((outer for outer in element.iterancestors() if "itemscope" in outer.attrib), None)
        if holder is not None and holder not in holders:
            holders[holder] = microdata_item(holder, leave_out=_HOLDING)
        node = microdata_item(element, leave_out=_HOLDING)
        if _is_review(node, is_held=is_held):
            yield Found(node, holders[holder] if holder is not None else None, _element_id(element))


def _is_review(node: dict[str, Any], *, is_held: bool) -> bool:
    types = [name.lower() for name in type_names(node.get("@type"))]
    if any(name in REVIEW_TYPES for name in types):
        return bool(node.keys() - {"@id", "@type", "@context"})
    return is_held and not types and any(name in node for name in _TELLS_A_REVIEW)


def _element_id(element: Any) -> str | None:
    """The review's own id among the attributes of its element; a number counted from the top of the page is none."""
    for name in ("data-reviewid", "data-review-id"):
        if element.get(name):
            return str(element.get(name))
    return next((element.get(name) for name in ("data-id", "id") if _LONG_ID.search(element.get(name) or "")), None)


def text_in(value: Any, depth: int = 6) -> str | None:
    """The first words in a value of any shape, `depth` levels deep: text, number, `@value`, an object with a name, a list of these."""
    match value:
        case str():
            return value.strip() or None
        case bool() | None:
            return None
        case int() | float():
            return str(value)
        case list() if depth:
            return next((text for part in value if (text := text_in(part, depth - 1))), None)
        case dict() if depth:
            return next((text for name in ("@value", "name", "text") if (text := text_in(value.get(name), depth - 1))), None)
    return None


def has_markup(text: str) -> bool:
    """Whether a text that may be plain or HTML has tags or entities of HTML; `<3` and `AT&T` are neither."""
    return bool(_MARKUP.search(text))


def _said(node: dict[str, Any], *names: str) -> str | None:
    for name in names:
        value = node.get(name)
        if text := value.strip() if isinstance(value, str) else text_in(value):
            return text
    return None


def _objects(value: Any, nodes: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects of a value; a reference by `@id` is replaced by what it names."""
    parts = value if isinstance(value, list) else [value]
    return [nodes.get(str(part.get("@id")), part) for part in parts if isinstance(part, dict)]


def _likeness(node: dict[str, Any]) -> tuple[str, str]:
    """What two forms of the same review have in common: the beginning of the text, and of a short one the author's name."""
    text = _said(node, "reviewBody", "description", "text", "name") or ""
    letters = re.sub(r"\W+", "", unescape(re.sub(r"<[^<>]*>", "", text)))[:40].casefold()
    return "" if len(letters) == 40 else (_said(node, "author", "reviewer") or "").casefold(), letters


def _own_id(one: Found) -> str | None:
    """The id that the page gives a review; blank nodes (`_:b0`) and counted ones (`#review-1`) are none."""
    named = one.id or _said(one.node, "@id") or _said(one.node, "identifier")
    if named is None or named.startswith("_:") or not (one.id or _LONG_ID.search(named) or named.startswith("http")):
        return None
    return named


def post_of(one: Found, page: Page, *, has_own_id: bool) -> SaidBy:
    """The post of a review and the answers below it."""
    node, item = one.node, next(iter(_objects(one.node.get("itemReviewed"), one.nodes)), one.item) or {}
    if not _said(item, "name") and one.item:
        item = one.item
    author = next(iter(_objects(node.get("author") or node.get("reviewer") or node.get("creator"), one.nodes)), {})
    name = names_of(node.get("author") or node.get("reviewer") or node.get("creator"), one.nodes)
    published, no_date = _date(_said(node, "datePublished", "dateCreated", "dtreviewed", "uploadDate"))
    title = _said(node, "name", "headline", "summary")
    text = _said(node, "reviewBody", "description", "text") or ""
    value, worst, best = _rating(node, one.item or {})
    about = _name(_said(item, "name", "legalName") or _said(node, "itemReviewed", "itemreviewed"))
    ref = _own_id(one) if has_own_id else None
    if ref and ref[0] in "#/":
        ref = urljoin(page.url.partition("?")[0], ref)
    ref = ref or key_of(page.url.split("/")[2] if page.url.count("/") >= 2 else "", about, name, published, title, text or value)
    url = _said(node, "url") or (ref if ref.startswith("http") and "#/schema" not in ref else None)
    yield RawPost(
        ref=ref, url=page.link(url), kind=Kind.REVIEW, title=title, text=text, markup=has_markup(f"{title} {text}"),
        lang=_language(node.get("inLanguage")), author=name, author_url=page.link(_said(author, "url", "sameAs")),
        rating=value, worst=worst, best=best, published=published, edited=_said(node, "dateModified"),
        engagement={"likes": _said(node, "upvoteCount"), "dislikes": _said(node, "downvoteCount"), "replies": _said(node, "commentCount")},
        facts=_given(
            item=about, item_kind=next(iter(type_names(item.get("@type"))), None), source_name=_said(node, "publisher"), date_as_said=no_date
        ),
        firm=_name(_said(item, "brand")) or about,
    )  # fmt: skip
    for number, comment in enumerate(_objects(node.get("comment"), one.nodes)):
        yield from _answer(comment, ref, number, about, page)


def names_of(value: Any, nodes: dict[str, dict[str, Any]]) -> str | None:
    """The names of one or more authors, however they are given."""
    names: list[str] = []
    for part in value if isinstance(value, list) else [value]:
        person = nodes.get(str(part.get("@id")), part) if isinstance(part, dict) else part
        name = _name(text_in(person))
        if name is None and isinstance(person, dict):
            given = " ".join(filter(None, (_said(person, "givenName"), _said(person, "familyName"))))
            name = _name(given or _said(person, "alternateName"))
        if name and name not in names:
            names.append(name)
    return ", ".join(names) or None


def _date(said: str | None) -> tuple[str | None, str | None]:
    """(date, None), or (None, words) for what programs write where they have none: `0000-00-00 00:00:00`, `Invalid date`."""
    return (None, said) if said and _NO_DATE.fullmatch(said) else (said, None)


def _name(said: str | None) -> str | None:
    """A name with its entities decoded (`O&#39;Dell`): names are never markup."""
    return unescape(said) if said and "&" in said else said


def _rating(node: dict[str, Any], item: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Value, worst and best as they stand; the scale of the item's average where the review names none."""
    given = node.get("reviewRating") or node.get("rating") or node.get("ratingValue")
    objects = [part for part in (given if isinstance(given, list) else [given]) if isinstance(part, dict) and "ratingValue" in part]
    rating = objects[0] if objects else node
    value = _said(rating, "ratingValue") if objects else text_in(given)
    if value is None:
        return None, None, None
    if (both := _OUT_OF.fullmatch(value)) is not None:
        return both[1], None, both[2]
    if value.endswith("%"):
        return value[:-1].strip(), _said(rating, "worstRating") or "0", _said(rating, "bestRating") or "100"
    average = next(iter(_objects(item.get("aggregateRating"), {})), {})
    best = _said(rating, "bestRating", "best") or _said(average, "bestRating")
    return value, _said(rating, "worstRating", "worst") or _said(average, "worstRating"), best


def _answer(comment: dict[str, Any], ref: str, number: int, about: str | None, page: Page) -> SaidBy:
    """A comment below a review: the firm's when an organisation or the reviewed name wrote it."""
    author = next(iter(_objects(comment.get("author") or comment.get("creator"), {})), {})
    name = names_of(comment.get("author") or comment.get("creator"), {})
    text = _said(comment, "text", "description", "commentText", "reviewBody")
    if text is None:
        return
    is_firm = any(_FIRM_TYPES.search(kind) for kind in type_names(author.get("@type"))) or (name is not None and name == about)
    yield RawPost(
        ref=f"{ref}/{_said(comment, 'identifier', '@id') or key_of(name, text, number)}", within=ref, reply_to=ref, kind=Kind.REPLY, text=text,
        markup=has_markup(text), author=name, role=Role.FIRM if is_firm else Role.OTHER, url=page.link(_said(comment, "url")),
        published=_said(comment, "datePublished", "dateCreated"), edited=_said(comment, "dateModified"),
    )  # fmt: skip


def _language(value: Any) -> str | None:
    """A language code where one is given; "English" is left to detection."""
    for part in value if isinstance(value, list) else [value]:
        code = part if isinstance(part, str) else text_in(part.get("alternateName")) if isinstance(part, dict) else None
        if code and re.fullmatch(r"[A-Za-z]{2,3}(?:[-_]\w+)*", code):
            return code
    return None


def _given(**facts: str | None) -> dict[str, str]:
    return {name: value for name, value in facts.items() if value}
