"""A real WordPress blog on PHP's own web server and a MariaDB of its own, from Debian's packages. Comments appear at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from scripts.peers.serving import Servers, Unavailable, free_port, takes_calls

BLOG = Path("/usr/share/wordpress")
"""Where Debian keeps the blog's code."""
HERE = Path(__file__).parent
PROGRAMS = ("php", "mariadb-install-db", "mariadbd")
DEBIAN = "wordpress mariadb-server php-cli php-mysql php-xml php-mbstring"

CONFIG = """<?php
define('DB_NAME', 'blog');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', '127.0.0.1:{database}');
define('DB_CHARSET', 'utf8mb4');
define('WP_HOME', '{address}');
define('WP_SITEURL', '{address}');
define('WP_ENVIRONMENT_TYPE', 'local'); // passwords of applications without TLS
define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""


def missing() -> str | None:
    """What this machine lacks to run the blog, as a sentence; None when nothing."""
    lacking = [name for name in PROGRAMS if not _program(name)] + ([] if (BLOG / "wp-load.php").exists() else ["WordPress"])
    return f"{' and '.join(lacking)} not found: install Debian's {DEBIAN}" if lacking else None


def start(servers: Servers) -> dict[str, str]:
    """Start the blog; its address, and the keeper's `user` and `password` for its API. Raises Unavailable."""
    if why := missing():
        raise Unavailable(why)
    database, port = _database(servers), free_port()
    address, blog = f"http://127.0.0.1:{port}", servers.folder / "blog"
    shutil.copytree(BLOG, blog, ignore=shutil.ignore_patterns("wp-config.php"), ignore_dangling_symlinks=True)
    (blog / "wp-config.php").write_text(CONFIG.format(database=database, address=address))
    (blog / "wp-content/mu-plugins").mkdir()
    shutil.copy(HERE / "no_flood_check.php", blog / "wp-content/mu-plugins")
    php = str(_program("php"))
    keeper = json.loads(servers.run([php, str(HERE / "install.php"), str(blog)]))
    servers.start([php, "-S", f"127.0.0.1:{port}", "-t", str(blog)], lambda: takes_calls(port))
    return {"address": address, **keeper}


def _database(servers: Servers) -> int:
    """The port of an empty database server; it has one user, without a password, and is reached on loopback only."""
    data, socket, port = servers.folder / "mariadb", servers.folder / "mariadb.sock", free_port()
    servers.run([str(_program("mariadb-install-db")), "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
                 "--skip-test-db", "--skip-name-resolve"])  # fmt: skip
    servers.start([str(_program("mariadbd")), "--no-defaults", f"--datadir={data}", f"--socket={socket}", f"--port={port}",
                   "--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"],
                  lambda: takes_calls(port))  # fmt: skip
    return port


def _program(name: str) -> str | None:
    """A program on the path, or among those that only root usually looks for."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
