"""What did a measure change? Interrupted series of counts with an honest interval.

Weeks counted from the day of the measure follow a quasi-Poisson regression: level, trend, two harmonics of the year, day of
week and Russian holidays (by the days a week holds), the controls, and one step at the measure. The years before are part
of the same fit, so the same months a year ago are what the step is compared with. Weeks hang together (a cold spell
lasts longer than one), so their errors may be a first-order autoregression: its size and length are not fixed but
averaged over a grid by the restricted likelihood of each, which keeps the interval honest where few weeks leave them
unsure. Working responses of a generalised linear mixed model after Breslow, Clayton, JASA 88 (1993) 9; segmented
regression after Wagner et al., J. Clin. Pharm. Ther. 27 (2002) 299.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, special

from analytics.rates import holm
from analytics.spikes import fitting

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Reason = Literal["before", "after", "few"]

LEAST_BEFORE, LEAST_AFTER, LEAST_EXPECTED = 8, 3, 10.0
MOST_BEFORE, MOST_AFTER = 260, 104
PLACEBO_WEEKS = (4, 8, 16, 26)
STEP_SPREAD, CONTROL_SPREAD = 3.0, 1.0
MEMORY, STRENGTH = (0.4, 0.6, 0.8, 0.92), (0.25, 0.7, 2.0, 6.0)
INDEPENDENT = 0.35
COVERAGE, SIGNIFICANT = 0.95, 0.05
ROUNDS = 8


@dataclass(frozen=True)
class Effect:
    """change, low, high: signed shares (−0.65 = 65 % fewer), 95 % interval; p: two-sided, of no change. expected [days]:
    the count of each day had there been no measure (before it, the fit). seen, awaited: appeals in the weeks judged and how
    many would have come. before, after: whole weeks used. pretrend: the weeks before the measure had already left
    their own course (its p in pretrend_p; None where too short to say). year_ago: the history holds the same months a year
    ago; year_on_year: the naive answer, those months against these. too_early: why there is no answer (the
    figures are then NaN): less than eight weeks «before», three «after», or too «few» appeals awaited."""

    change: float
    low: float
    high: float
    p: float
    expected: Floats
    seen: float
    awaited: float
    before: int
    after: int
    pretrend: bool
    pretrend_p: float | None
    year_ago: bool
    year_on_year: float | None
    too_early: Reason | None

    @property
    def significant(self) -> bool:
        return self.p < SIGNIFICANT


@dataclass(frozen=True)
class Shift:
    """One neighbour of a measure. extra: appeals above its own expectation; p: adjusted for the number of neighbours
    asked (Holm); moved: its growth is significant; replaced: extra over the appeals the measure spared (None where
    it spared none)."""

    name: str
    effect: Effect
    extra: float
    p: float
    moved: bool
    replaced: float | None


@dataclass(frozen=True)
class _Weeks:
    y: Floats
    offset: Floats
    x: Floats
    spread: Floats
    at: Floats


@dataclass(frozen=True)
class _Answer:
    """A mixture of Student distributions of the step; beta: the mean of all coefficients."""

    centre: Floats
    scale: Floats
    weight: Floats
    freedom: int
    beta: Floats

    def below(self, value: float) -> float:
        return float(self.weight @ special.stdtr(self.freedom, (value - self.centre) / self.scale))

    def quantile(self, share: float) -> float:
        low, high = self.centre.min() - 60 * self.scale.max(), self.centre.max() + 60 * self.scale.max()
        for _ in range(70):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < share else (low, middle)
        return float((low + high) / 2)


def estimate(
    counts: ArrayLike, dates: ArrayLike, start: np.datetime64 | str, end: np.datetime64 | str | None = None,
    controls: ArrayLike | None = None, usual_until: np.datetime64 | str | None = None,
) -> Effect:  # fmt: skip
    """By what share did appeals change from `start` (first day the measure is in force) to `end` (last day; None: the last
    of the series)?

    counts [days] ≥ 0 on consecutive dates [days]; days after `end` are not used. controls [days] or [series, days]:
    territories or topics that the measure does not touch; what moves them together with the series is not its
    effect. usual_until: the last day before the works that lead to the measure; the days from there to `start` are neither
    before nor after. ValueError: dates with gaps, other lengths, start outside, usual_until not before it.
    """
    y, days, first, last = _checked(counts, dates, start, end)
    others = None if controls is None else np.atleast_2d(np.asarray(controls, dtype=float)).sum(axis=0)
    if others is not None and others.shape != y.shape:
        raise ValueError("controls need one value a day")
    usual = first if usual_until is None else _days_since(days[0], usual_until) + 1
    if not 0 <= usual <= first:
        raise ValueError("the usual time ends outside the series or after the start")
    before, after = min(usual // 7, MOST_BEFORE), min((last - first + 1) // 7, MOST_AFTER)
    earlier, judged = slice(usual - 7 * before, usual), slice(first, first + 7 * after)
    used = np.r_[earlier, judged]
    naive = _year_on_year(y, usual, judged)
    too_early: Reason | None = "before" if before < LEAST_BEFORE else "after" if after < LEAST_AFTER else None
    if too_early is None and y[earlier].sum() / before * after < LEAST_EXPECTED:
        too_early = "few"
    if too_early:
        nan = float("nan")
        seen = float(y[judged].sum())
        return Effect(nan, nan, nan, nan, np.full(len(y), nan), seen, nan, before, after, False, None, naive is not None, naive, too_early)
    answer, without = _fitted(y, days, used, 7 * before, others)
    low, high = (np.expm1(answer.quantile(share)) for share in ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    chance = _two_sided(answer)
    pretrend_p = _pretrend(y, days, earlier, others)
    expected = np.full(len(y), np.nan)
    expected[used] = without
    return Effect(
        change=float(np.expm1(answer.quantile(0.5))), low=float(low), high=float(high), p=chance, expected=expected,
        seen=float(y[judged].sum()), awaited=float(expected[judged].sum()), before=before, after=after,
        pretrend=pretrend_p is not None and pretrend_p < SIGNIFICANT, pretrend_p=pretrend_p,
        year_ago=naive is not None, year_on_year=naive, too_early=None,
    )  # fmt: skip


def displacement(
    measured: Effect, neighbours: Mapping[str, ArrayLike], dates: ArrayLike, start: np.datetime64 | str,
    end: np.datetime64 | str | None = None, controls: ArrayLike | None = None, usual_until: np.datetime64 | str | None = None,
) -> list[Shift]:  # fmt: skip
    """Did the trouble go to neighbouring topics or zones instead? Largest extra first; neighbours too small or too
    young to judge are left out. neighbours: counts [days] by name; the rest as in `estimate`."""
    effects = {name: estimate(counts, dates, start, end, controls, usual_until) for name, counts in neighbours.items()}
    judged = {name: effect for name, effect in effects.items() if not effect.too_early}
    adjusted = holm([effect.p for effect in judged.values()])
    spared = measured.awaited - measured.seen
    shifts = [
        Shift(name, effect, effect.seen - effect.awaited, float(p), bool(p < SIGNIFICANT and effect.change > 0),
              (effect.seen - effect.awaited) / spared if spared > 0 else None)
        for (name, effect), p in zip(judged.items(), adjusted)
    ]  # fmt: skip
    return sorted(shifts, key=lambda shift: -shift.extra)


def _checked(
    counts: ArrayLike, dates: ArrayLike, start: np.datetime64 | str, end: np.datetime64 | str | None
) -> tuple[Floats, Days, int, int]:
    """Counts, days, and the places of the first and the last day judged."""
    y, days = np.asarray(counts, dtype=float), np.asarray(dates, dtype="datetime64[D]")
    if y.shape != days.shape or y.ndim != 1 or not len(y):
        raise ValueError("counts and dates need one value a day")
    if (np.diff(days).astype(int) != 1).any():
        raise ValueError("dates need to be consecutive days")
    first = _days_since(days[0], start)
    last = len(y) - 1 if end is None else min(_days_since(days[0], end), len(y) - 1)
    if not 0 <= first <= len(y) or last < first - 1:
        raise ValueError("the measure lies outside the series")
    return y, days, first, last


def _days_since(begin: np.datetime64, day: np.datetime64 | str) -> int:
    return int((np.asarray(day, dtype="datetime64[D]") - begin).astype(int))


def _year_on_year(y: Floats, usual: int, judged: slice) -> float | None:
    """These days against the same weekdays 52 weeks before; None where those are not in the history or were zero, or are
    not among the first `usual` days, those before the measure."""
    ago = slice(judged.start - 364, judged.stop - 364)
    if ago.start < 0 or ago.stop > usual or judged.stop <= judged.start or not y[ago].sum():
        return None
    return float(y[judged].sum() / y[ago].sum() - 1)


def _fitted(y: Floats, days: Days, used: NDArray[np.intp], step_at: int, others: Floats | None) -> tuple[_Answer, Floats]:
    """The step and the count expected of each used day without it; it comes at the used day number `step_at`."""
    profile = _profile(y[used], days[used], step_at)
    weeks = _weeks(y[used], days[used], profile, step_at, None if others is None else others[used])
    answer = _solve(weeks)
    step = np.zeros_like(answer.beta)
    step[1] = answer.beta[1]
    level = np.exp(np.clip(weeks.x @ (answer.beta - step), -fitting.FARTHEST, fitting.FARTHEST))
    return answer, np.repeat(level, 7) * profile


def _profile(y: Floats, days: Days, first: int) -> Floats:
    """How much busier than an ordinary day is each, by day of week and holiday?"""
    plan = fitting.design(days, "D", seasonal=True)
    after = (np.arange(len(y)) >= first).astype(np.float32)
    plan = fitting.Design(np.column_stack([plan.x, after]), np.append(plan.spread, STEP_SPREAD))
    fitted = fitting.fit(y.astype(np.float32)[None], plan, None)
    calendar = slice(6, 14)
    return np.exp(plan.x[:, calendar].astype(float) @ fitted.beta[0, calendar])


def _weeks(y: Floats, days: Days, profile: Floats, first: int, others: Floats | None) -> _Weeks:
    """Columns: level, step, trend, harmonics, controls."""
    by_week = y.reshape(-1, 7).sum(axis=1)
    middle = days.reshape(-1, 7)[:, 3].astype(int) / 365.25
    columns = [np.ones(len(by_week)), (np.arange(len(by_week)) >= first // 7).astype(float), middle - middle.mean()]
    spread = [10.0, STEP_SPREAD, fitting.TREND_SPREAD]
    for harmonic in (1, 2):
        columns += [np.sin(2 * np.pi * harmonic * middle), np.cos(2 * np.pi * harmonic * middle)]
        spread += [fitting.SEASON_SPREAD / harmonic] * 2
    if others is not None:
        logs = np.log(others.reshape(-1, 7).sum(axis=1) + 0.5)
        columns.append(logs - logs.mean())
        spread.append(CONTROL_SPREAD)
    at = days.reshape(-1, 7)[:, 0].astype(int) / 7
    return _Weeks(by_week, np.log(profile.reshape(-1, 7).sum(axis=1)), np.column_stack(columns), np.array(spread), at)


def _solve(weeks: _Weeks) -> _Answer:
    """Newton's method for independent weeks, then one generalised least-squares step for each kind of dependence."""
    x, y = weeks.x, weeks.y
    precision = weeks.spread**-2.0
    precision[0] = 0
    beta = np.zeros(x.shape[1])
    beta[0] = np.log((y.sum() + 0.5) / np.exp(weeks.offset).sum())
    dispersion = 1.0
    for _ in range(ROUNDS):
        mu = np.exp(np.clip(x @ beta + weeks.offset, -fitting.FARTHEST, fitting.FARTHEST))
        dispersion = max(float(((y - mu) ** 2 / mu).sum() / max(len(y) - x.shape[1], 1)), 1.0)
        information = x.T @ (mu[:, None] * x) + np.diag(precision * dispersion)
        beta = beta + np.clip(np.linalg.solve(information, x.T @ (y - mu) - precision * dispersion * beta), -1.5, 1.5)
    mu = np.exp(np.clip(x @ beta + weeks.offset, -fitting.FARTHEST, fitting.FARTHEST))
    working = x @ beta + (y - mu) / mu
    apart = np.abs(np.subtract.outer(weeks.at, weeks.at))
    typical = 1 / float(np.mean(mu))
    kinds = [(0.0, 0.0)] + [(memory, strength) for memory in MEMORY for strength in STRENGTH]
    found = [
        _generalised(x, working, np.diag(1 / mu) + (strength * typical * memory**apart if strength else 0), precision * dispersion, dispersion)
        for memory, strength in kinds
    ]
    centres, scales, likelihoods = np.array([one[0] for one in found]), np.array([one[1] for one in found]), np.array([one[2] for one in found])
    prior = np.where(np.arange(len(kinds)) == 0, INDEPENDENT, (1 - INDEPENDENT) / (len(kinds) - 1))
    weight = prior * np.exp(likelihoods - likelihoods.max())
    weight /= weight.sum()
    return _Answer(centres[:, 1], scales, weight, max(len(y) - x.shape[1], 1), weight @ centres)


