"""Keeps the sums that pages read in step with the appeals: made in ingest/rollups.sql from the measures of queries/metrics.py,
inside the transaction of whatever changes appeals."""

from datetime import datetime
from functools import cache

import duckdb

from queries import steps
from queries.metrics import (
    ALL_TERMS_PASSED,
    BUCKETS,
    CHANGING,
    MEASURES,
    OPEN,
    TOLD_BY_CLOCK,
    as_if_all_terms_had_come,
    change_of,
    in_bucket,
)
from queries.scope import COUNTRY
from queries.store import ROOT

# What tells the rows of each table of measures apart beside days, as SQL over `unsettled`.
CELLS = {
    "day_country": f"{COUNTRY} AS territory_id",
    "day_region": "a.region_id AS territory_id",
    "day_topic": f"{COUNTRY} AS territory_id, a.block_id, a.topic_group_id, a.topic_id",
    "day_region_channel": "a.region_id AS territory_id, a.channel_id",
    "day_territory": "a.territory_id",
}
SUMMED = ("day_country", "hour_country", "day_territory", "day_region", "day_region_channel", "day_topic", "day_region_block", "live")


@cache
def _steps() -> dict[str, list[str]]:
    conditions = {name: as_if_all_terms_had_come(name) for name in MEASURES} | {bucket: in_bucket(k) for k, bucket in enumerate(BUCKETS)}
    names = ("appeals", *conditions, "marks")
    counts = [f"count(CASE WHEN {condition} THEN 1 END)::INTEGER AS {name}" for name, condition in conditions.items()]
    taken = ", ".join(f"sum(a.{name})::INTEGER AS {name}" for name in CHANGING)
    fragments = {
        "columns": ", ".join(f"{name} INTEGER" for name in names),
        "counts": ", ".join(["count(*)::INTEGER AS appeals", *counts, "coalesce(sum(a.rating), 0)::INTEGER AS marks"]),
        "sums": ", ".join(f"sum(a.{name})::INTEGER AS {name}" for name in names),
        "open": OPEN,
        "changes_left": taken,
        "changing": ", ".join(f"{name} TINYINT" for name in CHANGING),
        "all_terms_passed": ALL_TERMS_PASSED,
    }
    moments = [
        {"until": until, "changes": ", ".join(f"{change_of(name, until)} AS {name}" for name in changed)}
        for until, changed in TOLD_BY_CLOCK.values()
    ]
    cells = [{"table": table, "cell": cell, "changes": taken} for table, cell in CELLS.items()]
    each = {"unsettled": moments, **dict.fromkeys(("take_unsettled", "taken"), cells)}
    return {
        name: steps.statements("".join(body.format_map(fragments | one) for one in each.get(name, [{}])))
        for name, body in steps.parts(ROOT / "ingest" / "rollups.sql").items()
    }


def _run(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> duckdb.DuckDBPyConnection:
    return steps.run(cursor, _steps()[step], values)


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
        _run(cursor, "take_unsettled")


def differences(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, int]]:
    """(table, column, its sum, the sum over the appeals) where a rollup does not say what the appeals say."""
    should = _sums(_run(cursor, "sums_of_appeals"))
    found = []
    for table in SUMMED:
        there = _sums(_run(cursor, f"sums_of_{table}"))
        found += [(table, column, there[column], should[column]) for column in there if there[column] != should[column]]
    left = _sums(_run(cursor, "left"))
    for table, statement in zip(CELLS, _steps()["taken"], strict=True):
        taken = _sums(cursor.execute(statement))
        found += [(table, column, taken[column], left[column]) for column in left if taken[column] != left[column]]
    return found


def _sums(result: duckdb.DuckDBPyConnection) -> dict[str, int]:
    row = result.fetchone()
    assert row is not None
    return {column[0]: int(value or 0) for column, value in zip(result.description or (), row, strict=True)}
