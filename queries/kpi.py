"""Resolution and response over calendar periods of arrival."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analytics import rates
from queries import store
from queries.ask import ask
from queries.figures import end_of, value_of
from queries.scope import Scope

BUCKETS = {
    "week": "date_trunc('week', a.day)::DATE",
    "month": "date_trunc('month', a.day)::DATE",
    "quarter": "date_trunc('quarter', a.day)::DATE",
}
HISTORY = {"week": 26, "month": 13, "quarter": 9}
LENGTH = {"week": pd.offsets.Day(7), "month": pd.offsets.MonthBegin(1), "quarter": pd.offsets.QuarterBegin(1, startingMonth=1)}


@dataclass(frozen=True)
class ClosingTime:
    """Time to closing of a cohort, days. median None while fewer than half are closed. resolved[t]: share resolved
    within t days (other outcomes compete; None beyond the time followed). closed_only: the naive median of the
    closed, which is too short."""

    n: int
    median: float | None
    low: float | None
    high: float | None
    closed_only: float | None
    resolved: dict[int, float | None]


def period_start(day: date, bucket: str) -> date:
    """The first day of the calendar period that holds `day`."""
    stamp = pd.Timestamp(day)
    if bucket == "week":
        return (stamp - pd.Timedelta(days=stamp.weekday())).date()
    return stamp.to_period("M" if bucket == "month" else "Q").start_time.date()


def period_end(first: date, bucket: str) -> date:
    """The last day of the calendar period that begins at `first`."""
    return (pd.Timestamp(first) + LENGTH[bucket] - pd.Timedelta(days=1)).date()


def by_period(scope: Scope, bucket: str, last_full: date, first_day: date | None) -> pd.DataFrame:
    """Counts by ISO week, month or quarter of arrival up to the scope's last day: columns of kpi_periods.sql, the
    shares and times of the registry by key, `first`, `last` and `unfinished` (the period has not ended yet)."""
    last_start = period_start(min(scope.last, last_full), bucket)
    starts = [last_start]
    while len(starts) < HISTORY[bucket] and (first_day is None or starts[0] > first_day):
        starts.insert(0, period_start(starts[0] - timedelta(days=1), bucket))
    end = min(period_end(last_start, bucket), last_full)
    frame = ask("kpi_periods", scope.over(starts[0], end), {"bucket": BUCKETS[bucket]})
    frame["period"] = pd.to_datetime(frame["period"]).dt.date
    frame = frame.set_index("period").reindex(starts)
    times = [c for c in frame.columns if c.startswith("response_")]
    counts = [c for c in frame.columns if c not in times]
    frame[counts] = frame[counts].fillna(0).astype(int)
    for key in ("resolved_on_time", "closed_resolved", "rated_good", "first_response"):
        frame[f"{key}_value"] = [np.nan if (v := value_of(key, row)) is None else v for _, row in frame.assign(rating=np.nan).iterrows()]
    frame["last"] = [min(period_end(first, bucket), last_full) for first in starts]
    frame["unfinished"] = [period_end(first, bucket) > last_full for first in starts]
    return frame.rename_axis("first").reset_index()


def closing_time(scope: Scope, days: tuple[int, ...] = (3, 7, 10, 30)) -> ClosingTime:
    """Kaplan–Meier median of the time to closing and Aalen–Johansen shares resolved by day t, of the scope's cohort."""
    frame = ask("closing_times", scope)
    minutes, event = frame["minutes"].to_numpy(float), frame["event"].to_numpy(int)
    if not len(frame):
        return ClosingTime(0, None, None, None, None, {})
    survival = rates.kaplan_meier(minutes, event > 0)
    incidence = rates.aalen_johansen(minutes, event, 1)
    closed = minutes[event > 0]
    shares = {t: float(incidence.at(t * 1440)) for t in days}
    return ClosingTime(
        n=len(frame),
        median=_days(rates.kaplan_meier_median(minutes, event > 0)),
        low=_days(_below_half(survival.times, survival.low)),
        high=_days(_below_half(survival.times, survival.high)),
        closed_only=_days(float(np.median(closed))) if len(closed) else None,
        resolved={t: None if np.isnan(share) else share for t, share in shares.items()},
    )


def _below_half(times: np.ndarray, curve: np.ndarray) -> float | None:
    below = curve <= 0.5
    return float(times[below.argmax()]) if below.any() else None


def _days(minutes: float | None) -> float | None:
    return None if minutes is None else minutes / 1440


def flow(scope: Scope, zone: ZoneInfo, last_full: date) -> pd.Series:
    """before + arrived − closed = after, over the scope's period on its own clock; a period that reaches the last full
    day ends at the moment of the data, so that `after` is what is open now. Rejected appeals are left out."""
    start = end_of(scope.first - timedelta(days=1), zone)
    end = store.as_of() if scope.last >= last_full else end_of(scope.last, zone)
    return ask("flow", scope, start=start, end=end).iloc[0].astype(int)
