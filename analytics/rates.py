"""The statistics behind every figure of «Быстро решаем»: durations, quantiles, shares, comparisons of bodies.

Pure functions on arrays; durations are in minutes unless said otherwise, shares are 0–1, intervals are 95 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z95 = float(stats.norm.ppf(0.975))
# A share computed as a chain of products may miss 0.5 by the last bits.
ROUNDING = 1e-12

# time to an event ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Curve:
    """A step function of time: `values[i]` holds from `times[i]` until `times[i + 1]`; it starts at time 0.

    times, values, low, high: float (m,); low and high bound the value with 95 %.
    at_risk, events: int (m,), how many were still followed just before the time, how many events happened at it.
    """

    times: Floats
    values: Floats
    low: Floats
    high: Floats
    at_risk: Ints
    events: Ints

    def at(self, moments: ArrayLike) -> Floats:
        """The curve's value at each moment (shape of `moments`); NaN beyond the last time anybody was followed."""
        asked = np.asarray(moments, dtype=float)
        index = np.searchsorted(self.times, asked, side="right") - 1
        return np.where(asked <= self.times[-1], self.values[np.maximum(index, 0)], np.nan)


def kaplan_meier(durations: ArrayLike, observed: ArrayLike) -> Curve:
    """What share is still open after a given time, when some cases are not finished yet?

    durations: float (n,) ≥ 0, time to the event, or followed so far without it; observed: bool (n,), the event
    happened. A case cut off at the moment of somebody's event counts as still followed at it. Bounds: Greenwood's
    variance on the log(−log) scale. Kaplan, Meier, JASA 53 (1958) 457; Kalbfleisch, Prentice (2002) §1.4.
    ValueError on empty input, on negative or missing durations.
    """
    times, at_risk, events = _risk_table(durations, np.asarray(observed, dtype=bool).astype(np.int64))
    happened = events[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - happened / at_risk, dtype=np.float64)
        variance = np.cumsum(happened / (at_risk * (at_risk - happened)))
        log_survival = np.log(survival)
        spread = Z95 * np.sqrt(variance) / log_survival
        bounds = np.exp(-np.exp(np.log(-log_survival) + np.array([[-1], [1]]) * spread))
    certain = (survival == 1) | (survival == 0)
    low, high = np.where(certain, survival, bounds)
    return Curve(times, survival, low, high, at_risk, happened)


def kaplan_meier_median(durations: ArrayLike, observed: ArrayLike) -> float | None:
    """By what time did half of the cases have the event, unfinished ones counted fairly?

    None if half never had it, or there are no cases. Arguments and errors as in `kaplan_meier`.
    """
    if np.size(durations) == 0:
        return None
    return curve_quantile(kaplan_meier(durations, observed), 0.5)


def curve_quantile(survival: Curve, q: float) -> float | None:
    """By what time did the share q of cases have the event? None where the survival curve stays above 1 − q."""
    reached = survival.values <= 1 - q + ROUNDING
    return float(survival.times[np.argmax(reached)]) if reached.any() else None


def aalen_johansen(durations: ArrayLike, event_codes: ArrayLike, event: int = 1) -> Curve:
    """What share had this event by a given time, when other events can come first and some cases are not finished?

    durations: float (n,) ≥ 0; event_codes: int (n,), 0 = not finished, `event` = the event asked about, any other
    number = a competing event. Bounds: Aalen's variance on the log(−log) scale (Choudhury, Statistics in Medicine 21
    (2002) 1129). Aalen, Johansen, Scand. J. Statist. 5 (1978) 141. Errors as in `kaplan_meier`.
    """
    codes = np.asarray(event_codes, dtype=np.int64)
    kinds = np.where(codes == 0, 0, np.where(codes == event, 1, 2))
    times, at_risk, events = _risk_table(durations, kinds, n_kinds=2)
    wanted, any_event = events[:, 0], events.sum(axis=1)
    survival_before = np.concatenate([[1.0], np.cumprod(1 - any_event / at_risk)[:-1]])
    incidence = np.cumsum(survival_before * wanted / at_risk)
    low, high = _incidence_bounds(incidence, survival_before, at_risk, wanted, any_event)
    return Curve(times, incidence, low, high, at_risk, wanted)


def _incidence_bounds(
    incidence: Floats, survival_before: Floats, at_risk: Ints, wanted: Ints, any_event: Ints
) -> tuple[Floats, Floats]:
    """Aalen's variance: sums of (I(t) − I(s))² dA(s), written as running sums so that it costs one pass."""
    left = at_risk - any_event
    hazard = np.where(left > 0, any_event / (at_risk * np.maximum(left, 1)), 0.0)
    own = survival_before * wanted / at_risk.astype(float) ** 2
    squares, products, plain = (np.cumsum(hazard * incidence**power) for power in (2, 1, 0))
    first = incidence**2 * plain - 2 * incidence * products + squares
    second = np.cumsum(survival_before**2 * wanted * (at_risk - wanted) / at_risk.astype(float) ** 3)
    third = -2 * (incidence * np.cumsum(own) - np.cumsum(own * incidence))
    variance = np.maximum(first + second + third, 0)
    inside = (incidence > 0) & (incidence < 1)
    safe = np.where(inside, incidence, 0.5)
    spread = Z95 * np.sqrt(variance) / (safe * np.log(safe))
    bounds = safe ** np.exp(np.array([[-1], [1]]) * -np.abs(spread))
    low, high = np.where(inside, bounds, incidence)
    return np.minimum(low, high), np.maximum(low, high)


