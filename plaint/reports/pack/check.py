"""Check an evidence pack: `python check.py PACK.zip`, or `python check.py` inside the unpacked folder.

Needs nothing but Python 3.8 or newer, and none of the program that made the pack. It recomputes the SHA-256 of every file,
the hash of every log entry over all its fields and the entry before, the keyed digest of every text, and every seal.
Exit status: 0 everything holds, 1 something does not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple  # noqa: UP035 - it runs on Python 3.8 too


def main() -> int:
    """Say what is wrong, or that everything holds."""
    read, names = opened(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
    wrong = list(problems(read, names))
    for problem in wrong:
        print(f"WRONG: {problem}")
    print("not everything holds" if wrong else "everything holds: files, chain, texts and seals")
    return 1 if wrong else 0


def opened(place: Path) -> Tuple[Callable[[str], bytes], List[str]]:  # noqa: UP006
    """How a file of the pack is read, and the names of all."""
    if place.is_dir():
        names = [file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file()]
        return lambda name: (place / name).read_bytes(), names
    archive = zipfile.ZipFile(place)
    return archive.read, archive.namelist()


def problems(read: Callable[[str], bytes], names: List[str]) -> Iterator[str]:  # noqa: UP006
    """Everything that does not hold."""
    manifest = json.loads(read("manifest.json"))
    for name, digest in manifest["files"].items():
        if name not in names:
            yield f"{name} is missing"
        elif hashlib.sha256(read(name)).hexdigest() != digest:
            yield f"{name} was changed"
    for name in set(names) - set(manifest["files"]) - {"manifest.json"}:
        yield f"{name} does not belong to the pack"
    log = json.loads(read("log.json"))
    yield from chain_problems(log["entries"], manifest)
    yield from body_problems(log["entries"], log["bodies"])
    yield from seal_problems(log["entries"], log["seals"], manifest["case"])
    yield from capture_problems(read, names)


Json = Dict[str, Any]  # noqa: UP006


def hashed(value: List[Any]) -> str:  # noqa: UP006
    """The SHA-256 of a JSON value: keys in order, no blanks, UTF-8."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")).hexdigest()


def chain_problems(entries: List[Json], manifest: Json) -> Iterator[str]:  # noqa: UP006
    """Each entry carries the hash of the one before, over every field."""
    before = "0" * 64
    for number, entry in enumerate(entries, 1):
        place = f"log entry {number}, a {entry['kind']} by {entry['by']}"
        if (entry["stream"], entry["version"]) != (manifest["case"], number):
            yield f"{place}: is not number {number} of this case"
        if entry["before"] != before:
            yield f"{place}: does not follow the one before"
        parts = ("stream", "version", "at", "by", "command", "kind", "said", "digests", "before")
        if hashed([entry[part] for part in parts]) != entry["hash"]:
            yield f"{place}: is not as it was written"
        before = entry["hash"]
    if before != manifest["head"]:
        yield "the log does not end where the manifest says"


def body_problems(entries: List[Json], bodies: List[Json]) -> Iterator[str]:  # noqa: UP006
    """Texts are kept beside the chain under secrets of their own; an erased one has neither text nor secret."""
    due = {(entry["version"], name): digest for entry in entries for name, digest in entry["digests"].items()}
    for body in bodies:
        place = f"the {body['name']} of log entry {body['version']}"
        digest = due.pop((body["version"], body["name"]), None)
        if digest is None:
            yield f"{place} belongs to no entry"
        elif body["text"] is not None:
            made = hmac.new(bytes.fromhex(body["secret"]), body["text"].encode("utf-8"), hashlib.sha256).hexdigest()
            if made != digest:
                yield f"{place} was changed"
    for version, name in due:
        yield f"the {name} of log entry {version} is missing"


def seal_problems(entries: List[Json], seals: List[Json], case: str) -> Iterator[str]:  # noqa: UP006
    """A seal names the head of every stream that grew. Compare the hashes of these with seals that are kept elsewhere."""
    hashes = {entry["version"]: entry["hash"] for entry in entries}
    for seal in seals:
        parts = ("number", "at", "position", "heads", "order", "before")
        if hashed([seal[part] for part in parts]) != seal["hash"]:
            yield f"seal {seal['number']} is not as it was made"
        version, head = seal["heads"].get(case, (0, ""))
        if version in hashes and hashes[version] != head:
            yield f"seal {seal['number']} names another entry {version}"


def capture_problems(read: Callable[[str], bytes], names: List[str]) -> Iterator[str]:  # noqa: UP006
    """What was fetched has the SHA-256 that was noted when it was fetched."""
    for name in names:
        if name.startswith("captures/") and name.endswith(".body"):
            noted = json.loads(read(name[: -len("body")] + "json"))["sha256"]
            if hashlib.sha256(read(name)).hexdigest() != noted:
                yield f"{name} is not what was fetched"


if __name__ == "__main__":
    sys.exit(main())
