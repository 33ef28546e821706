"""`plaint parse`: one JSON object, exit status 1 with one line for a broken page, 2 for wrong usage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from manage import app

HERE = Path(__file__).parent


def parse(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["parse", *arguments])


def case(name: str) -> str:
    (file,) = (HERE / name).glob("page.*")
    return str(file)


def test_a_page_becomes_posts_with_their_capture() -> None:
    done = parse(
        case("trustpilot/saved_page"),
        "--source",
        "trustpilot",
        "--url",
        "https://www.trustpilot.com/review/fennel-bank.example",
        "--at",
        "2026-08-10",
    )
    said: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 0
    assert set(said) == {"posts", "rejected", "follow", "announced"}
    assert [post["id"] for post in said["posts"] if not post["within"]] == [
        "trustpilot:66b0c0de0000000000000001", "trustpilot:66b0c0de0000000000000002"
    ]  # fmt: skip
    assert said["posts"][0]["capture"] | {"sha256": ""} == {
        "url": "https://www.trustpilot.com/review/fennel-bank.example", "at": "2026-08-10T00:00:00Z", "sha256": "", "warc": None,
        "parser": "trustpilot@1", "robots": None,
    }  # fmt: skip
    assert said["posts"][1]["within"] == said["posts"][0]["ref"]
    assert said["rejected"][0]["field"] == "item"
    assert said["follow"] == ["https://www.trustpilot.com/review/fennel-bank.example?page=2"]
    assert said["announced"] == 41


def test_relative_dates_count_from_the_moment_of_the_capture(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<div itemscope itemtype="http://schema.org/Review"><p itemprop="reviewBody">Late.</p><i itemprop="datePublished">3 days ago</i></div>'
    )
    said = json.loads(parse(str(page), "--source", "schema_org", "--at", "2026-03-10T12:00:00Z").stdout)
    assert said["posts"][0]["published"]["earliest"][:10] in {"2026-03-06", "2026-03-07"}


def test_a_token_stands_for_the_next_page_where_there_is_no_address() -> None:
    assert json.loads(parse(case("google_maps/listugcposts"), "--source", "google_maps").stdout)["follow"] == ["TOKEN-2"]


def test_an_answer_without_anything_is_an_empty_page(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text('{"hits": {"hits": []}}')
    assert json.loads(parse(str(page), "--source", "cfpb").stdout) == {"posts": [], "rejected": [], "follow": [], "announced": None}


@pytest.mark.parametrize("name", ["trustpilot/cut_off", "schema_org/challenge", "cfpb/refused", "google_places/denied"])
def test_a_broken_page_is_refused_in_one_line(name: str) -> None:
    done = parse(case(name), "--source", name.partition("/")[0])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--source", "trustpilt"], "did you mean trustpilot"),
        (["--source", "cfpb", "--at", "yesterday"], "ISO 8601"),
        (["--source", "cfpb", "--headers", "{'a': 1}"], "JSON object"),
        (["--source", "cfpb", "--headers", "[1]"], "JSON object"),
        (["--sauce", "cfpb"], "--sauce"),
        ([], "--source"),
    ],
)
def test_wrong_usage_says_what_to_write(arguments: list[str], hint: str) -> None:
    done = parse(case("cfpb/nothing_found"), *arguments)
    assert done.exit_code == 2
    assert hint in done.stderr


def test_a_missing_file_is_wrong_usage() -> None:
    assert parse("nowhere.html", "--source", "cfpb").exit_code == 2


def test_the_charset_of_the_headers_counts(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes('<div itemscope itemtype="http://schema.org/Review"><p itemprop="reviewBody">Grüße und жалоба</p></div>'.encode())
    latin = tmp_path / "latin.html"
    latin.write_bytes('<div itemscope itemtype="http://schema.org/Review"><p itemprop="reviewBody">Schöne Grüße</p></div>'.encode("iso-8859-1"))
    assert json.loads(parse(str(page), "--source", "schema_org").stdout)["posts"][0]["text"] == "Grüße und жалоба"
    said = parse(str(latin), "--source", "schema_org", "--headers", '{"Content-Type": "text/html; charset=ISO-8859-1"}')
    assert json.loads(said.stdout)["posts"][0]["text"] == "Schöne Grüße"


def test_firms_are_those_of_the_file_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from settings import settings

    (tmp_path / "firms.toml").write_text('[fennel]\nname = "Fennel Bank"\n\n[fennel.handles]\ntrustpilot = "fennel-bank.example"\n')
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    said = json.loads(parse(case("trustpilot/saved_page"), "--source", "trustpilot").stdout)
    settings.cache_clear()
    assert [firm["key"] for firm in said["posts"][0]["firms"]] == ["fennel"]
