"""How unusual each day or week of each series is, and which of them are alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.spikes import fitting
from analytics.spikes.fitting import Days, Design, Floats

Frequency = Literal["D", "W"]
Sensitivity = Literal["calm", "usual", "keen"]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

LEFT_OUT, LEFT_OUT_SHORT = {"D": 14, "W": 26}, {"D": 14, "W": 4}
TWO_YEARS, SEVEN_YEARS = {"D": 730, "W": 104}, {"D": 2557, "W": 365}
EIGHT_WEEKS, HALF_YEAR, ONE_WEEK = {"D": 56, "W": 8}, {"D": 182, "W": 26}, {"D": 7, "W": 4}
BATCH = 2500
# Shares of the chance given to one point alone and to two together. They add up to more than 1, because two together
# count only where the point itself is in its upper TODAY_HIGH; bench/spikes.py shows that p-values keep their promise.
SCAN = {"D": (0.5, 0.75), "W": (0.33, 1.0)}
TODAY_HIGH = 0.2
LEAST_SCORED = 2
SHORT_DOUBT, START_DISPERSION = 0.15, 2.0
BAND = 0.005
LEAST_A_DAY, LEAST_IN_FOUR_WEEKS = 3, 5
SENSITIVITIES: dict[Sensitivity, tuple[float, float]] = {"calm": (0.2, 0.001), "usual": (1.0, 0.005), "keen": (3.0, 0.02)}


@dataclass(frozen=True)
class Scores:
    """p_value, expected, dispersion (variance over mean of one count, ≥ 1), upper and lower: all [series, last],
    never NaN. method [series]: regression (two years of history or more), short (less: level, day of week and
    holidays only), start (less than eight weeks: a guess)."""

    p_value: Floats
    expected: Floats
    dispersion: Floats
    method: NDArray[np.str_]

    @cached_property
    def upper(self) -> Floats:
        return band(self.expected, self.dispersion)[0]

    @cached_property
    def lower(self) -> Floats:
        return band(self.expected, self.dispersion)[1]


@dataclass(frozen=True)
class Alarms:
    """flagged [series, last]; false_per_week: how many of them a week are expected to be chance, at most."""

    flagged: Flags
    false_per_week: float


def score(
    counts: NDArray[np.integer] | Floats,
    dates: Days,
    *,
    frequency: Frequency,
    last: int,
    completeness: Floats | float | None = None,
    missing: Flags | None = None,
) -> Scores:
    """How unusual are the last points of each series, given its own history?

    counts [series, time]: appeals; NaN is a gap. dates [time]: datetime64[D], consecutive days («D») or the same day of
    consecutive weeks («W»). last: how many recent points to score. completeness: the share of a point's appeals that
    has already come in, (0, 1], broadcast to [series, last]. missing [series, time]: gaps (a silent source) and time
    before a series began: left out of the fit, p-value 1.

    The fit uses up to seven years and leaves out the points scored and the 14 days (26 weeks) before them; where
    that leaves less than two years and more than eight weeks are to be scored, all points are fitted and the past is
    judged by hindsight. The p-value answers for one point and for the sum of two, as a weighted Bonferroni (SCAN),
    and is 1 unless the point itself is in the upper fifth and at least LEAST_SCORED. Method: Noufaily et al.,
    Statistics in Medicine 32 (2013) 1206, with harmonics, a prior, tail weights and the uncertainty of the level
    added to the variance.
    """
    counts = np.asarray(counts)
    time = counts.shape[1]
    last = min(last, time)
    if counts.dtype.kind == "f":
        gaps = np.isnan(counts)
        counts = np.where(gaps, 0, counts)
        missing = gaps if missing is None else missing | gaps
    missing = None if missing is None or not missing.any() else np.broadcast_to(missing, counts.shape)
    share = np.broadcast_to(np.clip(1.0 if completeness is None else completeness, 0.01, 1.0), (len(counts), last))
    history = _history(time, last, frequency)
    began = np.zeros(len(counts), dtype=int) if missing is None else np.where(missing.all(axis=1), time, np.argmin(missing, axis=1))
    length = history - began
    method = np.where(length >= TWO_YEARS[frequency], "regression", np.where(length >= EIGHT_WEEKS[frequency], "short", "start"))
    arrays = [np.ones((len(counts), last)) for _ in range(3)]
    for kind in np.unique(method):
        of_kind = np.flatnonzero(method == kind)
        plan = fitting.design(dates, frequency, seasonal=kind == "regression")
        longest = SEVEN_YEARS if kind == "regression" or history == time else HALF_YEAR
        window = slice(max(history - longest[frequency], 0), history)
        for first in range(0, len(of_kind), BATCH):
            rows = of_kind[first : first + BATCH]
            gaps = None if missing is None else missing[rows]
            for array, part in zip(arrays, _score_batch(counts[rows], plan, window, share[rows], gaps, kind, frequency), strict=True):
                array[rows] = part
    p_value, expected, dispersion = arrays
    return Scores(p_value, expected, dispersion, method)


def band(expected: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """Upper and lower bound of the usual: a count above the one, or below the other, comes by chance with at most
    BAND each."""
    return fitting.limits(expected, dispersion, BAND)


def _history(time: int, last: int, frequency: Frequency) -> int:
    """Where the points end that are fitted."""
    if time - last - LEFT_OUT[frequency] >= TWO_YEARS[frequency]:
        return time - last - LEFT_OUT[frequency]
    if last > EIGHT_WEEKS[frequency] or last == time:
        return time
    short = time - last - LEFT_OUT_SHORT[frequency]
    return short if short >= EIGHT_WEEKS[frequency] else time - last


def _score_batch(
    counts: NDArray[np.integer] | Floats, plan: Design, window: slice, share: Floats, missing: Flags | None, kind: str, frequency: Frequency
) -> tuple[Floats, ...]:
    used = None if missing is None else (~missing[:, window]).astype(np.float32)
    fitted = fitting.fit(counts[:, window].astype(np.float32), plan.rows(window), used)
    last = share.shape[1]
    pair = slice(max(counts.shape[1] - last - 1, 0), None)
    expected, error = fitting.predict(fitted, plan.rows(pair))
    dispersion = fitted.dispersion[:, None]
    if kind != "regression":
        error = np.hypot(error, SHORT_DOUBT)
    if kind == "start":
        dispersion = np.maximum(dispersion, START_DISPERSION)
    seen = counts[:, pair].astype(float)
    present = np.ones(seen.shape, dtype=bool) if missing is None else ~missing[:, pair]
    arrived = np.ones(seen.shape)
    arrived[:, -last:] = share
    expected = expected * arrived
    own = expected * (1 + arrived * (dispersion - 1))
    doubt = expected * error
    spread = (own + doubt**2) / expected
    answered = present[:, -last:].copy()
    if kind == "start":
        answered &= _points(used, window, len(counts))[:, None] >= ONE_WEEK[frequency]
    p_value = _scan(seen, expected, own, doubt, present, answered, SCAN[frequency])
    return p_value, expected[:, -last:], spread[:, -last:]


def _points(used: NDArray[np.float32] | None, window: slice, series: int) -> Floats:
    return np.full(series, float(window.stop - window.start)) if used is None else used.sum(axis=1, dtype=float)


def _scan(seen: Floats, expected: Floats, own: Floats, doubt: Floats, present: Flags, asked: Flags, shares: tuple[float, float]) -> Floats:
    """p-values of the points `asked` [series, last] from arrays [series, last or one more]: each alone, and with the
    one before it."""
    last = asked.shape[1]
    p_value = np.ones(asked.shape)
    row, column = np.nonzero(asked & (seen[:, -last:] >= LEAST_SCORED) & (seen[:, -last:] > expected[:, -last:]))
    at = column + seen.shape[1] - last
    alone = fitting.tail(seen[row, at], expected[row, at], (own[row, at] + doubt[row, at] ** 2) / expected[row, at])
    high = alone <= TODAY_HIGH
    row, column, at, alone = row[high], column[high], at[high], alone[high]
    before = np.maximum(at - 1, 0)
    there = (at > 0) & present[row, before]
    both = expected[row, at] + there * expected[row, before]
    variance = own[row, at] + there * own[row, before] + (doubt[row, at] + there * doubt[row, before]) ** 2
    together = fitting.tail(seen[row, at] + there * seen[row, before], both, variance / both)
    p_value[row, column] = np.minimum(np.minimum(alone / shares[0], together / shares[1]), 1)
    return p_value


def worth_scoring(counts: NDArray[np.integer] | Floats, last: int, frequency: Frequency = "D") -> Flags:
    """Which series can have an alarm among the last points: they reach the least count. Bool [series]."""
    return np.asarray(_enough(counts, last, frequency).any(axis=1), dtype=bool)


def _enough(counts: NDArray[np.integer] | Floats, last: int, frequency: Frequency) -> Flags:
    counts = np.nan_to_num(np.asarray(counts))
    recent = slice(max(counts.shape[1] - last, 0), None)
    if frequency == "D":
        enough: Flags = counts[:, recent] >= LEAST_A_DAY
    else:
        total = np.cumsum(np.pad(counts, ((0, 0), (4, 0))), axis=1)
        enough = (total[:, 4:] - total[:, :-4])[:, recent] >= LEAST_IN_FOUR_WEEKS
    return enough


def alarms(
    scores: Scores,
    counts: NDArray[np.integer] | Floats,
    *,
    frequency: Frequency = "D",
    families: Whole | None = None,
    tests: Whole | int | None = None,
    q: float = 0.1,
    sensitivity: Sensitivity = "usual",
) -> Alarms:
    """Which of the scored points are alarms, with the share of false ones among them held at q?

    Benjamini–Hochberg within each family (one level of one region) and day. counts [series, time] ends with the
    scored points. families: codes 0… [series], None for one family. tests: how many series each family has (by
    code), if not all of them are given: those left out have p = 1. Under the least count (3 a day; 5 in four weeks)
    and above the largest p-value of the sensitivity a point is no alarm: calm 0.001, usual 0.005, keen 0.02; calm
    and keen also hold a fifth and three times of q.
    """
    last = scores.p_value.shape[1]
    factor, largest = SENSITIVITIES[sensitivity]
    q = min(q * factor, 1.0)
    flagged = np.zeros(scores.p_value.shape, dtype=bool)
    row, day = np.nonzero((scores.p_value <= largest) & _enough(counts, last, frequency))
    family = np.zeros(len(flagged), dtype=np.int64) if families is None else families
    given = np.bincount(family)
    sizes = given if tests is None else np.atleast_1d(np.asarray(tests))
    group = family[row] * last + day
    p_value = scores.p_value[row, day]
    order = np.lexsort((p_value, group))
    row, day, group, p_value = row[order], day[order], group[order], p_value[order]
    first = np.searchsorted(group, group)
    allowed = q * (np.arange(len(group)) - first + 1) / sizes[group // last]
    passed = np.where(p_value <= allowed, p_value, 0.0)
    threshold = np.zeros(sizes.size * last)
    np.maximum.at(threshold, group, passed)
    keep = p_value <= threshold[group]
    flagged[row[keep], day[keep]] = True
    weeks = max(last / 7 if frequency == "D" else last, 1)
    chance = np.minimum(q, given * largest).sum() * last + q * keep.sum()
    return Alarms(flagged, float(chance / weeks))


def expected_false_alarms(
    series: Sequence[int] | Whole,
    active: Sequence[int] | Whole,
    frequencies: Sequence[Frequency],
    *,
    q: float = 0.1,
    sensitivity: Sensitivity = "usual",
) -> float:
    """How many spikes a week come by chance alone, at most?

    For each family (one level of one region at one frequency) series: how many it tests; active: how many of them reach
    the least count at some time of the year (`worth_scoring`). Where nothing happens, Benjamini–Hochberg lets a family have
    an alarm with a chance of at most q each day (week), and the series that cannot have one use up none of their part.
    bench/spikes.py counts alarms of quiet simulated days and of the demo beside it.
    """
    factor, largest = SENSITIVITIES[sensitivity]
    tested, able = np.maximum(np.asarray(series, dtype=float), 1), np.asarray(active, dtype=float)
    a_week = np.array([7 if frequency == "D" else 1 for frequency in frequencies], dtype=float)
    return float((np.minimum(min(q * factor, 1.0) * able / tested, able * largest) * a_week).sum())
