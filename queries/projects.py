"""Objects of national projects: what people wrote near each before, during and after the works, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

import pandas as pd

from analytics import effect
from analytics.effect import Effect
from queries import sites, store
from queries.dictionaries import Days, Territories
from queries.near import Circle
from queries.scope import Scope
from queries.sites import Site

RADII = (300, 500, 1000, 2000)
Stage = Literal["before", "during", "after"]
STAGES: tuple[Stage, ...] = ("before", "during", "after")
YEAR = 364
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Part:
    """One stage of a project: its days inside what data cover (both ends included) and the appeals near the object in them."""

    stage: Stage
    first: date
    last: date
    appeals: int

    @property
    def a_week(self) -> float:
        return 7 * self.appeals / ((self.last - self.first).days + 1)


@dataclass(frozen=True)
class Judged:
    """A project and the appeals near it. parts: the stages that data cover, `before` being the year before the works at most;
    during, after: what changed against the time before the works (None: no such stage, or no dates), with the rest of the
    territory, away from other projects, as the control; daily: inside, outside by day (index) of all the time that data cover."""

    site: Site
    item: Mapping[str, Any]
    start: date | None
    end: date | None
    parts: tuple[Part, ...]
    during: Effect | None
    after: Effect | None
    daily: pd.DataFrame

    @property
    def latest(self) -> Effect | None:
        """The effect of the last stage reached."""
        return self.after or self.during

    def part(self, stage: Stage) -> Part | None:
        """The stage, where data cover it."""
        return next((part for part in self.parts if part.stage == stage), None)


def projects(scope: Scope, tree: Territories, days: Days, metres: int | None = None) -> list[Judged]:
    """Projects of the scope's territory and topics, the latest begun first, those not begun after them. metres: one radius for
    all of them."""
    found = sites.items("projects", scope)
    if found.empty:
        return []
    found["ahead"] = found["start"].isna() | (found["start"].dt.date > days.last_full)
    ordered = found.sort_values(["ahead", "start", "object"], ascending=[True, False, True], kind="stable").to_dict("records")
    around = [sites.site("projects", item, scope, tree, metres) for item in ordered]
    return [_judge(item, one, sites.others(one, around), days) for item, one in zip(ordered, around, strict=True)]


def _judge(item: Mapping[str, Any], around: Site, apart: tuple[Circle, ...], days: Days) -> Judged:
    start, end = _day(item["start"]), _day(item["end"])
    daily = sites.daily(around, days.first or days.last_full, days.last_full, apart)
    parts = tuple(part for part in (_part(stage, start, end, daily) for stage in STAGES) if part)
    during, after = _effects(store.paths().database, store.version(), around, apart, start, end, daily.index[0].date(), daily.index[-1].date())
    return Judged(around, item, start, end, parts, during, after, daily)


def _part(stage: Stage, start: date | None, end: date | None, daily: pd.DataFrame) -> Part | None:
    known_first, known_last = daily.index[0].date(), daily.index[-1].date()
    if start is None:
        return None
    spans: dict[Stage, tuple[date, date]] = {
        "before": (start - YEAR * DAY, start - DAY),
        "during": (start, end or known_last),
        "after": (end + DAY if end else known_last + DAY, known_last),
    }
    first, last = max(spans[stage][0], known_first), min(spans[stage][1], known_last)
    if first > last:
        return None
    return Part(stage, first, last, int(daily.loc[pd.Timestamp(first) : pd.Timestamp(last), "inside"].sum()))


@lru_cache(maxsize=256)
def _effects(
    _file: object, _version: int, around: Site, apart: tuple[Circle, ...], start: date | None, end: date | None, first: date, last: date
) -> tuple[Effect | None, Effect | None]:
    """During the works and after them; remembered until the store changes."""
    if start is None or not first < start <= last:
        return None, None
    daily = sites.daily(around, first, last, apart)
    counts, dates = daily["inside"].to_numpy(), daily.index.to_numpy().astype("datetime64[D]")
    controls = daily["outside"].to_numpy() if daily["outside"].any() else None
    until = min(end, last) if end else last
    during = effect.estimate(counts, dates, start.isoformat(), until.isoformat(), controls)
    if end is None or end >= last:
        return during, None
    after = effect.estimate(counts, dates, (end + DAY).isoformat(), controls=controls, usual_until=(start - DAY).isoformat())
    return during, after


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
