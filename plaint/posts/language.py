"""In which language a text is written, with how sure that is; undetermined rather than wrong."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from plaint.model import Language

if TYPE_CHECKING:
    from lingua import LanguageDetector

LANGUAGES = ("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "nb", "nl",
             "pl", "pt", "ro", "ru", "sk", "sv", "tr", "uk", "vi", "zh")  # fmt: skip
THRESHOLD = 0.5
LOOKED_AT = 400


def detect(text: str) -> Language | None:
    """The language of a text, or None where it cannot be told."""
    sample = text[:LOOKED_AT]
    if not any(c.isalpha() for c in sample):
        return None
    best = _detector().compute_language_confidence_values(sample)[0]
    if best.value < THRESHOLD:
        return None
    return Language(code=best.language.iso_code_639_1.name.lower(), score=round(best.value, 3), how="detected")


@cache
def _detector() -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in LANGUAGES]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
