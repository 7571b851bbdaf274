"""The store made again from its archive and journal; killed loads leave no half batch."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ingest import commands, load, rebuild
from queries import store, writes
from queries.store import ROOT
from tests import small
from tests.small import KALININGRAD, SAKHALIN, row

FIRST = datetime(2024, 3, 1, 12)


def tables() -> dict[str, pd.DataFrame]:
    """Every table of the store, sorted, without what tells one making of the file from another."""
    with store.cursor() as cursor:
        names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        frames = {name: cursor.execute(f"FROM {name}").df() for name in names}
    return {name: f.sort_values(list(f.columns), ignore_index=True) for name, f in frames.items()}


def same(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> None:
    assert before.keys() == after.keys()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name], obj=name, check_exact=False, rtol=1e-9)


def story(seed: int = 3) -> list[dict[str, object]]:
    """Fifteen weeks of two towns with a spike of each in the last month."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for back in range(104):
        day = FIRST + timedelta(days=back)
        for place, usual, peaks in ((KALININGRAD, 3, range(80, 84)), (SAKHALIN, 2, range(98, 104))):
            for topic in ("Ямы и выбоины", "Горячая вода"):
                peak = 20 if back in peaks and (place, topic) in ((KALININGRAD, "Ямы и выбоины"), (SAKHALIN, "Горячая вода")) else 0
                for _ in range(int(rng.poisson(usual)) + peak):
                    at = day + timedelta(minutes=int(rng.integers(0, 600)))
                    rows.append(row(len(rows) + 1, place, at, topic, answered=None if at > datetime(2024, 6, 12) else 60))
    return rows


@pytest.fixture
def lived_in(empty_store: Path) -> Path:
    """A store with a year of its life: loads that overlap and grow it, comments, rejects, and what people wrote."""
    rows = story()
    cut = len(rows) - 150
    small.put(rows[:cut], "a", may_grow_places=True)
    later = [
        {**r, "status": "closed", "outcome": "resolved", "closed_at": r["created_at"] + timedelta(days=1)} for r in rows[cut - 50 : cut]
    ]  # type: ignore[operator]
    others = [{**r, "row_number": 90_000 + n, "external_id": f"W-{n}"} for n, r in enumerate(small.written()[20:])]
    pieces = [small.part(later + rows[cut:] + others, comments=[("c", "A-1", FIRST, "И у нас")])]
    load.load(pieces, small.label("b"), small.quiet)
    with store.cursor() as cursor:
        spikes = cursor.execute("SELECT spike_id, territory_id, onset FROM spikes ORDER BY onset").fetchall()
    assert {territory for _, territory, _ in spikes} >= {2301, 6401}
    for own, territory, onset in spikes:
        writes.save_cause(own, f"Причина {own}", "аналитик")
        writes.save_note(onset, "Заметка", spike_id=own, territory_id=territory, topic_group_id=18, topic_id=None)
        writes.save_decision(own, "measure_planned", "Засыпать")
    return empty_store


def test_every_table_is_as_it_was(lived_in: Path) -> None:
    before = tables()
    assert all(
        len(before[name]) for name in ("appeals", "texts", "comments", "spikes", "spike_days", "causes", "notes", "decisions", "unplaced")
    )
    shares: list[float] = []
    answer = rebuild.rebuild(lambda share, _message: shares.append(share))
    assert answer["batches"] == 2 and shares == sorted(shares) and shares[-1] == 1
    same(before, tables())
    rebuild.rebuild(small.quiet)
    same(before, tables())


