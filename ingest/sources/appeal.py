"""One row → one appeal: what it says, where, when, who answers, where it came from; checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from analytics.privacy import FLAT, mask
from ingest import check
from ingest.mapping import TIMES, normal
from ingest.sources import incident
from ingest.sources.cells import Cells, Wrong, end_of_day, to_utc
from ingest.sources.values import duration, number, point
from words import _

OFFICIAL_CHANNELS = frozenset(("vk_official", "ok_official", "tg_official", "gosuslugi", "portal", "call"))
CHANNELS = OFFICIAL_CHANNELS | {"vk_groups", "ok_groups", "tg_chats", "other"}
CHANNEL_OF_SOURCE = {"pos": "gosuslugi", "portal": "portal", "calls": "call", "open311": "portal"}
MAX_SPAN = timedelta(days=36_500)

Appeal = dict[str, Any]


def appeal(row: Cells, row_number: int) -> Appeal:
    """The values of ingest.batch.SCHEMA. Raises Wrong with the reason to reject the row."""
    home = row.mapping.territory
    found: Appeal = {
        "row_number": row_number,
        "source": row.mapping.source,
        "external_id": row.label("external_id"),
        "region": row.label("region") or (home.region if home else None),
        "municipality": row.label("municipality") or (home.municipality if home else None),
        "settlement": row.label("settlement"),
        "street": row.label("street") or _without_flat(row.label("address")),
        "house": row.label("house"),
        "block": row.words["block"].get(normal(row.label("block") or "")),
        "topic_group": row.label("topic_group"),
        "topic": row.label("topic"),
        "repeat_of": row.label("repeat_of"),
        "language": row.label("language"),
        "type": row.code("type"),
        "outcome": row.code("outcome"),
        "visibility": row.code("visibility") or "public",
        "reopened": row.code("reopened") == "yes",
        "text": row.long_text("text"),
        "reply": row.every_text("reply"),
        "author": row.author(),
    }
    if found["text"] is None and found["topic"] is None and found["topic_group"] is None:
        raise Wrong(_("нет ни текста, ни темы"))
    _times(row, found)
    _executor(row, found)
    _channel(row, found)
    _status(row, found)
    _point(row, found)
    _numbers(row, found)
    return found


def _times(row: Cells, found: Appeal) -> None:
    zone = row.zone(found["region"], found["municipality"])
    local_created, _has_hour = row.created()
    created = to_utc(local_created, zone)
    for key in TIMES[1:]:
        found[key] = _later(row, key, local_created, created, zone)
    found["created_at"] = created
    for key, span_key in (("first_response_at", "response_time"), ("closed_at", "closing_time")):
        lasted = duration(row.cell(span_key))
        if lasted is not None and lasted < MAX_SPAN and (key == "first_response_at" or found[key] is None):
            found[key] = created + lasted
    reason = check.impossible_times(created, found["closed_at"], row.rules.as_of)
    if reason is not None:
        raise Wrong(reason)
    for key, warning in (("first_response_at", check.RESPONSE_EARLY), ("assigned_at", check.ASSIGNED_EARLY)):
        if found[key] is not None and found[key] < created:
            found[key] = None
            row.warn(warning)


def _later(row: Cells, key: str, local_created: datetime, created: datetime, zone: str) -> datetime | None:
    """A moment after creation. A day without an hour is a deadline's end, or on the day of creation that moment."""
    moment = row.local(key)
    if moment is None:
        return None
    at, has_hour = moment
    if not has_hour and key == "due_at":
        return to_utc(end_of_day(at), zone)
    if not has_hour and at.date() == local_created.date():
        return created
    return to_utc(at, zone)


def _executor(row: Cells, found: Appeal) -> None:
    department, performer = row.masked_label("department"), row.masked_label("executor")
    found["executor"] = performer or department
    found["level"] = row.code("level") or incident.level(department, performer)


def _channel(row: Cells, found: Appeal) -> None:
    url = row.text("url")
    word = row.text("channel")
    named = word if word in CHANNELS else row.code("channel")
    blog, replied_as = row.text("blog_url"), row.text("reply_account")
    implied = incident.channel(url, blog, replied_as, row.rules.official)
    found["channel"] = named or implied or CHANNEL_OF_SOURCE.get(row.mapping.source, "other")
    found["is_official"] = found["channel"] in OFFICIAL_CHANNELS
    found["url"] = incident.public_url(url)


def _status(row: Cells, found: Appeal) -> None:
    """The status in words, else what the dates imply; a date of closing stays only with a closed appeal."""
    found["status"] = row.code("status") or _implied_status(found)
    if found["status"] not in ("closed", "rejected"):
        found["closed_at"] = None
    elif found["closed_at"] is None and found["status"] == "closed":
        row.warn(check.CLOSED_UNDATED)


def _implied_status(found: Appeal) -> str:
    if found["closed_at"] is not None:
        return "closed"
    if found["first_response_at"] is not None or found["reply"] is not None:
        return "answered"
    return "new" if found["assigned_at"] is None else "assigned"


def _point(row: Cells, found: Appeal) -> None:
    lat, lon = number(row.cell("lat")), number(row.cell("lon"))
    if lat is None or lon is None:
        lat, lon = point(row.cell("location")) or (None, None)
    found["lat"], found["lon"], warning = check.drawable(lat, lon, row.mapping.territory, row.mapping.country)
    if warning is not None:
        row.warn(warning)


def _numbers(row: Cells, found: Appeal) -> None:
    for key in ("audience", "engagement"):
        value = number(row.cell(key))
        found[key] = int(value) if value is not None and 0 <= value < 2**31 else None
    found["rating"] = mark(row) or incident.rating(row.text("closing_reason"))


def mark(row: Cells) -> int | None:
    """A mark of 1–5."""
    value = number(row.cell("rating"))
    return int(value) if value in (1, 2, 3, 4, 5) else None


@lru_cache(maxsize=50_000)
def _without_flat(address: str | None) -> str | None:
    return None if address is None else mask(address).replace(FLAT, "").strip(" ,") or None
