"""Exchanges as WARC records, each a gzip member of its own: response and request, a revisit of equal bytes, a saved file, or a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from plaint.ports import Fetched

STRUCK = "[struck out]"
"""What stands in the archive instead of a credential."""

CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "apikey", "api-key", "x-auth-token"})
"""Headers whose values are never written, whoever hands them in."""

UNCHANGED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
"""The profile of a revisit that records an answer 304."""


class Kept(NamedTuple):
    """Where the bytes of a payload lie: `place` is `file#offset`; `url` and `at` are those of their first capture."""

    place: str
    url: str
    at: str


def opening(name: str) -> bytes:
    """The `warcinfo` record that opens a file."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    software = f"Plaint/{version('plaint')} warcio/{version('warcio')}"
    facts = {"software": software, "format": "WARC File Format 1.1", "robots": "obey; the decision stands in each record as Plaint-Robots"}
    writer.write_record(writer.create_warcinfo_record(name, facts))
    return out.getvalue()


def one_file(name: str, exchanges: Sequence[tuple[Fetched, Fetched | None]]) -> bytes:
    """A WARC file of its own with these exchanges, each with its bytes even where the folder keeps them once, and with its picture."""
    return opening(name) + b"".join(_with_picture(fetch, picture) for fetch, picture in exchanges)


def _with_picture(fetch: Fetched, picture: Fetched | None) -> bytes:
    name = f"<urn:uuid:{uuid4()}>"
    records = records_of(fetch, sha256(fetch.body).hexdigest(), None, named=name)
    return records if picture is None else records + records_of(picture, sha256(picture.body).hexdigest(), None, beside=name)


def records_of(fetch: Fetched, digest: str, earlier: Kept | None, *, named: str | None = None, beside: str | None = None) -> bytes:
    """The records of one exchange, each a gzip member. `named` is the id of its first record, `beside` that of the one a picture shows."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    ids = {"WARC-Record-ID": named} if named else {}
    answer = _answer(writer, fetch, digest, earlier, ids | ({"WARC-Concurrent-To": beside} if beside else {}))
    writer.write_record(answer)
    if fetch.status:
        request = writer.create_warc_record(
            fetch.url,
            "request",
            payload=BytesIO(fetch.request_body),
            length=len(fetch.request_body),
            http_headers=StatusAndHeaders(_request_line(fetch), _header_list(fetch.request_headers), is_http_request=True),
            warc_headers_dict={"WARC-Date": fetch.at, "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID")},
        )
        writer.write_record(request)
    return out.getvalue()


def _answer(writer: WARCWriter, fetch: Fetched, digest: str, earlier: Kept | None, ids: Mapping[str, str]) -> Any:
    """The record of what came back: a response, a revisit, or a resource where nothing was asked of a server."""
    said = {"WARC-Date": fetch.at, **ids}
    if fetch.picture_of:
        said["Plaint-Picture-Of"] = fetch.picture_of
    if fetch.robots:
        said["Plaint-Robots"] = _one_line(fetch.robots)
    if fetch.source:
        said["Plaint-Source"] = fetch.source
    content = _one_line(next((value for name, value in fetch.headers if name.lower() == "content-type"), "application/octet-stream"))
    http = None
    if fetch.status:
        http = StatusAndHeaders(f"{fetch.status} {_REASONS.get(fetch.status, 'Unknown')}", _header_list(fetch.headers), protocol="HTTP/1.1")
    if earlier is not None:
        said |= {"Plaint-Refers-To": earlier.place} | ({} if http else {"Plaint-Resource": content})
        return writer.create_revisit_record(
            fetch.url, f"sha256:{digest}", earlier.url, earlier.at, http_headers=http, warc_headers_dict=said
        )  # fmt: skip
    if fetch.status == 304:
        said["WARC-Profile"] = UNCHANGED
        return writer.create_warc_record(fetch.url, "revisit", http_headers=http, warc_headers_dict=said)
    said["WARC-Payload-Digest"] = f"sha256:{digest}"
    return writer.create_warc_record(
        fetch.url,
        "response" if http else "resource",
        payload=BytesIO(fetch.body),
        length=len(fetch.body),
        http_headers=http,
        warc_content_type="" if http else content,
        warc_headers_dict=said,
    )


_REASONS = {200: "OK", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
            307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
            404: "Not Found", 410: "Gone", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
            503: "Service Unavailable", 504: "Gateway Timeout"}  # fmt: skip


def _request_line(fetch: Fetched) -> str:
    parts = urlsplit(fetch.url)
    return f"{fetch.method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"


def _header_list(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """HTTP headers as they are written: credentials struck out, and none that would say the body is still chunked."""
    return [
        (_one_line(name).encode("ascii", "replace").decode(), STRUCK if name.lower() in CREDENTIALS else _one_line(value))
        for name, value in headers
        if name.lower() != "transfer-encoding"
    ]


def _one_line(value: str) -> str:
    return " ".join(value.split())
