"""The code that leads to a door, to be printed: SVG or PNG, with a quiet zone that every reader needs."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

KINDS = (".svg", ".png")


def address_of(home: str, firm: str, place: str | None = None) -> str:
    """The address of a firm's door; raises ValueError for a home that is no address of the web."""
    parts = urlsplit(home)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{home!r} is no address: write it as https://complaints.bank.example")
    return f"{home.rstrip('/')}/{quote(firm, safe='')}" + (f"?{urlencode({'place': place})}" if place else "")


def write_code(address: str, file: Path) -> None:
    """Write the code of `address` as SVG or PNG, by the file's ending; raises ValueError for another one."""
    import segno

    if file.suffix.lower() not in KINDS:
        raise ValueError(f"{file.name}: give a file that ends in {' or '.join(KINDS)}")
    code = segno.make_qr(address, error="m")
    more = {"title": address, "desc": f"Leads to {address}"} if file.suffix.lower() == ".svg" else {}
    code.save(str(file), scale=10, border=4, **more)
