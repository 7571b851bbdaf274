"""Can this row be true? Reasons to turn a row away, and values to blank while the row stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from ingest.mapping import Home
from words import _

EARLIEST = datetime(2000, 1, 1)
AHEAD = timedelta(days=1)
MAX_TEXT = 20_000
MAX_LABEL = 300

NO_POINT = "координаты равны нулю"
OUTSIDE = "координаты вне территории"
RESPONSE_EARLY = "первый ответ раньше обращения"
ASSIGNED_EARLY = "назначение раньше обращения"
TEXT_CUT = "текст длиннее 20 000 знаков, обрезан"
CLOSED_UNDATED = "закрыто без даты закрытия"
BLANK_ROW = "пустая строка"
UNKNOWN_STATUS = "неизвестный статус"
UNKNOWN_WORD = "неизвестное значение"


def impossible_times(created: datetime, closed: datetime | None, as_of: datetime) -> str | None:
    """Why can these times not be true? None if they can. All are naive UTC."""
    if created < EARLIEST:
        return _("дата создания раньше 2000 года: {date}").format(date=f"{created:%d.%m.%Y}")
    if created > as_of + AHEAD:
        return _("дата создания в будущем: {date}").format(date=f"{created:%d.%m.%Y}")
    if closed is not None and closed < created:
        return _("закрыто раньше, чем создано")
    if closed is not None and closed > as_of + AHEAD:
        return _("дата закрытия в будущем: {date}").format(date=f"{closed:%d.%m.%Y}")
    return None


def drawable(lat: float | None, lon: float | None, home: Home | None, country: str) -> tuple[float | None, float | None, str | None]:
    """The point if it can be drawn, else (None, None) and the warning to count.

    A zero means «unknown»; a point must lie within the radius of the file's own territory, else within its country.
    """
    if lat is None or lon is None:
        return None, None, None
    if lat == 0 or lon == 0:
        return None, None, NO_POINT
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None, None, OUTSIDE
    if home is not None and home.lat is not None and home.lon is not None and home.radius_km is not None:
        if kilometres(lat, lon, home.lat, home.lon) > home.radius_km:
            return None, None, OUTSIDE
    elif country == "RU" and not (41 <= lat <= 82 and (lon >= 19 or lon <= -168)):
        return None, None, OUTSIDE
    return lat, lon, None


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance between two points, km."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    chord = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 12_742 * asin(sqrt(min(1.0, chord)))
