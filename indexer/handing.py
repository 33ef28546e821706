"""Captures as they are handed to a third party: one WARC with whole records, the bare bytes, and digests that standard tools check."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from indexer.warc_write import one_file
from plaint.model import Post
from plaint.ports import Fetched

ABOUT = """What is in here

captures.warc.gz   what was fetched, as it was: request, answer, headers, moment, SHA-256 (ISO 28500, WARC 1.1)
pages/             the bytes of each answer, as they were sent, by their SHA-256
pictures/          how a page looked, made from these bytes without its scripts, where a picture was taken: the SHA-256 of the page is
                   the name; in the WARC it is a resource record concurrent to that of the page
posts.json         what was read there: each post with its capture (address, moment, SHA-256 of the bytes)
SHA256SUMS         the SHA-256 of every file here

To check it without Plaint:

sha256sum --check SHA256SUMS      every file is the one that was handed over
warcio check captures.warc.gz     every record has the bytes that its digest names (https://github.com/webrecorder/warcio)
gzip --test captures.warc.gz      the archive is whole

The SHA-256 in the capture of a post is the name of its file under pages/. Credentials are struck out in the records.
"""


def write_zip(file: Path, posts: Sequence[Post], captures: Mapping[str, Fetched], pictures: Mapping[str, Fetched]) -> str:
    """Write the ZIP to `file` and give its SHA-256. `captures` are the exchanges by their place in the evidence, `pictures` those of them."""
    parts = {
        "README.txt": ABOUT.encode(),
        "captures.warc.gz": one_file("captures.warc.gz", [(fetched, pictures.get(place)) for place, fetched in captures.items()]),
        "posts.json": msgspec.json.format(msgspec.json.encode(posts), indent=1) + b"\n",
    }
    parts |= {f"pages/{sha256(fetched.body).hexdigest()}": fetched.body for fetched in captures.values()}
    parts |= {f"pictures/{sha256(captures[place].body).hexdigest()}.png": picture.body for place, picture in pictures.items()}
    parts["SHA256SUMS"] = "".join(f"{sha256(body).hexdigest()}  {name}\n" for name, body in sorted(parts.items())).encode()
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), parts[name])
    return sha256(file.read_bytes()).hexdigest()
