"""Posts as a file: flat columns, the guard against formulas, and the writers of CSV, NDJSON, XLSX and Parquet.

Writers take any stream of posts and hold one at a time, so a file may be larger than memory. Who may export, the
manifest and the log are in `plaint.desk.exports`; the columns are explained in `docs/exports.md`.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from typing import IO

import msgspec

from plaint.model import PartialDate, Post, post_json

Cell = str | int | float | bool | None
"""What one cell holds; `None` is an empty cell and means that the source does not say."""


class Format(StrEnum):
    """The kinds of file, named by their ending."""

    CSV = "csv"
    NDJSON = "ndjson"
    XLSX = "xlsx"
    PARQUET = "parquet"


class Unwritable(Exception):
    """The format cannot hold these posts, or not on this machine; the message says which one can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a writer did: `rows` posts; `cut` cells that were longer than the format allows and say so at their end."""

    rows: int
    cut: int = 0


def _json(value: object) -> str | None:
    return msgspec.json.encode(value, order="deterministic").decode() if value else None


def _words(values: Iterable[str]) -> str | None:
    return " ".join(values) or None


def _dates(prefix: str, of: Callable[[Post], PartialDate | None]) -> dict[str, Callable[[Post], Cell]]:
    def part(name: str) -> Callable[[Post], Cell]:
        def cell(post: Post) -> Cell:
            when = of(post)
            found: str | None = getattr(when, name) if when else None
            return found

        return cell

    return {f"{prefix}_earliest": part("earliest"), f"{prefix}_latest": part("latest"), f"{prefix}_said": part("said")}


COLUMNS: Mapping[str, Callable[[Post], Cell]] = {
    "id": lambda p: p.id,
    "source": lambda p: p.source,
    "ref": lambda p: p.ref,
    "kind": lambda p: p.kind.value,
    "url": lambda p: p.url,
    **_dates("published", lambda p: p.published),
    **_dates("edited", lambda p: p.edited),
    "firms": lambda p: _words(f.key for f in p.firms),
    "firm_scores": lambda p: _words(f"{f.key}={f.score:g}" for f in p.firms),
    "title": lambda p: p.title,
    "text": lambda p: p.text,
    "lang": lambda p: p.lang.code if p.lang else None,
    "lang_score": lambda p: p.lang.score if p.lang else None,
    "author": lambda p: p.author.name if p.author else None,
    "author_handle": lambda p: p.author.handle if p.author else None,
    "author_id": lambda p: p.author.id if p.author else None,
    "author_url": lambda p: p.author.url if p.author else None,
    "author_followers": lambda p: p.author.followers if p.author else None,
    "author_verified": lambda p: p.author.verified if p.author else None,
    "author_place": lambda p: p.author.place if p.author else None,
    "author_role": lambda p: p.author.role.value if p.author else None,
    "rating": lambda p: p.rating.value if p.rating else None,
    "rating_worst": lambda p: p.rating.worst if p.rating else None,
    "rating_best": lambda p: p.rating.best if p.rating else None,
    "rating_unit": lambda p: p.rating.unit if p.rating else None,
    "reply_to": lambda p: p.reply_to,
    "thread": lambda p: p.thread,
    "within": lambda p: p.within,
    "hashtags": lambda p: _words(p.hashtags),
    "mentions": lambda p: _words(p.mentions),
    "engagement": lambda p: _json(p.engagement),
    "facts": lambda p: _json(p.facts),
    "place": lambda p: p.place.name if p.place else None,
    "country": lambda p: p.place.country if p.place else None,
    "lat": lambda p: p.place.lat if p.place else None,
    "lon": lambda p: p.place.lon if p.place else None,
    "links": lambda p: _words(p.links),
    "media": lambda p: _words(p.media),
    "gone": lambda p: p.gone.value if p.gone else None,
    "capture_url": lambda p: p.capture.url if p.capture else None,
    "capture_at": lambda p: p.capture.at if p.capture else None,
    "capture_sha256": lambda p: p.capture.sha256 if p.capture else None,
    "capture_warc": lambda p: p.capture.warc if p.capture else None,
    "capture_parser": lambda p: p.capture.parser if p.capture else None,
    "capture_robots": lambda p: p.capture.robots if p.capture else None,
}
"""The flat columns in their order, each with how it is read from a post."""

NUMBERS = frozenset({"lang_score", "author_followers", "rating", "rating_worst", "rating_best", "rating_unit", "lat", "lon"})
"""Columns of figures; `author_verified` is true or false; all others are text."""


def row_of(post: Post) -> list[Cell]:
    """The cells of one post, in the order of `COLUMNS`."""
    return [read(post) for read in COLUMNS.values()]


def _starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet may run the cell: its first visible sign, in any width, is one of `= + - @`, or it begins with a tab or line end."""
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    for sign in text:
        if sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Zs"}:
            continue
        return unicodedata.normalize("NFKC", sign)[:1] in {"=", "+", "-", "@", "\u2212"}
    return False


