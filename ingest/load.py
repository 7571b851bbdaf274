"""The one way rows enter the store: normalised parts → archive as Parquet → one transaction."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analytics import lemmas, worktime
from ingest import batch, detect, guess, places, setup, train
from ingest.sources.part import REPLIES, Part
from ingest.sources.values import canonical_url
from queries import rollups, steps, store
from words import _
from words.numbers import integer, minutes

Progress = Callable[[float, str], None]
STATUS_ORDER = ["new", "assigned", "answered", "closed", "rejected"]
PIECE_ROWS = 50_000
# DuckDB 1.5.6 loses the rows of an INSERT of more than one row group (122,880) from Arrow into a temporary table in a transaction.
STAGE_ROWS = 50_000
# Within one row group of the database the order of rows saves nothing.
ROW_GROUP = 122_880
READING, COMPARING, CLOCKS, TEXTS, GUESSES, WRITING, SCORING = 0.0, 0.5, 0.55, 0.6, 0.82, 0.85, 0.9
UNFINISHED = ".unfinished"
PENDING = "pending"
REJECTS = pa.schema([("row_number", pa.int64()), ("reason", pa.string()), ("raw", pa.string())])
KINDS = ("appeals", "events", "comments", "replies")


class ArchiveAhead(Exception):
    """The archive holds finished batches that the database does not know: the file is not the one they were loaded into."""

    def __init__(self) -> None:
        super().__init__(
            _("В архиве загрузок есть то, чего нет в базе: похоже, её файл заменён старой копией. Восстановите её: {command}").format(
                command="python3 run.py ingest rebuild"
            )
        )


@dataclass(frozen=True)
class Report:
    """What a load did; read = loaded + updated + duplicates + stale + rejected."""

    batch_id: int
    name: str
    read: int
    loaded: int
    updated: int
    duplicates: int
    stale: int
    rejected: int
    first_day: date | None
    last_day: date | None
    comments: int = 0
    warnings: dict[str, int] = field(default_factory=dict)
    seen_before: bool = False

    def as_json(self) -> str:
        """One line of JSON for scripts."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str)


@dataclass(frozen=True)
class Label:
    """What is known of a batch before its rows: names, the file's hash, the moment of loading (naive UTC).

    `has_terms`: the rows say whether an appeal is closed, so that norms give them a due date."""

    name: str
    source: str
    content_hash: str
    loaded_at: datetime
    may_grow_places: bool = False
    home: places.HomePlace | None = None
    has_terms: bool = True


def load(parts: Iterable[Part], label: Label, progress: Progress, score: bool = True, total: int | None = None) -> Report:
    """Load one batch and score the spikes it may have changed, all or nothing. Without `score` the caller does that
    once after several. `total`: how many rows are expected, for the time left. Raises ArchiveAhead."""
    folder = store.paths().batches
    folder.mkdir(parents=True, exist_ok=True)
    settle()
    with store.cursor() as cursor:
        seen = _row(cursor, "seen_before", content_hash=label.content_hash)
    if seen is not None:
        batch_id, name, read, first_day, last_day = seen
        return Report(batch_id, name, read, 0, 0, read, 0, 0, first_day, last_day, seen_before=True)
    unfinished = folder / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    try:
        warnings = _archive(parts, unfinished, label, Pace(progress, total))
        with store.transaction() as cursor:
            batch_id = _one(cursor, "next_batch")
            report = apply(cursor, unfinished, batch_id, label, progress)
            if score:
                progress(SCORING, "Ищем всплески")
                detect.refresh(cursor, batch_id)
            finished = folder / f"{batch_id:06}"
            (unfinished / PENDING).touch()
            os.replace(unfinished, finished)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    (finished / PENDING).unlink()
    progress(1.0, "Готово")
    return replace(report, warnings=warnings | report.warnings)


def settle() -> None:
    """Make the archive agree with the database: a batch put into the archive whose transaction a crash kept from
    committing goes. Raises ArchiveAhead."""
    with store.cursor() as cursor:
        last = _one(cursor, "next_batch") - 1
        guess.settle(cursor, store.paths().batches)
    for path in _numbered(store.paths().batches):
        is_pending, is_known = (path / PENDING).exists(), int(path.name) <= last
        if is_pending and not is_known:
            shutil.rmtree(path)
        elif is_pending:
            (path / PENDING).unlink()
        elif not is_known:
            raise ArchiveAhead


