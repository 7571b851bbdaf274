#!/usr/bin/env python3
"""Пульс: `python3 run.py` ставит всё нужное и открывает приложение, `python3 run.py test` прогоняет тесты.

Only the standard library: this file runs before anything is installed.
"""

from __future__ import annotations  # an old Python must get as far as the message about its age

import argparse
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENV / "pulse-installed"
NEEDED = "import pip, streamlit, duckdb, pandas, pyarrow, plotly, folium, streamlit_folium, scipy, babel, typer, yaml"
USAGE = """\
Пульс
  python3 run.py [--empty] [--port N] [--no-browser]   открыть приложение; --empty: без демонстрационных данных
  python3 run.py ingest …                              загрузка данных и уход за базой
  python3 run.py briefing …                            справка в PDF, DOCX, PPTX, XLSX
  python3 run.py test [ключи pytest]                   тесты"""
FIRST_PORT, LAST_PORT = 8501, 8599
ASSET_PACKAGES = ("folium-", "xstatic", "fontpkg_ibm_plex_sans-")
EMPTY_TOPOLOGY = '{"type":"Topology","arcs":[],"objects":{%s}}'
PLOTLY_LAYERS = ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")
ASSETS = {
    "leaflet.js": "xstatic/pkg/leaflet/data/leaflet.js",
    "leaflet.css": "xstatic/pkg/leaflet/data/leaflet.css",
    "images": "xstatic/pkg/leaflet/data/images",
    "leaflet.markercluster.js": "xstatic/pkg/leaflet_markercluster/data/leaflet.markercluster.js",
    "MarkerCluster.css": "xstatic/pkg/leaflet_markercluster/data/MarkerCluster.css",
    "MarkerCluster.Default.css": "xstatic/pkg/leaflet_markercluster/data/MarkerCluster.Default.css",
    "jquery.min.js": "xstatic/pkg/jquery/data/jquery.min.js",
    "leaflet_heat.min.js": "folium/templates/leaflet_heat.min.js",
    "IBMPlexSans.ttf": "fontpkg_ibm_plex_sans/files/IBMPlexSans[wdth,wght].ttf",
}


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> NoReturn:
    say(text)
    sys.exit(1)


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def runs(code: str) -> bool:
    """Whether the environment's own Python runs this code."""
    try:
        return subprocess.run([venv_python(), "-c", code], capture_output=True, timeout=120).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def requirements(for_tests: bool) -> Path:
    return ROOT / ("requirements-dev.txt" if for_tests else "requirements.txt")


def stamp(for_tests: bool) -> Path:
    return STAMP.with_suffix(".dev" if for_tests else ".run")