def _generalised(x: Floats, z: Floats, covariance: Floats, precision: Floats, dispersion: float) -> tuple[Floats, float, float]:
    """Coefficients, standard error of the step, and restricted log likelihood with the scale integrated out."""
    root = linalg.cholesky(covariance, lower=True, check_finite=False)
    white_x, white_z = (linalg.solve_triangular(root, part, lower=True, check_finite=False) for part in (x, z))
    information = white_x.T @ white_x + np.diag(precision)
    inverse = np.linalg.inv(information)
    beta = inverse @ (white_x.T @ white_z)
    rest = float(((white_z - white_x @ beta) ** 2).sum() + precision @ beta**2)
    freedom = max(len(z) - x.shape[1], 1)
    log_size = -float(np.log(np.diag(root)).sum()) - 0.5 * float(np.linalg.slogdet(information)[1])
    return beta, float(np.sqrt(inverse[1, 1] * rest / freedom)), log_size - freedom / 2 * float(np.log(rest))


def _two_sided(answer: _Answer) -> float:
    below = answer.below(0.0)
    return min(2 * min(below, 1 - below), 1.0)


def _pretrend(y: Floats, days: Days, earlier: slice, others: Floats | None) -> float | None:
    """p of a step some time before the measure: the surest of a few placebo days, adjusted for their number."""
    used = np.r_[earlier]
    weeks = len(used) // 7
    found = []
    for back in PLACEBO_WEEKS:
        if weeks - back >= max(LEAST_BEFORE, 2 * back):
            answer, _ = _fitted(y, days, used, len(used) - 7 * back, others)
            found.append(_two_sided(answer))
    return min(1.0, min(found) * len(found)) if found else None
