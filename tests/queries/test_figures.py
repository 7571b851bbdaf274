"""The figures of a scope against the same figures counted row by row."""

import math
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics.rates import quantile_with_unanswered
from queries import figures
from queries.metrics import METRICS, NEVER
from tests import naive
from tests.queries.scopes import many, scope
from tests.small import AS_OF


def test_periods_agree_with_a_count_row_by_row(store_file: Path) -> None:
    for asked in many():
        answer = figures.periods(asked, 5)
        assert list(answer.index) == [0, 1, 2, 3, 4]
        for period, given in answer.iterrows():
            shift = timedelta(days=asked.days * int(period))
            rows = naive.rows(asked, asked.first - shift, asked.last - shift)
            assert given["appeals"] == len(rows)
            for name in naive.MEETS.keys() & set(answer.columns):
                assert given[name] == naive.count(rows, name), (asked, period, name)
            assert figures.authors(asked.over(asked.first - shift, asked.last - shift)) == len({r.author for r in rows} - {None})
            marks = [r.rating for r in rows if r.rating is not None]
            assert given["rating"] == pytest.approx(sum(marks) / len(marks)) if marks else math.isnan(given["rating"])
        assert figures.totals(asked).fillna(-1).to_dict() == answer.loc[0].fillna(-1).to_dict()


def test_quantiles_are_those_of_the_one_definition(store_file: Path) -> None:
    seen = set()
    for asked in many(40):
        rows = naive.rows(asked)
        answered = [r.response for r in rows if r.response is not None]
        for name, q in (("response_median", 0.5), ("response_p90", 0.9)):
            expected = quantile_with_unanswered(answered, len(rows) - len(answered), q)
            given = figures.totals(asked)[name]
            assert (None if pd.isna(given) or given >= NEVER else given) == expected, (asked, name)
            seen.add(expected is None)
    assert seen == {True, False}


def test_every_metric_is_its_numerator_over_its_denominator(store_file: Path) -> None:
    for asked in many(16):
        history = figures.periods(asked)
        before = asked.before()
        compared = figures.totals(before) if before else None
        for key, metric in METRICS.items():
            if key == "overdue":  # of a moment, not of a period
                continue
            found = figures.figure(key, asked, history, compared)
            rows = naive.rows(asked, found.first, found.last)
            assert found.numerator == naive.count(rows, metric.numerator)
            assert found.n == naive.count(rows, metric.denominator or metric.numerator)
            if metric.unit == "share":
                assert found.value == (found.numerator / found.n if found.n else None)
            if metric.unit == "count":
                assert found.value == found.numerator
            if before and (found.first, found.last) == (asked.first, asked.last) and metric.unit == "count":
                assert found.before == naive.count(naive.rows(before), metric.numerator)
            assert found.history[-1] == found.value


def test_resolved_on_time_waits_for_a_period_whose_terms_have_come(store_file: Path) -> None:
    history = pd.DataFrame({"due_resolvable": [1, 8, 9, 10], "still_in_time": [9, 2, 1, 0]})
    assert figures.settled(history) == 2
    assert figures.settled(history.iloc[:2]) == 0
    assert figures.settled(pd.DataFrame({"due_resolvable": [0, 0], "still_in_time": [0, 0]})) == 0
    asked = scope()
    found = figures.figure("resolved_on_time", asked, figures.periods(asked), figures.totals(asked.before()))
    assert found.last < asked.last
    assert (found.last - found.first).days == 6 and found.first.weekday() == asked.first.weekday()
    rows = naive.rows(asked, found.first - timedelta(days=7), found.last - timedelta(days=7))
    ripe = naive.count(rows, "due_resolvable")
    assert found.before == (naive.count(rows, "resolved_on_time") / ripe if ripe else None)


