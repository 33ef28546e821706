"""`plaint peers`: what a regulator publishes about a firm, beside what it publishes about the others. Stores nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handles.options import refuse, say


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("peers")(peers)


def peers(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="A table of the FCA's firm complaints data, or a download of the CFPB's complaints, as CSV.",
        ),
    ],
    firm: Annotated[str, typer.Option(metavar="NAME", help="The firm, as the table writes it.")],
    measure: Annotated[
        str, typer.Option(help="What the product columns show, where the table does not say: upheld, closed_within_3_days.")
    ] = "share",
) -> None:
    """Print each published figure of a firm beside the others' of the same half-year, as JSON.

    Example: plaint peers upheld.csv --firm "Northgate Bank plc" --measure upheld
    """
    from difflib import get_close_matches

    from plaint.insight.cfpb_firms import count_complaints, is_download
    from plaint.insight.peers import Figure, Unread, compared, read_table

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            is_counted = is_download(lines.readline())
            lines.seek(0)
            read = list(count_complaints(lines) if is_counted else read_table(lines.read(), measure))
    except (ValueError, UnicodeDecodeError) as error:
        refuse(f"{file.name}: {error}")
    figures = [one for one in read if isinstance(one, Figure)]
    found = compared(figures, firm)
    if not found:
        near = get_close_matches(firm, {one.firm for one in figures}, 1, 0.5)
        refuse(f"no figures of {firm!r} in {file.name}" + (f"; did you mean {near[0]!r}?" if near else ""))
    say({"comparisons": found, "unread": [one for one in read if isinstance(one, Unread)]})
