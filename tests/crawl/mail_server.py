"""A real IMAP server (Dovecot) on loopback, with one password for whatever account is asked for."""

from __future__ import annotations

import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import need
from tests.crawl.real_peers import free_port

PASSWORD = "made-up-password"
USER = "help@acme.example"


@dataclass(frozen=True)
class MailServer:
    folder: Path
    port: int
    secure_port: int
    certificate: Path

    def handle(self, user: str = USER, folder: str = "INBOX") -> str:
        return f"imap://{user.replace('@', '%40')}@127.0.0.1:{self.port}/{folder}"

    def secure_handle(self) -> str:
        return f"imaps://{USER.replace('@', '%40')}@127.0.0.1:{self.secure_port}/INBOX"

    @contextmanager
    def session(self, user: str = USER, folder: str = "INBOX", *, readonly: bool = False) -> Iterator[imaplib.IMAP4]:
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        connection.login(user, PASSWORD)
        connection.select(folder, readonly=readonly)
        yield connection
        connection.logout()

    def receive(self, *messages: bytes, user: str = USER) -> None:
        with self.session(user) as connection:
            for message in messages:
                assert connection.append("INBOX", None, None, message)[0] == "OK"  # type: ignore[arg-type]

    def flags(self, user: str = USER) -> list[bytes]:
        with self.session(user, readonly=True) as connection:
            return [line for line in connection.uid("FETCH", "1:*", "(FLAGS)")[1] if line]

    def number_anew(self, user: str = USER) -> None:
        """What a restored or moved mailbox does: the same messages under other numbers."""
        for file in (self.folder / "mail" / user).glob("dovecot*"):
            file.unlink()
        time.sleep(1.1)  # UIDVALIDITY is a time in seconds


def _configuration(folder: Path, port: int, secure_port: int, owner: str, group: str) -> str:
    return f"""
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {owner}
default_internal_group = {group}
default_login_user = {owner}
mail_access_groups = {group}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/home/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {secure_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """The server at work; skips (or fails, where `peers` is needed) when Dovecot is not installed."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    need("peers", program is not None, "apt-get install dovecot-imapd")
    me = pwd.getpwuid(os.getuid())
    owner, group = ("nobody", "nogroup") if me.pw_uid == 0 else (me.pw_name, str(me.pw_gid))
    folder = Path(tempfile.mkdtemp(prefix="plaint-mail-"))
    folder.chmod(0o755)
    for name in ("mail", "home", "run"):
        (folder / name).mkdir()
        if me.pw_uid == 0:
            shutil.chown(folder / name, owner, group)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)  # fmt: skip
    server = MailServer(folder, free_port(), free_port(), folder / "cert.pem")
    (folder / "dovecot.conf").write_text(_configuration(folder, server.port, server.secure_port, owner, group))
    with (folder / "started.log").open("wb") as log:
        process = subprocess.Popen([str(program), "-F", "-c", str(folder / "dovecot.conf")], stdout=log, stderr=log)
    try:
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: MailServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with server.session():
                return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.1)
    log = server.folder / "log"
    raise AssertionError((server.folder / "started.log").read_text() + (log.read_text() if log.exists() else ""))
