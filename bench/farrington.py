"""The reference the detector is measured against: R `surveillance::farringtonFlexible` written again in NumPy.

Method and settings: Noufaily et al., Statistics in Medicine 32 (2013) 1206, in the form the R package gives it
(threshold «nbPlugin», trend wherever it can be fitted): the trend is dropped where fewer than three years are used
or where the prediction exceeds every count of the reference weeks, and five cases in four weeks are the least for an
alarm.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
YEAR = 52
HALF_WINDOW, PERIODS, LEFT_OUT = 3, 10, 26
RESIDUAL = 2.58
LEAST_CASES, RECENT_WEEKS = 5, 4
TOLERANCE, MOST_ITERATIONS = 1e-8, 25
TINY = 2.2e-16


@dataclass(frozen=True)
class Reference:
    """p_value, expected, upper, dispersion and alarm; all [series, weeks]. Upper is NaN under the least number of
    recent cases."""

    p_value: Floats
    expected: Floats
    upper: Floats
    dispersion: Floats
    alarm: Flags


def farrington_flexible(counts: NDArray[np.int64], weeks: NDArray[np.int64], *, years: int = 5, alpha: float = 0.005) -> Reference:
    """Weekly counts [series, time], scored at the indices `weeks`; each needs `years` × 52 + 3 weeks before it."""
    columns = [_week(counts, int(k), years, alpha) for k in weeks]
    return Reference(*(np.column_stack(column) for column in zip(*columns, strict=True)))


def _week(counts: NDArray[np.int64], k: int, years: int, alpha: float) -> tuple[Floats, Floats, Floats, Floats, Flags]:
    used = np.arange(k - YEAR * years - HALF_WINDOW, k - LEFT_OUT)
    y = counts[:, used].astype(float)
    dummies = np.eye(PERIODS)[_parts_of_year(k, years)[used]]
    clock = (used - k) / len(used)
    eta, phi = np.empty(len(y)), np.empty(len(y))
    left = np.arange(len(y))
    if years >= 3:
        with_trend, dispersion, converged = _fit(y, np.column_stack([dummies, clock]))
        keep = converged & (np.exp(np.minimum(with_trend, 700)) <= y.max(axis=1))
        eta[keep], phi[keep] = with_trend[keep], dispersion[keep]
        left = np.flatnonzero(~keep)
    eta[left], phi[left], _ = _fit(y[left], dummies)
    seen, mean = counts[:, k].astype(float), np.exp(eta)
    spread = np.maximum(phi, 1 + 1e-10)
    size = mean / (spread - 1)
    at_least = np.maximum(seen, 1)
    tail = np.where(phi > 1, special.betainc(at_least, size, 1 - 1 / spread), special.gammainc(at_least, mean))
    upper = np.where(phi > 1, stats.nbinom.ppf(1 - alpha, size, 1 / spread), stats.poisson.ppf(1 - alpha, mean))
    enough = counts[:, k - RECENT_WEEKS + 1 : k + 1].sum(axis=1) >= LEAST_CASES
    alarm = enough & ((seen - eta) / (upper - eta) > 1) & (seen > 0)  # R compares on the scale of eta
    return np.where(seen > 0, tail, 1.0), mean, np.where(enough, upper, np.nan), phi, alarm


def _parts_of_year(k: int, years: int) -> NDArray[np.int64]:
    """The part of the year of each week up to k: 0 for ±3 weeks around the same week of each year; the weeks between
    two such windows are cut into nine equal parts, the longer ones first."""
    part = np.zeros(k + 1, dtype=np.int64)
    for year in range(years, 0, -1):
        middle = k - YEAR * year
        between = np.arange(middle + HALF_WINDOW + 1, middle + YEAR - HALF_WINDOW)
        for number, stretch in enumerate(np.array_split(between, PERIODS - 1), start=1):
            part[stretch] = number
    return part


def _fit(y: Floats, x: Floats) -> tuple[Floats, Floats, Flags]:
    """Log of the level in week k (the first column of x is its part of the year and the clock is zero there),
    dispersion, and whether the plain fit converged. Two fits: the second with less weight for Anscombe residuals
    above RESIDUAL."""
    freedom = y.shape[1] - x.shape[1]
    beta, converged, working = _glm(y, x, np.ones_like(y))
    mu = _means(beta, x)
    phi = np.maximum((working * ((y - mu) / mu) ** 2).sum(axis=1) / freedom, 1)
    scale, inverse = _inverse(working, x)
    hat = working * ((x @ (inverse * scale[:, :, None] * scale[:, None, :])) * x).sum(axis=2)
    residual = 1.5 * (y ** (2 / 3) * mu ** (-1 / 6) - mu**0.5) / np.sqrt(phi[:, None] * np.maximum(1 - hat, 1e-12))
    weight = np.where(residual > RESIDUAL, np.maximum(residual, RESIDUAL) ** -2.0, 1.0)
    weight *= y.shape[1] / weight.sum(axis=1, keepdims=True)
    beta, _, working = _glm(y, x, weight)
    mu = _means(beta, x)
    return beta[:, 0], np.maximum((working * ((y - mu) / mu) ** 2).sum(axis=1) / freedom, 1), converged


def _glm(y: Floats, x: Floats, weight: Floats) -> tuple[Floats, Flags, Floats]:
    """Coefficients of Poisson regressions, iterated and stopped as R's glm does it, whether the deviance settled, and
    the working weights of the last iteration (R takes leverages and dispersion from these)."""
    mu = y + 0.1
    beta, working = np.zeros((len(y), x.shape[1])), weight * mu
    deviance = _deviance(y, mu, weight)
    converged = np.zeros(len(y), dtype=bool)
    for _ in range(MOST_ITERATIONS):
        left = np.flatnonzero(~converged)
        if not len(left):
            break
        now, response = mu[left], y[left]
        working[left] = weight[left] * now
        scale, inverse = _inverse(working[left], x)
        target = (working[left] * (np.log(now) + (response - now) / now)) @ x
        beta[left] = scale * np.einsum("spq,sq->sp", inverse, scale * target)
        mu[left] = _means(beta[left], x)
        fresh = _deviance(response, mu[left], weight[left])
        converged[left] = np.abs(fresh - deviance[left]) / (np.abs(fresh) + 0.1) < TOLERANCE
        deviance[left] = fresh
    return beta, converged, working


def _means(beta: Floats, x: Floats) -> Floats:
    return np.maximum(np.exp(np.minimum(beta @ x.T, 700)), TINY)


def _inverse(weight: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Inverse of x'Wx, scaled to a unit diagonal for accuracy, and that scale."""
    size = x.shape[1]
    information = (weight @ (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)).reshape(-1, size, size)
    scale: Floats = 1 / np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    return scale, np.linalg.inv(information * scale[:, :, None] * scale[:, None, :]).astype(np.float64)


def _deviance(y: Floats, mu: Floats, weight: Floats) -> Floats:
    return 2 * (weight * (special.xlogy(y, y / mu) - (y - mu))).sum(axis=1)
