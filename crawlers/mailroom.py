"""Mail over IMAP: fetches what is new in a firm's mailbox, for the same road as saved messages. Reads only, marks nothing as read.

IMAP4rev1 (RFC 3501): a message keeps its number (UID) as long as the folder keeps its UIDVALIDITY, and newer messages have higher ones. How
far an account was read is noted once a message is stored; a folder with another UIDVALIDITY is read again from its beginning.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote, urlsplit

from crawlers.captured import LARGEST
from crawlers.named_secrets import MissingSecret, values
from crawlers.politeness import is_loopback
from crawlers.saved import Saved
from plaint.model import Firm, iso
from plaint.ports import Fetched, Runs

KEY = "mailbox"
SECRET = "MAILBOX_PASSWORD"  # noqa: S105  (a secret's name)
PATIENCE = 60.0
"""Seconds in which the server must answer."""

WINDOW = 100_000
"""UIDs that one search covers: an answer is a single line, and a line has a largest length."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Unreachable(Exception):
    """The account could not be read; the message says what to look at and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where a firm's mail is. `folder` as the server calls it; `secret` is the name of its password."""

    host: str
    port: int
    user: str
    folder: str
    with_tls: bool
    secret: str

    @property
    def address(self) -> str:
        """The folder's address (RFC 5092), without the user."""
        return f"{'imaps' if self.with_tls else 'imap'}://{self.host}:{self.port}/{quote(self.folder, safe='')}"


def account_of(firm: Firm) -> Account:
    """The account that a firm's handle names, `imaps://USER@HOST/FOLDER` with `%40` for the `@` of a user.

    Raises LookupError for a firm without one, ValueError for what is none.
    """
    said = firm.handle(KEY)
    parts = urlsplit(said)
    try:
        port = parts.port
    except ValueError:
        port = -1
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username or parts.password or port == -1 or not folder.isprintable():
        raise ValueError(f"the handle of {firm.key} at {KEY} must be imaps://USER@HOST/FOLDER (%40 for the @ of a user, no password), as "
                         f"imaps://help%40bank.example@imap.bank.example/INBOX")  # fmt: skip
    with_tls = parts.scheme == "imaps"
    if not with_tls and not is_loopback(said):
        raise ValueError(f"the handle of {firm.key} at {KEY} would send its password in the clear: write imaps://")
    own = f"{SECRET}_{re.sub(r'[^A-Z0-9]', '_', firm.key.upper())}"
    return Account(
        host=parts.hostname, port=port or (993 if with_tls else 143), user=unquote(parts.username), folder=folder, with_tls=with_tls, secret=own,
    )  # fmt: skip


def password_of(account: Account) -> str:
    """The password: the firm's own secret, else the one for all; raises MissingSecret that names both."""
    for name in (account.secret, SECRET):
        try:
            return values([name])[name]
        except MissingSecret:
            continue
    raise MissingSecret(f"set {account.secret} or {SECRET} in the environment: the mailbox asks for it", (account.secret, SECRET))


def new_messages(account: Account, runs: Runs, now: datetime, *, since: date | None = None, limit: int | None = None) -> Iterator[Saved]:
    """Messages that were not read yet, oldest first, each as a saved page. Whoever asks for the next one has stored the one before.

    `since` leaves out what came before that day (by the server's clock); `limit` is the most to fetch. Raises Unreachable and MissingSecret.
    """
    place = f"mailbox:{account.user}:{account.address}"
    with _logged_in(account) as connection:
        validity, until = _standing(connection, account)
        held = runs.seen_page(place)
        after = int(held.get("uid", "0")) if held.get("uidvalidity") == str(validity) else 0
        count = 0
        for uid in _uids(connection, after, until, since):
            if limit is not None and count >= limit:
                return
            if (saved := _message(connection, account, validity, uid, now)) is not None:
                yield saved
                count += 1
            runs.note_page(place, {"uidvalidity": str(validity), "uid": str(uid), "at": iso(now)})


