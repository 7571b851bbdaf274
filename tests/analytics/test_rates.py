"""Durations against lifelines, quantiles against sorting, comparisons of bodies against worlds with a known truth."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from scipy import stats

from analytics.rates import (
    N_BUCKETS,
    OnTime,
    aalen_johansen,
    band,
    change,
    curve_quantile,
    exact_p_values,
    funnel,
    histogram_bucket,
    histogram_edges,
    histogram_quantile,
    holm,
    kaplan_meier,
    kaplan_meier_median,
    moved,
    on_time,
    pool,
    quantile_with_unanswered,
    rate,
    wilson,
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
    for n in range(2, 200, 2):  # half have it exactly at n / 2, which the chain of products misses by its last bits
        assert kaplan_meier_median(np.arange(n) + 1, np.ones(n)) == n / 2
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
        assert edges[bucket] <= about < edges[bucket + 1]
        assert abs(about - exact) <= max(5, exact / 3)


@pytest.mark.parametrize(("median", "spread"), [(35, 1.0), (180, 1.4), (2_000, 0.8), (12_000, 1.1)])
@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
def test_histogram_quantile_of_many_is_close(median: float, spread: float, q: float) -> None:
    minutes = np.floor(np.random.default_rng(3).lognormal(np.log(median), spread, 20_000))
    counts = np.bincount(histogram_bucket(minutes), minlength=N_BUCKETS + 1)
    exact = quantile_with_unanswered(minutes, 0, q)
    assert histogram_quantile(counts, q) == pytest.approx(exact, rel=0.03)


def test_histograms_of_parts_add_up() -> None:
    edges = histogram_edges()
    assert len(edges) == N_BUCKETS + 1 and (np.diff(edges) > 0).all() and (edges == np.round(edges)).all()
    minutes = np.array([0, 4, 5, 6, 7, 10**6, np.nan, -1])
    assert histogram_bucket(minutes).tolist() == [0, 0, 1, 1, 2, 39, 40, 40]
    first, second = np.arange(41), np.arange(41)[::-1]
    assert histogram_quantile(first + second, 0.3) == histogram_quantile(second + first, 0.3)


# shares ------------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(case: tuple[int, int]) -> None:
    theirs = stats.binomtest(*case).proportion_ci(method="wilson")
    np.testing.assert_allclose(wilson(*case), (theirs.low, theirs.high), atol=1e-12)


def test_wilson_of_nothing_is_missing() -> None:
    low, high = wilson([0, 3], [0, 3])
    assert np.isnan(low[0]) and np.isnan(high[0]) and high[1] == 1


def test_on_time_counts_only_terms_that_ran_out() -> None:
    rows = [
        ("2026-03-02", "2026-03-01", True),  # in time
        ("2026-03-02", "2026-03-03", True),  # late
        ("2026-03-02", "2026-03-01", False),  # closed in time, not resolved
        ("2026-03-02", "NaT", False),  # open and late
        ("2026-03-10", "NaT", False),  # still in time
        ("2026-03-10", "2026-03-02", True),  # resolved early, its term has not run out
        ("NaT", "2026-03-01", True),  # has no term
    ]
    due, closed, resolved = zip(*rows, strict=True)
    cohort = on_time(due, closed, resolved, np.datetime64("2026-03-05"))
    assert cohort == OnTime(done=1, n=4, still_open=2)
    assert cohort.share == 0.25
    assert cohort.interval == tuple(float(bound) for bound in wilson(1, 4))
    assert OnTime(0, 0, 3).share is None and OnTime(0, 0, 3).interval is None


def test_band_is_not_widened_by_the_spike_it_should_show() -> None:
    calm = [10, 12, 11, 9, 10, 11, 13, 10, 9, 12]
    usual, spiked = band(calm), band([*calm, 200, np.nan])
    assert usual is not None and spiked is not None
    assert usual.low < 9 and 13 < usual.high < 18
    assert spiked.high < 20
    assert band([1, 0, 0, 0, 0, 2, 0, 0]).low == 0  # type: ignore[union-attr]
    flat = band([5] * 8)
    assert flat is not None and (flat.low, flat.middle, flat.high) == (5, 5, 5)
    assert band([1, 2, 3, np.nan, 4, 5, 6, 7]) is None


# comparing bodies --------------------------------------------------------------------------------------------------------


def world(seed: int, spread: float, bodies: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(-(0.5 + spread * random.standard_normal(bodies))))
    n = np.clip(random.lognormal(5, 1.2, bodies), 3, 3000).astype(int)
    return truth, random.binomial(n, truth), n


def test_pooling_agrees_with_brute_force_integration() -> None:
    k, n = np.array([7, 30, 45, 2, 0]), np.array([10, 60, 50, 2, 0])
    mean, root = np.meshgrid(np.linspace(0.002, 0.998, 400), np.linspace(0.002, 0.998, 400))  # flat in mean and √ρ
    size = 1 / root**2 - 1
    weight = np.exp(sum(stats.betabinom.logpmf(yes, total, mean * size, (1 - mean) * size) for yes, total in zip(k, n)))
    for i, value in enumerate(pool(k, n).value):
        expected = np.average((mean * size + k[i]) / (size + n[i]), weights=weight)
        assert value == pytest.approx(expected, abs=0.006 if n[i] else 0.02)  # the noise of the draws


def test_pooling_shrinks_the_small_and_leaves_the_big() -> None:
    k, n = np.array([3, 700, 650, 720, 690, 600]), np.array([3, 1000, 1000, 1000, 1000, 1000])
    pooled = pool(k, n)
    assert 0.6 < pooled.value[0] < 0.78
    np.testing.assert_allclose(pooled.value[1:], k[1:] / n[1:], atol=0.01)
    assert (pooled.draws == pool(k, n).draws).all()
    with pytest.raises(ValueError, match="between 0 and the total"):
        pool([4], [3])


def test_groups_do_not_inform_each_other() -> None:
    k, n = np.array([9, 8, 9, 2, 1, 2]) * 10, np.full(6, 100)
    value = pool(k, n, peers=["a", "a", "a", "b", "b", "b"]).value
    assert value[:3].min() > 0.75 and value[3:].max() < 0.3
    rating = rate(k, n, peers=["a", "a", "a", "b", "b", "b"])
    assert rating.call.tolist() == [0] * 6
    assert rate(k, n).call.tolist() == [1, 1, 1, -1, -1, -1]


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    inside, ranks = [], []
    for seed in range(40):
        truth, k, n = world(seed, 0.3)
        rating = rate(k, n)
        inside.append((rating.low <= truth) & (truth <= rating.high))
        place = stats.rankdata(-truth[rating.rated])
        ranks.append((rating.first[rating.rated] <= place) & (place <= rating.last[rating.rated]))
    assert 0.93 <= np.mean(inside) <= 0.97
    assert 0.93 <= np.mean(np.concatenate(ranks)) <= 0.99


def test_without_differences_hardly_anybody_is_called() -> None:
    called = [rate(*world(seed, 0.0)[1:]).call.any() for seed in range(100)]
    assert sum(called) <= 5


def test_calls_are_those_that_survive_the_adjustment() -> None:
    dropped = 0
    for seed in range(5):
        _, k, n = world(seed, 0.25)
        rating, p, side = rate(k, n), exact_p_values(k, n), pool(k, n).side
        sure = np.zeros(len(n), dtype=bool)
        sure[rating.rated] = holm(p[rating.rated]) <= 0.05
        assert rating.call.tolist() == np.where(sure, side, 0).tolist()
        dropped += np.sum((p <= 0.05) & (side != 0) & rating.rated & ~sure)
    assert dropped > 5


def test_a_body_with_three_appeals_never_leads_and_is_never_called() -> None:
    for seed in range(20):
        _, k, n = world(seed, 0.5)
        k, n = np.append(k, [3, 0]), np.append(n, [3, 3])
        rating = rate(k, n)
        assert not rating.rated[-2:].any()
        assert (rating.place[-2:] == 0).all() and (rating.call[-2:] == 0).all()
        assert sorted(rating.place[rating.rated]) == list(range(1, rating.rated.sum() + 1))
        assert rating.score[-2] < rating.score[rating.rated].max()


def test_clear_differences_are_called_and_ranked() -> None:
    k, n = np.array([950, 700, 705, 690, 710, 400]), np.full(6, 1000)
    rating = rate(k, n)
    assert rating.call.tolist() == [1, 0, 0, 0, 0, -1]
    assert (rating.place[0], rating.first[0], rating.last[0]) == (1, 1, 1)
    assert (rating.place[5], rating.first[5], rating.last[5]) == (6, 6, 6)
    assert (rating.first[1:5] <= 3).all() and (rating.last[1:5] >= 4).all()


def test_weights_decide_the_order_and_correlation_widens_the_score() -> None:
    random = np.random.default_rng(2)
    n = np.full((20, 2), 400)
    k = random.binomial(n, random.uniform(0.3, 0.8, (20, 2)))
    first, second = rate(k, n, [0.95, 0.05]), rate(k, n, [5, 95])
    assert first.place.argmin() == k[:, 0].argmax() and second.place.argmin() == k[:, 1].argmax()
    alone, together = rate(k, n, [0.5, 0.5]), rate(k, n, [0.5, 0.5], correlation=[[1, 0.8], [0.8, 1]])
    ratio = (together.high - together.low) / (alone.high - alone.low)
    assert ratio.mean() == pytest.approx(np.sqrt(1.8), abs=0.05)
    with pytest.raises(ValueError, match="positive weight"):
        rate(k, n, [1.0])
    with pytest.raises(ValueError, match="positive weight"):
        rate(k, n, [1.0, 0.0])


def test_nobody_can_be_rated() -> None:
    assert rate(np.zeros(0), np.zeros(0)).score.shape == (0,)
    alone = rate([40], [50])
    assert alone.call.tolist() == [0] and alone.place.tolist() == [1]


def test_exact_p_values_are_fishers() -> None:
    k, n = np.array([3, 40, 55]), np.array([12, 80, 80])
    for i, p in enumerate(exact_p_values(k, n)):
        rest = k.sum() - k[i], n.sum() - n[i] - (k.sum() - k[i])
        tails = [stats.fisher_exact([[k[i], n[i] - k[i]], rest], alternative=side)[1] for side in ("less", "greater")]
        assert p == pytest.approx(min(1, 2 * min(tails)))


def test_holm_by_hand() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    assert holm([]).shape == (0,)


def test_change_beyond_chance() -> None:
    before, after = np.array([500, 700, 690, 710, 705]), np.array([800, 705, 680, 715, 520])
    n = np.full(5, 1000)
    moved = change(before, n, after, n)
    assert moved.call.tolist() == [1, 0, 0, 0, -1]
    assert moved.value[0] == pytest.approx(0.3, abs=0.03)
    assert (moved.low < moved.value).all() and (moved.value < moved.high).all()
    assert moved.low[1] < 0 < moved.high[1]


def test_funnel_without_extra_spread_is_binomial() -> None:
    _, k, n = world(3, 0.0, bodies=300)
    limits = funnel(k, n)
    assert limits.between == 0
    low, high = limits.limits(1000)
    expected = 1.96 * np.sqrt(limits.target * (1 - limits.target) / 1000)
    np.testing.assert_allclose([limits.target - low, high - limits.target], expected, rtol=0.03)
    narrow, wide = limits.limits(n), limits.limits(n, 0.998)
    outside = (k / n < narrow[0]) | (k / n > narrow[1])
    assert 0.02 < outside.mean() < 0.08
    assert (wide[0] <= narrow[0]).all() and (wide[1] >= narrow[1]).all() and (wide[1] <= 1).all()


def test_funnel_with_extra_spread_widens() -> None:
    random = np.random.default_rng(8)
    truth = np.sin(np.arcsin(np.sqrt(0.6)) + 0.1 * random.standard_normal(400)) ** 2
    n = random.integers(300, 3000, 400)
    k = random.binomial(n, truth)
    limits = funnel(k, n)
    assert limits.dispersion > 5
    assert 0.07 < limits.between < 0.105  # winsorised: a little under the true 0.1
    low, high = limits.limits(n)
    assert ((k / n < low) | (k / n > high)).mean() < 0.12
    with pytest.raises(ValueError, match="at least one body"):
        funnel([0], [0])


def test_moves_beyond_chance_are_seen_and_hardly_any_where_nothing_moved() -> None:
    random = np.random.default_rng(4)
    false = 0
    for _seed in range(40):
        n, other = random.integers(30, 400, (2, 30))
        share = random.uniform(0.4, 0.8, 30)
        before, after = (rate(random.binomial(size, share), size) for size in (n, other))
        false += bool(moved(before, after).any())
    assert false <= 5
    n = np.full(20, 300)
    before, after = rate(np.full(20, 150), n), rate([250, 60, *[150] * 18], n)
    assert moved(before, after).tolist() == [1, -1, *[0] * 18]
    few = rate([250, 60, *[150] * 18], n, minimum_n=301)
    assert not moved(before, few).any()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2), st.integers(1, 9)), min_size=1, max_size=40))
def test_cases_alike_may_come_counted(rows: list[tuple[int, int, int]]) -> None:
    minutes, kinds, cases = (np.array(column) for column in zip(*rows, strict=True))
    each, of_each = np.repeat(minutes, cases), np.repeat(kinds, cases)
    for counted, single in (
        (kaplan_meier(minutes, kinds > 0, cases), kaplan_meier(each, of_each > 0)),
        (aalen_johansen(minutes, kinds, 1, cases), aalen_johansen(each, of_each, 1)),
    ):
        for name in ("times", "values", "low", "high", "at_risk", "events"):
            np.testing.assert_array_equal(getattr(counted, name), getattr(single, name))
