"""A command while the app runs: handed over, followed, stopped, put back; one worker, one process."""

import csv
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from ingest import commands, jobs
from ingest.demo import build as demo
from queries import store
from queries.store import ROOT
from tests import small

DEADLINE = 60


def until(condition: Callable[[], Any]) -> Any:
    """What the condition gives once it gives something."""
    end = time.time() + DEADLINE
    while time.time() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("waited too long")


@pytest.fixture
def worker(empty_store: Path) -> Iterator[Callable[..., jobs.Worker]]:
    """Starts the app's worker with the verbs given; ended with the test."""
    started: list[jobs.Worker] = []

    def start(**verbs: jobs.Verb) -> jobs.Worker:
        own = jobs.Worker({**commands.VERBS, **verbs})
        started.append(own)
        own.start()
        until(jobs.app_is_alive)
        return own

    store.open_store()
    yield start
    for own in started:
        own.stop()


def csv_file(folder: Path, rows: int = 3, name: str = "table.csv") -> Path:
    """A small table as people have it."""
    path = folder / name
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Номер", "Дата", "Регион", "Муниципалитет", "Тема", "Статус", "Текст"])
        for n in range(rows):
            out.writerow([n, "10.06.2024 12:00", "Калининградская область", "Калининград", "Ямы и выбоины", "Новое", f"Яма у дома {n}"])
    return path


def count(table: str = "appeals") -> int:
    with store.cursor() as cursor:
        return (cursor.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,))[0]


def test_a_load_is_handed_to_the_app_that_holds_the_file(worker: Callable[..., jobs.Worker], tmp_path: Path) -> None:
    worker()
    seen: list[tuple[float, str]] = []
    job = jobs.hand_over("load", {"path": str(csv_file(tmp_path)), "name": "table.csv"})
    outcome = jobs.wait(job, lambda share, message: seen.append((share, message)))
    assert outcome.error is None and outcome.answer is not None
    assert (outcome.answer["read"], outcome.answer["loaded"], outcome.answer["first_day"]) == (3, 3, "2024-06-10")
    assert count() == 3 and seen and all(0 <= share <= 1 and message for share, message in seen)
    assert jobs.state(job) == outcome
    assert not list(store.paths().jobs.glob("*.job")) + list(store.paths().jobs.glob("*.running"))


