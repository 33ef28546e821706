"""Personal data that has a form of its own: numbers with check digits, or behind a word that names them; addresses; titled names.

Check digits are python-stdnum's (ISO 7064 for IBAN, Luhn for cards, each state's own for its ids); phone numbers are libphonenumber's.
Both are asked only where digits of the right length stand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

import phonenumbers
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.exceptions import ValidationError
from stdnum.fr import nir
from stdnum.in_ import aadhaar, pan
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer

from plaint.understand.understanding import Span

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.[A-Za-z]{2,20}")
WEB = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.I)
IP = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])", re.I)
IBAN = re.compile(r"(?<!\w)(?:[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?|[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30})(?!\w)")
RUN = re.compile(r"(?<![\w/])(?:\+ ?|\()?\d(?:[\d()\-/\u2010-\u2015]|[ .](?=[\d(-])){4,24}\d(?:x\d{1,5})?(?!\w)")
STRUCK = re.compile(r"(?<![\w*•])[Xx*•]{2,16}(?:[ -]?[Xx*•]{2,4}){0,4}-?\d{3,6}(?!\w)")
TAX = re.compile(r"(?<!\w)(?:[A-Z]{5}\d{4}[A-Z]|[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]|[XYZ]?\d{7,8}-?[A-Z])(?!\w)", re.I)
NINO = re.compile(r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)", re.I)
"""National Insurance number: HMRC's NIM39110 says which letters stand where."""

NUMBER_CUE = re.compile(
    r"\b(?P<what>polic(?:y|ies)|orders?|claim|ref(?:erence)?|booking|reservation|case|ticket|complaint|invoice|customer|client|member(?:ship)?|"
    r"tracking|awb|pnr|consumer|loan|contract|account|acct|a/c|acc|sort code|passport|licen[cs]e|nhs|bestellung|bestellnummer|"
    r"kundennummer|vertragsnummer|auftrag|pedido|commande|dossier|contrat|ordine|pratica)\b"
    r"(?:[ .]*(?:number|numero|numéro|nummer|num|no|nr|nº|n°|id|ref|reference|is|:|#|=|-)[ .]*){0,4}[ :#]*(?P<value>[A-Z0-9][A-Z0-9/_-]{4,24})(?!\w)",
    re.I,
)
CALL = re.compile(
    r"\b(?:phone|call|tel|telephone|mobile|mob|cell|fax|whatsapp|contact|number|desk|office|registered|answering|sms|text|dial|ring)\b", re.I
)
CARD = re.compile(r"\b(?:card|credit|debit|visa|mastercard|maestro|amex|cc)\b", re.I)
NATIONAL = re.compile(
    r"\b(?:aadhaa?r|uidai|uid|bsn|sofi|pesel|cpf|ssn|social security|steuer-?id|idnr|personnummer|insee|sécurité sociale|national id)\b", re.I
)
DIGITS = re.compile(r"\d+")
ANY_DIGIT = re.compile(r"\d")
FEWEST_DIGITS = 3
"""Digits that any number of a person has at least: an account, a reference, a date of birth. Ages and house numbers have fewer."""
NEAR = 48
"""Characters before and after digits in which a rule for numbers looks."""
PLACE_CODE = re.compile(r"\b(?:zip|postal code|post ?code|pin ?code|plz|postleitzahl|code postal|cap|código postal)\b\W{0,3}(?:code )?(?:is )?", re.I)
UK_CODE = re.compile(r"(?<!\w)(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d(?:\d|[ABEHMNPRV-Y])?|\d[A-HJKPS-UW]) ?\d[ABD-HJLNP-UW-Z]{2})(?!\w)")
OTHER_CODE = re.compile(
    r"(?<!\w)(?:[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d|\d{4} [A-Z]{2}(?= [A-Z])|(?<=[A-Z]{2} )\d{5}(?:-\d{4})?)(?!\w)"
)
LINE = re.compile(
    r"(?<!\w)(?:\d{1,5}[A-Za-z]?,? (?:[A-Z][\w'’.]* ){1,4}(?:St(?:reet)?|R(?:oa)?d|Ave(?:nue)?|Lane|Ln|Dr(?:ive)?|Blvd|Boulevard|"
    r"Way|Court|Ct|Pl(?:ace)?|Sq(?:uare)?|Terrace|Crescent|Close|Highway|Hwy|Parkway|Pkwy|Gardens|Grove|Hill|Row|Mews|Nagar|Marg)\b\.?"
    r"|P\.? ?O\.? ?Box \d+|(?:Apt|Apartment|Suite|Unit|Flat)\.? #?\d+[A-Z]?"
    r"|[A-ZÄÖÜ][\w-]+(?:straße|strasse|str\.|weg|platz|allee|gasse|straat|laan|gatan|vägen|vej|gade|katu) \d{1,4} ?[a-z]?"
    r"|\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|impasse|allée) (?:d[eu] |des |de la |de l'|d')?[A-ZÉÈ][\w'’-]+"
    r"|(?:Calle|Avenida|Avda\.|Via|Viale|Piazza|Corso|Rua|ul\.) (?:de la |de |del |della |dei |do |da )?"
    r"[A-ZÁÉÍÓÚ][\w'’-]+(?: [A-Z][\w'’-]+)?,? (?:n[º°.] ?)?\d{1,4})(?!\w)"
)
AGE = re.compile(
    r"(?<!\w)(?:(?P<a>\d{1,3})[ -]?(?:years?|yrs?|yo|y/o)[ -]?(?:old|of age)?(?= ?old| of age|\b)(?<=old|age|.yo|y/o)"
    r"|(?:aged?|age of|age is|turned|i turn|'ll turn|i am|i'm|(?:he|she) (?:is|was)) (?P<b>\d{2,3})(?=[ ]*(?:[.,;!?)]|$|and\b|years?|yrs?)))",
    re.I,
)
DAY = (
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}(?:st|nd|rd|th)? (?:of )?[A-Z][a-z]{2,8},? \d{4}|"
    r"[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{4})"
)
BORN = re.compile(
    r"\b(?:born(?: on| in)?|date of birth|d\.?o\.?b\.?|birth ?da(?:y|te)|geboren am|né(?:e)? le|nacid[oa] el|nat[oa] il)\b[^\d\n]{0,24}?(?P<day>"
    + DAY
    + ")",
    re.I,
)
NAME = r"[A-ZÀ-ÖØ-ÞČŠŽŁ][\w'’-]+"
TITLED = re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Mme|Herr|Frau|Señora?|Shri|Smt)\b\.? (?P<name>{NAME}(?: [A-Z]\b\.?)?(?: {NAME}){{0,2}})")
TITLES = ("Mr", "Ms", "Mis", "Dr", "Prof", "Mme", "Herr", "Frau", "Señor", "Shri", "Smt")
NAME_CUES = ("name ", "name'", "ch hei", "Name", "appelle", "llamo", "nombre", "chiamo", "naam", "spoke", "igned", "egards", "incerely", "ours ")
"""Letters of which a text has some where the two patterns beside find anything: they are looked for first, which takes a tenth of the time."""
NAMED = re.compile(
    rf"(?:\b[Mm]y name is|\b[Mm]y name's|\b[Ii]ch hei(?:ß|ss)e|\b[Mm]ein Name ist|\b[Jj]e m'appelle|\b[Mm]e llamo|\b[Mm]i nombre es|\b[Mm]i chiamo|"
    rf"\b[Mm]ijn naam is|\bspoke (?:to|with)|\bName:|\b[Ss]igned,?|\b[Kk]ind [Rr]egards,?|\b[Rr]egards,?|\b[Ss]incerely,?|"
    rf"\b[Yy]ours (?:faithfully|truly),?)\s+(?P<name>{NAME}(?: [A-Z]\b\.?)?(?: {NAME}){{0,2}})"
)
NOT_NAMES = frozenset({"the", "a", "my", "your", "our", "team", "customer", "support", "service", "manager", "sir", "madam", "all", "this", "it"})
CODE = re.compile(r"[\w-]{3,10}")


