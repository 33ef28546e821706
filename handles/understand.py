"""`plaint understand`: what a post means, line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import typer

from handles import options

BATCH = 256
"""Lines that are understood at once."""


def add(app: typer.Typer) -> None:
    """Register `understand`."""

    @app.command()
    def understand() -> None:
        """Understand texts: NDJSON {"id","text"} in, {"id","understanding"} out, a line for each, in order.

        `title`, `lang`, `source` and `stars` may be given too. Offsets count in the title, ". " and the text put together.

        Example: echo '{"id":"1","text":"They charged me twice"}' | plaint understand
        """
        from plaint.understand.reading import Said, read
        from settings import settings

        settings()
        lines = _asked()
        while batch := list(islice(lines, BATCH)):
            said = [Said(text=one.text, title=one.title, lang=one.lang, source=one.source, stars=one.stars) for one in batch]
            for one, understood in zip(batch, read(said), strict=True):
                options.say({"id": one.id, "understanding": understood})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line."""

    id: int | str
    text: str
    title: str | None = None
    lang: str | None = None
    source: str | None = None
    stars: float | None = None


def _asked() -> Iterator[Asked]:
    import msgspec

    for number, line in enumerate(sys.stdin.buffer, 1):
        if line.strip():
            try:
                yield msgspec.json.decode(line, type=Asked)
            except msgspec.MsgspecError as error:
                options.refuse(f'line {number}: {error}; a line is {{"id":"1","text":"They charged me twice"}}')
