"""A zone of cells on the map as a condition of the list."""

from datetime import date
from pathlib import Path

import duckdb
import h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import appeals
from queries.appeals import Chosen
from queries.cells import MOST, SIZES, Cells
from queries.scope import Scope
from tests import small

WHOLE = Scope(1, date(2024, 4, 1), date(2024, 6, 14))


@settings(max_examples=60)
@given(st.floats(41, 81), st.floats(20, 179), st.sampled_from(SIZES), st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=20, max_size=20))
def test_the_sql_is_the_cell(lat: float, lon: float, size: int, moves: list[tuple[float, float]]) -> None:
    zone = Cells.of([h3.latlng_to_cell(lat, lon, size)])
    reach = 0.012 if size == 8 else 0.08
    points = [(lat + north * reach, lon + east * 2 * reach) for north, east in moves]
    values = ", ".join(f"('{y!r}'::DOUBLE, '{x!r}'::DOUBLE)" for y, x in points)
    answers = [bool(row[0]) for row in duckdb.sql(f"SELECT {zone.sql()} FROM (VALUES {values}) a(lat, lon)").fetchall()]
    assert answers == [h3.latlng_to_cell(y, x, size) == zone.ids[0] for y, x in points]


def test_the_list_of_a_zone_is_the_appeals_inside(store_file: Path) -> None:
    rows = small.naive()
    known = rows[rows["lat"].notna()]
    points = {row["external_id"]: (row["lat"], row["lon"]) for row in small.rows() if row.get("lat")}
    chosen = sorted(points)[:2]
    zone = Cells.of(h3.latlng_to_cell(*points[name], 8) for name in chosen)
    inside = [name for name, point in points.items() if h3.latlng_to_cell(*point, 8) in zone.ids]
    assert 2 <= len(inside) < len(known)
    assert appeals.count(WHOLE, Chosen(zone=zone))[0] == len(inside)


@pytest.mark.parametrize("text", ["", "nonsense", "8a11aa6b1d57fff", ",", "8811aa6b1dfffffx", "'); DROP TABLE appeals; --"])
def test_what_is_no_cell_is_left_out(text: str) -> None:
    assert Cells.decode(text) is None


def test_a_zone_comes_back_from_its_address() -> None:
    zone = Cells.of(h3.grid_disk(h3.latlng_to_cell(52.6, 39.6, 8), 1))
    assert Cells.decode(zone.encode()) == zone and Chosen.decode({"zone": zone.encode()}).zone == zone
    assert len(Cells.of(h3.grid_disk(zone.ids[0], 5)).ids) == MOST