def _passes(check: Callable[[str], str], value: str) -> bool:
    try:
        check(value)
    except ValidationError:
        return False
    return True


def found_in(text: str) -> Iterator[Span]:
    """Every stretch of `text` that a rule takes for personal data; stretches may lie over each other, the surer first."""
    if "@" in text:
        yield from _all(EMAIL, text, "e-mail")
    if "://" in text or "www." in text:
        yield from _all(WEB, text, "web address")
    for start, end in _windows(text):
        yield from _numbers(text, start, end)
    if any(title in text for title in TITLES):
        for match in TITLED.finditer(text):
            yield Span(start=match.start("name"), end=match.end("name"), kind="person")
    if any(cue in text for cue in NAME_CUES):
        for match in NAMED.finditer(text):
            if match["name"].split()[0].lower() not in NOT_NAMES:
                yield Span(start=match.start("name"), end=match.end("name"), kind="person")


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The stretches around digits, from blank to blank: only there stand numbers and the words that name them."""
    start = end = -1
    for match in DIGITS.finditer(text):
        if match.start() > end:
            if end >= 0:
                yield start, end
            start = max(text.rfind(" ", 0, max(0, match.start() - NEAR)), 0)
        after = text.find(" ", match.end() + NEAR)
        end = after if after >= 0 else len(text)
    if end >= 0:
        yield start, end


def _all(pattern: re.Pattern[str], text: str, kind: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Span]:
    for match in pattern.finditer(text, start, end):
        yield Span(start=match.start(), end=match.end(), kind=kind)


def _numbers(text: str, start: int, end: int) -> Iterator[Span]:
    if len(ANY_DIGIT.findall(text, start, end)) >= FEWEST_DIGITS:
        yield from _long_numbers(text, start, end)
    yield from _places(text, start, end)
    for match in AGE.finditer(text, start, end):
        group = "a" if match["a"] else "b"
        yield Span(start=match.start(group), end=match.end(group), kind="age")


def _long_numbers(text: str, start: int, end: int) -> Iterator[Span]:
    yield from _all(IP, text, "ip", start, end)
    for match in IBAN.finditer(text, start, end):
        if _passes(iban.validate, match[0]) or "iban" in text[max(0, match.start() - 24) : match.start()].lower():
            yield Span(start=match.start(), end=match.end(), kind="iban")
    yield from _all(NINO, text, "national id", start, end)
    for match in TAX.finditer(text, start, end):
        value = match[0]
        if any(_passes(check, value) for check in (pan.validate, codicefiscale.validate, dni.validate, nie.validate)):
            yield Span(start=match.start(), end=match.end(), kind="national id")
    for match in BORN.finditer(text, start, end):
        yield Span(start=match.start("day"), end=match.end("day"), kind="birth date")
    for match in NUMBER_CUE.finditer(text, start, end):
        if sum(map(str.isdigit, match["value"])) >= 3:
            yield Span(start=match.start("value"), end=match.end("value"), kind=_cued(match["what"].lower()))
    yield from _all(STRUCK, text, "account", start, end)
    for match in RUN.finditer(text, start, end):
        if kind := _kind_of_run(text, match):
            yield Span(start=match.start(), end=match.end(), kind=kind)


def _cued(what: str) -> str:
    if what.startswith(("acc", "a/c", "sort", "loan")):
        return "account"
    if what.startswith(("passport", "licen", "nhs")):
        return "national id"
    return "policy" if what.startswith("polic") else "reference"


def _kind_of_run(text: str, match: re.Match[str]) -> str | None:
    """What a run of digits is, by its length, its check digit and the words before it; None for nothing personal."""
    said = match[0]
    digits = re.sub(r"\D", "", said)
    before = text[max(0, match.start() - 40) : match.start()]
    if 12 <= len(digits) <= 19 and said[0] != "+" and (CARD.search(before) or (len(digits) >= 13 and _passes(luhn.validate, digits))):
        return "card"
    if re.fullmatch(r"\d{3}-\d{2}-\d{4}", said):
        return "national id"
    if _national(said, digits, cued=NATIONAL.search(before) is not None):
        return "national id"
    return "phone" if _is_phone(said, digits, before) else None


def _national(said: str, digits: str, *, cued: bool) -> bool:
    if len(digits) == 12 and (cued or re.fullmatch(r"\d{4}[ -]\d{4}[ -]\d{4}", said)):
        return _passes(aadhaar.validate, digits)
    if len(digits) == 11 and (cued or re.fullmatch(r"\d{3}\.\d{3}\.\d{3}-\d\d", said)):
        return any(_passes(check, digits) for check in (cpf.validate, pesel.validate, idnr.validate))
    if re.fullmatch(r"(?:\d\d)?\d{6}-\d{4}", said):
        return _passes(personnummer.validate, said)
    return (len(digits) == 15 and _passes(nir.validate, digits)) or (len(digits) == 9 and cued and _passes(bsn.validate, digits))


REGIONS = ("IN", "US", "GB")
"""Where a bare number of ten or eleven digits is tried as a phone's."""
DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[ .]\d.*)?|\d{4} ?[-/] ?\d{4}|\d{1,3}(?:[. ]\d{3})+|\d+\.\d+")


def _is_phone(said: str, digits: str, before: str) -> bool:
    if not 7 <= len(digits) <= 15:
        return False
    if said[0] == "+" or digits.startswith("00"):
        return _dialled(said.split("x")[0], None)
    cued = CALL.search(before) is not None
    if DATE.fullmatch(said) and not (cued and len(digits) > 8):
        return False
    if cued:
        return True
    spaced = re.fullmatch(r"\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}|0\d{2,4}[ /-]\d{3}[ ]?\d{3,5}", said)
    return spaced is not None or any(_dialled(said, region) for region in REGIONS if len(digits) in {10, 11})


def _dialled(said: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(said.replace("(0)", ""), region))
    except phonenumbers.NumberParseException:
        return False


def _places(text: str, start: int, end: int) -> Iterator[Span]:
    yield from _all(LINE, text, "address", start, end)
    yield from _all(UK_CODE, text, "postcode", start, end)
    yield from _all(OTHER_CODE, text, "postcode", start, end)
    for cue in PLACE_CODE.finditer(text, start, end):
        value = CODE.match(text, cue.end())
        if value and any(map(str.isdigit, value[0])):
            yield Span(start=value.start(), end=value.end(), kind="postcode")
