#!/usr/bin/env python3
"""A real Elasticsearch on loopback, for tests and for trying: one node, or three that form a cluster.

    python scripts/elastic_server.py start [--nodes 3] [--port 9200] [--folder .elasticsearch] [--secure] [--tls]
    python scripts/elastic_server.py stop  [--folder .elasticsearch]
    python scripts/elastic_server.py status [--folder .elasticsearch]

Needs Java 17 or newer and Maven, which fetches the server once (107 MB) and keeps it. The server is the project's own
distribution for integration tests: the real engine with its core modules only. It does not run as root: started by
root, the nodes run as `nobody`. Uses the standard library only.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

VERSION = "8.19.21"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
SERVICE_USER = "nobody"
HEAP = "512m"


class Unavailable(Exception):
    """The server cannot be had here; the message says what is missing and how to get it."""


def cache_folder() -> Path:
    """Where the server is kept between uses: a folder that an unprivileged user can read too."""
    if os.geteuid() == 0:
        return Path("/var/cache/plaint")
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "plaint"


def missing() -> str | None:
    """What this machine lacks to start a server, as a sentence; None when nothing."""
    lacking = [name for name in ("java", "mvn") if not shutil.which(name)]
    if lacking:
        return f"{' and '.join(lacking)} not found: install a Java development kit (17 or newer) and Maven (Debian: default-jdk-headless maven)"
    return None


def fetched() -> Path:
    """The folder of the unpacked server; fetches it at first use. Raises Unavailable."""
    home = cache_folder() / f"elasticsearch-{VERSION}"
    if (home / "bin/elasticsearch").exists():
        return home
    if why := missing():
        raise Unavailable(why)
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    command = ["mvn", "--batch-mode", "--quiet", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={cache}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    archive = cache / f"elasticsearch-{VERSION}.zip"
    if run.returncode or not archive.exists():
        raise Unavailable(f"Maven did not bring {ARTIFACT}: {(run.stdout + run.stderr).strip()[-300:]}")
    _unpack(archive, cache, home)
    return home


def _unpack(archive: Path, cache: Path, home: Path) -> None:
    beside = cache / f".unpacking-{os.getpid()}"
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            path = Path(packed.extract(member, beside))
            if mode := member.external_attr >> 16:
                path.chmod(mode | 0o444 | (0o111 if path.is_dir() else 0))
    (beside / f"elasticsearch-{VERSION}").rename(home)
    shutil.rmtree(beside)
    archive.unlink()


def free_port() -> int:
    """A TCP port of loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Node:
    """One node: its number from 0, ports and folder."""

    number: int
    http: int
    transport: int
    folder: Path
    scheme: str = "http"

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"{self.scheme}://127.0.0.1:{self.http}"

    @property
    def pid_file(self) -> Path:
        """Where the node writes its process number."""
        return self.folder / "pid"

    @property
    def pid(self) -> int | None:
        """The process of the node while it lives."""
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if _lives(pid) else None


