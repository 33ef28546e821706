"""What people do: each act once, by its command id, and what came of it told on the page.

A refusal is shown in the words of the desk; what was typed stays in its field, because only success clears it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from dashboard import here
from dashboard.widgets import cases, states
from dashboard.widgets.html import Html
from dashboard.wording import say
from plaint.cases.case import Case, Ending, NotAComplaint, State
from plaint.desk import casework
from plaint.desk.casework import Overtaken
from plaint.desk.rights import Refused, Right, may
from plaint.model import Person
from plaint.ports import StoreDown


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question that a dialog puts before an act: which act, on which case, as it was seen, and the act's command id."""

    what: str
    case: str
    version: int
    command: str
    more: str = ""


def do(act: Callable[[], object], done: str = "") -> bool:
    """Do something at the desk and keep what came of it for `told`; whether it was done."""
    now = here.now()
    try:
        case = act()
    except Overtaken as overtaken:
        who, what = cases.overtaken(overtaken.changes, here.people(), now, here.zone(None))
        st.session_state["told"] = states.changed(who, what)
        return False
    except Refused as refused:
        st.session_state["told"] = states.refusal(refused.reason)
        return False
    except StoreDown as down:
        st.session_state["told"] = states.store_down(here.shown_address(), now.isoformat(timespec="seconds"), str(down))
        return False
    st.session_state["told"] = states.note(done) if done else None
    st.session_state["last_act"] = (case.id, case.version) if isinstance(case, Case) else None
    return True


def told() -> None:
    """Show, once, what came of the last act; while a dialog is open it is shown there."""
    said = st.session_state.pop("told", None)
    if isinstance(said, Html):
        here.show(said)


def button(
    label: str, key: str, act: Callable[..., None], args: tuple[object, ...] = (), *, kind: str = "secondary", shortcut: str | None = None
) -> None:
    """A button whose act has a command id drawn with it: pressed twice, it happens once."""
    command = st.session_state.setdefault(f"command_{key}", here.command())
    st.button(label, key=f"do_{key}", type=kind, shortcut=shortcut, on_click=act, args=(*args, command))  # type: ignore[arg-type]


def open_case(post: str, firm: str, command: str) -> None:
    """Open a case from a post."""
    person = here.visitor()
    do(lambda: casework.open_case(here.stores(), person, posts=[post], firm=firm, now=here.now(), command=command), say("act.opened"))


def assign(case: str, version: int, to: str | None, done: str, command: str) -> None:
    """Give a case to somebody."""
    person = here.visitor()
    do(lambda: casework.assign(here.stores(), person, case, to=to, now=here.now(), command=command, expected=version), done)


def acknowledge(case: str, version: int, command: str) -> None:
    """Note that the customer was told."""
    person = here.visitor()
    do(lambda: casework.acknowledge(here.stores(), person, case, now=here.now(), command=command, expected=version), say("act.acknowledged"))


def note(case: str, version: int, field: str, command: str) -> None:
    """Keep a private note; the field is emptied only when it was kept."""
    person, words = here.visitor(), str(st.session_state.get(field, ""))
    if do(lambda: casework.note(here.stores(), person, case, text=words, now=here.now(), command=command, expected=version), say("act.noted")):
        st.session_state[field] = ""


def ask(what: str, case: str, version: int, more: str = "") -> None:
    """Open the dialog that an act needs (a reason, a choice); `more` says which part of the case, such as a reply's number."""
    st.session_state["ask"] = Ask(what=what, case=case, version=version, command=here.command(), more=more)
    st.session_state["told"] = None


def dialogs(person: Person) -> None:
    """The dialog that was asked for, if any."""
    asked = st.session_state.get("ask")
    if isinstance(asked, Ask):
        from dashboard import arranging, timing, together
        from dashboard.deeds import DIALOGS

        ours = {"confirm": _confirm, "reject": _reject, "close": _close, "reopen": _reopen, "assign": _assign}
        body = {**DIALOGS, **arranging.DIALOGS, **timing.DIALOGS, **ours, "several": together.dialog}[asked.what]

        @st.dialog(say(f"ask.{asked.what}"), on_dismiss=_dismissed)
        def dialog() -> None:
            now = st.session_state.get("ask")
            if not isinstance(now, Ask):
                st.rerun()
            told()
            body(person, now)

        dialog()


def _dismissed() -> None:
    st.session_state["ask"] = None


def field(asked: Ask, label: str) -> str:
    """A line for own words; its key holds the command, so that a refusal keeps what was typed."""
    key = f"words_{asked.command}"
    st.text_area(label, key=key, height=80)
    return key


