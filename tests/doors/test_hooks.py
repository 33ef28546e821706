"""Webhooks at work: over a socket, from a signed delivery to the post, its evidence and its proof."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from crawlers.rereading import rereader
from doors.hooks import LARGEST
from doors.signed import TOLERANCE
from indexer.connect import connect
from plaint.desk.keeping import verify
from plaint.model import Approval, Firm, Gone, Kind, Ownership, Role
from plaint.posts.brands import Names
from plaint.query.tree import Search
from tests.doors.conftest import visiting
from tests.doors.visiting import APPROVED, Visitor

APP, TOKEN, FORWARD = "an app's secret", "a word of ours", "a forwarding secret"
ACME = Firm(key="acme", name="Acme Bank", handles={"facebook": "100200", "instagram": "17800"})
SHUT = Firm(key="shut", name="Shut Bank", handles={"facebook": "300400"})


@pytest.fixture
def open_door(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    return opened(visitor, monkeypatch)


def opened(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """The visitor before a door whose webhooks are set up and approved for one firm."""
    for name, value in (("FACEBOOK_APP_SECRET", APP), ("FACEBOOK_VERIFY_TOKEN", TOKEN), ("FORWARDED_SECRET", FORWARD)):
        monkeypatch.setenv(name, value)
    visitor.stores.registers.save_firms([ACME, SHUT])
    visitor.stores.registers.save_approval(APPROVED)
    for source in ("facebook", "forwarded"):
        visitor.stores.registers.save_approval(Approval(source=source, firm="acme", ownership=Ownership.OWNED, approved=True, review_on="2099-01-01"))
    return visitor


def comment(
    ref: str = "9_1", text: str = "Still no refund.", page: str = "100200", verb: str = "add", who: str = "555", time: int = 1
) -> dict[str, Any]:
    value = {"item": "comment", "verb": verb, "comment_id": ref, "post_id": f"{page}_9", "parent_id": f"{page}_9", "message": text,
             "from": {"id": who, "name": "Ann"}, "created_time": 1_779_999_000}  # fmt: skip
    return {"id": page, "time": 1_779_999_000 + time, "changes": [{"field": "feed", "value": value}]}


def delivery(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"object": "page", "entry": list(entries)}).encode()


def meta(visitor: Visitor, body: bytes, secret: str = APP, **headers: str) -> tuple[int, str]:
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    return visitor.ask(
        "POST", "/hooks/facebook", body, **{"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}", **headers}
    )[:2]


def forward(visitor: Visitor, said: Any, secret: bytes = FORWARD.encode(), age: float = 0, sent: bytes | None = None) -> tuple[int, str]:
    body, stamp = json.dumps(said).encode(), str(int(visitor.clock() - age))
    signature = base64.b64encode(hmac.new(secret, f"msg_1.{stamp}.".encode() + body, sha256).digest()).decode()
    headers = {"Content-Type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,AAAA v1,{signature}"}
    return visitor.ask("POST", "/hooks/forwarded", sent or body, **headers)[:2]


def test_a_comment_that_facebook_delivers_is_a_post_of_its_firm_with_the_delivery_as_evidence(open_door: Visitor) -> None:
    body = delivery(comment())
    status, answer = meta(open_door, body)
    assert (status, json.loads(answer)["new"]) == (200, 1)
    (post,) = open_door.stores.posts.get(["facebook:9_1"])
    assert (post.text, post.kind, post.firms[0].key, post.author.role) == ("Still no refund.", Kind.COMMENT, "acme", Role.CUSTOMER)
    kept = open_door.stores.evidence.fetch(post.capture.warc)
    assert (kept.body, sha256(body).hexdigest()) == (body, post.capture.sha256)
    proof = verify(open_door.stores, None, reread=rereader(Names([ACME])))
    assert (proof.holds, proof.posts) == (True, 1)


def test_what_is_delivered_again_is_taken_once_and_never_turns_an_edit_back(open_door: Visitor) -> None:
    first = delivery(comment())
    assert json.loads(meta(open_door, first)[1])["new"] == 1
    assert json.loads(meta(open_door, delivery(comment(text="Refund came.", verb="edited", time=60)))[1])["changed"] == 1
    reordered = json.dumps(dict(reversed(json.loads(first).items()))).encode()
    both = delivery(comment(), comment(ref="9_2", text="Me too.", time=90))
    assert [json.loads(meta(open_door, body)[1])["again"] for body in (first, reordered, both)] == [1, 1, 1]
    assert [post.text for post in open_door.stores.posts.get(["facebook:9_1", "facebook:9_2"])] == ["Refund came.", "Me too."]


def test_a_removal_marks_the_post_and_keeps_its_words(open_door: Visitor) -> None:
    meta(open_door, delivery(comment()))
    meta(open_door, delivery(comment(text="", verb="remove", time=5)))
    (post,) = open_door.stores.posts.get(["facebook:9_1"])
    assert (post.gone, post.text) == (Gone.REMOVED, "Still no refund.")


def test_a_wrong_signature_is_401_and_its_words_are_nowhere(open_door: Visitor) -> None:
    structlog.reset_defaults()  # a command that ran before may have raised the level
    body = delivery(comment(text="forged words"))
    with capture_logs() as events:
        assert meta(open_door, body, secret="another")[0] == 401
        assert meta(open_door, body, **{"X-Hub-Signature-256": ""})[0] == 401
        assert meta(open_door, body, **{"X-Hub-Signature-256": "sha1=" + "0" * 40})[0] == 401
        assert meta(open_door, body, **{"X-Hub-Signature-256": "sha256=é"})[0] == 401
        assert forward(open_door, {"firm": "acme", "posts": []}, secret=b"another")[0] == 401
        assert forward(open_door, {"firm": "acme", "posts": []}, sent=b'{"firm":"acme","posts":[1]}')[0] == 401
    assert {event["reason"] for event in events} == {"wrong signature", "no signature"}
    assert "forged" not in str(events)
    assert open_door.stores.posts.search(Search(limit=0)).total == 0
    assert list(open_door.stores.evidence.walk()) == []


def test_an_old_forwarded_delivery_is_a_replay(open_door: Visitor) -> None:
    said = {"firm": "acme", "posts": [{"id": "t-1", "text": "The branch was shut."}]}
    assert forward(open_door, said, age=TOLERANCE + 1) == (401, "Too old.\n")
    assert forward(open_door, said, age=-TOLERANCE - 1) == (401, "Too early.\n")
    assert forward(open_door, said, age=TOLERANCE - 1)[0] == 200


def test_a_forwarded_complaint_is_private_and_its_firm_is_named_by_the_delivery(open_door: Visitor) -> None:
    items = [
        {"id": "t-1", "text": "The branch was shut.", "author": "Bo", "published": "2026-05-01T10:00:00Z", "rating": 1, "place": "Leeds"},
        {"id": "t-2", "text": "=cmd()", "private": False},
        {"id": "t-3", "text": "x", "colour": "red"},
        {"id": "t-4"},
        7,
    ]
    status, answer = forward(open_door, {"firm": "acme", "posts": items})
    assert (status, json.loads(answer)["new"], json.loads(answer)["rejected"]) == (200, 2, 3)
    first, second = open_door.stores.posts.get(["forwarded:t-1", "forwarded:t-2"])
    assert (first.firms[0].key, first.facts["visibility"], first.place.name, second.facts.get("visibility")) == ("acme", "private", "Leeds", None)
    reasons = [item.rejection.reason for item in open_door.stores.runs.quarantined("forwarded")]
    assert any("colour" in reason for reason in reasons)
    assert verify(open_door.stores, None, reread=rereader(Names([ACME]))).holds


def test_a_secret_in_the_form_of_the_standard_is_decoded(open_door: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_SECRET", "whsec_" + base64.b64encode(b"raw bytes").decode())
    assert forward(open_door, {"firm": "acme", "posts": []}, secret=b"raw bytes")[0] == 200


def test_only_what_the_register_allows_is_let_in(open_door: Visitor) -> None:
    assert meta(open_door, delivery(comment(page="300400")))[0] == 503
    assert meta(open_door, delivery(comment(page="999")))[0] == 503
    status, answer = meta(open_door, delivery(comment(page="300400", ref="8_1"), comment()))
    assert (status, json.loads(answer)["new"], json.loads(answer)["refused"]) == (200, 1, 1)
    assert open_door.stores.posts.search(Search(limit=0)).total == 1
    assert forward(open_door, {"firm": "acne", "posts": []})[0] == 503


def test_meta_sets_the_webhook_up_with_our_word_only(open_door: Visitor) -> None:
    asked = "/hooks/facebook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    status, body, headers = open_door.ask("GET", asked + TOKEN.replace(" ", "+"))
    assert (status, body, headers["Content-Type"]) == (200, "1158201444", "text/plain; charset=utf-8")
    assert open_door.ask("GET", asked + "guess")[0] == 403
    assert open_door.ask("GET", "/hooks/facebook?hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=" + TOKEN.replace(" ", "+"))[0] == 403
    assert open_door.ask("GET", "/hooks/forwarded")[0] == 404


def test_what_is_not_set_up_or_no_delivery_says_so(open_door: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert meta(open_door, b"not JSON")[0] == 400
    assert meta(open_door, b'{"object":"user","entry":[]}')[0] == 400
    assert meta(open_door, b"[" * 100_000)[0] == 400
    assert meta(open_door, b"x" * (LARGEST + 1))[0] == 413
    assert open_door.ask("POST", "/hooks/nobody", b"{}")[0] == 404
    assert open_door.ask("POST", "/hooks/instagram", b"{}")[0] == 503
    monkeypatch.delenv("FACEBOOK_APP_SECRET")
    assert meta(open_door, delivery(comment()))[0] == 503


@pytest.mark.elastic
def test_on_a_cluster_too_a_delivery_is_taken_once(emptied: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = connect(emptied.address(), evidence=tmp_path / "evidence")
    with visiting(stores) as visitor:
        door = opened(visitor, monkeypatch)
        assert [json.loads(meta(door, delivery(comment()))[1])["new"] for _ in range(2)] == [1, 0]
        assert json.loads(meta(door, delivery(comment(text="Refund came.", verb="edited", time=60)))[1])["changed"] == 1
        assert json.loads(meta(door, delivery(comment()))[1])["again"] == 1
        assert json.loads(forward(door, {"firm": "acme", "posts": [{"id": "t-1", "text": "Shut."}, {"id": "t-2"}]})[1])["new"] == 1
        assert door.send(text="The machine kept my card.")[0] == 200
    assert [post.text for post in stores.posts.get(["facebook:9_1", "forwarded:t-1"])] == ["Refund came.", "Shut."]
    stores.close()
    emptied.take_back()
