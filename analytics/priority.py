"""What should be taken up first? A score that opens into its parts, and how much of the order hangs on the weights.

Each factor becomes a share from 0 to 1. Of a size it is its logarithm over that of the largest, so that ten times more is seen
but does not drown the rest; of anything else, how many of the items stand lower (halves for ties). The score is their weighted mean in points of 100; a factor that is not known for an item
gives its weight to the others. Order under moved weights: Saisana, Saltelli, Tarantola, J. R. Statist. Soc. A 168 (2005) 307.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]

WEIGHTS: Mapping[str, float] = {
    "volume": 20, "growth": 15, "severity": 15, "overdue": 15, "vulnerable": 10, "reach": 10, "outlook": 10, "cost": 5,
}  # fmt: skip
CHEAPER_FIRST = frozenset({"cost"})
SIZES = frozenset({"volume", "growth", "overdue", "vulnerable", "reach"})
MOVE, TRIALS, LEAD = 0.20, 1000, 10
SURE, BELOW = 0.90, 1000.0


@dataclass(frozen=True)
class Ranking:
    """All frames have the items in the order of the score, best first, and the index of the frame given.

    score [items], 0–100; parts: points each factor gave (they add up to the score); shares: each factor as 0–1 (NaN: not
    known); weights: as used, adding up to 1. rank; rank_low, rank_high: where 90 % of trials with moved weights put
    it; leads: share of trials in which it is among the first `LEAD`; agreement: mean Kendall correlation of their
    orders with this one (NaN for fewer than two items).
    """

    score: "pd.Series[float]"
    parts: pd.DataFrame
    shares: pd.DataFrame
    weights: Mapping[str, float]
    rank: "pd.Series[int]"
    rank_low: "pd.Series[float]"
    rank_high: "pd.Series[float]"
    leads: "pd.Series[float]"
    agreement: float

    @property
    def sure(self) -> "pd.Series[bool]":
        """Items whose place among the first, or outside them, nine in ten trials agree on."""
        return (self.leads >= SURE) | (self.leads <= 1 - SURE)


def score(factors: pd.DataFrame, weights: Mapping[str, float] = WEIGHTS, seed: int = 0, last: ArrayLike | None = None) -> Ranking:
    """In which order do the items deserve attention, and does it hold if every weight moves by 20 % on its own?

    factors: one row an item, a column for each weight that counts, more = more urgent (except `CHEAPER_FIRST`), NaN = not
    known, sizes (`SIZES`) ≥ 0; columns without a weight are not used, weights without a column neither. last [items] (bool): these stand below
    all others whatever they score. ValueError: no factor left,
    a negative weight, or all weights zero.
    """
    names = [name for name in weights if name in factors.columns]
    raw = np.array([weights[name] for name in names], dtype=float)
    if not names or (raw < 0).any() or raw.sum() <= 0:
        raise ValueError("weights need a factor and a positive sum")
    shares = pd.DataFrame({name: _share(factors[name], name) for name in names}, index=factors.index)
    values, normal = shares.to_numpy(float), raw / raw.sum()
    given = _parts(values, normal)
    total = given.sum(axis=1)
    below = np.where(np.zeros(len(total), bool) if last is None else np.asarray(last, dtype=bool), BELOW, 0.0)
    order = np.lexsort((np.arange(len(total)), -np.round(total - below, 9)))
    random = np.random.default_rng(seed)
    places = np.array([_places(values, normal * random.uniform(1 - MOVE, 1 + MOVE, len(normal)), below) for _ in range(TRIALS)])
    index = factors.index[order]
    ranks = np.empty(len(order), dtype=int)
    ranks[order] = np.arange(1, len(order) + 1)
    low, high = np.quantile(places, (0.05, 0.95), axis=0) if len(order) else (np.zeros(0), np.zeros(0))
    lined = lambda column: pd.Series(column[order], index=index)  # noqa: E731
    return Ranking(
        score=lined(total), parts=pd.DataFrame(given[order], index=index, columns=names), shares=shares.loc[index] if index.is_unique else shares.iloc[order],
        weights=dict(zip(names, normal)), rank=lined(ranks), rank_low=lined(low), rank_high=lined(high),
        leads=lined((places <= LEAD).mean(axis=0)), agreement=_agreement(ranks, places),
    )  # fmt: skip


def growth(now: ArrayLike, before: ArrayLike, exposure: float = 1.0) -> Floats:
    """How many times more appeals than before, at least (lower 90 % limit, so that 3 after 1 is no growth)?

    now, before: counts of two periods; exposure: length of the first over the second. The two counts given their sum
    are binomial (Clopper, Pearson, Biometrika 26 (1934) 404).
    """
    up, down = np.asarray(now, dtype=float), np.asarray(before, dtype=float)
    share = np.where(up > 0, stats.beta.ppf(0.10, np.maximum(up, 1e-9), down + 1), 0.0)
    return np.asarray(share / (1 - share) / exposure, dtype=float)


def _share(column: "pd.Series[float]", name: str) -> Floats:
    values = pd.to_numeric(column).astype(float)
    if name in SIZES:
        sizes = np.log1p(values.to_numpy(float))
        return np.asarray(sizes / max(float(np.nanmax(sizes, initial=0.0)), 1e-9), dtype=float)
    known = int(values.notna().sum())
    ranked = (-values if name in CHEAPER_FIRST else values).rank(method="average")
    return np.asarray((ranked - 0.5) / max(known, 1), dtype=float)


def _parts(values: Floats, weights: Floats) -> Floats:
    """Points [items, factors]; zeros where nothing is known."""
    known = ~np.isnan(values)
    whole = (known * weights).sum(axis=1, keepdims=True)
    points: Floats = 100 * np.where(known, values, 0) * weights / np.where(whole > 0, whole, 1)
    return points


def _places(values: Floats, weights: Floats, below: Floats) -> NDArray[np.int64]:
    total = _parts(values, weights).sum(axis=1) - below
    places = np.empty(len(total), dtype=np.int64)
    places[np.argsort(-np.round(total, 9), kind="stable")] = np.arange(1, len(total) + 1)
    return places


def _agreement(ranks: NDArray[np.int64], places: NDArray[np.int64]) -> float:
    if len(ranks) < 2:
        return float("nan")
    return float(np.mean([stats.kendalltau(ranks, one).statistic for one in places[::20]]))
