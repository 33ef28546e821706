"""The command line of Plaint, installed as `plaint`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from handles import areas


def main() -> None:
    """Run the command that the arguments name; what the machine refuses, as a full disk, is one line and exit status 1."""
    _open_closed_streams()
    try:
        app()
    except OSError as error:
        print(f"plaint: {error}", file=sys.stderr)
        # What is left in the buffer of standard output would fail again when it is flushed at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        sys.exit(1)


def _open_closed_streams() -> None:
    """Give each standard stream that was closed (`<&-`, `>&-`) an empty one, so that no command meets None in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (open until the end)


app = typer.Typer(name="plaint", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for area in areas():
    area.add(app)

if __name__ == "__main__":
    main()
