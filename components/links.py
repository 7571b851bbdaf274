"""The one way to go from page to page: the scope in the URL goes along."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

import streamlit as st

from components.safe import plain
from words import _

SCOPE_PARAMS = ("place", "from", "to", "vs", "channels", "topics", "fakes")

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
    """Goes to `page` at once (after a click on a chart or a row), in the same scope changed by `params`.

    st.switch_page would first write the new parameters into the address of this page, so that «Назад» came back to
    a narrowed scope; a link is one step of history. It is drawn and pressed; without scripts the reader presses it.
    """
    with st.container(key="open_page"):
        page_link(_("Открыть →"), page, params)
    st.html(_PRESS, unsafe_allow_javascript=True)
    st.stop()


_PRESS = """<script>
(function press(left) {
  const link = document.querySelector(".st-key-open_page a");
  if (link) link.click(); else if (left) setTimeout(press, 50, left - 1);
})(60);
</script>"""


def one_step() -> None:
    """An address that the server completes with its scope is one step of history, so that one «Назад» goes back.

    Streamlit 1.67 sometimes writes the bare address of a page of the menu before the completed one, as a step of its own.
    """
    st.html(_COMPLETE, unsafe_allow_javascript=True)


_COMPLETE = """<script>
if (!window.pulseHistory) {
  const push = history.pushState.bind(history);
  window.pulseHistory = history.pushState = (state, title, url) => {
    const bare = new URL(url ?? "", location).pathname === location.pathname && !new URLSearchParams(location.search).has("from");
    (bare ? history.replaceState.bind(history) : push)(state, title, url);
  };
}
</script>"""


def open_button(label: str, page: str, params: Params | None = None, *, key: str, primary: bool = False) -> None:
    """Draws a link to `page` that looks like a button; `primary` for the one main action of a screen."""
    with st.container(key=f"{'primary' if primary else 'plain'}_button_{key}", width="content"):
        page_link(label, page, params)


def set_params(params: Params) -> None:
    """Changes the URL of this page in one step of history: sets the given parameters, removes those given as None."""
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    new = now | {name: _values(value) for name, value in params.items()}
    kept = {name: values for name, values in new.items() if values}
    if kept != now:
        st.query_params.from_dict(kept)


def forget_scope() -> None:
    """The next run begins as a first visit does: with the period and territory that suit the data."""
    st.session_state.pop("scope_params", None)
    set_params(dict.fromkeys(SCOPE_PARAMS))


def _values(value: object) -> list[str]:
    if value is None:
        return []
    shown = _as_param(value)
    return [shown] if isinstance(shown, str) else shown


def _as_param(value: object) -> str | list[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [str(item) for item in value]
    return str(value)
