"""What a page says when there is nothing, when something is wrong, and when something was not done."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.wording import say


def box(title: str, body: Html | str, *, kind: str = "note", role: str | None = None) -> Html:
    """One box; `kind` is `note`, `bad` (red, with a sign) or `late` (amber, with a sign)."""
    sign = icon("warning") if kind in {"bad", "late"} else NOTHING
    return tag("div", join([tag("p", join([sign, text(title)]), class_="h"), tag("div", body)]), class_=f"box-{kind}", role=role)


def refusal(reason: str) -> Html:
    """Why something was not done, in the words of the desk."""
    return box(say("refused.title"), sentence(reason), kind="bad", role="alert")


def sentence(said: str) -> str:
    """A reason of the desk as a sentence: with a capital and a full stop."""
    words = said.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", ":")) else ".") if words else words


def changed(who: str, what: str) -> Html:
    """Somebody was faster: who did what, and that the typed text is kept."""
    body = f"{what} What you typed is kept. Look at what changed, then send it again if it still holds."
    return box(say("changed.title", who=who), body, kind="late", role="alert")


def store_down(address: str, at: str, why: str) -> Html:
    """The one error of a store that does not answer; no stack trace."""
    said = [tag("p", say("down.what", address=address, at=at, why=sentence(why))), tag("p", say("down.do"))]
    return box(say("down.title"), join(said), kind="bad", role="alert")


def unreadable(query: str, message: str, position: int, hint: str) -> Html:
    """A query that cannot be read: the query, a caret under the place, and what to write.

    `position` counts characters from 0; long queries are cut around it so that the caret stays in sight.
    """
    start = max(0, position - 60)
    part = query[start : start + 120].replace("\n", " ").replace("\t", " ")
    caret = " " * (min(position, len(query)) - start) + "^"
    echo = tag("pre", join([text(("…" if start else "") + part), Html("\n"), text((" " if start else "") + caret)]), class_="caret", tabindex="0")
    body = [tag("p", sentence(message)), echo, tag("p", sentence(hint)) if hint else NOTHING]
    return box(say("query.title"), join(body), kind="bad", role="alert")


def no_such(what: str, id: str) -> Html:
    """A link to something that is not there or not this person's to see: both look alike, so that nothing leaks."""
    return box(say("gone_link.title", what=what), join([bdi(id, 120), Html(" "), text(say("gone_link.what", id="This " + what))]))


def not_yours(page: str, right: str) -> Html:
    """A page whose right a person lacks."""
    return box(say("app.not_yours"), say("app.not_yours_why", page=page, right=right))


def note(said: str | Html) -> Html:
    """One quiet line on top of a page."""
    return tag("p", said, class_="pagenote", role="status")


def empty(what: str, why: str, do: Html | str = "") -> Html:
    """What would be here, why it is not, and the one thing to do."""
    return tag("div", join([tag("p", what, class_="h"), tag("p", why), tag("p", do) if do else NOTHING]), class_="empty")


def trail(parts: Sequence[Html]) -> Html:
    """Small facts in one line, kept apart by dots."""
    return tag("p", join(parts, ' <span class="dot">·</span> '), class_="trail")
