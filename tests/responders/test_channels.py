"""Letters arrive over real mail servers and webhooks, or it is said why not and whether trying again helps."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from plaint.alerts.alert import Channel
from plaint.alerts.letters import Letter, NotSent
from responders.hook import Hook
from responders.mail import Mail
from responders.sender import Responders, responders
from settings import Settings
from tests.responders.receiving import SECRET, mail_server, receiving

LETTER = Letter(
    id="outage-v1-2026-11-3", alert="outage", subject="[Plaint] outage: 2 posts about Fennel Bänk", body="2 posts.\n.\nEnd\n", firm="fennel",
    many=2, posts=("x:1", "x:ö"), at="2026-11-24T10:00:00Z",
)  # fmt: skip


def to(name: str) -> Channel:
    return Channel(kind="mail", address=f"{name}@fennel.example")


def test_a_mail_arrives_through_a_server_that_wants_tls_and_a_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(tmp_path, "plaint", "made up") as (box, certificate):
        mail = Mail(host="127.0.0.1", port=box.port, sender="plaint@fennel.example", user="plaint", password="made up")
        with pytest.raises(NotSent, match="certificate") as untrusted:
            mail.send(to("ops"), LETTER)
        assert not untrusted.value.final
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mail.send(to("ops"), LETTER)
        (came,) = box.mails
        assert came["Message-ID"] == "<outage-v1-2026-11-3@fennel.example>"
        assert came["To"] == "ops@fennel.example"
        assert came.get_payload(decode=True) == b"2 posts.\r\n.\r\nEnd\r\n"
        for name, final in (("gone", True), ("full", False)):
            with pytest.raises(NotSent, match="the mail server said") as refused:
                mail.send(to(name), LETTER)
            assert refused.value.final is final
        with pytest.raises(NotSent, match="535") as wrong:
            replace(mail, password="wrong").send(to("ops"), LETTER)
        assert wrong.value.final
        assert len(box.mails) == 1


def test_a_server_that_is_not_there_may_be_there_later() -> None:
    with pytest.raises(NotSent, match=r"127\.0\.0\.1:1: ") as refused:
        Mail(host="127.0.0.1", port=1, sender="plaint@fennel.example").send(to("ops"), LETTER)
    assert not refused.value.final


def test_a_webhook_is_signed_and_says_what_may_pass() -> None:
    with receiving(204, 503, 302, 410, 429) as receiver:
        hook, channel = Hook(secret=SECRET, clock=time.time), Channel(kind="hook", address=receiver.address)
        hook.send(channel, LETTER)
        assert receiver.bodies[0]["data"] == {"alert": "outage", "firm": "fennel", "count": 2, "posts": ["x:1", "x:ö"], "link": None}
        for status, final in ((503, False), (302, True), (410, True), (429, False)):
            with pytest.raises(NotSent, match=str(status)) as refused:
                hook.send(channel, LETTER)
            assert refused.value.final is final
        assert set(receiver.ids) == {LETTER.id}
        with pytest.raises(NotSent, match="401"):
            Hook(secret="another", clock=time.time).send(channel, LETTER)


def test_what_is_not_set_up_says_what_to_set() -> None:
    with pytest.raises(NotSent, match="PLAINT_SMTP and PLAINT_MAIL_FROM"):
        Responders().send(to("ops"), LETTER)
    with pytest.raises(ValueError, match="host:port"):
        responders(Settings(smtp="mail", mail_from="a@b.example"))
    with pytest.raises(ValueError, match="not secret"):
        responders(Settings(smtp="mail:25", mail_from="a@b.example", smtp_user="x", smtp_security="none"))
