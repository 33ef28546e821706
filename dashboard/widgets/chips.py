"""Small things inside a line: firm, source, state, rating, person, language; each has a word, colour is never alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from dashboard.widgets.html import NOTHING, Html, bdi, icon, join, tag, text
from dashboard.wording import WORDS, say
from plaint.model import AboutFirm, Author, Post, Rating, Role
from plaint.query.meanings import verdict
from plaint.understand.understanding import Queue, Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How firms and sources are called, by key, and whether this person may see who wrote a post (the desk leaves it out where not)."""

    firms: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    authors: bool = False

    def firm(self, key: str) -> str:
        """The firm's name, its key where it is not in the register."""
        return self.firms.get(key, key)

    def source(self, key: str) -> str:
        """The source's name, its key where no file describes it."""
        return self.sources.get(key, key)


Parameters = Mapping[str, str | tuple[str, ...] | None]
"""What stands behind the question mark of an address; empty values are left out."""


def href(page: str, view: Parameters | None = None, **parameters: str | tuple[str, ...] | None) -> str:
    """The address of a page with its parameters, `view` first; Overview is `/`."""
    query = urlencode(
        [(key, value) for key, value in {**(view or {}), **parameters}.items() if value not in (None, "", ())], doseq=True, errors="replace"
    )
    return ("/" if page == "overview" else f"/{page}") + (f"?{query}" if query else "")


def link(
    page: str, inner: str | Html, view: Parameters | None = None, *, class_: str | None = None, title: str | None = None,
    **parameters: str | tuple[str, ...] | None,
) -> Html:  # fmt: skip
    """A real link to one of our pages; the `moves` script takes plain clicks so that nothing reloads."""
    return tag("a", inner, href=href(page, view, **parameters), data_page=page, class_=class_, title=title)


def firm(about: AboutFirm, names: Names) -> Html:
    """The firm a post is about; below a certainty of 0.9 it says "probably" and has a dotted edge."""
    sure = about.score >= 0.9
    name = names.firm(about.key)
    return tag("span", text(name if sure else f"probably {name}", 80), class_="chip firm" + ("" if sure else " guess"))


def firm_key(key: str, names: Names) -> Html:
    """A firm that is certain."""
    return tag("span", text(names.firm(key), 80), class_="chip firm")


_STATE_CLASS = {"CONFIRMED_COMPLAINT": "blue", "CANDIDATE": "guess", "NOT_A_COMPLAINT": "struck"}


def state(name: str, score: float | None = None) -> Html:
    """How a post or case stands, in the words of the wording module; a decided complaint is blue with a tick."""
    word = WORDS.get(f"state.{name}", name.replace("_", " ").capitalize())
    if score is not None:
        word = f"{word} {score:.0%}".replace("%", " %")
    sign = icon("tick") if name == "CONFIRMED_COMPLAINT" else NOTHING
    return tag("span", join([sign, text(word)]), class_=f"chip state {_STATE_CLASS.get(name, '')}".strip())


def likely(known: Understanding | None) -> Html:
    """How likely a post is a complaint, as the model proposes it; nothing where it is not sure of one."""
    if known is None or known.complaint is None or verdict(known.complaint.p) != "yes":
        return NOTHING
    return tag("span", say("hit.likely", percent=f"{known.complaint.p * 100:.0f}"), class_="chip guess")


def urgent(known: Understanding | None) -> Html:
    """The special queues a post belongs in, as proposed; the one of people who may harm themselves comes first and stands out."""
    names = {flag.name for flag in known.urgency} if known else set()
    return join((_urgent(name) for name in Queue if name in names), " ")


def _urgent(name: str) -> Html:
    class_ = "chip violet" if name == Queue.SELF_HARM else "chip guess"
    return tag("span", join([icon("warning"), text(name.capitalize())]), class_=class_, title=say("hit.urgent", queue=name))


def rating(given: Rating | None) -> Html:
    """Stars for five-point scales, the figure as shown for others, nothing when unrated."""
    if given is None:
        return NOTHING
    value, best = _figure(given.value), _figure(given.best)
    if (given.worst, given.best) in {(1, 5), (0, 5)}:
        full = round(given.value)
        stars = tag("span", "★" * full, class_="full") + tag("span", "☆" * (5 - full), class_="rest")
        return tag("span", Html(stars), class_="stars", role="img", aria_label=f"{value} of {best} stars", title=f"{value} of {best} stars")
    return tag("span", f"{value} of {best}", class_="soft")


def _figure(number: float) -> str:
    return f"{number:g}"


WHO = {Role.CUSTOMER: "a customer", Role.FIRM: "the firm", Role.OTHER: "another person"}


def author(said: Author | None, *, complainant: bool = True) -> Html:
    """Who wrote: the name where the right is there (the desk leaves it out where not), else what they are."""
    if said is None:
        return tag("span", "no author given", class_="soft")
    name = said.name or said.handle or said.id
    if name is None:
        return tag("span", WHO[said.role] if complainant or said.role != Role.CUSTOMER else "another customer", class_="author soft")
    role = say("role.firm") if said.role == Role.FIRM else NOTHING
    if said.role == Role.OTHER:
        role = say("role.other")
    elif said.role == Role.CUSTOMER and not complainant:
        role = say("role.other_customer")
    shown = bdi(name, 60)
    return tag("span", join([shown, tag("span", role, class_="role")], " ") if role else shown, class_="author")


def source(key: str, names: Names) -> Html:
    """The source by name, as text; no logos."""
    return tag("span", text(names.source(key), 60), class_="source")


def language(post: Post) -> Html:
    """The language's code; a detected one that is unsure has a question mark."""
    if post.lang is None:
        return NOTHING
    sure = post.lang.how == "stated" or post.lang.score >= 0.8
    title = f"{post.lang.how}, {post.lang.score:.0%} sure"
    return tag("span", post.lang.code.upper() + ("" if sure else "?"), class_="lang", title=title)


def gone(post: Post) -> Html:
    """A word when the post can no longer be seen at its source."""
    return tag("span", say(f"gone.{post.gone.value}"), class_="chip") if post.gone else NOTHING


def lang_of(post: Post) -> str | None:
    """The `lang` attribute for a post's own words."""
    return post.lang.code if post.lang else None
