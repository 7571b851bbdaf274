"""The row at hand, asked by field: labels, codes, moments and texts as the mapping understands them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics.privacy import mask
from ingest import check
from ingest.mapping import TIMES, Mapping, normal, synonyms, words_of
from ingest.sources.read import Cell, Sheet, text_of
from ingest.sources.values import author_key, clean, clock, moment, slash_order, text, tidy
from words import _

HIDDEN_IN_REJECTS = frozenset(("author", "blog_url", "reply_account"))
RESTRICTED_IN_REJECTS = frozenset(("text", "reply", "note"))
SLASH_SAMPLE = 2_000
MAX_RAW = 4_000
MAX_KINDS_OF_WARNING = 100
MAX_REMEMBERED_WORDS = 10_000

ZoneOf = Callable[[str, str], str]


@dataclass(frozen=True)
class Rules:
    """What every row is read by. `as_of` is naive UTC; `official` holds canonical addresses of official pages."""

    mapping: Mapping
    secret: bytes
    as_of: datetime
    zone_of: ZoneOf
    official: frozenset[str] = frozenset()


class Wrong(Exception):
    """This row cannot be taken; the message is the reason for people."""


class Cells:
    """Answers by field for the row last given to `turn_to`; counts in `warnings` what it could not understand."""

    def __init__(self, sheet: Sheet, rules: Rules) -> None:
        mapping = rules.mapping
        places = {name: at for at, name in enumerate(sheet.header)}
        self.rules = rules
        self.mapping = mapping
        self.header = sheet.header
        self.columns = {key: tuple(places[name] for name in names) for key, names in mapping.columns.items()}
        self.words = {key: _words(mapping, key) for key in {*synonyms()["values"], *mapping.values, "block"}}
        self.uses = Counter(at for found in self.columns.values() for at in found)
        self.dayfirst = _dayfirst(sheet, self.columns, mapping)
        self.used = tuple(self.uses)
        self.known: dict[tuple[str, str], str | None] = {}
        self.warnings: Counter[str] = Counter()
        self.cells: list[Cell] = []

    def turn_to(self, cells: list[Cell]) -> bool:
        """Takes the next row; False if it is blank."""
        missing = len(self.header) - len(cells)
        self.cells = cells if missing <= 0 else [*cells, *[None] * missing]
        filled = False
        for at in self.used:
            value = self.cells[at] = tidy(self.cells[at])
            filled = filled or value is not None
        return filled or any(tidy(cell) is not None for cell in self.cells)

    def cell(self, key: str) -> Cell:
        """The first non-empty cell of the field, else its constant."""
        for at in self.columns.get(key, ()):
            value = self.cells[at]
            if value is not None:
                return value
        return self.mapping.constants.get(key)

    def text(self, key: str) -> str | None:
        """The cell as text."""
        value = self.cell(key)
        return value if value is None or type(value) is str else text_of(value)

    def label(self, key: str) -> str | None:
        """A short text on one line."""
        value = self.text(key)
        return None if value is None else _one_line(value)

    def masked_label(self, key: str) -> str | None:
        """A short text that may hold a person's name."""
        value = self.label(key)
        return None if value is None else _masked(value)

    def code(self, key: str) -> str | None:
        """The code that the word stands for; None and a warning if unknown, silent where the column has other uses."""
        word = self.text(key)
        if word is None:
            return None
        if (key, word) not in self.known and len(self.known) < MAX_REMEMBERED_WORDS:
            self.known[key, word] = self.words[key].get(normal(word))
        code = self.known[key, word] if (key, word) in self.known else self.words[key].get(normal(word))
        if code is None and not any(self.uses[at] > 1 for at in self.columns.get(key, ())):
            what = check.UNKNOWN_STATUS if key == "status" else check.UNKNOWN_WORD
            self.warn(f"{what}: «{mask(word[:60])}»", otherwise=what)
        return code

    def warn(self, what: str, otherwise: str = "") -> None:
        """Counts a warning; beyond a hundred kinds a particular one counts under its general name."""
        known = what in self.warnings or len(self.warnings) < MAX_KINDS_OF_WARNING
        self.warnings[what if known or not otherwise else otherwise] += 1

    def local(self, key: str) -> tuple[datetime, bool] | None:
        """The moment as the file writes it and whether it names an hour."""
        return moment(self.cell(key), self.mapping.formats, self.dayfirst)

    def utc(self, key: str, zone: str) -> datetime | None:
        """The moment in UTC."""
        found = self.local(key)
        return None if found is None else to_utc(found[0], zone)

    def created(self) -> tuple[datetime, bool]:
        """The moment of the row as the file writes it; the hour may stand in a column of its own. Raises Wrong."""
        found = self.local("created_at")
        if found is None:
            given = self.text("created_at")
            if given is None:
                raise Wrong(_("нет даты создания"))
            raise Wrong(_("дата создания не читается: «{what}»").format(what=mask(given[:60])))
        hour = None if found[1] else clock(self.cell("created_time"))
        return found if hour is None else (found[0] + hour, True)

    def zone(self, region: str | None = None, municipality: str | None = None) -> str:
        """The clock that the times of this row keep."""
        home = self.mapping.territory
        known = self.mapping.timezone or (home.timezone if home else None)
        return known or self.rules.zone_of(region or "", municipality or "")

    def long_text(self, key: str) -> str | None:
        """A citizen's text: cut at the limit, without markup, masked."""
        return self.stored(self.text(key))

    def every_text(self, key: str) -> str | None:
        """All different texts of a field that has several columns, one under another."""
        found = dict.fromkeys(self.stored(text(self.cells[at])) for at in self.columns.get(key, ()))
        return "\n\n".join(one for one in found if one) or None

    def stored(self, value: str | None) -> str | None:
        """The text as it is stored."""
        if value is None:
            return None
        if len(value) > check.MAX_TEXT:
            value = value[: check.MAX_TEXT]
            self.warn(check.TEXT_CUT)
        return _clean_and_masked(value)

    def author(self) -> int | None:
        """The keyed hash of the author's page or name."""
        author = self.text("author")
        return None if author is None else author_key(self.rules.secret, author)

    def raw(self) -> str:
        """The row for the rejects: the columns that are read, masked, without authors and closed texts; JSON."""
        restricted = self.words["visibility"].get(normal(self.text("visibility") or "")) == "restricted"
        hidden = HIDDEN_IN_REJECTS | (RESTRICTED_IN_REJECTS if restricted else frozenset())
        closed = {at for key in hidden for at in self.columns.get(key, ())}
        shown = {self.header[at]: mask(text_of(self.cells[at])[:MAX_RAW]) for at in sorted(set(self.uses) - closed)}
        return json.dumps(shown, ensure_ascii=False)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def to_utc(at: datetime, zone: str) -> datetime:
    """A moment in UTC without a zone; without its own it is local time of `zone`. Raises Wrong beyond the calendar."""
    try:
        aware = at if at.tzinfo is not None else at.replace(tzinfo=_zone(zone))
        return aware.astimezone(UTC).replace(tzinfo=None)
    except (OverflowError, ValueError):
        raise Wrong(_("дата за пределами календаря")) from None


