"""Batched regressions of counts: one design, many series.

Poisson regressions with a log link by Newton's method, all series of a batch at once in float32; the dispersion is
Pearson's. Each coefficient but the level has a normal prior, so that a handful of appeals teaches no season. Points
the first fit finds next to impossible are past spikes and count less in the next two: weights by the negative
binomial tail, because those by Anscombe residuals (Noufaily et al., Statistics in Medicine 32 (2013) 1206) take
ordinary days of sparse daily series for spikes.
"""

from dataclasses import dataclass
from functools import cache

import holidays
import numpy as np
from numpy.typing import NDArray
from scipy import special

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

TREND_SPREAD, SEASON_SPREAD, DAY_SPREAD = 0.4, 0.5, 0.7
PAST_SPIKES = 0.7
LEAST_UNUSUAL, FAR_OUT = 3, 2.8
STEPS = (4, 1, 1)
LONGEST_STEP, FARTHEST = 1.5, 14.0


@dataclass(frozen=True)
class Design:
    """x: float32 [time, p], its first column is 1; spread [p]: standard deviation of the prior of each coefficient
    (unused for the first)."""

    x: Singles
    spread: Floats

    def rows(self, part: slice) -> "Design":
        return Design(self.x[part], self.spread)


@dataclass(frozen=True)
class Fit:
    """beta [series, p], its covariance [series, p, p], dispersion [series]: variance over mean, ≥ 1."""

    beta: Floats
    covariance: Floats
    dispersion: Floats


def design(dates: Days, frequency: str, *, seasonal: bool) -> Design:
    """Level; where seasonal, trend and two harmonics of the year; for days («D») also day of week, New Year holidays
    and other Russian holidays."""
    days = dates.astype("datetime64[D]")
    columns, spread = [np.ones(len(days))], [1.0]
    if seasonal:
        years = days.astype(int) / 365.25
        columns.append(years - years.mean())
        spread.append(TREND_SPREAD)
        for harmonic in (1, 2):
            columns += [np.sin(2 * np.pi * harmonic * years), np.cos(2 * np.pi * harmonic * years)]
            spread += [SEASON_SPREAD / harmonic] * 2
    if frequency == "D":
        weekday = (days.astype(int) + 3) % 7
        columns += [(weekday == day) - 1 / 7 for day in range(6)]
        first, last = (int(day.astype("datetime64[Y]").astype(int)) + 1970 for day in (days[0], days[-1]))
        columns += [np.isin(days, off).astype(float) for off in _days_off(first, last)]
        spread += [DAY_SPREAD] * 8
    return Design(np.column_stack(columns).astype(np.float32), np.array(spread))


@cache
def _days_off(first_year: int, last_year: int) -> tuple[Days, Days]:
    """Russian holidays: those of the first eight days of a year, and the others."""
    days = np.array(sorted(holidays.country_holidays("RU", years=range(first_year, last_year + 1))), dtype="datetime64[D]")
    new_year = (days - days.astype("datetime64[Y]")).astype(int) < 8
    return days[new_year], days[~new_year]


def touches_holiday(first: Days, last: Days) -> NDArray[np.bool_]:
    """Whether any day from first to last (both included) is a Russian public holiday, a day off next to one, or the one
    working day between a holiday and another day off."""
    if not len(first):
        return np.zeros(0, dtype=bool)
    first, last = first.astype("datetime64[D]"), last.astype("datetime64[D]")
    days = np.arange(first.min() - 10, last.max() + 11)
    holiday = np.isin(days, np.concatenate(_days_off(*(int(str(day)[:4]) for day in (days[0], days[-1])))))
    off = holiday | ((days.astype(int) + 3) % 7 >= 5)
    between = ~off
    between[1:-1] &= (holiday[:-2] & off[2:]) | (off[:-2] & holiday[2:])
    between[[0, -1]] = False
    free, touched = off | between, holiday | between
    for _ in range(5):
        touched[1:] |= touched[:-1] & free[1:]
        touched[:-1] |= touched[1:] & free[:-1]
    so_far = np.append(0, np.cumsum(touched))
    begin, end = ((bound - days[0]).astype(int) for bound in (first, last))
    answer: NDArray[np.bool_] = so_far[end + 1] > so_far[begin]
    return answer


def fit(y: Singles, plan: Design, used: Singles | None) -> Fit:
    """Regressions of y [series, time] on the design; used [series, time]: 1 where a point counts, 0 where not; None
    for all."""
    x, size = plan.x, plan.x.shape[1]
    upper = np.triu_indices(size)
    pairs = np.ascontiguousarray(x[:, upper[0]] * x[:, upper[1]])
    diagonal = np.arange(size)
    points = np.full(len(y), float(y.shape[1])) if used is None else used.sum(axis=1, dtype=float)
    seen = (y if used is None else y * used).sum(axis=1, dtype=float)
    start = np.zeros((len(y), size))
    start[:, 0] = np.log((seen + 0.5) / np.maximum(points, 1))
    precision = np.append(0.5, plan.spread[1:] ** -2.0)
    high = np.nonzero(y >= LEAST_UNUSUAL)
    beta, dispersion, weight = start.copy(), np.ones(len(y)), used
    information = np.empty((len(y), size, size))
    mu = _means(beta, x)
    for again, steps in enumerate(STEPS):
        pulled = (y if weight is None else y * weight) @ x
        penalty = np.where(diagonal > 0, dispersion[:, None], 1.0) * precision
        for _ in range(steps):
            information[:, upper[0], upper[1]] = (mu if weight is None else mu * weight) @ pairs
            information[:, upper[1], upper[0]] = information[:, upper[0], upper[1]]
            gradient = pulled - information[:, 0] - penalty * (beta - start)
            information[:, diagonal, diagonal] += penalty
            step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
            beta += np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            mu = _means(beta, x)
        dispersion = _dispersion(y, mu, weight, size)
        if again < len(STEPS) - 1:
            weight = _weights(y, mu, dispersion, used, high)
    return Fit(beta, np.linalg.inv(information) * dispersion[:, None, None], dispersion)


