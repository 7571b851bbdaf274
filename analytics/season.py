"""What comes back every year, and what the next eight weeks will bring.

The forecast is a negative binomial regression of days (level, trend, two harmonics of the year and what they leave over,
day of week, Russian holidays), moved to the level of the last weeks and blended with that level alone by how each would
have done at past origins of the same series. The intervals are as wide as it missed there, no narrower than the last weeks
were noisy, and widen with every week ahead where the history is too short to know the year.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from analytics.spikes import fitting

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

WEEKS, LONGEST_SEASON = 52, 6
HIGH, HIGH_CHANCE, LEVEL_WEEKS = 1.5, 0.05, 26
SHUFFLES, LEAST_YEARS, SURE_YEAR = 499, 2, 0.05
HORIZON, COVERAGE = 56, 0.80
SEASONAL_FROM, LONGEST_HISTORY = 400, 5 * 364
RECENT, MOVES = 42.0, 0.3
REACH, LEFT_OVER = 7, 0.3
PAST_ORIGINS = (28, 56, 84, 112, 308, 336, 364, 392)
PRIOR_ORIGINS, PRIOR_DRIFT, LEAST_DRIFT = 2, 0.15, 0.03
NOISY_WEEKS, LAG, PRIOR_STEP, PRIOR_STEPS = 13, 8, 0.15, 4


@dataclass(frozen=True)
class Recurring:
    """A season of spikes. first, last: weeks of the year, 1–52 (week 1 = 1–7 January; last < first over New Year); hits of
    years: years with a spike in it of years watched; strength: mean times above the level of the year in those
    years; p: chance of so regular a season anywhere in a year whose spikes fall at random (years shifted as they
    are), of a long season: of years so alike; low: lower 90 % limit of the share of years it comes in."""

    first: int
    last: int
    hits: int
    years: int
    strength: float
    p: float
    low: float


@dataclass(frozen=True)
class Forecast:
    """dates [days]; mean, low, high: appeals a day with an 80 % interval; week_mean, week_low, week_high: the same of each
    whole week from the first date on (weeks are surer than days: not sums of the daily bounds). seasonal: whether
    the history was long enough to know the year."""

    dates: Days
    mean: Floats
    low: Floats
    high: Floats
    week_mean: Floats
    week_low: Floats
    week_high: Floats
    seasonal: bool


def calendar(counts: ArrayLike, dates: ArrayLike) -> tuple[NDArray[np.int64], Floats, Floats]:
    """How many appeals came in each week of each year, and how many times the level of the time around it?

    Returns years [years], counts [years, 52] and ratios [years, 52]; NaN where the week is not wholly in the series. Week w
    holds days 7w+1 … 7w+7 of the year, the last one also the one or two days left over (scaled to seven). The level
    is the median of the 53 weeks around, so that a season does not hide itself.
    """
    y, days = np.asarray(counts, dtype=float), np.asarray(dates, dtype="datetime64[D]")
    year = days.astype("datetime64[Y]")
    week = np.minimum((days - year).astype(int) // 7, WEEKS - 1)
    first = int(year[0].astype(int))
    place = (year.astype(int) - first) * WEEKS + week
    size = (int(place[-1]) // WEEKS + 1) * WEEKS
    held = np.bincount(place, minlength=size)
    by_week = np.where(held >= 7, np.bincount(place, weights=y, minlength=size) * 7 / np.maximum(held, 1), np.nan)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(by_week, LEVEL_WEEKS, constant_values=np.nan), 2 * LEVEL_WEEKS + 1)
    watched, level = ~np.isnan(by_week), np.full(size, np.nan)
    level[watched] = np.nanmedian(around[watched], axis=1)
    ratio = by_week / np.maximum(level, 0.5)
    shape = (-1, WEEKS)
    return np.arange(size // WEEKS) + first + 1970, by_week.reshape(shape), ratio.reshape(shape)


def recurrence(counts: ArrayLike, dates: ArrayLike, seed: int = 0) -> list[Recurring]:
    """At which weeks of the year does the series stand high again and again? Surest first; seasons that do not overlap.

    Long seasons: where the years are alike as a whole (the variance of their mean course, years shifted against each other),
    the runs of weeks half as high again as the level. Short ones: windows of up to six weeks with a high week in
    them, one half as much again as the level of its year and beyond the 5 % tail of a negative binomial around it.
    Needs two years or more, else []. The p of the first is exact up to the shuffles; those after it are conservative.
    """
    _, by_week, ratio = calendar(counts, dates)
    seen = ~np.isnan(by_week)
    if len(by_week) < LEAST_YEARS or seen.sum() < LEAST_YEARS * (WEEKS - 2):
        return []
    high = _high(by_week, ratio)
    hits, watched = _windows(high, seen)
    years = watched.sum(axis=1)
    chance = np.nanmean(np.where(years >= LEAST_YEARS, hits.sum(axis=1) / np.maximum(years, 1), np.nan), axis=1)
    tails = _tails(chance, len(high))
    surprise = _surprise(hits, watched, tails)
    random = np.random.default_rng(seed)
    shifts = (np.arange(WEEKS) + random.integers(0, WEEKS, (SHUFFLES, len(high), 1))) % WEEKS
    shifted = (np.take_along_axis(np.broadcast_to(flags, (SHUFFLES, *flags.shape)), shifts, 2) for flags in (high, seen))
    luck = _surprise(*_windows(*shifted), tails).max(axis=(1, 2))
    long = _long(ratio, random)
    taken = np.zeros(WEEKS, bool)
    for one in long:
        taken[np.arange(one.first - 2, (one.last if one.last >= one.first else one.last + WEEKS) + 1) % WEEKS] = True
    return sorted([*long, *_apart(surprise, hits, watched, high, ratio, luck, taken)], key=lambda one: one.p)


def _long(ratio: Floats, random: np.random.Generator) -> list[Recurring]:
    """Runs of high weeks of the mean year, where the years are more alike than years shifted at random."""
    course = _course(np.log(np.clip(ratio, 0.2, None)))
    shifts = (np.arange(WEEKS) + random.integers(0, WEEKS, (SHUFFLES, len(ratio), 1))) % WEEKS
    luck = np.nansum(_mean_year(np.take_along_axis(np.broadcast_to(course, (SHUFFLES, *course.shape)), shifts, 2)) ** 2, axis=-1)
    mean = _mean_year(course)
    p = float((1 + (luck >= np.nansum(mean**2)).sum()) / (1 + SHUFFLES))
    if p > SURE_YEAR:
        return []
    flat = ratio.ravel()
    found = []
    for first, size in _circles(mean >= np.log(HIGH)):
        inside = [flat[year * WEEKS + first :][:size] for year in range(len(ratio))]
        watched = [float(np.nanmean(weeks)) for weeks in inside if len(weeks) == size and (~np.isnan(weeks)).sum() >= size / 2]
        high = [one for one in watched if one >= HIGH]
        if size > 1 and len(high) >= LEAST_YEARS:
            low = float(stats.beta.ppf(0.05, len(high), len(watched) - len(high) + 1))
            found.append(Recurring(first + 1, (first + size - 1) % WEEKS + 1, len(high), len(watched), float(np.mean(high)), p, low))
    return found


def _course(ratio: Floats) -> Floats:
    """Means of three weeks."""
    known = np.pad(~np.isnan(ratio), ((0, 0), (1, 1)))
    values = np.pad(np.nan_to_num(ratio), ((0, 0), (1, 1)))
    near = [slice(shift, shift + WEEKS) for shift in range(3)]
    held, total = (sum(part[:, one] for one in near) for part in (known.astype(float), values))
    return np.where(~np.isnan(ratio), total / np.maximum(held, 1), np.nan)


def _mean_year(course: Floats) -> Floats:
    """Mean over years [..., years, weeks]; 0 where fewer than two were watched."""
    known = ~np.isnan(course)
    held = known.sum(axis=-2)
    return np.where(held >= LEAST_YEARS, np.nansum(course, axis=-2) / np.maximum(held, 1), 0.0)


def _circles(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First week and length of every run around the year."""
    if flags.all() or not flags.any():
        return []
    turn = int(np.argmin(flags))
    turned = np.concatenate([[False], np.roll(flags, -turn), [False]]).astype(int)
    starts, stops = np.nonzero(np.diff(turned) == 1)[0], np.nonzero(np.diff(turned) == -1)[0]
    return [((int(start) + turn) % WEEKS, int(stop - start)) for start, stop in zip(starts, stops)]


