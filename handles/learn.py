"""`plaint learn`: teach the models that the fast tier ships, or measure the way of learning on a set by its published protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handles import options

DATA = Path("../shared/data")
PROTOCOLS = ("acl2019", "fincorp", "xci")
"""Sets that `--cv` knows."""
HEADS = ("complaint", "severity", "complaint-deep", "severity-deep")
"""What can be taught; the deep ones only when they are asked for."""


def add(app: typer.Typer) -> None:
    """Register `learn`."""

    @app.command()
    def learn(
        data: Annotated[Path, typer.Option("--data", metavar="FOLDER", help="The folder of the labelled sets.")] = DATA,
        cv: Annotated[str | None, typer.Option("--cv", metavar="SET", help=f"Only measure: {', '.join(PROTOCOLS)}.")] = None,
        into: Annotated[Path | None, typer.Option("--into", metavar="FOLDER", help="Where models go (default: where they ship).")] = None,
        only: Annotated[str | None, typer.Option("--only", metavar="HEAD", help=f"Teach one: {', '.join(HEADS)}.")] = None,
        vectors: Annotated[Path | None, typer.Option("--vectors", metavar="FOLDER", help="Where the vectors of texts are kept.")] = None,
    ) -> None:
        """Teach what is a complaint and how severe it is, and write the models with the card that says how they were made.

        With `--cv` nothing is written: a set is cut as the answer says, and the figures are of rows that were not learned from,
        each with its interval. Needs the extra `learn`. The deep heads are taught when `--only` asks for one; that needs the
        extra `deep`, and a quarter of an hour for the vectors of the texts unless `--vectors` has them from before.

        Examples: plaint learn --data ../shared/data --into models

                  plaint learn --cv acl2019
        """
        from importlib.util import find_spec

        if not data.is_dir():
            options.wrong_usage(f"{data}: no such folder; --data names the folder of the sets")
        if cv is not None:
            _known(cv, PROTOCOLS, "set")
        if only is not None:
            _known(only, HEADS, "head")
        for folder in (into, vectors):
            if folder is not None and not folder.is_dir():
                options.wrong_usage(f"{folder}: no such folder")
        if find_spec("sklearn") is None:
            options.refuse("teaching needs scikit-learn: pip install -e '.[learn]'")
        _measured(cv, data) if cv is not None else _taught(data, into, only, vectors)


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


def _taught(data: Path, into: Path | None, only: str | None, vectors: Path | None) -> None:
    from collections.abc import Callable
    from functools import partial

    from plaint.understand import learning_deep, learning_heads, linear
    from plaint.understand.learning_card import card
    from plaint.understand.learning_sets import NoSet

    folder = into or linear.MODELS
    teach: dict[str, Callable[[Path], learning_heads.Taught]] = {
        "complaint": learning_heads.complaint,
        "severity": learning_heads.severity,
        "complaint-deep": partial(learning_deep.complaint, kept=vectors),
        "severity-deep": partial(learning_deep.severity, kept=vectors),
    }
    for name in HEADS[:2] if only is None else (only,):
        try:
            taught = teach[name](data)
        except (NoSet, learning_deep.NoVectors) as error:
            options.refuse(str(error))
        linear.write(taught.head, folder / f"{taught.head.name}.npz")
        (folder / f"{taught.head.name}.md").write_text(card(taught, options.now().date()), encoding="utf-8")
        options.say({"model": taught.head.spoken_as, "file": str(folder / f"{taught.head.name}.npz"), "figures": taught.figures})
