"""The cabinet export of «Инцидент Менеджмент»: the invented stand-in with all quirks, other layouts, the real file."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.sources import open_source
from ingest.sources.incident import channel, level, public_url

DATA = Path(__file__).parent.parent / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
REAL = SHARED / "ru-omsk-incident-export" / "incident_export.xlsx"
SECRET = b"0" * 32
AS_OF = datetime(2026, 2, 1)


@pytest.fixture(scope="module")
def standin() -> dict[str, dict[str, Any]]:
    (part,) = open_source(DATA / "incident_standin.xlsx").parts(SECRET, AS_OF)
    return {row["external_id"]: row for row in part.appeals.to_pylist()}


def test_layout_is_recognised_and_rows_counted() -> None:
    opened = open_source(DATA / "incident_standin.xlsx")
    (part,) = opened.parts(SECRET, AS_OF)
    assert (opened.source, opened.recognised, opened.total_rows, opened.may_grow_places) == ("incident", True, 5, True)
    assert (part.appeals.num_rows, [(r.row_number, r.reason) for r in part.rejects]) == (
        4,
        [(6, "закрыто раньше, чем создано")],
    )
    assert {"ID", "Теги"} <= set(opened.unmapped)


def test_local_times_of_the_region_become_utc(standin: dict[str, dict[str, Any]]) -> None:
    row = standin["700001"]  # Omsk is UTC+6
    assert row["created_at"] == datetime(2025, 12, 24, 14, 6, 2)
    assert row["closed_at"] == datetime(2026, 1, 5, 2, 16, 27)
    assert row["first_response_at"] == datetime(2025, 12, 26, 2, 36, 39, 103000)
    assert standin["700002"]["first_response_at"] == datetime(2025, 12, 25, 3, 55, 54)


def test_words_of_the_cabinet_become_codes(standin: dict[str, dict[str, Any]]) -> None:
    codes = {number: (row["type"], row["status"], row["outcome"], row["rating"]) for number, row in standin.items()}
    assert codes == {
        "700001": ("resolvable", "closed", "resolved", None),
        "700002": ("informational", "closed", "explained", 5),
        "700003": ("resolvable", "answered", "explained", None),
        "700004": ("resolvable", "closed", "not_resolved", None),
    }
    assert standin["700003"]["closed_at"] is None


def test_texts_lose_markup_people_and_advertising(standin: dict[str, dict[str, Any]]) -> None:
    assert standin["700001"]["text"] == "Администрация города, дорогу у дома 5 не чистили неделю!\nЗвоните [телефон] 😤"
    assert standin["700002"]["text"] == "Когда откроют каток в посёлке?"
    assert standin["700001"]["reply"] == "[имя], здравствуйте. Трактор выйдет завтра."
    assert standin["700002"]["reply"] is None
    assert standin["700003"]["reply"] == "Здравствуйте, заявка принята.\n\nРаботы выполнены."


def test_channel_comes_from_the_address_of_the_post(standin: dict[str, dict[str, Any]]) -> None:
    assert {number: row["channel"] for number, row in standin.items()} == {
        "700001": "vk_groups",
        "700002": "tg_chats",
        "700003": "vk_official",
        "700004": "ok_official",
    }
    assert [row["is_official"] for row in standin.values()] == [False, False, True, True]
    assert standin["700003"]["url"] is None
    assert standin["700004"]["url"] == "http://ok.ru/group/47000000000001/topic/618539"


def test_places_and_executors(standin: dict[str, dict[str, Any]]) -> None:
    assert standin["700002"]["municipality"] == "Омская область, другое"
    assert standin["700002"]["settlement"] is None
    assert (standin["700001"]["street"], standin["700001"]["house"]) == ("улица Лесная", "4Б")
    assert (standin["700001"]["executor"], standin["700001"]["level"]) == (
        "Департамент городского хозяйства (ДГХ)",
        "municipal",
    )
    assert (standin["700004"]["executor"], standin["700004"]["level"]) == (
        "Министерство здравоохранения Омской области",
        "regional",
    )


def test_authors_are_keyed_hashes(standin: dict[str, dict[str, Any]]) -> None:
    (other,) = open_source(DATA / "incident_standin.xlsx").parts(b"1" * 32, AS_OF)
    assert all(0 <= row["author"] < 2**63 for row in standin.values())
    assert other.appeals["author"][0].as_py() != standin["700001"]["author"]
    assert "900100" not in str(standin)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Номер инцидента;Дата создания;Локация;Группа тем;Тема;Контент;URL поста;Текущий шаг инцидента",
            "1;2025-03-01 10:00:00;Липецк;Дороги;Ямы;'Яма на дороге;https://vk.ru/wall-5_7;Готово",
        ),
        (
            "Номер в источнике;Дата создания;ОМСУ;Тема;Описание;Статус;Урл поста",
            "1;2025-03-01 10:00:00;Липецк;Ямы;Яма на дороге;Готово;https://vk.com/wall-5_7",
        ),
    ],
)
def test_other_cabinets_name_the_same_fields_otherwise(tmp_path: Path, header: str, row: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8-sig")
    opened = open_source(path, "incident")
    (part,) = opened.parts(SECRET, AS_OF)
    (appeal,) = part.appeals.to_pylist()
    expected = {
        "source": "incident",
        "external_id": "1",
        "municipality": "Липецк",
        "topic": "Ямы",
        "text": "Яма на дороге",
        "status": "closed",
        "channel": "vk_groups",
        "created_at": datetime(2025, 3, 1, 7),
    }
    assert {key: appeal[key] for key in expected} == expected


def test_a_page_is_official_by_list_by_inbox_or_by_own_reply() -> None:
    post, page = "http://vk.com/wall-5_7", "http://vk.com/club5"
    assert channel(post, page, None, frozenset()) == "vk_groups"
    assert channel(post, page, None, frozenset({"vk.com/club5"})) == "vk_official"
    assert channel(post, page, "https://vk.ru/club5/", frozenset()) == "vk_official"
    assert channel("http://vk.com/wall9_7", "http://vk.com/id9", "http://vk.com/id9", frozenset()) == "vk_groups"
    assert channel("http://vk.com/gim5?sel=9", None, None, frozenset()) == "vk_official"
    assert channel("https://dzen.ru/a/1", None, None, frozenset()) == "other"
    assert channel(None, None, None, frozenset()) is None


def test_addresses_that_name_a_person_are_not_kept() -> None:
    assert public_url("http://vk.com/im?msgid=5454&sel=975549813") is None
    assert public_url("http://ok.ru/profile/497227456692/statuses/82") is None
    assert public_url("http://vk.com/wall388740488_34509?reply=86796") is None
    assert public_url("http://vk.com/wall-46028423_653?reply=71") == "http://vk.com/wall-46028423_653?reply=71"


def test_level_is_read_off_the_name_of_the_body() -> None:
    names = [
        "Администрация города Омска",
        "Тарский район",
        "Министерство спорта Омской области",
        "Соцфонд Омской области",
        "АО «Тепло»",
    ]
    assert [level(name, None) for name in names] == ["municipal", "municipal", "regional", "federal", None]


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="нет ../shared: настоящая выгрузка не проверяется")
def test_the_real_export_loads_whole() -> None:
    opened = open_source(REAL)
    (part,) = opened.parts(SECRET, AS_OF)
    rows = part.appeals.to_pylist()
    assert (opened.source, len(rows), part.rejects) == ("incident", 39, ())
    assert [sum(row["outcome"] == code for row in rows) for code in ("explained", "resolved", None)] == [35, 3, 1]
    assert [sum(row["status"] == code for row in rows) for code in ("closed", "answered")] == [38, 1]
    assert sum(row["type"] == "resolvable" for row in rows) == 29
    assert sum(row["municipality"] == "Омская область, другое" for row in rows) == 2
    assert sum(row["rating"] == 5 for row in rows) == 1
    assert all(row["first_response_at"] > row["created_at"] for row in rows)
    assert all("[club" not in row["text"] and "<br>" not in row["text"] and not row["text"].startswith("'") for row in rows)
