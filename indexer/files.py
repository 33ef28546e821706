"""Files that are there whole or not at all: written under another name in the same folder, renamed at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO


@contextmanager
def placed(to: Path) -> Iterator[IO[bytes]]:
    """A file open for writing and reading that becomes `to` when the block ends well and its bytes are on the disk.

    Otherwise nothing is left and an older `to` stays. The file is readable by its owner only. Raises OSError.
    """
    with NamedTemporaryFile("w+b", dir=to.parent, prefix=f".{to.name}.", suffix=".part", delete=False) as part:
        try:
            yield part
            part.flush()
            os.fsync(part.fileno())
            part.close()
            Path(part.name).replace(to)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    sync_folder(to.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(file: IO[bytes]) -> str:
    """The SHA-256 of a file from where it stands to its end, 64 hex digits."""
    whole = sha256()
    while block := file.read(1 << 20):
        whole.update(block)
    return whole.hexdigest()


def pour(read: IO[bytes], out: IO[bytes], size: int) -> None:
    """Copy the next `size` bytes of a file that may be growing."""
    while size > 0 and (block := read.read(min(size, 1 << 20))):
        out.write(block)
        size -= len(block)
    out.flush()
