"""The register of firms: who may fill it, and what the log keeps of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from plaint.desk.log import record
from plaint.desk.rights import Right, require
from plaint.model import Firm, Person
from plaint.ports import Stores

STREAM, ADDED = "firms", "FirmsRegistered"


def register(stores: Stores, by: Person | None, firms: Sequence[Firm], *, now: datetime, command: str) -> None:
    """Add firms, or replace those with the same key; service levels that were set stay.

    Needs the right to change the firms register, for each of the firms, and is logged. Nobody (`by=None`) may do it where
    there are no accounts yet, which is not logged: nobody could be named. Raises Refused, and then nothing is changed.
    """
    if by is not None:
        for firm in firms:
            require(by, Right.KEEP_FIRMS, firm.key)
    held = {firm.key: firm for firm in stores.registers.firms()}
    kept = [replace(firm, levels=held[firm.key].levels) if firm.key in held else firm for firm in firms]
    changed = [firm.key for firm in kept if held.get(firm.key) != firm]
    stores.registers.save_firms(kept)
    if by is not None and changed:
        record(stores, STREAM, by, ADDED, {"firms": changed}, now, command)
