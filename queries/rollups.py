"""Keeps the sums that pages read in step with the appeals: made in ingest/rollups.sql from the measures of queries/metrics.py,
inside the transaction of whatever changes appeals."""

import re
from datetime import datetime
from functools import cache

import duckdb

from queries.metrics import BUCKETS, MEASURES, OPEN, TOLD_BY_CLOCK, as_if_all_terms_had_come, change_of, in_bucket
from queries.store import ROOT

SUMMED = ("day_country", "hour_country", "day_territory", "day_region", "day_region_channel", "day_topic", "day_region_block")


@cache
def _steps() -> dict[str, list[str]]:
    conditions = {name: as_if_all_terms_had_come(name) for name in MEASURES} | {bucket: in_bucket(k) for k, bucket in enumerate(BUCKETS)}
    names = ("appeals", *conditions, "marks")
    counts = [f"count(CASE WHEN {condition} THEN 1 END)::INTEGER AS {name}" for name, condition in conditions.items()]
    fragments = {
        "columns": ", ".join(f"{name} INTEGER" for name in names),
        "counts": ", ".join(["count(*)::INTEGER AS appeals", *counts, "coalesce(sum(a.rating), 0)::INTEGER AS marks"]),
        "sums": ", ".join(f"sum(a.{name})::INTEGER AS {name}" for name in names),
        "open": OPEN,
        "changing": ", ".join(f"{name} TINYINT" for _until, changed in TOLD_BY_CLOCK.values() for name in changed),
    }
    moments = [
        {"until": until, "changes": ", ".join(f"{change_of(name, until)} AS {name}" for name in changed)}
        for until, changed in TOLD_BY_CLOCK.values()
    ]
    text = re.sub(r"^--(?! step:).*$", "", (ROOT / "ingest" / "rollups.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = re.split(r"^-- step: (\w+)$", text, flags=re.MULTILINE)
    steps = {}
    for name, body in zip(found[1::2], found[2::2], strict=True):
        written = "".join(body.format_map(fragments | moment) for moment in (moments if name == "unsettled" else [{}]))
        steps[name] = [statement.strip() for statement in written.split(";") if statement.strip()]
    return steps


def _run(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> duckdb.DuckDBPyConnection:
    for statement in _steps()[step]:
        cursor.execute(statement, {k: v for k, v in values.items() if re.search(rf"\${k}\b", statement)})
    return cursor


def create(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empty tables, in place of those of an earlier schema."""
    _run(cursor, "create")


def refresh_day_of(cursor: duckdb.DuckDBPyConnection, appeal_id: int) -> None:
    """Make the sums of the day of one appeal anew, on the caller's transaction; nothing where it is not in the store."""
    _run(cursor, "day_of_appeal", appeal_id=appeal_id)
    refresh(cursor)


def make_all(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the sums of every day anew, on the caller's transaction."""
    _run(cursor, "all_days")
    refresh(cursor)


def refresh(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the sums of the days in the temporary table `touched` anew, on the caller's transaction. Month by month, so that
    memory does not grow with the store."""
    months = _run(cursor, "touched_months").fetchall()
    newest = _run(cursor, "newest").fetchone()
    settled = newest[0] if newest else datetime(1, 1, 1)
    _run(cursor, "forget")
    for first, last in months:
        _run(cursor, "repeated", first=first, last=last)
        _run(cursor, "count", first=first, last=last)
        _run(cursor, "unsettled", first=first, last=last, settled=settled)
    if newest:
        _run(cursor, "settle", settled=settled)


def differences(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, int]]:
    """(table, column, its sum, the sum over the appeals) where a rollup does not say what the appeals say."""
    should = _sums(_run(cursor, "sums_of_appeals"))
    found = []
    for table in SUMMED:
        there = _sums(_run(cursor, f"sums_of_{table}"))
        found += [(table, column, there[column], should[column]) for column in there if there[column] != should[column]]
    return found


def _sums(result: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = result.fetchone()
    assert row is not None
    return {column[0]: int(value or 0) for column, value in zip(result.description or (), row, strict=True)}
