"""What does a reader wait for in the browser? Chromium opens our pages and two peers in turn; prints a table.

    python -m bench.browser [--rows 300000] [--folder /tmp/pulse-pages] [--rounds 3] [--json]

`map`: another period on the map page, ours against the same page with a new map for each period, whose frame is mounted anew.
`country`, `town`: the overview of the last year opened cold, then changed to five years, against bench/naive.py: the same questions
of the raw table with pandas and nothing remembered. Each round starts each app anew, one after another, on the store of
bench/pages.py. `start`: from the start of the process to its first answer, and from there to the first page drawn.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

import run
from bench import pages
from queries import dictionaries, store

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
LAST = pages.LAST.isoformat()
YEAR = f"from=2025-12-01&to={LAST}"
CHIP = ".st-key-scope_chip_period"
DRAWN = """([what, old, needsMap]) => {
    const frame = document.querySelector("iframe[title='streamlit_folium.st_folium']");
    const circles = frame ? frame.contentDocument.querySelectorAll("path.leaflet-interactive").length : 0;
    const app = document.querySelector("[data-testid=stApp]");
    const finding = document.querySelector(what);
    return app && app.dataset.testScriptState === "notRunning" && finding && finding.innerText !== old
        && !document.querySelector("[data-testid=stSkeleton], [data-stale=true]") && (!needsMap || circles > 0);
}"""
# The map's component must be declared within the running server, so the page's own import of it is waited for.
REBUILD = """
import threading, time
def rebuild():
    while not hasattr(sys.modules.get('components.maps'), '_draw_raw'):
        time.sleep(0.02)
    import streamlit
    maps = sys.modules['components.maps']
    draw = maps._draw_raw
    maps._draw_raw = lambda groups, view, key, *rest: draw(groups, view, f"{key}_{streamlit.session_state['context'].scope.first}", *rest)
threading.Thread(target=rebuild, daemon=True).start()
"""


@contextmanager
def served(arguments: Callable[[int], list[str]], database: Path) -> Iterator[tuple[str, float]]:
    """A server on a free port: its address and the seconds to its first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments(port)], cwd=run.ROOT, env={**os.environ, "PULSE_DB": str(database)}, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def ours(port: int) -> list[str]:
    return run.serving(port)


def rebuilding(port: int) -> list[str]:
    option, code, *rest = run.serving(port)
    return [option, f"import sys; sys.path.insert(0, '.'); {code.split(';')[0]}\n{REBUILD}\n{';'.join(code.split(';')[1:]).strip()}", *rest]


def naive(port: int) -> list[str]:
    return ["-m", "streamlit", "run", "bench/naive.py", "--server.port", str(port)]


def drawn(page: Page, act: Callable[[], Any], finding: str, with_map: bool) -> float:
    """Seconds from an act to the page drawn with another finding."""
    found = page.locator(finding)
    before = found.first.inner_text() if found.count() else None
    began = time.perf_counter()
    act()
    page.wait_for_function(DRAWN, arg=[finding, before, with_map], timeout=120_000, polling=20)
    return time.perf_counter() - began


def open_periods(page: Page) -> None:
    """Open the choice of a period where it is not open."""
    field = page.get_by_test_id("stDateInput").first
    if not field.is_visible():
        page.locator(CHIP).locator("button").first.click()
    field.wait_for()


def choose(page: Page, first: str, last: str) -> None:
    """Another period through the bar of filters; dates typed as a reader types them."""
    open_periods(page)
    field = page.get_by_test_id("stDateInput").locator("input").first
    field.fill(f"{first} – {last}")
    field.press("Enter")


def map_round(page: Page, address: str) -> tuple[float, bool]:
    """Seconds of another period on the map page, median of four changes; whether the frame of the map stayed."""
    drawn(page, lambda: page.goto(f"{address}/map?place=1&from=2026-11-01&to={LAST}"), "h1", True)
    page.evaluate("document.querySelector(\"iframe[title='streamlit_folium.st_folium']\").contentWindow.stays = true")
    times = []
    for name in ("90 дней", "7 дней", "год", "28 дней"):
        open_periods(page)
        times.append(drawn(page, page.get_by_text(name, exact=True).click, CHIP, True))
    stayed = page.evaluate("document.querySelector(\"iframe[title='streamlit_folium.st_folium']\").contentWindow.stays === true")
    return statistics.median(times), bool(stayed)


def look_at_ours(page: Page, address: str, started: float, town: dictionaries.Territory) -> dict[str, float]:
    """Seconds of the start, of the first page, and of the overview of a country and a town: a year, then five."""

    def go(path: str) -> float:
        return drawn(page, partial(page.goto, f"{address}/{path}"), "h1", False)

    seen = {"start, ours": started, "first page, ours": go("")}
    for where, place in (("country", 1), ("town", town.territory_id)):
        seen[f"{where} of a year, ours"] = go(f"?place={place}&{YEAR}")
        seen[f"{where} to five years, ours"] = drawn(page, partial(choose, page, "01.12.2021", "30.11.2026"), CHIP, False)
    return seen


def look_at_naive(page: Page, address: str, town: dictionaries.Territory) -> dict[str, float]:
    """The same of bench/naive.py, without its map: that takes Leaflet from the internet."""

    def press(period: str) -> float:
        return drawn(page, page.get_by_text(period, exact=True).click, "h2", False)

    seen = {"country of a year, naive": drawn(page, partial(page.goto, f"{address}/?period=1"), "h2", False), "country to five years, naive": press("пять лет")}
    page.get_by_test_id("stSelectbox").locator("input").fill(town.name)
    drawn(page, partial(page.keyboard.press, "Enter"), "h2", False)
    press("7 дней")
    seen["town of a year, naive"] = press("год")
    return seen | {"town to five years, naive": press("пять лет")}


APPS = {"ours": ours, "rebuilt": rebuilding, "naive": naive}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=300_000)
    options.add_argument("--folder", type=Path, default=Path("/tmp/pulse-pages"))
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    folder = given.folder / str(given.rows)
    os.environ["PULSE_DB"] = str(folder / "pulse.duckdb")
    pages.filled(folder, given.rows, full=False)
    store.open_store()
    tree = dictionaries.territories()
    town = max((t for t in tree.all.values() if t.kind == "municipality"), key=lambda t: t.population or 0)
    store.close_store()
    rounds: list[dict[str, float]] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        for _round in range(given.rounds):
            seen: dict[str, float] = {}
            for name, arguments in APPS.items():
                with served(arguments, folder / "pulse.duckdb") as (address, seconds):
                    page = chromium.new_page(viewport={"width": 1440, "height": 1000})
                    seen |= look_at_ours(page, address, seconds, town) if name == "ours" else look_at_naive(page, address, town) if name == "naive" else {}
                    if name != "naive":
                        seen[f"map, {name}"], seen[f"map kept, {name}"] = map_round(page, address)
                    page.close()
            rounds.append(seen)
        chromium.close()
    found = {name: statistics.median(seen[name] for seen in rounds) for name in rounds[0]}
    if given.json:
        print(json.dumps({"rows": given.rows, "seconds": found}, ensure_ascii=False))
        return
    for name, seconds in found.items():
        print(f"{name:<32} {seconds:6.2f} s")
    for what, peer in (("map", "rebuilt"), ("country of a year", "naive"), ("country to five years", "naive"), ("town to five years", "naive")):
        print(f"{what}: {found[f'{what}, ours'] / found[f'{what}, {peer}']:.2f} of {peer}")


if __name__ == "__main__":
    main()
