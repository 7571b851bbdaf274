"""What comes back every year and what the next eight weeks will bring: by topic, and for one topic by territory."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics import season
from analytics.season import Recurring
from queries import background, dictionaries
from queries.background import Work
from queries.dictionaries import Days, Territories
from queries.planner import answer
from queries.scope import COUNTRY, Scope

SHORTEST, FEWEST, RECENT_WEEKS = 28, 30, 4
SURE, RISE = 0.05, 1.3


@dataclass(frozen=True)
class Outlook:
    """The next eight weeks: Mondays are not meant, week k begins on `first` + 7k. mean, low, high: appeals of each week with an
    80 % interval; usual: a week of the last four. rise: the first week that is surely above the usual by a third or
    more on average (0 = the first of the eight), None where there is none. seasonal: the history knows the year."""

    first: date
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    usual: float
    seasonal: bool

    @property
    def rise(self) -> int | None:
        weeks = zip(self.mean, self.low, strict=True)
        return next((week for week, (mean, low) in enumerate(weeks) if low > self.usual and mean >= RISE * max(self.usual, 1)), None)

    @property
    def peak(self) -> int:
        """The week of most appeals."""
        return int(np.argmax(self.mean))

    def week(self, number: int) -> tuple[date, date]:
        """First and last day of a week."""
        return self.first + timedelta(days=7 * number), self.first + timedelta(days=7 * number + 6)


@dataclass(frozen=True)
class Year:
    """One topic. appeals: in the history; years: how many calendar years it touches; course: times above the level of the time
    around, mean over years, of weeks 1–52 (NaN: not watched); seasons: surest first; outlook: None where too little."""

    topic_id: int
    topic: str
    appeals: int
    course: tuple[float, ...]
    seasons: tuple[Recurring, ...]
    outlook: Outlook | None


@dataclass(frozen=True)
class Seasons:
    """`first`, `last`: the days read; `topics` tested for seasons (those of FEWEST appeals a year); `years`: most appeals first."""

    first: date
    last: date
    topics: int
    years: tuple[Year, ...]

    def one(self, topic_id: int | None) -> Year | None:
        """A topic by its id."""
        return next((year for year in self.years if year.topic_id == topic_id), None)

    def rising(self) -> tuple[Year, ...]:
        """Topics that will surely be written about more, soonest first, then by how many more."""
        found = [(year.outlook.rise, year.outlook.usual - max(year.outlook.mean), year) for year in self.years if year.outlook and year.outlook.rise is not None]
        return tuple(year for *_order, year in sorted(found, key=lambda one: one[:2]))


def history(scope: Scope, days: Days) -> Scope:
    """The scope over all whole days of the store: seasons do not depend on the chosen period."""
    return replace(scope.over(days.first or scope.first, days.last_full), comparison="none")


def of_topics(scope: Scope, days: Days) -> Work[Seasons]:
    """Seasons and outlooks of the scope's topics in its territory."""
    whole = history(scope, days)
    return background.begin(("seasons", whole), lambda step: _of_topics(whole, step))


def _of_topics(scope: Scope, step: Callable[[float], None]) -> Seasons:
    step(0.0)
    frame = answer("season_days", scope, by=("topic",))
    names = dictionaries.topic_tree().dropna(subset="topic_id").set_index("topic_id")["topic"]
    totals = frame.groupby("topic_id")["appeals"].sum().sort_values(ascending=False, kind="stable")
    lasting = scope.days / 365
    years, tested = [], 0
    for number, (topic_id, total) in enumerate(totals.items()):
        step(number / len(totals))
        counts, dates = daily(frame[frame["topic_id"] == topic_id], scope)
        enough = total >= FEWEST * lasting
        tested += enough
        found = season.recurrence(counts, dates) if enough else []
        years.append(
            Year(
                int(topic_id), str(names[topic_id]), int(total), course(counts, dates), tuple(one for one in found if one.p <= SURE), outlook(counts, dates)
            )
        )
    return Seasons(scope.first, scope.last, tested, tuple(years))


