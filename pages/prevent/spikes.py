"""«Где пишут необычно много?»"""

from datetime import timedelta

import streamlit as st

from components import headline, links, tables
from components.tables import Column
from queries import spikes
from queries.context import Context
from words import _
from words.dates import day
from words.numbers import integer
from words.plurals import counted
from words.predicates import DECISIONS, SPIKE_STATES

SPIKE = "pages/prevent/spike.py"
LOOK_BACK = 28

context: Context = st.session_state["context"]
scope = context.scope
since = min(scope.first, context.days.last_full - timedelta(days=LOOK_BACK))
found = spikes.listing(scope, since)
states = {"current": _("Идут сейчас"), "all": _("Все с {day}").format(day=day(since))}
going = found[found["state"] != "ended"]

headline.headline(
    _("Сейчас {n}").format(n=counted(len(going), "всплеск")) if len(going) else _("Всплесков сейчас нет"),
    f"{context.place.name}. " + _("Всплеск: обращений больше, чем бывает по этой теме здесь в это время"),
)
chosen = st.segmented_control(
    _("Какие"),
    list(states),
    format_func=states.get,
    default="current" if len(going) else "all",
    key="spikes_state",
    label_visibility="collapsed",
    required=True,
)
shown = going if chosen == "current" else found
if shown.empty:
    headline.empty(
        _("С {day} всплесков нет").format(day=day(since)) if chosen == "all" else _("Сейчас всё в пределах обычного"),
        _("Сравниваем каждый день с обычным уровнем по истории: день недели, время года, праздники."),
        _("Посмотрите более ранний период или другую территорию."),
    )
    st.stop()

row = tables.ranked(
    shown.assign(
        what=shown["topic"].fillna(shown["topic_group"]),
        since=shown["onset"],
        usual=shown["expected"].round(),
        state=[f"◆ {SPIKE_STATES[s]}" if s != "ended" else SPIKE_STATES[s] for s in shown["state"]],
        flags=[", ".join(spikes.flags(s)) for s in shown.itertuples()],
        decision=[DECISIONS.get(d, "") for d in shown["decision"]],
    ),
    [
        Column("territory", _("Где")),
        Column("what", _("О чём")),
        Column("since", _("С какого дня"), "day"),
        Column("observed", _("Обращений"), "count"),
        Column("usual", _("Обычно"), "count"),
        Column("excess", _("Сверх обычного"), "count"),
        Column("state", _("Состояние")),
        Column("flags", _("Особенности")),
        Column("decision", _("Решение")),
    ],
    key="spikes_list",
)
st.caption(_("Показано {n}, самые заметные сверху. Нажмите на строку, чтобы открыть всплеск").format(n=integer(len(shown))))
if row is not None:
    picked = shown.iloc[row]
    links.open_page(SPIKE, {"id": int(picked["spike_id"]), "place": int(picked["territory_id"])})
