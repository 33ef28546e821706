"""The forms of a firm's name that people write: without signs and legal forms, in Latin letters, by its sound; and the kind of firm it says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from anyascii import anyascii

_legal_forms = """
plc ltd limited llc llp inc incorporated corp corporation co company sa nv ag ab as asa oy oyj gmbh kg se spa srl sas bv kk jsc pjsc ojsc oao ooo pao
ao zao ad dd doo zrt nyrt rt kft sro pt tbk bhd sdn pvt pty the оао пао ооо ао зао ат пат ад
"""
LEGAL = frozenset(_legal_forms.split())
"""Legal forms, which people leave out."""
KINDS = {
    word: kind
    for kind, words in {
        "bank": "bank banca banco banque banka banke banku banki banks bankos bankasi bankas bancorp банк банка",
        "insurer": "insurance assurance assurances assicurazioni seguros seguro seguradora versicherung versicherungen verzekeringen sigorta",
        "telecom": "telecom telekom telecommunications", "mobile": "mobile mobil", "securities": "securities",
    }.items()
    for word in words.split()
}  # fmt: skip
"""Words that say what kind of firm it is; one kind is never another."""
_generic_words = """
group grupo groupe gruppe gruppo holding holdings financial finance services service customer support help care official online app atm branch store
shop agence agency filiale filial sucursal agencia agenzia life energy communications international national uk us usa банкомат
"""
GENERIC = frozenset(_generic_words.split()) | KINDS.keys()
"""Words beside a name that do not tell firms apart where the rest of the name does."""

_letters = """
аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ыy эe юiu яia ёe єie іi їi ґg ўu јj љlj њnj ћc ђdj џdz қk ғg ңn
өo ұu үu әa αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo
"""
_as_abroad = str.maketrans({"ъ": "", "ь": ""} | {pair[0]: pair[1:] for pair in _letters.split()})
"""Cyrillic and Greek in Latin letters, as firms there write themselves abroad."""
_translated = tuple(
    (f" {word} ", re.compile(pattern))
    for word, pattern in (
        ("commercial bank", "商業銀行|商业银行|商銀|商银"),
        ("bank", "銀行|银行|은행|ธนาคาร|ბანკი|ბანკ|բանկ|بانک|البنك|بنك|بینک|בנק|बैंक|ব্যাংক|வங்கி|ब्याङ्क|බැංකුව|τράπεζα"),
        ("insurance", "保險|保险|保険|보험|ประกันภัย|تأمين|بیمه|страхование|страховая"), ("securities", "證券|证券|証券|증권"),
        ("life", "人壽|人寿|生命"),
        ("", "股份有限公司|有限公司|株式会社|集團|集团|公司"),
    )
)  # fmt: skip
"""Kinds of firm and legal forms in scripts that run words together, cut out as words before the rest is read letter by letter."""
_words = re.compile(r"[^\W_]+")
_bracketed = re.compile(r"\s*[(（][^()（）]*[)）]")
_latin = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff&'’.,+\- ]+")
_first_of_other_marks = "\u0900"
"""From Devanagari on a combining mark is a vowel, not an accent."""


def fold(name: str) -> str:
    """A name without case, accents and signs: its words with one space between."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(_words.findall(bare.casefold().replace("&", " and ").replace("ı", "i").replace("ø", "o").replace("ł", "l")))


@lru_cache(maxsize=20_000)
def romanised(name: str) -> str:
    """As `fold`, in Latin letters, with the kind of firm in English: `南洋商業銀行` → `nanyang commercial bank`."""
    if name.isascii():
        return fold(name)
    for word, pattern in _translated:
        name = pattern.sub(word, name)
    kept = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c) or c >= _first_of_other_marks)
    return fold(anyascii(kept.casefold().translate(_as_abroad)))


def parts(name: str) -> Iterator[str]:
    """The name; the name without brackets; of a name in Latin and another script each."""
    yield name
    bare = _bracketed.sub("", name).strip()
    if bare and bare != name:
        yield bare
    latin = " ".join(run.strip() for run in _latin.findall(bare) if len(run.strip()) > 1)
    other = _latin.sub(" ", bare).strip()
    if sum(map(str.isalpha, latin)) > 2 and len(other) > 1:
        yield latin
        yield other


def tight(folded: str) -> str:
    """The words run together without legal forms (`Orbit Pay Ltd`, `orbitpay`)."""
    return "".join(word for word in folded.split() if word not in LEGAL) or folded.replace(" ", "")


def telling(folded: str) -> list[str]:
    """The words that tell it from others; none where all are generic."""
    return [word for word in folded.split() if word not in LEGAL and word not in GENERIC]


def core(folded: str) -> str:
    """The words that tell it from others, run together."""
    return "".join(telling(folded))


def kinds(folded: str) -> frozenset[str]:
    """The kinds of firm that a name says it is."""
    return frozenset(kind for word in folded.split() if (kind := KINDS.get(word)))


_alike_sounds = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        ("ph", "f"), ("th", "t"), ("ck", "k"), ("sch|sh|ch", "s"), ("ts|tz", "s"), ("x", "ks"), ("qu", "kv"), ("c(?=[eiy])", "s"), ("[cq]", "k"),
        ("w", "v"), ("z", "s"), ("[yj]", "i"), ("kh", "h"),
    )
)  # fmt: skip
_vowel, _again = re.compile("(?<=.)[aeiouh]"), re.compile(r"(.)\1+")


def sound(written: str) -> str:
    """The consonants of a word in Latin letters, those that alphabets mix up as one: `armswissbank` and `armsvisbank` are the same."""
    for pattern, to in _alike_sounds:
        written = pattern.sub(to, written)
    return _again.sub(r"\1", _vowel.sub("", _again.sub(r"\1", written)))
