"""Alerts survive kill -9 at any moment: each firm whose posts met one is told of by mail and webhook, nothing is told twice but under its own id.

Many kills run at night (PLAINT_TEST_NEED=nightly).
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from indexer.connect import connect
from plaint.alerts.alert import Alert, Channel
from plaint.desk import alerting
from plaint.model import Firm
from tests.responders.receiving import SECRET, MailBox, mail_server, receiving
from tests.watch.made import Watcher, prepare, town, until
from tests.watch.rivers import river, skeet

pytestmark = pytest.mark.crawl


def _firm(number: int) -> Firm:
    return Firm(key=f"bank{number}", name=f"Bank {number}", handles={"bluesky": f"#bank{number}"})


def mailed(box: MailBox) -> set[str]:
    return {str(mail["Message-ID"]) for mail in box.mails}


@pytest.mark.parametrize("kills", [3, pytest.param(50, id="nightly")])
def test_each_alarm_is_told_and_none_twice_however_often_the_process_is_killed(
    tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    if kills > 10 and "nightly" not in os.environ.get("PLAINT_TEST_NEED", "").split(","):
        pytest.skip("takes minutes: set PLAINT_TEST_NEED=nightly")
    dice, address = Random(f"alerts {kills}"), f"sqlite:///{tmp_path}/plaint.db"
    firms = tuple(_firm(number) for number in range(4 * kills))
    prepare(address, "bluesky", firms=firms)
    stores = connect(address)
    with river(replays=True) as stream, town(status=500) as walked, receiving() as hook, mail_server(tmp_path, "plaint", "made up") as (box, trusted):
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        to = (Channel(kind="hook", address=hook.address), Channel(kind="mail", address="ops@bank.example"))
        (boss,) = stores.registers.people()
        alert = alerting.save(stores, boss, Alert(key="cards", owner="", query="card AND blocked", channels=to), datetime.now(UTC), "a")
        watcher = Watcher(
            address, tmp_path, {"bluesky": walked.address}, "--lease", "1", streams={"bluesky": stream.address}, hook_secret=SECRET,
            smtp=f"127.0.0.1:{box.port}", mail_from="plaint@bank.example", smtp_user="plaint", smtp_password="made up",
        )  # fmt: skip
        try:
            until(lambda: stream.lines, watcher.errors, 180)
            for number, firm in enumerate(firms):
                stream.say(skeet(number, tags=(firm.key,)))
                if number % 4 == 3:
                    seen, patient = len(hook.ids), dice.random() < 0.5
                    until(lambda: len(hook.ids) > seen or not patient, watcher.errors)  # noqa: B023  (it is done within the turn)
                    time.sleep(dice.random() * (0.05 if patient else 3))
                    watcher.kill()
                    watcher = watcher.again()
                    until(lambda: stream.lines, watcher.errors, 180)
            until(lambda: min(len(set(hook.ids)), len(mailed(box))) >= len(firms), watcher.errors, 300)
            assert watcher.stop() == 0, watcher.errors.read_text()[-2000:]
        finally:
            if watcher.process.poll() is None:
                watcher.kill()
        alarms = alerting.standing(stores, boss, "cards", datetime.now(UTC)).alarms
        assert sorted(one.firm for one in alarms) == sorted(firm.key for firm in firms)
        assert {one.many for one in alarms} == {1}, "each post counts once"
        assert set(hook.ids) == {one.id for one in alarms}
        assert mailed(box) == {f"<{one.id}@bank.example>" for one in alarms}
        again = len(hook.ids) + len(box.mails) - 2 * len(firms)
        assert again <= kills, "at most the one message in hand is sent again, and under its own id"
        for one in alarms:
            assert sorted(sent.channel for sent in one.sent if sent.reason is None) == sorted(channel.key for channel in alert.channels)
    stores.close()
