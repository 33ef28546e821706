"""The rules of politeness and secrecy by themselves: no network, no disk."""

from __future__ import annotations

import gzip
import zlib
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import host_of, is_same_site
from crawlers.captured import page_of, unpacked
from crawlers.guess import _site_name
from crawlers.pace import Pace
from crawlers.page import Broken
from crawlers.politeness import asked_to_wait, is_loopback, own_delay, user_agent
from crawlers.robots import rules_of
from crawlers.secrecy import MissingSecret, fill_query, strike, values
from plaint.ports import Fetched

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "Tue, 24 Nov 2026 10:01:00 GMT"}, 60),
        ({"retry-after": "Tue, 24 Nov 2020 10:01:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 45)}, 45),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "30"}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "9"}, 9),
        ({"x-rate-limit-remaining": "0"}, None),
    ],
)
def test_what_an_answer_asks_to_wait_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_to_wait(headers, NOW) == seconds


@given(st.text(max_size=40))
def test_no_header_breaks_the_reading_of_a_wait(said: str) -> None:
    wait = asked_to_wait({"retry-after": said}, NOW)
    assert wait is None or wait >= 0


def test_a_host_is_asked_after_its_longest_delay_and_never_while_it_is_held() -> None:
    pace = Pace()
    pace.slow("a.example", 5)
    pace.slow("a.example", 2)
    assert pace.wait("a.example", 100) == 0
    pace.take("a.example", 100)
    assert pace.wait("a.example", 101) == 4
    assert pace.wait("b.example", 101) == 0
    pace.hold("a.example", 101, 60)
    pace.hold("a.example", 101, 1)
    assert pace.wait("a.example", 101) == 60


@pytest.mark.parametrize(
    ("status", "body", "allowed", "delay"),
    [
        (200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 7", {"/": True, "/private/x": False}, 7),
        (200, b"User-agent: *\nDisallow: /\n\nUser-agent: Plaint\nDisallow: /x\nRequest-rate: 1/4", {"/": True, "/x": False}, 4),
        (200, b"\xef\xbb\xbfUser-agent: plaint\nDisallow: /", {"/": False}, 0),
        (200, b"<html>not a robots file</html>", {"/": True}, 0),
        (404, b"User-agent: *\nDisallow: /", {"/": True}, 0),
        (403, b"", {"/": True}, 0),
        (429, b"", {"/": False}, 0),
        (500, b"", {"/": False}, 0),
        (301, b"", {"/": False}, 0),
    ],
)
def test_robots_txt_is_read_as_the_standard_says(status: int, body: bytes, allowed: dict[str, bool], delay: float) -> None:
    rules = rules_of(status, body)
    assert {path: rules.allows(f"https://a.example{path}") for path in allowed} == allowed
    assert rules.delay == delay


def test_settings_make_a_crawl_slower_and_never_faster_but_for_this_machine() -> None:
    assert own_delay("https://a.example/", 5, None) == 5
    assert own_delay("https://a.example/", 5, 2) == 5
    assert own_delay("https://a.example/", 5, 9) == 9
    assert own_delay("http://127.0.0.1:80/", 5, None) == 0
    assert own_delay("http://127.0.0.1:80/", 5, 1) == 1


def test_the_user_agent_says_how_to_reach_whoever_crawls() -> None:
    assert user_agent("https://bank.example/crawler").endswith(" (+https://bank.example/crawler)")
    assert user_agent(None).startswith("Plaint/")


@pytest.mark.parametrize(("url", "here"), [("http://localhost:1/", True), ("http://[::1]/", True), ("http://127.9.9.9", True),
                                           ("http://10.0.0.1", False), ("http://127.0.0.1.evil.example/", False), ("file:x", False)])  # fmt: skip
def test_this_machine_is_known(url: str, *, here: bool) -> None:
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("there", "ours", "same"),
    [
        ("https://a.example/x", "https://a.example", True),
        ("http://a.example", "https://a.example", True),
        ("https://www.a.example", "https://a.example", True),
        ("https://a.example", "https://api.a.example", True),
        ("https://eva.example", "https://a.example", False),
        ("https://a.example.evil.example", "https://a.example", False),
        ("https://example", "https://a.example", False),
        ("https://a.example:8443", "https://a.example", False),
        ("http://127.0.0.1:9000", "http://127.0.0.1:8000", False),
        ("http://1.127.0.0.1", "http://127.0.0.1", False),
        ("http://169.254.169.254/", "https://a.example", False),
        ("https://a.example:99999999/", "https://a.example", False),
    ],
)
def test_only_links_to_the_same_site_are_followed(there: str, ours: str, *, same: bool) -> None:
    assert is_same_site(host_of(there), host_of(ours)) is same


def test_a_secret_goes_where_the_address_has_room_for_it() -> None:
    url, headers = fill_query("https://a.example/x?key=&page=2", {"key": "K", "X-Sign": "S"}, {"K": "v/1", "S": "sig"})
    assert url == "https://a.example/x?key=v%2F1&page=2"
    assert headers == {"X-Sign": "sig"}
    assert fill_query("https://a.example/x?a=%20b", {"X": "S"}, {"S": "s"}) == ("https://a.example/x?a=%20b", {"X": "s"})


@given(st.text(st.characters(codec="utf-8", exclude_characters=" :"), min_size=6, max_size=30), st.binary(max_size=20), st.binary(max_size=20))
def test_a_secret_is_struck_out_in_every_usual_form(secret: str, before: bytes, after: bytes) -> None:
    for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), b64encode(secret.encode()).decode(), f"Bearer {secret}"):
        struck = strike(before + form.encode() + after, [secret, f"Bearer {secret}"])
        assert secret.encode() not in struck


def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEER_KEY", raising=False)
    with pytest.raises(MissingSecret, match="set PEER_KEY in the environment"):
        values(["PEER_KEY"])


@given(st.binary(max_size=2000))
def test_packed_bytes_are_unpacked(body: bytes) -> None:
    raw = zlib.compressobj(wbits=-15)
    assert unpacked(gzip.compress(body), "gzip") == body
    assert unpacked(zlib.compress(body), "deflate") == body
    assert unpacked(raw.compress(body) + raw.flush(), "deflate") == body
    assert unpacked(gzip.compress(zlib.compress(body)), "deflate, gzip") == body
    assert unpacked(body, "identity") == body


def test_a_page_that_unpacks_without_end_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.captured.LARGEST", 1000)
    with pytest.raises(Broken) as broken:
        unpacked(gzip.compress(b"0" * 100_000), "gzip")
    assert broken.value.alarm == "response too large"


def test_a_kept_exchange_becomes_the_page_that_was_read() -> None:
    fetched = Fetched(url="https://a.example/", at="2026-01-01T00:00:00Z", status=202, body=gzip.compress(b"{}"),
                      headers=(("Content-Type", "application/json"), ("Content-Encoding", "gzip")))  # fmt: skip
    page = page_of(fetched)
    assert (page.body, page.status, page.url, page.at) == (b"{}", 202, fetched.url, fetched.at)
    assert page.headers == {"content-type": "application/json"}


@pytest.mark.parametrize(("url", "name"), [("https://www.bank.co.uk/x", "bank.co.uk"), ("https://api.trust.example", "trust.example"),
                                           ("file:x.html", None), ("", None), ("http://localhost/", None)])  # fmt: skip
def test_the_registered_part_of_a_host_is_known(url: str, name: str | None) -> None:
    assert _site_name(url) == name
