"""Registers: what people keep beside appeals is checked, imported from any table, never lost."""

import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from components import register as drawn
from ingest import care, commands, rebuild
from ingest import registers as files
from ingest.__main__ import app
from ingest.mapping import Refused
from queries import registers, store, writes
from queries.access import Access
from queries.registers import Saved
from tests import small
from tests.queries.scopes import scope

EVERYTHING = Access.reader()
HEADER = "Мера;Муниципалитет;Тема;Дата начала;Статус;Км;Участники"
MEASURE = {"problem": "Ремонт набережной", "territory": 2301, "topic": "Набережные", "status": "идёт"}


def csv_file(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8", name: str = "m.csv") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join([header, *rows]).encode(encoding))
    return path


def take(path: Path, code: str = "measures") -> dict[str, Any]:
    answer = files.load_file({"register": code, "path": str(path), "name": path.name}, small.quiet)
    assert answer["read"] == answer["saved"] + answer["unchanged"] + answer["duplicates"] + answer["rejected"]
    return answer


def column(name: str, code: str = "measures", reader: Access = EVERYTHING) -> list[Any]:
    return registers.items(code, reader)[name].tolist()


def test_every_register_is_described_whole() -> None:
    for code, register in registers.registers().items():
        names = [field.name for field in register.fields]
        assert len(names) == len(set(names)), code
        assert any(field.key for field in register.fields), f"{code}: rows of a file need key fields"
        assert all(field.options for field in register.fields if field.kind == "choice"), code
        assert all(field.example for field in register.fields if field.required), code


def test_the_template_of_every_register_loads(store_file: Path, tmp_path: Path) -> None:
    for code, register in registers.registers().items():
        path = tmp_path / register.file
        path.write_bytes(drawn.template(register))
        answer = take(path, code)
        assert (answer["saved"], answer["rejects"]) == (1, []), code


def test_what_is_saved_is_read_back(store_file: Path) -> None:
    own = registers.save("measures", MEASURE | {"start": date(2024, 6, 3), "km": "2,5", "bodies": "Водоканал\nДорожная служба\nВодоканал"})
    row = registers.items("measures", EVERYTHING).iloc[0]
    assert (row["item_id"], row["territory_name"], row["topic_name"], row["status"], row["status_name"]) == (own, "Калининград", "Набережные", "running", "идёт")
    assert (row["km"], row["bodies"], row["start"].date()) == (2.5, ["Водоканал", "Дорожная служба"], date(2024, 6, 3))
    again = registers.shown("measures", row)
    assert again["start"] == date(2024, 6, 3) and again["end"] is None
    registers.save("measures", again | {"status": "done"}, own)
    assert column("status") == ["done"] and column("km") == [2.5]
    with store.cursor() as cursor:
        view = cursor.execute("FROM measures SELECT territory_id, topic_group_id IS NOT NULL, topic_id IS NOT NULL, status, len(bodies)").fetchall()
    assert view == [(2301, True, True, "done", 2)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"problem": " \u200b\n"}, "problem"),
        ({"territory": 777777}, "territory"),
        ({"territory": 0}, "territory"),
        ({"topic": "Колонизация Марса"}, "topic"),
        ({"status": "почти"}, "status"),
        ({"km": "-1"}, "km"),
        ({"km": "inf"}, "km"),
        ({"start": "позавчера"}, "start"),
        ({"start": date(1812, 6, 24)}, "start"),
        ({"start": date(2024, 6, 3), "end": date(2024, 6, 2)}, "end"),
        ({"spike": "много"}, "spike"),
    ],
)
def test_a_mistake_is_told_by_its_field(store_file: Path, change: dict[str, Any], field: str) -> None:
    _facts, mistakes = registers.check("measures", MEASURE | change)
    assert list(mistakes) == [field] and registers.registers()["measures"].field(field).label in mistakes[field]
    with pytest.raises(registers.Mistakes):
        registers.save("measures", MEASURE | change)
    assert registers.items("measures", EVERYTHING).empty


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\u202eb\x00c\u200bd\r\ne", "abcd e"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("'; DROP TABLE register_entries; --", "'; DROP TABLE register_entries; --"),
        ('{"a": 1}', '{"a": 1}'),
        ("я" * 5000, "я" * 300),
    ],
)
def test_hostile_text_is_only_text(store_file: Path, given: str, kept: str) -> None:
    registers.save("measures", MEASURE | {"problem": given}, author=given)
    assert column("problem") == [kept]
    with store.cursor() as cursor:
        assert cursor.execute("FROM measures SELECT problem").fetchall() == [(kept,)]


