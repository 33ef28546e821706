"""JSON as the web writes it, microdata, words and paging: the tools that source files share."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.loose_json import decode, dig, loads
from crawlers.page import Broken, Page
from crawlers.paging import is_same_list, next_link, query_value, with_query
from crawlers.reading import each, key_of, read, refuse_wall
from crawlers.registry import keys, source
from crawlers.schema_reviews import text_in
from crawlers.structured import microdata_item, script_json, scripts, type_names
from crawlers.words import words_of
from plaint.model import RawPost, Rejection

pytestmark = pytest.mark.pure

HERE = Path(__file__).parent
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_right_json_is_read_as_it_is(value: object) -> None:
    assert loads(json.dumps(value)) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(JSON.filter(lambda value: isinstance(value, dict | list)))
def test_wrappers_and_trailing_signs_change_nothing(value: object) -> None:
    text = json.dumps(value)
    for wrapped in (
        f"//<![CDATA[\n{text}\n//]]>",
        f"/*<![CDATA[*/{text}/*]]>*/",
        f"<!-- {text} -->",
        f"{text};",
        f"// note\n{text}",
        f"\ufeff {text} ,",
    ):
        assert loads(wrapped) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2, ], }', {"a": [1, 2]}),
        ('{"a": 1, // one, }\n "b": "x // y, }"}', {"a": 1, "b": "x // y, }"}),
        ('{"a": "line\nbreak\ttab"}', {"a": "line\nbreak\ttab"}),
        ('{"a": "it\\\'s a c:\\path"}', {"a": "it's a c:\\path"}),
        ('{"a": 1}{"b": 2},\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("{&quot;a&quot;: &quot;x&quot;}", {"a": "x"}),
        ('{"a": "\\ud83d"}', {"a": "\ufffd"}),
        ('{"a": "\\\\ud83d \\\\0",}', {"a": "\\ud83d \\0"}),
        ('{"a": "\\ude00 \\ud83d\\ude00"}', {"a": "\ufffd 😀"}),
    ],
)
def test_what_is_beyond_doubt_is_repaired(text: str, value: object) -> None:
    assert loads(text) == value


@pytest.mark.parametrize("text", ["", "  ", "{'a': 1}", '{"a": ', "hello", '{"a" 1}', ";;"])
def test_nothing_is_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        loads(text)


@given(st.text())
@settings(max_examples=300)
def test_any_text_is_a_value_or_a_value_error(text: str) -> None:
    for read_json in (loads, decode):
        try:
            read_json(text)
        except ValueError:
            continue


def test_a_missing_part_of_a_path_is_none() -> None:
    assert dig({"a": [{"b": 1}]}, "a", 0, "b") == 1
    assert dig({"a": [{"b": 1}]}, "a", 1, "b") is None
    assert dig({"a": None}, "a", "b") is None
    assert dig("text", "a") is None


def test_scripts_in_comments_are_none() -> None:
    page = Page(b"<!-- <script>a</script> --><SCRIPT type=x>b < c <!-- d</SCRIPT ><script>e</script>")
    assert [content for _, content in scripts(page)] == ["b < c <!-- d", "e"]


def test_the_json_of_a_script_by_its_id() -> None:
    assert script_json(Page(b"<script type=a id='state'>{\"a\": 1}</script>"), "state") == {"a": 1}
    assert script_json(Page(b"<script id=state2>{}</script>"), "state") is None
    with pytest.raises(Broken, match="cut off"):
        script_json(Page(b'<script id="state">{"a": [1'), "state")


@pytest.mark.parametrize(
    ("types", "names"),
    [
        ("http://schema.org/Review", ["Review"]),
        ("https://schema.org/Product  https://schema.org/Car/", ["Product", "Car"]),
        (["schema:Review", "X#Y"], ["Review", "Y"]),
        (None, []),
        ({"a": 1}, []),
    ],
)
def test_names_of_types(types: object, names: list[str]) -> None:
    assert type_names(types) == names


def _item(html: str) -> dict[str, object]:
    return microdata_item(Page(html.encode()).css("[itemscope]")[0].root)


def test_a_machine_readable_value_comes_before_the_words() -> None:
    item = _item(
        '<div itemscope><meta itemprop=a content=""><span itemprop=b content=2>two</span><time itemprop=c datetime=2026-01-01>New Year</time>'
        '<data itemprop=d value=4>four</data><a itemprop=url href=/x>there</a><a itemprop=author href=/u>Ann</a><img itemprop=image src=i.png>'
        '<link itemprop=e href=/e><span itemprop="f g"> both </span><time itemprop=h>today</time></div>'
    )  # fmt: skip
    assert {name: value for name, value in item.items() if not name.startswith("@")} == {
        "a": [""], "b": ["2"], "c": ["2026-01-01"], "d": ["4"], "url": ["/x"], "author": [{"name": "Ann", "url": "/u"}],
        "image": ["i.png"], "e": ["/e"], "f": ["both"], "g": ["both"], "h": ["today"],
    }  # fmt: skip


def test_an_item_keeps_to_itself() -> None:
    item = _item(
        "<div itemscope itemref='far loop'><p itemprop=name>outer</p><div itemprop=author itemscope><b itemprop=name>inner</b></div>"
        "<div itemscope><i itemprop=name>another item</i></div></div><p id=far><u itemprop=note>far away</u></p>"
    )
    assert item["name"] == ["outer"]
    assert item["author"] == [{"@type": [], "name": ["inner"]}]
    assert item["note"] == ["far away"]


def test_an_item_that_refers_to_itself_ends() -> None:
    assert _item("<div itemscope id=me itemref=me><p itemprop=a>1</p></div>")["a"] == ["1"]


def test_words_break_where_blocks_do() -> None:
    page = Page(b"<div id=x>One\n  <b>two</b>,<br>three<p>four</p><ul><li>a<li>b</ul><script>no()</script><style>p{}</style> end</div>")
    assert words_of(page.css("#x")[0]) == "One two,\nthree\n\nfour\n\na\nb\nend"
    assert words_of(page.css("#none")) is None
    assert words_of(page.css("p, li")) == "four\na\nb"


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.fixed_dictionaries({"name": inner}) | st.fixed_dictionaries({"@value": inner})))
def test_text_is_found_in_any_shape(value: object) -> None:
    text = text_in(value)
    assert text is None or text.strip() == text != ""


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("https://a.example/r", "https://a.example/r?page=2", True),
        ("https://a.example/r?sort=new", "https://a.example/r?sort=new&page=2", True),
        ("https://a.example/r/", "https://a.example/r/page/2/", True),
        ("https://a.example/r/page/2", "https://a.example/r/page/3", True),
        ("https://a.example/Hotel-Reviews-name.html", "https://a.example/Hotel-Reviews-or10-name.html", False),
        ("https://a.example/lemonade", "https://a.example/teaching-kids", False),
        ("https://a.example/r", "https://b.example/r?page=2", False),
        ("https://a.example/r?page=2", "https://a.example/r?page=2", False),
        ("", "/r?page=2", True),
        ("", "/teaching-kids", False),
    ],
)
def test_the_next_article_is_not_the_next_page(here: str, there: str, same: bool) -> None:
    assert is_same_list(here, there) is same


def test_a_next_link_is_made_absolute() -> None:
    page = Page(b"<a rel='nofollow next' href='?page=2'>more</a>", url="https://a.example/r")
    assert next_link(page) == "https://a.example/r?page=2"


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), st.text(min_size=1, max_size=8)), st.integers(1, 99))
def test_changing_the_page_keeps_the_rest_of_the_address(query: dict[str, str], number: int) -> None:
    url = with_query("https://a.example/r", **query)
    turned = with_query(url, page=number)
    assert query_value(turned, "page") == str(number)
    for name, value in query.items():
        assert name == "page" or query_value(turned, name) == value


def test_one_bad_item_costs_only_itself() -> None:
    said = list(each([1, 0, 2], lambda number: iter([RawPost(ref=str(6 // number), text="")])))
    assert [one.ref if isinstance(one, RawPost) else "rejected" for one in said] == ["6", "rejected", "3"]
    assert isinstance(said[1], Rejection)
    assert "ZeroDivisionError" in said[1].reason


def test_keys_tell_parts_apart() -> None:
    assert key_of("a", "bc") != key_of("ab", "c")
    assert key_of("a", None) == key_of("a", None)


@pytest.mark.parametrize(
    ("page", "alarm"),
    [
        (Page(b"", status=403), "challenge page"),
        (Page(b"", status=502), "error answer"),
        (Page(b"<title>Attention Required! | Shield</title>"), "challenge page"),
        (Page(b"<title>Log in - Board</title><input type=password>"), "login wall"),
    ],
)
def test_a_wall_is_not_an_empty_page(page: Page, alarm: str) -> None:
    with pytest.raises(Broken) as broken:
        refuse_wall(page)
    assert broken.value.alarm == alarm


def test_a_long_page_with_a_guards_script_is_no_wall() -> None:
    refuse_wall(Page(b"<title>Bank</title><script src=/cdn-cgi/challenge-platform/x.js></script>" + b"words " * 20_000))


PAGES = [(case.parts[-3], case.read_bytes()) for case in sorted(HERE.glob("*/*/page.*"))]


@given(st.sampled_from(PAGES), st.integers(0, 4000), st.binary(max_size=4), st.sampled_from(keys()), st.booleans())
@settings(max_examples=250, deadline=None)
def test_a_damaged_page_is_read_or_broken_never_worse(page: tuple[str, bytes], at: int, junk: bytes, other: str, cut: bool) -> None:
    key, body = page
    damaged = body[:at] if cut else body[:at] + junk + body[at + len(junk) :]
    for asked in {key, other}:
        try:
            reading = read(source(asked), Page(damaged, url="https://www.example.com/r?page=1", at="2026-11-24T10:00:00Z"))
        except Broken:
            continue
        assert all(post.ref for post in reading.posts)


LD = '<script type="application/ld+json">{"@type":"Review",'


@pytest.mark.parametrize(
    "html",
    [
        LD + '"a":"' + '\\"' * 200_000, LD + ", " * 200_000 + "</script>", LD + "//,\n" * 200_000, LD + "/*" * 200_000, LD * 3_000,
        '<script type="application/ld+json">' + '{"a":' * 100_000, "<!--" * 200_000, "<script " * 50_000, "<a rel=next " * 50_000,
        "<div itemscope itemprop=review itemtype=Review>" * 2_000 + "deep",
        "<div itemscope itemtype=Review><p itemprop=reviewBody>" + "<br>" * 50_000,
        "<div itemscope itemtype=Review><p itemprop=reviewBody>" + "<b>" * 50_000 + "deep",
        LD + '"reviewBody":' + "[" * 900 + '"deep"' + "]" * 900 + "}</script>",
    ],
    ids=[
        "quotes", "commas", "comments", "open comments", "open scripts", "deep json", "html comments", "half tags", "links", "deep items",
        "breaks", "deep", "lists",
    ],
)  # fmt: skip
def test_a_hostile_page_costs_no_more_than_its_length(html: str) -> None:
    began = process_time()
    read(source("schema_org"), Page(f"<html>{html}".encode(), url="https://www.example.com/x"))
    assert process_time() - began < 2.5
