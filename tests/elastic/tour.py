"""Every command that knows a store, typed one after the other as in a week of work, against a store that is empty at first.

Each step looks at what the command says, so that a command that ends well and does nothing is found. How the words
reach the program (in this process, or as a program of its own) is the caller's.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import typer

from bench import made
from manage import app

PAGE = made.review_page(20)


APART = {"serve", "mail"}
"""Commands that the tour leaves out: the first runs until it is ended, the second needs a mailbox; they have tests of their own."""

LEVELS = b"""
[hours.office]
zone = "Europe/London"
calendar = "GB-ENG"
mon-fri = ["09:00-12:00", "13:00-17:30"]

[[levels]]
firm = "merrow"
id = "first-answer"
label = "first answer"
minutes = 30
hours = "office"
"""

UPHELD = b"""Firm Name,Group,Joint Reporting,Reporting period,Banking and credit cards,Home finance,
Merrow Bank,NO GROUP,no,2024-07-01 to 2024-12-31,40.00%,,
Dill Bank,NO GROUP,no,2024-07-01 to 2024-12-31,20.00%,50.00%,
"""


class Said(NamedTuple):
    """What came of a command: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


Typed = Callable[[Sequence[str], str | None], Said]


def storing_commands() -> set[str]:
    """All commands with a store, by the words that name them."""
    return {" ".join(words) for words, params in _leaves(typer.main.get_command(app)) if "store" in params} | {"copy"}


def _leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    if not (parts := getattr(command, "commands", {})):
        yield words, {param.name for param in command.params}
    for name, part in parts.items():
        yield from _leaves(part, (*words, name))


