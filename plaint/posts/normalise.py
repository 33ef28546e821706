"""From a `RawPost`, strings as a page has them, to a `Post`; what cannot be understood becomes a `Rejection` with its reason.

Nothing is bent to fit. A value that is understood but cannot be true (a date after the page was fetched, a rating outside
its scale) costs the post only that value: it is kept as said and counts nowhere, so that no complaint is lost and no lie is
shown as a fact. A value that is not understood at all rejects the post: it means that the source file no longer reads its site.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from plaint.model import (
    ENGAGEMENT,
    FACTS,
    AboutFirm,
    Author,
    Capture,
    Firm,
    Language,
    PartialDate,
    Place,
    Post,
    Rating,
    RawPost,
    Rejection,
    Site,
    moment_of,
)  # fmt: skip
from plaint.posts import dates, language
from plaint.posts.brands import Names
from plaint.posts.markup import clean, plain
from plaint.posts.roles import own_words

TEXT_LIMIT = 200_000
"""Characters of text that a post may have. A longer one is rejected whole, never cut: the capture keeps it as it was."""
RAW_LIMIT = 20 * TEXT_LIMIT
"""Characters of HTML from which a text is rejected unread."""
SKEW = timedelta(days=1)
"""How far a date may lie after the capture: clocks differ, and a bare date is a whole day somewhere on earth."""
OLDEST = "1990"
"""No public complaint on the web is older; an earlier date is a default such as 1970-01-01 or 0001-01-01."""


class _Refused(Exception):
    def __init__(self, reason: str, field: str, seen: object, *, is_no_day: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.field, self.seen, self.is_no_day = reason, field, seen, is_no_day


def normalise(raw: RawPost, *, site: Site, capture: Capture, names: Names, asked: Firm | None = None) -> Post | Rejection:
    """The post that `raw` says, or why it cannot be one. `asked` is the firm whose page or search gave it."""
    try:
        return own_words(_post(raw, site, capture, names, asked), names.accounts)
    except _Refused as refused:
        seen = None if refused.seen is None else _storable(str(refused.seen))[:500]
        return Rejection(reason=refused.reason, field=refused.field, seen=seen, ref=_storable(raw.ref) or None)


def _post(raw: RawPost, site: Site, capture: Capture, names: Names, asked: Firm | None) -> Post:
    ref = _storable(raw.ref).strip()
    if not ref:
        raise _Refused("a post without an id of its own", "ref", raw.ref)
    title, text = _words(raw)
    lang = _lang(raw.lang, title, text)
    facts = _facts(raw.facts)
    published, edited = _dates(raw, site, capture, lang, facts)
    links, place, own = _addresses(raw.links), _place(raw.place), _own_firm(raw, site, names, asked)
    hashtags, mentions = _tags(raw.hashtags, "#", _hashtag, text), _tags(raw.mentions, "@", _mention, text)
    return Post(
        id=f"{site.key}:{ref}",
        source=site.key,
        ref=ref,
        kind=raw.kind or site.kind,
        text=text,
        url=_address(raw.url),
        within=_id(raw.within),
        title=title,
        lang=lang,
        author=_author(raw),
        rating=_rating(raw, site),
        published=published,
        edited=edited,
        reply_to=_id(raw.reply_to),
        thread=_id(raw.thread),
        hashtags=hashtags,
        mentions=mentions,
        engagement=_engagement(raw.engagement),
        gone=raw.gone,
        place=place,
        links=links,
        media=_addresses(raw.media),
        facts=facts,
        firms=_about(
            own,
            [
                *(AboutFirm(key=key, score=1.0, how="hashtag") for key in names.tagged(hashtags)),
                *names.find(
                    f"{title}\n{text}" if title else text,
                    mentions=mentions,
                    hashtags=hashtags,
                    links=links,
                    source=site.key,
                    own=own.key if own else None,
                    country=place.country if place else None,
                ),
            ],
        ),
        capture=capture,
    )


# --- words ---------------------------------------------------------------------------------------------------------


def _words(raw: RawPost) -> tuple[str | None, str]:
    said = raw.text or ""
    if len(said) > (RAW_LIMIT if raw.markup else TEXT_LIMIT):
        raise _Refused(f"a text of {len(said):,} characters; at most {TEXT_LIMIT:,} are taken, and none is cut", "text", said)
    read = plain if raw.markup else clean
    title, text = read(raw.title) if raw.title else None, read(said)
    if len(text) > TEXT_LIMIT:
        raise _Refused(f"a text of {len(text):,} characters; at most {TEXT_LIMIT:,} are taken, and none is cut", "text", text)
    if not text and not title and not (raw.rating is not None or raw.gone or raw.media or raw.links or raw.facts):
        raise _Refused("neither text nor title nor rating: nothing was said", "text", raw.text)
    return title or None, text


def _storable(text: str) -> str:
    """A name, an id or an address without the characters that no store takes."""
    return text if text.isascii() and text.isprintable() else clean(text)


def _id(text: str | None) -> str | None:
    return (_storable(text).strip() or None) if text is not None else None


def _address(url: str | None) -> str | None:
    """A link that may be shown: only `http` and `https` (a review's link can be `javascript:…`)."""
    url = _id(url)
    return url if url is not None and url[:8].lower().startswith(("http://", "https://")) else None


def _addresses(urls: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown for url in urls if (shown := _address(url)))) if urls else ()


