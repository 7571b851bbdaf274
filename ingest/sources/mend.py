"""Rejected rows as a table that people mend and load again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from ingest.sources.part import Reject
from words import _


def rejects_csv(rejects: Iterable[Reject]) -> bytes:
    """The rejected rows under their own column names, after their number and the reason; UTF-8 CSV for spreadsheets.

    A cell that a spreadsheet would take for a formula starts with an apostrophe, which loading takes away.
    """
    known = list(rejects)
    rows = [json.loads(reject.raw) for reject in known]
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow([_("Строка файла"), _("Причина отбраковки"), *names])
    for reject, row in zip(known, rows, strict=True):
        table.writerow([reject.row_number, reject.reason, *(_inert(str(row.get(name, ""))) for name in names)])
    return out.getvalue().encode("utf-8-sig")


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
