"""The Grumble Post, a made-up complaint board whose pages carry schema.org microdata; its scale goes from 1 to 10."""

from __future__ import annotations

from html import escape

from demo.paper import Answer, Asked, missing, newest, page, pager, paragraphs, robots, sheet, stamp
from demo.story import FIRMS, NAMES, Saying

ROBOTS = "User-agent: *\nDisallow: /members/\nCrawl-delay: 0.15\n"
SIZE = 15


def answer(asked: Asked) -> Answer:
    """`/`, `/about/KEY?page=N`, `/complaint/REF`, `/robots.txt`."""
    match asked.path.strip("/").split("/"):
        case ["robots.txt"]:
            return robots(ROBOTS)
        case [""]:
            rows = "".join(f'<li><a href="/about/{firm}">{NAMES[firm]}</a></li>' for firm in FIRMS)
            return Answer(body=page("The Grumble Post", f"<h1>The Grumble Post</h1><ul>{rows}</ul>"), modified=newest(asked.on("board")))
        case ["about", firm] if firm in FIRMS:
            return _about(asked, firm)
        case ["complaint", ref]:
            return _one(asked, ref)
    return missing()


def _about(asked: Asked, firm: str) -> Answer:
    on_site, number = asked.on("board"), asked.number("page")
    complaints = [saying for saying in reversed(on_site) if saying.firm == firm and not saying.by_firm]
    shown, last = sheet(complaints, number, SIZE)
    replies = {saying.answers: saying for saying in on_site if saying.by_firm}
    inside = _framed(firm, "\n".join(_card(complaint, replies.get(complaint.ref)) for complaint in shown))
    return Answer(body=page(f"Complaints about {NAMES[firm]}", inside + pager(f"/about/{firm}", number, last)), modified=newest(shown))


def _one(asked: Asked, ref: str) -> Answer:
    on_site = asked.on("board")
    complaint = next((saying for saying in on_site if saying.ref == ref and not saying.by_firm), None)
    if complaint is None:
        return missing()
    reply = next((saying for saying in on_site if saying.answers == ref), None)
    return Answer(body=page(complaint.title or "A complaint", _framed(complaint.firm, _card(complaint, reply))), modified=newest([complaint]))


def _framed(firm: str, inside: str) -> str:
    head = f'<h1>Complaints about <span itemprop="name">{NAMES[firm]}</span></h1>'
    return f'<div itemscope itemtype="https://schema.org/Organization">\n{head}\n{inside}\n</div>\n'


def _card(complaint: Saying, reply: Saying | None) -> str:
    return (
        f'<article itemprop="review" itemscope itemtype="https://schema.org/Review" data-id="{complaint.ref}">'
        f'<h3 itemprop="name">{escape(complaint.title or "")}</h3><link itemprop="url" href="/complaint/{complaint.ref}">'
        f'<meta itemprop="inLanguage" content="{complaint.lang}">'
        '<p class="by"><span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        f'<span itemprop="name">{escape(complaint.author)}</span></span>, '
        f'<time itemprop="datePublished" datetime="{stamp(complaint.written)}">{complaint.written:%d %b %Y}</time>{_score(complaint)}</p>'
        f'<div itemprop="reviewBody" lang="{complaint.lang}">{paragraphs(complaint.text)}</div>{_reply(reply)}</article>'
    )


def _score(complaint: Saying) -> str:
    """Ten steps on this site, and some people leave it out."""
    if complaint.stars is None or complaint.helpful == 2:
        return ""
    value = complaint.stars * 2 - (complaint.stars == 1)
    return (
        f' <span itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"><span itemprop="ratingValue">{value}</span> of '
        '<span itemprop="bestRating">10</span><meta itemprop="worstRating" content="1"></span>'
    )


def _reply(reply: Saying | None) -> str:
    if reply is None:
        return ""
    return (
        f'<div class="reply" itemprop="comment" itemscope itemtype="https://schema.org/Comment"><meta itemprop="identifier" content="{reply.ref}">'
        '<p class="by"><span itemprop="author" itemscope itemtype="https://schema.org/Organization">'
        f'<span itemprop="name">{escape(reply.author)}</span></span>, '
        f'<time itemprop="datePublished" datetime="{stamp(reply.written)}">{reply.written:%d %b %Y}</time></p>'
        f'<div itemprop="text">{paragraphs(reply.text)}</div></div>'
    )