class Tour:
    """Types commands and keeps which ones ran."""

    def __init__(self, typed: Typed, folder: Path) -> None:
        self._typed, self._folder = typed, folder
        self.ran: list[str] = []

    def say(self, *words: str, input: str | None = None) -> list[Any]:
        """The JSON lines that a command prints; anything but exit status 0 is an error with what it said."""
        said = self._typed(words, input)
        known = storing_commands()
        self.ran.append(next(name for name in (" ".join(words[:2]), words[0]) if name in known))
        assert said.status == 0, f"{words}: {said.err[-600:]}{said.out[-300:]}"
        return [json.loads(line) for line in said.out.splitlines()]

    def one(self, *words: str, input: str | None = None) -> Any:
        """The one JSON object of a command."""
        return self.say(*words, input=input)[-1]

    def go(self, other: str) -> None:
        """Everything, `other` being the address of a second store that is empty."""
        with _web() as home:
            self._registers(home)
            self._collect(home)
        self._look()
        self._levels()
        self._peers()
        case, second = self._cases()
        self._clocks(second)
        self._answer(case)
        self._team(case, second)
        self._many()
        self._out(case)
        self._keep(other)

    def file(self, name: str, content: bytes) -> str:
        """A file in the working folder."""
        path = self._folder / name
        path.write_bytes(content)
        return str(path)

    def _registers(self, home: str) -> None:
        facts = 'name = "Merrow Bank"\nregimes = ["UK-DISP"]\ncalendar = "GB-ENG"\nzone = "Europe/London"'
        firm = f'[merrow]\n{facts}\n[merrow.handles]\nschema_org = "{home}"\n'
        assert self.one("people", "add", "anna", "--name", "Anna", "--role", "admin", "--role", "compliance")["key"] == "anna"
        self.say("people", "add", "tom", "--name", "Tom", "--role", "agent", "--role", "approver", "--as", "anna")
        self.say("people", "add", "mia", "--name", "Mia", "--role", "agent", "--as", "anna")
        self.say("people", "password", "tom", "--as", "anna", input="battery staple horse\n")
        assert self.one("people", "change", "mia", "--role", "agent", "--role", "approver", "--as", "anna")["roles"] == ["agent", "approver"]
        assert [person["key"] for person in self.say("people", "list")] == ["anna", "mia", "tom"]
        assert self.one("firms", "import", self.file("firms.toml", firm.encode()), "--as", "anna") == {"firms": 1, "rejected": 0}
        assert [one["key"] for one in self.say("firms", "list")] == ["merrow"]
        assert self.one("firms", "match", input='{"id":"1","mention":"Merrow Bank"}\n')["key"] == "merrow"
        assert self.one("firms", "door", "merrow", "--to", str(self._folder / "door.svg"), "--at", "https://c.example")["address"]
        decided = ["--owner", "Desk", "--basis", "legitimate interests", "--review-on", "2099-01-01", "--terms", "its own", "--as", "anna"]
        assert self.one("sources", "approve", "schema_org", *decided)["approved"]
        assert not self.one("sources", "refuse", "appstore", "--note", "terms", "--as", "anna")["approved"]

    def _collect(self, home: str) -> None:
        crawled = self.one("crawl", "schema_org", "--firm", "merrow")
        assert (crawled["new"], crawled["state"]) == (20, "done"), crawled
        assert self.one("import", self.file("page.html", PAGE), "--source", "schema_org", "--firm", "merrow", "--url", home)["known"] == 20
        spoilt = self.one("import", self.file("empty.html", b""), "--source", "schema_org")
        assert spoilt["unreadable"] or spoilt["rejected"] or spoilt["alarms"], spoilt
        items = self.say("quarantine", "list")
        assert items
        self.say("quarantine", "retry")
        self.say("quarantine", "dismiss", items[0]["id"], "--as", "anna")
        assert self.one("sources", "show", "schema_org")["last_run"]
        assert self.say("sources", "list")
        assert self.one("watch", "--show", "--json")["watched"][0]["firm"] == "merrow"
        self.say("watch", "--once")
        assert self.one("search", "", "--count")["total"] == 20

    def _look(self) -> None:
        found = self.one("search", "", "--facets", "firm,source", "--limit", "7")
        assert (found["total"], found["facets"]["firm"]) == (20, {"merrow": 20})
        ids = {hit["id"] for hit in found["hits"]}
        while found["next"]:
            found = self.one("search", "", "--limit", "7", "--cursor", found["next"])
            ids |= {hit["id"] for hit in found["hits"]}
        assert len(ids) == 20
        self.posts = sorted(ids)

    def _cases(self) -> tuple[str, str]:
        first, second, third, fourth = (
            self.one("case", "open", post, "--firm", "merrow", "--as", "tom")["case"] for post in self.posts[:4]
        )  # fmt: skip
        assert self.one("case", "confirm", first, "--reason", "charged twice", "--as", "tom")["state"] == "CONFIRMED_COMPLAINT"
        self.say("case", "confirm", second, "--reason", "charged twice", "--as", "tom")
        self.say("case", "reject", third, "--reason", "praise", "--as", "tom")
        self.say("case", "review", third, "--agree", "--as", "mia")
        self.say("case", "duplicate", fourth, "--of", first, "--as", "tom")
        self.say("case", "reopen", fourth, "--reason", "not the same after all", "--as", "tom")
        assert self.one("case", "assign", first, "--to", "me", "--as", "tom")["assignee"] == "tom"
        assert self.one("case", "note", first, "asked the branch", "--as", "tom")["notes"] == 1
        assert "acknowledged" in self.one("case", "acknowledge", first, "--as", "tom")["done"]
        self.say("case", "move-start", first, "--to", _later(days=-1), "--reason", "the letter came first", "--as", "anna")
        self.say("case", "letter", second, "disp-forwarding", "--check", "whom", "--check", "written", "--as", "tom")
        self.say("case", "refer", second, "--to", "Harbour Insurance", "--as", "tom")
        self.say("case", "add-regime", first, "UK-PSR", "--reason", "a payment", "--as", "tom")
        self.say("case", "classify", first, "--product", "Current accounts", "--cause", "FCA1R-C03", "--as", "tom")
        assert len(self.one("case", "show", first, "--as", "tom")["history"]) >= 7
        assert self.one("case", "list", "--as", "tom")["total"] == 4
        assert self.one("case", "board", "--as", "tom")
        assert self.one("case", "month", f"{datetime.now(UTC):%Y-%m}", "--as", "tom")
        return first, fourth

    def _levels(self) -> None:
        given = self.one("levels", "import", self.file("levels.toml", LEVELS), "--as", "anna")["set"]
        assert given == [{"firm": "merrow", "levels": 1, "cases": 0}]
        assert self.one("levels", "show", "--as", "tom")["firms"]["merrow"][0]["minutes"] == 30
        (clock,) = self.one("levels", "try", "--firm", "merrow", "--at", "2026-11-24T11:45:00Z", "--as", "tom")["clocks"]
        assert clock["value"] == "2026-11-24T13:15:00+00:00"

    def _peers(self) -> None:
        assert self.one("peers", "import", self.file("upheld.csv", UPHELD), "--measure", "upheld", "--as", "anna")["new"]
        assert [table["name"] for table in self.one("peers", "list")["tables"]] == ["upheld.csv"]
        assert self.one("peers", "show", "--firm", "merrow")

    def _clocks(self, case: str) -> None:
        of = ("--regime", "AU-RG271", "--as", "tom")
        self.say("case", "confirm", case, "--reason", "charged twice", "--regime", "AU-RG271", "--regime", "UK-DISP", "--as", "tom")
        said = self.one("case", "facts", case, "complaint_kind=traditional_trustee", "--reason", "a trust", *of)
        assert said["facts"] == {"AU-RG271": {"complaint_kind": "traditional_trustee"}}
        self.say("case", "pause", case, "--for", "trustee_court_proceedings", "--reason", "in court", *of)
        shown = self.one("case", "show", case, "--as", "tom")
        assert {one["status"] for one in shown["clocks"] if one["key"] == "idr_response_last_day"} == {"paused"}
        assert self.one("case", "resume", case, "--reason", "decided", *of)["pauses"]["AU-RG271"][0]["until"]

    def _answer(self, case: str) -> None:
        assert "checks" in self.one("case", "check-reply", case, "We are sorry.", "--as", "tom")
        self.say("case", "draft-reply", case, "We are sorry.", "--as", "tom")
        self.say("case", "send-back-reply", case, "1", "--reason", "say more", "--as", "mia")
        self.say("case", "draft-reply", case, "We are sorry and have written to you.", "--as", "tom")
        self.say("case", "approve-reply", case, "2", "--as", "mia")
        self.say("case", "posted-reply", case, "2", "--url", "https://board.example/1#a", "--as", "tom")
        assert self.one("case", "show", case, "--as", "tom")["replies"]["2"]["state"] == "posted"
        for words in (["--check", "received"], ["--check", "dealt_with"], ["--sent"]):
            self.say("case", "letter", case, "disp-acknowledgement", *words, "--as", "tom")

    def _team(self, case: str, second: str) -> None:
        assert self.one("case", "claim", case, "--minutes", "60", "--as", "tom")["assignee"] == "tom"
        assert self.one("case", "hand-over", case, "--to", "mia", "--words", "waits for the branch", "--as", "tom")["assignee"] == "mia"
        self.say("case", "route", case, "cards", "--as", "mia")
        self.say("case", "priority", case, "urgent", "--as", "mia")
        self.say("case", "label", case, "--add", "refund", "--as", "mia")
        assert self.one("case", "list", "--with", "team:cards", "--with", "label:refund", "--as", "mia")["total"] == 1
        self.say("case", "snooze", case, "--until", _later(hours=20), "--reason", "answers tomorrow", "--as", "mia")
        self.say("case", "snooze", case, "--back", "--as", "mia")
        self.say("case", "under", second, case, "--as", "mia")
        assert self.one("case", "merge", second, "--into", case, "--as", "mia")
        items = ("decision", "leaflet", "website", "may_refer", "time_limits")
        self.say("case", "letter", case, "disp-final-response", *(word for item in items for word in ("--check", item)), "--as", "mia")
        self.say("case", "resolve", case, "--how", "final_response", "--outcome", "upheld", "--redress", "120.50", "--as", "mia")
        assert self.one("case", "close", case, "--as", "mia")["state"] == "CLOSED"

    def _many(self) -> None:
        self.say("case", "open", self.posts[5], "--firm", "merrow", "--as", "tom")
        self.say("case", "save-view", "free", "--state", "CANDIDATE", "--as", "tom")
        assert self.one("case", "views", "--as", "tom")["views"][0]["count"] >= 1
        waiting = self.one("case", "bulk", "assign", "mia", "--state", "CANDIDATE", "--as", "anna")["would_do"]
        done = self.one("case", "bulk", "assign", "mia", "--state", "CANDIDATE", "--do", str(waiting), "--as", "anna")
        assert len(done["done"]) == waiting
        assert self.one("case", "take-back", done["id"], "--as", "anna")["done"]
        assert self.one("case", "share-out", "tom", "mia", "--as", "anna")["given"]
        self.say("case", "drop-view", "free", "--as", "tom")
        self.say("case", "save-macro", "sorry", "Sorry, {firm}", "--as", "tom")
        case = self.one("case", "list", "--state", "CANDIDATE", "--as", "tom")["cases"][0]["case"]
        assert self.one("case", "macro", "sorry", case, "--as", "tom")["text"] == "Sorry, Merrow Bank"
        assert self.one("case", "macros", "--as", "tom")["macros"]
        self.say("case", "drop-macro", "sorry", "--as", "tom")

    def _out(self, case: str) -> None:
        folder = self._folder
        for ending in ("csv", "ndjson", "xlsx", "parquet"):
            assert self.one("export", "firm:merrow", "--to", str(folder / f"all.{ending}"), "--as", "anna")["rows"] == 20
        for read in ("evidence", "similar", "writer"):
            self.say("case", read, case, "--as", "anna")
        assert self.one("understand", "correct", self.posts[0], "--part", "complaint", "--say", "yes", "--as", "tom")["by"] == "tom"
        assert self.one("understand", "corrections", "--as", "anna")["post"] == self.posts[0]
        assert self.say("understand", "drift", "--as", "anna")
        assert next(line for line in self.say("understand", "mapping", "--as", "anna") if line["from_code"] == "Debt collection")["reviewer"]
        assert all(line["kind"] == "repeat" for line in self.say("same", "--stored", "repeat", "--as", "anna"))
        rising = self._typed(("surge", "--firm", "merrow"), None)
        assert (rising.status, rising.out.partition("\n")[0]) == (0, "timestamp,score,alarm"), rising.err
        self.ran.append("surge")
        assert self.one("case", "pack", case, "--to", str(folder / "case.zip"), "--as", "anna")["bytes"] > 0
        assert self.one("evidence", "hand-over", self.posts[0], "--to", str(folder / "evidence.zip"), "--as", "anna")
        given = self.file("given.toml", b"[context]\n")
        half = f"{datetime.now(UTC).year}H{1 if datetime.now(UTC).month < 7 else 2}"
        made = self.one("report", "uk-disp-1r", "--firm", "merrow", "--period", half, "--out", str(folder / "out"), "--given", given, "--as", "anna")
        assert (made["validator"], made["cases"]) == ("passed", 1), made
        assert sorted(made["files"]) == sorted(str(file) for file in (folder / "out").iterdir())

    def _keep(self, other: str) -> None:
        folder = self._folder
        proof = self.one("verify", "--evidence")
        assert proof["holds"], proof
        assert self.one("rebuild")["indexed"] == 20
        again = self.one("rebuild", "--evidence")
        assert (again["posts"]["added"], again["indexed"]) == (0, 20), again
        assert self.one("verify", "--evidence")["holds"]
        for _ in range(2):
            self.say("backup", str(folder / "kept"))
        assert {check["name"]: check["state"] for check in self.one("doctor", "--json")["checks"]}["store"] == "ok"
        back = self.one("restore", str(folder / "kept"), "--store", other)
        assert (back["holds"], back["posts"]) == (True, 20), back
        assert self.one("copy", "--from", other, "--to", f"sqlite:///{folder}/copy.db", "--evidence", str(folder / "copied"))["equal"]


def _later(**by: int) -> str:
    return (datetime.now(UTC) + timedelta(**by)).isoformat()


@contextmanager
def _web() -> Iterator[str]:
    """A page of reviews on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.path == "/reviews"
            self.send_response(200 if is_page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            body = PAGE if is_page else b"nothing"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/reviews"
    server.shutdown()
    server.server_close()
