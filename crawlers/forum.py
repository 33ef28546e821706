"""Forum engines: a thread's page as posts. A site file gives the selectors of its engine's layouts; the walk is the same for all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawlers.page import Broken, Follow, Gone, Kind, Page, RawPost, Role, SaidBy
from crawlers.paging import next_link
from crawlers.reading import each
from crawlers.words import words_of

if TYPE_CHECKING:
    from parsel import Selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Selectors of one layout of an engine, all CSS but for `date`, which are tried in order until one gives words.

    `ref` and `edited` are CSS values of the post; `without` are the parts of a body that are no words of the post (its
    signature); `removed` is the class of a post that was taken away and left its place; `ours` matches the pages of this
    engine even when they hold no post.
    """

    post: str
    ref: str
    author: str
    profile: str
    date: tuple[str, ...]
    body: str
    without: str
    link: str
    title: str
    staff: str = ".nothing"
    further: str = "a[rel=next]::attr(href)"
    edited: str = ".nothing"
    removed: str = ""
    ours: str = ".nothing"


def read_thread(page: Page, layouts: tuple[Layout, ...]) -> SaidBy:
    """The posts of a thread's page by the first layout that finds any; the first post of page one is the one the others answer."""
    for layout in layouts:
        posts = page.css(layout.post)
        if not posts:
            continue
        thread = thread_of(page)
        first_page = not page.css("a[rel=prev], link[rel=prev]") and not _previous(page)
        top = posts[0].css(layout.ref).get() if first_page else None
        title = words_of(page.css(layout.title)[:1])
        yield from each(posts, partial(_post, page=page, layout=layout, thread=thread, title=title, top=top))
        if further := page.css(layout.further).get() or next_link(page):
            yield Follow(_link(page, further) or further)
        return
    if not any(page.css(layout.ours) for layout in layouts):
        raise Broken("no page of this forum engine", "not this source")


def _previous(page: Page) -> bool:
    found = re.search(r"[/?&-]page[-=]?(\d+)|-(\d+)\.html$|[?&]start=(\d+)", page.url)
    return bool(found and next(filter(None, found.groups()), "1") not in {"0", "1"})


def thread_of(page: Page) -> str | None:
    """What names the thread: the page's address without its page number."""
    address = page.css("link[rel=canonical]::attr(href)").get() or page.url
    if not address:
        return None
    plain = re.sub(r"[?#].*$", "", _link(page, address) or address) if not re.search(r"[?&](t|threadid)=\d", address) else address
    return re.sub(r"(/page-?\d+|-\d+(?=\.html$)|&(start|page)=\d+)/?", "", plain).rstrip("/") or None


def _post(post: Selector, page: Page, layout: Layout, thread: str | None, title: str | None, top: str | None) -> Iterator[RawPost]:
    ref = post.css(layout.ref).get()
    if ref and layout.removed in post.attrib.get("class", "").split():
        yield RawPost(ref=ref, text="", gone=Gone.REMOVED)
        return
    body = post.css(layout.body)[:1]
    if not ref or not body:
        raise ValueError(f"a post without {'id' if not ref else 'text'}")
    dropped = [one.root for one in body.css(layout.without)] if layout.without else []
    author = post.css(layout.author)
    yield RawPost(
        ref=ref, thread=thread, reply_to=top if ref != top else None, kind=Kind.POST if ref == top else Kind.COMMENT,
        title=title if ref == top else None, text=words_of(body, without=dropped) or "", url=_link(page, post.css(layout.link).get()),
        author=_name(author[0]) if author else None, author_url=_link(page, post.css(layout.profile).get()),
        role=Role.OTHER if post.css(layout.staff) else Role.CUSTOMER,
        edited=post.css(layout.edited).get(),
        published=next((said.strip() for query in layout.date for said in _values(post, query) if said.strip()), None),
        media=[link for image in body.css("img::attr(src)").getall() if (link := _link(page, image))],
    )  # fmt: skip


def _link(page: Page, href: str | None) -> str | None:
    """An absolute address, counted from the page's `base` where it has one (XenForo 1 does)."""
    base = page.css("base::attr(href)").get() if href and "<base" in page.text[:20_000] else None
    return page.link(urljoin(base, href.strip()) if base and href else href)


def _name(author: Selector) -> str | None:
    """The words of an element, or the value that `::attr()` gave."""
    return words_of(author) if hasattr(author.root, "tag") else author.get()


def _values(post: Selector, query: str) -> Iterator[str]:
    """Values of an attribute, or the words of elements."""
    for one in post.css(query)[:1]:
        yield (words_of(one) if hasattr(one.root, "tag") else one.get()) or ""
