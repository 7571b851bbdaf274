"""Resolution and response over calendar periods of arrival."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analytics import rates
from queries.ask import ask
from queries.figures import end_of, value_of
from queries.metrics import METRICS, NEVER, PREDICATES
from queries.planner import answer, by_hours
from queries.scope import Scope
from words import _

BUCKETS = {
    "week": "date_trunc('week', a.day)::DATE",
    "month": "date_trunc('month', a.day)::DATE",
    "quarter": "date_trunc('quarter', a.day)::DATE",
}
AFTER_ALL = datetime(9999, 1, 1)
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
    frame = answer("kpi_periods", scope.over(starts[0], end), {"bucket": BUCKETS[bucket]})
    frame["period"] = pd.to_datetime(frame["period"]).dt.date
    frame = frame.set_index("period").reindex(starts)
    frame["about"] = frame["about"].eq(True)
    times = [c for c in frame.columns if c.startswith("response_") or c == "about"]
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
    minutes, event, cases = frame["minutes"].to_numpy(float), frame["event"].to_numpy(int), frame["cases"].to_numpy(int)
    if not len(frame):
        return ClosingTime(0, None, None, None, None, {})
    survival = rates.kaplan_meier(minutes, event > 0, cases)
    incidence = rates.aalen_johansen(minutes, event, 1, cases)
    closed = np.repeat(minutes[event > 0], cases[event > 0])
    shares = {t: float(incidence.at(t * 1440)) for t in days}
    return ClosingTime(
        n=int(cases.sum()),
        median=_days(rates.curve_quantile(survival, 0.5)),
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
    end = AFTER_ALL if scope.last >= last_full else end_of(scope.last, zone)
    question = "flow_hours" if by_hours(scope) and not start.minute else "flow"
    return ask(question, scope, start=start, end=end).iloc[0].astype(int)


BY = {"block": "a.block_id", "executor": "a.executor_id", "channel": "a.channel_id", "level": "a.level", "place": "CASE WHEN t.kind = 'municipality' THEN t.territory_id END"}
BY["city"] = "CASE WHEN t.kind = 'municipality' AND {municipal} THEN t.territory_id END".format_map(PREDICATES)
GRAIN = {"place": "territory"}  # what the planner calls the parts whose name it does not know
SHARES = ("resolved_on_time", "closed_resolved", "rated_good", "late", "repeated", "postponed", "reopened", "within_30m", "answered_in_norm")


def breakdown(scope: Scope, by: str, names: Mapping[str, str]) -> pd.DataFrame:
    """The figures of the scope divided by one of BY, most appeals first: part (id as text, None = nobody's), name, the
    counts of kpi_by.sql, each share of SHARES under its own key + «_value» (NaN where undefined), response_median and
    response_p90 (minutes, NaN = among the unanswered), change of the first share against the comparison period."""
    before = scope.before()
    frame = answer("kpi_by", scope, {"by": BY[by]}, by=(GRAIN.get(by, by),))
    for key in SHARES:
        below = METRICS[key].denominator
        n = frame["appeals" if below in (None, "all") else below]
        frame[f"{key}_value"] = frame[key] / n.where(n > 0)
    for column in ("response_median", "response_p90"):
        frame[column] = frame[column].astype(float).where(frame[column] < NEVER)
    frame["change"] = np.nan
    if before is not None and len(frame):
        past = answer("kpi_by", before, {"by": BY[by]}, by=(GRAIN.get(by, by),)).set_index("part")
        past = past[past["due_resolvable"] > 0]
        frame["change"] = frame["resolved_on_time_value"] - frame["part"].map(past["resolved_on_time"] / past["due_resolvable"])
    part = frame["part"].astype(object).where(frame["part"].notna(), None)
    return frame.assign(part=part, name=[_("не указано") if own is None else names.get(own, own) for own in part])


def part_params(by: str, part: str | None, only: str | None = None) -> dict[str, object]:
    """URL parameters of the list of one part, and of one predicate in it."""
    nobody = {"block": "without_block", "executor": "unassigned", "level": "without_level", "place": "without_town"}
    own: dict[str, dict[str, object]] = {
        "block": {"topics": f"b{part}"}, "executor": {"executor": part}, "channel": {"channels": part}, "place": {"place": part},
        "city": {"place": part},
    }  # fmt: skip
    conditions = [only] if only else []
    if by == "city":
        conditions.append("municipal")
    elif by == "level" or part is None:
        conditions.append(nobody[by] if part is None else str(part))
    return (own.get(by, {}) if part is not None else {}) | {"only": ",".join(conditions) or None}


def predicate_of(column: str) -> str | None:
    """Which predicate the list behind a column of `breakdown` has; None for all of the part."""
    if column.endswith("_value"):
        return column.removesuffix("_value")
    return "due_resolvable" if column in ("due_resolvable", "score") else None


@dataclass(frozen=True)
class Clocks:
    """First response of n appeals in minutes, the unanswered counted as longer than any answer (None = among them)."""

    n: int
    calendar_median: float | None
    calendar_p90: float | None
    working_median: float | None
    working_p90: float | None


def response_clocks(scope: Scope) -> Clocks:
    """Median and 90th percentile of the first response by the calendar and by the working clock."""
    row = ask("response_clocks", scope).iloc[0]
    times = (None if pd.isna(value) or value >= NEVER else float(value) for value in row.iloc[1:])
    return Clocks(int(row["appeals"]), *times)
