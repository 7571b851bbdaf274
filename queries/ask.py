"""Runs one question: a file of queries/sql, a scope, named parameters; a frame comes back."""

import logging
import re
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from cachetools import LRUCache

from queries import access, store
from queries import scope as scopes
from queries.metrics import PREDICATES, raw_fragments
from queries.scope import Scope

SQL = Path(__file__).parent / "sql"
# Bytes of the answers kept, and of the largest one; a frame takes some beside its columns.
KEPT, LARGEST_KEPT, OWN = 100_000_000, 5_000_000, 5_000


def _size(frame: pd.DataFrame) -> int:
    return OWN + int(frame.memory_usage(index=False, deep=True).sum())


_answers: LRUCache[tuple[object, ...], pd.DataFrame] = LRUCache(KEPT, _size)
_gate = threading.Lock()
_noted = threading.local()
log = logging.getLogger("pulse.queries")


def begin_noting() -> None:
    """From here on this thread's questions are noted, see `noted`."""
    _noted.rows = []


def noted() -> pd.DataFrame:
    """question, ms (missing: remembered, not asked again), rows of this thread's questions since `begin_noting`."""
    return pd.DataFrame(getattr(_noted, "rows", []), columns=["question", "ms", "rows"])


def _note(name: str, milliseconds: float | None, rows: int) -> None:
    if hasattr(_noted, "rows"):
        _noted.rows.append((name, milliseconds, rows))


@cache
def text(name: str) -> str:
    """The SQL of one question, without its header."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def compose(name: str, scope: Scope | None, fragments: dict[str, str] | None = None) -> str:
    """The SQL with its conditions in place: {scope} territory, channels, topics and access with the period;
    {place} the same in any period; {watched} the same over spikes; {noted} access over marks `m`;
    {readable} rows whose words may be read; {predicate} any name of the registry; {appeals} and the counts of
    metrics.raw_fragments."""
    parts = PREDICATES | raw_fragments()
    if scope is not None:
        parts["place"] = scopes.where(scope)
        parts["scope"] = f"{parts['place']} AND a.day BETWEEN $first AND $last"
        parts["watched"] = scopes.where(scope, "s")
        parts["noted"] = access.condition(scope.access, "m")
        parts["readable"] = access.readable(scope.access)
    return text(name).format_map(parts | (fragments or {}))


def ask(name: str, scope: Scope | None = None, fragments: dict[str, str] | None = None, **params: Any) -> pd.DataFrame:
    """The answer to one question as a frame of the caller's own. Parameters the SQL does not name are left out.

    Answers are remembered until the store changes; the key is the whole SQL with its conditions, so that a reader is
    never given what another one asked.
    """
    sql = compose(name, scope, fragments)
    if scope is not None:
        params = {"first": scope.first, "last": scope.last} | params
    if "$as_of" in sql and "as_of" not in params:
        params["as_of"] = store.as_of()
    named = set(re.findall(r"\$(\w+)", sql))
    values = {k: v for k, v in params.items() if k in named}
    key = (str(store.paths().database), store.version(), sql, repr(sorted(values.items())))
    with _gate:
        remembered = _answers.get(key)
        if remembered is not None:
            _note(name, None, len(remembered))
            return remembered.copy()
    began = time.perf_counter()
    with store.cursor() as own:
        frame = own.execute(sql, values).df()
    milliseconds = 1000 * (time.perf_counter() - began)
    log.info("%s %.1f ms %d rows", name, milliseconds, len(frame))
    _note(name, milliseconds, len(frame))
    if _size(frame) <= LARGEST_KEPT:
        with _gate:
            _answers[key] = frame
    return frame.copy()
