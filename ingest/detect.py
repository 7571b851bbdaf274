"""Scores the series a load has touched and stores their spikes, in the load's own transaction."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from analytics import spikes
from queries import store, writes

RECENT = 28
LONGEST_HISTORY = 5 * 365
ENOUGH_BEFORE = 70
BEFORE, AFTER = 42, 14
LEVELS = ("municipality_topic", "region_topic")


@dataclass(frozen=True)
class Series:
    """Daily counts of one region's series of one level; rows of `names`: territory_id, topic_id, group, block."""

    level: str
    names: pd.DataFrame
    counts: np.ndarray


@cache
def _steps() -> dict[str, list[str]]:
    text = (Path(__file__).parent / "detect.sql").read_text(encoding="utf-8")
    found = re.split(r"^-- step: (\w+)$", text, flags=re.MULTILINE)
    bare = [re.sub(r"^--.*$", "", body, flags=re.MULTILINE) for body in found[2::2]]
    return {name: [s.strip() for s in body.split(";") if s.strip()] for name, body in zip(found[1::2], bare, strict=True)}


def _run(cursor: duckdb.DuckDBPyConnection, step: str, **values: Any) -> duckdb.DuckDBPyConnection:
    for statement in _steps()[step]:
        cursor.execute(statement, {k: v for k, v in values.items() if re.search(rf"\${k}\b", statement)})
    return cursor


def refresh(cursor: duckdb.DuckDBPyConnection, batch_id: int | None) -> None:
    """Score the regions a batch has touched (all of them for None): every day of up to five years, the last four weeks
    out of the fit. Spikes keep their ids; those of earlier loads that are not found again are kept as ended."""
    first, last = _run(cursor, "span", today=_today(cursor)).fetchone() or (None, None)
    if last is None:
        return
    first = max(first, last - timedelta(days=LONGEST_HISTORY))
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    for (region_id,) in _run(cursor, "touched_regions", batch_id=batch_id).fetchall():
        _refresh_region(cursor, region_id, days)
    _run(cursor, "describe")
    _run(cursor, "settle", last=last)


def _today(cursor: duckdb.DuckDBPyConnection) -> Any:
    facts = dict(cursor.execute("FROM meta").fetchall())
    moment = (
        pd.Timestamp(facts["as_of"]) + pd.Timedelta(days=1)
        if "as_of" in facts
        else min(pd.Timestamp(store.clock()), pd.Timestamp(facts.get("newest", store.clock())) + store.STALE_AFTER)
    )
    return moment.date()


def _refresh_region(cursor: duckdb.DuckDBPyConnection, region_id: int, days: np.ndarray) -> None:
    first, last = days[0].item(), days[-1].item()
    long = _run(cursor, "counts", region_id=region_id, first=first, last=last).df()
    if long.empty:
        return
    silent = [d for (d,) in _run(cursor, "silent", region_id=region_id, first=first, last=last).fetchall()]
    known = _run(cursor, "known", region_id=region_id).df()
    levels = [_spikes_of(series, days, silent) for series in _levels(long, region_id, days)]
    found = pd.concat([frame.assign(parent_id=region_id) for frame, _ in levels], ignore_index=True)
    if found.empty:
        return
    around = [days_near for _, near in levels for days_near in near]
    found["row"] = np.arange(len(found))
    neighbours = _run(cursor, "neighbours", region_id=region_id).fetchall()
    frame = spikes.episodes(found, today=days[-1], known=known, neighbours=neighbours)
    frame = frame.assign(**{name: frame[name].dt.date for name in ("onset", "first_flagged", "peak", "last_day")})
    for spike in frame[~frame["spike_id"].isin(known["spike_id"])].to_dict("records"):
        writes.append_spike(spike)
    cursor.register("found_spikes", frame.drop(columns=["row", "parent_id", "lag_days"]))
    cursor.register(
        "found_days",
        pd.concat(
            [around[row].assign(spike_id=number) for row, number in zip(frame["row"], frame["spike_id"], strict=True)], ignore_index=True
        ),
    )
    _run(cursor, "replace")


def _levels(long: pd.DataFrame, region_id: int, days: np.ndarray) -> list[Series]:
    """Municipality × topic, and region × topic where more than one municipality writes."""
    names = ["territory_id", "topic_id", "topic_group_id", "block_id"]
    levels = [Series(LEVELS[0], *_dense(long, names, days))]
    if long["territory_id"].nunique() > 1:
        summed = long.assign(territory_id=region_id).groupby([*names, "day"], as_index=False)["appeals"].sum()
        levels.append(Series(LEVELS[1], *_dense(summed, names, days)))
    return levels


def _dense(long: pd.DataFrame, names: list[str], days: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    codes, keys = pd.factorize(pd.MultiIndex.from_frame(long[names]))
    counts = np.zeros((len(keys), len(days)), dtype=np.int64)
    at = (long["day"].to_numpy("datetime64[D]") - days[0]).astype(int)
    np.add.at(counts, (codes, at), long["appeals"].to_numpy())
    return pd.DataFrame(list(keys), columns=names), counts


def _spikes_of(series: Series, days: np.ndarray, silent: list[Any]) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The spikes of one level, and the days around each of them in the same order."""
    quiet = np.isin(days, np.array(silent, dtype="datetime64[D]"))
    tests = len(series.names)
    worth = spikes.worth_scoring(series.counts, len(days))
    names, counts = series.names[worth].reset_index(drop=True), series.counts[worth]
    scores = _score(counts, days, len(days), quiet)
    lately = spikes.worth_scoring(counts, RECENT)
    if len(days) > RECENT + ENOUGH_BEFORE and lately.any():
        recent = _score(counts[lately], days, RECENT, quiet)
        for name in ("p_value", "expected", "dispersion"):
            getattr(scores, name)[lately, -RECENT:] = getattr(recent, name)
        scores.method[lately] = recent.method
    flagged = spikes.alarms(scores, counts, tests=tests).flagged
    found = spikes.runs(names.assign(level=series.level), days, counts, scores, flagged, frequency="D")
    return found, [_around(run, days, counts, scores, flagged) for run in found.itertuples()]


def _around(run: Any, days: np.ndarray, counts: np.ndarray, scores: spikes.Scores, flagged: np.ndarray) -> pd.DataFrame:
    first, last = np.searchsorted(days, np.array([run.onset, run.last_day], dtype="datetime64[D]"))
    window = slice(max(first - BEFORE, 0), min(last + AFTER + 1, len(days)))
    expected = scores.expected[run.row, window]
    return pd.DataFrame({
        "day": days[window], "observed": counts[run.row, window], "expected": expected, "upper": spikes.band(expected, scores.dispersion[run.row, window])[0],
        "p_value": scores.p_value[run.row, window], "is_alarm": flagged[run.row, window],
    })  # fmt: skip


def _score(counts: np.ndarray, days: np.ndarray, last: int, quiet: np.ndarray) -> spikes.Scores:
    missing = np.broadcast_to(quiet, counts.shape) if quiet.any() else None
    return spikes.score(counts, days, frequency="D", last=last, missing=missing)
