"""Made-up posts and pages in any number, the same for the same seed: something to measure on that belongs to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import islice
from random import Random

from plaint.model import AboutFirm, Author, Capture, Firm, Kind, Language, PartialDate, Post, Rating, Role, iso

NOW = datetime(2026, 11, 24, tzinfo=UTC)
"""The end of the two years over which made posts are spread."""

FIRMS = tuple(
    Firm(key=key, name=name, aliases=aliases, country=country, handles={"schema_org": f"https://{key}.example"})
    for key, name, aliases, country in (
        ("merrow", "Merrow Bank", ("Merrow", "@merrowbank"), "GB"),
        ("talvista", "Talvista Versicherung", ("Talvista",), "DE"),
        ("orbelle", "Orbelle Mobile", ("Orbelle", "Orbelle Télécom"), "FR"),
        ("quennel", "Quennel Energy", ("Quennel", "Quennel Power"), "GB"),
    )
)

_SAYINGS = {
    "en": (
        "I was charged twice for the same {thing} and nobody answers", "{firm} closed my account without a word",
        "Three weeks now and still no {thing}", "Their support hung up on me when I asked about the {thing}",
        "The app crashes every time I open the {thing} page",
    ),
    "de": (
        "Seit Wochen warte ich auf meine {thing}", "{firm} hat mir die {thing} doppelt berechnet",
        "Am Telefon wurde ich einfach weggedrückt", "Niemand beantwortet meine Beschwerde über die {thing}",
    ),
    "fr": (
        "Toujours pas de remboursement pour ma {thing}", "{firm} m'a facturé deux fois la même {thing}",
        "Le service client raccroche dès que je parle de ma {thing}",
    ),
    "es": (
        "Me han cobrado dos veces la misma {thing}", "{firm} no contesta a mi reclamación sobre la {thing}",
        "Llevo tres semanas esperando la {thing}",
    ),
    "it": ("Aspetto da tre settimane la mia {thing}", "{firm} mi ha addebitato due volte la stessa {thing}"),
    "nl": ("Ik wacht al drie weken op mijn {thing}", "{firm} heeft de {thing} dubbel in rekening gebracht"),
}  # fmt: skip
_THINGS = {
    "en": ("refund", "card", "transfer", "invoice", "loan", "contract", "meter reading"), "de": ("Erstattung", "Karte", "Rechnung", "Überweisung"),
    "fr": ("carte", "facture", "résiliation"), "es": ("factura", "tarjeta", "transferencia"), "it": ("carta", "bolletta"), "nl": ("kaart", "factuur"),
}  # fmt: skip
_SYLLABLES = ("ka", "lo", "mi", "ren", "tas", "vel", "dor", "sin", "pu", "bra", "gel", "nor", "tri", "wen", "zo", "fal", "hem", "jut")


@cache
def _vocabulary() -> tuple[list[str], list[float]]:
    """20,000 invented words; the n-th most frequent is about 1/n as frequent as the first, as in real text."""
    dice = Random(1)
    words = list(dict.fromkeys("".join(dice.choices(_SYLLABLES, k=dice.randint(2, 4))) for _ in range(60_000)))[:20_000]
    total, edges = 0.0, []
    for rank in range(1, len(words) + 1):
        total += 1 / rank
        edges.append(total)
    return words, edges


def word(rank: int) -> str:
    """An invented word by how frequent it is: the first is the most frequent."""
    return _vocabulary()[0][rank - 1]


def text(dice: Random, lang: str, firm: str) -> str:
    """About 40 words: a few sentences of a language with invented words among them."""
    words, edges = _vocabulary()
    sentences = []
    for _ in range(dice.randint(2, 4)):
        said = dice.choice(_SAYINGS[lang]).format(thing=dice.choice(_THINGS[lang]), firm=firm)
        sentences.append(f"{said} {' '.join(dice.choices(words, cum_weights=edges, k=dice.randint(3, 8)))}.")
    return " ".join(sentences)


def posts(seed: int = 7) -> Iterator[Post]:
    """Posts without end, newest anywhere, one in ten a firm's answer to the post before it."""
    dice = Random(seed)
    langs, weights = tuple(_SAYINGS), (60, 12, 10, 9, 5, 4)
    earlier: Post | None = None
    number = 0
    while True:
        number += 1
        firm, lang = dice.choice(FIRMS), dice.choices(langs, weights)[0]
        answers = earlier is not None and dice.random() < 0.1
        stars = None if answers else dice.choices((1, 2, 3, 4, 5), (50, 15, 8, 9, 18))[0]
        ref = f"{seed}-{number}"
        post = Post(
            id=f"made:{ref}", source="made", ref=ref, kind=Kind.REPLY if answers else Kind.REVIEW, text=text(dice, lang, firm.name),
            title=f"{dice.choice(_THINGS[lang])} {number % 97}", url=f"https://made.example/{ref}",
            lang=Language(code=lang, score=0.99, how="stated"), author=_author(dice, Role.FIRM if answers else Role.CUSTOMER),
            rating=None if stars is None else Rating(value=stars, worst=1, best=5, unit=(stars - 1) / 4),
            published=PartialDate.exact(NOW - timedelta(seconds=dice.randrange(63_072_000))),
            reply_to=earlier.ref if answers and earlier else None, firms=(AboutFirm(key=firm.key, score=1.0, how="asked"),),
            capture=Capture(url="https://made.example/", at=iso(NOW), sha256=sha256(ref.encode()).hexdigest(), warc=f"made.warc.gz#{number}"),
        )  # fmt: skip
        yield post
        earlier = post


