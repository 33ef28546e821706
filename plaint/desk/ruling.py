"""Rules as people keep them, what they did and why, and what they would have done.

A rule's firing is noted before its post is stored, and carried out after: what a process leaves undone when it dies is carried out by
the next one that looks. Every act has an id of its own, so that it is done once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from plaint.alerts.rule import Rule, faults, firms_of, may_fire
from plaint.cases import decide as d
from plaint.cases import work
from plaint.desk import alerting, opening
from plaint.desk.acting import append, firm_of, load_case, project
from plaint.desk.answers import COLLECTOR
from plaint.desk.log import record
from plaint.desk.rights import Refused, Right, in_scope, require
from plaint.model import Person, Post, iso, moment_of
from plaint.ports import CaseFilter, Conflict, Draft, Stores
from plaint.query.parse import parse_query
from plaint.query.tree import And, Range, Search, Sort

STREAM = "rules"

LOOKS_BACK = timedelta(days=90)
"""How far a dry run reaches back."""

MOST = 10_000
"""Posts that a dry run looks at."""

SHOWN = 25

LEFT_AFTER = timedelta(minutes=2)
"""A firing that is not carried out after so long was left by a process that died."""

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One time that a rule fired: for which post and firm, when, what it did (empty until it is done) and on which case."""

    rule: str
    at: str
    post: str
    firm: str
    did: str = ""
    case: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a rule would have done: how often in the last days, and the newest of these posts.

    `whole` is False where more posts matched than were looked at, so that `times` is a lower bound.
    """

    times: int
    days: int
    posts: tuple[Post, ...]
    whole: bool = True


def save(stores: Stores, person: Person, rule: Rule, now: datetime, command: str) -> Rule:
    """Make a rule, or change it; needs the right to change the firms register, as the hashtags of firms are rules too."""
    require(person, Right.KEEP_FIRMS)
    held = known(stores).get(rule.key)
    if held is not None and not _sees(person, held):
        raise Refused(f"{rule.key} is taken; choose another name")
    wanted = _checked(stores, person, rule)
    body = msgspec.json.encode(replace(wanted, version=0)).decode()
    (entry, *_) = record(stores, STREAM, person, "RuleSaved", {"key": rule.key, "dropped": False}, now, command, bodies={"rule": body})
    return replace(wanted, version=entry.version)


def drop(stores: Stores, person: Person, key: str, now: datetime, command: str) -> None:
    """Forget a rule; what it did stays."""
    require(person, Right.KEEP_FIRMS)
    rule(stores, person, key)
    record(stores, STREAM, person, "RuleDropped", {"key": key, "dropped": True}, now, command)


def pause(stores: Stores, person: Person, key: str, *, paused: bool, now: datetime, command: str) -> None:
    """Let a rule fire no longer, or again: not for what came meanwhile. What had fired before is still carried out; saving it anew ends a pause."""
    require(person, Right.KEEP_FIRMS)
    held = rule(stores, person, key)
    if held.paused == paused:
        raise Refused(f"{key} is {'paused already' if paused else 'not paused'}")
    record(stores, STREAM, person, "RulePaused", {"key": key, "paused": paused}, now, command)


def rules(stores: Stores, person: Person) -> list[Rule]:
    """The rules that a person may see, by name."""
    require(person, Right.READ_CASES)
    return [one for _, one in sorted(known(stores).items()) if _sees(person, one)]


def rule(stores: Stores, person: Person, key: str) -> Rule:
    """One rule; Refused where there is none that the person may see."""
    found = next((one for one in rules(stores, person) if one.key == key), None)
    if found is None:
        raise Refused(f"there is no rule {key!r} that you may see; `plaint rules list` shows them")
    return found


def tagged(stores: Stores, person: Person) -> list[Rule]:
    """The rules that the firms register makes: a hashtag of a firm opens a case."""
    require(person, Right.READ_CASES)
    firms = [firm for firm in stores.registers.firms() if firm.hashtags and in_scope(person, firm.key)]
    return [
        Rule(
            key=f"hashtags of {firm.key}", owner="firms register", query=" OR ".join(f"hashtag:{tag}" for tag in firm.hashtags), firms=(firm.key,),
            opens=True,
        )
        for firm in firms
    ]  # fmt: skip


def dry_run(stores: Stores, person: Person, rule: Rule, now: datetime) -> DryRun:
    """What a rule would have done with the posts that were collected in the last 90 days."""
    require(person, Right.READ_CASES)
    wanted = _checked(stores, person, rule)
    since = Range("collected", low=iso(now - LOOKS_BACK))
    search = Search(query=And((parse_query(wanted.query), since)), scope=wanted.firms, sort=Sort.COLLECTED)
    times, posts = 0, list[Post]()
    for looked, post in enumerate(stores.posts.scan(search)):
        if looked == MOST:
            return DryRun(times=times, days=LOOKS_BACK.days, posts=tuple(posts), whole=False)
        fires = len(firms_of(post, wanted.firms)) if may_fire(post) else 0
        times += fires
        if fires and len(posts) < SHOWN:
            posts.append(post)
    return DryRun(times=times, days=LOOKS_BACK.days, posts=tuple(posts))


def fired(stores: Stores, person: Person, key: str, now: datetime) -> list[Firing]:
    """What a rule did in this month and the one before, newest first."""
    one = rule(stores, person, key)
    last = iso(now.replace(day=1) - timedelta(days=1))[:7]
    found = [*_firings(stores, one, last).values(), *_firings(stores, one, iso(now)[:7]).values()]
    return found[::-1]


def known(stores: Stores) -> dict[str, Rule]:
    """All rules by key."""
    entries = stores.cases.read(STREAM)
    bodies = stores.cases.bodies(STREAM) if entries else {}
    found: dict[str, Rule] = {}
    for entry in entries:
        key, body = str(entry.said["key"]), bodies.get((entry.version, "rule"))
        if entry.kind == "RulePaused":
            if key in found:
                found[key] = replace(found[key], paused=bool(entry.said["paused"]))
        elif entry.said["dropped"] or body is None:
            found.pop(key, None)
        else:
            found[key] = replace(msgspec.json.decode(body, type=Rule), version=entry.version)
    return found


def note(stores: Stores, rule: Rule, firm: str, posts: Sequence[str], now: datetime) -> None:
    """Note that a rule fires for posts of a firm, before they are stored."""
    stream = _stream(rule, iso(now)[:7])
    named = sha256("\0".join([firm, *sorted(posts)]).encode(errors="surrogatepass")).hexdigest()[:24]
    draft = Draft(kind="RuleFired", said={"firm": firm, "posts": len(posts)}, bodies={"posts": msgspec.json.encode(list(posts)).decode()})
    stores.cases.append(stream, None, [draft], at=iso(now), by=COLLECTOR.key, command=f"{stream}:{named}")


def carry_out(stores: Stores, rule: Rule, firm: str, post: str, now: datetime) -> None:
    """Do what a rule says for one post that is stored, and note what was done. Again, it does what is missing."""
    case = _case_of(stores, rule, firm, post, now)
    did = ["case"] if case is not None and rule.opens else []
    if case is not None:
        asked: dict[str, d.Command | None] = {
            "team": work.Route(team=rule.team) if rule.team else None,
            "priority": work.Prioritise(priority=rule.priority) if rule.priority else None,
            "labels": work.Label(add=rule.labels) if rule.labels else None,
        }
        did += [name for name, command in asked.items() if command is not None and _act(stores, rule, case, name, command, now)]
    if rule.notify is not None and (alert := alerting.known(stores).get(rule.notify)) is not None:
        alerting.note(stores, alert, firm, [post], now)
        did.append("alert")
    stream = _stream(rule, iso(now)[:7])
    named = sha256(f"{firm}\0{post}".encode(errors="surrogatepass")).hexdigest()[:24]
    draft = Draft(kind="RuleCarriedOut", said={"firm": firm, "case": case, "did": did}, bodies={"post": post})
    stores.cases.append(stream, None, [draft], at=iso(now), by=COLLECTOR.key, command=f"{stream}:{named}:done")


def carry_out_left(stores: Stores, now: datetime) -> int:
    """Carry out what processes that died have left undone; how much that was. Posts that were never stored are left for later."""
    many = 0
    for one in known(stores).values():
        months = dict.fromkeys([iso(now - timedelta(days=1))[:7], iso(now)[:7]])
        left = [firing for month in months for firing in _firings(stores, one, month).values() if not firing.did]
        left = [firing for firing in left if now - moment_of(firing.at) > LEFT_AFTER]
        there = {post.id for post in stores.posts.get([firing.post for firing in left])} if left else set()
        for firing in left:
            if firing.post in there:
                carry_out(stores, one, firing.firm, firing.post, now)
                many += 1
    return many


def _case_of(stores: Stores, rule: Rule, firm: str, post: str, now: datetime) -> str | None:
    """The case that the post is in, or the one that the rule opens from it."""
    rows, _ = stores.cases.cases(CaseFilter(firm=firm, post=post, limit=1))
    if rows:
        return rows[0].case
    if not rule.opens:
        return None
    case = opening.open_by_rule(stores, post, firm, now) or opening.case_id(firm, post)
    return case if stores.cases.version(case) else None


def _act(stores: Stores, rule: Rule, id: str, name: str, asked: d.Command, now: datetime) -> bool:
    """Do one act on a case; whether it is done. One that people are changing is decided anew; one that is refused is left."""
    command = f"rule:{rule.key}:{rule.version}:{name}:{id}"
    for _ in range(_TRIES):
        if stores.cases.command_done(command):
            return True
        case, _history = load_case(stores, id)
        decided = d.decide(case, asked, now)
        if isinstance(decided, d.Refusal):
            return False
        try:
            append(stores, COLLECTOR, id, case.version, decided, now, command)
        except Conflict:
            continue
        project(stores, id, firm_of(stores, case.firm), now)
        return True
    return False


def _firings(stores: Stores, rule: Rule, month: str) -> Mapping[tuple[str, str], Firing]:
    """What a rule did in a month, by post and firm, oldest first."""
    found: dict[tuple[str, str], Firing] = {}
    stream = _stream(rule, month)
    entries = stores.cases.read(stream)
    bodies = stores.cases.bodies(stream) if entries else {}
    for entry in entries:
        firm = str(entry.said["firm"])
        if entry.kind == "RuleFired":
            for post in msgspec.json.decode(bodies.get((entry.version, "posts")) or "[]", type=list[str]):
                found.setdefault((post, firm), Firing(rule=rule.key, at=entry.at, post=post, firm=firm))
            continue
        done = bodies.get((entry.version, "post"))
        if done is not None:
            held = found.get((done, firm)) or Firing(rule=rule.key, at=entry.at, post=done, firm=firm)
            found[done, firm] = replace(held, did=", ".join(entry.said["did"]) or "nothing", case=entry.said["case"])
    return found


def _stream(rule: Rule, month: str) -> str:
    return f"rule:{rule.key}:{rule.version}:{month}"


def _checked(stores: Stores, person: Person, rule: Rule) -> Rule:
    """The rule as this person may keep it; Refused with what is wrong."""
    firms = person.firms if rule.firms is None else rule.firms
    for firm in firms or ():
        if not in_scope(person, firm):
            raise Refused(f"{person.key} may not act for {firm}, only for {', '.join(person.firms or ())}; ask an admin")
        firm_of(stores, firm)
    wanted = replace(rule, owner=person.key, firms=firms, paused=False)
    wrong = next(faults(wanted), None)
    if wrong is not None:
        raise Refused(wrong)
    alerts = {key for key, alert in alerting.known(stores).items() if not alert.streams} if rule.notify is not None else set()
    if rule.notify is not None and rule.notify not in alerts:
        raise Refused(f"there is no alert {rule.notify!r} to raise; `plaint alerts list` shows them")
    return wanted


def _sees(person: Person, rule: Rule) -> bool:
    return person.firms is None if rule.firms is None else all(in_scope(person, firm) for firm in rule.firms)