class Pace:
    """Tells how far the reading is: rows read, rows a second and, where the number of rows is known, the time left."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress, self._total, self._began = progress, total, time.monotonic()

    def __call__(self, read: int) -> None:
        each_second = read / max(time.monotonic() - self._began, 0.001)
        message = _("Прочитано строк: {n}").format(n=integer(read))
        if self._total:
            message += " " + _("из примерно {n}").format(n=integer(max(self._total, read)))
        message += ", " + _("{n} в секунду").format(n=integer(each_second))
        left = max((self._total or 0) - read, 0) / max(each_second, 1)
        if left:
            message += ", " + _("осталось {time}").format(time=minutes(max(left / 60, 1)))
        self._progress(COMPARING * min(read / self._total, 1) if self._total else READING, message)


def _archive(parts: Iterable[Part], folder: Path, label: Label, pace: Pace) -> dict[str, int]:
    """Write the parts as Parquet, row group by row group, so that memory does not grow with the file."""
    warnings: dict[str, int] = {}
    schemas = _tables() | {"rejects": REJECTS}
    writers = {name: pq.ParquetWriter(folder / f"{name}.parquet", schema, compression="zstd") for name, schema in schemas.items()}
    read = 0
    try:
        for part in parts:
            for name in KINDS:
                table = getattr(part, name)
                if table is not None and table.num_rows:
                    writers[name].write_table(_shaped(table, _tables()[name], label.source))
            if part.rejects:
                writers["rejects"].write_table(pa.Table.from_pylist([asdict(r) for r in part.rejects], schema=REJECTS))
            for what, count in part.warnings.items():
                warnings[what] = warnings.get(what, 0) + count
            read += part.appeals.num_rows + len(part.rejects)
            pace(read)
    finally:
        for writer in writers.values():
            writer.close()
    (folder / "batch.json").write_text(json.dumps(asdict(label), ensure_ascii=False, default=str), encoding="utf-8")
    return warnings


@cache
def _tables() -> dict[str, pa.Schema]:
    with_source = [pa.field("source", pa.string())]
    return {
        "appeals": batch.SCHEMA,
        "events": pa.schema([*with_source, *batch.EVENTS]),
        "comments": pa.schema([*with_source, *batch.COMMENTS]),
        "replies": pa.schema([*with_source, *REPLIES]),
    }


def _shaped(table: pa.Table, schema: pa.Schema, source: str) -> pa.Table:
    columns = [
        table[f.name].cast(f.type)
        if f.name in table.column_names
        else pa.array([source] * table.num_rows)
        if f.name == "source"
        else pa.nulls(table.num_rows, f.type)
        for f in schema
    ]
    return pa.table(columns, schema=schema)


def apply(cursor: duckdb.DuckDBPyConnection, folder: Path, batch_id: int, label: Label, progress: Progress) -> Report:
    """Put an archived batch into the tables, on the caller's transaction. The same for a load and for a rebuild."""
    progress(COMPARING, "Сверяем с базой")
    stage(cursor, folder, lambda: progress(COMPARING, "Сверяем с базой"))
    cursor.register("group_blocks", pd.DataFrame(setup.reference("group_blocks")))
    _register_norms(cursor)
    for step in ("unknown_sources", "unknown_channels", "unknown_executors", "unknown_groups", "unknown_topics"):
        run(cursor, step)
    named = run(cursor, "named_places").df()
    cursor.register("places", places.resolve(cursor, named, label.may_grow_places, label.home, run(cursor, "known_matches").df()))
    identify(cursor)
    run(cursor, "compare", order=STATUS_ORDER)
    for step in ("labels", "resolve", "norms", "clocks"):
        run(cursor, step, has_terms=label.has_terms)
    _add_clocks(cursor, progress)
    _add_keys(cursor, progress)
    _add_guesses(cursor, folder, progress)
    progress(WRITING, "Записываем")
    values = {"batch_id": batch_id, "loaded_at": label.loaded_at}
    _register_posts(cursor)
    for step in ("decided", "touched_before", "replace", "insert", "hints", "linked", "events", "comments", "replies", "unknown_linked", "source_days", "unplaced", "touched_after"):
        run(cursor, step, **values)
    _sort_open_month(cursor, batch_id)
    rejects = pq.ParquetFile(folder / "rejects.parquet")
    for piece in rejects.iter_batches(batch_size=STAGE_ROWS):
        batches = pa.array([batch_id] * piece.num_rows, pa.int32())
        _put(cursor, "rejects", pa.table(piece).add_column(0, "batch_id", batches))
    report = _close_batch(cursor, batch_id, label, rejects.metadata.num_rows)
    rollups.refresh(cursor)
    return report


