"""Does a big file load in memory that does not grow with it? Writes a table of N rows, loads it, prints a table.

    python -m bench.bulk [--rows 200000 1000000] [--folder /tmp/pulse-bulk]

The load runs in a process of its own, as `ingest load` does; peaks are of that process, at the end of each phase.
The table has texts of about 120 characters, all different, and a number, place, topic and status in each row.
"""

import argparse
import csv
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from ingest import commands
from ingest.setup import reference
from queries import store

WORDS = (
    "яма двор улица свет вода холодно снова дом подъезд мусор дорога автобус остановка школа крыша течёт никто убирает просим принять меры "
    "третий день нет горячей воды лифт сломан фонарь площадка снег лёд тротуар больница запись врач очередь"
)


def write(path: Path, rows: int, seed: int = 1) -> None:
    """A table of so many appeals over two years of twenty towns."""
    chance, words = random.Random(seed), WORDS.split()
    names = {r["territory_id"]: r["name"] for r in reference("territories")}
    towns = [(names[r["parent_id"]], r["name"]) for r in reference("territories") if r["kind"] == "municipality"][:20]
    topics = [(r["topic_group"], r["topic"]) for r in reference("topics")]
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Номер", "Дата", "Дата ответа", "Регион", "Муниципалитет", "Группа тем", "Тема", "Статус", "Текст"])
        for number in range(rows):
            at = datetime(2023, 1, 1) + timedelta(minutes=chance.randrange(730 * 1440))
            answered = at + timedelta(minutes=chance.randrange(1, 9000))
            out.writerow([
                number, f"{at:%d.%m.%Y %H:%M}", f"{answered:%d.%m.%Y %H:%M}", *chance.choice(towns), *chance.choice(topics),
                chance.choice(("Новое", "В работе", "Закрыто")), f"{' '.join(chance.choices(words, k=17))}, дом {number}",
            ])  # fmt: skip


def load(path: Path) -> None:
    """Load the table here and print what it took as JSON."""
    peaks: dict[str, tuple[float, float]] = {}
    began = time.perf_counter()

    def progress(share: float, message: str) -> None:
        phase = message.split(":")[0].split(",")[0]
        peaks[phase] = (time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    report = commands.perform("load", {"path": str(path), "name": path.name}, progress)
    assert report["read"] == report["loaded"]
    print(json.dumps({"rows": report["loaded"], "seconds": time.perf_counter() - began, "peaks": peaks}, ensure_ascii=False))


def measure(rows: int, folder: Path) -> None:
    """One line of the table."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{rows}.csv"
    if not path.exists():
        write(path, rows)
    place = folder / "store"
    shutil.rmtree(place, ignore_errors=True)
    environment = {**os.environ, "PULSE_DB": str(place / "pulse.duckdb")}
    done = subprocess.run(
        [sys.executable, "-m", "bench.bulk", "--load", str(path)],
        cwd=store.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    size = (place / "pulse.duckdb").stat().st_size / 2**20
    print(
        f"{rows:>12,} {path.stat().st_size / 2**20:>10,.0f} {found['seconds']:>9.0f} {rows / found['seconds']:>8,.0f} "
        f"{max(peak for _s, peak in found['peaks'].values()):>10,.0f} {size:>10,.0f}"
    )
    for phase, (seconds, peak) in found["peaks"].items():
        print(f"{'':>24} {seconds:>8.0f} s {'':>8} {peak:>9,.0f}  {phase}")


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=[200_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path("/tmp/pulse-bulk"))
    parser.add_argument("--load", type=Path)
    told = parser.parse_args()
    if told.load:
        load(told.load)
        return
    print(f"{'rows':>12} {'file, MB':>10} {'seconds':>9} {'rows/s':>8} {'peak, MB':>10} {'store, MB':>10}")
    for rows in told.rows:
        measure(rows, told.folder)


if __name__ == "__main__":
    main()
