"""What a chart says: gaps are gaps, zeros are zeros, what is unfinished looks so, a click gives an id."""

import datetime as dt
import math
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from components import charts
from components.charts import Line
from components.sparkline import _runs, _Scale, sparkline


def days(count, **columns):
    return pd.DataFrame({"day": pd.date_range("2026-07-01", periods=count), "observed": range(count), **columns})


def markers(fig):
    return next(trace for trace in fig.data if trace.mode == "markers" and trace.customdata is not None)


def texts(fig):
    return [annotation.text for annotation in fig.layout.annotations]


def test_every_day_is_clickable_and_answers_with_its_date():
    fig = charts.series_band_figure(days(3))
    assert [list(one) for one in markers(fig).customdata] == [["2026-07-01"], ["2026-07-02"], ["2026-07-03"]]
    assert charts.clicked({"selection": {"points": [{"customdata": ["2026-07-02"]}]}}) == "2026-07-02"
    assert charts.clicked({"selection": {"points": [{"customdata": {"0": "a"}}]}}) == "a"
    assert charts.clicked({"selection": {"points": []}}) is None
    assert charts.clicked({"selection": {"points": [{"x": 1}]}}) is None


def test_a_missing_day_is_a_hatched_gap_and_a_zero_is_a_point():
    fig = charts.series_band_figure(days(4).assign(observed=[5, np.nan, np.nan, 0]))
    line = next(trace for trace in fig.data if trace.mode == "lines")
    assert math.isnan(line.y[1]) and line.y[3] == 0 and not line.connectgaps
    hatched = [trace for trace in fig.data if trace.fillpattern.shape == "/"]
    assert len(hatched) == 1
    assert pd.Timestamp(hatched[0].x[1]) - pd.Timestamp(hatched[0].x[0]) == pd.Timedelta(days=2)
    assert "нет данных" in texts(fig)


def test_an_unfinished_day_is_dotted_with_an_open_marker():
    fig = charts.series_band_figure(days(3, unfinished=[False, False, True]))
    dotted = next(trace for trace in fig.data if trace.mode == "lines" and trace.line.dash == "dot")
    assert list(dotted.y) == [1, 2]
    assert list(markers(fig).marker.line.width) == [0, 0, 2]


def test_alarms_are_diamonds_and_labels_keep_apart():
    fig = charts.series_band_figure(days(60, is_alarm=[False] * 50 + [True] * 10))
    diamonds = next(trace for trace in fig.data if trace.mode == "markers+text")
    assert diamonds.marker.symbol == "diamond" and len(diamonds.x) == 10
    labelled = [at for at, text in enumerate(diamonds.text) if text]
    assert 9 in labelled and all(later - earlier > 5 for earlier, later in pairwise(labelled))


def test_an_alarm_without_data_is_not_drawn():
    fig = charts.series_band_figure(days(2).assign(observed=[1, np.nan], is_alarm=True))
    assert len(next(trace for trace in fig.data if trace.mode == "markers+text").x) == 1


def test_words_of_a_mark_are_shown_literally():
    fig = charts.series_band_figure(days(3), marks=[(dt.date(2026, 7, 2), "<b>Ремонт</b> & шум")])
    assert any("&lt;b&gt;Ремонт&lt;/b&gt; &amp; шум" in str(one.hovertext) for one in fig.layout.annotations)


def test_marks_of_one_day_are_one_line_and_those_outside_are_left_out():
    said = [(dt.date(2026, 7, 2), "Ремонт"), (dt.date(2026, 7, 2), "Полив"), (dt.date(2026, 7, 9), "Мера"), (dt.date(2026, 6, 1), "Рано")]
    fig = charts.series_band_figure(days(3), marks=[*said, (dt.date(2026, 9, 1), "Поздно")])
    assert [one.hovertext for one in fig.layout.annotations if one.hovertext] == ["Ремонт; Полив", "Мера"]
    assert pd.Timestamp(fig.layout.xaxis.range[1]) > pd.Timestamp("2026-07-09")


def test_of_many_marks_the_latest_are_drawn():
    said = [(dt.date(2026, 7, n), f"Заметка {n}") for n in range(1, 10)]
    fig = charts.series_band_figure(days(9), marks=said)
    assert [one.hovertext for one in fig.layout.annotations if one.hovertext] == [f"Заметка {n}" for n in range(4, 10)]


def test_a_week_is_named_by_its_days():
    fig = charts.series_band_figure(pd.DataFrame({"day": [dt.date(2026, 7, 6), dt.date(2026, 7, 13)], "observed": [1, 2]}), weekly=True)
    assert any("6–12 июля 2026" in str(one).replace("\u00a0", " ") for trace in fig.data for one in (trace.text or ()))


def test_a_gap_says_which_source_was_silent():
    fig = charts.series_band_figure(days(4).assign(observed=[5, np.nan, np.nan, 0], missing=["", "Портал", "Портал", ""]))
    assert any("нет данных<br>Портал" in text for text in texts(fig))


