"""Whoever gets letters, for real on loopback: a webhook's receiver that checks signatures, and a mail server with STARTTLS and accounts."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from doors.signed import fault_of_standard
from tests.crawl.real_peers import free_port

SECRET = "whsec_bWFkZSB1cCBmb3IgdGhlIHRlc3Rz"


@dataclass
class Receiver:
    """What came: `ids` and bodies in order; it answers with the `answers` in turn, then with 204."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts?from=plaint"


@contextmanager
def receiving(*answers: int) -> Iterator[Receiver]:
    """A receiver that lets in only what is signed; an unsigned delivery gets 401."""
    receiver = Receiver(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if fault_of_standard(body, headers, SECRET, time.time()) is not None or self.path != "/alerts?from=plaint":
                status = 401
            else:
                receiver.ids.append(headers["webhook-id"])
                receiver.bodies.append(json.loads(body))
                status = receiver.answers.pop(0) if receiver.answers else 204
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield receiver
        finally:
            server.shutdown()


@dataclass
class MailBox:
    """A mail server's inbox: whoever logs in may send; mail to `gone@…` is refused for good, to `full@…` for now."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802, ARG002
        if address.startswith("gone@"):
            return "550 nobody of that name"
        if address.startswith("full@"):
            return "452 the box is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002
        self.mails.append(message_from_bytes(envelope.content))
        return "250 kept"


@contextmanager
def mail_server(folder: Path, user: str, password: str) -> Iterator[tuple[MailBox, Path]]:
    """A mail server that takes nothing before STARTTLS and a login; its inbox, and the certificate to trust."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    certificate, key = folder / "mail.pem", folder / "mail.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> Any:
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    box = MailBox()
    controller = Controller(
        box, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, auth_required=True, authenticator=knows,
        ready_timeout=60,
    )  # fmt: skip
    controller.start()
    box.port = controller.port
    try:
        yield box, certificate
    finally:
        controller.stop()
