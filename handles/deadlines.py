"""`plaint deadlines`: what is due when under which regime, and why that date."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handles.options import refuse, wrong_usage

if TYPE_CHECKING:
    from plaint.deadlines.trace import Printed


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("deadlines")(deadlines)


def deadlines(
    regime: Annotated[str | None, typer.Option("--regime", metavar="ID", help="One regime, such as UK-DISP; with --inputs.")] = None,
    inputs: Annotated[str | None, typer.Option("--inputs", metavar="JSON", help="What is known of the complaint, as a JSON object.")] = None,
) -> None:
    """Compute deadlines with their trace.

    Without options: NDJSON {"id","regime","inputs"} in, {"id","deadlines","trace"} out. A line that cannot be answered
    gives {"id","line","error"}; the exit status is 1 only when no line could be answered. A date outside the loaded
    calendars is null, with the reason in "error" (and exit status 1 with --regime).

    Example: plaint deadlines --regime UK-DISP --inputs '{"received_at": "2026-11-24T10:00:00Z", "calendar": "GB-ENG"}'
    """
    if (regime is None) != (inputs is None):
        wrong_usage("--regime and --inputs go together; without both, complaints are read from standard input")
    if regime is not None and inputs is not None:
        _one(regime, inputs)
    else:
        _many()


def _one(regime: str, inputs: str) -> None:
    import msgspec

    from plaint.deadlines.engine import BadInputs

    try:
        given = msgspec.json.decode(inputs, type=dict[str, Any])
        answer = _answer(None, regime, given)
    except msgspec.DecodeError as error:
        wrong_usage(f"--inputs is no JSON object: {error}")
    except BadInputs as error:
        refuse(str(error))
    print(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
    if answer.error:
        refuse(answer.error)


def _many() -> None:
    import msgspec

    from plaint.deadlines.engine import BadInputs

    answered = failed = 0
    reason = ""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = msgspec.json.decode(line)
            found: object = _answer(*_asked(asked))
            answered += 1
        except (BadInputs, msgspec.DecodeError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            found = {"id": asked.get("id") if isinstance(asked, dict) else None, "line": number, "error": reason}
            failed += 1
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    sys.stdout.buffer.flush()
    if failed and not answered:
        refuse(f"none of {failed} lines could be answered; the last: {reason}")


def _asked(line: Any) -> tuple[str | int | None, str, Mapping[str, Any]]:
    """The id, regime and inputs of a line."""
    from plaint.deadlines.engine import BadInputs

    if not isinstance(line, dict):
        raise BadInputs('a line should be a JSON object with "id", "regime" and "inputs"')
    regime, inputs = line.get("regime"), line.get("inputs")
    if not isinstance(regime, str):
        raise BadInputs(f'"regime" is {regime!r}; it should be the id of a regime, like UK-DISP')
    if not isinstance(inputs, dict):
        raise BadInputs('"inputs" should be a JSON object')
    name = line.get("id")
    return name if isinstance(name, str | int) else None, regime, inputs


def _answer(id: str | int | None, regime: str, inputs: Mapping[str, Any]) -> Printed:
    from plaint.deadlines.engine import deadlines as count
    from plaint.deadlines.trace import printed

    return printed(count(regime, inputs), id)
