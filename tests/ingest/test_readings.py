"""Readings of sensors: any table is taken row by row, what is wrong is told, nothing is lost or doubled."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ingest import commands, readings, rebuild
from ingest.__main__ import app
from ingest.mapping import Refused
from queries import registers, store
from tests import small

HEADER = "Код датчика;Дата и время;Показание;Единица;Событие"


def sensor(code: str, kind: str = "air", **more: Any) -> dict[str, Any]:
    facts = {"code": code, "name": f"Датчик {code}", "territory": 2301, "type": kind, "topic": "Набережные", "lat": 54.7, "lon": 20.5}
    air = {"unit": "mg_m3", "threshold": 0.3, "measure": "PM10"} if kind == "air" else {}
    sheet, mistakes = registers.check("sensors", facts | air | more)
    assert not mistakes
    return sheet


@pytest.fixture
def posts(store_file: Path) -> Path:
    """Two air posts eleven hours apart and a container site."""
    registers.save_many("sensors", [sensor("KGD-1"), sensor("SAH-1", territory=6401, unit="ug_m3", threshold=300), sensor("MUS-1", "waste")])
    return store_file


def written(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8", name: str = "r.csv") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join([header, *rows]).encode(encoding))
    return path


def take(path: Path) -> dict[str, Any]:
    answer = readings.load_file({"path": str(path), "name": path.name}, small.quiet)
    counts = [answer[name] for name in ("loaded", "updated", "unchanged", "duplicates", "rejected")]
    assert answer["read"] == sum(counts)
    return answer


def stored() -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute("SELECT sensor_id, happened_at, value, event FROM sensor_readings ORDER BY ALL").fetchall()


def reasons(answer: dict[str, Any]) -> dict[int, str]:
    return {reject["row_number"]: reject["reason"] for reject in answer["rejects"]}


def test_times_are_those_of_the_sensors_territory_and_units_those_of_the_sensor(posts: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "KGD-1;10.06.2024 12:00;0,41;мг/м3;", "sah-1;2024-06-10 12:00;0,41;мг/м3;", "KGD-1;2024-06-10T12:30:00Z;420;мкг/м3;",
                   "MUS-1;10.06.2024 09:00;;;Не вывезено", encoding="cp1251")  # fmt: skip
    answer = take(path)
    assert answer["rejects"] == [] and answer["loaded"] == 4
    assert stored() == [
        ("KGD-1", datetime(2024, 6, 10, 10), 0.41, None), ("KGD-1", datetime(2024, 6, 10, 12, 30), pytest.approx(0.42), None),
        ("MUS-1", datetime(2024, 6, 10, 7), None, "missed"), ("SAH-1", datetime(2024, 6, 10, 1), pytest.approx(410.0), None),
    ]  # fmt: skip
    assert (answer["first"], answer["last"]) == ("2024-06-10T01:00:00", "2024-06-10T12:30:00")


def test_each_bad_row_is_told_with_its_number_and_reason(posts: Path, tmp_path: Path) -> None:
    rows = {
        "NO-1;10.06.2024 12:00;0,1;;": "нет в реестре",
        ";10.06.2024 12:00;0,1;;": "нет кода датчика",
        "KGD-1;;0,1;;": "нет даты",
        "KGD-1;вчера;0,1;;": "не читается",
        "KGD-1;10.06.2034 12:00;0,1;;": "ещё не наступило",
        "KGD-1;10.06.2024 12:00;0,1;ppm;": "не переводится в мг/м³",
        "KGD-1;10.06.2024 12:00;150;;": "похоже на другую единицу",
        "KGD-1;10.06.2024 12:00;-1;;": "меньше нуля",
        "KGD-1;10.06.2024 12:00;много;;": "не читается: «много»",
        "KGD-1;10.06.2024 12:00;;;": "нет ни показания, ни события",
        "MUS-1;10.06.2024 12:00;;;Убежало": "неизвестное событие «Убежало»",
        "MUS-1;10.06.2024 12:00;1;мг/м3;": "не указана единица",
    }
    answer = take(written(tmp_path, "KGD-1;10.06.2024 11:00;0,1;;", *rows))
    assert answer["loaded"] == 1 and answer["rejected"] == len(rows)
    told = reasons(answer)
    for number, (row, reason) in enumerate(rows.items(), 3):
        assert reason in told[number], (row, told[number])
    assert all(json.loads(reject["raw"]) for reject in answer["rejects"])


def test_the_same_file_changes_nothing_and_a_corrected_one_replaces(posts: Path, tmp_path: Path) -> None:
    first = written(tmp_path, "KGD-1;10.06.2024 12:00;0,1;;", "KGD-1;10.06.2024 13:00;0,2;;", "KGD-1;10.06.2024 13:00;0,25;;")
    assert (take(first)["loaded"], take(first)["loaded"]) == (2, 0)
    assert len(readings.archived(store.paths().batches)) == 1, "a file that changes nothing is not archived"
    answer = take(written(tmp_path, "KGD-1;10.06.2024 12:00;0,1;;", "KGD-1;10.06.2024 13:00;0,3;;", name="s.csv"))
    assert (answer["loaded"], answer["updated"], answer["unchanged"]) == (0, 1, 1)
    assert [row[2] for row in stored()] == [0.1, 0.3]


@pytest.mark.parametrize("header", ["Номер поста;Время измерения;Концентрация;Единица измерения", "Номер поста,Время измерения,Концентрация"])
def test_known_layouts_of_air_posts(posts: Path, tmp_path: Path, header: str) -> None:
    row = "KGD-1;10.06.2024 12:00;0.41;мг/м3" if ";" in header else "KGD-1,10.06.2024 12:00,0.41"
    assert take(written(tmp_path, row, header=header))["loaded"] == 1


def test_json_of_cleaning_events(posts: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps([{"Объект контроля": "MUS-1", "Время события": "2024-06-10T09:00:00", "Состояние работ": "Вывезено"},
                                {"Объект контроля": "MUS-1", "Время события": "2024-06-11T09:00:00", "Состояние работ": "Просрочено"}]))  # fmt: skip
    assert take(path)["loaded"] == 2
    assert [row[3] for row in stored()] == ["done", "missed"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 500, "Улица;Дом\r\nЛесная;3\r\n".encode(), b"PK\x03\x04broken"])
def test_what_is_no_table_of_readings_is_refused(posts: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(Refused):
        take(path)
    assert stored() == [] and not list(store.paths().batches.glob("readings*"))


def test_a_long_file_is_streamed_in_pieces(posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more rows are held at once than a piece has, and an overlap between pieces is one record."""
    monkeypatch.setattr(readings, "PIECE_ROWS", 100)
    held: list[int] = []
    real = readings._pieces

    def watched(records: Any) -> Any:
        for piece in real(records):
            held.append(len(piece))
            yield piece

    monkeypatch.setattr(readings, "_pieces", watched)
    random = np.random.default_rng(1)
    begin = datetime(2024, 5, 1)
    minutes = random.integers(0, 900, 1_500)
    expected: dict[datetime, float] = {}
    rows = []
    for n, minute in enumerate(minutes):
        at, value = begin + timedelta(minutes=int(minute)), round(float(random.uniform(0, 1)), 3)
        rows.append("NO-1;01.05.2024 12:00;1;;" if n % 10 == 9 else f"KGD-1;{at.isoformat()};{value};;")
        if n % 10 != 9:
            expected[at - timedelta(hours=2)] = value
    answer = take(written(tmp_path, *rows))
    assert max(held) == 100 and sum(held) == 1_350 and answer["rejected"] == 150
    assert [(row[1], row[2]) for row in stored()] == sorted(expected.items())


