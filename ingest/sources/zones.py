"""Which clock does a place keep?"""

from __future__ import annotations

import csv
from functools import cache

from ingest.mapping import REFERENCE
from ingest.places import plain

DEFAULT = "Europe/Moscow"
OTHER_PLACES = ", другое"


@cache
def zone_of(region: str, municipality: str) -> str:
    """Time zone of a territory by its names, from data/reference/territories.csv; Moscow where the place is unknown."""
    regions, towns = _zones()
    region_name, town = plain(region or municipality.removesuffix(OTHER_PLACES)), plain(municipality)
    if region or region_name in regions:
        return towns.get((region_name, town)) or regions.get(region_name, DEFAULT)
    found = {zone for (_region, name), zone in towns.items() if name == town} if town else set()
    return found.pop() if len(found) == 1 else DEFAULT


@cache
def _zones() -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    with (REFERENCE / "territories.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    names = {row["territory_id"]: plain(row["name"]) for row in rows}
    regions = {plain(row["name"]): row["timezone"] for row in rows if row["kind"] == "region"}
    towns = {(names[r["parent_id"]], plain(r["name"])): r["timezone"] for r in rows if r["kind"] == "municipality"}
    return regions, towns
