"""Scores open into parts that add up; the order is as stable as it says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import priority

FACTORS = pd.DataFrame(
    {"volume": [500, 40, 60, 5], "growth": [1.0, 3.0, 0.5, 0.2], "severity": [0.9, 0.8, 0.1, 0.1], "cost": [np.nan, 1e6, 5e6, 2e6]},
    index=["heating", "water", "parks", "signs"],
)


def test_score_opens_into_its_parts() -> None:
    found = priority.score(FACTORS)
    assert list(found.score.index[:2]) == ["heating", "water"]
    assert list(found.rank) == [1, 2, 3, 4]
    np.testing.assert_allclose(found.parts.sum(axis=1), found.score)
    assert sum(found.weights.values()) == pytest.approx(1)
    assert set(found.weights) == {"volume", "growth", "severity", "cost"}
    assert found.shares.loc["heating", "volume"] == 1
    assert found.shares.loc["water", "volume"] == pytest.approx(np.log(41) / np.log(501))
    assert found.shares.loc["heating", "severity"] == pytest.approx(3.5 / 4)
    assert found.shares.loc["water", "cost"] == pytest.approx(2.5 / 3)  # the cheapest of the three known


def test_what_is_not_known_gives_its_weight_to_the_others() -> None:
    found = priority.score(FACTORS[["severity", "cost"]], {"severity": 1, "cost": 1})
    assert found.score["heating"] == pytest.approx(100 * 3.5 / 4)
    assert found.parts.loc["heating", "cost"] == 0


def test_sizes_nobody_has_give_nothing() -> None:
    found = priority.score(pd.DataFrame({"overdue": [0, 0], "severity": [1.0, 2.0]}))
    assert found.parts["overdue"].tolist() == [0, 0] and list(found.score.index) == [1, 0]
    assert np.isnan(priority.score(pd.DataFrame({"reach": [np.nan, np.nan], "severity": [1.0, 2.0]})).shares["reach"]).all()


def test_weights_decide() -> None:
    assert priority.score(FACTORS, {"growth": 1}).score.index[0] == "water"
    assert priority.score(FACTORS, {"volume": 0, "cost": 1}).score.index[0] == "water"


@pytest.mark.parametrize("weights", [{"volume": -1}, {"volume": 0}, {"unheard": 1}, {}])
def test_useless_weights_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        priority.score(FACTORS, weights)


def test_a_clear_order_is_sure_and_a_close_one_is_not() -> None:
    n = 40
    clear = priority.score(pd.DataFrame({"volume": np.arange(n), "growth": np.arange(n)}))
    assert clear.agreement == pytest.approx(1) and clear.sure.all() and (clear.rank_low == clear.rank_high).all()
    crossed = priority.score(pd.DataFrame({"outlook": np.arange(n), "severity": np.arange(n)[::-1]}), {"outlook": 1, "severity": 1})
    assert crossed.agreement < 0.3 and not crossed.sure.all()
    assert (crossed.rank_low <= crossed.rank_high).all()


def test_growth_of_a_handful_is_no_growth() -> None:
    few, many, none, fresh = priority.growth([3, 300, 0, 5], [1, 100, 4, 0])
    assert few < 1 < many < 3
    assert none == 0
    assert 1 < fresh < 5
    assert priority.growth([100], [100], exposure=2.0)[0] == pytest.approx(priority.growth([100], [100])[0] / 2)


def test_no_items_no_order() -> None:
    found = priority.score(FACTORS.iloc[:0])
    assert found.score.empty and np.isnan(found.agreement)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 10)), min_size=1, max_size=12))
def test_order_does_not_depend_on_the_order_given(rows: list[tuple[float, float]]) -> None:
    frame = pd.DataFrame(rows, columns=["volume", "growth"])
    shuffled = frame.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(priority.score(frame).score.sort_index(), priority.score(shuffled).score.sort_index())


def test_those_put_last_stay_last_whatever_they_score() -> None:
    found = priority.score(FACTORS, last=[True, False, False, False])
    assert found.score.index[-1] == "heating" and found.score.iloc[-1] == found.score.max()
    assert found.rank["heating"] == found.rank_low["heating"] == 4
