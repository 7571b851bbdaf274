"""Does the app start as fast on a big store? Starts it on two stores in turn; prints a table.

    python -m bench.start [--rows 38700000] [--than 300000] [--folder /tmp/pulse-pages] [--rounds 5]

Each start is a new process: seconds until the overview has been run for a first reader, without a browser, and of them those
after the libraries were imported. The stores are those of bench/pages.py.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import run
from bench import pages

FIRST_RUN = """
import time, sys
began = time.perf_counter()
import streamlit, pandas, plotly, folium, duckdb, sklearn, scipy.stats
from streamlit.testing.v1 import AppTest
imported = time.perf_counter()
ran = AppTest.from_file("app.py", default_timeout=120).run()
assert not ran.exception and not ran.error, (ran.exception, ran.error)
print(time.perf_counter() - imported)
import os
os._exit(0)
"""


def start(database: Path) -> tuple[float, float]:
    """Seconds of a start to the end of the first script run, and those after the imports."""
    began = time.perf_counter()
    found = subprocess.run(
        [sys.executable, "-c", FIRST_RUN], cwd=run.ROOT, env={**os.environ, "PULSE_DB": str(database)}, capture_output=True, text=True
    )
    whole = time.perf_counter() - began
    assert found.returncode == 0, found.stderr
    return whole, float(found.stdout.splitlines()[-1])


def main() -> None:
    """The table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=38_700_000)
    options.add_argument("--than", type=int, default=300_000)
    options.add_argument("--folder", type=Path, default=Path("/tmp/pulse-pages"))
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    stores = {rows: given.folder / str(rows) / "pulse.duckdb" for rows in (given.than, given.rows)}
    for rows, file in stores.items():
        os.environ["PULSE_DB"] = str(file)
        pages.filled(file.parent, rows, False)
    times: dict[int, list[tuple[float, float]]] = {rows: [] for rows in stores}
    for _round in range(given.rounds):
        for rows, file in stores.items():
            times[rows].append(start(file))
    median = {rows: [statistics.median(seen) for seen in zip(*found, strict=True)] for rows, found in times.items()}
    for rows, (whole, after) in median.items():
        print(f"{rows:>12,} appeals: {whole:5.2f} s to the end of the first script run, {after:5.2f} s of them after the imports")
    ratios = [a / b for a, b in zip(median[given.rows], median[given.than], strict=True)]
    print(f"{ratios[0]:.2f}×, after the imports {ratios[1]:.2f}×")


if __name__ == "__main__":
    main()
