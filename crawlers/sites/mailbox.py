"""Mail: complaints that came by e-mail or were forwarded, from an account (`plaint mail`), as messages (.eml) and as mailboxes (mbox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime

from crawlers.page import Broken, Kind, Ownership, Page, RawPost, SaidBy, Site
from crawlers.reading import each, key_of
from plaint.model import iso

site = Site(
    key="mailbox", name="Mail", home="https://www.rfc-editor.org", kind=Kind.POST, proof="documented",
    access="the firm's own account over IMAP by `plaint mail`, the firm's handle is imaps://USER@HOST/FOLDER and MAILBOX_PASSWORD its password; or "
           "messages (.eml) and mailboxes (mbox) that a mail program saved, by `plaint import`", needs=("MAILBOX_PASSWORD",),
    ownership=Ownership.DIRECT, never_says=("rating", "lang", "followers"), live=False,
)  # fmt: skip
BEGIN = re.compile(rb"^From [^\r\n]*\r?\n", re.MULTILINE)
"""What separates the messages of a mailbox (RFC 4155): a line `From …` after an empty one."""
HEADER = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n)")


def parse(page: Page) -> SaidBy:
    """Every message of a mailbox, or one message. What a mail program kept in a thread stays one: `References` name it."""
    body = page.body.lstrip(b"\xef\xbb\xbf\r\n")
    if not BEGIN.match(body) and not HEADER.match(body):
        raise Broken("neither a message nor a mailbox", "not this source")
    messages = [message_from_bytes(one, policy=default) for one in _apart(body)]
    if not any(message["From"] for message in messages):
        raise Broken("no message says who it is from", "not this source")
    yield from each(messages, _message)


def _apart(body: bytes) -> Iterator[bytes]:
    """The messages of a mailbox, with the `>` taken away that shields a `From` inside a message."""
    if not BEGIN.match(body):
        yield body
        return
    starts = [found for found in BEGIN.finditer(body) if found.start() == 0 or body[: found.start()].endswith((b"\n\n", b"\n\r\n"))]
    for found, end in zip(starts, [*(one.start() for one in starts[1:]), len(body)], strict=True):
        yield re.sub(rb"^>(>*From )", rb"\1", body[found.end() : end], flags=re.MULTILINE)


def _message(message: EmailMessage) -> SaidBy:
    """One message. It is nobody's public post, and says so; its address is who wrote, for there is no other name."""
    name, address = parseaddr(str(message["From"] or ""))
    part = message.get_body(("plain", "html"))
    text = str(part.get_content()) if part is not None else ""
    answers, above = _ids(message["In-Reply-To"]), _ids(message["References"])
    ref = next(iter(_ids(message["Message-ID"])), None) or key_of(message["Date"], address, text)
    sent = _sent(message)
    answered = next(iter(answers or above[-1:]), None)
    yield RawPost(
        ref=ref, text=text, markup=part is not None and part.get_content_subtype() == "html", title=str(message["Subject"] or "") or None,
        kind=Kind.REPLY if answers or above else Kind.POST, author=name or None, author_handle=address or None, author_id=address.lower() or None,
        published=sent, reply_to=answered, thread=(above or answers or [ref])[0],
        facts={"visibility": "private", **({"date_as_said": str(message["Date"])} if message["Date"] and sent is None else {})},
    )  # fmt: skip


def _ids(said: object) -> list[str]:
    """The ids in a header, without their brackets."""
    return re.findall(r"<([^<>\s]+)>", str(said or ""))


def _sent(message: EmailMessage) -> str | None:
    """When it was sent; None for a date without a zone or one that nobody can read."""
    try:
        moment = parsedate_to_datetime(str(message["Date"] or ""))
    except ValueError:
        return None
    return iso(moment) if moment.tzinfo else None