def _sort_open_month(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Put the newest month back into the order (territory, time), which many small batches break; months before it get no more
    than a few late rows."""
    first, rows, added = _row(cursor, "open_month", batch_id=batch_id) or (None, 0, 0)
    if added and added < rows > ROW_GROUP:
        run(cursor, "sort_month", first=first)


def add_answer_terms(cursor: duckdb.DuckDBPyConnection) -> None:
    """When the first answers of the stored appeals are due, for a database that did not keep it, on the caller's transaction."""
    _register_norms(cursor)
    for step in ("stored", "norms", "clocks"):
        run(cursor, step, has_terms=True)
    _add_clocks(cursor, lambda share, message: None)
    run(cursor, "set_answer_terms")


def _register_norms(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.register("norms", setup.norms())
    cursor.register("working_hours", pd.DataFrame(setup.reference("working_hours")))


def match(cursor: duckdb.DuckDBPyConnection, region: str | None, municipality: str | None, territory_id: int) -> None:
    """Move the appeals of a place named in a source to its territory, on the caller's transaction."""
    run(cursor, "touched_by_match", region=region, municipality=municipality)
    run(cursor, "match", region=region, municipality=municipality, territory_id=territory_id)
    rollups.refresh(cursor)


def identify(cursor: duckdb.DuckDBPyConnection) -> None:
    """The key of each staged row, in the temporary table `keyed`."""
    run(cursor, "identify_named" if _one(cursor, "all_numbered") else "identify")


def stage(cursor: duckdb.DuckDBPyConnection, folder: Path, tell: Callable[[], None]) -> None:
    """An archived batch in the temporary tables `stage` and its like."""
    for name in KINDS:
        table = "stage" if name == "appeals" else f"stage_{name}"
        reader = pq.ParquetFile(folder / f"{name}.parquet")
        cursor.register("no_rows", reader.schema_arrow.empty_table())
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM no_rows")
        for piece in reader.iter_batches(batch_size=STAGE_ROWS):
            _put(cursor, table, _to_seconds(pa.table(piece)))
            tell()


def _to_seconds(rows: pa.Table) -> pa.Table:
    """Rows with their moments cut to the second, as the store keeps them."""
    return pa.table([pc.floor_temporal(column, unit="second") if pa.types.is_timestamp(column.type) else column for column in rows.columns], schema=rows.schema)


def _put(cursor: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Add rows to a table. (A registered view would keep its rows in memory until the transaction ends.)"""
    cursor.from_arrow(rows).insert_into(table)


def run(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> duckdb.DuckDBPyConnection:
    """Run one step of load.sql with the parameters it names."""
    return steps.run(cursor, steps.read(Path(__file__).with_suffix(".sql"))[step], values)


def _row(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> tuple[Any, ...] | None:
    return run(cursor, step, **values).fetchone()


def _one(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> Any:
    row = _row(cursor, step, **values)
    assert row is not None
    return row[0]


def _register_posts(cursor: duckdb.DuckDBPyConnection) -> None:
    """The appeals whose posts the comments of this batch name by their address: frame address, appeal_id."""
    wanted = {address for (address,) in run(cursor, "commented_posts").fetchall()}
    known = _streamed(run(cursor, "posts_of")) if wanted else ()
    found = {address: own for own, url in known if (address := canonical_url(url)) in wanted}
    cursor.register("posts", pa.table({"address": pa.array(found.keys(), pa.string()), "appeal_id": pa.array(found.values(), pa.int64())}))


def _streamed(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(PIECE_ROWS):
        yield from rows


def _pieces(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[float, dict[str, int]]]:
    """The rows of this batch that change the store, in pieces of bounded size: share done, first and last `n`."""
    total = _one(cursor, "incoming_rows")
    for first in range(1, total + 1, PIECE_ROWS):
        yield (first - 1) / total, {"first": first, "last": first + PIECE_ROWS - 1}


def _add_keys(cursor: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    """Lemmas and language of each text, for search, contrast and grouping."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE text_keys (appeal_id BIGINT, keys VARCHAR, language VARCHAR)")
    for share, bounds in _pieces(cursor):
        progress(TEXTS + (GUESSES - TEXTS) * share, "Разбираем тексты")
        rows = run(cursor, "text_rows", **bounds).to_arrow_table()
        texts = rows["text"].unique().to_pylist()
        known = dict(zip(texts, lemmas.keys_and_languages(texts), strict=True))
        keys, languages = zip(*(known[t] for t in rows["text"].to_pylist()), strict=True) if texts else ((), ())
        columns = [rows["appeal_id"], pa.array(keys, pa.string()), pa.array(languages, pa.string())]
        _put(cursor, "text_keys", pa.table(columns, names=["appeal_id", "keys", "language"]))


def _add_guesses(cursor: duckdb.DuckDBPyConnection, folder: Path, progress: Progress) -> None:
    """Topics for the appeals that came without one. They are archived with their batch, so that a rebuild repeats them
    whatever has been learned since."""
    file = folder / guess.FILE
    if not file.exists():
        unfinished = file.with_suffix(UNFINISHED)
        guesser = guess.Guesser(cursor, train.newest())
        with pq.ParquetWriter(unfinished, guess.SCHEMA, compression="zstd") as writer:
            for _share, bounds in _pieces(cursor):
                progress(GUESSES, _("Подбираем темы"))
                writer.write_table(guesser(run(cursor, "untopiced", **bounds).to_arrow_table()))
        os.replace(unfinished, file)
    guess.stage(cursor, file)


def _add_clocks(cursor: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    """Working minutes to the first response, and when the answer and the solution are due, by the working calendar of the territory."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE worked (appeal_id BIGINT, response_work_minutes INTEGER, due_at TIMESTAMP, answer_due_at TIMESTAMP)")
    for share, bounds in _pieces(cursor):
        progress(CLOCKS + (TEXTS - CLOCKS) * share, "Считаем сроки")
        _put(cursor, "worked", _clocks(run(cursor, "timed_rows", **bounds).df()))


def _clocks(frame: pd.DataFrame) -> pa.Table:
    return pa.concat_tables(_clocks_by(worktime.russian_calendar(*hours), rows) for hours, rows in frame.groupby(["opens", "closes"]))


def _clocks_by(calendar: worktime.WorkCalendar, frame: pd.DataFrame) -> pa.Table:
    created = frame["created_local"].to_numpy("datetime64[s]")
    worked = worktime.working_minutes(created, frame["response_local"].to_numpy("datetime64[s]"), calendar)
    on_working_time = (frame["clock"] == "working").to_numpy()
    hours, days = (frame[column].to_numpy(float) for column in ("answer_hours", "resolution_days"))
    answer_due = _term(created, hours * 3600, on_working_time, lambda of: worktime.add_hours(created[of], hours[of], calendar))
    due = _term(created, days * 86_400, on_working_time, lambda of: worktime.add_working_days(created[of], days[of], calendar))
    utc = frame["created_at"].to_numpy("datetime64[s]") - created
    given = frame["due_at"].to_numpy("datetime64[s]")
    return pa.table(
        {
            "appeal_id": frame["appeal_id"].to_numpy(),
            "response_work_minutes": pa.array(worked, mask=worked < 0, type=pa.int32()),
            "due_at": pa.array(np.where(np.isnat(given), due + utc, given)),
            "answer_due_at": pa.array(answer_due + utc),
        }
    )


def _term(
    created: worktime.Times, seconds: np.ndarray, on_working_time: np.ndarray, working: Callable[[np.ndarray], worktime.Times]
) -> worktime.Times:
    """When terms end: so many seconds after `created`, or as `working` says of the rows on working time; NaT without a norm."""
    known = ~np.isnan(seconds)
    ends = np.where(known, created + np.where(known, seconds, 0).astype("timedelta64[s]"), np.datetime64("NaT", "s"))
    by_work = known & on_working_time
    if by_work.any():
        ends[by_work] = working(by_work)
    return ends


def _close_batch(cursor: duckdb.DuckDBPyConnection, batch_id: int, label: Label, rejected: int) -> Report:
    counts = dict(run(cursor, "verdict_counts").fetchall())
    read = sum(counts.values())
    if not read:
        read, counts["loaded"], counts["updated"], unknown = _row(cursor, "linked_counts", batch_id=batch_id) or (0, 0, 0, 0)
        counts["duplicate"] = read - counts["loaded"] - counts["updated"] - unknown
        read, rejected = read - unknown, rejected + unknown
    first_day, last_day, newest = _row(cursor, "batch_span") or (None, None, None)
    comments, orphans = _row(cursor, "batch_comments", batch_id=batch_id) or (0, 0)
    report = Report(
        batch_id,
        label.name,
        read + rejected,
        counts.get("loaded", 0),
        counts.get("updated", 0),
        counts.get("duplicate", 0),
        counts.get("stale", 0),
        rejected,
        first_day,
        last_day,
        comments,
        {"комментарии без обращения, сохранены": orphans} if orphans else {},
    )
    facts = {k: v for k, v in asdict(report).items() if k not in ("comments", "warnings", "seen_before")}
    run(cursor, "close_batch", **facts, source=label.source, content_hash=label.content_hash, loaded_at=label.loaded_at)
    if newest is not None:
        run(cursor, "newest", newest=newest.isoformat())
    return report


def file_hash(path: Path, watch: Callable[[float], None]) -> str:
    """SHA-256 of a file, read in pieces; `watch` is told the share that has been read."""
    digest, size = hashlib.sha256(), path.stat().st_size
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            watch(file.tell() / size)
    return digest.hexdigest()


def _numbered(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("[0-9]*") if p.is_dir())


def archived(folder: Path) -> Iterator[tuple[int, Path, Label]]:
    """The finished batches of the archive, oldest first."""
    for path in _numbered(folder):
        facts = json.loads((path / "batch.json").read_text(encoding="utf-8"))
        home = places.HomePlace(**facts["home"]) if facts["home"] else None
        yield int(path.name), path, Label(**{**facts, "loaded_at": datetime.fromisoformat(facts["loaded_at"]), "home": home})
