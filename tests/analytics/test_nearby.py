"""Distances, windows and exact comparisons against slow obvious computations."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import nearby


@given(st.floats(-85, 85), st.floats(-179, 179), st.floats(-85, 85), st.floats(-179, 179))
def test_a_distance_is_the_angle_between_two_directions(lat: float, lon: float, lat2: float, lon2: float) -> None:
    def direction(a: float, b: float) -> tuple[float, float, float]:
        a, b = math.radians(a), math.radians(b)
        return math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)

    one, two = direction(lat, lon), direction(lat2, lon2)
    chord = math.dist(one, two)
    expected = 2 * math.asin(min(chord / 2, 1)) * 6_371_008.8
    assert nearby.metres(lat, lon, [lat2], [lon2])[0] == pytest.approx(expected, rel=1e-6, abs=0.1)


def test_a_known_distance() -> None:
    """Kaliningrad's cathedral to Kaliningrad's southern station is about 1.4 km."""
    assert 1200 < nearby.metres(54.7065, 20.5118, [54.6936], [20.4996])[0] < 1700


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 90))
def test_windows_are_equal_and_leave_out_the_day(before: int, after: int, longest: int) -> None:
    day = date(2026, 3, 15)
    found = nearby.windows(day, day - timedelta(before), day + timedelta(after), longest)
    room = min(before, after, longest)
    if room < nearby.LEAST_DAYS:
        assert found is None
        return
    assert found is not None and found.days == room
    assert (found.before[1] - found.before[0]).days + 1 == (found.after[1] - found.after[0]).days + 1 == room
    assert found.before[1] + timedelta(1) == day == found.after[0] - timedelta(1)


def poisson_at_most(count: int, mean: float) -> float:
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


@pytest.mark.parametrize("count", [0, 1, 4, 17, 60])
def test_the_ends_of_a_poisson_interval_leave_a_fortieth_on_each_side(count: int) -> None:
    low, high = nearby.interval(count)
    assert poisson_at_most(count, high) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert 1 - poisson_at_most(count - 1, low) == pytest.approx(0.025, rel=1e-6)
    else:
        assert low == 0


def binomial_at_most(k: int, n: int, share: float) -> float:
    return sum(math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k + 1))


@given(st.integers(0, 25), st.integers(0, 25), st.sampled_from([0.5, 1.0, 3.0]), st.sampled_from([1.0, 2.0]))
def test_two_windows_are_compared_by_the_binomial_share_of_the_later_one(before: int, after: int, t1: float, t2: float) -> None:
    found, total = nearby.compare(before, after, t1, t2), before + after
    if not total:
        assert math.isnan(found.ratio) and found.p == 1
        return
    share = t2 / (t1 + t2)
    at_most, at_least = binomial_at_most(after, total, share), 1 - (binomial_at_most(after - 1, total, share) if after else 0)
    assert found.p == pytest.approx(min(1, 2 * min(at_most, at_least)), abs=1e-9)
    if before:
        assert found.ratio == pytest.approx((after / t2) / (before / t1))
    for ratio, tail in ((found.low, "upper"), (found.high, "lower")):
        if 0 < ratio < math.inf:
            odds = ratio * t2 / t1
            there = odds / (1 + odds)
            left = 1 - binomial_at_most(after - 1, total, there) if tail == "upper" else binomial_at_most(after, total, there)
            assert left == pytest.approx(0.025, rel=1e-4)


def test_an_interval_that_leaves_one_out_and_a_small_p_are_the_same_thing() -> None:
    for before in range(0, 30):
        for after in range(0, 30):
            found = nearby.compare(before, after)
            if before + after:
                assert found.significant == (not found.low <= 1 <= found.high), (before, after)


def test_a_window_without_time_is_refused() -> None:
    with pytest.raises(ValueError):
        nearby.compare(1, 1, 0, 1)


def test_the_control_takes_away_what_happened_everywhere() -> None:
    alone, beside = nearby.compare(100, 200), nearby.against(100, 200, 1000, 2000)
    assert alone.significant and not beside.significant
    assert beside.ratio == pytest.approx(1, abs=0.01)
    fallen = nearby.against(100, 40, 1000, 1000)
    assert fallen.significant and fallen.low < 0.4 < fallen.high < 1


def test_the_control_test_is_the_hypergeometric_sum() -> None:
    before, after, there_before, there_after = 9, 2, 30, 34
    total, near, later = before + after + there_before + there_after, before + after, after + there_after

    def chance(k: int) -> float:
        return math.comb(near, k) * math.comb(total - near, later - k) / math.comb(total, later)

    likely = [chance(k) for k in range(0, near + 1)]
    expected = sum(p for p in likely if p <= chance(after) * (1 + 1e-7))
    assert nearby.against(before, after, there_before, there_after).p == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("counts", [(0, 0, 5, 5), (5, 5, 0, 0), (0, 5, 0, 5), (5, 0, 5, 0)])
def test_an_empty_margin_says_nothing(counts: tuple[int, int, int, int]) -> None:
    found = nearby.against(*counts)
    assert math.isnan(found.ratio) and found.p == 1 and not found.significant


def test_the_interval_of_a_ratio_covers_the_truth() -> None:
    random = np.random.default_rng(7)
    hits = 0
    for before, after in zip(random.poisson(12, 600), random.poisson(18, 600), strict=True):
        found = nearby.compare(int(before), int(after))
        hits += found.low <= 1.5 <= found.high
    assert hits / 600 >= 0.95
