"""Personal data on the dashboard: hidden in lists, on Post and on Case, until a person with the right asks; each showing is logged."""

from __future__ import annotations

from typing import Any

from plaint.model import AboutFirm, Kind, Person, Post
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import words as said

PHONE = "0161 496 0345"


def _put(store: Any) -> None:
    about = (AboutFirm(key="northgate", score=1, how="asked"),)
    store.posts.put([Post(id="board:pii", source="board", ref="pii", kind=Kind.POST, title=f"Ring {PHONE}", text=f"Told you: {PHONE}", firms=about)])
    store.registers.save_person(Person(key="rita", name="Rita", roles=("reader",)))


def test_a_list_hides_what_a_post_shows_when_asked(full: Any, open_page: Open) -> None:
    _put(full)
    assert PHONE not in said(open_page("search", q="ring"))
    at = open_page("post", post="board:pii")
    assert "Ring [phone]" in said(at)
    assert PHONE not in said(at)
    at.button(key="pii_show").click().run()
    assert f"Ring {PHONE}" in said(at)
    kinds = [entry.kind for entry in full.cases.read("access")]
    assert kinds.count("PersonalDataShown") == 1
    at.button(key="pii_hide").click().run()
    assert PHONE not in said(at)


def test_who_may_not_see_authors_is_not_offered_it(full: Any, open_page: Open) -> None:
    _put(full)
    at = open_page("post", person="rita", post="board:pii")
    assert "Ring [phone]" in said(at)
    assert not [button for button in at.button if button.key == "pii_show"]