def test_the_template_runs_no_formula() -> None:
    for register in registers.registers().values():
        lines = drawn.template(register).decode("utf-8-sig").splitlines()
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in ";".join(lines).split(";"))


def test_a_file_is_taken_row_by_row(store_file: Path, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "Ремонт;Калининград;Ямы и выбоины;01.06.2024;в работе;2,4;Дорожная служба",
        "Ремонт 2;г. Южно-Сахалинск;Состояние дорог;2024-06-02;выполнена;1 000,5;",
        "Ремонт 3;Тридесятск;Состояние дорог;03.06.2024;план;;",
        "Ремонт 4;Калининград;Состояние дорог;32.06.2024;план;;",
        ";Калининград;Состояние дорог;4 июня 2024;план;;",
        ";;;;;;",
        "Ремонт;калининград;ямы и выбоины;1 июня 2024;завершено;2,4;Дорожная служба",
        encoding="cp1251",
    )
    answer = take(path)
    assert (answer["read"], answer["saved"], answer["duplicates"], answer["rejected"]) == (6, 2, 1, 3)
    assert [reject["row_number"] for reject in answer["rejects"]] == [4, 5, 6]
    assert [word in reject["reason"] for word, reject in zip(("Тридесятск", "32.06.2024", "не заполнено"), answer["rejects"], strict=True)] == [True] * 3
    assert sorted(column("status")) == ["done", "done"] and sorted(column("km")) == [2.4, 1000.5]
    assert (again := take(path))["saved"] == 0 and again["unchanged"] == 2


def test_dates_of_one_file_may_be_mixed(store_file: Path, tmp_path: Path) -> None:
    said = ["13/06/2024", "06/12/2024", "2024-06-14", "15.6.24", "16 июня 2024 г.", "17.06.2024 10:30"]
    rows = [f"Мера {n};Калининград;Состояние дорог;{day};план;;" for n, day in enumerate(said)]
    take(csv_file(tmp_path, *rows))
    found = dict(zip(column("problem"), column("start"), strict=True))
    expected = [date(2024, 6, 13), date(2024, 12, 6), *(date(2024, 6, n) for n in (14, 15, 16, 17))]
    assert [found[f"Мера {n}"].date() for n in range(6)] == expected


def test_excel_and_json_are_read_too(store_file: Path, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "m.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Отчёт о мерах"])
    sheet.write_row(2, 0, ["Мероприятие", "Регион", "Группа тем", "Начало работ", "Стадия", "Стоимость, ₽"])
    sheet.write_row(3, 0, ["Из книги", "Калининградская область", "Состояние дорог", "", "в работе", 12500000])
    sheet.write_datetime(3, 3, datetime(2024, 6, 5), book.add_format({"num_format": "dd.mm.yyyy"}))
    book.close()
    assert take(tmp_path / "m.xlsx")["saved"] == 1
    items = [{"problem": "Из JSON", "territory": "Калининград", "topic": "Ямы и выбоины", "status": "done", "bodies": ["А", "Б"]}]
    (tmp_path / "m.json").write_text(json.dumps(items, ensure_ascii=False), encoding="utf-8")
    assert take(tmp_path / "m.json")["saved"] == 1
    frame = registers.items("measures", EVERYTHING).set_index("problem")
    assert frame.loc["Из книги", "territory_name"] == "Калининградская область" and frame.loc["Из книги", "money"] == 12_500_000
    assert frame.loc["Из книги", "start"].date() == date(2024, 6, 5) and frame.loc["Из JSON", "bodies"] == ["А", "Б"]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"\x00\xff" * 200, b"just words", b"[1, 2, 3]"])
