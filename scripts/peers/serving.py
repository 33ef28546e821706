"""What every peer needs: a folder of its own, a user without rights, free ports, and servers that end together."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any

from scripts.elastic_server import SERVICE_USER, Unavailable, free_port

__all__ = ["Servers", "Unavailable", "free_port", "takes_calls"]

PATIENCE = 120.0
"""Seconds that a server may take to start on a busy machine."""


def takes_calls(port: int) -> bool:
    """Whether something listens at a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Servers:
    """The servers of one peer. They run as `nobody` where the one who starts them is root; their folder goes with them.

    A context: on leaving, the servers are ended in the reverse order of their start.
    """

    def __init__(self, name: str) -> None:
        self.folder = Path(mkdtemp(prefix=f"plaint-{name}-"))
        self._running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as = {"user": SERVICE_USER, "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, SERVICE_USER, "nogroup")

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def run(self, command: Sequence[str], *, said: str = "", env: Mapping[str, str] | None = None, seconds: float = PATIENCE) -> str:
        """Run a program to its end, `said` on its standard input; what it printed. Raises Unavailable with the end of what it said."""
        ended = subprocess.run(command, input=said, capture_output=True, text=True, check=False, timeout=seconds, **self._how(env))
        if ended.returncode:
            raise Unavailable(f"{command[0]} failed: {(ended.stdout + ended.stderr).strip()[-600:]}")
        return str(ended.stdout)

    def start(self, command: Sequence[str], ready: Callable[[], bool], *, env: Mapping[str, str] | None = None,
              end: signal.Signals = signal.SIGTERM) -> Path:  # fmt: skip
        """Start a server and wait until `ready`; the file with what it says. `end` is its signal for a quick clean stop. Raises Unavailable."""
        log = self.folder / f"{len(self._running)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **self._how(env))
        self._running.append((process, end))
        until = time.monotonic() + PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                what = "ended" if process.poll() is not None else "is not ready"
                raise Unavailable(f"{command[0]} {what}: {log.read_text(errors='replace')[-1500:]}")
            time.sleep(0.1)
        return log

    def _how(self, env: Mapping[str, str] | None) -> dict[str, Any]:
        home = {"HOME": str(self.folder), "TMPDIR": str(self.folder), "LC_ALL": "C.UTF-8"}
        return {"cwd": self.folder, "env": {**os.environ, **home, **(env or {})}, **self._as}

    def stop(self, seconds: float = 20) -> None:
        """End the servers, kill those that do not go in time, and take the folder away."""
        while self._running:
            process, end = self._running.pop()
            if process.poll() is None:
                process.send_signal(end)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
