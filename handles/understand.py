"""`plaint understand`: what a post means, of lines and of the archive again; corrections by persons, and the drift report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

import typer

from handles import options

BATCH = 256
"""Lines that are understood at once."""


def add(app: typer.Typer) -> None:
    """Register `understand` and what stands under it; without a command lines are understood, or the archive."""
    understand = typer.Typer(help="What posts mean: of lines, of the archive again; what persons correct; whether it drifts.")
    understand.callback(invoke_without_command=True)(without_command)
    for command in (correct, corrections, drift, mapping):
        understand.command()(command)
    app.add_typer(understand, name="understand")


def without_command(
    context: typer.Context,
    archive: Annotated[bool, typer.Option("--archive", help="Understand the posts of the archive again, instead of lines.")] = False,
    query: Annotated[str, typer.Option("--query", metavar="QUERY", help="With --archive: only posts that it finds.")] = "",
    since_model: Annotated[
        bool, typer.Option("--since-model", help="With --archive: only posts of which nothing was understood, or by older models.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Leave the deep tier out, as what comes in does; it is used for lines where the extra `deep` is installed.")
    ] = False,
    store: options.StoreOption = None,
    as_: options.AsOption = None,
) -> None:
    """Understand texts: NDJSON {"id","text"} in, {"id","understanding"} out, a line for each, in order.

    `title`, `lang`, `source` and `stars` may be given too. Offsets count in the title, ". " and the text put together. With --archive the
    posts of the store are understood again, one process at a time; one that was killed is taken up where it was.

    Example: echo '{"id":"1","text":"They charged me twice"}' | plaint understand

    Example: plaint understand --archive --since-model
    """
    if context.invoked_subcommand is not None:
        return
    if archive:
        _read_archive(query, only_older=since_model, store=store, as_=as_)
    elif query or since_model:
        options.wrong_usage("--query and --since-model go with --archive")
    else:
        _read_lines(is_deep=not fast)


def correct(
    post: Annotated[str, typer.Argument(metavar="POST", help="The id of a post.")],
    part: Annotated[str, typer.Option("--part", help="complaint, severity, sentiment, product, issue, urgency, vulnerability, firm or lang.")],
    said: Annotated[str, typer.Option("--say", metavar="VALUE", help="What is right: yes, no, a level, a firm's key, taxonomy/code, none.")],
    command: Annotated[str | None, typer.Option("--command", metavar="ID", help="The same id twice is one act.")] = None,
    store: options.StoreOption = None,
    as_: options.AsOption = None,
) -> None:
    """Say what is right for a part of a post; it stands in the log beside what was proposed.

    Example: plaint understand correct trustpilot:123 --part complaint --say no --as ann
    """
    from uuid import uuid4

    from rapidfuzz.process import extractOne

    from plaint.desk.corrections import Part
    from plaint.desk.corrections import correct as note
    from plaint.desk.rights import Refused

    if part not in set(Part):
        near = extractOne(part, list(map(str, Part)), score_cutoff=60)
        options.wrong_usage(f"there is no part {part!r}; " + (f"did you mean {near[0]}?" if near else f"the parts are {', '.join(Part)}"))
    options.need_store(store)
    with options.opened(store) as stores:
        person = options.acting(stores, as_)
        try:
            options.say(note(stores, person, post, part=Part(part), said=said, now=options.now(), command=command or uuid4().hex))
        except (Refused, ValueError, LookupError) as error:
            options.refuse(str(error.args[0]))


def corrections(store: options.StoreOption = None, as_: options.AsOption = None) -> None:
    """Print what persons have corrected, oldest first, one JSON object a line.

    Example: plaint understand corrections
    """
    from plaint.desk.corrections import listed
    from plaint.desk.rights import Refused

    options.need_store(store)
    with options.opened(store) as stores:
        try:
            for one in listed(stores, options.acting_or_operator(stores, as_)):
                options.say(one)
        except Refused as error:
            options.refuse(str(error))


def drift(store: options.StoreOption = None, as_: options.AsOption = None) -> None:
    """Print what each version of the complaint model said month by month, one JSON object a line.

    `share` of posts that it calls complaints, `mean_p`, share `undetermined`, `agreement` with persons where `judged`, and `stability`, the
    population-stability index against the months before (above 0.25 something changed).

    Example: plaint understand drift
    """
    from plaint.desk.corrections import drift as drifted
    from plaint.desk.rights import Refused

    options.need_store(store)
    with options.opened(store) as stores:
        try:
            for one in drifted(stores, options.acting_or_operator(stores, as_)):
                options.say(one)
        except Refused as error:
            options.refuse(str(error))


def mapping(
    propose: Annotated[str | None, typer.Option("--propose", metavar="CODE", help="A line, as taxonomy/code, that should lead elsewhere.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="CODE", help="With --propose: where to, as taxonomy/code; taxonomy/ for nowhere.")] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="WHY", help="With --propose: why.")] = "",
    approve: Annotated[int | None, typer.Option("--approve", metavar="NUMBER", help="Approve somebody else's proposal.")] = None,
    store: options.StoreOption = None,
    as_: options.AsOption = None,
) -> None:
    """Print the table between taxonomies: each code beside what it leads to, who reviewed it, how many posts, what is proposed.

    Example: plaint understand mapping

    Example: plaint understand mapping --propose "cfpb/Debt collection" --to fca/FCA1R-P02 --reason "cards only" --as ann
    """
    from uuid import uuid4

    from plaint.desk import mapping as desk
    from plaint.desk.rights import Refused

    if (propose is None) != (to is None):
        options.wrong_usage("--propose and --to go together")
    options.need_store(store)
    with options.opened(store) as stores:
        try:
            if propose is not None and to is not None:
                person = options.acting(stores, as_)
                number = desk.propose(stores, person, propose, to=to, reason=reason, now=options.now(), command=uuid4().hex)
                options.say({"proposal": number})
            elif approve is not None:
                desk.approve(stores, options.acting(stores, as_), approve, now=options.now(), command=uuid4().hex)
                options.say({"approved": approve})
            else:
                for line in desk.lines(stores, options.acting_or_operator(stores, as_)):
                    options.say(line)
        except Refused as error:
            options.refuse(str(error))


def _read_lines(*, is_deep: bool) -> None:
    from plaint.understand.reading import Said, read, read_deeply
    from settings import settings

    settings()
    lines = _asked()
    while batch := list(islice(lines, BATCH)):
        said = [Said(text=one.text, title=one.title, lang=one.lang, source=one.source, stars=one.stars) for one in batch]
        for one, understood in zip(batch, read_deeply(said) if is_deep else read(said), strict=True):
            options.say({"id": one.id, "understanding": understood})


def _read_archive(query: str, *, only_older: bool, store: str | None, as_: str | None) -> None:
    import socket
    from os import getpid
    from uuid import uuid4

    from plaint.desk.archive import OPERATOR
    from plaint.desk.rights import Refused
    from plaint.desk.understanding import read_archive
    from plaint.leases import LeaseLost
    from plaint.query.parse import Unreadable

    options.need_store(store)
    with options.opened(store) as stores, options.shown() as told:
        person = options.acting_or_operator(stores, as_)
        owner = f"{socket.gethostname()}:{getpid()}:{uuid4().hex[:8]}"
        try:
            done = read_archive(
                stores, None if person is OPERATOR else person, query, only_older=only_older, owner=owner, clock=options.now, told=told
            )  # fmt: skip
        except (Refused, Unreadable, LeaseLost) as error:
            options.refuse(str(error))
    options.say(done)


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
