"""What people write. Each entry is a line of the journal on disk before its transaction commits, so `rebuild` can
replay it; the tables are only its readable form."""

import json
import os
import uuid
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from queries import store

COLUMNS = {
    "cause": ("causes", ("spike_id", "text")),
    "note": ("notes", ("spike_id", "territory_id", "topic_group_id", "topic_id", "day", "text")),
    "decision": ("decisions", ("spike_id", "kind", "text")),
    "place_match": ("place_matches", ("region", "municipality", "territory_id")),
}
DECISIONS = ("acknowledged", "false_alarm", "campaign", "measure_planned")
LONGEST_TEXT = 4000
SPIKE_IDENTITY = ("spike_id", "level", "territory_id", "block_id", "topic_group_id", "topic_id", "onset", "last_day", "first_flagged")


def save_cause(spike_id: int, text: str, author: str = "") -> None:
    """Save why a spike happened, in a person's words."""
    _write("cause", author, {"spike_id": spike_id, "text": _checked(text)})


def save_note(
    day: date, text: str, *, spike_id: int | None, territory_id: int, topic_group_id: int | None, topic_id: int | None, author: str = ""
) -> None:
    """Save a note that is drawn on every chart of the same territory and topic."""
    facts = {"spike_id": spike_id, "territory_id": territory_id, "topic_group_id": topic_group_id, "topic_id": topic_id}
    _write("note", author, facts | {"day": day.isoformat(), "text": _checked(text)})


def save_decision(spike_id: int, kind: str, text: str = "", author: str = "") -> None:
    """Save what is done about a spike; `kind` is one of DECISIONS."""
    if kind not in DECISIONS:
        raise ValueError(kind)
    _write("decision", author, {"spike_id": spike_id, "kind": kind, "text": text[:LONGEST_TEXT]})


def save_place_match(cursor: duckdb.DuckDBPyConnection, region: str | None, municipality: str | None, territory_id: int) -> None:
    """Save which territory a place named in a source is, on the caller's transaction."""
    entry = _entry("place_match", "", {"region": region, "municipality": municipality, "territory_id": territory_id})
    apply(cursor, entry)
    append(entry)


def _checked(text: str) -> str:
    if not text.strip():
        raise ValueError("empty text")
    return text.strip()[:LONGEST_TEXT]


def _write(kind: str, author: str, data: dict[str, Any]) -> None:
    entry = _entry(kind, author, data)
    with store.transaction() as cursor:
        apply(cursor, entry)
        append(entry)


def unapplied() -> list[dict[str, Any]]:
    """What people wrote that only the journal holds, since a crash came between the journal and the tables."""
    with store.cursor() as cursor:
        known = {row[0] for table, _columns in COLUMNS.values() for row in cursor.execute(f"FROM {table}").fetchall()}
    return [entry for entry in journal(store.paths().journal) if entry["kind"] in COLUMNS and entry["id"] not in known]


def _entry(kind: str, author: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": uuid.uuid4().hex, "kind": kind, "at": store.clock().isoformat(), "author": author, "data": data}


def append_spike(spike: dict[str, Any]) -> None:
    """Remember the identity of a newly found spike, so that a rebuild gives it the same number."""
    facts = {k: str(spike[k]) if k in ("onset", "last_day", "first_flagged") else spike[k] for k in SPIKE_IDENTITY}
    append({"id": f"spike-{spike['spike_id']}", "kind": "spike", "at": store.clock().isoformat(), "author": "", "data": facts})


def append(entry: dict[str, Any]) -> None:
    """Add one line to this month's journal and wait until it is on disk."""
    folder = store.paths().journal
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{entry['at'][:7]}.jsonl"
    with open(path, "ab+") as file:
        file.seek(max(file.tell() - 1, 0))
        cut_short = file.read(1) not in (b"", b"\n")
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        file.write(("\n" * cut_short + line).encode())
        file.flush()
        os.fsync(file.fileno())


def apply(cursor: duckdb.DuckDBPyConnection, entry: dict[str, Any]) -> None:
    """Put one entry into its table."""
    if entry["kind"] == "spike":
        data = {name: entry["data"][name] for name in SPIKE_IDENTITY}
        cursor.execute(f"INSERT INTO spikes ({', '.join(data)}) VALUES ({', '.join('?' * len(data))})", list(data.values()))
        return
    table, columns = COLUMNS[entry["kind"]]
    values = [entry["id"], datetime.fromisoformat(entry["at"]), entry["author"], *(entry["data"].get(c) for c in columns)]
    cursor.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)


def journal(folder: Path) -> Iterator[dict[str, Any]]:
    """All entries in the order they were written; a line cut short by a crash was never committed and is passed over."""
    seen = set()
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            if entry["id"] not in seen:
                seen.add(entry["id"])
                yield entry