def end_of_day(at: datetime) -> datetime:
    """The last second of a day given without an hour."""
    return at + timedelta(hours=23, minutes=59, seconds=59)


@lru_cache(maxsize=20_000)
def _clean_and_masked(value: str) -> str | None:
    cleaned = text(clean(value))
    return None if cleaned is None else mask(cleaned)


@lru_cache(maxsize=50_000)
def _one_line(value: str) -> str:
    return " ".join(value.split())[: check.MAX_LABEL]


@lru_cache(maxsize=50_000)
def _masked(value: str) -> str:
    return mask(value)


def _words(mapping: Mapping, key: str) -> dict[str, str]:
    own = {normal(word): code for code, words in mapping.values.get(key, {}).items() for word in words}
    codes = synonyms()["values"].get(key, {})
    return {normal(code): code for code in codes} | words_of(key) | own


def _dayfirst(sheet: Sheet, columns: dict[str, tuple[int, ...]], mapping: Mapping) -> bool:
    """Is 05/06/2021 the fifth of June? The mapping says, else the first telling date of the file, else yes."""
    if mapping.dayfirst is not None:
        return mapping.dayfirst
    dated = [at for key in TIMES for at in columns.get(key, ())]
    for seen, (_number, cells) in enumerate(sheet.rows()):
        if seen >= SLASH_SAMPLE:
            break
        if isinstance(cells, list):
            for at in dated:
                told = slash_order(cells[at]) if at < len(cells) else None
                if told is not None:
                    return told
    return True
