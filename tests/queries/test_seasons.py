"""Seasons and outlooks: counts as in the rows, only what the reader may see, a winter that comes back."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics import season
from queries import dictionaries, seasons
from queries.dictionaries import Days
from queries.seasons import Outlook, Seasons
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.small import KALININGRAD, row

DAYS = Days(date(2024, 4, 15), date(2024, 6, 14), date(2024, 6, 13))


def found(asked) -> Seasons:
    work = seasons.of_topics(asked, DAYS)
    assert work.wait(60) and work.result is not None
    return work.result


def test_topics_are_counted_over_the_whole_history(store_file: Path) -> None:
    for asked in many(8):
        rows = naive.rows(asked, DAYS.first, DAYS.last_full)
        expected = Counter(naive.ids("topic")[r.topic] for r in rows if r.topic)
        assert {year.topic_id: year.appeals for year in found(asked).years} == dict(expected)


def test_weeks_are_those_of_the_calendar(store_file: Path) -> None:
    asked, topic = scope(2300), naive.ids("topic")["Ямы и выбоины"]
    years, counts = seasons.weeks(asked, DAYS, topic)
    rows = [r for r in naive.rows(asked, DAYS.first, DAYS.last_full) if r.topic == "Ямы и выбоины"]
    week = (date(2024, 5, 13) - date(2024, 1, 1)).days // 7
    begin = date(2024, 1, 1) + timedelta(days=7 * week)
    assert years.tolist() == [2024] and np.isnan(counts[0, 0])
    assert counts[0, week] == sum(begin <= r.day < begin + timedelta(days=7) for r in rows)
    recent = seasons.recent(asked, DAYS, topic)
    assert recent["first"].iloc[-1] == np.datetime64(DAYS.last_full - timedelta(days=6))
    assert recent["appeals"].iloc[-1] == sum(r.day > DAYS.last_full - timedelta(days=7) for r in rows)


def test_places_are_regions_of_the_country_and_towns_of_a_region(store_file: Path) -> None:
    tree, topic = dictionaries.territories(), naive.ids("topic")["Горячая вода"]
    country = seasons.by_place(scope(), DAYS, topic, tree)
    region = seasons.by_place(scope(6400), DAYS, topic, tree)
    rows = [r for r in naive.rows(scope(), DAYS.first, DAYS.last_full) if r.topic == "Горячая вода"]
    assert dict(zip(country["id"], country["appeals"])) == Counter(r.region_id for r in rows)
    assert dict(zip(region["id"], region["appeals"])) == Counter(r.territory_id for r in rows if r.region_id == 6400)
    assert (country["peak_low"] <= country["peak"]).all() and (country["peak"] <= country["peak_high"]).all()


def test_a_reader_sees_the_seasons_of_their_own_places_only(store_file: Path) -> None:
    own = found(scope(reader=(2301,)))
    assert sum(year.appeals for year in own.years) == sum(r.topic is not None for r in naive.rows(scope(2301), DAYS.first, DAYS.last_full))
    assert found(scope(reader=())).years == ()


def test_an_outlook_says_when_more_is_sure() -> None:
    outlook = Outlook(date(2024, 6, 14), (10, 11, 20, 30, 12, 10, 10, 10), (5, 6, 12, 20, 6, 5, 5, 5), (15,) * 8, 10.0, True)
    assert outlook.rise == 2 and outlook.peak == 3
    assert outlook.week(2) == (date(2024, 6, 28), date(2024, 7, 4))
    calm = Outlook(date(2024, 6, 14), (10.0,) * 8, (5.0,) * 8, (15.0,) * 8, 10.0, True)
    assert calm.rise is None


@pytest.mark.usefixtures("empty_store")
def test_a_winter_that_comes_back_is_awaited() -> None:
    chance = np.random.default_rng(3)
    days = np.arange(np.datetime64("2021-06-01"), np.datetime64("2024-06-01"))
    of_year = (days - days.astype("datetime64[Y]")).astype(int)
    counts = chance.poisson(np.where((of_year > 150) & (of_year < 240), 3.0, 0.3))
    rows = [row(n, KALININGRAD, datetime.fromisoformat(day) + timedelta(hours=12), "Горячая вода", author=n) for n, day in enumerate(np.repeat(days.astype(str), counts), 1)]
    small.put(rows)
    whole = Days(date(2021, 6, 1), date(2024, 5, 31), date(2024, 5, 31))
    work = seasons.of_topics(scope(2301), whole)
    assert work.wait(60) and work.result is not None
    year = work.result.years[0]
    assert year.seasons and abs(year.seasons[0].first - 22) <= 2 and year.seasons[0].hits == year.seasons[0].years >= 2
    assert year.outlook is not None and year.outlook.rise is not None and year.outlook.rise <= 1
    assert work.result.rising() == (year,)
    ratio = season.calendar(counts, days)[2]
    assert year.course[25] == pytest.approx(np.nanmean(ratio[:, 25]))
