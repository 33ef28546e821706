"""Which registered firm a mention by itself means: a name as somebody wrote it, in whatever script, or an account's handle.

Every form of the mention proposes firms, surer forms with more; the one firm that is clearly ahead is meant, else nobody. Rules and their
figures are in `docs/models/firms.md`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from rapidfuzz import fuzz, process

from plaint.model import Firm
from plaint.posts.naming import core, fold, kinds, parts, romanised, sound, telling, tight

ALIKE = 91.0
"""How alike (0 to 100) a misspelt mention and a name must be, and by `AHEAD` more than any other firm's."""
AHEAD = 6.0
LONG = 7
"""Letters below which nothing is taken for a misspelling."""
CLEAR = 0.2
"""By how much a firm must be ahead of every other to be meant."""
SOUNDS_LIKE = 85.0
"""How alike in Latin letters two names must be, besides sounding the same."""
FORMS = {"whole": 1.0, "name": 0.96, "tight": 0.95, "latin": 0.95, "latin tight": 0.93, "site": 0.93, "core": 0.85, "site core": 0.85, "sound": 0.7}
"""How sure each form is."""
HELD = 0.8
"""For a firm whose name holds all the words of the mention: no proposal of its own, but in the way of others."""
_handle_ends = re.compile(
    r"^(?:ask|my|the|hey|hello|soy|somos|team|grupo|im|we)|"
    r"(?:official|oficial|online|help|helps|cares?|support|news|plc|bank|group|ltd|inc|corp|hq|app|usa|fcu|cu|info|live|service|clientes?|[a-z]{2})$"
)
_unspaced = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Index:
    """Firms by a form of their names."""

    def __init__(self) -> None:
        self._keys: dict[str, set[str]] = defaultdict(set)

    def put(self, form: str, key: str, shortest: int = 2) -> None:
        """Note that a firm has this form; shorter ones tell nothing."""
        if len(form) >= shortest:
            self._keys[form].add(key)

    def all(self, form: str) -> set[str]:
        """The firms with this form."""
        return self._keys.get(form, set())

    def forms(self) -> list[str]:
        """All forms."""
        return list(self._keys)


