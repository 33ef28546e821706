"""What happened to a case, said in words."""

from __future__ import annotations

from dataclasses import asdict

from plaint.cases.events import CaseEvent
from plaint.cases.work_events import Snoozed


def spoken(event: CaseEvent) -> str:
    """What happened, as the verb of a sentence about who did it: `confirmed the complaint`."""
    if isinstance(event, Snoozed) and event.until is None:
        return "brought it back into the queue"
    said = {name: value if value is not None else "nobody" for name, value in asdict(event).items()}
    return _VERBS[type(event).__name__].format(**said)


_VERBS = {
    "CaseOpened": "opened the case",
    "ComplaintConfirmed": "confirmed the complaint",
    "ComplaintRejected": "decided that it is no complaint",
    "MarkedDuplicate": "marked it a duplicate of {of}",
    "ReferredToFirm": "referred it to {to}",
    "ClocksPaused": "let the clocks of {regime} stand still ({why})",
    "ClocksResumed": "let the clocks of {regime} go on",
    "FactsStated": "said what {regime} asks to know",
    "Acknowledged": "acknowledged it",
    "Assigned": "assigned it to {to}",
    "Noted": "wrote a note",
    "ClockStartMoved": "moved the start of the clocks",
    "Closed": "closed it ({how})",
    "Reopened": "reopened it",
    "ComplaintClassified": "said what it is about",
    "Claimed": "claimed it until {until}",
    "HandedOver": "handed it over to {to}",
    "Routed": "put it into the queue of {team}",
    "Prioritised": "said that it is {priority}",
    "Labelled": "changed its labels",
    "Snoozed": "put it aside until {until}",
    "MergedInto": "merged it into {into}",
    "Absorbed": "merged {case} into it",
    "PutUnder": "put it under {parent}",
    "ContentChecked": "checked what the {letter} says",
    "LetterSent": "sent the {letter}",
    "ReplyDrafted": "wrote reply {number}",
    "ReplyApproved": "approved reply {number}",
    "ReplySentBack": "sent reply {number} back",
    "ReplyPosted": "posted reply {number}",
    "AnswerSeen": "found the firm's public answer",
    "ComplaintProposed": "had it from {model}, which is {score} sure that it is a complaint",
    "DecisionReviewed": "reviewed the decision that it is no complaint",
    "RegimesAdded": "added clocks of another regime",
    "Resolved": "answered it ({how}, {outcome})",
}
