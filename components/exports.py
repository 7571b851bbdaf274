"""Files a reader takes away from a page."""

import unicodedata
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.safe import plain
from components.tables import Column

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_button(frame: pd.DataFrame, columns: Sequence[Column], label: str, file_name: str) -> None:
    """Draws a button that saves the columns of a table as CSV for a Russian Excel."""
    st.download_button(plain(label), csv_bytes(frame, columns), file_name=file_name, mime="text/csv", on_click="ignore")


def csv_bytes(frame: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """The table as CSV: raw numbers with a decimal comma, semicolons, UTF-8 with a mark; no cell is a formula."""
    shown = frame[[column.name for column in columns]].set_axis([column.label for column in columns], axis=1)
    for name in range(shown.shape[1]):
        if not pd.api.types.is_numeric_dtype(shown.iloc[:, name]):
            shown.isetitem(name, [inert(value) for value in shown.iloc[:, name]])
    return shown.to_csv(index=False, sep=";", decimal=",").encode("utf-8-sig")


def inert(value: object) -> object:
    """A text that a spreadsheet would run as a formula, full-width signs included, gets an apostrophe in front."""
    if not isinstance(value, str):
        return value
    begins = unicodedata.normalize("NFKC", value.lstrip(" \u00a0"))[:1]
    return f"'{value}" if begins in _FORMULA and begins else value
