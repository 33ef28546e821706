"""A made-up archive for the tests of the dashboard: firms, people, posts, runs and cases, the same each time.

Everything in it is invented. Posts go in through the store's own port, everything people do through the desk.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from plaint.model import (
    AboutFirm,
    Approval,
    Author,
    Capture,
    Firm,
    Gone,
    Kind,
    Language,
    PartialDate,
    Person,
    Post,
    Quarantined,
    Rating,
    Rejection,
    Role,
    Run,
    iso,
)  # fmt: skip
from plaint.query.tree import Search

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
PASSWORD = "a long made-up word"

FIRMS = (
    Firm(key="northgate", name="Northgate Bank", country="GB", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP", "UK-PSR")),
    Firm(key="orbit", name="Orbit Pay", country="GB", zone="Europe/London", calendar="GB-ENG", regimes=("UK-DISP",)),
    Firm(key="tern", name="Tern Insurance", country="IE", zone="Europe/Dublin", calendar="IE", regimes=()),
)
PEOPLE = (
    ("anika", "Anika Rao", ("agent",), None),
    ("tom", "Tom Lindqvist", ("agent", "approver"), None),
    ("carla", "Carla Moreno", ("compliance",), None),
    ("rui", "Rui Costa", ("reader",), None),
    ("olga", "Olga Petrova", ("agent",), ("orbit",)),
    ("ada", "Ada Bello", ("admin",), None),
)
COMPLAINTS = (
    (
        "Account closed, wages still inside",
        "They closed my account with a letter of two lines. My wages are still inside and I cannot pay the rent.",
        "en",
    ),
    ("Refund promised three times", "Three people promised a refund of the late fee. Nothing has come, and nobody calls back.", "en"),
    ("App shows error 503 since this morning", "App shows error 503 since 07:10, I cannot pay my rent which is due today. No word from you.", "en"),
    ("Card blocked abroad", "My card was blocked in Lisbon on a Sunday. The line was closed and the chat is a robot.", "en"),
    ("Charged twice for one transfer", "I was charged twice for one transfer and told to wait 30 days for my own money.", "en"),
    ("Konto gesperrt ohne Grund", "Mein Konto ist seit zwei Wochen gesperrt. Niemand nennt mir einen Grund, die Gebühr wird weiter abgebucht.", "de"),
    ("Remboursement toujours pas reçu", "On me promet un remboursement depuis deux mois. Le service clients ne répond plus.", "fr"),
    ("Cobro duplicado", "Me cobraron dos veces la misma cuota y nadie contesta al teléfono.", "es"),
    ("Polis geweigerd", "Mijn claim is geweigerd zonder uitleg. Ik wacht al zes weken op antwoord.", "nl"),
    ("手数料が二重に引かれた", "手数料が二重に引かれました。問い合わせても返事がありません。", "ja"),
    ("الحساب مغلق", "تم إغلاق حسابي دون سبب ولم يتم الرد على رسائلي.", "ar"),
)
PRAISE = (
    ("Helpful people", "Spoke to Dana on Friday, she solved it in ten minutes. Good app too.", "en"),
    ("Fine so far", "Opened the account in a day. Transfers arrive quickly.", "en"),
    ("Schnell und klar", "Alles hat schnell geklappt, gute Erklärung im Chat.", "de"),
)
NAMES = ("Marit Olsen", "@tomlin88", "Jonas W.", "K. Achterberg", "Priya N.", "Luis Ferrer", "大橋", "Zofia K.", "@quietriver", "Amal H.")


def make(stores: Any, *, posts: int = 240, cases: bool = True) -> None:
    """Fill an empty store."""
    from plaint.desk import people, register

    stores.registers.save_firms(FIRMS)
    first = people.add(stores, None, key="root", name="Root Admin", roles=("admin",), now=NOW, command="root", password=PASSWORD)
    for key, name, roles, firms in PEOPLE:
        people.add(stores, first, key=key, name=name, roles=roles, firms=firms, now=NOW, command=f"add-{key}", password=PASSWORD)
    carla = person(stores, "carla")
    for source in ("trustpilot", "appstore"):
        approval = Approval(
            source=source, owner="Complaints team", access="official API", terms="read 2026-10-01", robots="obeyed",
            lawful_basis="legitimate interests", approved=True, review_on=(NOW + timedelta(days=200)).date().isoformat(),
        )  # fmt: skip
        register.approve(stores, carla, approval, NOW, f"approve-{source}")
    fill(stores, posts)
    ledger(stores)
    if cases and posts:
        casework(stores)


def fill(stores: Any, number: int) -> None:
    """Reviews and board posts with answers, a surge two days ago, an edited one, one that vanished, and hostile text."""
    if not number:
        return
    dice = random.Random(7)
    made = [_post(dice, at, NOW - timedelta(hours=dice.expovariate(1 / 300))) for at in range(number)]
    made += [_outage(dice, at, NOW - timedelta(days=2, minutes=7 * at)) for at in range(max(1, number // 8))]
    answers = [_answer(post, dice) for post in made[: number // 3]]
    stores.posts.put([*made, *answers, *thread(), hostile()])
    edited = replace(
        made[1], text=made[1].text + " Edit: after this review a manager called me at last.", edited=PartialDate.exact(NOW - timedelta(hours=3))
    )
    stores.posts.put([replace(edited, capture=capture(edited.url or "", NOW - timedelta(hours=2)))])
    stores.posts.put([replace(made[3], gone=Gone.VANISHED, capture=capture(made[3].url or "", NOW - timedelta(hours=1)))])
    from plaint.desk.understanding import read_posts

    held = stores.posts.get([post.id for post in (*made, *answers, *thread(), hostile())])
    stores.posts.note(read_posts(held), held)


def _post(dice: random.Random, at: int, when: datetime) -> Post:
    bad = dice.random() < 0.7
    title, text, lang = dice.choice(COMPLAINTS if bad else PRAISE)
    source, kind = dice.choice((("trustpilot", Kind.REVIEW), ("trustpilot", Kind.REVIEW), ("appstore", Kind.REVIEW), ("schema_org", Kind.POST)))
    stars = float(dice.choice((1, 1, 2)) if bad else dice.choice((4, 5)))
    ref = f"made{at:04}"
    firm = dice.choice(FIRMS[:2]) if at % 5 else FIRMS[2]
    url = f"https://{source}.example/p/{ref}"
    return Post(
        id=f"{source}:{ref}", source=source, ref=ref, kind=kind, title=title, text=text, url=url,
        lang=Language(code=lang, score=0.97, how="detected"), author=Author(name=dice.choice(NAMES), role=Role.CUSTOMER),
        rating=Rating(value=stars, worst=1, best=5, unit=(stars - 1) / 4) if kind == Kind.REVIEW else None,
        published=PartialDate.exact(when) if at % 9 else PartialDate.day(when.date(), "on that day"),
        firms=(AboutFirm(key=firm.key, score=0.97 if at % 7 else 0.7, how="asked"),), capture=capture(url, when + timedelta(hours=1)),
        facts={"issue": "Closing an account" if "lose" in title else "Fees"} if bad else {},
    )  # fmt: skip


def _outage(dice: random.Random, at: int, when: datetime) -> Post:
    made = _post(dice, 5000 + at, when)
    return replace(made, title=COMPLAINTS[2][0], text=COMPLAINTS[2][1], lang=Language(code="en", score=0.99, how="detected"),
                   firms=(AboutFirm(key="orbit", score=1.0, how="alias"),), published=PartialDate.exact(when))  # fmt: skip


def _answer(post: Post, dice: random.Random) -> Post:
    ref = f"{post.ref}-answer"
    at = (post.published.start if post.published else NOW) + timedelta(hours=dice.randint(3, 70))
    return Post(
        id=f"{post.source}:{ref}", source=post.source, ref=ref, kind=Kind.REPLY, text="We are sorry to read this. Write to us with your reference.",
        author=Author(name="Customer care", role=Role.FIRM), published=PartialDate.exact(min(at, NOW)), reply_to=post.ref, within=post.ref,
        firms=post.firms, capture=post.capture, url=post.url,
    )  # fmt: skip


def thread() -> list[Post]:
    """A conversation: a complaint, another customer who helps, the firm, and the complainant again."""
    start = NOW - timedelta(days=4, hours=3)
    said = (
        (
            "t1",
            Kind.POST,
            Role.CUSTOMER,
            "Marit Olsen",
            "Locked out after the update",
            "After the update I am locked out. Does anybody know a way in?",
            None,
        ),
        ("t2", Kind.COMMENT, Role.OTHER, "@tomlin88", None, "Take out the old device under Settings, then sign in again. Worked for me.", "t1"),
        ("t3", Kind.REPLY, Role.FIRM, "Northgate Bank", None, "Thank you. Our team is looking at this.", "t1"),
        ("t4", Kind.COMMENT, Role.CUSTOMER, "Marit Olsen", None, "The old device did it. The answer of the bank did not help.", "t2"),
    )
    return [
        Post(
            id=f"schema_org:{ref}", source="schema_org", ref=ref, kind=kind, title=title, text=text, thread="board-1", reply_to=to,
            author=Author(name=name, role=role), published=PartialDate.exact(start + timedelta(hours=2 * at)),
            lang=Language(code="en", score=0.98, how="detected"), firms=(AboutFirm(key="northgate", score=0.95, how="alias"),),
            url=f"https://board.example/t/1#{ref}", capture=capture("https://board.example/t/1", NOW - timedelta(hours=5)),
        )
        for at, (ref, kind, role, name, title, text, to) in enumerate(said)
    ]  # fmt: skip


HOSTILE = (
    '<script>document.title="taken"</script><img src=x onerror="document.title=1"> "quotes" \u202eexe.txt $E=mc^2$ **bold** [a](javascript:alert(1))'
)


def hostile() -> Post:
    """A post that tries to break out of the page, and is two million characters long."""
    return Post(
        id="schema_org:hostile", source="schema_org", ref="hostile", kind=Kind.POST, title=HOSTILE, text=HOSTILE + " filler" * 300_000,
        author=Author(name=HOSTILE), published=PartialDate.exact(NOW - timedelta(hours=4)), url="javascript:alert(1)",
        firms=(AboutFirm(key="orbit", score=0.95, how="alias"),), capture=capture("https://board.example/h", NOW),
    )  # fmt: skip


def capture(url: str, at: datetime) -> Capture:
    """Where a made-up post would have been read."""
    return Capture(
        url=url or "https://board.example/", at=iso(at), sha256=sha256(url.encode()).hexdigest(), warc="2026-11/made.warc.gz#1042", parser="made 1",
        robots="allowed by robots.txt",
    )  # fmt: skip


def ledger(stores: Any) -> None:
    """Runs: one that closes, one short with an alarm, one that failed, one at work; and three rejected items."""

    def run(id: str, source: str, firm: str, hours: float, **said: Any) -> Run:
        start = NOW - timedelta(hours=hours)
        ended = None if said.get("state") == "running" else iso(start + timedelta(minutes=4))
        return Run(id=id, source=source, firm=firm, started=iso(start), ended=ended, **said)

    stores.runs.save(run("r1", "trustpilot", "northgate", 30, state="done", announced=214, new=200, known=10, rejected=3, missing=1, pages=11))
    stores.runs.save(run("r2", "trustpilot", "northgate", 5, state="done", announced=216, new=2, known=210, changed=1, rejected=3, pages=11))
    stores.runs.save(run("r3", "appstore", "orbit", 4, state="done", announced=None, new=31, known=60, pages=3))
    stores.runs.save(
        run("r4", "schema_org", "northgate", 3, state="failed", announced=80, new=4, known=20, missing=56, pages=2, errors=1,
            alarms=("layout changed", "fewer than expected"))
    )  # fmt: skip
    stores.runs.quarantine([
        Quarantined(id=f"q{at}", run="r2", source="trustpilot", at=iso(NOW - timedelta(hours=5)), url="https://trustpilot.example/p",
                    rejection=Rejection(reason="no date that can be read", field="published", seen=f"the day after {at}", ref=f"x{at}"))
        for at in range(3)
    ])  # fmt: skip


def collecting(stores: Any, posts: int = 412) -> None:
    """A crawl that is at work now."""
    stores.runs.save(Run(id="now", source="appstore", firm="orbit", started=iso(NOW - timedelta(minutes=2)), state="running", new=posts, pages=9))


def person(stores: Any, key: str) -> Person:
    """An account by its key."""
    people: list[Person] = stores.registers.people()
    return next(one for one in people if one.key == key)


def casework(stores: Any) -> list[str]:
    """Six cases through the desk: to decide, mine, nobody's, over, no complaint, closed."""
    from plaint.cases.letters import letters
    from plaint.cases.work import CheckContent
    from plaint.desk import casework as desk

    anika, tom, carla = (person(stores, key) for key in ("anika", "tom", "carla"))
    posts = [post for post in stores.posts.scan(Search(include={"firm": ("northgate",), "rating": ("1", "2")})) if post.author][:6]
    at = [NOW - timedelta(days=days) for days in (60, 20, 3, 2, 1, 0.1)]
    cases = [
        desk.open_case(stores, anika, posts=[post.id], firm="northgate", now=when, command=f"open-{number}")
        for number, (post, when) in enumerate(zip(posts, at, strict=True))
    ]
    for number in (0, 1, 2):
        reason = "says they lost money and expects it back"
        desk.confirm(stores, anika, cases[number], reason=reason, now=at[number] + timedelta(hours=1), command=f"confirm-{number}")
    desk.assign(stores, tom, cases[0], to="anika", now=at[0] + timedelta(hours=2), command="assign-0")
    desk.note(stores, anika, cases[0], text="Called the branch; they found the letter.", now=at[0] + timedelta(days=1), command="note-0")
    desk.acknowledge(stores, anika, cases[0], now=at[0] + timedelta(days=2), command="ack-0")
    desk.assign(stores, tom, cases[1], to="tom", now=at[1] + timedelta(hours=2), command="assign-1")
    letter = "disp-final-response"
    said = CheckContent(letter=letter, items=tuple(letters()[letter].items))
    desk.perform(stores, tom, cases[1], said, now=at[1] + timedelta(days=4), command="check-1")
    desk.close(stores, tom, cases[1], how="final_response", now=at[1] + timedelta(days=4), command="close-1")
    desk.reject(stores, carla, cases[3], code="question", words="Asks where to find the form.", now=at[3] + timedelta(hours=1), command="reject-3")
    return cases
