"""The Kitchen Table, a made-up forum on which customers help each other, and now and then a firm joins in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demo.paper import Answer, Asked, missing, newest, page, pager, paragraphs, robots, sheet, stamp
from demo.story import FIRMS, NAMES, Saying

ROBOTS = "User-agent: *\nDisallow: /inbox\nCrawl-delay: 0.15\n"
SIZE = 12


def answer(asked: Asked) -> Answer:
    """`/`, `/c/KEY?page=N` (the threads about a firm), `/t/REF` (one thread), `/robots.txt`."""
    match asked.path.strip("/").split("/"):
        case ["robots.txt"]:
            return robots(ROBOTS)
        case [""]:
            rows = "".join(f'<li><a href="/c/{firm}">{NAMES[firm]}</a></li>' for firm in FIRMS)
            return Answer(body=page("The Kitchen Table", f"<h1>The Kitchen Table</h1><ul>{rows}</ul>"), modified=newest(asked.on("forum")))
        case ["c", firm] if firm in FIRMS:
            return _threads(asked, firm)
        case ["t", ref]:
            return _thread(asked, ref)
    return missing()


def _threads(asked: Asked, firm: str) -> Answer:
    about, number = [saying for saying in asked.on("forum") if saying.firm == firm], asked.number("page")
    firsts = [saying for saying in reversed(about) if saying.ref == saying.thread]
    shown, last = sheet(firsts, number, SIZE)
    rows = "\n".join(_row(first, sum(saying.thread == first.ref for saying in about)) for first in shown)
    head = f'<section class="category" data-firm="{firm}" data-threads="{len(firsts)}" data-posts="{len(about)}"><h1>{NAMES[firm]}</h1></section>'
    body = page(f"{NAMES[firm]}: threads", f"{head}\n<ul>{rows}</ul>{pager(f'/c/{firm}', number, last)}")
    return Answer(body=body, modified=newest(about))


def _row(first: Saying, posts: int) -> str:
    title = escape(first.title or first.text[:60])
    return f'<li class="topic" data-id="{first.ref}"><a href="/t/{first.ref}">{title}</a> <span class="meta">{posts} posts</span></li>'


def _thread(asked: Asked, ref: str) -> Answer:
    posts = [saying for saying in asked.on("forum") if saying.thread == ref]
    first = next((saying for saying in posts if saying.ref == ref), None)
    if first is None:
        return missing()
    title = first.title or first.text[:60]
    cards = "\n".join(_card(post) for post in _ordered(posts))
    head = f'<h1 class="topic" data-id="{ref}" data-firm="{first.firm}" data-lang="{first.lang}">{escape(title)}</h1>'
    return Answer(body=page(title, f"{head}\n{cards}\n<p><a href='/c/{first.firm}'>All threads</a></p>", lang=first.lang), modified=newest(posts))


def _ordered(posts: Sequence[Saying]) -> list[Saying]:
    return sorted(posts, key=lambda post: (post.answers is not None, post.written, post.ref))


def _card(post: Saying) -> str:
    staff = ' <span class="badge staff">official</span>' if post.by_firm else ""
    answers = f' data-answers="{post.answers}"' if post.answers else ""
    return (
        f'<article class="post" id="p{post.ref}" data-id="{post.ref}"{answers} data-likes="{post.helpful}">'
        f'<p class="by"><span class="author">{escape(post.author)}</span>{staff}, '
        f'<time datetime="{stamp(post.written)}">{post.written:%d %b %Y, %H:%M}</time></p>'
        f'<div class="body">{paragraphs(post.text)}</div></article>'
    )
