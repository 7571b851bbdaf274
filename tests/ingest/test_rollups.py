"""The sums stand where a making from nothing would put them, whatever happened to the appeals."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import commands, load, rebuild
from ingest.sources.part import REPLIES, Part
from queries import rollups, store, writes
from tests import small
from tests.small import KALININGRAD, NOWHERE, SAKHALIN, row

TABLES = (*rollups.SUMMED, "held", "unsettled", "repeated_after_answer")


def sums() -> dict[str, pd.DataFrame]:
    with store.cursor() as cursor:
        frames = {name: cursor.execute(f"FROM {name}").df() for name in TABLES}
    return {name: f.sort_values(list(f.columns), ignore_index=True) for name, f in frames.items()}


def assert_true() -> None:
    """What stands is what a making from nothing gives, and adds up to the appeals."""
    stands = sums()
    with store.cursor() as cursor:
        assert rollups.differences(cursor) == []
    with store.transaction() as cursor:
        rollups.make_all(cursor)
    for name, frame in sums().items():
        pd.testing.assert_frame_equal(stands[name], frame, obj=name)


def appeal(number: int) -> int:
    with store.cursor() as cursor:
        found = cursor.execute("FROM appeals SELECT appeal_id WHERE external_id = ?", [f"A-{number}"]).fetchone()
    assert found is not None
    return int(found[0])


def drawn(seed: int, first: int, count: int) -> list[dict[str, Any]]:
    """Rows anywhere in ten weeks; numbers repeat between draws, so that later ones change earlier appeals."""
    chance, rows = random.Random(seed), []
    for number in range(first, first + count):
        status = chance.choice(("new", "assigned", "answered", "closed"))
        answered = None if status == "new" else chance.choice((0, 1, 5, 30, 31, 240, 3000, 40_000))
        rows.append(
            row(
                number, chance.choice(small.PLACES), datetime(2024, 4, 1, 23, 58) + timedelta(minutes=chance.randrange(70 * 1440)),
                chance.choice((*small.TOPICS, None)), status, chance.choice(("resolved", "postponed")) if status == "closed" else None,
                answered=answered, closed=(answered or 0) + chance.randrange(9000) if status == "closed" else None,
                repeat_of=chance.choice((None, f"A-{number - 1}", f"A-{number - 3}")), rating=chance.choice((None, 1, 5)),
                source_updated_at=datetime(2024, 6, 1) + timedelta(minutes=seed), reopened=chance.random() < 0.2,
            )
        )  # fmt: skip
    return [r for r in rows if max(t for t in (r["created_at"], r["first_response_at"], r["closed_at"]) if t) <= small.AS_OF]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 999), st.integers(1000, 1030)), min_size=1, max_size=3))
def test_loads_in_any_order_leave_true_sums(store_file: Path, draws: list[tuple[int, int]]) -> None:
    for n, (seed, first) in enumerate(draws):
        small.put(drawn(seed, first, 25), f"{n} {seed} {first} {random.random()}")
    assert_true()


def test_an_updated_appeal_moves_between_days_and_towns(store_file: Path) -> None:
    small.put([row(2, SAKHALIN, "05-02 10:00", small.HOT, "closed", "resolved", answered=10, closed=100, repeat_of="A-9")], "again")
    assert_true()


def test_a_later_answer_and_a_later_repeat_reach_the_first_day(store_file: Path) -> None:
    small.put([row(700, KALININGRAD, "06-13 10:00", repeat_of="A-9")], "repeat")
    assert_true()
    replies = [{"external_id": "A-21", "at": datetime(2024, 6, 12), "reply": "Ответ", "rating": 5}]
    import pyarrow as pa

    part = Part(appeals=small.table([]), replies=pa.Table.from_pylist(replies, schema=REPLIES))
    load.load([part], small.label("answers"), small.quiet)
    assert_true()


def test_a_corrected_topic_moves_its_appeal(store_file: Path) -> None:
    before = sums()["day_topic"]
    writes.save_topic(appeal(2), 20)
    after = sums()["day_topic"]
    assert not before.equals(after) and before["appeals"].sum() == after["appeals"].sum()
    assert_true()


def test_a_matched_place_moves_its_appeals(store_file: Path) -> None:
    place = {"region": NOWHERE.region, "municipality": NOWHERE.municipality, "territory_id": SAKHALIN.territory_id}
    assert (sums()["day_territory"]["territory_id"] == 0).any()
    commands.match_place(place, small.quiet)
    assert not (sums()["day_territory"]["territory_id"] == 0).any()
    assert_true()


def test_a_rebuild_makes_the_same_sums(store_file: Path) -> None:
    small.put(drawn(5, 1000, 25), "more")
    writes.save_topic(appeal(2), 20)
    before = sums()
    rebuild.rebuild(small.quiet)
    for name, frame in sums().items():
        pd.testing.assert_frame_equal(before[name], frame, obj=name)
    assert_true()


def test_a_load_that_fails_leaves_the_sums(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sums()
    monkeypatch.setattr(load.detect, "refresh", lambda cursor, batch_id: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        small.put(drawn(5, 1000, 25), "more")
    for name, frame in sums().items():
        pd.testing.assert_frame_equal(before[name], frame, obj=name)


def test_live_holds_the_open_and_unsettled_what_the_clock_still_changes(store_file: Path) -> None:
    def held(table: str, condition: str) -> tuple[int, int]:
        with store.cursor() as cursor:
            found = cursor.execute(f"FROM {table} SELECT count(*), count(*) FILTER (WHERE {condition})").fetchone()
        assert found is not None
        return found

    closed = "closed_at IS NOT NULL OR status IN ('closed', 'rejected')"
    settled = "until <= (FROM meta SELECT value::TIMESTAMP WHERE key = 'settled')"
    assert held("live", closed)[0] > 0 and held("live", closed)[1] == 0
    assert held("unsettled", settled)[0] > 0 and held("unsettled", settled)[1] == 0
    small.put([row(900, KALININGRAD, "06-14 09:00")], "newest")
    assert held("unsettled", settled)[1] == 0
    assert_true()
