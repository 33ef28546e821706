"""What is kept of a post's meaning is what the named version of its model says, or verify names the post."""

from __future__ import annotations

from dataclasses import replace

from plaint.desk.keeping import MISREAD, verify
from plaint.desk.understanding import read_posts
from plaint.model import Kind, Post
from plaint.ports import Stores
from plaint.understand.understanding import Complaint


def test_another_understanding_than_the_model_gives_is_named_and_an_older_one_counted(stores: Stores) -> None:
    posts = [
        Post(id=f"board:{n}", source="board", ref=str(n), kind=Kind.POST, text=f"They charged me {n} times and nobody answers") for n in range(3)
    ]
    stores.posts.put(posts, read_posts)
    proof = verify(stores, None)
    assert (proof.understood, proof.understood_older, proof.counts.get(MISREAD)) == (3, 0, None)
    held = stores.posts.understood(["board:0", "board:1"])
    bent = replace(held["board:0"], complaint=Complaint(p=0.001))
    older = replace(held["board:1"], models={**held["board:1"].models, "complaint": "complaint-fast 0"})
    stores.posts.note({"board:0": bent, "board:1": older}, posts)
    proof = verify(stores, None)
    assert (proof.understood, proof.understood_older, proof.counts[MISREAD]) == (1, 1, 1)
    assert "board:0" in {fault.post for fault in proof.faults if fault.what == MISREAD}
