"""`plaint alerts`: saved questions that call somebody: made, shown, tried, acknowledged, muted, removed; and what was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import answer
from handles.options import AsOption, StoreOption, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from plaint.alerts.alarms import Alarm, Sent
    from plaint.alerts.alert import Alert
    from plaint.desk.alerting import Standing

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The alert's name, as `plaint alerts list` shows it.")]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    alerts = typer.Typer(help="Alerts: saved questions that call somebody when an answer comes.", no_args_is_help=True)
    for name, command in (
        ("list", list_alerts), ("add", add_alert), ("show", show), ("test", send_test), ("ack", ack), ("mute", mute), ("deliveries", deliveries),
        ("remove", remove), ("send", send),
    ):  # fmt: skip
        alerts.command(name)(command)
    app.add_typer(alerts, name="alerts")


def list_alerts(store: StoreOption = None, as_: AsOption = None) -> None:
    """Print every alert that you may see with how many of its alarms nobody has acknowledged, one JSON object.

    Example: plaint alerts list --as anna
    """
    from plaint.desk import alerting

    answer(store, as_, lambda stores, person: {"alerts": [_brief(one) for one in alerting.standings(stores, person, now())]})


def add_alert(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name: small letters, digits, dashes.")],
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for, as `plaint search` reads it.")] = "",
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="CHANNEL", help="mail:ADDRESS or an http(s) address; several times for several.")
    ] = None,
    firm: Annotated[list[str] | None, typer.Option("--firm", help="Posts about this firm only; several times for several.")] = None,
    at_least: Annotated[int, typer.Option("--at-least", min=1, metavar="N", help="So many posts; needs --within.")] = 1,
    within: Annotated[int | None, typer.Option("--within", min=1, metavar="MINUTES", help="Within so many minutes.")] = None,
    quiet: Annotated[
        str | None, typer.Option("--quiet", metavar="HH:MM-HH:MM", help="Send nothing in these local hours; it is sent at their end.")
    ] = None,
    digest: Annotated[str | None, typer.Option("--digest", help="hourly or daily: tell together what came.")] = None,
    silent_streams: Annotated[
        bool, typer.Option("--silent-streams", help="Instead of a query: when a stream is silent for too long or nobody follows it.")
    ] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Make an alert, or change one; a changed one begins anew.

    Example: plaint alerts add outage 'app AND (down OR error)' --firm northgate --at-least 20 --within 60 --to mail:ops@northgate.example --as anna

    Example: plaint alerts add tag 'hashtag:northgatefail' --to https://hooks.northgate.example/plaint --quiet 22:00-07:00 --as anna

    Example: plaint alerts add silence --silent-streams --to mail:ops@northgate.example --as anna
    """
    from plaint.alerts.alert import SILENCE, Alert, Digest, channel_of
    from plaint.desk import alerting
    from settings import settings

    if digest is not None and digest not in set(Digest):
        wrong_usage(f"--digest is {digest!r}; write {' or '.join(Digest)}")
    if silent_streams and (query or within is not None or at_least != 1):
        wrong_usage("--silent-streams goes with no query, --at-least or --within")
    wanted = Alert(
        key=name, owner="", query=query, streams=silent_streams, firms=tuple(firm) if firm else None,
        window=SILENCE if silent_streams else within, least=at_least,
        channels=tuple(dict.fromkeys(map(channel_of, to or ()))), quiet=quiet, digest=Digest(digest) if digest else None, zone=settings().zone,
    )  # fmt: skip
    answer(store, as_, lambda stores, person: _definition(alerting.save(stores, person, wanted, now(), uuid4().hex)))


