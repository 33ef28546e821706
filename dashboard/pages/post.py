"""Post: what exactly was said, when it was captured, how it changed, and what answered it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import streamlit as st

from dashboard import acts, address, correcting, here, showing
from dashboard.widgets import chips, difference, hits, states, threads, times, understood
from dashboard.widgets import copies as same_text
from dashboard.widgets.chips import Names
from dashboard.widgets.html import NOTHING, Html, join, paragraphs, safe_link, tag, text
from dashboard.widgets.tables import facts
from dashboard.wording import WORDS, count, say
from plaint.desk import archive, copies, explaining, goodwill
from plaint.desk.rights import Refused, Right, may
from plaint.model import Person, Post, Revision
from plaint.query.tree import CaseMark, Search, Term


def page() -> None:
    """Read the address, ask the desk, show."""
    person = here.visitor()
    id = address.one("post")  # noqa: A001
    shown = showing.is_shown(person, id)
    kept = _read(person, id, show=shown)
    if kept is None:
        here.show(Html(tag("h1", say("page.post")) + states.no_such("post", id)))
        return
    marks = archive.look_up(here.stores(), person, Search(query=Term(id, "id"), limit=1)).hits
    mark = marks[0].case if marks else None
    firm = next((one for one in here.firms(person) if one.key in {about.key for about in kept.post.firms}), None)
    names, now, zone = here.names(person), here.now(), here.zone(firm)
    here.show(_neighbours(kept.post.id))
    left, right = st.columns([1.9, 1], gap="medium")
    with left:
        here.show(_said(kept.post, kept.revisions, names, now, zone))
        showing.control(person, id, hidden=kept.hidden, shown=shown)
        acts.told()
        _acts(person, kept.post, mark)
        _tabs(person, kept, names, now, zone, pictures=shown or not kept.hidden)
    with right:
        here.show(_firms(kept.post, names))
        here.show(join([tag("h2", say("post.facts")), facts(_facts(kept.post, now, zone))]))
        here.show(join([tag("h2", say("post.case")), _case(mark)]))
        here.show(_same_text(person, id))
        here.show(_understood(person, id, show=shown))
        correcting.control(person, kept.post)


def _same_text(person: Person, id: str) -> Html:
    """Who says the same, where anybody does."""
    found = copies.around(here.stores(), person, id)
    return NOTHING if found is None else join([tag("h2", say("copies.title")), same_text.around(found, firm=address.one("firm") or None)])


def _understood(person: Person, id: str, *, show: bool) -> Html:
    """What was understood, as a proposal with its reasons."""
    known = explaining.explain(here.stores(), person, id, show=show)
    if known.understanding is None:
        return join([tag("h2", say("understood.title")), states.empty(say("understood.none"), say("understood.none_why"))])
    body = understood.understood(known.understanding, known.text, names=known.names, reach=known.reach)
    return join([tag("h2", say("understood.title")), body])


def _read(person: Person, id: str, *, show: bool) -> archive.Opened | None:
    """The post, or None where there is none or it is not this person's to see: both look alike."""
    try:
        return archive.read_post(here.stores(), person, id, here.now(), show=show)
    except (LookupError, Refused):
        return None


def _neighbours(id: str) -> Html:
    """The way through the list one came from."""
    ids: list[str] = st.session_state.get("list", [])
    if id not in ids:
        return tag("p", chips.link("search", say("post.to_search")), class_="trail")
    at = ids.index(id)
    firm = address.one("firm") or None
    before = chips.link("post", say("post.previous"), post=ids[at - 1], firm=firm) if at else NOTHING
    after = chips.link("post", say("post.next"), post=ids[at + 1], firm=firm) if at + 1 < len(ids) else NOTHING
    where = tag("span", say("post.in_list", at=at + 1, of=len(ids)))
    return tag("nav", join([where, before, after], " "), class_="trail", aria_label=say("post.list"))


