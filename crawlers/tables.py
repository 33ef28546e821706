"""Tables that other tools export, with a mapping of their columns: parts of 500 rows, each kept and read like a page.

The mapping goes with every part, so that a post can be proved from its capture alone.
"""

from __future__ import annotations

import csv
import json
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lxml import etree

from crawlers.saved import Saved
from crawlers.sites.table import FORM, PLAIN
from plaint.model import FACTS, Kind
from plaint.ports import Fetched

PART = 500
"""Rows that are kept and stored together."""

PARTS = frozenset({*PLAIN, "place", "kind", "role"})
TOP = frozenset({"name", "columns", "facts", "dates", "zone", "worst", "best", "kind"})
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LARGEST = 256 * 1024 * 1024


class Unfit(ValueError):
    """A mapping or a table that cannot be used; the message says what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Which column fills which part of a post. `name` becomes part of every id; `dates` is a form of `strptime`."""

    name: str
    columns: dict[str, str]
    facts: dict[str, str] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)

    @property
    def used(self) -> set[str]:
        """The columns that are read."""
        return {*self.columns.values(), *self.facts.values()}

    def said(self) -> dict[str, Any]:
        """As it is kept with the rows."""
        return {"name": self.name, "columns": self.columns, "facts": self.facts, **self.rest}


def read_mapping(file: Path) -> Mapping:
    """The mapping in a TOML file; raises Unfit that names what is wrong."""
    try:
        said = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unfit(f"{file.name}: {error}") from None
    columns, facts, name = said.get("columns", {}), said.get("facts", {}), said.get("name")
    for wrong, known in (
        (set(said) - TOP, TOP), (set(columns) - PARTS, PARTS), (set(facts) - FACTS, FACTS), ({said.get("kind", "post")} - set(Kind), set(Kind)),
    ):  # fmt: skip
        if wrong:
            raise Unfit(f"{file.name}: no {', '.join(sorted(map(str, wrong)))}; there are {', '.join(sorted(map(str, known)))}")
    if not isinstance(name, str) or not name.replace("-", "").replace("_", "").isalnum():
        raise Unfit(f"{file.name}: give the table a name of letters, figures and dashes: name = 'old-tool'")
    if not {"ref", "text"} <= set(columns):
        raise Unfit(f"{file.name}: [columns] needs at least ref and text")
    if "zone" in said:
        try:
            ZoneInfo(said["zone"])
        except (ZoneInfoNotFoundError, ValueError):
            raise Unfit(f"{file.name}: no zone {said['zone']!r}; write it as Europe/London") from None
    return Mapping(
        name=name, columns=columns, facts=facts, rest={key: said[key] for key in ("dates", "zone", "worst", "best", "kind") if key in said}
    )


def table_pages(file: Path, mapping: Mapping, at: str) -> Iterator[Saved]:
    """The rows of a CSV or XLSX in parts; raises Unfit when a column of the mapping is not there."""
    body = file.read_bytes()
    heads, rows = _xlsx(file) if body[:4] == b"PK\x03\x04" else _csv(body)
    if missing := mapping.used - set(heads):
        raise Unfit(f"{file.name}: no column {', '.join(sorted(missing))}; there are {', '.join(heads)}")
    whole, first = sha256(body).hexdigest(), 2
    while part := list(islice(rows, PART)):
        said = {"form": FORM, "file": file.name, "sha256": whole, "mapping": mapping.said(), "first": first, "rows": part}
        fetched = Fetched(
            url=f"file:{quote(file.name)}#row={first}", at=at, status=0, headers=(("Content-Type", "application/json"),),
            body=json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"), source="table",
        )  # fmt: skip
        yield Saved(name=f"{file.name} from row {first}", fetched=fetched)
        first += len(part)


def _csv(body: bytes) -> tuple[list[str], Iterator[dict[str, str]]]:
    text = body.decode("utf-8-sig") if _is_utf8(body) else body.decode("cp1252", "replace")
    try:
        dialect: Any = csv.Sniffer().sniff(text[:20_000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    lines = csv.reader(text.splitlines(keepends=True), dialect)
    heads = [head.strip() for head in next(lines, [])]
    return heads, (dict(zip(heads, row, strict=False)) for row in lines if any(row))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _xlsx(file: Path) -> tuple[list[str], Iterator[dict[str, str]]]:
    """The first sheet of a workbook."""
    try:
        with zipfile.ZipFile(file) as book:
            shared = [_words(item) for item in _tree(book, "xl/sharedStrings.xml")] if "xl/sharedStrings.xml" in book.namelist() else []
            dated = _date_styles(book)
            rows = [_cells(row, shared, dated) for row in _tree(book, "xl/worksheets/sheet1.xml").iter(f"{_SHEET}row")]
    except (KeyError, IndexError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise Unfit(f"{file.name}: not a workbook that can be read: {error}") from None
    heads = {place: text.strip() for place, text in (rows[0] if rows else {}).items()}
    return list(heads.values()), ({heads[place]: text for place, text in row.items() if place in heads} for row in rows[1:] if row)


def _tree(book: zipfile.ZipFile, name: str) -> Any:
    if book.getinfo(name).file_size > _LARGEST:
        raise ValueError(f"{name} is too large")
    return etree.fromstring(book.read(name), etree.XMLParser(resolve_entities=False, no_network=True))


def _words(item: Any) -> str:
    return "".join(part.text or "" for part in item.iter(f"{_SHEET}t"))


_DATE_FORMS = frozenset({*range(14, 23), *range(45, 48)})
"""Number formats that are dates by the standard (ECMA-376 18.8.30)."""


def _date_styles(book: zipfile.ZipFile) -> set[int]:
    """The cell styles that show a number as a date."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    styles = _tree(book, "xl/styles.xml")
    own = {int(one.get("numFmtId")) for one in styles.iter(f"{_SHEET}numFmt") if {*"dmyh"} & set((one.get("formatCode") or "").lower().split('"')[0])}
    formats = next(styles.iter(f"{_SHEET}cellXfs"), ())
    return {place for place, one in enumerate(formats) if int(one.get("numFmtId", 0)) in _DATE_FORMS | own}


def _cells(row: Any, shared: Sequence[str], dated: set[int]) -> dict[str, str]:
    """The texts of a row by their column's letters."""
    found = {}
    for cell in row.iter(f"{_SHEET}c"):
        value = cell.findtext(f"{_SHEET}v")
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            text = _words(cell)
        elif value is None:
            continue
        else:
            text = shared[int(value)] if kind == "s" else _date_of(value) if kind == "n" and int(cell.get("s", 0)) in dated else value
        found["".join(filter(str.isalpha, cell.get("r", "")))] = text
    return found


def _date_of(serial: str) -> str:
    """A date as spreadsheets count it, in days since 1899-12-30, as ISO 8601."""
    moment = datetime(1899, 12, 30) + timedelta(days=float(serial))  # noqa: DTZ001 - a spreadsheet knows no zone
    return moment.date().isoformat() if float(serial).is_integer() else moment.replace(microsecond=0).isoformat()
