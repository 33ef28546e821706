"""`plaint serve`: the dashboard on a store."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn
from urllib.error import URLError
from urllib.request import urlopen

import typer

from handles.options import StoreOption, opened, refuse

ROOT = Path(__file__).parents[1]
PORT = 8501
START = 60.0
"""Seconds in which the dashboard must answer."""


def add(app: typer.Typer) -> None:
    """Register `plaint serve`."""
    app.command("serve")(serve)


def serve(
    store: StoreOption = None,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = PORT,
    host: Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 is this machine only.")] = "127.0.0.1",
    public: Annotated[bool, typer.Option("--public", help="Serve the public forms of firms instead of the dashboard.")] = False,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="With --public: visitors come through a proxy that sets X-Forwarded-For.")
    ] = False,
) -> None:
    """Open the dashboard on a store; with `--public` the front door, a form at /FIRM for every firm whose door is approved.

    Example: plaint serve --store sqlite:///plaint.db --port 8501

    Example: plaint serve --public --port 8600
    """
    if public:
        serve_doors(store, host, port, behind_proxy=behind_proxy)
        return
    from settings import settings

    with opened(store):
        address = store or settings().store
    if not is_free(host, port):
        refuse(f"port {port} on {host} is taken, or {host} is no address of this machine; give another with --port")
    with interruptible(), dashboard(address, host, port) as running:
        print(f"The dashboard is at http://{host}:{port}. Ctrl-C ends it.", flush=True)
        status = running.wait()
    if status not in {0, -signal.SIGINT, -signal.SIGTERM}:
        refuse(f"the dashboard ended with status {status}; what it said stands above")


def serve_doors(store: str | None, host: str, port: int, *, behind_proxy: bool) -> None:
    """The public forms in this process, until it is interrupted."""
    from doors.server import Door, server_of

    if not is_free(host, port):
        refuse(f"port {port} on {host} is taken, or {host} is no address of this machine; give another with --port")
    with opened(store) as stores, server_of(Door(stores, behind_proxy=behind_proxy), host, port) as server, interruptible():
        print(f"The front door is at http://{host}:{port}/FIRM. Ctrl-C ends it.", flush=True)
        server.serve_forever(poll_interval=0.2)


def is_free(host: str, port: int) -> bool:
    """Whether a server may listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def free_port(host: str, first: int, tries: int = 100) -> int:
    """The first free port from `first` on; refuses when there is none."""
    last = min(first + tries, 65_536)
    port = next((port for port in range(first, last) if is_free(host, port)), None)
    if port is None:
        refuse(f"no free port on {host} from {first} to {last - 1}; name another with --port")
    return port


@contextmanager
def dashboard(address: str, host: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The dashboard as a process of its own, ready to answer; it ends with the block."""
    command = [
        sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.address", host, "--server.port", str(port),
        "--server.headless", "true", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false", "--logger.level", "warning",
    ]  # fmt: skip
    environment = {**os.environ, "PLAINT_STORE": address}
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        _await(running, host, port)
        yield running
    finally:
        _end(running)


def _await(running: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Wait until the dashboard answers; refuse when it ends or takes too long."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - compared, not bound
    until = time.monotonic() + START
    while time.monotonic() < until:
        if (status := running.poll()) is not None:
            refuse(f"the dashboard did not start (exit status {status}); what it said stands above")
        try:
            with urlopen(f"http://{name}:{port}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    refuse(f"the dashboard did not answer within {START:.0f} seconds")


def _end(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is None:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def interruptible(reason: str | None = None) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal end the block cleanly.

    The process then exits with status 0; where that leaves something undone, `reason` says so and the status is 1.
    """
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        if reason is not None:
            refuse(reason)
        print("Ended.", file=sys.stderr)
        raise typer.Exit(0) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - how signals call
    raise KeyboardInterrupt
