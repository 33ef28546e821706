"""Groups of copies in the embedded store, kept in the transaction that writes the posts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from plaint.model import post_from_json
from plaint.posts import sameness
from plaint.posts.copies import CAMPAIGN, Kind
from plaint.posts.grouping import EXACT, FEW, TRIED, Come, Head, Look, Plan, kind_by, label_of, plan, tags, words_of


class Label(NamedTuple):
    """What the tags of a post say of its copies now: its number, its group, the kind of that, whether another has the same words."""

    n: int
    group: str
    kind: Kind
    is_exact: bool

    @property
    def tags(self) -> list[tuple[str, str]]:
        """As a search has it."""
        return tags(self.group, self.kind, exact=self.is_exact)


class Grouping:
    """Keeps groups through a connection that is in a write transaction; both methods give what tags became others."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def join(self, come: Mapping[int, Come]) -> list[Label]:
        """Find the groups of posts, by number; one that is in a group already is looked at again."""
        if not come:
            return []
        numbers = {one.key: n for n, one in come.items()}
        made = plan(come.values(), self._heads({band for one in come.values() for band in one.bands}), self._size)
        groups = [*made.groups.values(), *made.merged.values()]
        before = self._kinds(groups)
        self._write(come, numbers, made)
        return self._labelled(come, made, before)

    def leave(self, numbers: Sequence[int]) -> tuple[list[Label], dict[int, str | None]]:
        """Take posts out of their groups; what became of those that stay, and posts that are to be joined again.

        Those of a group of few are taken out too, since what they were copies of may be gone: the first of them keeps the name of
        the group (the values). In a large group others stand in for those that left.
        """
        if not numbers:
            return [], {}
        rows = self._c.execute(f"SELECT DISTINCT grp FROM copy WHERE n IN ({_list(numbers)})").fetchall()
        bands = [row[0] for row in self._c.execute(f"SELECT DISTINCT band FROM band WHERE n IN ({_list(numbers)})")]
        self._c.execute(f"DELETE FROM copy WHERE n IN ({_list(numbers)})")
        self._c.execute(f"DELETE FROM band WHERE n IN ({_list(numbers)})")
        changed: list[Label] = []
        again: dict[int, str | None] = {}
        for (group,) in rows:
            rest = [row[0] for row in self._c.execute("SELECT n FROM copy WHERE grp = ? ORDER BY n LIMIT ?", (group, FEW + 1))]
            if len(rest) > FEW:
                self._stand_in(group, set(bands))
                changed += self._whole_group(group)
                continue
            again |= {n: None if place else group for place, n in enumerate(rest)}
            self._c.execute(f"DELETE FROM copy WHERE n IN ({_list(rest)})")
            self._c.execute(f"DELETE FROM band WHERE n IN ({_list(rest)})")
        return self._kept(changed), again

    def _stand_in(self, group: str, bands: set[int]) -> None:
        """Let others of a group stand under bands that lost theirs."""
        rows = self._c.execute("SELECT copy.n, json FROM copy JOIN body USING (n) WHERE grp = ? LIMIT ?", (group, TRIED)).fetchall()
        for n, json in rows:
            mine = bands & {_key(band) for band in sameness.bands(words_of(post_from_json(json)))}
            self._c.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", [(band, n) for band in mine])
            bands -= mine
            if not bands:
                return

    def _heads(self, bands: set[str]) -> dict[str, list[Head]]:
        keys = {_key(band): band for band in bands}
        rows = self._c.execute(
            "SELECT band.band, copy.n, grp FROM json_each(?) AS asked JOIN band ON band.band = asked.value JOIN copy USING (n)"
            " ORDER BY band.band, copy.n",
            (msgspec.json.encode(list(keys)).decode(),),
        ).fetchall()
        said = dict(self._c.execute(f"SELECT n, json FROM body WHERE n IN ({_list({row[1] for row in rows})})").fetchall()) if rows else {}
        posts = {n: post_from_json(json) for n, json in said.items()}
        pairs = {n: sameness.pairs_of(words_of(post)) for n, post in posts.items()}
        found: dict[str, list[Head]] = {}
        for key, n, group in rows:
            found.setdefault(keys[key], []).append(Head(key=posts[n].id, group=group, pairs=pairs[n]))
        return found

    def _size(self, group: str) -> int:
        return int(self._c.execute("SELECT count(*) FROM copy WHERE grp = ?", (group,)).fetchone()[0])

    def _write(self, come: Mapping[int, Come], numbers: Mapping[str, int], made: Plan) -> None:
        for old in made.merged:
            self._c.execute("UPDATE copy SET grp = ? WHERE grp = ?", (made.now(old), old))
        self._c.executemany(
            "INSERT INTO copy VALUES (?, ?, ?, ?, ?, '')"
            " ON CONFLICT (n) DO UPDATE SET grp = excluded.grp, author = excluded.author, whole = excluded.whole",
            [(n, made.groups[one.key], one.source, one.author, one.whole) for n, one in come.items()],
        )
        rows = sorted((_key(band), numbers[key]) for key, bands in made.heads.items() for band in bands)
        self._c.executemany("INSERT OR IGNORE INTO band VALUES (?, ?)", rows)

    def _labelled(self, come: Mapping[int, Come], made: Plan, before: Mapping[str, Kind]) -> list[Label]:
        """The tags of those that came, of their twins in words, and of all of a group that is another or of another kind than before."""
        groups = {made.now(group) for group in made.groups.values()}
        after = self._kinds(groups)
        turned = {group for group in groups if before.get(group) != after[group]} | {made.now(old) for old in made.merged}
        changed = [label for group in sorted(turned) if after[group] is not Kind.SINGLE for label in self._whole_group(group, after[group])]
        for n, one in come.items():
            group = made.groups[one.key]
            if group not in turned:
                changed += self._twins(n, group, one.whole, after[group])
        return self._kept(changed)

    def _twins(self, n: int, group: str, whole: str, kind: Kind) -> list[Label]:
        twin = self._c.execute("SELECT n, label FROM copy WHERE grp = ? AND whole = ? AND n <> ? LIMIT 1", (group, whole, n)).fetchone()
        mine = Label(n, group, kind, twin is not None)
        alone = twin is not None and not str(twin[1]).endswith(f" {EXACT}")
        return [mine, Label(int(twin[0]), group, kind, True)] if alone else [mine]

    def _whole_group(self, group: str, kind: Kind | None = None) -> list[Label]:
        kind = kind or self._kinds([group]).get(group)
        if kind is None:
            return []
        rows = self._c.execute("SELECT n, count(*) OVER (PARTITION BY whole) > 1 FROM copy WHERE grp = ?", (group,)).fetchall()
        return [Label(n, group, kind, bool(is_exact)) for n, is_exact in rows]

    def _kept(self, labels: Iterable[Label]) -> list[Label]:
        """Those that say something else than before, noted."""
        last = {label.n: label for label in labels}
        held = dict(self._c.execute(f"SELECT n, label FROM copy WHERE n IN ({_list(last)})").fetchall())
        changed = [label for n, label in last.items() if held.get(n, "") != _said(label)]
        self._c.executemany("UPDATE copy SET label = ? WHERE n = ?", [(_said(label), label.n) for label in changed])
        return changed

    def _kinds(self, groups: Iterable[str]) -> dict[str, Kind]:
        return {group: kind_by(look) for group in set(groups) if (look := self.look(group)) is not None}

    def look(self, group: str) -> Look | None:
        """As much of a group as tells its kind: each part stops counting early, however large the group is."""
        some = self._c.execute("SELECT count(*) FROM (SELECT 1 FROM copy WHERE grp = ? LIMIT 2)", (group,)).fetchone()[0]
        if not some:
            return None
        people, after = 0, ""
        while people < CAMPAIGN:
            row = self._c.execute("SELECT min(author) FROM copy WHERE grp = ? AND author > ?", (group, after)).fetchone()
            if row[0] is None:
                break
            people, after = people + 1, row[0]
        nameless = self._c.execute("SELECT 1 FROM copy WHERE grp = ? AND author IS NULL LIMIT 1", (group,)).fetchone() is not None
        sources = 1
        if people == 1 and not nameless:
            low, high = self._c.execute("SELECT min(source), max(source) FROM copy WHERE grp = ? AND author = ?", (group, after)).fetchone()
            sources = 1 + (low != high)
        return Look(posts=some, people=people, sources=sources, nameless=nameless)


def _key(band: str) -> int:
    """The number that stands for a band in the file."""
    return int.from_bytes(blake2b(band.encode(), digest_size=8).digest(), "little", signed=True)


def _said(label: Label) -> str:
    return label_of(label.group, label.kind, exact=label.is_exact)


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
