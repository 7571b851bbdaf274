"""Files of sensor readings and of cleaning and waste collection events → the table sensor_readings.

A file is read row by row into a Parquet file of the archive, then put into the store piece by piece in one transaction;
the archive is what a rebuild replays. One record a sensor and moment: a later file replaces it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.privacy import mask
from ingest import load
from ingest.mapping import CODES
from ingest.sources import open_source, values
from ingest.sources.cells import Cells, Rules, Wrong, to_utc
from ingest.sources.part import Reject
from ingest.sources.read import Broken, text_of
from queries import steps, store
from words import _
from words.numbers import integer, number

SCHEMA = pa.schema([("sensor_id", pa.string()), ("happened_at", pa.timestamp("us")), ("value", pa.float64()), ("event", pa.string())])
PIECE_ROWS = 50_000  # more rows at once from Arrow into a temporary table within a transaction are lost by DuckDB 1.5
SHOWN_REJECTS = 1_000
MAX_RAW = 4_000
AHEAD = timedelta(hours=1)
FARTHEST = 200  # times the threshold: beyond, the number is of another unit
UNITS = {"мг/м3": 1.0, "мг/м³": 1.0, "mg/m3": 1.0, "мг/куб.м": 1.0, "мкг/м3": 1e-3, "мкг/м³": 1e-3, "ug/m3": 1e-3, "µg/m3": 1e-3,
         "мкг/куб.м": 1e-3}  # fmt: skip
OWN_UNITS = {"mg_m3": (1.0, "мг/м³"), "ug_m3": (1e-3, "мкг/м³")}
_ARCHIVED = re.compile(r"readings-\d{6}\.parquet")


@dataclass(frozen=True)
class Sensor:
    """What the register says of a sensor, as far as its readings need it."""

    code: str
    kind: str
    unit: str | None
    threshold: float | None
    zone: str


class Rejects:
    """Rows that were not taken: how many, and the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Reject] = []

    def add(self, row_number: int, reason: str, raw: str) -> None:
        """One more row."""
        self.count += 1
        if len(self.first) < SHOWN_REJECTS:
            self.first.append(Reject(row_number, reason, raw))


