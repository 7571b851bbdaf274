"""Cards: a figure with everything needed to judge it, and a call for attention with one way in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.links import Params, page_link
from components.safe import plain
from components.sparkline import sparkline
from words import _

Tone = Literal["neutral", "attention", "good", "bad"]

MOST = 5
_METRIC_COLOUR: dict[Tone, Literal["gray", "orange", "green", "red"]] = {
    "neutral": "gray",
    "attention": "orange",
    "good": "green",
    "bad": "red",
}


@dataclass(frozen=True)
class Link:
    """Where a card leads: the label says the count of what opens («Показать 62 обращения →»)."""

    label: str
    page: str
    params: Params | None = None


@dataclass(frozen=True)
class KpiCard:
    """One figure. All values come formatted; `trend` is raw, oldest first, NaN where there is no data.

    help: formula and source. delta: «+208 (+19 %)» and its tone; compared: «к прошлой». norm: «Норма 85 %» with
    `verdict` («не выполнена») in its tone. note: n or numerator and denominator. norm_value and usual (low, high)
    are drawn behind the trend.
    """

    label: str
    value: str
    help: str
    unit: str = ""
    delta: str = ""
    delta_tone: Tone = "neutral"
    compared: str = ""
    trend: Sequence[float] = ()
    norm_value: float | None = None
    usual: tuple[float, float] | None = None
    norm: str = ""
    verdict: str = ""
    verdict_tone: Tone = "neutral"
    note: str = ""
    link: Link | None = None


@dataclass(frozen=True)
class AttentionCard:
    """A thing that calls for a person: mark ◆ spike, ■ overdue, □ due soon; `fresh` frames a new one."""

    mark: Literal["◆", "■", "□"]
    tone: Tone
    state: str
    title: str
    text: str
    link: Link
    fresh: bool = False


def kpi_card(card: KpiCard, key: str) -> None:
    """Draws one figure: label with «?», value, change, sparkline, norm with verdict, n, link to the list."""
    with st.container(border=True, gap="xsmall", height="stretch", key=key):
        unit = f" :small[:gray[{plain(card.unit)}]]" if card.unit else ""
        st.metric(
            plain(card.label),
            plain(card.value) + unit,
            plain(card.delta) or None,
            delta_color=_METRIC_COLOUR[card.delta_tone],
            delta_arrow="off",
            delta_description=card.compared or None,
            help=plain(card.help),
        )
        if any(math.isfinite(value) for value in card.trend):
            picture = sparkline(card.trend, norm=card.norm_value, usual=card.usual)
            st.html(f'<img src="{picture}" alt="{_("Ход за последние периоды")}" style="width:100%">')
        if card.norm or card.verdict:
            st.caption(_norm_line(card))
        if card.note:
            st.caption(plain(card.note))
        if card.link:
            page_link(card.link.label, card.link.page, card.link.params)


def kpi_row(cards: Sequence[KpiCard], key: str = "kpi") -> None:
    """Draws the cards in a row that wraps: six at 1440 px, one under another on a phone."""
    grid = st.grid(min(len(cards), 6) or 1, min_column_width=190, gap=12)
    for number, card in enumerate(cards):
        with grid:
            kpi_card(card, f"{key}_{number}")


def attention_card(card: AttentionCard, key: str) -> None:
    """Draws one call for attention: state in colour and shape, what, a few words, one link."""
    with st.container(border=True, gap="xsmall", height="stretch", key=f"new_attention_{key}" if card.fresh else key):
        st.markdown(_coloured(f"{card.mark} {plain(card.state)}", card.tone))
        st.markdown(f"**{plain(card.title)}**")
        st.caption(plain(card.text))
        page_link(card.link.label, card.link.page, card.link.params)


def attention_row(cards: Sequence[AttentionCard], key: str = "attention") -> None:
    """Draws up to five calls in a row that wraps; what is left out belongs to the page behind «все»."""
    grid = st.grid(max(len(cards[:MOST]), 4), min_column_width=210, gap=12)
    for number, card in enumerate(cards[:MOST]):
        with grid:
            attention_card(card, f"{key}_{number}")


def _norm_line(card: KpiCard) -> str:
    verdict = _coloured(f"**{plain(card.verdict)}**", card.verdict_tone) if card.verdict else ""
    return ", ".join(part for part in (plain(card.norm), verdict) if part)


def _coloured(markdown: str, tone: Tone) -> str:
    return f":{_METRIC_COLOUR[tone]}[{markdown}]"