def test_what_is_no_table_is_refused(store_file: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(content)
    with pytest.raises(Refused):
        take(path)
    assert registers.items("measures", EVERYTHING).empty


def test_a_bomb_is_refused(store_file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m.csv", HEADER + "\n" + "0" * 40_000_000)
    with pytest.raises(Refused):
        take(tmp_path / "m.zip")


def test_missing_columns_are_named(store_file: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Территория, Тема"):
        take(csv_file(tmp_path, "Ремонт;план", header="Мера;Статус"))


def test_a_place_somebody_has_matched_is_known(store_file: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Ремонт;Тридесятск;Состояние дорог;03.06.2024;план;;")
    assert take(path)["rejected"] == 1
    with store.transaction() as cursor:
        writes.save_place_match(cursor, None, "Тридесятск", 2301)
    assert take(path)["saved"] == 1


def test_what_is_removed_is_gone_and_may_come_back(store_file: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Ремонт;Калининград;Состояние дорог;03.06.2024;план;;")
    take(path)
    registers.remove("measures", column("item_id")[0])
    assert registers.items("measures", EVERYTHING).empty
    with pytest.raises(LookupError):
        registers.remove("measures", "no such")
    assert take(path)["saved"] == 1 and len(column("item_id")) == 1


def test_a_rebuild_gives_the_same(store_file: Path, tmp_path: Path) -> None:
    take(csv_file(tmp_path, *(f"Ремонт {n};Калининград;Состояние дорог;0{n}.06.2024;план;;" for n in range(1, 6))))
    first, second, *_rest = column("item_id")
    registers.remove("measures", first)
    registers.save("measures", MEASURE, second)
    campaign = {"what": "Нет воды", "territory": 6401, "topic": "Горячая вода", "announced": date(2024, 6, 1), "channels": ["А"]}
    registers.save("campaigns", campaign)
    before = [registers.items(code, EVERYTHING).to_csv() for code in ("measures", "campaigns")]
    store.close_store()
    store_file.unlink()
    rebuild.rebuild(small.quiet)
    assert [registers.items(code, EVERYTHING).to_csv() for code in ("measures", "campaigns")] == before
    assert care.verify({}, small.quiet)["problems"] == []


def test_a_crash_after_the_journal_loses_nothing(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = writes.append

    def crash(*entries: Any) -> None:
        real(*entries)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(writes, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            registers.save_many("measures", [registers.check("measures", MEASURE)[0]])
    assert registers.items("measures", EVERYTHING).empty
    rebuild.catch_up()
    assert column("problem") == ["Ремонт набережной"]


@pytest.mark.parametrize(("territories", "seen"), [(None, 2), ((6401,), 1), ((), 0)])
def test_a_reader_sees_own_territories_only(store_file: Path, territories: tuple[int, ...] | None, seen: int) -> None:
    for territory in (2301, 6401):
        registers.save("measures", MEASURE | {"territory": territory})
    assert len(column("item_id", reader=Access(territories, False, True, True))) == seen


def test_a_scope_leaves_its_places_and_topics(store_file: Path) -> None:
    for territory, topic in ((2301, "Набережные"), (2300, "Ямы и выбоины"), (6401, "Состояние дорог")):
        registers.save("measures", MEASURE | {"territory": territory, "topic": topic})
    with store.cursor() as cursor:
        pits = cursor.execute("FROM topics SELECT topic_id, topic_group_id, block_id WHERE name = 'Ямы и выбоины'").fetchone()
    assert pits is not None

    def names(**chosen: Any) -> Sequence[str]:
        return registers.items("measures", scope(**chosen))["topic_name"].sort_values().tolist()

    assert names(place=2300) == ["Набережные", "Ямы и выбоины"]
    assert names(topics=(pits[0],)) == ["Состояние дорог", "Ямы и выбоины"]
    assert names(groups=(pits[1],)) == names(blocks=(pits[2],)) == ["Состояние дорог", "Ямы и выбоины"]


def test_a_moment_is_local_to_its_territory(store_file: Path) -> None:
    field = registers.Field("at", "Когда", "moment")
    assert registers._value(field, "2024-06-05T10:00", registers._names(), "Asia/Sakhalin") == "2024-06-04T23:00:00"
    assert registers._value(field, "2024-06-05T10:00:00+03:00", registers._names(), "Asia/Sakhalin") == "2024-06-05T07:00:00"
    assert registers._given_back(field, datetime(2024, 6, 4, 23), "Asia/Sakhalin") == datetime(2024, 6, 5, 10)


def test_the_command_tells_each_row(store_file: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Ремонт;Калининград;Состояние дорог;03.06.2024;план;;", "Ремонт;Где;Состояние дорог;03.06.2024;план;;")
    said = CliRunner().invoke(app, ["register", "measures", str(path)])
    assert said.exit_code == 0 and "строка 3: Территория: не найдена: «Где»" in said.output
    wrong = CliRunner().invoke(app, ["register", "nothing", str(path)])
    assert wrong.exit_code == 1 and "Нет реестра" in wrong.output
    assert commands.VERBS["register"] is files.load_file


def test_saving_many_counts(store_file: Path) -> None:
    sheets = [registers.check("measures", MEASURE | {"problem": f"Мера {n % 3}"})[0] for n in range(5)]
    assert registers.save_many("measures", sheets) == Saved(3, 0, 2)
    assert registers.save_many("measures", sheets[:4]) == Saved(0, 3, 1)
