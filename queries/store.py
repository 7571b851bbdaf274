"""The one door to the DuckDB file: one connection a process, one cursor a query, one writer at a time."""

import errno
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from words import _

ROOT = Path(__file__).resolve().parent.parent
STALE_AFTER = timedelta(hours=24)
LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": False, "python_enable_replacements": False}
# Beyond this DuckDB spills to files beside the database, so that a load of any size fits a small machine.
MEMORY = "1GB"
_FULL = ("no space left", "disk quota", "file too large", "not enough space", "failed to offload")
_CLOSED = ("permission denied", "read-only file system", "access is denied", "отказано в доступе")
_BROKEN = ("corrupt", "checksum", "not a valid duckdb database", "invalidated because of a previous fatal error")


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
    def rebuilt(self) -> Path:
        """A whole new database that is about to take the place of the present one."""
        return self.folder / "rebuilt.duckdb"

    @property
    def batches(self) -> Path:
        return self.folder / "batches"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def models(self) -> Path:
        return self.folder / "models"

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
_facts: tuple[int, dict[str, str]] | None = None


def open_store(create: bool = False) -> None:
    """Open the file once for this process. Raises StoreMissing, StoreBusy, StoreDamaged, and the error of DuckDB itself
    where the disk is full or closed to writing (see `why`)."""
    global _connection
    with _gate:
        if _connection is not None:
            return
        file = paths().database
        if not file.exists() and paths().rebuilt.exists():
            _swap()
        if not create and not file.exists():
            raise StoreMissing(str(file))
        file.parent.mkdir(parents=True, exist_ok=True)
        _connection = _connect(file)
        _changed()


def _connect(file: Path) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(file), config=LOCKED_DOWN | {"memory_limit": MEMORY})
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        return connection
    except duckdb.IOException as error:
        if "lock on file" in str(error) or "being used by another process" in str(error):
            pid = re.search(r"PID (\d+)", str(error))
            raise StoreBusy(int(pid[1]) if pid else None) from None
        if any(mark in str(error).lower() for mark in _FULL + _CLOSED):
            raise
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
def nobody_writes() -> Iterator[None]:
    """Readers go on; writers of this process wait."""
    with _write_gate:
        yield


def copy_to(file: Path) -> None:
    """A copy of the database as it is now, checked by opening it. Call it while `nobody_writes`."""
    source = paths().database
    for present, copied in ((source, file), (_log_of(source), _log_of(file))):
        if present.exists():
            shutil.copyfile(present, copied)
    connection = _connect(file)
    try:
        connection.execute("CHECKPOINT")
        with cursor() as own:
            if own.execute("FROM meta ORDER BY ALL").fetchall() != connection.execute("FROM meta ORDER BY ALL").fetchall():
                raise StoreDamaged(str(file))
    finally:
        connection.close()


@contextmanager
def beside(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database file that will take the store's place later; all of it is in the file at the end."""
    for leftover in (file, _log_of(file)):
        leftover.unlink(missing_ok=True)
    connection = _connect(file)
    try:
        yield connection
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


def replace_with(fresh: Path) -> None:
    """Put a whole new database in the store's place; the old one stays beside it as before-rebuild.duckdb. Stopped at any
    moment, it leaves one of the two as the store. Call it `alone`."""
    os.replace(fresh, paths().rebuilt)
    _swap()
    open_store()


def _swap() -> None:
    file, aside = paths().database, paths().folder / "pulse.before-rebuild.duckdb"
    if file.exists():
        os.replace(file, aside)
    if _log_of(file).exists():
        os.replace(_log_of(file), _log_of(aside))
    os.replace(paths().rebuilt, file)


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


@contextmanager
def transaction() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor inside one transaction, the only writer of the process; rolled back on any exception."""
    with _write_gate, cursor() as own:
        own.execute("BEGIN")
        try:
            yield own
            own.execute("COMMIT")
        except BaseException:
            _roll_back(own)
            raise
        _changed()


def _roll_back(own: duckdb.DuckDBPyConnection) -> None:
    """Undo; a connection that cannot even do that is let go of, the next question opens the file anew."""
    try:
        own.execute("ROLLBACK")
    except duckdb.TransactionException:
        return
    except duckdb.Error:
        close_store()


def why(error: BaseException) -> str:
    """What an error of files or of the database means, in words for people; its own message where it is none of them."""
    text = str(error).lower()
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or any(mark in text for mark in _FULL):
        return _("На диске кончилось место: {folder}. База осталась прежней. Освободите место и повторите.").format(folder=paths().folder)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) or any(mark in text for mark in _CLOSED):
        where = getattr(error, "filename", None) or paths().folder
        return _("Нет права писать: {where}. База осталась прежней. Проверьте права на папку и что диск не только для чтения.").format(
            where=where
        )
    if isinstance(error, StoreDamaged) or (isinstance(error, duckdb.Error) and any(mark in text for mark in _BROKEN)):
        return _("Файл базы повреждён. Восстановите её из архива загрузок: {command}").format(command="python3 run.py ingest rebuild")
    return str(error) or type(error).__name__


def _changed() -> None:
    global _version
    with _gate:
        _version += 1


def version() -> int:
    """Grows with every change this process makes and whenever it opens a file; meanwhile no other process can make one. Answers are
    remembered by it."""
    return _version


def meta() -> dict[str, str]:
    """The store's own facts: kind (demo | real), as_of, newest, settled, schema_version. Read once for each version of the store."""
    global _facts
    with _gate:
        open_store()
        known, now = _facts, _version
    if known is None or known[0] != now:
        with cursor() as own:
            known = now, dict(own.execute("FROM meta").fetchall())
        _facts = known
    return dict(known[1])


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
