"""`plaint rules`: when a new post answers a query, then acts: made, tried on the past, shown with what they did, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import answer
from handles.options import AsOption, StoreOption, now

if TYPE_CHECKING:
    from plaint.alerts.rule import Rule
    from plaint.desk.ruling import DryRun

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The rule's name, as `plaint rules list` shows it.")]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="Its name: small letters, digits, dashes.")]
WhenOption = Annotated[str, typer.Option("--when", metavar="QUERY", help="Which new posts, as `plaint search` reads it.")]
FirmOption = Annotated[list[str] | None, typer.Option("--firm", help="Posts about this firm only; several times for several.")]
OpenOption = Annotated[bool, typer.Option("--open-case", help="Open a case that waits for a person's decision.")]
TeamOption = Annotated[str | None, typer.Option("--team", help="Put the post's case into this team's queue.")]
PriorityOption = Annotated[str | None, typer.Option("--priority", help="Say how urgent the case is: urgent, high, normal or low.")]
LabelOption = Annotated[list[str] | None, typer.Option("--label", help="Put a label on the case; several times for several.")]
NotifyOption = Annotated[str | None, typer.Option("--notify", metavar="ALERT", help="Raise this alert.")]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    rules = typer.Typer(help="Rules: when a new post answers a query, then acts. A person decides.", no_args_is_help=True)
    for name, command in (("list", list_rules), ("add", add_rule), ("dry-run", dry_run), ("log", log)):
        rules.command(name)(command)
    for name, command in (("pause", pause), ("resume", resume), ("remove", remove)):
        rules.command(name)(command)
    app.add_typer(rules, name="rules")


def list_rules(store: StoreOption = None, as_: AsOption = None) -> None:
    """Print the rules that you may see, those that hashtags in the firms register make among them.

    Example: plaint rules list --as anna
    """
    from plaint.desk import ruling

    answer(
        store, as_, lambda stores, person: {"rules": [_shown(one) for one in (*ruling.rules(stores, person), *ruling.tagged(stores, person))]}
    )  # fmt: skip


def add_rule(
    name: NewName,
    when: WhenOption,
    firm: FirmOption = None,
    open_case: OpenOption = False,
    team: TeamOption = None,
    priority: PriorityOption = None,
    label: LabelOption = None,
    notify: NotifyOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Make a rule, or change one. It acts on posts that come from now on.

    Example: plaint rules add cards --when 'card AND (blocked OR declined)' --firm northgate --open-case --team cards --priority high --as carla
    """
    from plaint.desk import ruling

    wanted = _rule(name, when, firm, team, priority, label, notify, opens=open_case)
    answer(store, as_, lambda stores, person: _shown(ruling.save(stores, person, wanted, now(), uuid4().hex)))


def dry_run(
    when: WhenOption,
    firm: FirmOption = None,
    open_case: OpenOption = False,
    team: TeamOption = None,
    priority: PriorityOption = None,
    label: LabelOption = None,
    notify: NotifyOption = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Say how often a rule would have fired in the last 90 days, and for which posts; nothing is changed.

    Example: plaint rules dry-run --when 'card AND (blocked OR declined)' --firm northgate --open-case --as carla
    """
    from plaint.desk import ruling

    acts = bool(open_case or team or priority or label or notify)
    wanted = _rule("dry-run", when, firm, team, priority, label, notify, opens=open_case or not acts)
    answer(store, as_, lambda stores, person: _run(ruling.dry_run(stores, person, wanted, now())))


def log(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Print what a rule did this month and the last, newest first: for which post, what, on which case.

    Example: plaint rules log cards --as carla
    """
    from plaint.desk import ruling

    answer(store, as_, lambda stores, person: {"fired": ruling.fired(stores, person, name, now())})


def pause(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Let a rule fire no longer until `plaint rules resume`; what had fired before is still carried out.

    Example: plaint rules pause cards --as carla
    """
    _pause(name, store, as_, paused=True)


def resume(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Let a paused rule fire again, for posts that come from now on.

    Example: plaint rules resume cards --as carla
    """
    _pause(name, store, as_, paused=False)


def remove(name: NameArgument, store: StoreOption = None, as_: AsOption = None) -> None:
    """Forget a rule; what it did stays.

    Example: plaint rules remove cards --as carla
    """
    from plaint.desk import ruling

    def removed(stores: Any, person: Any) -> dict[str, str]:
        ruling.drop(stores, person, name, now(), uuid4().hex)
        return {"removed": name}

    answer(store, as_, removed)


def _pause(name: str, store: str | None, as_: str | None, *, paused: bool) -> None:
    from plaint.desk import ruling

    def done(stores: Any, person: Any) -> dict[str, str]:
        ruling.pause(stores, person, name, paused=paused, now=now(), command=uuid4().hex)
        return {"paused" if paused else "resumed": name}

    answer(store, as_, done)


def _rule(
    name: str, when: str, firm: list[str] | None, team: str | None, priority: str | None, label: list[str] | None, notify: str | None, *,
    opens: bool,
) -> Rule:  # fmt: skip
    from plaint.alerts.rule import Rule

    return Rule(
        key=name, owner="", query=when, firms=tuple(firm) if firm else None, opens=opens, team=team, priority=priority,
        labels=tuple(label or ()), notify=notify,
    )  # fmt: skip


def _shown(rule: Rule) -> dict[str, Any]:
    return {"name": rule.key, "when": rule.query, "firms": rule.firms, "then": rule.does, "owner": rule.owner, "paused": rule.paused}


def _run(found: DryRun) -> dict[str, Any]:
    posts = [{"post": post.id, "firms": [firm.key for firm in post.firms], "url": post.url} for post in found.posts]
    return {"would_have_fired": found.times, "days": found.days, "whole": found.whole, "newest": posts}
