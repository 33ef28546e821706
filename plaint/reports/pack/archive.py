"""The files of an evidence pack and the ZIP around them. The same content gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from plaint.ports import Body, Entry, Seal

_CHECK = Path(__file__).with_name("check.py")

README = """An evidence pack of one case.

case.html        the case to read; it opens in any browser, fetches and runs nothing
case.json        the same for machines: the case, its history, its posts and their earlier versions
deadlines.json   every clock with the steps that led to its date
log.json         the case's log entries as they were written, the texts with their secrets, and the seals that name the case
captures/        what was fetched from the web, byte for byte, with address, moment and headers beside each
manifest.json    who made this pack, when, and the SHA-256 of every file
check.py         recomputes all of it: python check.py (Python 3.8 or newer; nothing else is needed)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One capture: its facts, and the bytes as they were sent; None where they are not in the evidence, `lacks` says why."""

    name: str
    facts: Mapping[str, Any]
    body: bytes | None = None
    lacks: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows that the case's log was not bent."""

    entries: Sequence[Entry]
    bodies: Sequence[Body]
    seals: Sequence[Seal]


def pretty(value: object) -> bytes:
    """JSON to read, with keys in one order."""
    plain = msgspec.to_builtins(value, str_keys=True)
    return msgspec.json.format(msgspec.json.encode(plain, order="deterministic"), indent=2) + b"\n"


def packed(*, page: bytes, case: object, deadlines: object, proof: Proof, captures: Sequence[Taken], manifest: Mapping[str, Any]) -> bytes:
    """The ZIP. `manifest` is completed with the SHA-256 of every file."""
    files: dict[str, bytes] = {
        "README.txt": README.encode(), "case.html": page, "case.json": pretty(case), "deadlines.json": pretty(deadlines),
        "log.json": pretty(proof), "check.py": _CHECK.read_bytes(),
    }  # fmt: skip
    for taken in captures:
        files[f"captures/{taken.name}.json"] = pretty({**taken.facts, "lacks": taken.lacks})
        if taken.body is not None:
            files[f"captures/{taken.name}.body"] = taken.body
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    files["manifest.json"] = pretty({**manifest, "files": digests})
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            # The earliest date that ZIP knows, so that the bytes depend on nothing but the content.
            member = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.external_attr = 0o644 << 16
            member.compress_type = ZIP_DEFLATED
            archive.writestr(member, content)
    return out.getvalue()
