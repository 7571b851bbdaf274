"""Days on which a series is higher than its own history explains.

Expected level: quasi-Poisson regression with trend, two yearly harmonics, day of week and Russian holidays, fitted by
iteratively reweighted least squares over all series at once, past spikes weighted down. Upper bound and p-value: negative binomial
with the fitted dispersion and the uncertainty of the fitted level. After Noufaily et al., Statistics in Medicine 32 (2013) 1206.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import holidays
import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

LEFT_OUT = {"D": 14, "W": 26}
YEAR = {"D": 365.25, "W": 52.18}
TWO_YEARS, EIGHT_WEEKS = {"D": 730, "W": 104}, {"D": 56, "W": 8}
BATCH = 2000
ITERATIONS, ROBUST_ROUNDS = 6, 2
UNUSUAL = 0.002
ALPHA = 0.005
LEAST_COUNT = 3
GAP = 2


@dataclass(frozen=True)
class Scores:
    """For each series and each of the last points: p_value (upper tail), expected, upper bound at ALPHA, lower bound,
    dispersion (variance over mean, ≥ 1); all [series, last]. method: regression | short | start, by length of history."""

    p_value: Floats
    expected: Floats
    upper: Floats
    lower: Floats
    dispersion: Floats
    method: str


@dataclass(frozen=True)
class Run:
    """Alarm days of one series at most GAP days apart. Indices are into the scored points."""

    series: int
    onset: int
    first_flagged: int
    last: int
    peak: int
    observed: int
    expected: float
    p_value: float

    @property
    def excess(self) -> float:
        return self.observed - self.expected

    @property
    def ratio(self) -> float:
        return self.observed / max(self.expected, 0.5)

    @property
    def severity(self) -> float:
        """Excess in units of the root of the expected count: a large topic needs more to be as grave as a small one."""
        return self.excess / max(self.expected, 1.0) ** 0.5


def score(counts: Counts, dates: Days, *, frequency: str, last: int, missing: NDArray[np.bool_] | None = None) -> Scores:
    """How unusual are the last points of each series?

    counts: integer [series, time]; dates: datetime64[D] [time], evenly spaced; frequency: «D» or «W»; last: how many
    recent points to score; missing: bool [series, time], points left out of fit (their p-value is 1).
    Points the history ends with (14 days, 26 weeks before the first scored one) are left out of the fit, unless too little remains.
    """
    time = counts.shape[1]
    last = min(last, time)
    history = time - last - LEFT_OUT[frequency]
    if history < EIGHT_WEEKS[frequency]:
        history = time - last
    if history < EIGHT_WEEKS[frequency]:
        history = time
    method = "regression" if history >= TWO_YEARS[frequency] else "short" if history >= EIGHT_WEEKS[frequency] else "start"
    design = _design(dates, frequency, method)
    parts = [
        _score_batch(counts[i : i + BATCH], design, history, last, None if missing is None else missing[i : i + BATCH])
        for i in range(0, len(counts), BATCH)
    ]
    arrays = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.empty((0, last))] * 5
    p_value, expected, upper, lower, dispersion = arrays
    return Scores(p_value, expected, upper, lower, dispersion, method)


def _design(dates: Days, frequency: str, method: str) -> Floats:
    step = np.arange(len(dates)) / YEAR[frequency]
    columns = [np.ones(len(dates))]
    if method == "regression":
        columns.append(step - step.mean())
        day_of_year = (dates - dates.astype("datetime64[Y]")).astype(int) / 365.25
        columns += [f(2 * np.pi * k * day_of_year) for k in (1, 2) for f in (np.sin, np.cos)]
    if frequency == "D" and method != "start":
        weekday = (dates.astype("datetime64[D]").astype(int) + 3) % 7
        columns += [(weekday == d).astype(float) for d in range(1, 7)]
        if method == "regression":
            columns.append(np.isin(dates.astype("datetime64[D]"), _days_off()).astype(float))
    return np.column_stack(columns)


@cache
def _days_off() -> Days:
    return np.array(sorted(holidays.country_holidays("RU", years=range(2010, 2041))), dtype="datetime64[D]")


def _score_batch(counts: Counts, design: Floats, history: int, last: int, missing: NDArray[np.bool_] | None) -> tuple[Floats, ...]:
    y, x = counts[:, :history].astype(float), design[:history]
    used = np.ones_like(y) if missing is None else (~missing[:, :history]).astype(float)
    pairs = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    weight = used
    for again in range(ROBUST_ROUNDS):
        beta, information = _fit(y, x, pairs, weight)
        mu = np.exp(np.clip(beta @ x.T, -12, 12))
        phi = _dispersion(y, mu, weight, x.shape[1])
        if again < ROBUST_ROUNDS - 1:
            high = (y >= LEAST_COUNT) & (y > mu)
            tail = np.ones_like(y)
            rows, columns = np.nonzero(high)
            tail[rows, columns] = _tail(y[rows, columns], mu[rows, columns], phi[rows])
            weight = used * np.clip(tail / UNUSUAL, 0.01, 1.0)
    ahead = design[-last:]
    expected = np.exp(np.clip(beta @ ahead.T, -12, 12))
    covariance = np.linalg.inv(information + 1e-6 * np.eye(x.shape[1])) * phi[:, None, None]
    doubt = np.einsum("tp,spq,tq->st", ahead, covariance, ahead, optimize=True)
    spread = np.minimum(phi[:, None] + expected * np.clip(doubt, 0, 4), 1e6)
    seen = counts[:, -last:].astype(float)
    p_value = np.ones_like(seen)
    asked = (seen >= LEAST_COUNT) & (seen > expected)
    if missing is not None:
        asked &= ~missing[:, -last:]
    p_value[asked] = _tail(seen[asked], expected[asked], spread[asked])
    upper, lower = bounds(expected, spread)
    return p_value, expected, upper, lower, spread


def _fit(y: Floats, x: Floats, pairs: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Coefficients [series, p] and information [series, p, p] of weighted Poisson regressions with a log link."""
    p = x.shape[1]
    ridge = 1e-4 * np.eye(p)
    total = np.maximum(weight.sum(axis=1), 1)
    beta = np.zeros((len(y), p))
    beta[:, 0] = np.log(np.maximum((weight * y).sum(axis=1) / total, 1e-4))
    for _ in range(ITERATIONS):
        mu = np.exp(np.clip(beta @ x.T, -12, 12))
        w = weight * mu
        information = (w @ pairs).reshape(-1, p, p)
        gradient = (weight * (y - mu)) @ x
        step = np.linalg.solve(
            information + ridge * np.maximum(np.trace(information, axis1=1, axis2=2), 1e-3)[:, None, None], gradient[:, :, None]
        )[:, :, 0]
        beta += np.clip(step, -1.5, 1.5)
    return beta, information


