"""Plotly charts: each `*_figure` builds a picture, the function without the suffix draws it and returns the click."""

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.safe import plain, safe_text
from components.theme import Palette, figure, palette, plotly_config
from words import _, dates, numbers
from words.predicates import ANSWERS

Mark = tuple[dt.date, str]
MOST_MARKS = 6


@dataclass(frozen=True)
class Line:
    """One line of `trend_lines`: the main one is blue, the others grey; `values` are raw, NaN is a gap; `counts` say in
    the hover what stands behind each («81 из 100»). With an `id` a clicked point answers «id|period»."""

    label: str
    values: Sequence[float]
    main: bool = False
    note: str = ""
    id: str = ""
    counts: Sequence[str] = ()


# ---- series with the usual range -------------------------------------------------------------------------------


def series_band(frame: pd.DataFrame, key: str, marks: Sequence[Mark] = (), height: int = 300, *, weekly: bool = False) -> dt.date | None:
    """Draws a series against its usual range and returns the clicked day (of a `weekly` series: the Monday).

    frame: one row a day or week, columns day (date), observed (NaN = no data, drawn as a hatched gap; 0 is drawn as 0),
    optional expected, upper, lower (the usual range), is_alarm (bool, ◆), unfinished (bool, open marker after a
    dotted stretch), missing (what a gap says under «нет данных»). marks: dotted vertical lines with their words (notes,
    measures), which stand under the chart; the latest MOST_MARKS of them.
    """
    clicked = _show(series_band_figure(frame, marks, height, weekly=weekly), key)
    inside = _inside(frame, marks)
    _tell_marks([(dates.short_day(day.date()), words) for day, words in _latest(inside)], key, cut=len(inside) > MOST_MARKS)
    return dt.date.fromisoformat(clicked) if clicked else None


def series_band_figure(frame: pd.DataFrame, marks: Sequence[Mark] = (), height: int = 300, *, weekly: bool = False) -> go.Figure:
    """The picture of `series_band`."""
    colours = palette()
    fig = figure(height)
    if frame.empty:
        return fig
    frame = frame.reset_index(drop=True)
    days = pd.to_datetime(frame["day"])
    observed = frame["observed"].astype(float)
    unfinished = _flags(frame, "unfinished")
    alarms = _flags(frame, "is_alarm") & observed.notna()
    hover = [_day_hover(day, value, row, weekly) for day, value, row in zip(days, observed, frame.to_dict("records"), strict=True)]
    ids = [day.date().isoformat() for day in days]

    _add_band(fig, days, frame, colours)
    _add_gaps(fig, days, observed, frame, colours)
    if "expected" in frame:
        fig.add_scatter(
            x=days, y=frame["expected"], mode="lines", line={"color": colours.context, "width": 1.2, "dash": "dash"},
            hoverinfo="skip",
        )  # fmt: skip
    _add_line(fig, days, observed, unfinished, colours, colours.data, 2.2, hover, ids)
    if alarms.any():
        tops = observed[alarms & ~(observed < observed.shift()) & ~(observed < observed.shift(-1))]
        labelled = _labelled(tops, apart=len(days) / 11)
        _add_alarms(fig, days[alarms], observed[alarms], colours, [i for i, on in zip(ids, alarms, strict=True) if on], labelled)
    _count_axis(fig, max(_top(observed), _top(frame.get("upper")), 1))
    _day_axis(fig, days, [pd.Timestamp(day) for day, _words in marks])
    _add_marks(fig, _latest(_inside(frame, marks)), colours)
    return fig


def _inside(frame: pd.DataFrame, marks: Sequence[Mark]) -> list[tuple[pd.Timestamp, str]]:
    """The marks between the first day of a series and a week after its last one."""
    days = pd.to_datetime(frame["day"])
    first, last = days.min(), days.max() + pd.Timedelta(days=7)
    return _numbered([(pd.Timestamp(day), words) for day, words in marks if first <= pd.Timestamp(day) <= last])


def _add_band(fig: go.Figure, days: pd.Series, frame: pd.DataFrame, colours: Palette) -> None:
    if "upper" not in frame:
        return
    known = frame["upper"].notna()
    lower = frame["lower"] if "lower" in frame else frame["upper"] * 0
    invisible = {"width": 0, "color": colours.band}
    for run in _stretches(known):
        fig.add_scatter(x=days[run], y=lower[run], mode="lines", line=invisible, hoverinfo="skip")
        fig.add_scatter(
            x=days[run], y=frame["upper"][run], mode="lines", line=invisible, fill="tonexty", fillcolor=colours.band,
            hoverinfo="skip",
        )  # fmt: skip


def _add_gaps(fig: go.Figure, days: pd.Series, observed: pd.Series, frame: pd.DataFrame, colours: Palette) -> None:
    """A hatched strip with «нет данных» over every run of missing days."""
    top = max(_top(observed), _top(frame.get("upper")), 1) * 1.05
    half = pd.Timedelta(hours=12)
    for run in _stretches(observed.isna()):
        start, end = days[run].iloc[0] - half, days[run].iloc[-1] + half
        _add_hatch(fig, start, end, 0, top, colours)
        why = ", ".join(dict.fromkeys(frame["missing"][run])) if "missing" in frame else ""
        words = _("нет данных") + (f"<br>{_plotly(why)}" if why else "")
        fig.add_annotation(x=start + (end - start) / 2, y=top, text=words, showarrow=False, yanchor="top" if why else "bottom",
                           bgcolor=colours.page, font={"size": 12, "color": colours.second})  # fmt: skip


