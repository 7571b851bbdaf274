#!/usr/bin/env python3
"""Пульс: `python3 run.py` ставит всё нужное и открывает приложение, `python3 run.py test` прогоняет тесты.

Only the standard library: this file runs before anything is installed.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENDOR = ROOT / "static" / "vendor"
STAMP = VENV / "pulse-installed"
FIRST_PORT, LAST_PORT = 8501, 8599
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


def stop(text: str) -> None:
    say(text)
    sys.exit(1)


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_sound() -> bool:
    """Whether the environment's own Python and pip run."""
    if not venv_python().exists():
        return False
    try:
        return subprocess.run([venv_python(), "-m", "pip", "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def make_venv() -> None:
    if is_sound():
        return
    say("1/3  Создаём окружение .venv" if not VENV.exists() else "1/3  Окружение .venv испорчено, создаём заново")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode or not is_sound():
        stop(
            "Не удалось создать окружение: в этом Python нет модуля venv.\n"
            f"Debian и Ubuntu: sudo apt install python3.{sys.version_info.minor}-venv, затем повторите команду.\n{made.stderr.strip()}"
        )


def wanted(files: list[str]) -> str:
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in files)).hexdigest()


def install(for_tests: bool) -> None:
    """Install pinned requirements when they changed since the last time."""
    files = ["requirements.txt", "requirements-dev.txt"] if for_tests else ["requirements.txt"]
    stamp = STAMP.with_suffix(".dev" if for_tests else ".run")
    if stamp.exists() and stamp.read_text() == wanted(files):
        return
    say("2/3  Ставим библиотеки, несколько минут при первом запуске")
    done = subprocess.run([venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-r", str(ROOT / files[-1])])
    if done.returncode:
        stop("Библиотеки не установились. Нужен доступ к хранилищу пакетов (или зеркало: переменная PIP_INDEX_URL). Сообщение выше говорит, чего не хватило.")
    stamp.write_text(wanted(files))


def site_packages() -> Path:
    found = list(VENV.glob("lib/python3*/site-packages")) + list(VENV.glob("Lib/site-packages"))
    return found[0]


def copy_assets() -> None:
    """Third-party scripts, styles and the font from the installed packages to static/vendor: the app asks no other host."""
    source = site_packages()
    for name, path in ASSETS.items():
        target = VENDOR / name
        if (source / path).is_dir():
            shutil.copytree(source / path, target, dirs_exist_ok=True)
        elif not target.exists() or target.stat().st_size != (source / path).stat().st_size:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / path, target)
    topology = VENDOR / "topojson" / "world_110m.json"
    topology.parent.mkdir(parents=True, exist_ok=True)
    layers = ",".join(f'"{name}":{{"type":"GeometryCollection","geometries":[]}}' for name in PLOTLY_LAYERS)
    topology.write_text(EMPTY_TOPOLOGY % layers, encoding="utf-8")


def free_port(first: int) -> int:
    for port in range(first, LAST_PORT + 1):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    stop(f"Порты {first}–{LAST_PORT} заняты. Закройте другие копии приложения или укажите порт: python3 run.py --port 9000")
    raise AssertionError


def database() -> Path:
    return Path(os.environ.get("PULSE_DB") or ROOT / "data" / "store" / "pulse.duckdb").resolve()


def prepare_store(empty: bool) -> None:
    """Before the first start: the demo with its progress bar, or an empty store."""
    if database().exists() and not (database().parent / "demo.unfinished").exists():
        return
    say("3/3  Создаём пустую базу" if empty else "3/3  Строим демонстрационные данные, около минуты")
    code = subprocess.call([venv_python(), "-m", "ingest", "empty" if empty else "demo"], cwd=ROOT)
    if code:
        sys.exit(code)


def start(arguments: list[str]) -> int:
    """Start the app and open the browser when it answers."""
    prepare_store("--empty" in arguments)
    given = re.search(r"--port[= ](\d+)", " ".join(arguments))
    port = int(given[1]) if given else free_port(FIRST_PORT)
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([venv_python(), "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)], cwd=ROOT)
    try:
        wait_until_healthy(address, server)
        say(f"\nПульс открыт: {address}\nОстановить: Ctrl+C")
        if "--no-browser" not in arguments:
            webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        say("\nОстановлено")
        return 0


def wait_until_healthy(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            stop("Приложение не запустилось, сообщение выше.")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    server.terminate()
    stop("Приложение не ответило за минуту.")


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        stop(f"Нужен Python 3.11 или новее, а это {sys.version.split()[0]}. Запустите, например: python3.11 run.py")
    command = arguments[0] if arguments and not arguments[0].startswith("-") else "start"
    if command not in ("start", "test", "ingest"):
        stop("Команды: python3 run.py [--empty] [--port N] [--no-browser] | test | ingest …")
    make_venv()
    install(for_tests=command == "test")
    copy_assets()
    if command == "test":
        return subprocess.call([venv_python(), "-m", "pytest", *arguments[1:]], cwd=ROOT)
    if command == "ingest":
        return subprocess.call([venv_python(), "-m", "ingest", *arguments[1:]], env={**os.environ, "PYTHONPATH": str(ROOT)})
    return start(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