def _risk_table(durations: ArrayLike, kinds: Ints, n_kinds: int = 1) -> tuple[Floats, Ints, Ints]:
    """Distinct times (m,), cases followed just before each (m,), events of each kind 1… at each (m, n_kinds)."""
    lengths = np.asarray(durations, dtype=float)
    if lengths.size == 0 or not np.all(lengths >= 0):
        raise ValueError("durations must be present and not negative, at least one")
    times, place, leaving = np.unique(lengths, return_inverse=True, return_counts=True)
    at_risk = lengths.size - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    by_kind = np.bincount(place * (n_kinds + 1) + kinds, minlength=len(times) * (n_kinds + 1))
    events = by_kind.reshape(len(times), n_kinds + 1)[:, 1:]
    if times[0] > 0:
        times, at_risk = np.concatenate([[0.0], times]), np.concatenate([[lengths.size], at_risk])
        events = np.vstack([np.zeros((1, n_kinds), dtype=np.int64), events])
    return times, at_risk, events


# quantiles, exact and from a histogram -----------------------------------------------------------------------------------

N_BUCKETS = 40
FIRST_EDGE, GROWTH = 5.0, 1.33


def quantile_with_unanswered(minutes: ArrayLike, n_unanswered: int, q: float) -> float | None:
    """By what time was the share q of all received appeals answered?

    minutes: (n,), time to the answer of the answered ones; n_unanswered: how many have none yet, counted as longer
    than any answer. Returns the shortest answer time reached by at least q of all, or None when the quantile falls
    among the unanswered or nothing was received. No interpolation: half of the appeals really were answered by the
    median (inverse of the distribution function, as in `kaplan_meier_median`).
    """
    answered = np.asarray(minutes, dtype=float)
    rank = quantile_rank(answered.size + n_unanswered, q)
    if rank is None or rank > answered.size:
        return None
    return float(np.partition(answered, rank - 1)[rank - 1])


def quantile_rank(n: int, q: float) -> int | None:
    """Which of n sorted values (counted from 1) is the q-quantile? None when n = 0; ValueError unless 0 < q ≤ 1."""
    if not 0 < q <= 1:
        raise ValueError(f"a quantile lies in (0, 1], not {q}")
    return max(int(np.ceil(q * n - 1e-9)), 1) if n else None


def histogram_edges() -> Floats:
    """Edges (41,) in whole minutes of the 40 buckets of a stored histogram: bucket i holds edges[i] ≤ t < edges[i + 1].

    The first bucket is under 5 minutes, each next edge is 1.33 times further (rounded), the last bucket (from 177 days)
    also takes everything longer.
    """
    return np.concatenate([[0.0], np.round(FIRST_EDGE * GROWTH ** np.arange(N_BUCKETS))])


def histogram_bucket(minutes: ArrayLike) -> Ints:
    """Bucket 0–39 of each duration (n,); 40 = «нет ответа» where it is missing (NaN) or negative."""
    durations = np.asarray(minutes, dtype=float)
    bucket = np.searchsorted(histogram_edges()[:-1], durations, side="right") - 1
    return np.where(durations >= 0, bucket, N_BUCKETS)


def histogram_quantile(counts: ArrayLike, q: float) -> float | None:
    """The quantile of `quantile_with_unanswered`, about (≈), from bucket counts that can be added up.

    counts: int (41,), the 40 buckets of `histogram_edges` and «нет ответа»; or (40,) when nothing is unanswered.
    Lies in the same bucket as the exact value, so within a factor of 1.33 above 5 minutes and within 5 minutes below;
    usually within 2 %: values are taken to be spread evenly on the log scale inside a bucket. None as for the exact.
    """
    filled = np.asarray(counts, dtype=np.int64)
    if filled.shape not in {(N_BUCKETS,), (N_BUCKETS + 1,)} or filled.min() < 0:
        raise ValueError(f"a histogram has {N_BUCKETS} or {N_BUCKETS + 1} counts, none negative")
    rank = quantile_rank(int(filled.sum()), q)
    reached = np.cumsum(filled)
    bucket = N_BUCKETS if rank is None else int(np.searchsorted(reached, rank))
    if rank is None or bucket == N_BUCKETS:
        return None
    low, high = histogram_edges()[bucket : bucket + 2]
    part = (rank - (reached[bucket] - filled[bucket]) - 0.5) / filled[bucket]
    return float(part * high if bucket == 0 else low * (high / low) ** part)
