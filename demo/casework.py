"""The cases of the demo: made-up people open, confirm, reject, assign and close them, through the desk like everybody else.

Every act has a command id of its own, so that doing it all again changes nothing. The clocks are those of the real
present: an app-store review from eight weeks ago is due now, because that listing is the firm's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from demo.cast import SOURCES
from demo.stage import person_of
from demo.story import Saying, Story
from plaint.desk import casework
from plaint.desk.rights import Refused
from plaint.model import Person
from plaint.ports import Stores

log = structlog.get_logger()

Act = Callable[..., object]
"""Something that is done to a case, still without person, time and command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One case: who opens it from which posts, and what is done then, each act by an account's key."""

    name: str
    by: str
    posts: tuple[Saying, ...]
    acts: tuple[tuple[str, Act], ...] = ()


def work(stores: Stores, story: Story, now: datetime) -> list[str]:
    """Do everything that is planned and not done yet; the ids of the cases.

    A plan that is refused is left where it stands: somebody has taken the demo's case into their own hands.
    """
    carried_out = (_carry_out(stores, plan, now) for plan in plans(story))
    return [case for case in carried_out if case is not None]


def _carry_out(stores: Stores, plan: Plan, now: datetime) -> str | None:
    people: dict[str, Person] = {key: person_of(stores, key) for key in {plan.by, *(by for by, _ in plan.acts)}}
    command = f"demo-case-{plan.name}"
    posts = [post_id(one) for one in plan.posts]
    try:
        case = casework.open_case(stores, people[plan.by], posts=posts, firm=plan.posts[0].firm, now=now, command=command)
        for number, (by, act) in enumerate(plan.acts):
            act(stores, people[by], case, now=now, command=f"{command}-{number}")
    except Refused as refused:
        log.warning("demo_case_left", plan=plan.name, reason=refused.reason)
        return None
    return case


def post_id(saying: Saying) -> str:
    """The id of the post that a crawl makes of it."""
    key = next(key for key, site in SOURCES.items() if site == saying.site)
    return f"{key}:{saying.ref[1:] if saying.site == 'apps' else saying.ref}"


def plans(story: Story) -> list[Plan]:
    """The cases: late, soon due, on time, vulnerable people, one rejected, one closed, some undecided."""
    said = _Told(story)
    return [*_on_the_clock(said), *_with_care(said), *_decided(said), *_undecided(said)]


def _on_the_clock(said: _Told) -> list[Plan]:
    """Complaints made on the firms' own listings some weeks ago: one too late, two nearly."""
    wants = "Says what went wrong and wants it put right."
    return [
        Plan(name="late", by="anika", posts=(said.part("timely", "northgate", "fees"),), acts=(_confirm("anika", wants), _assign("anika"))),
        Plan(name="soon", by="anika", posts=(said.part("timely", "northgate", "frozen"),), acts=(
            _confirm("anika", wants), _assign("anika"), _acknowledge("anika"),
            _note("anika", "The branch has the file. Letter is drafted, waits for the figures from payments."),
        )),
        Plan(name="psr-soon", by="anika", posts=(said.part("timely", "orbitpay", "refund"),), acts=(
            _confirm("anika", "About a payment service: 15 working days apply."), _assign("anika"),
        )),
    ]  # fmt: skip


def _with_care(said: _Told) -> list[Plan]:
    """Complaints of people whom delay would harm."""
    data = "Personal data given to a former partner: also a data protection complaint."
    return [
        Plan(name="deaf", by="anika", posts=(said.part("vulnerable", "orbitpay", "verify"),), acts=(
            _confirm("mara", "Shut out of the service because of a disability; harm likely."), _assign("tom"),
            _note("mara", "Relay calls must be accepted. Asked the verification team to pass this one by hand today."),
        )),
        Plan(name="food", by="anika", posts=(said.part("vulnerable", "northgate", "frozen"),), acts=(
            _confirm("anika", "No access to money for food; block without a reason."), _assign("anika"), _acknowledge("anika"),
        )),
        Plan(name="address", by="tom", posts=(said.part("vulnerable", "lumen", "leaving"),), acts=(
            ("mara", partial(casework.confirm, reason=data, regimes=("UK-DPC", "UK-OFCOM"))), _assign("mara"),
        )),
    ]  # fmt: skip


def _decided(said: _Told) -> list[Plan]:
    """One complaint on three sites, one that was put right and closed, one post that is no complaint."""
    how = "Found on the old card, overdraft charge paid back; the customer says so in the edited review."
    return [
        Plan(name="roof", by="tom", posts=said.parts("copied"), acts=(
            _confirm("tom", "One complaint on three sites: claim refused, reasons changed three times."), _assign("tom"), _acknowledge("tom"),
            _note("tom", "One person, three posts: answer once, link the other two."),
        )),
        Plan(name="refund", by="anika", posts=(said.part("edited", "orbitpay", "refund"),), acts=(
            _confirm("anika", "Refund missing for four weeks."), _acknowledge("anika"),
            ("anika", partial(casework.close, how="summary_resolution", reason=how)),
        )),
        Plan(name="pleased", by="tom", posts=(said.praise("lumen"),), acts=(
            ("tom", partial(casework.reject, code="praise", words="Praise without any wish to be put right.")),
        )),
    ]  # fmt: skip


def _undecided(said: _Told) -> list[Plan]:
    """Opened, and waiting for somebody to decide."""
    return [
        Plan(name="outage-1", by="anika", posts=(said.outage(0),)),
        Plan(name="outage-2", by="anika", posts=(said.outage(1),), acts=(_assign("anika"),)),
        Plan(name="whistle", by="mara", posts=(said.part("vanished", "northgate", "fraud"),)),
    ]


def _confirm(by: str, reason: str) -> tuple[str, Act]:
    return by, partial(casework.confirm, reason=reason)


def _assign(to: str) -> tuple[str, Act]:
    return "tom", partial(casework.assign, to=to)


def _acknowledge(by: str) -> tuple[str, Act]:
    return by, casework.acknowledge


def _note(by: str, text: str) -> tuple[str, Act]:
    return by, partial(casework.note, text=text)


class _Told:
    """Finds in a story what a case is opened from; what has vanished since is still in the archive."""

    def __init__(self, story: Story) -> None:
        self._said = story.at(0)

    def part(self, part: str, firm: str, issue: str) -> Saying:
        """The one post of a part of the story."""
        return next(s for s in self._said if (s.part, s.firm, s.issue) == (part, firm, issue) and not s.by_firm)

    def parts(self, part: str) -> tuple[Saying, ...]:
        """All posts of a part of the story."""
        return tuple(s for s in self._said if s.part == part and not s.by_firm)

    def praise(self, firm: str) -> Saying:
        """The newest praise of a firm on the review site."""
        return next(s for s in reversed(self._said) if (s.firm, s.issue, s.site) == (firm, "praise", "reviews") and not s.by_firm)

    def outage(self, place: int) -> Saying:
        """One of the longer reviews from the outage."""
        reviews = [s for s in self._said if s.part == "outage" and s.site == "reviews" and not s.by_firm]
        return [s for s in reviews if s.lang == "en" and len(s.text) > 70][place]
