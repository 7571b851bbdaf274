"""The figures of a scope: each metric now, before, and over the last equal periods."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from queries import planner, store
from queries.ask import ask
from queries.metrics import METRICS, NEVER
from queries.planner import answer, by_hours
from queries.scope import Scope

PERIODS = 13


@dataclass(frozen=True)
class Figure:
    """One metric of one period, `first`–`last`. value is None where it cannot be said (nobody due, nobody rated, half
    unanswered); numerator of n stand behind a share."""

    key: str
    value: float | None
    n: int
    numerator: int
    before: float | None
    history: tuple[float | None, ...]
    first: date
    last: date


def value_of(key: str, row: pd.Series) -> float | None:
    """The metric `key` of a row of counts; None where undefined."""
    metric = METRICS[key]
    if metric.unit == "minutes":
        median = row["response_median"]
        return None if pd.isna(median) or median >= NEVER else float(median)
    if metric.unit == "mark":
        return None if pd.isna(row["rating"]) else float(row["rating"])
    if metric.unit == "share":
        assert metric.denominator is not None
        below = row[_column(metric.denominator)]
        return float(row[metric.numerator] / below) if below else None
    return float(row[_column(metric.numerator)])


def _column(predicate: str) -> str:
    return "appeals" if predicate == "all" else predicate


def periods(scope: Scope, count: int = PERIODS) -> pd.DataFrame:
    """Counts of the scope's period (index 0) and of the equal periods before it; periods without appeals are zeros."""
    frame = answer("totals", scope, span=scope.days * count, days=scope.days, periods=count).set_index("period").reindex(range(count))
    frame["about"] = frame["about"].eq(True)
    counts = [c for c in frame.columns if c not in ("rating", "response_median", "response_p90", "about")]
    frame[counts] = frame[counts].fillna(0).astype(int)
    return frame


def totals(scope: Scope) -> pd.Series:
    """Counts of the scope's own period."""
    return periods(scope, 1).loc[0]


def totals_of(period: Scope, scope: Scope, history: pd.DataFrame) -> pd.Series:
    """Counts of another period of the scope, read off its `periods` where it is one of them."""
    back, odd = divmod((scope.last - period.last).days, scope.days)
    is_there = not odd and 0 <= back < len(history) and period.days == scope.days
    return history.loc[back] if is_there else totals(period)


def figure(key: str, scope: Scope, history: pd.DataFrame, before: pd.Series | None) -> Figure:
    """One metric from the counts of `periods` and of the comparison period.

    «Решено в срок» is taken from the latest of the periods whose terms have come for nine appeals in ten: a week that
    has just ended has hardly anything due. It is compared with the period before that one.
    """
    metric = METRICS[key]
    back = settled(history) if key == "resolved_on_time" else 0
    now = history.loc[back]
    if back:
        before = history.loc[back + 1] if before is not None and back + 1 in history.index else None
    shift = timedelta(days=scope.days * back)
    return Figure(
        key=key,
        value=value_of(key, now),
        n=int(now[_column(metric.denominator or metric.numerator)]),
        numerator=int(now[_column(metric.numerator)]),
        before=None if before is None else value_of(key, before),
        history=tuple(value_of(key, history.loc[i]) for i in reversed(history.index) if i >= back),
        first=scope.first - shift,
        last=scope.last - shift,
    )


def settled(history: pd.DataFrame) -> int:
    """The latest period whose terms have come for at least nine resolvable appeals in ten; 0 where there is none."""
    terms = history["due_resolvable"] + history["still_in_time"]
    enough = history.index[(terms > 0) & (history["due_resolvable"] >= 0.9 * terms)]
    return int(enough[0]) if len(enough) else 0


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which a local day ends."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def overdue_history(scope: Scope, as_of: datetime, count: int = PERIODS) -> list[tuple[int, int]]:
    """(overdue, open) at the same hour of each period before, oldest first, and last now."""
    hour = as_of.replace(minute=0, second=0, microsecond=0)
    moments = [hour - timedelta(days=scope.days * i) for i in reversed(range(1, count))]
    frame = ask("overdue_hours" if by_hours(scope) else "overdue_history", scope, moments=moments)
    past = frame.set_index("moment").reindex(moments).fillna(0).astype(int)[["overdue", "open"]]
    now = backlog(scope)
    return [*past.itertuples(index=False, name=None), (int(now["overdue"]), int(now["open"]))]


def overdue_figure(scope: Scope, history: list[tuple[int, int]]) -> Figure:
    """«Просрочено сейчас» from `overdue_history`: numerator overdue of n open."""
    now, before = history[-1], history[-2] if len(history) > 1 else None
    return Figure(
        "overdue",
        float(now[0]),
        now[1],
        now[0],
        float(before[0]) if before else None,
        tuple(float(o) for o, _open in history),
        scope.first,
        scope.last,
    )


def authors(scope: Scope) -> int:
    """How many people wrote in the scope's period, as far as authors are known."""
    return int(ask("authors", scope).iloc[0]["authors"])


def backlog(scope: Scope) -> pd.Series:
    """What is open now: open, overdue, answer_overdue, due_soon, by age, the oldest overdue in days, how many executors have
    something due soon."""
    held = planner.waiting(scope)
    counts = held.select_dtypes("integer").drop(columns="executor_id", errors="ignore").sum()
    first = held["first_due"].min()
    return pd.Series({
        **counts, "oldest_overdue_days": 0 if pd.isna(first) else (store.as_of().date() - first.date()).days,
        "executors_due_soon": held.loc[held["due_soon"] > 0, "executor_id"].nunique(),
    }, dtype=int)  # fmt: skip


def overdue_executors(scope: Scope) -> pd.DataFrame:
    """executor_id, executor, overdue, due_soon, answer_overdue, open, oldest_days of whoever holds something overdue or soon
    due, most first."""
    held = planner.waiting(scope)
    held["oldest_days"] = (pd.Timestamp(store.as_of()) - held["first_due"]) / pd.Timedelta(days=1)
    urgent = held[(held["overdue"] > 0) | (held["due_soon"] > 0) | (held["answer_overdue"] > 0)]
    urgent = urgent.sort_values(["overdue", "due_soon", "executor"], ascending=[False, False, True], ignore_index=True)
    return urgent[["executor_id", "executor", "overdue", "due_soon", "answer_overdue", "open", "oldest_days"]]


def daily(scope: Scope) -> pd.Series:
    """Appeals by day of the scope's period, zero days included."""
    frame = answer("daily", scope)
    days = pd.date_range(scope.first, scope.last, freq="D")
    return frame.set_index("day")["appeals"].reindex(days, fill_value=0)


def top_topics(scope: Scope) -> pd.DataFrame:
    """topic_id, topic, topic_group, block, appeals, before (0 without comparison), most frequent first."""
    before = scope.before()
    return answer(
        "top_topics",
        scope,
        by=("topic",),
        before_first=before.first if before else date(1, 1, 1),
        before_last=before.last if before else date(1, 1, 1),
    )


def topic_history(scope: Scope, count: int = 8) -> pd.DataFrame:
    """Appeals by topic (index) and period, oldest first, the scope's own last."""
    frame = answer("topic_weeks", scope, by=("topic",), span=scope.days * count, days=scope.days, periods=count)
    return frame.pivot_table(index="topic_id", columns="period", values="appeals", fill_value=0).reindex(
        columns=range(count - 1, -1, -1), fill_value=0
    )
