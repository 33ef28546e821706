"""Answering on the Case page: the public reply with its channel's limit and a second person's approval, and the letters' checklists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import acts, deeds, here, macros
from dashboard.pen import pen
from dashboard.widgets import chips, drafts, states, times
from dashboard.widgets.html import NOTHING, Html, bdi, join, paragraphs, safe_link, tag, text
from dashboard.wording import say
from plaint.cases.letters import Letter, letters
from plaint.cases.replying import ApproveReply, DraftReply
from plaint.cases.standing import Case, Reply
from plaint.cases.work import CheckContent, SendLetter
from plaint.desk.drafts import around
from plaint.desk.rights import Right, may
from plaint.model import Person
from plaint.replies.checks import Finding, findings
from plaint.replies.limits import Room, room

COLOURS = {"approved": "blue", "posted": "blue", "seen": "green", "drafted": "", "sent back": "amber", "replaced": "struck"}


def replies(case: Case, person: Person, now: datetime, zone: ZoneInfo, source: str) -> None:
    """The replies so far, newest first, and the field for the next one. Nothing is published from here: a person posts it by hand."""
    if may(person, Right.WORK_CASES, case.firm):
        _composer(case, person, source)
    for reply in sorted(case.replies.values(), key=lambda one: -one.number):
        waits = reply.state == "drafted" and reply.text is not None
        found = findings(reply.text or "", around(here.stores(), case, reply.post)) if waits else ()
        here.show(one(reply, here.people(), now, zone, found))
        _steps(case, reply, person)
    if not case.replies:
        here.show(tag("p", say("reply.none"), class_="soft"))
    here.show(collected(case.answers))


def _composer(case: Case, person: Person, source: str) -> None:
    """The field, the count in the channel's unit beside it, texts to put in. Too long is said by how much and cannot be kept."""
    key = f"reply_{case.id}"
    macros.use(person, case.id, key)
    post = case.posts[0] if case.posts else None
    if len(case.posts) > 1:
        post = st.selectbox(say("reply.which"), case.posts, key=f"reply_to_{case.id}", format_func=lambda one: one.partition(":")[2])
    st.text_area(say("reply.field", source=source), key=key, height=130, persist_state="session")
    said = room(case.source if post is None else post.partition(":")[0], str(st.session_state.get(key) or "").strip())
    here.show(left(said))
    pen(case.id, key, said.limit, around(here.stores(), case, post))
    acts.button(say("act.draft"), f"draft_{case.id}_{case.version}", _draft, (case.id, case.version, key, post), kind="primary")


def _draft(case: str, version: int, field: str, post: str | None, command: str) -> None:
    """Keep the draft; the field is emptied only when it was kept."""
    deeds.perform(case, version, DraftReply(text=str(st.session_state.get(field) or ""), post=post), say("act.drafted"), command)
    last = st.session_state.get("last_act")
    if last and last[0] == case and last[1] > version:
        st.session_state[field] = ""


def left(said: Room) -> Html:
    """How much of the channel's limit is left, counted as the channel counts; a text is never cut."""
    if said.limit is None:
        return tag("p", say("reply.no_limit", used=f"{said.used:,}"), class_="soft", role="status", id="reply-count")
    if not said.fits:
        words = say("reply.too_long", over=f"{-(said.left or 0):,}", most=f"{said.limit.most:,}")
        return tag("p", words, class_="beside red", role="status", id="reply-count")
    words = say("reply.left", left=f"{said.left:,}", most=f"{said.limit.most:,}", counts=said.limit.counts)
    return tag("p", words, class_="soft", role="status", id="reply-count")


def one(reply: Reply, people: dict[str, str], now: datetime, zone: ZoneInfo, found: Sequence[Finding] = ()) -> Html:
    """One reply: its state, who wrote and who approved it, its words with what was `found` in them, and where it was posted."""
    head = [
        tag("strong", say("reply.number", number=reply.number)), tag("span", text(reply.state), class_=f"chip {COLOURS[reply.state]}".strip()),
        bdi(people.get(reply.by, reply.by), 40), times.at(reply.at, now, zone),
    ]  # fmt: skip
    if reply.approved_by:
        head.append(text(say("reply.approved_by", who=people.get(reply.approved_by, reply.approved_by))))
    if reply.state == "seen":
        head.append(text(say("reply.as_approved" if reply.as_approved else "reply.other_words")))
    body = [
        tag("div", join(head, " "), class_="who"),
        (drafts.marked(reply.text, found) or paragraphs(reply.text)) if reply.text is not None else tag("p", say("reply.erased"), class_="soft"),
        drafts.checks(reply.text, found) if found and reply.text is not None else NOTHING,
    ]
    link = safe_link(reply.url)
    if link:
        body.append(tag("p", tag("a", text(link, 120), href=link, rel="noopener noreferrer", target="_blank")))
    return tag("div", join(body), class_="turn firm")


