"""The Kitchen Table, the made-up forum that `plaint demo` serves on loopback: customers help each other, firms join in."""

from __future__ import annotations

from parsel import Selector

from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, RawPost, Role, SaidBy, Site
from crawlers.reading import each
from crawlers.words import words_of

site = Site(
    key="demo_forum",
    name="The Kitchen Table (made up)",
    home="https://kitchen-table.example",
    kind=Kind.POST,
    access="made-up pages on loopback; robots.txt keeps private messages shut",
    proof="described",
    delay=1,
    never_says=("rating", "followers", "edited", "verified"),
)


def start(ask: Ask) -> SaidBy:
    """The list of threads about the firm."""
    yield Follow(f"{ask.home}/c/{ask.firm.handle(site.key)}")


def parse(page: Page) -> SaidBy:
    """A list of threads (it says how many posts they hold), or one thread."""
    category, topic = page.css("section.category"), page.css("h1.topic")
    if category:
        yield Announced(int(category.attrib["data-posts"]))
        for link in page.css("li.topic a::attr(href)").getall():
            yield Follow(page.link(link) or link, next=False)
        if onward := page.link(page.css("a[rel=next]::attr(href)").get()):
            yield Follow(onward)
    elif topic:
        yield from each(page.css("article.post"), lambda post: _post(post, page, topic[0]))
    else:
        raise Broken("neither a list of threads nor a thread", "not this source")


def _post(post: Selector, page: Page, topic: Selector) -> SaidBy:
    thread, ref = topic.attrib["data-id"], post.attrib["data-id"]
    is_first = ref == thread
    yield RawPost(
        ref=ref, thread=thread, reply_to=post.attrib.get("data-answers"), kind=Kind.POST if is_first else Kind.COMMENT,
        url=page.link(f"#p{ref}"), title=words_of(topic) if is_first else None, text=words_of(post.css("div.body")[0]),
        author=words_of(post.css(".author")[0]), role=Role.FIRM if post.css(".staff") else Role.CUSTOMER, lang=topic.attrib.get("data-lang"),
        published=post.css("time::attr(datetime)").get(), engagement={"likes": post.attrib.get("data-likes")},
    )  # fmt: skip
