"""The pages of the form: words in, HTML out. Work without JavaScript; everything entered is escaped. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

from doors.form import LINE, TEXT, TRAP, Faults
from doors.words import FIRST, Sayings, languages

STYLE = """:root{color-scheme:light dark;background:#fff;color:#1b1d20}a{color:#0b57a4}
body{font:1.05rem/1.5 system-ui,sans-serif;max-width:38rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
label,legend{display:block;font-weight:600;margin-top:1.2rem}input[type=text],textarea{width:100%;box-sizing:border-box;font:inherit;padding:.5rem}
fieldset{border:0;padding:0;margin:0}fieldset label,.consent label{display:inline;font-weight:400;margin:0 .8rem 0 .2rem}
.choice{display:inline-block;padding:.2rem 0}
.hint{font-weight:400}.consent{margin:1rem 0}.fault{border-left:.3rem solid #b00020;padding-left:.6rem}.trap{position:absolute;left:-99rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:0;padding:0}nav a{display:inline-block;padding:.3rem 0}
nav a[aria-current]{font-weight:600;text-decoration:none;color:inherit}
input[type=radio],input[type=checkbox]{width:1.2rem;height:1.2rem;vertical-align:-.2rem}
button{font:inherit;padding:.6rem 1.4rem;margin-top:1.4rem}:focus-visible{outline:.2rem solid #1a5fb4;outline-offset:.1rem}
@media (prefers-color-scheme:dark){:root{background:#16181b;color:#eceef0}a{color:#8ab8ff}
:focus-visible{outline-color:#99c1f1}.fault{border-color:#ff7b8a}}"""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages in one language, `code`; `kept` is what of the address goes with a change of the language (the place)."""

    code: str = FIRST
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> Sayings:
        """What they say."""
        return languages()[self.code]

    def form(self, firm: str, ticket: str, place: str | None, faults: Faults | None = None) -> str:
        """The form of a firm, empty or with what was entered and what is wrong with it."""
        words, entered = self.words, faults.entered if faults else {"place": place or ""}
        wrong = {name: self._wrong(key) for name, key in (faults.wrong if faults else {}).items()}
        title = words.tell.format(firm=firm)
        where = f"<p>{escape(words.place)}: <strong>{escape(entered['place'])}</strong></p>" if entered.get("place") else ""
        body = self._choice() + _summary(words.not_sent_yet, wrong) + where + self._fields(firm, ticket, entered, wrong)
        return self._page(f"{words.not_sent_yet}: {title}" if wrong else title, body)

    def thanks(self, firm: str, reference: str) -> str:
        """What is shown once an entry was taken."""
        return self._page(self.words.thanks, f"<p>{escape(self.words.received.format(firm=firm))} <strong>{escape(reference)}</strong></p>")

    def word(self, title: str, text: str) -> str:
        """A page that only says something."""
        return self._page(title, f"<p>{escape(text)}</p>")

    def _page(self, title: str, body: str) -> str:
        """A whole page; `title` is escaped here, `body` is HTML already."""
        return (
            f'<!doctype html><html lang="{self.code}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="robots" content="noindex"><title>{escape(title)}</title><link rel="stylesheet" href="/door.css"></head>'
            f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
        )

    def _wrong(self, key: str) -> str:
        return self.words.faults[key].format(text=TEXT, line=LINE)

    def _choice(self) -> str:
        """The other languages, each in its own."""
        here = ' aria-current="true"'
        links = "".join(
            f'<li><a href="?{escape(urlencode({**self.kept, "lang": code}))}" lang="{code}" hreflang="{code}"{here if code == self.code else ""}>'
            f"{escape(one.name)}</a></li>"
            for code, one in languages().items()
        )
        return f'<nav aria-label="{escape(self.words.language)}"><ul>{links}</ul></nav>'

    def _fields(self, firm: str, ticket: str, entered: Mapping[str, str], wrong: Mapping[str, str]) -> str:
        words = self.words
        optional = f'<span class="hint">({escape(words.optional)})</span>'
        return f'''<form method="post" accept-charset="utf-8"><input type="hidden" name="ticket" value="{escape(ticket)}">
<input type="hidden" name="place" value="{escape(entered.get("place", ""))}">
<label for="text">{escape(words.what)}</label>{_fault("text", wrong)}
<textarea id="text" name="text" rows="8" required maxlength="{TEXT}"{_told("text", wrong)}>{escape(entered.get("text", ""))}</textarea>
<fieldset id="rating"><legend>{escape(words.how)} {optional}</legend>
{_fault("rating", wrong)}{_scale(words.scale, entered.get("rating", ""))}</fieldset>
{_line("name", words.your_name, words.optional, entered, wrong)}
{_line("reach", words.reach, words.reach_hint, entered, wrong)}
<div class="trap" aria-hidden="true"><label for="{TRAP}">{escape(words.trap)}</label>
<input type="text" id="{TRAP}" name="{TRAP}" tabindex="-1" autocomplete="off"></div>
<div class="consent">{_fault("read", wrong)}
<input type="checkbox" id="read" name="read" value="yes" required{_ticked("read", entered)}{_told("read", wrong)}>
<label for="read">{escape(words.consent.format(firm=firm))}</label></div>
<div class="consent"><input type="checkbox" id="quote" name="quote" value="yes"{_ticked("quote", entered)}>
<label for="quote">{escape(words.quote)} {optional}</label></div>
<button type="submit">{escape(words.send)}</button></form>'''


_COMPLETED = {"name": "name", "reach": "email"}
"""What a browser may fill in by itself."""


def _summary(title: str, wrong: Mapping[str, str]) -> str:
    """What is wrong, with links to where."""
    links = "".join(f'<li><a href="#{escape(name)}">{escape(text)}</a></li>' for name, text in wrong.items())
    return f'<div role="alert" class="fault"><h2>{escape(title)}</h2><ul>{links}</ul></div>' if wrong else ""


def _line(name: str, label: str, hint: str, entered: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    """A labelled line of text."""
    return (
        f'<label for="{name}">{escape(label)} <span class="hint">({escape(hint)})</span></label>{_fault(name, wrong)}'
        f'<input type="text" id="{name}" name="{name}" maxlength="{LINE}" autocomplete="{_COMPLETED[name]}"'
        f' value="{escape(entered.get(name, ""))}"{_told(name, wrong)}>'
    )


def _fault(name: str, wrong: Mapping[str, str]) -> str:
    return f'<p class="fault" id="{name}-fault">{escape(wrong[name])}</p>' if name in wrong else ""


def _told(name: str, wrong: Mapping[str, str]) -> str:
    return f' aria-invalid="true" aria-describedby="{name}-fault"' if name in wrong else ""


def _ticked(name: str, entered: Mapping[str, str]) -> str:
    return " checked" if entered.get(name) == "yes" else ""


def _scale(words: tuple[str, ...], chosen: str) -> str:
    return "".join(
        f'<span class="choice"><input type="radio" id="rating-{value}" name="rating" value="{value}"{" checked" if value == chosen else ""}>'
        f'<label for="rating-{value}">{escape(text)}</label></span>'
        for value, text in zip("12345", words, strict=True)
    )
