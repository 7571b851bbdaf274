"""One cell → one value: times, durations, numbers, coordinates, texts, keys of authors. An empty cell is None."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import math
import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from ingest.sources.read import Cell, text_of

EMPTY = frozenset(
    (
        "",
        "-",
        "--",
        "–",
        "—",
        "'",
        "’",
        ".",
        "null",
        "none",
        "nan",
        "nat",
        "nil",
        "n/a",
        "#n/a",
        "н/д",
        "нет данных",
        "не указано",
        "unspecified",
    )
)
LONGEST_EMPTY = max(map(len, EMPTY))
EXCEL_EPOCH = datetime(1899, 12, 30)


def tidy(cell: Cell) -> Cell:
    """The cell without padding and the guard apostrophe of spreadsheets, or None where it stands for «empty»."""
    if type(cell) is not str:
        return None if cell is None or cell == "" else cell
    value = cell.strip()
    if value.startswith("'"):
        value = value[1:].strip()
    if not value or (len(value) <= LONGEST_EMPTY and value.lower() in EMPTY):
        return None
    return value.replace("\x00", "") if "\x00" in value else value


def text(cell: Cell) -> str | None:
    """The cell as text, or None where it stands for «empty»."""
    value = tidy(cell)
    return value if value is None or type(value) is str else text_of(value)


# times ----------------------------------------------------------------------------------------------------------------

_CLOCK = r"(?:[ ,T]+(?:в\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})" + _CLOCK + r"\s*(?:Z|UTC|([+-]\d{2}):?(\d{2})?)?$")
_DAY_FIRST = re.compile(r"(\d{1,2})[.-](\d{1,2})[.-](\d{4}|\d{2})(?:\s*г\.?)?" + _CLOCK + "$")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})" + _CLOCK + "$")
_IN_WORDS = re.compile(r"(\d{1,2})\s+([а-яё]{3})[а-яё]*\.?\s+(\d{4})(?:\s*(?:г\.?|года))?" + _CLOCK + "$", re.IGNORECASE)
_MONTHS = {name: i for i, name in enumerate(["янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"], 1)} | {
    "мая": 5
}


def moment(cell: Cell, formats: tuple[str, ...] = (), dayfirst: bool = True) -> tuple[datetime, bool] | None:
    """The moment a cell names and whether it names an hour; None if it is not a date.

    `formats` (strptime) are tried first; `dayfirst` settles 05/06/2021 only. A zone in the cell is kept.
    """
    if not isinstance(cell, str):
        return _native(cell)
    value = cell.strip()
    if not value or len(value) > 60:
        return None
    for form in formats:
        try:
            return datetime.strptime(value, form), "%H" in form or "%I" in form
        except ValueError:
            continue
    try:
        if len(value) >= 10 and value[4] == "-" and value[7] == "-":
            return datetime.fromisoformat(value), len(value) > 10
    except ValueError:
        pass
    try:
        return _spelled(value, dayfirst)
    except (ValueError, OverflowError):
        return None


def _native(cell: Cell) -> tuple[datetime, bool] | None:
    if isinstance(cell, datetime):
        return cell, True
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day), False
    if isinstance(cell, float) and 20_000 < cell < 80_000:
        return EXCEL_EPOCH + timedelta(seconds=round(cell * 86_400)), not cell.is_integer()
    return None


def _spelled(value: str, dayfirst: bool) -> tuple[datetime, bool] | None:
    if found := _ISO.match(value):
        year, month, day, *clock = found.groups()
        at, has_time = _at(year, month, day, clock[:4])
        if clock[4]:
            sign = -1 if clock[4].startswith("-") else 1
            at -= sign * timedelta(hours=abs(int(clock[4])), minutes=int(clock[5] or 0))
        return (_as_utc(at) if clock[4] or value.endswith(("Z", "UTC")) else at), has_time
    if found := _DAY_FIRST.match(value):
        day, month, year, *clock = found.groups()
        return _at(year, month, day, clock)
    if found := _SLASHED.match(value):
        first, second, year, *clock = found.groups()
        day, month = (first, second) if dayfirst else (second, first)
        return _at(year, month, day, clock)
    if (found := _IN_WORDS.match(value)) and found[2].lower() in _MONTHS:
        day, name, year, *clock = found.groups()
        return _at(year, str(_MONTHS[name.lower()]), day, clock)
    return None


def _as_utc(at: datetime) -> datetime:
    return datetime.fromisoformat(at.isoformat() + "+00:00")


def _at(year: str, month: str, day: str, clock: list[str | None]) -> tuple[datetime, bool]:
    hour, minute, second, half = clock
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    hours = int(hour or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(hour)
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return datetime(full_year, int(month), int(day), hours, int(minute or 0), int(second or 0)), hour is not None


def slash_order(cell: Cell) -> bool | None:
    """What does 13/06/2021 or 6/13/2021 5:00 PM tell of the order: True day first, False month first, None nothing."""
    found = _SLASHED.match(text_of(cell))
    if found is None:
        return None
    if int(found[1]) > 12:
        return True
    return False if int(found[2]) > 12 or found[7] else None


_CLOCK_ONLY = re.compile(r"(\d{1,2})[:.-](\d{2})(?:[:.](\d{2}))?$")


def clock(cell: Cell) -> timedelta | None:
    """An hour of the day standing in its own column."""
    if isinstance(cell, datetime):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, timedelta):
        return cell if timedelta(0) <= cell < timedelta(days=1) else None
    if isinstance(cell, float) and 0 <= cell < 1:
        return timedelta(seconds=round(cell * 86_400))
    found = _CLOCK_ONLY.match(text_of(cell))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))


_DURATION = re.compile(r"(?:(\d{1,5})\s*(?:д|дн|дней|дня|день|days?|d)\.?,?\s+)?(\d{1,6}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?$")


def duration(cell: Cell) -> timedelta | None:
    """A span such as 276:10:25.217, longer than a day and with parts of a second; never negative."""
    if isinstance(cell, timedelta):
        return cell if cell >= timedelta(0) else None
    if isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond)
    if isinstance(cell, datetime):
        return cell - EXCEL_EPOCH if cell.year < 1920 else None
    if isinstance(cell, float):
        return timedelta(seconds=round(cell * 86_400, 3)) if 0 <= cell < 36_500 else None
    found = _DURATION.match(text_of(cell).lower())
    if found is None:
        return None
    days, hours, minutes, seconds, fraction = found.groups()
    micros = int((fraction or "0").ljust(6, "0")[:6])
    return timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0), microseconds=micros)


# numbers and points ---------------------------------------------------------------------------------------------------


def number(cell: Cell) -> float | None:
    """A finite number, with a comma or a point, with spaces between thousands."""
    if isinstance(cell, (datetime, date, time, timedelta)):
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell) if abs(cell) < 1e18 and math.isfinite(cell) else None
    value = "".join(text_of(cell).split()).replace(",", ".")
    if not value or len(value) > 40 or value[-1].isalpha():
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) < 1e18 else None


_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)")


def point(cell: Cell) -> tuple[float, float] | None:
    """Latitude and longitude from one cell: «(40.69, -73.84)», «POINT (lon lat)», a GeoJSON point."""
    value = text_of(cell)
    if not value or len(value) > 500:
        return None
    if value.startswith("{"):
        try:
            place = json.loads(value)
            if "coordinates" in place:
                lon, lat = place["coordinates"][:2]
            else:
                lat, lon = place["latitude"], place["longitude"]
            return float(lat), float(lon)
        except (ValueError, TypeError, KeyError):
            return None
    found = _PAIR.search(value)
    if found is None:
        return None
    first, second = float(found[1]), float(found[2])
    return (second, first) if value.upper().startswith("POINT") else (first, second)


# texts ----------------------------------------------------------------------------------------------------------------

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h\d)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,2000}|!--.*?--)>", re.DOTALL)
_COMMUNITY = re.compile(r"\[(?:club|public|event)\d+\|([^\]\n]{1,120})\]|[@*](?:club|public|event)\d+\s*\(([^)\n]{1,120})\)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SPACES = re.compile(r"[ \t\xa0]+")
_LINES = re.compile(r" ?\n[ \n]*")
_SIGNATURE = re.compile(r"\n[—–-]{1,3}\n[^\n]{0,80}(?:@[\w.]{3,}|https?://\S+)[^\n]{0,20}$")
_CALL_TO_JOIN = re.compile(
    r"\n[^\n]{0,80}(?:подпиши(?:сь|тесь)|подписывай(?:ся|тесь)|подписаться|(?:предложить|прислать) новость)[^\n]{0,60}"
    r"(?:https?://\S+|@[\w.]{3,}|t\.me/\S+|vk\.\w+/\S+)[^\n]{0,20}$",
    re.IGNORECASE,
)


def clean(value: str) -> str:
    """A citizen's text without markup: tags, entities, wrapped names of communities, the advertising at its end."""
    if "<" in value:
        value = _TAG.sub("", _BREAK.sub("\n", value))
    if "&" in value:
        value = html.unescape(html.unescape(value)).encode("utf-8", "ignore").decode("utf-8")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if "club" in value or "public" in value or "event" in value:
        value = _COMMUNITY.sub(lambda found: found[1] or found[2], value)
    if not value.isprintable():
        value = _CONTROL.sub("", value)
    if "  " in value or "\t" in value or "\xa0" in value:
        value = _SPACES.sub(" ", value)
    if "\n" not in value:
        return value.strip()
    value = _LINES.sub("\n", value).strip()
    return _CALL_TO_JOIN.sub("", _SIGNATURE.sub("", value)).rstrip()


# people and pages -----------------------------------------------------------------------------------------------------

_HOSTS = {"vk.ru": "vk.com", "vkontakte.ru": "vk.com", "telegram.me": "t.me", "odnoklassniki.ru": "ok.ru"}


_SCHEME = re.compile(r"^[a-z]+://")
_SUBDOMAIN = re.compile(r"^(?:www|m|web)\.")


@lru_cache(maxsize=50_000)
def canonical_url(url: str) -> str:
    """One spelling for one page: no scheme, «www.», «m.», fragment, trailing slash; one host for each network."""
    host, slash, rest = _SCHEME.sub("", url.strip().lower()).rstrip("/").partition("/")
    host = _SUBDOMAIN.sub("", host)
    kept = rest if rest.startswith("#") else rest.split("#")[0]
    return _HOSTS.get(host, host) + slash + kept


@lru_cache(maxsize=50_000)
def author_key(secret: bytes, author: str) -> int:
    """A stable number for an author's page or name that cannot be turned back without the secret; 63 bits."""
    digest = hmac.new(secret, canonical_url(author).encode("utf-8", "ignore"), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> 1
