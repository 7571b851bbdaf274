"""Words at the top of a page and of its parts, and what a page says when there is nothing to show."""

from collections.abc import Sequence

import streamlit as st

from components.links import Params, page_link
from components.safe import plain
from words import _

Crumb = tuple[str, str, Params | None]


def headline(text: str, subtitle: str = "") -> None:
    """Draws the h1, which is the finding itself, and one grey line under it (measure, place, period)."""
    with st.container(gap=14):
        st.title(plain(text), anchor=False)
        if subtitle:
            st.caption(plain(subtitle))


def section(title: str, subtitle: str = "", *, help: str | None = None) -> None:
    """Draws the h2 of a chart or table, which says its finding, and the measure, unit and period under it."""
    with st.container(gap=14):
        st.header(plain(title), anchor=False, help=help)
        if subtitle:
            st.caption(plain(subtitle))


def breadcrumb(path: Sequence[Crumb], here: str) -> None:
    """Draws «Всплески › Калининград › тема»: links (label, page, params) that keep the scope, then the page itself."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="breadcrumb"):
        for label, page, params in path:
            page_link(label, page, params)
            st.caption("›", width="content")
        st.caption(plain(here), width="content")


def empty(what: str, why: str, next_step: tuple[str, str, Params | None] | str = "") -> None:
    """Draws the empty state: what is missing, why, and what to do next (a sentence, or a link label, page, params)."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(what)}**")
        st.caption(plain(why))
        if isinstance(next_step, tuple):
            page_link(*next_step)
        elif next_step:
            st.caption(plain(next_step))


def method_note(formula: str, source: str = "") -> None:
    """Draws the last line of a chart: the source and «Как посчитано», which opens the formula."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if source:
            st.caption(plain(source), width="content")
        with st.popover(_("Как посчитано"), type="tertiary"):
            st.markdown(plain(formula))


def demo_ribbon() -> None:
    """Draws the line that stands on every page made from a demo store."""
    st.badge(_("Демонстрационные данные: все обращения выдуманы"), color="gray")


def banner(text: str) -> None:
    """Draws an orange line about the data itself: a silent source, stale data."""
    with st.container(border=True):
        st.markdown(f":orange[**{plain(text)}**]")
