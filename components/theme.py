"""How everything looks: two palettes, one Plotly template, one small style sheet."""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from words import _, dates

FONT = "IBM Plex Sans, PT Sans, sans-serif"
STATIC = "/app/static/vendor"


@dataclass(frozen=True)
class Palette:
    """Colours by role. `tone` names are what cards and tables ask for."""

    page: str
    panel: str
    text: str
    second: str
    data: str
    attention: str
    attention_tint: str
    bad: str
    bad_tint: str
    good: str
    good_tint: str
    context: str
    context_text: str
    band: str
    line: str
    grid: str
    categories: tuple[str, ...]
    sequential: tuple[str, ...]
    sequential_text: tuple[str, ...]
    diverging: tuple[str, ...]
    diverging_text: tuple[str, ...]
    before_norm: tuple[str, ...]
    after_norm: tuple[str, ...]

    def tone(self, name: str) -> str:
        """Colour of a tone: neutral, attention, bad or good."""
        return {"neutral": self.data, "attention": self.attention, "bad": self.bad, "good": self.good}[name]


_SEQUENTIAL = ("#EAF2FB", "#CFE1F4", "#A3C6E8", "#6AA2D6", "#2F78BC", "#0B4A8A")
_DIVERGING = ("#0B4A8A", "#5F98CE", "#B9D3EA", "#F0F1F2", "#F6CFAB", "#E08F48", "#A84B06")

LIGHT = Palette(
    page="#FFFFFF",
    panel="#F4F6F8",
    text="#16202A",
    second="#4F5D6A",
    data="#0B5CAD",
    attention="#B54A00",
    attention_tint="#FDF1E7",
    bad="#B3261E",
    bad_tint="#FCEEEC",
    good="#00695C",
    good_tint="#E6F3F0",
    context="#8896A3",
    context_text="#6B7782",
    band="#DCE6F0",
    line="#D5DBE1",
    grid="#E6EAEE",
    categories=("#0B5CAD", "#D07A1E", "#00857A", "#8E3A80", "#8896A3"),
    sequential=_SEQUENTIAL,
    sequential_text=("#16202A",) * 4 + ("#FFFFFF",) * 2,
    diverging=_DIVERGING,
    diverging_text=("#FFFFFF",) + ("#16202A",) * 5 + ("#FFFFFF",),
    before_norm=("#0B4A8A", "#2F78BC", "#8DBBE3"),
    after_norm=("#E3B27A", "#CF7A2A", "#A84B06"),
)

DARK = Palette(
    page="#0E1620",
    panel="#16212D",
    text="#E9EEF3",
    second="#A7B4C0",
    data="#6CB2FF",
    attention="#FFA25B",
    attention_tint="#2C2118",
    bad="#FF8A80",
    bad_tint="#301C1D",
    good="#5BD1BC",
    good_tint="#12302D",
    context="#5F7184",
    context_text="#8C9AA7",
    band="#24384D",
    line="#2B3948",
    grid="#1F2B38",
    categories=("#6CB2FF", "#FFA25B", "#5BD1BC", "#D6A3E0", "#8C9AA7"),
    sequential=tuple(reversed(_SEQUENTIAL)),
    sequential_text=("#FFFFFF",) * 2 + ("#16202A",) * 4,
    diverging=("#8DBBE3", "#4C87BF", "#24507C", "#1F2B38", "#6B4321", "#B8702F", "#F2A765"),
    diverging_text=("#0E1620", "#0E1620", "#E9EEF3", "#E9EEF3", "#E9EEF3", "#0E1620", "#0E1620"),
    before_norm=("#2F78BC", "#5C9BD3", "#A3C6E8"),
    after_norm=("#F0C595", "#E0954A", "#C2681C"),
)


def palette() -> Palette:
    """The palette of the theme the reader sees now."""
    return DARK if st.context.theme.get("type") == "dark" else LIGHT


def template(colours: Palette) -> go.layout.Template:
    """Plotly template «pulse»: thin grid, no legend, no zoom, Russian separators."""
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.line,
        "tickcolor": colours.context,
        "tickfont": {"size": 12, "color": colours.second},
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "title": {"font": {"size": 12, "color": colours.second}},
    }
    return go.layout.Template(
        layout=go.Layout(
            font={"family": FONT, "size": 13, "color": colours.text},
            paper_bgcolor="rgba(0,0,0,0)",
            plot_bgcolor="rgba(0,0,0,0)",
            colorway=list(colours.categories),
            separators=",\u00a0",
            showlegend=False,
            dragmode=False,
            hovermode="closest",
            hoverlabel={"bgcolor": colours.text, "font": {"family": FONT, "size": 13, "color": colours.page}},
            margin={"l": 4, "r": 8, "t": 12, "b": 4},
            xaxis={**axis, "showgrid": False, "ticks": "outside", "ticklen": 4},
            yaxis={**axis, "showgrid": True},
        )
    )


