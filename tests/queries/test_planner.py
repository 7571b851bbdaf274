"""Rollups say what the appeals say, for every measure, scope and reader; quantiles stay within their bucket."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rates import quantile_with_unanswered
from queries import appeals, ask, channels, cities, dictionaries, figures, kpi, planner, store
from queries.metrics import EDGES, MEASURES, NEVER, PREDICATES, TOLD_BY_CLOCK
from queries.scope import COUNTRY, Scope
from tests.queries.scopes import many, scope

TIMES = ["response_median", "response_p90", "about"]


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The answers to one question read one by one and from rollups."""

    def answers(question: Any) -> tuple[Any, Any]:
        found = []
        for limit in (10**9, -1):
            monkeypatch.setattr(planner, "READ_ONE_BY_ONE", limit)
            found.append(question())
        return found[0], found[1]

    return answers


def questions(asked: Scope) -> Iterator[tuple[str, Any]]:
    tree = dictionaries.territories()
    yield "periods", lambda: figures.periods(asked, 6)
    yield "daily", lambda: figures.daily(asked)
    yield "topics", lambda: figures.top_topics(asked)
    yield "topic history", lambda: figures.topic_history(asked)
    yield "cities", lambda: cities.figures(asked)
    yield "blocks", lambda: cities.by_block(asked)
    yield "weeks", lambda: cities.by_period(asked)
    yield "mix", lambda: channels.mix(asked)
    yield "official", lambda: channels.official_by_month(asked, date(2024, 6, 13), date(2024, 4, 1))
    yield "official places", lambda: channels.official_by_place(asked, tree)
    yield "responses", lambda: appeals.by_channel(asked)
    yield "overdue", lambda: pd.DataFrame(figures.overdue_history(asked, store.as_of()))
    yield "flow", lambda: kpi.flow(asked, tree.timezone(COUNTRY), date(2024, 6, 13))
    for bucket in kpi.BUCKETS:
        yield bucket, lambda bucket=bucket: kpi.by_period(asked, bucket, date(2024, 6, 13), date(2024, 4, 1))
    for by in kpi.BY:
        yield by, lambda by=by: kpi.breakdown(asked, by, {})


def test_rollups_say_what_the_appeals_say(store_file: Path, both: Any) -> None:
    for asked in many(30):
        for name, question in questions(asked):
            exact, rolled = both(question)
            if isinstance(exact, pd.DataFrame):
                keys = [c for c in exact.columns if c not in (*TIMES, "first_response_value")]
                order = [c for c in ("territory_id", "part", "topic_id", "channel_id", "block_id") if c in keys]
                exact, rolled = (f.sort_values(order, ignore_index=True)[keys] if order else f[keys] for f in (exact, rolled))
                pd.testing.assert_frame_equal(exact, rolled, check_dtype=False, obj=f"{name} of {asked}")
            else:
                pd.testing.assert_series_equal(exact, rolled, check_dtype=False)


def test_the_smallest_table_that_can_tell_is_read(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "READ_ONE_BY_ONE", -1)

    def read(name: str, asked: Scope, *by: str) -> str | None:
        table = planner.choose(name, asked, by, asked.days)
        return table.name if table else None

    assert read("totals", scope()) == "day_country"
    assert read("totals", scope(2300)) == "day_region"
    assert read("places_figures", scope(), "region") == "day_region"
    assert read("totals", scope(2301)) == "day_territory"
    assert read("totals", scope(reader=(2301,))) == "day_territory"
    assert read("totals", scope(channels=(2,))) == "day_region_channel"
    assert read("totals", scope(topics=(35,))) == "day_topic"
    assert read("totals", scope(2300, topics=(35,))) is None
    assert read("totals", scope(2300, blocks=(5,))) is None
    assert read("daily", scope(2300, blocks=(5,))) == "day_region_block"
    assert read("places_by_block", scope(), "region", "block") == "day_region_block"
    assert read("places_by_block", scope(2300), "territory", "block") is None
    assert read("kpi_by", scope(), "executor") is None


