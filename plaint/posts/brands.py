"""Which registered firms a text or a mention is about: names found in running text, handles, hashtags, sites; misspelt mentions.

A name that several firms have is told by nothing in a text; such a mention stays undecided rather than guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from plaint.model import AboutFirm, Firm
from plaint.posts.context import is_homonym, sector_of, weigh
from plaint.posts.mentions import Mentions, domain_of
from plaint.posts.naming import fold, tight
from plaint.posts.register import SEPARATOR
from plaint.posts.roles import Handles

SHORTEST = 3
"""Letters from which a name is looked for in running text whatever its case."""

_bracketed = re.compile(r"\s*[(（][^()（）]*[)）]")
_blanks = {ord(blank): " " for blank in "\t\n\r\f\v\u00a0\u202f\u3000"}
_unspaced = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Names:
    """The names of all registered firms, compiled once; safe to share between threads."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        self.accounts = Handles(firms)
        self._tags: dict[str, list[str]] = defaultdict(list)
        for firm in firms:
            for tag in firm.hashtags:
                self._tags[tag.casefold()].append(firm.key)
        self._mentions = Mentions(firms)
        self._firms = {firm.key: firm for firm in firms}
        self._sectors = {firm.key: sector_of(firm) for firm in firms}
        self._at: dict[tuple[str, str], str] = {}
        self._written: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for firm in firms:
            self._take(firm)
        self._order = list(self._written)
        self._finder = AhoCorasick(self._order, matchkind=MatchKind.LeftmostLongest)

    def _take(self, firm: Firm) -> None:
        for source, handle in firm.handles.items():
            self._at[source, handle.casefold()] = firm.key
        for name in (firm.name, *firm.aliases, *firm.legal):
            for form in {name, _bracketed.sub("", name)}:
                if form.strip() and not name.startswith("@"):
                    self._written[" ".join(form.casefold().split())].add((firm.key, form))

    # --- in running text -------------------------------------------------------------------------------------------

    def find(
        self,
        text: str,
        *,
        mentions: Iterable[str] = (),
        hashtags: Iterable[str] = (),
        links: Iterable[str] = (),
        source: str | None = None,
        own: str | None = None,
        country: str | None = None,
    ) -> tuple[AboutFirm, ...]:
        """The firms that a post is about by its words, handles, hashtags and links, surest first; one entry for each.

        A name must stand as a word of its own. A name that is also a word (`orange`) is weighed by what stands around it. Of several firms
        with one name the one is meant whose page it is (`own`), else the only one of the post's country (ISO 3166).
        """
        found: dict[str, AboutFirm] = {}

        def note(keys: Iterable[str], score: float, how: str, why: tuple[str, ...] = ()) -> None:
            meant = tuple(keys)
            if len(meant) > 1 and (told := self._told(meant, own, country)):
                meant, why = (told[0],), (*why, told[1])
            for key in meant:
                shared = round(score / len(meant), 2)
                if key not in found or found[key].score < shared:
                    found[key] = AboutFirm(key=key, score=shared, how=how, why=why)

        for mention in mentions:
            there = self._at.get((source or "", mention.casefold()))
            note((there,) if there else self._mentions.handles.all(mention.casefold()), 1.0 if there else 0.95, "handle")
        for hashtag in hashtags:
            note(self._mentions.tight.all(tight(fold(hashtag))) or self._mentions.handles.all(hashtag.casefold()), 0.9, "hashtag")
        for link in links:
            if domain := domain_of(link):
                note(self._mentions.sites.all(domain), 0.9, "site")
        for keys, score, why in self._in_text(text):
            note(keys, score, "alias", why)
        return tuple(sorted(found.values(), key=lambda firm: -firm.score))

    def _told(self, keys: tuple[str, ...], own: str | None, country: str | None) -> tuple[str, str] | None:
        """Which of several firms with one name is meant, and why; None where nothing tells."""
        if own in keys:
            return own, "its page"
        there = [key for key in keys if country and country.casefold() in (self._firms[key].country or "").casefold().split(SEPARATOR)]
        return (there[0], f"of {country}") if len(there) == 1 else None

    def _in_text(self, text: str) -> Iterable[tuple[set[str], float, tuple[str, ...]]]:
        low = text.casefold().translate(_blanks)
        same_length = len(low) == len(text)
        for index, start, end in self._finder.find_matches_as_indexes(low):
            if _cuts_word(low, start) or _cuts_word(low, end):
                continue
            written = self._written[self._order[index]]
            said = text[start:end] if same_length else None
            if said and is_homonym(said):
                alike: dict[tuple[float, tuple[str, ...]], set[str]] = defaultdict(set)
                for key, name in written:
                    alike[weigh(name, text, start, end, self._sectors[key])].add(key)
                yield from ((keys, score, why) for (score, why), keys in alike.items() if score)
                continue
            score = max(_score(name, said) for _, name in written)
            if score:
                yield {key for key, _ in written}, score, ()

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
        return self._mentions.match(mention)


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
