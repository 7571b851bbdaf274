"""«Где пишут необычно много?»"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from components import charts, choices, headline, links, maps, tables
from components.tables import Column
from queries import outlines, spikes
from queries.context import Context
from queries.scope import COUNTRY
from queries.spikes import Chosen
from words import _
from words.dates import day, span
from words.numbers import integer
from words.plurals import counted

SPIKES, SPIKE, METHOD = "pages/prevent/spikes.py", "pages/prevent/spike.py", "pages/data/method.py"
STRIPS = 12
KEEN = {"calm": _("Спокойно"), "usual": _("Обычно"), "keen": _("Чутко")}

context: Context = st.session_state["context"]
scope, last = context.scope, context.days.last_full
kept = {name: st.query_params[name] for name in spikes.KEYS if name in st.query_params}
chosen = Chosen.decode(kept)
found = spikes.found(scope, chosen, last)
if "state" not in kept and found.spikes.empty and found.floods.empty:
    chosen = replace(chosen, state="season")
    found = spikes.found(scope, chosen, last)
shown = spikes.described(found.spikes)
when = {"current": _("Сейчас"), "period": span(scope.first, scope.last), "season": _("За 12 недель")}[chosen.state]


def controls() -> None:
    """What the list shows; all of it in the URL."""
    states = {"current": _("Идут сейчас"), "period": _("За период"), "season": _("За 12 недель")}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        choices.segmented("state", _("Какие"), states, chosen.state, show_label=True)
        choices.segmented("keen", _("Чувствительность"), KEEN, chosen.sensitivity, show_label=True)
        if found.dismissed:
            label = _("Скрыть ложные тревоги: {n}") if chosen.dismissed else _("Показать ложные тревоги: {n}")
            st.button(label.format(n=found.dismissed), on_click=links.set_params, args=({"dismissed": None if chosen.dismissed else 1},))
    expected = spikes.false_alarms_a_week(scope, context.territories, chosen.sensitivity)
    if expected is not None:
        where = _("по всей стране") if scope.place == COUNTRY else context.territories.all[context.place.region_id].name
        number = _("меньше одного ложного") if expected < 1 else _("около {n} ложных").format(n=integer(expected))
        st.caption(_("{keen}: по случайности ждём {n} в неделю ({where})").format(keen=KEEN[chosen.sensitivity], n=number, where=where))
    if scope.channels:
        st.caption(_("Всплески ищем по всем каналам сразу: выбор каналов на список не влияет"))


def open_spike(spike_id: int) -> None:
    links.open_page(SPIKE, {"id": spike_id, **kept})


def listed(frame: pd.DataFrame, columns: list[Column], key: str) -> None:
    """A table of spikes; a click opens one."""
    row = tables.ranked(frame, columns, key=key)
    if row is not None:
        open_spike(int(frame.iloc[row]["spike_id"]))


def ranked() -> None:
    """The spikes, the gravest first."""
    listed(
        shown,
        [
            Column("territory", _("Где")),
            Column("what", _("О чём")),
            Column("observed", _("Обращений"), "count"),
            Column("expected", _("Обычно"), "tenths"),
            Column("excess", _("Сверх обычного"), "count"),
            Column("onset", _("С какого дня"), "day"),
            Column("state_words", _("Состояние")),
            Column("flags", _("Особенности"), width=270),
            Column("decision_words", _("Решение")),
        ],
        "spikes_list",
    )
    st.caption(_("{n}, самые заметные сверху. Нажмите на строку, чтобы открыть").format(n=counted(len(shown), "всплеск")))


def calendar() -> None:
    """The days of each spike."""
    since, until = Chosen("season").days(scope, last)
    if chosen.state == "period":
        until = min(scope.last, last)
        since = min(scope.first, Chosen("season").days(scope, until)[0])
    rows = shown.head(STRIPS)
    cells = spikes.strips(scope, rows["spike_id"].tolist(), since, until).assign(id=lambda f: f["spike_id"].astype(str))
    since = max(since, cells["day"].min().date()) if len(cells) else since
    headline.section(
        _("Как они шли, {span}").format(span=span(since, until)),
        _("Один прямоугольник: день, у редких тем неделя. Нажмите на него, чтобы открыть всплеск")
        + (". " + _("Первые {n} из {all}").format(n=STRIPS, all=len(shown)) if len(shown) > STRIPS else ""),
    )
    picked = charts.spike_strips(
        pd.DataFrame(
            {
                "id": rows["spike_id"].astype(str),
                "label": rows["territory"] + " · " + rows["what"],
                "weekly": rows["frequency"] == "W",
                "onset": rows["onset"],
                "last_day": rows["last_day"],
            }
        ),
        cells,
        "spikes_strips",
        since,
        until,
    )
    if picked:
        open_spike(int(picked))


def on_map() -> None:
    """Where the spikes are; a click lists those of a territory."""
    headline.section(_("Где"), _("Круг тем больше, чем больше обращений во всплесках. Нажмите на круг"))
    places = shown.groupby("territory_id").agg(rate=("spike_id", "size"), value=("observed", "sum")).reset_index()
    about = [context.territories.all[int(own)] for own in places["territory_id"]]
    clicked = maps.bubble_map(
        places.assign(
            id=places["territory_id"],
            name=[t.name for t in about],
            lat=[t.lat for t in about],
            lon=[t.lon for t in about],
            spikes=0,
            tip=[f"{counted(n, 'всплеск')}, {counted(seen, 'обращение')}" for n, seen in zip(places["rate"], places["value"], strict=True)],
        ),
        _("всплесков"),
        "spikes_map",
        outline=outlines.regions(None if scope.place == COUNTRY else {context.place.name}),
        height=380,
    )
    if clicked is not None:
        own = shown[shown["territory_id"] == clicked]
        with st.container(border=True, gap="xsmall"):
            st.caption(own["territory"].iloc[0])
            for spike in own.itertuples():
                links.page_link(f"{spike.what}: {integer(spike.observed)} →", SPIKE, {"id": int(spike.spike_id), **kept})
            links.page_link(_("Только здесь →"), SPIKES, {"place": clicked, **kept})


def floods() -> None:
    """Floods of near-identical texts, apart from spikes."""
    headline.section(
        _("Однотипные обращения: {n}").format(n=len(found.floods)),
        _("Почти одинаковые тексты немногих авторов: похоже на рассылку, поэтому стоят отдельно от всплесков"),
    )
    listed(
        spikes.described(found.floods),
        [
            Column("territory", _("Где")),
            Column("what", _("О чём")),
            Column("onset", _("С какого дня"), "day"),
            Column("observed", _("Обращений"), "count"),
            Column("authors", _("Авторов"), "count"),
            Column("copies_share", _("Одинаковых текстов"), "part"),
            Column("state_words", _("Состояние")),
            Column("decision_words", _("Решение")),
        ],
        "spikes_floods",
    )


headline.headline(
    _("{when}: {n}").format(when=when, n=counted(len(shown), "всплеск")) if len(shown) else _("{when} всплесков нет").format(when=when),
    f"{context.place.name}. " + _("Всплеск: обращений больше, чем бывает по этой теме здесь в это время"),
)
controls()
if len(shown):
    ranked()
    if context.place.kind == "municipality":
        calendar()
    else:
        left, right = st.columns([5, 3], gap="large")
        with left:
            calendar()
        with right:
            on_map()
else:
    since, until = chosen.days(scope, last)
    headline.empty(
        _("Всё в пределах обычного"),
        _("Сравнили {span} с обычным уровнем по истории: день недели, время года, праздники.").format(span=span(since, until))
        if chosen.state != "current"
        else _("На {day} ни одна тема не выше обычного: учтены день недели, время года, праздники.").format(day=day(last)),
        (_("Показать за 12 недель"), SPIKES, {**kept, "state": "season"})
        if chosen.state != "season"
        else _("Выберите «Чутко», более ранний период или другую территорию."),
    )
if len(found.floods):
    floods()
