"""Scores the series a load has touched and stores their spikes, in the load's own transaction."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from analytics import floods, spikes
from queries import steps, store, writes

RECENT, ENOUGH_BEFORE = {"D": 28, "W": 4}, {"D": 70, "W": 10}
LONGEST_HISTORY = 5 * 365
BEFORE, AFTER = {"D": 42, "W": 26}, {"D": 14, "W": 4}
YEAR = {"D": 365, "W": 52}
RARE = 0.1
NOTICED = 0.2
LEVELS = ("municipality_topic", "municipality_group", "region_topic")
KEYS = ["territory_id", "topic_id", "topic_group_id", "block_id"]
WHOLE_GROUP = -1


@dataclass(frozen=True)
class Series:
    """Counts [series, time] of one region's series of one level, by day or by week (its Monday). names: KEYS of each.
    missing [series, time]: a source that makes a fifth of the series was silent. arrived [series, time]: the share that
    has come in."""

    level: str
    frequency: spikes.Frequency
    dates: np.ndarray
    names: pd.DataFrame
    counts: np.ndarray
    missing: np.ndarray
    arrived: np.ndarray

    def part(self, rows: np.ndarray) -> "Series":
        return replace(
            self,
            names=self.names[rows].reset_index(drop=True),
            counts=self.counts[rows],
            missing=self.missing[rows],
            arrived=self.arrived[rows],
        )


@dataclass(frozen=True)
class Source:
    """A source loaded regularly: the moment of its last load (UTC), the share of a day that is there 0, 1, … days later."""

    source_id: int
    last_load: pd.Timestamp
    curve: np.ndarray


def _run(cursor: duckdb.DuckDBPyConnection, step: str, **values: Any) -> duckdb.DuckDBPyConnection:
    return steps.run(cursor, steps.read(Path(__file__).with_suffix(".sql"))[step], values)


def refresh(cursor: duckdb.DuckDBPyConnection, batch_id: int | None) -> None:
    """Score the regions a batch has touched (all of them for None): every day of up to five years, the last four weeks
    out of the fit; whole weeks beside it where a series has under an appeal in ten days. Spikes keep their ids; those of
    earlier loads that are not found again are kept as ended."""
    first, last = _run(cursor, "span", today=_today(cursor)).fetchone() or (None, None)
    if last is None:
        return
    first = max(first, last - timedelta(days=LONGEST_HISTORY))
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    loads = _run(cursor, "loads").df()
    regular = {
        source: spans for source, rows in loads.groupby("source_id") if (spans := spikes.regular_spans(rows["loaded_at"].to_numpy()))
    }
    _run(cursor, "fallen_silent", last=last, sources=[int(source) for source in regular])
    curves = _curves(cursor, regular, loads.groupby("source_id")["loaded_at"].max())
    (touched_from,) = _run(cursor, "touched_from", batch_id=batch_id).fetchone() or (None,)
    for region_id, zone in _run(cursor, "touched_regions", batch_id=batch_id).fetchall():
        _refresh_region(cursor, region_id, zone, days, curves, touched_from or date.min)
    _describe(cursor)
    _run(cursor, "settle", last=last)


def _today(cursor: duckdb.DuckDBPyConnection) -> Any:
    facts = dict(cursor.execute("FROM meta").fetchall())
    moment = (
        pd.Timestamp(facts["as_of"]) + pd.Timedelta(days=1)
        if "as_of" in facts
        else min(pd.Timestamp(store.clock()), pd.Timestamp(facts.get("newest", store.clock())) + store.STALE_AFTER)
    )
    return moment.date()


def _curves(cursor: duckdb.DuckDBPyConnection, regular: dict[Any, list[Any]], last_loads: pd.Series) -> list[Source]:
    found = []
    for source_id, spans in regular.items():
        firsts = [first.item() for first, _ in spans]
        lasts = [last.item() - timedelta(days=spikes.LONGEST_DELAY) for _, last in spans]
        lags = _run(cursor, "lags", source_id=int(source_id), firsts=firsts, lasts=lasts).df()
        curve = spikes.completeness(lags["lag"].to_numpy(np.int64), lags["appeals"].to_numpy(np.int64))
        if curve is not None:
            found.append(Source(int(source_id), last_loads[source_id], curve))
    return found


def _refresh_region(
    cursor: duckdb.DuckDBPyConnection, region_id: int, zone: str, days: np.ndarray, curves: list[Source], touched_from: date
) -> None:
    span = {"region_id": region_id, "first": days[0].item(), "last": days[-1].item()}
    long = _run(cursor, "counts", **span).df()
    if long.empty:
        return
    silent = _run(cursor, "silences", **span).df()
    mix = _run(cursor, "mix", **span).df() if curves else long.iloc[:0].assign(source_id=0)
    known = _run(cursor, "known", region_id=region_id).df()
    newest = long["day"].max()
    lived = (newest - long["day"].min()).days + 1
    parts: list[pd.DataFrame] = []
    around, tests = [], []
    for level in LEVELS:
        daily = _daily(level, region_id, long, silent, days)
        daily = _with_delay(daily, _raised(mix, level, region_id), curves, zone)
        for series in (daily, _weekly(daily, RARE * lived)):
            frame, near = _spikes_of(series)
            around.append(near.assign(row=near["row"] + sum(len(part) for part in parts)))
            parts.append(frame.assign(parent_id=region_id))
            tests.append((region_id, level, series.frequency, len(series.names), _active(series, newest), newest))
    cursor.register("tested", pd.DataFrame(tests, columns=["region_id", "level", "frequency", "series", "active", "day"]))
    _run(cursor, "tests", region_id=region_id)
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    if found.empty:
        return
    found["row"] = np.arange(len(found))
    neighbours = _run(cursor, "neighbours", region_id=region_id).fetchall()
    frame = spikes.episodes(found, today=days[-1], known=known, neighbours=neighbours)
    frame["holiday"] = spikes.touches_holiday(frame["onset"].to_numpy(), frame["peak"].to_numpy())
    frame["topic_id"] = frame["topic_id"].astype("Int64")
    frame = frame.assign(**{name: frame[name].dt.date for name in ("onset", "first_flagged", "peak", "last_day")})
    had = known.set_index("spike_id")["sensitivity"]
    changed = frame[frame["spike_id"].map(had) != frame["sensitivity"]].to_dict("records")
    writes.append_spikes([spike | {"topic_id": None if pd.isna(spike["topic_id"]) else int(spike["topic_id"])} for spike in changed])
    cursor.register("found_spikes", frame.drop(columns=["row", "parent_id", "lag_days"]))
    numbers = np.zeros(len(found), dtype=np.int64)
    numbers[frame["row"]] = frame["spike_id"]
    days_around = pd.concat(around, ignore_index=True)
    days_around = days_around[days_around["row"].isin(frame["row"])]
    cursor.register("found_days", days_around.assign(spike_id=numbers[days_around["row"]]).drop(columns="row"))
    _run(cursor, "replace", touched_from=touched_from)


def _raised(frame: pd.DataFrame, level: str, region_id: int) -> pd.DataFrame:
    """Rows by territory and topic as rows of a level: the region in the territory's place, the whole group in the topic's."""
    if level == "region_topic":
        return frame.assign(territory_id=region_id)
    return frame.assign(topic_id=WHOLE_GROUP) if level == "municipality_group" else frame


def _daily(level: str, region_id: int, long: pd.DataFrame, silent: pd.DataFrame, days: np.ndarray) -> Series:
    """The daily series of a level, without those that another level has already: a group of one topic, a region of one town."""
    if level == "municipality_group":
        long = long[long.groupby(["territory_id", "topic_group_id"])["topic_id"].transform("nunique") > 1]
    elif level == "region_topic" and long["territory_id"].nunique() == 1:
        long = long.iloc[:0]
    long = _raised(long, level, region_id)
    codes = long.groupby(KEYS, sort=False, dropna=False).ngroup().to_numpy()
    names = long[KEYS].drop_duplicates(ignore_index=True)
    counts = np.zeros((len(names), len(days)), dtype=np.int64)
    np.add.at(counts, (codes, (long["day"].to_numpy("datetime64[D]") - days[0]).astype(int)), long["appeals"].to_numpy())
    missing = np.zeros(counts.shape, dtype=bool)
    heard = _raised(silent, level, region_id).groupby([*KEYS, "source_id", "day"], as_index=False)[["own", "appeals"]].sum()
    heard = heard[heard["own"] >= NOTICED * heard["appeals"]]
    rows = _rows_of(names, heard)
    missing[rows[rows >= 0], (heard["day"].to_numpy("datetime64[D]") - days[0]).astype(int)[rows >= 0]] = True
    return Series(level, "D", days, names, counts, missing, np.ones(counts.shape))


def _rows_of(names: pd.DataFrame, frame: pd.DataFrame) -> np.ndarray:
    """The row of `names` each row of a frame belongs to, −1 for none."""
    return pd.MultiIndex.from_frame(names[KEYS]).get_indexer(pd.MultiIndex.from_frame(frame[KEYS]))


def _with_delay(series: Series, mix: pd.DataFrame, curves: list[Source], zone: str) -> Series:
    """The series with the share of its last days that has come in, by the sources of its last eight weeks."""
    if not curves or series.names.empty:
        return series
    recent = series.dates[-RECENT["D"] :].astype("datetime64[D]")
    lacks = np.zeros((len(series.names), len(recent)))
    whole = np.bincount(*_counted(series.names, mix), minlength=len(lacks))
    for source in curves:
        own = np.bincount(*_counted(series.names, mix[mix["source_id"] == source.source_id]), minlength=len(lacks))
        local = np.datetime64(source.last_load.tz_localize("UTC").tz_convert(zone).date(), "D")
        age = local.astype(int) - recent.astype(int)
        there = np.where(age < 0, 0.0, source.curve[np.clip(age, 0, len(source.curve) - 1)])
        lacks += (own / np.maximum(whole, 1))[:, None] * (1 - there)
    series.arrived[:, -len(recent) :] = 1 - lacks
    return series


def _counted(names: pd.DataFrame, mix: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    rows = _rows_of(names, mix)
    return rows[rows >= 0], mix["appeals"].to_numpy(float)[rows >= 0]


def _weekly(daily: Series, fewer_than: float) -> Series:
    """The series of fewer appeals in all, by whole ISO weeks; the week that has not ended is left out."""
    rare = daily.part(daily.counts.sum(axis=1) < fewer_than)
    first = int(-(daily.dates[0].astype(int) + 3) % 7)
    weeks = max(len(daily.dates) - first, 0) // 7
    span = slice(first, first + 7 * weeks)

    def by_week(array: np.ndarray) -> np.ndarray:
        return array[:, span].reshape(len(array), weeks, 7)

    return replace(
        rare,
        frequency="W",
        dates=daily.dates[span][::7],
        counts=by_week(rare.counts).sum(axis=2),
        missing=np.asarray(by_week(rare.missing).any(axis=2)),
        arrived=by_week(rare.arrived).mean(axis=2),
    )


def _active(series: Series, newest: Any) -> int:
    """How many series had enough appeals for an alarm in the year to a day."""
    ended = series.dates + np.timedelta64(0 if series.frequency == "D" else 6, "D") <= np.datetime64(newest, "D")
    return int(spikes.worth_scoring(series.counts[:, ended], YEAR[series.frequency], series.frequency).sum())


def _spikes_of(series: Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The spikes of one level and frequency, and the days (weeks) around each of them."""
    time, recent = len(series.dates), RECENT[series.frequency]
    tests = len(series.names)
    series = series.part(spikes.worth_scoring(series.counts, time, series.frequency))
    scores = _score(series, time)
    lately = spikes.worth_scoring(series.counts, recent, series.frequency)
    if time > recent + ENOUGH_BEFORE[series.frequency] and lately.any():
        fresh = _score(series.part(lately), recent)
        for name in ("p_value", "expected", "dispersion"):
            getattr(scores, name)[lately, -recent:] = getattr(fresh, name)
        scores.method[lately] = fresh.method
    names = series.names.assign(level=series.level)
    found, flags = spikes.graded_runs(names, series.dates, series.counts, scores, frequency=series.frequency, tests=tests)
    around = _around(found, series, scores, flags)
    return found.assign(topic_id=found["topic_id"].where(found["topic_id"] != WHOLE_GROUP)), around


