"""Looks after the store: checks it against its archive, copies it while people browse, brings an older one up to date."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb

from ingest import load, setup
from ingest.demo.build import TRUTH
from queries import rollups, steps, store, writes
from words import _
from words.numbers import integer

SUMS = ("created_at", "closed_at", "text")


class StoreTooNew(Exception):
    """The file was written by a later version of the program."""

    def __init__(self, version: int) -> None:
        super().__init__(
            _("База сделана более новой версией программы (схема {theirs}, эта программа знает {ours}). Обновите программу.").format(
                theirs=version, ours=setup.SCHEMA_VERSION
            )
        )


def migrate() -> int | None:
    """Bring a database of an earlier schema up to date, all or nothing; returns the version it had, None where there was
    nothing to do. Raises StoreTooNew."""
    version = int(store.meta()["schema_version"])
    if version > setup.SCHEMA_VERSION:
        raise StoreTooNew(version)
    if version == setup.SCHEMA_VERSION:
        return None
    with store.transaction() as cursor:
        is_without_answer_terms = "answer_due_at" not in {row[0] for row in cursor.execute("DESCRIBE appeals").fetchall()}
        if is_without_answer_terms:
            cursor.execute("ALTER TABLE appeals ADD COLUMN answer_due_at TIMESTAMP")
        _add_missing(cursor)
        _cut_to_seconds(cursor)
        if is_without_answer_terms:
            load.add_answer_terms(cursor)
        rollups.create(cursor)
        rollups.make_all(cursor)
        cursor.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", [str(setup.SCHEMA_VERSION)])
    return version


def _add_missing(cursor: duckdb.DuckDBPyConnection) -> None:
    """The tables of schema.sql that the file does not have, and all its views anew."""
    there = {name for (name,) in cursor.execute("SHOW TABLES").fetchall()}
    text = re.sub(r"--.*$", "", (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for kind, statement in re.findall(r"(CREATE TABLE \w+|CREATE VIEW)([^;]*)", text):
        if kind == "CREATE VIEW":
            cursor.execute(f"CREATE OR REPLACE VIEW{statement}")
        elif kind.split()[-1] not in there:
            cursor.execute(kind + statement)


def _cut_to_seconds(cursor: duckdb.DuckDBPyConnection) -> None:
    """The moments of appeals, which files of schema 7 and before keep to the microsecond."""
    for name, kind, *_rest in cursor.execute("DESCRIBE appeals").fetchall():
        if kind == "TIMESTAMP":
            cursor.execute(f"ALTER TABLE appeals ALTER COLUMN {name} TYPE TIMESTAMP_S USING date_trunc('second', {name})")


def migrate_store(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Bring the store up to date: `before` and `now` are schema versions. (Opening a store does the same.)"""
    before = migrate()
    return {"before": before or setup.SCHEMA_VERSION, "now": setup.SCHEMA_VERSION}


def verify(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Compare the store with its archive, journal and sums: how many batches and appeals, and `problems` in words."""
    problems = []
    batches = list(load.archived(store.paths().batches))
    with store.cursor() as cursor:
        cursor.execute("BEGIN")
        for done, (batch_id, folder, _label) in enumerate(batches):
            progress(0.8 * done / len(batches), _("Загрузка {k} из {n}").format(k=done + 1, n=len(batches)))
            problems += _check_batch(cursor, batch_id, folder)
        progress(0.8, _("Сверяем суммы"))
        appeals, different = _row(cursor, "appeal_counts")
        (loaded,) = _row(cursor, "loaded_counts", batches=[number for number, _folder, _label in batches])
        texts, of_appeals, orphans = _row(cursor, "text_counts")
        if appeals != different:
            problems.append(_("Обращений {n}, разных номеров {k}").format(n=integer(appeals), k=integer(different)))
        if appeals != loaded:
            problems.append(_("Обращений {n}, по архиву должно быть {k}").format(n=integer(appeals), k=integer(loaded)))
        if texts != of_appeals or orphans:
            problems.append(_("Текстов {n}, лишних {k}").format(n=integer(texts), k=integer(texts - of_appeals + orphans)))
        problems += [
            _("Сводная таблица {table}, столбец {column}: {there} вместо {should}").format(
                table=table, column=column, there=integer(there), should=integer(should)
            )
            for table, column, there, should in rollups.differences(cursor)
        ]
        cursor.execute("ROLLBACK")
    if missing := writes.unapplied():
        problems.append(_("Записей журнала нет в базе: {n}").format(n=integer(len(missing))))
    progress(1.0, _("Готово"))
    return {"batches": len(batches), "appeals": appeals, "problems": problems}


def _check_batch(cursor: duckdb.DuckDBPyConnection, batch_id: int, folder: Path) -> list[str]:
    name, problems = _("Загрузка {id}").format(id=batch_id), []
    counts = _first(cursor, "batch_counts", batch_id=batch_id)
    if counts is None:
        return [_("{batch}: есть в архиве, нет в базе").format(batch=name)]
    if counts[0] != counts[1]:
        problems.append(_("{batch}: прочитано {n}, учтено {k}").format(batch=name, n=integer(counts[0]), k=integer(counts[1])))
    load.stage(cursor, folder, lambda: None)
    load.identify(cursor)
    _run(cursor, "archived")
    appeals, archived, *sums = _row(cursor, "batch_sums", batch_id=batch_id)
    if appeals != archived:
        problems.append(_("{batch}: в базе {n}, из них в архиве {k}").format(batch=name, n=integer(appeals), k=integer(archived)))
    for column, here, there in zip(SUMS, sums[::2], sums[1::2], strict=True):
        if here != there:
            problems.append(_("{batch}: сумма {column} в базе {n}, в архиве {k}").format(batch=name, column=column, n=here, k=there))
    return problems


def _run(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> duckdb.DuckDBPyConnection:
    return steps.run(cursor, steps.read(Path(__file__).with_suffix(".sql"))[step], values)


def _first(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> tuple[Any, ...] | None:
    return _run(cursor, step, **values).fetchone()


def _row(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> tuple[Any, ...]:
    row = _first(cursor, step, **values)
    assert row is not None
    return row


def backup(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Copy the store whole into a new folder inside `to`: database, batches, journal, models, the key of authors. Readers
    go on meanwhile, writers wait. The folder appears when all of it is there and its database has been opened."""
    paths = store.paths()
    target = Path(arguments["to"]) / f"pulse-{store.clock():%Y%m%d-%H%M%S}"
    unfinished = target.with_name(f".{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        with store.nobody_writes():
            progress(0.1, _("Копируем базу"))
            store.copy_to(unfinished / paths.database.name)
            progress(0.6, _("Копируем архив загрузок"))
            for folder in (paths.batches, paths.journal, paths.models, paths.folder / "mappings", paths.folder / "templates"):
                if folder.is_dir():
                    shutil.copytree(folder, unfinished / folder.name, ignore=shutil.ignore_patterns(".*"))
            for file in (paths.secret, paths.folder / TRUTH):
                if file.exists():
                    shutil.copy2(file, unfinished / file.name)
        os.replace(unfinished, target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    progress(1.0, _("Готово"))
    return {"folder": str(target), "bytes": sum(file.stat().st_size for file in target.rglob("*") if file.is_file())}
