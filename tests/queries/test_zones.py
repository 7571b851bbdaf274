"""Zones: figures as in the rows, one angry author does not lead, the list of a zone has as many appeals as the zone."""

import json
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from components import exports
from components.tables import Column
from queries import appeals, dictionaries, zones
from queries.appeals import Chosen
from queries.cells import Cells
from queries.scope import Scope
from queries.zones import Zones
from tests import naive, small
from tests.queries.scopes import scope
from tests.small import AS_OF, KALININGRAD, row

SPRING = (date(2024, 4, 1), date(2024, 6, 13))


def found(asked: Scope) -> Zones:
    work = zones.found(asked, dictionaries.territories())
    assert work.wait(60) and work.result is not None
    return work.result


def test_streets_and_cells_are_counted_as_the_rows(store_file: Path) -> None:
    for place, reader in ((2300, None), (2301, None), (6400, None), (2300, (2300,))):
        asked = scope(place, *SPRING, reader=reader)
        rows, own = naive.rows(asked), found(asked)
        streets: dict[str, list[Any]] = {}
        for r in rows:
            if r.street:
                streets.setdefault(f"{r.territory_id}|{r.street}", []).append(r)
        assert dict(zip(own.streets["key"], own.streets["volume"])) == {key: len(of) for key, of in streets.items()}
        assert own.appeals == len(rows) and own.placed("cells") == sum(r.lat is not None for r in rows)
        for line in own.streets.itertuples():
            of = streets[line.key]
            assert line.authors == len({r.author for r in of if r.author} | {r.day for r in of if not r.author})
            told = [r for r in of if r.status == "closed" or (naive.MEETS["open"](r) and r.due < AS_OF)]
            if len(told) == len(of) == line.authors:
                assert line.unresolved == np.mean([r.outcome not in ("resolved", "explained") for r in told])


def test_the_list_of_a_zone_is_the_zone(store_file: Path) -> None:
    asked = scope(2300, *SPRING)
    own = found(asked)
    for line in own.cells.itertuples():
        assert appeals.count(asked, Chosen(zone=Cells.of([line.key])))[0] == line.volume
    every = Chosen(zone=Cells.of(own.cells["key"]))
    assert appeals.count(asked, every)[0] == own.placed("cells")
    for line in own.streets.itertuples():
        inside = scope(int(line.territory_id), *SPRING)
        assert appeals.count(inside, Chosen(street=line.street))[0] == line.volume


def test_a_short_period_is_taken_as_a_year() -> None:
    assert zones.span_of(Scope(2301, date(2024, 6, 7), date(2024, 6, 13))).days == zones.USUAL
    spring = Scope(2301, *SPRING)
    assert zones.span_of(spring) == spring


@pytest.mark.usefixtures("empty_store")
def test_one_angry_author_does_not_lead_and_what_began_in_one_place_is_found() -> None:
    chance = np.random.default_rng(5)
    rows, begin = [], datetime(2024, 3, 15)
    for n in range(1, 900):
        at = begin + timedelta(minutes=int(chance.integers(0, 91 * 1440)))
        spot = int(chance.integers(0, 9))
        rows.append(row(n, KALININGRAD, at, author=n, street=f"улица {spot}", lat=54.66 + 0.012 * (spot % 3), lon=20.45 + 0.02 * (spot // 3)))
    for n in range(1000, 1060):
        rows.append(row(n, KALININGRAD, begin + timedelta(days=80, minutes=97 * (n - 1000)), author=n, street="улица 4", lat=54.672, lon=20.47))
    for n in range(2000, 2300):
        at = begin + timedelta(minutes=int(chance.integers(0, 91 * 1440)))
        rows.append(row(n, KALININGRAD, at, author=7, street="тупик Одного", lat=54.74, lon=20.60))
    small.put([one for one in rows if one["created_at"] <= AS_OF])
    own = found(scope(2301, date(2024, 3, 15), date(2024, 6, 13)))
    assert own.streets["name"].iloc[0] == "улица 4" and own.streets["name"].iloc[-1] == "тупик Одного"
    assert own.streets.set_index("name").at["тупик Одного", "few"]
    assert [spot.usual for spot in own.spots] == [True]
    spot = own.spots[0]
    assert h3.latlng_to_cell(54.672, 20.47, 8) in spot.cells and spot.p <= 0.01 and spot.ratio > 1.5
    assert date(2024, 5, 31) <= spot.first <= date(2024, 6, 7) and spot.last <= date(2024, 6, 13)


def test_a_budget_buys_what_covers_most(store_file: Path) -> None:
    table = found(scope(2300, *SPRING)).streets
    rows, choice = zones.bought(table, [1.0] * len(table), 1.0)
    assert len(rows) == 1 and rows["volume"].iloc[0] == table["volume"].max() == choice.covered
    assert rows["cost"].sum() == choice.cost <= 1
    assert not len(zones.bought(table, [float("nan")] * len(table), 9)[0])


def test_zones_can_be_taken_away(store_file: Path) -> None:
    own = found(scope(2300, *SPRING))
    for kind in zones.KINDS:
        shapes = json.loads(json.dumps(zones.geojson(own.of(kind), kind), allow_nan=False))
        assert len(shapes["features"]) == len(own.of(kind))
        assert sum(feature["properties"]["volume"] for feature in shapes["features"]) == own.placed(kind)
    assert {feature["geometry"]["type"] for feature in zones.geojson(own.cells, "cells")["features"]} == {"Polygon"}  # type: ignore[attr-defined]
    frame = own.streets.assign(name="=HYPERLINK(1)")
    book = exports.xlsx_bytes([("Улицы", frame, [Column("name", "Место"), Column("volume", "Обращений", "count"), Column("km", "Км", "rate")])], ["О чём"])
    sheet = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_name("Улицы").to_python()
    assert sheet[0] == ["Место", "Обращений", "Км"] and sheet[1][:2] == ["=HYPERLINK(1)", float(own.streets["volume"].iloc[0])]
