"""Any table through a mapping: names and synonyms, dates, words, points, checks, status logs; the real tables of ../shared."""

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.privacy import mask
from ingest.batch import COMMENTS, EVENTS, SCHEMA
from ingest.mapping import MAPPINGS, Mapping, Refused, guess, parse, read_mapping
from ingest.sources import Part, open_source
from ingest.sources.values import clean, duration, moment, number, point
from ingest.sources.zones import zone_of

SHARED = Path(__file__).parents[3] / "shared" / "data"
AS_OF = datetime(2026, 2, 1)
real_data = pytest.mark.real_data


def load(tmp_path: Path, table: str, **mapping: Any) -> Part:
    path = tmp_path / "table.csv"
    path.write_text(table, encoding="utf-8")
    parsed = parse({"columns": guess(table.split("\n")[0].split(";")).columns, **mapping}, "проба") if mapping else None
    (part,) = open_source(path, "auto", parsed).parts(b"k", AS_OF)
    return part


def only(part: Part) -> dict[str, Any]:
    (row,) = part.appeals.to_pylist()
    return row


# values ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2021-06-05 22:08:11.225", datetime(2021, 6, 5, 22, 8, 11, 225000)),
        ("2025-12-24T20:06:02", datetime(2025, 12, 24, 20, 6, 2)),
        ("01.03.2025 10:05", datetime(2025, 3, 1, 10, 5)),
        ("1.3.2025", datetime(2025, 3, 1)),
        ("05.06.21 7:30", datetime(2021, 6, 5, 7, 30)),
        ("05/06/2021", datetime(2021, 6, 5)),
        ("5 июня 2021 г., 14:05", datetime(2021, 6, 5, 14, 5)),
        ("3 мая 2021", datetime(2021, 5, 3)),
        (datetime(2021, 6, 5), datetime(2021, 6, 5)),
        (44352.5, datetime(2021, 6, 5, 12)),
        ("вчера", None),
        ("31.02.2025", None),
        ("12345678", None),
        ("", None),
    ],
)
def test_moments(cell: Any, expected: datetime | None) -> None:
    found = moment(cell)
    assert (None if found is None else found[0]) == expected


def test_american_dates_and_own_formats() -> None:
    assert moment("9/5/2020 2:41 PM", dayfirst=False) == (datetime(2020, 9, 5, 14, 41), True)
    assert moment("9/5/2020 12:01 AM", dayfirst=False) == (datetime(2020, 9, 5, 0, 1), True)
    assert moment("20200905 1441", ("%Y%m%d %H%M",)) == (datetime(2020, 9, 5, 14, 41), True)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("276:10:25.217", timedelta(hours=276, minutes=10, seconds=25, milliseconds=217)),
        ("0:07:00", timedelta(minutes=7)),
        ("2 дн. 04:05", timedelta(days=2, hours=4, minutes=5)),
        (1.5, timedelta(hours=36)),
        (timedelta(days=11), timedelta(days=11)),
        (timedelta(seconds=-1), None),
        ("-", None),
        ("Да", None),
    ],
)
def test_durations_beyond_a_day(cell: Any, expected: timedelta | None) -> None:
    assert duration(cell) == expected


