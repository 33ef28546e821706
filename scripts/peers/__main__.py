"""Runs one peer until it is stopped.

    python -m scripts.peers bluesky|wordpress [--while-open]

Prints one JSON line once it can be used: its `address`, and for WordPress the `user` and `password` of its keeper. It ends
at Ctrl-C, and with `--while-open` also when its standard input is closed: so it never outlives the program that started it,
however that one ends.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from types import FrameType

from scripts.peers import bluesky, wordpress
from scripts.peers.serving import Servers, Unavailable


def main() -> int:
    """Run the peer that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m scripts.peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", choices=("bluesky", "wordpress"))
    parser.add_argument("--while-open", action="store_true", help="end when standard input is closed")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        with Servers(args.peer) as servers:
            said = {"address": bluesky.start(servers)} if args.peer == "bluesky" else wordpress.start(servers)
            print(json.dumps(said), flush=True)
            if args.while_open:
                sys.stdin.read()
            else:
                signal.pause()
    except Unavailable as error:
        print(f"{args.peer}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
