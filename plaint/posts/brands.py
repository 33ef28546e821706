"""Which registered firms a text or a mention is about: names found in running text, handles, hashtags, sites; misspelt mentions.

A name that several firms have is told by nothing in a text; such a mention stays undecided rather than guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz import fuzz, process

from plaint.model import AboutFirm, Firm
from plaint.posts.roles import Handles

_legal_forms = """
plc ltd limited llc llp inc incorporated corp corporation co company sa nv ag ab as asa oy oyj gmbh kg se spa srl sas bv kk jsc pjsc ojsc oao ooo pao
ao zao ad dd doo zrt nyrt rt kft sro pt tbk bhd sdn pvt pty the оао пао ооо ао зао
"""
LEGAL = frozenset(_legal_forms.split())
"""Legal forms, which people leave out."""
_generic_words = """
bank banca banco banque banka banke banku bankasi bankas group holding holdings financial finance services service customer support help care official
online app atm branch store shop agence agency filiale filial sucursal agencia agenzia mobile telecom insurance банк банка банкомат uk us usa
"""
GENERIC = frozenset(_generic_words.split())
"""Words beside a name that do not tell firms apart where the rest of the name does."""
SHORTEST = 3
"""Letters from which a name is looked for in running text whatever its case."""
ALIKE = 91.0
"""How alike (0 to 100) a misspelt mention and a name must be, and by `AHEAD` more than any other firm's."""
AHEAD = 6.0

_letters = """
аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ыy эe юiu яia ёe єie іi їi ґg ўu јj љlj њnj ћc ђdj џdz
αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo
"""
_romanised = str.maketrans({"ъ": "", "ь": ""} | {pair[0]: pair[1:] for pair in _letters.split()})
"""Cyrillic and Greek in Latin letters, as firms there write themselves abroad."""
_handle_ends = re.compile(r"^(?:ask|my|the|hey)|(?:official|online|help|helps|cares?|support|uk|us|usa|[a-z]{2})$")

