"""Which registered firms a text or a mention is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from plaint.model import AboutFirm, Firm


class Names:
    """The names of all registered firms, compiled once."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        self._named = {name.casefold(): firm.key for firm in firms for name in (firm.name, *firm.aliases)}
        self._order = list(self._named)
        self._finder = AhoCorasick(self._order, matchkind=MatchKind.LeftmostLongest)
        self._handles = {handle.casefold(): firm.key for firm in firms for handle in firm.handles.values()}

    def find(self, text: str, *, tokens: Iterable[str] = (), source: str | None = None) -> tuple[AboutFirm, ...]:
        """The firms that a text names."""
        low = text.casefold()
        found: dict[str, AboutFirm] = {}
        for handle in tokens:
            if key := self._handles.get(handle.casefold()):
                found.setdefault(key, AboutFirm(key=key, score=1.0, how="handle"))
        for index, start, end in self._finder.find_matches_as_indexes(low):
            if not (low[start - 1 : start].isalnum() or low[end : end + 1].isalnum()):
                key = self._named[self._order[index]]
                found.setdefault(key, AboutFirm(key=key, score=0.9, how="alias"))
        return tuple(found.values())

    def match(self, mention: str) -> tuple[str | None, float]:
        """The firm a mention means, and how sure."""
        key = self._named.get(mention.casefold()) or self._handles.get(mention.casefold().lstrip("@"))
        return key, 1.0 if key else 0.0

    def at(self, source: str, name: str) -> AboutFirm | None:
        """The firm that `source` calls `name`."""
        key = self._handles.get(name.casefold()) or self._named.get(name.casefold())
        return AboutFirm(key=key, score=1.0, how="handle") if key else None
