"""What people (and programs) enter, and that it comes back harmless."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.code import address_of
from doors.form import LINE, TEXT, Entry, Faults, place_of, read_form
from doors.pages import Pages
from doors.words import chosen, languages

pytestmark = pytest.mark.pure
WHOLE = {"text": "The machine kept my card.", "ticket": "t", "read": "yes"}


def sent(**fields: str) -> bytes:
    return urlencode({**WHOLE, **fields}).encode()


def test_the_least_that_is_taken() -> None:
    assert read_form(sent()) == Entry(text="The machine kept my card.", ticket="t")


def test_all_that_can_be_entered() -> None:
    entry = read_form(sent(name=" Ann ", reach="a@b.example", rating="1", place="Leeds, High Street", quote="yes", text="One\r\nTwo"))
    assert entry == Entry(
        text="One\nTwo", ticket="t", name="Ann", reach="a@b.example", rating=1, place="Leeds, High Street", may_quote=True
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * (TEXT + 1)}, "text"),
        ({"name": "x" * (LINE + 1)}, "name"),
        ({"rating": "6"}, "rating"),
        ({"read": "no"}, "read"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(fields: dict[str, str], wrong: str) -> None:
    faults = read_form(sent(**fields))
    assert isinstance(faults, Faults)
    assert list(faults.wrong) == [wrong]
    page = Pages().form("Acme", "t", None, faults)
    assert f'href="#{wrong}"' in page
    assert 'role="alert"' in page


def test_a_filled_trap_is_spam() -> None:
    faults = read_form(sent(website="https://buy.example"))
    assert isinstance(faults, Faults)
    assert faults.is_spam


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(page)
    return reader.seen


@given(
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: urlencode({"text": text, "name": text, "place": text, "rating": text}).encode())
)
def test_no_input_breaks_the_form_or_adds_an_element(body: bytes) -> None:
    said = read_form(body)
    empty = Pages().form("Acme", "t", None, Faults(wrong=said.wrong, entered={}) if isinstance(said, Faults) else None)
    if isinstance(said, Faults):
        extra = 2 if said.entered["place"] else 0
        assert len(tags(Pages().form("Acme", "t", None, said))) == len(tags(empty)) + extra


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onfocus='x", "</textarea><b>"])
def test_markup_stays_text(hostile: str) -> None:
    faults = Faults(wrong={"read": "no_consent"}, entered={"text": hostile, "name": hostile, "reach": hostile, "place": hostile})
    for _, attributes in tags(Pages().form(hostile, hostile, None, faults)):
        assert not any(name.startswith("on") for name in attributes)
    assert not {"script", "img", "b"} & {tag for tag, _ in tags(Pages().form(hostile, hostile, None, faults))}
    assert place_of(hostile) is None


def test_every_field_has_its_label_and_there_is_no_script() -> None:
    found = tags(Pages().form("Acme", "t", "Leeds"))
    labels = {attributes.get("for") for tag, attributes in found if tag == "label"}
    fields = {a.get("id") for tag, a in found if tag in {"input", "textarea"} and a.get("type") != "hidden"}
    assert fields <= labels
    assert "script" not in {tag for tag, _ in found}
    assert found[0] == ("html", {"lang": "en"})


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_language_says_everything_with_the_same_gaps(code: str) -> None:
    own, first = languages()[code], languages()["en"]
    assert own.faults.keys() == first.faults.keys()
    for name in first.__struct_fields__:
        said, wanted = getattr(own, name), getattr(first, name)
        if isinstance(wanted, str):
            assert said.strip() == said != ""
            assert said.count("{") == wanted.count("{") == said.count("{firm}"), name
            assert code == "en" or said != wanted, name
    assert all(own.faults[name].count("{") == said.count("{") for name, said in first.faults.items())
    faults = Faults(wrong=dict.fromkeys(("text", "rating", "name", "read"), "long_text") | {"reach": "long_line"}, entered={"place": "Leeds"})
    page = Pages(code, {"place": "Leeds"}).form("Acme & Co", "t", None, faults)
    assert str(TEXT) in page
    assert str(LINE) in page
    assert "{" not in page
    assert f'<html lang="{code}">' in page
    assert len(tags(page)) == len(tags(Pages().form("Acme & Co", "t", None, faults)))


def test_the_words_are_not_markup() -> None:
    for code, own in languages().items():
        assert "<" not in "".join(str(getattr(own, name)) for name in own.__struct_fields__), code


@pytest.mark.parametrize(
    ("asked", "accepted", "code"),
    [
        (None, None, "en"),
        ("tr", "de", "tr"),
        ("xx", "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "ja,pt-BR;q=0.7,en;q=0.3", "pt"),
        (None, "fr;q=0.1, es;q=0.9", "es"),
        (None, "de;q=0, fr;q=x, *", "en"),
        ("../../etc", ";;;,,q=", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_browsers_best(asked: str | None, accepted: str | None, code: str) -> None:
    assert chosen(asked, accepted) == code


@given(st.text(max_size=600), st.text(max_size=10))
def test_no_header_breaks_the_choice(accepted: str, asked: str) -> None:
    assert chosen(asked, accepted) in languages()


def test_the_address_of_a_door() -> None:
    assert address_of("https://c.example/", "acme", "Leeds & York") == "https://c.example/acme?place=Leeds+%26+York"
    with pytest.raises(ValueError, match="no address"):
        address_of("c.example", "acme")