def load_file(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Take a file of readings (path, name): read, loaded, updated, unchanged, duplicates, rejected, first and last moment
    (UTC), and the first rejects as row_number, reason, raw. read is the sum of the five counts."""
    path, name = Path(arguments["path"]), arguments.get("name") or Path(arguments["path"]).name
    opened = open_source(path, kind="readings", watch=lambda share: progress(0.0, _("Просматриваем файл: {share:.0%}").format(share=share)))
    settle()
    with store.cursor() as cursor:
        known = sensors(cursor)
    rejects = Rejects()
    row = Cells(opened.sheet, Rules(opened.mapping, b"", store.clock(), lambda region, municipality: "UTC"))
    pace = load.Pace(lambda share, message: progress(0.6 * share, message), opened.total_rows)
    records = _records(row, opened.sheet.rows(), known, rejects, pace)
    counts = save(records, name, lambda share: progress(0.6 + 0.4 * share, _("Записываем")))
    progress(1.0, _("Готово"))
    return {
        "name": name, "read": counts["taken"] + rejects.count, **{k: v for k, v in counts.items() if k != "taken"}, "rejected": rejects.count,
        "rejects": [asdict(reject) for reject in rejects.first],
    }  # fmt: skip


def _run(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> duckdb.DuckDBPyConnection:
    return steps.run(cursor, steps.read(Path(__file__).with_suffix(".sql"))[step], values)


def sensors(cursor: duckdb.DuckDBPyConnection) -> dict[str, Sensor]:
    """The sensors of the register by code as compared."""
    rows = _run(cursor, "known").fetchall()
    return {_plain(row[0]): Sensor(*row) for row in rows if row[0]}


Record = tuple[str, datetime, float | None, str | None]


def _records(
    row: Cells, rows: Iterator[Any], known: dict[str, Sensor], rejects: Rejects, pace: Callable[[int], None]
) -> Iterator[Record]:
    read = 0
    for row_number, cells in rows:
        if isinstance(cells, Broken):
            rejects.add(row_number, cells.reason, json.dumps({_("строка"): mask(cells.raw[:MAX_RAW])}, ensure_ascii=False))
            continue
        if not row.turn_to(cells):
            continue
        read += 1
        if read % PIECE_ROWS == 0:
            pace(read)
        try:
            yield _record(row, known)
        except Wrong as wrong:
            rejects.add(row_number, str(wrong), row.raw())
        except Exception:  # whatever a hostile cell holds, it costs its own row only
            rejects.add(row_number, _("строка не читается"), row.raw())


def _record(row: Cells, known: dict[str, Sensor]) -> Record:
    code = row.label("sensor")
    if code is None:
        raise Wrong(_("нет кода датчика"))
    sensor = known.get(_plain(code))
    if sensor is None:
        raise Wrong(_("датчика «{code}» нет в реестре «Датчики»").format(code=mask(code[:60])))
    at, _has_time = row.created()
    moment = to_utc(at, row.mapping.timezone or sensor.zone)
    if moment > row.rules.as_of + AHEAD:
        raise Wrong(_("время показания ещё не наступило"))
    event, value = _event(row), _value(row, sensor)
    if event is None and value is None:
        raise Wrong(_("нет ни показания, ни события"))
    return sensor.code, moment, value, event


def _event(row: Cells) -> str | None:
    word = row.text("event")
    if word is None:
        return None
    code = row.words.get("event", {}).get(_plain(word)) or (_plain(word) if _plain(word) in CODES["event"] else None)
    if code is None:
        raise Wrong(_("неизвестное событие «{word}»").format(word=mask(word[:60])))
    return code


def _value(row: Cells, sensor: Sensor) -> float | None:
    """The value in the sensor's own unit."""
    given = row.cell("value")
    if given is None:
        return None
    value = values.number(given)
    if value is None:
        raise Wrong(_("показание не читается: «{what}»").format(what=mask(text_of(given)[:60])))
    if sensor.kind == "air" and value < 0:
        raise Wrong(_("показание меньше нуля"))
    unit = row.text("unit")
    if unit is not None:
        value *= _factor(unit, sensor)
    if sensor.threshold and value > FARTHEST * sensor.threshold:
        raise Wrong(_("показание больше порога в {n} раз: похоже на другую единицу").format(n=number(value / sensor.threshold)))
    return value


def _factor(unit: str, sensor: Sensor) -> float:
    """By how much a value in `unit` is multiplied to be in the sensor's unit."""
    given, own = UNITS.get("".join(unit.lower().split())), OWN_UNITS.get(sensor.unit or "")
    if own is None:
        raise Wrong(_("у датчика не указана единица, а в файле «{unit}»").format(unit=mask(unit[:30])))
    if given is None:
        raise Wrong(_("единица «{unit}» не переводится в {own}").format(unit=mask(unit[:30]), own=own[1]))
    return 1.0 if given == own[0] else given / own[0]


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").split())


# archive and store ----------------------------------------------------------------------------------------------------


def save(records: Iterator[Record], name: str, progress: Callable[[float], None]) -> dict[str, Any]:
    """Put records into the archive and the store, all or nothing: taken, loaded, updated, unchanged, duplicates, first, last."""
    folder = store.paths().batches
    folder.mkdir(parents=True, exist_ok=True)
    unfinished, finished = folder / "readings.unfinished", folder / f"{_next_name(folder)}.parquet"
    try:
        taken, first, last = _archive(records, unfinished, name)
        with store.transaction() as cursor:
            loaded, updated, unchanged = apply(cursor, unfinished, finished.stem, progress)
            if loaded or updated:
                os.replace(unfinished, finished)
    except BaseException:
        finished.unlink(missing_ok=True)
        raise
    finally:
        unfinished.unlink(missing_ok=True)
    return {
        "taken": taken, "loaded": loaded, "updated": updated, "unchanged": unchanged, "duplicates": taken - loaded - updated - unchanged,
        "first": first.isoformat() if first else None, "last": last.isoformat() if last else None,
    }  # fmt: skip


def _archive(records: Iterator[Record], file: Path, name: str) -> tuple[int, datetime | None, datetime | None]:
    """The records as a Parquet file; how many, the first and the last moment."""
    taken, first, last = 0, None, None
    facts = {"name": name, "loaded_at": store.clock().isoformat()}
    with pq.ParquetWriter(file, SCHEMA.with_metadata({"pulse": json.dumps(facts, ensure_ascii=False)}), compression="zstd") as writer:
        for piece in _pieces(records):
            columns = list(zip(*piece, strict=True))
            writer.write_table(pa.table([pa.array(of, field.type) for of, field in zip(columns, SCHEMA, strict=True)], schema=writer.schema))
            moments = columns[1]
            taken += len(piece)
            first = min(moments) if first is None else min(first, *moments)
            last = max(moments) if last is None else max(last, *moments)
    return taken, first, last


def _pieces(records: Iterator[Record]) -> Iterator[list[Record]]:
    piece: list[Record] = []
    for record in records:
        piece.append(record)
        if len(piece) == PIECE_ROWS:
            yield piece
            piece = []
    if piece:
        yield piece


def apply(cursor: duckdb.DuckDBPyConnection, file: Path, batch: str, progress: Callable[[float], None]) -> tuple[int, int, int]:
    """Put an archived file into the table, on the caller's transaction: how many records were new, changed, and stood so
    already; those repeated within a piece are none of these. The same for a load and for a rebuild."""
    counts = [0, 0, 0]
    with pq.ParquetFile(file) as archive:
        total = archive.metadata.num_rows
        done = 0
        for piece in archive.iter_batches(PIECE_ROWS):
            numbered = pa.Table.from_batches([piece]).append_column("ordinal", pa.array(range(piece.num_rows)))
            cursor.register("piece", numbered)
            _run(cursor, "stage")
            cursor.unregister("piece")
            counts = [a + b for a, b in zip(counts, _run(cursor, "counts").fetchone() or (0, 0, 0), strict=True)]
            _run(cursor, "put", batch=batch)
            done += piece.num_rows
            progress(done / total)
    return counts[0], counts[1], counts[2]


def archived(folder: Path) -> list[Path]:
    """The files of readings in the archive, oldest first."""
    return sorted(path for path in folder.glob("readings-*.parquet") if _ARCHIVED.fullmatch(path.name))


def _next_name(folder: Path) -> str:
    there = archived(folder)
    return f"readings-{int(there[-1].stem.removeprefix('readings-')) + 1 if there else 1:06}"


def settle() -> None:
    """Put into the store what only the archive holds, since a crash came between the two."""
    files = archived(store.paths().batches)
    if not files:
        return
    with store.cursor() as cursor:
        (last,) = _run(cursor, "last_batch").fetchone() or ("",)
    if missing := [file for file in files if file.stem > last]:
        with store.transaction() as cursor:
            replay(cursor, missing)


def replay(cursor: duckdb.DuckDBPyConnection, files: list[Path]) -> None:
    """Put archived files into the table in their order, on the caller's transaction."""
    for file in files:
        apply(cursor, file, file.stem, lambda share: None)


def described(counts: dict[str, Any]) -> str:
    """What became of a file, in one sentence."""
    said = _("Прочитано {read}. Новых {loaded}, исправлено {updated}, без изменений {unchanged}, повторов {duplicates}, не принято {rejected}.")
    return said.format(**{k: integer(counts[k]) for k in ("read", "loaded", "updated", "unchanged", "duplicates", "rejected")})
