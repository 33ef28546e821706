"""In which language a text is written, with how sure that is; undetermined rather than wrong.

The script tells many languages at once. Among the others the runs of letters decide where they are clear
(`plaint.posts.letters`), and the large models of lingua together with them where they are not. Of these only languages that
`LANGUAGES` names are ever loaded, about 20 MB each, when a text first asks for them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from plaint.model import Language
from plaint.posts import letters

if TYPE_CHECKING:
    from lingua import LanguageDetector

LANGUAGES = ("bg", "ca", "cs", "da", "de", "en", "es", "fi", "fr", "hr", "hu", "id", "it", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sv", "tr",
             "uk", "vi")  # fmt: skip
"""The languages that are told apart by their words; those with a script of their own come besides."""
ROMANISED = "hi-Latn"
"""Hindi as it is written in Latin letters, often between English words."""
TOLD_BY_LETTERS = (*LANGUAGES, ROMANISED)
THRESHOLD = 0.3
"""Below it a text is undetermined."""
SURE = 0.9
"""From here on the letters are believed without asking lingua."""
WEIGHT = 0.1
"""How much the evidence of one run of letters counts: runs overlap, so far less than if each were seen by itself."""
FEWEST = 3
"""Letters below which no language is told, unless the script tells it."""
LOOKED_AT = 200
"""Characters that are enough; a text is not read beyond them."""

_noise = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|\S+@\S+")
_scripts = {
    script: re.compile(f"[{letters}]")
    for script, letters in {
        "greek": "\u0370-\u03ff\u1f00-\u1fff", "cyrillic": "\u0400-\u04ff", "hebrew": "\u0590-\u05ff",
        "arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "kana": "\u3040-\u30ff", "han": "\u3400-\u9fff",
        "hangul": "\uac00-\ud7af\u1100-\u11ff\u3130-\u318f", "hi": "\u0900-\u097f", "bn": "\u0980-\u09ff", "pa": "\u0a00-\u0a7f",
        "gu": "\u0a80-\u0aff", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f",
        "si": "\u0d80-\u0dff", "th": "\u0e00-\u0e7f", "lo": "\u0e80-\u0eff", "my": "\u1000-\u109f", "ka": "\u10a0-\u10ff",
        "km": "\u1780-\u17ff", "hy": "\u0530-\u058f", "am": "\u1200-\u137f",
    }.items()
}  # fmt: skip
"""Runs of letters by script; a code instead of a name is the language that nearly all texts in it have."""
FIRST_OF_OTHERS = "\u0370"
"""No sign of those scripts comes before it."""
_english = re.compile(
    r"\b(?:the|and|with|that|this|they|have|has|been|would|from|which|their|you|your|were|because|about|when|after|not|for)\b", re.IGNORECASE
)
_hindi = re.compile(
    r"\b(?:hai|hain|hoon|nahi|nahin|nhi|kya|kyun|kyu|kyon|kaise|kaisa|kaisi|kab|kahan|accha|achha|acchi|bhai|yaar|usne|usko|uske|unke|mujhe|mujhko|tumhe|"
    r"tumhara|tumhari|apna|apni|apne|hamara|hamari|humne|maine|mene|tera|teri|kuch|kuchh|bahut|bohot|matlab|raha|rahi|rahe|hua|hui|gaya|gayi|karo|karna|"
    r"karte|karta|karti|krna|krte|batao|bata|bta|bola|bolo|dekho|chahiye|paise|abhi|phir|lekin|magar|sabko|sabhi|thik|theek|thk|wala|wali|wale)\b",
    re.IGNORECASE,
)
"""Hindi words in Latin letters that are words of hardly any other language; `ka`, `se` and `main` are."""
_latin = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_own_letters = (("sr", "[ђћ]"), ("mk", "[ѓќѕ]"), ("be", "ў"))


def detect(text: str) -> Language | None:
    """The language of a text as a BCP 47 primary code, or None where it cannot be told; Hindi is `hi` in any script."""
    found = tongue(text)
    return found and replace(found, code=found.code.partition("-")[0])


def tongue(text: str) -> Language | None:
    """As `detect`, but with `hi-Latn` for Hindi in Latin letters."""
    sample = bare(text)
    by_script = None if sample.isascii() else _by_script(sample)
    found = by_script or _plain_english(sample) or _plain_hindi(sample) or _by_words(sample)
    return Language(code=found[0], score=round(found[1], 3), how="detected") if found and found[1] >= THRESHOLD else None


def bare(text: str) -> str:
    """The beginning of a text without addresses, handles and hashtags: what its language is told by."""
    sample = text[:LOOKED_AT]
    if "@" in sample or "#" in sample or "http" in sample or "www." in sample:
        return _noise.sub(" ", sample)
    return sample


def _by_script(sample: str) -> tuple[str, float] | None:
    """The language that writes most of the letters, where its script says which it is."""
    if max(sample, default="") < FIRST_OF_OTHERS:
        return None
    letters = Counter({script: count for script, pattern in _scripts.items() if (count := len(pattern.findall(sample)))})
    if not letters:
        return None
    if letters["kana"]:
        letters["kana"] += letters.pop("han", 0)
    (script, count), latin = letters.most_common(1)[0], len(_latin.findall(sample))
    share = count / (letters.total() + latin)
    if share < 0.5:
        return None
    return _of_script(script, sample.lower(), share)


def _of_script(script: str, sample: str, share: float) -> tuple[str, float] | None:
    if script == "cyrillic":
        return next(((code, 0.9 * share) for code, own in _own_letters if re.search(own, sample)), None)
    if script == "arabic":
        code = "ur" if re.search("[ٹڈڑےںہھ]", sample) else "fa" if re.search("[پچژگکی]", sample) else "ar"
        return code, 0.95 * share
    code = {"greek": "el", "hebrew": "he", "kana": "ja", "han": "zh", "hangul": "ko"}.get(script, script)
    return code, (0.95 if script in {"han", "hi"} else 1.0) * share


def _plain_english(sample: str) -> tuple[str, float] | None:
    """English by its small words, ten times as fast as by a model: four different ones, and one word in six."""
    small = _english.findall(sample)
    if len(small) * 6 < sample.count(" ") or len({word.lower() for word in small}) < 4:
        return None
    return "en", 0.99


def _plain_hindi(sample: str) -> tuple[str, float] | None:
    """Hindi in Latin letters where one word in four and two different ones are its own, or all that is said is two words."""
    if ROMANISED not in _told:
        return None
    own, words = {word.lower() for word in _hindi.findall(sample)}, sample.count(" ") + 1
    return (ROMANISED, 0.95) if own and len(own) * 4 >= words and (len(own) > 1 or words <= 3) else None


@lru_cache(maxsize=4096)
def _by_words(sample: str) -> tuple[str, float] | None:
    if sum(map(str.isalpha, sample)) < FEWEST:
        return None
    told = letters.evidence(sample) * WEIGHT + _among()
    code, score = _likeliest(told)
    if score >= SURE:
        return code, score
    values = {value.language.iso_code_639_1.name.lower(): value.value for value in _large().compute_language_confidence_values(sample)}
    return _likeliest(told + np.log([values.get(code, 1e-4) + 1e-6 for code in letters.codes()]))


def _likeliest(logs: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[str, float]:
    shares = np.exp(logs - logs.max())
    best = int(shares.argmax())
    return letters.codes()[best], float(shares[best] / shares.sum())


_told: list[str] = [*TOLD_BY_LETTERS]


def tell_only(codes: Iterable[str]) -> None:
    """Tell only these of `TOLD_BY_LETTERS` apart by words, in this process: fewer need less memory and are told more surely.

    Raises ValueError for a code that is not among them, and where fewer than two are left.
    """
    wanted = set(codes)
    if unknown := sorted(wanted - set(TOLD_BY_LETTERS)):
        raise ValueError(f"{unknown[0]}: no language that is told by words; there are {', '.join(TOLD_BY_LETTERS)}")
    if len(wanted - {ROMANISED}) < 2:
        raise ValueError("give two languages or more")
    _told[:] = [code for code in TOLD_BY_LETTERS if code in wanted]
    for kept in (_among, _large, _by_words):
        kept.cache_clear()


@cache
def _among() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Nothing for the languages that are told, and against the others so much that they never win."""
    return np.array([0.0 if code in _told else -1e9 for code in letters.codes()])


@cache
def _large() -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in _told if code != ROMANISED]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
