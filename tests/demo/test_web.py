"""The made-up web on real sockets: validators, broken lines, ports that are taken."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection, IncompleteRead

import pytest

from demo.web import HOST, NoPort, Web, serve

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with serve(1, TODAY, port=18_511) as served:
        yield served


def ask(web: Web, site: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection(web.addresses[site].removeprefix("http://"), timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    try:
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_a_page_that_has_not_changed_is_not_sent_again(web: Web) -> None:
    status, headers, body = ask(web, "reviews", "/firm/tern")
    assert (status, len(body)) == (200, int(headers["content-length"]))
    assert ask(web, "reviews", "/firm/tern", If_None_Match=headers["etag"])[::2] == (304, b"")
    assert ask(web, "reviews", "/firm/tern", If_Modified_Since=headers["last-modified"])[0] == 304
    assert ask(web, "reviews", "/firm/tern", If_None_Match='"another"', If_Modified_Since=headers["last-modified"])[0] == 200
    assert ask(web, "reviews", "/firm/tern", If_Modified_Since="some day")[0] == 200


def test_a_page_that_has_changed_has_another_tag(web: Web) -> None:
    _, before, _ = ask(web, "reviews", "/firm/northgate")
    web.step = 1
    try:
        status, after, _ = ask(web, "reviews", "/firm/northgate", If_None_Match=before["etag"])
    finally:
        web.step = 0
    assert status == 200
    assert after["etag"] != before["etag"]


def test_head_gives_the_headers_only(web: Web) -> None:
    status, headers, body = ask(web, "board", "/about/lumen", "HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 1000


def test_a_line_breaks_in_the_middle_of_one_page(web: Web) -> None:
    with pytest.raises(IncompleteRead):
        ask(web, "corner", "/cut")


def test_only_this_machine_is_listened_on(web: Web) -> None:
    assert {address.rpartition(":")[0] for address in web.addresses.values()} == {f"http://{HOST}"}


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serve(1, TODAY, port=port) as other:
            ports = [int(address.rpartition(":")[2]) for address in other.addresses.values()]
    assert port not in ports
    assert len(set(ports)) == 5


def test_no_port_at_all_is_said_clearly() -> None:
    with pytest.raises(NoPort, match="--web-port"), serve(1, TODAY, port=65_536):
        pass


def test_closing_gives_the_ports_back() -> None:
    with serve(1, TODAY, port=18_611) as first:
        addresses = dict(first.addresses)
    with serve(1, TODAY, port=18_611) as second:
        assert second.addresses == addresses
