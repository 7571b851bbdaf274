"""Do people who browse notice a load? Commits 100,000 rows into a big store while users browse; prints a table.

    python -m bench.commit [--rows 38700000] [--users 20] [--folder /tmp/pulse-pages]

The store of bench.pages is copied and given a batch of 70,000 new rows and 30,000 that replace rows of a batch before it. The
commit is everything from «Записываем» to the end of the transaction; the search for spikes within it is done for three
of the regions and told for all of them from that. The bare INSERT puts the same rows into an empty table of
the same columns. Users are threads of the same process, as in the app: their p95 before, during the whole load, during its commit.
"""

import argparse
import csv
import os
import random
import resource
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from bench import pages
from bench.bulk import WORDS
from ingest import commands, detect
from ingest.setup import reference
from queries import ask, store

BATCH, NEWER = 100_000, 30_000
PAUSE, CALM, SCORED = 1.0, 30.0, 3


def write(path: Path, first: int, rows: int, newer: int, seed: int) -> None:
    """A table of rows numbered from `first`, before them so many newer states of the rows before that number."""
    chance, words = random.Random(seed), WORDS.split()
    names = {r["territory_id"]: r["name"] for r in reference("territories")}
    towns = [(names[r["parent_id"]], r["name"]) for r in reference("territories") if r["kind"] == "municipality"]
    topics = [(r["topic_group"], r["topic"]) for r in reference("topics")]
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Номер", "Дата", "Дата закрытия", "Регион", "Муниципалитет", "Группа тем", "Тема", "Статус", "Текст"])
        for number in range(first - newer, first + rows - newer):
            own = random.Random(number)
            at = pages.AS_OF - timedelta(minutes=own.randrange(60, 20 * 1440))
            closed = f"{at + timedelta(minutes=30):%d.%m.%Y %H:%M}" if number < first else ""
            text = f"{' '.join(chance.choices(words, k=17))}, дом {number}"
            out.writerow([number, f"{at:%d.%m.%Y %H:%M}", closed, *own.choice(towns), *own.choice(topics), "Закрыто" if closed else "Новое", text])


class Crowd:
    """People who open random pages of random places one after another."""

    def __init__(self, users: int):
        self.seen: list[tuple[float, float]] = []
        self.errors: list[str] = []
        self._over = threading.Event()
        self._known, self._pages = list(pages.scopes().values()), list(pages.pages().items())[:5]
        self._threads = [threading.Thread(target=self._browse, args=(seed,)) for seed in range(users)]
        for thread in self._threads:
            thread.start()

    def _browse(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._over.wait(PAUSE * (0.5 + chance.random())):
            (_name, questions), scope = chance.choice(self._pages), chance.choice(self._known)
            ask._answers.clear()
            began = time.perf_counter()
            try:
                for question in questions.values():
                    question(scope)
                self.seen.append((began, 1000 * (time.perf_counter() - began)))
            except Exception as error:  # noqa: BLE001 - whatever fails is counted
                self.errors.append(repr(error))

    def leave(self) -> None:
        """Everybody goes."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def line(self, words: str, first: float, last: float) -> str:
        """p50 and p95 of the pages opened between two moments."""
        found = pd.Series([ms for began, ms in self.seen if first <= began <= last], dtype=float)
        return f"{words:<28} pages {len(found):>5}   p50 {found.quantile(0.5):>7.0f} ms   p95 {found.quantile(0.95):>7.0f} ms"


class Scoring:
    """Scores the first regions of each load only, and remembers what they took and how many there were."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.regions = 0
        self._score = detect._refresh_region
        detect._refresh_region = self  # type: ignore[assignment]

    def __call__(self, *arguments: Any) -> None:
        self.regions += 1
        if len(self.seconds) < SCORED:
            began = time.perf_counter()
            self._score(*arguments)
            self.seconds.append(time.perf_counter() - began)


def load(path: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """Load a file; the report and the moment each phase began."""
    phases: dict[str, float] = {}

    def progress(share: float, message: str) -> None:
        phases.setdefault(message.split(":")[0], time.perf_counter())

    began = time.perf_counter()
    report = commands.perform("load", {"path": str(path), "name": path.name}, progress)
    return report, {"Начало": began, **phases}


def bare() -> float:
    """Seconds of an INSERT of the newest batch's rows into a table of the same columns."""
    with store.cursor() as cursor:
        cursor.execute("CREATE TABLE newest AS FROM appeals WHERE batch_id = (SELECT max(batch_id) FROM appeals)")
        cursor.execute("CREATE TABLE words AS FROM texts SEMI JOIN newest USING (appeal_id)")
        cursor.execute("CREATE TABLE bare_appeals AS FROM newest LIMIT 0")
        cursor.execute("CREATE TABLE bare_texts AS FROM words LIMIT 0")
    began = time.perf_counter()
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO bare_appeals FROM newest")
        cursor.execute("INSERT INTO bare_texts FROM words")
    return time.perf_counter() - began


def main() -> None:
    """The table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=38_700_000)
    options.add_argument("--users", type=int, default=20)
    options.add_argument("--folder", type=Path, default=Path("/tmp/pulse-pages"))
    given = options.parse_args()
    source, folder = given.folder / str(given.rows), given.folder / f"{given.rows}-commit"
    os.environ["PULSE_DB"] = str(source / "pulse.duckdb")
    pages.filled(source, given.rows, False)
    pages.taken(source, folder)
    for name, first, newer in (("first.csv", 0, 0), ("second.csv", BATCH, NEWER)):
        write(folder / name, first, BATCH, newer, len(name))
    scoring = Scoring()
    load(folder / "first.csv")
    scoring.seconds.clear()
    scoring.regions = 0
    crowd = Crowd(given.users)
    calm = time.perf_counter()
    time.sleep(CALM)
    report, phases = load(folder / "second.csv")
    over = time.perf_counter()
    plain = bare()
    crowd.leave()
    moments = [*phases.items(), ("", over)]
    for (phase, began), (_next, ended) in zip(moments, moments[1:], strict=False):
        print(f"{phase:<28} {ended - began:>6.1f} s")
    print(f"whole batch {over - phases['Начало']:.1f} s, commit without that search {over - phases['Записываем'] - sum(scoring.seconds):.1f} s, bare INSERT {plain:.1f} s; {report['loaded']} new, {report['updated']} newer")
    print(f"search for spikes {sum(scoring.seconds):.1f} s for {SCORED} of {scoring.regions} regions: about {sum(scoring.seconds) / SCORED * scoring.regions:.0f} s for all")
    print(crowd.line("before", calm, phases["Начало"] - 1))
    print(crowd.line("during the load", phases["Начало"], over))
    print(crowd.line("during its commit", phases["Записываем"], over))
    print(f"errors {len(crowd.errors)} {crowd.errors[:1]}; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    store.close_store()


if __name__ == "__main__":
    main()