def figure(height: int) -> go.Figure:
    """An empty figure in the template of the current theme."""
    return go.Figure(layout={"template": template(palette()), "height": height})


def plotly_config() -> dict[str, Any]:
    """Configuration of every chart: Russian dates and numbers, one tool on hover that saves the picture, map shapes from our
    own host."""
    save = _("Скачать картинку")
    russian = {
        "dictionary": {"Download plot as a PNG": save, "Download plot as a png": save, "Download plot": save},
        "format": {
            "days": [dates.WEEKDAYS[6], *dates.WEEKDAYS[:6]],
            "shortDays": ["вс", "пн", "вт", "ср", "чт", "пт", "сб"],
            "months": list(dates.NOMINATIVE),
            "shortMonths": list(dates.SHORT),
            "date": "%d.%m.%Y",
            "decimal": ",",
            "thousands": "\u00a0",
        },
    }
    return {
        "locale": "ru",
        "locales": {"ru": russian},
        "topojsonURL": f"{STATIC}/topojson/",
        "displayModeBar": "hover",
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": st.session_state.get("saved_as", (_("Пульс"),))[0]},
        "scrollZoom": False,
        "doubleClick": False,
        "showTips": False,
    }


_CSS = """
<style>
[data-testid="stMainBlockContainer"] { max-width: 1312px; padding: 62px 16px 48px; }
[data-testid="stHeading"] h1, [data-testid="stHeading"] h2 { padding: 4px 0; line-height: 1.25; text-wrap: pretty; }
[data-testid="stCaptionContainer"] { color: %(second)s; opacity: 1; }
[data-testid="stPageLink"] a { padding: 0; background: transparent !important; }
[data-testid="stPageLink"] a span, [data-testid="stPageLink"] a p {
  color: %(data)s; font-weight: 600; text-decoration: none; }
[data-testid="stPageLink"] a span, [data-testid="stPageLink"] a p { white-space: normal; overflow: visible; text-align: left; }
[data-testid="stPageLink"] a:hover p { text-decoration: underline; }
[class*="_button_"] [data-testid="stPageLink"] a { padding: 7px 14px; border: 1px solid %(line)s; border-radius: 8px; }
[class*="_button_"] [data-testid="stPageLink"] a p { color: %(text)s; text-decoration: none; }
[class*="st-key-primary_button_"] [data-testid="stPageLink"] a { background: %(data)s !important; border-color: %(data)s; }
[class*="st-key-primary_button_"] [data-testid="stPageLink"] a p { color: %(page)s; }
[data-testid="stMetric"] label p { font-weight: 600; }
[class*="st-key-new_attention"] { border-color: %(attention)s !important; }
[class*="st-key-chosen"] { border-color: %(data)s !important; }
[data-testid="stBaseButton-tertiary"] { color: %(data)s; font-weight: 600; }
[data-testid="stDateInputQuickSelect"] { display: none; }
.pulse-quote { border-left: 3px solid %(line)s; padding: 0 0 0 10px; overflow-wrap: anywhere; }
.pulse-quote mark { background: none; color: inherit; font-weight: 600; }
.pulse-quote small { color: %(second)s; font-size: 12px; display: block; }
.pulse-facts { border-collapse: collapse; width: 100%%; }
.pulse-facts td { border-bottom: 1px solid %(grid)s; padding: 6px 0; vertical-align: top; }
.pulse-facts td:first-child { color: %(second)s; padding-right: 16px; }
.pulse-facts td:last-child { text-align: right; font-weight: 600; overflow-wrap: anywhere; }
.pulse-legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 12px; color: %(second)s; }
.pulse-legend i { display: inline-block; width: 28px; height: 12px; margin-right: 6px; border: 1px solid %(line)s; }
@media (max-width: 640px) {
  [class*="st-key-wide_"] { overflow-x: auto; }
  [class*="st-key-wide_"] > * { min-width: 760px; }
  [data-testid="stPageLink"] a, [data-testid="stPopover"] button { min-height: 40px; }
  .st-key-scope_time { justify-content: flex-start; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-scope_time) { flex-basis: 100%% !important; }
}
</style>
"""


_RUSSIAN = """<script>
if (!document.getElementById("pulse-ru")) {
  const script = Object.assign(document.createElement("script"), { id: "pulse-ru", src: "app/static/ru.js" });
  document.head.appendChild(script);
}
</script>"""


def style() -> None:
    """The few lines of CSS that the theme of Streamlit cannot say, and Russian for its own words; call once per page run."""
    st.html(_CSS % vars(palette()))
    st.html(_RUSSIAN, unsafe_allow_javascript=True)
