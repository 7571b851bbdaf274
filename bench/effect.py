"""How honest are the effects of measures? Prints tables; asserts nothing.

python -m bench.effect [--runs N] [--seed N]

N simulated series in each world (60 unless told): three years of days before the measure and half a year after, season, trend,
days of week, Russian holidays, negative binomial counts, and a weekly log-normal autoregression. Coverage: share of
95 % intervals that hold the truth; type I: share of p < 0.05 where the measure did nothing. The naive answer is the same days
a year ago.
"""

import argparse
import os
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import holidays
import numpy as np
from numpy.typing import NDArray

from analytics import effect

Floats = NDArray[np.float64]
FIRST = np.datetime64("2022-07-04")
DAYS_OFF = np.array(sorted(holidays.country_holidays("RU", years=range(2019, 2028))), dtype="datetime64[D]")


@dataclass(frozen=True)
class World:
    """a_day: mean count; memory, sway: weekly autoregression and its standard deviation in logs; before, after: weeks;
    trend: log growth a year; spread: variance over mean of a day; control: a quiet series that shares the sway."""

    name: str
    a_day: float = 2.0
    memory: float = 0.0
    sway: float = 0.0
    before: int = 156
    after: int = 26
    trend: float = 0.15
    spread: float = 1.5
    control: bool = False


WORLDS = (
    World("plain"), World("memory .5", memory=0.5, sway=0.2), World("memory .8", memory=0.8, sway=0.2),
    World("rare, memory .5", a_day=0.4, memory=0.5, sway=0.2), World("one year before, memory .5", before=52, memory=0.5, sway=0.2),
    World("8 before, 3 after", a_day=6.0, before=8, after=3), World("memory .5, control", memory=0.5, sway=0.2, control=True),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage and false alarms of effects")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20261122)
    chosen = parser.parse_args()
    random = np.random.default_rng(chosen.seed)
    print(f"{chosen.runs} runs a cell; standard error of a share near .05: {np.sqrt(0.05 * 0.95 / chosen.runs):.3f}")
    print(f"{'world':28} {'truth':>6} {'mean':>6} {'sd':>5} {'cover':>6} {'p<.05':>6} {'pretr':>6} | naive mean, sd")
    for world in WORLDS:
        for truth in (0.0, -0.65):
            found = [one(world, truth, random) for _ in range(chosen.runs)]
            print(f"{world.name:28} {truth:6.2f} {row(found, truth)}", flush=True)


def one(world: World, truth: float, random: np.random.Generator) -> effect.Effect:
    counts, dates, control = draw(world, truth, random)
    return effect.estimate(counts, dates, dates[7 * world.before], controls=control)


def draw(world: World, truth: float, random: np.random.Generator) -> tuple[Floats, NDArray[np.datetime64], Floats | None]:
    weeks = world.before + world.after
    dates = FIRST + np.arange(7 * weeks)
    years = dates.astype(int) / 365.25
    turn, height = random.uniform(0, 2 * np.pi, 2), random.uniform(0.1, 0.5)
    eta = world.trend * (years - years.mean()) + height * np.sin(2 * np.pi * years + turn[0]) + 0.3 * height * np.sin(4 * np.pi * years + turn[1])
    eta += np.where((dates.astype(int) + 3) % 7 >= 5, -0.4, 0.15) - 0.5 * np.isin(dates, DAYS_OFF)
    eta += np.repeat(sway(world, weeks, random), 7)
    after = np.arange(len(dates)) >= 7 * world.before
    control = negative_binomial(4 * world.a_day * np.exp(eta), world.spread, random) if world.control else None
    return negative_binomial(world.a_day * np.exp(eta) * np.where(after, 1 + truth, 1), world.spread, random), dates, control


def sway(world: World, weeks: int, random: np.random.Generator) -> Floats:
    noise = random.normal(0, world.sway, weeks)
    for week in range(1, weeks):
        noise[week] = world.memory * noise[week - 1] + np.sqrt(1 - world.memory**2) * noise[week]
    return noise


def negative_binomial(mean: Floats, spread: float, random: np.random.Generator) -> Floats:
    return random.poisson(random.gamma(mean / (spread - 1), spread - 1)).astype(float)


def row(found: list[effect.Effect], truth: float) -> str:
    changes = np.array([one.change for one in found])
    covered = np.mean([one.low <= truth <= one.high for one in found])
    flagged, pretrend = np.mean([one.significant for one in found]), np.mean([one.pretrend for one in found])
    naive = np.array([one.year_on_year for one in found if one.year_on_year is not None])
    beside = f"{naive.mean():6.2f} {naive.std():5.2f}" if len(naive) else "none"
    return f"{changes.mean():6.2f} {changes.std():5.2f} {covered:6.3f} {flagged:6.3f} {pretrend:6.3f} | {beside}"


if __name__ == "__main__":
    main()
