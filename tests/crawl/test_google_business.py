"""The official reviews of two locations over loopback: pages by token, the firm's authorization, a reply that was edited, a review that went."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from indexer.connect import connect
from plaint.model import Gone
from tests.crawl.peer import Answer, Asked
from tests.crawl.test_review_walks import DONE, Site, as_json, walked

pytestmark = pytest.mark.crawl


def review(ref: str, reply: str | None = None, at: str = "2026-05-01T10:00:00Z") -> dict[str, object]:
    said: dict[str, object] = {"reviewId": ref, "reviewer": {"displayName": f"Guest {ref}"}, "starRating": "ONE", "comment": f"{ref} waited an hour.",
                               "createTime": at, "updateTime": at}  # fmt: skip
    return said | ({"reviewReply": {"comment": reply, "updateTime": "2026-05-02T10:00:00Z"}} if reply else {})


def test_all_reviews_of_all_locations_and_what_became_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_BUSINESS_AUTHORIZATION", "Bearer ya29.made-up-token")
    held = {"accounts/1/locations/2": [review(f"A{n}", "Sorry." if n == 3 else None) for n in range(70)],
            "accounts/1/locations/7": [review("B1")]}  # fmt: skip

    def answer(asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        asked_for = {name: many[0] for name, many in parse_qs(parts.query).items()}
        if asked.headers.get("authorization") != "Bearer ya29.made-up-token" or asked_for["pageSize"] != "50":
            return as_json({"error": {"code": 401, "message": "no"}}, 401)
        reviews = held[parts.path.removeprefix("/v4/").removesuffix("/reviews")]
        first = int(asked_for.get("pageToken", "0"))
        more = {"nextPageToken": str(first + 50)} if first + 50 < len(reviews) else {}
        return as_json({"reviews": reviews[first : first + 50], "totalReviewCount": len(reviews), **more})

    store = f"sqlite:///{tmp_path}/plaint.db"
    ledgers = walked(store, "google_business", "accounts/1/locations/2, accounts/1/locations/7", Site(answer), tmp_path)
    first = next(ledgers)
    assert (first["state"], first["alarms"], first["announced"], first["new"], first["within"]) == (*DONE, 71, 71, 1)
    again = next(ledgers)
    assert (again["new"], again["known"], again["changed"]) == (0, 71, 0)
    held["accounts/1/locations/2"] = [review(f"A{n}", "We are sorry." if n == 3 else None) for n in range(69)]
    third = next(ledgers)
    assert (third["new"], third["gone"]) == (0, 1)
    stores = connect(store)
    reply, went = stores.posts.get(["google_business:A3/reply", "google_business:A69"])
    kept = b"".join(fetched.body + str(fetched.request_headers).encode() for _, fetched in stores.evidence.walk())
    stores.close()
    assert (reply.text, went.gone) == ("We are sorry.", Gone.VANISHED)
    assert b"made-up-token" not in kept
