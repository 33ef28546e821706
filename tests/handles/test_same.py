"""`plaint same`: NDJSON in, NDJSON out, a refusal that names the line."""

import json

import pytest
from typer.testing import CliRunner

from manage import app

TEXT = "My card was charged twice for one ticket and nobody at Orbit answers the phone"


def run(lines: str, *options: str):
    return CliRunner().invoke(app, ["same", *options], input=lines)


def answers(*lines: dict[str, object], options: tuple[str, ...] = ()) -> list[dict[str, object]]:
    got = run("".join(json.dumps(line) + "\n" for line in lines), *options)
    assert got.exit_code == 0, got.output
    return [json.loads(line) for line in got.stdout.splitlines()]


def test_a_cluster_is_named_by_the_id_that_came_first():
    got = answers({"id": "b", "text": TEXT}, {"id": 2, "text": "Löst nichts, kostet viel"}, {"id": "a", "text": TEXT + "!"})
    assert got == [{"id": "b", "cluster": "b"}, {"id": 2, "cluster": 2}, {"id": "a", "cluster": "b"}]


def test_pairs_are_scored_in_order():
    got = answers({"id": 1, "a": TEXT, "b": TEXT.upper()}, {"id": 2, "a": TEXT, "b": "Lovely weather"}, options=("--pairs",))
    assert [(line["id"], line["same"]) for line in got] == [(1, True), (2, False)]
    assert got[0]["score"] == 1


@pytest.mark.parametrize(("lines", "options"), [('{"id":1}', ()), ("no json", ()), ('{"id":1,"text":"only one"}', ("--pairs",))])
def test_what_is_no_line_is_refused_by_its_number(lines: str, options: tuple[str, ...]):
    got = run("\n" + lines, *options)
    assert got.exit_code == 1
    assert "line 2: " in got.output


def test_nothing_in_nothing_out():
    assert run("").stdout == ""