def _said(post: Post, revisions: Sequence[Revision], names: Names, now: datetime, zone: ZoneInfo) -> Html:
    lang = chips.lang_of(post)
    by = [
        chips.source(post.source, names),
        tag("span", say(f"kind.{post.kind.value}").lower(), class_="soft"),
        chips.rating(post.rating),
        chips.author(post.author),
        times.when(post.published, now, zone, plain=True),
        chips.language(post),
    ]
    if len(revisions) > 1:
        by.append(tag("span", say("post.edited", times=count(len(revisions) - 1, "time")), class_="chip"))
    return join(
        [
            _gone(post, revisions, now, zone),
            tag("div", join(by, " "), class_="by"),
            tag("h1", hits.title_of(post), lang=lang, dir="auto", class_="posttitle"),
            paragraphs(post.text, lang=lang) if post.title or len(post.text) > hits.LINE else NOTHING,
            _links(post),
        ]
    )


def _gone(post: Post, revisions: Sequence[Revision], now: datetime, zone: ZoneInfo) -> Html:
    if post.gone is None:
        return NOTHING
    last = times.moment_text(post.capture.at, now, zone) if post.capture else "an unknown time"
    seen = [revision.seen for revision in revisions if revision.post.gone is None]
    said = say(f"post.gone.{post.gone.value}", seen=times.moment_text(seen[-1], now, zone) if seen else "an unknown time", last=last)
    return tag("p", said, class_="gonebar", role="status")


def _links(post: Post) -> Html:
    url = safe_link(post.url)
    said = [tag("a", say("post.at_source"), href=url, rel="noreferrer noopener", target="_blank")] if url else []
    return tag("p", join(said, " "), class_="trail") if said else NOTHING


def _firms(post: Post, names: Names) -> Html:
    rows = [
        (
            names.firm(about.key),
            join([tag("span", f"{about.score:.0%} sure".replace("%", " %")), tag("span", f", by {HOW.get(about.how, about.how)}", class_="soft")]),
        )
        for about in post.firms
    ]
    return join([tag("h2", say("post.firms")), facts(rows) if rows else tag("p", say("post.no_firm"), class_="soft")])


HOW = {
    "asked": "the page that was asked for",
    "alias": "its name in the text",
    "handle": "its handle",
    "site": "its web address",
    "fuzzy": "a name nearly like it",
}
"""How a firm was recognised, in words."""


def _facts(post: Post, now: datetime, zone: ZoneInfo) -> list[tuple[str, Html]]:
    shown = [
        (say("fact.published"), times.when(post.published, now, zone, plain=True)),
        (say("fact.edited"), times.when(post.edited, now, zone, plain=True) if post.edited else NOTHING),
        (say("fact.language"), text(f"{post.lang.code}, {post.lang.how}, {post.lang.score:.0%} sure".replace("%", " %")) if post.lang else NOTHING),
        (say("fact.followers"), text(f"{post.author.followers:,}") if post.author and post.author.followers is not None else NOTHING),
        (say("fact.place"), text(", ".join(filter(None, (post.place.name, post.place.country)))) if post.place else NOTHING),
        (say("fact.hashtags"), text(" ".join(f"#{one}" for one in post.hashtags))),
    ]
    shown += [(name.capitalize(), text(f"{number:,}")) for name, number in sorted(post.engagement.items())]
    shown += [
        (name.replace("_", " ").capitalize(), text(value, 300)) for name, value in sorted(post.facts.items()) if value not in (None, "", [], {})
    ]
    return shown


def _case(mark: CaseMark | None) -> Html:
    if mark is None:
        return tag("p", say("post.no_case"), class_="soft")
    link = chips.link("case", say("post.case_link", case=hits.short(mark.case)), case=mark.case, firm=address.one("firm") or None)
    return tag("p", join([chips.state(mark.state), link], " "))


def _tabs(person: Person, kept: archive.Opened, names: Names, now: datetime, zone: ZoneInfo, *, pictures: bool) -> None:
    post, revisions, thread = kept.post, kept.revisions, kept.thread
    said = {
        "thread": say("tab.thread", number=len(thread)),
        "revisions": say("tab.revisions", number=len(revisions)),
        "evidence": say("tab.evidence"),
        "raw": say("tab.raw"),
    }
    keep = address.follows("tab", "p_tab", "thread", list(said))
    st.segmented_control(
        say("post.tabs"), list(said), key="p_tab", format_func=said.__getitem__, required=True, on_change=keep, label_visibility="collapsed"
    )
    match address.one("tab", "thread"):
        case "revisions":
            here.show(_revisions(revisions, now, zone))
        case "evidence":
            here.show(_evidence(post, now, zone))
            if pictures:
                _picture(post, names)
        case "raw":
            here.show(_raw(post, names))
        case _ if len(thread) > 1:
            told = goodwill.conversation(here.stores(), person, thread)
            turn = tag("p", say(f"turn.{told.turned.turn.name}"), class_="soft turned") if told.turned else NOTHING
            turns = threads.thread(thread, post.id, names, now, zone, firm=address.one("firm") or None, helpful=told.helpful)
            here.show(join([turn, turns]))
        case _:
            here.show(states.empty(say("thread.none"), say("thread.none_why")))


