"""Steps of SQL put every row where it belongs."""

from pathlib import Path

import duckdb
import pytest

from queries import steps

ROW_GROUP = 122_880


@pytest.fixture
def cursor(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(tmp_path / "steps.duckdb"))
    connection.execute("CREATE TABLE days (n BIGINT, day DATE)")
    return connection


def test_many_rows_are_kept_after_none_in_the_same_transaction(cursor: duckdb.DuckDBPyConnection) -> None:
    text = "INSERT INTO days SELECT i, DATE '2024-01-01' FROM range($rows) r(i) ORDER BY i DESC; INSERT INTO days BY NAME SELECT DATE '2025-01-01' AS day, 1 AS n ORDER BY n"
    cursor.execute("BEGIN")
    for rows in (0, 0, ROW_GROUP + 1, 0, 2 * ROW_GROUP):
        steps.run(cursor, steps.statements(text)[:1], {"rows": rows})
    steps.run(cursor, steps.statements(text), {"rows": 3, "not named": 1})
    cursor.execute("COMMIT")
    assert cursor.execute("FROM days SELECT count(*), count(*) FILTER (WHERE day = DATE '2025-01-01' AND n = 1)").fetchone() == (3 * ROW_GROUP + 5, 1)
    assert cursor.execute("FROM days SELECT n LIMIT 2").fetchall() == [(ROW_GROUP,), (ROW_GROUP - 1,)]


def test_a_step_answers_with_its_last_statement_and_knows_its_comments(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    file = tmp_path / "some.sql"
    file.write_text("-- A file.\n-- step: one\n-- puts; and asks\nINSERT INTO days VALUES ($n, $day);\nFROM days SELECT n;\n\n-- step: two\nSELECT 2;\n", encoding="utf-8")
    read = steps.read(file)
    assert list(read) == ["one", "two"] and len(read["one"]) == 2
    assert steps.run(cursor, read["one"], {"n": 7, "day": "2024-01-01"}).fetchall() == [(7,)]
