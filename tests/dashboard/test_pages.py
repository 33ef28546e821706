"""Each page through the real entry: full, empty, one hit, a bad query, no right, the store down, somebody faster."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest
from streamlit.testing.v1 import AppTest

from plaint.desk import casework
from plaint.model import iso
from plaint.ports import CaseFilter
from tests.dashboard import made
from tests.dashboard.conftest import Open, point, words

PAGES = ("overview", "search", "work", "deadlines", "sources")


def case_in(store: Any, state: str) -> str:
    return next(row.case for row in store.cases.cases(CaseFilter(states=(state,)))[0])


def fresh_post(store: Any, firm: str = "orbit") -> str:
    """A post of a customer that is in no case."""
    from plaint.query.tree import Search

    return next(hit.post.id for hit in store.posts.search(Search(include={"firm": (firm,), "rating": ("1",)})).hits if hit.case is None)


@pytest.mark.parametrize("page", PAGES)
def test_a_full_page_is_small_and_quick(full: Any, open_page: Open, page: str) -> None:
    at = open_page(page)
    began = time.perf_counter()
    at.run()
    assert time.perf_counter() - began < 0.3
    assert len(words(at).encode()) < 150_000
    assert sum(1 for _ in at) < 75
    assert words(at).count("<h1") == 1


@pytest.mark.parametrize("page", ["overview", "search"])
def test_an_empty_archive_says_how_to_begin(store: Any, open_page: Open, page: str) -> None:
    from plaint.desk import people

    store.registers.save_firms(made.FIRMS)
    people.add(store, None, key="ada", name="Ada", roles=("admin",), now=made.NOW, command="a")
    at = open_page(page, person="ada")
    assert [block.value for block in at.code][:1] == ["plaint demo"]
    assert "plaint crawl" in at.code[1].value
    assert "plaint import" in at.code[2].value


def test_pages_without_anything_say_what_would_be_here(store: Any, open_page: Open) -> None:
    from plaint.desk import people

    carla = people.add(store, None, key="carla", name="Carla", roles=("admin", "compliance"), now=made.NOW, command="a")
    assert "No case yet" in words(open_page("work", person=carla.key, queue="all"))
    assert "No source has been read yet" in words(open_page("sources", person=carla.key))
    assert "Nothing waits" in words(open_page("sources", person=carla.key, tab="quarantine"))
    assert "not decided" in words(open_page("sources", person=carla.key, tab="register"))


def test_without_any_account_it_says_how_to_make_one(store: Any, open_page: Open) -> None:
    at = open_page(person=None)
    assert "plaint people add" in at.code[0].value


def test_while_a_crawl_runs_the_overview_counts_along(full: Any, open_page: Open) -> None:
    made.collecting(full)
    assert "Collecting now: 412 posts so far" in words(open_page())


def test_a_crawl_into_an_empty_archive_shows_that_it_works(store: Any, open_page: Open) -> None:
    made.make(store, posts=0, cases=False)
    made.collecting(store, posts=3)
    assert "Collecting now: 3 posts so far" in words(open_page())


# figures


def test_every_figure_of_the_overview_has_a_definition_and_lists_what_it_counts(full: Any, open_page: Open) -> None:
    at = open_page()
    figures = re.findall(r'<a href="(/[^"]+)" data-page="(\w+)" class="figure" title="([^"]+)">([\d,]+)( %)?</a>', words(at))
    assert len(figures) >= 6
    goodwill_means = next(definition for _, _, definition, _, _ in figures if definition.startswith("50 + 50"))
    for href, page, definition, value, percent in figures:
        assert definition.endswith(".")
        if page != "search" or percent or definition == goodwill_means:
            continue
        query: dict[str, list[str]] = {}
        for pair in href.replace("&amp;", "&").partition("?")[2].split("&"):
            name, _, said = pair.partition("=")
            query.setdefault(name, []).append(unquote_plus(said))
        listed = words(open_page("search", **query))
        assert f"<strong>{value} post" in listed, href
    due = next(value for href, page, _, value, _ in figures if page == "work")
    assert f"{due} item" in words(open_page("work", queue="due"))


# search


def test_a_deep_link_shows_its_hits(full: Any, open_page: Open) -> None:
    at = open_page("search", q="wages", source=["trustpilot"], per="12m", sort="oldest")
    assert at.text_input(key="q").value == "wages"
    shown = words(at)
    assert "<mark>wages</mark>" in shown
    assert "Apple App Store" not in shown
    assert at.session_state["facet_source"] == ["trustpilot"]


def test_one_hit_is_said_in_the_singular(full: Any, open_page: Open) -> None:
    at = open_page("search", q="id:schema_org:t1")
    assert "<strong>1 post</strong>" in words(at)
    assert "1 to 1 of 1" in words(at)


def test_nothing_found_offers_the_filter_whose_removal_finds_most(full: Any, open_page: Open) -> None:
    at = open_page("search", q="wages", source=["schema_org"], lang=["ja"])
    shown = words(at)
    assert "Nothing matches" in shown
    assert "The archive holds" in shown
    assert "Without the filter on Language" in shown


def test_an_unreadable_query_points_at_the_place_and_keeps_the_last_hits(full: Any, open_page: Open) -> None:
    at = open_page("search", q="wages")
    at.query_params["q"] = 'refund "late'
    at.run()
    shown = words(at)
    assert "The search cannot be read" in shown
    assert "\n       ^" in shown
    assert "Close it, or remove it." in shown
    assert "<mark>wages</mark>" in shown, "the last good hits stay"
    assert at.text_input(key="q").value == 'refund "late', "what was typed stays"


def test_unknown_values_are_named_and_dropped(full: Any, open_page: Open) -> None:
    shown = words(open_page("search", source=["nowhere", "trustpilot"], rating=["9"]))
    assert "Ignored: source nowhere, rating 9." in shown
    assert "Trustpilot" in shown


def test_a_cursor_of_another_question_starts_at_the_first_page(full: Any, open_page: Open) -> None:
    shown = words(open_page("search", q="wages", after="nonsense"))
    assert "belongs to another search" in shown
    assert "1 to" in shown


def test_newer_and_older_walk_every_post_once(full: Any, open_page: Open) -> None:
    seen: list[str] = []
    trail: list[str] = []
    while True:
        at = open_page("search", **({"after": trail} if trail else {}))
        shown = words(at)
        seen += re.findall(r"post=([^&\"]+)\" data-page=\"post\"", shown)
        older = re.search(r'href="(/search[^"]*)" data-page="search">Older', shown)
        if older is None:
            break
        trail = re.findall(r"after=([^&\"]+)", older.group(1))
        assert ("Newer" in shown) is (len(trail) > 1)
    total = int(re.search(r"<strong>([\d,]+) posts", shown).group(1).replace(",", ""))  # type: ignore[union-attr]
    assert len(seen) == len(set(seen)) == total


FILTERS = (
    {"source": ["trustpilot", "appstore"], "rating": ["1", "2"]},
    {"source": ["-trustpilot"], "lang": ["en", "de"], "per": "30d"},
    {"reply": ["no"], "role": ["-firm"], "about": ["orbit"]},
    {"state": ["CONFIRMED_COMPLAINT", "CANDIDATE"], "issue": ["Closing an account", "Fees"]},
    {"rating": ["-5"], "q": "wages OR refund", "kind": ["review"], "firm": "Northgate Bank"},
)


@pytest.mark.parametrize("filters", FILTERS)
def test_the_list_as_a_query_finds_the_same(full: Any, open_page: Open, filters: dict[str, Any]) -> None:
    at = open_page("search", **filters)
    total = re.search(r"<strong>([\d,]+) posts?", words(at)).group(1)  # type: ignore[union-attr]
    query = next(block.value for block in at.code)
    assert f"<strong>{total} post" in words(open_page("search", q=query)), query


def test_the_export_holds_all_matches_with_its_manifest(full: Any, open_page: Open) -> None:
    from io import BytesIO
    from zipfile import ZipFile

    from dashboard import handing
    from plaint.query.tree import Sort
    from plaint.reports.export import Format

    at = open_page("search", source=["trustpilot"])
    assert {button.proto.label for button in at.get("download_button")} == {"CSV", "XLSX", "NDJSON"}
    whole = handing._made(made.person(full, "anika"), at.code[0].value, Format.NDJSON, "x.ndjson", Sort.NEWEST)()
    with ZipFile(BytesIO(whole)) as packed:
        assert sorted(packed.namelist()) == ["x.ndjson", "x.ndjson.manifest.json"]
        rows = packed.read("x.ndjson").count(b"\n")
    assert f"<strong>{rows} posts" in words(at)
    assert full.cases.read("access")[-1].kind == "PostsExported"


def test_hostile_words_do_not_break_the_page(full: Any, open_page: Open) -> None:
    for page, query in (("search", {"q": "title:taken"}), ("post", {"post": "schema_org:hostile"})):
        shown = words(open_page(page, **query))
        assert "<script" not in shown
        assert "<img" not in shown
        assert 'href="javascript' not in shown
        assert len(shown) < 400_000


def test_excluded_values_are_left_out(full: Any, open_page: Open) -> None:
    shown = words(open_page("search", source=["-trustpilot", "-schema_org"]))
    assert "Apple App Store" in shown
    assert "Trustpilot" not in shown


# people and rights


def test_a_wrong_password_says_one_thing_and_the_right_one_lets_in(full: Any, open_page: Open) -> None:
    at = open_page(person=None)
    at.text_input(key="in_account").set_value("anika")
    at.text_input(key="in_password").set_value("not this one")
    at.button[0].click().run()
    assert "Account or password is wrong" in words(at)
    at.text_input(key="in_password").set_value(made.PASSWORD)
    at.button[0].click().run()
    assert "Overview" in words(at)
    assert at.session_state["person"] == "anika"


def test_five_wrong_passwords_have_to_wait(full: Any, open_page: Open) -> None:
    at = open_page(person=None)
    at.text_input(key="in_account").set_value("anika")
    at.text_input(key="in_password").set_value("not this one")
    for _ in range(6):
        at.button[0].click().run()
    assert "Wait" in words(at)


def test_an_account_that_is_switched_off_is_out_at_once(full: Any, open_page: Open) -> None:
    from plaint.desk import people

    at = open_page(person="rui")
    people.change(full, made.person(full, "ada"), "rui", active=False, now=made.NOW, command="off")
    at.run()
    assert "Sign in" in words(at)


def test_a_reader_sees_posts_but_no_cases_and_no_names(full: Any, open_page: Open) -> None:
    assert "not yours to see" in words(open_page("work", person="rui")).lower()
    assert "not yours to see" in words(open_page("case", person="rui", case=case_in(full, "CANDIDATE"))).lower()
    shown = words(open_page("search", person="rui"))
    assert "Marit Olsen" not in shown
    assert "a customer" in shown
    assert "may not see who wrote a post" in words(open_page("search", person="rui", q="author:marit"))


def test_a_person_of_one_firm_sees_nothing_of_the_others(full: Any, open_page: Open) -> None:
    open_page("search", person="anika")
    shown = words(open_page("search", person="olga"))
    assert "Orbit Pay" in shown
    assert "Northgate" not in shown
    assert "There is no such post" in words(open_page("post", person="olga", post="schema_org:t1"))
    assert "There is no such case" in words(open_page("case", person="olga", case=case_in(full, "CANDIDATE")))
    sources = words(open_page("sources", person="olga"))
    assert "Northgate" not in sources


# post


def test_a_post_shows_its_revisions_evidence_and_thread(full: Any, open_page: Open) -> None:
    edited = next(post.id for post in full.posts.get([f"{source}:made0001" for source in ("trustpilot", "appstore", "schema_org")]))
    assert "<ins>" in words(open_page("post", post=edited, tab="revisions"))
    evidence = words(open_page("post", post=edited, tab="evidence"))
    for said in ("SHA-256", "made.warc.gz#1042", "allowed by robots.txt", "made 1"):
        assert said in evidence
    thread = words(open_page("post", post="schema_org:t1"))
    assert thread.count('class="turn') == 4
    assert 'class="turn firm"' in thread
    assert "other person" in thread


def test_a_post_that_is_gone_says_since_when(full: Any, open_page: Open) -> None:
    gone = next(post.id for post in full.posts.get([f"{source}:made0003" for source in ("trustpilot", "appstore", "schema_org")]))
    shown = words(open_page("post", post=gone))
    assert "No longer at the source" in shown
    assert "the last capture of its words" in shown


def test_opening_a_case_from_a_post_happens_once(full: Any, open_page: Open) -> None:
    post = fresh_post(full)
    at = open_page("post", post=post)
    at.button(key="do_open_orbit").click().run()
    assert "A case is open from this post" in words(at)
    assert "Likely complaint" in words(at)
    assert full.cases.cases(CaseFilter(post=post))[1] == 1


def test_two_people_who_open_the_same_post_get_one_case(full: Any, open_page: Open) -> None:
    post = fresh_post(full)
    one, other = open_page("post", person="anika", post=post), open_page("post", person="tom", post=post)
    one.button(key="do_open_orbit").click().run()
    other.button(key="do_open_orbit").click().run()
    assert "opened the case" in words(other) or "is open already" in words(other)
    assert full.cases.cases(CaseFilter(post=post))[1] == 1


# cases


def ask(at: AppTest, key: str) -> None:
    at.button(key=key).click().run()


def test_a_case_shows_its_clocks_with_the_trace_and_its_history(full: Any, open_page: Open) -> None:
    shown = words(open_page("case", case=case_in(full, "CONFIRMED_COMPLAINT")))
    for said in ("Why this date", 'class="day', "UK-DISP", "Conversation on", "opened the case"):
        assert said in shown


def test_confirming_needs_a_reason_and_starts_the_clocks(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    at = open_page("case", case=case)
    ask(at, "c_yes")
    ask(at, "ask_do")
    assert "Say why it is a complaint" in words(at), "an empty reason is refused, and the dialog stays"
    at.text_area[0].set_value("asks for the money back")
    ask(at, "ask_do")
    assert casework.load(full, made.person(full, "anika"), case, made.NOW).case.status == "CONFIRMED_COMPLAINT"
    assert "asks for the money back" in words(at)


def test_one_key_gives_a_reason_for_no_complaint(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    at = open_page("case", case=case)
    ask(at, "c_no")
    ask(at, "ask_1")
    assert casework.load(full, made.person(full, "anika"), case, made.NOW).case.code == "praise"
    assert "Not a complaint" in words(at)


def test_a_refused_act_keeps_the_words_and_names_who_was_faster(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    one, other = open_page("case", person="anika", case=case), open_page("case", person="tom", case=case)
    ask(one, "c_yes")
    one.text_area[0].set_value("lost the wages of November")
    ask(other, "c_no")
    ask(other, "ask_2")
    ask(one, "ask_do")
    shown = words(one)
    assert "Tom Lindqvist changed this case while you wrote" in shown
    assert "decided that it is no complaint: a question" in shown
    assert one.text_area[0].value == "lost the wages of November"
    assert casework.load(full, made.person(full, "tom"), case, made.NOW).case.status == "NOT_A_COMPLAINT"


def test_a_note_that_was_overtaken_stays_in_its_field_and_then_goes_through(full: Any, open_page: Open) -> None:
    case = case_in(full, "CONFIRMED_COMPLAINT")
    at = open_page("case", case=case, tab="notes")
    at.text_area[0].set_value("Customer called at noon.")
    casework.note(full, made.person(full, "tom"), case, text="mine first", now=made.NOW, command="first")
    at.button[[button.label for button in at.button].index("Keep note")].click().run()
    assert "Tom Lindqvist changed this case" in words(at)
    assert at.text_area[0].value == "Customer called at noon."
    at.button[[button.label for button in at.button].index("Keep note")].click().run()
    assert "Customer called at noon." in words(at)
    assert at.text_area[0].value == ""


def test_acknowledge_close_and_reopen(full: Any, open_page: Open) -> None:
    case = next(row.case for row in full.cases.cases(CaseFilter(states=("CONFIRMED_COMPLAINT",)))[0] if not row.facts.get("acknowledged"))
    at = open_page("case", case=case)
    at.button[[button.label for button in at.button].index("Acknowledge")].click().run()
    assert "it was acknowledged" in words(at)
    ask(at, "c_close")
    at.radio[0].set_value("withdrawn").run()
    ask(at, "ask_do")
    assert "closed it: withdrawn by the customer" in words(at)
    ask(at, "c_reopen")
    at.text_area[0].set_value("They wrote again.")
    ask(at, "ask_do")
    assert "took it up again" in words(at)


def test_an_auditor_reads_a_case_and_changes_nothing(full: Any, open_page: Open) -> None:
    from plaint.desk import people

    people.add(full, made.person(full, "ada"), key="noor", name="Noor", roles=("auditor",), now=made.NOW, command="noor")
    at = open_page("case", person="noor", case=case_in(full, "CANDIDATE"))
    assert not [button.label for button in at.button if button.label in {"Confirm complaint", "Not a complaint", "Assign"}]


def test_somebody_elses_change_is_told_while_one_looks(full: Any, open_page: Open) -> None:
    case = case_in(full, "CANDIDATE")
    at = open_page("case", case=case)
    casework.note(full, made.person(full, "tom"), case, text="x", now=made.NOW, command="n")
    at.run()
    assert "wrote a private note" in words(at)


# my work


def test_the_next_item_says_why_it_is_first(full: Any, open_page: Open) -> None:
    at = open_page("work")
    assert "First because" in words(at)
    assert "over" in words(at)


def test_deciding_brings_the_next_item(full: Any, open_page: Open) -> None:
    at = open_page("work", queue="triage")
    first = re.search(r'<h2[^>]*><a href="/case\?case=([^"&]+)', words(at)).group(1)  # type: ignore[union-attr]
    ask(at, "w_yes")
    ask(at, "ask_1")
    second = re.search(r'<h2[^>]*><a href="/case\?case=([^"&]+)', words(at)).group(1)  # type: ignore[union-attr]
    assert first != second
    assert "Confirmed as a complaint" in words(at)


def test_assigning_to_me_and_skipping(full: Any, open_page: Open) -> None:
    at = open_page("work", queue="nobody")
    first = re.search(r'<h2[^>]*><a href="/case\?case=([^"&]+)', words(at)).group(1)  # type: ignore[union-attr]
    ask(at, "w_skip")
    second = re.search(r'<h2[^>]*><a href="/case\?case=([^"&]+)', words(at)).group(1)  # type: ignore[union-attr]
    assert first != second
    at.button[[button.label for button in at.button].index("Assign to me")].click().run()
    assert full.cases.cases(CaseFilter(assignee="anika"))[1] == 2


def test_two_people_who_take_the_same_item_are_told_apart(full: Any, open_page: Open) -> None:
    one, other = open_page("work", person="anika", queue="nobody"), open_page("work", person="tom", queue="nobody")
    for at in (one, other):
        at.button[[button.label for button in at.button].index("Assign to me")].click().run()
    assert "It is with Anika Rao now" in words(one)
    assert "Anika Rao changed this case" in words(other)


@pytest.mark.parametrize("queue", ["mine", "triage", "nobody", "due", "all"])
def test_each_queue_counts_what_it_lists(full: Any, open_page: Open, queue: str) -> None:
    shown = words(open_page("work", queue=queue))
    rows = shown.count("<tr data-row")
    assert rows == 0 or re.search(rf"{rows} (item|case)", shown)


# sources


def test_broken_sources_come_first_and_runs_show_their_ledger(full: Any, open_page: Open) -> None:
    shown = words(open_page("sources"))
    assert shown.index("schema.org") < shown.index("Trustpilot")
    one = words(open_page("sources", tab="runs", run="r2"))
    assert "<strong>216</strong> announced" in one
    alarms = words(open_page("sources", tab="runs", run="r4"))
    assert "layout changed" in alarms
    assert "no longer looks as the parser expects" in alarms


def test_days_are_typed_and_what_is_none_stays_in_its_field(full: Any, open_page: Open) -> None:
    at = open_page("search", per="dates")
    at.text_input(key="s_from").set_value("20/11/2026").run()
    assert "20/11/2026 is no day" in words(at)
    assert at.text_input(key="s_from").value == "20/11/2026"
    assert "from" not in at.query_params
    at.text_input(key="s_from").set_value("2026-11-20").run()
    assert at.query_params["from"] == "2026-11-20"


def test_the_quarantine_says_why_and_can_be_dismissed(full: Any, open_page: Open) -> None:
    at = open_page("sources", person="carla", tab="quarantine")
    assert "no date that can be read" in words(at)
    assert "the day after 1" in words(at)
    at.button(key="r_dismiss_do").click().run()
    assert full.cases.read("quarantine")[-1].said["items"], "that it was dismissed is an entry of the log"
    assert full.runs.quarantined() == []


def test_an_approval_goes_into_the_register_and_the_log(full: Any, open_page: Open) -> None:
    at = open_page("sources", person="carla", tab="register")
    at.session_state["r_decide"] = True
    at.run()
    at.selectbox(key="r_source").set_value("schema_org").run()
    at.text_input(key="r_owner").set_value("Complaints team")
    at.text_input(key="r_basis").set_value("legitimate interests")
    at.text_input(key="r_terms").set_value("read 2026-11-01")
    at.button(key="r_yes").click().run()
    assert [one.by for one in full.registers.approvals() if one.source == "schema_org" and one.approved] == ["carla"]
    assert full.cases.read("sources")[-1].kind == "SourceApproved"


def test_an_approval_that_lacks_something_keeps_what_was_typed(full: Any, open_page: Open) -> None:
    at = open_page("sources", person="carla", tab="register")
    at.session_state["r_decide"] = True
    at.run()
    at.text_input(key="r_owner").set_value("Complaints team")
    at.button(key="r_yes").click().run()
    assert "must state" in words(at)
    assert at.text_input(key="r_owner").value == "Complaints team"


def test_only_compliance_decides_about_sources(full: Any, open_page: Open) -> None:
    at = open_page("sources", person="anika", tab="register")
    assert "r_decide" not in at.session_state
    assert "approved" in words(at)


# the store


@pytest.mark.parametrize("page", PAGES)
def test_a_store_that_is_down_is_one_box_with_its_address(full: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    at = open_page(page)
    address = "sqlite:////nowhere/at/all/plaint.db"
    point(monkeypatch, address)
    at.run()
    assert not at.exception
    shown = words(at)
    assert shown.count("The store does not answer") == 1
    assert address in shown
    assert "Traceback" not in shown
    assert [button.label for button in at.button] == ["Retry"]


def test_it_comes_back_when_the_store_does(full: Any, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_page("search")
    good = full.address
    point(monkeypatch, "sqlite:////nowhere/at/all/plaint.db")
    at.run()
    point(monkeypatch, good)
    at.button(key="retry").click().run()
    assert "posts" in words(at)


def test_opening_a_post_is_logged_without_its_words(full: Any, open_page: Open) -> None:
    before = len(full.cases.read("access"))
    open_page("post", post="schema_org:t1")
    assert len(full.cases.read("access")) == before + 1


def test_times_of_the_archive_are_in_the_past(full: Any) -> None:
    newest = full.posts.newest("trustpilot")
    assert newest <= iso(made.NOW + timedelta(days=1))
