"""`plaint surge`: which counts of a series rise beyond what its own past explains, line by line."""

from __future__ import annotations

import csv
import sys
from typing import Annotated

import typer

from handles import options


def add(app: typer.Typer) -> None:
    """Register `surge`."""

    @app.command()
    def surge(
        explain: Annotated[bool, typer.Option("--explain", help="Add what was seen and expected, the limit, and a sentence, to each line.")] = False,
    ) -> None:
        """Find surges: CSV timestamp,value in, CSV timestamp,score,alarm out, a line for each as it comes, from the past only.

        Counts come at one step, a minute to a day, in order. score is from 0 to 1, from 0.5 on beyond the limit; alarm is 1 at most once a day.

        Example: plaint surge < mentions.csv
        """
        from datetime import datetime

        from plaint.insight.surge import Surge

        surge, writer = Surge(), csv.writer(sys.stdout, lineterminator="\n")
        rows = csv.reader(sys.stdin)
        if next(rows, None) != ["timestamp", "value"]:
            options.refuse("line 1: the first line is timestamp,value")
        writer.writerow(["timestamp", "score", "alarm", *(["seen", "expected", "limit", "why"] if explain else [])])
        for number, row in enumerate(rows, 2):
            if not row:
                continue
            try:
                stamp, value = row
                reading = surge.read(datetime.fromisoformat(stamp), float(value))
            except (ValueError, TypeError) as error:
                options.refuse(f"line {number}: {error}; a line is 2026-03-18 15:30:00,12")
            more = [f"{reading.seen:g}", _number(reading.expected), _number(reading.limit), reading.why] if explain else []
            writer.writerow([stamp, f"{reading.score:.4f}", int(reading.alarm), *more])
            sys.stdout.flush()


def _number(count: float | None) -> str:
    return "" if count is None else f"{count:.1f}"
