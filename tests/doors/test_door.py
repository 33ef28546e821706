"""The front door at work: over a socket, from the form to the post, its evidence and its proof."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from crawlers.rereading import rereader
from doors.code import write_code
from doors.form import LARGEST
from doors.guard import EACH
from plaint.desk.keeping import verify
from plaint.posts.brands import Names
from plaint.query.tree import Search
from tests.crawl.test_commands import plaint
from tests.doors.visiting import ACME, Visitor


def test_what_was_entered_is_a_post_like_any_other_with_its_evidence(visitor: Visitor) -> None:
    status, page, headers = visitor.send(name="Ann", reach="ann@x.example", rating="1", place="Leeds", quote="yes")
    assert (status, "Thank you" in page) == (200, True)
    assert "script" not in headers["Content-Security-Policy"]
    reference = re.search(r"<strong>(\w+)</strong>", page)
    assert reference
    (post,) = visitor.stores.posts.get([f"front_door:{reference[1]}"])
    assert (post.text, post.author.name, post.author.handle, post.rating.value) == ("The machine kept my card.", "Ann", "ann@x.example", 1)
    assert (post.place.name, post.facts["consent"], post.firms[0].key) == ("Leeds", "may be quoted without the name", "acme")
    assert json.loads(visitor.stores.evidence.fetch(post.capture.warc).body)["entry"] == reference[1]
    proof = verify(visitor.stores, None, reread=rereader(Names([ACME])))
    assert (proof.holds, proof.posts) == (True, 1)


def test_sent_twice_is_one_entry(visitor: Visitor) -> None:
    ticket = visitor.ticket()
    first, second = visitor.send(ticket=ticket), visitor.send(ticket=ticket)
    assert (first[0], first[1]) == (second[0], second[1])
    assert visitor.stores.posts.search(Search(limit=0)).total == 1


def test_nothing_is_taken_without_consent_or_with_a_forged_or_hasty_form(visitor: Visitor) -> None:
    assert visitor.send(read="")[0] == 422
    assert visitor.send(ticket="abc.1.def")[0] == 409
    ticket = visitor.ticket()
    visitor.clock.now -= 9
    status, page, _ = visitor.send(ticket=ticket, text="Kept & shown")
    assert (status, "Kept &amp; shown" in page) == (409, True)
    assert visitor.send(website="https://spam.example")[0] == 429
    assert visitor.stores.posts.search(Search(limit=0)).total == 0


def test_one_visitor_cannot_flood_it(visitor: Visitor) -> None:
    answers = [visitor.send(text=f"Number {number}")[0] for number in range(EACH + 2)]
    assert answers == [200] * EACH + [429] * 2
    assert int(visitor.send()[2]["Retry-After"]) > 0
    assert visitor.stores.posts.search(Search(limit=0)).total == EACH


def test_a_door_that_is_not_approved_is_closed(visitor: Visitor) -> None:
    assert visitor.ask("GET", "/shut")[0] == 503
    assert visitor.ask("POST", "/shut", b"text=x")[0] == 503
    for path in ("/", "/nobody", "/../etc/passwd", "/%2e%2e/x", "/acme/x"):
        assert visitor.ask("GET", path)[0] == 404, path


def test_hostile_requests_cost_nothing_and_change_nothing(visitor: Visitor) -> None:
    assert visitor.ask("POST", "/acme", b"x" * (LARGEST + 1))[0] == 413
    assert visitor.ask("POST", "/acme", b"{}", **{"Content-Type": "application/json"})[0] == 413
    assert visitor.ask("POST", "/acme", b"&".join(b"a=1" for _ in range(1000)))[0] == 422
    assert visitor.ask("GET", "/acme?" + "&".join("a=1" for _ in range(100)))[0] == 400
    assert visitor.ask("PUT", "/acme", b"x")[0] == 501
    assert visitor.ask("GET", f"/acme?place={quote('<script>x</script>')}")[1].count("<script") == 0
    with socket.create_connection(("127.0.0.1", visitor.port)) as cut:
        cut.sendall(b"POST /acme HTTP/1.1\r\nContent-Length: 50\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\ntext")
    assert visitor.send()[0] == 200
    assert visitor.stores.posts.search(Search(limit=0)).total == 1


def test_the_place_of_the_code_goes_with_the_entry(visitor: Visitor) -> None:
    assert "<strong>Leeds &amp; York</strong>" in visitor.ask("GET", "/acme?place=Leeds+%26+York")[1]


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_code_is_printed(stores: Any, tmp_path: Path, ending: str) -> None:
    stores.registers.save_firms([ACME])
    file = tmp_path / f"door.{ending}"
    words = ("firms", "door", "acme", "--to", str(file), "--at", "https://c.example", "--store", stores.address)
    done = plaint(*words, "--place", "Leeds")
    assert json.loads(done.stdout) == {"address": "https://c.example/acme?place=Leeds", "file": str(file)}
    assert file.read_bytes()[:5] in {b"<?xml", b"\x89PNG\r"}
    assert plaint(*words[:2], "acne", *words[3:]).exit_code == 1
    assert plaint(*words, "--place", "<b>").exit_code == 2


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ends in"):
        write_code("https://c.example/acme", tmp_path / "door.gif")


def test_the_door_speaks_the_visitors_language_from_the_form_to_the_thanks(visitor: Visitor) -> None:
    german = {"Accept-Language": "de-CH,de;q=0.9,en;q=0.8"}
    status, page, headers = visitor.ask("GET", "/acme?place=Leeds", **german)
    assert ('<html lang="de">' in page, "Was ist passiert?" in page, headers["Vary"]) == (True, True, "Accept-Language")
    assert 'href="?place=Leeds&amp;lang=tr"' in page
    assert '<html lang="tr">' in visitor.ask("GET", "/acme?lang=tr", **german)[1]
    empty = urlencode({"text": "", "read": "yes", "ticket": visitor.ticket()}).encode()
    assert "Escriba qué ha ocurrido" in visitor.ask("POST", "/acme?lang=es", empty)[1]
    whole = urlencode({"text": "Die Schlange stand.", "read": "yes", "ticket": visitor.ticket()}).encode()
    status, page, _ = visitor.ask("POST", "/acme", whole, **german)
    assert (status, "Vielen Dank" in page) == (200, True)
    assert "Kapalı" in visitor.ask("GET", "/shut?lang=tr")[1]