def test_many_bad_rows_are_counted_and_the_first_are_shown(posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "SHOWN_REJECTS", 5)
    answer = take(written(tmp_path, *["NO-1;01.05.2024 12:00;1;;"] * 40))
    assert answer["rejected"] == 40 and len(answer["rejects"]) == 5


def table() -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute("FROM sensor_readings ORDER BY ALL").fetchall()


def test_a_rebuild_replays_the_archive(posts: Path, tmp_path: Path) -> None:
    take(written(tmp_path, "KGD-1;10.06.2024 12:00;0,1;;", "KGD-1;10.06.2024 13:00;0,2;;"))
    take(written(tmp_path, "KGD-1;10.06.2024 13:00;0,3;;", "MUS-1;10.06.2024 13:00;;;Вывезено", name="s.csv"))
    before = table()
    rebuild.rebuild(small.quiet)
    assert table() == before and len(before) == 3
    (first, second) = readings.archived(store.paths().batches)
    assert json.loads(pq.read_schema(second).metadata[b"pulse"])["name"] == "s.csv"
    assert pq.read_metadata(first).num_rows == 2


def test_a_crash_between_archive_and_store_loses_nothing(posts: Path, tmp_path: Path) -> None:
    """What a process killed before its transaction committed leaves: the file in the archive, nothing in the table."""
    take(written(tmp_path, "KGD-1;10.06.2024 12:00;0,1;;"))
    take(written(tmp_path, "KGD-1;10.06.2024 14:00;0,2;;", "KGD-1;10.06.2024 12:00;0,4;;", name="s.csv"))
    before = table()
    with store.transaction() as cursor:
        cursor.execute("DELETE FROM sensor_readings")
        cursor.execute("INSERT INTO sensor_readings VALUES ('KGD-1', TIMESTAMP '2024-06-10 10:00', 0.1, NULL, 'readings-000001')")
    rebuild.catch_up()
    assert table() == before
    version = store.version()
    readings.settle()
    assert store.version() == version, "nothing to do is not a change"


@pytest.mark.parametrize("step", ["apply", "os.replace"])
def test_a_failed_load_leaves_no_trace(posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    real = os.replace

    def broken(*arguments: Any) -> Any:
        if step == "os.replace":
            real(*arguments)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"ingest.readings.{step}", broken)
    with pytest.raises(OSError):
        take(written(tmp_path, "KGD-1;10.06.2024 14:00;0,2;;"))
    assert stored() == [] and not list(store.paths().batches.glob("readings*"))


def test_the_command_tells_what_became_of_the_file(posts: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "KGD-1;10.06.2024 12:00;0,1;;", "NO-1;10.06.2024 12:00;0,1;;")
    store.close_store()
    said = CliRunner().invoke(app, ["readings", str(path)])
    assert said.exit_code == 0, said.output
    assert "Прочитано 2. Новых 1" in said.output and "строка 3: датчика «NO-1» нет в реестре" in said.output
    assert set(commands.VERBS) >= {"readings"}


def test_a_threshold_put_right_in_the_register_counts_from_then_on(posts: Path) -> None:
    registers.save("sensors", sensor("KGD-1", threshold=0.5), item_id=registers.key_of("sensors", {"code": "KGD-1"}))
    with store.cursor() as cursor:
        assert readings.sensors(cursor)["kgd-1"].threshold == 0.5
