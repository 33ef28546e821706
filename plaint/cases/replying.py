"""Public replies: commands, and what each leads to. Nothing is published here: a person posts it by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from plaint.cases import reply_events as r
from plaint.cases.refusal import Refusal
from plaint.cases.standing import Case, Reply
from plaint.model import moment_of
from plaint.replies.limits import room


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReply:
    """Write a reply to one of the case's posts (None: the first); a draft that still waits for the same post is replaced."""

    text: str
    post: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReply:
    """Approve a reply that somebody else wrote; `by` is who approves."""

    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBackReply:
    """Ask for a change, with a reason."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedReply:
    """Note that it was posted by hand, and where."""

    number: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAnswer:
    """Tie a public answer of the firm that was collected: the post's id, what it answers, and its words.

    `published` is the moment at which it was published (ISO 8601 in UTC) where the source says that exactly.
    """

    post: str
    answers: str
    text: str
    published: str | None = None


ReplyCommand = DraftReply | ApproveReply | SendBackReply | PostedReply | SeeAnswer
Replied = tuple[r.ReplyEvent, ...] | Refusal


def decide(case: Case, command: ReplyCommand) -> Replied:
    """What happens if `command` is given to `case`. A closed case may still be answered in public."""
    match command:
        case DraftReply():
            return _draft(case, command)
        case SeeAnswer():
            return _seen(case, command)
        case _:
            pass
    reply = case.replies.get(command.number)
    if reply is None:
        return Refusal(f"{case.id} has no reply {command.number}; there are {', '.join(map(str, case.replies)) or 'none'}")
    match command:
        case ApproveReply(by=by):
            return _approve(case, reply, by)
        case SendBackReply(reason=reason):
            return _send_back(reply, reason)
        case PostedReply(url=url):
            return _posted(reply, url)


def _draft(case: Case, command: DraftReply) -> Replied:
    text = command.text.strip()
    post = command.post or (case.posts[0] if case.posts else None)
    if post is None or post not in case.posts:
        return Refusal(f"{post or 'no post'} is not in {case.id}; its posts are {', '.join(case.posts) or 'erased'}")
    if not text:
        return Refusal("an empty reply says nothing")
    channel = post.partition(":")[0]
    fit = room(channel, text)
    if fit.limit is not None and not fit.fits:
        return Refusal(f"{channel} takes {fit.limit.most} {_UNITS[fit.limit.counts]}, this has {fit.used}: cut {fit.used - fit.limit.most}")
    return (r.ReplyDrafted(number=len(case.replies) + 1, channel=channel, text=text, post=post),)


_UNITS = {"graphemes": "characters", "bytes": "bytes", "weighted": "weighted characters"}


def _approve(case: Case, reply: Reply, by: str) -> Replied:
    if reply.state != "drafted":
        return Refusal(f"reply {reply.number} is {reply.state}; only a draft is approved")
    if reply.by == by:
        return Refusal("a reply needs a second person: somebody else has to approve what you wrote")
    if reply.text is None:
        return Refusal(f"the words of reply {reply.number} of {case.id} were erased")
    return (r.ReplyApproved(number=reply.number),)


def _send_back(reply: Reply, reason: str) -> Replied:
    if reply.state not in {"drafted", "approved"}:
        return Refusal(f"reply {reply.number} is {reply.state}; it cannot be sent back")
    return (r.ReplySentBack(number=reply.number, reason=reason.strip()),) if reason.strip() else Refusal("say what should be changed")


def _posted(reply: Reply, url: str) -> Replied:
    if reply.state != "approved":
        return Refusal(f"reply {reply.number} is {reply.state}; only what a second person approved is posted")
    if not re.match(r"https?://[^\s/]+/\S*", url):
        return Refusal(f"{url!r} is no web address; give the link to the published reply")
    return (r.ReplyPosted(number=reply.number, url=url),)


def _seen(case: Case, command: SeeAnswer) -> Replied:
    if command.post in case.answers:
        return Refusal(f"{command.post} is tied to {case.id} already")
    waiting = [one for one in case.replies.values() if one.post == command.answers and one.state in {"approved", "posted"}]
    same = next((one for one in waiting if one.text is not None and _words(one.text) == _words(command.text)), None)
    ours = same or (waiting[-1] if waiting else None)
    return (r.AnswerSeen(number=ours.number if ours else None, as_approved=same is not None, post=command.post, published=_believed(case, command)),)


def _believed(case: Case, command: SeeAnswer) -> str | None:
    """When an answer was published, unless that lies before what it answers."""
    if command.published is None or case.times.published is None:
        return command.published
    return command.published if moment_of(command.published) >= case.times.published.start else None


def _words(text: str) -> str:
    """A text without what a channel changes: blanks, and capitals are kept."""
    return " ".join(text.split())


def evolve(replies: Mapping[int, Reply], event: r.ReplyEvent, by: str, at: str) -> dict[int, Reply]:
    """The replies of a case after one more event."""
    known = dict(replies)
    match event:
        case r.ReplyDrafted(number=number):
            for other in known.values():
                if other.post == event.post and other.state in {"drafted", "sent back"}:
                    known[other.number] = replace(other, state="replaced")
            known[number] = Reply(number=number, channel=event.channel, post=event.post, text=event.text, by=by, at=at)
        case r.ReplyApproved(number=number):
            known[number] = replace(known[number], state="approved", approved_by=by, at=at)
        case r.ReplySentBack(number=number):
            known[number] = replace(known[number], state="sent back", at=at)
        case r.ReplyPosted(number=number, url=url):
            known[number] = replace(known[number], state="posted", url=url, at=at)
        case r.AnswerSeen(number=number, as_approved=same):
            if number is not None:
                known[number] = replace(known[number], state="seen", as_approved=same, at=at)
    return known
