"""The picture of a sensor beside appeals, and the words around it."""

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from components.charts_near import timeline_figure
from words import nearby as say

HOURS = pd.date_range("2026-07-13", periods=24 * 7, freq="h")


def frame(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"at": HOURS, "highest": np.nan, "done": 0, "partial": 0, "missed": 0, "appeals": 0} | columns)


def test_readings_stand_above_appeals_with_the_threshold_and_the_alarm() -> None:
    values = np.where(np.arange(len(HOURS)) > 100, 0.7, 0.1)
    alarm = (datetime(2026, 7, 17, 5), datetime(2026, 7, 19, 23))
    fig = timeline_figure(frame(highest=values, appeals=1), label="PM10 <b>, мг/м³", threshold=(0.3, "порог"), alarms=[alarm], hourly=True)
    bars, line = fig.data
    assert bars.yaxis in (None, "y") and line.yaxis == "y2" and len(line.y) == len(HOURS)
    assert fig.layout.yaxis.domain[1] < fig.layout.yaxis2.domain[0]
    shaded, limit = fig.layout.shapes
    assert (pd.Timestamp(shaded.x0).day, pd.Timestamp(shaded.x1).day) == (17, 19) and shaded.yref == "paper"
    assert limit.y0 == limit.y1 == 0.3 and limit.yref == "y2"
    assert any("&lt;b&gt;" in note.text for note in fig.layout.annotations), "names of people's registers are no markup"


def test_an_alarm_that_goes_on_is_cut_at_the_edges_of_the_period() -> None:
    fig = timeline_figure(frame(highest=1.0), label="x", threshold=None, alarms=[(datetime(2026, 6, 1), datetime(2026, 8, 1))], hourly=True)
    (shaded,) = fig.layout.shapes
    assert pd.Timestamp(shaded.x0) >= HOURS[0] - pd.Timedelta(hours=1) and pd.Timestamp(shaded.x1) <= HOURS[-1] + pd.Timedelta(hours=1)


def test_works_are_bars_and_silence_is_a_gap() -> None:
    works = timeline_figure(frame(missed=1, done=2), label="x", threshold=None, alarms=[], hourly=True)
    assert [trace.type for trace in works.data] == ["bar"] * 4
    silent = timeline_figure(frame(highest=[np.nan] * 10 + [1.0] * (len(HOURS) - 10)), label="x", threshold=None, alarms=[], hourly=True)
    assert silent.data[1].connectgaps is False and math.isnan(silent.data[1].y[0])


def test_an_empty_picture_is_drawn() -> None:
    assert not timeline_figure(frame().iloc[:0], label="x", threshold=None, alarms=[], hourly=False).data


@pytest.mark.parametrize(("ratio", "low", "high", "said"), [
    (35.0, 16.2, 88.4, "чаще в\u00a035\u00a0раз [16–88]"), (0.5, 1 / 3, 0.77, "реже в\u00a02\u00a0раза [1,3–3]"),
    (float("inf"), 3.0, float("inf"), "чаще больше чем в 100 раз [3–больше 100]"), (0.0, 0.0, 0.4, "реже больше чем в 100 раз [2,5–больше 100]"),
])  # fmt: skip
def test_ratios_in_words(ratio: float, low: float, high: float, said: str) -> None:
    assert say.ratio_words(ratio, low, high) == said


def test_findings_do_not_judge_where_they_cannot() -> None:
    assert say.sensors_finding(0, 0, "", None) == "Датчиков пока нет"
    assert say.sensors_finding(8, 2, "", None) == "Превышения и срывы у 2 из 8\u00a0датчиков"
    assert say.sensors_finding(8, 1, "Пост", 17.6) == "Пост: превышение за 18\u00a0ч до первой жалобы"
    assert "судить пока не по чему" in say.inspections_finding(3, 0, 0, 0)
    assert say.inspections_finding(5, 4, 1, 0) == "Жалоб рядом стало меньше после 1 из 4\u00a0проверок"
    assert "рано" in say.projects_finding(2, 0, 0, 0)
    assert say.projects_finding(6, 3, 2, 1) == "Жалоб рядом стало меньше у 2, больше у 1 из 3\u00a0проектов"


def test_people_who_knew_first_are_told_so() -> None:
    assert "раньше датчика" in say.earlier_words(4.0, True) and "не чаще" in say.earlier_words(4.0, False)
    assert "раньше датчика" in say.rising_words(date(2026, 7, 13), -0.5) and "1,4\u00a0дня после датчика" in say.rising_words(date(2026, 7, 13), 1.4)
    assert "никто не написал" in say.wait_words(None, 0.2, 72)
    assert say.rise_words(3, 2.5, 1.2, 0.3, 4.0, False, 72).endswith("может быть случайной")


def test_a_reading_has_its_unit_and_an_event_its_word() -> None:
    assert say.reading(0.0614, None, "mg_m3") == "0,061 мг/м³"
    assert say.reading(99.2, None, "ug_m3") == "99 мкг/м³"
    assert say.reading(None, "missed", None) == "не выполнено" and say.reading(None, None, None) == "нет данных"
