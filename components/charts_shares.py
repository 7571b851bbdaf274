"""Shares: of answers with how sure each is, of official channels by month."""

import datetime as dt

import pandas as pd
import plotly.graph_objects as go

from components import headline
from components.charts import Line, _plotly, _show, _wrapped, trend_lines
from components.theme import figure, palette
from words import _, dates, numbers


def shares(frame: pd.DataFrame, key: str) -> None:
    """Draws shares as bars with their intervals as whiskers. frame: label, n, share, low, high (0–1, NaN: unknown)."""
    _show(shares_figure(frame), key)


def shares_figure(frame: pd.DataFrame) -> go.Figure:
    """The picture of `shares`."""
    colours = palette()
    fig = figure(42 * max(len(frame), 1) + 12)
    if frame.empty:
        return fig
    rows = list(range(len(frame)))
    share = 100 * frame["share"].astype(float)
    high = 100 * frame["high"].astype(float)
    fig.add_bar(
        x=share.fillna(0), y=rows, orientation="h", width=0.56, marker={"color": colours.sequential[2], "cornerradius": 2},
        error_x={
            "type": "data", "symmetric": False, "array": (high - share).fillna(0), "arrayminus": (share - 100 * frame["low"].astype(float)).fillna(0),
            "color": colours.text, "thickness": 1.4, "width": 5,
        },
        hovertext=[f"{_plotly(row.label)}: {numbers.percent(row.share, 1)}, {numbers.percent(row.low, 1)}–{numbers.percent(row.high, 1)}" for row in frame.itertuples()],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    for row, part, top, n in zip(rows, frame["share"], high.fillna(0), frame["n"], strict=True):
        text = f"<b>{numbers.percent(part)}</b> <span style='color:{colours.second}'>{numbers.integer(n)}</span>"
        fig.add_annotation(x=top, y=row, text=text, showarrow=False, xanchor="left", xshift=8, font={"size": 13, "color": colours.text})
    fig.update_xaxes(visible=False, range=[0, max(float(high.max()), 1.0) * 1.5])
    fig.update_yaxes(showgrid=False, autorange="reversed", tickvals=rows, ticks="", ticklabelstandoff=8, tickfont={"size": 13, "color": colours.text},
                     ticktext=[_wrapped(str(label), 26, 2) for label in frame["label"]])  # fmt: skip
    fig.update_layout(margin={"t": 2, "b": 2, "r": 2})
    return fig


def official_share(months: pd.DataFrame, key: str, norm: float, note: str) -> tuple[dt.date, dt.date] | None:
    """Draws the share of official channels by month, its heading and how it is counted; the days of the clicked month.

    months: first and last day, appeals, share (0–1, NaN: too few to say), unfinished; one denominator for all.
    norm: the share of the dashed line; note: what «Как посчитано» opens.
    """
    labels = [dates.period_label(first, "month") for first in months["first"]]
    full = months[~months["unfinished"] & months["share"].notna()]
    headline.section(
        _("Доля официальных каналов по месяцам"),
        _("Знаменатель один: все обращения среза из всех каналов. Месяцы, где их меньше 30, пропущены. Нажмите на точку"),
    )
    picked = trend_lines(
        labels,
        [Line(_("Доля"), list(months["share"]), main=True, note=f"n = {numbers.integer(full['appeals'].iloc[-1]) if len(full) else 0}")],
        key,
        norm=(norm, _("60 %: ориентир из статьи, не норма")),
        unfinished=int(months["unfinished"].sum()),
        height=280,
    )
    headline.method_note(note)
    if picked not in labels:
        return None
    month = months.iloc[labels.index(picked)]
    return month["first"], month["last"]
