"""Do the forecasts beat the same weeks of last year, and do their intervals hold? Prints tables; asserts nothing.

python -m bench.season [--runs N] [--seed N]

Eight weeks ahead by weeks: MASE (error over that of last week's figure, inside the history), share of weeks inside 80 % intervals.
Simulated days of eight kinds (several not harmonic: a heating season, snow weeks, a level that wanders), the real ones at
hand (Chicago's «no heat», New York taxis, German weekly reports of salmonella, hepatitis A, influenza), each as it was at many
weeks, and, where installed, statsforecast's AutoETS and MSTL on weeks. «short»: less than a year known.
Recurrence: how often a yearly spike is found, and how often one is claimed where there is none.
"""

import argparse
import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import season
from bench.effect import DAYS_OFF, negative_binomial

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Guess = tuple[Floats, Floats, Floats]
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRST, DAYS, HORIZON = np.datetime64("2021-01-04"), 4 * 364, 56
SHORT, REPORTS = 350, ("hepatitisA", "k1", "h1_nrwrp", "ha")
SIZES, SWAYS = (0.4, 3.0), ("harmonic", "heating", "snow", "wandering")


def main() -> None:
    parser = argparse.ArgumentParser(description="Forecasts and seasons")
    parser.add_argument("--runs", type=int, default=10, help="series of each kind")
    parser.add_argument("--seed", type=int, default=20261122)
    chosen = parser.parse_args()
    random = np.random.default_rng(chosen.seed)
    methods: dict[str, Callable[[Floats, Days], Guess]] = {"own": own, "seasonal naive": seasonal_naive, "mean of 8 weeks": recent}
    if importlib.util.find_spec("statsforecast"):
        methods |= {"AutoETS": auto_ets, "MSTL": mstl}
    print(f"{'series':26}" + "".join(f"{name:>24}" for name in methods) + "   (MASE, share inside 80 %)")
    for sway in SWAYS:
        for size in SIZES:
            whole = [simulated(sway, size, random) for _ in range(chosen.runs)]
            table(f"{sway}, {size} a day", whole, methods)
            table(f"{sway}, {size}, short", [(counts[-SHORT:], dates[-SHORT:]) for counts, dates in whole], methods)
    for name, series in real():
        table(name, series, methods)
    seasons(random, 3 * chosen.runs)


def table(name: str, series: list[tuple[Floats, Days]], methods: dict[str, Callable[[Floats, Days], Guess]]) -> None:
    cells = []
    for method in methods.values():
        scores, inside = [], []
        for counts, dates in series:
            history, seen = counts[:-HORIZON], counts[-HORIZON:].reshape(-1, 7).sum(axis=1)
            weeks = history[len(history) % 7 :].reshape(-1, 7).sum(axis=1)
            mean, low, high = method(history, dates[:-HORIZON])
            scores.append(np.abs(seen - mean).mean() / max(np.abs(np.diff(weeks)).mean(), 1e-9))
            inside.append(np.mean((seen >= low) & (seen <= high)))
        cells.append(f"{np.mean(scores):15.2f} ({np.mean(inside):.2f})  ")
    print(f"{name:26}" + "".join(cells), flush=True)


def own(counts: Floats, dates: Days) -> Guess:
    found = season.forecast(counts, dates, HORIZON)
    return found.week_mean, found.week_low, found.week_high


