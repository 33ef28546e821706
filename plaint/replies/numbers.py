"""Numbers of cards and accounts in a text, told from other digits by their own check digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex  # type: ignore[import-untyped]

_CARD = regex.compile(r"(?<![\w])\d(?:[ \-\u00a0]?\d){12,18}")
_IBAN = regex.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \-\u00a0]?[A-Z0-9]){11,30}", regex.IGNORECASE | regex.ASCII)
_BETWEEN = " -\u00a0"

SHORTEST = 13
"""Signs that the shortest number has: a card's."""

Span = tuple[int, int]


def is_card(digits: str) -> bool:
    """Whether 13 to 19 digits have the check digit of ISO/IEC 7812-1 (Luhn's formula)."""
    if not (13 <= len(digits) <= 19 and digits.isdecimal()):
        return False
    doubled = sum(sum(divmod(2 * int(sign), 10)) for sign in digits[-2::-2])
    return (doubled + sum(int(sign) for sign in digits[-1::-2])) % 10 == 0


def is_iban(said: str) -> bool:
    """Whether 15 to 34 letters and digits have the check digits of ISO 13616-1 (modulo 97 of ISO 7064)."""
    if not (15 <= len(said) <= 34 and said.isascii() and said.isalnum()):
        return False
    return int("".join(str(int(sign, 36)) for sign in said[4:] + said[:4])) % 97 == 1


def cards(text: str) -> Iterator[Span]:
    """Where a text has numbers of payment cards, as start and end."""
    return _spans(text, _CARD, is_card)


def ibans(text: str) -> Iterator[Span]:
    """Where a text has account numbers by the IBAN, as start and end."""
    return _spans(text, _IBAN, is_iban)


def _spans(text: str, shape: regex.Pattern[str], holds: Callable[[str], bool]) -> Iterator[Span]:
    """The longest run of whole groups that holds; words that follow a number in capitals are not of it."""
    at = 0
    while found := shape.search(text, at):
        start, end = found.span()
        ends = (place for place in range(end, start + SHORTEST - 1, -1) if place == len(text) or not text[place].isalnum())
        last = next((place for place in ends if holds(_bare(text[start:place]))), None)
        if last is not None:
            yield start, last
        at = last if last is not None else start + 1


def _bare(said: str) -> str:
    return "".join(sign for sign in said if sign not in _BETWEEN)
