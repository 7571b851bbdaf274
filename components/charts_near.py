"""Readings of a sensor and appeals near it on one axis of time, in two panels."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import plotly.graph_objects as go

from components.charts import _plotly, _show
from components.theme import Palette, figure, palette
from words import _, dates, numbers

UPPER, LOWER = (0.56, 1.0), (0.0, 0.4)


def timeline(frame: pd.DataFrame, key: str, *, label: str, threshold: tuple[float, str] | None, alarms: Sequence[tuple[datetime, datetime]], hourly: bool) -> str | None:
    """Draws what a sensor said above and the appeals near it below; returns the day (ISO) of the clicked bar.

    frame: at (local), highest (NaN: a gap), done, partial, missed (counts of works), appeals. label: what is measured, with the
    unit. threshold: its value and words. alarms: first and last moment of each, shaded through both panels.
    """
    return _show(timeline_figure(frame, label=label, threshold=threshold, alarms=alarms, hourly=hourly), key)


def timeline_figure(
    frame: pd.DataFrame, *, label: str, threshold: tuple[float, str] | None, alarms: Sequence[tuple[datetime, datetime]], hourly: bool
) -> go.Figure:
    """The picture of `timeline`."""
    colours = palette()
    fig = figure(360)
    if frame.empty:
        return fig
    at, pad = pd.to_datetime(frame["at"]), pd.Timedelta(minutes=30) if hourly else pd.Timedelta(hours=12)
    for start, end in alarms:
        first, last = pd.Timestamp(start), pd.Timestamp(end)
        first, last = (first, last) if hourly else (first.normalize(), last.normalize())
        fig.add_shape(type="rect", x0=max(first, at.min()) - pad, x1=min(last, at.max()) + pad, y0=0,
                      y1=1, yref="paper", fillcolor=colours.attention_tint, line_width=0, layer="below")  # fmt: skip
    days = [day.date().isoformat() for day in at]
    fig.add_bar(
        x=at, y=frame["appeals"], marker={"color": colours.data}, customdata=[[day] for day in days], unselected={"marker": {"opacity": 1}},
        text=[_hover(moment, numbers.integer(n), hourly) for moment, n in zip(at, frame["appeals"], strict=True)], textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    works = frame[["done", "partial", "missed"]].to_numpy().sum() > 0
    top = _works(fig, at, frame, colours, hourly) if works else _values(fig, at, frame, threshold, colours, hourly)
    for words, (_low, high), colour in ((label, UPPER, colours.text), (_("Обращения рядом"), LOWER, colours.data)):
        fig.add_annotation(x=0, xref="paper", y=high, yref="paper", yanchor="bottom", xanchor="left", text=f"<b>{_plotly(words)}</b>", showarrow=False,
                           font={"size": 12, "color": colour})  # fmt: skip
    most = max(float(frame["appeals"].max()), 1.0)
    fig.update_layout(
        yaxis={"domain": LOWER, "range": [0, most * 1.12], "nticks": 4, "tickformat": ",d" if most >= 4 else None, "dtick": 1 if most < 4 else None},
        yaxis2={"domain": UPPER, "range": [0, top * 1.12], "nticks": 4, "anchor": "x"}, barmode="stack", bargap=0.15, margin={"t": 30},
    )  # fmt: skip
    midnights = pd.date_range(at.min().normalize(), at.max().normalize(), freq="D")
    ticks = midnights[:: -(-len(midnights) // 7)]
    fig.update_xaxes(tickvals=list(ticks), ticktext=[f"{tick.day} {dates.SHORT[tick.month - 1]}" for tick in ticks], tickangle=0,
                     range=[at.min() - pad, at.max() + pad])  # fmt: skip
    return fig


def _values(fig: go.Figure, at: pd.Series, frame: pd.DataFrame, threshold: tuple[float, str] | None, colours: Palette, hourly: bool) -> float:
    fig.add_scatter(
        x=at, y=frame["highest"], yaxis="y2", mode="lines", line={"color": colours.text, "width": 1.6}, connectgaps=False,
        text=[_hover(moment, numbers.number(value), hourly) for moment, value in zip(at, frame["highest"], strict=True)],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    top = float(frame["highest"].max()) if frame["highest"].notna().any() else 1.0
    if threshold is None:
        return top
    value, words = threshold
    fig.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=value, y1=value, yref="y2", line={"color": colours.bad, "width": 1.4, "dash": "dash"})
    fig.add_annotation(x=0, xref="x domain", xanchor="left", y=value, yref="y2", yanchor="bottom", text=_plotly(words), showarrow=False,
                       bgcolor=colours.page, borderpad=1, font={"size": 12, "color": colours.bad})  # fmt: skip
    return max(top, value)


def _works(fig: go.Figure, at: pd.Series, frame: pd.DataFrame, colours: Palette, hourly: bool) -> float:
    kinds = (("missed", colours.attention, _("не выполнено")), ("partial", colours.context, _("частично")), ("done", colours.band, _("выполнено")))
    for name, colour, words in kinds:
        fig.add_bar(
            x=at, y=frame[name], yaxis="y2", marker={"color": colour}, textposition="none",
            text=[_hover(moment, f"{words}: {numbers.integer(n)}", hourly) for moment, n in zip(at, frame[name], strict=True)],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    return float(frame[["done", "partial", "missed"]].sum(axis=1).max())


def _hover(at: pd.Timestamp, said: str, hourly: bool) -> str:
    when = f"{dates.short_day(at.date())}, {at:%H:%M}" if hourly else dates.short_day(at.date())
    return f"{when}<br><b>{said}</b>"
