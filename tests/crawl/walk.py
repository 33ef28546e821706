"""Runs one crawl of the made-up site in a process of its own, as the command line does."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from crawlers.run import Manners, crawl_sources
from indexer.connect import connect
from plaint.model import Approval, Firm, Person, Run
from settings.events import log_to_stderr
from tests.crawl.peer import peer_source

ACME = Firm(key="acme", name="Acme Bank", handles={"peer": "acme"})
BOSS = Person(key="boss", name="Boss", roles=("compliance",))


def prepare(address: str, aliases: tuple[str, ...] = ()) -> None:
    stores = connect(address)
    review = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    stores.registers.save_firms([replace(ACME, aliases=aliases)])
    stores.registers.save_person(BOSS)
    stores.registers.save_approval(Approval(source="peer", approved=True, by="boss", review_on=review))
    stores.close()


def crawl_once(given: dict[str, Any]) -> list[Run]:
    """One crawl in this process, which can do no other after it."""
    log_to_stderr("debug")
    stores = connect(given["store"])
    manners = Manners(
        homes={"peer": given["home"]},
        pause=given.get("pause", 0.05),
        delay=given.get("delay"),
        max_pages=given.get("max_pages"),
        full=given.get("full", False),
        contact="mailto:crawl@collector.example",
        chromium=Path(given["chromium"]) if "chromium" in given else None,
        redis=given.get("redis"),
        lease=given.get("lease", 30.0),
    )
    sources = [peer_source(**given.get("site", {}))]
    runs = crawl_sources(stores, sources, ["acme"], since=given.get("since"), limit=given.get("limit"), manners=manners)
    stores.close()
    return runs


def begin(given: dict[str, Any], folder: Path, env: Mapping[str, str] | None = None) -> int:
    """Start a crawl in a forked process, which spares it the imports; its pid. Output goes to files in `folder`."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.environ.update(env or {})
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        runs = crawl_once(given)
        (folder / "runs.json").write_bytes(msgspec.json.encode(runs))
        status = 0
    except BaseException:  # noqa: BLE001 - a forked child must never return into pytest
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
