"""run.py: the one command a person types."""

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from streamlit import config

import run

ROOT = Path(__file__).resolve().parent.parent
SITE = Path(sysconfig.get_paths()["purelib"])


def start(port: int, database: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", f"import sys, run; sys.exit(run.start(True, {port}, False))"],
        cwd=ROOT,
        env={**os.environ, "PULSE_DB": str(database), "http_proxy": "http://127.0.0.1:9"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(port: int) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return bool(direct.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).status == 200)
    except OSError:
        return False


def test_needs_nothing_but_python():
    text = (ROOT / "run.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 7))  # an old Python reads it and says that it is old
    names = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {str(n.module).split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)


def test_old_python_is_told_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit) as ended:
        run.main([])
    assert ended.value.code == 1
    assert "Нужен Python 3.11" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--prot", "1"], ["--port", "many"], ["tset"], ["--empty", "demo"]])
def test_a_slip_in_the_keys_shows_the_usage_and_touches_nothing(arguments, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    with pytest.raises(SystemExit) as ended:
        run.main(arguments)
    assert ended.value.code == 2
    assert "python3 run.py" in capsys.readouterr().out
    assert not (tmp_path / ".venv").exists()


def test_broken_environment_is_mended_and_a_sound_one_kept(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "STAMP", tmp_path / ".venv" / "pulse-installed")
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    run.venv_python().parent.mkdir(parents=True)
    run.venv_python().write_text("not a program")

    run.make_venv()
    run.install(for_tests=False)
    assert run.is_installed(False) and not run.is_installed(True)
    (tmp_path / "requirements.txt").write_text("# another day\n")
    assert not run.is_installed(False)

    kept = tmp_path / ".venv" / "kept"
    kept.touch()
    run.make_venv()
    assert kept.exists()

    run.stamp(False).write_text(run.wanted(False))  # said to be installed, but nothing imports
    run.make_venv()
    assert not kept.exists() and not run.is_installed(False)
    assert capsys.readouterr().out.count("испорчено") == 2


@pytest.fixture
def packages(tmp_path):
    """A folder of installed packages with the assets that are wanted, each holding its own name."""
    site = tmp_path / "site-packages"
    for path in run.ASSETS.values():
        file = site / path if Path(path).suffix else site / path / "marker.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    (site / "xstatic_leaflet-1.9.3.0.dist-info").mkdir()
    return site


def test_assets_are_copied_once_a_version(packages, tmp_path):
    vendor = tmp_path / "static" / "vendor"
    run.copy_assets(packages, vendor)
    assert (vendor / "leaflet.js").read_text() == run.ASSETS["leaflet.js"]
    assert (vendor / "images" / "marker.png").exists()

    (vendor / "leaflet.js").write_text("as it was")
    run.copy_assets(packages, vendor)
    assert (vendor / "leaflet.js").read_text() == "as it was"

    (packages / "xstatic_leaflet-1.9.3.0.dist-info").rename(packages / "xstatic_leaflet-1.9.4.0.dist-info")
    run.copy_assets(packages, vendor)
    assert (vendor / "leaflet.js").read_text() == run.ASSETS["leaflet.js"]

    (vendor / "jquery.min.js").unlink()
    run.copy_assets(packages, vendor)
    assert (vendor / "jquery.min.js").exists()


def test_installed_packages_hold_every_asset(tmp_path):
    run.copy_assets(SITE, tmp_path)
    assert all((tmp_path / name).exists() for name in run.ASSETS)
    for marker in re.findall(r"url\((images/[\w.-]+)\)", (tmp_path / "leaflet.css").read_text(encoding="utf-8")):
        assert (tmp_path / marker).exists(), marker
    letters = TTFont(tmp_path / "IBMPlexSans.ttf").getBestCmap()
    assert all(ord(letter) in letters for letter in "Ёёщъ₽−×\u00a0")
    layers = json.loads((tmp_path / "topojson" / "world_110m.json").read_text(encoding="utf-8"))["objects"]
    assert {"land", "countries"} <= set(layers)


def test_taken_port_is_passed_over_or_named(capsys, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(run, "FIRST_PORT", port)
        monkeypatch.setattr(run, "LAST_PORT", port + 20)
        assert port < run.choose_port(None) <= port + 20
        with pytest.raises(SystemExit):
            run.choose_port(port)
    assert f"Порт {port} занят" in capsys.readouterr().out


def test_start_makes_an_empty_store_answers_and_stops_cleanly(tmp_path):
    port = any_free_port()
    process = start(port, tmp_path / "pulse.duckdb")
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Остановить" in line:
            break
    try:
        assert healthy(port), "".join(said)
        assert (tmp_path / "pulse.duckdb").exists()
    finally:
        process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0 and "Traceback" not in "".join(said) + rest
    assert not healthy(port)


def test_exit_code_of_a_failed_step_passes_through(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    process = start(any_free_port(), tmp_path / "file" / "pulse.duckdb")
    process.communicate(timeout=60)
    assert process.returncode not in (0, None)


def test_every_setting_of_the_server_exists():
    """Streamlit only warns of an unknown name, and the setting is lost."""
    config.get_config_options()

    def names(part: dict, prefix: str = "") -> list[str]:
        return [n for key, value in part.items() for n in (names(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key])]

    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert not [name for name in names(settings) if name not in config._config_options_template]
    for font in settings["theme"]["fontFaces"]:
        assert font["url"].removeprefix("app/static/vendor/") in run.ASSETS
    for theme in (settings["theme"]["light"], settings["theme"]["dark"]):
        assert len(theme["chartSequentialColors"]) == len(theme["chartDivergingColors"]) == 10


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_texts_can_be_read_on_their_backgrounds(name):
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][name]
    pairs = [("textColor", "backgroundColor"), ("textColor", "secondaryBackgroundColor"), ("linkColor", "backgroundColor")]
    pairs += [(f"{hue}TextColor", f"{hue}BackgroundColor") for hue in ("red", "orange", "green", "blue", "gray")]
    pairs += [(f"{hue}TextColor", "backgroundColor") for hue in ("red", "orange", "green", "blue", "gray")]
    weak = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 1) for pair in pairs}
    assert min(weak.values()) >= 4.5, weak