_hashtag = re.compile(r"(?<![\w&/#])[#＃](\w*[^\W\d]\w*)")
_mention = re.compile(r"(?<![\w@/.])@(\w[\w.-]*\w(?:@\w[\w.-]*\.\w+)?|\w)")


def _tags(given: Sequence[str] | None, sign: str, pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """Hashtags or mentions as the source's entities give them (twice where they do), else as the text has them, each once."""
    if given is None:
        return tuple(dict.fromkeys(pattern.findall(text))) if sign in text or "＃" in text else ()
    return tuple(tag for one in given if (tag := _storable(one).strip().lstrip("#＃@")))


_tag = re.compile(r"([a-z]{2,3})(?:[-_].*)?")
_three_letters = {
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl", "dut": "nl", "pol": "pl",
    "swe": "sv", "dan": "da", "nob": "nb", "nor": "no", "fin": "fi", "ces": "cs", "cze": "cs", "slk": "sk", "hun": "hu", "ron": "ro", "rum": "ro",
    "ell": "el", "gre": "el", "bul": "bg", "hrv": "hr", "ukr": "uk", "rus": "ru", "tur": "tr", "ara": "ar", "heb": "he", "hin": "hi", "ind": "id",
    "vie": "vi", "tha": "th", "jpn": "ja", "kor": "ko", "zho": "zh", "chi": "zh", "cat": "ca",
}  # fmt: skip
_renamed = {"iw": "he", "in": "id", "ji": "yi"}


def _lang(stated: str | None, title: str | None, text: str) -> Language | None:
    """The language that the source states, else the one detected; `und`, `zxx` and X's `qme` state nothing."""
    if stated and (code := _code(stated)):
        return Language(code=code, score=1.0, how="stated")
    return language.detect(f"{title}\n{text}" if title else text)


@lru_cache(maxsize=1024)
def _code(stated: str) -> str | None:
    found = _tag.fullmatch(stated.strip().lower())
    if found is None:
        return None
    code = _three_letters.get(found[1], found[1])
    return None if code in {"und", "zxx", "mul", "mis"} or (len(code) == 3 and code[0] == "q") else _renamed.get(code, code)


# --- numbers -------------------------------------------------------------------------------------------------------

_count = re.compile(
    r"(-?\d[\d.,'’\s]*)(k|m|b|mn|bn|tsd|mio|mrd|mil|тыс|млн|万|萬|億|亿|千|천|만|억|lakh|lac|cr)?\b\.?", re.IGNORECASE
)  # fmt: skip
_times = {
    "k": 10**3, "tsd": 10**3, "mil": 10**3, "тыс": 10**3, "千": 10**3, "천": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "млн": 10**6,
    "b": 10**9, "bn": 10**9, "mrd": 10**9, "万": 10**4, "萬": 10**4, "만": 10**4, "億": 10**8, "亿": 10**8, "억": 10**8,
    "lakh": 10**5, "lac": 10**5, "cr": 10**7,
}  # fmt: skip


def count_of(said: int | str, field: str) -> int | None:
    """How many `1.2K`, `1,234`, `3 万` or `12 people found this helpful` says; None for words without a figure (`Like`)."""
    if isinstance(said, int):
        return said
    found = _count.search(said)
    if found is None:
        return None
    figures, unit = re.sub(r"[\s'’]", "", found[1]).rstrip(".,"), (found[2] or "").lower()
    if not unit and re.fullmatch(r"-?\d{1,3}([.,]\d{3})*", figures):
        return int(re.sub(r"[.,]", "", figures))
    try:
        number = float(figures.replace(",", ".")) * _times.get(unit, 1)
    except ValueError:
        raise _Refused("no count", field, said) from None
    if not unit and not number.is_integer():
        raise _Refused("no count", field, said)
    return round(number)


def _engagement(said: Mapping[str, int | str | None]) -> dict[str, int]:
    if not said:
        return {}
    if unknown := said.keys() - ENGAGEMENT:
        raise _Refused("an error of the source file: engagement has no such name", "engagement", sorted(unknown))
    counts = {name: count_of(value, name) for name, value in said.items() if value is not None}
    return {name: count for name, count in counts.items() if count is not None}


def _facts(said: Mapping[str, Any]) -> dict[str, Any]:
    if not said:
        return {}
    if unknown := said.keys() - FACTS:
        raise _Refused("an error of the source file: facts have no such name", "facts", sorted(unknown))
    return {name: _fact(value) for name, value in said.items() if value is not None and value != ""}


def _fact(value: Any) -> Any:
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, Mapping):
        return {_storable(str(name)): _fact(part) for name, part in value.items()}
    return [_fact(part) for part in value] if isinstance(value, list | tuple) else value


