"""The statistics behind every figure of «Быстро решаем»: durations, quantiles, shares, comparisons of bodies.

Pure functions on arrays; durations are in minutes unless said otherwise, shares are 0–1, intervals are 95 %.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z95 = float(stats.norm.ppf(0.975))
# A share computed as a chain of products may miss 0.5 by the last bits.
ROUNDING = 1e-10

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


def kaplan_meier(durations: ArrayLike, observed: ArrayLike, cases: ArrayLike = 1) -> Curve:
    """What share is still open after a given time, when some cases are not finished yet?

    durations: float (n,) ≥ 0, time to the event, or followed so far without it; observed: bool (n,), the event
    happened; cases: int (n,), how many alike each stands for. A case cut off at the moment of somebody's event counts as still followed at it. Bounds: Greenwood's
    variance on the log(−log) scale. Kaplan, Meier, JASA 53 (1958) 457; Kalbfleisch, Prentice (2002) §1.4.
    ValueError on empty input, on negative or missing durations.
    """
    times, at_risk, events = _risk_table(durations, np.asarray(observed, dtype=bool).astype(np.int64), cases)
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


def aalen_johansen(durations: ArrayLike, event_codes: ArrayLike, event: int = 1, cases: ArrayLike = 1) -> Curve:
    """What share had this event by a given time, when other events can come first and some cases are not finished?

    durations: float (n,) ≥ 0; event_codes: int (n,), 0 = not finished, `event` = the event asked about, any other
    number = a competing event; cases: int (n,), how many alike each stands for. Bounds: Aalen's variance on the log(−log) scale (Choudhury, Statistics in Medicine 21
    (2002) 1129). Aalen, Johansen, Scand. J. Statist. 5 (1978) 141. Errors as in `kaplan_meier`.
    """
    codes = np.asarray(event_codes, dtype=np.int64)
    kinds = np.where(codes == 0, 0, np.where(codes == event, 1, 2))
    times, at_risk, events = _risk_table(durations, kinds, cases, n_kinds=2)
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
    spread = Z95 * np.sqrt(variance) / (safe * -np.log(safe))
    low, high = np.where(inside, safe ** np.exp(np.array([[1], [-1]]) * spread), incidence)
    return low, high


def _risk_table(durations: ArrayLike, kinds: Ints, cases: ArrayLike, n_kinds: int = 1) -> tuple[Floats, Ints, Ints]:
    """Distinct times (m,), cases followed just before each (m,), events of each kind 1… at each (m, n_kinds)."""
    lengths = np.asarray(durations, dtype=float)
    if lengths.size == 0 or not np.all(lengths >= 0):
        raise ValueError("durations must be present and not negative, at least one")
    times, place = np.unique(lengths, return_inverse=True)
    weights = np.broadcast_to(np.asarray(cases, dtype=np.int64), lengths.shape)
    leaving = np.bincount(place * (n_kinds + 1) + kinds, weights, minlength=len(times) * (n_kinds + 1)).astype(np.int64).reshape(len(times), n_kinds + 1)
    everybody = int(weights.sum())
    at_risk = everybody - np.concatenate([[0], np.cumsum(leaving.sum(axis=1))[:-1]])
    events = leaving[:, 1:]
    if times[0] > 0:
        times, at_risk = np.concatenate([[0.0], times]), np.concatenate([[everybody], at_risk])
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
    Whole minutes, in the same bucket as the exact value: within 5 minutes below 9 minutes, else within a third; on
    average 5 % off with 50 values, 2 % with 300, 1 % with thousands. Inside a bucket values are taken to be spread
    evenly on the log scale. None as for the exact.
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
    inside = part * high if bucket == 0 else low * (high / low) ** part
    return float(max(np.round(inside - 0.5), low))


# shares ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OnTime:
    """«Решено в срок» of a cohort: `done` of the `n` appeals whose term has run out; `still_open` more are in time.

    share: done / n, None when no term has run out yet; low, high: its Wilson interval (None likewise).
    """

    done: int
    n: int
    still_open: int

    @property
    def share(self) -> float | None:
        return self.done / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.n:
            return None
        low, high = wilson(self.done, self.n)
        return float(low), float(high)


def on_time(due_at: ArrayLike, closed_at: ArrayLike, resolved: ArrayLike, as_of: np.datetime64) -> OnTime:
    """What share of the appeals whose term has run out were resolved within it?

    due_at, closed_at: datetime64 (n,) of resolvable appeals, NaT = no term / not closed; resolved: bool (n,), closed as
    resolved. An appeal closed early still waits for its term: otherwise a fresh cohort would count quick successes only.
    """
    due, closed = np.asarray(due_at, dtype="datetime64[us]"), np.asarray(closed_at, dtype="datetime64[us]")
    ripe = due <= as_of
    done = ripe & np.asarray(resolved, dtype=bool) & (closed <= due)
    return OnTime(int(done.sum()), int(ripe.sum()), int((due > as_of).sum()))


def wilson(k: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """95 % interval (low, high) of a share of k in n, arrays or numbers; NaN where n = 0.

    Wilson, JASA 22 (1927) 209: close to its nominal coverage for small n and for shares near 0 and 1.
    """
    successes, totals = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, weight = successes / totals, Z95**2 / totals
        centre = (share + weight / 2) / (1 + weight)
        half = Z95 / (1 + weight) * np.sqrt(share * (1 - share) / totals + weight / (4 * totals))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


@dataclass(frozen=True)
class Band:
    """The usual range of a series: low ≤ middle ≤ high."""

    low: float
    middle: float
    high: float


BAND_MINIMUM = 8


def band(values: ArrayLike) -> Band | None:
    """Between what values does this figure usually lie?

    values: (n,), missing ones (NaN) ignored; None when fewer than 8 remain. Median ± 1.96 robust standard deviations
    (1.4826 × median absolute deviation; where that is 0, 1.2533 × mean absolute deviation), so that a spike does not
    widen the range it is judged by. A series that is never negative has no negative low.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if len(known) < BAND_MINIMUM:
        return None
    middle = np.median(known)
    distance = np.abs(known - middle)
    half = Z95 * (1.4826 * np.median(distance) or 1.2533 * np.mean(distance))
    low = middle - half if known.min() < 0 else max(middle - half, 0)
    return Band(float(low), float(middle), float(middle + half))