class Mentions:
    """The forms of all registered firms, compiled once; safe to share between threads."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        self.handles, self.sites, self.tight = Index(), Index(), Index()
        self._forms = {form: Index() for form in FORMS}
        self._words = Index()
        self._firms = {firm.key: firm for firm in firms}
        self._marks: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, frozenset[str]] = {}
        self._latin: dict[str, list[str]] = {}
        for firm in firms:
            self._take(firm)
        self._long = [form for form in self.tight.forms() if len(form) >= LONG]

    def _take(self, firm: Firm) -> None:
        key, names = firm.key, [name for name in (firm.name, *firm.aliases, *firm.legal) if not name.startswith("@")]
        for handle in firm.handles.values():
            self.handles.put(handle.casefold().lstrip("@"), key)
        for handle in (name for name in firm.aliases if name.startswith("@")):
            self.handles.put(handle[1:].casefold(), key)
            self._marks[key].add(handle.casefold())
        for domain in filter(None, map(domain_of, firm.sites)):
            self.sites.put(domain, key)
            self._forms["site"].put(_label(domain), key, 3)
            self._forms["site core"].put(_label(domain), key, 4)
            self._marks[key].add(domain)
        for name in names:
            self._forms["whole"].put(_whole(name), key)
        written = [part for name in names for part in parts(name)]
        self._latin[key] = list(dict.fromkeys(map(romanised, written)))
        self._kinds[key] = frozenset().union(*(kinds(romanised(part)) for part in written))
        for part in written:
            folded, latin = fold(part), romanised(part)
            self.tight.put(tight(folded), key)
            self.tight.put(tight(latin), key)
            for form, said in _forms(folded, latin):
                if not form.startswith("site"):
                    self._forms[form].put(said, key)
            for word in latin.split():
                self._words.put(word, key, 1)

    def match(self, mention: str) -> tuple[str | None, float]:
        """The firm that a mention (`Orbit pay ltd.`, `@orbitpay`) means and how sure (0 to 1); (None, 0.0) when unsure."""
        mention = mention.strip()
        if mention.startswith("@"):
            return self._by_handle(mention[1:].casefold())
        own = self._forms["whole"].all(_whole(mention))
        if len(own) == 1 and mention.endswith((")", "）")):
            return next(iter(own)), FORMS["whole"]
        latin = romanised(mention)
        proposed: dict[str, float] = {}
        for form, keys in self._proposals(mention):
            for key in keys:
                if FORMS[form] > proposed.get(key, 0.0) and (FORMS[form] > FORMS["core"] or self._may_be(key, latin, form)):
                    proposed[key] = FORMS[form]
        if not proposed:
            return (None, 0.0) if _unspaced.search(mention) else self._alike(latin)
        if max(proposed.values()) < 1:
            for key in self._holding(mention, latin):
                proposed.setdefault(key, HELD)
        return self._ahead(proposed, fold(mention))

    def _proposals(self, mention: str) -> Iterator[tuple[str, set[str]]]:
        yield "whole", self._forms["whole"].all(_whole(mention))
        for part in parts(mention):
            for form, said in _forms(fold(part), romanised(part)):
                if form != "sound" or not _unspaced.search(part):
                    yield form, self._forms[form].all(said)

    def _may_be(self, key: str, latin: str, form: str) -> bool:
        """Whether a looser form is not at odds with the rest: another kind of firm, or a name that only sounds the same."""
        said = kinds(latin)
        if said and self._kinds[key] and not said & self._kinds[key]:
            return False
        return form != "sound" or any(fuzz.ratio(tight(latin), tight(own)) >= SOUNDS_LIKE for own in self._latin[key])

    def _holding(self, mention: str, latin: str) -> set[str]:
        """The firms with all telling words of the mention in their names."""
        if _unspaced.search(mention):
            bare = core(latin)
            return {key for key, names in self._latin.items() if len(bare) > 3 and any(bare in tight(name) for name in names)}
        words = telling(latin)
        return set.intersection(*map(self._words.all, words)) if len("".join(words)) > 2 else set()

    def _ahead(self, proposed: dict[str, float], folded: str) -> tuple[str | None, float]:
        """The one firm that is ahead; of one house registered more than once (they share a site or a handle) the entry named most like it."""
        best = max(proposed.values())
        near = [key for key, score in proposed.items() if score >= best - CLEAR]
        if len(near) == 1:
            return near[0], best
        if not set.intersection(*(self._marks[key] for key in near)):
            return None, 0.0
        return min(near, key=lambda key: (-fuzz.ratio(fold(self._firms[key].name), folded), key)), round(best * 0.9, 3)

    def _by_handle(self, handle: str) -> tuple[str | None, float]:
        if keys := self.handles.all(handle):
            return self._ahead(dict.fromkeys(keys, 1.0), handle)
        bare = handle.replace("_", "").replace(".", "")
        for number in range(4):
            keys = self._forms["latin tight"].all(bare) | self._forms["site"].all(bare) | (self._forms["core"].all(bare) if number else set())
            if len(bare) > 2 and keys:
                return self._of_country(keys, handle, 0.85) if number else self._ahead(dict.fromkeys(keys, 0.95), handle)
            bare = _handle_ends.sub("", bare, count=1)
        return self._alike(handle.replace("_", "").replace(".", ""))

    def _of_country(self, keys: set[str], handle: str, score: float) -> tuple[str | None, float]:
        """As `_ahead`; else the one in the country that the handle ends with (`@orbit_be`)."""
        key, sure = self._ahead(dict.fromkeys(keys, score), handle)
        there = [other for other in keys if (self._firms[other].country or "").casefold() == handle[-2:]]
        return (there[0], round(score * 0.9, 3)) if key is None and len(there) == 1 else (key, sure)

    def _alike(self, latin: str) -> tuple[str | None, float]:
        """The one name that is much like a misspelt one, also in what tells it from others."""
        written, telling_part = tight(latin), core(latin)
        if len(written) < LONG:
            return None, 0.0
        near = process.extract(written, self._long, scorer=fuzz.ratio, score_cutoff=ALIKE - AHEAD, limit=10)
        if not near or near[0][1] < ALIKE:
            return None, 0.0
        best = self.tight.all(near[0][0])
        if {key for form, score, _ in near if score > near[0][1] - AHEAD for key in self.tight.all(form)} - best:
            return None, 0.0
        best = {key for key in best if any(fuzz.ratio(telling_part, core(own)) >= SOUNDS_LIKE for own in self._latin[key])}
        return self._ahead(dict.fromkeys(best, round(near[0][1] / 100 - 0.1, 3)), written) if best else (None, 0.0)


def _whole(name: str) -> str:
    """The name without case and accents, brackets and other signs kept."""
    return " ".join(name.casefold().split())


def _forms(folded: str, latin: str) -> Iterator[tuple[str, str]]:
    """Each form by which a part of a mention is looked up, and a part of a name kept."""
    bare, whole = core(latin), tight(latin)
    yield "name", folded
    yield "tight", tight(folded)
    yield "latin", latin
    yield "latin tight", whole
    yield "site", whole
    if len(bare) > 2:
        yield "core", bare
        yield "site core", bare
    if len(heard := sound(whole)) > 4:
        yield "sound", heard


def domain_of(address: str) -> str | None:
    """`https://www.bank.example/uk` → `bank.example`."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def _label(domain: str) -> str:
    """`bank.example.co.uk` → `bank`… the longest part that is no public ending."""
    return max(domain.split(".")[:-1], key=len).replace("-", "")
