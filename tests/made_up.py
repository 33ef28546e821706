"""Made-up posts and questions for Hypothesis: few words, so that they meet often; many scripts, so that nothing is only English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from plaint.model import AboutFirm, Author, Capture, Gone, Kind, Language, PartialDate, Place, Post, Rating, Role
from plaint.query.fields import COPIED
from plaint.query.tree import FACETS, And, Fuzzy, Node, Not, Or, Phrase, Prefix, Range, Search, Sort, Term
from plaint.reference import Figure, Table
from plaint.understand.understanding import Code, Complaint, Driver, Flag, Level, Polarity, Queue, Severity, Span, Understanding

WORDS = ("refund", "Refunds", "refunded", "refnud", "late", "fee", "FEES", "naïve", "Straße", "don't", "10.50", "remboursé", "remboursement",
         "返金", "手数料", "返", "환불을", "शुल्क", "المال", "ﬁne", "fine", "x" * 210, "a", "🙂", "Orbit™")  # fmt: skip
FIGURE = Figure(
    firm="Fennel Bank plc", group=None, start="2024-01-01", end="2024-06-30", product="Home finance", measure="upheld", value=41.5,
    unit="percent", row=2, column="Home finance",
)  # fmt: skip
TABLE = Table(
    digest="ab" * 32, name="upheld.csv", publisher="FCA", url="https://regulator.example/upheld.csv", measure="upheld", figures=1, unread=0,
    start="2024-01-01", end="2024-06-30", at="2026-11-24T10:00:00Z", by="ada",
)  # fmt: skip

FIRMS = ("orbit", "northgate", "pélican")
TAGS = ("Outage", "outage", "fail")
PLACES = ("Leeds", "leeds", "Łódź")
SOURCES = ("board", "stars")
DAYS = tuple((datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat() for day in (0, 1, 30, 31, 59))
MOMENTS = (*DAYS, "2026-01-01T00:00:00Z", "2026-01-31T23:59:59.999999Z", "2026-02-01T09:30:00Z", "1969-07-20T20:17:00Z")
THREADS = ("t1", "t2")
STATES = ("CANDIDATE", "CONFIRMED_COMPLAINT")

_maybe = st.one_of


def _text() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), max_size=6).flatmap(
        lambda words: st.sampled_from([" ", ", ", "\n", "-"]).map(lambda gap: gap.join(words))
    )


def _rating(stars: int | float) -> Rating:
    return Rating(value=stars, worst=1, best=5, unit=(stars - 1) / 4 if 1 <= stars <= 5 else None)


_authors = st.builds(
    Author, name=st.sampled_from([None, "Ann Refund", "李 雷"]), handle=st.sampled_from([None, "ann_r"]), role=st.sampled_from(Role),
    place=st.sampled_from([None, *PLACES]), followers=st.sampled_from([None, 5, 3_000, 2_000_000]),
)  # fmt: skip


@st.composite
def a_post(draw: st.DrawFn, number: int) -> Post:
    source = draw(st.sampled_from(SOURCES))
    moment = draw(st.sampled_from([None, *MOMENTS]))
    captured = draw(st.sampled_from([None, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00.000001Z"]))
    return Post(
        id=f"{source}:{number}", source=source, ref=str(number), kind=draw(st.sampled_from([Kind.REVIEW, Kind.POST])), text=draw(_text()),
        title=draw(st.none() | _text()), url=draw(st.sampled_from([None, "https://a.example/1", "https://a.example/2"])),
        lang=draw(st.sampled_from([None, *(Language(code=code, score=1, how="stated") for code in ("en", "fr", "ja", "hi"))])),
        author=draw(st.none() | _authors), rating=draw(st.none() | st.sampled_from([1, 2, 2.5, 3, 5, 9]).map(_rating)),
        published=None if moment is None else PartialDate(earliest=moment, latest=moment),
        edited=draw(st.sampled_from([None, PartialDate.day(datetime(2026, 2, 2, tzinfo=UTC).date())])),
        reply_to=draw(st.none() | st.integers(0, 12).map(str)), thread=draw(st.sampled_from([None, *THREADS])),
        hashtags=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=2))), mentions=tuple(draw(st.lists(st.sampled_from(["Orbit"]), max_size=1))),
        place=draw(st.none() | st.builds(Place, name=st.sampled_from([None, *PLACES]), country=st.sampled_from([None, "GB"]))),
        links=draw(st.sampled_from([(), ("https://l.example",)])),
        facts=draw(st.sampled_from([{}, {"product": "Current Account"}, {"issue": "Late fee"}])),
        firms=tuple(AboutFirm(key=key, score=1, how="alias") for key in draw(st.lists(st.sampled_from(FIRMS), unique=True, max_size=2))),
        capture=None if captured is None else Capture(url="https://a.example", at=captured, sha256="0" * 64),
    )  # fmt: skip


CODES = (None, Code(code="Credit card", score=0.9), Code(code="Late fee", score=0.8, how="mapped"))


def _flags(names: Any) -> st.SearchStrategy[tuple[Flag, ...]]:
    return st.lists(st.sampled_from([*names][:2]).map(lambda name: Flag(name=str(name), start=0, end=2)), max_size=3).map(tuple)


understandings = st.builds(
    Understanding,
    complaint=st.none() | st.sampled_from([0.0, 0.2996, 0.3, 0.5, 0.6994, 0.8, 1.0]).map(lambda p: Complaint(p=p)),
    severity=st.none() | st.sampled_from([Level.NO_EXPLICIT_REPROACH, Level.BLAME]).map(lambda level: Severity(level=level, score=0.5)),
    sentiment=st.none() | st.just(Polarity(label="negative", score=0.7)),
    product=st.dictionaries(st.sampled_from(["cfpb", "fca"]), st.sampled_from(CODES)),
    issue=st.dictionaries(st.sampled_from(["cfpb", "banking77"]), st.sampled_from(CODES)),
    urgency=_flags(Queue), vulnerability=_flags(Driver),
    pii=st.lists(st.sampled_from(["phone", "email"]).map(lambda kind: Span(start=0, end=3, kind=kind)), max_size=2).map(tuple),
    models=st.just({"complaint": "complaint-fast 1"}),
)  # fmt: skip


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[Post], dict[str, tuple[str, str]], dict[str, Gone], dict[str, Understanding]]:
    """Posts, the cases of some, which have vanished, and what was understood of some."""
    posts = [draw(a_post(number)) for number in range(draw(st.integers(0, 12)))]
    ids = [post.id for post in posts]
    some = st.lists(st.sampled_from(ids), unique=True, max_size=3) if ids else st.just([])
    cases = {chosen: (f"c-{chosen[-1]}", draw(st.sampled_from(STATES))) for chosen in draw(some)}
    gone = dict.fromkeys(draw(some), Gone.VANISHED)
    return posts, cases, gone, {key: draw(understandings) for key in ids if draw(st.booleans())}


def _leaves() -> st.SearchStrategy[Node]:
    word = st.sampled_from(WORDS)
    text_field = st.sampled_from([None, None, None, "title", "author"])
    phrase = st.lists(word, min_size=1, max_size=3).map(" ".join)
    values: dict[str, Any] = {
        "firm": FIRMS, "source": SOURCES, "kind": ("review", "REVIEW"), "lang": ("en", "JA"), "role": ("firm", "Customer"), "state": STATES,
        "hashtag": TAGS, "mention": ("@orbit",), "place": (*PLACES, "gb", "LODZ"), "product": ("current account",), "issue": ("late fee", "late"),
        "complaint": ("yes", "no", "UNSURE"), "severity": ("blame", "No explicit reproach"), "sentiment": ("negative",),
        "urgency": ("self-harm", "fraud and theft"), "vulnerability": ("health",), "about": ("cfpb/credit card", "fca/Late fee"), "pii": ("phone",),
        "reach": ("far", "Little"),
    }  # fmt: skip
    keyed = st.sampled_from(sorted(values)).flatmap(lambda field: st.tuples(st.sampled_from(values[field]), st.just(field)))
    exact = st.sampled_from(
        [("board:1", "id"), ("stars:2", "id"), ("https://a.example/1", "url"), ("t1", "thread"), ("board:t2", "thread"), ("c-1", "case")]
    )
    limits = st.none() | st.sampled_from(DAYS)
    stars = st.none() | st.sampled_from([1.0, 2.0, 2.5, 4.0])
    flags = st.booleans()
    return st.one_of(
        st.builds(Term, word, text_field), st.builds(Phrase, phrase, text_field), st.builds(Fuzzy, word, st.sampled_from([1, 2]), text_field),
        st.builds(Prefix, st.sampled_from(["re", "r", "late fe", "remb", "返", "手数", "शु", "f", "環"]), text_field),
        keyed.map(lambda pair: Term(*pair)), keyed.map(lambda pair: Phrase(*pair)), keyed.map(lambda pair: Prefix(pair[0][:2], pair[1])),
        keyed.map(lambda pair: Fuzzy(pair[0].replace("e", "", 1), 2, pair[1])), exact.map(lambda pair: Term(*pair)),
        exact.map(lambda pair: Prefix(pair[0][:-1], pair[1])),
        st.builds(Term, st.sampled_from(["case", "gone", "edited", "reply"]), st.just("is")),
        st.builds(Term, st.sampled_from(["reply", "rating", "text", "title", "author", "date", "place", "links", "hashtag", "firm", "lang", "thread",
                                         "product", "mention", "urgency", "pii", "complaint", "reach"]), st.just("has")),
        st.builds(Term, st.sampled_from(["0.3", "0.8", "0.25"]), st.just("p")),
        st.builds(Range, st.just("p"), st.none() | st.sampled_from([0.0, 0.3, 0.5]), st.none() | st.sampled_from([0.3, 0.7, 1.0]), flags, flags),
        st.builds(Range, st.just("reach"), st.none() | st.sampled_from([0.0, 25.0]), st.none() | st.sampled_from([20.0, 60.0]), flags, flags),
        st.builds(Term, st.sampled_from(["1", "3", "5"]), st.just("rating")), st.builds(Term, st.sampled_from(DAYS), st.just("published")),
        st.builds(Range, st.just("rating"), stars, stars, flags, flags), st.builds(Range, st.just("published"), limits, limits, flags, flags),
    )  # fmt: skip


queries: st.SearchStrategy[Node] = st.recursive(
    _leaves(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=6,
)

_filters: dict[str, tuple[str, ...]] = {
    "firm": FIRMS, "source": SOURCES, "lang": ("en", "fr"), "rating": ("2", "3", "5"), "reply": ("yes",), "hashtag": ("outage", "fail"),
    "place": ("Leeds", "GB"), "state": STATES, "gone": ("vanished",), "role": ("firm",), "product": ("Current Account",),
    "complaint": ("yes", "unsure"), "severity": ("blame",), "urgency": ("self-harm",), "about": ("cfpb/Late fee", "cfpb/Credit card"),
}  # fmt: skip


def _chosen() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    one = st.sampled_from(sorted(_filters)).flatmap(
        lambda field: st.tuples(st.just(field), st.lists(st.sampled_from(_filters[field]), min_size=1, max_size=2, unique=True).map(tuple))
    )
    return st.one_of(st.just({}), st.lists(one, max_size=2).map(dict))


searches = st.builds(
    Search, query=st.one_of(st.just(And(())), queries), include=_chosen(), exclude=_chosen(),
    scope=st.sampled_from([None, None, (), ("orbit",), ("northgate", "pélican")]),
    sort=st.sampled_from([sort for sort in Sort if sort is not Sort.RELEVANCE]), limit=st.integers(1, 5),
    facets=st.sampled_from([(), tuple(name for name in FACETS if name not in COPIED), ("firm", "rating")]),
    edges=st.sampled_from([(), ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-02-01T00:00:00Z")]),
)  # fmt: skip
