"""Pages as they may be tomorrow: the same page with a class renamed, a field gone, a list emptied, cut short, in another locale.

Pure: a page goes in, changed pages come out, always in the same order. What a source file makes of them is judged in
`crawlers.lab`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crawlers.page import Page

CUTS = 12
"""Into how many parts a page is cut; it ends at each of the cuts once."""

KINDS = ("class renamed", "attribute renamed", "element gone", "key renamed", "value null", "list empty", "tag renamed",
         "column renamed", "cut short", "another locale")  # fmt: skip
"""All kinds of change, in the order in which they are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A changed page: which kind of change, and what it was made to."""

    kind: str
    what: str
    page: Page


def mutants(page: Page) -> Iterator[Mutant]:
    """Every change of a page that its form allows."""
    text = page.text
    if _is_markup(text):
        yield from _markup(page, text)
    if '":' in text or '" :' in text:
        yield from _keys(page, text)
    yield from _values(page)
    yield from _columns(page, text)
    for part in range(1, CUTS):
        cut = page.body[: len(page.body) * part // CUTS]
        yield Mutant(kind="cut short", what=f"after {part} of {CUTS} parts", page=_same(page, cut))
    if (elsewhere := _elsewhere(text)) != text:
        yield Mutant(kind="another locale", what="months, points and words in German", page=_with(page, elsewhere))


def _is_markup(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] == "<"


def _is_xml(text: str) -> bool:
    return re.match(r"\s*<(\?xml|rss|feed|rdf:RDF)\b", text.removeprefix("\ufeff")) is not None


def _same(page: Page, body: bytes) -> Page:
    return Page(body, url=page.url, at=page.at, status=page.status, headers=page.headers, meta=page.meta)


def _with(page: Page, text: str) -> Page:
    """The page with another text, in UTF-8 and saying so."""
    kind = page.headers.get("content-type", "text/html" if _is_markup(text) else "application/json").partition(";")[0]
    if _is_xml(text):
        text = re.sub(r"(<\?xml[^>]*?encoding\s*=\s*[\"'])[^\"']+", r"\1utf-8", text, count=1)
    headers = {**page.headers, "content-type": f"{kind}; charset=utf-8"}
    return Page(text.encode(errors="surrogatepass"), url=page.url, at=page.at, status=page.status, headers=headers, meta=page.meta)


# --- markup --------------------------------------------------------------------------------------------------------

_LISTS = re.compile(r"""\b(class|itemprop|property|rel)(\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s((?:data-[\w-]+|datetime|title|aria-label|alt|id|content|value))(?=\s*=)", re.IGNORECASE)
_TAG = re.compile(r"<([A-Za-z][\w:.-]*)")


def _markup(page: Page, text: str) -> Iterator[Mutant]:
    if _is_xml(text):
        for tag in dict.fromkeys(_TAG.findall(text)):
            renamed = re.sub(rf"(</?){re.escape(tag)}(?=[\s/>])", rf"\1x-{tag}", text)
            yield Mutant(kind="tag renamed", what=tag, page=_with(page, renamed))
        return
    names = dict.fromkeys(name for found in _LISTS.finditer(text) for name in (found[3] or found[4] or "").split())
    for name in names:
        renamed = _LISTS.sub(lambda found, name=name: _renamed(found, name), text)  # type: ignore[misc]
        yield Mutant(kind="class renamed", what=name, page=_with(page, renamed))
    for name in dict.fromkeys(_ATTRIBUTE.findall(text)):
        renamed = re.sub(rf"(\s){re.escape(name)}(?=\s*=)", rf"\1data-x-{name}", text)
        yield Mutant(kind="attribute renamed", what=name, page=_with(page, renamed))
    for name in names:
        if (without := _without(text, name)) is not None:
            yield Mutant(kind="element gone", what=name, page=_with(page, without))


def _renamed(found: re.Match[str], name: str) -> str:
    value = " ".join(f"x-{one}" if one == name else one for one in (found[3] or found[4] or "").split())
    return f'{found[1]}{found[2]}"{value}"'


def _without(text: str, name: str) -> str | None:
    """The page without the elements of that class (or property); None where nothing would be left of it."""
    from lxml import etree, html

    try:
        root = html.fromstring(text.encode(errors="surrogatepass"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return None
    place = " or ".join(f"contains(concat(' ', normalize-space(@{attribute}), ' '), $name)" for attribute in ("class", "itemprop", "property"))
    for element in root.xpath(f"//*[{place}]", name=f" {name} "):
        if element.getparent() is None or element.tag in {"html", "body"}:
            return None
        element.drop_tree()
    return str(etree.tostring(root, encoding="unicode", method="html"))


# --- JSON and tables -----------------------------------------------------------------------------------------------

_KEY = re.compile(r'(\\*)"([A-Za-z_@$][\w@$.:-]{0,60})\1"(?=\s*:)')
_JSON_SCRIPT = re.compile(r"""(<script\b[^>]*\btype\s*=\s*["']?application/(?:ld\+)?json[^>]*>)(.*?)(</script)""", re.IGNORECASE | re.DOTALL)


def _keys(page: Page, text: str) -> Iterator[Mutant]:
    for name in dict.fromkeys(found[2] for found in _KEY.finditer(text)):
        renamed = re.sub(rf'(\\*)"{re.escape(name)}\1"(?=\s*:)', rf'\1"x_{name}\1"', text)
        yield Mutant(kind="key renamed", what=name, page=_with(page, renamed))


def _values(page: Page) -> Iterator[Mutant]:
    """The same with a value that became null, or a list that became empty, everywhere under its key."""
    text = page.text
    try:
        trees = [json.loads(page.text)]
    except ValueError:
        trees = _embedded(text)
    names = dict.fromkeys(name for tree in trees for name in _names(tree))
    for kind, change in (("value null", _nulled), ("list empty", _emptied)):
        for name in names:
            changed = _rewritten(text, name, change)
            if changed is not None and changed != text:
                yield Mutant(kind=kind, what=name, page=_with(page, changed))


def _embedded(text: str) -> list[Any]:
    found = []
    for script in _JSON_SCRIPT.finditer(text):
        try:
            found.append(json.loads(script[2]))
        except ValueError:
            continue
    return found


def _names(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _names(part)


Change = Callable[[Any], Any]


def _nulled(_: Any) -> Any:
    return None


def _emptied(value: Any) -> Any:
    return [] if isinstance(value, list) else value


def _changed(tree: Any, name: str, change: Change) -> Any:
    if isinstance(tree, dict):
        return {key: change(value) if key == name else _changed(value, name, change) for key, value in tree.items()}
    return [_changed(part, name, change) for part in tree] if isinstance(tree, list) else tree


def _rewritten(text: str, name: str, change: Change) -> str | None:
    """The text with `change` made to what stands under `name`; None where nothing differs."""
    try:
        tree = json.loads(text)
    except ValueError:
        return _JSON_SCRIPT.sub(lambda script: script[1] + _rewritten_script(script[2], name, change) + script[3], text)
    changed = _changed(tree, name, change)
    return json.dumps(changed, ensure_ascii=False) if changed != tree else None


def _rewritten_script(text: str, name: str, change: Change) -> str:
    try:
        tree = json.loads(text)
    except ValueError:
        return text
    changed = _changed(tree, name, change)
    return json.dumps(changed, ensure_ascii=False) if changed != tree else text


def _columns(page: Page, text: str) -> Iterator[Mutant]:
    """A table (CSV) with one of its columns renamed."""
    head, line, rest = text.partition("\n")
    names = [name.strip('"\r\ufeff ') for name in head.split(",")]
    if not line or len(names) < 3 or any(sign in head for sign in "{<["):
        return
    for name in names:
        yield Mutant(kind="column renamed", what=name, page=_with(page, head.replace(name, f"x {name}", 1) + line + rest))


# --- another locale ------------------------------------------------------------------------------------------------

_MONTHS = {"January": "Januar", "February": "Februar", "March": "März", "May": "Mai", "June": "Juni", "July": "Juli", "October": "Oktober",
           "December": "Dezember"}  # fmt: skip
_WORDS = {"out of": "von", "stars": "Sterne", "star": "Stern", "days ago": "Tage her", "Response from the owner": "Antwort vom Inhaber"}
_BETWEEN_TAGS = re.compile(r"(?<=>)[^<>]+(?=<)|(?:aria-label|title|alt)\s*=\s*\"[^\"]*\"")
_POINT = re.compile(r"\b(\d)\.(\d)\b(?!\.\d)")


def _elsewhere(text: str) -> str:
    """What people read on an HTML page, as the same site shows it in German; scripts and other formats stay as they are."""
    if not _is_markup(text) or _is_xml(text):
        return text
    kept = re.split(r"(<(?:script|style)\b.*?</(?:script|style)>)", text, flags=re.IGNORECASE | re.DOTALL)
    return "".join(part if place % 2 else _BETWEEN_TAGS.sub(lambda found: _in_german(found[0]), part) for place, part in enumerate(kept))


def _in_german(words: str) -> str:
    """Dates and ratings only: what people wrote themselves (a long run of words) is theirs."""
    if len(words) > 60:
        return words
    for english, german in (*_MONTHS.items(), *_WORDS.items()):
        words = re.sub(rf"\b{english}\b", german, words)
    return _POINT.sub(r"\1,\2", words)
