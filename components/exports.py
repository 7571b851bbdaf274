"""Files a reader takes away from a page: every table as CSV and XLSX under a name that says the place and the period."""

import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd
import streamlit as st
import xlsxwriter

from components.columns import Column
from components.safe import plain
from words import _

Whole = Callable[[], pd.DataFrame]
UNITS = {"minutes": _("мин"), "days": _("дней"), "percent": _("доля"), "part": _("доля"), "points": _("доля")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_NAME = 120
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def allow(about: str, notes: Sequence[str]) -> None:
    """From here on tables of this run may be saved: `about` (page, place, period) begins the names of files, `notes` stand in
    their last sheet. Where it is not called there are no buttons."""
    st.session_state["saved_as"] = (about, tuple(notes))


def rename(about: str) -> None:
    """Other words for `about` on a page with a place and a period of its own."""
    if "saved_as" in st.session_state:
        st.session_state["saved_as"] = (about, st.session_state["saved_as"][1])


def forbid() -> None:
    """Tables of this run may not be saved."""
    st.session_state.pop("saved_as", None)


def buttons(whole: Whole, columns: Sequence[Column], key: str, rows: int) -> None:
    """Draws the two buttons that save a table; `whole` is asked for it at the click. Pictures inside cells are left out."""
    saved = st.session_state.get("saved_as")
    if saved is None or not rows:
        return
    about, notes = saved
    written = [column for column in columns if column.kind != "trend" and column.label]
    name = file_name(about, key)
    with st.container(horizontal=True, gap="small", key=f"save_{key}"):
        st.download_button(
            _("Скачать CSV"), lambda: csv_bytes(whole(), written), f"{name}.csv", "text/csv", key=f"csv_{key}", type="tertiary", on_click="ignore"
        )
        st.download_button(
            _("XLSX"), lambda: xlsx_bytes([(_("Таблица"), whole(), written)], [about, *notes]), f"{name}.xlsx", XLSX, key=f"xlsx_{key}",
            type="tertiary", on_click="ignore",
        )  # fmt: skip


def file_name(about: str, key: str) -> str:
    """The name of a file without what file systems forbid."""
    kept = "".join(letter if letter.isalnum() or letter in " ,-–()." else " " for letter in f"{about}, {key.replace('_', '-')}")
    return " ".join(kept.split())[:_LONGEST_NAME].strip(" .")


def csv_bytes(frame: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """The table as CSV for a Russian Excel: raw numbers with a decimal comma, semicolons, UTF-8 with a mark; no cell is a formula."""
    shown = frame[[column.name for column in columns]].set_axis([heading(column, frame) for column in columns], axis=1)
    for name in range(shown.shape[1]):
        if not pd.api.types.is_numeric_dtype(shown.iloc[:, name]):
            shown.isetitem(name, [inert(value) for value in shown.iloc[:, name]])
        elif pd.api.types.is_bool_dtype(shown.iloc[:, name]):
            shown.isetitem(name, shown.iloc[:, name].map({True: _("да"), False: _("нет")}))
    return shown.to_csv(index=False, sep=";", decimal=",").encode("utf-8-sig")


def heading(column: Column, frame: pd.DataFrame) -> str:
    """The label of a column in a file, with the unit its numbers are in there."""
    unit = UNITS.get(column.kind, "") if pd.api.types.is_numeric_dtype(frame[column.name]) else ""
    return f"{column.label}, {unit}" if unit and unit not in column.label.lower() else column.label


Sheet = tuple[str, pd.DataFrame, Sequence[Column]]
CELL_FORMATS = {"count": "# ##0", "tenths": "0.0", "rate": "0.00", "percent": "0 %"}


def xlsx_button(sheets: Sequence[Sheet], notes: Sequence[str], label: str, file_name: str) -> None:
    """Draws a button that saves tables as an Excel book: a sheet (title, frame, columns) each, and one of `notes`."""
    st.download_button(plain(label), lambda: xlsx_bytes(sheets, notes), file_name=file_name, on_click="ignore",
                       mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")  # fmt: skip


def xlsx_bytes(sheets: Sequence[Sheet], notes: Sequence[str]) -> bytes:
    """The book of `xlsx_button`: numbers stay numbers, no text is a formula or a link."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {kind: book.add_format({"num_format": code}) for kind, code in CELL_FORMATS.items()}
        moments = book.add_format({"num_format": "dd.mm.yyyy hh:mm"}), book.add_format({"num_format": "dd.mm.yyyy"})
        for title, frame, columns in sheets:
            sheet = book.add_worksheet(title[:31])
            sheet.freeze_panes(1, 1)
            for at, column in enumerate(columns):
                sheet.write_string(0, at, heading(column, frame), bold)
                sheet.set_column(at, at, 36 if column.kind == "text" else 14)
                for row, value in enumerate(frame[column.name], 1):
                    _write(sheet, row, at, value, formats.get(column.kind), moments)
        about = book.add_worksheet(_("О файле"))
        about.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
        about.write_column(0, 0, [str(inert(note)) for note in notes])
    return file.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, at: int, value: object, form: object, moments: tuple[object, object]) -> None:
    """One cell: a number, a moment or day, else inert text."""
    if pd.api.types.is_list_like(value):
        sheet.write_string(row, at, ", ".join(map(str, value)))  # type: ignore[call-overload]
    elif pd.isna(value):  # type: ignore[call-overload]
        return
    elif isinstance(value, bool | np.bool_):
        sheet.write_string(row, at, _("да") if value else _("нет"))
    elif isinstance(value, datetime):
        sheet.write_datetime(row, at, pd.Timestamp(value).tz_localize(None).to_pydatetime(), moments[0])
    elif isinstance(value, date):
        sheet.write_datetime(row, at, value, moments[1])
    elif isinstance(value, int | float | np.number):
        sheet.write_number(row, at, float(value), form)
    else:
        sheet.write_string(row, at, str(value))


def geojson_button(shapes: Mapping[str, object], label: str, file_name: str) -> None:
    """Draws a button that saves shapes for a map program."""
    st.download_button(
        plain(label), lambda: json.dumps(shapes, ensure_ascii=False, default=str).encode(), file_name=file_name, mime="application/geo+json", on_click="ignore"
    )


def mendable_csv(rejects: pd.DataFrame) -> bytes:
    """Rejected rows (row_number, reason, raw as JSON of column → cell) under the names of the file's own columns, after
    their number and the reason: a table to mend and load again, which takes the apostrophes away."""
    cells = [json.loads(raw) for raw in rejects["raw"]]
    names = dict.fromkeys(name for row in cells for name in row)
    own = pd.DataFrame([[str(row.get(name, "")) for name in names] for row in cells], columns=list(names))
    columns = [Column("row_number", _("Строка файла"), "count"), Column("reason", _("Причина отбраковки"))]
    whole = pd.concat([rejects[["row_number", "reason"]].reset_index(drop=True), own.set_axis(range(len(names)), axis=1)], axis=1)
    whole.columns = whole.columns.map(str)
    return csv_bytes(whole, [*columns, *(Column(str(n), name) for n, name in enumerate(names))])


def mend_button(rejects: pd.DataFrame, label: str, file_name: str) -> None:
    """Draws a button that saves the rejected rows as a table to mend."""
    st.download_button(plain(label), lambda: mendable_csv(rejects), file_name=file_name, mime="text/csv", on_click="ignore")


def inert(value: object) -> object:
    """A text that a spreadsheet would run as a formula, full-width signs included, gets an apostrophe in front."""
    if not isinstance(value, str):
        return value
    begins = unicodedata.normalize("NFKC", value.lstrip(" \u00a0"))[:1]
    return f"'{value}" if begins in _FORMULA and begins else value
