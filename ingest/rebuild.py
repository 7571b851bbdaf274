"""The store made again from the archive of batches and the journal."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest import care, detect, guess, load, readings, setup
from ingest.demo.build import TRUTH, add_history
from queries import store, writes


def rebuild(progress: load.Progress) -> dict[str, Any]:
    """Replay every batch, then every entry people wrote, into a new file, and put it in the store's place.

    The old file stays beside it as pulse.before-rebuild.duckdb. Works also when the old file cannot be read.
    """
    paths = store.paths()
    moment = _demo_moment()
    fresh = paths.folder / "rebuilding.duckdb"
    with suppress(store.StoreMissing, store.StoreDamaged, duckdb.Error, load.ArchiveAhead):
        load.settle()
    batches = list(load.archived(paths.batches))
    with store.beside(fresh) as connection:
        connection.execute("BEGIN")
        setup.build(connection, "demo" if moment else "real", moment)
        entries = list(writes.journal(paths.journal))
        for entry in entries:
            writes.apply(connection, entry)
        connection.execute("COMMIT")
        for done, (batch_id, folder, label) in enumerate(batches):
            progress(0.8 * done / len(batches), f"Загрузка {done + 1} из {len(batches)}: {label.name}")
            connection.execute("BEGIN")
            load.apply(connection, folder, batch_id, label, lambda share, message: None)
            guess.repeat_after(connection, folder)
            connection.execute("COMMIT")
        connection.execute("BEGIN")
        readings.replay(connection, readings.archived(paths.batches))
        if moment:
            add_history(connection)
        progress(0.85, "Ищем всплески")
        detect.refresh(connection, None)
        connection.execute((Path(__file__).parent / "rebuild.sql").read_text(encoding="utf-8"))
        connection.execute("COMMIT")
    with store.alone():
        store.replace_with(fresh)
    catch_up()
    progress(1.0, "Готово")
    return {"batches": len(batches), "entries": len(entries)}


def catch_up() -> None:
    """Put into the tables what people wrote that only the journal holds. Called when a process takes the store over.
    A database of an earlier schema is brought up to date first."""
    care.migrate()
    readings.settle()
    missing = writes.unapplied()
    if not missing:
        return
    with store.transaction() as cursor:
        for entry in missing:
            writes.apply(cursor, entry)
        moved = [entry["data"] for entry in missing if entry["kind"] == "place_match"]
        for place in moved:
            load.match(cursor, **place)
        if moved:
            detect.refresh(cursor, None)


def _demo_moment() -> datetime | None:
    """The moment a demo store speaks of, from the truth file beside it; None for a real store."""
    truth = store.paths().folder / TRUTH
    return datetime.fromisoformat(json.loads(truth.read_text(encoding="utf-8"))["as_of"]) if truth.exists() else None
