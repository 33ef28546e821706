"""What an archive without anything says: how to begin, with commands to copy."""

from __future__ import annotations

import streamlit as st

from dashboard import here
from dashboard.widgets.html import Html, tag
from dashboard.wording import say

STEPS = (
    ("begin.demo", "plaint demo"),
    (
        "begin.crawl",
        "plaint firms import firms.toml\nplaint sources approve appstore --basis 'legitimate interests'\nplaint crawl appstore --firm YOUR_FIRM",
    ),
    ("begin.import", "plaint import saved_pages/ --source trustpilot"),
)


def commands() -> None:
    """The three ways to begin."""
    with st.container(key="begin", width=720):
        here.show(Html(tag("h2", say("begin.title")) + tag("p", say("begin.what"))))
        for number, (key, line) in enumerate(STEPS, 1):
            here.show(tag("p", f"{number}. {say(key)}"))
            st.code(line, language="bash")


def first_account() -> None:
    """A store without any account: nobody can sign in yet."""
    here.show(tag("h1", say("page.sign_in")))
    here.show(tag("p", say("begin.account")))
    with st.container(key="begin_account", width=720):
        st.code('plaint people add anna --name "Anna Meyer" --role admin', language="bash")
    commands()