def guard(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet could take it for a formula.

    Text that already begins with apostrophes before such a start gets one more, so that `unguard` gives every text back.
    """
    return f"'{text}" if _starts_a_formula(text.lstrip("'")) else text


def unguard(cell: str) -> str:
    """The text that `guard` was given."""
    return cell[1:] if cell.startswith("'") and _starts_a_formula(cell.lstrip("'")) else cell


def write_csv(posts: Iterable[Post], out: IO[bytes]) -> Written:
    """RFC 4180: UTF-8 without a byte order mark, a header, lines end in CR LF, text guarded against formulas."""
    text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    sheet = csv.writer(text)
    sheet.writerow(COLUMNS)
    rows = 0
    for post in posts:
        sheet.writerow(guard(cell) if isinstance(cell, str) else _lower(cell) for cell in row_of(post))
        rows += 1
    text.flush()
    text.detach()
    return Written(rows=rows)


def _lower(cell: Cell) -> Cell:
    """Truth as JSON writes it; anything else as it is."""
    return str(cell).lower() if isinstance(cell, bool) else cell


def write_ndjson(posts: Iterable[Post], out: IO[bytes]) -> Written:
    """One post a line in the published JSON; nothing is flattened or guarded."""
    rows = 0
    for post in posts:
        out.write(post_json(post) + b"\n")
        rows += 1
    return Written(rows=rows)


XLSX_ROWS = 1_048_575
"""Posts that one sheet holds beneath its header."""

XLSX_CHARACTERS = 32_767
"""Characters that one cell holds, in UTF-16 units."""


def _fit(text: str) -> str:
    """The text, or as much of it as a cell holds with a note of its full length at the end."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units <= XLSX_CHARACTERS:
        return text
    note = f" … [cut: {len(text):,} characters in all]"
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * (XLSX_CHARACTERS - len(note))]
    return head.decode("utf-16-le", "ignore") + note


def write_xlsx(posts: Iterable[Post], out: IO[bytes], *, created: datetime) -> Written:
    """One sheet; every text cell is typed as text, so nothing runs and nothing becomes a link or a number.

    Raises Unwritable where the posts are more than one sheet holds.
    """
    from xlsxwriter import Workbook

    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False})
    book.set_properties({"title": "Plaint export", "created": created.replace(tzinfo=None)})
    sheet = book.add_worksheet("posts")
    sheet.write_row(0, 0, list(COLUMNS))
    sheet.freeze_panes(1, 0)
    rows = cut = 0
    for post in posts:
        if rows == XLSX_ROWS:
            raise Unwritable(f"more than {XLSX_ROWS:,} posts do not fit on an .xlsx sheet: write .csv, .ndjson or .parquet, or narrow the query")
        rows += 1
        for column, cell in enumerate(row_of(post)):
            if isinstance(cell, str):
                fitting = _fit(cell)
                cut += fitting is not cell
                sheet.write_string(rows, column, fitting)
            elif cell is not None:
                sheet.write(rows, column, cell)
    book.close()
    return Written(rows=rows, cut=cut)


def write_parquet(posts: Iterable[Post], out: IO[bytes]) -> Written:
    """Typed columns in groups of 10,000 rows; raises Unwritable where pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise Unwritable("Parquet needs pyarrow, which is not installed: `.venv/bin/pip install pyarrow`, or write .csv or .ndjson") from None
    kinds = {name: pyarrow.float64() if name in NUMBERS else pyarrow.bool_() if name == "author_verified" else pyarrow.string() for name in COLUMNS}
    schema = pyarrow.schema(list(kinds.items()))
    rows = 0
    with pyarrow.parquet.ParquetWriter(out, schema, compression="zstd") as sheet:
        for group in _groups(posts, 10_000):
            columns = list(zip(*group, strict=True))
            sheet.write_table(pyarrow.table([pyarrow.array(c, k) for c, k in zip(columns, kinds.values(), strict=True)], schema=schema))
            rows += len(group)
    return Written(rows=rows)


def _groups(posts: Iterable[Post], size: int) -> Iterable[list[list[Cell]]]:
    group: list[list[Cell]] = []
    for post in posts:
        group.append(row_of(post))
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def write(format: Format, posts: Iterable[Post], out: IO[bytes], *, as_of: datetime) -> Written:
    """Write the posts in one of the formats; `as_of` is the only date the bytes may hold. Raises Unwritable."""
    if format is Format.CSV:
        return write_csv(posts, out)
    if format is Format.NDJSON:
        return write_ndjson(posts, out)
    if format is Format.XLSX:
        return write_xlsx(posts, out, created=as_of)
    return write_parquet(posts, out)