# comparing bodies --------------------------------------------------------------------------------------------------------

MINIMUM_N = 30
ERROR_RATE = 0.05
N_DRAWS = 2000
# Where the grid over the peers' beta distribution starts: log-odds of the mean, logarithm of the prior sample's size.
MEAN_RANGE, SIZE_RANGE = (-9.0, 9.0), (-2.0, 14.0)


@dataclass(frozen=True, eq=False)
class Pooled:
    """Plausible true values of every body, pooled towards its peers.

    draws: float (bodies, N_DRAWS), each column one plausible world; peer_mean: the same shape, the mean of the body's
    peer group in that world.
    """

    draws: Floats
    peer_mean: Floats

    @property
    def value(self) -> Floats:
        """Best estimate of each body, float (bodies,)."""
        return self.draws.mean(axis=1)

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """95 % bounds (low, high) of each body, float (bodies,)."""
        low, high = np.quantile(self.draws, [0.025, 0.975], axis=1)
        return low, high

    @property
    def side(self) -> Ints:
        """+1 where a body is above the mean of its peers with 97.5 % certainty, −1 where below, else 0; (bodies,)."""
        above = (self.draws > self.peer_mean).mean(axis=1)
        return (above > 0.975).astype(np.int64) - (above < 0.025)


def pool(k: ArrayLike, n: ArrayLike, peers: ArrayLike | None = None, seed: int = 0) -> Pooled:
    """What are the true shares of bodies, when small ones borrow strength from their peers?

    k, n: int (bodies,), successes of all (n = 0 allowed); peers: label (bodies,) of the peer group, one group if None.
    Beta-binomial model; the mean and the spread of the group are not fixed at their best guess but drawn from their
    joint posterior (flat in the mean and in √ρ, ρ the intraclass correlation; computed on a grid that zooms in), so the
    intervals carry that uncertainty too. Gelman et al., Bayesian Data Analysis (2013) §5.3. The same input and seed give
    the same draws; shares that are added or subtracted need different seeds. ValueError unless 0 ≤ k ≤ n.
    """
    successes, totals = np.asarray(k, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if np.any(successes < 0) or np.any(successes > totals):
        raise ValueError("successes lie between 0 and the total")
    random = np.random.default_rng(seed)
    draws = np.empty((len(successes), N_DRAWS))
    peer_mean = np.empty_like(draws)
    for rows in _groups(peers, len(successes)):
        mean, size = _prior_draws(successes[rows], totals[rows], random)
        yes, no = successes[rows, None], (totals - successes)[rows, None]
        draws[rows] = random.beta(mean * size + yes, (1 - mean) * size + no)
        peer_mean[rows] = mean
    return Pooled(draws, peer_mean)


def _groups(peers: ArrayLike | None, n_bodies: int) -> list[Ints]:
    """Row numbers of each peer group."""
    labels = (
        np.zeros(n_bodies, dtype=np.int64) if peers is None else np.unique(np.asarray(peers), return_inverse=True)[1]
    )
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _prior_draws(k: Ints, n: Ints, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Plausible (mean, sample size) of the beta distribution the peers come from, float (N_DRAWS,) each."""
    mean_range = MEAN_RANGE
    # The size is narrowed only when the mean is: off the mean, a small prior sample would look the likeliest.
    for _ in range(4):
        logit, log_size, weight = _grid(k, n, mean_range, SIZE_RANGE, 17)
        mean_range = _likely_range(logit, weight.max(axis=1))
    size_range = _likely_range(log_size, weight.max(axis=0))
    logit, log_size, weight = _grid(k, n, mean_range, size_range, 33)
    chance = np.cumsum(np.exp(weight).ravel())
    even = (np.arange(N_DRAWS) + random.random()) / N_DRAWS * chance[-1]
    cell = random.permutation(np.minimum(np.searchsorted(chance, even), chance.size - 1))
    within = random.uniform(-0.5, 0.5, (2, N_DRAWS))
    drawn_logit = logit[cell // len(log_size)] + within[0] * (logit[1] - logit[0])
    drawn_size = log_size[cell % len(log_size)] + within[1] * (log_size[1] - log_size[0])
    return special.expit(drawn_logit), np.exp(drawn_size)


def _grid(
    k: Ints, n: Ints, mean_range: tuple[float, float], size_range: tuple[float, float], points: int
) -> tuple[Floats, Floats, Floats]:
    """Log-odds of the mean (points,), log of the size (points,), log posterior at each pair (points, points), top at 0."""
    logit, log_size = np.linspace(*mean_range, points), np.linspace(*size_range, points)
    mean, size = special.expit(logit)[:, None], np.exp(log_size)[None, :]
    a, b = mean * size, (1 - mean) * size
    posterior = np.log(mean * (1 - mean)) + np.log(size) - 1.5 * np.log1p(size) - len(k) * special.betaln(a, b)
    pairs, times = np.unique(np.stack([k, n]), axis=1, return_counts=True)
    for successes, total, bodies in zip(*pairs, times, strict=True):
        posterior += bodies * special.betaln(a + successes, b + total - successes)
    return logit, log_size, posterior - posterior.max()


def _likely_range(axis: Floats, weight: Floats) -> tuple[float, float]:
    """The part of the axis that holds all but a few millionths, and one cell around it."""
    likely = np.flatnonzero(weight > -13)
    return float(axis[max(likely[0] - 1, 0)]), float(axis[min(likely[-1] + 1, len(axis) - 1)])


@dataclass(frozen=True, eq=False)
class Rating:
    """A rating of bodies; all arrays (bodies,).

    score, low, high: pooled value and its 95 % interval; place, first, last: rank (1 = highest score) and its 95 %
    interval, 0 where not rated; call: +1 better than its peers, −1 worse, 0 not distinguishable or not rated; rated:
    enough data («мало данных» where False).
    """

    score: Floats
    low: Floats
    high: Floats
    place: Ints
    first: Ints
    last: Ints
    call: Ints
    rated: NDArray[np.bool_]

    def of(self, rows: Ints) -> "Rating":
        """The same rating, these rows only."""
        return Rating(*(getattr(self, f.name)[rows] for f in fields(self)))


def moved(before: Rating, after: Rating) -> Ints:
    """Which bodies got a better or worse score than before by more than chance?

    Two ratings of the same bodies in two separate periods, row by row. Returns +1, −1 or 0 (bodies,); 0 where not rated in
    both. Scores are taken as normal with the spread their intervals show; adjusted for the number of bodies (Holm).
    """
    rated = before.rated & after.rated
    spread = np.hypot(before.high - before.low, after.high - after.low) / (2 * Z95)
    z = np.where(rated, (after.score - before.score) / np.where(spread > 0, spread, np.inf), 0.0)
    sure = np.zeros(len(z), dtype=bool)
    sure[rated] = holm(2 * stats.norm.sf(np.abs(z[rated]))) <= ERROR_RATE
    return np.where(sure, np.sign(z), 0).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Parts:
    """What a rating is made of before it is weighed; the costly half, the same for any weights.

    draws: float (components, bodies, N_DRAWS) as in `Pooled`; peer_mean: float (components, groups, N_DRAWS); group: number
    of each body's group (bodies,); p: float (components, bodies), see `exact_p_values`; rated: bool (bodies,).
    """

    draws: Floats
    peer_mean: Floats
    group: Ints
    p: Floats
    rated: NDArray[np.bool_]


def rate(
    k: ArrayLike,
    n: ArrayLike,
    weights: ArrayLike = (1.0,),
    peers: ArrayLike | None = None,
    minimum_n: int = MINIMUM_N,
    correlation: ArrayLike | None = None,
) -> Rating:
    """Who is better and who is worse, and how sure can we be of each place? `weigh` of `parts`."""
    return weigh(parts(k, n, peers, minimum_n, correlation), weights)


def parts(
    k: ArrayLike, n: ArrayLike, peers: ArrayLike | None = None, minimum_n: int = MINIMUM_N, correlation: ArrayLike | None = None
) -> Parts:
    """What does each component say of every body?

    k, n: int (bodies, components) or (bodies,), successes (more = better) of all; peers: label (bodies,), pooling and
    calls are within the group, places over all bodies given. A body is rated when every component has at least minimum_n
    cases; the others still inform their group. correlation: float (components, components), how components go together
    over the appeals that have both (times n_both / √(n₁n₂) where not all have both); independent if None, and then the
    score's intervals are too narrow for components that measure the same appeals (bench/rating.py). ValueError on shapes
    that do not fit.
    """
    successes, totals = (np.atleast_2d(np.asarray(x, dtype=np.int64).T).T for x in (k, n))
    if successes.shape != totals.shape:
        raise ValueError("a rating needs k and n of one shape")
    groups = _groups(peers, len(totals))
    group = np.zeros(len(totals), dtype=np.int64)
    for number, rows in enumerate(groups):
        group[rows] = number
    pooled = [pool(successes[:, c], totals[:, c], peers, seed=c) for c in range(totals.shape[1])]
    draws = np.stack([part.draws for part in pooled])
    peer_mean = np.stack([part.peer_mean[[rows[0] for rows in groups]] for part in pooled])
    if correlation is not None:
        draws = _reordered(draws, np.asarray(correlation, dtype=float))
    p = np.stack([exact_p_values(successes[:, c], totals[:, c], peers) for c in range(totals.shape[1])])
    return Parts(draws, peer_mean, group, p, totals.min(axis=1) >= minimum_n)


def weigh(found: Parts, weights: ArrayLike) -> Rating:
    """The rating with these weights: float (components,) > 0, brought to a sum of 1.

    The score is the weighted mean of the pooled shares. A body is called better or worse only when two things hold: its
    score lies off its peers' mean (97.5 % on that side), and an exact test finds a difference after adjustment for the
    number of bodies and components, so that where nothing differs anybody at all is called in at most 5 % of cases,
    however components go together. ValueError on another number of weights or one not positive.
    """
    shares = np.asarray(weights, dtype=float)
    if shares.shape != found.p.shape[:1] or np.any(shares <= 0):
        raise ValueError("a rating needs a positive weight for every component")
    shares = shares / shares.sum()
    peer_mean = np.tensordot(shares, found.peer_mean, axes=1)[found.group]
    pooled = Pooled(np.tensordot(shares, found.draws, axes=1), peer_mean)
    place, first, last = _places(pooled.draws, found.rated)
    strongest = np.minimum(np.min(found.p / shares[:, None], axis=0), 1)
    differs = np.zeros(len(found.rated), dtype=bool)
    differs[found.rated] = holm(strongest[found.rated]) <= ERROR_RATE
    low, high = pooled.interval
    return Rating(pooled.value, low, high, place, first, last, np.where(differs, pooled.side, 0), found.rated)


def _reordered(draws: Floats, correlation: Floats) -> Floats:
    """The same draws (components, bodies, N_DRAWS) of each component, put in an order that makes components go together.

    Iman, Conover, Communications in Statistics B 11 (1982) 311.
    """
    root = np.linalg.cholesky(correlation + 1e-9 * np.eye(len(correlation)))
    normal = np.tensordot(root, np.random.default_rng(0).standard_normal(draws.shape), axes=1)
    order = np.argsort(np.argsort(normal, axis=2), axis=2)
    return np.take_along_axis(np.sort(draws, axis=2), order, axis=2)


def _places(draws: Floats, rated: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Rank by mean and the 95 % interval of the rank over the draws (Goldstein, Spiegelhalter, JRSS A 159 (1996) 385)."""
    place, first, last = (np.zeros(len(rated), dtype=np.int64) for _ in range(3))
    if rated.any():
        place[rated] = stats.rankdata(-draws[rated].mean(axis=1), method="ordinal")
        worlds = np.ascontiguousarray(-draws[rated].T)
        ranks = np.argsort(np.argsort(worlds, axis=1), axis=1).T + 1
        first[rated] = np.minimum(np.quantile(ranks, 0.025, axis=1, method="lower"), place[rated])
        last[rated] = np.maximum(np.quantile(ranks, 0.975, axis=1, method="higher"), place[rated])
    return place, first, last


def exact_p_values(k: ArrayLike, n: ArrayLike, peers: ArrayLike | None = None) -> Floats:
    """How surprising is each body's share, if it were the same as that of all its peers together?

    k, n, peers as in `pool`. Two-sided p-values (bodies,): twice the smaller tail of Fisher's exact test of the body
    against the rest of its group, so right for any n; 1 for a body without peers.
    """
    successes, totals = np.asarray(k, dtype=np.int64), np.asarray(n, dtype=np.int64)
    p = np.ones(len(totals))
    for rows in _groups(peers, len(totals)):
        group = stats.hypergeom(totals[rows].sum(), successes[rows].sum(), totals[rows])
        p[rows] = 2 * np.minimum(group.cdf(successes[rows]), group.sf(successes[rows] - 1))
    return np.clip(p, 0, 1)


def holm(p: ArrayLike) -> Floats:
    """p-values (m,) adjusted so that calling all ≤ 5 % errs anywhere in ≤ 5 % of cases (Holm, 1979), any dependence."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1)), 1)
    return adjusted


@dataclass(frozen=True, eq=False)
class Change:
    """How bodies changed between two periods; arrays (bodies,).

    value, low, high: change of the pooled share; call: +1 improved beyond chance, −1 worsened, 0 not distinguishable.
    """

    value: Floats
    low: Floats
    high: Floats
    call: Ints


def change(
    k_before: ArrayLike, n_before: ArrayLike, k_after: ArrayLike, n_after: ArrayLike, peers: ArrayLike | None = None
) -> Change:
    """Which bodies improved by more than chance?

    Arguments as in `pool`, for two separate periods. A body is called when its change is off 0 (97.5 %) and Fisher's
    exact test of before against after says so, adjusted for the number of bodies (Holm). The change is the body's own,
    a trend common to all included: show the mean of the peers beside it.
    """
    draws = pool(k_after, n_after, peers, seed=1).draws - pool(k_before, n_before, peers, seed=0).draws
    before, after = np.asarray([k_before, n_before], dtype=np.int64), np.asarray([k_after, n_after], dtype=np.int64)
    two_periods = [exact_p_values([b[0], a[0]], [b[1], a[1]])[0] for b, a in zip(before.T, after.T, strict=True)]
    moved = Pooled(draws, np.zeros_like(draws))
    low, high = moved.interval
    return Change(moved.value, low, high, np.where(holm(two_periods) <= ERROR_RATE, moved.side, 0))


@dataclass(frozen=True)
class Funnel:
    """Limits of a funnel plot: where shares of bodies of each size are expected to lie.

    target: share of all together; dispersion: Spiegelhalter's φ, 1 = the spread of pure chance; between: standard
    deviation between bodies on the arcsine scale, 0 where chance explains the spread.
    """

    target: float
    dispersion: float
    between: float

    def limits(self, n: ArrayLike, coverage: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper limit of the share at each size n > 0 (shape of n); usual coverages are 0.95 and 0.998."""
        half = stats.norm.ppf(0.5 + coverage / 2) * np.sqrt(0.25 / np.asarray(n, dtype=float) + self.between**2)
        centre = np.arcsin(np.sqrt(self.target))
        low, high = np.clip(centre - half, 0, np.pi / 2), np.clip(centre + half, 0, np.pi / 2)
        return np.sin(low) ** 2, np.sin(high) ** 2


def funnel(k: ArrayLike, n: ArrayLike) -> Funnel:
    """How far from the common share do bodies of each size usually lie?

    k, n: int (bodies,), n = 0 ignored. Shares on the arcsine scale; z-scores winsorised at 10 % on either side; where
    their mean square φ is above what chance allows (1 + 2√(2/m)), a variance between bodies is added by moments.
    Spiegelhalter, Statistics in Medicine 24 (2005) 1185; Qual. Saf. Health Care 14 (2005) 347. ValueError when there
    is nothing to compare.
    """
    successes, totals = np.asarray(k, dtype=float), np.asarray(n, dtype=float)
    successes, totals = successes[totals > 0], totals[totals > 0]
    if not len(totals):
        raise ValueError("a funnel needs at least one body with data")
    target = successes.sum() / totals.sum()
    z = 2 * np.sqrt(totals) * (np.arcsin(np.sqrt(successes / totals)) - np.arcsin(np.sqrt(target)))
    calm = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    bodies, dispersion = len(z), float(np.mean(calm**2))
    weight = 4 * totals
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    between = 0.0
    if dispersion > 1 + 2 * np.sqrt(2 / bodies) and scale > 0:
        between = float(np.sqrt(max(bodies * dispersion - (bodies - 1), 0) / scale))
    return Funnel(float(target), dispersion, between)
