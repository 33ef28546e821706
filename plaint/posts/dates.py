"""From what a source says about a moment to a `PartialDate`, counted from when the page was fetched; None rather than a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from plaint.model import PartialDate


def read_date(
    text: str | float, *, at: datetime, languages: Sequence[str] = (), zone: str | None = None, date_order: str | None = None,
    formats: Sequence[str] = (), strip: Sequence[str] = (),
) -> PartialDate | None:  # fmt: skip
    """The moment or span that `text` names, or None."""
    said = str(text).strip()
    if isinstance(text, int | float) or (said.isdigit() and len(said) >= 9):
        number = float(text)
        return PartialDate.exact(datetime.fromtimestamp(number / 1000 if abs(number) > 1e11 else number, UTC), said)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    if len(said) <= 10:
        return PartialDate.day(moment.date(), said)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
    return PartialDate.exact(moment, said)