def test_hours_of_the_country_tell_only_of_the_whole_country(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not planner.by_hours(scope())
    monkeypatch.setattr(planner, "READ_ONE_BY_ONE", -1)
    assert planner.by_hours(scope())
    for part in (scope(2300), scope(reader=(2301,)), scope(channels=(2,)), scope(topics=(35,)), scope(blocks=(5,))):
        assert not planner.by_hours(part)


def test_few_appeals_are_read_one_by_one(store_file: Path) -> None:
    assert planner.choose("totals", scope(), (), 91) is None
    assert not figures.totals(scope())["about"]


def test_a_moment_before_the_sums_were_settled_is_told_by_the_appeals(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "READ_ONE_BY_ONE", -1)
    assert figures.totals(scope())["about"]
    monkeypatch.setattr(store, "clock", lambda: datetime(2024, 6, 13, 12))
    assert not figures.totals(scope())["about"]


def test_every_measure_told_by_the_clock_says_until_when() -> None:
    told = [name for _until, changed in TOLD_BY_CLOCK.values() for name in changed]
    assert sorted(told) == sorted(name for name in MEASURES if "$as_of" in PREDICATES[name])


@pytest.mark.parametrize("hours", [0, 1, 5, 24])
def test_time_passes_without_a_load(store_file: Path, both: Any, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    later = store.as_of() + timedelta(hours=hours)
    monkeypatch.setattr(store, "as_of", lambda: later)
    for asked in (scope(first=date(2024, 4, 1), last=date(2024, 6, 14)), scope(2300), scope(6401)):
        exact, rolled = both(lambda asked=asked: figures.periods(asked, 3).drop(columns=TIMES))
        pd.testing.assert_frame_equal(exact, rolled, check_dtype=False)


def test_quantiles_lie_in_the_bucket_of_the_exact_one(store_file: Path, both: Any) -> None:
    for asked in many(30):
        exact, rolled = both(lambda asked=asked: figures.totals(asked))
        for name in TIMES[:2]:
            assert_near(rolled[name], exact[name])


def assert_near(told: float | None, exact: float | None) -> None:
    if exact is None or pd.isna(exact) or exact >= NEVER:
        assert told == exact or (pd.isna(told) and pd.isna(exact))
    else:
        k = int(np.searchsorted(EDGES, exact, side="right")) - 1
        high = EDGES[k + 1] if k + 1 < len(EDGES) else 4 * EDGES[k]
        assert told is not None and EDGES[k] <= told < high


@given(st.lists(st.integers(0, 150_000), max_size=300), st.integers(0, 50), st.sampled_from([0.5, 0.9]))
def test_the_quantile_of_a_histogram_is_off_by_a_third_at_most(minutes: list[int], waiting: int, q: float) -> None:
    histogram = np.bincount(np.searchsorted(EDGES, minutes, side="right") - 1, minlength=len(EDGES)) if minutes else np.zeros(len(EDGES), int)
    told = planner.quantile(histogram, len(minutes) + waiting, q)
    exact = quantile_with_unanswered(minutes, waiting, q)
    if exact is None:
        assert told is None or told == NEVER
    else:
        assert told is not None
        assert_near(told, exact)
        assert abs(told - exact) <= max(exact / 3 + 1, 1)


def test_many_answers_are_told_within_two_per_cent() -> None:
    minutes = np.random.default_rng(3).lognormal(math.log(300), 1.6, 50_000).astype(int)
    histogram = np.bincount(np.searchsorted(EDGES, minutes, side="right") - 1, minlength=len(EDGES))
    for q in (0.5, 0.9):
        told = planner.quantile(histogram, len(minutes), q)
        assert told == pytest.approx(np.quantile(minutes, q, method="inverted_cdf"), rel=0.02)


def test_a_reader_of_one_town_is_told_its_sums_only(store_file: Path, both: Any) -> None:
    whole = scope(first=date(2024, 4, 1), last=date(2024, 6, 14))
    mine = replace(whole, access=replace(whole.access, territories=(2301,)))
    exact, rolled = both(lambda: figures.totals(mine)["appeals"])
    own = ask.ask("daily", replace(whole, place=2301, places=(2301,)))["appeals"].sum()
    assert exact == rolled == own < figures.totals(whole)["appeals"]
    assert whole.place == COUNTRY


def test_questions_of_a_run_are_noted(store_file: Path) -> None:
    asked = scope()
    ask.begin_noting()
    for _again in range(2):
        figures.authors(asked)
    assert ask.noted()["question"].tolist() == ["authors", "authors"]
    assert ask.noted()["ms"].notna().tolist() == [True, False]
