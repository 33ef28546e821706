"""Runs one crawl of the made-up site in a process of its own, as the command line does: `python walk.py JSON`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import msgspec

from crawlers.run import Manners, crawl_sources
from indexer.connect import connect
from plaint.model import Approval, Firm, Person
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


def main() -> None:
    given = json.loads(sys.argv[1])
    stores = connect(given["store"])
    manners = Manners(
        homes={"peer": given["home"]}, pause=0.05, delay=given.get("delay"), max_pages=given.get("max_pages"), contact="mailto:x@y.example"
    )
    runs = crawl_sources(
        stores, [peer_source(**given.get("site", {}))], ["acme"], since=given.get("since"), limit=given.get("limit"), manners=manners
    )
    stores.close()
    print(msgspec.json.encode(runs).decode())


if __name__ == "__main__":
    main()
