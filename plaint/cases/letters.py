"""The letters of each regime and what each has to say before it may be called sent, read from `data/letters.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from plaint.cases.refusal import Refusal
from plaint.cases.taxonomies import DATA
from plaint.cases.work_events import LetterSent
from plaint.deadlines.regimes import regimes
from plaint.model import moment_of

if TYPE_CHECKING:
    from plaint.cases.standing import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter: its rule, its checklist (item to what the text has to say), and what clocks look for once it is sent.

    `states` are facts of the regime that sending it states, `states_day` the fact that keeps the local day on which it was
    last sent. One that `repeats` is sent again and again, each time checked anew; from the second time on it meets what
    `again` says.
    """

    id: str
    regime: str
    title: str
    rule: str
    certainty: str
    items: Mapping[str, str]
    meets: str | None = None
    states: Mapping[str, bool] = field(default_factory=dict)
    states_day: str | None = None
    repeats: bool = False

    @property
    def again(self) -> str | None:
        """What it meets when it is sent again."""
        return f"{self.meets}_again" if self.repeats and self.meets is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    letters: tuple[Letter, ...]


@cache
def letters() -> Mapping[str, Letter]:
    """All letters by id; a mistake in the data raises msgspec.ValidationError that names the place."""
    with (DATA / "letters.toml").open("rb") as file:
        return {letter.id: letter for letter in msgspec.convert(tomllib.load(file), _Table).letters}


def lacking(case: Case, letter: Letter) -> list[str]:
    """What nobody has checked yet that a letter says, each with its words."""
    return [f"{item} ({says})" for item, says in letter.items.items() if item not in case.checked.get(letter.id, ())]


def letters_sent(case: Case, how: str, *, on: str | None, reason: str | None) -> tuple[LetterSent, ...] | Refusal:
    """The letters that an act asserts to have been sent: those of the case's regimes that are a `how` and were not sent yet.

    Refused, with what is missing, while anything that one of them has to say was not checked.
    """
    asked = [one for one in letters().values() if one.meets == how and one.regime in (case.regimes or ()) and one.id not in case.sent]
    for letter in asked:
        if missing := lacking(case, letter):
            return Refusal(
                f"under {letter.regime} a {letter.title} ({letter.rule}) has to say more than was checked: {'; '.join(missing)}. "
                f"Check it first: plaint case letter {case.id} {letter.id} --check {next(iter(missing)).split(' ')[0]} ..."
            )
    return tuple(sent(letter, on=on, reason=reason) for letter in asked)


FORWARDED = "forwarded"
"""What the letter meets that says to whom a complaint was forwarded."""


def sent(letter: Letter, *, on: str | None = None, reason: str | None = None) -> LetterSent:
    """That a letter was sent, as an event."""
    words = (reason or "").strip() or None if on else None
    return LetterSent(letter=letter.id, meets=letter.meets, regime=letter.regime, states=letter.states, on=on, reason=words)


def sent_again(case: Case, letter: Letter, now: datetime, *, on: str | None, reason: str | None) -> LetterSent | Refusal:
    """The same of a letter that repeats: with its day, and what it meets this time."""
    at = moment_of(on) if on else now
    if letter.id in case.sent and at <= moment_of(case.sent[letter.id]):
        return Refusal(f"{letter.id} was last sent {case.sent[letter.id]}; the next one comes after it")
    day = at.astimezone(ZoneInfo(regimes()[letter.regime].zone)).date().isoformat()
    meets = letter.again if letter.id in case.sent else letter.meets
    return replace(sent(letter, on=on, reason=reason), meets=meets, states={**letter.states, str(letter.states_day): day})
