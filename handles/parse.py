"""`plaint parse`: what one saved page says, as JSON. Stores nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from handles.options import now, refuse, say, wrong_usage


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("parse")(parse)


def parse(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A saved page or answer, as it came.")],
    source: Annotated[str, typer.Option(help="Which source it is from, as `trustpilot`.")],
    url: Annotated[str, typer.Option(help="Where it came from: needed for links that the page does not spell out.")] = "",
    at: Annotated[str | None, typer.Option(metavar="ISO", help="When it was fetched; relative dates count from here (default: now).")] = None,
    headers: Annotated[str, typer.Option(metavar="JSON", help="The headers of the answer, as a JSON object.")] = "{}",
) -> None:
    """Print the posts of one saved page as one JSON object; exit status 1 when the page is broken.

    Example: plaint parse page.html --source trustpilot --url https://www.trustpilot.com/review/bank.example
    """
    from crawlers.page import Broken, Page
    from crawlers.reading import read
    from crawlers.registry import source as source_of

    try:
        known = source_of(source)
    except LookupError as error:
        wrong_usage(error.args[0])
    page = Page(file.read_bytes(), url=url, at=_moment(at), headers=_headers(headers))
    try:
        reading = read(known, page)
    except Broken as error:
        refuse(f"{source}: {error.alarm}: {error}")
    posts, rejected = _normalised(known.site, page, reading.posts)
    say({
        "posts": posts,
        "rejected": [*reading.rejected, *rejected],
        "follow": [request.token or request.url for request in reading.follow if request.next],
        "announced": reading.announced,
    })  # fmt: skip


def _normalised(site: Any, page: Any, raw_posts: Any) -> tuple[list[Any], list[Any]]:
    """The posts in the order of the page, and what could not be understood."""
    from hashlib import sha256

    from plaint.model import Capture, Post
    from plaint.posts.normalise import normalise

    capture = Capture(url=page.url, at=page.at, sha256=sha256(page.body).hexdigest(), parser=f"{site.key}@{site.version}")
    names = _names()
    results = [normalise(raw, site=site, capture=capture, names=names) for raw in raw_posts]
    return [one for one in results if isinstance(one, Post)], [one for one in results if not isinstance(one, Post)]


def _names() -> Any:
    """The names of the firms in the file that the settings name; none where it is not there. The store is not asked."""
    from handles.firms import read as read_firms
    from plaint.posts.brands import Names
    from settings import settings

    file = settings().firms
    return Names(read_firms(file)[0] if file.is_file() else ())


def _moment(at: str | None) -> str:
    """`--at` as ISO 8601 in UTC; a moment without a zone is taken as UTC."""
    from datetime import UTC, datetime

    from plaint.model import iso

    if at is None:
        return iso(now())
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        wrong_usage(f"--at wants ISO 8601, as 2026-01-31T09:00:00Z, not {at!r}")
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _headers(text: str) -> dict[str, str]:
    import json

    try:
        headers = json.loads(text)
    except ValueError as error:
        wrong_usage(f"--headers wants a JSON object: {error}")
    if not isinstance(headers, dict):
        wrong_usage("--headers wants a JSON object of names and values")
    return {str(name): str(value) for name, value in headers.items()}
