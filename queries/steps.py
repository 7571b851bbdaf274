"""Steps of SQL that change the store: files of parts named by `-- step: name`, each one or more statements."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

_ORDERED = re.compile(r"INSERT INTO (\w+(?: BY NAME)?)\s+(.*\bORDER BY\b.*)", re.DOTALL)


def parts(file: Path) -> dict[str, str]:
    """The text of each step, without comments."""
    found = re.split(r"^-- step: (\w+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: re.sub(r"^--.*$", "", body, flags=re.MULTILINE) for name, body in zip(found[1::2], found[2::2], strict=True)}


def statements(text: str) -> list[str]:
    """The statements of a step."""
    return [statement.strip() for statement in text.split(";") if statement.strip()]


@cache
def read(file: Path) -> dict[str, list[str]]:
    """The statements of each step of a file."""
    return {name: statements(body) for name, body in parts(file).items()}


def run(cursor: duckdb.DuckDBPyConnection, step: list[str], values: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Run the statements of a step, each with the values it names; the cursor has the answer of the last one.

    Rows put in order go by way of a temporary table, and nothing is put where there are none: in DuckDB 1.5.6 an ordered INSERT
    of no rows makes the transaction's next INSERT of a row group (122,880) or more into the same table lose its rows.
    """
    for statement in step:
        named = {name: value for name, value in values.items() if re.search(rf"\${name}\b", statement)}
        ordered = _ORDERED.match(statement)
        if ordered is None:
            cursor.execute(statement, named)
            continue
        rows = cursor.execute(f"CREATE OR REPLACE TEMP TABLE in_order AS {ordered[2]}", named).fetchone()
        if rows != (0,):
            cursor.execute(f"INSERT INTO {ordered[1]} FROM in_order")
    return cursor
