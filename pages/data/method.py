"""«Как посчитаны числа и насколько свежие данные?»"""

import streamlit as st

from components import headline, tables
from components.tables import Column
from queries import sources, spikes, store
from queries.context import Context
from queries.metrics import METRICS
from words import _
from words.dates import day, moment
from words.figures import value_text
from words.numbers import integer

context: Context = st.session_state["context"]
headline.headline(
    _("Как посчитано"),
    _("Данные на {moment}").format(moment=moment(context.moment))
    + (". " + _("Демонстрационные данные: все обращения выдуманы") if store.is_demo() else ""),
)

headline.section(_("Источники"), _("Когда пришла последняя запись и были ли дни молчания"))
fresh = sources.freshness()
tables.ranked(
    fresh.assign(
        last_record=[context.local(at) for at in fresh["last_record"]],
        access=[_("тексты закрыты") if v == "restricted" else _("открытый") for v in fresh["visibility"]],
        silent=[
            _("{n}, последний {day}").format(n=integer(n), day=day(last)) if n else _("не было")
            for n, last in zip(fresh["silent_days"], fresh["last_silent"], strict=True)
        ],
    ),
    [
        Column("source", _("Источник")),
        Column("access", _("Доступ")),
        Column("appeals", _("Обращений"), "count"),
        Column("last_record", _("Последняя запись"), "moment"),
        Column("silent", _("Дни молчания")),
    ],
    key="sources",
    selectable=False,
)

headline.section(_("Показатели"), _("Формула показателя одна для карточки, списка, файла и справки"))
for metric in METRICS.values():
    with st.container(border=True):
        st.markdown(f"**{metric.title}**")
        st.text(metric.formula)
        if metric.target is not None:
            st.caption(_("Норма: {target} ({basis})").format(target=value_text(metric.unit, metric.target), basis=metric.basis))

headline.section(_("Всплески"))
for text in spikes.METHODS.values():
    st.text(text)
headline.section(_("Периоды и сравнение"))
st.text(
    _(
        "Период: дни поступления по местному времени территории, неделя начинается с понедельника. Сравнение: те же дни недели раньше; для месяца те же числа прошлого месяца. Незаконченный период отмечен и в поиск всплесков не входит. Ноль рисуется нулём, молчание источника разрывом."
    )
)
headline.section(_("Источники справочников"))
st.text(
    _(
        "Населённые пункты и координаты: GeoNames, лицензия CC BY 4.0. Производственный календарь: пакет holidays. Словарь морфологии: OpenCorpora, CC BY-SA."
    )
)
