"""`plaint firms`: a register read from a file, row by row, and asked which firm a mention means."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from indexer.connect import connect
from manage import app


@pytest.fixture
def plaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Plaint":
    monkeypatch.chdir(tmp_path)
    return Plaint(tmp_path)


class Plaint:
    """The command in an empty folder with a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, text: str = "") -> Result:
        return CliRunner().invoke(app, ["firms", *words, "--store", f"sqlite:///{self.folder}/f.db"], input=text)

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


CSV = """key,name,country,aliases,handles,sites
orbit,Orbit Pay,gb | ie,OrbitPay Ltd | Orbita,stars=orbit.example | orbitpay,https://orbit.example|https://orbit.ie.example
kestrel,Kestrel Mutual,,,,
"""


def test_a_csv_is_imported_listed_and_matched(plaint: Plaint) -> None:
    run = plaint("import", plaint.write("firms.csv", CSV))
    assert (run.exit_code, json.loads(run.stdout)) == (0, {"firms": 2, "rejected": 0})
    listed = [json.loads(line) for line in plaint("list").stdout.splitlines()]
    assert [firm["key"] for firm in listed] == ["kestrel", "orbit"]
    assert listed[1]["handles"] == {"stars": "orbit.example"}
    asked = "".join(json.dumps({"id": str(n), "mention": m}) + "\n" for n, m in enumerate(["@orbitpay", "Orbita", "kestrel mutual plc", "Zephyr"]))
    assert [json.loads(line)["key"] for line in plaint("match", text=asked).stdout.splitlines()] == ["orbit", "orbit", "kestrel", None]


def test_a_bad_row_is_named_and_the_others_live(plaint: Plaint) -> None:
    run = plaint("import", plaint.write("firms.csv", CSV + "a b,X\norbit,Again\n"))
    assert run.exit_code == 1
    assert json.loads(run.stdout) == {"firms": 2, "rejected": 2}
    assert "line 4: key 'a b'" in run.stderr
    assert "line 5: the key orbit stands twice" in run.stderr
    assert len(plaint("list").stdout.splitlines()) == 2


def test_once_there_are_accounts_filling_the_register_needs_the_right_and_is_logged(plaint: Plaint) -> None:
    file, store = plaint.write("firms.csv", CSV), f"sqlite:///{plaint.folder}/f.db"
    assert plaint("import", file).exit_code == 0
    for words in (("anna", "--role", "admin"), ("rita", "--role", "reader", "--as", "anna")):
        assert CliRunner().invoke(app, ["people", "add", *words, "--name", words[0], "--store", store]).exit_code == 0
    other = plaint.write("other.csv", "key,name\norbit,Orbit Payments\nkestrel,Kestrel Mutual\n")
    for given, why in (((), "who acts?"), (("--as", "ana"), "did you mean anna?"), (("--as", "rita"), "rita may not change the firms register")):
        run = plaint("import", other, *given)
        assert run.exit_code == 1
        assert why in run.stderr
    assert "Orbit Payments" not in plaint("list").stdout
    assert plaint("import", other, "--as", "anna").exit_code == 0
    assert "Orbit Payments" in plaint("list").stdout
    with closing(connect(store)) as stores:
        (entry,) = stores.cases.read("firms")
    assert (entry.kind, entry.by, entry.said) == ("FirmsRegistered", "anna", {"firms": ["orbit"]})


def test_importing_again_replaces(plaint: Plaint) -> None:
    plaint("import", plaint.write("firms.csv", CSV))
    plaint("import", plaint.write("one.toml", '[orbit]\nname = "Orbit Payments"\n'))
    names = {firm["key"]: firm["name"] for firm in map(json.loads, plaint("list").stdout.splitlines())}
    assert names == {"kestrel": "Kestrel Mutual", "orbit": "Orbit Payments"}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.csv", "name,country\nX,GB\n", "no column key"),
        ("a.csv", "", "no column key"),
        ("a.toml", "key = [", "a.toml"),
        ("a.toml", 'name = "X"\n', "heading of a firm"),
        ("a.csv", "key,name,colour\nx,X,red\n", "colour"),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_one_line_that_says_why(plaint: Plaint, name: str, text: str, says: str) -> None:
    run = plaint("import", plaint.write(name, text))
    assert run.exit_code == 1
    assert says in run.stderr


def test_a_file_that_is_not_there_is_refused(plaint: Plaint) -> None:
    assert plaint("import", "nowhere.csv").exit_code in {1, 2}


def test_an_empty_register_starts_with_the_file_of_the_settings(plaint: Plaint, monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings

    connect(f"sqlite:///{plaint.folder}/f.db").close()
    plaint.write("ours.toml", '[orbit]\nname = "Orbit Pay"\n')
    monkeypatch.setenv("PLAINT_FIRMS", "ours.toml")
    settings.cache_clear()
    try:
        assert [json.loads(line)["key"] for line in plaint("list").stdout.splitlines()] == ["orbit"]
    finally:
        settings.cache_clear()


def test_the_file_in_the_checkout_is_a_register() -> None:
    from handles.firms import read

    good, bad = read(Path(__file__).parents[2] / "firms.toml")
    assert not bad
    assert {"northgate", "orbitpay", "tern", "lumen"} <= {firm.key for firm in good}


def test_a_line_that_is_no_mention_is_refused(plaint: Plaint) -> None:
    run = plaint("match", text='{"id":1}\n')
    assert run.exit_code == 1
    assert "line 1" in run.stderr
