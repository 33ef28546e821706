"""Words of the Deadlines page."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # deadlines
    "risk.over": "over",
    "risk.at_risk": "at risk",
    "risk.on_track": "on track",
    "risk.would_be": "would be due",
    "dates.view": "What is shown",
    "dates.view.weeks": "Eight weeks",
    "dates.view.month": "Month",
    "dates.months": "Months",
    "dates.would_be": "{number} would be",
    "dates.team": "Team",
    "dates.why": "Why this date: the case with its traces open",
    "dates.month_definition": "A case counts on each day on which one of its clocks is due, on the last day that the rule gives. Clocks "
    "are counted apart, so a day can have more clocks than cases. Would be: nobody has decided yet whether it is a complaint.",
    "dates.week": "Week of",
    "dates.calendar": "What is due, {first} to {last}",
    "dates.today": "today",
    "dates.of_which": "({number} {what})",
    "dates.not_loaded": "calendar not loaded",
    "dates.list": "Deadlines, soonest first",
    "dates.nobody": "nobody's",
    "dates.uncounted": "Not counted: a day lies outside the loaded calendars",
    "dates.load": "Who will be late next week if nobody acts",
    "dates.none": "No open clocks",
    "dates.none_why": "A clock runs once somebody has confirmed a complaint; a likely complaint shows when it would be due.",
    "dates.defined": "What is counted here",
    "dates.definition": "Each open case once, by the clock that is due first and on the last day that its rule gives. A case with several clocks "
    "shows all of them on its own page. At risk: three quarters of the time are used, or less than a day is left. Would be due: nobody has "
    "decided yet whether it is a complaint.",
    "dates.regime": "Regime",
    "dates.owner": "Owner",
    "dates.status": "Status",
    "dates.all_regimes": "All regimes",
    "dates.everybody": "Everybody",
    "dates.any_status": "Any status",
    "dates.cut": "the {shown} due first of {total} are looked at",
    "dates.until": "until {day}, days in {zone}",
    "dates.before.one": "{number} was due before {day}",
    "dates.before": "{number} were due before {day}",
    "dates.on": "Due on {day}",
    "dates.all": "All of them, soonest first",
    "dates.whole": "All days",
    "dates.nothing": "Nothing is due with these filters.",
}
