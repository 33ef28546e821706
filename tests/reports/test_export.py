"""Export files: complete, the same every time, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plaint.model import AboutFirm, Author, Capture, Gone, Kind, Language, PartialDate, Post, Rating, Role, post_from_json
from plaint.reports import export

pytestmark = pytest.mark.pure
AS_OF = datetime(2026, 11, 24, 10, tzinfo=UTC)

FULL = Post(
    id="board:17", source="board", ref="17", kind=Kind.REVIEW, text='Twice charged,\nand "sorry"', title="Fees", url="https://board.example/17",
    lang=Language(code="en", score=0.98, how="detected"), author=Author(name="Ada Quill", handle="adaq", followers=12, verified=True),
    rating=Rating(value=1, worst=1, best=5, unit=0.0), published=PartialDate(earliest="2026-11-01", latest="2026-11-02", said="two days ago"),
    hashtags=("fees", "bank"), engagement={"likes": 3}, facts={"product": "Card"}, gone=Gone.VANISHED,
    firms=(AboutFirm(key="northgate", score=1, how="asked"), AboutFirm(key="orbis", score=0.5, how="alias")),
    capture=Capture(url="https://board.example/", at="2026-11-03T00:00:00Z", sha256="ab" * 32, warc="a.warc.gz#12"),
)  # fmt: skip
BARE = Post(id="board:18", source="board", ref="18", kind=Kind.POST, text="", author=Author(role=Role.FIRM))


def written(format: export.Format, *posts: Post) -> bytes:
    out = io.BytesIO()
    assert export.write(format, posts, out, as_of=AS_OF).rows == len(posts)
    return out.getvalue()


def test_csv_holds_every_column_of_a_full_post() -> None:
    (row,) = csv.DictReader(io.StringIO(written(export.Format.CSV, FULL).decode(), newline=""))
    assert row == {
        "id": "board:17", "source": "board", "ref": "17", "kind": "review", "url": "https://board.example/17",
        "published_earliest": "2026-11-01", "published_latest": "2026-11-02", "published_said": "two days ago",
        "edited_earliest": "", "edited_latest": "", "edited_said": "", "firms": "northgate orbis", "firm_scores": "northgate=1 orbis=0.5",
        "title": "Fees", "text": 'Twice charged,\nand "sorry"', "lang": "en", "lang_score": "0.98", "author": "Ada Quill", "author_handle": "adaq",
        "author_id": "", "author_url": "", "author_followers": "12", "author_verified": "true", "author_place": "", "author_role": "customer",
        "rating": "1", "rating_worst": "1", "rating_best": "5", "rating_unit": "0.0", "reply_to": "", "thread": "", "within": "",
        "hashtags": "fees bank", "mentions": "", "engagement": '{"likes":3}', "facts": '{"product":"Card"}', "place": "", "country": "", "lat": "",
        "lon": "", "links": "", "media": "", "gone": "vanished", "capture_url": "https://board.example/", "capture_at": "2026-11-03T00:00:00Z",
        "capture_sha256": "ab" * 32, "capture_warc": "a.warc.gz#12", "capture_parser": "", "capture_robots": "",
    }  # fmt: skip


def test_every_part_of_a_post_has_a_column() -> None:
    prefixes = {"published": "published_earliest", "edited": "edited_earliest", "capture": "capture_url"}
    assert {prefixes.get(part.name, part.name) for part in fields(Post)} <= set(export.COLUMNS)


def test_ndjson_gives_the_same_posts_back() -> None:
    lines = written(export.Format.NDJSON, FULL, BARE).splitlines()
    assert [post_from_json(line) for line in lines] == [FULL, BARE]


def test_a_line_end_inside_a_text_does_not_make_a_line_of_ndjson() -> None:
    post = Post(id="b:1", source="b", ref="1", kind=Kind.POST, text="a\u2028b\r\nc\x85d")
    assert written(export.Format.NDJSON, post).count(b"\n") == 1


@pytest.mark.parametrize("text", [
    "=1+1", "+44 20", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "\u3000=1", "\u200b=1", "\ufeff=1", "\u00a0+1", "＝1+1", "＋1", "－1", "＠a",
    "﹦1", "\x00=1", " \t @a", "\u2212 5",
])  # fmt: skip
def test_a_cell_that_starts_like_a_formula_is_made_harmless(text: str) -> None:
    assert export.guard(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=b", "'quoted'", "1-2", "(=1)", "’=", "#=1"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert export.guard(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r\n a＝\u200b") | st.characters(codec="utf-8"), max_size=6))
def test_the_guard_can_be_taken_off_again(text: str) -> None:
    guarded = export.guard(text)
    assert export.unguard(guarded) == text
    assert not export._starts_a_formula(guarded)


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_survives_csv(text: str, name: str) -> None:
    post = Post(id="b:1", source="b", ref="1", kind=Kind.POST, text=text, author=Author(name=name))
    (row,) = csv.DictReader(io.StringIO(written(export.Format.CSV, post).decode(), newline=""))
    assert (export.unguard(row["text"]), export.unguard(row["author"])) == (text, name)


def test_a_figure_below_zero_stays_a_figure() -> None:
    post = Post(id="b:1", source="b", ref="1", kind=Kind.POST, text="x", rating=Rating(value=-2, worst=-5, best=5, unit=0.3))
    (row,) = csv.DictReader(io.StringIO(written(export.Format.CSV, post).decode(), newline=""))
    assert row["rating"] == "-2"


def test_xlsx_runs_no_formula_and_cuts_nothing_in_silence() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    long = Post(id="b:2", source="b", ref="2", kind=Kind.POST, text="😀" * 40_000, title="=HYPERLINK(1)", url="https://b.example/2")
    out = io.BytesIO()
    assert export.write(export.Format.XLSX, (FULL, long), out, as_of=AS_OF) == export.Written(rows=2, cut=1)
    sheet = openpyxl.load_workbook(out)["posts"]
    row = dict(zip(export.COLUMNS, sheet[3], strict=True))
    assert row["title"].value == "=HYPERLINK(1)"
    assert row["title"].data_type in {"s", "inlineStr"}
    assert row["text"].value.endswith("… [cut: 40,000 characters in all]")
    assert b"<f>" not in out.getvalue()
    assert [cell.value for cell in sheet[1]] == list(export.COLUMNS)


def test_xlsx_refuses_more_posts_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "XLSX_ROWS", 1)
    with pytest.raises(export.Unwritable, match="narrow the query"):
        export.write(export.Format.XLSX, (FULL, BARE), io.BytesIO(), as_of=AS_OF)


@pytest.mark.parametrize("format", [export.Format.CSV, export.Format.NDJSON, export.Format.XLSX])
def test_the_same_posts_give_the_same_bytes(format: export.Format) -> None:
    first, second = (hashlib.sha256(written(format, FULL, BARE)).hexdigest() for _ in range(2))
    assert first == second


def test_parquet_gives_rows_or_says_what_to_install() -> None:
    try:
        import pyarrow.parquet
    except ImportError:
        with pytest.raises(export.Unwritable, match="pyarrow"):
            export.write(export.Format.PARQUET, (FULL,), io.BytesIO(), as_of=AS_OF)
        return
    table = pyarrow.parquet.read_table(io.BytesIO(written(export.Format.PARQUET, FULL, BARE)))
    assert table.column_names == list(export.COLUMNS)
    assert table.to_pylist()[0]["author_followers"] == 12
