"""What people write. Each entry is a line of the journal on disk before its transaction commits, so `rebuild` can
replay it; the tables are only its readable form."""

import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from queries import access, ask, rollups, store

COLUMNS = {
    "cause": ("causes", ("spike_id", "text")),
    "note": ("notes", ("spike_id", "territory_id", "topic_group_id", "topic_id", "day", "text")),
    "decision": ("decisions", ("spike_id", "kind", "text")),
    "call": ("calls", ("appeal_id", "executor_id", "step", "text")),
    "view": ("views", ("page", "name", "settings")),
    "place_match": ("place_matches", ("region", "municipality", "territory_id")),
    "register": ("register_entries", ("register", "item_id", "facts", "removed")),
    "topic_correction": ("topic_corrections", ("appeal_id", "topic_id", "previous_topic_id")),
}
DECISIONS = ("acknowledged", "false_alarm", "campaign", "measure_planned")
LONGEST_TEXT = 4000
_SET_TOPIC = (
    "UPDATE appeals SET topic_id = t.topic_id, topic_group_id = t.topic_group_id, block_id = t.block_id, topic_confidence = 1 "
    "FROM topics t WHERE t.topic_id = ? AND appeals.appeal_id = ?",
    "UPDATE comments SET topic_id = ? WHERE appeal_id = ?",
)
_FORGET_HINTS = "DELETE FROM topic_hints WHERE appeal_id = ?"
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


def save_topic(appeal_id: int, topic_id: int, author: str = "", reader: access.Access | None = None) -> None:
    """Save which topic an appeal is about, in place of its source's or the program's; it stays through later loads.

    The due date stays as the source's topic gave it. Raises LookupError for an appeal that is not there for the reader and for
    a topic that is not there, PermissionError for a reader who may not correct.
    """
    reader = reader or access.Access.reader()
    if not reader.may_correct:
        raise PermissionError("topic")
    question = ask.text("topic_of_appeal").format(place=access.condition(reader))
    with store.transaction() as cursor:
        known = cursor.execute(question, {"appeal_id": appeal_id, "topic_id": topic_id}).fetchone()
        if known is None:
            raise LookupError(f"appeal {appeal_id} or topic {topic_id}")
        entry = _entry("topic_correction", author, {"appeal_id": appeal_id, "topic_id": topic_id, "previous_topic_id": known[0]})
        apply(cursor, entry)
        append(entry)


def save_calls(appeal_ids: Sequence[int], executor_id: int | None, step: int, text: str = "", author: str = "") -> None:
    """Save that somebody was called about these appeals at once, and on which step of the ladder."""
    facts = {"executor_id": executor_id, "step": step, "text": text.strip()[:LONGEST_TEXT]}
    with store.transaction() as cursor:
        for appeal_id in appeal_ids:
            entry = _entry("call", author, {"appeal_id": int(appeal_id)} | facts)
            apply(cursor, entry)
            append(entry)


def save_view(page: str, name: str, settings: Mapping[str, Any], author: str = "") -> None:
    """Save settings of a page under a name; the same name again replaces them."""
    _write("view", author, {"page": page, "name": _checked(name)[:100], "settings": json.dumps(settings, ensure_ascii=False)})


def save_items(cursor: duckdb.DuckDBPyConnection, register: str, items: Mapping[str, str], *, author: str = "", removed: bool = False) -> None:
    """Save items of a register (id → facts as JSON), or that they are removed, on the caller's transaction."""
    entries = [_entry("register", author, {"register": register, "item_id": own, "facts": facts, "removed": removed}) for own, facts in items.items()]
    for entry in entries:
        apply(cursor, entry)
    append(*entries)


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


def append_spikes(spikes: list[dict[str, Any]]) -> None:
    """Remember the identity of newly found spikes, or that a stricter sensitivity finds known ones, so that a rebuild gives them
    the same numbers and keeps them in the same lists."""
    written = ("onset", "last_day", "first_flagged")
    append(*(
        {"id": f"spike-{spike['spike_id']}-{spike['sensitivity']}", "kind": "spike", "at": store.clock().isoformat(), "author": "",
         "data": {k: str(spike[k]) if k in written else spike[k] for k in (*SPIKE_IDENTITY, "sensitivity")}}
        for spike in spikes
    ))  # fmt: skip


def append(*entries: dict[str, Any]) -> None:
    """Add lines to the journals of their months and wait until they are on disk."""
    folder = store.paths().journal
    folder.mkdir(parents=True, exist_ok=True)
    for month, of_month in groupby(entries, key=lambda entry: entry["at"][:7]):
        with open(folder / f"{month}.jsonl", "ab+") as file:
            file.seek(max(file.tell() - 1, 0))
            cut_short = file.read(1) not in (b"", b"\n")
            lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in of_month)
            file.write(("\n" * cut_short + lines).encode())
            file.flush()
            os.fsync(file.fileno())


def apply(cursor: duckdb.DuckDBPyConnection, entry: dict[str, Any]) -> None:
    """Put one entry into its table."""
    if entry["kind"] == "spike":
        _apply_spike(cursor, entry["data"])
        return
    table, columns = COLUMNS[entry["kind"]]
    values = [entry["id"], datetime.fromisoformat(entry["at"]), entry["author"], *(entry["data"].get(c) for c in columns)]
    cursor.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    if entry["kind"] == "topic_correction":
        _set_topic(cursor, entry["data"]["appeal_id"], entry["data"]["topic_id"])


def _apply_spike(cursor: duckdb.DuckDBPyConnection, facts: Mapping[str, Any]) -> None:
    sensitivity = facts.get("sensitivity")  # journals of the first version lack it
    raised = cursor.execute("UPDATE spikes SET sensitivity = ? WHERE spike_id = ?", [sensitivity, facts["spike_id"]]).fetchone()
    if raised == (0,):
        data = {name: facts[name] for name in SPIKE_IDENTITY} | {"sensitivity": sensitivity}
        cursor.execute(f"INSERT INTO spikes ({', '.join(data)}) VALUES ({', '.join('?' * len(data))})", list(data.values()))


def _set_topic(cursor: duckdb.DuckDBPyConnection, appeal_id: int, topic_id: int) -> None:
    for statement in _SET_TOPIC:
        cursor.execute(statement, [topic_id, appeal_id])
    rollups.refresh_day_of(cursor, appeal_id)
    cursor.execute(_FORGET_HINTS, [appeal_id])


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