def _around(found: pd.DataFrame, series: Series, scores: spikes.Scores, flags: dict[spikes.Sensitivity, np.ndarray]) -> pd.DataFrame:
    """A row a spike and day (week) near it: the row of the spike in `found`, and the columns of spike_days."""
    first, last = (np.searchsorted(series.dates, found[name].to_numpy("datetime64[D]"), side="right") - 1 for name in ("onset", "last_day"))
    begin = np.maximum(first - BEFORE[series.frequency], 0)
    length = np.minimum(last + AFTER[series.frequency] + 1, len(series.dates)) - begin
    spike = np.repeat(np.arange(len(found)), length)
    point = np.arange(len(spike)) + np.repeat(begin - (length.cumsum() - length), length)
    at = found["row"].to_numpy(np.int64)[spike], point
    expected = scores.expected[at]
    return pd.DataFrame({
        "row": spike, "day": series.dates[point], "observed": pd.arrays.IntegerArray(series.counts[at], series.missing[at]),
        "expected": expected, "upper": spikes.band(expected, scores.dispersion[at])[0], "p_value": scores.p_value[at],
        "is_alarm": np.where((found["sensitivity"] == "keen").to_numpy()[spike], flags["keen"][at], flags["usual"][at]),
    })  # fmt: skip


def _score(series: Series, last: int) -> spikes.Scores:
    return spikes.score(
        series.counts,
        series.dates,
        frequency=series.frequency,
        last=last,
        missing=series.missing if series.missing.any() else None,
        completeness=series.arrived[:, -last:],
    )


def _describe(cursor: duckdb.DuckDBPyConnection) -> None:
    """Executors, authors and copies of the spikes just stored, and which of them are floods."""
    _run(cursor, "describe")
    texts = _run(cursor, "texts_inside").df()
    rows = [
        (int(number), floods.measure(own["text"].tolist(), [None if pd.isna(a) else int(a) for a in own["author_key"]]).is_flood)
        for number, own in texts.groupby("spike_id")
    ]
    cursor.register("flooded", pd.DataFrame(rows, columns=["spike_id", "is_flood"]))
    _run(cursor, "floods")
