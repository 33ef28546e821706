"""Question sites on Askbot: a question with its answers and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawlers.page import Ask, Broken, Follow, Kind, Page, RawPost, SaidBy, Site
from crawlers.reading import each
from crawlers.words import words_of

if TYPE_CHECKING:
    from parsel import Selector, SelectorList

site = Site(
    key="askbot", name="Askbot", home="https://ask.fedoraproject.org", kind=Kind.QUESTION,
    access="public pages; the firm's handle is the address of a question", delay=5, never_says=("rating", "lang", "followers"),
    date_formats=("%Y-%m-%d %H:%M:%S %z",),
)  # fmt: skip
POST = "div.post[data-post-id]"


def start(ask: Ask) -> SaidBy:
    """The question whose address is the firm's handle."""
    yield Follow(urljoin(ask.home, ask.firm.handle(site.key)))


def parse(page: Page) -> SaidBy:
    """The question (on every page of it), the answers of this page, and the comments under each."""
    posts = page.css(POST)
    if not posts:
        raise Broken("no question", "not this source")
    question = posts[0].attrib["data-post-id"]
    title = words_of(page.css("h1")[:1])
    yield from each(posts, lambda post: _post(post, page, question, title))
    if link := page.css("a[rel=next]::attr(href), .paginator .next a::attr(href)").get():
        yield Follow(page.link(link) or link)


def _post(post: Selector, page: Page, question: str, title: str | None) -> SaidBy:
    """A question or an answer; `abbr.timeago` has its date, in the first box for when it was written, in a second one for an edit."""
    ref, body = post.attrib["data-post-id"], post.css(".post-body")[:1]
    boxes = body.css(".post-update-info")
    is_question = ref == question
    yield RawPost(
        ref=ref, thread=question, reply_to=None if is_question else question, kind=Kind.QUESTION if is_question else Kind.REPLY,
        title=title if is_question else None, url=page.link(f"#post-id-{ref}") if page.url else None,
        text=words_of(body, without=[box.root for box in body.css(".post-update-info-container")]) or "",
        author=words_of(boxes.css(".user-info a[href*='/users/'], p a[href*='/users/']")[:1]),
        author_url=page.link(boxes.css("a[href*='/users/']::attr(href)").get()),
        published=boxes[:1].css("abbr.timeago::attr(title)").get(), edited=boxes[1:2].css("abbr.timeago::attr(title)").get(),
        hashtags=page.css("#question-tags .js-tag-name::attr(data-tag-name)").getall() if is_question else [],
        engagement={"score": post.css(".vote-number::text").get()}, facts={"accepted": True} if post.css(".accepted-answer") else {},
    )  # fmt: skip
    for comment in post.css("div.comment[data-comment-id], div.comment[id^=comment-]"):
        yield _comment(comment, page, ref, question)


def _comment(comment: Selector, page: Page, under: str, question: str) -> RawPost:
    number = comment.attrib.get("data-comment-id") or comment.attrib["id"].removeprefix("comment-")
    return RawPost(
        ref=f"comment-{number}", within=under, reply_to=under, thread=question, kind=Kind.COMMENT,
        text=_said(comment.css(".comment-content, .comment-body")[:1]), author=words_of(comment.css("a.author")[:1]),
        author_url=page.link(comment.css("a.author::attr(href)").get()), published=comment.css("abbr.timeago::attr(title)").get(),
        engagement={"score": comment.css(".upvote::text").get()},
    )  # fmt: skip


def _said(body: SelectorList[Selector]) -> str:
    """The words of a comment without its author and age, which stand in the same box."""
    return words_of(body, without=[one.root for one in body.css("a.author, abbr.timeago")]) or ""
