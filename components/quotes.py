"""Citizens' words on a page."""

from collections.abc import Iterable

import streamlit as st

from components.safe import safe_text
from words import _


def quote_card(text: str | None, meta: str, words: Iterable[str] = ()) -> None:
    """Draws one appeal or comment as a quote with the matching `words` bold and the grey line `meta` under it.

    `text` None means that the reader may not see it: «текст закрыт» stands instead.
    """
    body = safe_text(text, words) if text is not None else f"<i>{safe_text(_('Текст закрыт'))}</i>"
    st.html(f'<div class="pulse-quote">{body}<small>{safe_text(meta)}</small></div>')
