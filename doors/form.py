"""What may be entered in the form: bytes in, an `Entry` or the faults out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
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
    """Why a form is not taken: by field the name of what is wrong (`faults` of `doors.words`), and what was entered, to be shown again."""

    wrong: dict[str, str] = field(default_factory=dict)
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
        return Faults(wrong={"text": "unreadable"})
    said = {name: _CONTROL.sub("", values[-1].replace("\r\n", "\n")).strip() for name, values in fields.items()}
    shown = {name: said.get(name, "")[: TEXT if name == "text" else LINE] for name in ("text", "name", "reach", "rating", "place", "read", "quote")}
    wrong = {}
    if not said.get("text"):
        wrong["text"] = "no_text"
    elif len(said["text"]) > TEXT:
        wrong["text"] = "long_text"
    wrong |= {name: "long_line" for name in ("name", "reach") if len(said.get(name, "")) > LINE}
    if said.get("rating", "") not in {"", "1", "2", "3", "4", "5"}:
        wrong["rating"] = "no_choice"
    if said.get("read") != "yes":
        wrong["read"] = "no_consent"
    if wrong or said.get(TRAP):
        return Faults(wrong=wrong, entered=shown, is_spam=bool(said.get(TRAP)))
    return Entry(
        text=said["text"], ticket=said.get("ticket", ""), name=said.get("name") or None, reach=said.get("reach") or None,
        rating=int(said["rating"]) if said.get("rating") else None, place=place_of(said.get("place")), may_quote=said.get("quote") == "yes",
    )  # fmt: skip
