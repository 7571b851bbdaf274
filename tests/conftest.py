"""Common ground of the tests: no test may reach the store of the person who runs them, random examples repeat, and small
real stores stand ready in temporary folders with a fixed clock."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ingest import setup
from queries import store
from tests import small

os.environ["PULSE_DB"] = os.path.join(tempfile.mkdtemp(prefix="pulse-tests-"), "pulse.duckdb")

settings.register_profile("pulse", deadline=None, derandomize=True)
settings.load_profile("pulse")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The pages first: their files take longest, and two workers end together when the short files are left for the end."""
    items.sort(key=lambda item: item.path.parent.name != "pages")


def _make(folder: Path, filled: bool) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
        patch.setattr(store, "clock", lambda: small.CLOCK)
        store.close_store()
        setup.create_store("real")
        if filled:
            small.fill()
        store.close_store()
    return folder


@pytest.fixture(scope="session")
def _empty_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("empty"), filled=False)


@pytest.fixture(scope="session")
def _small_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make(tmp_path_factory.mktemp("small"), filled=True)


def _copy(template: Path, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    folder = folder / "store"
    shutil.copytree(template, folder)
    patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
    patch.setattr(store, "clock", lambda: small.CLOCK)
    store.close_store()
    return folder / "pulse.duckdb"


@pytest.fixture
def store_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _small_template: Path) -> Iterator[Path]:
    """The database file of a small filled store (tests/small.py), its clock standing at small.CLOCK."""
    yield _copy(_small_template, tmp_path, monkeypatch)
    store.close_store()


@pytest.fixture
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _empty_template: Path) -> Iterator[Path]:
    """The database file of a store without appeals, its clock standing at small.CLOCK."""
    yield _copy(_empty_template, tmp_path, monkeypatch)
    store.close_store()