def collected(answers: Sequence[str]) -> Html:
    """The firm's public answers that were collected and tied to the case, as links to what was captured."""
    if not answers:
        return NOTHING
    items = [tag("li", chips.link("post", text(say("reply.collected_one", number=number)), post=post)) for number, post in enumerate(answers, 1)]
    return join([tag("h2", say("reply.collected")), tag("ul", join(items), class_="trace")])


def _steps(case: Case, reply: Reply, person: Person) -> None:
    mark = f"{case.id}_{case.version}_{reply.number}"
    with st.container(key=f"acts_reply_{reply.number}", horizontal=True, gap="small"):
        if reply.state == "drafted" and reply.by != person.key and may(person, Right.APPROVE_REPLIES, case.firm):
            act = ApproveReply(number=reply.number, by=person.key)
            acts.button(say("act.approve"), f"approve_{mark}", deeds.perform, (case.id, case.version, act, say("act.approved")), kind="primary")
            st.button(say("act.send_back"), key=f"c_back_{reply.number}", on_click=acts.ask,
                      args=("send_back", case.id, case.version, str(reply.number)))  # fmt: skip
        elif reply.state == "drafted":
            here.show(states.note(say("reply.waits")))
        if reply.state == "approved" and may(person, Right.WORK_CASES, case.firm):
            st.button(say("act.posted"), key=f"c_posted_{reply.number}", on_click=acts.ask,
                      args=("posted", case.id, case.version, str(reply.number)))  # fmt: skip


def letters_of(case: Case) -> list[Letter]:
    """The letters of the case's regimes."""
    return [letter for letter in letters().values() if letter.regime in (case.regimes or ())]


def checklist(case: Case, person: Person, now: datetime, zone: ZoneInfo) -> None:
    """What each letter has to say before it may be called sent; a person ticks it after reading the letter."""
    able = may(person, Right.WORK_CASES, case.firm) and case.closed_at is None
    here.show(tag("p", say("letters.what"), class_="soft"))
    for letter in letters_of(case):
        known = case.checked.get(letter.id, ())
        sent = case.sent.get(letter.id)
        word = say("letters.sent", when=times.moment_text(sent, now, zone)) if sent else say("letters.some", done=len(known), of=len(letter.items))
        sure = "" if letter.certainty == "verified" else ", " + say("letters.unverified")
        with st.expander(f"{letter.title.capitalize()}: {word}", key=f"letter_{letter.id}", expanded=False):
            here.show(tag("p", f"{letter.rule}{sure}", class_="soft"))
            for item, says in letter.items.items():
                st.checkbox(says[:1].upper() + says[1:], value=item in known, key=f"check_{case.id}_{case.version}_{letter.id}_{item}",
                            disabled=item in known or not able or bool(sent))  # fmt: skip
            if able and not sent:
                mark = f"{case.id}_{case.version}_{letter.id}"
                with st.container(key=f"acts_{letter.id}", horizontal=True, gap="small"):
                    if len(known) < len(letter.items):
                        acts.button(say("act.check"), f"check_{mark}", _check, (case.id, case.version, letter.id))
                    acts.button(say("act.sent"), f"sent_{mark}", _sent, (case.id, case.version, letter.id))
                with st.popover(say("letters.earlier"), key=f"earlier_{letter.id}"):
                    st.text_input(say("letters.on"), key=f"on_{case.id}_{letter.id}", placeholder="2026-11-20")
                    st.text_input(say("letters.why"), key=f"why_{case.id}_{letter.id}")
                    acts.button(say("act.sent_then"), f"sent_on_{mark}", _sent, (case.id, case.version, letter.id))


def _sent(case: str, version: int, letter: str, command: str) -> None:
    """Note that a letter was sent: now, or on the day that was typed, which needs a reason."""
    on, why = (str(st.session_state.get(f"{name}_{case}_{letter}") or "").strip() or None for name in ("on", "why"))
    deeds.perform(case, version, SendLetter(letter=letter, on=on, reason=why), say("act.was_sent"), command)


def _check(case: str, version: int, letter: str, command: str) -> None:
    ticked = tuple(item for item in letters()[letter].items if st.session_state.get(f"check_{case}_{version}_{letter}_{item}"))
    deeds.perform(case, version, CheckContent(letter=letter, items=ticked), say("act.checked"), command)
