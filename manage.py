"""The command line of Plaint, installed as `plaint`."""

from __future__ import annotations

import typer

from handles import areas


def main() -> None:
    """Run the command that the arguments name."""
    app()


app = typer.Typer(name="plaint", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for area in areas():
    area.add(app)

if __name__ == "__main__":
    main()
