"""The store is checked against its archive, copied while people browse, brought up to date."""

import json
import shutil
import stat
import threading
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import care, commands, rebuild, setup
from queries import ask, figures, planner, rollups, store, writes
from tests import naive, small
from tests.queries.scopes import scope

OLD_SCHEMA = Path(__file__).parents[1] / "data" / "schema_1.sql"


def verified() -> list[str]:
    return care.verify({}, small.quiet)["problems"]


def test_a_store_agrees_with_its_archive(store_file: Path) -> None:
    small.put([small.row(1, small.KALININGRAD, "06-09 23:59", status="closed", outcome="resolved", answered=30, closed=1440), small.row(500, small.SAKHALIN, "06-12 10:00")], "later")
    appeal = ask.ask("daily", scope(first=date(2024, 4, 1)))["appeals"].sum()
    assert verified() == []
    assert care.verify({}, small.quiet)["appeals"] > appeal > 0


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("DELETE FROM appeals WHERE external_id = 'A-2'", "Обращений"),
        ("UPDATE appeals SET created_at = created_at + INTERVAL 1 DAY WHERE external_id = 'A-2'", "created_at"),
        ("UPDATE appeals SET closed_at = NULL WHERE external_id = 'A-2'", "closed_at"),
        ("INSERT INTO appeals FROM appeals WHERE external_id = 'A-2'", "разных номеров"),
        ("UPDATE texts SET text = text || '.' WHERE rowid = 3", "text"),
        ("DELETE FROM batches", "нет в базе"),
        ("UPDATE day_region SET late = late + 1 WHERE rowid = 3", "day_region"),
        ("DELETE FROM topic_corrections", "журнала"),
    ],
)
def test_what_is_wrong_is_told(store_file: Path, harm: str, says: str) -> None:
    with store.cursor() as cursor:
        appeal_id = cursor.execute("FROM appeals SELECT appeal_id WHERE external_id = 'A-2'").fetchone()
    assert appeal_id is not None
    writes.save_topic(appeal_id[0], 20)
    assert verified() == []
    with store.transaction() as cursor:
        cursor.execute(harm)
    assert any(says in problem for problem in verified()), verified()


def test_a_copy_is_whole_and_opens_elsewhere(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes.save_note(date(2024, 6, 11), "заметка", spike_id=None, territory_id=2301, topic_group_id=18, topic_id=None)
    key = setup.secret()
    expected = figures.totals(scope()).to_dict()
    (store.paths().folder / "templates").mkdir()
    (store.paths().folder / "templates" / "emblem.svg").write_text("<svg/>")
    stop, answers = threading.Event(), []

    def browse() -> None:
        while not stop.is_set():
            with store.cursor() as cursor:
                answers.append(cursor.execute("FROM appeals SELECT count(*)").fetchone())

    reader = threading.Thread(target=browse)
    reader.start()
    copy = Path(care.backup({"to": str(tmp_path / "copies")}, small.quiet)["folder"])
    stop.set()
    reader.join()
    assert len(set(answers)) == 1
    assert (copy / "secret.key").read_bytes() == key
    assert (copy / "templates" / "emblem.svg").read_text() == "<svg/>"
    assert stat.S_IMODE((copy / "secret.key").stat().st_mode) == 0o600
    store.close_store()
    monkeypatch.setenv("PULSE_DB", str(copy / "pulse.duckdb"))
    assert figures.totals(scope()).to_dict() == expected
    assert verified() == []
    rebuild.rebuild(small.quiet)
    assert figures.totals(scope()).to_dict() == expected
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]


def test_a_copy_that_fails_leaves_nothing(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.open_store()
    monkeypatch.setattr(shutil, "copytree", lambda *args, **more: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        care.backup({"to": str(tmp_path / "copies")}, small.quiet)
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.fixture
def old_store(store_file: Path) -> Any:
    """The small store in a file of schema 1."""
    with store.cursor() as cursor:
        tables = {
            name: cursor.execute(f"FROM {name}").to_arrow_table()
            for (name,) in cursor.execute("FROM duckdb_tables() SELECT table_name").fetchall()
        }
    store.close_store()
    store_file.unlink()
    connection = duckdb.connect(str(store_file))
    connection.execute(OLD_SCHEMA.read_text(encoding="utf-8"))
    for (name,) in connection.execute("FROM duckdb_tables() SELECT table_name").fetchall():
        known = [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]
        rows = tables[name].select([column for column in tables[name].column_names if column in known])
        connection.register("rows", rows)
        connection.execute(f"INSERT INTO {name} BY NAME FROM rows")
        connection.unregister("rows")
    connection.execute("DELETE FROM meta WHERE key IN ('schema_version', 'settled')")
    connection.execute("INSERT INTO meta VALUES ('schema_version', '1')")
    connection.close()
    return store_file


def test_a_database_of_the_schema_before_is_brought_up_to_date(old_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {r.external_id: r.answer_due for r in naive.rows()}
    assert commands.perform("migrate", {}, small.quiet) == {"before": setup.SCHEMA_VERSION, "now": setup.SCHEMA_VERSION}  # opened by the command: already done
    assert store.meta()["schema_version"] == str(setup.SCHEMA_VERSION)
    assert verified() == []
    with store.cursor() as cursor:
        assert dict(cursor.execute("SELECT external_id, answer_due_at FROM appeals").fetchall()) == expected
    monkeypatch.setattr(planner, "READ_ONE_BY_ONE", -1)
    assert figures.totals(scope())["about"]
    assert care.migrate() is None
    small.put([small.row(500, small.SAKHALIN, "06-12 10:00")], "later")
    assert verified() == []


def test_an_upgrade_that_fails_changes_nothing(old_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "make_all", lambda cursor: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        care.migrate()
    assert store.meta()["schema_version"] == "1"
    with store.cursor() as cursor:
        assert ("day_region",) not in cursor.execute("SHOW TABLES").fetchall()
    monkeypatch.undo()


def test_a_database_of_a_later_program_is_left_alone(store_file: Path) -> None:
    with store.transaction() as cursor:
        cursor.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(care.StoreTooNew, match="99"):
        care.migrate()


def test_the_command_says_what_it_found(store_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from ingest.__main__ import app

    fine = CliRunner().invoke(app, ["verify", "--json"])
    assert fine.exit_code == 0 and json.loads(fine.stdout)["problems"] == []
    with store.transaction() as cursor:
        cursor.execute("DELETE FROM appeals WHERE external_id = 'A-2'")
    store.close_store()
    wrong = CliRunner().invoke(app, ["verify"])
    assert wrong.exit_code == 1 and "Обращений" in wrong.stdout
