"""Zones: one angry author does not lead, planted clusters are found, chance is not, budgets are kept."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analytics import zones

FIRST, LAST = np.datetime64("2025-01-06"), np.datetime64("2025-03-30")
SIDE = np.arange(8)
LAT, LON = (part.ravel() for part in np.meshgrid(52.6 + 0.01 * SIDE, 39.5 + 0.015 * SIDE))


def letters(place: str, authors: list[str | None], days: list[int], unresolved: bool = True, severity: float = 0.5) -> pd.DataFrame:
    return pd.DataFrame({
        "place": place, "author": authors, "day": FIRST + np.array(days), "unresolved": unresolved, "severity": severity,
    })  # fmt: skip


def test_one_angry_author_does_not_lead() -> None:
    angry = letters("angry", ["x"] * 84, list(range(84)), severity=1.0)
    street = letters("street", [f"a{i}" for i in range(12)], list(range(0, 84, 7)))
    small = letters("small", ["b", "c", "d"], [3, 40, 80], unresolved=False, severity=0.2)
    found = zones.rank(pd.concat([angry, street, small]), FIRST, LAST)
    assert list(found.index) == ["street", "small", "angry"]
    assert found.loc["angry", "volume"] == 84 and found.loc["angry", "weeks"] == 1 and found.loc["angry", "few"]
    assert found.loc["street", "authors"] == 12 and found.loc["street", "persistence"] == 1


def test_an_angry_author_among_others_adds_little() -> None:
    street = letters("street", [f"a{i}" for i in range(10)], list(range(0, 80, 8)))
    other = pd.concat([letters("other", [f"b{i}" for i in range(6)], list(range(0, 78, 13))), letters("other", ["x"] * 25, list(range(0, 75, 3)))])
    other["unresolved"] = True
    found = zones.rank(pd.concat([street, other]), FIRST, LAST, {"volume": 1})
    assert found.loc["other", "volume"] == 31 and found.loc["other", "voices"] == pytest.approx(11)
    found = zones.rank(pd.concat([street, other]), FIRST, LAST)
    assert found.index[0] == "street"


def test_letters_without_author_place_or_period() -> None:
    frame = letters("street", [None, None, None, None], [0, 0, 9, 200])
    frame.loc[len(frame)] = [None, "a", FIRST, True, 0.5]
    found = zones.rank(frame, FIRST, LAST)
    assert list(found["volume"]) == [3] and list(found["authors"]) == [2]
    assert zones.rank(frame.iloc[:0], FIRST, LAST).empty


def test_growth_counts_people() -> None:
    growing = letters("growing", [f"a{i}" for i in range(40)], [5] * 5 + [70] * 35)
    steady = letters("steady", [f"b{i}" for i in range(40)], [5] * 20 + [70] * 20)
    found = zones.rank(pd.concat([growing, steady]), FIRST, LAST)
    assert found.index[0] == "growing" and found.loc["growing", "growth"] > 3 > 1 > found.loc["steady", "growth"]


def test_a_planted_cluster_is_found_where_and_when_it_is() -> None:
    random = np.random.default_rng(1)
    cases = random.poisson(2.0, (64, 10))
    near = np.argsort((LAT - LAT[27]) ** 2 + (LON - LON[27]) ** 2)[:5]
    cases[near, 7:] += random.poisson(5.0, (5, 3))
    best = zones.scan(cases, np.ones((64, 10)), LAT, LON, trials=99)[0]
    assert set(best.places) & set(near) and len(set(best.places) & set(near)) >= 4
    assert (best.first, best.last) == (7, 9) and best.p == 0.01 and best.ratio > 2
    assert best.seen == cases[list(best.places), 7:].sum()
    usual = zones.usual(cases)
    assert usual.sum(axis=1) == pytest.approx(cases.sum(axis=1)) and zones.scan(cases, usual, LAT, LON, trials=99)


def test_chance_gives_few_clusters() -> None:
    random = np.random.default_rng(2)
    found = [zones.scan(random.poisson(1.0, (64, 4)), np.ones((64, 4)), LAT, LON, trials=39, seed=turn) for turn in range(40)]
    assert np.mean([bool(few) for few in found]) <= 0.15


def test_residents_explain_a_big_town() -> None:
    residents = np.ones((64, 1))
    residents[10] = 30
    cases = np.random.default_rng(3).poisson(3 * residents)
    assert zones.scan(cases, np.ones((64, 1)), LAT, LON, whole_time=True, trials=99)
    assert zones.scan(cases, residents, LAT, LON, whole_time=True, trials=99) == []


def test_clusters_share_no_place_and_silence_has_none() -> None:
    cases = np.ones((64, 6))
    cases[[9, 54], 4:] = 20
    found = zones.scan(cases, np.ones((64, 6)), LAT, LON, trials=99)
    members = [place for cluster in found for place in cluster.places]
    assert {9, 54} <= set(members) and len(members) == len(set(members))
    assert zones.scan(np.zeros((64, 6)), np.ones((64, 6)), LAT, LON) == []
    with pytest.raises(ValueError):
        zones.scan(cases, np.ones((64, 6)), LAT[:3], LON)


def test_choice_is_the_best_of_all_subsets() -> None:
    random = np.random.default_rng(4)
    for _ in range(10):
        gain, cost = random.integers(1, 50, 9).astype(float), random.uniform(0.5, 6, 9)
        found = zones.choose(gain, cost, 10.0)
        best = max(
            gain[list(few)].sum() for size in range(10) for few in combinations(range(9), size) if cost[list(few)].sum() <= 10
        )
        assert found.covered == pytest.approx(best) and found.cost <= 10 + 1e-6
        assert found.share == pytest.approx(best / gain.sum()) and found.left == pytest.approx(10 - found.cost)


def test_choice_without_money_or_costs() -> None:
    assert zones.choose([5, 6], [1, 2], 0.5).chosen == ()
    assert zones.choose([5, 6], [np.nan, 2], 2).chosen == (1,)
    assert zones.choose([5, 6], [2e9, 1e9], 3e9).chosen == (0, 1)
    with pytest.raises(ValueError):
        zones.choose([5], [-1], 1)


def test_cells_of_points() -> None:
    found = zones.cells([52.6, np.nan, 52.6], [39.6, 39.6, 39.6], 8)
    assert found[0] == found[2] and found[1] is None


def test_noise_beyond_poisson_is_no_cluster() -> None:
    random = np.random.default_rng(5)
    noisy = [random.poisson(random.gamma(2.0, 1.0, (64, 6))) for _ in range(30)]
    found = [zones.scan(cases, np.ones((64, 6)), LAT, LON, trials=39, seed=turn) for turn, cases in enumerate(noisy)]
    assert np.mean([bool(few) for few in found]) <= 0.25
