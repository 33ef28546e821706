"""Somebody who comes to a door over a socket."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from plaint.model import Approval, Firm, Ownership
from plaint.query.tree import Search

ACME = Firm(key="acme", name="Acme Bank")
APPROVED = Approval(source="front_door", firm="acme", ownership=Ownership.DIRECT, approved=True, review_on="2099-01-01")


class Clock:
    now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Visitor:
    port: int
    clock: Clock
    stores: Any

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        connection.request(method, path, body, {**kind, **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, dict(answer.getheaders())

    def ticket(self, path: str = "/acme") -> str:
        found = re.search(r'name="ticket" value="([^"]+)"', self.ask("GET", path)[1])
        assert found
        self.clock.now += 10
        return found[1]

    def send(self, **fields: str) -> tuple[int, str, dict[str, str]]:
        said = {"text": "The machine kept my card.", "read": "yes", **fields}
        if "ticket" not in said:
            said["ticket"] = self.ticket()
        return self.ask("POST", "/acme", urlencode(said).encode())

    def posts(self) -> list[Any]:
        return list(self.stores.posts.search(Search(limit=100)).hits)
