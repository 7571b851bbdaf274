"""The mapping files of the product on invented stand-ins of each layout, and on the real files of ../shared."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from components.exports import mendable_csv
from ingest.mapping import MAPPINGS, read_mapping
from ingest.sources import Opened, Part, Refused, Reject, open_source

DATA = Path(__file__).parent.parent / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
AS_OF = datetime(2026, 11, 1)


def opened(tmp_path: Path, content: str, name: str = "export.csv", **how: Any) -> Opened:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return open_source(path, **how)


def whole(file: Opened) -> Part:
    (part,) = file.parts(b"k" * 32, AS_OF)
    return part


def rows(part: Part) -> list[dict[str, Any]]:
    return part.appeals.to_pylist()


def pick(row: dict[str, Any], *keys: str) -> tuple[Any, ...]:
    return tuple(row[key] for key in keys)


# Open311 and NYC ------------------------------------------------------------------------------------------------------

OPEN311_XML = """<?xml version="1.0" encoding="utf-8"?>
<service_requests xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<request><service_request_id>1</service_request_id><status>Open</status><status_notes/>
<service_name>Graffiti</service_name><description/>
<requested_datetime>2024-05-22 23:57:23.97</requested_datetime><updated_datetime xsi:nil="true"/>
<expected_datetime>2024-05-31</expected_datetime>
<address> </address><zipcode>0</zipcode><lat>0.0</lat><long>0.0</long></request>
<request><service_request_id>2</service_request_id><status>closed</status><service_name>Potholes</service_name><description>Яма</description>
<requested_datetime>2024-05-22T20:00:00-04:00</requested_datetime><lat>37.77</lat><long>-122.4</long></request>
</service_requests>"""


def test_open311_xml(tmp_path: Path) -> None:
    file = opened(tmp_path, OPEN311_XML, "requests.xml")
    part = whole(file)
    first, second = rows(part)
    assert (file.source, file.recognised, part.warnings) == (
        "open311",
        True,
        {"координаты равны нулю": 1, "закрыто без даты закрытия": 1},
    )
    assert pick(first, "status", "outcome", "text", "lat", "source_updated_at") == ("new", None, None, None, None)
    assert pick(first, "created_at", "due_at") == (
        datetime(2024, 5, 22, 23, 57, 23, 970000),
        datetime(2024, 5, 31, 23, 59, 59),
    )
    assert pick(second, "created_at", "status", "outcome", "lat", "lon") == (
        datetime(2024, 5, 23),
        "closed",
        "resolved",
        37.77,
        -122.4,
    )


def test_open311_json_with_a_city_of_its_own(tmp_path: Path) -> None:
    requests = [
        {
            "service_request_id": "a1",
            "status": "open",
            "service_name": "Ямы",
            "description": None,
            "requested_datetime": "2024-05-22 10:00:00",
            "lat": 37.77,
            "long": -122.42,
            "media_url": "",
        },
        {
            "service_request_id": "a2",
            "status": "open",
            "service_name": "Ямы",
            "requested_datetime": "2024-05-22 10:00:00",
            "lat": 0,
            "long": 0,
        },
        {
            "service_request_id": "a3",
            "status": "open",
            "service_name": "Ямы",
            "requested_datetime": "2024-05-22 10:00:00",
            "lat": 40.7,
            "long": -74.0,
        },
    ]
    part = whole(opened(tmp_path, json.dumps(requests), mapping=read_mapping(MAPPINGS / "open311-san-francisco.yaml")))
    assert [pick(row, "lat", "lon", "created_at") for row in rows(part)] == [
        (37.77, -122.42, datetime(2024, 5, 22, 17)), (None, None, datetime(2024, 5, 22, 17)), (None, None, datetime(2024, 5, 22, 17)),
    ]  # fmt: skip
    assert part.warnings == {"координаты равны нулю": 1, "координаты вне территории": 1}


NYC = {
    "Unique Key": "24445308", "Created Date": "11/20/2012 07:50:59 AM", "Closed Date": "11/20/2012 03:19:09 PM", "Agency": "DOT",
    "Agency Name": "Department of Transportation", "Complaint Type": "Noise", "Descriptor": "Engine Idling", "Status": "Closed",
    "Borough": "Unspecified", "Open Data Channel Type": "UNKNOWN", "Latitude": "40.77", "Longitude": "-73.96", "City": "NEW YORK",
}  # fmt: skip


def test_nyc_csv_and_json_are_one_layout(tmp_path: Path) -> None:
    extra = {f"School {n}": "Unspecified" for n in range(40)}
    csv = ",".join([*NYC, *extra]) + "\n" + ",".join([*NYC.values(), *extra.values()]) + "\n"
    record = {key.lower().replace(" ", "_"): value for key, value in NYC.items()}
    record |= {"created_date": "2012-11-20T07:50:59.000", "closed_date": "2012-11-20T15:19:09.000"}
    absent = {key: value for key, value in record.items() if key not in ("latitude", "longitude", "closed_date")} | {
        "unique_key": "2",
        "status": "Open",
    }
    from_csv = whole(opened(tmp_path, csv))
    from_json = whole(opened(tmp_path, json.dumps([record, absent]), "export.json"))
    expected = (
        "24445308",
        datetime(2012, 11, 20, 12, 50, 59),
        datetime(2012, 11, 20, 20, 19, 9),
        "closed",
        "resolved",
        "other",
        "NEW YORK",
        40.77,
    )
    keys = ("external_id", "created_at", "closed_at", "status", "outcome", "channel", "settlement", "lat")
    assert pick(rows(from_csv)[0], *keys) == pick(rows(from_json)[0], *keys) == expected
    assert pick(rows(from_json)[1], "status", "outcome", "lat") == ("new", None, None)
    assert from_csv.warnings == from_json.warnings == {}


# Russian portals ------------------------------------------------------------------------------------------------------


def test_spb_portal(tmp_path: Path) -> None:
    head = (
        "Внешний ID;Название;Район;Статус;Дата создания;Дата последнего обновления;Описание;Долгота;Широта;Адрес;Муниципальное образование;"
    )
    head += "Причина обращения;Категория;Подкатегория\n"
    row = "77;Яма;Невский;В работе;05.03.2024 10:00:00;06.03.2024 09:30:00;Яма во дворе;30,4;59,9;ул. Новая, 1;№ 50;Ямы;Дорога;Покрытие\n"
    file = opened(tmp_path, head + row)
    (found,) = rows(whole(file))
    assert (file.source, file.recognised) == ("portal", True)
    assert pick(found, "municipality", "settlement", "topic_group", "topic", "lat", "lon", "status", "channel") == (
        "Санкт-Петербург", "№ 50", "Дорога", "Ямы", 59.9, 30.4, "assigned", "portal",
    )  # fmt: skip
    assert pick(found, "created_at", "source_updated_at") == (datetime(2024, 3, 5, 7), datetime(2024, 3, 6, 6, 30))


def test_dobrodel_xls() -> None:
    file = open_source(DATA / "dobrodel_standin.xls")
    part = whole(file)
    first, second = rows(part)
    assert (file.source, file.recognised, file.total_rows) == ("portal", True, 3)
    assert "Жалобы" in file.form
    assert pick(first, "external_id", "status", "topic", "municipality", "region") == (
        "ДД-000101", "closed", "Ямы на дорогах", "ТУ Звенигород", "Московская область",
    )  # fmt: skip
    assert pick(first, "text", "street") == ("Глубокая яма у дома, звоните [телефон]", "ул. Лесная, д. 5")
    assert second["first_response_at"] == second["created_at"] == datetime(2024, 3, 4, 21)
    assert [(reject.row_number, reject.reason) for reject in part.rejects] == [(6, "дата создания не читается: «на днях»")]


def test_narodny_kontrol_holds_the_addressee_under_municipality(tmp_path: Path) -> None:
    head = "id,Тематика обращения,Дата создания,Категория,Муниципалитет ,Текст обращения\n"
    file = opened(tmp_path, head + "5,Ямы,05.03.2024,Дороги,Администрация Лесного района,Яма\n")
    (found,) = rows(whole(file))
    assert (file.source, file.recognised) == ("portal", True)
    assert pick(found, "municipality", "executor", "level") == (None, "Администрация Лесного района", "municipal")


def test_call_centre_journal_leaves_people_out(tmp_path: Path) -> None:
    head = "№ п/п;Дата звонка;Время звонка;ФИО;Телефон;Адрес;Тема звонка;Суть вопроса;Куда передано;Статус\n"
    rejected = "2;скоро;;Примеров Пётр Ильич;89130001122;;;Нет воды;;\n"
    file = opened(
        tmp_path,
        head + "1;05.03.2024;14:30;Примеров Пётр Ильич;89130001122;Лесная, 5;Вода;Нет воды;Водоканал;передано\n" + rejected,
    )
    part = whole(file)
    (found,) = rows(part)
    assert (file.source, pick(found, "channel", "created_at", "status")) == (
        "calls",
        ("call", datetime(2024, 3, 5, 11, 30), "assigned"),
    )
    assert "Примеров" not in str(found) + part.rejects[0].raw
    assert "8913" not in str(found) + part.rejects[0].raw
    assert {"ФИО", "Телефон"} <= set(file.unmapped)


def test_pos_texts_are_restricted_everywhere(tmp_path: Path) -> None:
    head = "Номер сообщения;Дата регистрации;Срок исполнения;Статус;Категория;Подкатегория;Текст сообщения;Текст ответа;"
    head += "Муниципальное образование\n"
    body = (
        "1;05.03.2024 10:00;15.03.2024;Направлено исполнителю;Дороги;Ямы;МАРКЕР яма;;Елец\n2;потом;;;Дороги;Ямы;МАРКЕР снег;МАРКЕР;Елец\n"
    )
    file = opened(tmp_path, head + body)
    part = whole(file)
    (found,) = rows(part)
    assert (file.source, "не проверено" in file.mapping.note) == ("pos", True)
    assert pick(found, "visibility", "channel", "status") == ("restricted", "gosuslugi", "assigned")
    assert found["due_at"] == datetime(2024, 3, 15, 20, 59, 59)
    assert "МАРКЕР" not in part.rejects[0].raw
    assert "МАРКЕР" not in str(file.preview(5, AS_OF))


# comments, status logs, replies ---------------------------------------------------------------------------------------


def test_comments_status_logs_and_replies_by_kind(tmp_path: Path) -> None:
    comments = "ID комментария;Дата комментария;Текст комментария;Ссылка на пост;URL автора\n"
    comments += "9;01.03.2025 10:00;Да, пыльно. Звоните +7 913 000-11-22;https://vk.ru/wall-5_7/;https://vk.com/id9\n"
    part = whole(opened(tmp_path, comments, kind="comments"))
    assert part.comments is not None
    (comment,) = part.comments.to_pylist()
    assert pick(comment, "comment_external_id", "external_id", "text") == (
        "9",
        "vk.com/wall-5_7",
        "Да, пыльно. Звоните [телефон]",
    )
    log = "Номер обращения;Дата;Новый статус;Исполнитель\n7;01.03.2025 10:00;В работе;ДГХ\n;01.03.2025;Готово;ДГХ\n"
    file = opened(tmp_path, log, source="portal", kind="events")
    part = whole(file)
    assert part.events is not None
    assert part.events.to_pylist() == [
        {"external_id": "7", "at": datetime(2025, 3, 1, 7), "status": "assigned", "executor": "ДГХ", "note": None}
    ]
    assert (file.source, [reject.reason for reject in part.rejects]) == ("portal", ["нет номера обращения"])
    replies = "Номер обращения;Дата ответа;Текст ответа;Оценка\n7;02.03.2025 10:00;<p>Сделано</p>;5\n8;02.03.2025;;6\n"
    part = whole(opened(tmp_path, replies, kind="replies"))
    assert part.replies is not None
    assert part.replies.to_pylist() == [{"external_id": "7", "at": datetime(2025, 3, 2, 7), "reply": "Сделано", "rating": 5}]
    assert [reject.reason for reject in part.rejects] == ["нет ни ответа, ни оценки"]


def test_a_table_without_what_the_kind_needs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="номер или ссылка"):
        opened(tmp_path, "Дата;Текст\n01.03.2025;Да\n", kind="comments")


# remembering and mending ----------------------------------------------------------------------------------------------


def test_a_confirmed_mapping_is_remembered(tmp_path: Path) -> None:
    table = "Когда;Что;Где\n2025-03-01;Яма;Елец\n"
    (tmp_path / "own.yaml").write_text("columns: {created_at: [Когда], text: [Что], municipality: [Где]}\n", encoding="utf-8")
    with pytest.raises(Refused):
        opened(tmp_path, table)
    confirmed = opened(tmp_path, table, mapping=read_mapping(tmp_path / "own.yaml"))
    confirmed.remember(tmp_path / "mappings")
    again = opened(tmp_path, table, remembered=tmp_path / "mappings")
    assert (again.recognised, rows(whole(again))) == (True, rows(whole(confirmed)))


def test_rejects_can_be_mended_and_loaded_again(tmp_path: Path) -> None:
    part = whole(open_source(DATA / "incident_standin.xlsx"))
    table = mendable_csv(pd.DataFrame(part.rejects)).decode("utf-8-sig")
    assert table.splitlines()[1].startswith("6;закрыто раньше, чем создано;")
    mended = opened(tmp_path, table.replace("2025-12-24 10:00:00", "2025-12-26 10:00:00"))
    (found,) = rows(whole(mended))
    assert (mended.source, found["external_id"], found["status"]) == ("incident", "700005", "closed")


def test_mended_tables_hold_no_formulas() -> None:
    table = mendable_csv(pd.DataFrame([Reject(2, "причина", json.dumps({"Текст": "=HYPERLINK(1)", "Тема": "+7"}))])).decode("utf-8-sig")
    assert table.splitlines()[1] == "2;причина;'=HYPERLINK(1);'+7"


# real files -----------------------------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "mapping", "source", "taken", "rejects", "drawn"),
    [
        ("311-nyc-mzuber/311_Service_Requests.csv", None, "portal", 990, {"закрыто раньше, чем создано": 10}, 890),
        ("311-nyc-mzuber/fhrw-4uyv.json", None, "portal", 993, {"закрыто раньше, чем создано": 7}, 993),
        ("open311-sf-bloomington/san_francisco_requests.xml", "open311-san-francisco.yaml", "open311", 56, {}, 47),
        ("open311-sf-bloomington/bloomington_requests.json", None, "open311", 21, {}, 13),
        ("ru-omsk-incident-export/live_feed_150.csv", None, "table", 150, {}, 0),
        ("ru-kursk-2022/train.csv", "kursk-2022.yaml", "table", 2000, {}, 0),
    ],
)
def test_real_files(name: str, mapping: str | None, source: str, taken: int, rejects: dict[str, int], drawn: int) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"нет ../shared: {name} не проверяется")
    file = open_source(path, mapping=read_mapping(MAPPINGS / mapping) if mapping else None)
    part = whole(file)
    found = rows(part)
    assert (file.source, len(found), Counter(reject.reason for reject in part.rejects)) == (source, taken, rejects)
    assert sum(row["lat"] is not None for row in found) == drawn


NOT_APPEALS = (
    *("nab/LICENSE.txt", "spikes-oracle/sim84_counts.csv", "ru-spb-categories/categories.json"),
    *("ru-perm-promobot-labels/id2label.json", "open311-sf-bloomington/bloomington_services.json"),
    *("open311-sf-bloomington/endpoints.json", "311-chicago-foia/derived_daily_counts.csv"),
)


@pytest.mark.real_data
@pytest.mark.parametrize("name", NOT_APPEALS)
def test_real_files_without_appeals_are_refused(name: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"нет ../shared: {name} не проверяется")
    with pytest.raises(Refused):
        open_source(path)
