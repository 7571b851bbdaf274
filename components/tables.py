"""Tables: numbers as Russians write them, colour only for what departs, a click that answers where."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components import exports
from components.columns import Column as Column
from components.columns import Kind
from components.safe import safe_text
from components.sparkline import sparkline
from components.theme import Palette, palette
from words import _, dates, numbers

STEPS = (0.5, 0.67, 0.85, 1.2, 1.5, 2.0)
SMALL = 10
ROW = 34
TREND = 90


def ranked(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    *,
    selectable: bool = True,
    height: int | None = None,
    whole: exports.Whole | None = None,
) -> int | None:
    """Draws a table in the given order and returns the position of the clicked row.

    frame: one row a thing, raw numbers; kinds trend and bar expect a list of numbers and a number. NaN reads
    «нет данных». A column named `muted` (bool) greys a row with too little data; `total` (bool) makes it bold.
    """
    clicked = cells(frame, columns, key, selectable=selectable, height=height, whole=whole)
    return clicked[0] if clicked else None


def cells(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    key: str,
    *,
    styles: pd.DataFrame | None = None,
    selectable: bool = True,
    height: int | None = None,
    whole: exports.Whole | None = None,
) -> tuple[int, str] | None:
    """Draws the table of `ranked` with the buttons that save it, and returns the clicked cell: position of the row and name of
    the column.

    styles: CSS of some of the columns, by name, rows in the same order. whole: the frame to save where the page shows a part.
    """
    shown = _with_pictures(frame[[column.name for column in columns]], columns)
    styler = shown.style.format({c.name: FORMATS[c.kind] for c in columns if c.kind in FORMATS}, na_rep=_("нет данных"))
    styler = styler.apply(_row_style(frame, palette()), axis=1)
    if styles is not None:
        styler = styler.apply(lambda column: styles[column.name].tolist(), subset=list(styles.columns))
    options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-cell"} if selectable else {}
    event = st.dataframe(
        styler,
        key=key,
        hide_index=True,
        height=height or "content",
        row_height=ROW,
        placeholder=_("нет данных"),
        column_config={column.name: _config(column, frame) for column in columns},
        alt=", ".join(column.label for column in columns),
        **options,
    )
    exports.buttons(whole or (lambda: frame), columns, key, rows=len(frame))
    picked = event["selection"]["cells"] if selectable else []
    return (int(picked[0][0]), str(picked[0][1])) if picked and picked[0][0] < len(frame) else None


def _row_style(frame: pd.DataFrame, colours: Palette) -> Callable[[pd.Series], list[str]]:
    def style(row: pd.Series) -> list[str]:
        if "total" in frame and bool(frame.at[row.name, "total"]):
            return ["font-weight: 600"] * len(row)
        if "muted" in frame and bool(frame.at[row.name, "muted"]):
            return [f"color: {colours.context_text}"] * len(row)
        return [""] * len(row)

    return style


def _with_pictures(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The frame with lists of numbers turned into sparklines (the line column of Streamlit would smooth counts)."""
    trends = [column.name for column in columns if column.kind == "trend"]
    return frame.assign(
        **{
            name: [sparkline(cell, width=TREND, from_zero=True) if isinstance(cell, list) else "" for cell in frame[name]]
            for name in trends
        }
    )


def _config(column: Column, frame: pd.DataFrame) -> Any:
    common: dict[str, Any] = {"label": column.label, "help": column.help or None, "width": column.width}
    if column.kind == "trend":
        return st.column_config.ImageColumn(**common | {"width": TREND + 20})
    if column.kind == "bar":
        top = float(frame[column.name].max()) if len(frame) and frame[column.name].notna().any() else 1.0
        return st.column_config.ProgressColumn(**common, min_value=0, max_value=top or 1.0, format=" ", color=palette().data)
    right = column.kind not in {"text", "moment", "day"}
    return st.column_config.Column(**common, alignment="right" if right else "left")


FORMATS: Mapping[str, Callable[[Any], str]] = {
    "count": numbers.integer,
    "rate": lambda value: numbers.decimal(value, 2),
    "tenths": lambda value: numbers.decimal(value, 1),
    "percent": numbers.percent,
    "part": numbers.part,
    "points": numbers.points,
    "change": numbers.signed,
    "minutes": numbers.minutes,
    "days": numbers.days,
    "moment": dates.moment,
    "day": dates.day,
}


