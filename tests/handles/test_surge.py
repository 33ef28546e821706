"""`plaint surge`: CSV in, CSV out, a refusal that names the line."""

import csv

import pytest
from typer.testing import CliRunner

from manage import app


def run(lines: str, *options: str):
    return CliRunner().invoke(app, ["surge", *options], input=lines)


def series(days: int) -> str:
    rows = [f"2026-03-{1 + hour // 24:02d} {hour % 24:02d}:00:00,{90 if hour == 24 * days - 1 else 3 + hour % 5}" for hour in range(24 * days)]
    return "\n".join(["timestamp,value", *rows, ""])


def test_each_line_is_answered_and_a_burst_is_an_alarm():
    got = run(series(14))
    rows = list(csv.DictReader(got.stdout.splitlines()))
    assert got.exit_code == 0
    assert len(rows) == 14 * 24
    assert list(rows[0].values()) == ["2026-03-01 00:00:00", "0.0000", "0"]
    assert [at for at, row in enumerate(rows) if row["alarm"] == "1"] == [14 * 24 - 1]


def test_an_alarm_is_explained():
    rows = list(csv.DictReader(run(series(14), "--explain").stdout.splitlines()))
    assert rows[-1]["seen"] == "90"
    assert rows[-1]["why"].startswith("90 seen, ")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("at,count\n", "line 1: "),
        ("timestamp,value\n2026-03-01 00:00:00,many\n", "line 2: "),
        ("timestamp,value\n2026-03-01 00:00:00,1\nyesterday,2\n", "line 3: "),
        ("timestamp,value\n2026-03-01 00:00:00,1\n2026-03-01 00:00:00,2\n", "line 3: "),
        ("timestamp,value\n2026-03-01 00:00:00,1\n2026-03-01T01:00:00Z,2\n", "line 3: "),
        ("timestamp,value\n2026-03-01 00:00:00\n", "line 2: "),
    ],
)
def test_what_is_no_line_is_refused_by_its_number(lines: str, said: str):
    got = run(lines)
    assert got.exit_code == 1
    assert said in got.output


def test_a_firm_of_the_store_is_read_by_the_hour_and_another_is_refused(tmp_path):
    store = f"sqlite:///{tmp_path}/p.db"
    (tmp_path / "firms.csv").write_text("key,name,country,aliases,handles,sites\nnorthgate,Northgate Bank,GB,,,\n")
    assert CliRunner().invoke(app, ["firms", "import", str(tmp_path / "firms.csv"), "--store", store]).exit_code == 0
    got = run("", "--firm", "northgate", "--store", store)
    assert got.exit_code == 0, got.output
    assert len(got.stdout.splitlines()) == 1 + 35 * 24
    refused = run("", "--firm", "nortgate", "--store", store)
    assert refused.exit_code == 1
    assert "nortgate is no firm of this store" in refused.output
    assert run("", "--firm", "northgate", "--store", f"sqlite:///{tmp_path}/none.db").exit_code == 1
