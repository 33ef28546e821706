"""Words of the Watch page."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "page.watch": "Watch",
    "watch.none": "Nothing is watched",
    "watch.none_why": "Every approved source that can be read for a firm stands here, with its rhythm and its next walk.",
    "watch.none_do": "Decide about a source on Sources, then start:",
    "watch.alarms.one": "1 of {all} needs somebody.",
    "watch.alarms": "{alarms} of {all} need somebody.",
    "watch.well": "All {all} are as they should be.",
    "watch.defined": "How this is counted",
    "watch.time": "Time to identify",
    "watch.lag": "Lag",
    "watch.lag_what": "A source that is walked: how long its next walk is overdue. A stream: how old its newest message was when it was stored.",
    "watch.rhythm": "Rhythm and next walk",
    "watch.rhythm_what": "A source's own, or the one in the settings. After failures the pause doubles, up to a day; a used-up quota holds it back.",
    "watch.at_work": "at work",
    "watch.due": "due",
    "watch.as_it_comes": "as it comes",
}
