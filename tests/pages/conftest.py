"""The app as its reader meets it: started on a small demo store, looked at in Chromium."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

import run
from components.menu import SECTIONS

ROWS, SEED, UNTIL = 20_000, 1, "2026-07-20"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")  # fmt: skip
SEEN = "[location.pathname + location.search, document.querySelector('h1')?.innerText]"
RESTING = "[data-testid=stApp][data-test-script-state=notRunning]"
SOMETHING = "h1, [data-testid=stMain] strong"
UNFINISHED = "[data-testid=stSkeleton], [data-stale=true]"
# A cold deep link of Streamlit asks for its health below the page; Chromium remarks on the frame Streamlit puts a component in
# and on the speed of Leaflet's heat layer.
HARMLESS = re.compile(r"/_stcore/|Unrecognized feature: '|allow-scripts and allow-same-origin|willReadFrequently")


def python(*arguments: str, database: Path, **options: Any) -> subprocess.Popen[str]:
    """A command of the project on a store of its own."""
    return subprocess.Popen([sys.executable, *arguments], cwd=run.ROOT, env={**os.environ, "PULSE_DB": str(database)}, text=True, **options)


def ingest(*arguments: str, database: Path) -> str:
    """What a command of ingest prints."""
    process = python("-m", "ingest", *arguments, database=database, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _nothing = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


class App:
    """The app on one store, in a process of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.database = folder / "pulse.duckdb"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> "App":
        """Start it and wait for its first answer."""
        with open(self.folder / "app.log", "a", encoding="utf-8") as log:
            self.process = python("-c", f"import sys, run; sys.exit(run.start(False, {self.port}, False))", database=self.database,
                                  stdout=log, stderr=subprocess.STDOUT)  # fmt: skip
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _attempt in range(600):
            assert self.process.poll() is None, self.said()
            try:
                direct.open(f"{self.url}/_stcore/health", timeout=1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(self.said())

    def stop(self) -> None:
        """End it as Ctrl+C does."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def said(self) -> str:
        """What it printed."""
        return (self.folder / "app.log").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished demo store that nobody has open; take a copy."""
    folder = tmp_path_factory.mktemp("demo")
    ingest("demo", "--rows", str(ROWS), "--seed", str(SEED), "--until", UNTIL, database=folder / "pulse.duckdb")
    return folder


@pytest.fixture(scope="session")
def truth(demo_store: Path) -> list[dict[str, Any]]:
    """The stories planted in the demo."""
    return json.loads((demo_store / "demo_truth.json").read_text(encoding="utf-8"))["stories"]


@pytest.fixture(scope="session")
def assets() -> None:
    """Third-party scripts and the font, as run.py copies them."""
    run.copy_assets(Path(sysconfig.get_paths()["purelib"]), run.VENDOR)


@pytest.fixture(scope="session")
def demo(demo_store: Path, assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a demo store, for tests that only read."""
    folder = tmp_path_factory.mktemp("app") / "store"
    shutil.copytree(demo_store, folder)
    app = App(folder).start()
    yield app
    app.stop()
    assert "Traceback" not in app.said()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system, without a network; no test may pass in CI for the want of it."""
    found = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("нет Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield chromium
        chromium.close()


class Reader:
    """A person at a browser: goes by clicks, waits until the page rests, remembers what went over the wire."""

    def __init__(self, page: Page):
        self.page = page
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc or urlsplit(request.url).scheme))
        page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning") and not HARMLESS.search(f"{message.text} {message.location.get('url', '')}"):
            self.complaints.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    def open(self, app: App, path: str = "") -> "Reader":
        """Type an address."""
        self.page.goto(f"{app.url}/{path}")
        return self.rest()

    def rest(self) -> "Reader":
        """Wait until the page is drawn and nothing runs."""
        self.page.wait_for_selector(RESTING)
        expect(self.page.locator(SOMETHING).first).to_be_visible()
        expect(self.page.locator(UNFINISHED)).to_have_count(0)
        self.page.wait_for_selector(RESTING)
        return self

    def follow(self, link: Locator, **click: Any) -> "Reader":
        """Click something that opens another page, once this one is drawn, and wait until that is drawn."""
        self.rest()
        before = self.page.evaluate(SEEN)
        link.click(**click)
        self.page.wait_for_function(
            f"([address, finding]) => {{ const now = {SEEN}; return now[0] !== address && now[1] && now[1] !== finding }}", arg=before
        )
        return self.rest()

    def cells(self, table: str) -> list[list[str]]:
        """What a table shows, row by row, without its heading."""
        rows = self.page.locator(f".st-key-{table} canvas tbody tr")
        expect(rows.first).to_be_attached()
        return [row.locator("td").all_text_contents() for row in rows.all()]

    def pick(self, table: str, row: str, column: int = 0) -> None:
        """Choose the cell of a table in the row that begins so."""
        number = next(n for n, cells in enumerate(self.cells(table)) if cells[0].startswith(row))
        grid = self.page.locator(f".st-key-{table} [data-testid=stDataFrame]")
        grid.click(position={"x": 60, "y": 32 + 34 * number + 17})
        for _step in range(column):
            self.page.keyboard.press("ArrowRight")

    def menu(self, section: str, title: str) -> "Reader":
        """Go through the top menu."""
        self.page.get_by_test_id("stTopNav").get_by_text(section, exact=True).click()
        return self.follow(self.page.get_by_role("menuitem", name=title, exact=True))

    @property
    def address(self) -> str:
        """The path and the parameters of the page."""
        return str(self.page.evaluate("location.pathname + location.search"))

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the page."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def headline(self) -> str:
        """The finding at the top."""
        return self.page.locator("h1").first.inner_text()

    @property
    def text(self) -> str:
        """All the words of the page, those inside tables and the frames of maps included."""
        frames = [frame.evaluate("document.documentElement.textContent") for frame in self.page.frames]
        return "\n".join([self.page.locator("body").inner_text(), *map(str, frames)])


@pytest.fixture(scope="session")
def office(browser: Browser) -> Iterator[BrowserContext]:
    """An office computer that has the app's scripts and fonts at hand after the first page."""
    context = browser.new_context(locale="ru-RU", timezone_id="Europe/Moscow", viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(30_000)
    expect.set_options(timeout=60_000)
    yield context
    context.close()


@pytest.fixture
def reader(office: BrowserContext) -> Iterator[Reader]:
    """A new visitor."""
    page = office.new_page()
    yield Reader(page)
    page.close()


def leading_number(text: str) -> int:
    """The first number of a text as Russians write it: «Показать 1 284 обращения →» is 1284."""
    found = re.search(r"\d[\d\s\u00a0\u202f]*", text)
    assert found, text
    return int(re.sub(r"\D", "", found[0]))


def addresses() -> list[str]:
    """The addresses of all pages, with the id of what the hidden ones show."""
    names = [(path.split("/")[1], shown) for entries in SECTIONS.values() for path, _title, shown in entries]
    return [("" if name == "overview" else name) if shown else f"{name}?id={{{name}}}" for name, shown in names]


@pytest.fixture(scope="session")
def ids(demo_store: Path) -> dict[str, int]:
    """What the hidden pages of the demo are opened with: the embankment's spike, and the appeal with most comments."""
    with duckdb.connect(str(demo_store / "pulse.duckdb"), read_only=True) as connection:
        spike = connection.execute("FROM spikes SELECT spike_id WHERE territory_id = 2301 ORDER BY severity DESC").fetchone()
        appeal = connection.execute(
            "FROM comments SELECT appeal_id WHERE appeal_id IS NOT NULL GROUP BY appeal_id ORDER BY count(*) DESC, appeal_id"
        ).fetchone()
    assert spike and appeal
    return {"spike": spike[0], "appeal": appeal[0], "block": 6}
