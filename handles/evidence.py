"""`plaint evidence`: what was fetched, for somebody else's eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handles.options import AsOption, StoreOption, acting, now, opened, refuse, say


def add(app: typer.Typer) -> None:
    """Register the commands."""
    evidence = typer.Typer(no_args_is_help=True, help="What was fetched, as it was.")
    evidence.command("hand-over")(hand_over)
    app.add_typer(evidence, name="evidence")
    evidence.callback()(_group)


def _group() -> None:
    """What was fetched, as it was."""


def hand_over(
    posts: Annotated[list[str], typer.Argument(metavar="POST…", help="Ids of posts, as `plaint search` shows them.")],
    to: Annotated[Path, typer.Option(metavar="FILE.zip", help="Where to write it; an existing file is not overwritten.")],
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Write the captures of posts into a ZIP that anybody can check with sha256sum and warcio; print its SHA-256.

    Example: plaint evidence hand-over trustpilot:66b0c0de --to evidence.zip --as carla
    """
    from uuid import uuid4

    from indexer.handing import write_zip
    from plaint.desk.handing import captures_of, handed_over, pictures_of
    from plaint.desk.rights import Refused

    with opened(store) as stores:
        try:
            person = acting(stores, as_)
            found, captures = captures_of(stores, person, posts)
            pictures = pictures_of(stores, captures)
            digest = write_zip(to, found, captures, pictures)
            handed_over(stores, person, found, digest, now(), str(uuid4()))
        except FileExistsError:
            refuse(f"{to} exists already; give another name")
        except (Refused, OSError) as error:
            refuse(str(error))
    say({"file": str(to), "sha256": digest, "posts": len(found), "captures": len(captures), "pictures": len(pictures)})
