"""`plaint learn`: teach the models that the fast tier ships, or measure the way of learning on a set by its published protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handles import options

DATA = Path("../shared/data")
PROTOCOLS = ("acl2019", "fincorp", "xci")
"""Sets that `--cv` knows."""


def add(app: typer.Typer) -> None:
    """Register `learn`."""

    @app.command()
    def learn(
        data: Annotated[Path, typer.Option("--data", metavar="FOLDER", help="The folder of the labelled sets.")] = DATA,
        cv: Annotated[str | None, typer.Option("--cv", metavar="SET", help=f"Only measure: {', '.join(PROTOCOLS)}.")] = None,
        into: Annotated[Path | None, typer.Option("--into", metavar="FOLDER", help="Where models go (default: where they ship).")] = None,
        only: Annotated[str | None, typer.Option("--only", metavar="HEAD", help="Teach one: complaint or severity.")] = None,
    ) -> None:
        """Teach what is a complaint and how severe it is, and write the models with the card that says how they were made.

        With `--cv` nothing is written: a set is cut as its authors did, and the figures are of rows that were not learned from,
        each with its interval. Needs the extra `learn`.

        Examples: plaint learn --data ../shared/data --into /tmp/models

                  plaint learn --cv acl2019
        """
        from importlib.util import find_spec

        if not data.is_dir():
            options.wrong_usage(f"{data}: no such folder; --data names the folder of the sets")
        if cv is not None:
            _known(cv, PROTOCOLS, "set")
        if only is not None:
            _known(only, ("complaint", "severity"), "head")
        if into is not None and not into.is_dir():
            options.wrong_usage(f"{into}: no such folder")
        if find_spec("sklearn") is None:
            options.refuse("teaching needs scikit-learn: pip install -e '.[learn]'")
        _measured(cv, data) if cv is not None else _taught(data, into, only)


def _known(said: str, known: tuple[str, ...], what: str) -> None:
    if said not in known:
        from rapidfuzz.process import extractOne

        near = extractOne(said, known, score_cutoff=50)
        options.wrong_usage(f"no {what} {said!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"))


def _measured(name: str, data: Path) -> None:
    from plaint.understand.learning_protocols import measured
    from plaint.understand.learning_sets import NoSet

    try:
        options.say(measured(name, data))
    except NoSet as error:
        options.refuse(str(error))


def _taught(data: Path, into: Path | None, only: str | None) -> None:
    from plaint.understand import learning_heads, linear
    from plaint.understand.learning_card import card
    from plaint.understand.learning_sets import NoSet

    folder = into or linear.MODELS
    for name, teach in (("complaint", learning_heads.complaint), ("severity", learning_heads.severity)):
        if only not in {None, name}:
            continue
        try:
            taught = teach(data)
        except NoSet as error:
            options.refuse(str(error))
        linear.write(taught.head, folder / f"{taught.head.name}.npz")
        (folder / f"{taught.head.name}.md").write_text(card(taught, options.now().date()), encoding="utf-8")
        options.say({"model": taught.head.spoken_as, "file": str(folder / f"{taught.head.name}.npz"), "figures": taught.figures})
