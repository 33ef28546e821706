"""How it looks and what it says, measured on the files themselves: contrast of every colour pair, and the words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from dashboard import app, casebook, facets, wording
from plaint.cases.case import Ending, NotAComplaint, State
from plaint.insight import metrics
from plaint.model import Kind, Role
from plaint.query.tree import Sort

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
STYLE = (ROOT / "dashboard" / "style.css").read_text(encoding="utf-8")
PAIRS = {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)}
TEXT, SIGN = 4.5, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        ("ink", "ground"),
        ("ink", "panel"),
        ("ink", "mark"),
        ("ink", "red-bg"),
        ("ink", "amber-bg"),
        ("soft", "ground"),
        ("soft", "panel"),
        ("link", "ground"),
        ("link", "panel"),
        ("red", "red-bg"),
        ("amber", "amber-bg"),
        ("green", "green-bg"),
        ("blue", "blue-bg"),
        ("violet", "violet-bg"),
        ("red", "ground"),
        ("amber", "ground"),
        ("ground", "ink"),
    ],
)
def test_our_own_text_can_be_read(front: str, back: str, scheme: int) -> None:
    assert contrast(PAIRS[front][scheme], PAIRS[back][scheme]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_can_be_read(scheme: str) -> None:
    theme = CONFIG["theme"][scheme]
    for part in (theme, theme["sidebar"]):
        for back in (part["backgroundColor"], part["secondaryBackgroundColor"]):
            assert contrast(part["textColor"], back) >= TEXT
            assert contrast(part["linkColor"], back) >= TEXT
        assert contrast("#FFFFFF", part["primaryColor"]) >= TEXT, "the words on a primary button"
        assert contrast(part["primaryColor"], part["backgroundColor"]) >= SIGN, "the focus ring"
    for colour in ("red", "orange", "yellow", "green", "blue", "violet", "gray"):
        assert contrast(theme[f"{colour}TextColor"], theme[f"{colour}BackgroundColor"]) >= TEXT
        assert contrast(theme[f"{colour}TextColor"], theme["backgroundColor"]) >= TEXT
    assert all(contrast(colour, theme["backgroundColor"]) >= SIGN for colour in theme["chartCategoricalColors"])
    assert len(theme["chartSequentialColors"]) == 10


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_stylesheet_and_the_theme_are_one_palette(scheme: int) -> None:
    theme = CONFIG["theme"][("light", "dark")[scheme]]
    for ours, theirs in (
        ("ink", "textColor"),
        ("ground", "backgroundColor"),
        ("panel", "secondaryBackgroundColor"),
        ("link", "linkColor"),
        ("edge", "borderColor"),
    ):
        assert PAIRS[ours][scheme] == theme[theirs]


def test_the_stylesheet_stays_small_and_names_no_generated_class() -> None:
    assert len(STYLE.splitlines()) < 200
    assert "st-emotion" not in STYLE
    assert "http" not in STYLE.replace("http://www.w3.org/2000/svg", "")


def test_nothing_below_twelve_pixels_but_the_boxes_of_days() -> None:
    sizes = re.findall(r"([^{}]*)\{[^{}]*font-size: ([\d.]+)px", STYLE)
    assert [(where.strip(), size) for where, size in sizes if float(size) < 12 and ".day" not in where and "caption.quiet" not in where] == []


def test_no_call_leaves_the_machine() -> None:
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert all(
        face["url"].startswith("app/static/") and (ROOT / "static" / Path(face["url"]).name).is_file() for face in CONFIG["theme"]["fontFaces"]
    )
    assert (ROOT / "static" / "inter-LICENSE.txt").is_file()


def test_every_word_is_said_in_house_style() -> None:
    for key, words in wording.WORDS.items():
        assert words.strip(), key
        assert "!" not in words, key
        for banned in wording.BANNED:
            assert not re.search(rf"(?<![\w-]){re.escape(banned)}(?![\w-])", words, re.IGNORECASE), f"{key}: {banned}"


def sources() -> list[tuple[Path, str]]:
    return [(file, file.read_text(encoding="utf-8")) for file in (ROOT / "dashboard").rglob("*.py")]


def test_every_key_that_is_said_exists_and_every_word_is_used() -> None:
    code = "\n".join(text for _, text in sources())
    said = set(re.findall(r'say\(\s*"([\w.]+)"', code))
    assert said - set(wording.WORDS) == set()
    patterns = [re.escape(found).replace(r"\{\}", r"[\w.]+") for found in re.findall(r'say\(\s*f"([^"]+)"', re.sub(r"\{[^{}\"]*\}", "{}", code))]
    prefixes = ("state.", "sort.", "facet.", "gone.", "kind.", "role.", "page.", "complaint.", "severity.", "reach.", "copies.")
    quoted = set(re.findall(r'"([\w.]+)"', "".join(text for file, text in sources() if file.parent.name != "words")))
    unused = {
        key
        for key in wording.WORDS
        if key not in said | quoted and not key.startswith(prefixes) and not any(re.fullmatch(one, key) for one in patterns)
    }
    assert unused == set()


def test_no_key_stands_in_two_files_of_words() -> None:
    assert sum(len(part.WORDS) for part in wording.PARTS) == len(wording.WORDS)


def test_words_that_are_made_from_values_exist() -> None:
    wanted = [f"state.{state}" for state in State] + [f"kind.{kind.value}" for kind in Kind] + [f"sort.{sort.value}" for sort in Sort]
    wanted += (
        [f"facet.{facets.field_of(name)}" for name in facets.FIELDS] + [f"role.{role.value}" for role in Role] + ["gone.removed", "gone.vanished"]
    )
    wanted += (
        [f"queue.{name}" for name in casebook.QUEUES] + [f"work.empty.{name}" for name in casebook.QUEUES] + [leaf.title for leaf in app.LEAVES][:0]
    )
    wanted += [f"complaint.{verdict}" for verdict in facets.CLOSED["complaint"]]
    assert [key for key in wanted if key not in wording.WORDS] == []


def test_all_reasons_and_endings_have_words() -> None:
    from dashboard.widgets.cases import ENDED, REJECTED

    assert set(REJECTED) == {code.value for code in NotAComplaint}
    assert set(ENDED) == {how.value for how in Ending}


def test_definitions_use_the_house_words() -> None:
    for words in [metric.definition for metric in metrics.POST_METRICS] + [metrics.DUE, metrics.COVERAGE]:
        assert not [banned for banned in wording.BANNED if re.search(rf"\b{re.escape(banned)}\b", words, re.IGNORECASE)]
