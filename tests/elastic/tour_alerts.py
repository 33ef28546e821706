"""The commands of alerts and rules on the tour of all that use a store."""

from __future__ import annotations

from tests.elastic.tour import Tour


def call(tour: Tour) -> None:
    """Make an alert and a rule, look at them, and remove them."""
    assert tour.one("alerts", "add", "fees", "fee OR charged", "--firm", "merrow", "--as", "tom")["when"] == "each new post"
    assert [one["name"] for one in tour.one("alerts", "list", "--as", "tom")["alerts"]] == ["fees"]
    assert tour.one("alerts", "mute", "fees", "--hours", "1", "--as", "tom")["muted"] == "fees"
    assert tour.one("alerts", "show", "fees", "--as", "tom")["alarms"] == []
    assert tour.one("alerts", "deliveries", "fees", "--as", "tom") == {"deliveries": []}
    assert tour.one("alerts", "send")["sent"] == 0
    assert tour.one("rules", "dry-run", "--when", "*", "--label", "x", "--as", "anna")["would_have_fired"] > 0
    assert tour.one("rules", "add", "fees", "--when", "fee", "--open-case", "--notify", "fees", "--as", "anna")["then"]
    assert [one["name"] for one in tour.one("rules", "list", "--as", "anna")["rules"]] == ["fees"]
    assert tour.one("rules", "log", "fees", "--as", "anna") == {"fired": []}
    assert tour.one("rules", "pause", "fees", "--as", "anna") == {"paused": "fees"}
    assert tour.one("rules", "list", "--as", "anna")["rules"][0]["paused"]
    assert tour.one("rules", "resume", "fees", "--as", "anna") == {"resumed": "fees"}
    assert tour.one("rules", "remove", "fees", "--as", "anna") == {"removed": "fees"}
    assert tour.one("alerts", "remove", "fees", "--as", "tom") == {"removed": "fees"}


REFUSED_ALONE = {"alerts test", "alerts ack"}
"""Acts that need a receiver or an alarm: they are tried on a cluster in `tests/contract/test_alerts.py`."""
