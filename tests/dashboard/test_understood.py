"""What was understood of a post, on its page: proposals with their reasons, and a person who says that one is wrong."""

from __future__ import annotations

from typing import Any

from plaint.desk import corrections
from plaint.desk.understanding import read_posts
from plaint.model import AboutFirm, Kind, Post
from tests.dashboard.conftest import Open
from tests.dashboard.conftest import words as said

FRAUD = "They let somebody empty my account. <b>Fraud</b>! Call me on 0161 496 0345, this is a disgrace and you will hear from my solicitor."


def _put(store: Any, *, read: bool = True) -> None:
    about = (AboutFirm(key="northgate", score=1, how="asked"),)
    post = Post(id="board:u", source="board", ref="u", kind=Kind.POST, title="Robbed", text=FRAUD, firms=about)
    store.posts.put([post])
    if read:
        store.posts.note(read_posts([post]), [post])


def test_each_proposal_stands_with_its_reasons_and_who_said_it(full: Any, open_page: Open) -> None:
    _put(full)
    shown = said(open_page("post", post="board:u"))
    for part in ("% likely", "fraud and theft", "legal threat", "a named person decides", "phone"):
        assert part in shown
    assert "0161 496 0345" not in shown
    assert "<b>Fraud" not in shown


def test_a_post_that_was_not_read_says_so(full: Any, open_page: Open) -> None:
    _put(full, read=False)
    assert "Nobody has read this post for its meaning yet" in said(open_page("post", post="board:u"))


def test_a_correction_is_kept_beside_what_the_model_said(full: Any, open_page: Open) -> None:
    _put(full)
    at = open_page("post", post="board:u")
    at.selectbox(key="u_part").select("severity").run()
    at.selectbox(key="u_value_severity").select("disapproval").run()
    at.button(key="do_correct_board:u").click().run()
    assert "Kept: severity is disapproval" in said(at)
    (kept,) = corrections.corrections(full)
    assert (kept.post, kept.part, kept.said, kept.by) == ("board:u", "severity", "disapproval", "anika")
    assert kept.model is not None
