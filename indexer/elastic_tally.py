"""How many cases have which values, counted by Elasticsearch: the aggregations that ask for it, and what their answer says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

COLUMNS = frozenset({"firm", "state", "assignee"})
"""What cases are counted by besides the beginnings of marks."""

MOST = 10_000
"""Values of one part that are counted; the lists lie on one shard, so each count is exact."""

NOBODY = "\0"
"""Stands for no value; no account is called so."""


def asked(by: Sequence[str]) -> Json:
    """The aggregations for `ports.CaseLog.tally`, one inside the other."""
    if not by:
        return {}
    first, *rest = by
    if first in COLUMNS:
        terms: Json = {"field": first, "size": MOST, "missing": NOBODY}
    else:
        terms = {"field": "marks", "size": MOST, "include": re.sub(r"([^\w])", r"\\\1", first) + ".*"}
    inner = asked(rest)
    return {"of": {"terms": terms} | ({"aggs": inner} if inner else {})}


def counted(answer: Mapping[str, Any], by: Sequence[str]) -> Iterator[tuple[tuple[str | None, ...], int]]:
    """The values and their counts out of the answer."""
    first, *rest = by
    for bucket in answer["of"]["buckets"]:
        value = None if bucket["key"] == NOBODY else bucket["key"] if first in COLUMNS else bucket["key"][len(first) :]
        if not rest:
            yield (value,), bucket["doc_count"]
            continue
        for others, number in counted(bucket, rest):
            yield (value, *others), number
