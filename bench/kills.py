"""Does a process that is killed at any moment lose, double or halve anything? Kills it, many times; prints a table.

    nice python -m bench.kills [--kills 50] [--seed 1] [--rows 5000000 --folder /tmp/pulse-pages]

Each kill takes a store with one batch and a few notes, starts a command or an app that loads a second file (a tenth of
its rows are newer states of the first), rebuilds, or writes to the journal, and sends it SIGKILL at a moment drawn by
the seed: a while after a phase began, or right at a rename, a removal or a line of the journal. Then the store must
open, hold whole batches only, each of them archived, nothing twice; the same file loaded once more, or the app started
once more, must give the very tables that a load without a kill gives; and a rebuild must give them again. With --rows the
store holds so many appeals of bench.pages as well; they came by no batch, so nothing is rebuilt there, and kills fall anywhere
within the phases as long as they last at that size.
"""

import argparse
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from bench import pages
from ingest import commands, jobs, load, rebuild
from queries import rollups, store, writes

CLOCK = "PULSE_BENCH_CLOCK"
SEEN_WHOLE = 100_000
TOWNS = (("Калининградская область", "Калининград"), ("Сахалинская область", "Южно-Сахалинск"))
TOPICS = (("Состояние дорог", "Ямы и выбоины"), ("Водоснабжение и водоотведение", "Горячая вода"))


@dataclass(frozen=True)
class Kill:
    """Where a process dies: `at` is a phase (the beginning of its message) or an event; `after` seconds later."""

    who: str
    verb: str
    at: str
    after: float = 0.0

    def __str__(self) -> str:
        return f"{self.who}, {self.verb}: {self.at}" + (f" + {1000 * self.after:.0f} ms" if self.after else "")


# phase or event, how long it may last at most, seconds
LOAD = {
    "Прочитано строк": 0.1,
    "Сверяем с базой": 0.3,
    "Считаем сроки": 0.1,
    "Разбираем тексты": 0.5,
    "Записываем": 0.4,
    "Ищем всплески": 1.0,
    "rename batches/000002": 0.05,
    "remove pending": 0.0,
}
REBUILD = {
    "Загрузка 1 из": 1.0,
    "Ищем всплески": 1.0,
    "rename rebuilt.duckdb": 0.0,
    "rename pulse.before-rebuild.duckdb": 0.0,
    "rename pulse.duckdb": 0.01,
}
JOURNAL = {"open .jsonl": 0.3, "line written": 0.0}
MOMENTS = [
    *(("command", "load", at, longest) for at, longest in LOAD.items()),
    *(("app", "load", at, longest) for at, longest in LOAD.items()),
    *(("command", "rebuild", at, longest) for at, longest in REBUILD.items()),
    *(("app", "rebuild", at, longest) for at, longest in REBUILD.items()),
    *(("app", "note", at, longest) for at, longest in JOURNAL.items()),
    ("app", "load", "rename .done", 0.0),
    ("app", "load", "rename .running", 0.0),
]


def drawn(count: int, seed: int, ground: "Ground") -> list[Kill]:
    """So many kills: every moment in turn, the delays by the seed."""
    chance = random.Random(seed)
    moments = [moment for moment in MOMENTS if moment[1] != "rebuild" or not ground.stands_on]
    found = [moments[n % len(moments)] for n in range(count)]
    return [Kill(who, verb, at, chance.uniform(0, max(longest, ground.phases.get(at, 0)))) for who, verb, at, longest in found]


def now() -> datetime:
    """The moment at which everything here happens."""
    return datetime.fromisoformat(os.environ.get(CLOCK, "2024-06-14 09:30"))


# the store and its second file ----------------------------------------------------------------------------------------


