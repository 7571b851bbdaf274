"""Commands while the app runs. One process holds the database file; a command that finds it held hands its work over
as a job file, and the app's one worker runs the same function.

jobs/<id>.job (verb, arguments) is claimed by renaming it to <id>.running; <id>.progress and <id>.done are written for
the command that waits. Jobs left running by a crash are put back at the next start: loads are known by their content.
"""

import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queries import store
from words import _

log = logging.getLogger("pulse.jobs")
Progress = Callable[[float, str], None]
Verb = Callable[[dict[str, Any], Progress], dict[str, Any]]
HEARTBEAT_SECONDS = 1.0
ALIVE_SECONDS = 5.0
KEEP_FINISHED_SECONDS = 7 * 24 * 3600
KEEP_CHOSEN_SECONDS = 24 * 3600
NOT_LOADED = "не загружено"


class NoApp(Exception):
    """The file is held, but no running app answers."""


class AppGone(NoApp):
    """The app went away while a command waited; the job stays and runs at its next start."""

    def __init__(self) -> None:
        super().__init__(_("Приложение остановилось, пока команда ждала. Задание сохранено и выполнится при следующем запуске приложения."))


@dataclass(frozen=True)
class Outcome:
    """How a job ended: its answer, or a message in Russian."""

    answer: dict[str, Any] | None
    error: str | None


def _put(path: Path, content: dict[str, Any]) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    unfinished.write_text(json.dumps(content, ensure_ascii=False, default=str), encoding="utf-8")
    os.replace(unfinished, path)


