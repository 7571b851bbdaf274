"""Rows of any table → parts of a batch. A bad row costs itself only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from analytics.privacy import mask
from ingest import check
from ingest.batch import COMMENTS, EVENTS, SCHEMA
from ingest.mapping import Kind
from ingest.sources.appeal import appeal
from ingest.sources.cells import Cells, Rules, Wrong
from ingest.sources.linked import comment, event, reply
from ingest.sources.part import REPLIES, Part, Reject
from ingest.sources.read import Broken, Cell, Sheet
from words import _

SHAPES: dict[Kind, tuple[Callable[[Cells, int], dict[str, Any]], pa.Schema]] = {
    "appeals": (appeal, SCHEMA),
    "events": (event, EVENTS),
    "comments": (comment, COMMENTS),
    "replies": (reply, REPLIES),
}


def parts(sheet: Sheet, rules: Rules, chunk_rows: int) -> Iterator[Part]:
    """The rows of a sheet as parts of at most `chunk_rows` rows; memory does not grow with the file."""
    row = Cells(sheet, rules)
    made: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for row_number, cells in sheet.rows():
        outcome = _read(row, row_number, cells)
        if isinstance(outcome, Reject):
            rejects.append(outcome)
        elif outcome is not None:
            made.append(outcome)
        if len(made) + len(rejects) >= chunk_rows:
            yield _part(made, rejects, row)
            made, rejects = [], []
    if made or rejects or row.warnings:
        yield _part(made, rejects, row)


def _read(row: Cells, row_number: int, cells: list[Cell] | Broken) -> dict[str, Any] | Reject | None:
    """The row as values of the batch, as a reject, or None where it is blank."""
    if isinstance(cells, Broken):
        raw = json.dumps({_("строка"): mask(cells.raw)}, ensure_ascii=False)
        return Reject(row_number, cells.reason, "{}" if row.mapping.constants.get("visibility") == "restricted" else raw)
    if not row.turn_to(cells):
        row.warn(check.BLANK_ROW)
        return None
    try:
        return SHAPES[row.mapping.kind][0](row, row_number)
    except Wrong as wrong:
        return Reject(row_number, str(wrong), row.raw())
    except Exception:  # whatever a hostile cell holds, it costs its own row only
        return Reject(row_number, _("строка не читается"), row.raw())


def _part(made: list[dict[str, Any]], rejects: list[Reject], row: Cells) -> Part:
    warnings = dict(row.warnings)
    row.warnings.clear()
    filled = {kind: _table(made if kind == row.mapping.kind else [], schema) for kind, (_make, schema) in SHAPES.items()}
    return Part(**filled, rejects=tuple(rejects), warnings=warnings)


def _table(made: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    columns = [pa.array([row.get(field.name) for row in made], type=field.type) for field in schema]
    return pa.table(columns, schema=schema)
