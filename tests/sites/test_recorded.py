"""Recorded pages of real sites, where they lie beside the checkout: what `plaint parse` prints is what is really in them.

The comparison is that of the tool which comes with the recordings, run in this process.
"""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from crawlers.registry import keys
from manage import app

CUT = 60
"""Characters to which the list of what is in the recorded pages cuts titles."""


def _checker(shared: Path) -> ModuleType:
    """The tool, with its subprocess replaced by the same command in this process."""
    spec = spec_from_file_location("check_sources", shared / "tools" / "check_sources.py")
    assert spec is not None
    assert spec.loader is not None
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        done = CliRunner().invoke(app, command[1:])
        return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr or repr(done.exception))

    tool.subprocess = SimpleNamespace(run=run)  # type: ignore[attr-defined]
    return tool


@pytest.mark.parametrize("kind", ["reviews", "social"])
def test_recorded_pages_are_read_whole(shared: Path, kind: str) -> None:
    tool, folder = _checker(shared), shared / "fixtures" / kind
    entries = [one for one in json.loads((folder / "expected.json").read_text()) if not one.get("kind", "").startswith(tool.NOT_POSTS)]
    for want in (one.get(end) or {} for one in entries for end in ("first", "last")):
        if len(want.get("title") or "") == CUT:  # the list cuts long titles, and the tool compares whole ones
            del want["title"]
    ours = [one for one in entries if tool.source_key(one) in keys()]
    wrong = {name: problems for name, problems in (tool.check_file(one, folder, ["plaint"]) for one in ours) if problems}
    assert not wrong
