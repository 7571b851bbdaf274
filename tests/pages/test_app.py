"""The app without a browser: every page opens, whatever stands in its address, on a full store and on an empty one."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import run
from ingest import jobs
from queries import store
from tests.pages.conftest import addresses

SCOPES = (
    {"place": "abc", "from": "2026-13-01", "to": "вчера", "vs": "never", "channels": "x,,7e9", "topics": "x"},
    {"place": "9" * 30, "from": "2026-07-20", "to": "2026-07-01", "channels": "-1", "topics": "t999999,b-1,g"},
    {"place": "²", "from": "2025-02-29", "to": "2026-07-20", "topics": "t1;drop table appeals"},
    {"place": "' OR 1=1", "channels": "9" * 5000, "topics": "t" + "9" * 5000 + ",g٣"},
    {"from": "2000-01-01", "to": "2026-07-20", "vs": "year"},
)
LISTS = (
    {"only": "drop table appeals", "page": "-5", "executor": "1 OR 1=1", "street": "' OR 1=1 --"},
    {"only": "overdue,overdue,all,,x", "page": "99999999999", "executor": "9" * 20, "q": "' \" \\ ; % _ $1 $key0 {scope}"},
    {"q": "<script>alert(1)</script> [x](http://example.com) :material/bug_report:", "term": "a b' c", "page": "9" * 5000},
    {"q": "x" * 100_000, "street": "ы" * 10_000},
)
IDS = ("-1", "9e9", "9" * 19, "9" * 5000, "² OR 1=1")
IMPOSSIBLE = (
    pytest.param({"place": "9" * 5000}, id="place"),
    pytest.param({"from": "2010-01-01", "to": "2010-01-07"}, id="before the data"),
    pytest.param({"from": "2030-01-01", "to": "2030-01-07"}, id="after the data"),
    pytest.param({"from": "0001-01-01", "to": "0001-01-02"}, id="first day of all"),
    pytest.param({"from": "1700-01-01", "to": "2100-12-31"}, id="four hundred years"),
    pytest.param({"from": "9999-12-30", "to": "9999-12-31"}, id="last day of all"),
)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app in this process, its worker ended afterwards."""
    monkeypatch.setattr(jobs, "_worker", None)
    yield
    jobs.ensure_worker().stop()
    store.close_store()


@pytest.fixture
def demo_file(demo_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: None) -> Path:
    """A copy of the demo as the store of this process."""
    folder = tmp_path / "store"
    shutil.copytree(demo_store, folder)
    monkeypatch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
    store.close_store()
    return folder / "pulse.duckdb"


def page_file(address: str) -> str:
    """The file of a page: know/cities for «cities»."""
    name = address.partition("?")[0] or "overview"
    return str(next((run.ROOT / "pages").glob(f"*/{name}.py")).relative_to(run.ROOT))


def opened(address: str, params: dict[str, str]) -> AppTest:
    """The app with the page of an address, drawn without an exception."""
    app = AppTest.from_file(str(run.ROOT / "app.py"), default_timeout=120)
    app.switch_page(page_file(address))
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, (address, {k: v[:60] for k, v in params.items()}, app.exception[0].stack_trace)
    return app


def headline(app: AppTest) -> str:
    """The finding at the top."""
    return app.title[0].value


def test_every_page_opens_whatever_the_address_says(demo_file: Path, ids: dict[str, int]):
    for address in addresses():
        name, _sign, given = address.partition("?id=")
        ground = {"id": given.format(**ids)} if given else {}
        assert headline(opened(name, ground))
        for scope in SCOPES if name in ("", "kpi") else SCOPES[:1]:
            assert headline(opened(name, ground | scope))


def test_junk_conditions_and_ids_find_nothing_or_everything(demo_file: Path):
    found = [headline(opened("appeals", {"from": "2026-07-14", "to": "2026-07-20"} | junk)) for junk in LISTS]
    assert all("обращени" in finding for finding in found)
    assert found[0].startswith("0 ")
    for given in IDS:
        assert headline(opened("appeal", {"id": given})) == "Обращение не найдено"
        assert headline(opened("spike", {"id": given})) == "Всплеск не найден"


@pytest.mark.parametrize("junk", IMPOSSIBLE)
def test_impossible_places_and_periods(demo_file: Path, junk: dict[str, str]):
    for address in ("", "kpi"):
        assert headline(opened(address, junk))


def test_empty_store_says_what_to_do(empty_store: Path, alone: None):
    for address in addresses():
        app = opened(address.partition("?")[0], {})
        if address == "imports":
            assert headline(app) == "Загрузки"
        else:
            assert any("Данных пока нет" in text.value for text in app.markdown), address


def test_one_worker_however_often_caches_are_cleared(demo_file: Path):
    def workers() -> list[threading.Thread]:
        return [t for t in threading.enumerate() if t.name.startswith("pulse-") and t.is_alive()]

    opened("", {})
    first = workers()
    assert {t.name for t in first} == {"pulse-_beat", "pulse-_work"} and len(first) == 2
    for _again in range(2):
        st.cache_data.clear()
        st.cache_resource.clear()
        opened("", {})
    assert workers() == first
