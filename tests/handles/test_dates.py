"""`plaint dates`: NDJSON in, NDJSON out, a refusal that names the line."""

import json

import pytest
from typer.testing import CliRunner

from manage import app

AT = "2026-03-18T15:30:00Z"


def answers(*lines: dict[str, object], options: tuple[str, ...] = ()) -> list[dict[str, object]]:
    run = CliRunner().invoke(app, ["dates", *options], input="".join(json.dumps(line) + "\n" for line in lines))
    assert run.exit_code == 0, run.output
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_each_line_is_answered_in_order() -> None:
    got = answers(
        {"id": "a", "text": "3 days ago", "lang": "en", "at": AT},
        {"id": 2, "text": "no date", "lang": None, "at": AT},
        {"id": "c", "text": "2026-03-05"},
        {"id": "d", "text": None},
    )
    assert got == [
        {"id": "a", "earliest": "2026-03-14T15:30:00Z", "latest": "2026-03-16T03:30:00Z"},
        {"id": 2, "earliest": None, "latest": None},
        {"id": "c", "earliest": "2026-03-05", "latest": "2026-03-05"},
        {"id": "d", "earliest": None, "latest": None},
    ]


def test_order_and_zone_are_options() -> None:
    assert answers({"id": 1, "text": "02/03/2026 10:00"}, options=("--order", "DMY", "--zone", "Asia/Tokyo")) == [
        {"id": 1, "earliest": "2026-03-02T01:00:00Z", "latest": "2026-03-02T01:00:00Z"}
    ]


@pytest.mark.parametrize(
    "line", ["{", '{"text":"x"}', "[1]", '{"id":1,"text":"x","at":"yesterday"}', '{"id":1,"text":"x","at":5}', '{"id":1,"text":"x","lang":5}']
)
def test_a_line_that_is_not_understood_is_refused_by_number(line: str) -> None:
    run = CliRunner().invoke(app, ["dates"], input='{"id":1,"text":"2026-03-05"}\n' + line + "\n")
    assert run.exit_code == 1
    assert "line 2" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_wrong_options_are_wrong_usage() -> None:
    for options in (["--order", "DYM"], ["--zone", "Europe/Londn"]):
        assert CliRunner().invoke(app, ["dates", *options], input="").exit_code == 2
