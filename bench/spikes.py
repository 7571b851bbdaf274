"""How good and how fast is the detector, beside R's? Prints a table; asserts nothing.

python -m bench.spikes [--series N] [--seed N] [--rows N]

N series in each of the 42 scenarios (100 unless told). R itself is run where Rscript and `surveillance` are
installed (Debian: r-cran-surveillance); the replica of its method always. POD: share of spikes of two standard
deviations or more with an alarm between first and last case. At a given FPR: with the threshold at that quantile of
p over the clean twins.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # R has one thread too, and idle ones would count as CPU time

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import spikes
from analytics.spikes import fitting
from bench import worlds
from bench.farrington import farrington_flexible
from ingest import commands, detect
from ingest.demo.build import TRUTH
from queries import store

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Scorer = Callable[[NDArray[np.int64], int], Floats]
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WEEK_DATES = worlds.FIRST_WEEK + 7 * np.arange(worlds.WEEKS)
NOW = range(worlds.CURRENT, worlds.WEEKS)
R_SECONDS = 11.8
R_SCRIPT = """
suppressMessages(library(surveillance)); args <- commandArgs(TRUE)
y <- as.matrix(read.csv(args[1], header = FALSE)); sts <- sts(t(y), frequency = 52, start = c(2001, 1))
control <- list(range = 576:624, noPeriods = 10, b = 5, w = 3, weightsThreshold = 2.58, pastWeeksNotIncluded = 26, pThresholdTrend = 1,
                thresholdMethod = "nbPlugin", alpha = 0.005, glmWarnings = FALSE)
spent <- system.time(result <- farringtonFlexible(sts, control = control))
write.table(t(control(result)$pvalue), args[2], row.names = FALSE, col.names = FALSE, sep = ","); cat(spent[1] + spent[2])
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="The detector beside R's")
    parser.add_argument("--series", type=int, default=100, help="series per scenario")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--rows", type=int, default=60_000, help="appeals of the demo")
    chosen = parser.parse_args()
    replica_against_r()
    weekly(chosen.series, chosen.seed)
    r_itself(chosen.seed)
    daily_false_alarms(chosen.seed)
    daily_discoveries(chosen.seed)
    speed(chosen.seed)
    demo(chosen.rows)


def replica_against_r() -> None:
    folder = SHARED / "spikes-oracle"
    if not folder.exists():
        print("Replica against R: the stored runs of R are not here")
        return
    counts, stored = pd.read_csv(folder / "sim84_counts.csv"), pd.read_csv(folder / "sim84_R_alarms.csv")
    stored = stored[stored["method"] == "noufaily"].set_index(["series", "variant", "week0"]).sort_index()
    y = counts.filter(regex=r"^w\d+$").to_numpy(np.int64)
    ours = farrington_flexible(y, np.array(NOW))
    keys = list(zip(counts["series"], counts["variant"], strict=True))
    theirs = [stored.loc[key] for key in keys]
    p = np.array([one["pvalue"] for one in theirs])
    alarm = np.array([one["alarm"] for one in theirs]) == 1
    print(
        f"Replica against R, 84 series × 2: max |Δp| {np.abs(ours.p_value - p).max():.1e}, same alarms {np.mean(ours.alarm == alarm):.2%}"
    )
    worst, same = 0.0, 1.0
    for path in sorted((SHARED / "surveillance-r").glob("*_alarms.csv")):
        alarms = pd.read_csv(path)
        series = pd.read_csv(path.with_name(path.name.replace("_alarms", "")))["observed"].to_numpy(np.int64)
        for method, alpha in (("noufaily", 0.005), ("noufaily_a05", 0.05)):
            rows = alarms[alarms["method"] == method]
            years = 4 if path.name.startswith("ha_") else 2
            result = farrington_flexible(series[None], rows["t"].to_numpy() - 1, years=years, alpha=alpha)
            worst = max(worst, float(np.abs(result.p_value[0] - rows["pvalue"]).max()))
            same = min(same, float(np.mean(result.alarm[0] == (rows["alarm"] == 1))))
    print(f"Replica against R, 6 real series: max |Δp| {worst:.1e}, same alarms {same:.2%}")


