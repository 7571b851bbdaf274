"""Files of other systems → parts of a normalised batch. `open_source` is the one way in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest import mapping as maps
from ingest.mapping import Mapping, Refused
from ingest.places import HomePlace
from ingest.sources import read, table
from ingest.sources.cells import Rules, ZoneOf
from ingest.sources.part import Part, Reject
from ingest.sources.zones import zone_of as zone_by_reference
from words import _

CHUNK_ROWS = 50_000
GROWING_SOURCES = frozenset(("incident", "pos", "portal", "calls"))

__all__ = ["Opened", "Part", "PreviewRow", "Refused", "Reject", "open_source"]


@dataclass(frozen=True)
class PreviewRow:
    """One row as it will be understood: field → value, or the reason why it will be rejected."""

    row_number: int
    values: dict[str, Any]
    reason: str | None


@dataclass(frozen=True)
class Opened:
    """A file that is understood; `recognised` by a known layout, else guessed or told."""

    sheet: read.Sheet
    mapping: Mapping
    recognised: bool

    @property
    def source(self) -> str:
        """Code of the source system."""
        return self.mapping.source

    @property
    def form(self) -> str:
        """Kind of file, encoding, separator or sheet, for people."""
        return self.sheet.form

    @property
    def total_rows(self) -> int | None:
        """Rows below the header; an estimate for texts, None when unknown."""
        return self.sheet.total_rows

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Columns of the file that nothing reads."""
        used = {name for names in self.mapping.columns.values() for name in names}
        return tuple(name for name in self.sheet.header if name not in used)

    def remember(self, folder: Path) -> Path:
        """Keeps the mapping for the next file with the same columns; the file written."""
        return maps.remember(self.mapping, folder)

    @property
    def may_grow_places(self) -> bool:
        """Is the file's own list of municipalities official enough to add new ones to a known region?"""
        return self.mapping.source in GROWING_SOURCES

    @property
    def knows_status(self) -> bool:
        """Does the file say what became of an appeal? Without that no term can be said to have passed."""
        told = {*self.mapping.columns, *self.mapping.constants}
        return bool(told & {"status", "outcome", "closed_at", "closing_time", "due_at"})

    @property
    def home(self) -> HomePlace | None:
        """The one territory the whole file speaks of."""
        at = self.mapping.territory
        return None if at is None else HomePlace(at.region, at.municipality, at.timezone, at.lat, at.lon, at.population)

    def preview(self, count: int = 20, as_of: datetime | None = None) -> list[PreviewRow]:
        """The first rows as they will be understood; texts masked, authors as keys of a throw-away secret."""
        rules = self._rules(secrets.token_bytes(32), as_of, zone_by_reference, frozenset())
        short = replace(self.sheet, rows=lambda: islice(self.sheet.rows(), count))
        rows = []
        for part in table.parts(short, rules, count + 1):
            taken: pa.Table = getattr(part, self.mapping.kind)
            for position, values in enumerate(taken.to_pylist(), 1):
                present = {key: value for key, value in values.items() if value is not None}
                if present.get("visibility") == "restricted":
                    present |= {key: _("текст закрыт") for key in ("text", "reply") if key in present}
                rows.append(PreviewRow(values.get("row_number", position), present, None))
            rows.extend(PreviewRow(reject.row_number, {}, reject.reason) for reject in part.rejects)
        return sorted(rows, key=lambda row: row.row_number)

    def parts(
        self,
        secret: bytes,
        as_of: datetime | None = None,
        zone_of: ZoneOf = zone_by_reference,
        official: frozenset[str] = frozenset(),
        chunk_rows: int = CHUNK_ROWS,
    ) -> Iterator[Part]:
        """The whole file, piece by piece.

        secret: key for hashing authors; as_of: the moment that «future» is measured from, naive UTC, by default the
        clock; zone_of: (region, municipality) → time zone; official: canonical addresses of official pages.
        Raises Refused where the file breaks off.
        """
        return table.parts(self.sheet, self._rules(secret, as_of, zone_of, official), chunk_rows)

    def _rules(self, secret: bytes, as_of: datetime | None, zone_of: ZoneOf, official: frozenset[str]) -> Rules:
        moment = as_of if as_of is not None else datetime.now(UTC).replace(tzinfo=None)
        return Rules(self.mapping, secret, moment, zone_of, official)


def open_source(
    path: Path,
    source: str = "auto",
    mapping: Mapping | None = None,
    kind: maps.Kind = "appeals",
    remembered: Path | None = None,
    watch: read.Watch = lambda share: None,
) -> Opened:
    """What is this file and how will it be understood?

    The mapping given is used as it is; otherwise the layout is recognised by its header among the mapping files of the
    product and those in the folder `remembered`, or guessed from the synonyms of column names. `source` other than auto
    names the source system; `watch` is told how much of a text has been looked through. Raises Refused with one message for people.
    """
    score = maps.known_count if mapping is None else _score_of(mapping)
    sheet = read.read(Path(path), score, watch)
    recognised = None
    if mapping is None:
        layouts = [*maps.layouts_in(remembered), *maps.known_layouts()] if remembered else maps.known_layouts()
        fitting = [m for m in layouts if m.kind == kind and source in ("auto", m.source)]
        recognised = maps.recognise(sheet.header, fitting)
        mapping = recognised or (maps.guess(sheet.header) if kind == "appeals" else maps.usual_layout(kind))
    if source != "auto":
        mapping = replace(mapping, source=source)
    mapping = maps.fit(mapping, sheet.header)
    maps.check(mapping, sheet.header)
    return Opened(sheet, mapping, recognised is not None)


def _score_of(mapping: Mapping) -> read.Score:
    names = {maps.normal(name) for found in mapping.columns.values() for name in found}
    return lambda cells: len({maps.normal(cell) for cell in cells if cell} & names)
