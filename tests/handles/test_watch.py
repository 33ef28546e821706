"""`plaint watch` refuses settings that it would else pass over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from manage import app
from settings import settings
from tests.watch.made import prepare


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PLAINT_RHYTHMS", '{"mastodn": 5}', "mastodon"),
        ("PLAINT_RHYTHMS", '{"mastodon": -5}', "mastodon needs a number of seconds above 0"),
        ("PLAINT_STREAMS", '{"bluesky": "http://127.0.0.1"}', "the stream of bluesky needs an address that begins with wss://"),
    ],
)
def test_a_setting_with_a_typo_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    address = f"sqlite:///{tmp_path}/plaint.db"
    prepare(address, "mastodon")
    monkeypatch.setenv(name, value)
    settings.cache_clear()
    for option in ("--show", "--once"):
        result = CliRunner().invoke(app, ["watch", option, "--store", address])
        assert result.exit_code == 1
        assert name in result.stderr
        assert said in result.stderr
    settings.cache_clear()


@pytest.mark.parametrize("options", [(), ("--once",), ("--show",)])
def test_a_mistyped_store_is_refused_and_none_is_made(tmp_path: Path, options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["watch", *options, "--store", f"sqlite:///{tmp_path}/typo.db"])
    assert (result.exit_code, "no store there" in result.stderr, list(tmp_path.iterdir())) == (1, True, [])