# ---- territories × blocks --------------------------------------------------------------------------------------


def matrix(
    values: pd.DataFrame,
    counts: pd.DataFrame,
    ratio: pd.DataFrame,
    kind: Kind,
    key: str,
    *,
    lead: pd.DataFrame | None = None,
    tail: pd.DataFrame | None = None,
    columns: Sequence[Column] = (),
    total: pd.Series | None = None,
) -> tuple[str, str] | None:
    """Draws territories × blocks, coloured by how far each is from the usual, and returns the clicked (row, column).

    values, counts, ratio: same shape, index = territory names, columns = block names. values are shown as `kind`
    (count, rate, change); counts decide: below 10 a cell is grey and uncoloured; ratio (1 = as usual, NaN = nothing
    to compare with) picks one of seven colours. lead and tail: further columns left and right, same index, described
    by `columns`; total: the last, bold row, with values for any of the columns.
    """
    name = str(values.index.name or _("Территория"))
    frame = pd.concat([side for side in (lead, values, tail) if side is not None], axis=1)
    if total is not None:
        frame = pd.concat([frame, total.reindex(frame.columns).to_frame().T.infer_objects()])
    frame.insert(0, name, frame.index)
    plain_frame = frame.reset_index(drop=True)
    frame = _with_pictures(frame.reset_index(drop=True), columns)
    colours = palette()
    styles = matrix_styles(counts, ratio, colours).reset_index(drop=True)
    styles = styles.reindex(index=frame.index, columns=frame.columns).fillna("")
    styles[name] = f"color: {colours.data}; font-weight: 600"
    if total is not None:
        styles.iloc[-1] = f"color: {colours.text}; font-weight: 600; background-color: {colours.panel}"
    described = {column.name: column for column in columns}
    kinds = dict.fromkeys(values.columns, kind) | {column.name: column.kind for column in columns}
    formats: dict[Any, Any] = {column: FORMATS[of] for column, of in kinds.items() if of in FORMATS}
    config: dict[Any, Any] = {column: _config(described[column], frame) for column in described}
    config |= {column: st.column_config.Column(column, alignment="right") for column in values.columns}
    config[name] = st.column_config.Column(name)
    event = st.dataframe(
        frame.style.format(formats, na_rep=_("н/д")).apply(lambda _frame: styles, axis=None),
        key=key, hide_index=True, height="content", row_height=ROW, placeholder=_("н/д"), alt=str(name),
        on_select="rerun", selection_mode="single-cell", column_config=config,
    )  # fmt: skip
    saved = [described.get(own, Column(own, own, kinds.get(own, "text"))) for own in plain_frame.columns]
    exports.buttons(lambda: plain_frame, saved, key, rows=len(frame))
    cells = event["selection"]["cells"]
    return (str(frame.at[cells[0][0], name]), str(cells[0][1])) if cells and cells[0][0] < len(frame) else None


def matrix_styles(counts: pd.DataFrame, ratio: pd.DataFrame, colours: Palette) -> pd.DataFrame:
    """CSS of every cell: background by ratio in seven steps, grey text and no background where n < 10."""
    styles = [
        [_cell_style(float(here), float(n), colours) for here, n in zip(*row, strict=True)]
        for row in zip(ratio.to_numpy(float), counts.to_numpy(float), strict=True)
    ]
    return pd.DataFrame(styles, index=counts.index, columns=counts.columns)


def _cell_style(ratio: float, count: float, colours: Palette) -> str:
    if math.isnan(ratio) or not count >= SMALL:
        return f"color: {colours.context_text}"
    step = sum(ratio >= bound for bound in STEPS)
    return f"background-color: {colours.diverging[step]}; color: {colours.diverging_text[step]}"


def matrix_legend(region: str) -> None:
    """Draws the scale of `matrix` under it: rarer ↔ more often than `region`, grey = too few to compare."""
    colours = palette()
    steps = "".join(f'<i style="background:{colour};margin:0"></i>' for colour in colours.diverging)
    words = (
        safe_text(_("реже, чем {region}").format(region=region)),
        safe_text(_("чаще; границы ×0,5 ×0,67 ×0,85 ×1,2 ×1,5 ×2")),
        safe_text(_("серым — меньше {n} обращений, сравнивать рано").format(n=SMALL)),
    )
    st.html(f'<div class="pulse-legend"><span>{words[0]} {steps} {words[1]}</span><span>{words[2]}</span></div>')


