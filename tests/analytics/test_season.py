"""Seasons that were planted are found and others are not; forecasts know weekdays, years, and how unsure they are."""

import numpy as np
import pytest

from analytics import season
from bench import season as bench

FIRST = np.datetime64("2021-01-04")


def test_calendar_adds_up_and_knows_unwatched_weeks() -> None:
    dates = np.arange(np.datetime64("2022-03-01"), np.datetime64("2025-03-01"))
    counts = np.random.default_rng(1).poisson(3, len(dates))
    years, by_week, ratio = season.calendar(counts, dates)
    assert list(years) == [2022, 2023, 2024, 2025]
    assert np.isnan(by_week[0, :8]).all() and np.isnan(by_week[3, 9:]).all()
    inside = (dates >= np.datetime64("2023-01-08")) & (dates < np.datetime64("2023-01-15"))
    assert by_week[1, 1] == counts[inside].sum()
    last = dates[(dates >= np.datetime64("2024-12-23")) & (dates <= np.datetime64("2024-12-31"))]
    assert by_week[2, 51] == pytest.approx(counts[np.isin(dates, last)].sum() * 7 / 9)
    assert np.nanmedian(ratio) == pytest.approx(1, abs=0.1)


def test_a_yearly_december_is_found() -> None:
    found = season.recurrence(*bench.spiking(3.0, 0.9, True, np.random.default_rng(2)))
    best = found[0]
    assert 46 <= best.first <= 51 and best.hits == best.years == 4
    assert best.p < 0.05 and 1.8 < best.strength < 4 and 0.4 < best.low < 1


def test_a_season_over_new_year_is_one() -> None:
    dates = FIRST + np.arange(4 * 364)
    of_year = (dates - dates.astype("datetime64[Y]")).astype(int)
    counts = np.random.default_rng(3).poisson(np.where((of_year > 357) | (of_year < 8), 10, 3))
    best = season.recurrence(counts, dates)[0]
    assert best.p < 0.05 and (best.first >= 51 or best.last <= 2)


def test_chance_is_seldom_called_a_season() -> None:
    random = np.random.default_rng(4)
    claimed = [any(one.p < 0.05 for one in season.recurrence(*bench.spiking(2.0, 0.9, False, random))) for _ in range(20)]
    assert np.mean(claimed) <= 0.2


def test_one_year_has_no_seasons() -> None:
    assert season.recurrence(np.arange(370) % 5, FIRST + np.arange(370)) == []


def test_forecast_follows_the_year_and_the_week() -> None:
    counts, dates = bench.simulated("heating", 6.0, np.random.default_rng(5))
    found = season.forecast(counts[:-56], dates[:-56])
    assert found.seasonal and (found.dates == dates[-56:]).all()
    assert (found.low <= found.mean).all() and (found.mean <= found.high).all()
    assert found.week_mean == pytest.approx(found.mean.reshape(-1, 7).sum(axis=1))
    weekend = (found.dates.astype(int) + 3) % 7 >= 5
    assert found.mean[weekend].mean() < 0.8 * found.mean[~weekend].mean()


def test_forecast_moves_to_the_level_of_the_last_weeks() -> None:
    dates = FIRST + np.arange(3 * 364)
    counts = np.random.default_rng(6).poisson(np.where(np.arange(len(dates)) > len(dates) - 70, 12, 4))
    assert season.forecast(counts, dates).mean.mean() > 8


def test_weeks_fall_inside_their_intervals_as_often_as_said() -> None:
    random, inside, better = np.random.default_rng(7), [], []
    for kind in ("harmonic", "heating", "snow") * 8:
        counts, dates = bench.simulated(kind, 2.0, random)
        seen, history = counts[-56:].reshape(-1, 7).sum(axis=1), (counts[:-56], dates[:-56])
        mean, low, high = bench.own(*history)
        inside.append(np.mean((low <= seen) & (seen <= high)))
        better.append(np.abs(seen - bench.seasonal_naive(*history)[0]).mean() - np.abs(seen - mean).mean())
    assert 0.7 <= np.mean(inside) <= 0.92
    assert np.mean(better) > 0


def test_short_and_silent_histories() -> None:
    with pytest.raises(ValueError, match="28"):
        season.forecast(np.ones(20), FIRST + np.arange(20))
    short = season.forecast(np.full(60, 5.0), FIRST + np.arange(60))
    assert not short.seasonal and short.mean == pytest.approx(np.full(56, 5.0), rel=0.1)
    silent = season.forecast(np.zeros(800), FIRST + np.arange(800))
    assert silent.week_high.max() <= 2 and np.isfinite(silent.mean).all()


def test_an_unknown_year_is_less_sure_with_every_week() -> None:
    counts, dates = bench.simulated("heating", 3.0, np.random.default_rng(9))
    short, whole = (season.forecast(counts[-days:], dates[-days:]) for days in (200, 1000))
    width = lambda found: (found.week_high - found.week_low) / found.week_mean  # noqa: E731
    assert width(short)[-1] > 1.2 * width(short)[0]
    assert width(whole)[-1] < 1.2 * width(whole)[0]


def test_short_histories_of_seasons_are_not_believed_too_much() -> None:
    random, inside = np.random.default_rng(10), []
    for sway in ("harmonic", "snow", "wandering"):
        for _ in range(8):
            counts, dates = bench.simulated(sway, 1.0, random)
            found = season.forecast(counts[-294:-56], dates[-294:-56])
            seen = counts[-56:].reshape(-1, 7).sum(axis=1)
            inside.append((seen >= found.week_low) & (seen <= found.week_high))
    assert 0.74 < np.mean(inside) < 0.95


def test_a_long_winter_is_one_season_of_all_its_weeks() -> None:
    dates = FIRST + np.arange(3 * 364)
    of_year = (dates - dates.astype("datetime64[Y]")).astype(int)
    winter = (of_year >= 335) | (of_year < 70)
    counts = bench.negative_binomial(np.where(winter, 6.0, 2.0), 1.5, np.random.default_rng(11))
    best = season.recurrence(counts, dates)[0]
    assert best.first in (47, 48, 49) and best.last in (9, 10, 11)
    assert best.hits == best.years and best.years >= 2 and 2 < best.strength < 4.5 and best.p <= 0.05