def weekly(series: int, seed: int) -> None:
    world = worlds.weekly(series, seed)
    count = len(world.clean)
    print(f"\nWeekly: 42 scenarios × {series} series, seed {seed}")
    head = f"{'':34}{'nominal .005':>24}{'at FPR .5 %':>30}{'at FPR 1 %':>28}{'CPU s per'}"
    print(
        head
        + f"\n{'':34}{'FPR':>8}{'worst':>8}{'POD':>8}{'POD ± SE':>14}{'over R, 95 %':>16}{'POD ± SE':>14}{'over R, 95 %':>16}{'1000 weeks':>12}"
    )
    methods: dict[str, Scorer] = {
        "R's method (replica)": lambda y, k: farrington_flexible(y, np.array([k])).p_value[:, 0],
        "ours": lambda y, k: spikes.score(y[:, : k + 1], WEEK_DATES[: k + 1], frequency="W", last=1).p_value[:, 0],
    }
    reference: list[Floats] = []
    for name, scorer in methods.items():
        started = time.process_time()
        clean = np.column_stack([_with_enough(scorer(world.clean, k), world.clean, k) for k in NOW])
        spent = (time.process_time() - started) / count / len(NOW) * 1000
        hits = _report(name, world, clean, _inside(world, scorer), reference, f"{spent:12.3f}")
        reference = reference or hits
    truth = _truth(world, world.clean), _truth(world, world.spiked)
    _report("one week, true mean and dispersion", world, truth[0], np.where(_during(world), truth[1], 1.0), reference, "")


def _inside(world: worlds.Weekly, scorer: Scorer) -> Floats:
    p = np.ones((len(world.spiked), len(NOW)))
    during = _during(world)
    for column, k in enumerate(NOW):
        rows = np.flatnonzero(during[:, column])
        if len(rows):
            p[rows, column] = _with_enough(scorer(world.spiked[rows], k), world.spiked[rows], k)
    return p


def _during(world: worlds.Weekly) -> Flags:
    now = np.broadcast_to(np.array(NOW), (len(world.size), len(NOW)))
    first, last, real = world.first[:, None], world.last[:, None], (world.size > 0)[:, None]
    during: Flags = (now >= first) & (now <= last) & real
    return during


def _with_enough(p: Floats, counts: NDArray[np.int64], k: int) -> Floats:
    return np.where(counts[:, k - 3 : k + 1].sum(axis=1) >= 5, p, 1.0)


def _truth(world: worlds.Weekly, counts: NDArray[np.int64]) -> Floats:
    seen = counts[:, list(NOW)].astype(float)
    tail = fitting.tail(np.maximum(seen, 1), world.mean[:, list(NOW)], np.broadcast_to(world.dispersion[:, None], seen.shape))
    return np.column_stack([_with_enough(np.where(seen[:, i] > 0, tail[:, i], 1), counts, k) for i, k in enumerate(NOW)])


def _report(name: str, world: worlds.Weekly, clean: Floats, spiked: Floats, reference: list[Floats], spent: str) -> list[Floats]:
    false = pd.Series((clean <= 0.005).mean(axis=1)).groupby(world.scenario)
    worst = false.mean().idxmax()
    bound = false.mean()[worst] - 1.96 * false.sem()[worst]
    counted = world.size >= 2
    line = f"{name:34}{np.mean(clean <= 0.005):8.4f}{false.mean()[worst]:8.4f}{np.mean(_found(spiked, 0.005)[counted]):8.3f}"
    hits = []
    for i, rate in enumerate((0.005, 0.01)):
        ranked = np.sort(clean, axis=None)
        threshold = ranked[int(rate * ranked.size) - 1]
        hit = _found(spiked, float(threshold))[counted]
        hits.append(hit)
        line += f"{hit.mean():8.3f} ±{hit.std() / len(hit) ** 0.5:.3f} "
        gain = hit - reference[i] if reference else np.zeros(1)
        half = 1.96 * gain.std() / len(gain) ** 0.5
        line += f" {gain.mean():+.3f} ±{half:.3f} " if reference else f"{'':16}"
    print(f"{line}{spent}   worst scenario {worst}: lower 95 % bound {bound:.4f}")
    return hits


