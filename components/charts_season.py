"""Pictures of seasons: the calendar of topics and weeks, years over each other, the weeks ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts import _plotly, _shortened, _show
from components.safe import safe_text
from components.tables import STEPS
from components.theme import figure, palette
from words import _, dates, numbers
from words.foresight import week_days

WEEKS = 52
MONTH_STARTS = tuple((date(2023, month, 1) - date(2023, 1, 1)).days / 7 + 1 for month in range(1, 13))


@dataclass(frozen=True)
class Row:
    """One topic of the calendar: times above the level of the time around, weeks 1–52 (NaN: not watched), and its sure seasons
    as first and last week."""

    id: str
    label: str
    course: Sequence[float]
    seasons: Sequence[tuple[int, int]]


def calendar(rows: Sequence[Row], key: str, here: int, chosen: str = "") -> str | None:
    """Draws topics × weeks of the year, coloured by how far each week is from the usual; sure seasons are framed; `here`: the week
    of now. Returns the id of the clicked topic."""
    return _show(calendar_figure(rows, here, chosen), key)


def calendar_figure(rows: Sequence[Row], here: int, chosen: str = "") -> go.Figure:
    """The picture of `calendar`."""
    colours = palette()
    fig = figure(24 * max(len(rows), 1) + 50)
    x, y, fills, hover, ids = [], [], [], [], []
    for at, row in enumerate(rows):
        for week, ratio in enumerate(row.course, 1):
            if not np.isfinite(ratio):
                continue
            x.append(week)
            y.append(at)
            fills.append(colours.diverging[int(np.searchsorted(STEPS, ratio, side="right"))])
            ids.append([row.id])
            hover.append(f"<b>{_plotly(row.label)}</b><br>{week_days(week, week)}: {numbers.times(ratio)}")
    fig.add_bar(
        x=[1.0] * len(x), base=[week - 0.5 for week in x], y=y, orientation="h", width=0.86, customdata=ids, hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>", marker={"color": fills, "line": {"color": colours.page, "width": 1}},
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    for at, row in enumerate(rows):
        for first, last in row.seasons:
            for left, right in ((first, last),) if first <= last else ((first, WEEKS), (1, last)):
                fig.add_shape(type="rect", x0=left - 0.5, x1=right + 0.5, y0=at - 0.46, y1=at + 0.46, line={"color": colours.text, "width": 1.4})
    fig.add_vline(x=here, line={"color": colours.text, "width": 1, "dash": "dot"})
    fig.add_annotation(x=here, y=len(rows) - 0.4, text=_("сейчас"), showarrow=False, yanchor="top", font={"size": 12, "color": colours.second})
    names = [f"<b>{_shortened(row.label)}</b>" if row.id == chosen else _shortened(row.label) for row in rows]
    months = [name[0].upper() for name in dates.SHORT]
    fig.update_xaxes(side="top", range=[0.4, WEEKS + 0.6], tickvals=[start + 1.6 for start in MONTH_STARTS], ticktext=months, tickangle=0, ticks="")
    fig.update_yaxes(
        range=[len(rows) + 0.2, -0.6], tickvals=list(range(len(rows))), ticktext=names, showgrid=False, ticks="",
        tickfont={"size": 13, "color": colours.text}, ticklabelstandoff=6,
    )  # fmt: skip
    fig.update_layout(barmode="overlay", margin={"t": 24})
    return fig


def calendar_legend() -> None:
    """Draws the scale of `calendar`."""
    steps = "".join(f'<i style="background:{colour};margin:0"></i>' for colour in palette().diverging)
    below, above = safe_text(_("ниже")), safe_text(_("выше; границы ×0,5 ×0,67 ×0,85 ×1,2 ×1,5 ×2"))
    st.html(f'<div class="pulse-legend"><span>{below} {steps} {above}</span></div>')


def years(labels: Sequence[int], counts: np.ndarray, seasons: Sequence[tuple[int, int]], key: str) -> tuple[int, int] | None:
    """Draws the years of one topic over each other, the last one blue, sure seasons as bands; returns the clicked year and week.

    counts [years, 52], NaN where a week was not wholly watched."""
    found = _show(years_figure(labels, counts, seasons), key)
    return None if found is None else (int(found.split("-")[0]), int(found.split("-")[1]))


def years_figure(labels: Sequence[int], counts: np.ndarray, seasons: Sequence[tuple[int, int]]) -> go.Figure:
    """The picture of `years`."""
    colours = palette()
    fig = figure(300)
    for first, last in seasons:
        for left, right in ((first, last),) if first <= last else ((first, WEEKS), (1, last)):
            fig.add_vrect(x0=left - 0.5, x1=right + 0.5, fillcolor=colours.attention_tint, line_width=0, layer="below")
    shades = [colours.line, colours.context, colours.context_text][-max(len(labels) - 1, 1) :]
    for at, (year, weeks) in enumerate(zip(labels, counts, strict=True)):
        newest = at == len(labels) - 1
        colour = colours.data if newest else shades[min(at, len(shades) - 1)]
        known = [int(week) for week in np.nonzero(~np.isnan(weeks))[0]]
        if not known:
            continue
        fig.add_scatter(
            x=[week + 1 for week in known], y=weeks[known], mode="lines+markers", line={"color": colour, "width": 2.4 if newest else 1.4},
            marker={"size": 6 if newest else 4, "color": colour}, customdata=[[f"{year}-{week + 1}"] for week in known],
            hovertext=[f"<b>{numbers.integer(weeks[week])}</b><br>{week_days(week + 1, week + 1)} {year}" for week in known],
            hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
        fig.add_annotation(x=known[-1] + 1, y=weeks[known[-1]], text=f"<b>{year}</b>", showarrow=False, xanchor="left", xshift=6,
            font={"color": colours.data if newest else colours.context_text},
        )  # fmt: skip
    fig.update_xaxes(range=[0, WEEKS + 3], tickvals=MONTH_STARTS, ticktext=list(dates.SHORT), tickangle=0)
    fig.update_yaxes(rangemode="tozero", nticks=6)
    return fig


def outlook(past: pd.DataFrame, first: date, mean: Sequence[float], low: Sequence[float], high: Sequence[float], key: str) -> str | None:
    """Draws the last weeks and the eight ahead with their interval; returns the first day (ISO) of the clicked past week.

    past: first (day), appeals, oldest first; week k ahead begins 7k days after `first`."""
    return _show(outlook_figure(past, first, mean, low, high), key)


def outlook_figure(past: pd.DataFrame, first: date, mean: Sequence[float], low: Sequence[float], high: Sequence[float]) -> go.Figure:
    """The picture of `outlook`."""
    colours = palette()
    fig = figure(300)
    begun = pd.to_datetime(past["first"])
    ahead = [pd.Timestamp(first + timedelta(days=7 * week)) for week in range(len(mean))]
    fig.add_scatter(x=[*ahead, *reversed(ahead)], y=[*high, *reversed(low)], fill="toself", fillcolor=colours.band, mode="none", hoverinfo="skip")
    fig.add_scatter(
        x=begun, y=past["appeals"], mode="lines+markers", line={"color": colours.data, "width": 2.2}, marker={"size": 6, "color": colours.data},
        customdata=[[f"{day:%Y-%m-%d}"] for day in begun], unselected={"marker": {"opacity": 1}},
        hovertext=[f"<b>{numbers.integer(n)}</b><br>{dates.span(day.date(), day.date() + timedelta(days=6))}" for day, n in zip(begun, past["appeals"], strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    fig.add_scatter(
        x=ahead, y=list(mean), mode="lines+markers", line={"color": colours.text, "width": 1.6, "dash": "dash"},
        marker={"size": 6, "color": colours.page, "line": {"color": colours.text, "width": 1.4}}, unselected={"marker": {"opacity": 1}},
        hovertext=[
            _("ждём <b>{mean}</b>, от {low} до {high}<br>{when}").format(
                mean=numbers.integer(m), low=numbers.integer(a), high=numbers.integer(b), when=dates.span(day.date(), day.date() + timedelta(days=6))
            )
            for day, m, a, b in zip(ahead, mean, low, high, strict=True)
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    months = pd.date_range(begun.min() if len(begun) else ahead[0], ahead[-1] + pd.Timedelta(days=7), freq="MS")
    fig.update_xaxes(tickvals=months, ticktext=[dates.short_month(month) for month in months], tickangle=0)
    fig.update_yaxes(rangemode="tozero", nticks=6)
    return fig
