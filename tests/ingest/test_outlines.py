"""The outlines fit the territories: every region has one, holds its own towns and can be drawn without repair."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
FILE = REFERENCE / "outlines" / "regions.geojson"
MAX_BYTES = 450 * 1000


@pytest.fixture(scope="module")
def territories() -> list[dict[str, str]]:
    with (REFERENCE / "territories.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def features() -> list[dict]:
    return json.loads(FILE.read_text(encoding="utf-8"))["features"]


@pytest.fixture(scope="module")
def outlines(features: list[dict]) -> dict[str, shapely.MultiPolygon]:
    return {feature["properties"]["name"]: shape(feature["geometry"]) for feature in features}


def place(row: dict[str, str]) -> shapely.Point:
    return shapely.Point(float(row["lon"]), float(row["lat"]))


def test_every_region_has_exactly_one_outline(territories, features):
    regions = [row["name"] for row in territories if row["kind"] == "region"]
    assert Counter(feature["properties"]["name"] for feature in features) == Counter(regions)


def test_towns_lie_in_the_outline_of_their_region_or_close_to_it(territories, outlines):
    regions = {row["territory_id"]: row["name"] for row in territories if row["kind"] == "region"}
    towns = [row for row in territories if row["kind"] == "municipality"]
    strays = [row["name"] for row in towns if outlines[regions[row["parent_id"]]].distance(place(row)) > 0.3]
    assert strays == []


def test_the_centre_of_a_region_lies_in_no_other_region(territories, outlines):
    """Names mixed up between neighbours, as in the source, would pass the loose check of towns."""
    rows = {row["name"]: place(row) for row in territories if row["kind"] == "region"}
    nearest = {name: min(outlines, key=lambda other: outlines[other].distance(centre)) for name, centre in rows.items()}
    # Абакан stands on the Енисей, which is the border
    assert {name: other for name, other in nearest.items() if name != other} == {
        "Республика Хакасия": "Красноярский край"
    }


def test_outlines_are_valid_neighbours_without_overlaps(outlines):
    assert [name for name, outline in outlines.items() if outline.is_empty or not outline.is_valid] == []
    assert shapely.coverage_is_valid(list(outlines.values()))


def test_outer_rings_run_clockwise(outlines):
    rings = [(name, part.exterior) for name, outline in outlines.items() for part in outline.geoms]
    assert [name for name, ring in rings if shapely.is_ccw(ring)] == []


def test_no_outline_crosses_the_world(outlines):
    """An outline torn by the antimeridian would span it from -180 to 180."""
    assert min(outline.bounds[0] for outline in outlines.values()) > 19
    chukotka = outlines["Чукотский автономный округ"]
    assert chukotka.bounds[2] > 180
    assert max(chukotka.geoms, key=lambda part: part.area).bounds[2] > 180, "the mainland is one piece"


def test_towns_on_islands_keep_their_islands(territories, outlines):
    islands = {row["name"]: place(row) for row in territories if row["name"] in {"Курильск", "Северо-Курильск"}}
    assert len(islands) == 2
    assert all(outlines["Сахалинская область"].distance(town) < 0.05 for town in islands.values())


def test_the_file_stays_small():
    assert FILE.stat().st_size <= MAX_BYTES
