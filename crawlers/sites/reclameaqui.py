"""Reclame Aqui (Brazil): complaints with the firm's answers, from the JSON of the site's own pages and from saved pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Page, Place, RawPost, Rejection, Role, SaidBy, Site
from crawlers.reading import SHOWN, each, key_of
from crawlers.schema_reviews import has_markup
from crawlers.words import words_of

site = Site(
    key="reclameaqui",
    name="Reclame Aqui",
    home="https://iosearch.reclameaqui.com.br",
    kind=Kind.REVIEW,
    access="the JSON of the site's own pages, which it may refuse at any time; saved pages; the firm's handle is its number there",
    proof="described",
    languages=("pt",),
    never_says=("author", "rating", "edited", "followers", "engagement"),
    expect=(1, 500),
    date_order="DMY",
)
ROLES = {"ANSWER": Role.FIRM, "REPLY": Role.CUSTOMER}
STEP = 10


def start(ask: Ask) -> SaidBy:
    """The first complaints about one firm."""
    company = quote(ask.firm.handle(site.key), safe="")
    yield Follow(f"{ask.home}/raichu-io-site-search-v1/query/companyComplains/{STEP}/0?company={company}")


def parse(page: Page) -> SaidBy:
    """An answer of a search, one complaint, or a saved page."""
    if page.body.lstrip()[:1] == b"<":
        yield from _page(page)
        return
    found = dig(page.json, "complainResult", "complains")
    items = dig(found, "data") if found is not None else [page.json]
    if not isinstance(items, list) or not all(isinstance(item, dict) and "description" in item and "id" in item for item in items):
        raise Broken("JSON without complaints", "not this source")
    if isinstance(count := dig(found, "count"), int):
        yield Announced(count)
    yield from each(items, _complaint)
    if items and (here := re.search(r"/(\d+)/(\d+)(?=\?)", page.url)):
        following = int(here[2]) + len(items)
        if not isinstance(count, int) or following < count:
            yield Follow(f"{page.url[: here.start()]}/{here[1]}/{following}{page.url[here.end() :]}")


def _complaint(item: dict[str, Any]) -> SaidBy:
    """A complaint and what was said below it. Times have no zone, so they are days; the mark is for the firm's handling."""
    ref, words, is_marked = str(item["id"]), item["description"], bool(item.get("evaluated"))
    place = " - ".join(part for part in (item.get("userCity"), item.get("userState")) if part)
    facts = {"status": item.get("status"), "resolved": item.get("solved") if is_marked else None,
             "sub_ratings": {"handling": f"{item['score']} of 10"} if is_marked and item.get("score") is not None else None}  # fmt: skip
    yield RawPost(
        ref=ref, kind=Kind.REVIEW, title=item.get("title"), text=words, markup=has_markup(f"{item.get('title')} {words}"),
        published=str(item.get("created") or "")[:10], place=Place(name=place or None, country="BR"), firm=item.get("companyName"),
        facts={name: value for name, value in facts.items() if value is not None},
    )  # fmt: skip
    for said in item.get("interactions") or ():
        if said.get("deleted") is True:
            continue
        if (role := ROLES.get(said.get("type"))) is None or said.get("deleted") is not False:
            yield Rejection(reason="an interaction of a kind that is not known", field="reply", seen=str(said)[:SHOWN], ref=ref)
            continue
        yield RawPost(
            ref=f"{ref}/{key_of(said['type'], said['created'])}", within=ref, reply_to=ref, kind=Kind.REPLY, role=role, text=said["message"],
            markup=has_markup(said["message"]), published=said["created"][:10], author=item.get("companyName") if role == Role.FIRM else None,
        )  # fmt: skip


def _page(page: Page) -> SaidBy:
    """A saved page: a list of links, or one complaint, named after the end of its address as in the JSON."""
    part = {
        name: page.css(f"[data-testid='complaint-{name}']") for name in ("title", "location", "creation-date", "description", "status", "interaction")
    }
    if not part["description"]:
        links = page.css("[data-testid='complaint-listagem-v2-title-link']::attr(href)").getall()
        if not links and "reclameaqui.com.br" not in page.text:
            raise Broken("no page of Reclame Aqui", "not this source")
        yield from (Follow(link, next=False) for href in links if (link := page.link(href)))
        if links and (link := page.link(page.css("a[data-testid='next-page-navigation-button']::attr(href)").get())):
            yield Follow(link)
        return
    address = page.url or page.css("link[rel=canonical]::attr(href), meta[property='og:url']::attr(content)").get() or ""
    if (name := re.search(r"\.br/([^/]+)/[^/]*_([\w-]+)/?(?:[?#]|$)", address)) is None:
        raise Broken("a complaint without its address, which names it: give it with --url")
    ref, status = name[2], words_of(part["status"][:1])
    yield RawPost(
        ref=ref, url=address, kind=Kind.REVIEW, title=words_of(part["title"][:1]), text=words_of(part["description"][:1]), firm=name[1],
        published=(words_of(part["creation-date"][:1]) or "").partition(" às ")[0], facts={"status": status} if status else {},
        place=Place(name=words_of(part["location"][:1]), country="BR"),
    )  # fmt: skip
    for number, said in enumerate(part["interaction"], 1):
        head, _, words = (words_of(said) or "").partition("\n")
        if head.strip() == "Resposta da empresa" and words.strip():
            yield RawPost(ref=f"{ref}/{number}", within=ref, reply_to=ref, kind=Kind.REPLY, role=Role.FIRM, text=words.strip())
        else:
            yield Rejection(reason="an interaction that is not headed as the firm's", field="reply", seen=(words_of(said) or "")[:SHOWN], ref=ref)
