"""Every table can be taken away, where the reader may; its files say where they are from and run nothing."""

import datetime as dt
import io

import pandas as pd
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from components import exports
from components.columns import Column


def page(allowed: bool) -> None:
    import pandas as pd
    import streamlit as st

    from components import exports
    from components.tables import Column, ranked

    if st.session_state.get("allowed", allowed):
        exports.allow("Пульс, Обзор, Омск, 1–7 ноября 2026", ["Данные по 7 ноября"])
    ranked(pd.DataFrame({"n": [1]}), [Column("n", "Всего", "count")], "one")
    ranked(pd.DataFrame({"n": []}), [Column("n", "Всего", "count")], "none")


def test_a_table_is_saved_only_where_the_reader_may() -> None:
    assert not AppTest.from_function(page, args=(False,)).run().get("download_button")
    drawn = AppTest.from_function(page, args=(True,)).run()
    assert not drawn.exception and len(drawn.get("download_button")) == 2


def test_a_file_says_place_and_period_and_suits_every_file_system() -> None:
    name = exports.file_name('Пульс, "Обзор": a/b\\c, 1–7 ноября 2026', "spikes_list")
    assert name == "Пульс, Обзор a b c, 1–7 ноября 2026, spikes-list"
    assert len(exports.file_name("ы" * 500, "k")) == 120


def test_a_book_keeps_numbers_moments_and_inert_words() -> None:
    frame = pd.DataFrame({
        "what": ["=1+1", "@x"], "share": [0.25, None], "at": [pd.Timestamp(2026, 7, 16, 9, 12), pd.NaT], "day": [dt.date(2026, 7, 1), None],
        "on": [True, False], "list": [["a", "b"], []],
    })  # fmt: skip
    columns = [Column("what", "Что"), Column("share", "Решено", "percent"), Column("at", "Когда", "moment"), Column("day", "День", "day"), Column("on", "Да?"), Column("list", "Где")]
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.xlsx_bytes([("Лист", frame, columns)], ["О чём"])))
    head, first, second = book.get_sheet_by_name("Лист").to_python()
    assert head[:2] == ["Что", "Решено, доля"]
    assert first == ["=1+1", 0.25, dt.datetime(2026, 7, 16, 9, 12), dt.date(2026, 7, 1), "да", "a, b"] and second[0] == "@x"
    lines = exports.csv_bytes(frame, columns).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=1+1;0,25;2026-07-16 09:12:00;2026-07-01;да;")
