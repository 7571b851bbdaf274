"""Fills a new demo store through the same door as real loads."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd

from ingest import detect, load
from ingest.demo.rows import generate
from ingest.sources.part import Part
from queries import store

TRUTH = "demo_truth.json"
UNFINISHED = "demo.unfinished"


def fill(rows: int, seed: int, until: date, as_of: datetime, progress: Callable[[float, str], None]) -> dict[str, Any]:
    """Draw the demo, load it part by part, write its truth and load history, score its spikes."""
    loaded = 0
    truth: dict[str, Any] = {}
    for number, part in enumerate(generate(rows, seed, until, lambda share, message: progress(0.75 * share, message)), 1):
        label = load.Label(
            name=f"Демонстрация, часть {number}", source="demo", content_hash=f"demo-{rows}-{seed}-{until}-{number}", loaded_at=as_of,
        )
        report = load.load([Part(part.appeals, part.events, part.comments)], label, lambda share, message: None, score=False)
        loaded += report.loaded
        if part.truth:
            truth = part.truth | {"as_of": as_of, "loads": part.loads}
    (store.paths().folder / TRUTH).write_text(json.dumps(truth, ensure_ascii=False, default=str, indent=1), encoding="utf-8")
    progress(0.8, "Ищем всплески")
    with store.transaction() as cursor:
        add_history(cursor)
        detect.refresh(cursor, None)
    progress(1.0, "Готово")
    return {"loaded": loaded, "first_day": truth["first_day"], "last_day": truth["until"]}


def add_history(cursor: duckdb.DuckDBPyConnection) -> None:
    """The loads by which the demo's records came, as if the sources had been loaded day by day."""
    loads = json.loads((store.paths().folder / TRUTH).read_text(encoding="utf-8"))["loads"]
    cursor.register("past_loads", pd.DataFrame(loads))
    load.run(cursor, "history")
