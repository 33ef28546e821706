"""A cluster over https: with the authority's certificate and the right password everything works; without, one line says what is wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from manage import app
from settings import settings
from tests.elastic.server import elastic_server, folder_for_nodes, need_server

pytestmark = [pytest.mark.elastic, pytest.mark.xdist_group("elastic-encrypted")]
RUN = CliRunner()


@pytest.fixture(scope="module")
def encrypted() -> Iterator[Any]:
    """A server that answers over https, with one user."""
    need_server()
    with folder_for_nodes() as folder:
        cluster = elastic_server().Cluster(folder, tls=True, users={"ada": ("ada's words", ["superuser"])})
        try:
            cluster.start(240)
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture(autouse=True)
def configured(encrypted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of the manual."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAINT_STORE", f"{encrypted.addresses[0]}/plaint")
    monkeypatch.setenv("PLAINT_ELASTIC_USER", "ada")
    monkeypatch.setenv("PLAINT_ELASTIC_PASSWORD", "ada's words")
    monkeypatch.setenv("PLAINT_ELASTIC_CA", str(encrypted.ca))
    settings.cache_clear()
    yield
    settings.cache_clear()


def refused() -> str:
    """The one line that a command ends with."""
    settings.cache_clear()
    result = RUN.invoke(app, ["search", ""])
    assert result.exit_code == 1, result.output
    assert len(result.stderr.splitlines()) == 1
    assert "ada's words" not in result.stderr
    return result.stderr


def test_a_store_over_https_works() -> None:
    assert RUN.invoke(app, ["people", "add", "anna", "--name", "Anna", "--role", "admin"]).exit_code == 0
    assert '"total":0' in RUN.invoke(app, ["search", ""]).stdout


def test_a_user_in_the_address_works_and_is_not_shown(encrypted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAINT_ELASTIC_PASSWORD")
    address = f"{encrypted.addresses[0]}/plaint".replace("https://", "https://ada:ada's words@")
    settings.cache_clear()
    result = RUN.invoke(app, ["doctor", "--json", "--store", address])
    assert '"name":"store","state":"ok"' in result.stdout, result.output
    assert "ada's" not in result.output


def test_a_certificate_of_another_authority_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-keyout", "other.key", "-out", "other.pem"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    monkeypatch.setenv("PLAINT_ELASTIC_CA", str(tmp_path / "other.pem"))
    assert "does PLAINT_ELASTIC_CA name the authority of the cluster's certificate?" in refused()


def test_without_the_authority_of_the_certificate_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAINT_ELASTIC_CA")
    assert "PLAINT_ELASTIC_CA" in refused()


def test_a_file_that_is_no_certificate_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    monkeypatch.setenv("PLAINT_ELASTIC_CA", str(tmp_path / "empty.pem"))
    assert "PLAINT_ELASTIC_CA" in refused()


def test_a_wrong_password_and_a_missing_user_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAINT_ELASTIC_PASSWORD", "another")
    assert "the user or the password is wrong" in refused()
    monkeypatch.delenv("PLAINT_ELASTIC_USER")
    assert "the user or the password is wrong" in refused()


def test_http_where_https_answers_is_told(encrypted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAINT_STORE", encrypted.addresses[0].replace("https://", "http://") + "/plaint")
    assert "https" in refused()
