"""The row of filters at the top of every page. The URL is the truth: widgets show it and change it."""

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.links import Params, page_link, set_params
from components.safe import plain
from words import _, dates, plurals

OnChange = Callable[[Params], None]


@dataclass(frozen=True)
class Place:
    """A territory to choose: `parent` is the name of its region, empty for a region or the country."""

    value: str
    label: str
    parent: str = ""


@dataclass(frozen=True)
class Choice:
    """A channel or a topic to choose: `group` is the block or group above it, `official` is asked of channels."""

    value: str
    label: str
    group: str = ""
    official: bool = False


@dataclass(frozen=True)
class ScopeOptions:
    """All that can be chosen; `places` in the order country > region > its municipalities."""

    places: Sequence[Place]
    comparisons: Sequence[Choice]
    channels: Sequence[Choice]
    topics: Sequence[Choice]


@dataclass(frozen=True)
class ScopeState:
    """What is chosen now, as in the URL: `channels` and `topics` empty mean all.

    last_day is the last full day of data: presets end there. compared: the period of comparison, None = without.
    changed: something differs from the default, so «Сбросить» is shown. data_line: «Данные на 20 июля, 08:50»,
    orange if `stale`; sources: «6 из 6 источников», a link to `sources_page`.
    """

    place: str
    start: dt.date
    end: dt.date
    vs: str
    last_day: dt.date
    compared: tuple[dt.date, dt.date] | None = None
    channels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    without_fakes: bool = False
    changed: bool = False
    data_line: str = ""
    stale: bool = False
    sources: str = ""
    sources_page: str = ""


