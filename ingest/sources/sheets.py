"""A workbook → one file of JSON lines per sheet. Run as a program of its own, never imported by the app.

The library trusts what a workbook says of itself: a spoilt xls makes it loop, one far cell makes it take all memory. In
a process with limits that costs the load of one file, not the app.

    python sheets.py WORKBOOK FOLDER

Writes FOLDER/0.jsonl, 1.jsonl, … (a row a line from the first row of the sheet; times as one-key objects) and
FOLDER/index.json (name and number of rows of each). Exit codes: 0 done, PASSWORD, TOO_BIG, anything else damaged.
"""

import json
import os
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

PASSWORD, TOO_BIG = 3, 4
MAX_MEMORY = 4 << 30
MEMORY_SHARE = 0.4
MAX_SECONDS = 900
MAX_WRITTEN = 8 << 30
TIMES: dict[str, Any] = {"datetime": datetime, "date": date, "time": time}


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not a Unix
        return
    memory = min(MAX_MEMORY, int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _encoded(cell: object) -> dict[str, Any]:
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, time):
        return {"time": cell.isoformat()}
    if isinstance(cell, timedelta):
        return {"span": [cell.days, cell.seconds, cell.microseconds]}
    raise TypeError(type(cell))


def decoded(cell: dict[str, Any]) -> Any:
    """The time behind a one-key object."""
    ((kind, value),) = cell.items()
    return timedelta(*value) if kind == "span" else TIMES[kind].fromisoformat(value)


def main(workbook_path: str, folder: str) -> int:
    """Writes the sheets; the exit code."""
    import python_calamine as calamine

    _limit()
    index: list[dict[str, Any]] = []
    written = 0
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_encoded).encode
    try:
        workbook = calamine.CalamineWorkbook.from_path(workbook_path)
        for meta in workbook.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.start is None:
                continue
            with open(Path(folder) / f"{len(index)}.jsonl", "w", encoding="utf-8", errors="ignore") as out:
                for row in sheet.iter_rows():
                    written += out.write(encode(row) + "\n")
                    if written > MAX_WRITTEN:
                        return TOO_BIG
            index.append({"name": meta.name, "rows": sheet.end[0] + 1 if sheet.end else 0})
    except calamine.PasswordError:
        return PASSWORD
    except MemoryError:
        return TOO_BIG
    (Path(folder) / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
