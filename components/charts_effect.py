"""The picture of an effect: what came, and what would have come."""

import datetime as dt

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts import _count_axis, _show, _top
from components.safe import safe_text
from components.theme import Palette, figure, palette
from words import _, dates, numbers

MONTHS = 6


def counterfactual(
    frame: pd.DataFrame, key: str, *, in_force: dt.date, works: dt.date | None, works_words: str, expected_words: str
) -> dt.date | None:
    """Draws the weeks of a series, the line of what would have come without the measure, and the gap between the two after
    it; returns the first day of the clicked week.

    frame: day (first of the week), observed, expected (NaN where it is not judged), after (bool). works: the first day of
    the time left out before the measure, shaded, with `works_words` in the legend; `expected_words` name the dashed line.
    """
    clicked = _show(counterfactual_figure(frame, in_force=in_force, works=works), key)
    colours = palette()
    legend = [
        (colours.data, _("пришло")),
        (colours.context_text, expected_words),
        (colours.good, _("меньше ожидаемого")),
        (colours.attention, _("больше ожидаемого")),
        *([(colours.band, works_words)] if works is not None else []),
    ]
    st.html("<small>" + " &nbsp; ".join(f'<span style="color:{colour}">■</span> {safe_text(words)}' for colour, words in legend) + "</small>")
    return dt.date.fromisoformat(clicked) if clicked else None


def counterfactual_figure(frame: pd.DataFrame, *, in_force: dt.date, works: dt.date | None) -> go.Figure:
    """The picture of `counterfactual`."""
    colours = palette()
    fig = figure(320)
    if frame.empty:
        return fig
    days, observed, expected = pd.to_datetime(frame["day"]), frame["observed"].astype(float), frame["expected"].astype(float)
    top = max(_top(observed), _top(expected), 1.0)
    if works is not None:
        fig.add_vrect(x0=works, x1=in_force, fillcolor=colours.band, opacity=0.8, line_width=0, layer="below")
    _add_gap(fig, days, observed, expected, frame["after"].astype(bool), colours)
    fig.add_scatter(x=days, y=expected, mode="lines", line={"color": colours.context_text, "width": 1.6, "dash": "dash"}, hoverinfo="skip")
    fig.add_scatter(
        x=days, y=observed, mode="lines+markers", line={"color": colours.data, "width": 2}, marker={"size": 5 if len(days) <= 110 else 3},
        customdata=[[day.date().isoformat()] for day in days], text=[_hover(*row) for row in zip(days, observed, expected, strict=True)],
        hovertemplate="%{text}<extra></extra>", unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    fig.add_vline(x=pd.Timestamp(in_force), line={"color": colours.text, "width": 1.4})
    late = (pd.Timestamp(in_force) - days.min()) / max(days.max() - days.min(), pd.Timedelta(days=1)) > 0.5
    fig.add_annotation(x=pd.Timestamp(in_force), y=1, yref="paper", yanchor="bottom", xanchor="right" if late else "left", showarrow=False,
                       font={"size": 12, "color": colours.text}, text=_("мера с {day}").format(day=dates.short_day(in_force)))  # fmt: skip
    _count_axis(fig, top)
    _month_axis(fig, days)
    fig.update_layout(margin={"t": 28})
    return fig


def _add_gap(fig: go.Figure, days: pd.Series, observed: pd.Series, expected: pd.Series, after: pd.Series, colours: Palette) -> None:
    """The space between the two lines after the measure: green where fewer came, orange where more."""
    judged = after & expected.notna()
    if not judged.any():
        return
    x, low, high = days[judged], observed[judged], expected[judged]
    for edge, colour in ((low.clip(upper=high), colours.good), (low.clip(lower=high), colours.attention)):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        fig.add_scatter(x=x, y=high, mode="lines", line={"width": 0}, hoverinfo="skip")
        fig.add_scatter(x=x, y=edge, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=f"rgba({red},{green},{blue},0.22)", hoverinfo="skip")


def _hover(day: pd.Timestamp, observed: float, expected: float) -> str:
    when = dates.span(day.date(), day.date() + dt.timedelta(days=6))
    awaited = "" if pd.isna(expected) else "<br>" + _("ожидали {n}").format(n=numbers.decimal(expected, 1))
    return f"{when}<br><b>{numbers.integer(observed)}</b>{awaited}"


def _month_axis(fig: go.Figure, days: pd.Series) -> None:
    months = pd.date_range(days.min(), days.max(), freq="MS")
    ticks = months[:: -(-len(months) // MONTHS)] if len(months) else days.iloc[:1]
    pad = pd.Timedelta(days=4)
    fig.update_xaxes(tickvals=list(ticks), ticktext=[f"{dates.SHORT[tick.month - 1]}<br>{tick.year}" for tick in ticks], tickangle=0,
                     range=[days.min() - pad, days.max() + pad])  # fmt: skip
