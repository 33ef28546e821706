"""A real Bluesky network: identities (PLC), a server where people have accounts (PDS), and the AppView that searches and shows threads.

The servers are Bluesky's own, from npm; they need Node 18.7 or newer and PostgreSQL. The network is fetched once and kept.
Nothing of it listens beyond loopback.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from scripts.elastic_server import cache_folder
from scripts.peers.serving import Servers, Unavailable, free_port

PACKAGE = "@atproto/dev-env"
VERSION = "0.3.215"
"""The last one that runs on Node 20; newer ones want 22."""
HERE = Path(__file__).parent
DATABASE = "bsky"


def missing() -> str | None:
    """What this machine lacks to run the network, as a sentence; None when nothing."""
    lacking = [name for name in ("node", "npm") if not shutil.which(name)]
    lacking += [] if _postgres() else ["PostgreSQL's initdb"]
    return f"{' and '.join(lacking)} not found: install Node 18.7 or newer and PostgreSQL (Debian: nodejs npm postgresql)" if lacking else None


def fetched() -> Path:
    """The folder with the network's code; fetches it at first use (360 MB). Raises Unavailable."""
    home = cache_folder() / f"bluesky-{VERSION}"
    if home.is_dir():
        return home
    beside = cache_folder() / f".fetching-bluesky-{os.getpid()}"
    beside.mkdir(parents=True)
    (beside / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--fetch-retries=1", f"{PACKAGE}@{VERSION}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=beside)
    if run.returncode:
        shutil.rmtree(beside)
        raise Unavailable(f"npm did not bring {PACKAGE}: {(run.stdout + run.stderr).strip()[-600:]}")
    try:
        beside.rename(home)
    except OSError:  # somebody else was quicker
        shutil.rmtree(beside)
    return home


def start(servers: Servers) -> str:
    """Start the network; the address where people have their accounts, which also answers for the AppView. Raises Unavailable."""
    if why := missing():
        raise Unavailable(why)
    home, database = fetched(), _database(servers)
    port, ready = free_port(), servers.folder / "network.ready"
    # "localhost" means ::1 first to a newer Node, and nothing listens there.
    command = ["node", "--dns-result-order=ipv4first", "--require", str(HERE / "loopback.cjs"), str(HERE / "network.cjs")]
    env = {"NODE_PATH": str(home / "node_modules"), "NODE_ENV": "development", "LOG_ENABLED": "false", "DB_POSTGRES_URL": database,
           "PORT": str(port), "READY": str(ready)}  # fmt: skip
    servers.start(command, ready.exists, env=env)
    return f"http://127.0.0.1:{port}"


def _database(servers: Servers) -> str:
    programs = _postgres()
    if programs is None:
        raise Unavailable("no PostgreSQL")
    data, port, folder = servers.folder / "postgres", free_port(), str(servers.folder)
    servers.run([str(programs / "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", str(data)])
    where = ["-p", str(port), "-h", "127.0.0.1", "-U", "postgres"]
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", folder, "-c", "fsync=off"]
    answers = [str(programs / "pg_isready"), "--quiet", *where]
    servers.start(command, lambda: subprocess.run(answers, check=False).returncode == 0, end=signal.SIGINT)
    servers.run([str(programs / "createdb"), *where, DATABASE])
    return f"postgres://postgres@127.0.0.1:{port}/{DATABASE}"


def _postgres() -> Path | None:
    """The folder of PostgreSQL's programs: on the path, or where Debian keeps them, the newest."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    kept = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(kept, key=lambda path: float(path.parent.name), default=None)
