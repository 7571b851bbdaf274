"""The briefing itself: frozen parts that four writers lay out, each in its own way, from the same values.

Cells hold raw numbers; `shown` is the one place that makes them words, so that a figure reads the same everywhere.
"""

import unicodedata
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from words import dates, numbers
from words.figures import NO_DATA, value_text
from words.solving import lateness

Cell = str | float | int | date | None
T = TypeVar("T")


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few."""

    text: str
    muted: bool = False


@dataclass(frozen=True)
class Tile:
    """One figure. tone: good | bad | neutral, of its change; verdict and verdict_tone: of its norm."""

    label: str
    unit: str
    value: float | None
    about: bool = False
    delta: str = ""
    tone: str = "neutral"
    norm: str = ""
    verdict_tone: str = "neutral"
    note: str = ""

    @property
    def text(self) -> str:
        """The value in words; «≈» where it is read off a histogram."""
        return ("≈ " if self.about and self.value is not None else "") + value_text(self.unit, self.value)


@dataclass(frozen=True)
class Tiles:
    items: tuple[Tile, ...]


@dataclass(frozen=True)
class Column:
    """kind: text | count | share | points | minutes | days | change | rate | day | score. wide: share of the table's width."""

    title: str
    kind: str = "text"
    wide: float = 1.0

    @property
    def is_number(self) -> bool:
        return self.kind not in ("text", "day")


@dataclass(frozen=True)
class Table:
    """title: what the table lists; note: what is left out of it."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Series:
    """role: data (what is seen), limit (the upper bound of the usual), context (what is expected)."""

    name: str
    values: tuple[float | None, ...]
    role: str = "data"


@dataclass(frozen=True)
class Chart:
    """form: line (over days) | bars (the largest first). subtitle: measure, unit, period; it is also the words for those who
    cannot see it."""

    form: str
    title: str
    subtitle: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Quote:
    """A citizen's own words and where they stand."""

    text: str
    source: str


@dataclass(frozen=True)
class Quotes:
    items: tuple[Quote, ...]


@dataclass(frozen=True)
class Point:
    """A circle of the map; number: its number in the table beside, 0 where it has none."""

    lat: float
    lon: float
    value: float
    name: str
    number: int = 0


@dataclass(frozen=True)
class Map:
    """Outlines (rings of (lon, lat)), small points that show where appeals come from, circles of an area by value."""

    title: str
    subtitle: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    dots: tuple[tuple[float, float], ...]
    points: tuple[Point, ...]


Block = Paragraph | Tiles | Table | Chart | Quotes | Map


@dataclass(frozen=True)
class Heading:
    """A heading inside a section: one spike, one measure."""

    text: str


@dataclass(frozen=True)
class Section:
    """key: its name in settings and addresses; blocks in order."""

    key: str
    title: str
    blocks: tuple[Block | Heading, ...]


@dataclass(frozen=True)
class Briefing:
    """What every page says at its head: place, period, filters (empty: none), state of the data, moment of making.

    appeals: the list behind the figures, without personal data; total: how many appeals that list is of."""

    kind: str
    title: str
    place: str
    period: str
    filters: str
    data_line: str
    built_at: datetime
    is_demo: bool
    headlines: tuple[str, ...]
    sections: tuple[Section, ...]
    appeals: Table
    total: int
    file_name: str

    @property
    def built(self) -> str:
        return dates.moment(self.built_at)

    def edited(self, headlines: tuple[str, ...] | None = None, keys: tuple[str, ...] | None = None) -> "Briefing":
        """With other headline sentences, and only the sections named (None: as they are)."""
        own = self.headlines if headlines is None else tuple(clean(line) for line in headlines if line.strip())
        return replace(self, headlines=own, sections=tuple(s for s in self.sections if keys is None or s.key in keys))


def shown(kind: str, value: Cell) -> str:
    """A cell in words; «—» where there is nothing."""
    if value is None or value != value:
        return NO_DATA
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if kind == "share":
        return numbers.percent(value)
    if kind == "points":
        return numbers.points(value)
    if kind == "minutes":
        return numbers.minutes(value)
    if kind == "days":
        return lateness(value)
    if kind == "change":
        return numbers.signed(value)
    if kind == "rate":
        return numbers.rate(value)
    if kind == "score":
        return numbers.decimal(value, 2)
    return numbers.integer(value)


def clean(value: T) -> T:
    """The same with every text free of characters that no format can hold: controls, turns of writing, halves of pairs."""
    if isinstance(value, str):
        kept = (" " if char in "\n\r\t\u2028\u2029" else char for char in value)
        return "".join(char for char in kept if unicodedata.category(char)[0] != "C")  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(clean(item) for item in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        own: dict[str, Any] = {field.name: clean(getattr(value, field.name)) for field in fields(value)}
        return type(value)(**own)
    return value
