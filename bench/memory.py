"""How much memory importing and exporting take: each in a process of its own, on few posts and on ten times as many."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import made
from bench.figures import Figure

ROOT = Path(__file__).parents[1]

ON_PAGE = 100

_IMPORT = """
import resource, sys
from itertools import islice
from bench import made
from manage import app
from plaint.posts.language import detect
for seed in range(int(sys.argv[3])):
    for post in islice(made.posts(seed), 100):
        detect(post.text)
try:
    app(["import", sys.argv[1], "--source", "cfpb", "--store", sys.argv[2]])
except SystemExit as ended:
    assert not ended.code, ended.code
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

_WALK = """
import resource, sys
from itertools import islice
from indexer.connect import connect
from plaint.query.tree import Search
stores = connect(sys.argv[1])
rows = sum(1 for _ in islice(stores.posts.scan(Search()), int(sys.argv[2])))
assert rows == int(sys.argv[2]), rows
stores.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory(count: int = 20_000) -> list[Figure]:
    """Resident memory of `plaint import` on saved answers with a tenth of so many complaints, and with all of them.

    Both processes have first told the language of every text of the larger one, so that both hold the same models.
    """
    with TemporaryDirectory(prefix="plaint-bench-") as folder:
        stores = {part: f"sqlite:///{folder}/{part}/plaint.db" for part in (10, 1)}
        return [grown("plaint import", count, *(imported(Path(folder) / str(part), count // part, stores[part], warm=count) for part in (10, 1)))]


def grown(what: str, count: int, of_a_tenth: float, of_all: float) -> Figure:
    """Megabytes for all against megabytes for a tenth."""
    ratio = of_all / of_a_tenth
    return Figure(part="memory", name=f"{what} of {count:,} posts", value=of_all, unit="MB", baseline_name=f"of {count // 10:,} posts",
                  baseline=of_a_tenth, ratio=ratio, aim="flat (<= 1.15 x)", met=ratio <= 1.15)  # fmt: skip


def imported(folder: Path, count: int, store: str, *, warm: int) -> float:
    """Megabytes that importing so many complaints takes at the most; the texts of `warm` posts were looked at before."""
    pages = folder / "pages"
    pages.mkdir(parents=True)
    for number in range(max(1, count // ON_PAGE)):
        (pages / f"{number:05}.json").write_bytes(made.cfpb_answer(min(count, ON_PAGE), seed=number))
    return _most(_IMPORT, str(pages), store, str(warm // ON_PAGE))


def walked(store: str, count: int) -> float:
    """Megabytes that reading the first `count` posts of a store in order takes at the most."""
    return _most(_WALK, store, str(count))


def _most(program: str, *words: str) -> float:
    done = subprocess.run([sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 our own interpreter
    return int(done.stdout.splitlines()[-1]) / 1024
