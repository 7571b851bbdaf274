"""Rows of any table → parts of a batch, by a mapping: times to UTC, words to codes, texts cleaned and masked, rows checked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from analytics.privacy import mask
from ingest import check
from ingest.batch import COMMENTS, EVENTS, SCHEMA
from ingest.mapping import TIMES, Mapping, normal, synonyms, words_of
from ingest.sources import incident
from ingest.sources.part import Part, Reject
from ingest.sources.read import Broken, Cell, Row, Sheet, text_of
from ingest.sources.values import (
    author_key,
    canonical_url,
    clean,
    clock,
    duration,
    is_empty,
    moment,
    number,
    point,
    slash_order,
    text,
)
from words import _

OFFICIAL_CHANNELS = frozenset(("vk_official", "ok_official", "tg_official", "gosuslugi", "portal", "call"))
CHANNELS = OFFICIAL_CHANNELS | {"vk_groups", "ok_groups", "tg_chats", "other"}
CHANNEL_OF_SOURCE = {"pos": "gosuslugi", "portal": "portal", "calls": "call", "open311": "portal"}
HIDDEN_IN_REJECTS = frozenset(("author", "blog_url", "reply_account"))
SLASH_SAMPLE = 2_000
MAX_RAW = 4_000

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


def parts(sheet: Sheet, rules: Rules, chunk_rows: int) -> Iterator[Part]:
    """The rows of a sheet as parts of at most `chunk_rows` rows; memory does not grow with the file."""
    reader = _Reader(sheet, rules)
    made: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for row_number, cells in sheet.rows():
        outcome = reader.row(row_number, cells)
        if isinstance(outcome, Reject):
            rejects.append(outcome)
        elif outcome is not None:
            made.append(outcome)
        if len(made) + len(rejects) >= chunk_rows:
            yield _part(made, rejects, reader, rules.mapping)
            made, rejects = [], []
    if made or rejects or reader.warnings:
        yield _part(made, rejects, reader, rules.mapping)


def _part(made: list[dict[str, Any]], rejects: list[Reject], reader: _Reader, mapping: Mapping) -> Part:
    warnings = dict(reader.warnings)
    reader.warnings.clear()
    tables = {"appeals": SCHEMA, "comments": COMMENTS, "events": EVENTS}
    filled = {kind: _table(made if kind == mapping.kind else [], schema) for kind, schema in tables.items()}
    return Part(filled["appeals"], filled["events"], filled["comments"], tuple(rejects), warnings)


def _table(made: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    columns = [pa.array([row.get(field.name) for row in made], type=field.type) for field in schema]
    return pa.table(columns, schema=schema)


class _Reader:
    """Reads one row after another; counts what it had to blank in `warnings`."""

    def __init__(self, sheet: Sheet, rules: Rules) -> None:
        mapping = rules.mapping
        places = {name: at for at, name in enumerate(sheet.header)}
        self.rules = rules
        self.mapping = mapping
        self.header = sheet.header
        self.columns = {key: tuple(places[name] for name in names) for key, names in mapping.columns.items()}
        self.width = len(sheet.header)
        self.words = {key: _words(mapping, key) for key in synonyms()["values"]}
        self.block_words = _words(mapping, "block")
        self.dayfirst = _dayfirst(sheet, self.columns, mapping)
        self.warnings: Counter[str] = Counter()
        hidden = {at for key in HIDDEN_IN_REJECTS for at in self.columns.get(key, ())}
        self.shown = sorted({at for found in self.columns.values() for at in found} - hidden)
        self.make = {"appeals": self._appeal, "comments": self._comment, "events": self._event}[mapping.kind]

    def row(self, row_number: int, cells: list[Cell] | Broken) -> dict[str, Any] | Reject | None:
        """The row as values of the batch, as a reject, or None for a blank row."""
        if isinstance(cells, Broken):
            return Reject(
                row_number, cells.reason, json.dumps({_("строка"): mask(_safe(cells.raw))}, ensure_ascii=False)
            )
        if len(cells) < self.width:
            cells = [*cells, *[None] * (self.width - len(cells))]
        if all(map(is_empty, cells)):
            self.warnings[check.BLANK_ROW] += 1
            return None
        try:
            return self.make(row_number, cells)
        except Wrong as wrong:
            return Reject(row_number, str(wrong), self._raw(cells))
        except Exception:  # noqa: BLE001 - whatever a hostile cell holds, it costs its own row only
            return Reject(row_number, _("строка не читается"), self._raw(cells))

    def _raw(self, cells: list[Cell]) -> str:
        shown = {
            self.header[at]: mask(_safe(text_of(cells[at]))[:MAX_RAW]) for at in self.shown if not is_empty(cells[at])
        }
        return json.dumps(shown, ensure_ascii=False)

    # cells ------------------------------------------------------------------------------------------------------------

    def cell(self, cells: list[Cell], key: str) -> Cell:
        for at in self.columns.get(key, ()):
            if not is_empty(cells[at]):
                return cells[at]
        return self.mapping.constants.get(key)

    def label(self, cells: list[Cell], key: str) -> str | None:
        value = text(self.cell(cells, key))
        return None if value is None else " ".join(value.split())[: check.MAX_LABEL]

    def code(self, cells: list[Cell], key: str) -> str | None:
        word = text(self.cell(cells, key))
        if word is None:
            return None
        known = self.words[key].get(normal(word))
        if known is None:
            self.warnings[
                f"{check.UNKNOWN_STATUS if key == 'status' else check.UNKNOWN_WORD}: «{mask(word[:60])}»"
            ] += 1
        return known

    def moment(self, cells: list[Cell], key: str, zone: str) -> datetime | None:
        found = moment(self.cell(cells, key), self.mapping.formats, self.dayfirst)
        return None if found is None else to_utc(found[0], zone)

    # appeals ----------------------------------------------------------------------------------------------------------

    def _appeal(self, row_number: int, cells: list[Cell]) -> dict[str, Any]:
        home = self.mapping.territory
        region = self.label(cells, "region") or (home.region if home else None)
        municipality = self.label(cells, "municipality") or (home.municipality if home else None)
        zone = (
            self.mapping.timezone
            or (home.timezone if home else None)
            or self.rules.zone_of(region or "", municipality or "")
        )
        body = self._text(cells, "text")
        row: dict[str, Any] = {
            "row_number": row_number,
            "source": self.mapping.source,
            "external_id": self.label(cells, "external_id"),
            "region": region,
            "municipality": municipality,
            "settlement": self.label(cells, "settlement"),
            "street": self.label(cells, "street") or _without_flat(self.label(cells, "address")),
            "house": self.label(cells, "house"),
            "topic_group": self.label(cells, "topic_group"),
            "topic": self.label(cells, "topic"),
            "repeat_of": self.label(cells, "repeat_of"),
            "language": self.label(cells, "language"),
            "type": self.code(cells, "type"),
            "outcome": self.code(cells, "outcome"),
            "visibility": self.code(cells, "visibility") or "public",
            "reopened": self.code(cells, "reopened") == "yes",
            "text": body,
            "reply": self._replies(cells),
            "author": self._author(cells),
        }
        if body is None and row["topic"] is None and row["topic_group"] is None:
            raise Wrong(_("нет ни текста, ни темы"))
        self._block(cells, row)
        self._times(cells, row, zone)
        self._executor(cells, row)
        self._channel(cells, row)
        self._status(cells, row)
        self._point(cells, row)
        self._numbers(cells, row)
        return row

    def _text(self, cells: list[Cell], key: str) -> str | None:
        value = text(self.cell(cells, key))
        if value is None:
            return None
        if len(value) > check.MAX_TEXT:
            value = value[: check.MAX_TEXT]
            self.warnings[check.TEXT_CUT] += 1
        value = clean(value)
        return mask(value) if text(value) is not None else None

    def _replies(self, cells: list[Cell]) -> str | None:
        found = [text(cells[at]) for at in self.columns.get("reply", ())]
        replies = dict.fromkeys(mask(clean(reply[: check.MAX_TEXT])) for reply in found if reply)
        return "\n\n".join(reply for reply in replies if reply) or None

    def _author(self, cells: list[Cell]) -> int | None:
        author = text(self.cell(cells, "author"))
        return None if author is None else author_key(self.rules.secret, author)

    def _block(self, cells: list[Cell], row: dict[str, Any]) -> None:
        word = self.label(cells, "block")
        row["block"] = None if word is None else self.block_words.get(normal(word))

    def _times(self, cells: list[Cell], row: dict[str, Any], zone: str) -> None:
        given = self.cell(cells, "created_at")
        found = moment(given, self.mapping.formats, self.dayfirst)
        if found is None:
            if is_empty(given):
                raise Wrong(_("нет даты создания"))
            raise Wrong(_("дата создания не читается: «{what}»").format(what=mask(_safe(text_of(given))[:60])))
        local, has_hour = found
        hour = None if has_hour else clock(self.cell(cells, "created_time"))
        created = to_utc(local if hour is None else local + hour, zone)
        closed = moment(self.cell(cells, "closed_at"), self.mapping.formats, self.dayfirst)
        span = check.Span(
            created, None if closed is None else to_utc(closed[0], zone), closed is not None and not closed[1]
        )
        reason = check.impossible_times(span, self.rules.as_of)
        if reason is not None:
            raise Wrong(reason)
        for key in TIMES[1:]:
            row[key] = self.moment(cells, key, zone)
        row["created_at"] = created
        row["closed_at"] = span.closed if span.closed is None else max(created, span.closed)
        self._spans(cells, row, created)

    def _spans(self, cells: list[Cell], row: dict[str, Any], created: datetime) -> None:
        """Times given as spans since creation; a response or an assignment before creation is blanked."""
        for key, span_key in (("first_response_at", "response_time"), ("closed_at", "closing_time")):
            lasted = duration(self.cell(cells, span_key))
            if (
                lasted is not None
                and (key == "first_response_at" or row[key] is None)
                and lasted < timedelta(days=36_500)
            ):
                row[key] = created + lasted
        for key, warning in (("first_response_at", check.RESPONSE_EARLY), ("assigned_at", check.ASSIGNED_EARLY)):
            if row[key] is not None and row[key] < created:
                row[key] = (
                    created if row[key].date() == created.date() and row[key].time() == datetime.min.time() else None
                )
                self.warnings[warning] += row[key] is None

    def _executor(self, cells: list[Cell], row: dict[str, Any]) -> None:
        department, performer = self.label(cells, "department"), self.label(cells, "executor")
        executor = performer or department
        row["executor"] = None if executor is None else _masked_label(executor)
        row["level"] = self.code(cells, "level") or incident.level(department, performer)

    def _channel(self, cells: list[Cell], row: dict[str, Any]) -> None:
        url, blog = text(self.cell(cells, "url")), text(self.cell(cells, "blog_url"))
        word = text(self.cell(cells, "channel"))
        known = None
        if word is not None:
            known = word if word in CHANNELS else self.words["channel"].get(normal(word))
            if known is None:
                known = "other"
                self.warnings[f"{check.UNKNOWN_WORD}: «{mask(word[:60])}»"] += 1
        implied = incident.channel(url, blog, text(self.cell(cells, "reply_account")), self.rules.official)
        row["channel"] = known or implied or CHANNEL_OF_SOURCE.get(self.mapping.source, "other")
        row["is_official"] = row["channel"] in OFFICIAL_CHANNELS
        row["url"] = incident.public_url(url)

    def _status(self, cells: list[Cell], row: dict[str, Any]) -> None:
        status = self.code(cells, "status")
        if status is None:
            answered = row["first_response_at"] is not None or row["reply"] is not None
            assigned = row["assigned_at"] is not None
            status = "closed" if row["closed_at"] else "answered" if answered else "assigned" if assigned else "new"
        if status not in ("closed", "rejected"):
            row["closed_at"] = None
        elif row["closed_at"] is None and status == "closed":
            self.warnings[check.CLOSED_UNDATED] += 1
        row["status"] = status

    def _point(self, cells: list[Cell], row: dict[str, Any]) -> None:
        lat, lon = number(self.cell(cells, "lat")), number(self.cell(cells, "lon"))
        if lat is None or lon is None:
            lat, lon = point(self.cell(cells, "location")) or (None, None)
        row["lat"], row["lon"], warning = check.drawable(lat, lon, self.mapping.territory, self.mapping.country)
        if warning is not None:
            self.warnings[warning] += 1

    def _numbers(self, cells: list[Cell], row: dict[str, Any]) -> None:
        for key in ("audience", "engagement"):
            found = number(self.cell(cells, key))
            row[key] = int(found) if found is not None and 0 <= found < 2**31 else None
        mark = number(self.cell(cells, "rating"))
        reason = text(self.cell(cells, "closing_reason"))
        row["rating"] = int(mark) if mark is not None and mark in (1, 2, 3, 4, 5) else incident.rating(reason)

    # comments and status logs -----------------------------------------------------------------------------------------

    def _link(self, cells: list[Cell]) -> str | None:
        number_given = self.label(cells, "external_id")
        url = text(self.cell(cells, "url"))
        return number_given or (canonical_url(url) if url else None)

    def _moment_required(self, cells: list[Cell]) -> datetime:
        zone = self.mapping.timezone or (self.mapping.territory.timezone if self.mapping.territory else None)
        given = self.cell(cells, "created_at")
        found = moment(given, self.mapping.formats, self.dayfirst)
        if found is None:
            raise Wrong(_("нет даты") if is_empty(given) else _("дата не читается"))
        hour = None if found[1] else clock(self.cell(cells, "created_time"))
        at = to_utc(found[0] if hour is None else found[0] + hour, zone or self.rules.zone_of("", ""))
        reason = check.impossible_times(check.Span(at, None), self.rules.as_of)
        if reason is not None:
            raise Wrong(reason)
        return at

    def _comment(self, row_number: int, cells: list[Cell]) -> dict[str, Any]:
        body = self._text(cells, "text")
        if body is None:
            raise Wrong(_("пустой комментарий"))
        return {
            "comment_external_id": self.label(cells, "comment_id") or f"{row_number}",
            "external_id": self._link(cells),
            "created_at": self._moment_required(cells),
            "text": body,
            "author": self._author(cells),
        }

    def _event(self, row_number: int, cells: list[Cell]) -> dict[str, Any]:
        link = self.label(cells, "external_id")
        if link is None:
            raise Wrong(_("нет номера обращения"))
        executor = self.label(cells, "executor") or self.label(cells, "department")
        return {
            "external_id": link,
            "at": self._moment_required(cells),
            "status": self.code(cells, "status"),
            "executor": None if executor is None else _masked_label(executor),
            "note": self._text(cells, "note"),
        }


# helpers --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def to_utc(at: datetime, zone: str) -> datetime:
    """A moment in UTC without a zone; one without its own zone is local time of `zone`. Raises Wrong beyond the calendar."""
    try:
        aware = at if at.tzinfo is not None else at.replace(tzinfo=_zone(zone))
        return aware.astimezone(UTC).replace(tzinfo=None)
    except (OverflowError, ValueError):
        raise Wrong(_("дата за пределами календаря")) from None


def _words(mapping: Mapping, key: str) -> dict[str, str]:
    own = {normal(word): code for code, words in mapping.values.get(key, {}).items() for word in words}
    codes = synonyms()["values"].get(key, {})
    return {code: code for code in codes} | words_of(key) | own


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


def _safe(value: str) -> str:
    return value.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")


@lru_cache(maxsize=50_000)
def _masked_label(value: str) -> str:
    return mask(value)


@lru_cache(maxsize=50_000)
def _without_flat(address: str | None) -> str | None:
    return (
        None
        if address is None
        else mask(address).replace(", [квартира]", "").replace(" [квартира]", "").strip(" ,") or None
    )


__all__ = ["Part", "Reject", "Row", "Rules", "parts", "to_utc"]