@contextmanager
def _logged_in(account: Account) -> Iterator[imaplib.IMAP4]:
    password = password_of(account)
    try:
        connection = _connected(account)
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreachable(f"no connection to {account.host}:{account.port}: {_reason(error)}") from None
    try:
        try:
            connection.login(account.user, password)
        except imaplib.IMAP4.error:
            raise Unreachable(f"{account.host} refused {account.user} with the password in {account.secret} or {SECRET}") from None
        yield connection
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreachable(f"{account.host} broke off: {_reason(error)}; what was fetched is stored, the next run goes on from there") from None
    finally:
        try:
            connection.logout()
        except (OSError, imaplib.IMAP4.error):
            connection.shutdown()


def _connected(account: Account) -> imaplib.IMAP4:
    if account.with_tls:
        return imaplib.IMAP4_SSL(account.host, account.port, ssl_context=ssl.create_default_context(), timeout=PATIENCE)
    return imaplib.IMAP4(account.host, account.port, timeout=PATIENCE)


def _reason(error: Exception) -> str:
    """An error of the network or the server in one line."""
    said = error.args[0] if error.args and isinstance(error, imaplib.IMAP4.error) else error
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).split())[:200] or type(error).__name__


def _standing(connection: imaplib.IMAP4, account: Account) -> tuple[int, int]:
    """UIDVALIDITY and UIDNEXT of the folder, which is opened for reading only."""
    name = '"' + account.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    said = b"".join(part for part in _answer(connection.status(name, "(UIDVALIDITY UIDNEXT)"), account) if isinstance(part, bytes))
    found = {name: int(number) for name, number in re.findall(rb"(UIDVALIDITY|UIDNEXT) (\d+)", said)}
    if len(found) != 2:
        raise Unreachable(f"{account.host} does not say how it numbers the messages of {account.folder}")
    _answer(connection.select(name, readonly=True), account)
    return found[b"UIDVALIDITY"], found[b"UIDNEXT"]


def _answer(answer: tuple[str, Sequence[object]], account: Account) -> Sequence[object]:
    state, said = answer
    if state != "OK":
        raise Unreachable(f"{account.host} has no folder {account.folder!r}, or refuses it")
    return said


def _uids(connection: imaplib.IMAP4, after: int, until: int, since: date | None) -> Iterator[int]:
    """The UIDs above `after` and below `until`, ascending."""
    days = ("SINCE", f"{since.day:02d}-{_MONTHS[since.month - 1]}-{since.year}") if since is not None else ()
    for first in range(after + 1, until, WINDOW):
        _, said = connection.uid("SEARCH", "UID", f"{first}:{min(first + WINDOW, until) - 1}", *days)
        numbers = [int(number) for line in said if isinstance(line, bytes) for number in line.split()]
        yield from sorted(number for number in numbers if first <= number < until)


def _message(connection: imaplib.IMAP4, account: Account, validity: int, uid: int, now: datetime) -> Saved | None:
    """One message, unread as before; None for one that was deleted meanwhile."""
    where = f"{account.address};UIDVALIDITY={validity}/;UID={uid}"
    size = re.search(rb"RFC822\.SIZE (\d+)", b"".join(part for part in _fetched(connection, uid, "(RFC822.SIZE)") if isinstance(part, bytes)))
    if size is None:
        return None
    if int(size[1]) > LARGEST:
        fetched = Fetched(url=where, at=iso(now), status=0, headers=(), body=b"")
        return Saved(name=where, fetched=fetched, problem=f"more than {LARGEST // 1024 // 1024} MB")
    body = next((part[1] for part in _fetched(connection, uid, "(BODY.PEEK[])") if isinstance(part, tuple) and b"BODY[]" in part[0]), None)
    if body is None:
        return None
    at = iso(datetime.now(UTC))
    return Saved(name=where, fetched=Fetched(url=where, at=at, status=0, headers=(("Content-Type", "message/rfc822"),), body=body))


def _fetched(connection: imaplib.IMAP4, uid: int, what: str) -> Sequence[object]:
    state, said = connection.uid("FETCH", str(uid), what)
    if state != "OK":
        raise imaplib.IMAP4.error(f"message {uid} was refused")
    return said
