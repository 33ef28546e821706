"""`plaint sources`: the register of sources, and what a source file gets from a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from handles.options import AsOption, StoreOption, acting, need_store, now, opened, refuse, say, wrong_usage

if TYPE_CHECKING:
    from crawlers.page import Page
    from crawlers.reading import Reading
    from crawlers.registry import Source
    from plaint.model import Approval, Post, Rejection
    from plaint.ports import Stores

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Which source, as `plaint sources list` names it.")]


def add(app: typer.Typer) -> None:
    """Register the commands; without one the list is printed."""
    sources = typer.Typer(help="The register of sources: what may be read, by whose decision, until when.")
    sources.callback(invoke_without_command=True)(without_command)
    sources.command("list")(list_sources)
    sources.command("show")(show)
    sources.command("approve")(approve)
    sources.command("refuse")(refuse_source)
    sources.command("test")(try_pages)
    app.add_typer(sources, name="sources")


def without_command(context: typer.Context, store: StoreOption = None) -> None:
    """Show the register of sources, decide about them, try their files on saved pages."""
    if context.invoked_subcommand is None:
        list_sources(store)


def list_sources(store: StoreOption = None) -> None:
    """Print every source with its facts, its decisions and its last run, one JSON object a line.

    Example: plaint sources list
    """
    from crawlers.registry import sources

    need_store(store)
    with opened(store) as stores:
        for one in sources().values():
            say(_entry(stores, one))


def show(key: KeyArgument, store: StoreOption = None) -> None:
    """Print one source with its facts, decisions, newest runs and open rejections by reason.

    Example: plaint sources show trustpilot
    """
    one = _source(key)
    need_store(store)
    with opened(store) as stores:
        reasons = {reason: count for (source, reason), count in stores.runs.quarantine_counts().items() if source == key}
        say({**_entry(stores, one), "runs": stores.runs.newest(key, 10), "rejected": reasons})


def approve(
    key: KeyArgument,
    owner: Annotated[str, typer.Option(help="Who answers for reading this source.")],
    basis: Annotated[str, typer.Option(help="The lawful basis, as 'legitimate interests'.")],
    review_on: Annotated[str, typer.Option("--review-on", metavar="YYYY-MM-DD", help="Until when the decision holds.")],
    terms: Annotated[str | None, typer.Option(help="Which terms were read, with their version, and what they say (default: their address).")] = None,
    robots: Annotated[str | None, typer.Option(help="What was decided about robots.txt.")] = None,
    assessment: Annotated[str | None, typer.Option(help="Reference of the assessment, as 'LIA-2026-04'.")] = None,
    ownership: Annotated[
        str | None, typer.Option(help="Whose channel it is: OWNED, CLAIMED, THIRD_PARTY, REGULATOR, DIRECT (default: the source's).")
    ] = None,
    access: Annotated[str | None, typer.Option(help="How it is read (default: as the source says).")] = None,
    terms_version: Annotated[str | None, typer.Option("--terms-version", help="Which version of the terms was read, or of what day.")] = None,
    terms_decision: Annotated[str | None, typer.Option("--terms-decision", help="What was made of the terms, as 'reading is allowed'.")] = None,
    fields: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Fields that may be kept beside text, date and address; others are never stored (default: all)."),
    ] = None,
    retention: Annotated[str | None, typer.Option(help="The retention class of its posts, as 'complaints-6y'.")] = None,
    jurisdictions: Annotated[str | None, typer.Option(metavar="GB,DE", help="Countries of the people whose words are kept.")] = None,
    firm: Annotated[str | None, typer.Option(help="For this firm only (default: for all).")] = None,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Decide that a source may be read; the decision is an entry in the log.

    Example: plaint sources approve cfpb --owner 'Complaints team' --basis 'legitimate interests' --review-on 2027-06-30 --as ada
    """
    _decide(
        key, firm, store, as_, approved=True, owner=owner, lawful_basis=basis, review_on=review_on, terms=terms, robots=robots,
        assessment=assessment, ownership=ownership, access=access, note=note, terms_version=terms_version, terms_decision=terms_decision,
        fields=fields, retention=retention, jurisdictions=jurisdictions,
    )  # fmt: skip


