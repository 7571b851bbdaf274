"""What happens near a place: distances, equal windows before and after a day, and exact comparison of counts.

Counts of a window are taken for Poisson ones: the interval of a count after Garwood, Biometrika 28 (1936) 437; two
windows are compared given their sum, which makes the later count binomial (Przyborowski, Wilenski, Biometrika 31 (1940)
313), with the interval of Clopper, Pearson, Biometrika 26 (1934) 404. Beside a control the four counts are a fourfold
table, whose odds ratio is the ratio of the two changes (Fisher's exact conditional answer).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.stats import contingency

EARTH_METRES = 6_371_008.8
COVERAGE, SIGNIFICANT = 0.95, 0.05
LEAST_DAYS, LEAST_SEEN = 7, 10


@dataclass(frozen=True)
class Windows:
    """Two periods of `days` days each, all ends inclusive: until the day before an event and from the day after it."""

    before: tuple[date, date]
    after: tuple[date, date]
    days: int


@dataclass(frozen=True)
class Ratio:
    """How many times a later rate is an earlier one, its 95 % interval, and p of no difference, two-sided. high is infinite
    where nothing was seen before, ratio is NaN where nothing was seen at all."""

    ratio: float
    low: float
    high: float
    p: float

    @property
    def significant(self) -> bool:
        return self.p < SIGNIFICANT


def metres(lat: float, lon: float, lats: ArrayLike, lons: ArrayLike) -> NDArray[np.float64]:
    """How far are points from one, along the great circle (haversine, mean radius of the Earth)? Degrees in, metres out."""
    here, there = np.radians(lat), np.radians(np.asarray(lats, dtype=float))
    across = np.radians(np.asarray(lons, dtype=float)) - np.radians(lon)
    half = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(across / 2) ** 2
    return np.asarray(2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def windows(day: date, first: date, last: date, longest: int) -> Windows | None:
    """The longest equal windows around `day` of at most `longest` days inside the days `first` … `last` that data cover.
    The day itself is in neither. None where one would be shorter than LEAST_DAYS."""
    days = min(longest, (day - first).days, (last - day).days)
    if days < LEAST_DAYS:
        return None
    one = timedelta(days=1)
    return Windows((day - days * one, day - one), (day + one, day + days * one), days)


def interval(count: int) -> tuple[float, float]:
    """Between which means does a Poisson count leave us? 95 %, exact."""
    tail = (1 - COVERAGE) / 2
    low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count else 0.0
    return low, float(stats.chi2.isf(tail, 2 * count + 2) / 2)


def compare(before: int, after: int, time_before: float = 1.0, time_after: float = 1.0) -> Ratio:
    """How many times more often after than before? The times may differ; ValueError where one is not above zero."""
    if time_before <= 0 or time_after <= 0:
        raise ValueError("a window needs some time")
    total, longer = before + after, time_before / time_after
    if not total:
        return Ratio(float("nan"), 0.0, float("inf"), 1.0)
    tail = (1 - COVERAGE) / 2
    low = float(stats.beta.ppf(tail, after, before + 1)) if after else 0.0
    high = float(stats.beta.isf(tail, after + 1, before)) if before else 1.0
    usual = stats.binom(total, 1 / (1 + longer))
    chance = min(1.0, 2 * min(float(usual.cdf(after)), float(usual.sf(after - 1))))
    return Ratio(after / before * longer if before else float("inf"), _odds(low) * longer, _odds(high) * longer, chance)


def against(before: int, after: int, control_before: int, control_after: int) -> Ratio:
    """How many times is the change near a place the change elsewhere in the same windows? 1: what happened everywhere
    happened here. The ratio is the conditional estimate."""
    table = np.array([[after, before], [control_after, control_before]])
    if not table.sum(axis=0).all() or not table.sum(axis=1).all():
        return Ratio(float("nan"), 0.0, float("inf"), 1.0)
    found = contingency.odds_ratio(table, kind="conditional")
    between = found.confidence_interval(COVERAGE)
    return Ratio(float(found.statistic), float(between.low), float(between.high), float(stats.fisher_exact(table).pvalue))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
