"""Consumidor.gov.br: the Brazilian state's board: a complaint, the firm's answer and the customer's verdict on one card."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from parsel import Selector

from crawlers.page import Ask, Broken, Follow, Kind, Ownership, Page, Place, RawPost, Rejection, Role, SaidBy, Site
from crawlers.reading import SHOWN, each, key_of
from crawlers.words import words_of

site = Site(
    key="consumidor_gov_br",
    name="Consumidor.gov.br",
    home="https://www.consumidor.gov.br",
    kind=Kind.CASE,
    access="the board's public search form; the firm's handle is the words to search for",
    proof="described",
    languages=("pt",),
    never_says=("author", "rating", "title", "url", "engagement", "edited"),
    expect=(1, 50_000),
    ownership=Ownership.REGULATOR,
    zone="America/Sao_Paulo",
    date_order="DMY",
    newest_first=True,
)
FORM = "/pages/indicador/relatos/consultar"
STEP = 10


def start(ask: Ask) -> SaidBy:
    """The newest complaints that hold the firm's words."""
    yield _asked(f"{ask.home}{FORM}", ask.firm.handle(site.key), 0)


def _asked(url: str, words: str, index: int) -> Follow:
    return Follow(
        url, method="POST", body=urlencode({"indicePrimeiroResultado": index, "palavrasChave": words}), token=str(index),
        headers={"Content-Type": "application/x-www-form-urlencoded"}, meta={"words": words, "index": index},
    )  # fmt: skip


def parse(page: Page) -> SaidBy:
    """The cards of one answer; one without cards is the end."""
    cards = page.css("div.cartao-relato")
    if not cards and not page.meta.get("index") and page.body.strip() and "relatos-" not in page.text and "consumidor.gov.br" not in page.text:
        raise Broken("no cards of complaints", "not this source")
    yield from each(cards, _card)
    if cards and "index" in page.meta:
        yield _asked(page.url, page.meta["words"], page.meta["index"] + STEP)


def _card(card: Selector) -> SaidBy:
    """A card. It has no id of its own; any of its three parts may be missing, so each is looked for inside the card."""
    firm, status = words_of(card.css(".relatos-nome-empresa a")[:1]), words_of(card.css(".relatos-status")[:1])
    report, answer, verdict = (card.xpath(f".//div[strong[normalize-space()='{name}']]")[:1] for name in ("Relato", "Resposta", "Avaliação"))
    date, _, place = (words_of(report.css(".relatos-data")[:1]) or "").partition(",")
    text = words_of(report.css("p"))
    if not text or not date:
        yield Rejection(reason="a card without its complaint or its date", field="text", seen=(words_of(card) or "")[:SHOWN])
        return
    ref = key_of(firm, date, place.strip(), text)
    said = [words for p in verdict.css("p") if (words := words_of(p))]
    mark = next((found[1] for words in said if (found := re.fullmatch(r"Nota\s+(\d+)", words))), None)
    facts = {"status": status, "outcome": "\n\n".join(words for words in said if not re.fullmatch(r"Nota\s+\d+", words)) or None,
             "sub_ratings": {"handling": f"{mark} of 5"} if mark else None, "answered": bool(answer)}  # fmt: skip
    yield RawPost(
        ref=ref, kind=Kind.CASE, text=text, published=date, place=Place(name=place.strip() or None, country="BR"), firm=firm,
        facts={name: value for name, value in facts.items() if value is not None},
    )  # fmt: skip
    if answer:
        yield RawPost(ref=f"{ref}/reply", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, author=firm, text=words_of(answer.css("p")))
