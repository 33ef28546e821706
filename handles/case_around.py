"""`plaint case`: what stands around a case: the captures of its posts, posts like them, what else their writer said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from handles.case_options import CaseArgument, answer
from handles.options import AsOption, StoreOption, now

if TYPE_CHECKING:
    from plaint.desk.captured import Held
    from plaint.model import Person
    from plaint.ports import Stores
    from plaint.query.tree import CaseMark, Hit

LimitOption = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=50, help="At most so many.")]


def commands(case: typer.Typer) -> None:
    """Register the commands."""
    for name, command in (("evidence", evidence), ("similar", similar), ("writer", writer)):
        case.command(name)(command)


def evidence(
    case: CaseArgument,
    verify: Annotated[bool, typer.Option("--verify", help="Compare each capture with its bytes; that it was done is logged.")] = False,
    store: StoreOption = None,
    as_: AsOption = None,
) -> None:
    """List the captures that the posts of a case were read from. With --verify it ends with 1 where one does not hold.

    Example: plaint case evidence c-ab2c-3def-4ghi --verify --as tom
    """
    from plaint.desk import captured

    faults = 0

    def ask(stores: Stores, person: Person) -> dict[str, Any]:
        nonlocal faults
        held = captured.check(stores, person, case, now=now(), command=uuid4().hex) if verify else captured.captures(stores, person, case, now())
        faults = sum(one.fault is not None for one in held)
        return {"case": case, "captures": [_held(one, verified=verify) for one in held]}

    answer(store, as_, ask)
    if faults:
        raise typer.Exit(1)


def _held(one: Held, *, verified: bool) -> dict[str, Any]:
    from dataclasses import asdict

    said = {"post": one.post, **asdict(one.capture)}
    return {**said, "holds": one.fault is None, "fault": one.fault} if verified else said


def similar(case: CaseArgument, limit: LimitOption = 10, store: StoreOption = None, as_: AsOption = None) -> None:
    """List posts about the same firm that share the telling words of a case's first post, with the words.

    Example: plaint case similar c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import similar as alike

    def ask(stores: Stores, person: Person) -> dict[str, Any]:
        found = alike.similar(stores, person, case, now(), limit=limit)
        rows = [{"post": one.post.id, "title": _title(one.post.title, one.post.text), "share": round(one.share, 3), "shared": one.shared,
                 **_mark(one.case)} for one in found]  # fmt: skip
        return {"case": case, "similar": rows}

    answer(store, as_, ask)


def writer(case: CaseArgument, limit: LimitOption = 10, store: StoreOption = None, as_: AsOption = None) -> None:
    """List what else the account that wrote a case's first post said about the firm, newest first, with the cases.

    Example: plaint case writer c-ab2c-3def-4ghi --as tom
    """
    from plaint.desk import similar as alike

    def ask(stores: Stores, person: Person) -> dict[str, Any]:
        return {"case": case, "posts": [_hit(one) for one in alike.by_same_writer(stores, person, case, now(), limit=limit)]}

    answer(store, as_, ask)


def _hit(one: Hit) -> dict[str, Any]:
    published = one.post.published.earliest if one.post.published else None
    return {"post": one.post.id, "title": _title(one.post.title, one.post.text), "published": published, **_mark(one.case)}


def _mark(mark: CaseMark | None) -> dict[str, Any]:
    return {"in_case": mark.case if mark else None, "state": mark.state if mark else None}


def _title(title: str | None, text: str) -> str:
    return " ".join((title or text).split())[:120]
