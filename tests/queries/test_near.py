"""A circle on the map as a condition of the list."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import nearby
from queries import appeals, store
from queries.appeals import Chosen
from queries.near import Circle
from queries.scope import Scope
from tests import small


@given(st.floats(41, 81), st.floats(20, 179), st.integers(1, 20_000), st.floats(-1, 1), st.floats(-1, 1))
def test_the_sql_is_the_distance(lat: float, lon: float, metres: int, north: float, east: float) -> None:
    circle = Circle.at(lat, lon, metres)
    there = lat + north * metres / 80_000, lon + east * metres / 30_000
    apart = float(nearby.metres(circle.lat, circle.lon, [there[0]], [there[1]])[0])
    if abs(apart - metres) > 0.01:
        sql = f"SELECT {circle.sql()} FROM (SELECT {there[0]!r}::DOUBLE AS lat, {there[1]!r}::DOUBLE AS lon) a"
        answer = duckdb.sql(sql).fetchone()
        assert answer is not None and answer[0] == (apart <= metres)


@pytest.mark.parametrize("text", ["", "1,2", "54.7,20.5,0", "54.7,20.5,30000", "91,20,5", "nan,20,5", "54,20,inf", "54,20,1,2", "a,b,c", "54;20;5"])
def test_what_is_no_circle_is_left_out(text: str) -> None:
    assert Circle.decode(text) is None


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(1, 20_000))
def test_a_circle_comes_back_from_its_address(lat: float, lon: float, metres: int) -> None:
    circle = Circle.at(lat, lon, metres)
    assert Circle.decode(circle.encode()) == circle


def test_the_list_holds_the_appeals_inside(store_file: Path) -> None:
    """The points of tests/small.py in Kaliningrad: 7, 8 and 24."""
    store.open_store()
    here = Scope(small.KALININGRAD.territory_id, date(2024, 6, 1), date(2024, 6, 14), places=(small.KALININGRAD.territory_id,))
    points = [(54.70, 20.50), (54.71, 20.51), (54.69, 20.48)]
    for lat, lon in points:
        for metres in (10, 1_300, 1_800, 20_000):
            chosen = Chosen.decode({"near": f"{lat},{lon},{metres}"})
            inside = sum(nearby.metres(lat, lon, [a], [b])[0] <= metres for a, b in points)
            assert appeals.count(here, chosen)[0] == inside > 0
            assert Chosen.decode({k: v for k, v in chosen.encode().items() if v}) == chosen
