"""Names of places in a load become territories of the store."""

from pathlib import Path

import pandas as pd
import pytest

from ingest import places
from ingest.places import HomePlace, plain, resolve
from queries import store


def resolved(*named: tuple[str | None, str | None], may_grow: bool = False, home: HomePlace | None = None) -> list[int]:
    with store.transaction() as cursor:
        frame = resolve(cursor, pd.DataFrame(named, columns=["region", "municipality"]), may_grow, home, pd.DataFrame(columns=["region", "municipality", "territory_id"]))
    assert list(frame.columns) == ["region", "municipality", "territory_id"] and len(frame) == len(named)
    return frame["territory_id"].tolist()


def territories() -> int:
    with store.cursor() as cursor:
        return (cursor.execute("SELECT count(*) FROM territories").fetchone() or (0,))[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Калининградская область", "калининградская"),
        ("Калининградская обл.", "калининградская"),
        ("  г. Орёл ", "орел"),
        ("ГО «Город Калининград»", "калининград"),
        ("Городской округ (Анадырь)", "анадырь"),
        ("Александровск-Сахалинский", "александровск-сахалинский"),
        ("Республика Саха", "саха"),
        ("Город", "город"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_name_without_the_words_of_its_kind(name: str | None, expected: str) -> None:
    assert plain(name) == expected


def test_a_place_is_found_however_it_is_written(empty_store: Path) -> None:
    assert resolved(
        ("Калининградская область", "Калининград"),
        ("КАЛИНИНГРАДСКАЯ ОБЛ.", "г. Калининград"),
        (None, "Калининград"),
        ("Калининградская область", None),
        ("Калининградская область", "  "),
        (float("nan"), float("nan")),  # type: ignore[arg-type]
        (None, None),
    ) == [2301, 2301, 2301, 2300, 2300, 0, 0]


def test_a_town_of_another_region_is_not_taken_for_ours(empty_store: Path) -> None:
    assert resolved(("Сахалинская область", "Калининград"), ("Неведомская область", "Неведомск")) == [0, 0]


def test_a_name_that_several_regions_share_needs_its_region(empty_store: Path) -> None:
    with store.transaction() as cursor:
        cursor.execute(
            "INSERT INTO territories SELECT 99001, 6400, 6400, 'municipality', 'Калининград', NULL, NULL, NULL, NULL, 'Asia/Sakhalin', FALSE, NULL"
        )
    assert resolved((None, "Калининград"), ("Сахалинская область", "Калининград"), ("Калининградская область", "Калининград")) == [
        0,
        99001,
        2301,
    ]


def test_new_towns_grow_inside_known_regions_only(empty_store: Path) -> None:
    before = territories()
    found = resolved(
        ("Сахалинская область", "Новый Берег"),
        ("Сахалинская область", "МО Новый Берег"),
        ("Неведомская область", "Неведомск"),
        (None, "Ничейск"),
        may_grow=True,
    )
    assert found[0] == found[1] > places.FIRST_GROWN_ID and found[2:] == [0, 0]
    assert territories() == before + 1
    assert resolved(("Сахалинская область", "Новый Берег")) == found[:1]


def test_the_home_of_a_file_is_made_where_it_is_missing(empty_store: Path) -> None:
    home = HomePlace("Illinois", "Chicago", "America/Chicago", 41.9, -87.6, 2_700_000)
    before = territories()
    (town, region_only, other) = resolved(("Illinois", "Chicago"), ("Illinois", None), ("Illinois", "Springfield"), home=home)
    assert town > region_only > places.FIRST_GROWN_ID and other == 0
    assert territories() == before + 2
    with store.cursor() as cursor:
        assert cursor.execute(
            "SELECT parent_id, region_id, timezone, population FROM territories WHERE territory_id = ?", [town]
        ).fetchall() == [(region_only, region_only, "America/Chicago", 2_700_000)]
    assert resolved(("Illinois", "Chicago"), home=home) == [town] and territories() == before + 2
    known = HomePlace("Калининградская область", "Калининград", "Europe/Kaliningrad")
    assert resolved(("Калининградская область", "Калининград"), home=known) == [2301] and territories() == before + 2
