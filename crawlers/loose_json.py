"""JSON as the web writes it: read strictly where it is right, else repaired where the meaning is beyond doubt.

Repaired are comments, CDATA and HTML comment wrappers, trailing commas and semicolons, raw control characters, wrong
escapes, several values one after the other, and a block written with HTML entities. Nothing is guessed.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import msgspec

_PIECES = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\Z)'  # a string stays as it is
    r"|(?://|/\*)\s*(?:<!\[CDATA\[|\]\]>)\s*(?:\*/)?"  # //<![CDATA[ and /*]]>*/
    r"|<!\[CDATA\[|\]\]>|<!--|-->"
    r"|//[^\n]*|/\*(?:.*?\*/|.*)"
    r"|,(?=(?:\s|//[^\n]*+|/\*.*?\*/)*+[}\]])",  # a trailing comma
    re.DOTALL,
)
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.))', re.DOTALL)
_SEPARATORS = " \t\r\n;,\ufeff\u200b\xa0"
_SURROGATES = re.compile(r"\\\\|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""An escaped backslash, a pair, or half of one: an emoji that was cut in two."""
_decoder = json.JSONDecoder(strict=False)


def decode(text: str | bytes) -> Any:
    """The value of JSON text, with control characters and halves of emoji forgiven; raises ValueError for anything else."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return json.loads(_as_text(text), strict=False)


def loads(text: str | bytes) -> Any:
    """The value of JSON text; a list of values where several follow each other. Raises ValueError when it is beyond repair."""
    try:
        return decode(text)
    except ValueError:
        return _repaired(_as_text(text))


def _as_text(text: str | bytes) -> str:
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), errors="replace")
    return _SURROGATES.sub(lambda found: found[0] if found[1] or len(found[0]) == 2 else r"\ufffd", text.removeprefix("\ufeff"))


def _repaired(text: str) -> Any:
    if '"' not in text and "&quot;" in text:
        text = unescape(text)
    text = _PIECES.sub(lambda piece: _mended(piece[0]), text).strip(_SEPARATORS)
    values: list[Any] = []
    while text:
        value, end = _decoder.raw_decode(text)
        values.append(value)
        text = text[end:].lstrip(_SEPARATORS)
    if not values:
        raise ValueError("nothing there")
    return values if len(values) > 1 else values[0]


def _mended(piece: str) -> str:
    if not piece.startswith('"'):
        return " "
    return _ESCAPE.sub(lambda found: found[0] if found[1] else found[2] if found[2] == "'" else "\\" + found[0], piece)


def salvage(text: str, mark: re.Pattern[str]) -> list[Any]:
    """The whole objects of a broken block whose text begins at the `{` before each match of `mark`."""
    found: list[Any] = []
    end = 0
    for match in mark.finditer(text):
        start = text.rfind("{", end, match.start())
        if start < 0:
            continue
        try:
            value, end = _decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        found.append(value)
    return found


def first_value(text: str, start: int) -> Any:
    """The JSON value that begins at or after `start` in a script; raises ValueError when it is not whole."""
    while text[start : start + 1].isspace():
        start += 1
    return _decoder.raw_decode(text, start)[0]


def dig(tree: Any, *path: str | int) -> Any:
    """What lies at a path of names and positions; None as soon as something on the way is missing or of another kind."""
    for step in path:
        if type(tree) is dict:  # what is missing is the rule in most answers, and an exception costs more than all else here
            tree = tree.get(step)
            continue
        if tree is None:
            return None
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return None
    return tree