_of_best_first = re.compile(r"(\d+)\s*(?:つ星のうち|颗星，最多|點中的)\s*(\d+(?:[.,]\d+)?)")
_of = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:/|\\|out of|of|von|sur|de|su|van|av|af|z|из|üzerinden)\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_number = re.compile(r"-?\d+(?:[.,]\d+)?")
_unrated = frozenset({"", "-", "–", "—", "n/a", "na", "none", "null", "nan", "not rated", "unrated"})


def _shown(said: str | float, field: str) -> tuple[float | None, float | None]:
    """(value, best) of a rating as shown: `4`, `4,5`, `4 out of 5`, `80%`, `★★★☆☆`; best where the words name it."""
    if isinstance(said, int | float):
        if not isfinite(said):
            raise _Refused("no rating", field, said)
        return float(said), None
    words = said.strip()
    if words.lower() in _unrated:
        return None, None
    if stars := sum(map(words.count, "★⭐")):
        empty = words.count("☆")
        return float(stars), float(stars + empty) if empty else None
    if found := _of_best_first.search(words):
        return _float(found[2]), _float(found[1])
    if found := _of.search(words):
        return _float(found[1]), _float(found[2])
    numbers = _number.findall(words)
    if len(numbers) != 1:
        raise _Refused("no rating", field, said)
    return _float(numbers[0]), 100.0 if "%" in words else None


def _float(figures: str) -> float:
    return float(figures.replace(",", "."))


def _rating(raw: RawPost, site: Site) -> Rating | None:
    """The rating as shown, with `unit` where the value lies on its scale; a reversed scale (1 is best) is one too."""
    if raw.rating is None:
        return None
    value, best = _shown(raw.rating, "rating")
    if value is None:
        return None
    stated_best = _shown(raw.best, "best")[0] if raw.best is not None else best
    stated_worst = _shown(raw.worst, "worst")[0] if raw.worst is not None else None
    top = site.best if stated_best is None else stated_best
    bottom = _bottom(top, site) if stated_worst is None else stated_worst
    if isinstance(raw.rating, str) and "%" in raw.rating and stated_worst is None:
        bottom = 0.0
    unit = (value - bottom) / (top - bottom) if top != bottom else None
    return Rating(value=value, worst=bottom, best=top, unit=unit if unit is not None and 0 <= unit <= 1 else None)


