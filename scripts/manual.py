"""Write the pages of the manual that the program itself knows best: `python scripts/manual.py`.

`docs/command-line.md` comes from the help of the commands, `docs/sources.md` from the source files. A test compares both
with what this would write, so the manual never lags behind the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

import typer

DOCS = Path(__file__).parents[1] / "docs"

COMMANDS = """# The command line

Made from `--help` by `scripts/manual.py`; change the help, not this page.

Exit status: 0 done, 1 refused or failed with one line on standard error, 2 wrong usage. Data goes to standard output as JSON,
everything said to people goes to standard error.
"""


def commands(group: Any = None, path: tuple[str, ...] = ("plaint",)) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name, by name."""
    if group is None:
        from manage import app

        group = typer.main.get_command(app)
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            if getattr(command, "invoke_without_command", False):
                yield " ".join((*path, name)), command
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def _shape(parameter: Any) -> str:
    """A parameter as it is typed: `QUERY`, `--limit N`, `--json`."""
    if parameter.param_type_name == "argument":
        shape = (parameter.metavar or parameter.name or "").upper()
        shape += "…" if parameter.nargs == -1 and not shape.endswith("…") else ""
        return shape if parameter.required else f"[{shape}]"
    name = ", ".join(parameter.opts) + "".join(f" / {other}" for other in parameter.secondary_opts)
    return name if parameter.is_flag else f"{name} {parameter.metavar or parameter.name.upper()}"


def _row(parameter: Any) -> str:
    says = " ".join((parameter.help or "").split()).replace("|", "\\|")
    default = parameter.default
    if parameter.show_default and default not in (None, False, "", (), []) and not callable(default) and "default:" not in says:
        says = f"{says} (default: {getattr(default, 'value', default)})".strip()
    return f"| `{_shape(parameter)}` | {says} |"


def _example(found: re.Match[str]) -> str:
    lines = "\n".join(line.strip() for line in found[1].splitlines())
    return f"```sh\n{lines}\n```"


def section(name: str, command: Any) -> str:
    """One command as a piece of the page."""
    parameters = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    usage = " ".join([name, *(_shape(p) for p in parameters if p.param_type_name == "argument")])
    text = re.sub(r"(?ms)^Examples?:\s*(.+?)(?=\n\n|\Z)", _example, cleandoc(command.help or ""))
    table = "\n".join(["| | |", "| --- | --- |", *map(_row, parameters)]) if parameters else ""
    return "\n\n".join(part for part in (f"## {name}", f"`{usage}`", text, table) if part) + "\n"


def command_page() -> str:
    """The page of all commands."""
    return "\n".join([COMMANDS, *(section(name, command) for name, command in commands())])


SOURCES = """# Sources

Made from the files in `crawlers/sites/` by `scripts/manual.py`; change the file of a source, not this page. How to add one:
[adding-a-source](adding-a-source.md).

*Live* sources can be crawled once they are approved for a firm ([sourcing](sourcing.md)); the others are read from saved pages
with `plaint import`. *Proof* says what the reading rests on: pages that were recorded, the documentation of an interface, or a
description. *Needs* are secrets that are read from the environment under these names.

| key | what | kind | live | proof | access | needs |
| --- | --- | --- | --- | --- | --- | --- |
"""


def source_page() -> str:
    """The page of all sources."""
    from crawlers.registry import sources

    return SOURCES + "".join(_source_row(source) for _, source in sorted(sources().items()))


def _source_row(source: Any) -> str:
    site = source.site
    live = "yes" if site.live and source.start is not None else "no"
    needs = ", ".join(f"`{name}`" for name in site.needs)
    cells = (f"`{site.key}`", site.name, site.kind.value, live, site.proof, site.access, needs)
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |\n"


PAGES = {"command-line.md": command_page, "sources.md": source_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
