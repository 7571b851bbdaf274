"""Spikes put into a store by hand."""

from datetime import date
from typing import Any

from queries import store

BLANK: dict[str, Any] = {
    "level": "municipality_topic", "block_id": 6, "topic_group_id": 18, "topic_id": 35, "frequency": "D", "method": "short",
    "onset": date(2024, 6, 10), "first_flagged": date(2024, 6, 10), "peak": date(2024, 6, 11), "last_day": date(2024, 6, 12),
    "observed": 20, "expected": 4.0, "excess": 16.0, "ratio": 5.0, "severity": 8.0, "p_value": 0.0001, "state": "new", "authors": 9,
    "executors": 1, "copies_share": 0.1, "recurs": 0, "holiday": False, "is_flood": False, "sensitivity": "calm",
}  # fmt: skip


def spike(spike_id: int, territory_id: int, **facts: Any) -> None:
    """One spike with one day; its episode is its own unless told."""
    row = BLANK | {"spike_id": spike_id, "episode_id": spike_id, "territory_id": territory_id} | facts
    with store.transaction() as cursor:
        cursor.execute(f"INSERT INTO spikes ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        cursor.execute("INSERT INTO spike_days VALUES (?, ?, 20, 4, 8, 0.0001, TRUE)", [spike_id, row["onset"]])