def _add_hatch(fig: go.Figure, left: Any, right: Any, bottom: float, top: float, colours: Palette) -> None:
    fig.add_scatter(
        x=[left, right, right, left], y=[bottom, bottom, top, top], mode="none", fill="toself", hoverinfo="skip",
        fillpattern={"shape": "/", "size": 6, "solidity": 0.15, "fgcolor": colours.context, "bgcolor": "rgba(0,0,0,0)"},
    )  # fmt: skip


def _add_line(
    fig: go.Figure,
    x: pd.Series,
    values: pd.Series,
    unfinished: pd.Series,
    colours: Palette,
    colour: str,
    width: float,
    hover: Sequence[str],
    ids: Sequence[str],
) -> None:
    """The line with clickable markers; from the first unfinished point on it is dotted and its markers are open."""
    if unfinished.any():
        start = max(int(unfinished.to_numpy().argmax()) - 1, 0)
        fig.add_scatter(x=x.iloc[start:], y=values.iloc[start:], mode="lines", hoverinfo="skip",
                        line={"color": colour, "width": width, "dash": "dot"})  # fmt: skip
    fig.add_scatter(x=x, y=values.mask(unfinished), mode="lines", line={"color": colour, "width": width},
                    hoverinfo="skip")  # fmt: skip
    size = 5 if len(x) <= 100 else 3
    fig.add_scatter(
        x=x, y=values, mode="markers", customdata=[[one] for one in ids], text=hover,
        hovertemplate="%{text}<extra></extra>",
        marker={
            "size": [9 if open_ else size for open_ in unfinished],
            "color": [colours.page if open_ else colour for open_ in unfinished],
            "line": {"color": colour, "width": [2 if open_ else 0 for open_ in unfinished]},
        },
        selected={"marker": {"size": 11}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip


def _add_alarms(fig: go.Figure, days: pd.Series, values: pd.Series, colours: Palette, ids: Sequence[str], labelled: Sequence[int]) -> None:
    fig.add_scatter(
        x=days, y=values, mode="markers+text", customdata=[[one] for one in ids], hoverinfo="skip",
        marker={"symbol": "diamond", "size": 11, "color": colours.attention,
                "line": {"color": colours.page, "width": 1}},
        text=[f"<b>{numbers.integer(value)}</b>" if at in labelled else "" for at, value in values.items()],
        textposition="top center", textfont={"size": 13, "color": colours.text}, cliponaxis=False,
        unselected={"marker": {"opacity": 1}, "textfont": {"color": colours.text}},
    )  # fmt: skip


def _labelled(values: pd.Series, apart: float) -> list[int]:
    """Positions whose values are written out: the highest first, none nearer than `apart` points to another."""
    chosen: list[int] = []
    for at in values.sort_values(ascending=False).index.astype(int):
        if all(abs(at - other) >= apart for other in chosen):
            chosen.append(at)
    return chosen


def _numbered(marks: Sequence[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """The marks in order, one entry a place."""
    together: dict[Any, list[str]] = {}
    for place, words in marks:
        together.setdefault(place, []).append(words)
    return [(place, "; ".join(dict.fromkeys(said))) for place, said in sorted(together.items())]


def _latest(marks: Sequence[tuple[Any, str]]) -> Sequence[tuple[Any, str]]:
    return marks[-MOST_MARKS:]


def _add_marks(fig: go.Figure, marks: Sequence[tuple[Any, str]], colours: Palette) -> None:
    """Dotted vertical lines with their numbers above the plot; the words stand under the chart and on hover."""
    for number, (place, words) in enumerate(marks, 1):
        fig.add_vline(x=place, line={"color": colours.text, "width": 1.2, "dash": "dot"})
        fig.add_annotation(
            x=place, y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"<b>{number}</b>", hovertext=_wrapped(words, 60, 8),
            font={"size": 12, "color": colours.page}, bgcolor=colours.text, borderpad=2,
        )  # fmt: skip
    if marks:
        fig.update_layout(margin={"t": 26})


def _tell_marks(marks: Sequence[tuple[str, str]], key: str, *, cut: bool) -> None:
    """The words of numbered marks, under a chart; marks: (when, words); cut: earlier ones are not drawn."""
    if marks:
        with st.container(gap="xsmall", key=f"marks_{key}"):
            for number, (when, words) in enumerate(marks, 1):
                st.caption(f"**{number}** {plain(when)}. {plain(words)}")
            if cut:
                st.caption(_("Показаны последние записи. Чтобы увидеть более ранние, выберите место или тему поуже"))


def _wrapped(words: str, width: int, lines: int) -> str:
    """Words in a few short lines, escaped for Plotly."""
    return "<br>".join(_plotly(line) for line in textwrap.wrap(words, width, max_lines=lines, placeholder="…"))


def _day_hover(day: pd.Timestamp, value: float, row: dict[Any, Any], weekly: bool) -> str:
    when = _week(day) if weekly else f"{dates.short_day(day.date())}, {dates.weekday(day.date())}"
    parts = [f"<b>{numbers.integer(value)}</b>" if pd.notna(value) else _("нет данных")]
    upper = row.get("upper")
    if upper is not None and pd.notna(upper):
        lower = row.get("lower")
        usual = f"{numbers.integer(round(lower))}–{numbers.integer(round(upper))}" if pd.notna(lower) and lower else (
            _("до {upper}").format(upper=numbers.integer(round(upper)))
        )  # fmt: skip
        parts.append(_("обычно {usual}").format(usual=usual))
    if row.get("unfinished"):
        parts.append(_("день не закончен"))
    return f"{when}<br>{', '.join(parts)}"


def _week(monday: pd.Timestamp) -> str:
    return dates.span(monday.date(), monday.date() + dt.timedelta(days=6))


def _day_axis(fig: go.Figure, days: pd.Series, marks: Sequence[pd.Timestamp] = ()) -> None:
    """Ticks on Mondays of a short period, else on the first days of months, at most six. A mark of the week after the
    last day is still on the axis."""
    mondays = days[days.dt.dayofweek == 0]
    ticks = mondays if len(days) <= 70 else days[days.dt.day == 1]
    if len(days) <= 10 or ticks.empty:
        ticks = days
    ticks = ticks.iloc[:: -(-len(ticks) // 6)]
    pad = pd.Timedelta(hours=14)
    fig.update_xaxes(
        tickvals=list(ticks), ticktext=[f"{tick.day} {dates.SHORT[tick.month - 1]}" for tick in ticks], tickangle=0,
        range=[days.min() - pad, max([days.max(), *(mark for mark in marks if mark - days.max() <= pd.Timedelta(days=7))]) + pad],
    )  # fmt: skip


def _count_axis(fig: go.Figure, top: float) -> None:
    fig.update_yaxes(range=[0, top * 1.18], rangemode="tozero", nticks=6, tickformat=",d" if top >= 5 else None)


# ---- months or weeks of several measures -----------------------------------------------------------------------


def trend_lines(
    periods: Sequence[str],
    lines: Sequence[Line],
    key: str,
    *,
    norm: tuple[float, str] | None = None,
    unfinished: int = 0,
    percent: bool = True,
    height: int = 320,
    marks: Sequence[tuple[int, str]] = (),
) -> str | None:
    """Draws measures by week or month with labels at the right end and returns the clicked period.

    periods: labels in order («авг», «сен»); values of every line in the same order, shares as 0..1 if `percent`.
    The last `unfinished` periods are hatched, with dotted lines and open markers; norm: (value, words); marks: (position
    of the period, words), drawn as in `series_band`.
    """
    fig = trend_lines_figure(periods, lines, norm=norm, unfinished=unfinished, percent=percent, height=height, marks=marks)
    clicked = _show(fig, key)
    numbered = _numbered(marks)
    _tell_marks([(periods[position], words) for position, words in _latest(numbered)], key, cut=len(numbered) > MOST_MARKS)
    return clicked


def trend_lines_figure(
    periods: Sequence[str],
    lines: Sequence[Line],
    *,
    norm: tuple[float, str] | None = None,
    unfinished: int = 0,
    percent: bool = True,
    height: int = 320,
    marks: Sequence[tuple[int, str]] = (),
) -> go.Figure:
    """The picture of `trend_lines`."""
    colours = palette()
    fig = figure(height)
    if not periods:
        return fig
    scale = 100 if percent else 1
    values = {line.label: pd.Series(line.values, dtype=float) * scale for line in lines}
    finite = pd.concat([*values.values(), pd.Series([norm[0] * scale] if norm else [], dtype=float)]).dropna()
    low, high = _reach(finite, percent)
    if unfinished:
        _add_hatch(fig, len(periods) - unfinished - 0.5, len(periods) - 0.5, low, high, colours)
    if norm:
        fig.add_hline(y=norm[0] * scale, line={"color": colours.text, "width": 1.3, "dash": "dash"})
        at = _clearest(list(values.values()), norm[0] * scale + (high - low) / 25)
        side = "left" if at < len(periods) / 4 else "right" if at > len(periods) * 3 / 4 else "center"
        fig.add_annotation(x=at, y=norm[0] * scale, yanchor="bottom", xanchor=side, showarrow=False, bgcolor=colours.page, text=f"<b>{_plotly(norm[1])}</b>", font={"size": 12})  # fmt: skip
    mask = pd.Series([position >= len(periods) - unfinished for position in range(len(periods))])
    ends = _spread({line.label: _last(values[line.label].mask(mask)) for line in lines}, (high - low) * 52 / (height - 60))
    for line in sorted(lines, key=lambda line: line.main):
        colour = colours.data if line.main else colours.context
        hover = [f"{_plotly(line.label)}, {_plotly(period)}: <b>{_value(value, percent)}</b>{', ' if counts else ''}{_plotly(counts)}"
                 for period, value, counts in zip(periods, values[line.label], line.counts or [""] * len(periods), strict=True)]  # fmt: skip
        positions = pd.Series(range(len(periods)))
        ids = [f"{line.id}|{period}" for period in periods] if line.id else periods
        _add_line(fig, positions, values[line.label], mask, colours, colour, 2.4 if line.main else 1.6, hover, ids)
        _add_end_label(fig, line, _last(values[line.label].mask(mask)), ends[line.label], percent, colours)
    ticks = range(0, len(periods), -(-len(periods) // 7))
    fig.update_xaxes(range=[-0.5, len(periods) - 0.5], tickvals=list(ticks), tickangle=0,
                     ticktext=[_plotly(periods[tick]).replace(" ", "<br>") for tick in ticks])  # fmt: skip
    fig.update_yaxes(range=[low, high], nticks=7)
    _add_marks(fig, _latest(_numbered(marks)), colours)
    fig.update_layout(margin={"r": 16 + 7 * max((len(words) for line in lines for words in (line.label, line.note)), default=0)})
    return fig


def _add_end_label(fig: go.Figure, line: Line, value: float | None, at: float, percent: bool, colours: Palette) -> None:
    if value is None:
        return
    note = f"<br><span style='font-size:12px'>{_plotly(line.note)}</span>" if line.note else ""
    fig.add_annotation(
        x=1, xref="paper", y=at, xanchor="left", xshift=8, showarrow=False, align="left",
        text=f"<b>{_value(value, percent)}</b><br><b>{_plotly(line.label)}</b>{note}",
        font={"size": 12, "color": colours.data if line.main else colours.second},
    )  # fmt: skip


def _reach(values: pd.Series, percent: bool) -> tuple[float, float]:
    """Limits of a value axis: counts start at 0; shares may start higher, on a round ten."""
    if values.empty:
        return 0.0, 100.0 if percent else 1.0
    if not percent:
        return 0.0, float(values.max()) * 1.15 or 1.0
    return max(0.0, values.min() // 10 * 10 - 10), min(100.0, -(-values.max() // 10) * 10 + 5)


def _spread(ends: dict[str, float | None], gap: float) -> dict[str, float]:
    """Heights of the end labels, moved up where two would overlap."""
    placed: dict[str, float] = {}
    floor = float("-inf")
    for label, value in sorted(ends.items(), key=lambda item: item[1] or 0.0):
        placed[label] = floor = max(value or 0, floor + gap)
    return placed


def _clearest(lines: Sequence[pd.Series], level: float) -> int:
    """The position where words at `level` are farthest from every line."""
    nearest = pd.concat([(line - level).abs() for line in lines], axis=1).min(axis=1)
    room = nearest.rolling(3, center=True, min_periods=1).min().fillna(0)
    return int(room.iloc[1:-1].to_numpy().argmax()) + 1 if len(room) > 2 else 0


def _last(values: pd.Series) -> float | None:
    known = values.dropna()
    return float(known.iloc[-1]) if len(known) else None


# ---- bars ------------------------------------------------------------------------------------------------------


def bars(frame: pd.DataFrame, key: str, *, tone: str = "neutral") -> str | None:
    """Draws horizontal bars, longest as given, with the value and a note beside each; returns the clicked label.

    frame: columns label, value (count), optional note («×31», «7 проср.») and id (returned instead of the label).
    """
    return _show(bars_figure(frame, tone=tone), key)


def bars_figure(frame: pd.DataFrame, *, tone: str = "neutral") -> go.Figure:
    """The picture of `bars`."""
    colours = palette()
    fig = figure(38 * max(len(frame), 1) + 12)
    if frame.empty:
        return fig
    values = frame["value"].astype(float)
    notes = frame["note"].fillna("") if "note" in frame else [""] * len(frame)
    fig.add_bar(
        x=values.fillna(0), y=list(range(len(frame))), orientation="h", width=0.56,
        marker={"color": colours.tone(tone), "cornerradius": 2},
        customdata=[[str(one)] for one in frame["id" if "id" in frame else "label"]],
        text=[_bar_text(value, str(note), colours) for value, note in zip(values, notes, strict=True)], textposition="outside",
        cliponaxis=False, textfont={"size": 13, "color": colours.text},
        hovertext=[_plotly(label) for label in frame["label"]], hovertemplate="%{hovertext}<extra></extra>",
        unselected={"marker": {"opacity": 0.45}},
    )  # fmt: skip
    fig.update_xaxes(visible=False, range=[0, max(_top(values), 1) * 1.45])
    fig.update_yaxes(showgrid=False, autorange="reversed", ticklabelstandoff=8, tickvals=list(range(len(frame))),
                     ticks="", ticktext=[_wrapped(str(label), 26, 2) for label in frame["label"]],
                     tickfont={"size": 13, "color": colours.text})  # fmt: skip
    fig.update_layout(margin={"t": 2, "b": 2, "r": 2})
    return fig


def _bar_text(value: float, note: str, colours: Palette) -> str:
    shown = numbers.integer(value) if pd.notna(value) else _("нет данных")
    return f"<b>{shown}</b> <span style='color:{colours.second}'>{_plotly(note)}</span>"


def _shortened(label: object) -> str:
    text = str(label)
    return _plotly(text if len(text) <= 26 else text[:25].rstrip() + "…")


# ---- response-time buckets -------------------------------------------------------------------------------------


def stacked_buckets(frame: pd.DataFrame, buckets: Sequence[str], before_norm: int, key: str, share_label: str) -> str | None:
    """Draws, for every row, how its appeals split over response times, and returns the clicked row label.

    frame: columns label, then one count column per bucket (named as in `buckets`, fastest first) and `waiting`
    (still without an answer, hatched). The first `before_norm` buckets keep the norm (blue), the others miss it
    (orange); the black stroke between them is the norm. To the right: share within the norm (`share_label`) and n.
    """
    st.html(_bucket_legend(buckets, _bucket_fills(buckets, before_norm)))
    return _show(stacked_buckets_figure(frame, buckets, before_norm, share_label), key)


def channel_responses(frame: pd.DataFrame, key: str) -> int | None:
    """Draws how first responses split over channels against the norm of four hours, all channels first; returns the
    clicked channel_id, 0 for all.

    frame: channel_id, channel and a count for each bucket of words.predicates.ANSWERS and `waiting`.
    """
    wide = frame.rename(columns={"channel": "label"} | ANSWERS)[["label", *ANSWERS.values(), "waiting"]]
    everything = wide.drop(columns="label").sum().to_frame().T.assign(label=_("Все каналы"))
    picked = stacked_buckets(pd.concat([everything, wide]), list(ANSWERS.values()), 3, key, _("за 4 ч"))
    return None if picked is None else dict(zip(frame["channel"], frame["channel_id"].astype(int))).get(picked, 0)


def stacked_buckets_figure(frame: pd.DataFrame, buckets: Sequence[str], before_norm: int, share_label: str) -> go.Figure:
    """The picture of `stacked_buckets`."""
    colours = palette()
    fig = figure(34 * max(len(frame), 1) + 34)
    if frame.empty:
        return fig
    frame = frame.reset_index(drop=True)
    rows = list(range(len(frame)))
    counts = frame[[*buckets, "waiting"]].astype(float)
    total = counts.sum(axis=1)
    shares = counts.div(total.where(total > 0), axis=0).fillna(0) * 100
    ids = [[str(label)] for label in frame["label"]]
    for bucket, colour in zip(buckets, _bucket_fills(buckets, before_norm), strict=True):
        fig.add_bar(
            x=shares[bucket], y=rows, orientation="h", width=0.62, name=bucket, marker={"color": colour},
            text=[f"{share:.0f}" if share >= 7 else "" for share in shares[bucket]], textangle=0,
            insidetextanchor="middle", textposition="inside", customdata=ids,
            textfont={"size": 12, "color": _ink(colour)},
            hovertext=_bucket_hover(frame, counts, shares, bucket, bucket), hovertemplate="%{hovertext}<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    waiting = _("ждут ответа")
    fig.add_bar(
        x=shares["waiting"], y=rows, orientation="h", width=0.62, name=waiting, customdata=ids,
        marker={"color": colours.page, "line": {"color": colours.context, "width": 1},
                "pattern": {"shape": "/", "fgcolor": colours.context, "bgcolor": colours.page, "size": 6}},
        hovertext=_bucket_hover(frame, counts, shares, "waiting", waiting), hovertemplate="%{hovertext}<extra></extra>",
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    within = shares[list(buckets[:before_norm])].sum(axis=1)
    for row in rows:
        fig.add_shape(type="line", x0=within[row], x1=within[row], y0=row - 0.42, y1=row + 0.42,
                      line={"color": colours.text, "width": 2})  # fmt: skip
    _add_right_columns(fig, within, total, share_label, colours)
    fig.update_xaxes(visible=False, range=[0, 100])
    fig.update_yaxes(showgrid=False, range=[len(frame) - 0.4, -1], ticklabelstandoff=8, tickvals=rows, ticks="",
                     ticktext=[_shortened(label) for label in frame["label"]],
                     tickfont={"size": 13, "color": colours.text})  # fmt: skip
    fig.update_layout(barmode="stack", margin={"r": 104, "t": 0, "b": 0}, uniformtext={"mode": "hide", "minsize": 11})
    return fig


def _add_right_columns(fig: go.Figure, within: pd.Series, total: pd.Series, label: str, colours: Palette) -> None:
    small = {"size": 12, "color": colours.second}
    place: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "right", "showarrow": False}
    fig.add_annotation(**place, xshift=50, y=-0.75, text=_plotly(label), font=small)
    fig.add_annotation(**place, xshift=100, y=-0.75, text="n", font=small)
    for row, (share, count) in enumerate(zip(within, total, strict=True)):
        shown = f"<b>{numbers.percent(share / 100)}</b>" if count >= 30 else _("мало")
        fig.add_annotation(**place, xshift=50, y=row, text=shown)
        fig.add_annotation(**place, xshift=100, y=row, text=numbers.integer(count), font={"color": colours.second})


def _bucket_hover(frame: pd.DataFrame, counts: pd.DataFrame, shares: pd.DataFrame, column: str, words: str) -> list[str]:
    return [
        f"{_plotly(label)}, {_plotly(words)}: <b>{numbers.integer(count)}</b>, {numbers.percent(share / 100)}"
        for label, count, share in zip(frame["label"], counts[column], shares[column], strict=True)
    ]


def _bucket_fills(buckets: Sequence[str], before_norm: int) -> list[str]:
    colours = palette()
    return [*colours.before_norm[-before_norm:], *colours.after_norm[: len(buckets) - before_norm]]


def _bucket_legend(buckets: Sequence[str], fills: Sequence[str]) -> str:
    hatch = f"repeating-linear-gradient(135deg,{palette().context} 0 1px,{palette().page} 1px 5px)"
    return _legend([*zip(buckets, fills, strict=True), (_("ждут ответа"), hatch)])


def _legend(items: Sequence[tuple[str, str]]) -> str:
    """Swatches with words beside them; items: (words, CSS background)."""
    swatches = "".join(f'<span><i style="background:{fill}"></i>{safe_text(words)}</span>' for words, fill in items)
    return f'<div class="pulse-legend">{swatches}</div>'


def _ink(fill: str) -> str:
    """Black or white, whichever reads better on the fill."""
    red, green, blue = (int(fill[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return "#16202A" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.2 else "#FFFFFF"


# ---- from stage to stage ---------------------------------------------------------------------------------------


def sankey(nodes: pd.DataFrame, links: pd.DataFrame, stages: Sequence[str], key: str, height: int = 460) -> None:
    """Draws how appeals flow from stage to stage. Streamlit hears no clicks here: a table beside it opens the lists.

    nodes: label, stage (0, 1, …), appeals, main (blue; others grey), in drawing order; links: source, target (positions
    in nodes), appeals, main; stages: headings, left to right. Every link joins neighbouring stages.
    """
    with st.container(key=f"wide_{key}"):
        st.plotly_chart(sankey_figure(nodes, links, stages, height), key=key, theme=None, config=plotly_config(), width="stretch")


def sankey_figure(nodes: pd.DataFrame, links: pd.DataFrame, stages: Sequence[str], height: int = 460) -> go.Figure:
    """The picture of `sankey`."""
    colours = palette()
    fig = figure(height)
    if links.empty:
        return fig
    total = max(int(nodes.loc[nodes["stage"] == 0, "appeals"].sum()), 1)
    shares = [numbers.percent(appeals / total) for appeals in nodes["appeals"]]
    names = [_shortened(label) for label in nodes["label"]]
    fig.add_sankey(
        arrangement="fixed", textfont={"size": 12, "color": colours.text},
        node={
            "label": [f"{name} {numbers.integer(appeals)}" for name, appeals in zip(names, nodes["appeals"], strict=True)],
            "color": [colours.data if main else colours.context for main in nodes["main"]],
            "customdata": [f"{_plotly(label)}: <b>{numbers.integer(appeals)}</b>, {share}"
                           for label, appeals, share in zip(nodes["label"], nodes["appeals"], shares, strict=True)],
            "hovertemplate": "%{customdata}<extra></extra>", "line": {"width": 0}, "thickness": 10, "pad": 12, "sort": "input",
        },
        link={
            "source": links["source"].tolist(), "target": links["target"].tolist(), "value": links["appeals"].tolist(),
            "color": [_faint(colours.data if main else colours.context) for main in links["main"]],
            "hovercolor": [_faint(colours.data if main else colours.context, 0.6) for main in links["main"]],
            "customdata": [f"{_plotly(nodes.at[source, 'label'])} → {_plotly(nodes.at[target, 'label'])}: <b>{numbers.integer(appeals)}</b>"
                           for source, target, appeals in zip(links["source"], links["target"], links["appeals"], strict=True)],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    )  # fmt: skip
    for stage, words in enumerate(stages):
        fig.add_annotation(
            x=stage / max(len(stages) - 1, 1), y=1, xref="paper", yref="paper", yanchor="bottom", yshift=10, showarrow=False,
            xanchor="left" if stage == 0 else "right" if stage == len(stages) - 1 else "center",
            text=f"<b>{_plotly(words)}</b>", font={"size": 12, "color": colours.second},
        )  # fmt: skip
    fig.update_layout(margin={"t": 34, "b": 8, "l": 2, "r": 2})
    return fig


def _faint(colour: str, opacity: float = 0.28) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


# ---- days of sources -------------------------------------------------------------------------------------------


def day_strips(frame: pd.DataFrame, key: str) -> tuple[str, dt.date] | None:
    """Draws a strip of days for each source and returns the clicked (source, day).

    frame: columns source, day (date), received, expected (NaN: unknown yet), state: ok, partial (hatched), silent
    (orange, crossed); a day without records where few are usual is an empty square. Every source has all its days.
    """
    st.html(_strip_legend())
    picked = _show(day_strips_figure(frame), key)
    if picked is None:
        return None
    day, source = picked.split(" ", 1)
    return source, dt.date.fromisoformat(day)


def day_strips_figure(frame: pd.DataFrame) -> go.Figure:
    """The picture of `day_strips`."""
    colours = palette()
    sources = list(dict.fromkeys(frame["source"]))
    fig = figure(34 * max(len(sources), 1) + 52)
    if frame.empty:
        return fig
    days = pd.to_datetime(frame["day"])
    looks = pd.Series([_day_look(state, n) for state, n in zip(frame["state"], frame["received"], strict=True)], index=frame.index)
    rows = frame["source"].map(sources.index)
    ids = [[f"{day.date().isoformat()} {source}"] for day, source in zip(days, frame["source"], strict=True)]
    hover = [_strip_hover(day, row) for day, row in zip(days, frame.to_dict("records"), strict=True)]
    for look, fill, edge, shape in (
        ("ok", colours.sequential[2], colours.sequential[2], ""),
        ("empty", colours.page, colours.line, ""),
        ("partial", colours.page, colours.data, "/"),
        ("silent", colours.attention_tint, colours.attention, "x"),
    ):
        own = looks == look
        fig.add_bar(
            x=days[own], y=[0.68] * int(own.sum()), base=rows[own] - 0.34, width=0.78 * 24 * 3600 * 1000,
            customdata=[one for one, on in zip(ids, own, strict=True) if on],
            marker={"color": fill, "line": {"color": edge, "width": 1},
                    "pattern": {"shape": shape, "fgcolor": edge, "bgcolor": fill, "size": 5, "solidity": 0.35}},
            hovertext=[one for one, on in zip(hover, own, strict=True) if on], hovertemplate="%{hovertext}<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    mondays = days[days.dt.dayofweek == 0].drop_duplicates().sort_values()[::2]
    fig.update_xaxes(tickvals=list(mondays), ticktext=[f"{day.day}<br>{dates.short_month(day)}" for day in mondays], tickangle=0)
    fig.update_yaxes(showgrid=False, range=[len(sources) - 0.5, -0.5], ticks="", ticklabelstandoff=8, tickvals=list(range(len(sources))),
                     ticktext=[_shortened(source) for source in sources], tickfont={"size": 13, "color": colours.text})  # fmt: skip
    fig.update_layout(barmode="overlay", margin={"t": 0, "b": 36})
    return fig


def _day_look(state: str, received: float) -> str:
    return "empty" if state == "ok" and not received else state


def _strip_hover(day: pd.Timestamp, row: dict[Any, Any]) -> str:
    words = {"silent": _("молчит"), "partial": _("пришло не всё")}.get(row["state"], "")
    usual = "" if pd.isna(row["expected"]) else _("обычно {n}").format(n=numbers.integer(round(row["expected"])))
    parts = [f"<b>{numbers.integer(row['received'])}</b>", *filter(None, (usual, words))]
    return f"{_plotly(row['source'])}, {dates.short_day(day.date())}<br>{', '.join(parts)}"


def _strip_legend() -> str:
    colours = palette()
    hatch = f"repeating-linear-gradient(135deg,{colours.data} 0 1px,{colours.page} 1px 5px)"
    cross = f"repeating-linear-gradient(135deg,{colours.attention} 0 1px,transparent 1px 5px)," + (
        f"repeating-linear-gradient(45deg,{colours.attention} 0 1px,{colours.attention_tint} 1px 5px)"
    )
    return _legend(
        [
            (_("как обычно"), colours.sequential[2]),
            (_("меньше трети обычного"), hatch),
            (_("молчит: обычно от 10 в день, пришло 0"), cross),
            (_("пусто, но здесь и обычно мало"), colours.page),
        ]
    )


# ---- days of spikes --------------------------------------------------------------------------------------------


def spike_strips(spikes: pd.DataFrame, cells: pd.DataFrame, key: str, first: dt.date, last: dt.date) -> str | None:
    """Draws a strip of days for each spike, in the given order, and returns the id of the clicked one.

    spikes: id (string), label, weekly (bool), onset, last_day. cells: id, day (Monday of a weekly series), observed,
    expected, is_alarm, for the days known. The axis is first … last.
    """
    colours = palette()
    st.html(
        _legend(
            [(_("как обычно"), colours.band), (_("выше обычного"), colours.attention_tint), (_("выше границы обычного"), colours.attention)]
        )
    )
    return _show(spike_strips_figure(spikes, cells, first, last), key)


def spike_strips_figure(spikes: pd.DataFrame, cells: pd.DataFrame, first: dt.date, last: dt.date) -> go.Figure:
    """The picture of `spike_strips`."""
    colours = palette()
    fig = figure(44 * max(len(spikes), 1) + 44)
    if spikes.empty:
        return fig
    rows = {own: row for row, own in enumerate(spikes["id"])}
    facts = spikes.set_index("id")
    known = cells[cells["id"].isin(rows)]
    of = facts.loc[known["id"]]
    length = of["weekly"].map({True: 7, False: 1}).to_numpy()
    day = pd.to_datetime(known["day"])
    inside = (day + pd.to_timedelta(length - 1, unit="D") >= of["onset"].to_numpy()) & (day <= of["last_day"].to_numpy())
    alarm = known["is_alarm"].astype(bool)
    raised = ~alarm & inside & (known["observed"] > known["expected"])
    unknown = known["observed"].isna()
    hover = [
        f"{_plotly(label)}<br>{_week(at) if n == 7 else dates.short_day(at.date())}: <b>{numbers.integer(seen)}</b>, "
        + _("обычно {usual}").format(usual=numbers.decimal(usual, 1))
        for label, at, n, seen, usual in zip(of["label"], day, length, known["observed"], known["expected"], strict=True)
    ]
    looks = ((unknown, colours.page, colours.line), (~alarm & ~raised & ~unknown, colours.band, colours.band), (raised, colours.attention_tint, colours.attention), (alarm, colours.attention, colours.attention))  # fmt: skip
    for look, fill, edge in looks:
        on = look.to_numpy()
        fig.add_bar(
            x=(day + pd.to_timedelta((length - 1) / 2, unit="D"))[on], y=[0.4] * int(on.sum()), base=known["id"].map(rows)[on],
            width=(length[on] - 0.2) * 24 * 3600 * 1000, customdata=[[own] for own in known["id"][on]],
            marker={"color": fill, "line": {"color": edge, "width": 1}},
            hovertext=[words for words, shown in zip(hover, on, strict=True) if shown], hovertemplate="%{hovertext}<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    for row, label in enumerate(spikes["label"]):
        fig.add_annotation(x=0, xref="paper", xanchor="left", xshift=-12, y=row - 0.05, yanchor="bottom", showarrow=False, text=_plotly(label),
                           font={"size": 12, "color": colours.text})  # fmt: skip
    mondays = pd.date_range(first, last, freq="W-MON")
    step = -(-len(mondays) // 6)
    fig.update_xaxes(range=[pd.Timestamp(first) - pd.Timedelta(hours=14), pd.Timestamp(last) + pd.Timedelta(hours=14)], tickangle=0,
                     tickvals=list(mondays[::step]), ticktext=[f"{at.day} {dates.SHORT[at.month - 1]}" for at in mondays[::step]])  # fmt: skip
    fig.update_yaxes(visible=False, range=[len(spikes) - 0.4, -0.6])
    fig.update_layout(barmode="overlay", margin={"t": 0, "b": 0, "l": 14})
    return fig


# ---- months ----------------------------------------------------------------------------------------------------


def histogram_months(frame: pd.DataFrame, key: str, height: int = 260) -> str | None:
    """Draws counts by month as columns and returns the clicked month as «2026-07».

    frame: columns month (first day), value (NaN = no data), optional expected (a dash over the column: what is
    usual for the month), unfinished (bool, hatched), is_high (bool, orange).
    """
    return _show(histogram_months_figure(frame, height), key)


def histogram_months_figure(frame: pd.DataFrame, height: int = 260) -> go.Figure:
    """The picture of `histogram_months`."""
    colours = palette()
    fig = figure(height)
    if frame.empty:
        return fig
    frame = frame.reset_index(drop=True)
    months = pd.to_datetime(frame["month"])
    values = frame["value"].astype(float)
    rows = list(range(len(frame)))
    high = _flags(frame, "is_high")
    unfinished = _flags(frame, "unfinished")
    fig.add_bar(
        x=rows, y=values, width=0.72, customdata=[[month.strftime("%Y-%m")] for month in months],
        marker={"color": [colours.attention if on else colours.data for on in high], "cornerradius": 2,
                "pattern": {"shape": ["/" if on else "" for on in unfinished], "bgcolor": colours.page}},
        text=[f"◆ {numbers.integer(value)}" if on else "" for on, value in zip(high, values, strict=True)],
        textposition="outside", cliponaxis=False, constraintext="none",
        textfont={"size": 13, "color": colours.attention},
        hovertext=[f"{dates.month(month)}: <b>{numbers.integer(value) if pd.notna(value) else _('нет данных')}</b>"
                   for month, value in zip(months, values, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 0.45}},
    )  # fmt: skip
    if "expected" in frame:
        fig.add_scatter(
            x=[x for row in rows for x in (row - 0.42, row + 0.42, None)],
            y=[y for usual in frame["expected"] for y in (usual, usual, None)],
            mode="lines", hoverinfo="skip", line={"color": colours.text, "width": 2},
        )  # fmt: skip
    short = dates.SHORT
    ticks = rows[:: -(-len(rows) // 12)]
    fig.update_xaxes(tickvals=ticks, tickangle=0, tickfont={"size": 11}, ticktext=[
        short[months[row].month - 1] + (f"<br>{months[row].year}" if row == 0 or months[row].month == 1 else "")
        for row in ticks
    ])  # fmt: skip
    _count_axis(fig, max(_top(values), _top(frame.get("expected")), 1))
    return fig


# ---- shared ----------------------------------------------------------------------------------------------------


def _show(fig: go.Figure, key: str) -> str | None:
    """Draws the figure; the answer is the first customdata value of the clicked point."""
    event = st.plotly_chart(fig, key=key, theme=None, on_select="rerun", selection_mode="points", config=plotly_config(), width="stretch")
    return clicked(event)


def clicked(event: Any) -> str | None:
    """The id of the clicked point of a Plotly selection event (its first customdata value), if any."""
    for point in event["selection"]["points"]:
        if point.get("customdata"):
            data = point["customdata"]
            return str(data[0] if isinstance(data, list) else next(iter(data.values())))
    return None


def _plotly(text: object) -> str:
    """A label inside a Plotly text, which reads a few HTML tags."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _value(value: float, percent: bool) -> str:
    if pd.isna(value):
        return _("нет данных")
    return numbers.percent(value / 100) if percent else numbers.number(value)


def _flags(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        return pd.Series(False, index=frame.index)
    return frame[column].fillna(False).astype(bool)


def _top(values: pd.Series | None) -> float:
    if values is None or values.dropna().empty:
        return 0.0
    return float(values.max())


def _stretches(flags: pd.Series) -> list[pd.Series]:
    """Boolean masks, one for each unbroken run of True."""
    runs = (flags != flags.shift()).cumsum()
    return [runs.eq(run) & flags for run in runs[flags].unique()]
