"""Tables: Russian numbers, colour only where it may be trusted, inert texts."""

import math

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.tables import FORMATS, flags, matrix_styles, shades
from components.theme import DARK, LIGHT


def styled(ratio, count, colours=LIGHT):
    return matrix_styles(pd.DataFrame([[count]]), pd.DataFrame([[ratio]]), colours).iat[0, 0]


@pytest.mark.parametrize(
    ("ratio", "step"),
    [(0.1, 0), (0.49, 0), (0.5, 1), (0.67, 2), (0.84, 2), (0.85, 3), (1, 3), (1.19, 3), (1.2, 4), (1.5, 5), (2, 6), (9, 6)],
)
def test_seven_steps_of_colour(ratio, step):
    assert styled(ratio, 50) == f"background-color: {LIGHT.diverging[step]}; color: {LIGHT.diverging_text[step]}"


@pytest.mark.parametrize(("ratio", "count"), [(5, 9), (5, math.nan), (math.nan, 50), (math.inf, 0)])
def test_few_appeals_are_grey_and_uncoloured(ratio, count):
    assert styled(ratio, count, DARK) == f"color: {DARK.context_text}"


def test_numbers_are_russian():
    assert FORMATS["count"](1284) == "1\u00a0284"
    assert FORMATS["percent"](0.78) == "78\u00a0%"
    assert FORMATS["change"](-9).startswith("\u2212")
    assert "," in FORMATS["rate"](0.53)


def test_what_is_missing_is_darker_and_what_is_whole_stays_white():
    shown = shades(pd.DataFrame([[0.0, 0.01, 0.5, 1.0, math.nan]])).iloc[0].tolist()
    assert shown[0] == shown[4] == ""
    assert [LIGHT.sequential.index(style[18:25]) for style in shown[1:4]] == [0, 3, 5]


def test_what_should_be_there_stands_out_and_what_need_not_is_grey():
    marked, muted = pd.DataFrame([[True, False, False]]), pd.DataFrame([[True, True, False]])
    shown = flags(marked, muted).iloc[0].tolist()
    assert LIGHT.attention in shown[0] and shown[1] == f"color: {LIGHT.context_text}" and shown[2] == ""


def page():
    import datetime as dt

    import pandas as pd

    from components.tables import Column, appeals_table, facts, matrix, matrix_legend, ranked

    names = pd.Index(["Омск", "Тара"], name="Муниципалитет")
    counts = pd.DataFrame({"ЖКХ": [100, 3], "Дороги": [0, 20]}, index=names)
    lead = pd.DataFrame({"people": [1100.0, float("nan")]}, index=names)
    tail = pd.DataFrame({"weeks": [[1.0, 2.0], [float("nan")]]}, index=names)
    columns = [Column("people", "Жит.", "count"), Column("weeks", "8 недель", "trend")]
    total = pd.Series({"ЖКХ": 103, "Дороги": 20}, name="Вся область")
    clicked = matrix(counts, counts, counts / counts.mean(), "count", "m", lead=lead, tail=tail, columns=columns, total=total)
    assert clicked is None
    matrix(counts.head(0), counts.head(0), counts.head(0), "count", "empty")
    matrix_legend("<b>область</b>")
    frame = pd.DataFrame({"name": ["а", "б"], "n": [1284.0, float("nan")], "bar": [1, 2], "trend": [[1, 2], []], "muted": [True, False]})
    ranked(frame, [Column("name", "Тема"), Column("n", "Всего", "count"), Column("bar", "", "bar"), Column("trend", "", "trend")], "r")
    ranked(frame.head(0), [Column("name", "Тема"), Column("bar", "", "bar")], "r0", selectable=False)
    appeals = pd.DataFrame(
        {
            "created_at": [dt.datetime(2026, 7, 16, 9, 12), pd.NaT, pd.NaT],
            "text": ["<script>alert(1)</script> **x**", None, None],
            "is_restricted": [False, True, False],
            "late": [True, False, False],
            "place": ["Омск", None, None],
        }
    )
    appeals_table(appeals, "a")
    appeals_table(appeals.head(0), "a0")
    facts({"<b>Файл</b>": "<i>x</i>", "Строк": 5})


@pytest.fixture(scope="module")
def at():
    drawn = AppTest.from_function(page, default_timeout=30).run()
    assert not drawn.exception
    return drawn


def test_the_matrix_has_names_sides_and_a_total(at):
    shown = at.dataframe[0].value
    assert list(shown.columns) == ["Муниципалитет", "people", "ЖКХ", "Дороги", "weeks"]
    assert shown.iloc[-1]["Муниципалитет"] == "Вся область" and shown.iloc[-1]["ЖКХ"] == 103
    assert shown["weeks"].iloc[0].startswith("data:image/svg+xml")


def test_a_text_is_a_cell_and_a_closed_one_says_so(at):
    appeals = next(one.value for one in at.dataframe if "text" in one.value and len(one.value))
    assert list(appeals["text"]) == ["<script>alert(1)</script> **x**", "Текст закрыт", "Без текста"]
    assert list(appeals["late"]) == ["■ просрочено", "", ""]


def test_names_of_facts_and_regions_are_literal(at):
    drawn = " ".join(one.proto.body for one in at.get("html"))
    assert "&lt;b&gt;Файл" in drawn and "<i>x</i>" not in drawn and "<b>область" not in drawn
