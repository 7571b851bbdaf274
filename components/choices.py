"""A choice that lives in the URL of its page, so that it is shared with the address and survives «Назад»."""

from collections.abc import Mapping

import streamlit as st

from components.links import set_params


def segmented(name: str, label: str, options: Mapping[str, str], value: str, *, show_label: bool = False) -> None:
    """Draws the options (value → words) with `value` chosen; a click writes the URL parameter `name`."""
    key = f"choice_{name}"
    st.session_state[key] = value
    st.segmented_control(  # type: ignore[call-overload]  # the value of a widget in the URL is no default
        label,
        list(options),
        format_func=options.get,
        key=key,
        label_visibility="visible" if show_label else "collapsed",
        required=True,
        on_change=lambda: set_params({name: st.session_state[key]}),
    )