def scope_bar(state: ScopeState, options: ScopeOptions, on_change: OnChange = set_params) -> None:
    """Draws the filters; every choice calls `on_change` with the changed query parameters (None = remove)."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="scope_bar"):
        _place(state, options, on_change)
        _period(state, on_change)
        _comparison(state, options, on_change)
        _channels(state, options, on_change)
        _topics(state, options, on_change)
        if state.without_fakes:
            st.button(
                _("без фейков ×"), key="scope_fakes", on_click=on_change, args=({"fakes": None},), help=_("Отложенные обращения не считаются. Нажмите, чтобы считать все")
            )
        if state.changed:
            st.button(_("Сбросить"), key="scope_reset", type="tertiary", on_click=on_change, args=(dict.fromkeys(_PARAMS),))
        _data_time(state)


_PARAMS = ("place", "from", "to", "vs", "channels", "topics", "fakes")


def _place(state: ScopeState, options: ScopeOptions, on_change: OnChange) -> None:
    places = {place.value: place for place in options.places}
    chosen = places.get(state.place)
    with _chip(chosen.label if chosen else _("территория"), "place"):
        key = _key("place", state.place if chosen else None)
        st.selectbox(
            _("Территория"),
            list(places),
            key=key,
            index=None,
            format_func=lambda value: _place_line(places[value]),
            placeholder=_("Начните вводить название"),
            width=320,
            on_change=_tell(on_change, key, lambda value: {"place": value}),
        )


def _place_line(place: Place) -> str:
    return f"{place.label} · {place.parent}" if place.parent else place.label


def _period(state: ScopeState, on_change: OnChange) -> None:
    chosen = (state.start, state.end)
    with _chip(dates.span(*chosen), "period"):
        ready = presets(state.last_day)
        current = next((name for name, period in ready.items() if period == chosen), None)
        key = _key("preset", current)
        st.pills(
            _("Период"),
            list(ready),
            key=key,
            on_change=_tell(on_change, key, lambda name: _period_params(ready[name] if name else chosen)),
        )
        key = _key("days", chosen)
        st.date_input(
            _("Свой период: первый и последний день"),
            key=key,
            max_value=max(state.last_day + dt.timedelta(days=1), state.end),
            format="DD.MM.YYYY",
            on_change=_tell(on_change, key, _period_params),
        )


def presets(last_day: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """Named periods that end with the data: name → (first day, last day)."""
    day = dt.timedelta(days=1)
    week_end = last_day - day * ((last_day.weekday() + 1) % 7)
    month_start = last_day.replace(day=1)
    previous_end = month_start - day
    return {
        _("вчера"): (last_day, last_day),
        _("последняя полная неделя"): (week_end - 6 * day, week_end),
        _("7 дней"): (last_day - 6 * day, last_day),
        _("28 дней"): (last_day - 27 * day, last_day),
        _("90 дней"): (last_day - 89 * day, last_day),
        _("этот месяц"): (month_start, last_day),
        _("прошлый месяц"): (previous_end.replace(day=1), previous_end),
        _("год"): (_year_before(last_day) + day, last_day),
    }


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=min(day.day, calendar.monthrange(day.year - 1, day.month)[1]))


def _period_params(period: Sequence[dt.date]) -> dict[str, str]:
    if len(period) != 2:
        return {}
    return {"from": period[0].isoformat(), "to": period[1].isoformat()}


def _comparison(state: ScopeState, options: ScopeOptions, on_change: OnChange) -> None:
    label = _("к {span}").format(span=dates.span(*state.compared)) if state.compared else _("без сравнения")
    labels = {choice.value: choice.label for choice in options.comparisons}
    with _chip(label, "vs"):
        key = _key("vs", state.vs)
        st.radio(
            _("С чем сравнить"),
            list(labels),
            key=key,
            format_func=labels.__getitem__,
            on_change=_tell(on_change, key, lambda value: {"vs": value}),
        )


def _channels(state: ScopeState, options: ScopeOptions, on_change: OnChange) -> None:
    channels = options.channels
    official = tuple(choice.value for choice in channels if choice.official)
    other = tuple(choice.value for choice in channels if not choice.official)
    groups = {_("официальные"): official, _("неофициальные"): other}
    quick = next((name for name, values in groups.items() if set(values) == set(state.channels)), None)
    with _chip(quick or _chosen_line(state.channels, channels, _("все каналы"), _channel_count), "channels"):
        key = _key("official", quick)
        st.pills(
            _("Каналы"),
            list(groups),
            key=key,
            on_change=_tell(on_change, key, lambda name: {"channels": _joined(groups.get(name, ()))}),
        )
        _multiselect("channels", state.channels, channels, _("Все каналы"), on_change)


def _topics(state: ScopeState, options: ScopeOptions, on_change: OnChange) -> None:
    with _chip(_chosen_line(state.topics, options.topics, _("все темы"), _topic_count), "topics"):
        _multiselect("topics", state.topics, options.topics, _("Все темы: блоки, группы, темы"), on_change)


def _multiselect(name: str, chosen: Sequence[str], choices: Sequence[Choice], placeholder: str, on_change: OnChange) -> None:
    lines = {choice.value: f"{choice.label} · {choice.group}" if choice.group else choice.label for choice in choices}
    key = _key(name, [value for value in chosen if value in lines])
    st.multiselect(
        placeholder,
        list(lines),
        key=key,
        format_func=lines.__getitem__,
        placeholder=placeholder,
        label_visibility="collapsed",
        select_all=False,
        on_change=_tell(on_change, key, lambda values: {name: _joined(values)}),
    )


def _chosen_line(chosen: Sequence[str], choices: Sequence[Choice], everything: str, counted: Callable[[int], str]) -> str:
    labels = {choice.value: choice.label for choice in choices}
    known = [labels[value] for value in chosen if value in labels]
    if not known:
        return everything
    return known[0] if len(known) == 1 else counted(len(known))


def _channel_count(count: int) -> str:
    return plurals.counted(count, "канал")


def _topic_count(count: int) -> str:
    return plurals.counted(count, "тема")


def _data_time(state: ScopeState) -> None:
    with st.container(horizontal=True, gap="xsmall", horizontal_alignment="right", vertical_alignment="center", key="scope_time"):
        if state.data_line:
            line = plain(state.data_line)
            st.caption(f":orange[{line}]" if state.stale else line, width="content")
        if state.sources:
            page_link(state.sources, state.sources_page)


def _chip(label: str, name: str) -> Any:
    return st.popover(plain(label), key=f"scope_chip_{name}")


def _key(name: str, value: Any) -> str:
    """Key of the widget that shows `value`, which is what the URL says.

    A widget in a closed popover does not hear of a value set by the server and would send its old one with the next
    run. So whenever the URL changed without the widget (a link, «Назад», «Сбросить»), the widget is a new one.
    """
    memory: dict[str, tuple[int, Any]] = st.session_state.setdefault("scope_memory", {})
    version, seen = memory.get(name, (0, value))
    version += _order_free(seen) != _order_free(value)
    memory[name] = (version, value)
    key = f"scope_{name}_{version}"
    st.session_state.setdefault(key, value)
    return key


def _order_free(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _tell(on_change: OnChange, key: str, params: Callable[[Any], Params]) -> Callable[[], None]:
    """Callback of a widget: remembers its own choice and hands the new parameters over."""

    def changed() -> None:
        value = st.session_state[key]
        new = params(value)
        if new:
            _scope, name, version = key.split("_")
            st.session_state["scope_memory"][name] = (int(version), value)
            on_change(new)

    return changed


def _joined(values: Sequence[str]) -> str | None:
    return ",".join(values) or None