def refuse_source(
    key: KeyArgument,
    note: Annotated[str, typer.Option(help="Why it may not be read.")],
    firm: Annotated[str | None, typer.Option(help="For this firm only (default: for all).")] = None,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """Decide that a source may not be read, or no longer; the decision is an entry in the log.

    Example: plaint sources refuse trustpilot --note 'terms changed in November' --as ada
    """
    _decide(key, firm, store, as_, approved=False, note=note)


def try_pages(
    key: KeyArgument,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…", help="Saved pages of that source.")],
    url: Annotated[str, typer.Option(help="Where they came from.")] = "",
    lab: Annotated[bool, typer.Option("--lab", help="Also change each page in every way and say whether a wrong post came of it.")] = False,
) -> None:
    """Print what a source file gets from pages, one JSON object a page: counts, how full each field is, rejections. Stores nothing.

    With `--lab` the exit status is 1 when a changed page gave a wrong post: one that says something else, and no alarm and
    no rejection says so.

    Example: plaint sources test schema_org page.html --lab
    """
    one = _source(key)
    states = {file.name: _tried(one, file, url, with_lab=lab) for file in files}
    for state, words in (("broken", "nothing could be read from"), ("wrong", "changes made wrong posts of")):
        if named := [name for name, found in states.items() if found == state]:
            refuse(f"{key}: {words} {', '.join(named)}")


def _source(key: str) -> Source:
    from crawlers.registry import source

    try:
        return source(key)
    except LookupError as error:
        wrong_usage(error.args[0])


def _entry(stores: Stores, one: Source) -> dict[str, Any]:
    """A line of the register: what the file says, what people decided, whether it may run, the last run."""
    import msgspec

    from plaint.desk.register import proposal, standing
    from plaint.desk.sweeps import next_sweep, runs_of
    from plaint.model import iso

    site = one.site
    approvals: list[Approval] = [approval for approval in stores.registers.approvals() if approval.source == site.key]
    last = stores.runs.newest(site.key, 1)
    firms = [firm.key for firm in stores.registers.firms() if site.key in firm.handles] if site.newest_first and last else []
    sweeps = {firm: next_sweep(site, runs_of(stores, site, firm)) for firm in firms}
    return {
        **msgspec.to_builtins(site),
        "crawls": one.start is not None and site.live,
        "proposal": proposal(site),
        "standing": {approval.firm or "all firms": standing(approval, now()) for approval in approvals},
        "approvals": approvals,
        "last_run": last[0] if last else None,
        "next_sweep": {firm: "with the next crawl" if due is None else iso(due) for firm, due in sweeps.items()},
    }


def _decide(key: str, firm: str | None, store: str | None, as_: str | None, *, approved: bool, **said: str | None) -> None:
    from dataclasses import replace
    from uuid import uuid4

    from crawlers.run import firm_named
    from plaint.desk.register import approve as decide
    from plaint.desk.register import proposal
    from plaint.desk.rights import Refused
    from plaint.model import Ownership

    begun = proposal(_source(key).site, firm)
    given: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    given |= {name: tuple(filter(None, map(str.strip, given[name].split(",")))) for name in ("fields", "jurisdictions") if name in given}
    if (whose := said.get("ownership")) is not None:
        if whose.upper() not in Ownership.__members__:
            wrong_usage(f"no ownership {whose!r}; there are {', '.join(Ownership)}")
        given["ownership"] = Ownership(whose.upper())
    need_store(store)
    with opened(store) as stores:
        try:
            if firm is not None:
                firm_named(stores, firm)
            say(decide(stores, acting(stores, as_), replace(begun, approved=approved, **given), now(), str(uuid4())))
        except (Refused, LookupError) as error:
            refuse(str(error.args[0]))


def _tried(one: Source, file: Path, url: str, *, with_lab: bool) -> str:
    """Print what one page gives; `broken` when it could not be read at all, `wrong` when the lab found a wrong post, else `read`."""
    from crawlers.lab import examine
    from crawlers.page import Broken, Page
    from crawlers.reading import read
    from plaint.model import iso

    page = Page(file.read_bytes(), url=url, at=iso(now()))
    try:
        reading = read(one, page)
    except Broken as error:
        say({"file": file.name, "alarm": error.alarm, "reason": str(error)})
        return "broken"
    verdict = examine(one, page) if with_lab else None
    say({"file": file.name, **_summary(one, page, reading), **({} if verdict is None else {"lab": verdict})})
    return "read" if verdict is None or verdict.holds else "wrong"


def _summary(one: Source, page: Page, reading: Reading) -> dict[str, Any]:
    """Counts and how full each field is (share of posts that have it), which a contributor compares with the page."""
    from crawlers.lab import normalised
    from plaint.model import Post
    from plaint.posts.filling import fill_of

    results = normalised(one, page, reading)
    posts = [result for result in results if isinstance(result, Post)]
    rejected: list[Rejection] = [*reading.rejected, *(result for result in results if not isinstance(result, Post))]
    own = [post for post in posts if post.within is None]
    return {
        "posts": len(own),
        "within": len(posts) - len(own),
        "announced": reading.announced,
        "filled": fill_of(posts).shares(),
        "never_says": one.site.never_says,
        "rejected": rejected,
        "follow": [follow.url for follow in reading.follow],
        "first": _short(own[0]) if own else None,
        "last": _short(own[-1]) if own else None,
    }


def _short(post: Post) -> dict[str, Any]:
    return {
        "ref": post.ref,
        "text": post.text[:80],
        "rating": post.rating.value if post.rating else None,
        "published": post.published.earliest if post.published else None,
        "author": post.author.name if post.author else None,
    }
