"""Scoring: what is unusual, what is not, and that nothing breaks it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analytics import spikes
from analytics.spikes import fitting, scoring
from bench import worlds

DAYS = worlds.DAYS
FIELDS = ("p_value", "expected", "upper", "lower", "dispersion")


def days(count: int, end: str = "2026-11-22") -> np.ndarray:
    return np.arange(np.datetime64(end) - count, np.datetime64(end))


def weeks(count: int) -> np.ndarray:
    return np.datetime64("2018-01-01") + 7 * np.arange(count)


def steady(series: int, time: int, mean: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (series, time))


def test_tail_is_the_negative_binomials_and_at_one_the_poissons() -> None:
    random = np.random.default_rng(3)
    seen, mean, spread = random.integers(1, 60, 500).astype(float), random.uniform(0.01, 40, 500), random.uniform(1.01, 9, 500)
    np.testing.assert_allclose(fitting.tail(seen, mean, spread), stats.nbinom.sf(seen - 1, mean / (spread - 1), 1 / spread), rtol=1e-9)
    np.testing.assert_allclose(fitting.tail(seen, mean, np.ones(500)), stats.poisson.sf(seen - 1, mean), rtol=1e-2)


def test_band_holds_all_but_the_rarest_counts() -> None:
    random = np.random.default_rng(4)
    mean, spread = np.exp(random.uniform(-7, 8, 5000)), 1 + np.exp(random.uniform(-6, 3, 5000))
    upper, lower = spikes.band(mean, spread)
    law = stats.nbinom(mean / (spread - 1), 1 / spread)
    exact = law.ppf(0.995)
    assert (np.abs(upper - exact) <= 1).all() and np.mean(upper == exact) > 0.97
    assert (law.cdf(lower - 1) <= 0.006).all() and (lower <= upper).all()


def test_quiet_days_raise_few_alarms_whatever_their_volume() -> None:
    counts, _, _ = worlds.daily(2500, seed=51)
    p = np.concatenate(
        [spikes.score(counts[:, :end], DAYS[:end], frequency="D", last=28).p_value for end in (1826, 1700, 1570, 1440)], axis=1
    )
    quartile = np.argsort(np.argsort(counts.sum(axis=1), kind="stable")) * 4 // len(counts)
    for q in range(4):
        points = p[quartile == q]
        assert np.mean(points <= 0.005) <= 0.0050
        assert 0.0003 <= np.mean(points <= 0.001) <= 0.0012


def test_past_spikes_do_not_raise_what_is_expected_nor_hide_the_next_one() -> None:
    counts = steady(200, 400, 4.0)
    spoilt = counts.copy()
    spoilt[:, [100, 101, 200, 201, 300]] += 40
    for y in (counts, spoilt):
        y[:, -1] = 14
    clean, after = (spikes.score(y, weeks(400), frequency="W", last=1) for y in (counts, spoilt))
    assert after.expected.mean() == pytest.approx(clean.expected.mean(), rel=0.03)
    assert after.dispersion.mean() == pytest.approx(clean.dispersion.mean(), rel=0.1)
    assert (after.p_value < 0.01).mean() > 0.95


def test_a_planted_spike_is_found_on_its_day_and_not_before() -> None:
    counts, mean, _ = worlds.daily(400, seed=52)
    at = len(DAYS) - 5
    row = np.argsort(np.abs(mean[:, at] - 1))[:50]
    counts[row, at] = 25
    scores = spikes.score(counts, DAYS, frequency="D", last=10)
    flagged = spikes.alarms(scores, counts).flagged
    assert flagged[row, 5].all()
    assert flagged[row, :5].sum() <= 1
    assert (counts[row, at] > scores.upper[row, 5]).all()


def test_two_high_days_tell_more_than_one() -> None:
    counts = steady(1, 1200, 3.0)
    counts[0, -2:] = (3, 9)
    single = spikes.score(counts, days(1200), frequency="D", last=1).p_value[0, 0]
    counts[0, -2:] = (8, 9)
    assert spikes.score(counts, days(1200), frequency="D", last=1).p_value[0, 0] < single / 3


def test_the_day_after_a_spike_is_not_one_unless_it_is_high_itself() -> None:
    counts = steady(20, 1200, 3.0)
    counts[:, -2:] = (40, 3)
    assert (spikes.score(counts, days(1200), frequency="D", last=1).p_value == 1).all()


def test_a_gap_is_neither_a_spike_nor_a_low_level() -> None:
    full = steady(30, 1200, 5.0)
    missing = np.zeros(full.shape, dtype=bool)
    missing[:, 900:960] = missing[:, -3:-1] = True
    silent = np.where(missing, 0, full)
    told = spikes.score(silent, days(1200), frequency="D", last=14, missing=missing)
    whole = spikes.score(full, days(1200), frequency="D", last=14)
    assert (told.p_value[:, -3:-1] == 1).all()
    np.testing.assert_allclose(told.expected.mean(), whole.expected.mean(), rtol=0.02)
    assert not spikes.alarms(told, silent).flagged.any()
    as_nan = spikes.score(np.where(missing, np.nan, full), days(1200), frequency="D", last=14)
    np.testing.assert_array_equal(as_nan.p_value, told.p_value)
    np.testing.assert_array_equal(as_nan.expected, told.expected)
    burst = silent.copy()
    burst[:, -3:-1] = 500
    assert (spikes.score(burst, days(1200), frequency="D", last=14, missing=missing).p_value[:, -3:] > 0.0005).all()


def test_what_has_not_come_in_yet_is_allowed_for() -> None:
    random = np.random.default_rng(8)
    counts = random.poisson(10.0, (3000, 1100))
    share = np.array([1.0, 0.9, 0.45])
    counts[:, -3:] = random.binomial(counts[:, -3:], share)
    blind, aware = (spikes.score(counts, days(1100), frequency="D", last=3, completeness=c) for c in (None, share))
    assert aware.expected.mean(axis=0) == pytest.approx(10 * share, rel=0.02)
    assert np.mean(aware.p_value <= 0.005) < 0.006
    counts[:, -1] = 13
    late = spikes.score(counts, days(1100), frequency="D", last=1, completeness=0.45)
    assert np.mean(late.p_value <= 0.005) > 0.5
    assert np.mean(spikes.score(counts, days(1100), frequency="D", last=1).p_value <= 0.005) < 0.01
    assert blind.expected[:, -1].mean() == pytest.approx(10, rel=0.02)


def test_holidays_weekends_season_and_growth_are_expected() -> None:
    dates = days(1826, end="2026-01-10")
    years = (dates - dates[0]).astype(int) / 365.25
    weekend = (dates.astype(int) + 3) % 7 >= 5
    first_week = (dates - dates.astype("datetime64[Y]")).astype(int) < 8
    mean = 20 * np.exp(0.15 * years + 0.4 * np.cos(2 * np.pi * (years - 0.1)) - 0.6 * weekend - 0.7 * first_week)
    counts = np.random.default_rng(9).poisson(mean, (40, len(dates)))
    scores = spikes.score(counts, dates, frequency="D", last=20)
    np.testing.assert_allclose(scores.expected.mean(axis=0), mean[-20:], rtol=0.12)
    new_years_eve = np.flatnonzero(dates[-20:] == np.datetime64("2025-12-31"))[0]
    assert not spikes.alarms(scores, counts).flagged[:, new_years_eve : new_years_eve + 9].any()


def test_short_histories_say_so() -> None:
    counts = steady(3, 1000, 4.0)
    missing = np.zeros(counts.shape, dtype=bool)
    missing[1, :700] = True
    missing[2, :-30] = True
    scores = spikes.score(counts, days(1000), frequency="D", last=2, missing=missing)
    assert scores.method.tolist() == ["regression", "short", "start"]
    assert scores.expected.mean(axis=1) == pytest.approx(4.0, rel=0.4)
    counts[:, -1] = 30
    assert (spikes.score(counts, days(1000), frequency="D", last=1, missing=missing).p_value < 0.001).all()


@pytest.mark.parametrize(("frequency", "time", "method"), [("D", 56, "start"), ("D", 60, "short"), ("D", 744, "short"), ("D", 745, "regression"),
                                                           ("W", 8, "start"), ("W", 9, "short"), ("W", 108, "short"), ("W", 109, "regression")])  # fmt: skip
def test_the_method_follows_from_the_length(frequency: scoring.Frequency, time: int, method: str) -> None:
    dates = days(time) if frequency == "D" else weeks(time)
    assert spikes.score(steady(2, time, 3.0), dates, frequency=frequency, last=1).method.tolist() == [method] * 2


def test_under_a_week_of_history_nothing_is_unusual() -> None:
    counts = np.array([[1, 0, 2, 1, 90]])
    scores = spikes.score(counts, days(5), frequency="D", last=1)
    assert scores.p_value[0, 0] == 1 and scores.method[0] == "start"


def test_each_series_is_judged_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, _, _ = worlds.daily(40, seed=53)
    together = spikes.score(counts, DAYS, frequency="D", last=3)
    monkeypatch.setattr(scoring, "BATCH", 7)
    apart = spikes.score(counts, DAYS, frequency="D", last=3)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(apart, name), getattr(together, name), rtol=2e-3, atol=1e-6)


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_comes_in_numbers_come_out(data: st.DataObject) -> None:
    series, time = data.draw(st.integers(1, 4)), data.draw(st.sampled_from([1, 2, 7, 20, 56, 57, 90, 130, 800]))
    frequency: scoring.Frequency = data.draw(st.sampled_from(["D", "W"]))
    counts = data.draw(arrays(np.int64, (series, time), elements=st.integers(0, 3) | st.just(100_000), fill=st.just(0)))
    missing = data.draw(st.none() | arrays(np.bool_, (series, time), fill=st.booleans()))
    last = data.draw(st.integers(1, time + 3))
    share = data.draw(st.none() | st.floats(0, 1))
    dates = days(time) if frequency == "D" else weeks(time)
    scores = spikes.score(counts, dates, frequency=frequency, last=last, missing=missing, completeness=share)
    for name in FIELDS:
        values = getattr(scores, name)
        assert values.shape == (series, min(last, time)) and np.isfinite(values).all()
    assert ((scores.p_value >= 0) & (scores.p_value <= 1)).all() and (scores.expected > 0).all() and (scores.dispersion >= 1).all()
    assert (scores.lower <= scores.upper).all()
    found = spikes.alarms(scores, counts, frequency=frequency)
    assert found.flagged.shape == scores.p_value.shape and np.isfinite(found.false_per_week)


def test_no_series_at_all() -> None:
    scores = spikes.score(np.zeros((0, 100), dtype=np.int64), days(100), frequency="D", last=5)
    assert scores.p_value.shape == scores.upper.shape == (0, 5)
    assert spikes.alarms(scores, np.zeros((0, 100), dtype=np.int64)).flagged.shape == (0, 5)


def test_zeros_are_never_unusual_and_the_first_appeals_after_them_are() -> None:
    counts = np.zeros((2, 1500), dtype=np.int64)
    counts[1, -1] = 4
    scores = spikes.score(counts, days(1500), frequency="D", last=2)
    assert (scores.p_value[0] == 1).all() and scores.upper[0].max() == 0
    assert spikes.alarms(scores, counts).flagged.tolist() == [[False, False], [False, True]]


def by_hand(p: np.ndarray, families: np.ndarray, sizes: dict[int, int], q: float, largest: float) -> np.ndarray:
    """Benjamini–Hochberg as in the textbook, family by family and day by day."""
    flagged = np.zeros(p.shape, dtype=bool)
    for day in range(p.shape[1]):
        for family, size in sizes.items():
            rows = [r for r in np.flatnonzero(families == family) if p[r, day] <= largest]
            rows.sort(key=lambda r: p[r, day])
            passed = [rank for rank, r in enumerate(rows, 1) if p[r, day] <= q * rank / size]
            for r in rows[: max(passed, default=0)]:
                flagged[r, day] = True
    return flagged


@pytest.mark.parametrize("seed", range(5))
def test_alarms_are_benjamini_hochberg_within_families(seed: int) -> None:
    random = np.random.default_rng(seed)
    p = np.where(random.random((60, 9)) < 0.3, random.choice([1e-6, 1e-4, 3e-4, 3e-4, 1e-3, 2e-3, 4e-3], (60, 9)), random.random((60, 9)))
    families = random.integers(0, 4, 60)
    scores = spikes.Scores(p, np.ones(p.shape), np.ones(p.shape), np.full(60, "regression"))
    counts = np.full((60, 20), 10)
    counts[:5] = 2
    sizes = {f: int((families == f).sum()) for f in range(4)}
    p[:5] = 1 - p[:5] * 0 - 1e-9 * random.random((5, 9))
    for sensitivity, (factor, largest) in scoring.SENSITIVITIES.items():
        flagged = spikes.alarms(scores, counts, families=families, sensitivity=sensitivity).flagged  # type: ignore[arg-type]
        np.testing.assert_array_equal(flagged, by_hand(p, families, sizes, 0.1 * factor, largest))
    larger = {f: size + 40 for f, size in sizes.items()}
    flagged = spikes.alarms(scores, counts, families=families, tests=np.array(list(larger.values()))).flagged
    np.testing.assert_array_equal(flagged, by_hand(p, families, larger, 0.1, 0.005))


def test_few_appeals_are_no_alarm_however_rare() -> None:
    sure = spikes.Scores(np.full((2, 1), 1e-9), np.ones((2, 1)), np.ones((2, 1)), np.full(2, "regression"))
    assert spikes.alarms(sure, np.array([[0, 9, 2], [0, 0, 3]])).flagged.ravel().tolist() == [False, True]
    assert spikes.alarms(sure, np.array([[9, 0, 2, 0, 2], [0, 1, 2, 0, 2]]), frequency="W").flagged.ravel().tolist() == [False, True]
    assert spikes.worth_scoring(np.array([[9, 0, 2], [0, 0, 3]]), 2).tolist() == [False, True]


def test_sensitivity_changes_how_much_is_shown_and_the_promise_holds() -> None:
    counts, _, _ = worlds.daily(3000, seed=54)
    scores = spikes.score(counts, DAYS, frequency="D", last=56)
    families = np.arange(3000) // 100
    shown = [spikes.alarms(scores, counts, families=families, sensitivity=s) for s in ("calm", "usual", "keen")]
    assert shown[0].flagged.sum() < shown[1].flagged.sum() < shown[2].flagged.sum()
    assert (shown[1].flagged | ~shown[0].flagged).all() and (shown[2].flagged | ~shown[1].flagged).all()
    for found in shown:
        assert found.flagged.sum() / 8 <= found.false_per_week


def test_false_alarms_to_expect_are_those_of_the_series_that_can_have_one() -> None:
    one = spikes.expected_false_alarms([100], [100], ["D"])
    assert one == pytest.approx(0.7)
    assert spikes.expected_false_alarms([100], [50], ["D"]) == pytest.approx(0.35)
    assert spikes.expected_false_alarms([4], [4], ["D"]) == pytest.approx(4 * 0.005 * 7)
    assert spikes.expected_false_alarms([100, 100], [100, 100], ["D", "W"]) == pytest.approx(0.8)
    assert spikes.expected_false_alarms([0], [0], ["D"]) == spikes.expected_false_alarms([], [], []) == 0
    settings_ = [spikes.expected_false_alarms([100], [60], ["D"], sensitivity=s) for s in ("calm", "usual", "keen")]
    assert settings_ == sorted(settings_) and settings_[0] < settings_[1] < settings_[2]


def test_the_promise_about_false_alarms_is_near_what_quiet_days_give() -> None:
    counts, _, _ = worlds.daily(2400, seed=77)
    last, families = 56, np.arange(2400) // 200
    scores = spikes.score(counts, DAYS, frequency="D", last=last)
    active = np.bincount(families, weights=spikes.worth_scoring(counts, 28))
    flagged = spikes.alarms(scores, counts, families=families).flagged
    begun = flagged[:, 0].sum() + (flagged[:, 1:] & ~flagged[:, :-1]).sum()
    promised = spikes.expected_false_alarms(np.full(12, 200), active, ["D"] * 12) * last / 7
    assert promised / 2.5 < begun < promised * 2.5