def seasonal_naive(counts: Floats, dates: Days) -> Guess:
    """The same weeks a year ago (the last week where there is no such year), with the spread of its past misses."""
    weeks = counts[len(counts) % 7 :].reshape(-1, 7).sum(axis=1)
    lag = 52 if len(weeks) > 60 else 1
    mean = np.resize(weeks[-lag:], HORIZON // 7)
    return around(mean, np.std(weeks[lag:] - weeks[:-lag]))


def recent(counts: Floats, dates: Days) -> Guess:
    weeks = counts[len(counts) % 7 :].reshape(-1, 7).sum(axis=1)
    return around(np.full(HORIZON // 7, weeks[-8:].mean()), np.std(weeks[8:] - np.convolve(weeks, np.ones(8) / 8, "valid")[:-1]))


def around(mean: Floats, deviation: float) -> Guess:
    return mean, np.maximum(np.floor(mean - 1.2816 * deviation), 0), np.ceil(mean + 1.2816 * deviation)


def auto_ets(counts: Floats, dates: Days) -> Guess:
    from statsforecast.models import AutoETS

    return peer(AutoETS(season_length=1), counts)


def mstl(counts: Floats, dates: Days) -> Guess:
    from statsforecast.models import MSTL, AutoETS

    long = len(counts) > 2 * 364
    return peer(MSTL(season_length=52, trend_forecaster=AutoETS(model="ZZN")) if long else AutoETS(season_length=1), counts)


def peer(model: object, counts: Floats) -> Guess:
    weeks = counts[len(counts) % 7 :].reshape(-1, 7).sum(axis=1)
    found = model.forecast(y=weeks, h=HORIZON // 7, level=[80])  # type: ignore[attr-defined]
    return found["mean"], np.maximum(np.floor(found["lo-80"]), 0), np.ceil(found["hi-80"])


def simulated(sway: str, a_day: float, random: np.random.Generator) -> tuple[Floats, Days]:
    """One series of a kind, cut at a random day of its last year so that origins fall in every season."""
    dates = FIRST + np.arange(DAYS - int(random.integers(0, 364)))
    years = dates.astype(int) / 365.25
    of_year = (dates - dates.astype("datetime64[Y]")).astype(int)
    eta = random.normal(0, 0.1) * (years - years.mean())
    eta += np.where((dates.astype(int) + 3) % 7 >= 5, -0.4, 0.15) - 0.5 * np.isin(dates, DAYS_OFF)
    if sway == "harmonic":
        eta += 0.4 * np.sin(2 * np.pi * years + random.uniform(0, 6))
    elif sway == "heating":
        eta += 1.2 * ((of_year > 270 + random.integers(-10, 10)) | (of_year < 125))
    elif sway == "snow":
        for year in np.unique(dates.astype("datetime64[Y]")):
            middle = year.astype("datetime64[D]") + 338 + int(random.integers(-10, 10))
            eta += 1.2 * np.exp(-(((dates - middle).astype(int) / 12) ** 2))
    else:
        eta += np.repeat(np.cumsum(random.normal(0, 0.08, len(dates) // 7 + 1)), 7)[: len(dates)]
    return negative_binomial(a_day * np.exp(eta), 1.5, random), dates


def real() -> Iterator[tuple[str, list[tuple[Floats, Days]]]]:
    path = SHARED / "311-chicago-foia" / "derived_daily_counts.csv"
    if path.exists():
        yield "Chicago, no heat", origins(pd.read_csv(path, parse_dates=["date"]).set_index("date")["requests"])
    path = SHARED / "nab" / "data_realKnownCause_nyc_taxi.csv"
    if path.exists():
        rides = pd.read_csv(path, parse_dates=["timestamp"]).set_index("timestamp")["value"]
        yield "New York taxis / 1000", origins(rides.resample("D").sum() / 1000)
    for name in REPORTS if (SHARED / "surveillance-r").exists() else ():
        counts, dates = reports(name)
        yield f"{name}, short", [(counts[since : since + SHORT], dates[since : since + SHORT]) for since in range(0, len(counts) - SHORT, 70)]
        yield f"{name}, years", [(counts[: len(counts) - back], dates[: len(dates) - back]) for back in range(0, 1050, 63)]


def origins(series: "pd.Series[float]", last: int = 40) -> list[tuple[Floats, Days]]:
    """The series as it was at each of its last weeks, with eight weeks or more of history before the eight to foretell."""
    whole = series.asfreq("D", fill_value=0)
    counts, dates = whole.to_numpy(float).round(), whole.index.to_numpy().astype("datetime64[D]")
    return [(counts[: len(counts) - back], dates[: len(dates) - back]) for back in range(0, 7 * last, 7) if len(counts) - back > 2 * HORIZON + 7]


def reports(name: str) -> tuple[Floats, Days]:
    """Weekly reports, each spread over its week by chance."""
    weeks = pd.read_csv(SHARED / "surveillance-r" / f"{name}.csv")["observed"].to_numpy(int)
    random = np.random.default_rng(5)
    days = np.concatenate([random.multinomial(week, [1 / 7] * 7) for week in weeks]).astype(float)
    return days, np.datetime64("2001-01-01") + np.arange(len(days))


def seasons(random: np.random.Generator, runs: int) -> None:
    print(f"\nrecurrence, {runs} series each of four years")
    for name, height, yearly in (("none", 0.0, True), ("every December, x2.5", 0.9, True), ("a random month of each year, x2.5", 0.9, False)):
        for a_day in SIZES:
            found = [season.recurrence(*spiking(a_day, height, yearly, random)) for _ in range(runs)]
            claimed = np.mean([any(one.p < 0.05 for one in few) for few in found])
            right = np.mean([any(one.p < 0.05 and one.first <= 51 and (one.last >= 47 or one.last < one.first) for one in few) for few in found])
            print(f"  {name:34} {a_day:4} a day: claimed {claimed:.2f}, of them at December {right:.2f}", flush=True)


def spiking(a_day: float, height: float, yearly: bool, random: np.random.Generator) -> tuple[Floats, Days]:
    dates = FIRST + np.arange(DAYS)
    eta = np.zeros(len(dates))
    for year in np.unique(dates.astype("datetime64[Y]")):
        middle = year.astype("datetime64[D]") + (344 + int(random.integers(-4, 5)) if yearly else int(random.integers(10, 350)))
        eta += height * (np.abs((dates - middle).astype(int)) <= 10)
    return negative_binomial(a_day * np.exp(eta), 1.5, random), dates


if __name__ == "__main__":
    main()
