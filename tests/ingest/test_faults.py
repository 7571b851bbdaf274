"""What may go wrong around the store: a full disk, a folder closed to writing, a spoilt or lost file, two apps, an app
that goes away, a stop at any phase. Told in words, and the store is as it was."""

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ingest import commands, jobs, load, rebuild
from ingest.sources.part import Reject
from queries import store, writes
from queries.store import ROOT
from tests import small
from tests.small import KALININGRAD, SAKHALIN, part, row

MB = 1 << 20


def tables() -> dict[str, pd.DataFrame]:
    """Every table of the store, sorted, without the moment the file was made; the file is let go of."""
    with store.cursor() as cursor:
        names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        frames = {name: cursor.execute(f"FROM {name}").df() for name in names}
    store.close_store()
    frames["meta"] = frames["meta"][frames["meta"]["key"] != "created_at"]
    return {name: f.sort_values(list(f.columns), ignore_index=True) for name, f in frames.items()}


def same(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> None:
    assert before.keys() == after.keys()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name], obj=name, check_exact=False, rtol=1e-9)


def crowd(count: int = 4000) -> list[dict[str, Any]]:
    return [
        row(10_000 + n, KALININGRAD, datetime(2024, 4, 1) + timedelta(minutes=7 * n), text=f"Яма номер {n} на дороге") for n in range(count)
    ]


def csv_file(folder: Path, rows: int = 4000) -> Path:
    path = folder / "table.csv"
    lines = [f"{n};10.06.2024 12:00;Калининградская область;Калининград;Ямы и выбоины;Новое;Яма у дома {n}" for n in range(rows)]
    path.write_text("\n".join(["Номер;Дата;Регион;Муниципалитет;Тема;Статус;Текст", *lines]), encoding="utf-8")
    return path


def command(*words: str, **more: Any) -> tuple[int, dict[str, Any], str]:
    """A command of a person: its exit code, its answer, what it wrote besides."""
    done = subprocess.run([sys.executable, "-m", "ingest", *words, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=300, **more)
    return done.returncode, json.loads(done.stdout), done.stderr


def archive() -> list[str]:
    return sorted(str(p.relative_to(store.paths().batches)) for p in store.paths().batches.rglob("*"))


# a full disk, a closed folder -----------------------------------------------------------------------------------------


def mounted(place: Path, options: str) -> bool:
    """Put a small disk there, where this system and this user can."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    place.mkdir(exist_ok=True)
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True).returncode == 0


@pytest.fixture
def disk(store_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small disk of its own with the small store on it."""
    place = tmp_path / "disk"
    if not mounted(place, "size=40m"):
        pytest.skip("a small disk cannot be mounted here")
    try:
        shutil.copytree(store_file.parent, place / "store")
        monkeypatch.setenv("PULSE_DB", str(place / "store" / "pulse.duckdb"))
        yield place
    finally:
        store.close_store()
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, leave: int) -> Path:
    """Fill the disk but for so many bytes."""
    free = shutil.disk_usage(disk).free
    filler = disk / "filler"
    with open(filler, "wb") as file:
        file.write(b"\0" * max(free - leave, 0))
    return filler


@pytest.mark.parametrize("leave", [0, 40_000, 400_000, 2 * MB])
def test_a_full_disk_is_told_and_changes_nothing(disk: Path, tmp_path: Path, leave: int) -> None:
    before, held, path = tables(), archive(), csv_file(tmp_path)
    filler = fill(disk, leave)
    code, answer, errors = command("load", str(path))
    if leave <= 400_000:
        assert code == 1
    if code == 1:
        assert "На диске кончилось место" in answer["error"] and "База осталась прежней" in answer["error"]
        assert "Traceback" not in errors
        filler.unlink()
        same(before, tables())
        load.settle()
        assert archive() == held
        store.close_store()
        code, answer, errors = command("load", str(path))
    assert (code, answer["loaded"], answer["batch_id"]) == (0, 4000, 2), errors


def test_a_file_that_may_not_grow_is_told_and_changes_nothing(store_file: Path, tmp_path: Path) -> None:
    """A quota: the same as a full disk, where none can be mounted."""
    before, held, path = tables(), archive(), csv_file(tmp_path)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    code, answer, errors = command("load", str(path), preexec_fn=limited)
    assert code == 1 and "На диске кончилось место" in answer["error"] and "Traceback" not in errors
    same(before, tables())
    load.settle()
    assert archive() == held


