"""US Consumer Financial Protection Bureau: the regulator's public complaint database, by its API and its CSV export."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from crawlers.loose_json import dig
from crawlers.page import Announced, Ask, Broken, Follow, Kind, Ownership, Page, Place, RawPost, Rejection, SaidBy, Site
from crawlers.paging import query_value, with_query
from crawlers.reading import each

site = Site(
    key="cfpb",
    name="CFPB Consumer Complaint Database",
    home="https://www.consumerfinance.gov",
    kind=Kind.CASE,
    access="official open API, public domain (CC0); the firm's handle is its name in the database",
    terms="https://www.consumerfinance.gov/complaint/data-use/",
    languages=("en",),
    delay=2,
    never_says=("author", "rating", "reply_to", "engagement", "edited"),
    ownership=Ownership.REGULATOR,
    zone="America/New_York",
    date_order="MDY",
    newest_first=True,
)
API = "/data-research/consumer-complaints/search/api/v1/"
FACTS = {
    "product": "product", "sub_product": "sub_product", "issue": "issue", "sub_issue": "sub_issue", "company": "company",
    "company_response": "company_response", "company_public_response": "company_public_response", "timely": "timely",
    "consumer_disputed": "disputed", "consumer_consent_provided": "consent", "state": "state", "zip_code": "zip_code", "tags": "tags",
    "submitted_via": "submitted_via", "date_sent_to_company": "sent_to_company",
}  # fmt: skip
"""Columns of the database and our names for them; some of them come and go, so each is read by name."""
CSV_NAMES = {
    "consumer_complaint_narrative": "complaint_what_happened", "company_response_to_consumer": "company_response",
    "timely_response": "timely", "consumer_consent_provided": "consumer_consent_provided",
}  # fmt: skip


def start(ask: Ask) -> SaidBy:
    """The newest complaints about one company."""
    asked = {"company": ask.firm.handle(site.key), "date_received_min": (ask.since or "")[:10], "sort": "created_date_desc", "size": "100"}
    yield Follow(f"{ask.home}{API}?{urlencode({name: value for name, value in asked.items() if value})}")


def parse(page: Page) -> SaidBy:
    """The complaints of a search answer, of one complaint's answer, or of an export (a plain list, or CSV)."""
    if re.match(rb"\s*\"?date received\"?,|\s*[^{\[<\n]*\bcomplaint id\b", page.body.removeprefix(b"\xef\xbb\xbf")[:2000], re.IGNORECASE):
        yield from each(_rows(page), _complaint)
        return
    hits = page.json if isinstance(page.json, list) else dig(page.json, "hits", "hits")
    if not isinstance(hits, list):
        raise Broken("JSON without hits: no answer of the complaint search", "not this source")
    said = dig(page.json, "hits", "total")
    total = said.get("value") if isinstance(said, dict) else said
    if isinstance(total, int):
        yield Announced(total)
    yield from each(hits, lambda hit: _complaint({"complaint_id": hit.get("_id"), **hit["_source"]} if "_source" in hit else hit))
    if hits and (link := _next(page, hits, total)):
        yield link


def _complaint(said: dict[str, Any]) -> SaidBy:
    """One complaint. Most have no narrative (yet): the record is kept, its issue is the title."""
    if not (ref := said.get("complaint_id")):
        yield Rejection(reason="a complaint without an id", field="complaint_id", seen=str(said)[:500])
        return
    facts = {ours: said[theirs] for theirs, ours in FACTS.items() if said.get(theirs) not in (None, "", "N/A")}
    yield RawPost(
        ref=str(ref), url=f"{site.home}/data-research/consumer-complaints/search/detail/{ref}", kind=Kind.CASE, title=said.get("issue"),
        text=said.get("complaint_what_happened") or "", published=said.get("date_received"), facts=facts, firm=said.get("company"),
        place=Place(name=said.get("state") or None, country="US"),
    )  # fmt: skip


def _next(page: Page, hits: list[Any], total: int | None) -> Follow | None:
    """The next page begins after the last hit: `break_points` says which number it has, else the address is counted on."""
    last = dig(hits, -1, "sort")
    if not last:
        return None
    points = dig(page.json, "_meta", "break_points") or {}
    number = next((int(number) for number, point in points.items() if point == last), None)
    size = int(query_value(page.url, "size") or len(hits))
    if number is None:
        number = int(query_value(page.url, "page") or 1) + 1
        if points or len(hits) < size or total is None or (number - 1) * size >= total:
            return None
    return Follow(with_query(page.url or f"{site.home}{API}", search_after="_".join(map(str, last)), frm=(number - 1) * size, page=number))


def _rows(page: Page) -> Iterator[dict[str, Any]]:
    """The rows of an export under the names of the API: "Sub-product" is `sub_product`."""
    lines = csv.reader(page.text.removeprefix("\ufeff").splitlines(keepends=True))
    names = [re.sub(r"\W+", "_", name.lower()).strip("_") for name in next(lines)]
    for row in lines:
        yield {CSV_NAMES.get(name, name): value for name, value in zip(names, row, strict=False)}
