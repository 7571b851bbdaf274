"""Calendar periods, time to closing, the flow, against counts row by row."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.rates import quantile_with_unanswered
from queries import kpi
from queries.figures import end_of
from queries.metrics import NEVER
from tests import naive
from tests.queries.scopes import many, scope
from tests.small import AS_OF

LAST_FULL = date(2024, 6, 13)


@pytest.mark.parametrize("bucket", ["week", "month", "quarter"])
def test_periods_of_the_calendar(store_file: Path, bucket: str) -> None:
    for asked in many(12):
        answer = kpi.by_period(asked, bucket, LAST_FULL, date(2024, 4, 17))
        if bucket == "week":
            assert all(first.weekday() == 0 for first in answer["first"])
        else:
            assert all(first.day == 1 for first in answer["first"])
        assert answer["first"].iloc[0] <= date(2024, 4, 17) or len(answer) == kpi.HISTORY[bucket]
        for r in answer.itertuples():
            rows = naive.rows(asked, r.first, r.last)
            for name in naive.MEETS.keys() & set(answer.columns):
                assert getattr(r, name) == naive.count(rows, name), (asked, r.first, name)
            answered = [n.response for n in rows if n.response is not None]
            expected = quantile_with_unanswered(answered, len(rows) - len(answered), 0.5)
            assert (None if np.isnan(r.response_median) or r.response_median >= NEVER else r.response_median) == expected
            ripe = naive.count(rows, "due_resolvable")
            assert r.resolved_on_time_value == naive.count(rows, "resolved_on_time") / ripe if ripe else np.isnan(r.resolved_on_time_value)
            assert r.last <= LAST_FULL


def test_the_period_that_has_not_ended_is_marked(store_file: Path) -> None:
    weeks = kpi.by_period(scope(last=LAST_FULL), "week", LAST_FULL, date(2024, 4, 17))
    assert weeks["unfinished"].tolist() == [False] * (len(weeks) - 1) + [True]
    assert (weeks["first"].iloc[-1], weeks["last"].iloc[-1]) == (date(2024, 6, 10), LAST_FULL)
    ended = kpi.by_period(scope(last=date(2024, 6, 9)), "week", LAST_FULL, date(2024, 4, 17))
    assert not ended["unfinished"].any() and ended["last"].iloc[-1] == date(2024, 6, 9)


def test_starts_and_ends_of_periods() -> None:
    for day in (date(2024, 2, 29), date(2024, 12, 31), date(2023, 1, 1), date(2024, 6, 10)):
        for bucket in ("week", "month", "quarter"):
            first = kpi.period_start(day, bucket)
            last = kpi.period_end(first, bucket)
            assert first <= day <= last
            assert kpi.period_start(first, bucket) == first == kpi.period_start(last, bucket)
            assert kpi.period_start(last + timedelta(days=1), bucket) == last + timedelta(days=1)


def test_time_to_closing_is_the_product_limit(store_file: Path) -> None:
    for asked in many(20):
        rows = [
            r
            for r in naive.rows(asked)
            if r.status != "rejected" and (r.closing is not None or r.status != "closed") and r.created_at <= AS_OF
        ]
        times = [r.closing if r.closing is not None else (AS_OF - r.created_at).total_seconds() // 60 for r in rows]
        events = [0 if r.closing is None else 1 if r.outcome == "resolved" else 2 for r in rows]
        found = kpi.closing_time(asked)
        assert found.n == len(rows)
        if not rows:
            continue
        median, resolved = naive.survival(times, events)
        assert found.median == (None if median is None else pytest.approx(median / 1440))
        for days, share in found.resolved.items():
            assert share == (None if resolved(days * 1440) is None else pytest.approx(resolved(days * 1440))), (asked, days)
        closed = sorted(t for t, e in zip(times, events, strict=True) if e)
        assert found.closed_only == (pytest.approx(float(np.median(closed)) / 1440) if closed else None)
        if found.low is not None and found.median is not None:
            assert found.low <= found.median <= (found.high or np.inf)


def test_what_was_open_arrived_and_closed_adds_up(store_file: Path) -> None:
    zone = ZoneInfo("Europe/Kaliningrad")
    for asked in many(20):
        found = kpi.flow(asked, zone, date.max)
        start, end = end_of(asked.first - timedelta(days=1), zone), end_of(asked.last, zone)
        rows = [r for r in naive.ever(asked) if r.status != "rejected" and (r.status != "closed" or r.closed_at)]
        assert found["arrived"] == sum(start <= r.created_at < end for r in rows)
        assert found["closed"] == sum(r.closed_at is not None and start <= r.closed_at < end for r in rows)
        assert found["before"] == sum(r.created_at < start and (r.closed_at is None or r.closed_at >= start) for r in rows)
        assert found["before"] + found["arrived"] - found["closed"] == found["after"]


def test_a_local_day_ends_at_local_midnight() -> None:
    assert end_of(date(2024, 6, 9), ZoneInfo("Asia/Sakhalin")) == datetime(2024, 6, 9, 13)
    assert end_of(date(2024, 6, 9), ZoneInfo("Europe/Kaliningrad")) == datetime(2024, 6, 9, 22)