def test_jobs_run_one_after_another_in_their_order(worker: Callable[..., jobs.Worker]) -> None:
    order: list[int] = []
    busy = []

    def verb(arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        busy.append(1)
        assert len(busy) == 1
        time.sleep(0.05)
        order.append(arguments["n"])
        busy.pop()
        return {}

    worker(note=verb)
    handed = [jobs.hand_over("note", {"n": n}) for n in range(5)]
    assert all(jobs.wait(job, small.quiet).error is None for job in handed)
    assert order == list(range(5))


def test_a_job_is_stopped_and_leaves_the_store_as_it_was(worker: Callable[..., jobs.Worker]) -> None:
    reached = []

    def endless(_arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        def watched(share: float, message: str) -> None:
            reached.append(share)
            progress(share, message)

        def parts() -> Iterator[Any]:
            number = 0
            while True:
                number += 1
                yield small.part([small.row(number, small.KALININGRAD, "06-10 12:00")])

        return {"loaded": commands.load.load(parts(), small.label(), watched).loaded}

    worker(endless=endless)
    job = jobs.hand_over("endless", {})
    until(lambda: len(reached) > 3)
    jobs.cancel(job)
    assert jobs.wait(job, small.quiet).error == "Остановлено. База осталась прежней."
    assert count() == count("batches") == 0 and list(store.paths().batches.iterdir()) == []


def test_a_stop_that_comes_too_late_does_not_deny_the_load(worker: Callable[..., jobs.Worker], tmp_path: Path) -> None:
    def late(arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        def watched(share: float, message: str) -> None:
            if share >= 1:  # the transaction has been committed
                for running in store.paths().jobs.glob("*.running"):
                    jobs.cancel(running.stem)
            progress(share, message)

        return commands.load_file(arguments, watched)

    worker(late=late)
    outcome = jobs.wait(jobs.hand_over("late", {"path": str(csv_file(tmp_path))}), small.quiet)
    assert count() == 3
    assert outcome.error is None and outcome.answer is not None and outcome.answer["loaded"] == 3


def test_what_goes_wrong_is_told_and_the_worker_goes_on(worker: Callable[..., jobs.Worker], tmp_path: Path) -> None:
    def broken(_arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        raise RuntimeError("место на диске кончилось")

    worker(broken=broken)
    assert jobs.wait(jobs.hand_over("broken", {}), small.quiet).error == "место на диске кончилось"
    (tmp_path / "bad.xlsx").write_bytes(b"not a workbook")
    refused = jobs.wait(jobs.hand_over("load", {"path": str(tmp_path / "bad.xlsx")}), small.quiet)
    assert refused.error and refused.answer is None
    assert jobs.wait(jobs.hand_over("no such verb", {}), small.quiet).error
    (store.paths().jobs / "00000000000000000000-spoilt.job").write_text("{", encoding="utf-8")
    assert jobs.wait(jobs.hand_over("load", {"path": str(csv_file(tmp_path))}), small.quiet).error is None


def test_a_demo_takes_no_real_data_unless_told(worker: Callable[..., jobs.Worker], tmp_path: Path) -> None:
    with store.transaction() as cursor:
        cursor.execute("UPDATE meta SET value = 'demo' WHERE key = 'kind'")
    (store.paths().folder / demo.TRUTH).write_text("{}", encoding="utf-8")
    worker()
    arguments = {"path": str(csv_file(tmp_path))}
    refused = jobs.wait(jobs.hand_over("load", arguments), small.quiet)
    assert refused.error and "--new-store" in refused.error and store.is_demo()
    taken = jobs.wait(jobs.hand_over("load", {**arguments, "new_store": True}), small.quiet)
    assert taken.error is None and not store.is_demo() and count() == 3
    (aside,) = store.paths().folder.glob("aside-*")
    assert {p.name for p in aside.iterdir()} >= {"pulse.duckdb", demo.TRUTH}


def test_an_interrupted_job_is_put_back_at_the_next_start(worker: Callable[..., jobs.Worker], tmp_path: Path) -> None:
    folder = store.paths().jobs
    folder.mkdir()
    task = {"verb": "load", "arguments": {"path": str(csv_file(tmp_path))}}
    (folder / "00000000000000000001-aaaaaa.running").write_text(json.dumps(task), encoding="utf-8")
    worker()
    assert jobs.wait("00000000000000000001-aaaaaa", small.quiet).answer["loaded"] == 3  # type: ignore[index]
    # it had been done before the crash after all: the same file is known by its content
    (folder / "00000000000000000002-bbbbbb.running").write_text(json.dumps(task), encoding="utf-8")
    worker()
    again = jobs.wait("00000000000000000002-bbbbbb", small.quiet).answer
    assert again is not None and again["seen_before"] and count() == 3


def test_files_in_the_inbox_wait_for_the_app_and_are_loaded_at_its_start(worker: Callable[..., jobs.Worker]) -> None:
    inbox = store.paths().inbox
    inbox.mkdir()
    for n in range(3):
        path = csv_file(inbox, rows=n + 1, name=f"{n}.csv")
        os.utime(path, (time.time() - 60, time.time() - 60))
    (inbox / ".unfinished").touch()
    worker()
    until(lambda: count("batches") == 3)
    assert [p.name for p in inbox.iterdir()] == [".unfinished"]
    with store.cursor() as cursor:
        assert cursor.execute("SELECT name FROM batches ORDER BY name").fetchall() == [("0.csv",), ("1.csv",), ("2.csv",)]


def test_there_is_one_worker_whatever_happens_to_the_caches(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_worker", None)
    store.open_store()
    first = jobs.ensure_worker()
    try:
        st.cache_resource.clear()
        st.cache_data.clear()
        assert jobs.ensure_worker() is first
        assert sorted(t.name for t in threading.enumerate() if t.name.startswith("pulse-")) == ["pulse-_beat", "pulse-_work"]
    finally:
        first.stop()
    assert not jobs.app_is_alive()


def test_without_a_running_app_nothing_is_handed_over(empty_store: Path) -> None:
    with pytest.raises(jobs.NoApp):
        jobs.hand_over("load", {})
    jobs._put(store.paths().app_state, {"pid": 1, "heartbeat": time.time() - 60})
    with pytest.raises(jobs.NoApp):
        jobs.hand_over("load", {})
    assert not store.paths().jobs.exists()
    with pytest.raises(jobs.NoApp):
        jobs.wait("nothing", small.quiet)
    assert jobs.state("nothing") == (0.0, "Ждёт очереди")


# two processes --------------------------------------------------------------------------------------------------------

HOLDER = """
import sys, time
from ingest import jobs
from queries import store
store.open_store()
if sys.argv[1] == "app":
    jobs.ensure_worker()
    while not jobs.app_is_alive():
        time.sleep(0.01)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(empty_store: Path) -> Iterator[Callable[[str], int]]:
    """Another process that holds the file, as an app or just so; gives its number."""
    running: list[subprocess.Popen[str]] = []

    def hold(kind: str) -> int:
        process = subprocess.Popen([sys.executable, "-c", HOLDER, kind], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        return process.pid

    yield hold
    for process in running:
        process.kill()
        process.communicate()


def test_a_second_process_is_told_who_holds_the_file(held: Callable[[str], int], tmp_path: Path) -> None:
    pid = held("alone")
    with pytest.raises(store.StoreBusy) as busy:
        store.open_store()
    assert busy.value.pid == pid
    with pytest.raises(RuntimeError, match=f"PID {pid}"):
        commands.perform("load", {"path": str(csv_file(tmp_path))}, small.quiet)


def test_a_command_runs_through_the_app_that_holds_the_file(held: Callable[[str], int], tmp_path: Path) -> None:
    held("app")
    answer = commands.perform("load", {"path": str(csv_file(tmp_path)), "name": "table.csv"}, small.quiet)
    assert (answer["loaded"], answer["name"]) == (3, "table.csv")
    with pytest.raises(RuntimeError, match="."):
        commands.perform("load", {"path": str(tmp_path / "missing.csv")}, small.quiet)


def test_the_command_line_prints_the_account(empty_store: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "load", str(path), "--json"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    answer = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert {"read", "loaded", "updated", "duplicates", "stale", "rejected", "first_day", "last_day", "batch_id"} <= answer.keys()
    assert (answer["read"], answer["loaded"]) == (3, 3)
    (tmp_path / "bad.csv").write_text("", encoding="utf-8")
    failed = subprocess.run(
        [sys.executable, "-m", "ingest", "load", str(tmp_path / "bad.csv"), "--json"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert failed.returncode == 1 and json.loads(failed.stdout)["error"]


def test_a_file_taken_from_the_inbox_becomes_a_job_even_before_the_first_heartbeat(empty_store: Path) -> None:
    inbox = store.paths().inbox
    inbox.mkdir()
    path = csv_file(inbox)
    os.utime(path, (time.time() - 60, time.time() - 60))
    store.paths().jobs.mkdir()
    assert not jobs.app_is_alive()
    jobs.Worker({})._take_inbox()
    (job,) = store.paths().jobs.glob("*.job")
    assert Path(json.loads(job.read_text("utf-8"))["arguments"]["path"]).exists() and not path.exists()