def _means(beta: Floats, x: Singles) -> Singles:
    eta = beta.astype(np.float32) @ x.T
    np.clip(eta, -FARTHEST, FARTHEST, out=eta)
    return np.exp(eta, out=eta)


def _dispersion(y: Singles, mu: Singles, weight: Singles | None, size: int) -> Floats:
    squares = y - mu
    squares *= squares
    squares /= mu
    if weight is not None:
        squares *= weight
    points = y.shape[1] if weight is None else weight.sum(axis=1, dtype=float)
    return np.maximum(squares.sum(axis=1, dtype=float) / np.maximum(points - size, 1), 1.0)


def _weights(y: Singles, mu: Singles, dispersion: Floats, used: Singles | None, high: tuple[NDArray[np.intp], ...]) -> Singles:
    """1, and less where a count is so high that the whole history should hold less than one such (PAST_SPIKES of
    one)."""
    seen, expected, spread = y[high].astype(float), mu[high].astype(float), dispersion[high[0]]
    far = seen - expected > FAR_OUT * np.sqrt(spread * expected)
    weight = np.ones_like(y) if used is None else used.copy()
    chance = tail(seen[far], expected[far], spread[far])
    weight[high[0][far], high[1][far]] *= np.minimum(chance * y.shape[1] / PAST_SPIKES, 1).astype(np.float32)
    return weight


def predict(fitted: Fit, plan: Design) -> tuple[Floats, Floats]:
    """Expected counts and the standard errors of their logarithms, [series, time of the design]."""
    x = plan.x.astype(float)
    expected = np.exp(np.clip(fitted.beta @ x.T, -FARTHEST, FARTHEST))
    pairs = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    variance = fitted.covariance.reshape(len(fitted.beta), -1) @ pairs.T
    return expected, np.sqrt(np.maximum(variance, 0))


def tail(seen: Floats, expected: Floats, spread: Floats) -> Floats:
    """P(count ≥ seen), seen ≥ 1, of a negative binomial with mean `expected` and variance spread × expected (Poisson
    for 1)."""
    spread = np.maximum(spread, 1 + 1e-6)
    return special.betainc(seen, expected / (spread - 1), 1 - 1 / spread)


def limits(expected: Floats, spread: Floats, chance: float) -> tuple[Floats, Floats]:
    """The largest count that is not unusual and the smallest: P(count > upper) ≤ chance, P(count < lower) ≤ chance,
    of the same distribution. Interpolated in a table that is computed once; rarely off by one."""
    (first_mean, mean_step), (first_spread, spread_step), table = _table(chance)
    mean, over = expected.astype(np.float32), np.maximum(spread - 1, 1e-6).astype(np.float32)
    i, a = _place(mean, first_mean, mean_step, table.shape[0])
    j, b = _place(over, first_spread, spread_step, table.shape[1])
    near, far = table[i, j], table[i + 1, j]
    near += b[..., None] * (table[i, j + 1] - near)
    far += b[..., None] * (table[i + 1, j + 1] - far)
    near += a[..., None] * (far - near)
    deviation = np.sqrt(mean * (1 + over))
    upper, lower = (mean + near[..., side] * deviation for side in (0, 1))
    return np.maximum(np.ceil(upper) - 1, 0).astype(float), np.maximum(np.floor(lower), 0).astype(float)


def _place(value: Singles, first: float, step: float, size: int) -> tuple[NDArray[np.intp], Singles]:
    """The cell of a logarithmic grid a value is in, and how far into it."""
    at = np.clip((np.log(value) - np.float32(first)) * np.float32(1 / step), 0, size - 1.01).astype(np.float32)
    cell = at.astype(np.intp)
    return cell, at - cell


@cache
def _table(chance: float) -> tuple[tuple[float, float], tuple[float, float], Singles]:
    """First value and step of the logarithms of means and of spreads − 1, and for each pair how many standard
    deviations above the mean lies the count c (not whole) with P(count ≥ c) = chance, and = 1 − chance."""
    means, spreads = np.linspace(np.log(1e-4), np.log(1e5), 84), np.linspace(np.log(1e-3), np.log(1e3), 28)
    expected, spread = np.broadcast_arrays(np.exp(means)[:, None], 1 + np.exp(spreads)[None, :])
    deviation = np.sqrt(expected * spread)
    sides = []
    for level in (chance, 1 - chance):
        low, high = np.zeros(expected.shape), expected + 60 * deviation + 60 * spread
        for _ in range(40):
            middle = (low + high) / 2
            above = tail(np.maximum(middle, 1e-12), expected, spread) > level
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        sides.append((middle - expected) / deviation)
    table = np.stack(sides, axis=-1).astype(np.float32)
    return (float(means[0]), float(means[1] - means[0])), (float(spreads[0]), float(spreads[1] - spreads[0])), table
