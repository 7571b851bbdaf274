"""Whom to call: the list, the record of a call, and what stands behind each row."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from ingest import rebuild
from queries import appeals, deadlines, store, writes
from queries.appeals import Chosen
from queries.metrics import LADDER
from tests import naive, small
from tests.queries.scopes import many, scope


def test_the_call_list_counts_every_open_appeal_of_a_step_once(store_file: Path) -> None:
    for asked in many(10):
        expected = Counter(
            (rung.step, r.territory_id, r.executor) for r in naive.ever(asked) for rung in LADDER if naive.MEETS[f"ladder_{rung.step}"](r)
        )
        found = deadlines.to_call(asked)
        told = {(r.step, r.territory_id, None if pd.isna(r.executor) else r.executor): r.appeals for r in found.itertuples()}
        assert told == expected
        assert found["step"].is_monotonic_decreasing


def test_the_list_behind_a_row_holds_as_many(store_file: Path) -> None:
    asked = scope()
    found = deadlines.to_call(asked)
    assert len(found) > 5
    for r in found.itertuples():
        nobody = pd.isna(r.executor_id)
        behind = scope(r.territory_id, *(pd.Timestamp(day).date() for day in ("2024-01-01", "2024-12-31")))
        chosen = Chosen((f"ladder_{r.step}", *(["unassigned"] if nobody else [])), executor=None if nobody else int(r.executor_id))
        own = deadlines.appeals_of(asked, int(r.step), int(r.territory_id), chosen.executor)
        assert appeals.count(behind, chosen)[0] == r.appeals == len(own)


def test_a_call_is_seen_at_once_and_lives_through_a_rebuild(store_file: Path) -> None:
    asked = scope()
    row = deadlines.to_call(asked).iloc[0]
    executor_id = None if pd.isna(row["executor_id"]) else int(row["executor_id"])
    meant = deadlines.appeals_of(asked, int(row["step"]), int(row["territory_id"]), executor_id)
    writes.save_calls(meant, executor_id, int(row["step"]), "обещали завтра")
    again = deadlines.to_call(asked).iloc[0]
    assert (row["called"], again["called"]) == (0, row["appeals"]) and again["called_at"] == small.CLOCK
    made = deadlines.calls(asked)
    assert made[["appeals", "closed_since", "text"]].values.tolist() == [[row["appeals"], 0, "обещали завтра"]]
    rebuild.rebuild(small.quiet)
    pd.testing.assert_frame_equal(deadlines.calls(asked), made)


def test_calls_compare_only_appeals_of_the_same_topic_and_executor(empty_store: Path) -> None:
    """Thirty called on the second day and answered on the third, thirty others answered on the sixth; a later call, an
    answer before the call and another topic count for nothing."""
    start = datetime(2024, 5, 20, 10)
    rows = [
        small.row(n, small.KALININGRAD, start + timedelta(minutes=n), "Горячая вода" if n < 62 else "Набережные", "answered", answered=days * small.DAY, executor="Водоканал")
        for n in range(64)
        for days in [3 if n < 30 else 6 if n < 60 else 1]
    ]  # fmt: skip
    small.put(rows)
    with store.cursor() as cursor:
        numbers = dict(cursor.execute("FROM appeals SELECT external_id, appeal_id").fetchall())
    with store.transaction() as cursor:
        for n in (*range(30), 60, 61, 62):
            facts = {"appeal_id": numbers[f"A-{n}"], "executor_id": 1, "step": 2, "text": ""}
            at = small.utc(start + timedelta(minutes=n, days=2), small.KALININGRAD)
            writes.apply(cursor, {"id": str(n), "kind": "call", "at": at.isoformat(), "author": "", "data": facts})
    found = deadlines.effects(scope())["answered"]
    assert (found.given, found.calls, found.compared) == (30, 30, 30)
    assert (found.with_call, found.without_call) == (1 * small.DAY, 4 * small.DAY)
    assert found.high < 0