def _get(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None


def app_is_alive() -> bool:
    """Whether an app with a fresh heartbeat holds this store."""
    state = _get(store.paths().app_state)
    return state is not None and abs(time.time() - state["heartbeat"]) <= ALIVE_SECONDS


def hand_over(verb: str, arguments: dict[str, Any]) -> str:
    """Leave a job for the running app; returns its id. Raises NoApp."""
    if not app_is_alive():
        raise NoApp
    return _queue(verb, arguments)


def _queue(verb: str, arguments: dict[str, Any]) -> str:
    job = f"{time.time_ns():020}-{uuid.uuid4().hex[:6]}"
    _put(store.paths().jobs / f"{job}.job", {"verb": verb, "arguments": arguments})
    return job


def wait(job: str, progress: Progress) -> Outcome:
    """Follow a job to its end. Raises AppGone."""
    folder = store.paths().jobs
    last = None
    while True:
        done = _get(folder / f"{job}.done")
        if done is not None:
            return Outcome(done.get("answer"), done.get("error"))
        state = _get(folder / f"{job}.progress")
        if state is not None and state != last:
            progress(state["share"], state["message"])
            last = state
        if not app_is_alive():
            raise AppGone
        time.sleep(0.2)


def cancel(job: str) -> None:
    """Ask for a job to stop; it leaves the store as it was."""
    _put(store.paths().jobs / f"{job}.cancel", {})


def state(job: str) -> tuple[float, str] | Outcome:
    """How far a job is: its share and message, or its outcome."""
    done = _get(store.paths().jobs / f"{job}.done")
    if done is not None:
        return Outcome(done.get("answer"), done.get("error"))
    now = _get(store.paths().jobs / f"{job}.progress")
    return (now["share"], now["message"]) if now else (0.0, "Ждёт очереди")


def wait_briefly(job: str, seconds: float) -> Outcome | None:
    """The outcome of a job that should be quick; None when it is not there yet after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        now = state(job)
        if isinstance(now, Outcome):
            return now
        if time.monotonic() > until:
            return None
        time.sleep(0.05)


def send_file(verb: str, arguments: dict[str, Any], name: str, content: bytes, seconds: float) -> tuple[dict[str, Any] | None, str | None]:
    """Hand a file a reader sent to the worker (its path and name are added to the arguments) and wait: the answer, or what went
    wrong, or neither when it is still at work after `seconds`."""
    path = store.paths().jobs / "files" / f"{uuid.uuid4().hex}{Path(name).suffix[:8]}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        outcome = wait_briefly(hand_over(verb, arguments | {"path": str(path), "name": name}), seconds)
    except NoApp:
        return None, _("Приложение занято перезапуском. Повторите через минуту.")
    return (outcome.answer, outcome.error) if outcome else (None, None)


class Stopped(BaseException):
    """Raised inside a job whose cancel file appeared; like KeyboardInterrupt, nobody takes it for an error on the way."""


class Worker:
    """The app's one worker: a heartbeat, and jobs one after another."""

    def __init__(self, verbs: dict[str, Verb]):
        self._verbs = verbs
        self._stop = threading.Event()
        self._folder = store.paths().jobs
        self._threads = [threading.Thread(target=t, daemon=True, name=f"pulse-{t.__name__}") for t in (self._beat, self._work)]

    def start(self) -> None:
        """Put interrupted jobs back and begin."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for interrupted in self._folder.glob("*.running"):
            os.replace(interrupted, interrupted.with_suffix(".job"))
        for old in self._folder.glob("*.*"):
            if old.suffix in (".done", ".progress", ".cancel") and time.time() - old.stat().st_mtime > KEEP_FINISHED_SECONDS:
                old.unlink(missing_ok=True)
        self._remove_forgotten_files()
        self._beat_once()
        for thread in self._threads:
            thread.start()

    def _remove_forgotten_files(self) -> None:
        """Files that were chosen but never loaded are not kept: they hold personal data as it came."""
        wanted = {(_get(job) or {}).get("arguments", {}).get("path") for job in self._folder.glob("*.job")}
        for file in (self._folder / "files").glob("*"):
            if str(file) not in wanted and time.time() - file.stat().st_mtime > KEEP_CHOSEN_SECONDS:
                file.unlink(missing_ok=True)

    def stop(self) -> None:
        """End after the job at hand."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        store.paths().app_state.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            self._beat_once()

    def _beat_once(self) -> None:
        with suppress(OSError):  # a full disk: the next beat may find room
            _put(store.paths().app_state, {"pid": os.getpid(), "heartbeat": time.time()})

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._take_inbox()
                waiting = sorted(self._folder.glob("*.job"))
                if waiting:
                    running = waiting[0].with_suffix(".running")
                    os.replace(waiting[0], running)
                    self._run(running)
                    continue
            except OSError as error:
                log.warning(store.why(error))
            self._stop.wait(0.2)

    def _take_inbox(self) -> None:
        """A file dropped into the inbox is a load job once it has stopped growing."""
        inbox = store.paths().inbox
        if not inbox.is_dir():
            return
        for file in sorted(p for p in inbox.iterdir() if p.is_file() and not p.name.startswith(".")):
            if time.time() - file.stat().st_mtime > 2:
                taken = self._folder / "files" / f"{uuid.uuid4().hex[:8]}-{file.name}"
                taken.parent.mkdir(exist_ok=True)
                os.replace(file, taken)
                _queue("load", {"path": str(taken), "name": file.name, "inbox": True})

    def _run(self, running: Path) -> None:
        job = running.stem
        task = _get(running) or {}
        last_written = 0.0

        def progress(share: float, message: str) -> None:
            nonlocal last_written
            if share < 1 and (self._folder / f"{job}.cancel").exists():
                raise Stopped  # at 1 the work is committed
            if time.time() - last_written > 0.2 or share >= 1:
                last_written = time.time()
                _put(self._folder / f"{job}.progress", {"share": share, "message": message})

        try:
            progress(0.0, "Начинаем")
            answer: dict[str, Any] = {"answer": self._verbs[task["verb"]](task["arguments"], progress)}
        except Stopped:
            answer = {"error": "Остановлено. База осталась прежней."}
        except Exception as error:  # noqa: BLE001 - whatever fails in a job must reach the command that waits for it
            answer = {"error": store.why(error)}
        while not self._told(job, answer):
            if self._stop.wait(1):
                return
        running.unlink(missing_ok=True)
        if task.get("verb") in ("load", "readings", "register"):
            self._clear(task["arguments"], answer.get("error"))

    def _clear(self, arguments: dict[str, Any], error: str | None) -> None:
        """The file as it came holds personal data: it is removed once loaded. One from the inbox that was refused goes
        back to a folder there, with the reason beside it."""
        file = Path(arguments["path"])
        if file.parent != self._folder / "files" or not file.exists():
            return
        if error and arguments.get("inbox"):
            refused = store.paths().inbox / NOT_LOADED
            refused.mkdir(exist_ok=True)
            os.replace(file, refused / arguments["name"])
            (refused / f"{arguments['name']}.причина.txt").write_text(error + "\n", encoding="utf-8")
        file.unlink(missing_ok=True)

    def _told(self, job: str, answer: dict[str, Any]) -> bool:
        """Write the outcome; False while the disk is full."""
        with suppress(OSError):
            _put(self._folder / f"{job}.done", answer)
            return True
        return False


_added: dict[str, Verb] = {}


def add_verb(name: str, verb: Verb) -> None:
    """Let commands and the worker run a verb of a package that ingest must not know."""
    _added[name] = verb


def added_verbs() -> dict[str, Verb]:
    """Verbs of other packages by name."""
    return dict(_added)


_worker: Worker | None = None
_gate = threading.Lock()


def ensure_worker() -> Worker:
    """The one worker of this process; made at the first call, whatever happens to the app's caches."""
    from ingest.commands import VERBS  # commands hand work over through this module
    from ingest.rebuild import catch_up

    global _worker
    with _gate:
        if _worker is None:
            catch_up()
            _worker = Worker(VERBS | _added)
            _worker.start()
        return _worker