def write_files(folder: Path, per_day: int = 12) -> tuple[Path, Path]:
    """Fifteen weeks of two towns; the second file brings two spikes and newer states of the last week of the first."""
    chance = random.Random(1)
    rows: list[list[str]] = []
    began = datetime(now().year, now().month, now().day, 9) - timedelta(days=105)
    for back in range(105):
        for town in TOWNS:
            for topic in TOPICS:
                peak = 4 if back > 98 and (town, topic) in zip(TOWNS, TOPICS, strict=True) else 1
                for _n in range(chance.randrange(per_day // 2, per_day + 1) * peak):
                    at = began + timedelta(days=back, minutes=chance.randrange(600))
                    text = f"{topic[1]}: двор, дом {chance.randrange(900)}, просим принять меры, обращение {len(rows)}"
                    rows.append([str(len(rows)), f"{at:%d.%m.%Y %H:%M}", *town, *topic, "Новое", text])
    cut = sum(1 for row in rows if datetime.strptime(row[1], "%d.%m.%Y %H:%M") < began + timedelta(days=91, hours=-9))
    newer = [[*row[:6], "Закрыто", row[7]] for row in rows[cut - cut // 10 : cut]]
    for name, some in (("first.csv", rows[:cut]), ("second.csv", [*newer, *rows[cut:]])):
        with open(folder / name, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(["Номер", "Дата", "Регион", "Муниципалитет", "Группа тем", "Тема", "Статус", "Текст"])
            out.writerows(some)
    return folder / "first.csv", folder / "second.csv"


def use(folder: Path) -> None:
    """Make this process speak of the store in the folder."""
    store.close_store()
    os.environ["PULSE_DB"] = str(folder / "pulse.duckdb")
    store.clock = now


def perform(verb: str, second: Path, progress: load.Progress = lambda share, message: None) -> dict[str, Any]:
    """A command, as it is run by a person."""
    return commands.perform(verb, {"path": str(second), "name": second.name} if verb == "load" else {}, progress)


def tables() -> dict[str, pd.DataFrame]:
    """Every table of the store, sorted; of a very long one the number of its rows and a sum over all that is in them."""
    store.open_store()
    with store.cursor() as cursor:
        names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        wholes = {name: cursor.execute(f"FROM {name} t SELECT count(*) AS rows, sum(hash(t)) AS content").df() for name in names}
        frames = {name: w if w["rows"].item() > SEEN_WHOLE else cursor.execute(f"FROM {name}").df() for name, w in wholes.items()}
    store.close_store()
    return {name: f.sort_values(list(f.columns), ignore_index=True) for name, f in frames.items()}


def check_same(expected: dict[str, pd.DataFrame], found: dict[str, pd.DataFrame]) -> None:
    """Raises AssertionError at the first table that differs."""
    assert expected.keys() == found.keys()
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(frame, found[name], obj=name, check_exact=False, rtol=1e-9)


@dataclass(frozen=True)
class Ground:
    """What every kill starts from and must come back to."""

    folder: Path
    second: Path
    before: dict[str, pd.DataFrame]
    after: dict[str, pd.DataFrame]
    phases: dict[str, float]
    stands_on: Path | None


def prepare(folder: Path, per_day: int = 12, stands_on: Path | None = None) -> Ground:
    """The template of the store, its second file, its tables before and after that is loaded; how long each phase takes."""
    first, second = write_files(folder, per_day)
    if stands_on:
        pages.taken(stands_on, folder / "template")
    use(folder / "template")
    perform("load", first)
    store.open_store()
    writes.save_note(now().date(), "Заметка", spike_id=None, territory_id=1, topic_group_id=None, topic_id=None)
    writes.save_decision(1, "acknowledged", "Решение")
    before = tables()
    shutil.copytree(folder / "template", folder / "whole")
    use(folder / "whole")
    moments: list[tuple[str, float]] = []
    assert perform("load", second, lambda share, message: moments.append((message, time.monotonic())))["updated"] > 0
    moments.append(("", time.monotonic()))
    phases = dict.fromkeys(LOAD, 0.0)
    for (message, began), (_next, ended) in zip(moments, moments[1:], strict=False):
        phases |= {at: phases[at] + ended - began for at in LOAD if message.startswith(at)}
    after = tables()
    assert len(after["spikes"]) > len(before["spikes"])
    return Ground(folder, second, before, after, phases, stands_on)


# the process that dies ------------------------------------------------------------------------------------------------


def _die(after: float) -> None:
    def now() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if after == 0:
        now()
    threading.Timer(after, now).start()


def _watch(kill: Kill) -> load.Progress:
    """Dies at the event of the kill; gives the progress that dies at its phase."""
    armed = [True]

    def arm() -> None:
        if armed:
            armed.clear()
            _die(kill.after)

    event, _space, what = kill.at.partition(" ")
    events = {"rename": ("os.rename", 1), "remove": ("os.remove", 0), "open": ("open", 0)}
    if event in events:
        name, place = events[event]

        def hook(happened: str, arguments: tuple[Any, ...]) -> None:
            if happened == name and str(arguments[place]).endswith(what):
                arm()

        sys.addaudithook(hook)
    if kill.at == "line written":
        append = writes.append

        def append_and_die(entry: dict[str, Any]) -> None:
            append(entry)
            if entry["data"].get("text") == "Решение 7":
                arm()

        writes.append = append_and_die  # type: ignore[assignment]

    def progress(share: float, message: str) -> None:
        if kill.at and message.startswith(kill.at):
            arm()

    return progress


def victim(kill: Kill, second: Path) -> None:
    """Runs in a process of its own, until it dies."""
    store.clock = now
    progress = _watch(kill)
    if kill.who == "command":
        perform(kill.verb, second, progress)
        return
    store.open_store()
    rebuild.catch_up()
    worker = jobs.Worker({name: _watched(verb, progress) for name, verb in commands.VERBS.items()})
    worker.start()
    print("ready", flush=True)
    if kill.verb == "note":
        for number in range(40):
            writes.save_decision(1, "acknowledged", f"Решение {number}")
            print(number, flush=True)
    sys.stdin.read()
    worker.stop()
    store.close_store()


def _watched(verb: jobs.Verb, progress: load.Progress) -> jobs.Verb:
    def run(arguments: dict[str, Any], tell: jobs.Progress) -> dict[str, Any]:
        def both(share: float, message: str) -> None:
            progress(share, message)
            tell(share, message)

        return verb(arguments, both)

    return run


def _start(kill: Kill, second: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.kills", "--victim", json.dumps(asdict(kill)), "--second", str(second)]
    return subprocess.Popen(
        command, cwd=store.ROOT, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not condition() and process.poll() is None:
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def _run_app(kill: Kill, second: Path, hand: bool) -> tuple[bool, int]:
    """An app until it dies or its jobs are done; whether it was killed, how many notes it said it had written."""
    folder = store.paths().jobs
    waiting = [p.stem for p in (*folder.glob("*.job"), *folder.glob("*.running"))]
    process = _start(kill, second)
    assert process.stdout is not None and process.stdin is not None
    if process.stdout.readline() != "ready\n":
        assert process.wait() == -signal.SIGKILL and not hand, "the app did not start"
        return True, 0
    if hand:
        _until(jobs.app_is_alive, process)
        waiting.append(jobs.hand_over(kill.verb, {"path": str(second), "name": second.name} if kill.verb == "load" else {}))
    said = len(process.stdout.readlines()) if kill.verb == "note" else 0
    _until(lambda: all((folder / f"{job}.done").exists() for job in waiting), process)
    process.stdin.close()
    process.wait()
    return process.returncode == -signal.SIGKILL, said


# what must be true ----------------------------------------------------------------------------------------------------


def check_whole(ground: Ground) -> int:
    """The store as the kill left it: opens, whole batches, all archived, nothing twice. Gives the number of batches."""
    found = tables()
    batches = found["batches"]
    newest = batches["batch_id"].max()
    row = batches[batches["batch_id"] == newest].iloc[0]
    store.open_store()
    with store.cursor() as cursor:
        for name in ("appeals", "texts"):
            assert cursor.execute(f"SELECT count(*) = count(DISTINCT appeal_id) FROM {name}").fetchall() == [(True,)], f"{name}: twice"
        came = dict(cursor.execute("SELECT batch_id, count(*) FROM appeals WHERE batch_id > 0 GROUP BY batch_id").fetchall())
        assert not rollups.differences(cursor), "the sums are not those of the appeals"
    store.close_store()
    assert sum(came.values()) == batches["loaded"].sum(), "half a batch"
    assert came[newest] == row["loaded"] + row["updated"], "half a batch"
    archive = {int(p.name): (p / load.PENDING).exists() for p in store.paths().batches.glob("[0-9]*")}
    assert set(batches["batch_id"]) <= archive.keys(), "a batch is not in the archive"
    assert all(archive[own] for own in archive.keys() - set(batches["batch_id"])), "the archive holds what is not in the store"
    assert len(batches) in (1, 2)
    check_same(ground.after if len(batches) == 2 else ground.before, {**found, **_people(ground, found, len(batches))})
    return len(batches)


def _people(ground: Ground, found: dict[str, pd.DataFrame], batches: int) -> dict[str, pd.DataFrame]:
    """Decisions are what the journal kills add to; they are counted apart."""
    expected = ground.after if batches == 2 else ground.before
    return {"decisions": expected["decisions"]} if len(found["decisions"]) != len(expected["decisions"]) else {}


def suffer(kill: Kill, ground: Ground, place: Path) -> str:
    """One kill and everything that must be true after it; gives what happened. Raises AssertionError."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(ground.folder / "template", place)
    use(place)
    said = 0
    if kill.who == "command":
        process = _start(kill, ground.second)
        process.communicate()
        killed = process.returncode == -signal.SIGKILL
        assert killed or process.returncode == 0
    else:
        killed, said = _run_app(kill, ground.second, hand=kill.verb != "note")
    batches = check_whole(ground)
    if kill.who == "app":
        _run_app(Kill("app", "start", ""), ground.second, hand=False)
        for done in store.paths().jobs.glob("*.done"):
            assert "error" not in (told := json.loads(done.read_text(encoding="utf-8"))), told["error"]
    report = perform("load", ground.second)
    if kill.verb == "load" and kill.who == "app":
        assert report["seen_before"], "the app did not take its job up again"
    whole = tables()
    if kill.verb == "note":
        written = whole["decisions"]["text"].tolist()
        assert len(written) == len(set(written)), "an entry twice"
        assert {f"Решение {n}" for n in range(said)} <= set(written), "an entry is lost"
        check_same(ground.after, {**whole, "decisions": ground.after["decisions"]})
    else:
        check_same(ground.after, whole)
    assert sorted(p.name for p in store.paths().batches.iterdir()) == ["000001", "000002"]
    if not ground.stands_on:
        perform("rebuild", ground.second)
        check_same(whole, tables())
    return ("killed" if killed else "ended before") + f", {'old' if batches == 1 else 'new'} state"


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victim")
    parser.add_argument("--second", type=Path)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/pulse-pages"))
    told = parser.parse_args()
    if told.victim:
        victim(Kill(**json.loads(told.victim)), told.second)
        return
    stands_on = told.folder / str(told.rows) if told.rows else None
    if stands_on:
        os.environ |= {CLOCK: pages.AS_OF.isoformat(" "), "PULSE_DB": str(stands_on / "pulse.duckdb")}
        pages.filled(stands_on, told.rows, False)
    with tempfile.TemporaryDirectory(prefix="pulse-kills-") as folder:
        ground = prepare(Path(folder), stands_on=stands_on)
        print(f"batches {list(ground.after['batches']['loaded'])}, spikes {len(ground.after['spikes'])}", flush=True)
        print(", ".join(f"{at}: {seconds:.1f} s" for at, seconds in ground.phases.items() if seconds), flush=True)
        outcomes: dict[str, int] = {}
        for number, kill in enumerate(drawn(told.kills, told.seed, ground), 1):
            try:
                outcome = suffer(kill, ground, Path(folder) / "store")
            except AssertionError as error:
                outcome = f"WRONG: {str(error).splitlines()[0] if str(error) else 'assertion'}"
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            print(f"{number:>4}  {str(kill):<62} {outcome}", flush=True)
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:>4}  {outcome}")


if __name__ == "__main__":
    main()
