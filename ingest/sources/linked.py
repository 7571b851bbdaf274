"""Rows that belong to appeals loaded elsewhere: comments, status logs, replies with ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingest import check
from ingest.sources.appeal import mark
from ingest.sources.cells import Cells, Wrong, to_utc
from ingest.sources.values import canonical_url
from words import _


def comment(row: Cells, row_number: int) -> dict[str, Any]:
    """The values of ingest.batch.COMMENTS; linked by the number of the appeal, else by the post's canonical address."""
    body = row.long_text("text")
    if body is None:
        raise Wrong(_("пустой комментарий"))
    url = row.text("url")
    return {
        "comment_external_id": row.label("comment_id"),
        "external_id": row.label("external_id") or (canonical_url(url) if url else None),
        "created_at": _moment(row),
        "text": body,
        "author": row.author(),
    }


def event(row: Cells, row_number: int) -> dict[str, Any]:
    """The values of ingest.batch.EVENTS."""
    return {
        "external_id": _number(row),
        "at": _moment(row),
        "status": row.code("status"),
        "executor": row.masked_label("executor") or row.masked_label("department"),
        "note": row.long_text("note"),
    }


def reply(row: Cells, row_number: int) -> dict[str, Any]:
    """The values of ingest.sources.part.REPLIES."""
    found = {"external_id": _number(row), "at": _moment(row), "reply": row.every_text("reply"), "rating": mark(row)}
    if found["reply"] is None and found["rating"] is None:
        raise Wrong(_("нет ни ответа, ни оценки"))
    return found


def _number(row: Cells) -> str:
    number = row.label("external_id")
    if number is None:
        raise Wrong(_("нет номера обращения"))
    return number


def _moment(row: Cells) -> datetime:
    at = to_utc(row.created()[0], row.zone(row.label("region"), row.label("municipality")))
    reason = check.impossible_times(at, None, row.rules.as_of)
    if reason is not None:
        raise Wrong(reason)
    return at
