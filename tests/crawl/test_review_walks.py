"""Walks of review sources over loopback, each with a manner of its own: pages from 0 or 1, a form, texts that a list cuts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from indexer.connect import connect
from tests.crawl.peer import Answer, Asked, Peer, serving
from tests.crawl.real_peers import crawl, prepare

pytestmark = pytest.mark.crawl

DONE = ("done", [])


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/plaint.db"


class Site(Peer):
    """A site that answers by a function."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def reply(self, asked: Asked) -> Answer:
        found = None if asked.path == "/robots.txt" else self.answer(asked)
        return (404, {}, b"nothing here") if found is None else found


def walked(store: str, key: str, handle: str, site: Peer, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The ledgers of one crawl after the other."""
    prepare(store, key, handle)
    with serving(site):
        while True:
            yield crawl(store, key, site.address, tmp_path)


def refs(store: str, key: str) -> set[str]:
    stores = connect(store)
    found = set(stores.posts.refs(key))
    stores.close()
    return found


def as_json(said: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(said).encode()


def as_html(body: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, f"<!doctype html><html><body>{body}</body></html>".encode()


def asked_page(asked: Asked) -> int:
    return int(parse_qs(urlsplit(asked.path).query)["page"][0])


def test_whole_json_with_status_202_is_a_page(store: str, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        page = asked_page(asked)
        items = [{"id": 100 * page + n, "review_title": "Late", "review_content": f"Late for the {n}th time.", "review_rating": 1,
                  "created_at": "2026-02-03 04:05:06"} for n in range(11 if page < 3 else 2)]  # fmt: skip
        return as_json({"current_page": page, "last_page": 3, "total": 24, "data": items}, 202)

    ledgers = walked(store, "hellopeter", "acme", Site(answer), tmp_path)
    first, second = next(ledgers), next(ledgers)
    assert (first["state"], first["alarms"], first["announced"], first["new"]) == (*DONE, 24, 24)
    assert (second["new"], second["known"], second["reach"]) == (0, 11, "known")  # newest first: the first page is known


@pytest.mark.parametrize("origin", [0, 1], ids=["pages from 0", "pages from 1"])
def test_reviews_are_whole_wherever_pages_begin(store: str, tmp_path: Path, origin: int) -> None:
    def answer(asked: Asked) -> Answer:
        page = max(asked_page(asked) - origin, 0)
        ids = range(1000 + 3 * page, min(1000 + 3 * page + 3, 1008))
        reviews = [{"store_review_id": n, "rating": 2, "comments": f"Parcel {n} came open.", "date_created": "2026-02-03 04:05:06"} for n in ids]
        return as_json({"stats": {"total_reviews": 8}, "reviews": reviews})

    ledger = next(walked(store, "reviewsio", "acme", Site(answer), tmp_path))
    assert (ledger["state"], ledger["alarms"], ledger["announced"], ledger["new"]) == (*DONE, 8, 8)
    assert refs(store, "reviewsio") == {str(n) for n in range(1000, 1008)}


def test_a_form_is_sent_again_until_its_answer_has_no_cards(store: str, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer:
        form = parse_qs(asked.body.decode())
        assert form["palavrasChave"] == ["Banco Funcho"]
        first = int(form["indicePrimeiroResultado"][0])
        return as_html("".join(
            f'<div class="cartao-relato"><h3 class="relatos-nome-empresa"><a>Banco Funcho</a></h3><div><strong>Relato</strong>'
            f'<span class="relatos-data">03/02/2026, Olinda - PE</span><p>Tarifa número {n}.</p></div></div>'
            for n in range(first, min(first + 10, 23))
        ))  # fmt: skip

    site = Site(answer)
    ledger = next(walked(store, "consumidor_gov_br", "Banco Funcho", site, tmp_path))
    assert (ledger["state"], ledger["alarms"], ledger["new"]) == (*DONE, 23)
    assert len(site.paths()) == 4


def test_a_text_that_a_list_cuts_is_read_on_its_own_page_with_what_only_the_list_says(store: str, tmp_path: Path) -> None:
    stars = '<i class="icon-rating rated-star"></i>' * 2 + '<i class="icon-rating unrated-star"></i>' * 3

    def answer(asked: Asked) -> Answer:
        if asked.path == "/review/Acme-review-abcdefg":
            return as_html('<div id="firstReview"><div class="rev-main-content"><p>They closed my card without a word.</p></div></div>')
        return as_html(
            '<div id="dvreview-listing"><div class="row review-article"><strong><a href="/review/Acme-review-abcdefg">Closed</a></strong>'
            f'<div class="rating"><span>{stars}</span><span>Mar 04, 2025 05:06 PM</span></div><div class="reviewdata">They closed my ... '
            """<a onclick="bindreviewcontent('1')">Read More</a></div></div></div>"""
        )

    ledger = next(walked(store, "mouthshut", "banks/Acme-reviews-925000001", Site(answer), tmp_path))
    assert (ledger["state"], ledger["alarms"], ledger["new"]) == (*DONE, 1)
    stores = connect(store)
    (post,) = stores.posts.get(["mouthshut:abcdefg"])
    stores.close()
    assert (post.text, post.title) == ("They closed my card without a word.", "Closed")
    assert post.rating is not None
    assert (post.rating.value, post.rating.unit) == (2, 0.25)
