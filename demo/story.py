"""The made-up public web, as a story: who wrote what about which of four firms, where and when.

Pure: the same seed and day give the same story. It knows no page and no socket; `demo.pages` draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from demo.words import Plot, Talk, Tongue, Topic, Written, plot, tongues

FIRMS = ("northgate", "orbitpay", "tern", "lumen")
NAMES = {"northgate": "Northgate Bank", "orbitpay": "Orbit Pay", "tern": "Tern Insurance", "lumen": "Lumen Mobile"}
STATES = 2
"""How many states the web has: as it was first seen, and one step later."""

LANGUAGES = {
    "reviews": "en " * 26 + "de de de de de fr fr fr fr es es es es pt pt pt it it it pl pl tr tr ja ja hi",
    "board": "en en en en en en en en en de fr es",
    "apps": "en en en en en en en en en en en en de es pt pl ja hi tr it",
    "forum": "en en en en en de es",
}
AMOUNTS = {
    "reviews": {"northgate": 66, "orbitpay": 62, "tern": 60, "lumen": 64},
    "board": {"northgate": 28, "orbitpay": 24, "tern": 28, "lumen": 26},
    "apps": {"northgate": 40, "orbitpay": 58, "tern": 18, "lumen": 46},
    "forum": {"northgate": 5, "orbitpay": 5, "tern": 4, "lumen": 6},
}
"""How many ordinary posts (on the forum: threads) each site has about each firm."""

OUTAGE = {"reviews": 30, "apps": 50, "board": 9}
PRAISE = {"reviews": 0.2, "board": 0.0, "apps": 0.36, "forum": 0.0}
"""The share of praise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One public post.

    `part` is the part of the story it belongs to: `outage`, `copied`, `edited`, `vanished`, `helping`, `vulnerable`,
    `turned`, `timely` (its clock runs out about now), or nothing. `answers` is the ref of what it answers, `thread` that of
    the thread's first post. `stars` are 1 to 5, `written` and `edited` aware, in UTC.
    """

    ref: str
    site: str
    firm: str
    issue: str
    lang: str
    author: str
    text: str
    written: datetime
    title: str | None = None
    stars: int | None = None
    product: str | None = None
    edited: datetime | None = None
    by_firm: bool = False
    answers: str | None = None
    thread: str | None = None
    helpful: int = 0
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is said, in both states of the web, oldest first."""

    seed: int
    today: date
    states: tuple[tuple[Saying, ...], ...]

    def at(self, step: int) -> tuple[Saying, ...]:
        """The web as it stands at `step`; after the last state it stays as it is."""
        return self.states[min(step, len(self.states) - 1)]


def tell(seed: int, today: date) -> Story:
    """The story for that seed, dated back from `today`."""
    teller = _Teller(seed, today)
    teller.ordinary()
    teller.outage()
    teller.written_out()
    first = _numbered(teller.said)
    return Story(seed=seed, today=today, states=(first, _moved_on(first, teller.plot, today)))


def outage_of(today: date) -> tuple[datetime, datetime]:
    """When Orbit Pay was down: two days, ending three days before `today`."""
    start = datetime.combine(today - timedelta(days=4), time(7, 12), UTC)
    return start, start + timedelta(hours=37)


def _moved_on(first: Sequence[Saying], plot: Plot, today: date) -> tuple[Saying, ...]:
    """The second state: one review is edited, one is no longer there."""
    then = plot.edited
    moved = []
    for saying in first:
        if saying.part == "vanished":
            continue
        if saying.part == "edited":
            moment = datetime.combine(today, time(0, 5), UTC)
            saying = replace(saying, title=then.title_then, text=then.text_then or saying.text, stars=then.stars_then, edited=moment)
        moved.append(saying)
    return tuple(moved)


def _numbered(said: Sequence[Saying]) -> tuple[Saying, ...]:
    """All posts by date, with the numbers that the sites give them in the order they came."""
    ordered = sorted(said, key=lambda s: (s.written, s.ref))
    refs = {saying.ref: f"{saying.site[0]}{48_000 + 7 * place}" for place, saying in enumerate(ordered)}
    return tuple(
        replace(s, ref=refs[s.ref], answers=refs[s.answers] if s.answers else None, thread=refs[s.thread] if s.thread else None) for s in ordered
    )


class _Deck:
    """Draws from a list in chance order and begins again only when all were drawn."""

    def __init__(self, chance: Random, cards: Sequence[str]) -> None:
        self._chance, self._cards, self._left = chance, list(cards), list[str]()

    def draw(self) -> str:
        if not self._left:
            self._left = self._chance.sample(self._cards, len(self._cards))
        return self._left.pop()


