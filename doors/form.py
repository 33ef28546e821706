"""The form itself: what it asks, what may be entered, and its pages. Works without JavaScript; everything entered is escaped.

Pure: bytes in, an `Entry` or the faults out; words in, HTML out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qs

LARGEST = 64 * 1024
"""Bytes of a form that are read."""

TEXT = 5_000
"""Characters of a complaint."""

LINE = 120
"""Characters of a name, a place or a way to be reached."""

TRAP = "website"
"""A field that people do not see; programs fill it in."""

_PLACE = re.compile(r"[\w .,'’&/()-]{1,80}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody entered. `may_quote` is a consent of its own; without the one to be read nothing is taken."""

    text: str
    ticket: str
    name: str | None = None
    reach: str | None = None
    rating: int | None = None
    place: str | None = None
    may_quote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Why a form is not taken: a message by field, and what was entered, to be shown again."""

    messages: dict[str, str] = field(default_factory=dict)
    entered: dict[str, str] = field(default_factory=dict)
    is_spam: bool = False


def place_of(text: str | None) -> str | None:
    """The place that an address names, when it is one that can be shown."""
    text = (text or "").strip()
    return text if _PLACE.fullmatch(text) else None


def read_form(body: bytes) -> Entry | Faults:
    """What was entered, or what is wrong with it. Never raises."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=30)
    except ValueError:
        return Faults(messages={"text": "This form could not be read. Please fill it in again."})
    said = {name: _CONTROL.sub("", values[-1].replace("\r\n", "\n")).strip() for name, values in fields.items()}
    shown = {name: said.get(name, "")[: TEXT if name == "text" else LINE] for name in ("text", "name", "reach", "rating", "place", "read", "quote")}
    messages = {}
    if not said.get("text"):
        messages["text"] = "Please write what happened."
    elif len(said["text"]) > TEXT:
        messages["text"] = f"Please write at most {TEXT:,} characters; these are {len(said['text']):,}."
    messages |= {name: f"Please write at most {LINE} characters." for name in ("name", "reach") if len(said.get(name, "")) > LINE}
    if said.get("rating", "") not in {"", "1", "2", "3", "4", "5"}:
        messages["rating"] = "Please choose one of the answers."
    if said.get("read") != "yes":
        messages["read"] = "Without this consent nothing can be read, so nothing is sent."
    if messages or said.get(TRAP):
        return Faults(messages=messages, entered=shown, is_spam=bool(said.get(TRAP)))
    return Entry(
        text=said["text"], ticket=said.get("ticket", ""), name=said.get("name") or None, reach=said.get("reach") or None,
        rating=int(said["rating"]) if said.get("rating") else None, place=place_of(said.get("place")), may_quote=said.get("quote") == "yes",
    )  # fmt: skip


STYLE = """:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:38rem;margin:0 auto;padding:1rem}
label,legend{display:block;font-weight:600;margin-top:1.2rem}input[type=text],textarea{width:100%;box-sizing:border-box;font:inherit;padding:.5rem}
fieldset{border:0;padding:0;margin:0}fieldset label,.consent label{display:inline;font-weight:400;margin:0 .8rem 0 .2rem}
.hint{font-weight:400}.fault{border-left:.3rem solid #b00020;padding-left:.6rem}.trap{position:absolute;left:-99rem}
button{font:inherit;padding:.6rem 1.4rem;margin-top:1.4rem}:focus-visible{outline:.2rem solid #1a5fb4;outline-offset:.1rem}"""


def page(title: str, body: str) -> str:
    """A whole page; `title` is escaped here, `body` is HTML already."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title><link rel="stylesheet" href="/door.css"></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def form_page(firm: str, ticket: str, place: str | None, faults: Faults | None = None) -> str:
    """The form of a firm, empty or with what was entered and what is wrong with it."""
    entered = faults.entered if faults else {"place": place or ""}
    messages = faults.messages if faults else {}
    title = f"Tell {firm} what went wrong"
    if messages:
        links = "".join(f'<li><a href="#{escape(name)}">{escape(text)}</a></li>' for name, text in messages.items())
        summary = f'<div role="alert" class="fault"><h2>Not sent yet</h2><ul>{links}</ul></div>'
    else:
        summary = ""
    where = f"<p>Place: <strong>{escape(entered['place'])}</strong></p>" if entered.get("place") else ""
    fields = f'''<form method="post" accept-charset="utf-8"><input type="hidden" name="ticket" value="{escape(ticket)}">
<input type="hidden" name="place" value="{escape(entered.get("place", ""))}">
<label for="text">What happened?</label>{_fault("text", messages)}
<textarea id="text" name="text" rows="8" required maxlength="{TEXT}"{_told("text", messages)}>{escape(entered.get("text", ""))}</textarea>
<fieldset id="rating"><legend>How bad was it? <span class="hint">(optional)</span></legend>
{_fault("rating", messages)}{_scale(entered.get("rating", ""))}</fieldset>
{_line("name", "Your name", "optional", entered, messages)}
{_line("reach", "How to reach you: e-mail or telephone", "optional; without it nobody can answer", entered, messages)}
<div class="trap" aria-hidden="true"><label for="{TRAP}">Leave this empty</label>
<input type="text" id="{TRAP}" name="{TRAP}" tabindex="-1" autocomplete="off"></div>
<p class="consent">{_fault("read", messages)}<input type="checkbox" id="read" name="read" value="yes" required{_ticked("read", entered)}>
<label for="read">{escape(firm)} may keep and read this to deal with my complaint.</label></p>
<p class="consent"><input type="checkbox" id="quote" name="quote" value="yes"{_ticked("quote", entered)}>
<label for="quote">It may be quoted without my name. <span class="hint">(optional)</span></label></p>
<button type="submit">Send</button></form>'''
    return page(f"Not sent yet: {title}" if messages else title, summary + where + fields)


_COMPLETED = {"name": "name", "reach": "email"}
"""What a browser may fill in by itself."""


def _line(name: str, label: str, hint: str, entered: dict[str, str], messages: dict[str, str]) -> str:
    """A labelled line of text."""
    return (
        f'<label for="{name}">{label} <span class="hint">({hint})</span></label>{_fault(name, messages)}'
        f'<input type="text" id="{name}" name="{name}" maxlength="{LINE}" autocomplete="{_COMPLETED[name]}"'
        f' value="{escape(entered.get(name, ""))}"{_told(name, messages)}>'
    )


def _fault(name: str, messages: dict[str, str]) -> str:
    return f'<p class="fault" id="{name}-fault">{escape(messages[name])}</p>' if name in messages else ""


def _told(name: str, messages: dict[str, str]) -> str:
    return f' aria-invalid="true" aria-describedby="{name}-fault"' if name in messages else ""


def _ticked(name: str, entered: dict[str, str]) -> str:
    return " checked" if entered.get(name) == "yes" else ""


def _scale(chosen: str) -> str:
    words = {"1": "very bad", "2": "bad", "3": "so-so", "4": "good", "5": "very good"}
    return "".join(
        f'<input type="radio" id="rating-{value}" name="rating" value="{value}"{" checked" if value == chosen else ""}>'
        f'<label for="rating-{value}">{text}</label>'
        for value, text in words.items()
    )


def thanks_page(firm: str, reference: str) -> str:
    """What is shown once an entry was taken."""
    return page("Thank you", f"<p>{escape(firm)} has received it. Your reference: <strong>{escape(reference)}</strong></p>")


def word_page(title: str, text: str) -> str:
    """A page that only says something."""
    return page(title, f"<p>{escape(text)}</p>")
