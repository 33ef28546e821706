"""Large archives are read piece by piece, and nothing of them is lost, doubled or cut."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from crawlers import pieces
from crawlers.page import Page
from crawlers.reading import read
from crawlers.registry import source
from crawlers.saved import saved_pages

AT = "2026-11-24T10:00:00Z"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few posts are a large archive."""
    monkeypatch.setattr(pieces, "PIECE", 1_000)


def tweets(count: int) -> str:
    said = [{"tweet": {"id_str": str(n), "full_text": f"Karte gesperrt, {n} Tage, [\"ä\"], }}, {{", "created_at": "Fri Nov 20 08:00:00 +0000 2026"}}
            for n in range(count)]  # fmt: skip
    return f"window.YTD.tweets.part0 = {json.dumps(said, indent=2, ensure_ascii=False)}"


def refs(found: list[bytes], key: str) -> list[str]:
    return [post.ref for body in found for post in read(source(key), Page(body, at=AT)).posts]


def mail(number: int) -> str:
    head = (
        "From ann@example.com Fri Nov 20 08:00:00 2026\nFrom: Ann <ann@example.com>\nSubject: Charged twice\nDate: Fri, 20 Nov 2026 08:00:00 +0000\n"
    )
    return f"{head}Message-ID: <{number}@example.com>\n\nNobody answers, letter {number}.\n\nFrom here on it got worse.\n>From bad to worse.\n\n"


def test_the_tweets_of_a_download_are_read_from_its_zip_and_its_other_scripts_are_not(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("data/tweets.js", tweets(40))
        archive.writestr("data/direct-messages.js", "window.YTD.direct_messages.part0 = []")
    found = list(saved_pages([tmp_path / "x.zip"]))
    assert len(found) > 5
    assert all(len(one.fetched.body) < 3_000 and one.name.startswith("x.zip/data/tweets.js#") for one in found)
    assert refs([one.fetched.body for one in found], "x") == [str(number) for number in range(40)]


def test_a_mailbox_is_cut_between_its_messages_and_is_the_same_bytes(tmp_path: Path) -> None:
    whole = "".join(mail(number) for number in range(40))
    (tmp_path / "in.mbox").write_text(whole)
    found = [one.fetched.body for one in saved_pages([tmp_path / "in.mbox"])]
    assert len(found) > 5
    assert b"".join(found) == whole.encode()
    assert all(body.startswith(b"From ann@example.com ") for body in found)
    assert sorted(refs(found, "mailbox")) == sorted(refs([whole.encode()], "mailbox"))


def test_a_download_that_was_cut_off_loses_only_its_last_tweet(tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_text(tweets(40)[:-60])
    *whole, rest = [one.fetched.body for one in saved_pages([tmp_path / "tweets.js"])]
    assert refs(whole, "x") == [str(number) for number in range(39)]
    assert b'"39"' in rest


def test_a_small_archive_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "tweets.js").write_text(tweets(2))
    (one,) = saved_pages([tmp_path])
    assert one.name.endswith("tweets.js")
