"""Addresses of a walk: what makes two requests the same, under what a page is remembered, and which hosts are one site."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from crawlers.page import Follow


def key_of(follow: Follow) -> tuple[str, str, str | None]:
    """What makes a request the same as another one."""
    return follow.method, follow.url, follow.body


def page_key(follow: Follow) -> str:
    """Under what the validators of a page are kept: its address, and the headers that may change what is there."""
    if not follow.headers:
        return follow.url
    said = "\n".join(f"{name.lower()}: {value}" for name, value in sorted(follow.headers.items()))
    return f"{follow.url}#{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def conditions(noted: Mapping[str, str]) -> dict[str, str]:
    """The headers that ask for a page only if it has changed since it was noted; none where its evidence has no place."""
    if "warc" not in noted:
        return {}
    asked = {"If-None-Match": noted.get("etag"), "If-Modified-Since": noted.get("last_modified")}
    return {name: value for name, value in asked.items() if value}


def host_of(url: str) -> tuple[str, int]:
    """The host of an address and its port; 0 for the usual one."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return (parts.hostname or "").lower(), port or {"http": 0, "https": 0}.get(parts.scheme, -1)


def is_same_site(there: tuple[str, int], ours: tuple[str, int]) -> bool:
    """Whether two hosts belong together: equal, or one below the other by name (`www.`, `api.`); never by number."""
    if there[1] != ours[1]:
        return False
    if there[0] == ours[0]:
        return True
    short, long = sorted((there[0], ours[0]), key=len)
    return short.count(".") >= 1 and long.endswith(f".{short}") and not short.replace(".", "").isdecimal()
