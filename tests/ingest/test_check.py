"""Times that cannot be and points that cannot be drawn."""

from datetime import datetime, timedelta

import pytest

from ingest import check
from ingest.mapping import Home

AS_OF = datetime(2026, 2, 1, 12)
CITY = Home("Чувашская Республика", "Чебоксары", "Europe/Moscow", 56.1322, 47.2519, 30)


@pytest.mark.parametrize(
    ("created", "closed", "reason"),
    [
        (datetime(2025, 1, 1), None, None),
        (datetime(2025, 1, 1), datetime(2025, 1, 2), None),
        (datetime(1900, 1, 1), None, "раньше 2000 года"),
        (AS_OF + timedelta(hours=23), None, None),
        (AS_OF + timedelta(hours=25), None, "создания в будущем"),
        (datetime(2025, 1, 2), datetime(2025, 1, 1, 23), "закрыто раньше"),
        (datetime(2025, 1, 1), AS_OF + timedelta(days=2), "закрытия в будущем"),
    ],
)
def test_times_that_cannot_be(created: datetime, closed: datetime | None, reason: str | None) -> None:
    found = check.impossible_times(created, closed, AS_OF)
    assert (reason is None and found is None) or (reason is not None and found is not None and reason in found)


@pytest.mark.parametrize(
    ("lat", "lon", "home", "country", "warning"),
    [
        (56.14, 47.25, CITY, "RU", None),
        (53.2, 63.64, CITY, "RU", check.OUTSIDE),
        (0.0, 0.0, CITY, "RU", check.NO_POINT),
        (0.0, 47.2, None, "", check.NO_POINT),
        (41.88, -87.63, None, "RU", check.OUTSIDE),
        (41.88, -87.63, None, "", None),
        (66.0, -172.0, None, "RU", None),
        (95.0, 40.0, None, "", check.OUTSIDE),
    ],
)
def test_points_that_cannot_be_drawn(lat: float, lon: float, home: Home | None, country: str, warning: str | None) -> None:
    expected = (None, None, warning) if warning else (lat, lon, None)
    assert check.drawable(lat, lon, home, country) == expected


def test_half_a_point_is_no_point() -> None:
    assert check.drawable(56.1, None, CITY, "RU") == (None, None, None)


def test_distance_between_two_cities() -> None:
    assert check.kilometres(55.7558, 37.6173, 59.9343, 30.3351) == pytest.approx(634, abs=3)
