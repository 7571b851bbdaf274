"""The effect of a measure that takes its time: the days of the works are neither before nor after."""

import numpy as np
import pytest

from analytics import effect

DATES = np.arange(np.datetime64("2023-01-02"), np.datetime64("2026-01-05"))
WORKS, DONE = np.datetime64("2025-04-09"), np.datetime64("2025-07-13")  # 95 days: no whole number of weeks
USUAL_UNTIL = WORKS - 1


def world(during: float, after: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    years = DATES.astype(int) / 365.25
    level = np.where(DATES < WORKS, 1.0, np.where(DATES < DONE, during, after))
    return random.poisson(3 * np.exp(0.3 * np.sin(2 * np.pi * years)) * level)


def test_works_that_people_wrote_about_do_not_flatter_what_came_after() -> None:
    counts = world(3.0, 1.0, 1)
    with_works, without = effect.estimate(counts, DATES, DONE), effect.estimate(counts, DATES, DONE, usual_until=USUAL_UNTIL)
    assert with_works.significant and with_works.high < 0, "against the noisy works ordinary months look like success"
    assert without.low < 0 < without.high


def test_a_fall_after_works_is_recovered() -> None:
    found = effect.estimate(world(2.0, 0.4, 2), DATES, DONE, usual_until=USUAL_UNTIL)
    assert found.low < -0.6 < found.high < -0.4
    assert found.before == (WORKS - DATES[0]).astype(int) // 7 and found.after == (DATES[-1] + 1 - DONE).astype(int) // 7
    works = (WORKS <= DATES) & (DATES < DONE)
    assert np.isnan(found.expected[works]).all() and np.isfinite(found.expected[DATES >= DONE][: 7 * found.after]).all()
    assert found.seen == pytest.approx(found.awaited * (1 + found.change), rel=0.15)


def test_what_happened_during_the_works_changes_nothing() -> None:
    one, other = world(1.0, 0.6, 3), world(1.0, 0.6, 3)
    other[(WORKS <= DATES) & (DATES < DONE)] = 99
    here, there = (effect.estimate(counts, DATES, DONE, usual_until=USUAL_UNTIL) for counts in (one, other))
    assert (here.change, here.low, here.p, here.awaited) == (there.change, there.low, there.p, there.awaited)


def test_no_works_is_the_ordinary_answer() -> None:
    counts = world(1.0, 0.5, 4)
    assert effect.estimate(counts, DATES, DONE).change == effect.estimate(counts, DATES, DONE, usual_until=DONE - 1).change


def test_a_quiet_world_is_called_changed_no_more_often_than_the_interval_promises() -> None:
    called = sum(effect.estimate(world(2.5, 1.0, seed), DATES, DONE, usual_until=USUAL_UNTIL).significant for seed in range(60))
    assert called <= 7


@pytest.mark.parametrize("until", ["2022-12-01", "2025-07-14", "2025-12-01"])
def test_a_usual_time_that_ends_elsewhere_is_refused(until: str) -> None:
    with pytest.raises(ValueError):
        effect.estimate(world(1, 1, 5), DATES, DONE, usual_until=until)