@pytest.mark.parametrize("spoilt", ["garbage", "cut", "missing", "empty"])
def test_a_database_that_cannot_be_read_is_made_again(lived_in: Path, spoilt: str) -> None:
    before = tables()
    store.close_store()
    if spoilt == "garbage":
        lived_in.write_bytes(random.Random(1).randbytes(300_000))
    elif spoilt == "cut":
        lived_in.write_bytes(lived_in.read_bytes()[: lived_in.stat().st_size // 2])
    elif spoilt == "missing":
        lived_in.unlink()
    else:
        lived_in.write_bytes(b"")
    answer = commands.perform("rebuild", {}, small.quiet)
    assert answer["batches"] == 2
    same(before, tables())


def test_a_store_under_another_name_is_made_again_too(lived_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tables()
    store.close_store()
    other = lived_in.with_name("город.duckdb")
    lived_in.rename(other)
    monkeypatch.setenv("PULSE_DB", str(other))
    (other.parent / "город.duckdb.wal").write_bytes(b"what a crash left")
    other.write_bytes(b"garbage")
    commands.perform("rebuild", {}, small.quiet)
    same(before, tables())
    assert not (other.parent / "город.duckdb.wal").exists()


def test_a_line_of_the_journal_cut_short_was_never_written(lived_in: Path) -> None:
    before = tables()
    (journal,) = store.paths().journal.glob("*.jsonl")
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"id": "x", "kind": "cause", "at": "2024-06-14T09:3'[:-2] + "я".encode()[:1])
    rebuild.rebuild(small.quiet)
    same(before, tables())
    # what is written after the crash is not glued to the cut line
    writes.save_decision(1, "acknowledged", "после сбоя\u2028и новой\x85строки")
    after = tables()
    rebuild.rebuild(small.quiet)
    same(after, tables())


def test_a_demo_stays_a_demo(lived_in: Path) -> None:
    past = {"loaded_at": "2024-06-13T01:00:00", "source": "incident", "rows": 5, "first_day": "2024-06-12", "last_day": "2024-06-12"}
    truth = json.dumps({"as_of": "2024-06-13T23:59:59", "loads": [past]})
    (store.paths().folder / rebuild.TRUTH).write_text(truth, encoding="utf-8")
    rebuild.rebuild(small.quiet)
    assert tables()["batches"]["name"].tolist() == ["a", "b", "ежедневная выгрузка"]
    assert store.is_demo() and store.as_of() == datetime(2024, 6, 13, 23, 59, 59)


# kill -9 --------------------------------------------------------------------------------------------------------------

LOADER = """
import sys
from datetime import datetime
from queries import store
from tests import small
from tests.ingest.test_rebuild import crowd
store.clock = lambda: small.CLOCK
store.open_store()
print("ready", flush=True)
print(small.put(crowd(), "crowd").loaded, flush=True)
sys.stdin.read()
"""


def crowd() -> list[dict[str, object]]:
    """A load long enough to be killed in its midst."""
    return [
        row(10_000 + n, KALININGRAD, datetime(2024, 4, 1) + timedelta(minutes=5 * n), text=f"Яма номер {n} на дороге") for n in range(3000)
    ]


@pytest.fixture(scope="module")
def took(_small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds the load takes when nobody kills it."""
    folder = shutil.copytree(_small_template, tmp_path_factory.mktemp("measured") / "store")
    return _run_loader(folder / "pulse.duckdb", None)


@pytest.mark.parametrize("moment", [0.05, 0.4, 0.75, 0.95])
def test_a_load_that_is_killed_leaves_no_half_batch(store_file: Path, took: float, moment: float) -> None:
    before = tables()
    store.close_store()
    _run_loader(store_file, took * moment)
    after = tables()
    held = {p.name for p in store.paths().batches.glob("[0-9]*")}
    if len(after["batches"]) == 1:
        same(before, after)
    else:
        assert len(after["appeals"]) == len(before["appeals"]) + 3000 and held == {"000001", "000002"}
    report = small.put(crowd(), "crowd")  # type: ignore[arg-type]
    assert report.batch_id == 2 and (report.loaded == 3000 or report.seen_before)
    whole = tables()
    assert len(whole["appeals"]) == whole["appeals"]["appeal_id"].nunique() == len(before["appeals"]) + 3000
    assert sorted(p.name for p in store.paths().batches.iterdir()) == ["000001", "000002"]
    rebuild.rebuild(small.quiet)
    same(whole, tables())


def _run_loader(database: Path, kill_after: float | None) -> float:
    """Load the crowd in another process; seconds it took. Killed after so many seconds where told."""
    environment = {**os.environ, "PULSE_DB": str(database), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", LOADER], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    began = time.perf_counter()
    if kill_after is None:
        assert process.stdout.readline() == "3000\n"
        took = time.perf_counter() - began
    else:
        time.sleep(kill_after)
        took = kill_after
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return took


def test_what_a_killed_load_found_is_not_a_spike_without_days(empty_store: Path) -> None:
    """A journal knows a spike whose load never committed: the rebuilt list has no empty lines."""
    small.put(story(), "a")
    writes.append_spikes([
        {"spike_id": 77, "level": "municipality_topic", "territory_id": 2301, "block_id": 5, "topic_group_id": 12, "topic_id": 24}
        | dict.fromkeys(("onset", "last_day", "first_flagged"), date(2024, 4, 5))
        | {"sensitivity": "calm"}
    ])  # fmt: skip
    before = tables()
    rebuild.rebuild(small.quiet)
    same(before, tables())
    writes.save_cause(77, "Авария")
    rebuild.rebuild(small.quiet)
    kept = tables()["spikes"].set_index("spike_id").loc[77]
    on_the_day = sum(
        r["created_at"].date() == date(2024, 4, 5) and r["topic"] == "Горячая вода" and r["place"] is KALININGRAD for r in story()
    )  # type: ignore[attr-defined]
    assert (kept["state"], kept["observed"], kept["sensitivity"]) == ("ended", on_the_day, "calm")


def test_a_spike_once_in_the_usual_list_stays_there(empty_store: Path) -> None:
    """More appeals of the same days make its excess look smaller; a load and a rebuild leave it where people saw it."""
    rng = np.random.default_rng(8)
    day = FIRST + timedelta(days=103)
    rows = [
        row(0, KALININGRAD, FIRST + timedelta(days=back, minutes=5 * n), "Ямы и выбоины", answered=60)
        for back in range(104) for n in range(int(rng.poisson(3)) + (9 if back == 103 else 0))
    ]  # fmt: skip
    small.put([{**r, "row_number": n, "external_id": f"A-{n}"} for n, r in enumerate(rows, 1)], "a")
    (first,) = _of_day(day)
    assert first["sensitivity"] in ("calm", "usual")
    more = [row(0, KALININGRAD, FIRST + timedelta(days=back, hours=3, minutes=5 * n), "Ямы и выбоины") for back in range(60, 103) for n in range(2)]
    small.put([{**r, "row_number": n, "external_id": f"B-{n}"} for n, r in enumerate(more, 1)], "b")
    (later,) = _of_day(day)
    assert later["sensitivity"] == first["sensitivity"] and later["p_value"] > 0.005
    rebuild.rebuild(small.quiet)
    (again,) = _of_day(day)
    assert (again["spike_id"], again["sensitivity"]) == (first["spike_id"], first["sensitivity"])


def _of_day(day: datetime) -> list[dict[str, object]]:
    with store.cursor() as cursor:
        frame = cursor.execute("FROM spikes WHERE level = 'municipality_topic' AND last_day >= ?", [day.date()]).df()
    return frame.to_dict("records")  # type: ignore[return-value]
