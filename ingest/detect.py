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
STILL_GOING, NEW_FOR = 2, 7
BEFORE, AFTER = 42, 14
HOLDS_MOST = 0.6
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
    found, around = [], []
    for series in _levels(long, region_id, days):
        rows, near = _spikes_of(series, days, silent, known)
        found += rows
        around += near
    if not found:
        return
    frame = _with_episodes(pd.DataFrame(found))
    for spike in frame[~frame["spike_id"].isin(known["spike_id"])].to_dict("records"):
        writes.append_spike(spike)
    cursor.register("found_spikes", frame.drop(columns=["stored_onset"]))
    cursor.register("found_days", pd.concat(around, ignore_index=True))
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


def _spikes_of(series: Series, days: np.ndarray, silent: list[Any], known: pd.DataFrame) -> tuple[list[dict[str, Any]], list[pd.DataFrame]]:
    quiet = np.isin(days, np.array(silent, dtype="datetime64[D]"))
    tests = len(series.names)
    worth = spikes.worth_scoring(series.counts, len(days))
    series = Series(series.level, series.names[worth].reset_index(drop=True), series.counts[worth])
    scores = _score(series.counts, days, len(days), quiet)
    lately = spikes.worth_scoring(series.counts, min(RECENT, len(days)))
    if len(days) > RECENT + spikes.LEFT_OUT["D"] + spikes.EIGHT_WEEKS["D"] and lately.any():
        recent = _score(series.counts[lately], days, RECENT, quiet)
        for name in ("p_value", "expected", "upper"):
            getattr(scores, name)[lately, -RECENT:] = getattr(recent, name)
    flagged = spikes.alarms(scores, series.counts, tests)
    rows, around = [], []
    for run in spikes.runs(flagged, scores, series.counts):
        row = _row(series, run, days, scores.method, known)
        rows.append(row)
        window = slice(max(run.onset - BEFORE, 0), min(run.last + AFTER + 1, len(days)))
        around.append(
            pd.DataFrame(
                {
                    "spike_id": row["spike_id"],
                    "day": days[window],
                    "observed": series.counts[run.series, window],
                    "expected": scores.expected[run.series, window],
                    "upper": scores.upper[run.series, window],
                    "p_value": scores.p_value[run.series, window],
                    "is_alarm": flagged[run.series, window],
                }
            )
        )
    return rows, around


def _score(counts: np.ndarray, days: np.ndarray, last: int, quiet: np.ndarray) -> spikes.Scores:
    missing = np.broadcast_to(quiet, counts.shape) if quiet.any() else None
    return spikes.score(counts, days, frequency="D", last=last, missing=missing)


def _row(series: Series, run: spikes.Run, days: np.ndarray, method: str, known: pd.DataFrame) -> dict[str, Any]:
    name = series.names.iloc[run.series]
    onset, end = pd.Timestamp(days[run.onset]), pd.Timestamp(days[run.last])
    same = known[
        (known["level"] == series.level) & (known["territory_id"] == name["territory_id"]) & (known["topic_id"] == name["topic_id"])
    ]
    same = same[(same["onset"] <= end + pd.Timedelta(days=spikes.GAP)) & (same["last_day"] >= onset - pd.Timedelta(days=spikes.GAP))]
    flagged = pd.Timestamp(days[run.first_flagged])
    if len(same):
        own, flagged = int(same.iloc[0]["spike_id"]), same.iloc[0]["first_flagged"]
    else:
        own = spikes.spike_id(series.level, int(name["territory_id"]), int(name["topic_id"]), days[run.onset])
    last = pd.Timestamp(days[-1])
    going = end >= last - pd.Timedelta(days=STILL_GOING)
    state = "ended" if not going else "new" if onset > last - pd.Timedelta(days=NEW_FOR) else "ongoing"
    return {
        "spike_id": own,
        "level": series.level,
        "territory_id": int(name["territory_id"]),
        "block_id": int(name["block_id"]),
        "topic_group_id": int(name["topic_group_id"]),
        "topic_id": int(name["topic_id"]),
        "frequency": "D",
        "method": method,
        "onset": onset.date(),
        "first_flagged": flagged.date(),
        "peak": pd.Timestamp(days[run.peak]).date(),
        "last_day": end.date(),
        "observed": run.observed,
        "expected": run.expected,
        "excess": run.excess,
        "ratio": run.ratio,
        "severity": run.severity,
        "p_value": run.p_value,
        "state": state,
        "stored_onset": days[run.onset],
    }


def _with_episodes(frame: pd.DataFrame) -> pd.DataFrame:
    """One event is shown once: spikes of one topic that overlap in time are one episode. Its head, whose number it
    bears, is the municipality that holds most of the excess, else the region."""
    frame = frame.drop_duplicates("spike_id").sort_values(["topic_id", "onset"]).reset_index(drop=True)
    begins, ends = pd.to_datetime(frame["onset"]), pd.to_datetime(frame["last_day"])
    reached = ends.groupby(frame["topic_id"]).cummax().shift()
    apart = (frame["topic_id"] != frame["topic_id"].shift()) | (begins > reached + pd.Timedelta(days=spikes.GAP))
    frame["group"] = apart.cumsum()
    heads = {}
    for group, members in frame.groupby("group"):
        towns, regions = members[members["level"] == LEVELS[0]], members[members["level"] == LEVELS[1]]
        if len(regions) and (towns.empty or towns["excess"].max() < HOLDS_MOST * regions["excess"].max()):
            heads[group] = regions.loc[regions["severity"].idxmax(), "spike_id"]
        else:
            heads[group] = towns.loc[towns["severity"].idxmax(), "spike_id"]
    frame["episode_id"] = frame["group"].map(heads)
    return frame.drop(columns="group")
