"""How much of the last days has come in, and which days are off."""

import numpy as np
import pytest

from analytics import spikes


def days(first: str, count: int, step: int = 1) -> np.ndarray:
    return np.datetime64(first) + step * np.arange(count)


def test_only_unbroken_rows_of_twenty_loads_teach() -> None:
    daily = days("2026-01-01", 25)
    assert spikes.regular_spans(daily) == [(daily[0], daily[-1])]
    assert spikes.regular_spans(days("2026-01-01", 20, step=2)) != [] and spikes.regular_spans(days("2026-01-01", 19, step=2)) == []
    assert spikes.regular_spans(days("2026-01-01", 40, step=3)) == []
    later = days("2026-06-01", 30)
    mixed = np.random.default_rng(1).permutation(np.concatenate([daily, [np.datetime64("2026-04-04")], later]))
    assert spikes.regular_spans(mixed) == [(daily[0], daily[-1]), (later[0], later[-1])]
    assert spikes.regular_spans(daily[:0]) == []
    moments = daily.astype("datetime64[s]") + np.timedelta64(5, "h")
    assert spikes.regular_spans(moments) == [(daily[0], daily[-1])]


def test_completeness_grows_to_all_and_needs_enough_appeals() -> None:
    curve = spikes.completeness(np.array([0, 1, 3, 40]), np.array([50, 30, 15, 5]))
    assert curve is not None and len(curve) == spikes.LONGEST_DELAY + 1
    np.testing.assert_allclose(curve[[0, 1, 2, 3, 13, 14]], [0.5, 0.8, 0.8, 0.95, 0.95, 1.0])
    assert spikes.completeness(np.array([0, 1]), np.array([50, 30])) is None
    assert spikes.completeness(np.array([], dtype=int), np.array([], dtype=int)) is None


@pytest.mark.parametrize(
    ("first", "last", "touches"),
    [
        ("2025-05-09", "2025-05-09", True),
        ("2025-05-10", "2025-05-10", True),  # the Saturday after a Friday holiday
        ("2025-05-05", "2025-05-07", False),
        ("2025-05-06", "2025-05-08", True),  # 8 May was a day off before Victory Day
        ("2025-03-10", "2025-03-14", False),
        ("2025-12-31", "2025-12-31", True),
        ("2024-12-20", "2025-01-02", True),
        ("2026-02-18", "2026-02-20", False),
        ("2026-02-21", "2026-02-21", True),
        ("2026-06-11", "2026-06-11", False),
        ("2026-06-13", "2026-06-14", True),
    ],
)
def test_days_off_and_their_bridges(first: str, last: str, touches: bool) -> None:
    answer = spikes.touches_holiday(np.array([first], dtype="datetime64[D]"), np.array([last], dtype="datetime64[ns]"))
    assert answer.tolist() == [touches]


def test_many_at_once_are_as_each_alone() -> None:
    random = np.random.default_rng(2)
    first = np.datetime64("2023-01-01") + random.integers(0, 1400, 300)
    last = first + random.integers(0, 6, 300)
    together = spikes.touches_holiday(first, last)
    alone = [spikes.touches_holiday(first[[n]], last[[n]])[0] for n in range(300)]
    assert together.tolist() == alone and 0.05 < together.mean() < 0.5
    assert spikes.touches_holiday(first[:0], last[:0]).tolist() == []
