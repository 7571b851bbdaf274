"""Eight kills, spread over the life of a load, a rebuild and a note; bench/kills.py does many more."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import kills
from bench.kills import Kill
from queries import store

LOAD, REBUILD = kills.LOAD, kills.REBUILD
MOMENTS = [
    ("command", "load", "Прочитано строк", LOAD),  # the archive is being written
    ("app", "load", "Считаем сроки", LOAD),
    ("command", "load", "Записываем", LOAD),
    ("app", "load", "Ищем всплески", LOAD),
    ("command", "load", "rename batches/000002", LOAD),  # between the archive and the end of the commit
    ("command", "load", "remove pending", LOAD),  # committed
    ("app", "rebuild", "rename pulse.before-rebuild.duckdb", REBUILD),  # neither database is in its place
    ("app", "note", "line written", {"line written": 0.0}),
]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kills.Ground]:
    """A store, a second file, and what it makes of the store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", os.environ["PULSE_DB"])
        patch.setattr(store, "clock", store.clock)
        yield kills.prepare(tmp_path_factory.mktemp("kills"), per_day=8)
        store.close_store()


@pytest.mark.parametrize("number", range(len(MOMENTS)))
def test_a_kill_loses_nothing_doubles_nothing_and_leaves_nothing_half(ground: kills.Ground, tmp_path: Path, number: int) -> None:
    who, verb, at, longest = MOMENTS[number]
    kill = Kill(who, verb, at, random.Random(number).uniform(0, longest[at] / 3))
    outcome = kills.suffer(kill, ground, tmp_path / "store")
    assert outcome.startswith("killed"), outcome
    if at == "remove pending":
        assert outcome == "killed, new state"
    if at in ("Прочитано строк", "Считаем сроки"):
        assert outcome == "killed, old state"
