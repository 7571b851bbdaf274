"""Points gathered into equal hexagons; zones ranked, tested against chance, and chosen under a budget."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import h3
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analytics.priority import growth, score

Floats = NDArray[np.float64]

WEIGHTS: Mapping[str, float] = {"volume": 30, "persistence": 20, "unresolved": 20, "growth": 15, "severity": 15}
ZONE_COLUMNS = ("score", "volume", "voices", "authors", "weeks", "persistence", "unresolved", "growth", "severity", "few")
LEAST_AUTHORS, MOST_NEAR, MOST_LOOKED, SIGNIFICANT = 3, 20, 50_000, 0.05
WILDEST, TRIMMED_MEAN = 0.005, 0.85
FINEST_KM = 0.1
RESOLUTIONS = {"country": 4, "region": 6, "municipality": 8}


def hexagons(lat: NDArray[np.float64], lon: NDArray[np.float64], resolution: int) -> dict[str, Any]:
    """How many points fall into each H3 cell? lat, lon in degrees, shape (n,); resolution 0–15 (8 ≈ 0.7 km²).

    Returns a GeoJSON FeatureCollection of polygons with properties id (H3 index) and value (count).
    Uber H3, https://h3geo.org.
    """
    counts = Counter(h3.latlng_to_cell(float(a), float(b), resolution) for a, b in zip(lat, lon, strict=True))
    return {"type": "FeatureCollection", "features": [_feature(cell, count) for cell, count in counts.items()]}


def _feature(cell: str, count: int) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"id": cell, "value": count}, "geometry": polygon(cell)}


def polygon(cell: str) -> dict[str, Any]:
    """The corners of an H3 cell as a geometry of GeoJSON."""
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def centre(cell: str) -> tuple[float, float]:
    """lat, lon of the middle of an H3 cell, degrees."""
    lat, lon = h3.cell_to_latlng(cell)
    return lat, lon


def resolution(cell: str) -> int:
    """The resolution of an H3 cell, 0–15."""
    return int(h3.get_resolution(cell))


def is_cell(name: str, resolutions: Collection[int]) -> bool:
    """Is this the name of an H3 cell of one of these resolutions?"""
    return h3.is_valid_cell(name) and h3.get_resolution(name) in resolutions


def outline(cell: str) -> list[tuple[float, float]]:
    """lat, lon in degrees along the border of an H3 cell, not closed. Sides are arcs of great circles; between points
    `FINEST_KM` apart they are straight lines of the map to a millimetre."""
    corners, found = h3.cell_to_boundary(cell), []
    for here, there in zip(corners, [*corners[1:], corners[0]]):
        pieces = int(np.ceil(h3.great_circle_distance(here, there, unit="km") / FINEST_KM))
        start, end = _vector(here), _vector(there)
        found += [_degrees(start + (end - start) * piece / pieces) for piece in range(pieces)]
    return found


def _vector(point: tuple[float, float]) -> Floats:
    lat, lon = np.radians(point)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _degrees(vector: Floats) -> tuple[float, float]:
    x, y, z = vector
    return float(np.degrees(np.arctan2(z, np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))


def cells(lat: ArrayLike, lon: ArrayLike, resolution: int) -> list[str | None]:
    """Which H3 cell holds each point? None where a coordinate is not known."""
    return [
        h3.latlng_to_cell(float(a), float(b), resolution) if np.isfinite(a) and np.isfinite(b) else None
        for a, b in zip(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float), strict=True)
    ]


def rank(appeals: pd.DataFrame, first: np.datetime64, last: np.datetime64, weights: Mapping[str, float] = WEIGHTS) -> pd.DataFrame:
    """Which zones need repair first?

    appeals, one row each: place (cell, street or any zone; rows without one are left out), author (None: every day of a
    place stands for one), day, unresolved (bool, None unknown), severity (0–1). Period first … last, both included; its
    second half is compared with its first for growth.

    Returns a frame by place, best first: volume (appeals), voices (authors, each counted by the root of the appeals
    written: the second hundred of letters of one person adds little), authors, weeks (in which someone wrote, at
    most one a person), persistence (of weeks of the period), unresolved and severity (means over authors of their
    means), growth (times more voices in the second half, lower 90 % limit), score (0–100, see `priority`), few
    (fewer than three authors: such places stand below all others whatever they score).
    """
    known = appeals.dropna(subset=["place"]).copy()
    known["day"] = pd.to_datetime(known["day"])
    start, stop = pd.Timestamp(first), pd.Timestamp(last)
    known = known[(known["day"] >= start) & (known["day"] <= stop)]
    if known.empty:
        return pd.DataFrame(columns=pd.Index(ZONE_COLUMNS), index=pd.Index([], name="place"))
    nobody = known["author"].isna()
    known["author"] = known["author"].astype(object).where(~nobody, known["day"].dt.strftime("?%Y-%m-%d"))
    known["week"] = (known["day"] - start).dt.days // 7
    known["late"] = known["day"] > start + (stop - start) / 2
    known[["unresolved", "severity"]] = known[["unresolved", "severity"]].astype(float)
    people = known.groupby(["place", "author"]).agg(
        volume=("day", "size"), unresolved=("unresolved", "mean"), severity=("severity", "mean"), late=("late", "max"),
        early=("late", "min"),
    )  # fmt: skip
    people["early"] = ~people["early"]
    people["voices"] = np.sqrt(people["volume"])
    places = people.groupby("place").agg(
        volume=("volume", "sum"), voices=("voices", "sum"), authors=("volume", "size"), unresolved=("unresolved", "mean"),
        severity=("severity", "mean"), late=("late", "sum"), early=("early", "sum"),
    )  # fmt: skip
    places["weeks"] = np.minimum(known.groupby("place")["week"].nunique(), places["authors"])
    places["persistence"] = places["weeks"] / max(((stop - start).days + 7) // 7, 1)
    places["growth"] = growth(places["late"], places["early"])
    factors = places.rename(columns={"voices": "volume", "volume": "appeals"})
    places["score"] = score(factors, weights).score
    places["few"] = places["authors"] < LEAST_AUTHORS
    order = np.lexsort((-places["voices"], -places["score"], places["few"]))
    return places.iloc[order][list(ZONE_COLUMNS)]


@dataclass(frozen=True)
class Cluster:
    """places: row numbers, the centre first; first, last: periods (rows' columns), both included; seen and awaited appeals;
    p: chance of such a cluster anywhere in a world without any (Monte Carlo, never below 1 / (trials + 1))."""

    places: tuple[int, ...]
    first: int
    last: int
    seen: float
    awaited: float
    p: float

    @property
    def ratio(self) -> float:
        return self.seen / self.awaited


def scan(
    cases: ArrayLike,
    expected: ArrayLike,
    lat: ArrayLike,
    lon: ArrayLike,
    *,
    whole_time: bool = False,
    trials: int = 199,
    seed: int = 0,
    step: Callable[[float], None] = lambda share: None,
) -> list[Cluster]:
    """Where and when did more come than chance explains? Surest first, no place in two clusters, p ≤ 5 % only.

    cases, expected [places, periods] (expected in any units: residents, the usual figures, or `usual` below); lat, lon
    [places] in degrees. A cluster is a place with its nearest ones (up to `MOST_NEAR`, holding at most half of the
    expected) over any run of periods; whole_time: over all of them. Count authors, not letters: letters of one person
    are no independent cases. `step` is told the share of trials done. Chance is as noisy as the cells themselves (gamma-mixed trials), not merely Poisson.
    Kulldorff, Comm. Statist. Theory Meth. 26 (1997) 1481; with time: Kulldorff, J. R. Statist.
    Soc. A 164 (2001) 61. ValueError: shapes that do not agree.
    """
    seen, awaited = np.atleast_2d(np.asarray(cases, dtype=float)), np.atleast_2d(np.asarray(expected, dtype=float))
    if seen.shape != awaited.shape or len(seen) != np.size(lat) or len(seen) != np.size(lon):
        raise ValueError("cases, expected, lat and lon need one row a place")
    periods = seen.shape[1]
    dispersion = _dispersion(seen)
    if whole_time:
        seen, awaited = seen.sum(axis=1, keepdims=True), awaited.sum(axis=1, keepdims=True)
    total = int(seen.sum())
    if total < 2 or awaited.sum() <= 0:
        return []
    awaited = awaited * total / awaited.sum()
    near, runs = _nearest(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)), _runs(seen.shape[1])
    ratio = _Ratio(_sums(awaited, near, runs), total)
    real = ratio.of(_sums(seen, near, runs))
    random = np.random.default_rng(seed)
    luck = np.empty(trials)
    for turn in range(trials):
        step(turn / trials)
        luck[turn] = ratio.of(_sums(_drawn(awaited, total, dispersion, random), near, runs)).max()
    return _separate(real, luck, seen, awaited, near, runs, whole_time, periods)


def usual(cases: ArrayLike) -> NDArray[np.float64]:
    """What each place would have in each period if place and time did not meet: its share of all times the period's total.
    For `scan`: finds where something new began, not where there is always much (Kulldorff et al., PLoS Med. 2 (2005) e59)."""
    seen = np.asarray(cases, dtype=float)
    answer: NDArray[np.float64] = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / max(float(seen.sum()), 1.0)
    return answer


def _nearest(lat: Floats, lon: Floats) -> NDArray[np.intp]:
    east = np.radians(lon) * np.cos(np.radians(lat.mean()))
    apart = (np.radians(lat)[:, None] - np.radians(lat)) ** 2 + (east[:, None] - east) ** 2
    np.fill_diagonal(apart, -1)
    return np.argsort(apart, axis=1, kind="stable")[:, :MOST_NEAR]


def _runs(periods: int) -> NDArray[np.intp]:
    """First and last + 1 of every run of up to half of the periods."""
    longest = max(periods // 2, 1)
    return np.array([(first, first + size) for size in range(1, longest + 1) for first in range(periods - size + 1)])


def _sums(values: Floats, near: NDArray[np.intp], runs: NDArray[np.intp]) -> Floats:
    """[places, how many near, runs]."""
    until = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    by_run = until[:, runs[:, 1]] - until[:, runs[:, 0]]
    return np.cumsum(by_run[near], axis=1)


def _dispersion(seen: Floats) -> float:
    """Variance of a cell over its mean, ≥ 1, around `usual`; the wildest two-hundredth of cells is left out, so that a cluster does
    not pass for noise."""
    awaited = usual(seen)
    freedom = (len(seen) - 1) * (seen.shape[1] - 1)
    if freedom < 1 or not seen.sum():
        return 1.0
    squares = np.sort(((seen - awaited) ** 2 / np.maximum(awaited, 1e-9)).ravel())
    kept = squares[: int(np.ceil(len(squares) * (1 - WILDEST)))]
    return max(float(kept.sum()) / freedom / TRIMMED_MEAN, 1.0)


def _drawn(awaited: Floats, total: int, dispersion: float, random: np.random.Generator) -> Floats:
    """A world without clusters: as many appeals, as noisy as the real one."""
    rate = awaited if dispersion < 1.01 else random.gamma(awaited / (dispersion - 1), dispersion - 1)
    chances = (rate / rate.sum()).ravel()
    return random.multinomial(total, chances).reshape(awaited.shape).astype(float)


class _Ratio:
    """Poisson log likelihood ratio of more inside than outside; 0 where there is not more, or more than half is awaited."""

    def __init__(self, awaited: Floats, total: int) -> None:
        whole = np.arange(total + 1, dtype=float)
        self.terms, self.total, self.awaited = special.xlogy(whole, whole), total, awaited
        self.inside, self.outside = np.log(np.maximum(awaited, 1e-9)), np.log(np.maximum(total - awaited, 1e-9))
        self.allowed = awaited <= total / 2

    def of(self, seen: Floats) -> Floats:
        whole = np.rint(seen).astype(np.intp)
        found = self.terms[whole] - seen * self.inside + self.terms[self.total - whole] - (self.total - seen) * self.outside
        return np.where(self.allowed & (seen > self.awaited), found, 0)


def _separate(
    real: Floats, luck: Floats, seen: Floats, awaited: Floats, near: NDArray[np.intp], runs: NDArray[np.intp], whole: bool, periods: int
) -> list[Cluster]:
    taken, found = np.zeros(len(seen), bool), []
    for place in np.argsort(-real, axis=None)[:MOST_LOOKED]:
        centre, size, run = np.unravel_index(int(place), real.shape)
        p = float((1 + (luck >= real[centre, size, run]).sum()) / (1 + len(luck)))
        if p > SIGNIFICANT or real[centre, size, run] <= 0:
            break
        members = near[centre, : size + 1]
        if taken[members].any():
            continue
        taken[members] = True
        first, stop = (int(bound) for bound in runs[run])
        inside = (members, slice(first, stop))
        first, stop = (0, periods) if whole else (first, stop)
        found.append(Cluster(tuple(int(one) for one in members), first, stop - 1, float(seen[inside].sum()), float(awaited[inside].sum()), p))
    return found


@dataclass(frozen=True)
class Choice:
    """chosen: row numbers; covered, share: complaints in them and of all; cost: spent; left: of the budget."""

    chosen: tuple[int, ...]
    covered: float
    share: float
    cost: float
    left: float


def choose(complaints: ArrayLike, costs: ArrayLike, budget: float) -> Choice:
    """Which zones cover most complaints for this money (or these kilometres)?

    complaints, costs [zones] ≥ 0, zones that do not overlap; a zone whose cost is not known (NaN) is not chosen. The
    knapsack problem, solved exactly by branch and cut (HiGHS). ValueError: a negative cost or budget.
    """
    gain, price = np.asarray(complaints, dtype=float), np.asarray(costs, dtype=float)
    if (price < 0).any() or budget < 0 or gain.shape != price.shape:
        raise ValueError("costs and budget cannot be negative, one cost a zone")
    possible = np.nonzero((price <= budget) & (gain > 0))[0]
    taken = np.zeros(0, dtype=np.intp)
    if len(possible):
        scale = max(budget, 1e-12)
        limit = optimize.LinearConstraint(price[possible][None] / scale, ub=1.0)
        solved = optimize.milp(-gain[possible], constraints=limit, integrality=np.ones(len(possible)), bounds=optimize.Bounds(0, 1), options={"mip_rel_gap": 0})
        taken = possible[np.round(solved.x).astype(bool)]
    cost, covered = float(price[taken].sum()), float(gain[taken].sum())
    return Choice(tuple(int(one) for one in taken), covered, covered / max(float(gain.sum()), 1e-12), cost, budget - cost)