def _found(p: Floats, threshold: float) -> Floats:
    return np.where(p.min(axis=1) <= threshold, 1.0, 0.0)


def r_itself(seed: int) -> None:
    """R and the detector on the same series in one run."""
    y = worlds.weekly(1, seed + 1).clean
    started = time.process_time()
    for k in NOW:
        spikes.score(y[:, : k + 1], WEEK_DATES[: k + 1], frequency="W", last=1)
    ours = (time.process_time() - started) / y.shape[0] / len(NOW) * 1000
    if shutil.which("Rscript") is None:
        print(
            f"\nR is not installed; measured earlier: {R_SECONDS} CPU s per 1000 series-weeks, ours now {ours:.3f}: {R_SECONDS / ours:.0f} times faster"
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        counts, answer = Path(folder) / "y.csv", Path(folder) / "p.csv"
        np.savetxt(counts, y, fmt="%d", delimiter=",")
        done = subprocess.run(["Rscript", "-e", R_SCRIPT, str(counts), str(answer)], capture_output=True, text=True)
        if done.returncode:
            print(f"\nR did not run: {done.stderr.strip().splitlines()[-1]}")
            return
        theirs = float(done.stdout.split()[-1]) / y.shape[0] / len(NOW) * 1000
        p = np.loadtxt(answer, delimiter=",")
    gap = np.abs(farrington_flexible(y, np.array(NOW)).p_value - p).max()
    print(
        f"\nR itself on {len(y)} fresh series: {theirs:.1f} CPU s per 1000 series-weeks, ours {ours:.3f} on the same: {theirs / ours:.0f} times faster; replica max |Δp| {gap:.1e}"
    )


def daily_false_alarms(seed: int, series: int = 4000, looks: int = 8) -> None:
    counts, _, _ = worlds.daily(series, seed + 2)
    p = []
    for look in range(looks):
        end = counts.shape[1] - 45 * look
        p.append(spikes.score(counts[:, :end], worlds.DAYS[:end], frequency="D", last=28).p_value)
    quartile = np.argsort(np.argsort(counts.sum(axis=1), kind="stable")) * 4 // series
    every = np.concatenate(p, axis=1)
    print(
        f"\nDaily, no spikes: {series} series × {every.shape[1]} days, {np.mean(counts == 0):.0%} zeros; FPR by quartile of volume, smallest first"
    )
    for alpha in (0.005, 0.001):
        hits = [(every[quartile == q] <= alpha).mean(axis=1) for q in range(4)]
        print(f"  p ≤ {alpha}: " + "  ".join(f"{hit.mean():.5f} ±{hit.std() / len(hit) ** 0.5:.5f}" for hit in hits))


def daily_discoveries(seed: int, series: int = 6000, days: int = 14, worlds_made: int = 4) -> None:
    """A hundredth of the series-days begins a spike of 3–10 standard deviations."""
    print(f"\nDaily, four past spikes a series, 1 % of series-days begin a spike: {series} series × {days} days × {worlds_made}, q = 0.1")
    for shape in ("over several days", "all on one day"):
        rows = []
        for number in range(worlds_made):
            random = np.random.default_rng(seed + 10 + number)
            counts, mean, dispersion = worlds.daily(series, seed + 20 + number, past_spikes=4)
            clean, end = counts.copy(), counts.shape[1]
            row, day = np.nonzero(random.random((series, days)) < 0.01)
            start, size = end - days + day, random.integers(3, 11, len(row))
            deviation = np.sqrt(mean * dispersion[:, None])
            if shape == "all on one day":
                np.add.at(counts, (row, start), np.maximum(random.poisson(size * deviation[row, start]), 1))
            else:
                worlds.plant(random, counts, row, start, size, deviation, end=end)
            real = counts > clean
            scores = spikes.score(counts, worlds.DAYS, frequency="D", last=days)
            found = spikes.alarms(scores, counts)
            touched = real[:, -days:] | real[:, -days - 1 : -1]
            soon = np.zeros(len(row), dtype=bool)
            for later in range(4):
                within = day + later < days
                soon[within] |= found.flagged[row[within], day[within] + later]
            big = (size * deviation[row, start] >= 3) & (day < days - 3)
            rows.append((
                found.flagged.sum(), (found.flagged & ~real[:, -days:]).sum(), (found.flagged & ~touched).sum(),
                soon[big].sum(), big.sum(), found.false_per_week,
            ))  # fmt: skip
        alarms, strict, loose, hit, planted, promised = np.sum(rows, axis=0)
        print(
            f"  {shape}: {alarms:.0f} alarms; false {loose / alarms:.3f} (counting the day after a spike as false {strict / alarms:.3f}); "
            f"false a week {loose / worlds_made / days * 7:.1f}, promised at most {promised / worlds_made:.1f}; "
            f"spikes of 3 appeals or more found within 3 days {hit / planted:.2f}"
        )


def speed(seed: int, series: int = 20_000) -> None:
    counts, _, _ = worlds.daily(series, seed + 3)
    spent = []
    for _ in range(2):
        started, clock = time.process_time(), time.perf_counter()
        spikes.score(counts, worlds.DAYS, frequency="D", last=1)
        spent.append(f"{time.process_time() - started:.1f} CPU s ({time.perf_counter() - clock:.1f} s by the clock)")
    print(f"\n{series} series × {len(worlds.DAYS)} days, last day: first {spent[0]}, again {spent[1]}; nothing is kept between the runs")


def demo(rows: int) -> None:
    """Planted stories found and episodes beside them, over a whole demo store; the time its scoring takes."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PULSE_DB"] = str(Path(folder) / "pulse.duckdb")
        commands.make_demo({"rows": rows, "seed": 1, "until": "2026-11-21"}, lambda share, message: None)
        stories = json.loads((Path(folder) / TRUTH).read_text(encoding="utf-8"))["stories"]
        with store.transaction() as cursor:
            started, clock = time.process_time(), time.perf_counter()
            detect.refresh(cursor, None)
            spent = f"{time.process_time() - started:.1f} CPU s ({time.perf_counter() - clock:.1f} s by the clock)"
            found, tests, topics, regions = (
                cursor.execute(f"FROM {name}").df() for name in ("spikes", "spike_tests", "topics", "territories")
            )
        store.close_store()
    region, topic = regions.set_index("territory_id")["region_id"], topics.set_index("name")
    print(f"\nDemo of {rows} appeals: scored in {spent}; {tests['series'].sum()} series")
    for setting in spikes.SENSITIVITIES:
        order = list(spikes.SENSITIVITIES)
        shown = found[found["sensitivity"].isin(order[: order.index(setting) + 1])]
        told, hits = set(), []
        for story in (story for story in stories if story["kind"] != "outage"):
            about = topic.loc[story["topic"]]
            own = shown[
                (
                    (shown["topic_id"] == about["topic_id"])
                    | (shown["topic_id"].isna() & (shown["topic_group_id"] == about["topic_group_id"]))
                )
                & (shown["onset"] <= story["last_day"])
                & (shown["last_day"] >= story["first_day"])
            ]
            if "territory_id" in story:
                own = own[own["territory_id"].isin([story["territory_id"], region[story["territory_id"]]])]
            told |= set(own["episode_id"])
            if story["kind"] in ("spike", "flood", "shut_off"):
                hits.append(f"{story['story']} {story['first_day']} {'found' if len(own) else 'not found'}")
        weeks = (found["last_day"].max() - found["onset"].min()).days / 7
        false = shown.loc[~shown["episode_id"].isin(told), "episode_id"].nunique()
        promised = spikes.expected_false_alarms(
            tests["series"].to_numpy(), tests["active"].to_numpy(), tests["frequency"].tolist(), sensitivity=setting
        )
        print(
            f"  {setting}: {false} episodes of no story in {weeks:.0f} weeks, {false / weeks:.2f} a week, promised now {promised:.2f}; "
            + ", ".join(hits)
        )


if __name__ == "__main__":
    main()
