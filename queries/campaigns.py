"""Campaigns: what people were warned of, what they asked before and after, and what it is time to warn of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries import dictionaries, effects, registers
from queries.ask import ask
from queries.scope import Scope
from queries.seasons import SURE, Seasons

SOONEST, LATEST_WARNING = timedelta(days=0), timedelta(days=42)
RECENTLY = timedelta(days=90)
BEFORE = 28


@dataclass(frozen=True)
class Reminder:
    """A season that is about to begin: its days this time, in how many of the years watched it came and how many times above
    the level of the year; warned: a campaign about it was announced in the last three months."""

    topic_id: int
    topic: str
    first: date
    last: date
    hits: int
    years: int
    strength: float
    warned: bool


def listed(scope: Scope) -> pd.DataFrame:
    """The campaigns of the scope, the latest first: columns of the register."""
    return registers.items("campaigns", scope).sort_values(["announced", "item_id"], ascending=False, ignore_index=True)


def asked(row: Mapping[str, Any], reader: Scope) -> pd.DataFrame:
    """How many appeals about a campaign's topic came in its territory (or on its streets): one row a stretch, columns kind (before:
    the four weeks before the announcement | notice: from it to the works | works | last_year: the same days as the works a year
    ago; without works: from the announcement on), first, last, days, appeals, per_day. Stretches without a whole day are left out."""
    action = effects.of_campaign(row)
    tree = dictionaries.territories()
    covered = dictionaries.days(tree.timezone(action.territory_id))
    scope = effects.scope_of(action, reader, tree, covered)
    streets = effects.streets_of(action.place, scope)
    stretches = [
        (kind, max(first, scope.first), min(last, scope.last)) for kind, first, last in _stretches(row, covered.last_full)
    ]
    rows = []
    for kind, first, last in stretches:
        if first > last:
            continue
        appeals = int(ask("effect_days", scope.over(first, last), streets=list(streets))["appeals"].sum())
        days = (last - first).days + 1
        rows.append({"kind": kind, "first": first, "last": last, "days": days, "appeals": appeals, "per_day": appeals / days})
    return pd.DataFrame(rows, columns=["kind", "first", "last", "days", "appeals", "per_day"])


def _stretches(row: Mapping[str, Any], last_full: date) -> list[tuple[str, date, date]]:
    announced, start, end = (None if pd.isna(row[name]) else pd.Timestamp(row[name]).date() for name in ("announced", "start", "end"))
    assert announced is not None
    begins, ends = start or announced, end or last_full
    found = [("before", announced - timedelta(days=BEFORE), announced - timedelta(days=1))]
    if start is not None and start > announced:
        found.append(("notice", announced, start - timedelta(days=1)))
    year = timedelta(days=364)
    found.append(("works", begins, ends))
    found.append(("last_year", begins - year, min(ends, last_full) - year))
    return found


def reminders(found: Seasons, campaigns: pd.DataFrame, today: date) -> list[Reminder]:
    """Which seasons begin within six weeks, the nearest first? found: the seasons of the scope's topics, campaigns: its campaigns."""
    tree = dictionaries.topic_tree()
    group_of = dict(zip(tree["topic_id"], tree["topic_group_id"], strict=True))
    told = set(campaigns.loc[campaigns["announced"] >= pd.Timestamp(today - RECENTLY), "topic"])
    soon = []
    for year in found.years:
        for season in year.seasons:
            first = _next(season.first, today)
            if season.p < SURE and SOONEST <= first - today <= LATEST_WARNING:
                length = (season.last - season.first) % 52
                warned = bool({f"t{year.topic_id}", f"g{group_of.get(year.topic_id)}"} & told)
                last = first + timedelta(days=7 * length + 6)
                soon.append(Reminder(year.topic_id, year.topic, first, last, season.hits, season.years, season.strength, warned))
    return sorted(soon, key=lambda reminder: (reminder.first, reminder.topic))


def _next(week: int, today: date) -> date:
    """The first day of a week of the year (1–52, week 1 = 1–7 January) that is not before today."""
    this = date(today.year, 1, 1) + timedelta(days=7 * (week - 1))
    return this if this >= today else date(today.year + 1, 1, 1) + timedelta(days=7 * (week - 1))


def difference(stretches: pd.DataFrame) -> float | None:
    """The works against the same days a year ago, as a signed share; None where that cannot be said."""
    by_kind = stretches.set_index("kind")
    if not {"works", "last_year"} <= set(by_kind.index) or not by_kind.at["last_year", "appeals"]:
        return None
    return float(by_kind.at["works", "per_day"] / by_kind.at["last_year", "per_day"] - 1)