def _dispersion(y: Floats, mu: Floats, weight: Floats, p: int) -> Floats:
    residual = (weight * (y - mu) ** 2 / np.maximum(mu, 1e-4)).sum(axis=1)
    return np.clip(residual / np.maximum(weight.sum(axis=1) - p, 1), 1.0, 1e4)


def _tail(seen: Floats, expected: Floats, spread: Floats) -> Floats:
    """P(count ≥ seen) of a negative binomial with mean `expected` and variance spread × expected."""
    spread = np.maximum(spread, 1.001)
    return stats.nbinom.sf(seen - 1, expected / (spread - 1), 1 / spread)


def bounds(expected: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Upper bound at ALPHA and lower bound at 1 − ALPHA of a count; Cornish–Fisher's approximation to the negative
    binomial, accurate to a unit where it matters and fast on millions of points."""
    z = float(stats.norm.ppf(1 - ALPHA))
    deviation = np.sqrt(expected * spread)
    skew = (2 * spread - 1) / np.maximum(deviation, 1e-6)
    shift = (z * z - 1) / 6 * np.minimum(skew, 3.0)
    return np.ceil(expected + deviation * (z + shift)), np.maximum(np.floor(expected + deviation * (-z + shift)), 0.0)


def worth_scoring(counts: Counts, last: int) -> NDArray[np.bool_]:
    """Which series have a day among the last ones with at least LEAST_COUNT: only they can have a spike. Bool [series]."""
    return counts[:, -last:].max(axis=1, initial=0) >= LEAST_COUNT


def alarms(scores: Scores, seen: Counts, tests: int, q: float = 0.1) -> NDArray[np.bool_]:
    """Which points are alarms, keeping the share of false ones among them at `q` on each day (Benjamini–Hochberg over
    `tests` series, of which those not given have p = 1) with at least LEAST_COUNT appeals and p ≤ ALPHA. Bool [series, last]."""
    if not len(seen):
        return np.zeros(seen.shape, dtype=bool)
    p = np.where(seen >= LEAST_COUNT, scores.p_value, 1.0)
    ranked = np.sort(p, axis=0)
    passed = ranked <= q * np.arange(1, len(p) + 1)[:, None] / tests
    highest = len(p) - 1 - np.argmax(passed[::-1], axis=0)
    threshold = np.where(passed.any(axis=0), np.take_along_axis(ranked, highest[None], axis=0)[0], 0.0)
    return (p <= np.minimum(threshold, ALPHA)) & (p < 1)


def runs(flagged: NDArray[np.bool_], scores: Scores, seen: Counts) -> Iterator[Run]:
    """Alarm days of each series merged where at most GAP days apart. The onset is the first day of the run, or the day
    before it when that one already was above its expected level by half as much again."""
    for series in np.flatnonzero(flagged.any(axis=1)):
        days = np.flatnonzero(flagged[series])
        for piece in np.split(days, np.flatnonzero(np.diff(days) > GAP) + 1):
            first, final = int(piece[0]), int(piece[-1])
            onset = first
            while onset and seen[series, onset - 1] > 1.5 * scores.expected[series, onset - 1] + 1 and first - onset < 3:
                onset -= 1
            window = slice(onset, final + 1)
            observed = int(seen[series, window].sum())
            yield Run(
                int(series),
                onset,
                first,
                final,
                onset + int(seen[series, window].argmax()),
                observed,
                float(scores.expected[series, window].sum()),
                float(scores.p_value[series, piece].min()),
            )


def spike_id(level: str, territory: int, topic: int, onset: np.datetime64) -> int:
    """The lasting number of a spike: 63 bits of a hash of its series and its onset as first stored."""
    digest = blake2b(f"{level}|{territory}|{topic}|{onset}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def copies(texts: Sequence[str]) -> float:
    """The share of the commonest text among texts, case, spaces and punctuation aside; 0 for none."""
    if not texts:
        return 0.0
    plain = ["".join(c for c in text.lower() if c.isalnum())[:200] for text in texts]
    _, sizes = np.unique(plain, return_counts=True)
    return float(sizes.max() / len(plain))
