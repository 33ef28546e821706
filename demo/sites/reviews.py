"""Starling & Thorn, a made-up review site: stars, firm replies, 20 to a page, its own markup with data attributes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demo.paper import Answer, Asked, missing, newest, page, pager, paragraphs, robots, sheet, stamp
from demo.story import FIRMS, NAMES, Saying

ROBOTS = "User-agent: *\nDisallow: /report\nDisallow: /drafts/\nCrawl-delay: 0.15\n"
SIZE = 20
TOPICS = {
    "fees": "Fees and charges", "frozen": "Account blocked or closed", "fraud": "Fraud and scams", "branch": "Branches and waiting times",
    "mortgage": "Mortgage handling", "refund": "Refunds and disputes", "verify": "Identity checks", "transfer": "Transfers late or lost",
    "declined": "Card declined", "outage": "Service not available", "refused": "Claim refused", "delay": "Claim delayed",
    "renewal": "Renewal price", "travel": "Help abroad", "coverage": "No signal", "bill": "Billing", "roaming": "Roaming charges",
    "leaving": "Cancelling and switching", "broadband": "Broadband fault",
}  # fmt: skip
"""What the site calls what a review is about; praise is about nothing in particular."""


def answer(asked: Asked) -> Answer:
    """`/`, `/firm/KEY?page=N`, `/review/REF`, `/robots.txt`."""
    match asked.path.strip("/").split("/"):
        case ["robots.txt"]:
            return robots(ROBOTS)
        case [""]:
            return _index(asked)
        case ["firm", firm] if firm in FIRMS:
            return _firm(asked, firm)
        case ["review", ref]:
            return _one(asked, ref)
    return missing()


def _index(asked: Asked) -> Answer:
    on_site = asked.on("reviews")
    rows = "".join(f'<li><a href="/firm/{firm}">{NAMES[firm]}</a> ({len(_reviews(on_site, firm))} reviews)</li>' for firm in FIRMS)
    return Answer(
        body=page("Starling & Thorn", f"<h1>Starling &amp; Thorn: reviews by people who were there</h1><ul>{rows}</ul>"), modified=newest(on_site)
    )


def _firm(asked: Asked, firm: str) -> Answer:
    on_site, number = asked.on("reviews"), asked.number("page")
    reviews = _reviews(on_site, firm)
    shown, last = sheet(reviews, number, SIZE)
    replies = {saying.answers: saying for saying in on_site if saying.by_firm}
    cards = "\n".join(card(review, replies.get(review.ref)) for review in shown)
    count = len(reviews)
    head = f'<section class="firm" data-firm="{firm}" data-total="{count}"><h1>{NAMES[firm]}</h1><p class="meta">{count} reviews</p></section>'
    return Answer(body=page(f"{NAMES[firm]} reviews", f"{head}\n{cards}\n{pager(f'/firm/{firm}', number, last)}"), modified=newest(shown))


def _one(asked: Asked, ref: str) -> Answer:
    on_site = asked.on("reviews")
    review = next((saying for saying in on_site if saying.ref == ref and not saying.by_firm), None)
    if review is None:
        return missing()
    reply = next((saying for saying in on_site if saying.answers == ref), None)
    back = f'<p><a href="/firm/{review.firm}">All reviews of {NAMES[review.firm]}</a></p>'
    return Answer(body=page(review.title or "A review", card(review, reply) + back), modified=newest([review]))


def _reviews(on_site: Sequence[Saying], firm: str) -> list[Saying]:
    return [saying for saying in reversed(on_site) if saying.firm == firm and not saying.by_firm]


def card(review: Saying, reply: Saying | None) -> str:
    """One review with the firm's reply."""
    edited = f' <time class="edited" datetime="{stamp(review.edited)}">edited</time>' if review.edited else ""
    title = escape(review.title) if review.title else "Untitled"
    untitled = "" if review.title else " data-untitled"
    return (
        f'<article class="review" data-id="{review.ref}" data-lang="{review.lang}" data-helpful="{review.helpful}"'
        f' data-product="{escape(review.product or "")}" data-topic="{TOPICS.get(review.issue, "")}">'
        f'<h3{untitled}><a href="/review/{review.ref}">{title}</a></h3>'
        f'<p class="by"><span class="stars" data-value="{review.stars}" data-best="5">{"★" * (review.stars or 0)}</span> '
        f'<span class="author">{escape(review.author)}</span>, '
        f'<time class="written" datetime="{stamp(review.written)}">{review.written:%d %b %Y}</time>{edited}</p>'
        f'<div class="body" lang="{review.lang}">{paragraphs(review.text)}</div>'
        f'<p class="meta"><a rel="nofollow" href="/report?review={review.ref}">Report</a></p>{_reply(reply)}</article>'
    )


def _reply(reply: Saying | None) -> str:
    if reply is None:
        return ""
    return (
        f'<div class="reply" data-id="{reply.ref}"><p class="by"><span class="author">{escape(reply.author)}</span> replied, '
        f'<time datetime="{stamp(reply.written)}">{reply.written:%d %b %Y}</time></p><div class="body">{paragraphs(reply.text)}</div></div>'
    )
