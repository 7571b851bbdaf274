"""The one door to the DuckDB file: one connection a process, one cursor a query, one writer at a time."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
STALE_AFTER = timedelta(hours=24)
LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": False, "python_enable_replacements": False}


class StoreMissing(Exception):
    """There is no database file yet."""


class StoreBusy(Exception):
    """Another process holds the file. `pid` is its number, or None where the system does not tell."""

    def __init__(self, pid: int | None):
        super().__init__(f"файл базы занят процессом PID {pid if pid else 'неизвестен'}")
        self.pid = pid


class StoreDamaged(Exception):
    """The file is there but DuckDB cannot read it."""


@dataclass(frozen=True)
class Paths:
    """Where the store keeps its things; all beside the database file."""

    database: Path

    @property
    def folder(self) -> Path:
        return self.database.parent

    @property
    def batches(self) -> Path:
        return self.folder / "batches"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def jobs(self) -> Path:
        return self.folder / "jobs"

    @property
    def app_state(self) -> Path:
        return self.folder / "app.json"

    @property
    def secret(self) -> Path:
        return self.folder / "secret.key"

    @property
    def inbox(self) -> Path:
        default = ROOT / "data" / "store"
        return ROOT / "data" / "inbox" if self.folder == default else self.folder / "inbox"


def paths() -> Paths:
    """The store's place: PULSE_DB, or data/store/pulse.duckdb."""
    return Paths(Path(os.environ.get("PULSE_DB") or ROOT / "data" / "store" / "pulse.duckdb").resolve())


def clock() -> datetime:
    """The present moment, naive UTC. Tests replace it."""
    return datetime.now(UTC).replace(tzinfo=None)


_gate = threading.Condition(threading.RLock())
_write_gate = threading.RLock()
_connection: duckdb.DuckDBPyConnection | None = None
_open_cursors = 0
_version = 0


def open_store(create: bool = False) -> None:
    """Open the file once for this process. Raises StoreMissing, StoreBusy, StoreDamaged."""
    global _connection
    with _gate:
        if _connection is not None:
            return
        file = paths().database
        if not create and not file.exists():
            raise StoreMissing(str(file))
        file.parent.mkdir(parents=True, exist_ok=True)
        _connection = _connect(file)


def _connect(file: Path) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(file), config=LOCKED_DOWN)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        return connection
    except duckdb.IOException as error:
        if "lock" in str(error).lower() or "being used by another process" in str(error):
            pid = re.search(r"PID (\d+)", str(error))
            raise StoreBusy(int(pid[1]) if pid else None) from None
        raise StoreDamaged(str(error)) from None
    except (duckdb.Error, RuntimeError) as error:
        raise StoreDamaged(str(error)) from None


def close_store() -> None:
    """Let go of the file, so that another process may open it."""
    global _connection
    with _gate:
        if _connection is not None:
            _connection.close()
            _connection = None


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of its own for one query: a shared connection hands one thread another thread's rows."""
    global _open_cursors
    with _gate:
        open_store()
        assert _connection is not None
        own = _connection.cursor()
        _open_cursors += 1
    try:
        yield own
    finally:
        own.close()
        with _gate:
            _open_cursors -= 1
            _gate.notify_all()


@contextmanager
def alone() -> Iterator[None]:
    """The file let go of and nobody reading: for putting another file in its place. Readers wait meanwhile."""
    with _write_gate, _gate:
        while _open_cursors:
            _gate.wait()
        close_store()
        yield
        _changed()


@contextmanager
def beside(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database file that will take the store's place later."""
    connection = _connect(file)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor inside one transaction, the only writer of the process; rolled back on any exception."""
    with _write_gate, cursor() as own:
        own.execute("BEGIN")
        try:
            yield own
        except BaseException:
            own.execute("ROLLBACK")
            raise
        own.execute("COMMIT")
        _changed()


def _changed() -> None:
    global _version
    with _gate:
        _version += 1


def version() -> int:
    """Grows with every change this process makes; no other process can make one. Answers are remembered by it."""
    return _version


def meta() -> dict[str, str]:
    """The store's own facts: kind (demo | real), as_of, newest, version."""
    with cursor() as own:
        return dict(own.execute("FROM meta").fetchall())


def is_demo() -> bool:
    """Whether the store holds made-up data; such a store never takes real data."""
    return meta().get("kind") == "demo"


def as_of() -> datetime:
    """The moment the store speaks of, naive UTC: for a demo the end of its last day, otherwise the clock's minute,
    held back to 24 hours after the newest record."""
    facts = meta()
    if facts.get("kind") == "demo" and "as_of" in facts:
        return datetime.fromisoformat(facts["as_of"])
    now = clock().replace(second=0, microsecond=0)
    return min(now, datetime.fromisoformat(facts["newest"]) + STALE_AFTER) if "newest" in facts else now


def is_stale() -> bool:
    """Whether the newest record is more than 24 hours behind the clock (never for a demo)."""
    facts = meta()
    if facts.get("kind") == "demo" or "newest" not in facts:
        return False
    return datetime.fromisoformat(facts["newest"]) + STALE_AFTER < clock()
