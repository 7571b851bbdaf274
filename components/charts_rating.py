"""Pictures of a rating: how sure each place is, and the funnel of what size alone explains."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts import _plotly, _shortened, _show
from components.theme import figure, palette
from words import _, numbers

Limits = Callable[[np.ndarray, float], tuple[np.ndarray, np.ndarray]]


def places(frame: pd.DataFrame, key: str) -> str | None:
    """Draws the possible places of each body as a bar, the likeliest as a point, and returns the id of the clicked body.

    frame: id, label, place, first, last (1 = best), score (0–1), call (+1 better than its peers: green, −1 worse: red,
    0 grey), moved (places up, NaN where not beyond chance), own (bool, the body the page is about), best place first.
    """
    return _show(places_figure(frame), key)


def places_figure(frame: pd.DataFrame) -> go.Figure:
    """The picture of `places`."""
    colours = palette()
    fig = figure(30 * max(len(frame), 1) + 40)
    if frame.empty:
        return fig
    frame = frame.reset_index(drop=True)
    rows, last = list(range(len(frame))), int(frame["last"].max())
    fills = [colours.good if call > 0 else colours.bad if call < 0 else colours.context for call in frame["call"]]
    hover = [
        _("{name}: места {first}–{last}, балл {score}").format(name=_plotly(r.label), first=r.first, last=r.last, score=numbers.decimal(100 * r.score, 1))
        for r in frame.itertuples()
    ]  # fmt: skip
    ids = [[str(own)] for own in frame["id"]]
    common = {"customdata": ids, "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>", "unselected": {"marker": {"opacity": 1}}}
    fig.add_bar(
        x=frame["last"] - frame["first"] + 0.3, base=frame["first"] - 0.15, y=rows, orientation="h", width=0.3,
        marker={"color": fills, "opacity": 0.38, "cornerradius": 4}, **{**common, "unselected": {"marker": {"opacity": 0.38}}},
    )  # fmt: skip
    fig.add_scatter(x=frame["place"], y=rows, mode="markers", marker={"size": 10, "color": fills}, **common)
    for row, (first, until, score, moved) in enumerate(frame[["first", "last", "score", "moved"]].itertuples(index=False)):
        if frame.at[row, "own"]:
            fig.add_shape(type="rect", xref="paper", x0=0, x1=1, y0=row - 0.5, y1=row + 0.5, layer="below", line_width=0, fillcolor=colours.panel)
        span = numbers.integer(first) if first == until else f"{first}–{until}"
        fig.add_annotation(x=until + 0.3, y=row, text=span, showarrow=False, xanchor="left", font={"size": 12, "color": colours.second})
        fig.add_annotation(x=1, xref="paper", y=row, text=f"<b>{numbers.decimal(100 * score, 1)}</b>", showarrow=False, xanchor="right", xshift=46)
        if pd.notna(moved):
            fig.add_annotation(x=1, xref="paper", y=row, text=numbers.signed(moved), showarrow=False, xanchor="right", xshift=86,
                               font={"size": 12, "color": colours.second})  # fmt: skip
    for words, shift in ((_("балл"), 46), (_("сдвиг") if frame["moved"].notna().any() else "", 90)):
        fig.add_annotation(x=1, xref="paper", y=-1, text=words, showarrow=False, xanchor="right", xshift=shift,
                           font={"size": 12, "color": colours.second})  # fmt: skip
    step = max(-(-last // 8), 1)
    fig.update_xaxes(side="top", range=[0.5, last * 1.22 + 0.8], tickvals=list(range(1, last + 1, step)), showgrid=True, ticks="")
    fig.update_yaxes(showgrid=False, range=[len(frame) - 0.4, -1.5], ticks="", tickvals=rows, ticktext=[_shortened(label) for label in frame["label"]],
                     tickfont={"size": 13, "color": colours.text}, ticklabelstandoff=8)  # fmt: skip
    fig.update_layout(barmode="overlay", margin={"r": 92, "t": 20})
    return fig


def funnel(frame: pd.DataFrame, limits: Limits, target: float, key: str, height: int = 330) -> str | None:
    """Draws the share of each body against its number of appeals inside the limits of chance; returns the clicked id.

    frame: id, label, value (share 0–1), n, outside (0 inside the 95 % limits, −1 below, +1 above; those are named).
    limits(n, coverage): lower and upper share; target: the share of all together.
    """
    return _show(funnel_figure(frame, limits, target, height), key)


def funnel_figure(frame: pd.DataFrame, limits: Limits, target: float, height: int = 330) -> go.Figure:
    """The picture of `funnel`."""
    colours = palette()
    fig = figure(height)
    if frame.empty:
        return fig
    ends = np.log10([max(frame["n"].min() * 0.8, 1), frame["n"].max() * 1.25])
    sizes = 10 ** np.linspace(ends[0], ends[1], 80)
    for coverage, fill in ((0.998, colours.panel), (0.95, colours.band)):
        low, high = limits(sizes, coverage)
        fig.add_scatter(x=np.concatenate([sizes, sizes[::-1]]), y=100 * np.concatenate([high, low[::-1]]), mode="none", fill="toself",
                        fillcolor=fill, hoverinfo="skip")  # fmt: skip
    fig.add_hline(y=100 * target, line={"color": colours.text, "width": 1.2, "dash": "dash"})
    fig.add_annotation(x=ends[1], y=100 * target, text=_("все вместе {share}").format(share=numbers.percent(target)), showarrow=False,
                       xanchor="right", yanchor="bottom", bgcolor=colours.page, font={"size": 12, "color": colours.second})  # fmt: skip
    away = frame["outside"] != 0
    named = frame[away].assign(far=(frame["value"] - target).abs() * np.sqrt(frame["n"])).nlargest(8, "far").index
    fig.add_scatter(
        x=frame["n"], y=100 * frame["value"], mode="markers+text", customdata=[[str(own)] for own in frame["id"]],
        marker={"size": [10 if on else 7 for on in away], "color": [colours.data if on else colours.context for on in away]},
        text=[_shortened(label) if at in named else "" for at, label in frame["label"].items()], textposition="top center",
        textfont={"size": 12, "color": colours.text}, cliponaxis=False,
        hovertext=[f"{_plotly(r.label)}: <b>{numbers.percent(r.value)}</b>, n = {numbers.integer(r.n)}" for r in frame.itertuples()],
        hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    ticks = [tick for power in range(6) for tick in (10**power, 3 * 10**power) if 10 ** ends[0] <= tick <= 10 ** ends[1]]
    values = 100 * frame["value"]
    fig.update_xaxes(type="log", range=list(ends), tickvals=ticks, ticktext=[numbers.integer(tick) for tick in ticks],
                     title={"text": _("обращений, логарифмическая шкала")})  # fmt: skip
    fig.update_yaxes(range=[max(values.min() - 8, -3), min(values.max() + 10, 106)], nticks=6)
    return fig


def quadrant(frame: pd.DataFrame, target: float, key: str, height: int = 360) -> str | None:
    """Draws territories by appeals per 1,000 residents (right = more) and share resolved in time (up = better), cut by the
    middle territory and the target; returns the clicked id. frame: id, label, rate, value (share 0–1), n, appeals."""
    return _show(quadrant_figure(frame, target, height), key)


def quadrant_figure(frame: pd.DataFrame, target: float, height: int = 360) -> go.Figure:
    """The picture of `quadrant`."""
    colours = palette()
    fig = figure(height)
    if frame.empty:
        return fig
    middle = float(frame["rate"].median())
    fig.add_hline(y=100 * target, line={"color": colours.text, "width": 1.2, "dash": "dash"})
    fig.add_vline(x=middle, line={"color": colours.context, "width": 1.2, "dash": "dot"})
    left = float(frame["rate"].min()) * 0.7
    right, top = float(frame["rate"].max()) * 1.15, min(max(float(frame["value"].max()), target) * 100 + 8, 104)
    bottom = max(min(float(frame["value"].min()), target) * 100 - 8, 0)
    for x, y, words, side, up in (
        (left, top, _("реже и в срок"), "left", "top"), (right, top, _("чаще и в срок"), "right", "top"),
        (left, bottom, _("реже, но не в срок"), "left", "bottom"), (right, bottom, _("чаще и не в срок"), "right", "bottom"),
    ):  # fmt: skip
        fig.add_annotation(x=x, y=y, text=words, showarrow=False, xanchor=side, yanchor=up, font={"size": 12, "color": colours.second})
    far = ((frame["rate"] / middle - 1).abs() + (frame["value"] - frame["value"].median()).abs() * 3).nlargest(6).index
    under = {at: number % 2 for number, at in enumerate(frame.loc[far].sort_values("rate").index)}
    fig.add_scatter(
        x=frame["rate"], y=100 * frame["value"], mode="markers+text", customdata=[[str(own)] for own in frame["id"]],
        marker={"size": 10, "color": [colours.data if value >= target else colours.bad for value in frame["value"]]},
        text=[_shortened(label) if at in far else "" for at, label in frame["label"].items()],
        textposition=["bottom center" if under.get(at) else "top center" for at in frame.index], cliponaxis=False,
        textfont={"size": 12, "color": colours.text},
        hovertext=[
            _("{name}: {rate} на 1 000, в срок {share} из n = {n}").format(
                name=_plotly(r.label), rate=numbers.rate(r.rate), share=numbers.percent(r.value), n=numbers.integer(r.n)
            )
            for r in frame.itertuples()
        ],
        hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    fig.update_xaxes(range=[left, right], title={"text": _("обращений на 1 000 жителей за период")}, nticks=6)
    fig.update_yaxes(range=[bottom, top], nticks=6)
    return fig