def show(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Print an alert with its alarms of this month and the last, newest first, and what waits to be sent.

    Example: plaint alerts show outage --as anna
    """
    from plaint.desk import alerting

    answer(store, as_, lambda stores, person: _whole(alerting.standing(stores, person, name, now())))


def send_test(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Send a message that says that it is a test over every channel of an alert, at once; exit status 1 when one did not go.

    Example: plaint alerts test outage --as anna
    """
    from plaint.desk import sending
    from responders.sender import responders
    from settings import settings

    try:
        sender = responders(settings())
    except ValueError as error:
        refuse(str(error))
    went: list[bool] = []

    def tried(stores: Any, person: Any) -> dict[str, Any]:
        found = sending.send_test(stores, person, name, sender, now=now(), command=uuid4().hex, dashboard=settings().dashboard)
        went.extend(sent.reason is None for _, sent in found)
        return {"tested": [{"to": channel.address, "sent": sent.reason is None, "reason": sent.reason} for channel, sent in found]}

    answer(store, as_, tried)
    if not went:
        refuse(f"{name} has no channel: it is shown on the dashboard only; give it one with --to")
    if not all(went):
        raise typer.Exit(1)


def ack(
    alarm: Annotated[str, typer.Argument(metavar="ALARM", help="The id of an alarm, as `plaint alerts show` prints it.")],
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Say that you have seen an alarm and deal with it: what waits is not sent, further posts are a new alarm.

    Example: plaint alerts ack outage-v1-2026-11-3 --as anna
    """
    from plaint.desk import alerting

    _do(store, as_, lambda stores, person, **once: alerting.acknowledge(stores, person, alarm, **once), {"acknowledged": alarm})


def mute(
    name: NameArgument,
    until: Annotated[str | None, typer.Option("--until", metavar="ISO", help="Until this moment (with its offset).")] = None,
    hours: Annotated[float | None, typer.Option("--hours", min=0, help="For so many hours; 0 ends it.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Let an alert call nobody for a while; its alarms are still counted.

    Example: plaint alerts mute outage --hours 8 --as anna
    """
    from handles.case_options import moment_given
    from plaint.desk import alerting
    from plaint.model import iso, moment_of

    if (until is None) == (hours is None):
        wrong_usage("give --until or --hours")
    at = now()
    given = moment_given(until)
    end = moment_of(given) if given else at + timedelta(hours=min(hours or 0.0, 24 * 3660))
    _do(store, as_, lambda stores, person, **once: alerting.mute(stores, person, name, end, **once), {"muted": name, "until": iso(end)})


def deliveries(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Print every try to send something of an alert this month and the last, newest first, tests too.

    Example: plaint alerts deliveries outage --as anna
    """
    from plaint.desk import alerting

    def tried(stores: Any, person: Any) -> dict[str, Any]:
        standing = alerting.standing(stores, person, name, now())
        sent = [*alerting.tests_sent(stores, standing.alert, now()), *(one for alarm in standing.alarms for one in alarm.sent)]
        return {"deliveries": [_delivery(standing.alert, one) for one in sorted(sent, key=lambda one: one.at, reverse=True)]}

    answer(store, as_, tried)


def remove(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Forget an alert; what waits to be sent is not sent. Its past stays in the log.

    Example: plaint alerts remove outage --as anna
    """
    from plaint.desk import alerting

    _do(store, as_, lambda stores, person, **once: alerting.drop(stores, person, name, **once), {"removed": name})


def send(store: StoreOption = None) -> None:
    """Look at thresholds and send what is due, once; `plaint watch` does this all the time.

    Example: plaint alerts send
    """
    from crawlers.ledger import worker
    from handles.options import need_store
    from responders.sender import rounds
    from settings import settings

    need_store(store)
    with opened(store) as stores:
        try:
            turning = rounds(stores, settings(), worker())
        except ValueError as error:
            refuse(str(error))
        done = turning.once()
        turning.end()
    say(done)


def _do(store: str | None, as_: str | None, act: Callable[..., None], done: dict[str, Any]) -> None:
    def acted(stores: Any, person: Any) -> dict[str, Any]:
        act(stores, person, now=now(), command=uuid4().hex)
        return done

    answer(store, as_, acted)


def _definition(alert: Alert) -> dict[str, Any]:
    from plaint.alerts.alert import spoken

    return {
        "name": alert.key, "query": alert.query, "firms": alert.firms, "when": spoken(alert), "to": [one.address for one in alert.channels],
        "quiet": alert.quiet, "digest": alert.digest, "zone": alert.zone, "owner": alert.owner, "muted_until": alert.muted_until,
    }  # fmt: skip


def _brief(standing: Standing) -> dict[str, Any]:
    return {**_definition(standing.alert), "alarms": len(standing.alarms), "unseen": len(standing.unseen()), "waiting": len(standing.waiting)}


def _whole(standing: Standing) -> dict[str, Any]:
    from plaint.model import iso

    waits = [{"to": one.channel.address, "at": iso(one.at), "tried": one.tried, "message": one.message.id} for one in standing.waiting]
    return {**_definition(standing.alert), "alarms": [_alarm(standing.alert, one) for one in standing.alarms], "waiting": waits}


def _alarm(alert: Alert, alarm: Alarm) -> dict[str, Any]:
    seen = None if alarm.seen is None else {"by": alarm.seen.by, "at": alarm.seen.at}
    return {
        "id": alarm.id, "firm": alarm.firm or None, "raised": alarm.raised, "last": alarm.last, "posts": alarm.many, "examples": alarm.posts[:20],
        "open": alarm.is_open(alert, now()), "seen": seen, "sent": [_delivery(alert, one) for one in alarm.sent],
    }  # fmt: skip


def _delivery(alert: Alert, sent: Sent) -> dict[str, Any]:
    from plaint.alerts.alert import called

    return {
        "at": sent.at, "to": called({one.key: one for one in alert.channels}, sent.channel), "message": sent.message, "sent": sent.reason is None,
        "reason": sent.reason, "final": sent.final, "test": sent.alarm == "",
    }  # fmt: skip