_words = re.compile(r"[^\W_]+")
_bracketed = re.compile(r"\s*[(（][^()（）]*[)）]")
_blanks = {ord(blank): " " for blank in "\t\n\r\f\v\u00a0\u202f\u3000"}
_unspaced = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def fold(name: str) -> str:
    """A name without case, accents and signs: its words with one space between."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(_words.findall(bare.casefold().replace("&", " and ").replace("ı", "i").replace("ø", "o").replace("ł", "l")))


def _tight(folded: str) -> str:
    """The words run together without legal forms (`Orbit Pay Ltd`, `orbitpay`)."""
    return "".join(word for word in folded.split() if word not in LEGAL) or folded.replace(" ", "")


def _core(folded: str) -> str:
    """The words that tell it from others, run together; empty where all are generic."""
    return "".join(word for word in folded.split() if word not in LEGAL and word not in GENERIC)


class _Index:
    """Keys by a form of the name; a form that several firms have names none of them."""

    def __init__(self) -> None:
        self._keys: dict[str, set[str]] = defaultdict(set)

    def put(self, form: str, key: str) -> None:
        if form:
            self._keys[form].add(key)

    def all(self, form: str) -> set[str]:
        return self._keys.get(form, set())

    def __contains__(self, form: str) -> bool:
        return form in self._keys

    def forms(self) -> list[str]:
        return list(self._keys)


class Names:
    """The names of all registered firms, compiled once; safe to share between threads."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        self.accounts = Handles(firms)
        self._tags: dict[str, list[str]] = defaultdict(list)
        for firm in firms:
            for tag in firm.hashtags:
                self._tags[tag.casefold()].append(firm.key)
        self._exact, self._tight, self._core = _Index(), _Index(), _Index()
        self._handles, self._sites, self._labels = _Index(), _Index(), _Index()
        self._named: dict[str, str] = {}
        self._marks: dict[str, set[str]] = defaultdict(set)
        self._at: dict[tuple[str, str], str] = {}
        self._written: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for firm in firms:
            self._take(firm)
        self._order = list(self._written)
        self._finder = AhoCorasick(self._order, matchkind=MatchKind.LeftmostLongest)
        self._forms = [form for form in self._tight.forms() if len(form) >= 5]

    def _take(self, firm: Firm) -> None:
        self._named[firm.key] = fold(firm.name)
        for source, handle in firm.handles.items():
            self._at[source, handle.casefold()] = firm.key
            self._handles.put(handle.casefold().lstrip("@"), firm.key)
        for site in firm.sites:
            if domain := _domain(site):
                self._sites.put(domain, firm.key)
                self._labels.put(_label(domain), firm.key)
                self._marks[firm.key].add(domain)
        for name in (firm.name, *firm.aliases):
            if name.startswith("@"):
                self._handles.put(name[1:].casefold(), firm.key)
                self._marks[firm.key].add(name.casefold())
                continue
            for form in {name, _bracketed.sub("", name)}:
                folded = fold(form)
                if form == name:
                    self._exact.put(folded, firm.key)
                self._tight.put(_tight(folded), firm.key)
                self._tight.put(_tight(folded).translate(_romanised), firm.key)
                if len(core := _core(folded)) > 2:
                    self._core.put(core, firm.key)
                if form.strip():
                    self._written[" ".join(form.casefold().split())].add((firm.key, form))

    # --- in running text -------------------------------------------------------------------------------------------

    def find(
        self, text: str, *, mentions: Iterable[str] = (), hashtags: Iterable[str] = (), links: Iterable[str] = (), source: str | None = None
    ) -> tuple[AboutFirm, ...]:
        """The firms that a post is about by its words, handles, hashtags and links, surest first; one entry for each.

        A name must stand as a word of its own. A lower-case common word that is also a name (`orange`) counts little.
        """
        found: dict[str, AboutFirm] = {}

        def note(keys: Iterable[str], score: float, how: str) -> None:
            keys = tuple(keys)
            for key in keys:
                shared = round(score / len(keys), 2)
                if key not in found or found[key].score < shared:
                    found[key] = AboutFirm(key=key, score=shared, how=how)

        for mention in mentions:
            own = self._at.get((source or "", mention.casefold()))
            note((own,) if own else self._handles.all(mention.casefold()), 1.0 if own else 0.95, "handle")
        for hashtag in hashtags:
            note(self._tight.all(_tight(fold(hashtag))) or self._handles.all(hashtag.casefold()), 0.9, "hashtag")
        for link in links:
            if domain := _domain(link):
                note(self._sites.all(domain), 0.9, "site")
        for keys, score in self._in_text(text):
            note(keys, score, "alias")
        return tuple(sorted(found.values(), key=lambda firm: -firm.score))

    def _in_text(self, text: str) -> Iterable[tuple[set[str], float]]:
        low = text.casefold().translate(_blanks)
        same_length = len(low) == len(text)
        for index, start, end in self._finder.find_matches_as_indexes(low):
            if _cuts_word(low, start) or _cuts_word(low, end):
                continue
            written = self._written[self._order[index]]
            said = text[start:end] if same_length else None
            score = max(_score(name, said) for _, name in written)
            if score:
                yield {key for key, _ in written}, score

    # --- a mention by itself ----------------------------------------------------------------------------------------

    def at(self, source: str, name: str) -> AboutFirm | None:
        """The firm that `source` calls `name` (its handle there, or its name in full), or None."""
        if key := self._at.get((source, name.casefold().strip())):
            return AboutFirm(key=key, score=1.0, how="handle")
        key, score = self.match(name)
        return AboutFirm(key=key, score=score, how="alias") if key else None

    def tagged(self, hashtags: Iterable[str]) -> tuple[str, ...]:
        """The firms whose own hashtags of complaint are among `hashtags`, each once."""
        return tuple(dict.fromkeys(key for tag in hashtags for key in self._tags.get(tag.casefold(), ()))) if self._tags else ()

    def match(self, mention: str) -> tuple[str | None, float]:
        """The firm that a mention (`Orbit pay ltd.`, `@orbitpay`) means and how sure (0 to 1); (None, 0.0) when unsure."""
        mention = mention.strip()
        if mention.startswith("@"):
            return self._by_handle(mention[1:].casefold())
        folded = fold(mention)
        for index, form, score in ((self._exact, folded, 1.0), (self._tight, _tight(folded), 0.95), (self._core, _core(folded), 0.85)):
            if len(form) > 1 and form in index:
                return self._one_of(index.all(form), folded, score)
        return self._alike(_tight(folded))

    def _by_handle(self, handle: str) -> tuple[str | None, float]:
        if handle in self._handles:
            return self._one_of(self._handles.all(handle), handle, 1.0)
        tight = handle.replace("_", "").replace(".", "")
        for form, score in ((tight, 0.9), (_handle_ends.sub("", tight), 0.8)):
            for index in (self._tight, self._labels):
                if len(form) > 2 and form in index:
                    return self._one_of(index.all(form), form, score)
        return self._alike(tight)

    def _one_of(self, keys: set[str], folded: str, score: float) -> tuple[str | None, float]:
        """The only key; or, of one house registered more than once (they share a site or a handle), the entry named most like it."""
        if len(keys) == 1:
            return next(iter(keys)), score
        if not set.intersection(*(self._marks[key] for key in keys)):
            return None, 0.0
        return min(keys, key=lambda key: (-fuzz.ratio(self._named[key], folded), key)), round(score * 0.9, 3)

    def _alike(self, tight: str) -> tuple[str | None, float]:
        """The one name that is much like a misspelt one."""
        if len(tight) < 5:
            return None, 0.0
        near = process.extract(tight, self._forms, scorer=fuzz.ratio, score_cutoff=ALIKE - AHEAD, limit=10)
        if not near or near[0][1] < ALIKE:
            return None, 0.0
        best = self._tight.all(near[0][0])
        rivals = {key for form, score, _ in near if score > near[0][1] - AHEAD for key in self._tight.all(form)} - best
        return (None, 0.0) if rivals else self._one_of(best, tight, round(near[0][1] / 100 - 0.1, 3))


def _cuts_word(text: str, place: int) -> bool:
    """Whether `place` lies inside a word; scripts without spaces have none."""
    before, after = text[place - 1 : place], text[place : place + 1]
    return before.isalnum() and after.isalnum() and not (_unspaced.match(before) or _unspaced.match(after))


def _score(name: str, said: str | None) -> float:
    """How surely `said` in a text means the firm called `name`: by its length and case."""
    if said is None or _unspaced.search(name) or " " in name:
        return 0.9
    if said == name or said.isupper() or (said[:1].isupper() and name[:1].isupper()):
        return 0.9 if len(name) >= SHORTEST else 0.5
    return 0.5 if len(name) >= SHORTEST and not name.isupper() else 0.0


def _domain(address: str) -> str | None:
    """`https://www.bank.example/uk` → `bank.example`."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def _label(domain: str) -> str:
    """`bank.example.co.uk` → `bank`… the longest part that is no public ending."""
    return max(domain.split(".")[:-1], key=len).replace("-", "")
