"""Makes the pictures of the README: `.venv/bin/python docs/make_pictures.py`.

Needs the test libraries (`python3 run.py test --version` installs them) and Chromium. The store is the one in PULSE_DB;
without it a demo is built in a temporary folder.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
DESKTOP, PHONE = (1440, 900), (390, 844)
PAGES = {"overview": "", "cities": "cities", "map": "map", "kpi": "kpi"}
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
DRAWING_MS = 3000
LARGEST_BYTES = 250 * 1024


@contextmanager
def running_app(database: Path) -> Iterator[str]:
    """The address of an app on this store, ended afterwards. A missing store is built as a demo."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "run.py", "--no-browser", "--port", str(port)]
    app = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PULSE_DB": str(database)})
    try:
        wait_until_healthy(address, app)
        yield address
    finally:
        app.terminate()
        app.wait()


def wait_until_healthy(address: str, app: subprocess.Popen[bytes]) -> None:
    """Wait for the first answer, the building of a demo included. Raises RuntimeError when the app has ended."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while app.poll() is None:
        try:
            with direct.open(f"{address}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RuntimeError(f"run.py ended with code {app.returncode}")


def settle(page: Page) -> None:
    """Wait until the page has run and its maps and charts are drawn."""
    page.wait_for_selector(SETTLED, timeout=60_000)
    page.wait_for_timeout(DRAWING_MS)
    page.wait_for_selector(SETTLED, timeout=60_000)


def keep(page: Page, name: str) -> None:
    """Write one picture. Raises ValueError when it is too large for a repository."""
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    Image.open(file).convert("RGB").save(file, optimize=True)
    if file.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"{file.name}: {file.stat().st_size} bytes")
    print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} KB")


def opened(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="ru-RU")
    page.goto(address)
    settle(page)
    return page


def take(address: str) -> None:
    """The pages by their addresses, the spike by the click a person makes, the overview once more on a phone."""
    with sync_playwright() as library:
        browser = library.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path in PAGES.items():
            keep(opened(browser, f"{address}/{path}", DESKTOP), name)
        page = opened(browser, address, DESKTOP)
        page.get_by_text("Открыть всплеск").first.click()
        page.wait_for_url("**/spike*")
        settle(page)
        keep(page, "spike")
        keep(opened(browser, address, PHONE), "phone")
        browser.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(os.environ.get("PULSE_DB") or Path(folder) / "pulse.duckdb").resolve()
        with running_app(database) as address:
            take(address)


if __name__ == "__main__":
    main()