class Cluster:
    """Nodes in one folder. `secure` turns on users and roles of the file realm; `users` are name -> (password, roles).

    `tls` makes them answer over https with a certificate that is made for them; `ca` is then its authority's.
    """

    def __init__(self, folder: Path, nodes: int = 1, port: int | None = None, *, secure: bool = False, tls: bool = False,
                 users: dict[str, tuple[str, list[str]]] | None = None, roles: str = "") -> None:  # fmt: skip
        self.folder, self.secure, self.roles = folder.resolve(), secure or tls, roles
        self.ca = self.folder / "ca.pem" if tls else None
        self.users = users or ({"elastic-test": ("only-for-tests", ["superuser"])} if self.secure else {})
        saved = self.folder / "cluster.json"
        ports = json.loads(saved.read_text()) if saved.exists() else [[port + i if port else free_port(), free_port()] for i in range(nodes)]
        self._started: list[subprocess.Popen[bytes]] = []
        scheme = "https" if tls else "http"
        self.nodes = [Node(i, http, transport, self.folder / f"node-{i}", scheme) for i, (http, transport) in enumerate(ports)]

    @property
    def addresses(self) -> list[str]:
        """Where the nodes answer, in their order."""
        return [node.address for node in self.nodes]

    def start(self, seconds: float = 120) -> Cluster:
        """Start all nodes and wait until the cluster is green with all of them. Raises Unavailable."""
        home = fetched()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "cluster.json").write_text(json.dumps([[n.http, n.transport] for n in self.nodes]))
        if self.ca is not None and not self.ca.exists():
            _make_certificate(self.folder)
        for node in self.nodes:
            if node.pid is None:
                self.start_node(node, home)
        self.wait(seconds)
        return self

    def start_node(self, node: Node, home: Path | None = None) -> None:
        """Start one node (again)."""
        home = home or fetched()
        config = node.folder / "config"
        if not config.exists():
            shutil.copytree(home / "config", config)
        masters = ",".join(f"node-{n.number}" for n in self.nodes)
        seeds = ",".join(f"127.0.0.1:{n.transport}" for n in self.nodes)
        lines = {
            "cluster.name": f"plaint-{self.nodes[0].transport}", "node.name": f"node-{node.number}", "network.host": "127.0.0.1",
            "http.port": node.http, "transport.port": node.transport, "path.data": node.folder / "data", "path.logs": node.folder / "logs",
            "discovery.seed_hosts": f"[{seeds}]", "cluster.initial_master_nodes": f"[{masters}]",
            "cluster.routing.allocation.disk.threshold_enabled": "false", "action.auto_create_index": "false",
            "xpack.security.enabled": str(self.secure).lower(),
        }  # fmt: skip
        if self.secure:
            lines |= {"xpack.security.transport.ssl.enabled": "false", "xpack.security.http.ssl.enabled": "false"}
            (config / "roles.yml").write_text(self.roles)
        if self.ca is not None:
            lines |= {"xpack.security.http.ssl.enabled": "true", "xpack.security.http.ssl.certificate": "http.pem",
                      "xpack.security.http.ssl.key": "http.key"}  # fmt: skip
            shutil.copyfile(self.ca, config / "http.pem")
            shutil.copyfile(self.folder / "http.key", config / "http.key")
        (config / "elasticsearch.yml").write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
        own = {"user": SERVICE_USER, "group": "nogroup"} if os.geteuid() == 0 else {}
        if own:
            subprocess.run(["chown", "-R", f"{SERVICE_USER}:nogroup", str(node.folder)], check=True)
        environment = {**os.environ, "ES_PATH_CONF": str(config), "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}", "HOME": str(node.folder)}
        environment.pop("ES_JAVA_HOME", None)
        environment["ES_JAVA_HOME"] = str(Path(shutil.which("java") or "java").resolve().parents[1])
        for name, (password, names) in self.users.items():
            add = [str(home / "bin/elasticsearch-users"), "useradd", name, "-p", password, "-r", ",".join(names)]
            subprocess.run(add, env=environment, capture_output=True, check=False, **own)
        with (self.folder / f"node-{node.number}.out").open("ab") as out:
            started = subprocess.Popen([str(home / "bin/elasticsearch"), "-p", str(node.pid_file)], env=environment, stdout=out, stderr=out,
                                       stdin=subprocess.DEVNULL, cwd=node.folder, start_new_session=True, **own)  # fmt: skip
        self._started.append(started)

    def ask(self, path: str, address: str | None = None, timeout: float = 5) -> dict[str, object]:
        """The JSON answer of a GET to a node."""
        request = urllib.request.Request(f"{address or self.addresses[0]}{path}")
        if self.users:
            name, (password, _) = next(iter(self.users.items()))
            request.add_header("Authorization", "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode())
        trust = ssl.create_default_context(cafile=self.ca) if self.ca is not None else None
        with urllib.request.urlopen(request, timeout=timeout, context=trust) as answer:
            return json.loads(answer.read())  # type: ignore[no-any-return]

    def wait(self, seconds: float = 120, *, nodes: int | None = None, status: str = "green") -> None:
        """Wait until the cluster is at least `status` with all (or `nodes`) nodes. Raises Unavailable with the end of the log."""
        wanted, end, last = nodes or len(self.nodes), time.monotonic() + seconds, "no answer"
        path = f"/_cluster/health?wait_for_status={status}&wait_for_nodes=>={wanted}&timeout=2s"
        while time.monotonic() < end:
            answering = 0
            for address in self.addresses:
                try:
                    self.ask(path, address, timeout=4)
                    answering += 1
                except (urllib.error.URLError, OSError, ValueError) as error:
                    last = str(error)
            if answering >= wanted:
                return
            if self._started and all(process.poll() is not None for process in self._started):
                last = "its process ended"
                break
            time.sleep(0.3)
        log = "".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.folder.glob("node-*.out")))
        raise Unavailable(f"not {status} with {wanted} nodes after {seconds:.0f} s ({last}); {log}")

    def kill(self, number: int, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill one node at once."""
        if pid := self.nodes[number].pid:
            os.kill(pid, how)
            _gone([pid], 30)

    def stop(self, seconds: float = 40) -> None:
        """Stop all nodes cleanly; kill those that do not go in time."""
        pids = [pid for node in self.nodes if (pid := node.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in _gone(pids, seconds):
            os.kill(pid, signal.SIGKILL)
        for process in self._started:
            process.wait(20)
        self._started.clear()


def _make_certificate(folder: Path) -> None:
    """A key and a certificate of 127.0.0.1 that is its own authority. Raises Unavailable."""
    if not shutil.which("openssl"):
        raise Unavailable("openssl not found: install it (Debian: openssl)")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=plaint-test",
               "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", "http.key", "-out", "ca.pem"]  # fmt: skip
    subprocess.run(command, cwd=folder, capture_output=True, check=True)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def _gone(pids: list[int], seconds: float) -> list[int]:
    """Wait until the processes are gone; those that are not, after so many seconds."""
    end = time.monotonic() + seconds
    while (left := [pid for pid in pids if _lives(pid)]) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def main() -> int:
    """Start, stop or show a cluster as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=("start", "stop", "status"))
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--folder", type=Path, default=Path(".elasticsearch"))
    parser.add_argument("--secure", action="store_true", help="users and roles on; user elastic-test, password only-for-tests")
    parser.add_argument("--tls", action="store_true", help="also https, with a certificate made for it; FOLDER/ca.pem is its authority's")
    args = parser.parse_args()
    cluster = Cluster(args.folder, args.nodes, args.port, secure=args.secure, tls=args.tls)
    try:
        if args.act == "start":
            cluster.start()
        elif args.act == "stop":
            cluster.stop()
    except Unavailable as error:
        print(f"elasticsearch: {error}", file=sys.stderr)
        return 1
    for node in cluster.nodes:
        print(f"{node.address}  {'process ' + str(node.pid) if node.pid else 'not running'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
