"""Points gathered into equal hexagons."""

from collections import Counter
from typing import Any

import h3
import numpy as np
from numpy.typing import NDArray

RESOLUTIONS = {"country": 4, "region": 6, "municipality": 8}


def hexagons(lat: NDArray[np.float64], lon: NDArray[np.float64], resolution: int) -> dict[str, Any]:
    """How many points fall into each H3 cell? lat, lon in degrees, shape (n,); resolution 0–15 (8 ≈ 0.7 km²).

    Returns a GeoJSON FeatureCollection of polygons with properties id (H3 index) and value (count).
    Uber H3, https://h3geo.org.
    """
    counts = Counter(h3.latlng_to_cell(float(a), float(b), resolution) for a, b in zip(lat, lon, strict=True))
    return {"type": "FeatureCollection", "features": [_feature(cell, count) for cell, count in counts.items()]}


def _feature(cell: str, count: int) -> dict[str, Any]:
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return {
        "type": "Feature",
        "properties": {"id": cell, "value": count},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