# ---- what is missing --------------------------------------------------------------------------------------------


def shades(share: pd.DataFrame) -> pd.DataFrame:
    """CSS of cells by a share 0..1 in six steps of blue, the most the darkest; nothing at 0 and where there is no data."""
    colours = palette()
    return share.map(lambda value: _shade(float(value), colours)).astype(object)


def _shade(share: float, colours: Palette) -> str:
    if math.isnan(share) or share <= 0:
        return ""
    step = min(int(share * len(colours.sequential)), len(colours.sequential) - 1)
    return f"background-color: {colours.sequential[step]}; color: {colours.sequential_text[step]}"


def flags(marked: pd.DataFrame, muted: pd.DataFrame) -> pd.DataFrame:
    """CSS of cells: orange where `marked`, grey where `muted`."""
    colours = palette()
    attention = f"background-color: {colours.attention_tint}; color: {colours.attention}; font-weight: 600"
    styles = marked.map(lambda on: attention if on else "").astype(object)
    return styles.mask(muted & ~marked, f"color: {colours.context_text}")


# ---- shares ----------------------------------------------------------------------------------------------------


SHARE_COLUMNS = (
    Column("name", ""),
    Column("share", _("Доля"), "percent"),
    Column("k", _("Обращений"), "count"),
    Column("n", _("Из"), "count"),
)


def shares_table(rows: Sequence[tuple[str, int, int]]) -> pd.DataFrame:
    """Rows (name, k, n) as a frame for SHARE_COLUMNS: name, k, n, share (NaN where n is 0)."""
    frame = pd.DataFrame(rows, columns=["name", "k", "n"])
    return frame.assign(share=frame["k"] / frame["n"].where(frame["n"] > 0))


# ---- facts ------------------------------------------------------------------------------------------------------


def facts(values: Mapping[str, object]) -> None:
    """Draws a short list of names and values; both are shown literally."""
    rows = "".join(f"<tr><td>{safe_text(name)}</td><td>{safe_text(str(value))}</td></tr>" for name, value in values.items())
    st.html(f'<table class="pulse-facts">{rows}</table>')


# ---- appeals ---------------------------------------------------------------------------------------------------


def appeals_table(frame: pd.DataFrame, key: str, height: int | None = None, whole: exports.Whole | None = None) -> int | None:
    """Draws a list of appeals and returns the position of the clicked row; texts are inert cells.

    frame: any of created_at (local), place, topic, channel, status, executor, due_at, late (bool), text, is_restricted. A
    text of None reads «без текста», of a restricted appeal «текст закрыт». Column order is that of APPEAL_COLUMNS. whole: the
    whole list, where the frame is a page of it.
    """
    known = [column for column in APPEAL_COLUMNS if column.name in frame]
    return ranked(_told(frame), known, key, height=height, whole=None if whole is None else lambda: _told(whole()))


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Appeals with what is missing in words."""
    told = frame.reset_index(drop=True)
    if "text" in told:
        closed = told["is_restricted"].eq(True) if "is_restricted" in told else pd.Series(False, index=told.index)
        missing = closed.map({True: _("Текст закрыт"), False: _("Без текста")})
        told = told.assign(text=told["text"].where(told["text"].notna() & (told["text"] != ""), missing))
    if "late" in told:
        told = told.assign(late=told["late"].map(lambda late: _("■ просрочено") if late is True else ""))
    return told


APPEAL_COLUMNS = (
    Column("created_at", _("Поступило"), "moment", width=140),
    Column("place", _("Где"), width=120),
    Column("topic", _("Тема"), width=160),
    Column("text", _("Текст"), width=330),
    Column("channel", _("Канал"), width=130),
    Column("status", _("Состояние"), width=110),
    Column("late", _("Опоздание"), width=100),
    Column("executor", _("Исполнитель"), width=160),
    Column("due_at", _("Срок"), "moment", width=140),
)
