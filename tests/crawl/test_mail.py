"""A mailbox over IMAP: each message once, none lost, none marked as read; by the command, from a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.mailroom import account_of
from crawlers.rereading import rereader
from indexer.connect import connect
from plaint.desk.keeping import verify
from plaint.model import Approval, Firm
from plaint.posts.brands import Names
from tests.crawl.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.crawl.test_commands import plaint

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


class Office:
    """A firm with a mailbox of its own and a store."""

    def __init__(self, server: MailServer, folder: Path, user: str) -> None:
        self.server, self.user, self.address = server, user, f"sqlite:///{folder}/plaint.db"
        self.approve(server.handle(user))

    def approve(self, handle: str) -> None:
        stores = connect(self.address)
        stores.registers.save_firms([Firm(key="acme", name="Acme Bank", handles={"mailbox": handle})])
        stores.registers.save_approval(Approval(source="mailbox", firm="acme", approved=True, review_on="2099-01-01"))
        stores.close()

    def receive(self, *numbers: int) -> None:
        self.server.receive(*(message(number) for number in numbers), user=self.user)

    def fetch(self, *more: str) -> dict[str, Any]:
        done = plaint("mail", "--firm", "acme", "--store", self.address, *more)
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def texts(self) -> list[str]:
        stores = connect(self.address)
        found = [post.text for post in stores.posts.get([f"mailbox:{ref}" for ref in sorted(stores.posts.refs("mailbox"))])]
        stores.close()
        return found


@pytest.fixture
def office(server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Office:
    monkeypatch.setenv("MAILBOX_PASSWORD", PASSWORD)
    return Office(server, tmp_path, f"{request.node.name.replace('[', '.').replace(']', '')}@acme.example")


def message(number: int) -> bytes:
    return (f"From: Ann Lowe <ann@post.example>\r\nTo: {USER}\r\nSubject: Fees\r\nMessage-ID: <m{number:03}@post.example>\r\n"
            f"Date: Fri, 20 Nov 2026 09:30:00 +0000\r\n\r\nFee number {number}.\r\n").encode()  # fmt: skip


def test_each_message_is_a_post_once_and_stays_unread(office: Office) -> None:
    office.receive(1, 2, 3)
    first = office.fetch()
    assert (first["new"], first["messages"], first["state"]) == (3, 3, "done")
    assert office.fetch()["messages"] == 0
    office.receive(4)
    again = office.fetch()
    assert (again["new"], again["messages"]) == (1, 1)
    assert office.texts() == [f"Fee number {number}." for number in (1, 2, 3, 4)]
    assert all(b"\\Seen" not in flags for flags in office.server.flags(office.user))
    stores = connect(office.address)
    (post,) = stores.posts.get(["mailbox:m001@post.example"])
    kept = stores.evidence.fetch(post.capture.warc)
    assert (kept.body, post.firms[0].key, post.facts["visibility"]) == (message(1), "acme", "private")
    assert PASSWORD.encode() not in b"".join(str(fetched).encode() for _, fetched in stores.evidence.walk())
    assert office.user not in kept.url
    assert verify(stores, None, reread=rereader(Names(stores.registers.firms()))).holds
    stores.close()


def test_messages_under_new_numbers_are_the_old_ones(office: Office) -> None:
    office.receive(1, 2)
    office.fetch()
    office.server.number_anew(office.user)
    office.receive(3)
    again = office.fetch()
    assert (again["known"], again["new"], again["changed"]) == (2, 1, 0)


def test_what_is_no_complaint_to_read_is_set_aside_and_not_lost(office: Office) -> None:
    office.server.receive(b"X-Nothing: here\r\n\r\nNobody says who wrote this.\r\n", user=office.user)
    office.receive(2)
    said = office.fetch()
    assert (said["new"], said["rejected"]) == (1, 1)
    assert office.fetch()["messages"] == 0
    stores = connect(office.address)
    (item,) = stores.runs.quarantined("mailbox")
    assert b"Nobody says" in stores.evidence.fetch(item.warc).body
    stores.close()


def test_a_limit_goes_on_and_a_day_leaves_out_for_good(office: Office) -> None:
    office.receive(1, 2, 3)
    assert [office.fetch("--limit", "2")["new"], office.fetch("--limit", "2")["new"]] == [2, 1]
    office.receive(4)
    assert office.fetch("--since", "2099-01-01")["messages"] == 0


def test_a_message_that_was_deleted_costs_nothing(office: Office) -> None:
    office.receive(1, 2, 3)
    with office.server.session(office.user) as connection:
        connection.uid("STORE", "2", "+FLAGS", "(\\Deleted)")
        connection.expunge()
    assert office.fetch()["new"] == 2


def test_a_fetch_that_is_killed_again_and_again_loses_and_doubles_nothing(office: Office) -> None:
    office.receive(*range(40))
    command = [sys.executable, "manage.py", "mail", "--firm", "acme", "--store", office.address]
    for pause in (0.05, 0.4):
        process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = len(office.texts())
        while len(office.texts()) == before and process.poll() is None:
            time.sleep(0.1)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert 0 < len(office.texts()) <= 40
    last = office.fetch()
    assert last["changed"] == 0
    assert last["known"] <= 1
    assert office.texts() == [f"Fee number {number}." for number in range(40)]


def test_a_connection_that_is_secured_checks_who_answers(office: Office, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approve(server.secure_handle())
    refused = plaint("mail", "--firm", "acme", "--store", office.address)
    assert (refused.exit_code, "certificate" in refused.stderr.lower()) == (1, True)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    server.receive(message(7))
    assert office.fetch()["new"] >= 1


def test_what_is_missing_is_said_in_one_line(office: Office, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*more: str) -> str:
        done = plaint("mail", "--firm", "acme", "--store", office.address, *more)
        assert done.exit_code == 1
        assert done.stderr.count("\n") == 1
        return done.stderr

    office.approve(server.handle(office.user, folder="Complaints"))
    assert "no folder 'Complaints'" in said()
    office.approve("imap://help%40acme.example@127.0.0.1:9/INBOX")
    assert "no connection to 127.0.0.1:9" in said()
    office.approve("imap://help%40acme.example@mail.acme.example/INBOX")
    assert "in the clear" in said()
    office.approve(server.handle(office.user))
    monkeypatch.setenv("MAILBOX_PASSWORD_ACME", "the wrong one")
    assert "refused" in said()
    assert "the wrong one" not in said()
    monkeypatch.delenv("MAILBOX_PASSWORD_ACME")
    monkeypatch.delenv("MAILBOX_PASSWORD")
    assert "set MAILBOX_PASSWORD_ACME or MAILBOX_PASSWORD" in said()
    assert "did you mean acme" in plaint("mail", "--firm", "acne", "--store", office.address).stderr
    assert plaint("mail", "--firm", "acme", "--since", "yesterday").exit_code == 2


@pytest.mark.pure
@pytest.mark.parametrize(
    "handle", ["help@acme.example", "https://x@y.example", "imaps://y.example/INBOX", "imaps://u:secret@y.example/", "imaps://u@y.example:x/"]
)
def test_a_handle_that_is_no_account_says_how_to_write_one(handle: str) -> None:
    with pytest.raises(ValueError, match="imaps://USER@HOST/FOLDER"):
        account_of(Firm(key="acme", name="Acme", handles={"mailbox": handle}))
