"""Words of the Sources page."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # sources
    "sources.tab.health": "Health",
    "sources.tab.register": "Register",
    "sources.tab.quarantine": "Quarantine {number}",
    "sources.tab.runs": "Runs",
    "sources.tabs": "Parts of Sources",
    "sources.none": "No source has been read yet",
    "sources.none_why": "Each crawl and import leaves its ledger here: announced, new, known, changed, rejected, missing.",
    "sources.coverage": "Coverage",
    "sources.coverage_line": "{held} of {announced} announced posts are held, {share}.",
    "sources.silent": "Announce no number, so nothing can be said about them: {sources}.",
    "sources.register_what": "A source is read only while an approval is in force. Each decision is an entry in the log.",
    "sources.decide": "Decide about a source",
    "sources.approve": "Approve",
    "sources.refuse": "Refuse",
    "sources.source": "Source",
    "sources.for": "For",
    "sources.owner": "Owner, who answers for it",
    "sources.ownership": "Whose channel it is",
    "sources.access": "How it may be read",
    "sources.terms": "Terms: what was read, and when",
    "sources.basis": "Lawful basis",
    "sources.assessment": "Assessment, where it is kept",
    "sources.review_on": "Look at it again on (year-month-day)",
    "sources.note": "Note; for a refusal, the reason",
    "sources.approved": "{source}: the decision is in the register and in the log.",
    "sources.no_quarantine": "Nothing waits",
    "sources.no_quarantine_why": "What a parser cannot understand is set aside here with its reason; the rest of the page lives.",
    "sources.dismiss": "Dismiss",
    "sources.dismissed": "Taken off the list; the log says so.",
    "sources.dismiss_what": "Nothing is deleted: they stay in the ledger as rejected.",
    "sources.retry": "After a parser is mended, the kept pages are read again with:",
    "sources.run": "Run of {source}, {when}",
}
