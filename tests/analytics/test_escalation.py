"""Calls and waiting: worlds with a known truth, and the comparison that misleads."""

import numpy as np
import pytest

from analytics.escalation import MINIMUM_CALLS, call_effect

DAY = 1440.0


def world(seed: int, faster: float, size: int = 1200) -> tuple[np.ndarray, ...]:
    """Answers of six groups at their own speed; calls at random while waiting; after a call answers come `faster` × as
    often. group, ended, followed, called, in minutes."""
    random = np.random.default_rng(seed)
    group = random.integers(0, 6, size)
    speed = np.array([2, 3, 4, 6, 8, 12])[group] * DAY
    alone = random.exponential(speed)
    planned = np.where(random.random(size) < 0.4, random.uniform(0, 12 * DAY, size), 1e9)
    called = np.where(planned < alone, planned, np.nan)
    ended = np.where(planned < alone, planned + (alone - planned) / faster, alone)
    followed = random.uniform(2 * DAY, 40 * DAY, size)
    called[called > followed] = np.nan
    return group, np.where(ended <= followed, ended, np.nan), followed, called


def test_calls_that_change_nothing_are_seen_as_such() -> None:
    inside = [found.low <= 0 <= found.high for found in (call_effect(*world(seed, 1), 10 * DAY) for seed in range(40))]
    assert np.mean(inside) >= 0.85


def test_comparing_with_the_never_called_would_mislead() -> None:
    group, ended, followed, called = world(1, 1, 4000)
    known = ~np.isnan(ended)
    assert np.median(ended[known & ~np.isnan(called)]) > 1.5 * np.median(ended[known & np.isnan(called)])
    found = call_effect(group, ended, followed, called, 10 * DAY)
    assert abs(found.difference) < 0.1 * found.without_call


def test_calls_that_halve_the_rest_are_seen() -> None:
    found = [call_effect(*world(seed, 2), 10 * DAY) for seed in range(20)]
    assert np.mean([one.high < 0 for one in found]) >= 0.9
    assert all(one.difference == pytest.approx(one.with_call - one.without_call) for one in found)
    assert all(one.low < one.difference < one.high for one in found)


def test_a_pair_by_hand() -> None:
    """A call at age 10 of an appeal answered at 12, beside one that waited until 20: 2 and 10 minutes more."""
    group = np.repeat(np.arange(MINIMUM_CALLS), 3)
    ended = np.tile([12.0, 20.0, 5.0], MINIMUM_CALLS)
    followed = np.full(len(group), 100.0)
    called = np.tile([10.0, np.nan, np.nan], MINIMUM_CALLS)
    found = call_effect(group, ended, followed, called, 30)
    assert (found.given, found.calls, found.compared) == (MINIMUM_CALLS, MINIMUM_CALLS, MINIMUM_CALLS)
    assert (found.with_call, found.without_call, found.difference) == pytest.approx((2, 10, -8))
    assert call_effect(group, ended, followed, called, 4).without_call == pytest.approx(4)


def test_few_calls_say_nothing() -> None:
    group, ended, followed, called = world(3, 2, 60)
    keep = np.flatnonzero(~np.isnan(called))[: MINIMUM_CALLS - 1]
    few = np.full_like(called, np.nan)
    few[keep] = called[keep]
    found = call_effect(group, ended, followed, few, DAY)
    assert found.calls < MINIMUM_CALLS and found.difference is None
    nothing = call_effect([], [], [], [], DAY)
    assert (nothing.given, nothing.calls, nothing.difference) == (0, 0, None)


def test_a_call_after_the_answer_is_no_call() -> None:
    found = call_effect(["x"] * 3, [5.0, 9.0, np.nan], [20.0] * 3, [6.0, np.nan, np.nan], 10)
    assert found.given == 0
    with pytest.raises(ValueError):
        call_effect(["x"], [1.0], [2.0], [np.nan], 0)