def _revisions(revisions: Sequence[Revision], now: datetime, zone: ZoneInfo) -> Html:
    if len(revisions) < 2:
        seen = times.at(revisions[0].seen, now, zone) if revisions else NOTHING
        return states.empty(say("revisions.one"), say("revisions.one_why"), join([text("First captured "), seen, text(".")]) if revisions else "")
    parts = []
    for older, newer in zip(reversed(revisions[:-1]), reversed(revisions[1:]), strict=True):
        head = tag("h2", join([text(say("revisions.number", number=newer.number)), text(", captured "), times.at(newer.seen, now, zone)]))
        parts.append(join([head, _changed(older.post, newer.post)]))
    first = tag("h2", join([text(say("revisions.number", number=revisions[0].number)), text(", captured "), times.at(revisions[0].seen, now, zone)]))
    return tag("div", join([*parts, first, paragraphs(revisions[0].post.text, lang=chips.lang_of(revisions[0].post))]), class_="revisions")


def _changed(older: Post, newer: Post) -> Html:
    said = []
    if (older.title or "") != (newer.title or ""):
        said.append(difference.words(older.title or "", newer.title or ""))
    if older.text != newer.text:
        said.append(difference.words(older.text, newer.text))
    if older.rating != newer.rating:
        said.append(
            tag("p", join([text("Rating: "), chips.rating(older.rating) or text("none"), text(" then "), chips.rating(newer.rating) or text("none")]))
        )
    if older.gone != newer.gone:
        said.append(tag("p", WORDS.get(f"gone.{newer.gone.value}", "") if newer.gone else say("gone.back")))
    return join(said) if said else tag("p", say("revisions.other"), class_="soft")


def _evidence(post: Post, now: datetime, zone: ZoneInfo) -> Html:
    kept = post.capture
    if kept is None:
        return states.empty(say("evidence.none"), say("evidence.none_why"))
    return facts(
        [
            (say("evidence.at"), times.at(kept.at, now, zone)),
            (say("evidence.url"), tag("code", text(kept.url, 500))),
            (say("evidence.sha256"), tag("code", kept.sha256)),
            (say("evidence.warc"), tag("code", kept.warc) if kept.warc else text(say("evidence.no_warc"))),
            (say("evidence.robots"), text(kept.robots or say("evidence.no_robots"), 200)),
            (say("evidence.parser"), text(kept.parser or say("evidence.no_parser"), 100)),
            (say("evidence.id"), tag("code", text(post.id, 300))),
        ]
    )


def _picture(post: Post, names: Names) -> None:
    """The picture of the post's page; it shows authors, so only to who may see them."""
    if not names.authors or post.capture is None or post.capture.warc is None:
        return
    picture = here.stores().evidence.picture(post.capture.warc)
    if picture is not None:
        st.image(picture.body, caption=say("evidence.picture"), width="stretch")


def _raw(post: Post, names: Names) -> Html:
    if not names.authors:
        return states.not_yours(say("tab.raw"), Right.SEE_AUTHORS.value)
    raw = msgspec.json.format(msgspec.json.encode(post), indent=2).decode()
    return tag("pre", text(raw, 12_000), tabindex="0", class_="raw")


def _acts(person: Person, post: Post, mark: CaseMark | None) -> None:
    mine = [about.key for about in post.firms if may(person, Right.WORK_CASES, about.key)]
    if mark is None and mine:
        with st.container(key="acts_post", horizontal=True, gap="small"):
            for key in mine:
                name = here.names(person).firm(key)
                label = say("post.open") if len(mine) == 1 else say("post.open_for", firm=name)
                acts.button(label, f"open_{key}", acts.open_case, (post.id, key), kind="primary", shortcut="O" if key == mine[0] else None)


page()