def test_strips_of_spikes_tell_usual_days_from_alarms_and_weeks_from_days():
    first = dt.date(2026, 7, 6)
    cells = pd.DataFrame(
        [("1", first + dt.timedelta(days=n), seen, 2.0, alarm) for n, (seen, alarm) in enumerate([(1, False), (3, False), (9, True)])]
        + [("2", first, 7, 1.0, True), ("2", first + dt.timedelta(days=7), np.nan, 1.0, False), ("3", first, 1, 1.0, False)],
        columns=["id", "day", "observed", "expected", "is_alarm"],
    )
    spikes = pd.DataFrame({"id": ["1", "2"], "label": ["Город · <b>тема</b>", "Село"], "weekly": [False, True],
                           "onset": pd.Timestamp("2026-07-07"), "last_day": pd.Timestamp("2026-07-12")})  # fmt: skip
    unknown, usual, raised, alarms = charts.spike_strips_figure(spikes, cells, first, dt.date(2026, 7, 19)).data
    assert [len(trace.x) for trace in (unknown, usual, raised, alarms)] == [1, 1, 1, 2]
    assert {one[0] for one in alarms.customdata} == {"1", "2"}
    assert sorted(width / 24 / 3600 / 1000 for width in alarms.width) == pytest.approx([0.8, 6.8])
    assert "&lt;b&gt;" in alarms.hovertext[0]
    assert len(charts.spike_strips_figure(spikes.iloc[:0], cells, first, first).data) == 0


def test_the_band_breaks_where_the_usual_is_unknown():
    fig = charts.series_band_figure(days(5, upper=[9, 9, np.nan, 9, 9], lower=[1] * 5))
    assert [len(trace.x) for trace in fig.data if trace.fill == "tonexty"] == [2, 2]


def test_a_count_axis_starts_at_zero():
    assert charts.series_band_figure(days(3)).layout.yaxis.range[0] == 0


def flow(count):
    nodes = pd.DataFrame({"label": ["<b>Канал</b>", "решено"], "stage": [0, 1], "appeals": [1284, 1284], "main": [True, False]})
    links = pd.DataFrame({"source": [0], "target": [1], "appeals": [1284], "main": [True]})
    return nodes.head(2 * count), links.head(count)


@pytest.mark.parametrize(
    "build",
    [
        lambda: charts.series_band_figure(pd.DataFrame(columns=["day", "observed"])),
        lambda: charts.series_band_figure(days(2).assign(observed=np.nan)),
        lambda: charts.trend_lines_figure([], []),
        lambda: charts.trend_lines_figure(["май"], [Line("а", [None], main=True)]),
        lambda: charts.trend_lines_figure(["май", "июн"], [Line("а", [float("nan")] * 2)], norm=(0.8, "норма"), unfinished=1),
        lambda: charts.bars_figure(pd.DataFrame(columns=["label", "value"])),
        lambda: charts.bars_figure(pd.DataFrame({"label": ["а"], "value": [np.nan]})),
        lambda: charts.stacked_buckets_figure(pd.DataFrame(columns=["label", "x", "waiting"]), ["x"], 1, "за 4 ч"),
        lambda: charts.stacked_buckets_figure(pd.DataFrame({"label": ["а"], "x": [0], "waiting": [0]}), ["x"], 1, "за 4 ч"),
        lambda: charts.sankey_figure(*flow(0), ["а", "б"]),
        lambda: charts.day_strips_figure(pd.DataFrame(columns=["source", "day", "received", "expected", "state"])),
        lambda: charts.histogram_months_figure(pd.DataFrame(columns=["month", "value"])),
        lambda: charts.histogram_months_figure(pd.DataFrame({"month": ["2026-07-01"], "value": [np.nan]})),
    ],
)
def test_nothing_to_draw_is_still_a_figure(build):
    assert isinstance(build(), go.Figure)


def test_the_label_of_a_trend_is_the_last_finished_period():
    lines = [Line("решено", [0.8, 0.9, 0.1], main=True, note="n = 40")]
    fig = charts.trend_lines_figure(["май", "июн", "июл"], lines, unfinished=1)
    assert any("90\u00a0%" in text and "решено" in text and "n = 40" in text for text in texts(fig))


def test_labels_of_near_lines_do_not_overlap():
    fig = charts.trend_lines_figure(["май", "июн"], [Line("а", [0.8, 0.8]), Line("б", [0.8, 0.8])])
    heights = sorted(annotation.y for annotation in fig.layout.annotations)
    low, high = fig.layout.yaxis.range
    assert (heights[1] - heights[0]) / (high - low) * fig.layout.height > 50


def test_a_trend_of_counts_starts_at_zero_and_keeps_fractions():
    fig = charts.trend_lines_figure(["май"], [Line("ч", [2.7])], percent=False)
    assert fig.layout.yaxis.range[0] == 0 and any("2,7" in text for text in texts(fig))


