"""A circle on the map as a condition over appeals, and its form in the URL."""

import math
from dataclasses import dataclass

from analytics.nearby import EARTH_METRES

LARGEST_METRES = 20_000


@dataclass(frozen=True)
class Circle:
    """All points not farther than `metres` from a point in degrees, kept to about a metre (see `at`), so that the same circle
    comes back from a URL."""

    lat: float
    lon: float
    metres: int

    @staticmethod
    def at(lat: float, lon: float, metres: float) -> "Circle":
        """The circle around a place."""
        return Circle(round(float(lat), 5), round(float(lon), 5), int(metres))

    @staticmethod
    def decode(text: str) -> "Circle | None":
        """From «54.7065,20.5118,800»; None where that is no circle on the Earth of a sensible size."""
        parts = text.split(",")
        try:
            lat, lon, metres = (float(part) for part in parts)
        except ValueError:
            return None
        fits = abs(lat) <= 90 and abs(lon) <= 180 and 1 <= metres <= LARGEST_METRES
        return Circle.at(lat, lon, metres) if fits else None

    def encode(self) -> str:
        """As a URL parameter."""
        return f"{self.lat:.5f},{self.lon:.5f},{self.metres}"

    def sql(self, alias: str = "a") -> str:
        """SQL over appeals `a`: those with a point inside, by the formula of analytics.nearby.metres."""
        north = math.degrees(self.metres / EARTH_METRES) * 1.001
        east = north / max(math.cos(math.radians(min(abs(self.lat) + north, 89.9))), 1e-3)
        lat, lon = f"{alias}.lat", f"{alias}.lon"
        half = (
            f"sin(radians({lat} - {self.lat!r}) / 2) ** 2"
            f" + cos(radians({self.lat!r})) * cos(radians({lat})) * sin(radians({lon} - {self.lon!r}) / 2) ** 2"
        )
        return (
            f"({lat} BETWEEN {self.lat - north!r} AND {self.lat + north!r}"
            f" AND {lon} BETWEEN {self.lon - east!r} AND {self.lon + east!r}"
            f" AND {2 * EARTH_METRES!r} * asin(sqrt(least(1, {half}))) <= {self.metres})"
        )