def _high(by_week: Floats, ratio: Floats) -> NDArray[np.bool_]:
    level = by_week / np.where(ratio > 0, ratio, 1)
    known = ~np.isnan(by_week) & (by_week > 0)
    calm = known & (ratio < HIGH)
    spread = max(float(((by_week - level) ** 2 / np.maximum(level, 0.5))[calm].mean()), 1.0) if calm.any() else 1.0
    high = known & (ratio >= HIGH)
    high[high] = fitting.tail(by_week[high], np.maximum(level[high], 0.5), np.full(int(high.sum()), spread)) < HIGH_CHANCE
    return high


def _windows(high: NDArray[np.bool_], seen: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each width, year and first week (over New Year into the next): was a week high, was the window watched? [..., years,
    weeks] become [..., widths, years, weeks]."""

    def ahead(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        after = np.concatenate([flags[..., 1:, :LONGEST_SEASON], np.zeros((*flags.shape[:-2], 1, LONGEST_SEASON), bool)], axis=-2)
        return np.concatenate([flags, after], axis=-1)

    spikes, watch = ahead(high), ahead(seen)
    hits, watched, hit, all_seen = [], [], np.zeros(high.shape, bool), np.ones(high.shape, bool)
    for width in range(LONGEST_SEASON):
        hit = hit | spikes[..., width : width + WEEKS]
        all_seen = all_seen & watch[..., width : width + WEEKS]
        hits.append(hit & all_seen)
        watched.append(all_seen)
    return np.stack(hits, axis=-3), np.stack(watched, axis=-3)


def _tails(chance: Floats, years: int) -> Floats:
    """−log P(k or more of n years hit) by chance alone [widths, n, k]; 0 below two years."""
    n, k = np.arange(years + 1)[:, None], np.arange(years + 1)
    tail = stats.binom.sf(k - 1, n, np.clip(chance, 1e-3, 1 - 1e-3)[:, None, None])
    return np.where((k >= LEAST_YEARS) & (n >= LEAST_YEARS), -np.log(np.maximum(tail, 1e-12)), 0.0)


def _surprise(hits: NDArray[np.bool_], watched: NDArray[np.bool_], tails: Floats) -> Floats:
    """How unlikely so many years hit are, of each width and first week, given how often a window of this width is hit."""
    found: Floats = tails[np.arange(len(tails))[:, None], watched.sum(axis=-2), hits.sum(axis=-2)]
    return found


def _apart(
    surprise: Floats,
    hits: NDArray[np.bool_],
    watched: NDArray[np.bool_],
    high: NDArray[np.bool_],
    ratio: Floats,
    luck: Floats,
    taken: NDArray[np.bool_],
) -> list[Recurring]:
    found = []
    flat_high, flat_ratio = high.ravel(), ratio.ravel()
    for place in np.argsort(-surprise, axis=None, kind="stable"):
        width, first = divmod(int(place), WEEKS)
        inside = (first + np.arange(width + 1)) % WEEKS
        p = float((1 + (luck >= surprise[width, first]).sum()) / (1 + SHUFFLES))
        if surprise[width, first] <= 0 or p >= 0.1:
            break
        if taken[inside].any():
            continue
        taken[np.unique(np.concatenate([(inside - 1) % WEEKS, inside, (inside + 1) % WEEKS]))] = True
        years, times = int(watched[width, :, first].sum()), int(hits[width, :, first].sum())
        heights = [
            float(flat_ratio[at][flat_high[at]].max())
            for at in (year * WEEKS + first + np.arange(width + 1) for year in np.nonzero(hits[width, :, first])[0])
        ]
        low = float(stats.beta.ppf(0.05, times, years - times + 1))
        found.append(Recurring(first + 1, int(inside[-1]) + 1, times, years, float(np.mean(heights)), p, low))
    return found


def forecast(counts: ArrayLike, dates: ArrayLike, horizon: int = HORIZON) -> Forecast:
    """How many appeals will the next `horizon` days bring?

    counts [days] ≥ 0 on consecutive dates [days]; at least 28. ValueError where fewer.
    """
    y, days = np.asarray(counts, dtype=float)[-LONGEST_HISTORY:], np.asarray(dates, dtype="datetime64[D]")[-LONGEST_HISTORY:]
    if len(y) < 28 or y.shape != days.shape:
        raise ValueError("a forecast needs 28 days or more")
    courses, dispersion, seasonal = _courses(y, days, horizon)
    trust, drift, week_spread = _trust(y, days, horizon, dispersion)
    mean = np.exp(trust @ np.log(courses))
    ahead = days[-1] + 1 + np.arange(horizon)
    weeks = _by_week(y[len(y) % 7 :])
    step = 0.0 if seasonal else _step(weeks)
    low, high = _bounds(mean, np.full(horizon, dispersion), _drifts(drift, step, np.arange(1, horizon + 1, dtype=np.float64) / 7))
    week_mean = _by_week(mean[: horizon // 7 * 7])
    spread = np.full(len(week_mean), max(week_spread, _noise(weeks)))
    week_low, week_high = _bounds(week_mean, spread, _drifts(drift, step, np.arange(1, len(week_mean) + 1, dtype=np.float64)))
    return Forecast(ahead, mean, low, high, week_mean, week_low, week_high, seasonal)


def _by_week(values: Floats) -> Floats:
    return values.reshape(*values.shape[:-1], -1, 7).sum(axis=-1)


def _courses(y: Floats, days: Days, horizon: int) -> tuple[Floats, float, bool]:
    """Means of the days ahead [2, horizon], by the year's course and by the level of the last weeks alone; the dispersion of a
    day; whether the year is known."""
    size, seasonal = len(y), len(y) >= SEASONAL_FROM
    ahead = np.concatenate([days, days[-1] + 1 + np.arange(horizon)])
    whole = fitting.design(ahead, "D", seasonal=seasonal)
    if seasonal:
        whole.x[size:, 1] = whole.x[size - 1, 1]
    fitted = fitting.fit(y.astype(np.float32)[None], whole.rows(slice(0, size)), None)
    dispersion = float(fitted.dispersion[0])
    usual = np.exp(whole.x[:, -8:].astype(float) @ fitted.beta[0, -8:])
    yearly = fitting.predict(fitted, whole)[0][0]
    if seasonal:
        yearly = yearly * _own_weeks(y, yearly[:size], ahead, dispersion)
    weight = np.exp(-np.arange(size)[::-1] / RECENT)
    steady = dispersion / MOVES**2
    move = ((weight * y).sum() + steady) / ((weight * yearly[:size]).sum() + steady)
    level = ((weight * y).sum() + 0.05) / (weight * usual[:size]).sum()
    return np.array([yearly[size:] * move, usual[size:] * level]), dispersion, seasonal


def _own_weeks(y: Floats, expected: Floats, ahead: Days, dispersion: float) -> Floats:
    """What two harmonics leave over: each day of the year against its fit, over the two weeks around it in all years, drawn
    towards 1."""
    of_year = np.minimum((ahead - ahead.astype("datetime64[Y]")).astype(int), 364)
    seen, awaited = (np.bincount(of_year[: len(y)], weights=values, minlength=365) for values in (y, expected))
    around = np.ones(2 * REACH + 1)
    seen, awaited = (np.convolve(np.concatenate([part[-REACH:], part, part[:REACH]]), around, "valid") for part in (seen, awaited))
    steady = dispersion / LEFT_OVER**2
    factor: Floats = ((seen + steady) / (awaited + steady))[of_year]
    return factor


def _trust(y: Floats, days: Days, horizon: int, dispersion: float) -> tuple[Floats, float, float]:
    """Weights of the two courses [2], standard deviation of the log of the level ahead, dispersion of a week around that
    level: by the misses at past origins, of the last months and of the same season a year ago. Priors stand for a few
    origins, so that short histories are not believed too much."""
    past = []
    for back in PAST_ORIGINS:
        until, reach = len(y) - back, min(horizon, back) // 7 * 7
        if until < 56 or (back >= 300 and until < SEASONAL_FROM):
            continue
        courses, _, _ = _courses(y[:until], days[:until], reach)
        past.append((_by_week(y[until : until + reach]), courses))
    misses = np.array([PRIOR_ORIGINS * PRIOR_DRIFT**2] * 2)
    for seen, courses in past:
        awaited = _by_week(courses)
        misses += np.mean((seen - awaited) ** 2, axis=1) / max(7 * float(y.mean()), 1.0) ** 2
    trust = misses**-2 / (misses**-2).sum() if len(y) >= SEASONAL_FROM else np.array([0.5, 0.5])
    squares, own = PRIOR_ORIGINS * PRIOR_DRIFT**2, [PRIOR_ORIGINS * dispersion]
    for seen, courses in past:
        awaited = _by_week(np.exp(trust @ np.log(courses)))
        whole = awaited.sum()
        squares += (seen.sum() - whole) ** 2 / whole**2 - dispersion / whole
        level = max(seen.sum(), 0.5) / whole
        own.append(float(((seen - awaited * level) ** 2 / np.maximum(awaited * level, 0.5)).sum() / max(len(seen) - 1, 1)))
    used = PRIOR_ORIGINS + len(past)
    return trust, float(np.sqrt(max(squares / used, LEAST_DRIFT**2))), max(sum(own) / used, 1.0)


def _noise(weeks: Floats) -> float:
    """Variance over mean of the last weeks around their own level."""
    last = weeks[-NOISY_WEEKS:]
    return float(last.var(ddof=1) / max(last.mean(), 0.5))


def _step(weeks: Floats) -> float:
    """How far the log of the level walks in a week (standard deviation): by how much farther apart weeks eight apart are than
    neighbours, drawn towards what seasons that are not known yet do."""
    apart = [float(np.mean((weeks[lag:] - weeks[:-lag]) ** 2)) for lag in (1, LAG)] if len(weeks) > LAG + 2 else [0.0, 0.0]
    walked = max((apart[1] - apart[0]) / (LAG - 1) / max(weeks.mean(), 0.5) ** 2, 0.0)
    independent = max(2 * (len(weeks) - LAG) / LAG, 0.0)
    return float(np.sqrt((PRIOR_STEPS * PRIOR_STEP**2 + independent * walked) / (PRIOR_STEPS + independent)))


def _drifts(now: float, step: float, weeks_ahead: Floats) -> Floats:
    return np.sqrt(now**2 + step**2 * weeks_ahead)


def _bounds(mean: Floats, dispersion: Floats, drift: Floats) -> tuple[Floats, Floats]:
    """80 % bounds of a negative binomial whose variance also holds an unsure level."""
    spread = np.maximum(dispersion + mean * drift**2, 1 + 1e-6)
    size = mean / (spread - 1)
    low, high = (stats.nbinom.ppf(share, size, 1 / spread) for share in ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return low, high