def test_bars_show_zero_as_zero_and_a_gap_in_words():
    fig = charts.bars_figure(pd.DataFrame({"label": ["а", "б"], "value": [0, np.nan], "id": [7, 8]}))
    assert "<b>0</b>" in fig.data[0].text[0] and "нет данных" in fig.data[0].text[1]
    assert [one[0] for one in fig.data[0].customdata] == ["7", "8"]


def buckets():
    frame = pd.DataFrame({"label": ["а", "б"], "быстро": [30, 5], "долго": [10, 0], "waiting": [20, 5]}, index=[0, 0])
    return charts.stacked_buckets_figure(frame, ["быстро", "долго"], 1, "за 4 ч")


def test_buckets_add_up_to_the_whole_and_waiting_is_hatched():
    fig = buckets()
    assert np.allclose(np.sum([trace.x for trace in fig.data], axis=0), 100)
    assert fig.data[-1].marker.pattern.shape == "/"


def test_the_share_within_the_norm_needs_thirty():
    shown = texts(buckets())
    assert "<b>50\u00a0%</b>" in shown and "мало" in shown


def test_the_norm_stands_after_the_kept_buckets():
    assert [shape.x0 for shape in buckets().layout.shapes] == [50, 50]


def test_a_flow_says_counts_and_shows_labels_literally():
    fig = charts.sankey_figure(*flow(1), ["Канал", "Итог"])
    (trace,) = fig.data
    assert trace.node.label == ("&lt;b&gt;Канал&lt;/b&gt; 1\u00a0284", "решено 1\u00a0284")
    assert trace.link.value == (1284,) and "&lt;b&gt;Канал" in trace.link.customdata[0] and "<b>1\u00a0284</b>" in trace.link.customdata[0]
    assert trace.node.color[0] != trace.node.color[1] and "<b>Итог</b>" in texts(fig)


def strips():
    frame = pd.DataFrame(
        {
            "source": ["Портал"] * 4 + ["Госпаблики № 1"],
            "day": [*pd.date_range("2026-07-06", periods=4), pd.Timestamp("2026-07-06")],
            "received": [12, 0, 2, 0, 1],
            "expected": [12, 12, 12, 3, np.nan],
            "state": ["ok", "silent", "partial", "ok", "ok"],
        }
    )
    return charts.day_strips_figure(frame)


def test_every_day_of_a_source_has_its_look():
    looks = dict(zip(("ok", "empty", "partial", "silent"), strips().data, strict=True))
    days_of = {look: [one[0] for one in trace.customdata] for look, trace in looks.items()}
    assert days_of == {
        "ok": ["2026-07-06 Портал", "2026-07-06 Госпаблики № 1"],
        "empty": ["2026-07-09 Портал"],
        "partial": ["2026-07-08 Портал"],
        "silent": ["2026-07-07 Портал"],
    }
    assert (looks["partial"].marker.pattern.shape, looks["silent"].marker.pattern.shape) == ("/", "x")
    assert "молчит" in looks["silent"].hovertext[0] and "обычно 12" in looks["silent"].hovertext[0]
    assert "обычно" not in looks["ok"].hovertext[1]


def test_the_words_of_a_norm_stay_inside_the_chart():
    rising = charts.trend_lines_figure(
        ["май", "июн", "июл", "авг", "сен", "окт"], [Line("а", [0.1, 0.2, 0.4, 0.6, 0.6, 0.6])], norm=(0.6, "ориентир")
    )
    (words,) = (a for a in rising.layout.annotations if "ориентир" in a.text)
    assert words.x == 1 and words.xanchor == "left"


def test_months_answer_with_year_and_month_and_hatch_the_unfinished():
    frame = pd.DataFrame({"month": ["2025-12-01", "2026-01-01"], "value": [0, 4], "unfinished": [False, True], "expected": [2, 2]})
    fig = charts.histogram_months_figure(frame)
    assert [one[0] for one in fig.data[0].customdata] == ["2025-12", "2026-01"]
    assert list(fig.data[0].marker.pattern.shape) == ["", "/"] and fig.data[0].y[0] == 0
    assert "2026" in fig.layout.xaxis.ticktext[1]


def test_no_chart_zooms_or_has_a_legend():
    fig = buckets()
    layout = fig.layout.template.layout
    assert layout.dragmode is False and layout.showlegend is False and layout.xaxis.fixedrange and layout.separators == ",\u00a0"


def test_a_sparkline_breaks_at_a_gap_and_keeps_a_lonely_point():
    scale = _Scale(4, 200, 0, 4)
    assert [len(run.split()) for run in _runs([1, float("nan"), 2, 3], scale)] == [2, 2]
    assert sparkline([]).startswith("data:image/svg+xml;base64,") and sparkline([float("nan")]) and sparkline([5.0, 5.0])
