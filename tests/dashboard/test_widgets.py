"""The pure widgets: what they say, and that hostile text comes out escaped and cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.widgets import cases, charts, chips, clocks, difference, figures, hits, runs, states, tables, threads, times
from dashboard.widgets.chips import Names
from dashboard.widgets.html import LONGEST, Html, bdi, join, paragraphs, safe_link, tag, text
from plaint.cases import events as e
from plaint.cases.case import case_from
from plaint.cases.clocks import clocks_of
from plaint.cases.events import Recorded
from plaint.deadlines.service import ServiceLevel
from plaint.deadlines.start import Basis, Start, Times
from plaint.insight.periods import Step
from plaint.model import AboutFirm, Author, Firm, Gone, Kind, Language, Ownership, PartialDate, Post, Rating, Role, Run
from plaint.query.tree import CaseMark, Hit
from tests.dashboard import made

pytestmark = pytest.mark.pure

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
NAMES = Names(firms={"northgate": "Northgate Bank"}, sources={"trustpilot": "Trustpilot"}, authors=True)
EVIL = st.text(alphabet=st.characters(codec=None, categories=("L", "N", "P", "S", "Z", "C")), max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "\u202eevil",
        "</div></article>",
        "&lt;b&gt;",
        "' onclick='x",
        "\x00\ud800",
    ]
)


def post(**said: object) -> Post:
    fixed: dict[str, object] = {
        "id": "trustpilot:1", "source": "trustpilot", "ref": "1", "kind": Kind.REVIEW, "text": "They closed my account.",
        "firms": (AboutFirm(key="northgate", score=0.97, how="alias"),), "published": PartialDate.exact(NOW - timedelta(hours=3)),
    }  # fmt: skip
    return Post(**{**fixed, **said})  # type: ignore[arg-type]


class Shape(HTMLParser):
    """Which tags and attributes a markup holds, and whether they close in order."""

    VOID = frozenset({"br", "hr", "img"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.hrefs: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hrefs += [value or "" for name, value in attrs if name == "href"]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def shape(markup: str) -> Shape:
    parser = Shape()
    parser.feed(markup)
    parser.close()
    assert not parser.open, f"never closed: {parser.open}"
    return parser


@settings(max_examples=60, deadline=None)
@given(EVIL, EVIL, EVIL, st.booleans())
def test_hostile_text_cannot_leave_its_place(title: str, body: str, name: str, is_firm: bool) -> None:
    said = post(
        title=title, text=body, author=Author(name=name, role=Role.FIRM if is_firm else Role.OTHER), url=name, facts={"issue": body},
        lang=Language(code="en", score=0.4, how="detected"), firms=(AboutFirm(key=name or "x", score=0.4, how=body),),
    )  # fmt: skip
    hit = Hit(post=said, snippet=body, marks=((0, min(3, len(body))),), case=CaseMark(case=name or "c-1", state=body or "CANDIDATE"))
    markup = Html(
        hits.hits([hit], NAMES, NOW, LONDON) + threads.thread([said, post(id="b:2")], "b:2", NAMES, NOW, LONDON) + difference.words(title, body)
        + states.unreadable(body, title, min(5, len(body)), name) + states.no_such("post", name) + states.refusal(body) + paragraphs(body, lang="en")
    )  # fmt: skip
    seen = shape(markup)
    assert seen.tags <= {"a", "article", "bdi", "del", "div", "h1", "h2", "h3", "ins", "li", "mark", "ol", "p", "pre", "span", "time"}
    assert not [name for name in seen.attributes if name.startswith("on")]
    assert all(href.startswith("/") for href in seen.hrefs)


@pytest.mark.parametrize("size", [LONGEST + 1, 5_000_000])
def test_a_long_text_is_cut_and_says_so(size: int) -> None:
    shown = paragraphs("<" * size)
    assert len(shown) < LONGEST * 5
    assert f"{size - LONGEST:,} more characters are not shown" in shown
    assert "Show 17,000 more characters" in shown


def test_control_characters_and_lone_surrogates_are_dropped() -> None:
    assert text("a\x00b\ud800c\x1b") == "abc"


def test_names_cannot_turn_the_line_around() -> None:
    assert str(bdi("\u202egnp.exe")) == "<bdi>\u202egnp.exe</bdi>"


@pytest.mark.parametrize(
    ("url", "kept"),
    [("https://a.example/x", True), ("HTTP://a.example", True), ("javascript:alert(1)", False), ("data:text/html,x", False), (None, False)],
)
def test_only_web_addresses_become_links(url: str | None, kept: bool) -> None:
    assert bool(safe_link(url)) is kept


def test_attributes_are_escaped_and_left_out_when_empty() -> None:
    assert tag("a", "x", href='"><b>', title=None, data_row=True) == '<a href="&quot;&gt;&lt;b&gt;" data-row>x</a>'


def test_addresses_leave_out_what_is_empty_and_know_the_front_page() -> None:
    assert chips.href("overview", period=None) == "/"
    assert chips.href("search", {"q": "a b", "after": None}, source=("x", "-y")) == "/search?q=a+b&source=x&source=-y"


@pytest.mark.parametrize(
    ("rating", "said"),
    [
        (Rating(value=1, worst=1, best=5, unit=0), "1 of 5 stars"),
        (Rating(value=7, worst=0, best=10, unit=0.7), "7 of 10"),
        (None, ""),
    ],
)
def test_a_rating_says_its_own_scale(rating: Rating | None, said: str) -> None:
    assert said in chips.rating(rating)
    assert bool(chips.rating(rating)) is bool(said)


def test_a_firm_that_is_unsure_says_probably() -> None:
    assert "probably Northgate Bank" in chips.firm(AboutFirm(key="northgate", score=0.89, how="fuzzy"), NAMES)
    assert "probably" not in chips.firm(AboutFirm(key="northgate", score=0.9, how="alias"), NAMES)


def test_an_author_that_the_desk_left_out_is_a_customer() -> None:
    assert "a customer" in chips.author(Author(role=Role.CUSTOMER))
    assert "other person" in chips.author(Author(name="T", role=Role.OTHER))


def test_marks_that_do_not_fit_are_left_out() -> None:
    assert hits.marked("late fee", ((0, 4), (2, 6), (5, 99))) == "<mark>late</mark> fee"


def test_a_post_without_a_title_is_called_by_its_first_words() -> None:
    assert hits.title_of(post(text="word " * 100)).endswith("word…")
    assert hits.title_of(post(text="  ")) == "(no words)"


def test_the_difference_names_what_went_and_what_came() -> None:
    shown = difference.words("The fee was 20 pounds.", "The fee was 30 pounds, again.")
    assert "<del>20</del><ins>30</ins>" in shown
    assert "<ins>, again</ins>" in shown


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_the_difference_holds_both_texts_whole(before: str, after: str) -> None:
    def without(markup: str, gone: str) -> str:
        seen = Shape()
        kept: list[str] = []
        seen.handle_data = lambda data: None if seen.open and seen.open[-1] == gone else kept.append(data)  # type: ignore[method-assign]
        seen.feed(markup)
        seen.close()
        return "".join(kept)

    clean = str.maketrans("", "", "".join(map(chr, (*range(9), 11, 12, 13, *range(14, 32), 127))))
    before, after = before.translate(clean), after.translate(clean)
    shown = difference.words(before, after)
    assert without(shown, "ins") == before
    assert without(shown, "del") == after


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "0 min"), (18 * 60, "18 min"), (5 * 3600, "5 h"), (4 * 86400, "4 d"), (40 * 86400, "1 month"), (800 * 86400, "2 years")]
)
def test_a_length_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert times.length(seconds) == said


def test_an_uncertain_date_keeps_the_words_of_the_source() -> None:
    span = PartialDate(earliest="2026-08-18", latest="2026-09-25", said="2 months ago")
    assert "2 months ago: 18 Aug to 25 Sep" in times.when(span, NOW, LONDON, plain=True)
    assert "no date given" in times.when(None, NOW, LONDON)
    assert "Fri 20 Nov, 07:52" in times.when(PartialDate.exact(datetime(2026, 11, 20, 7, 52, tzinfo=UTC)), NOW, LONDON, plain=True)
    assert "07:52 GMT (Europe/London)" in times.full(datetime(2026, 11, 20, 7, 52, tzinfo=UTC), LONDON)


def test_bars_stand_on_local_days_and_the_last_is_unfinished() -> None:
    edges = ("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")
    said = charts.bars(edges, (3, 96, 4), Step.DAY, LONDON, NOW)
    assert [bar.so_far for bar in said] == [False, False, True]
    spec = charts.histogram(said, Step.DAY, pick=True).to_dict()
    assert spec["encoding"]["y"]["scale"]["zero"] is True
    assert spec["encoding"]["x"]["timeUnit"]["unit"] == "utcyearmonthdate"
    assert spec["params"][0]["select"]["encodings"] == ["x"]
    assert charts.finding(said) == "Posts over time, highest 96 on Mon 23 Nov 2026"
    assert charts.as_table(said).count("<tr") == 4


def test_lines_differ_by_dash_as_well_as_colour() -> None:
    spec = charts.lines([(datetime(2026, 11, 1), "a", 1), (datetime(2026, 11, 1), "b", 2)], Step.DAY).to_dict()
    assert spec["encoding"]["strokeDash"]["field"] == spec["encoding"]["color"]["field"] == "series"


def test_figures_are_links_with_their_definition() -> None:
    figure = figures.Figure(label="Posts", value="1,204", definition="What is counted", page="search", parameters={"per": "30d"}, line=(1, 5, 2))
    shown = figures.figures([figure])
    assert 'href="/search?per=30d"' in shown
    assert 'title="What is counted"' in shown
    assert "mask-image" in shown
    assert "What is counted" in figures.definitions([figure])


def test_a_table_says_which_columns_go_when_narrow() -> None:
    shown = tables.table("Cases", [tables.Column("Due"), tables.Column("Firm", hide=True)], [[tag("b", "x"), tag("b", "y")]], walk=True)
    assert "Not shown when narrow: Firm." in shown
    assert shown.count("hide-s") == 2
    assert "data-row" in shown


def test_the_ledger_closes_or_says_what_is_missing() -> None:
    run = Run(id="r", source="trustpilot", firm="northgate", started="2026-11-24T09:00:00Z", state="done", announced=10, new=4, known=3, missing=2)
    assert "1 not accounted for" in runs.ledger(run)
    closed = Run(id="r", source="trustpilot", firm=None, started="2026-11-24T09:00:00Z", state="done", announced=9, new=4, known=3, missing=2)
    assert "not accounted" not in runs.ledger(closed)
    silent = Run(id="r", source="trustpilot", firm=None, started="2026-11-24T09:00:00Z", state="done", new=4)
    assert "announces no number" in runs.ledger(silent)


def test_broken_runs_come_first() -> None:
    def run(id: str, **said: object) -> Run:
        return Run(id=id, source=id, firm=None, started="2026-11-24T09:00:00Z", ended="2026-11-24T09:10:00Z", **said)  # type: ignore[arg-type]

    good, alarmed, failed = run("a", state="done", announced=5, new=5), run("b", state="done", alarms=("login wall",)), run("c", state="failed")
    assert [one.id for one in runs.worst_first([good, alarmed, failed])] == ["c", "b", "a"]
    for one in (good, alarmed, failed):
        assert shape(runs.state(one)).text, "colour never stands alone"


def history() -> list[Recorded]:
    at = "2026-11-20T07:52:00Z"
    return [
        Recorded(
            at=at, by="anika", version=1,
            event=e.CaseOpened(firm="northgate", source="trustpilot", ownership=Ownership.THIRD_PARTY, times=Times(), posts="a:1", title="T"),
        ),
        Recorded(
            at="2026-11-20T08:00:00Z", by="tom", version=2,
            event=e.ComplaintConfirmed(
                regimes=("UK-DISP",), aware="2026-11-20T08:00:00Z", reason="<b>lost</b> money",
                start=Start(at="2026-11-20T08:00:00Z", latest="2026-11-20T08:00:00Z", basis=Basis.TRIAGE_DECISION, because="it was decided then"),
            ),
        ),
        Recorded(at="2026-11-21T08:00:00Z", by="anika", version=3, event=e.Noted(text=None)),
    ]  # fmt: skip


def test_a_clock_shows_why_this_date_with_a_box_for_each_day() -> None:
    case = case_from("c-1", history())
    firm = Firm(key="northgate", name="Northgate Bank", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP",))
    shown = clocks.clocks(clocks_of(case, firm, NOW), NOW, LONDON)
    seen = shape(shown)
    assert "summary" in seen.tags
    assert "because" not in "".join(seen.tags)
    assert "it was decided then" in shown
    assert 'class="day skip"' in shown
    assert "Sat 21 Nov 2026: not counted" in shown
    assert 'class="day due"' in shown
    assert "<details>" in shown
    assert "<details open>" in clocks.clocks(clocks_of(case, firm, NOW), NOW, LONDON, open_traces=True)


def test_a_service_level_starts_where_it_says_itself_not_where_the_law_s_clocks_start() -> None:
    case = case_from("c-1", history())
    level = ServiceLevel(id="first", label="first answer", minutes=30, starts="opened")
    said = clocks_of(case, Firm(key="northgate", name="Northgate Bank", levels=(level,)), NOW)
    (shown,) = [clocks.card(one, said, NOW, LONDON) for one in said.clocks if one.deadline.key == "first"]
    assert "when it was opened" in shown
    assert "<b>Starts</b>" not in shown


@pytest.mark.parametrize(
    ("due", "colour", "word"),
    [
        (NOW - timedelta(days=2), "red", "2 d over"),
        (NOW + timedelta(hours=5), "amber", "due in 5 h"),
        (NOW + timedelta(days=9), "chip", "due in 9 d"),
    ],
)
def test_a_due_date_has_a_word_beside_its_colour(due: datetime, colour: str, word: str) -> None:
    shown = clocks.due_chip(due.isoformat().replace("+00:00", "Z"), NOW, LONDON)
    assert colour in shown
    assert word in shown


def test_the_timeline_is_newest_first_and_keeps_the_reason() -> None:
    shown = cases.timeline(history(), {"tom": "Tom Lindqvist"}, NOW, LONDON)
    assert shown.index("wrote a private note") < shown.index("opened the case")
    assert "&lt;b&gt;lost&lt;/b&gt; money" in shown
    assert "Tom Lindqvist" in shown
    assert "This note was erased." in cases.notes(history(), {}, NOW, LONDON)


def test_every_event_is_said_in_words() -> None:
    import inspect
    import typing

    from plaint.cases import spoken

    said = inspect.getsource(cases) + inspect.getsource(spoken)
    assert [kind.__name__ for kind in typing.get_args(e.CaseEvent) if kind.__name__ not in said] == []


def test_whoever_was_faster_is_named() -> None:
    who, what = cases.overtaken(history()[1:2], {"tom": "Tom Lindqvist"}, NOW, LONDON)
    assert who == "Tom Lindqvist"
    assert what.startswith("Tom Lindqvist confirmed that it is a complaint")


def test_the_caret_stands_under_the_place() -> None:
    shown = shape(states.unreadable('refund "late', "a quotation mark is open", 7, "close it, or remove it"))
    lines = "".join(shown.text).split("\n")
    assert lines[0].endswith('refund "late')
    assert lines[1].startswith(" " * 7 + "^")


def test_a_far_caret_stays_in_sight() -> None:
    query = "word " * 100 + '"open'
    lines = "".join(shape(states.unreadable(query, "m", 500, "h")).text).split("\n")
    mark = lines[1].index("^")
    assert lines[0][lines[0].index("…") :][mark] == '"'


def test_other_customers_are_told_apart_from_the_one_who_complains() -> None:
    first = post(id="a:1", ref="1", author=Author(name="Marit O.", role=Role.CUSTOMER))
    second = post(id="a:2", ref="2", author=Author(name="Tom", role=Role.CUSTOMER), reply_to="1")
    third = post(id="a:3", ref="3", author=Author(name="Northgate", role=Role.FIRM), reply_to="1", gone=Gone.VANISHED)
    shown = threads.thread([first, second, third], "a:1", NAMES, NOW, LONDON)
    assert shown.count("other customer") == 1
    assert 'class="turn firm left"' in shown
    assert 'class="turn this"' in shown
    assert "No longer at the source" in shown


def test_show_takes_nothing_but_html() -> None:
    from dashboard import here

    with pytest.raises(TypeError, match="show takes Html"):
        here.show("<b>raw</b>")  # type: ignore[arg-type]


def test_joined_parts_leave_out_empty_ones() -> None:
    assert join([tag("b", "a"), Html(""), tag("b", "c")], ", ") == "<b>a</b>, <b>c</b>"


def test_a_bare_day_is_named_without_an_hour() -> None:
    assert "yesterday" in times.when(PartialDate.day(date(2026, 11, 23)), NOW, LONDON)


def test_an_edited_turn_leads_to_its_revisions_and_a_vanished_one_says_that_people_no_longer_see_it() -> None:
    first, second = made.thread()[:2]
    edited = replace(second, edited=PartialDate.exact(made.NOW))
    gone = replace(second, id="schema_org:t9", gone=Gone.VANISHED)
    shown = threads.thread([first, edited, gone], first.id, chips.Names(), made.NOW, ZoneInfo("Europe/London"))
    assert f"post={second.id.replace(':', '%3A')}&amp;tab=revisions" in shown
    assert "People no longer see it there" in shown
    assert 'class="turn left"' in shown
