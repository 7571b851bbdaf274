"""A file of a register → checked sheets of facts. Any table will do: columns are known by the names in registers.yaml."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from analytics.privacy import mask
from ingest import load, places
from ingest.mapping import Refused, normal, synonyms
from ingest.sources import values
from ingest.sources.part import Reject
from ingest.sources.read import Broken, Cell, Sheet, text_of
from ingest.sources.read import read as read_table
from queries import registers, store
from queries.registers import Facts, Field, Register
from words import _

MAX_ROWS = 200_000
SHOWN_REJECTS = 1_000
MAX_RAW = 4_000
REGION = "region"
COUNTRY, COUNTRY_NAMES = 1, ("Россия", "РФ", "Российская Федерация", "вся страна")


@dataclass(frozen=True)
class Found:
    """What a file holds: checked sheets of facts in the order of its rows, and the rows that cannot be taken."""

    sheets: tuple[Facts, ...]
    rejects: tuple[Reject, ...]

    @property
    def rows(self) -> int:
        """Rows read, blank ones left out."""
        return len(self.sheets) + len(self.rejects)


def read(path: Path, code: str, cursor: duckdb.DuckDBPyConnection) -> Found:
    """The sheets of a file: CSV, XLS, XLSX, JSON, also packed. Territories are matched by name as those of appeals are. Raises
    Refused for what is no table and for a table without the columns the register needs."""
    register = registers.registers()[code]
    names = _headers(register)
    sheet = read_table(path, lambda cells: len({names[normal(cell)] for cell in cells if normal(cell) in names}), lambda share: None)
    columns: dict[str, int] = {}
    for at, header in enumerate(sheet.header):
        if (name := names.get(normal(header))) is not None:
            columns.setdefault(name, at)
    _refuse_incomplete(register, columns, sheet.header)
    rows, rejects = _rows(sheet, columns)
    dayfirst = _dayfirst(register, rows)
    _match_places(cursor, register, [row for _number, row in rows])
    sheets = []
    for number, row in rows:
        facts, mistakes = registers.check(code, {field.name: _read(field, row.get(field.name), dayfirst) for field in register.fields})
        if mistakes:
            rejects.append(Reject(number, "; ".join(mistakes.values()), _raw(row)))
        else:
            sheets.append(facts)
    return Found(tuple(sheets), tuple(sorted(rejects, key=lambda reject: reject.row_number)))


def load_file(arguments: dict[str, Any], progress: load.Progress) -> dict[str, Any]:
    """Take a file (path, name) into a register (register): read, saved, unchanged, duplicates, rejected, and the first rejects
    as row, reason, raw. read = saved + unchanged + duplicates + rejected."""
    code, path = arguments["register"], Path(arguments["path"])
    if code not in registers.registers():
        raise ValueError(_("Нет реестра «{code}». Есть: {known}.").format(code=code, known=", ".join(registers.registers())))
    progress(0.1, _("Читаем файл"))
    with store.cursor() as cursor:
        found = read(path, code, cursor)
    progress(0.7, _("Записываем"))
    saved = registers.save_many(code, found.sheets, arguments.get("author", ""))
    progress(1.0, _("Готово"))
    return {
        "name": arguments.get("name") or path.name,
        "read": found.rows,
        **asdict(saved),
        "rejected": len(found.rejects),
        "rejects": [asdict(reject) for reject in found.rejects[:SHOWN_REJECTS]],
    }


def _headers(register: Register) -> dict[str, str]:
    """Name of a column → field. What the register says goes before what the columns of appeals are called."""
    names: dict[str, str] = {}
    for field in register.fields:
        for name in (field.label, field.name, *field.headers):
            names.setdefault(normal(name), field.name)
    place = next((field for field in register.fields if field.kind == "territory"), None)
    if place is not None:
        for name in (*synonyms()["fields"]["municipality"], *synonyms()["fields"]["settlement"]):
            names.setdefault(normal(name), place.name)
        for name in synonyms()["fields"]["region"]:
            names.setdefault(normal(name), REGION)
    return names


def _refuse_incomplete(register: Register, columns: dict[str, int], header: tuple[str, ...]) -> None:
    has = {REGION if field.kind == "territory" and REGION in columns else field.name for field in register.fields} & set(columns)
    missing = [
        field.label
        for field in register.fields
        if field.required and field.name not in has and not (field.kind == "territory" and REGION in columns)
    ]
    if missing:
        shown = "; ".join(header[:12]) + ("…" if len(header) > 12 else "")
        raise Refused(
            _("Не нашли в файле столбцы: {missing}. В файле есть: {names}. Скачайте образец и назовите столбцы, как в нём.").format(
                missing=", ".join(missing), names=shown
            )
        )


def _rows(sheet: Sheet, columns: dict[str, int]) -> tuple[list[tuple[int, dict[str, Cell]]], list[Reject]]:
    rows: list[tuple[int, dict[str, Cell]]] = []
    rejects: list[Reject] = []
    for number, cells in sheet.rows():
        if len(rows) + len(rejects) >= MAX_ROWS:
            raise Refused(_("В файле больше {n} строк. Разделите его на части.").format(n=MAX_ROWS))
        if isinstance(cells, Broken):
            rejects.append(Reject(number, cells.reason, json.dumps({_("строка"): mask(cells.raw[:MAX_RAW])}, ensure_ascii=False)))
            continue
        row = {name: values.tidy(cells[at]) for name, at in columns.items() if at < len(cells)}
        if any(value is not None for value in row.values()):
            rows.append((number, row))
    return rows, rejects


def _dayfirst(register: Register, rows: list[tuple[int, dict[str, Cell]]]) -> bool:
    """Is 05/06/2026 the fifth of June? The first telling date of the file says, else yes."""
    dated = [field.name for field in register.fields if field.kind in ("date", "moment")]
    told = (values.slash_order(row[name]) for _number, row in rows for name in dated if row.get(name) is not None)
    return next((order for order in told if order is not None), True)


def _read(field: Field, cell: Any, dayfirst: bool) -> Any:
    """A cell as the check of the register takes it; what cannot be read stays text, so that the reader is told of it."""
    if cell is None:
        return None
    if field.kind in ("date", "moment"):
        found = values.moment(cell, dayfirst=dayfirst)
        return text_of(cell) if found is None else found[0]
    if field.kind in ("number", "whole"):
        number = values.number(cell)
        return text_of(cell) if number is None else number
    if field.kind == "list" and isinstance(cell, str) and cell.startswith("["):
        try:
            return json.loads(cell)
        except json.JSONDecodeError:
            return cell
    if field.kind == "territory":
        return cell
    return values.clean(text_of(cell)) if field.kind in ("text", "long") else text_of(cell)


def _match_places(cursor: duckdb.DuckDBPyConnection, register: Register, rows: list[dict[str, Cell]]) -> None:
    """Put the number of the territory in the place of its name; a name nobody knows stays as it is."""
    place = next((field.name for field in register.fields if field.kind == "territory"), None)
    if place is None:
        return
    named = [(_name(row.get(REGION)), _name(row.get(place))) for row in rows]
    pairs = list(dict.fromkeys(named))
    whole = [(town, None) for region, town in pairs if region is None and town is not None]
    asked = list(dict.fromkeys([*pairs, *whole]))
    frame = pd.DataFrame(asked, columns=["region", "municipality"], dtype="object")
    resolved = places.resolve(cursor, frame, False, None, load.run(cursor, "known_matches").df())
    known = dict(zip(asked, resolved["territory_id"].astype(int), strict=True))
    country = {normal(name) for name in COUNTRY_NAMES}
    for row, (region, town) in zip(rows, named, strict=True):
        found = known.get((region, town)) or (known.get((town, None)) if region is None else None)
        if not found and town is not None and normal(town) in country:
            found = COUNTRY
        row[place] = found or town or region


def _name(cell: Cell) -> str | None:
    return None if cell is None else " ".join(text_of(cell).split()) or None


def _raw(row: dict[str, Cell]) -> str:
    return json.dumps({name: mask(text_of(cell)[:MAX_RAW]) for name, cell in row.items() if cell is not None}, ensure_ascii=False)