def test_the_app_outlives_a_full_disk(disk: Path, tmp_path: Path) -> None:
    before, path = tables(), csv_file(tmp_path)
    store.open_store()
    worker = jobs.Worker(commands.VERBS)
    worker.start()
    try:
        until(jobs.app_is_alive)
        filler = fill(disk, 150_000)
        outcome = jobs.wait(jobs.hand_over("load", {"path": str(path)}), small.quiet)
        assert outcome.error is not None and "На диске кончилось место" in outcome.error
        filler.unlink()
        assert jobs.app_is_alive()
        with store.cursor() as cursor:
            assert cursor.execute("SELECT count(*) FROM appeals").fetchone() == (len(before["appeals"]),)
        again = jobs.wait(jobs.hand_over("load", {"path": str(path)}), small.quiet)
        assert again.answer is not None and again.answer["loaded"] == 4000
    finally:
        worker.stop()


def test_a_folder_closed_to_writing_is_told(disk: Path, tmp_path: Path) -> None:
    before, path = tables(), csv_file(tmp_path, 3)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for words in (["load", str(path)], ["rebuild"]):
        code, answer, errors = command(*words)
        assert code == 1 and "Нет права писать" in answer["error"] and "Traceback" not in errors
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    same(before, tables())
    assert command("load", str(path))[0] == 0


# a spoilt or lost file ------------------------------------------------------------------------------------------------


def spoil_all(file: Path) -> None:
    file.write_bytes(b"\x00\xffnot a database" * 4000)


def spoil_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def spoil_blocks(file: Path) -> None:
    """The beginning is sound, so that the file opens; what lies behind is not."""
    content = bytearray(file.read_bytes())
    for at in range(12_288 + 4096, len(content), 65_536):
        content[at : at + 64] = b"\xff" * 64
    file.write_bytes(content)


