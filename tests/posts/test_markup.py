"""HTML becomes text that reads well, however hostile it is; plain text stays as it was said."""

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.posts.markup import clean, plain

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Fees &amp; charges", "Fees & charges"),
        ("a<br>b<br/>\nc", "a\nb\nc"),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("<ul><li>late<li>rude</ul>", "- late\n- rude"),
        ("<ol><li>first</li><li>second</li></ol>then", "1. first\n2. second\nthen"),
        ("<blockquote>You said<br>so</blockquote>I did not", "> You said\n> so\nI did not"),
        ("<blockquote><blockquote>old</blockquote>newer</blockquote>", "> > old\n> newer"),
        ("<b>bold</b>er <i>than</i>  ever", "bolder than ever"),
        ("<pre>a  b\n c</pre>", "a  b\n c"),
        ("<table><tr><td>Fee</td><td>3</td></tr><tr><td>Sum</td><td>4</td></tr></table>", "Fee 3\nSum 4"),
        ("Great <img alt=':smile:' src=x> <img alt='our shop front'>", "Great :smile:"),
        ("<!-- hidden -->seen<script>alert('x')</script><style>p{}</style>", "seen"),
        ("I pay &lt;b&gt; twice", "I pay <b> twice"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("CafÃ© Ã¼ber alles", "Café über alles"),
        ("itâ€™s gone", "it’s gone"),
    ],
)
def test_html_reads_well(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize("text", ["AT&T and <3", "two  spaces\n\nand a gap", "naïve Ångström Ærø", "São Paulo à noite", "<b>not markup here</b>"])
def test_plain_text_stays_as_it_was_said(text: str) -> None:
    assert clean(text) == text


def test_characters_that_no_store_takes_are_out() -> None:
    assert clean("a\x00b\ud800c\r\nd\x1b[0m") == "ab\ufffdc\nd[0m"
    clean("x\udfff").encode()


TAGS = ["p", "div", "b", "ul", "li", "blockquote", "pre", "script", "table", "td", "br", "x-y", "svg", "ol"]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(["<!-- c -->", '<a href="x">', "<p class='y'>", "<br/>"]),
    st.text(alphabet=st.characters(exclude_characters="<>&"), max_size=20),
)


@given(st.lists(PIECES, max_size=30))
@settings(deadline=None)
def test_no_tag_is_left(pieces: list[str]) -> None:
    text = plain("".join(pieces))
    assert "<" not in text
    text.encode()


@given(st.text())
@settings(deadline=None)
def test_any_text_is_read(text: str) -> None:
    assert isinstance(plain(text), str)
    plain(text).encode()


@given(st.text(alphabet="<>/!?-[&#; a\"'=", max_size=300))
@settings(deadline=None)
def test_broken_markup_is_read(text: str) -> None:
    plain(text).encode()


@pytest.mark.parametrize(
    "piece", ["<div>", "word ", "<!--", "<![CDATA[", '<a b="', "<svg ", "&amp;", "</p>", "<script>", "<blockquote>a", "Ã©", "<p"]
)
def test_a_megabyte_of_anything_is_read_in_time(piece: str) -> None:
    for length in (100_000, 1_000_000):
        begun = time.perf_counter()
        plain(piece * (length // len(piece)))
        assert time.perf_counter() - begun < 4, f"{length:,} characters of {piece!r}"


def test_the_words_of_a_big_page_survive_without_a_tree() -> None:
    html = "<!-- no --><div>" + "<p>Late &amp; rude</p>" * 20_000 + "<script>alert(1)</script></div>"
    lines = plain(html).split("\n")
    assert len(lines) == 20_000
    assert set(lines) == {"Late & rude"}


def test_a_text_without_markup_does_not_load_the_parser_of_markup() -> None:
    code = "import sys; from plaint.posts.markup import plain; plain('Fees &amp; charges'); assert 'bs4' not in sys.modules; plain('<p>Fees</p>')"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'bs4' in sys.modules"], check=True)