def daily(frame: pd.DataFrame, scope: Scope) -> tuple[np.ndarray, np.ndarray]:
    """Appeals of the frame (day, appeals) on each day of the scope, and the days."""
    days = pd.date_range(scope.first, scope.last, freq="D")
    counts = frame.groupby("day")["appeals"].sum().reindex(days, fill_value=0)
    return counts.to_numpy(float), days.to_numpy().astype("datetime64[D]")


def course(counts: np.ndarray, dates: np.ndarray) -> tuple[float, ...]:
    """Times above the level of the time around, mean over the watched years, of each week of the year."""
    ratio = season.calendar(counts, dates)[2]
    known = ~np.isnan(ratio)
    mean = np.where(known.any(axis=0), np.nansum(ratio, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    return tuple(float(one) for one in mean)


def outlook(counts: np.ndarray, dates: np.ndarray) -> Outlook | None:
    """The eight weeks after the last day; None where the history is shorter than four weeks or has nothing in it."""
    if len(counts) < SHORTEST or not counts.sum():
        return None
    found = season.forecast(counts, dates)
    mean, low, high = (tuple(float(one) for one in weeks) for weeks in (found.week_mean, found.week_low, found.week_high))
    usual = float(counts[-7 * RECENT_WEEKS :].sum() / RECENT_WEEKS)
    return Outlook(found.dates[0].item(), mean, low, high, usual, found.seasonal)


def about(scope: Scope, topic_id: int) -> Scope:
    """The scope of one topic."""
    return replace(scope, blocks=(), groups=(), topics=(topic_id,))


def weeks(scope: Scope, days: Days, topic_id: int) -> tuple[np.ndarray, np.ndarray]:
    """Appeals of one topic by week of the year: years [years], counts [years, 52], NaN where a week was not wholly watched."""
    own = about(history(scope, days), topic_id)
    counts, dates = daily(answer("season_days", own, by=("topic",)), own)
    years, by_week, _ratio = season.calendar(counts, dates)
    return years, by_week


def recent(scope: Scope, days: Days, topic_id: int, back: int = 26) -> pd.DataFrame:
    """first (day of a week), appeals of the last whole weeks of one topic up to the last full day, oldest first."""
    own = about(history(scope, days), topic_id)
    counts, dates = daily(answer("season_days", own, by=("topic",)), own)
    kept = min(len(counts) // 7, back) * 7
    by_week = counts[len(counts) - kept :].reshape(-1, 7).sum(axis=1)
    return pd.DataFrame({"first": dates[len(dates) - kept :: 7], "appeals": by_week})


def by_place(scope: Scope, days: Days, topic_id: int, tree: Territories) -> pd.DataFrame:
    """What one topic will bring to each territory below: id, name, appeals (in the history), usual (a week of the last four),
    next, next_low, next_high (the next week), peak, peak_low, peak_high, peak_first (its largest week), most first."""
    own = about(history(scope, days), topic_id)
    frame = answer("season_places", own, by=("territory", "topic"))
    if scope.place == COUNTRY:
        frame["territory_id"] = [tree.all[one].region_id for one in frame["territory_id"]]
    rows = []
    for place, part in frame.groupby("territory_id"):
        found = outlook(*daily(part, own))
        if found is None or place not in tree.all:
            continue
        peak = found.peak
        rows.append(
            {
                "id": int(place), "name": tree.all[int(place)].name, "appeals": int(part["appeals"].sum()), "usual": found.usual,
                "next": found.mean[0], "next_low": found.low[0], "next_high": found.high[0],
                "peak": found.mean[peak], "peak_low": found.low[peak], "peak_high": found.high[peak], "peak_first": found.week(peak)[0],
            }
        )  # fmt: skip
    columns = ["id", "name", "appeals", "usual", "next", "next_low", "next_high", "peak", "peak_low", "peak_high", "peak_first"]
    return pd.DataFrame(rows, columns=columns).sort_values("peak", ascending=False, ignore_index=True)
