"""Makes a new store: the schema, the dictionaries of data/reference, its meta facts."""

import csv
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from queries import rollups, store

REFERENCE = store.ROOT / "data" / "reference"
SCHEMA_VERSION = 8
UNKNOWN_BLOCK = (99, "OTHER", "Прочее")


def reference(name: str) -> list[dict[str, str]]:
    """Rows of a reference file."""
    with open(REFERENCE / f"{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def create_store(kind: str, as_of: datetime | None = None) -> None:
    """Create the database file, whole or not at all: `kind` demo (fixed at the moment `as_of`) or real. No file may be there."""
    paths = store.paths()
    paths.folder.mkdir(parents=True, exist_ok=True)
    fresh = paths.folder / "creating.duckdb"
    with store.beside(fresh) as connection:
        connection.execute("BEGIN")
        build(connection, kind, as_of)
        connection.execute("COMMIT")
    paths.database.with_name(f"{paths.database.name}.wal").unlink(missing_ok=True)
    os.replace(fresh, paths.database)
    store.open_store()


def build(cursor: duckdb.DuckDBPyConnection, kind: str, as_of: datetime | None) -> None:
    """The schema and dictionaries of a fresh store, on the caller's transaction."""
    cursor.execute((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
    rollups.create(cursor)
    tree = [{name: int(value) if name.endswith("_id") else value for name, value in row.items()} for row in reference("topics")]
    blocks = {(row["block_id"], row["block_code"], row["block"]) for row in tree}
    groups = {(row["topic_group_id"], row["block_id"], row["topic_group"]) for row in tree}
    topics = [(row["topic_id"], row["topic_group_id"], row["block_id"], row["topic"], int(row["severity"])) for row in tree]
    _fill(cursor, "blocks", [*sorted(blocks), UNKNOWN_BLOCK])
    _fill(cursor, "topic_groups", sorted(groups))
    _fill(cursor, "topics", topics)
    _fill(cursor, "sources", [(int(r["source_id"]), r["code"], r["name"], r["visibility"]) for r in reference("sources")])
    _fill(
        cursor,
        "channels",
        [(int(r["channel_id"]), r["code"], r["name"], r["is_official"] in ("1", "true", "True")) for r in reference("channels")],
    )
    _fill(cursor, "executors", [(n, r["executor"], r["level"]) for n, r in enumerate(reference("executors"), 1)])
    _fill(cursor, "territories", _territories())
    facts = {"kind": kind, "schema_version": str(SCHEMA_VERSION), "created_at": store.clock().isoformat()}
    if as_of is not None:
        facts["as_of"] = as_of.isoformat()
    _fill(cursor, "meta", list(facts.items()))


def _territories() -> list[tuple[Any, ...]]:
    rows = []
    for r in reference("territories"):
        own, parent = int(r["territory_id"]), int(r["parent_id"] or 0)
        region = own if r["kind"] == "region" else parent if r["kind"] == "municipality" else 0
        rows.append(
            (
                own,
                parent,
                region,
                r["kind"],
                r["name"],
                r["oktmo"] or None,
                int(r["population"]) if r["population"] else None,
                float(r["lat"]) if r["lat"] else None,
                float(r["lon"]) if r["lon"] else None,
                r["timezone"] or "Europe/Moscow",
                r["is_pilot"] in ("1", "true", "True"),
                r["connected_on"] or None,
            )
        )
    return rows


def _fill(cursor: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    columns = list(zip(*rows, strict=True))
    cursor.register("filling", pa.table([pa.array(values) for values in columns], names=[f"c{n}" for n in range(len(columns))]))
    cursor.execute(f"INSERT INTO {table} FROM filling")
    cursor.unregister("filling")


def norms() -> pd.DataFrame:
    """The norms as a frame: source_code, block_code, topic, territory_id (each «*» = any), answer_hours, resolution_days, clock."""
    frame = pd.DataFrame(reference("norms"))
    frame["answer_hours"] = frame["answer_hours"].astype(float)
    frame["resolution_days"] = frame["resolution_days"].astype(float)
    return frame.drop(columns=["basis"], errors="ignore")


def secret() -> bytes:
    """The key that turns authors into numbers; made once, readable by the owner only."""
    file = store.paths().secret
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(32))
    return file.read_bytes()