def _bottom(best: float, site: Site) -> float:
    """Where a page names only its best value: the site's worst, or 0 where that is no less (`0.8` of a best of `1`)."""
    return site.worst if site.worst < best or site.worst > site.best else 0.0


# --- dates ---------------------------------------------------------------------------------------------------------


def _dates(raw: RawPost, site: Site, capture: Capture, lang: Language | None, facts: dict[str, Any]) -> tuple[PartialDate | None, PartialDate | None]:
    """When it was published and edited. A date that cannot be true is left out, its words kept in `facts`."""
    published, edited = _date(raw.published, site, capture, lang), _date(raw.edited, site, capture, lang)
    if isinstance(published, _Refused):
        if not published.is_no_day:
            raise published
        facts["date_as_said"] = _storable(str(raw.published))
        published = None
    if published is not None and not _believable(published, capture):
        facts["date_as_said"] = published.said or published.earliest
        published = None
    if isinstance(edited, _Refused) or (edited is not None and not _believable(edited, capture)):
        facts.setdefault("edited_note", _storable(str(raw.edited)))
        edited = None
    return published, edited


def _date(said: str | float | None, site: Site, capture: Capture, lang: Language | None) -> PartialDate | _Refused | None:
    if said is None or (isinstance(said, str) and not said.strip()):
        return None
    languages = site.languages or ((lang.code,) if lang else ())
    how: dict[str, Any] = {"at": _moment(capture.at), "languages": languages, "zone": site.zone, "date_order": site.date_order,
                           "formats": site.date_formats, "strip": site.strip}  # fmt: skip
    when = dates.read_date(said, **how)
    if when is not None:
        return when
    return _Refused("not a date that is understood", "published", said, is_no_day=isinstance(said, str) and dates.names_no_day(said, **how))


@lru_cache(maxsize=64)
def _moment(at: str) -> datetime:
    return moment_of(at)


def _believable(when: PartialDate, capture: Capture) -> bool:
    """Whether a post seen at the capture can have been published then."""
    return when.earliest >= OLDEST and when.start <= _moment(capture.at) + SKEW


# --- who, where, about whom ----------------------------------------------------------------------------------------


def _author(raw: RawPost) -> Author | None:
    if not (raw.author or raw.author_handle or raw.author_id or raw.author_url or raw.followers is not None or raw.role != "customer"):
        return None
    return Author(
        name=_id(raw.author),
        handle=_id(raw.author_handle.lstrip("@")) if raw.author_handle else None,
        id=_id(raw.author_id),
        url=_address(raw.author_url),
        followers=None if raw.followers is None else count_of(raw.followers, "followers"),
        verified=raw.verified,
        place=_id(raw.author_place),
        role=raw.role,
    )


def _place(place: Place | None) -> Place | None:
    if place is None or place == Place():
        return None
    return Place(name=_id(place.name), country=_id(place.country), lat=place.lat, lon=place.lon)


def _own_firm(raw: RawPost, site: Site, names: Names, asked: Firm | None) -> AboutFirm | None:
    """The firm whose page this is. The page's own word for it wins over what was asked for: a search also finds others."""
    own = names.at(site.key, raw.firm) if raw.firm else None
    if asked and (own is None or own.key == asked.key):
        return AboutFirm(key=asked.key, score=1.0, how="asked")
    return own


def _about(own: AboutFirm | None, named: Sequence[AboutFirm]) -> tuple[AboutFirm, ...]:
    """Each firm once, the page's own first."""
    about = {own.key: own} if own else {}
    for firm in named:
        about.setdefault(firm.key, firm)
    return tuple(about.values())
