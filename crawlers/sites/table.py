"""Tables of other tools: rows of a CSV or XLSX with a mapping of their columns, as `plaint import --columns` keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.page import Broken, Kind, Page, Place, RawPost, Rejection, Role, SaidBy, Site

site = Site(
    key="table",
    name="Tables of other tools",
    home="https://table.invalid",
    kind=Kind.POST,
    access="import of a table that somebody exported, with a mapping of its columns",
    proof="documented",
    live=False,
)
FORM = "plaint table 1"
"""What every kept part of a table says of itself."""
PLAIN = ("ref", "text", "title", "url", "lang", "author", "author_handle", "author_id", "author_url", "rating", "published", "edited", "reply_to",
         "thread", "firm")  # fmt: skip
"""Parts of a post that a column may fill; besides `place`, `kind`, `role`, and the facts."""


def parse(page: Page) -> SaidBy:
    """The rows of one part of a table; each has its number in the file, so that an error can be found there."""
    said: dict[str, Any] = page.json
    if not isinstance(said, dict) or said.get("form") != FORM:
        raise Broken("no part of a table", "not this source")
    for number, row in enumerate(said["rows"], said["first"]):
        yield _post(said["mapping"], row, number)


def _post(mapping: dict[str, Any], row: dict[str, str], number: int) -> RawPost | Rejection:
    """The post of a row, or what is wrong with it."""
    given = {part: value for part, column in mapping["columns"].items() if (value := (row.get(column) or "").strip())}
    if not given.get("ref"):
        return Rejection(reason=f"row {number}: no id in {mapping['columns']['ref']!r}", field="ref", seen=str(row)[:500])
    for part in ("published", "edited"):
        if part in given and mapping.get("dates"):
            try:
                given[part] = _moment(given[part], mapping["dates"], mapping.get("zone"))
            except ValueError:
                return Rejection(
                    reason=f"row {number}: not a date as {mapping['dates']!r} writes it", field=part, seen=given[part][:500], ref=_ref(mapping, given)
                )  # fmt: skip
    kinds, roles = {str(kind) for kind in Kind}, {str(role) for role in Role}
    for part, known in (("kind", kinds), ("role", roles)):
        if part in given and given[part].lower() not in known:
            return Rejection(
                reason=f"row {number}: no {part} {given[part]!r}; there are {', '.join(sorted(known))}", field=part, seen=given[part][:500],
                ref=_ref(mapping, given),
            )  # fmt: skip
    plain: dict[str, Any] = {part: given[part] for part in PLAIN if part in given and part not in {"ref", "text", "reply_to"}}
    return RawPost(
        **plain,
        ref=_ref(mapping, given), text=given.get("text"), reply_to=f"{mapping['name']}/{given['reply_to']}" if "reply_to" in given else None,
        kind=Kind(given["kind"].lower()) if "kind" in given else Kind(mapping.get("kind", "post")),
        role=Role(given["role"].lower()) if "role" in given else Role.CUSTOMER,
        worst=mapping.get("worst"), best=mapping.get("best"), place=Place(name=given["place"]) if "place" in given else None,
        facts={fact: value for fact, column in mapping.get("facts", {}).items() if (value := (row.get(column) or "").strip())},
    )  # fmt: skip


def _ref(mapping: dict[str, Any], given: dict[str, str]) -> str:
    return f"{mapping['name']}/{given['ref']}"


def _moment(text: str, form: str, zone: str | None) -> str:
    """A date in the form of the mapping as ISO 8601; a bare date stays one."""
    moment = datetime.strptime(text, form)  # noqa: DTZ007 - its zone follows
    if not any(sign in form for sign in ("%H", "%I", "%X", "%c")):
        return moment.date().isoformat()
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone or "UTC"))).isoformat()
