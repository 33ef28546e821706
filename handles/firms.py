"""`plaint firms`: the register of firms, read from CSV or TOML, and which firm a mention means."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles import options
from handles.options import AsOption, StoreOption

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plaint.model import Firm
    from plaint.ports import Stores
    from plaint.posts.brands import Names


def add(app: typer.Typer) -> None:
    """Register `firms list`, `firms import`, `firms door` and `firms match`."""
    firms = typer.Typer(no_args_is_help=True, help="The register of firms.")
    app.add_typer(firms, name="firms")

    @firms.command("list")
    def list_firms(store: StoreOption = None) -> None:
        """All registered firms, one JSON object on a line.

        Example: plaint firms list
        """
        options.need_store(store)
        with options.opened(store) as stores:
            for firm in registered(stores):
                options.say(firm)

    @firms.command("import")
    def import_firms(
        file: Annotated[Path, typer.Argument(help="A CSV with a heading line, or a TOML with one table for each firm.")],
        store: StoreOption = None,
        as_: AsOption = None,
    ) -> None:
        """Add firms to the register, or replace those with the same key.

        Columns of a CSV: key, name, country, aliases, handles, sites; also zone, calendar, regimes, closures, closes, at_risk, hashtags, sector,
        group, legal (names of legal entities). Lists are split by " | "; a handle is `source=name`, or a name alone that any network may use. A row
        that is not understood is named on standard error and left out, and the exit status is 1; the others are kept. Once there are accounts it
        needs --as with the right to change the firms register, and is logged.

        Example: plaint firms import firms.csv
        """
        from plaint.desk.firms import register
        from plaint.desk.rights import Refused

        good, bad = read(file)
        if good:
            with options.opened(store) as stores:
                by = options.acting(stores, as_) if as_ is not None or stores.registers.people() else None
                try:
                    register(stores, by, good, now=options.now(), command=uuid4().hex)
                except Refused as refusal:
                    options.refuse(refusal.reason)
        options.say({"firms": len(good), "rejected": len(bad)})
        for reason in bad:
            print(f"plaint: {file}: {reason}", file=sys.stderr)
        if bad or not good:
            options.refuse(f"{file}: {len(bad)} rows left out, {len(good)} firms kept")

    @firms.command("door")
    def door(
        key: Annotated[str, typer.Argument(metavar="KEY", help="Which firm.")],
        to: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the code: FILE.svg or FILE.png.")],
        at: Annotated[str, typer.Option(metavar="URL", help="Where `plaint serve --public` is reached from outside.")],
        place: Annotated[str | None, typer.Option(help="The branch or page where the code is put, as 'Leeds, High Street'.")] = None,
        store: StoreOption = None,
    ) -> None:
        """Write the printable code (QR) that leads to a firm's public form, and print its address.

        Example: plaint firms door northgate --to door.svg --at https://complaints.northgate.example --place Leeds
        """
        from doors.code import address_of, write_code
        from doors.form import place_of

        options.need_store(store)
        with options.opened(store) as stores:
            if key not in {firm.key for firm in registered(stores)}:
                options.refuse(f"no firm {key!r} in the register; `plaint firms list` shows them")
        if place is not None and place_of(place) is None:
            options.wrong_usage(f"--place wants at most 80 letters, figures and plain signs, not {place!r}")
        try:
            address = address_of(at, key, place)
            write_code(address, to)
        except (ValueError, OSError) as error:
            options.refuse(str(error))
        options.say({"address": address, "file": str(to)})

    @firms.command("match")
    def match(store: StoreOption = None) -> None:
        """Which firm a mention means: NDJSON {"id","mention"} in, {"id","key","score"} out; key null when unsure.

        Of a firm with a group or legal entities in the register these are told too ("group", "legal").

        Example: echo '{"id":"1","mention":"@orbitpay"}' | plaint firms match
        """
        from plaint.posts.brands import Names

        with options.opened(store) as stores:
            firms = registered(stores)
        names, by_key = Names(firms), {firm.key: firm for firm in firms}
        for number, line in enumerate(sys.stdin.buffer, 1):
            if line.strip():
                options.say(_matched(names, by_key, number, line))


def _matched(names: Names, firms: Mapping[str, Firm], number: int, line: bytes) -> dict[str, Any]:
    import msgspec

    try:
        asked = msgspec.json.decode(line, type=dict[str, Any])
        key, score = names.match(str(asked["mention"]))
        belongs = {} if key is None else {"group": firms[key].group, "legal": firms[key].legal}
        return {"id": asked["id"], "key": key, "score": score, **{name: value for name, value in belongs.items() if value}}
    except (msgspec.MsgspecError, KeyError) as error:
        options.refuse(f'line {number}: {error}; a line is {{"id":"1","mention":"@orbitpay"}}')


def registered(stores: Stores) -> list[Firm]:
    """All firms; a register that is empty is first filled from the file that the settings name, where it is there."""
    from settings import settings

    if not (firms := stores.registers.firms()) and settings().firms.is_file():
        good, bad = read(settings().firms)
        if bad:
            options.refuse(f"{settings().firms}: {bad[0]}")
        stores.registers.save_firms(good)
        firms = stores.registers.firms()
    return firms


def read(file: Path) -> tuple[list[Firm], list[str]]:
    """The firms of a file, and what is wrong with each row that is none; refuses a file that is neither CSV nor TOML."""
    from plaint.posts.register import firm_of

    good: dict[str, Firm] = {}
    bad: list[str] = []
    for place, row in _rows(file):
        try:
            firm = firm_of(row)
        except ValueError as error:
            bad.append(f"{place}: {error}")
            continue
        if firm.key in good:
            bad.append(f"{place}: the key {firm.key} stands twice")
        good.setdefault(firm.key, firm)
    return list(good.values()), bad


def _rows(file: Path) -> list[tuple[str, dict[str, Any]]]:
    """(where, values by column) for each row."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        options.refuse(f"{file} cannot be read: {error}")
    return _of_toml(file, text) if file.suffix == ".toml" else _of_csv(file, text)


def _of_toml(file: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        options.refuse(f"{file}: {error}")
    if loose := [key for key, table in tables.items() if not isinstance(table, dict)]:
        options.refuse(f"{file}: {loose[0]} belongs under the heading of a firm, such as [orbitpay]")
    return [(f"[{key}]", {"key": key, **table}) for key, table in tables.items()]


def _of_csv(file: Path, text: str) -> list[tuple[str, dict[str, Any]]]:
    import csv
    import io

    from plaint.posts.register import COLUMNS

    lines = csv.DictReader(io.StringIO(text, newline=""), restkey="more")
    if missing := {"key", "name"} - set(lines.fieldnames or ()):
        options.refuse(f"{file}: no column {sorted(missing)[0]}; the columns are {', '.join(COLUMNS)}")
    return [(f"line {lines.line_num}", {name: value for name, value in row.items() if value is not None}) for row in lines]
