"""The page of an evidence pack: one case to read, in plain HTML that opens anywhere and fetches and runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from plaint.cases.case import STATE_WORDS, Case
from plaint.cases.clocks import Clocks
from plaint.cases.events import Recorded
from plaint.cases.spoken import spoken
from plaint.deadlines.trace import traced
from plaint.model import Post

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ccc }}
blockquote {{ margin: .5rem 0; padding-left: 1rem; border-left: 3px solid #999; white-space: pre-wrap; overflow-wrap: anywhere }}
code {{ overflow-wrap: anywhere }} @media print {{ body {{ margin: 0 }} }}
</style></head><body>
"""

_PROOF = """<h2>Proof</h2>
<p>Each line above is an entry of a log in which every entry carries the hash of the one before. The last hash is
<code>{head}</code>. <code>python check.py</code> recomputes all of it.</p>
</body></html>
"""


def page(case: Case, history: Sequence[Recorded], clocks: Clocks, posts: Sequence[Post], *, firm: str, as_of: str, head: str) -> bytes:
    """The whole page, UTF-8. Everything that anybody wrote is escaped."""
    title = f"Case {case.id}: {case.title or 'without a title'}"
    parts = [
        _HEAD.format(title=escape(title)), f"<h1>{escape(title)}</h1>",
        f"<p>{escape(firm)}. It is {escape(STATE_WORDS[case.state])}, as of {escape(as_of)}.</p>",
        _facts(case), "<h2>What was published</h2>", *map(_post, posts), "<h2>Deadlines</h2>", *_clocks(clocks),
        "<h2>What happened</h2>", _history(history),
        _PROOF.format(head=escape(head)),
    ]  # fmt: skip
    return "\n".join(parts).encode("utf-8", "replace")


def _table(rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> str:
    heading = "<tr>" + "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head) + "</tr>" if head else ""
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{heading}{''.join(lines)}</table>"


def _facts(case: Case) -> str:
    """What was decided, as a table without blanks."""
    about = [(scheme, one) for scheme, one in sorted(case.classified.items())]
    facts = [
        ("Source", f"{case.source} ({case.ownership})"), ("Opened", f"{case.opened_at} by {case.opened_by}"),
        ("Decided", f"{case.decided_at} by {case.decided_by}" if case.decided_at else None), ("Regimes", ", ".join(case.regimes or ()) or None),
        ("Start of the clocks", f"{case.start.at}: {case.start.because}" if case.start else None),
        *((f"About ({scheme} {one.version})", f"{one.product or 'no product'}, {one.cause or 'no cause'}") for scheme, one in about),
        ("Answered", f"{case.resolved_at}: {case.resolved_how}, {case.outcome}" if case.resolved_at else None),
        ("Redress", f"{case.redress} {case.currency}" if case.redress else None),
        ("Closed", f"{case.closed_at}: {case.closed_how}" if case.closed_at else None),
    ]  # fmt: skip
    return _table([(name, said) for name, said in facts if said])


def _post(post: Post) -> str:
    author = post.author.name or post.author.handle if post.author else None
    when = post.published.said or post.published.earliest if post.published else "no date"
    where = f" <code>{escape(post.url)}</code>" if post.url else ""
    gone = f" It is {escape(post.gone)} at its source." if post.gone else ""
    said = f"<p><b>{escape(post.id)}</b>: {escape(author or 'author not said')}, {escape(when)}.{gone}{where}</p>"
    return f"{said}<blockquote>{escape(post.title + chr(10) if post.title else '')}{escape(post.text)}</blockquote>"


def _clocks(clocks: Clocks) -> Iterable[str]:
    if not clocks.clocks:
        yield "<p>No clock runs.</p>"
    for receipt in clocks.receipts:
        yield f"<p>{escape(receipt)}</p>"
    for clock in clocks.clocks:
        trace = traced(clock.deadline)
        due = clock.due.isoformat().replace("+00:00", "Z") if clock.due else "no date"
        yield f"<h3>{escape(trace.regime)}: {escape(trace.label)}</h3>"
        yield f"<p>{escape(due)}; {escape(clock.status)}: {escape(clock.why)}. {escape(trace.rule or '')} ({escape(trace.certainty or '')})</p>"
        yield "<ol>" + "".join(f"<li>{escape(step)}</li>" for step in trace.why) + "</ol>"


def _history(history: Sequence[Recorded]) -> str:
    rows = []
    for one in history:
        words = next((said for name in ("reason", "words", "text", "root_cause") if isinstance(said := getattr(one.event, name, None), str)), "")
        rows.append((str(one.version), one.at, one.by, spoken(one.event), words))
    return _table(rows, ("", "When (UTC)", "Who", "What", "In their words"))
