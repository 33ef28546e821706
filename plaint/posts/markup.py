"""From what a source gives as text, HTML or not, to plain text that reads well and may be stored: no tags, no broken characters.

Nothing here is shown to a browser; links and images are the source file's business.
"""

from __future__ import annotations

import re
from html import unescape

TREE_LIMIT = 200_000
"""Characters of HTML up to which a tree is built; a longer text is stripped in linear passes."""
TAG_LIMIT = 2_000
"""Signs `<` up to which a tree is built, so that nesting cannot make it slow."""
UNCLOSED_LIMIT = 100
"""How many signs `<` may lack their `>`: the parser looks for each to the end of the text (`<a b="<a b="…`)."""

BLOCKS = frozenset({
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "ul", "ol", "dl", "dt", "dd", "li", "table", "tr",
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "form", "fieldset", "figure", "figcaption", "details", "summary", "address",
})  # fmt: skip

_mojibake = re.compile(r"[ÃÂâÐÑðïåæçèé][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_unfit = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff\ufffe\uffff]")
_html_space = re.compile(r"[ \t\r\n\f]+")
_spaces = re.compile(r" {2,}")
_comment = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_silent_part = re.compile(r"<(script|style|template|noscript|svg|iframe)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_break_tag = re.compile(rf"<(?:br|/?(?:{'|'.join(sorted(BLOCKS))}))\b[^<>]*>", re.IGNORECASE)
_any_tag = re.compile(r"<[/!?a-zA-Z][^<>]*(?:>|\Z)")
_emoji_name = re.compile(r":[\w+-]+:|[^\x00-\u1fff]{1,8}")


def plain(html: str) -> str:
    """The text of an HTML fragment: entities decoded, a line for each block, `- ` before a list item, `> ` before quoted lines."""
    if "<" not in html:
        return clean(unescape(html) if "&" in html else html)
    if _is_too_much_for_a_tree(html):
        return clean(_stripped(html))
    from plaint.posts.tree import walk  # late: its parser is slow to load, and most texts have no markup

    if (steps := walk(html)) is None:
        return clean(_stripped(html))
    lines = _Lines()
    for step, word in steps:
        lines.take(step, word)
    return clean(lines.text())


def clean(text: str) -> str:
    """Plain text with mojibake repaired and without characters that no store takes; the rest stays as it was said."""
    if text.isascii() and text.isprintable():
        return text.strip()
    if _mojibake.search(text):
        from ftfy import fix_encoding

        text = fix_encoding(text)
    return _unfit.sub(_fit, text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _is_too_much_for_a_tree(html: str) -> bool:
    opened = html.count("<")
    return len(html) > TREE_LIMIT or opened > TAG_LIMIT or opened - html.count(">") > UNCLOSED_LIMIT


def _fit(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""


class _Lines:
    """Lines of text as they grow, with the depth of quotation and the lists they stand in."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.line: list[str] = []
        self.quoted = self.preformatted = 0
        self.lists: list[int | None] = []

    def take(self, step: str, word: str) -> None:
        """One step of the walk."""
        if step == "said":
            self._say(word)
        elif step == "image":
            self._say(word if _emoji_name.fullmatch(word) else "")
        elif step == "open":
            self._open(word)
        else:
            self._close(word)

    def text(self) -> str:
        """Everything so far."""
        self._end_line()
        return "\n".join(self.done)

    def _say(self, words: str) -> None:
        if not self.preformatted:
            self.line.append(_html_space.sub(" ", words))
            return
        first, *others = words.split("\n")
        self.line.append(first)
        for other in others:
            self._end_line(even_empty=True)
            self.line.append(other)

    def _open(self, tag: str) -> None:
        if tag == "br":
            self._end_line(even_empty=True)
        elif tag in BLOCKS:
            self._end_line()
        elif tag in {"td", "th"} and self.line:
            self.line.append(" ")
        self.quoted += tag == "blockquote"
        self.preformatted += tag == "pre"
        if tag in {"ul", "ol"}:
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.line.append(self._mark())

    def _close(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end_line()
        self.quoted -= tag == "blockquote"
        self.preformatted -= tag == "pre"
        if tag in {"ul", "ol"}:
            self.lists.pop()

    def _mark(self) -> str:
        if not self.lists or (number := self.lists[-1]) is None:
            return "- "
        self.lists[-1] = number + 1
        return f"{number + 1}. "

    def _end_line(self, *, even_empty: bool = False) -> None:
        line = "".join(self.line)
        line = line.rstrip() if self.preformatted else _spaces.sub(" ", line).strip()
        if line or even_empty:
            self.done.append(("> " * min(self.quoted, 5) + line).rstrip())
        self.line.clear()


def _stripped(html: str) -> str:
    """A plainer text of HTML that is too big for a tree: comments and scripts out, line breaks for blocks, tags out."""
    bare = _silent_part.sub(" ", _comment.sub("", html))
    bare = _any_tag.sub("", _break_tag.sub("\n", _html_space.sub(" ", bare)))
    return "\n".join(line for line in (_spaces.sub(" ", part).strip() for part in unescape(bare).split("\n")) if line)
