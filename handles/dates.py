"""`plaint dates`: what words about a moment mean, line by line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from handles import options


def add(app: typer.Typer) -> None:
    """Register `dates`."""

    @app.command()
    def dates(
        order: Annotated[
            str | None, typer.Option(metavar="DMY|MDY|YMD", help="Order of day and month in figures, where the language leaves it open.")
        ] = None,
        zone: Annotated[str | None, typer.Option(metavar="ZONE", help="IANA zone of times that name none (UTC by default).")] = None,
    ) -> None:
        """Read dates: NDJSON {"id","text","lang","at"} in, {"id","earliest","latest"} out; both null when it is no date.

        `lang` and `at` may be left out or null; `at` is the moment from which "2 days ago" counts, now by default.

        Example: echo '{"id":"1","text":"3 days ago","lang":"en","at":"2026-03-18T15:30:00Z"}' | plaint dates
        """
        import msgspec

        if order not in {None, "DMY", "MDY", "YMD"}:
            options.wrong_usage(f"--order {order}: give DMY, MDY or YMD")
        _known(zone)
        for number, line in enumerate(sys.stdin.buffer, 1):
            if line.strip():
                try:
                    sys.stdout.write(msgspec.json.encode(_read(line, order, zone)).decode() + "\n")
                except (msgspec.MsgspecError, ValueError) as error:
                    options.refuse(f'line {number}: {error}; a line is {{"id":"1","text":"3 days ago","lang":"en","at":"2026-03-18T15:30:00Z"}}')


def _known(zone: str | None) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        options.wrong_usage(f"--zone {zone}: no such IANA zone; one is Europe/London")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line: a text and what is known about it."""

    id: int | str
    text: str | int | float | None = None
    lang: str | None = None
    at: str | None = None


def _read(line: bytes, order: str | None, zone: str | None) -> dict[str, Any]:
    from datetime import UTC, datetime

    import msgspec

    from plaint.posts.dates import read_date

    asked = msgspec.json.decode(line, type=Asked)
    at = datetime.fromisoformat(asked.at) if asked.at else options.now()
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    languages = (asked.lang,) if asked.lang else ()
    when = None if asked.text is None else read_date(asked.text, at=at, languages=languages, date_order=order, zone=zone)
    return {"id": asked.id, "earliest": when and when.earliest, "latest": when and when.latest}