@pytest.mark.parametrize("spoil", [spoil_all, spoil_half, spoil_blocks])
def test_a_spoilt_file_is_told_and_made_again(store_file: Path, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    writes.save_note(small.CLOCK.date(), "Заметка", spike_id=None, territory_id=2301, topic_group_id=None, topic_id=None)
    before, path = tables(), csv_file(tmp_path, 3)
    spoil(store_file)
    code, answer, errors = command("load", str(path))
    assert code == 1 and "Файл базы повреждён" in answer["error"] and "ingest rebuild" in answer["error"]
    assert "Traceback" not in errors
    code, answer, errors = command("rebuild")
    assert (code, answer) == (0, {"batches": 1, "entries": 1}), errors
    same(before, tables())


def test_a_lost_file_is_not_replaced_by_an_empty_one(store_file: Path, tmp_path: Path) -> None:
    before, held = tables(), archive()
    store_file.unlink()
    code, answer, _errors = command("load", str(csv_file(tmp_path, 3)))
    assert code == 1 and "ingest rebuild" in answer["error"]
    assert archive() == held and not store_file.exists()
    assert command("rebuild")[0] == 0
    same(before, tables())


def test_an_older_copy_of_the_file_does_not_take_over_the_archive(store_file: Path, tmp_path: Path) -> None:
    store.close_store()
    older = shutil.copy(store_file, tmp_path / "older")
    small.put([row(900, KALININGRAD, "06-10 12:00")], "later")
    after, held = tables(), archive()
    shutil.copy(older, store_file)
    with pytest.raises(load.ArchiveAhead, match="ingest rebuild"):
        small.put([row(901, KALININGRAD, "06-10 12:00")], "other")
    assert archive() == held
    rebuild.rebuild(small.quiet)
    same(after, tables())


def test_an_archived_batch_that_never_committed_is_dropped(store_file: Path) -> None:
    small.put([row(900, KALININGRAD, "06-10 12:00")], "a")
    before, held = tables(), archive()
    left = store.paths().batches / "000003"
    shutil.copytree(store.paths().batches / "000002", left)
    (left / load.PENDING).touch()
    (store.paths().batches / "000002" / load.PENDING).touch()  # this one did commit
    rebuild.rebuild(small.quiet)
    assert archive() == held
    same(before, tables())


# two of them, and one that goes ---------------------------------------------------------------------------------------


APP = """
import sys, time
from ingest import commands, jobs, load
from queries import store
store.open_store()
def slow(arguments, progress):
    for n in range(1000):
        progress(0.1, f"шаг {n}")
        time.sleep(0.05)
worker = jobs.Worker({**commands.VERBS, "slow": slow})
worker.start()
while not jobs.app_is_alive():
    time.sleep(0.01)
print("ready", flush=True)
sys.stdin.read()
"""


def until(condition: Callable[[], Any]) -> Any:
    end = time.time() + 60
    while time.time() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("waited too long")


@pytest.fixture
def other_app(store_file: Path) -> Iterator[subprocess.Popen[str]]:
    """An app in another process that holds the file."""
    process = subprocess.Popen([sys.executable, "-c", APP], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_app_says_who_holds_the_file_and_disturbs_nobody(other_app: subprocess.Popen[str], tmp_path: Path) -> None:
    second = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not second.exception
    assert [f"файл базы занят процессом PID {other_app.pid}" in e.value for e in second.error] == [True]
    assert json.loads(store.paths().app_state.read_text("utf-8"))["pid"] == other_app.pid
    assert commands.perform("load", {"path": str(csv_file(tmp_path, 3))}, small.quiet)["loaded"] == 3


def test_a_command_whose_app_goes_away_says_that_its_job_stays(other_app: subprocess.Popen[str]) -> None:
    told: list[str] = []
    started = threading.Event()

    def run() -> None:
        try:
            commands.perform("slow", {}, lambda share, message: started.set())
        except RuntimeError as error:
            told.append(str(error))

    waiting = threading.Thread(target=run)
    waiting.start()
    assert started.wait(60)
    other_app.kill()
    waiting.join(60)
    assert len(told) == 1 and "Задание сохранено" in told[0] and "при следующем запуске" in told[0] and "PID" not in told[0]
    done = []
    store.open_store()
    worker = jobs.Worker({"slow": lambda arguments, progress: done.append(1) or {}})  # type: ignore[func-returns-value]
    worker.start()
    until(lambda: done)
    worker.stop()
    assert not list(store.paths().jobs.glob("*.running"))


def test_what_only_the_journal_holds_comes_into_the_tables_at_the_next_start(store_file: Path, tmp_path: Path) -> None:
    entry = writes._entry("decision", "аналитик", {"spike_id": 1, "kind": "acknowledged", "text": "Перед сбоем"})
    writes.append(entry)  # killed before the commit
    for n in range(2):
        commands.perform("load", {"path": str(csv_file(tmp_path, n + 1))}, small.quiet)
        assert tables()["decisions"]["text"].tolist() == ["Перед сбоем"]
    before = tables()
    rebuild.rebuild(small.quiet)
    same(before, tables())


# pieces, pace, stops --------------------------------------------------------------------------------------------------


PHASES = ["Просматриваем файл", "Сверяем файл с загруженными", "Прочитано строк", "Сверяем с базой", "Считаем сроки", "Разбираем тексты", "Записываем", "Ищем всплески"]


@pytest.mark.parametrize("phase", PHASES)
def test_a_job_stopped_in_any_phase_leaves_the_store_as_it_was(store_file: Path, tmp_path: Path, phase: str) -> None:
    table = csv_file(tmp_path, 500)
    before, held = tables(), archive()
    shares: list[float] = []

    def stopped(_arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        def watched(share: float, message: str) -> None:
            shares.append(share)
            if message.startswith(phase):
                (job,) = store.paths().jobs.glob("*.running")
                jobs.cancel(job.stem)
            progress(share, message)

        return commands.load_file({"path": str(table)}, watched)

    store.open_store()
    worker = jobs.Worker({"stopped": stopped})
    worker.start()
    try:
        until(jobs.app_is_alive)
        outcome = jobs.wait(jobs.hand_over("stopped", {}), small.quiet)
    finally:
        worker.stop()
    assert outcome.error == "Остановлено. База осталась прежней." and shares == sorted(shares)
    same(before, tables())
    assert archive() == held


def test_the_size_of_pieces_changes_nothing(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*small.rows(), *(row(5000 + n, SAKHALIN, "06-10 12:00", text="Одинаковый текст") for n in range(30))]
    pieces = [part(rows, rejects=tuple(Reject(n, "нет даты", "{}") for n in range(20)))]
    kept = shutil.copytree(empty_store.parent, empty_store.parent.with_name("kept"))
    load.load(pieces, small.label("a"), small.quiet)
    whole = tables()
    assert len(whole["rejects"]) == 20 and whole["texts"]["keys"].notna().sum() == len(rows)
    monkeypatch.setenv("PULSE_DB", str(kept / "pulse.duckdb"))
    monkeypatch.setattr(load, "PIECE_ROWS", 7)
    monkeypatch.setattr(load, "STAGE_ROWS", 9)
    load.load(pieces, small.label("a"), small.quiet)
    same(whole, tables())


def test_the_pace_of_reading_is_told(empty_store: Path) -> None:
    def slow() -> Iterator[load.Part]:
        for n in range(4):
            time.sleep(0.05)
            yield part([row(10 * n + m, KALININGRAD, "06-10 12:00") for m in range(10)])

    seen: list[tuple[float, str]] = []
    load.load(slow(), small.label("a"), lambda share, message: seen.append((share, message)), total=40)
    first, last = seen[0][1], seen[3][1]
    assert first.startswith("Прочитано строк: 10 из примерно 40, ") and " в секунду, осталось " in first
    assert last.startswith("Прочитано строк: 40 из примерно 40, ") and last.endswith(" в секунду")
    assert [share for share, _message in seen[:4]] == [load.COMPARING * n / 4 for n in (1, 2, 3, 4)]