def wanted(for_tests: bool) -> str:
    """The hash of what must be installed."""
    files = [requirements(False), requirements(True)] if for_tests else [requirements(False)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def is_installed(for_tests: bool) -> bool:
    return stamp(for_tests).exists() and stamp(for_tests).read_text() == wanted(for_tests)


def is_sound() -> bool:
    """Whether the environment works; libraries said to be installed must import."""
    return runs(NEEDED if is_installed(False) or is_installed(True) else "import pip")


def make_venv() -> None:
    if VENV.exists() and is_sound():
        return
    say("1/3  Окружение .venv испорчено, создаём заново" if VENV.exists() else "1/3  Создаём окружение .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode or not runs("import pip"):
        stop(
            "Не удалось создать окружение: в этом Python нет модуля venv.\n"
            f"Debian и Ubuntu: sudo apt install python3.{sys.version_info.minor}-venv, затем повторите команду.\n{made.stderr.strip()}"
        )


def install(for_tests: bool) -> None:
    """Install pinned requirements when they changed since the last time."""
    if is_installed(for_tests):
        return
    say("2/3  Ставим библиотеки, несколько минут при первом запуске")
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "-r", str(requirements(for_tests))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            step, _, rest = line.partition(" ")
            if step in ("Collecting", "Installing"):
                say(f"     {rest.split()[0] if step == 'Collecting' else 'раскладываем по местам'}")
    if pip.returncode:
        stop("Библиотеки не установились, причина выше. Нужен доступ к хранилищу пакетов\nили к его зеркалу: переменная PIP_INDEX_URL.")
    for tests in {False, for_tests}:
        stamp(tests).write_text(wanted(tests))


def site_packages() -> Path:
    found = list(VENV.glob("lib/python3*/site-packages")) + list(VENV.glob("Lib/site-packages"))
    return found[0]


def copy_assets(source: Path, vendor: Path) -> None:
    """Third-party scripts, styles and the font from the installed packages to static/vendor: the app asks no other host.

    Done again only when the version of a package changed or a file is missing.
    """
    versions = "\n".join(sorted(p.name.lower() for p in source.glob("*.dist-info") if p.name.lower().startswith(ASSET_PACKAGES)))
    copied = vendor / "versions.txt"
    topology = vendor / "topojson" / "world_110m.json"
    complete = topology.exists() and all((vendor / name).exists() for name in ASSETS)
    if complete and copied.exists() and copied.read_text(encoding="utf-8") == versions:
        return
    topology.parent.mkdir(parents=True, exist_ok=True)
    for name, path in ASSETS.items():
        if (source / path).is_dir():
            shutil.copytree(source / path, vendor / name, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / path, vendor / name)
    layers = ",".join(f'"{name}":{{"type":"GeometryCollection","geometries":[]}}' for name in PLOTLY_LAYERS)
    topology.write_text(EMPTY_TOPOLOGY % layers, encoding="utf-8")
    copied.write_text(versions, encoding="utf-8")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose_port(asked: int | None) -> int:
    """The port asked for, else the first free one from 8501."""
    if asked is not None:
        return asked if is_free(asked) else stop(f"Порт {asked} занят. Закройте другую копию приложения или укажите другой порт.")
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if is_free(port):
            return port
    stop(f"Порты {FIRST_PORT}–{LAST_PORT} заняты. Закройте другие копии приложения или укажите порт: python3 run.py --port 9000")


def database() -> Path:
    return Path(os.environ.get("PULSE_DB") or ROOT / "data" / "store" / "pulse.duckdb").resolve()


def prepare_store(empty: bool) -> None:
    """Before the first start: the demo with its progress bar, or an empty store."""
    if database().exists() and not (database().parent / "demo.unfinished").exists():
        if empty:
            say(f"База уже есть, открываем её: {database()}")
        return
    say("3/3  Создаём пустую базу" if empty else "3/3  Строим демонстрационные данные, около минуты")
    code = subprocess.call([venv_python(), "-m", "ingest", "empty" if empty else "demo"], cwd=ROOT)
    if code:
        sys.exit(code)


def serving(port: int) -> list[str]:
    """Arguments of Python that serve the app. Streamlit takes a folder named pages for its old automatic pages until
    the first st.navigation, and would greet the first deep link with «page not found»."""
    begin = "from streamlit.runtime.pages_manager import PagesManager as p; p.uses_pages_directory = False"
    return ["-c", f"{begin}; from streamlit.web.cli import main; main()", "run", str(ROOT / "app.py"), "--server.port", str(port)]


def start(empty: bool, asked_port: int | None, browser: bool) -> int:
    """Start the app and open the browser when it answers."""
    port = choose_port(asked_port)
    os.environ["PULSE_DB"] = str(database())
    prepare_store(empty)
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([str(venv_python()), *serving(port)], cwd=ROOT)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wait_until_healthy(address, server)
        say(f"\nПульс открыт: {address}\nОстановить: Ctrl+C")
        if browser:
            webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:
        say("\nОстановлено")
        return 0
    finally:
        end(server)


def end(server: subprocess.Popen[bytes]) -> None:
    """Let the server close its database; after ten seconds it is ended anyway."""
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()


def wait_until_healthy(address: str, server: subprocess.Popen[bytes]) -> None:
    """A minute for the first answer, asked directly: a proxy of the network must not stand between."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        if server.poll() is not None:
            stop("Приложение не запустилось, сообщение выше.")
        try:
            with direct.open(f"{address}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    stop("Приложение не ответило за минуту.")


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        say(USAGE)
        sys.exit(2)


def read_options(arguments: list[str]) -> argparse.Namespace:
    """Keys of the start; anything unknown shows the usage and ends with code 2."""
    parser = Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("--no-browser", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        stop(f"Нужен Python 3.11 или новее, а это {sys.version.split()[0]}. Запустите, например: python3.11 run.py")
    if arguments in (["--help"], ["-h"]):
        say(USAGE)
        return 0
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads of many small products wait for each other longer than they work
    command, rest = (arguments[0], arguments[1:]) if arguments[:1] in (["test"], ["ingest"], ["briefing"]) else ("start", arguments)
    options = read_options(rest if command == "start" else [])
    make_venv()
    install(for_tests=command == "test")
    copy_assets(site_packages(), VENDOR)
    if command == "test":
        return subprocess.call([venv_python(), "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *rest], cwd=ROOT)
    if command in ("ingest", "briefing"):
        return subprocess.call([venv_python(), "-m", command, *rest], env={**os.environ, "PYTHONPATH": str(ROOT)})
    return start(options.empty, options.port, not options.no_browser)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
