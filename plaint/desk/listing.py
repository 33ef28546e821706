"""Lists of cases made again from the log, as a newer version shows more of each case than the one that listed it."""

from __future__ import annotations

from datetime import datetime

from plaint.desk.acting import catch_up, firm_of, project
from plaint.model import Firm
from plaint.ports import CaseFilter, Stores


def list_again(stores: Stores, now: datetime) -> int:
    """List every case anew from its log, and tie its posts to it; how many posts. Can be begun again at any moment."""
    late = set(stores.cases.behind())
    catch_up(stores, now)
    firms: dict[str, Firm] = {}
    posts = 0
    for row in stores.cases.each_case(CaseFilter()):
        posts += len(row.posts)
        if row.case not in late:
            firms[row.firm] = firms.get(row.firm) or firm_of(stores, row.firm)
            project(stores, row.case, firms[row.firm], now, newly=True)
    return posts
