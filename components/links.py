"""The one way to go from page to page: the scope in the URL goes along."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

import streamlit as st

from components.safe import plain

SCOPE_PARAMS = ("place", "from", "to", "vs", "channels", "topics")

Params = Mapping[str, object]


def merged(params: Params | None = None) -> dict[str, str | list[str]]:
    """Query parameters of a link: the scope of this page, overridden by `params`; None removes a parameter."""
    kept: dict[str, str | list[str]] = {}
    for name in SCOPE_PARAMS:
        values = st.query_params.get_all(name)
        if values:
            kept[name] = values if len(values) > 1 else values[0]
    for name, value in (params or {}).items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = _as_param(value)
    return kept


def page_link(label: str, page: str, params: Params | None = None, help: str | None = None) -> None:
    """Draws blue text that opens `page` ('pages/know/appeals.py') in the same scope, changed by `params`."""
    st.page_link(page, label=plain(label), icon="", help=help or "", query_params=merged(params))


def open_page(page: str, params: Params | None = None) -> NoReturn:
    """Goes to `page` at once (after a click on a chart, a row or a button), in the same scope changed by `params`."""
    st.switch_page(page, query_params=merged(params))


def open_button(label: str, page: str, params: Params | None = None, *, key: str, primary: bool = False) -> None:
    """Draws a button that opens `page`; `primary` for the one main action of a screen."""
    if st.button(plain(label), key=key, type="primary" if primary else "secondary"):
        open_page(page, params)


def set_params(params: Params) -> None:
    """Changes the URL of this page: sets the given parameters, removes those given as None."""
    for name, value in params.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = _as_param(value)


def _as_param(value: object) -> str | list[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(item) for item in value]
    return str(value)
