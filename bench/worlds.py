"""Simulated series with known spikes, weekly and daily."""

from dataclasses import dataclass
from pathlib import Path

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]

SCENARIOS = Path(__file__).parent / "data" / "noufaily_scenarios.csv"
WEEKS, BASELINE, CURRENT = 624, 312, 575
PAST_SIZES, LARGEST = (2, 3, 5, 10), 10
SPREAD = 0.5
FIRST_WEEK = np.datetime64("2012-01-02")
DAYS = np.arange(np.datetime64("2021-01-01"), np.datetime64("2026-01-01"))


@dataclass(frozen=True)
class Weekly:
    """Twins: clean (past spikes only) and spiked (one more in the last 49 weeks), both [series, 624]; mean [series,
    624] and dispersion [series] are the truth; first and last: weeks of the spike; size: its k, in standard
    deviations."""

    clean: Whole
    spiked: Whole
    mean: Floats
    dispersion: Floats
    scenario: Whole
    size: Whole
    first: Whole
    last: Whole


def weekly(per_scenario: int, seed: int) -> Weekly:
    """The 42 scenarios of Noufaily et al. 2013: negative binomial counts, four past spikes of 2, 3, 5 or 10 standard
    deviations, one of 1–10 now."""
    random = np.random.default_rng(seed)
    table = pd.read_csv(SCENARIOS, comment="#").loc[lambda frame: frame.index.repeat(per_scenario)]
    week = np.arange(1, WEEKS + 1)
    eta = table["theta"].to_numpy()[:, None] + table["beta"].to_numpy()[:, None] * week
    for harmonic in (1, 2):
        has = (table["k_harmonics"] >= harmonic).to_numpy()[:, None]
        turn = 2 * np.pi * harmonic * week / 52
        eta += has * (table["gamma1"].to_numpy()[:, None] * np.cos(turn) + table["gamma2"].to_numpy()[:, None] * np.sin(turn))
    mean, dispersion = np.exp(eta), table["phi"].to_numpy(float)
    clean = draw(random, mean, dispersion)
    rows = np.arange(len(clean))
    deviation = np.sqrt(mean * dispersion[:, None])
    for _ in range(4):
        plant(
            random, clean, rows, random.integers(BASELINE, CURRENT, len(rows)), random.choice(PAST_SIZES, len(rows)), deviation, end=CURRENT
        )
    spiked, size = clean.copy(), random.integers(1, LARGEST + 1, len(rows))
    plant(random, spiked, rows, random.integers(CURRENT, WEEKS, len(rows)), size, deviation, end=WEEKS)
    inside = spiked > clean
    first, last = inside.argmax(axis=1), WEEKS - 1 - inside[:, ::-1].argmax(axis=1)
    hidden = ~inside.any(axis=1)
    return Weekly(clean, spiked, mean, dispersion, table["scenario"].to_numpy(np.int64), np.where(hidden, 0, size), first, last)


def daily(series: int, seed: int, past_spikes: int = 0) -> tuple[Whole, Floats, Floats]:
    """Five years of days like those of towns and topics: half have under half an appeal a day; season, trend, quiet
    weekends and holidays. Counts and true means [series, days], dispersion [series]."""
    random = np.random.default_rng(seed)
    years = (DAYS - DAYS[0]).astype(int) / 365.25
    dispersion = 1 + random.gamma(1.0, 0.6, series)
    eta = random.normal(np.log(0.5), 1.3, (series, 1)) + random.normal(0, 0.12, (series, 1)) * (years - 2.5)
    for harmonic in (1, 2):
        for wave in (np.sin, np.cos):
            eta += random.normal(0, 0.3 / harmonic, (series, 1)) * wave(2 * np.pi * harmonic * years)
    weekday = random.normal(0, 0.08, (series, 7))
    weekday[:, 5:] -= random.uniform(0.2, 0.8, (series, 1))
    eta += weekday[:, (DAYS.astype(int) + 3) % 7]
    off = np.isin(DAYS, np.array(sorted(holidays.country_holidays("RU", years=range(2021, 2026))), dtype="datetime64[D]"))
    eta -= off * random.uniform(0, 0.8, (series, 1))
    mean = np.exp(eta)
    counts = draw(random, mean, dispersion)
    rows = np.arange(series)
    for _ in range(past_spikes):
        start = random.integers(0, len(DAYS) - 60, series)
        plant(random, counts, rows, start, random.choice((3, 5, 10), series), np.sqrt(mean * dispersion[:, None]), end=len(DAYS))
    return counts, mean, dispersion


def draw(random: np.random.Generator, mean: Floats, dispersion: Floats) -> Whole:
    """Negative binomial counts with variance dispersion × mean; Poisson where it is 1."""
    over = np.maximum(dispersion - 1, 1e-9)[:, None]
    counts = random.poisson(random.gamma(mean / over, over))
    plain = dispersion == 1
    counts[plain] = random.poisson(mean[plain])
    return counts


def plant(random: np.random.Generator, counts: Whole, rows: Whole, start: Whole, size: Whole, deviation: Floats, *, end: int) -> None:
    """Add to counts, at each row and start, a spike of Poisson(size × standard deviation) appeals, at least one:
    half of them at once, the others later."""
    total = np.maximum(random.poisson(size * deviation[rows, start]), 1)
    row, at = np.repeat(rows, total), np.repeat(start, total)
    at += random.lognormal(0, SPREAD, len(at)).astype(int)
    np.add.at(counts, (row[at < end], at[at < end]), 1)
