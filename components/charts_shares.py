"""Shares of answers with how sure each is."""

import pandas as pd
import plotly.graph_objects as go

from components.charts import _plotly, _show, _wrapped
from components.theme import figure, palette
from words import numbers


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