def finish(asked: Ask, act: Callable[[int], object], done: str) -> None:
    """Do what was asked and close the dialog; after somebody else's change the dialog stays, with the case as it is now."""
    person = here.visitor()
    if do(lambda: act(asked.version), done):
        st.session_state["ask"] = None
        st.session_state["acted"] = asked.case
    elif may(person, Right.READ_CASES):
        st.session_state["ask"] = replace(asked, version=casework.version(here.stores(), person, asked.case), command=asked.command)


def _confirm(_: Person, asked: Ask) -> None:
    from dashboard.deeds import about_fields

    here.show(states.note(say("ask.confirm_what")))
    for number, reason in enumerate(cases.CONFIRMED, 1):
        st.button(reason.capitalize(), key=f"ask_{number}", shortcut=str(number), on_click=_confirmed, args=(asked, reason), width="stretch")
    key = field(asked, say("ask.own_words"))
    about_fields(asked)
    st.button(say("act.confirm"), key="ask_do", type="primary", on_click=_confirmed, args=(asked, key), kwargs={"typed": True})


def _confirmed(asked: Ask, said: str, *, typed: bool = False) -> None:
    from dashboard.deeds import about

    reason = str(st.session_state.get(said, "")) if typed else said
    person, stores, chosen = here.visitor(), here.stores(), about(asked)
    finish(
        asked,
        lambda version: casework.confirm(
            stores, person, asked.case, reason=reason, about=chosen, now=here.now(), command=asked.command, expected=version
        ),
        say("act.confirmed"),
    )


def _reject(_: Person, asked: Ask) -> None:
    here.show(states.note(say("ask.reject_what")))
    for number, code in enumerate([code for code in NotAComplaint if code is not NotAComplaint.OTHER], 1):
        st.button(
            cases.REJECTED[code.value].capitalize(),
            key=f"ask_{number}",
            shortcut=str(number),
            on_click=_rejected,
            args=(asked, code.value),
            width="stretch",
        )
    field(asked, say("ask.own_words"))
    st.button(say("act.reject"), key="ask_do", type="primary", on_click=_rejected, args=(asked, NotAComplaint.OTHER.value))


def _rejected(asked: Ask, code: str) -> None:
    words = str(st.session_state.get(f"words_{asked.command}", "")) or None
    person, stores = here.visitor(), here.stores()
    finish(
        asked,
        lambda version: casework.reject(stores, person, asked.case, code=code, words=words, now=here.now(), command=asked.command, expected=version),
        say("act.rejected"),
    )


def _close(person: Person, asked: Ask) -> None:
    found = casework.load(here.stores(), person, asked.case, here.now()).case
    is_complaint = found.status is State.CONFIRMED_COMPLAINT
    endings = [how.value for how in Ending if (how is not Ending.NO_RESPONSE) == is_complaint]
    st.radio(say("ask.how"), endings, key=f"how_{asked.command}", format_func=lambda how: cases.ENDED[how].capitalize())
    field(asked, say("ask.optional"))
    st.button(say("act.close"), key="ask_do", type="primary", on_click=_closed, args=(asked,))


def _closed(asked: Ask) -> None:
    how, words = st.session_state.get(f"how_{asked.command}"), str(st.session_state.get(f"words_{asked.command}", "")) or None
    person, stores = here.visitor(), here.stores()
    finish(
        asked,
        lambda version: casework.close(stores, person, asked.case, how=how, reason=words, now=here.now(), command=asked.command, expected=version),
        say("act.closed"),
    )


def _reopen(_: Person, asked: Ask) -> None:
    field(asked, say("ask.why_again"))
    st.button(say("act.reopen"), key="ask_do", type="primary", on_click=_reopened, args=(asked,))


def _reopened(asked: Ask) -> None:
    words = str(st.session_state.get(f"words_{asked.command}", ""))
    person, stores = here.visitor(), here.stores()
    finish(
        asked,
        lambda version: casework.reopen(stores, person, asked.case, reason=words, now=here.now(), command=asked.command, expected=version),
        say("act.reopened"),
    )


def _assign(person: Person, asked: Ask) -> None:
    firm = casework.load(here.stores(), person, asked.case, here.now()).case.firm
    able = [one for one in here.stores().registers.people() if may(one, Right.WORK_CASES, firm)]
    names: dict[str | None, str] = {one.key: one.name for one in sorted(able, key=lambda one: one.name)}
    st.selectbox(say("ask.whose"), [*names, None], key=f"to_{asked.command}", format_func=lambda key: names.get(key, say("ask.nobody")))
    st.button(say("act.assign"), key="ask_do", type="primary", on_click=_assigned, args=(asked,))


def _assigned(asked: Ask) -> None:
    to = st.session_state.get(f"to_{asked.command}")
    person, stores = here.visitor(), here.stores()
    finish(
        asked,
        lambda version: casework.assign(stores, person, asked.case, to=to, now=here.now(), command=asked.command, expected=version),
        say("act.assigned", who=here.people().get(to, to) if to else say("ask.nobody").lower()),
    )
