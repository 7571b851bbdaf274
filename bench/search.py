"""How long does a search take over a million texts? Fills a store with generated keys, asks it, prints a table.

    python -m bench.search [--rows 1000000] [--folder /tmp/pulse-search]

Twelve to nineteen words a text, drawn from twenty thousand as a Zipf law draws them; three years, two hundred towns, a tenth
of the texts closed. Milliseconds of the questions themselves, best of five: `first page` is what a reader waits for: `numbers`
(exact, by month and place), the newest 25 hits (`and rows`), and the table of them.
"""

import argparse
import os
import re
import shutil
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from ingest import setup
from queries import appeals, ask, store
from queries.appeals import Chosen
from queries.scope import COUNTRY, Scope

FIRST, LAST = date(2023, 12, 1), date(2026, 11, 30)
CITY, TOWN = 1000, 1150
# the n-th most frequent word is «рот», the digits of n as letters, «к»; no dictionary changes it
WORD = "'рот' || translate(floor(exp(9.9 * (hash(i, j, 7) % 1000000) / 1e6))::INTEGER::VARCHAR, '0123456789', 'абвгджзлмн') || 'к'"
FILL = (
    "CREATE TEMP TABLE drawn AS SELECT i, (hash(i) >> 1)::BIGINT AS id, 1000 + floor(200 * pow((hash(i, 3) % 1000000) / 1e6, 2))::INTEGER AS town, "
    "TIMESTAMP '2023-12-01' + to_minutes((hash(i, 2) % 1578240)::BIGINT) AS at_time FROM range($rows) r(i)",
    "INSERT INTO appeals (appeal_id, source_id, visibility, channel_id, is_official, created_at, day, hour, territory_id, topic_id, status) "
    "SELECT id, 1, if(i % 10 = 0, 'restricted', 'public'), i % 9 + 1, i % 2 = 0, at_time, at_time::DATE, 0, town, i % 300, 'new' FROM drawn "
    "ORDER BY date_trunc('month', at_time), town, at_time",
    "INSERT INTO texts (appeal_id, text, keys) SELECT id, words, words FROM (SELECT *, array_to_string(list_transform("
    f"range(12 + (hash(i, 5) % 8)::BIGINT), lambda j: {WORD}), ' ') AS words FROM drawn) "
    "ORDER BY date_trunc('month', at_time), town, at_time",
    "DROP TABLE drawn",
)
SEARCHES = {
    "common word": "{3}",
    "middling word": "{400}",
    "rare word": "{19000}",
    "no such word": "носорог",
    "two words": "{3} {40}",
    "phrase": '"{3} {4}"',
    "one without another": "{400} -{2}",
}


def typed(pattern: str) -> str:
    """«{12}» as the twelfth word is written in the store."""
    return re.sub(r"\{(\d+)\}", lambda number: "рот" + number[1].translate(str.maketrans("0123456789", "абвгджзлмн")) + "к", pattern)


def fill(rows: int, folder: Path) -> None:
    """A store with so many texts, made once."""
    os.environ["PULSE_DB"] = str(folder / "pulse.duckdb")
    if (folder / "filled").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    setup.create_store("real")
    with store.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"rows": rows} if "$rows" in statement else None)
    (folder / "filled").touch()


def best(question: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor (all cores together), the least of some runs, nothing remembered."""
    found = []
    for _run in range(times):
        ask._answers.clear()
        began = time.perf_counter(), time.process_time()
        question()
        found.append((1000 * (time.perf_counter() - began[0]), 1000 * (time.process_time() - began[1])))
    return min(clock for clock, _cpu in found), min(cpu for _clock, cpu in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/pulse-search"))
    options = parser.parse_args()
    fill(options.rows, options.folder)
    print(f"{'clock / processor, ms':38}{'hits':>7}{'first page':>15}{'numbers':>15}{'and rows':>15}")
    for where, place, places, first in (
        ("country", COUNTRY, None, FIRST),
        ("country, a month", COUNTRY, None, date(2026, 11, 1)),
        ("city", CITY, (CITY,), FIRST),
        ("town", TOWN, (TOWN,), FIRST),
    ):
        scope = Scope(place, first, LAST, places)
        for name, pattern in SEARCHES.items():
            chosen = Chosen(words=typed(pattern))
            asked: tuple[Callable[[], object], ...] = (
                partial(appeals.listing, scope, chosen, 25), partial(appeals.hits, scope, chosen), partial(appeals.newest, scope, chosen, 25)
            )  # fmt: skip
            cells = "".join(f"{f'{clock:.0f} / {cpu:.0f}':>15}" for clock, cpu in map(best, asked))
            print(f"{where:18}{name:20}{appeals.count(scope, chosen)[0]:>7}{cells}")


if __name__ == "__main__":
    main()