def _author(dice: Random, role: Role) -> Author:
    return Author(name=f"{dice.choice(_SYLLABLES).title()} {dice.choice(_SYLLABLES).title()}", role=role)


def batches(count: int, size: int = 500, seed: int = 7) -> Iterator[list[Post]]:
    """`count` made posts in lists of `size`."""
    source = posts(seed)
    for start in range(0, count, size):
        yield list(islice(source, min(size, count - start)))


def cfpb_answer(count: int, seed: int = 7) -> bytes:
    """An answer of the complaint search with `count` made complaints."""
    hits = [{"_id": post.ref, "_source": _complaint(post), "sort": [number, post.ref]} for number, post in enumerate(islice(posts(seed), count))]
    return json.dumps({"hits": {"total": {"value": count, "relation": "eq"}, "hits": hits}}).encode()


def _complaint(post: Post) -> dict[str, str | None]:
    return {
        "complaint_id": post.ref, "product": "Credit card", "issue": post.title, "company": "MERROW BANK", "state": "NY",
        "company_response": "Closed with explanation", "timely": "Yes", "submitted_via": "Web", "date_received": _when(post),
        "complaint_what_happened": post.text,
    }  # fmt: skip


def _when(post: Post) -> str | None:
    return post.published.earliest if post.published else None


def review_page(count: int, seed: int = 7) -> bytes:
    """An HTML page with `count` made reviews in microdata, and about as much markup around them as a shop has."""
    cards = "".join(_card(post) for post in islice((post for post in posts(seed) if post.rating), count))
    menu = "".join(f'<li class="item"><a href="/c/{number}">Category {number}</a></li>' for number in range(120))
    return (
        f'<!doctype html><html lang="en"><head><title>Merrow Bank reviews</title></head><body><nav><ul>{menu}</ul></nav>'
        f'<main itemscope itemtype="https://schema.org/Organization"><h1 itemprop="name">Merrow Bank</h1>{cards}</main></body></html>'
    ).encode()


def _card(post: Post) -> str:
    stars, author = post.rating.value if post.rating else 1, post.author.name if post.author else ""
    return (
        f'<article class="card" itemscope itemprop="review" itemtype="https://schema.org/Review" id="r{post.ref}"><header><h3 itemprop="name">'
        f'<a itemprop="url" href="/reviews/{post.ref}">{post.title}</a></h3><div class="stars" itemprop="reviewRating" itemscope '
        f'itemtype="https://schema.org/Rating"><meta itemprop="ratingValue" content="{stars:g}"><meta itemprop="bestRating" content="5"></div>'
        f'</header><span itemprop="author" itemscope itemtype="https://schema.org/Person"><b itemprop="name">{author}</b></span>'
        f'<time itemprop="datePublished" datetime="{_when(post)}"></time><div class="body"><p itemprop="reviewBody">{post.text}</p></div>'
        "<footer><button>Helpful</button><button>Report</button></footer></article>"
    )


USUAL_DATES = (
    "2026-11-{day:02}T09:{minute:02}:00Z", "2026-11-{day:02}T09:{minute:02}:12.345+01:00", "2026-11-{day:02}", "17{minute:02}{minute:02}{day:02}00",
    "{day} days ago", "{minute} minutes ago", "a week ago", "{day} November 2026", "Nov {day}, 2026", "yesterday", "{day}/11/2026", "vor {day} Tagen",
)  # fmt: skip
"""The forms that most pages use: ISO, epoch seconds, words, and figures in the site's order."""


def dates(count: int, seed: int = 7) -> list[str]:
    """Dates in the usual forms, in the mixture in which pages repeat them."""
    dice = Random(seed)
    return [dice.choice(USUAL_DATES).format(day=dice.randint(1, 28), minute=dice.randint(10, 59)) for _ in range(count)]
