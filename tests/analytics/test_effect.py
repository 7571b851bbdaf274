"""Effects of measures in simulated worlds with a known truth, and where they must keep silent."""

import numpy as np
import pytest

from analytics import effect
from bench.effect import World, draw

DATES = np.arange(np.datetime64("2023-01-02"), np.datetime64("2026-01-05"))


def series(change: float, start: str, seed: int = 1, a_day: float = 3.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    years = DATES.astype(int) / 365.25
    mean = a_day * np.exp(0.3 * np.sin(2 * np.pi * years) + 0.1 * (years - years.mean()))
    return random.poisson(mean * np.where(np.datetime64(start) <= DATES, 1 + change, 1))


def test_a_planted_fall_is_recovered_with_its_counterfactual() -> None:
    counts = series(-0.65, "2025-07-07")
    found = effect.estimate(counts, DATES, "2025-07-07")
    assert found.low < -0.65 < found.high < -0.5
    assert found.p < 0.001 and found.significant and found.too_early is None
    assert found.after == 26 and found.before == 131 and found.year_ago
    after = np.datetime64("2025-07-07") <= DATES
    assert found.seen == counts[after][: 26 * 7].sum()
    assert found.awaited == pytest.approx(np.nansum(found.expected[after]))
    assert 1 - found.seen / found.awaited == pytest.approx(-found.change, abs=0.03)


def test_a_growth_has_the_other_sign() -> None:
    found = effect.estimate(series(0.8, "2025-07-07"), DATES, "2025-07-07")
    assert 0.4 < found.low < 0.8 < found.high


def test_the_trend_deceives_the_naive_answer_and_not_this_one() -> None:
    random = np.random.default_rng(3)
    years = DATES.astype(int) / 365.25
    counts = random.poisson(5 * np.exp(0.5 * (years - years.mean())))
    found = effect.estimate(counts, DATES, "2025-07-07")
    assert found.year_on_year is not None and found.year_on_year > 0.4
    assert found.low < 0 < found.high


@pytest.mark.parametrize(("weeks_before", "weeks_after", "reason"), [(7, 10, "before"), (60, 2, "after"), (8, 3, None), (60, 3, None)])
def test_too_little_time_gets_no_answer(weeks_before: int, weeks_after: int, reason: str | None) -> None:
    counts, dates = np.full(7 * (weeks_before + weeks_after), 4.0), DATES[: 7 * (weeks_before + weeks_after)]
    found = effect.estimate(counts, dates, dates[7 * weeks_before])
    assert found.too_early == reason
    assert np.isnan(found.change) == (reason is not None)
    assert found.significant is False


def test_too_few_appeals_get_no_answer() -> None:
    counts = np.zeros(len(DATES))
    counts[::60] = 1
    assert effect.estimate(counts, DATES, "2025-10-06").too_early == "few"


def test_silence_after_the_measure_is_a_fall() -> None:
    counts = np.where(np.datetime64("2025-07-07") <= DATES, 0, series(0, "2025-07-07"))
    found = effect.estimate(counts, DATES, "2025-07-07")
    assert found.high < -0.8 and found.significant


def test_days_after_the_end_are_not_used() -> None:
    counts = series(-0.5, "2025-07-07")
    changed = np.where(np.datetime64("2025-10-05") < DATES, 100, counts)
    whole, cut = (effect.estimate(one, DATES, "2025-07-07", "2025-10-05") for one in (counts, changed))
    assert whole.change == cut.change and whole.after == 13


def test_what_moves_the_controls_too_is_no_effect() -> None:
    random = np.random.default_rng(5)
    weekly = np.exp(np.repeat(random.normal(0, 0.3, len(DATES) // 7 + 1), 7)[: len(DATES)] - 0.5 * (np.datetime64("2025-07-07") <= DATES))
    counts, control = random.poisson(4 * weekly), random.poisson([20 * weekly, 10 * weekly])
    alone, beside = effect.estimate(counts, DATES, "2025-07-07"), effect.estimate(counts, DATES, "2025-07-07", controls=control)
    assert alone.significant and not beside.significant
    assert beside.high - beside.low < alone.high - alone.low + 0.2


def test_a_fall_that_began_before_is_flagged() -> None:
    early = series(-0.6, "2025-03-03", seed=7)
    assert effect.estimate(early, DATES, "2025-07-07").pretrend
    assert not effect.estimate(series(-0.6, "2025-07-07", seed=4), DATES, "2025-07-07").pretrend


def test_trouble_that_moved_next_door_is_named() -> None:
    start = "2025-07-07"
    measured = effect.estimate(series(-0.5, start), DATES, start)
    neighbours = {"quiet": series(0, start, 11), "next door": series(0.6, start, 12), "other": series(0, start, 13), "empty": np.zeros(len(DATES))}
    found = effect.displacement(measured, neighbours, DATES, start)
    assert [shift.name for shift in found if shift.moved] == ["next door"]
    assert found[0].name == "next door" and found[0].extra > 100 and found[0].replaced is not None and found[0].replaced > 0.5
    assert "empty" not in {shift.name for shift in found}


def test_intervals_hold_the_truth_where_weeks_hang_together() -> None:
    random = np.random.default_rng(17)
    world = World("memory", memory=0.6, sway=0.2)
    found = []
    for _ in range(60):
        counts, dates, _ = draw(world, 0.0, random)
        found.append(effect.estimate(counts, dates, dates[7 * world.before]))
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.87
    assert np.mean([one.significant for one in found]) <= 0.13


def test_interval_and_p_agree() -> None:
    for seed in range(12):
        found = effect.estimate(series(-0.12, "2025-07-07", seed), DATES, "2025-07-07")
        assert (found.low > 0 or found.high < 0) == found.significant


def test_broken_series_are_refused() -> None:
    with pytest.raises(ValueError, match="consecutive"):
        effect.estimate([1, 2], ["2025-01-01", "2025-01-03"], "2025-01-03")
    with pytest.raises(ValueError, match="outside"):
        effect.estimate(np.ones(len(DATES)), DATES, "2030-01-01")
    with pytest.raises(ValueError, match="controls"):
        effect.estimate(np.ones(len(DATES)), DATES, "2025-07-07", controls=[1, 2, 3])
