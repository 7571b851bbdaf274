"""How honest is the rating? Simulated worlds with a known truth; prints tables.

    python -m bench.rating [worlds per scenario, 200 unless told]

Each world has 8–90 bodies with 3–3 000 appeals each and true shares spread around a common mean: normally on the
log-odds scale, or in two camps (neither is the model the estimates assume).
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import rankdata

from analytics.rates import MINIMUM_N, funnel, rate, wilson

SPREADS = (0.0, 0.1, 0.2, 0.4, 0.8)
World = tuple[np.ndarray, np.ndarray, np.ndarray]


def normal_world(random: np.random.Generator, spread: float) -> World:
    """True shares, successes, totals (bodies,): log-odds spread normally."""
    bodies = random.integers(8, 91)
    truth = _share(random.uniform(-1, 2) + spread * random.standard_normal(bodies))
    return _observed(random, truth)


def two_camps(random: np.random.Generator, spread: float) -> World:
    """As above; a quarter of the bodies is worse by 2.3 × spread, the rest alike."""
    bodies = random.integers(8, 91)
    truth = _share(random.uniform(-1, 2) - 2.3 * spread * (random.random(bodies) < 0.25))
    return _observed(random, truth)


def _observed(random: np.random.Generator, truth: np.ndarray) -> World:
    totals = np.clip(random.lognormal(5, 1.3, len(truth)), 3, 3000).astype(int)
    return truth, random.binomial(totals, truth), totals


def _share(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def examine(world: World) -> dict[str, float]:
    """Every figure of one world; NaN where the world cannot show it."""
    truth, k, n = world
    rating, big = rate(k, n), n >= MINIMUM_N
    leader = np.argmin(np.where(rating.rated, rating.place, len(n) + 1))
    low, high = rating.low, rating.high
    wilson_low, wilson_high = wilson(k, n)
    limits, common = funnel(k, n), k.sum() / n.sum()
    differs = np.ptp(truth) > 0
    best, worst = (rankdata(-truth[big].round(12), method=method) for method in ("min", "max"))
    outside = (k / n < limits.limits(n)[0]) | (k / n > limits.limits(n)[1])
    extreme = big & (np.abs(truth - truth.mean()) > 0.1)
    wrong = np.sign(truth - truth.mean()) * rating.call < 0
    figures = {
        "coverage": np.mean((low <= truth) & (truth <= high)),
        "coverage, n<30": _mean(((low <= truth) & (truth <= high))[~big]),
        "Wilson coverage": np.mean((wilson_low <= truth) & (truth <= wilson_high)),
        "width": np.mean(high - low),
        "Wilson width": np.mean(wilson_high - wilson_low),
        "error": np.mean(np.abs(rating.score - truth)),
        "raw error": np.mean(np.abs(k / n - truth)),
        "ranks covered": _mean((rating.first[big] <= worst) & (best <= rating.last[big])) if differs else np.nan,
        "any call": np.any(rating.call != 0),
        "any naive call": np.any((wilson_low > common) | (wilson_high < common)),
        "wrong side": np.any(wrong) if differs else np.nan,
        "10 pts off found": _mean(rating.call[extreme] != 0),
        "outside funnel": np.mean(outside),
        "small leads": rating.rated.any() and n[leader] < MINIMUM_N,
        "small leads, raw": n[np.argmax(k / n)] < MINIMUM_N,
    }
    return {name: float(figure) for name, figure in figures.items()}


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else np.nan


def score_world(random: np.random.Generator, spread: float, together: bool, told: bool) -> tuple[float, float]:
    """Coverage and any call of a score of three components (50, 30, 20 %) of the same appeals.

    together: luck is common to the components of an appeal, as for resolved, in time and not reopened; told: the
    rating is given the correlation found over all appeals.
    """
    weights = np.array([0.5, 0.3, 0.2])
    bodies = random.integers(8, 91)
    truth = _share(random.uniform(-1, 2, 3) + spread * random.standard_normal((bodies, 3)))
    totals = np.clip(random.lognormal(5, 1.3, bodies), 3, 3000).astype(int)
    body = np.repeat(np.arange(bodies), totals)
    luck = random.random((len(body), 1 if together else 3))
    success = luck < truth[body]
    k = np.stack([np.bincount(body, success[:, c], bodies) for c in range(3)], axis=1).astype(int)
    correlation = np.corrcoef(success.T) if told else None
    rating = rate(k, np.repeat(totals[:, None], 3, axis=1), weights, correlation=correlation)
    score = truth @ weights
    return float(np.mean((rating.low <= score) & (score <= rating.high))), float(np.any(rating.call != 0))


def table(name: str, make: Callable[[np.random.Generator, float], World], worlds: int) -> list[dict[str, float]]:
    """Prints and returns the mean of every figure, one row per spread."""
    rows = []
    for spread in SPREADS:
        random = np.random.default_rng(int(spread * 100) + 7)
        rows.append(dict(_means([examine(make(random, spread)) for _ in range(worlds)])))
    print(f"\n{name}: {worlds} worlds per spread\n{'':>20}" + "".join(f"{spread:>9}" for spread in SPREADS))
    for key in rows[0]:
        print(f"{key:>20}" + "".join(f"{row[key]:>9.3f}" for row in rows))
    return rows


def _means(results: list[dict[str, float]]) -> list[tuple[str, float]]:
    columns = {key: np.array([result[key] for result in results]) for key in results[0]}
    return [(key, _mean(column[np.isfinite(column)])) for key, column in columns.items()]


def main(worlds: int) -> None:
    """Prints all tables and the two figures aimed at."""
    started = time.perf_counter()
    rows = table("log-odds normal", normal_world, worlds) + table("two camps", two_camps, worlds)
    coverage = np.mean([row["coverage"] for row in rows])
    print(f"\nmean coverage over {worlds * len(rows)} worlds: {coverage:.3f} (aim 0.93–0.97)")
    null = np.mean([rows[0]["any call"], rows[len(SPREADS)]["any call"]])
    print(f"anybody called in {2 * worlds} worlds without differences: {null:.3f} (aim ≤ 0.05)")
    print(f"\nscore of three components, {max(worlds // 4, 20)} worlds each: coverage, any call")
    for spread in (0.0, 0.3):
        for luck, together, told in (("own", False, False), ("common", True, False), ("common, told", True, True)):
            random = np.random.default_rng(11)
            scores = [score_world(random, spread, together, told) for _ in range(max(worlds // 4, 20))]
            print(f"  spread {spread}, luck {luck:<13}" + "".join(f"{x:>8.3f}" for x in np.mean(scores, axis=0)))
    print(f"\n{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
