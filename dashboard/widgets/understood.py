"""What was understood of a post: each proposal with how sure it is, the words that decided, and which model version said it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from dashboard.widgets.html import NOTHING, Html, bdi, join, tag, text
from dashboard.widgets.tables import bar, facts
from dashboard.wording import say
from plaint.understand.reach import Reach
from plaint.understand.understanding import Code, Flag, Understanding, Word

WORDS_SHOWN = 6
"""Deciding words that are shown, strongest first."""


def understood(kept: Understanding, said: str, *, names: Mapping[str, str], reach: Reach | None) -> Html:
    """All parts of an understanding of the text `said`; `names` are the names of codes, by `taxonomy/code`."""
    rows = [
        (say("understood.complaint"), _complaint(kept, said)),
        (say("understood.severity"), _graded(kept.severity.level, kept.severity.score) if kept.severity else NOTHING),
        (say("understood.sentiment"), _graded(kept.sentiment.label, kept.sentiment.score) if kept.sentiment else NOTHING),
        (say("understood.urgency"), _flags(kept.urgency, said)),
        (say("understood.vulnerability"), _flags(kept.vulnerability, said)),
        *[(say("understood.product", taxonomy=name), _code(name, code, names)) for name, code in sorted(kept.product.items())],
        *[(say("understood.issue", taxonomy=name), _code(name, code, names)) for name, code in sorted(kept.issue.items())],
        (say("understood.pii"), _personal(kept)),
        (say("understood.reach"), _reach(reach)),
        (say("understood.language"), _graded(kept.lang.code, kept.lang.score) if kept.lang else text(say("understood.no_language"))),
    ]
    by = "; ".join(dict.fromkeys(kept.models.values()))
    return join([facts(rows), tag("p", say("understood.by", models=by), class_="soft") if by else NOTHING])


def _complaint(kept: Understanding, said: str) -> Html:
    if kept.complaint is None:
        return NOTHING
    shown = bar(kept.complaint.p, say("understood.likely", percent=f"{kept.complaint.p * 100:.0f}"))
    for_it = _quoted((word for word in kept.complaint.words if word.weight > 0), said)
    against = _quoted((word for word in kept.complaint.words if word.weight < 0), said)
    lines = [shown]
    if for_it:
        lines.append(tag("p", join([text(say("understood.for")), *for_it], " "), class_="soft"))
    if against:
        lines.append(tag("p", join([text(say("understood.against")), *against], " "), class_="soft"))
    return join(lines)


def _quoted(words: Iterable[Word], said: str) -> list[Html]:
    return [tag("mark", bdi(said[word.start : word.end], 60)) for word in list(words)[:WORDS_SHOWN]]


def _graded(label: str, score: float) -> Html:
    return join([text(label), tag("span", say("understood.sure", percent=f"{score * 100:.0f}"), class_="soft")], " ")


def _flags(flags: tuple[Flag, ...], said: str) -> Html:
    return join((join([tag("span", flag.name, class_="chip"), tag("q", bdi(said[flag.start : flag.end], 80))], " ") for flag in flags), " ")


def _code(taxonomy: str, code: Code | None, names: Mapping[str, str]) -> Html:
    if code is None:
        return tag("span", say("understood.unsure"), class_="soft")
    shown = [
        text(names.get(f"{taxonomy}/{code.code}", code.code), 200),
        tag("span", say("understood.sure", percent=f"{code.score * 100:.0f}"), class_="soft"),
    ]
    if code.how == "mapped":
        shown.append(tag("span", say("understood.mapped"), class_="soft"))
    return join(shown, " ")


def _personal(kept: Understanding) -> Html:
    kinds = Counter(span.kind for span in kept.pii)
    return text(", ".join(f"{number} × {kind.replace('_', ' ').lower()}" for kind, number in sorted(kinds.items())))


def _reach(reach: Reach | None) -> Html:
    if reach is None:
        return NOTHING
    parts = ", ".join(f"{point.part} {point.points}" for point in reach.parts)
    return join([text(str(reach.score)), tag("span", parts, class_="soft")], " ")