def test_numbers_and_points() -> None:
    assert [number(c) for c in ("56,147", "1 200", "nan", "1e999", "5 кв", "")] == [
        56.147,
        1200.0,
        None,
        None,
        None,
        None,
    ]
    assert point("(40.69, -73.84)") == (40.69, -73.84)
    assert point("POINT (-73.84 40.69)") == (40.69, -73.84)
    assert point('{"type": "Point", "coordinates": [-73.84, 40.69]}') == (40.69, -73.84)
    assert point("нет") is None


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("<p>Яма&nbsp;на&amp;nbsp;дороге</p><p>у дома</p>", "Яма на дороге\nу дома"),
        ("Раз<br/>два<BR>три", "Раз\nдва\nтри"),
        ("цена <500 руб. и > 100", "цена <500 руб. и > 100"),
        ("[club1|Администрация], @public5 (Город) спасибо", "Администрация, Город спасибо"),
        ("Снег\n—\nАварийный Город @avar_gorod", "Снег"),
        ("Снег\n— уберите\nдвор", "Снег\n— уберите\nдвор"),
        ("Пишите\nПодписаться на канал @my_channel_1", "Пишите"),
        ("Снег\u200b и\u202e лёд", "Снег и лёд"),
    ],
)
def test_texts_are_freed_of_markup(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_zones_by_region_and_by_place() -> None:
    assert zone_of("Омская область", "Омск г.о.") == "Asia/Omsk"
    assert zone_of("", "Омская область, другое") == "Asia/Omsk"
    assert zone_of("Нигде", "") == "Europe/Moscow"


# rows -----------------------------------------------------------------------------------------------------------------


def test_shapes_are_those_of_the_batch(tmp_path: Path) -> None:
    part = load(tmp_path, "Дата создания;Текст обращения\n01.03.2025;Яма\n")
    assert part.appeals.schema == SCHEMA
    assert part.events is not None and part.events.schema == EVENTS
    assert part.comments is not None and part.comments.schema == COMMENTS
    part.appeals.validate(full=True)


def test_reasons_for_rejection(tmp_path: Path) -> None:
    rows = [
        "Дата создания;Дата закрытия;Текст обращения;Тема",
        ";;Яма;",
        "вчера;;Яма;",
        "01.01.1900;;Яма;",
        "01.01.2030;;Яма;",
        "02.03.2025;01.03.2025;Яма;",
        "01.03.2025;;-;",
        "01.03.2025;;;Дороги",
        ";;;",
        "01.03.2025 15:00;01.03.2025;Яма;",
    ]
    part = load(tmp_path, "\n".join(rows))
    assert [(r.row_number, r.reason) for r in part.rejects] == [
        (2, "нет даты создания"),
        (3, "дата создания не читается: «вчера»"),
        (4, "дата создания раньше 2000 года: 31.12.1899"),
        (5, "дата создания в будущем: 31.12.2029"),
        (6, "закрыто раньше, чем создано"),
        (7, "нет ни текста, ни темы"),
    ]
    assert part.appeals["row_number"].to_pylist() == [8, 10]
    assert part.warnings == {"пустая строка": 1}
    closed, created = part.appeals["closed_at"][1].as_py(), part.appeals["created_at"][1].as_py()
    assert closed == created


def test_rejects_keep_the_row_without_personal_data(tmp_path: Path) -> None:
    part = load(
        tmp_path,
        "Дата создания;Текст обращения;Ссылка на автора\nвчера;Звоните +7 913 000-11-22;https://vk.com/id900100\n",
    )
    assert json.loads(part.rejects[0].raw) == {"Дата создания": "вчера", "Текст обращения": "Звоните [телефон]"}


def test_long_texts_are_cut_and_counted(tmp_path: Path) -> None:
    part = load(tmp_path, "Дата создания;Текст обращения\n01.03.2025;" + "снег " * 5000 + "\n")
    assert part.warnings == {"текст длиннее 20 000 знаков, обрезан": 1}
    assert 19_000 < len(only(part)["text"]) <= 20_000


def test_status_is_inferred_only_where_no_word_says_it(tmp_path: Path) -> None:
    head = "Дата создания;Статус;Дата закрытия;Ответ;Исполнитель;Текст обращения\n"
    rows = [
        ("01.03.2025;;05.03.2025;;;Яма", "closed"),
        ("01.03.2025;;;Сделаем;;Яма", "answered"),
        ("01.03.2025;;;;;Яма", "new"),
        ("01.03.2025;В работе;05.03.2025;;;Яма", "assigned"),
        ("01.03.2025;Отклонено;;;;Яма", "rejected"),
        ("01.03.2025;Хм;;;;Яма", "new"),
    ]
    part = load(tmp_path, head + "\n".join(row for row, _ in rows))
    assert part.appeals["status"].to_pylist() == [status for _, status in rows]
    assert part.appeals["closed_at"].to_pylist()[3] is None
    assert part.warnings == {"неизвестный статус: «Хм»": 1}


def test_slashed_dates_follow_the_file(tmp_path: Path) -> None:
    head = "Дата создания;Текст обращения\n"
    month_first = load(tmp_path, head + "02/03/2025;Яма\n03/25/2025;Яма\n")
    day_first = load(tmp_path, head + "02/03/2025;Яма\n25/03/2025;Яма\n")
    assert month_first.appeals["created_at"][0].as_py().date() == datetime(2025, 2, 2).date()
    assert day_first.appeals["created_at"][0].as_py().date() == datetime(2025, 3, 1).date()


def test_an_hour_in_its_own_column(tmp_path: Path) -> None:
    part = load(tmp_path, "Дата звонка;Время звонка;Суть вопроса\n01.03.2025;14:30;Нет воды\n")
    assert only(part)["created_at"] == datetime(2025, 3, 1, 11, 30)


def test_mapping_rules_over_synonyms(tmp_path: Path) -> None:
    part = load(
        tmp_path,
        "Дата создания;Текст обращения;Статус;Источник\n2025-03-01 12:00;Яма;Ф-1;бот\n",
        source="portal",
        territory={"region": "Сахалинская область", "municipality": "Холмск", "timezone": "Asia/Sakhalin"},
        values={"status": {"closed": ["Ф-1"]}, "channel": {"tg_official": ["бот"]}},
        constants={"visibility": "restricted", "type": "resolvable"},
    )
    expected = {
        "source": "portal",
        "created_at": datetime(2025, 3, 1, 1),
        "region": "Сахалинская область",
        "municipality": "Холмск",
        "status": "closed",
        "channel": "tg_official",
        "is_official": True,
        "visibility": "restricted",
        "type": "resolvable",
    }
    row = only(part)
    assert {key: row[key] for key in expected} == expected


def test_comments_and_status_logs(tmp_path: Path) -> None:
    comments = load(
        tmp_path,
        "Дата создания;Текст;Ссылка на пост;Автор\n01.03.2025 10:00;Да, пыльно;https://vk.ru/wall-5_7/;https://vk.com/id9\n",
        kind="comments",
    )
    assert comments.comments is not None
    (comment,) = comments.comments.to_pylist()
    assert (comment["external_id"], comment["text"], comment["created_at"]) == (
        "vk.com/wall-5_7",
        "Да, пыльно",
        datetime(2025, 3, 1, 7),
    )
    events = load(
        tmp_path,
        "Номер обращения;Дата;Статус;Исполнитель\n7;01.03.2025 10:00;В работе;ДГХ\n;01.03.2025;Готово;ДГХ\n",
        kind="events",
    )
    assert events.events is not None
    assert events.events.to_pylist() == [
        {"external_id": "7", "at": datetime(2025, 3, 1, 7), "status": "assigned", "executor": "ДГХ", "note": None}
    ]
    assert [reject.reason for reject in events.rejects] == ["нет номера обращения"]


def test_preview_shows_rows_as_they_will_be_understood(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "Дата создания;Текст обращения;Лишнее\n01.03.2025;Яма +7 913 000-11-22;x\nвчера;Яма;x\n01.03.2025;Снег;x\n",
        encoding="utf-8",
    )
    opened = open_source(path)
    taken, rejected = opened.preview(2, AS_OF)
    assert (taken.row_number, taken.values["text"], taken.reason) == (2, "Яма [телефон]", None)
    assert (rejected.row_number, rejected.reason) == (3, "дата создания не читается: «вчера»")
    assert opened.unmapped == ("Лишнее",)


def test_parts_are_of_the_asked_size(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("Дата создания;Текст обращения\n" + "01.03.2025;Яма\n" * 25, encoding="utf-8")
    assert [part.appeals.num_rows for part in open_source(path).parts(b"k", AS_OF, chunk_rows=10)] == [10, 10, 5]


# mapping files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_mapping_files_read_and_write_back(path: Path, tmp_path: Path) -> None:
    mapping = read_mapping(path)
    again = tmp_path / "again.yaml"
    again.write_text(mapping.as_yaml(), encoding="utf-8")
    assert read_mapping(again) == mapping
    assert mapping.title


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ([], "нужен список"),
        ({"colums": {}}, "неизвестный раздел colums"),
        ({"columns": {"creatd": "Дата"}}, "неизвестное поле creatd"),
        ({"values": {"status": {"done": ["Да"]}}}, "нет значения done"),
        ({"constants": {"type": "bad"}}, "нет значения bad"),
        ({"timezone": "Europe/Moskva"}, "часовой пояс"),
        ({"territory": {"region": "x"}}, "territory"),
        ({"kind": "posts"}, "kind"),
    ],
)
def test_mistakes_in_a_mapping_are_named(facts: object, message: str) -> None:
    with pytest.raises(Refused, match=message):
        parse(facts, "проба.yaml")


