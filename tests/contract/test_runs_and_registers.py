"""What every store does with runs, the quarantine, fetched pages, firms, approvals and people."""

from __future__ import annotations

from plaint.model import Approval, Firm, Person, Quarantined, Rejection, Run
from plaint.ports import Stores
from plaint.reference import PART, Figure, Table


def _run(id: str, source: str = "board", **more: object) -> Run:
    return Run(id=id, source=source, firm=None, started=f"2026-01-0{id}T00:00:00Z", **more)  # type: ignore[arg-type]


def _rejected(id: str, reason: str = "no date", source: str = "board") -> Quarantined:
    return Quarantined(
        id=id, run="1", source=source, at=f"2026-01-0{id}T00:00:00Z", rejection=Rejection(reason=reason, field="published", seen="soon")
    )


def test_the_last_state_of_a_run_counts(stores: Stores) -> None:
    stores.runs.save(_run("1"))
    stores.runs.save(_run("1", state="done", new=3, alarms=("layout changed",)))
    assert stores.runs.get("1") == _run("1", state="done", new=3, alarms=("layout changed",))
    assert stores.runs.get("2") is None


def test_runs_come_newest_first(stores: Stores) -> None:
    for run in (_run("1"), _run("3", "stars"), _run("2")):
        stores.runs.save(run)
    assert [run.id for run in stores.runs.newest()] == ["3", "2", "1"]
    assert [run.id for run in stores.runs.newest("board", limit=1)] == ["2"]


def test_what_was_rejected_waits_until_it_is_settled(stores: Stores) -> None:
    stores.runs.quarantine([_rejected("1"), _rejected("2"), _rejected("3", "no text", "stars")])
    stores.runs.quarantine([_rejected("2")])
    assert [item.id for item in stores.runs.quarantined()] == ["3", "2", "1"]
    assert stores.runs.quarantine_counts() == {("board", "no date"): 2, ("stars", "no text"): 1}
    stores.runs.settle(["1"], "dismissed")
    assert [item.id for item in stores.runs.quarantined("board")] == ["2"]
    assert [(item.id, item.state) for item in stores.runs.quarantined(state="dismissed")] == [("1", "dismissed")]


def test_the_validators_of_a_page_are_those_of_its_last_fetch(stores: Stores) -> None:
    assert stores.runs.seen_page("https://board.example") == {}
    stores.runs.note_page("https://board.example", {"etag": "a"})
    stores.runs.note_page("https://board.example", {"etag": "b"})
    assert stores.runs.seen_page("https://board.example") == {"etag": "b"}


def test_registers_hold_the_present_state(stores: Stores) -> None:
    stores.registers.save_firms([Firm(key="orbit", name="Orbit"), Firm(key="air", name="Air", handles={"board": "air"})])
    stores.registers.save_firms([Firm(key="orbit", name="Orbit Bank", aliases=("Orbit",))])
    assert [firm.name for firm in stores.registers.firms()] == ["Air", "Orbit Bank"]
    stores.registers.save_approval(Approval(source="board", approved=False))
    stores.registers.save_approval(Approval(source="board", approved=True, by="ada"))
    stores.registers.save_approval(Approval(source="board", firm="orbit"))
    assert [(approval.firm, approval.approved) for approval in stores.registers.approvals()] == [(None, True), ("orbit", False)]


def test_a_password_stays_when_an_account_is_saved_without_one(stores: Stores) -> None:
    stores.registers.save_person(Person(key="ada", name="Ada", roles=("agent",)), "hash")
    stores.registers.save_person(Person(key="ada", name="Ada L.", roles=("agent",), firms=("orbit",)))
    assert stores.registers.people() == [Person(key="ada", name="Ada L.", roles=("agent",), firms=("orbit",))]
    assert (stores.registers.secret("ada"), stores.registers.secret("bob")) == ("hash", None)


def test_published_figures_are_kept_by_the_digest_of_their_file(stores: Stores) -> None:
    def figure(number: int) -> Figure:
        return Figure(firm=f"Firm {number}", group=None, start="2024-01-01", end="2024-06-30", product=None, measure="received",
                      value=float(number), unit="count", row=number, column="Received")  # fmt: skip

    def table(digest: str, figures: int, at: str) -> Table:
        return Table(digest=digest, name="a.csv", publisher="FCA", url=None, measure="received", figures=figures, unread=0,
                     start="2024-01-01", end="2024-06-30", at=at, by="ada")  # fmt: skip

    many = [figure(number) for number in range(2 * PART + 1)]
    stores.registers.save_table(table("b" * 64, len(many), "2026-02-01T00:00:00Z"), many)
    stores.registers.save_table(table("a" * 64, 1, "2026-03-01T00:00:00Z"), many[:1])
    assert [(one.digest[0], one.figures) for one in stores.registers.tables()] == [("b", len(many)), ("a", 1)]
    assert (stores.registers.figures("b" * 64), stores.registers.figures("a" * 64), stores.registers.figures("c" * 64)) == (many, many[:1], [])
    stores.registers.save_table(table("b" * 64, 1, "2026-02-01T00:00:00Z"), many[5:6])
    assert stores.registers.figures("b" * 64) == many[5:6]
