"""Windows over a page: one at a time, open until its reader closes it, whatever the page behind does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

OPEN, DRAWN = "open_window", "window_was_drawn"


@contextmanager
def kept() -> Iterator[None]:
    """Around a run of the page: a window it did not draw again to its end, having gone elsewhere, is no longer open."""
    st.session_state[DRAWN] = False
    yield
    if not st.session_state[DRAWN]:
        _forget()


def show(title: str, key: str, draw: Callable[[], None]) -> None:
    """Opens a window in which `draw` draws. Call it when its button is pressed or it `is_open`: a run of the page that comes
    meanwhile would close it otherwise."""
    st.session_state[OPEN], st.session_state[DRAWN] = key, True
    st.dialog(title, width="medium", on_dismiss=_forget)(draw)()


def is_open(key: str) -> bool:
    """Whether the window of this key is open."""
    return bool(st.session_state.get(OPEN) == key)


def any_open() -> bool:
    """Whether somebody is writing in a window: the page behind must not run again of itself, or half a word is lost."""
    return OPEN in st.session_state


def close() -> None:
    """Ends the window and draws the page anew."""
    _forget()
    st.rerun()


def _forget() -> None:
    st.session_state.pop(OPEN, None)
