"""`plaint surge`: which counts of a series rise beyond what its own past explains, line by line."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from handles import options

if TYPE_CHECKING:
    from plaint.insight.surge import Reading


def add(app: typer.Typer) -> None:
    """Register `surge`."""

    @app.command()
    def surge(
        explain: Annotated[bool, typer.Option("--explain", help="Add what was seen and expected, the limit, and a sentence, to each line.")] = False,
        firm: Annotated[
            str | None, typer.Option(metavar="FIRM", help="Read no lines, but the hours of the last five weeks of a firm's posts in the store.")
        ] = None,
        store: options.StoreOption = None,
        as_: options.AsOption = None,
    ) -> None:
        """Find surges: CSV timestamp,value in, CSV timestamp,score,alarm out, a line for each as it comes, from the past only.

        Counts come at one step, a minute to a day, in order. score is from 0 to 1, from 0.5 on beyond the limit; alarm is 1 at most once a day.

        Example: plaint surge < mentions.csv

        Example: plaint surge --firm northgate --explain
        """
        writer = csv.writer(sys.stdout, lineterminator="\n")
        head = ["timestamp", "score", "alarm", *(["seen", "expected", "limit", "why"] if explain else [])]
        if firm is not None:
            from plaint.model import iso

            readings = _of_firm(firm, store, as_)
            writer.writerow(head)
            writer.writerows(_row(iso(reading.at), reading, explain) for reading in readings)
            return
        from datetime import datetime

        from plaint.insight.surge import Surge

        surge = Surge()
        rows = csv.reader(sys.stdin)
        if next(rows, None) != ["timestamp", "value"]:
            options.refuse("line 1: the first line is timestamp,value")
        writer.writerow(head)
        for number, row in enumerate(rows, 2):
            if not row:
                continue
            try:
                stamp, value = row
                reading = surge.read(datetime.fromisoformat(stamp), float(value))
            except (ValueError, TypeError) as error:
                options.refuse(f"line {number}: {error}; a line is 2026-03-18 15:30:00,12")
            writer.writerow(_row(stamp, reading, explain))
            sys.stdout.flush()


def _of_firm(firm: str, store: str | None, as_: str | None) -> list[Reading]:
    from plaint.desk.rights import Refused
    from plaint.desk.rising import rising

    options.need_store(store)
    with options.opened(store) as stores:
        if firm not in {known.key for known in stores.registers.firms()}:
            options.refuse(f"{firm} is no firm of this store; plaint firms list shows them")
        try:
            return rising(stores, options.acting_or_operator(stores, as_), firm, options.now())
        except Refused as error:
            options.refuse(str(error))


def _row(stamp: str, reading: Reading, explain: bool) -> list[str]:
    more = [f"{reading.seen:g}", _number(reading.expected), _number(reading.limit), reading.why] if explain else []
    return [stamp, f"{reading.score:.4f}", str(int(reading.alarm)), *more]


def _number(count: float | None) -> str:
    return "" if count is None else f"{count:.1f}"
