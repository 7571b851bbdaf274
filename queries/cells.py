"""A zone of H3 cells as a condition over appeals, and its form in the URL."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics import zones

MOST = 30
SIZES = (zones.RESOLUTIONS["region"], zones.RESOLUTIONS["municipality"])


@dataclass(frozen=True)
class Cells:
    """Cells of H3, each once, in order."""

    ids: tuple[str, ...]

    @staticmethod
    def of(ids: Iterable[str]) -> "Cells":
        """The zone of these cells, the first MOST of them."""
        return Cells(tuple(sorted(set(ids))[:MOST]))

    @staticmethod
    def decode(text: str) -> "Cells | None":
        """From «8811aa6b1dfffff,…»; what is no cell of a size we draw is left out, None where nothing is left."""
        known = [one for one in text.split(",") if one and zones.is_cell(one, SIZES)]
        return Cells.of(known) if known else None

    def encode(self) -> str:
        """As a URL parameter."""
        return ",".join(self.ids)

    def sql(self, alias: str = "a") -> str:
        """SQL over appeals `a`: those with a point inside."""
        return f"({' OR '.join(_inside(zones.outline(one), alias) for one in self.ids)})"


def _inside(ring: list[tuple[float, float]], alias: str) -> str:
    """Is the point within the ring? It is where a line to the east crosses the ring an odd number of times."""
    lat, lon = f"{alias}.lat", f"{alias}.lon"
    sides = [
        f"(({lat} >= {_double(y)}) <> ({lat} >= {_double(v)}) AND {lon} < {_double(x)} + ({lat} - {_double(y)}) * {_double((u - x) / (v - y))})::INTEGER"
        for (y, x), (v, u) in zip(ring, [*ring[1:], ring[0]])
        if v != y
    ]
    lats, lons = zip(*ring)
    box = f"{lat} BETWEEN {min(lats)!r} AND {max(lats)!r} AND {lon} BETWEEN {min(lons)!r} AND {max(lons)!r}"
    return f"({box} AND ({' + '.join(sides)}) % 2 = 1)"


def _double(x: float) -> str:
    """A DOUBLE of SQL, not a DECIMAL."""
    return f"'{x!r}'::DOUBLE"