def test_backlog_and_its_history_count_what_was_open_then(store_file: Path) -> None:
    for asked in many():
        rows = naive.ever(asked)
        hour = AS_OF.replace(minute=0)
        before = [hour - timedelta(days=asked.days * back, microseconds=1) for back in (3, 2, 1)]
        expected = [(sum(r.due <= m for r in naive.open_at(rows, m)), len(naive.open_at(rows, m))) for m in before]
        expected.append((naive.count(rows, "overdue"), naive.count(rows, "open")))
        history = figures.overdue_history(asked, AS_OF, 4)
        assert history == expected
        now = figures.backlog(asked)
        assert (now["overdue"], now["open"]) == history[-1] == (naive.count(rows, "overdue"), naive.count(rows, "open"))
        assert now["due_soon"] == naive.count(rows, "due_soon")
        in_time = [AS_OF - r.created_at for r in rows if naive.MEETS["open"](r) and not naive.MEETS["overdue"](r)]
        edges = [timedelta(-1), timedelta(3), timedelta(7), timedelta(10), timedelta(9999)]
        ages = [sum(a < age <= b for age in in_time) for a, b in zip(edges, edges[1:], strict=False)]
        assert list(now[["to_3_days", "to_7_days", "to_10_days", "longer"]]) == ages
        shown = figures.overdue_figure(asked, history)
        assert (shown.numerator, shown.n, shown.value, shown.before) == (*history[-1], history[-1][0], history[-2][0])


def test_the_moment_of_a_term_itself_is_not_late(store_file: Path) -> None:
    rows = {r.external_id: r for r in naive.rows()}
    assert [naive.MEETS["overdue"](rows[f"A-{n}"]) for n in (11, 12)] == [False, True]
    now = figures.backlog(scope(2301))
    assert now["overdue"] == naive.count(naive.ever(scope(2301)), "overdue")


def test_overdue_executors_hold_what_is_overdue(store_file: Path) -> None:
    for asked in many(12):
        rows = [r for r in naive.ever(asked) if any(naive.MEETS[held](r) for held in ("overdue", "due_soon", "answer_overdue"))]
        expected = {
            name: (naive.count(own, "overdue"), naive.count(own, "due_soon"))
            for name in {r.executor for r in rows}
            for own in [[r for r in rows if r.executor == name]]
        }
        answer = figures.overdue_executors(asked)
        assert {None if pd.isna(r.executor) else r.executor: (r.overdue, r.due_soon) for r in answer.itertuples()} == expected


def test_days_are_local_and_zero_days_are_there(store_file: Path) -> None:
    for asked in many():
        answer = figures.daily(asked)
        days = [asked.first + timedelta(days=n) for n in range(asked.days)]
        assert list(answer.index.date) == days
        assert answer.tolist() == [len(naive.rows(asked, day, day)) for day in days]
    # a minute before and a minute after midnight, eleven hours apart
    for place in (2301, 6401):
        one_day = figures.daily(scope(place, *2 * [naive.rows()[1].day]))
        assert one_day.tolist() == [len([r for r in naive.rows() if r.territory_id == place and r.day == naive.rows()[1].day])]


def test_topics_and_their_periods(store_file: Path) -> None:
    names = {own: name for name, own in naive.ids("topic").items()}
    for asked in many():
        before = asked.before()
        now, then = naive.rows(asked), naive.rows(before) if before else []
        expected = {
            name: (sum(r.topic == name for r in now), sum(r.topic == name for r in then)) for name in {r.topic for r in [*now, *then]}
        }
        answer = figures.top_topics(asked)
        assert {r.topic: (r.appeals, r.before) for r in answer.itertuples()} == expected
        assert answer["appeals"].is_monotonic_decreasing
        weeks = figures.topic_history(asked, 4)
        assert list(weeks.columns) == [3, 2, 1, 0]
        for own, series in weeks.iterrows():
            for back, given in series.items():
                shift = timedelta(days=asked.days * back)
                assert given == sum(r.topic == names[own] for r in naive.rows(asked, asked.first - shift, asked.last - shift))


def test_another_period_is_read_off_the_history_or_asked(store_file: Path) -> None:
    for asked in many(12):
        history = figures.periods(asked, 4)
        for back in (0, 1, 3, 4, 9):
            period = asked.over(asked.first - timedelta(days=back * asked.days), asked.last - timedelta(days=back * asked.days))
            assert figures.totals_of(period, asked, history).equals(figures.totals(period))
        for other in (asked.over(asked.first, asked.last - timedelta(days=1)), asked.over(asked.first - timedelta(days=1), asked.last - timedelta(days=1))):
            assert figures.totals_of(other, asked, history)["appeals"] == len(naive.rows(other))
