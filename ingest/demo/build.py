"""Fills a new demo store through the same door as real loads."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd

from ingest import detect, load
from ingest.demo import inform, measures, objects
from ingest.demo.rows import DemoPart, generate
from ingest.demo.world import build_world
from ingest.sources.part import Part
from queries import store, writes

TRUTH = "demo_truth.json"
UNFINISHED = "demo.unfinished"
BATCH_ROWS = 1_000_000


def fill(rows: int, seed: int, until: date, as_of: datetime, progress: Callable[[float, str], None], later: int = 0) -> dict[str, Any]:
    """Draw the demo, load it part by part, write its truth and load history, score its spikes, write what its people wrote.
    later: days since the story of the embankment."""
    loaded = 0
    truth: dict[str, Any] = {}
    parts = generate(rows, seed, until, lambda share, message: progress(0.4 * share, message), later)
    for number, some in enumerate(_batches(parts, truth, as_of), 1):
        label = load.Label(f"Демонстрация, часть {number}", "demo", f"demo-{rows}-{seed}-{until}-{later}-{number}", loaded_at=as_of)
        report = load.load(some, label, lambda share, message: progress(0.4 + 0.4 * share, message) if share else None, score=False)
        loaded += report.loaded
    (store.paths().folder / TRUTH).write_text(json.dumps(truth, ensure_ascii=False, default=str, indent=1), encoding="utf-8")
    progress(0.8, "Ищем всплески")
    with store.transaction() as cursor:
        add_history(cursor)
        add_calls(cursor, as_of)
        detect.refresh(cursor, None)
    world = build_world(rows, seed, until)
    inform.fill(world, until)
    measures.fill(truth["stories"], until)
    objects.fill(world, truth["stories"], until)
    progress(1.0, "Готово")
    return {"loaded": loaded, "first_day": truth["first_day"], "last_day": truth["until"]}


def _batches(parts: Iterator[DemoPart], truth: dict[str, Any], as_of: datetime) -> Iterator[Iterator[Part]]:
    """The parts as a few batches of about BATCH_ROWS rows; `truth` is filled by the last one."""

    def one_batch(first: DemoPart) -> Iterator[Part]:
        part, rows = first, 0
        while True:
            rows += part.appeals.num_rows
            if part.truth:
                truth.update(part.truth, as_of=as_of, loads=part.loads)
            yield Part(part.appeals, part.events, part.comments)
            if rows >= BATCH_ROWS:
                return
            following = next(parts, None)
            if following is None:
                return
            part = following

    while (first := next(parts, None)) is not None:
        yield one_batch(first)


def add_history(cursor: duckdb.DuckDBPyConnection) -> None:
    """The loads by which the demo's records came, as if the sources had been loaded day by day."""
    loads = json.loads((store.paths().folder / TRUTH).read_text(encoding="utf-8"))["loads"]
    cursor.register("past_loads", pd.DataFrame(loads))
    load.run(cursor, "history")


def add_calls(cursor: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """What the demo's centre wrote down of its calls, in the journal as people's calls are."""
    for appeal_id, executor_id, called_at in load.run(cursor, "demo_calls", as_of=as_of).fetchall():
        facts = {"appeal_id": appeal_id, "executor_id": executor_id, "step": 2, "text": ""}
        entry = {"id": f"demo-call-{appeal_id}", "kind": "call", "at": called_at.isoformat(), "author": "", "data": facts}
        writes.apply(cursor, entry)
        writes.append(entry)
