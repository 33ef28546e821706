"""A raw post becomes a post with nothing bent to fit; what is not understood is rejected with its reason."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plaint.model import Capture, Firm, Kind, Post, RawPost, Rejection, Role, Site, fingerprint
from plaint.posts.brands import Names
from plaint.posts.normalise import TEXT_LIMIT, normalise

pytestmark = pytest.mark.pure

SITE = Site(key="board", name="Board", home="https://board.example", kind=Kind.REVIEW, access="made up", languages=("en",), zone="Europe/London")
CAPTURE = Capture(url="https://board.example/1", at="2026-11-24T10:00:00Z", sha256="0" * 64)
ORBIT = Firm(key="orbit", name="Orbit Pay", aliases=("@orbitpay",), handles={"board": "orbit.example"})
KESTREL = Firm(key="kestrel", name="Kestrel Mutual")
NAMES = Names((ORBIT, KESTREL))


def made(site: Site = SITE, asked: Firm | None = None, **said: Any) -> Post | Rejection:
    return normalise(RawPost(**({"ref": "7", "text": "They lost it", "lang": "en"} | said)), site=site, capture=CAPTURE, names=NAMES, asked=asked)


def post(site: Site = SITE, asked: Firm | None = None, **said: Any) -> Post:
    got = made(site, asked, **said)
    assert isinstance(got, Post), got
    return got


def refused(**said: Any) -> Rejection:
    got = made(**said)
    assert isinstance(got, Rejection), got
    return got


# --- words ---


def test_a_post_keeps_source_and_id_and_its_capture() -> None:
    got = post()
    assert (got.id, got.source, got.ref, got.kind, got.capture) == ("board:7", "board", "7", Kind.REVIEW, CAPTURE)


def test_markup_is_read_only_where_it_is_markup() -> None:
    assert post(text="<p>AT&amp;T</p>", markup=True).text == "AT&T"
    assert post(text="a <b> & &amp; c").text == "a <b> & &amp; c"


def test_a_rating_alone_is_a_review_and_nothing_at_all_is_refused() -> None:
    assert post(text=None, rating=1).text == ""
    assert post(text="", facts={"issue": "Fees"}).text == ""
    assert refused(text=" \n").field == "text"


def test_a_text_beyond_the_limit_is_refused_whole_and_quickly() -> None:
    begun = time.perf_counter()
    for text, markup in (("x" * (TEXT_LIMIT + 1), False), ("<i>" * 2_000_000, True), ("a&amp;" * 5_000_000, True), ("<p>word</p>" * 90_000, True)):
        rejection = refused(text=text, markup=markup)
        assert rejection.field == "text"
        assert "characters" in rejection.reason
        assert len(rejection.seen or "") == 500
    assert time.perf_counter() - begun < 10
    assert len(post(text="x" * TEXT_LIMIT).text) == TEXT_LIMIT


def test_an_id_is_needed() -> None:
    assert refused(ref=" ").field == "ref"


def test_only_addresses_of_the_web_are_kept() -> None:
    got = post(url="javascript:alert(1)", author="A", author_url="data:text/html,x", links=["https://a.example", "javascript:x", "https://a.example"])
    assert (got.url, got.links) == (None, ("https://a.example",))
    assert got.author is not None
    assert got.author.url is None


def test_the_stated_language_wins_over_the_detected() -> None:
    assert [(lang.code, lang.how) for said in ("pt-BR", "en_US", "deu", "iw") if (lang := post(lang=said).lang)] == [
        ("pt", "stated"), ("en", "stated"), ("de", "stated"), ("he", "stated"),
    ]  # fmt: skip
    lang = post(lang="und", text="Η τράπεζα δεν απαντά").lang
    assert lang is not None
    assert (lang.code, lang.how) == ("el", "detected")


def test_hashtags_and_mentions_come_from_the_source_else_from_the_text() -> None:
    got = post(text="#Fees2024 #1 a#b @orbitpay, @x.y@host.example mail me@host.example #größe")
    assert (got.hashtags, got.mentions) == (("Fees2024", "größe"), ("orbitpay", "x.y@host.example"))
    got = post(text="#Fees @orbitpay", hashtags=["#Late", " "], mentions=[])
    assert (got.hashtags, got.mentions) == (("Late",), ())


# --- numbers ---


@pytest.mark.parametrize(
    ("rating", "worst", "best", "value", "unit"),
    [
        (1, None, None, 1, 0.0), (5, None, None, 5, 1.0), ("4", None, None, 4, 0.75), ("4,5", None, None, 4.5, 0.875),
        ("4 out of 5 stars", None, None, 4, 0.75),
        ("Rated 2/5", None, None, 2, 0.25), ("5つ星のうち2.0", None, None, 2, 0.25), ("★★☆☆☆", None, None, 2, 0.25), ("80%", None, None, 80, 0.8),
        (7, 1, 10, 7, 6 / 9), ("7", "0", "10", 7, 0.7), (0.8, None, 1, 0.8, 0.8), (2, 6, 1, 2, 0.8), (6, 6, 1, 6, 0.0),
    ],
)  # fmt: skip
def test_a_rating_keeps_its_value_and_finds_its_place(rating: Any, worst: Any, best: Any, value: float, unit: float) -> None:
    got = post(rating=rating, worst=worst, best=best).rating
    assert got is not None
    assert (got.value, got.unit) == (value, pytest.approx(unit))


@pytest.mark.parametrize("rating", [0, "0", 6, -1, "7/5"])
def test_a_rating_outside_its_scale_is_kept_as_shown_and_counts_nowhere(rating: Any) -> None:
    got = post(rating=rating).rating
    assert got is not None
    assert got.unit is None
    assert got.stars is None


@pytest.mark.parametrize("rating", [None, "", "n/a", "-"])
def test_unrated_is_none(rating: Any) -> None:
    assert post(rating=rating).rating is None


@pytest.mark.parametrize("rating", ["good", "4 or 5", float("nan"), float("inf")])
def test_a_rating_that_is_not_understood_is_refused(rating: Any) -> None:
    assert refused(rating=rating).field == "rating"


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(-20, 20))
@settings(deadline=None)
def test_a_place_on_the_scale_is_never_bent(value: float, worst: float, best: float) -> None:
    got = post(rating=value, worst=worst, best=best).rating
    assert got is not None
    inside = worst != best and min(worst, best) <= value <= max(worst, best)
    assert got.value == value
    assert (got.unit is not None) == inside or got.unit in {0.0, 1.0}
    assert got.unit is None or 0 <= got.unit <= 1


@given(st.text(max_size=30))
@settings(deadline=None)
def test_any_words_of_a_rating_are_answered(rating: str) -> None:
    made(rating=rating)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        (7, 7), ("7", 7), ("1,234", 1234), ("1.234", 1234), ("12 345", 12345), ("1.2K", 1200), ("3,4 Tsd.", 3400),
        ("2.5M", 2_500_000), ("3万", 30_000),
        ("12 people found this helpful", 12), ("-3", -3), ("4 mil", 4000),
    ],
)  # fmt: skip
def test_counts_are_read_as_sites_write_them(said: Any, count: int) -> None:
    assert post(engagement={"likes": said}).engagement == {"likes": count}
    author = post(followers=said).author
    assert author is not None
    assert author.followers == count


def test_words_without_a_figure_count_nothing() -> None:
    assert post(engagement={"likes": "Like", "replies": None}).engagement == {}
    assert refused(engagement={"likes": "1.2345.6"}).field == "likes"


def test_a_name_that_the_model_does_not_know_is_an_error_of_the_source_file() -> None:
    assert refused(facts={"colour": "red"}).field == "facts"
    assert refused(engagement={"claps": 1}).field == "engagement"
    assert post(facts={"issue": "Fees\x00", "product": None, "state": ""}).facts == {"issue": "Fees"}


# --- dates ---


def test_a_date_is_read_with_the_sites_zone_and_language() -> None:
    when = post(published="5 July 2026 10:00").published
    assert when is not None
    assert (when.earliest, when.said) == ("2026-07-05T09:00:00Z", "5 July 2026 10:00")


def test_no_date_is_no_date() -> None:
    assert post().published is None
    assert post(published=" ").published is None


@pytest.mark.parametrize(
    "published",
    ["2036-01-01", "2026-11-26T10:00:00Z", "in 2 years", 0, "1970-01-01T00:00:00Z", "0001-01-01",
     "2021-02-30", "2021-02-30T10:00:00Z", "30/02/2021", "30 February 2021", "0000-00-00 00:00:00"],
)  # fmt: skip
def test_a_date_that_cannot_be_true_costs_only_itself_and_its_words_are_kept(published: Any) -> None:
    got = post(published=published, text="My money is gone")
    assert got.published is None
    assert got.text == "My money is gone"
    assert got.facts["date_as_said"] == str(published)


@pytest.mark.parametrize("published", ["soon", "30 bananas", "2021-02-28 25:61", "0"])
def test_a_date_that_is_not_understood_refuses_the_post(published: str) -> None:
    assert refused(published=published).field == "published"


@pytest.mark.parametrize("published", ["2026-11-24T23:00:00Z", "2026-11-25", "2026-11-25T09:00:00Z"])
def test_a_clock_may_be_a_day_ahead(published: str) -> None:
    assert post(published=published).published is not None


def test_a_date_that_is_not_understood_is_refused_with_its_words() -> None:
    rejection = refused(published="the other day")
    assert (rejection.field, rejection.seen, rejection.ref) == ("published", "the other day", "7")


def test_an_edit_date_never_costs_the_post() -> None:
    assert post(edited="whenever").facts == {"edited_note": "whenever"}
    assert post(edited="2036-01-01").edited is None
    assert post(edited="2026-11-20").edited is not None


def test_a_relative_date_seen_again_is_the_same_post() -> None:
    later = Capture(url=CAPTURE.url, at="2026-11-25T11:00:00Z", sha256="1" * 64)
    raws = [RawPost(ref="7", text="Late", lang="en", published=said) for said in ("2 days ago", "3 days ago")]
    first, second = (normalise(raw, site=SITE, capture=at, names=NAMES) for raw, at in zip(raws, (CAPTURE, later), strict=True))
    assert isinstance(first, Post)
    assert isinstance(second, Post)
    assert fingerprint(first) == fingerprint(second)


# --- firms ---


def firms(**said: Any) -> list[tuple[str, str]]:
    return [(firm.key, firm.how) for firm in post(**said).firms]


def test_a_post_is_about_the_firm_whose_page_it_is_on_and_those_it_names() -> None:
    assert firms(asked=ORBIT) == [("orbit", "asked")]
    assert firms(asked=ORBIT, text="Kestrel Mutual was better than Orbit Pay") == [("orbit", "asked"), ("kestrel", "alias")]
    assert firms(text="Orbit Pay lost it") == [("orbit", "alias")]
    assert firms(text="@orbitpay lost it") == [("orbit", "handle")]


def test_the_pages_own_word_for_its_firm_wins_over_what_was_asked() -> None:
    assert firms(asked=ORBIT, firm="Kestrel Mutual") == [("kestrel", "alias")]
    assert firms(firm="orbit.example") == [("orbit", "handle")]
    assert firms(asked=ORBIT, firm="Nobody Known") == [("orbit", "asked")]


def test_an_author_is_there_when_anything_is_said_of_one() -> None:
    assert post().author is None
    got = post(author="Ida ", author_handle="@ida", role=Role.FIRM).author
    assert got is not None
    assert (got.name, got.handle, got.role) == ("Ida", "ida", Role.FIRM)


WORDS = st.one_of(st.none(), st.text(max_size=40))


@given(WORDS, WORDS, WORDS, st.sampled_from(["en", "EN_us"]), WORDS, WORDS, st.booleans())
@settings(deadline=None, max_examples=60)
def test_whatever_a_page_says_the_answer_is_a_post_or_a_reason(
    text: str | None, title: str | None, author: str | None, lang: str, published: str | None, likes: str | None, markup: bool
) -> None:
    got = made(text=text, title=title, author=author, lang=lang, published=published, engagement={"likes": likes}, followers=likes, markup=markup)
    if isinstance(got, Post):
        assert "\x00" not in got.text
        fingerprint(got)
    else:
        assert got.reason
