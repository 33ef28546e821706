"""The production file is checked as text, since no container engine is at hand: what it names exists, and nothing is left open."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

import manage
from settings import Settings

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = json.loads((ROOT / "deploy/compose.json").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_and_a_pinned_or_own_image(name: str) -> None:
    service = SERVICES[name]
    assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"])
    assert service["image"] == "plaint" or re.search(r":\d+\.\d+\.\d+$", service["image"])


@pytest.mark.parametrize("name", [name for name, service in SERVICES.items() if service["image"] == "plaint"])
def test_what_plaint_is_given_are_settings_and_what_it_runs_are_commands(name: str) -> None:
    service = SERVICES[name]
    assert {key.removeprefix("PLAINT_").lower() for key in service["environment"]} <= set(Settings.model_fields)
    assert service["depends_on"] == {"elasticsearch": {"condition": "service_healthy"}}
    known = {command.name or command.callback.__name__ for command in manage.app.registered_commands if command.callback}
    ran = [service["command"], service["healthcheck"]["test"][1:]]
    assert {words[1] for words in ran if words[0] == "plaint"} <= known


def test_the_watch_is_asked_for_its_health_where_it_answers() -> None:
    watch = SERVICES["watch"]
    port = watch["command"][watch["command"].index("--health-port") + 1]
    assert f"http://127.0.0.1:{port}/ready" in watch["healthcheck"]["test"][-1]
    assert {
        option
        for command in manage.app.registered_commands
        if (command.name or command.callback.__name__) == "watch"  # type: ignore[union-attr]
        for option in inspect.signature(command.callback).parameters
    } >= {"health_port"}  # type: ignore[arg-type]
    assert watch["restart"] == "unless-stopped"


def test_no_password_is_in_the_file_and_only_loopback_is_reached() -> None:
    for service in SERVICES.values():
        for key, value in service["environment"].items():
            if "PASSWORD" in key:
                assert value.startswith("${PLAINT_ELASTIC_PASSWORD:?")
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_every_volume_is_declared() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_the_server_is_the_version_that_the_tests_run_against() -> None:
    version = re.search(r'VERSION = "([\d.]+)"', (ROOT / "scripts/elastic_server.py").read_text())
    assert version
    assert SERVICES["elasticsearch"]["image"].endswith(f":{version[1]}")


def test_the_image_installs_what_the_project_pins() -> None:
    said = (ROOT / "deploy/Dockerfile").read_text()
    assert "requirements.txt" in said
    assert "elasticsearch>=8.19,<9" in said
    assert 'elastic = ["elasticsearch>=8.19,<9"]' in (ROOT / "pyproject.toml").read_text()