def test_a_mapping_that_is_not_yaml_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("source: table\ncolumns: [\n", encoding="utf-8")
    with pytest.raises(Refused, match="строке 3"):
        read_mapping(path)


# real tables ----------------------------------------------------------------------------------------------------------


def real(name: str, mapping: str | None = None) -> tuple[list[dict[str, Any]], Counter[str], Counter[str], str]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"нет ../shared: {name} не проверяется")
    chosen: Mapping | None = read_mapping(MAPPINGS / mapping) if mapping else None
    opened = open_source(path, "auto", chosen)
    parts = list(opened.parts(b"k" * 32, AS_OF))
    rows = [row for part in parts for row in part.appeals.to_pylist()]
    warnings: Counter[str] = Counter()
    for part in parts:
        warnings.update(part.warnings)
    return rows, Counter(reject.reason for part in parts for reject in part.rejects), warnings, opened.source


@real_data
def test_cheboksary_has_points_in_other_cities() -> None:
    rows, rejects, warnings, _source = real("ru-cheboksary-2021/prosby_zhiteley_geocoded.csv", "cheboksary.yaml")
    assert (len(rows), rejects, warnings) == (8431, {"нет ни текста, ни темы": 126}, {"координаты вне территории": 23})
    assert all(row["lat"] is None or abs(row["lat"] - 56.13) < 0.3 for row in rows)
    assert all(mask(row["text"]) == row["text"] for row in rows[:500])


@real_data
@pytest.mark.parametrize("name", ["foia.csv", "foia_response.xlsx"])
def test_chicago_no_heat(name: str) -> None:
    rows, rejects, warnings, _source = real(f"311-chicago-foia/{name}", "chicago-no-heat.yaml")
    assert (len(rows), len({row["external_id"] for row in rows}), rejects) == (3484, 3455, {})
    assert warnings == ({"пустая строка": 2} if name == "foia.csv" else {})
    assert {(row["status"], row["outcome"], row["channel"]) for row in rows} == {("closed", "resolved", "call")}
    local_days = Counter((row["created_at"] - timedelta(hours=6)).date().isoformat() for row in rows)
    assert (local_days["2021-02-14"], local_days["2021-02-15"]) == (81, 81)


@real_data
def test_a_saved_page_is_refused() -> None:
    path = SHARED / "311-nyc-bdolan" / "311_Service_Requests_from_2010_to_Present.csv"
    if not path.exists():
        pytest.skip("нет ../shared: сохранённая страница не проверяется")
    with pytest.raises(Refused, match="веб-страница"):
        open_source(path)
