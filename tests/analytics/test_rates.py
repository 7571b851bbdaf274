"""Durations against lifelines, quantiles against sorting, comparisons of bodies against worlds with a known truth."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from analytics.rates import (
    N_BUCKETS,
    aalen_johansen,
    curve_quantile,
    histogram_bucket,
    histogram_edges,
    histogram_quantile,
    kaplan_meier,
    kaplan_meier_median,
    quantile_with_unanswered,
)

# Whole hours on a short range: most cases share their time with others.
tied_cases = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=60).map(
    lambda rows: (np.array([r[0] for r in rows], dtype=float), np.array([r[1] for r in rows]))
)
minutes_lists = st.lists(st.integers(0, 300_000), min_size=1, max_size=80)
shares = st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0])


def peers_of_lifelines(durations: np.ndarray, codes: np.ndarray, event: int) -> AalenJohansenFitter:
    """lifelines shakes tied times at random; here ties are parted by hand, events before cut-offs, none reordered."""
    order = np.lexsort((codes == 0, durations))
    parted = durations[order] + np.arange(len(order)) * 1e-7
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return AalenJohansenFitter(calculate_variance=False).fit(parted, codes[order], event_of_interest=event)


@given(tied_cases)
def test_kaplan_meier_is_that_of_lifelines(cases: tuple[np.ndarray, np.ndarray]) -> None:
    durations, codes = cases
    ours, theirs = kaplan_meier(durations, codes > 0), KaplanMeierFitter().fit(durations, codes > 0)
    assert ours.times.tolist() == theirs.survival_function_.index.tolist()
    np.testing.assert_allclose(ours.values, theirs.survival_function_.to_numpy()[:, 0], atol=1e-9)
    inside = (ours.values > 0) & (ours.values < 1)
    bounds = theirs.confidence_interval_.to_numpy()
    np.testing.assert_allclose(np.c_[ours.low, ours.high][inside], bounds[inside], atol=1e-9)
    median = kaplan_meier_median(durations, codes > 0)
    if not np.isclose(ours.values, 0.5, atol=1e-9).any():  # at exactly one half lifelines' rounding decides
        assert (np.inf if median is None else median) == theirs.median_survival_time_


@settings(deadline=None)
@given(tied_cases, st.sampled_from([1, 2]))
def test_aalen_johansen_is_that_of_lifelines(cases: tuple[np.ndarray, np.ndarray], event: int) -> None:
    durations, codes = cases
    durations = durations + 1  # lifelines forgets events at time 0
    ours = aalen_johansen(durations, codes, event)
    theirs = peers_of_lifelines(durations, codes, event).cumulative_density_.iloc[:, 0]
    expected = [theirs[theirs.index < time + 0.5].iloc[-1] for time in ours.times]
    np.testing.assert_allclose(ours.values, expected, atol=1e-9)


def test_aalen_johansen_bounds_are_those_of_lifelines() -> None:
    random = np.random.default_rng(5)
    durations, codes = random.exponential(10, 120), random.integers(0, 3, 120)
    theirs = AalenJohansenFitter().fit(durations, codes, event_of_interest=1)
    ours = aalen_johansen(durations, codes)
    bounds = np.sort(theirs.confidence_interval_.to_numpy(), axis=1)
    inside = (ours.values > 0) & np.isfinite(bounds).all(axis=1)
    assert inside.sum() > 100
    np.testing.assert_allclose(np.c_[ours.low, ours.high][inside], bounds[inside], atol=1e-9)


@given(tied_cases)
def test_incidences_of_all_events_and_the_still_open_make_one(cases: tuple[np.ndarray, np.ndarray]) -> None:
    durations, codes = cases
    total = aalen_johansen(durations, codes, 1).values + aalen_johansen(durations, codes, 2).values
    np.testing.assert_allclose(total + kaplan_meier(durations, codes > 0).values, 1, atol=1e-12)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=60), shares)
def test_with_everybody_finished_all_quantiles_are_one(minutes: list[int], q: float) -> None:
    curve = kaplan_meier(minutes, np.ones(len(minutes)))
    exact = sorted(minutes)[int(np.ceil(round(q * len(minutes), 6))) - 1]
    assert curve_quantile(curve, q) == quantile_with_unanswered(minutes, 0, q) == exact


def test_a_curve_by_hand() -> None:
    """Five appeals: closed after 2 and 4 days; still open for 4 and 7 days; closed after 10."""
    curve = kaplan_meier([2, 4, 4, 7, 10], [True, True, False, False, True])
    assert curve.times.tolist() == [0, 2, 4, 7, 10]
    np.testing.assert_allclose(curve.values, [1, 0.8, 0.6, 0.6, 0])
    assert curve.at_risk.tolist() == [5, 5, 4, 2, 1]
    np.testing.assert_allclose(curve.at([0, 1.9, 2, 9, 10, 11]), [1, 1, 0.8, 0.6, 0, np.nan])
    assert kaplan_meier_median([2, 4, 4, 7, 10], [True, True, False, False, True]) == 10
    assert kaplan_meier_median([2, 4], [True, True]) == 2
    assert kaplan_meier_median([3] * 6, [True] * 3 + [False] * 3) == 3
    assert kaplan_meier_median([2, 4, 9], [True, False, False]) is None
    assert kaplan_meier_median([], []) is None


def test_bad_durations_are_refused() -> None:
    for durations in ([], [-1.0], [np.nan]):
        with pytest.raises(ValueError, match="durations must be present"):
            kaplan_meier(durations, np.ones(len(durations)))


@given(minutes_lists, st.integers(0, 60), shares)
def test_the_unanswered_count_as_longer_than_any_answer(minutes: list[int], unanswered: int, q: float) -> None:
    everything = sorted(minutes) + [None] * unanswered
    assert (
        quantile_with_unanswered(minutes, unanswered, q) == everything[int(np.ceil(round(q * len(everything), 6))) - 1]
    )


def test_nothing_received_has_no_quantile() -> None:
    assert quantile_with_unanswered([], 0, 0.5) is None
    assert histogram_quantile(np.zeros(41, dtype=int), 0.5) is None
    with pytest.raises(ValueError, match="a quantile lies"):
        quantile_with_unanswered([1], 0, 0)
    with pytest.raises(ValueError, match="a histogram has"):
        histogram_quantile([1, 2], 0.5)


@given(minutes_lists, st.integers(0, 60), shares)
def test_histogram_quantile_stays_in_the_bucket_of_the_exact_one(minutes: list[int], unanswered: int, q: float) -> None:
    rows = np.array([*minutes, *[np.nan] * unanswered])
    about = histogram_quantile(np.bincount(histogram_bucket(rows), minlength=N_BUCKETS + 1), q)
    exact = quantile_with_unanswered(minutes, unanswered, q)
    assert (about is None) == (exact is None)
    if about is not None and exact is not None:
        edges = histogram_edges()
        bucket = np.searchsorted(edges, exact, side="right") - 1
        assert edges[bucket] <= about <= edges[bucket + 1]
        assert abs(about - exact) <= max(5, exact * 0.41)  # the widest ratio of rounded edges is 7 / 5


@pytest.mark.parametrize(("median", "spread"), [(35, 1.0), (180, 1.4), (2_000, 0.8), (12_000, 1.1)])
@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
def test_histogram_quantile_of_many_is_close(median: float, spread: float, q: float) -> None:
    minutes = np.floor(np.random.default_rng(3).lognormal(np.log(median), spread, 20_000))
    counts = np.bincount(histogram_bucket(minutes), minlength=N_BUCKETS + 1)
    exact = quantile_with_unanswered(minutes, 0, q)
    assert histogram_quantile(counts, q) == pytest.approx(exact, rel=0.05)


def test_histograms_of_parts_add_up() -> None:
    edges = histogram_edges()
    assert len(edges) == N_BUCKETS + 1 and (np.diff(edges) > 0).all() and (edges == np.round(edges)).all()
    minutes = np.array([0, 4, 5, 6, 7, 10**6, np.nan, -1])
    assert histogram_bucket(minutes).tolist() == [0, 0, 1, 1, 2, 39, 40, 40]
    first, second = np.arange(41), np.arange(41)[::-1]
    assert histogram_quantile(first + second, 0.3) == histogram_quantile(second + first, 0.3)
