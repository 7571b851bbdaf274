"""Borders for the maps: region outlines, and a customer's own municipal borders."""

import json
from functools import cache
from typing import Any

from queries.store import ROOT

FOLDER = ROOT / "data" / "reference" / "outlines"


@cache
def _features(name: str) -> tuple[dict[str, Any], ...]:
    file = FOLDER / f"{name}.geojson"
    return tuple(json.loads(file.read_text(encoding="utf-8"))["features"]) if file.exists() else ()


def regions(names: set[str] | None = None) -> dict[str, Any] | None:
    """Region borders by name (all when None), for the background. None where there are none."""
    found = [f for f in _features("regions") if names is None or f["properties"]["name"] in names]
    return {"type": "FeatureCollection", "features": found} if found else None


def layer(name: str, ids: dict[str, int]) -> dict[str, Any] | None:
    """Borders to fill: of regions, or a customer's own municipal ones (data/reference/outlines/municipalities.geojson,
    property `name`), with the territory id of each name as property `id`; names without a territory are left out."""
    found = [
        {**f, "properties": {"id": ids[f["properties"]["name"]], "name": f["properties"]["name"]}}
        for f in _features(name)
        if f["properties"].get("name") in ids
    ]
    return {"type": "FeatureCollection", "features": found} if found else None