class _Teller:
    """Tells the story bit by bit; everything it draws comes from one seeded chance."""

    def __init__(self, seed: int, today: date) -> None:
        self.chance = Random(f"plaint demo {seed}")
        self.today = today
        self.tongues, self.plot = tongues(), plot()
        self.said: list[Saying] = []
        self._decks: dict[int, _Deck] = {}
        self._texts: set[str] = set()

    def ordinary(self) -> None:
        """A year of ordinary complaints, praise and questions."""
        for site, firms in AMOUNTS.items():
            languages = _Deck(self.chance, LANGUAGES[site].split())
            for firm, amount in firms.items():
                for _ in range(amount):
                    tongue = self.tongues[languages.draw()]
                    if site == "forum":
                        self._discussion(tongue, firm)
                    else:
                        self._review(site, tongue, firm, self._issue(tongue, firm, PRAISE[site]), self._some_day())

    def outage(self) -> None:
        """Two days on which Orbit Pay does not work, loudest in the first hours and again on the second morning."""
        start, end = outage_of(self.today)
        for site, amount in OUTAGE.items():
            for number in range(amount):
                tongue = self.tongues[self.chance.choice(LANGUAGES[site].split())]
                minutes = min(int(self.chance.expovariate(1 / 270)), 760) + (24 * 60 if number % 3 == 2 else 0)
                when = min(start + timedelta(minutes=minutes + self.chance.randrange(50)), end)
                self._review(site, tongue, "orbitpay", "outage", when, part="outage")

    def written_out(self) -> None:
        """The posts and threads that are written out word for word."""
        for talk in self.plot.thread:
            self._talk(talk)
        copied = self.plot.copied
        for place in copied.places:
            saying = self._as_written(replace(copied, site=place.site, author=place.author, ago=place.ago, stars=1), "copied", hour=place.hour)
            if place.site == "forum":
                self.said[-1] = replace(saying, thread=saying.ref, stars=None)
        self._as_written(self.plot.edited, "edited")
        self._as_written(self.plot.vanished, "vanished")
        for part, posts in (("vulnerable", self.plot.vulnerable), ("turned", self.plot.turned), ("timely", self.plot.timely)):
            for post in posts:
                self._as_written(post, part)

    def _as_written(self, post: Written, part: str, hour: int | None = None) -> Saying:
        when = self._moment(post.ago, hour)
        return self._say(
            site=post.site, firm=post.firm, issue=post.issue, lang="en", author=post.author, title=post.title, text=post.text.strip(),
            stars=post.stars, product=post.product, written=when, helpful=self.chance.randrange(3, 60), part=part,
        )  # fmt: skip

    def _review(self, site: str, tongue: Tongue, firm: str, issue: str, when: datetime, part: str = "") -> None:
        title, text = self._composed(tongue, firm, issue, site, when)
        stars = self._stars(issue)
        saying = self._say(
            site=site, firm=firm, issue=issue, lang=tongue.code, author=self._author(tongue), title=title, text=text, stars=stars, written=when,
            product=self.tongues["en"].topics(firm)[issue].product, part=part, helpful=self.chance.choice((0, 0, 0, 1, 1, 2, 3, 5, 9, 14)),
        )  # fmt: skip
        if site in {"reviews", "board"} and self.chance.random() < (0.42 if site == "reviews" else 0.18):
            self._reply(saying, tongue)

    def _composed(self, tongue: Tongue, firm: str, issue: str, site: str, when: datetime) -> tuple[str | None, str]:
        """A heading and a text that nobody has written yet."""
        slots = self._slots(tongue, when)
        topic = tongue.topics(firm)[issue]
        for _ in range(30):
            length = self.chance.choices(("tiny", "short", "middle", "long"), (1, 4, 6, 4) if site != "apps" else (3, 7, 4, 1))[0]
            text = self._text(tongue, topic, issue, length, when).format_map(slots)
            if text not in self._texts:
                break
        self._texts.add(text)
        title = self._draw(topic.titles).format_map(slots) if site != "reviews" or self.chance.random() < 0.85 else None
        return (title, text) if tongue.code in {"ja", "hi", "tr"} else self._as_typed(title, text)

    def _text(self, tongue: Tongue, topic: Topic, issue: str, length: str, when: datetime) -> str:
        glad = issue == "praise"
        is_later = bool(topic.later) and when - outage_of(self.today)[0] > timedelta(hours=20) and self.chance.random() < 0.5
        happened, detail = self._draw(topic.later if is_later else topic.happened), self._draw(topic.detail)
        end = self._draw(tongue.glad if glad else tongue.close)
        if length == "tiny":
            return self._draw(tongue.shortgood if glad else tongue.short) if issue != "outage" else happened
        if length == "short":
            return self.chance.choice((happened, tongue.joiner.join((happened, detail)), tongue.joiner.join((happened, end))))
        if glad or issue == "outage":
            return tongue.joiner.join((happened, detail, end) if glad or self.chance.random() < 0.4 else (happened, detail))
        did, harm = self._draw(tongue.did), self._draw(tongue.harm)
        if length == "middle":
            return tongue.joiner.join(
                self.chance.choice(((happened, detail, did), (happened, did, end), (happened, detail, harm), (happened, harm, end)))
            )
        gap = self.chance.choice(("\n\n", tongue.joiner))
        return gap.join((tongue.joiner.join((happened, detail)), tongue.joiner.join((did, harm)), end))

    def _as_typed(self, title: str | None, text: str) -> tuple[str | None, str]:
        """Some people do not bother with capitals, some shout, some mistype."""
        mood = self.chance.random()
        if mood < 0.07:
            return title and title.lower(), text.lower().rstrip(".")
        if mood < 0.11:
            return title and title.upper(), text
        if mood < 0.15:
            return title, text.rstrip(".") + "!!"
        if mood < 0.21:
            for right, wrong in (
                ("received", "recieved"),
                ("definitely", "definatly"),
                ("their", "there"),
                ("weeks", "wks"),
                ("because", "cos"),
                ("because", "becuase"),
            ):
                text = text.replace(right, wrong, 1)
        return title, text

    def _slots(self, tongue: Tongue, when: datetime) -> dict[str, str]:
        chance = self.chance
        return {
            "amount": _money(tongue.code, chance.randrange(31, 640), chance),
            "small": _money(tongue.code, chance.randrange(3, 30), chance, plain=True),
            "big": _money(tongue.code, chance.randrange(11, 92) * 100 + chance.choice((0, 0, 40, 75)), chance, plain=True),
            "days": str(chance.randrange(4, 27)), "weeks": str(chance.randrange(3, 11)), "n": str(chance.randrange(3, 7)),
            "time": f"{chance.randrange(1, 24)}:{chance.randrange(0, 60, 5):02d}",
            "place": self._draw(tongue.places), "agent": self._draw(tongue.people),
            "month": tongue.months[(when.month - 2 - chance.randrange(3)) % 12],
        }  # fmt: skip

    def _reply(self, to: Saying, tongue: Tongue) -> None:
        """The firm answers: thoughtfully within days, or with the line that it sends to everybody."""
        english = self.tongues["en"]
        kept = tongue.replies.get(to.firm) or english.replies[to.firm]
        good = kept.good.get(to.issue, ())
        if to.issue == "praise":
            text, hours = self._draw(english.gladreplies[to.firm]), self.chance.randrange(4, 60)
        elif good and self.chance.random() < 0.6:
            text, hours = self._draw(good), self.chance.randrange(3, 120)
        else:
            text, hours = self._draw(kept.template), self.chance.randrange(20, 70)
        when = to.written + timedelta(hours=hours, minutes=self.chance.randrange(60))
        if to.issue == "outage" and good and text in good:
            when = outage_of(self.today)[1] + timedelta(hours=12, minutes=self.chance.randrange(180))
        if not 8 <= when.hour < 19:
            when = datetime.combine(when.date() + timedelta(days=when.hour >= 19), time(9, when.minute), UTC)
        if when.date() >= self.today:
            return
        self._say(
            site=to.site, firm=to.firm, issue=to.issue, lang=to.lang if tongue.replies else "en", author=NAMES[to.firm], written=when, by_firm=True,
            text=text.format_map({"name": _first_name(to.author)}), answers=to.ref, part=to.part,
        )  # fmt: skip

    def _discussion(self, tongue: Tongue, firm: str) -> None:
        """Somebody asks on the forum, others help."""
        issue = self._issue(tongue, firm, 0.0, known=tongue.answers.get(firm, {}))
        when = self._some_day(least=3)
        title, text = self._composed(tongue, firm, issue, "forum", when)
        asked = self._say(site="forum", firm=firm, issue=issue, lang=tongue.code, author=self._author(tongue), title=title, text=text, written=when)
        self.said[-1] = asked = replace(asked, thread=asked.ref)
        turns = [(self._author(tongue), self._draw(tongue.answers[firm][issue]))]
        if self.chance.random() < 0.6:
            turns.insert(self.chance.randrange(2), (self._author(tongue), self._draw(tongue.shared["same"])))
        if self.chance.random() < 0.6:
            turns.append((asked.author, self._draw(tongue.shared["thanks"])))
        for author, words in turns:
            when += timedelta(minutes=self.chance.randrange(15, 700))
            text = words.format_map(self._slots(tongue, when))
            self._say(site="forum", firm=firm, issue=issue, lang=tongue.code, author=author, text=text, written=when, answers=asked.ref,
                      thread=asked.ref, helpful=self.chance.randrange(0, 30), part="helping")  # fmt: skip

    def _talk(self, talk: Talk) -> None:
        when = outage_of(self.today)[0] if talk.outage else self._moment(talk.ago)
        hours = 35 / len(talk.posts) if talk.outage else 3.0
        first: Saying | None = None
        for author, what, text in talk.posts:
            saying = self._say(
                site="forum", firm=talk.firm, issue=talk.issue, lang="en", author=author, text=text, written=when, by_firm=what == "firm",
                title=None if first else talk.title, answers=first.ref if first else None, part="outage" if talk.outage else "helping",
                helpful=self.chance.randrange(0, 90) if what == "" else 0,
            )  # fmt: skip
            first = first or saying
            self.said[-1] = replace(saying, thread=first.ref)
            when += timedelta(minutes=self.chance.randrange(20, int(hours * 100)))

    def _say(self, *, site: str, firm: str, issue: str, lang: str, author: str, text: str, written: datetime, title: str | None = None,
             stars: int | None = None, product: str | None = None, by_firm: bool = False, answers: str | None = None, thread: str | None = None,
             helpful: int = 0, part: str = "") -> Saying:  # fmt: skip
        saying = Saying(
            ref=f"{len(self.said):05d}", site=site, firm=firm, issue=issue, lang=lang, author=author, text=text, written=written, title=title,
            stars=stars, product=product, by_firm=by_firm, answers=answers, thread=thread, helpful=helpful, part=part,
        )  # fmt: skip
        self.said.append(saying)
        return saying

    def _draw(self, cards: Sequence[str]) -> str:
        if id(cards) not in self._decks:
            self._decks[id(cards)] = _Deck(self.chance, cards)
        return self._decks[id(cards)].draw()

    def _issue(self, tongue: Tongue, firm: str, praise: float, known: object = None) -> str:
        topics = tongue.topics(firm)
        if self.chance.random() < praise and "praise" in topics:
            return "praise"
        issues = [issue for issue in topics if issue not in {"praise", "outage"}]
        if isinstance(known, dict):
            issues = [issue for issue in issues if issue in known]
        return self.chance.choice(issues)

    def _stars(self, issue: str) -> int:
        return self.chance.choices((5, 4), (7, 3))[0] if issue == "praise" else self.chance.choices((1, 2, 3), (13, 5, 2))[0]

    def _author(self, tongue: Tongue) -> str:
        """A name as people sign: mostly their own, sometimes only a piece of it."""
        name = self._draw(tongue.names)
        if self.chance.random() < 0.5 or tongue.code in {"ja", "hi"}:
            return name
        first = _first_name(name)
        return (
            name
            if first == name
            else self.chance.choice((f"{first} {self.chance.choice('ABCDEFGHJKLMNPRSTW')}.", f"{first.lower()}{self.chance.randrange(3, 99)}", first))
        )

    def _some_day(self, least: int = 1) -> datetime:
        """A moment of the last year: a little more of late, mostly by day."""
        return self._moment(least + int((364 - least) * self.chance.random() ** 1.2))

    def _moment(self, ago: int, hour: int | None = None) -> datetime:
        hour = self.chance.choice((7, 8, 9, 9, 10, 11, 12, 12, 13, 15, 17, 18, 19, 19, 20, 20, 21, 22, 23, 1)) if hour is None else hour
        return datetime.combine(self.today - timedelta(days=ago), time(hour, self.chance.randrange(60), self.chance.randrange(60)), UTC)


def _first_name(author: str) -> str:
    """What one would call somebody who signs so; the whole of it where it begins with a title or an initial."""
    first = author.split()[0]
    return author if first.endswith(".") or first in {"Mr", "Dr", "Mrs", "Familie", "Old"} else first


def _money(code: str, pounds: int, chance: Random, *, plain: bool = False) -> str:
    """An amount as it is written in a language, some with pence, some (unless `plain`) in words."""
    pence = chance.choice((0, 0, 0, 20, 50, 99))
    if code == "en":
        return f"£{pounds:,}" + (f".{pence:02d}" if pence else "") if plain or chance.random() < 0.8 else f"{pounds} pounds"
    if code == "ja":
        return f"{pounds * 190:,}円"
    if code == "hi":
        return f"₹{pounds * 105:,}"
    if code == "tr":
        return f"{pounds * 50:,} TL".replace(",", ".")
    if code == "pl":
        return f"{pounds * 5} zł"
    return f"{pounds:,}".replace(",", ".") + (f",{pence:02d} €" if pence else " €")
