"""What every store does with who is on a case now."""

from __future__ import annotations

import threading

from plaint.ports import Present, Stores

NOW, SOON, LATER = "2026-11-24T10:00:00Z", "2026-11-24T10:01:00Z", "2026-11-24T10:02:00Z"


def _on(case: str, person: str, doing: str = "reading", until: str = SOON) -> Present:
    return Present(case=case, firm="northgate", person=person, doing=doing, until=until)


def test_the_last_sign_of_a_person_on_a_case_counts(stores: Stores) -> None:
    assert stores.presence.who(["c-a"], now=NOW) == []
    stores.presence.here(_on("c-a", "tom"), now=NOW)
    stores.presence.here(_on("c-a", "anna"), now=NOW)
    stores.presence.here(_on("c-a", "tom", "writing"), now=NOW)
    stores.presence.here(_on("c-b", "tom"), now=NOW)
    assert stores.presence.who(["c-a", "c-x"], now=NOW) == [_on("c-a", "anna"), _on("c-a", "tom", "writing")]
    assert stores.presence.who(["c-b", "c-a"], now=NOW)[-1] == _on("c-b", "tom")


def test_a_sign_lapses_and_is_taken_back(stores: Stores) -> None:
    stores.presence.here(_on("c-a", "tom"), now=NOW)
    stores.presence.here(_on("c-a", "anna", until=LATER), now=NOW)
    assert [one.person for one in stores.presence.who(["c-a"], now=SOON)] == ["anna"]
    stores.presence.left("c-a", "anna")
    stores.presence.left("c-a", "nobody")
    stores.presence.left("c-x", "nobody")
    assert [one.person for one in stores.presence.who(["c-a"], now=NOW)] == ["tom"]


def test_many_come_at_once_and_none_is_lost(stores: Stores) -> None:
    gate = threading.Barrier(8)

    def come(person: str) -> None:
        gate.wait()
        stores.presence.here(_on("c-a", person), now=NOW)

    people = [f"p{number}" for number in range(8)]
    threads = [threading.Thread(target=come, args=(person,)) for person in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.person for one in stores.presence.who(["c-a"], now=NOW)] == people
