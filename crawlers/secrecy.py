"""Secrets by name: their values are known at the socket only, and struck out of whatever comes back.

A source file names a secret; its value stands in the environment. The request that the rest of the crawler sees, keeps
and logs has the name only.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawlers.captured import unpacked
from crawlers.named_secrets import MissingSecret as MissingSecret
from crawlers.named_secrets import values as values
from crawlers.page import Broken

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

STRUCK = b"[struck out]"

SHORTEST = 6
"""Characters from which a part of a secret is struck out by itself; shorter ones would black out ordinary words."""


def fill_query(url: str, wanted: Mapping[str, str], known: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """`url` with the secrets filled in that its query has room for, and those left over, which are headers.

    A secret belongs to the query when the address already names it there, with or without a value.
    """
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = {name for name, _ in query}
    filled = [(name, known[wanted[name]] if name in wanted else value) for name, value in query]
    headers = {name: known[secret] for name, secret in wanted.items() if name not in named}
    return (urlunsplit(parts._replace(query=urlencode(filled))) if named & wanted.keys() else url), headers


def strike(text: bytes, secrets: Iterable[str]) -> bytes:
    """`text` without the secrets, whether plain, percent-encoded, in base64 or without their scheme ("Bearer …")."""
    forms: set[bytes] = set()
    for secret in secrets:
        for part in (secret, secret.rpartition(" ")[2], secret.rpartition(":")[2]):
            if len(part) >= SHORTEST or part == secret:
                forms |= {form.encode() for form in (part, quote(part, safe=""), quote(part), quote_plus(part))}
                forms.add(base64.b64encode(part.encode()))
    for form in sorted(forms - {b""}, key=len, reverse=True):
        text = text.replace(form, STRUCK)
    return text


class SecretSocket(HTTP11DownloadHandler):
    """The last step before the network: puts secrets into a copy of the request, and takes them out of the answer."""

    async def download_request(self, request: Request) -> Response:
        """Fetch; secrets go to the host that they are meant for and to no other, however a redirect leads."""
        wanted: Mapping[str, str] = request.meta.get("secrets") or {}
        if not wanted or urlsplit(request.url).netloc != request.meta.get("secrets_for"):
            return await super().download_request(request)
        known = values(wanted.values())
        url, headers = fill_query(request.url, wanted, known)
        signed = request.replace(url=url, headers={**request.headers, **headers})
        # The original learns how long it took and what became of it, as Scrapy expects; the copy is forgotten.
        answer = await super().download_request(signed)
        request.meta.update({name: value for name, value in signed.meta.items() if name not in request.meta})
        return _struck(answer, request.url, known.values())


def _struck(answer: Response, url: str, secrets: Iterable[str]) -> Response:
    """The answer as everybody else may see it. A packed body that repeats a secret is kept unpacked."""
    secrets = list(secrets)
    headers = {name: [strike(value, secrets) for value in many] for name, many in answer.headers.items()}
    body = strike(answer.body, secrets)
    packing = (answer.headers.get("Content-Encoding") or b"").decode("latin-1")
    if packing:
        try:
            plain = unpacked(answer.body, packing)
        except Broken:
            plain = b""
        if (clean := strike(plain, secrets)) != plain:
            body = clean
            headers = {name: many for name, many in headers.items() if name.lower() != b"content-encoding"}
    return answer.replace(url=url, headers=headers, body=body)
