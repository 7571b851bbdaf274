"""«В каких городах о чём пишут?»"""

import pandas as pd
import streamlit as st

from components import headline, links, tables
from components.tables import Column
from queries import cities, spikes
from queries.context import Context
from queries.scope import COUNTRY
from words import _
from words.dates import span
from words.numbers import per_thousand
from words.plurals import counted
from words.sentences import cities_finding

LIST, OVERVIEW, SPIKES = "pages/know/appeals.py", "pages/know/overview.py", "pages/prevent/spikes.py"
VIEWS = {"count": _("Число"), "rate": _("На 1 000 жителей"), "change": _("К прошлому периоду")}

context: Context = st.session_state["context"]
place = context.place if context.place.kind in ("country", "region") else context.territories.all[context.place.region_id]
scope = context.within(place.territory_id)

view = st.session_state.get("cities_view", "count")
matrix = cities.block_matrix(scope, context.territories, view)
if matrix.counts.empty:
    headline.headline(_("Обращений нет"), f"{place.name}, {span(scope.first, scope.last)}")
    headline.empty(_("За этот период обращений нет"), _("Выберите другой период или уберите фильтры."))
    st.stop()

headline.headline(
    cities_finding(matrix.counts, matrix.ratio, view, place.name),
    _("{place}, {span}. Цвет сравнивает ячейку со всей территорией, серым меньше 10 обращений").format(
        place=place.name, span=span(scope.first, scope.last)
    ),
)
st.segmented_control(
    _("Показать"), list(VIEWS), format_func=VIEWS.get, default="count", key="cities_view", label_visibility="collapsed", required=True
)

matrix.values.index.name = _("Регион") if place.territory_id == COUNTRY else _("Муниципалитет")
going = spikes.by_child(scope, context.territories)
tail = matrix.margins[["weeks"]].assign(spikes=[going.get(int(matrix.ids[name]), 0) for name in matrix.margins.index])
whole = {
    "people": matrix.margins["people"].sum(),
    "total": matrix.total.sum() if view == "rate" else matrix.counts.to_numpy().sum(),
    "spikes": tail["spikes"].sum(),
}
picked = tables.matrix(
    matrix.values,
    matrix.counts,
    matrix.ratio,
    "rate" if view == "rate" else "change" if view == "change" else "count",
    key=f"cities_{view}",
    lead=matrix.margins[["people", "total"]],
    tail=tail,
    total=pd.concat([matrix.total, pd.Series(whole)]).rename(_("Вся территория")),
    columns=[
        Column("people", _("Жит., тыс."), "count"),
        Column("total", _("Всего"), "rate" if view == "rate" else "count"),
        Column("weeks", _("8 периодов"), "trend"),
        Column("spikes", _("Всплески"), "count"),
    ],
)
tables.matrix_legend(place.name)

if picked is None or picked[0] not in matrix.ids:
    st.caption(_("Нажмите на название или ячейку: ниже появится разбор."))
    st.stop()

own = int(matrix.ids[picked[0]])
block = matrix.block_ids.get(picked[1])
n = int(matrix.counts.at[picked[0], picked[1]]) if block is not None else int(matrix.counts.loc[picked[0]].sum())
topic = {"topics": f"b{int(block)}"} if block is not None else {}
people = context.territories.population(own)
with st.container(border=True):
    st.caption(_("Выбрано: {where}").format(where=" × ".join(picked) if block is not None else picked[0]))
    headline.section(f"{counted(n, 'обращение')}" + (f", {per_thousand(1000 * n / people)}" if people else ""))
    with st.container(horizontal=True):
        links.open_button(_("Открыть: {name}").format(name=picked[0]), OVERVIEW, {"place": own, **topic}, key="cities_open", primary=True)
        if going.get(own):
            links.open_button(_("Всплески: {n}").format(n=going[own]), SPIKES, {"place": own, "state": "period"}, key="cities_spikes")
        links.open_button(_("Показать {n}").format(n=counted(n, "обращение")), LIST, {"place": own, **topic}, key="cities_list")
