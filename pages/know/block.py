"""«Что пишут отраслевому блоку и кто в нём решает?»"""

from dataclasses import replace

import streamlit as st

from components import headline, links, tables
from components.tables import Column
from queries import dictionaries, figures, kpi
from queries.context import Context
from queries.metrics import METRICS
from queries.scope import integer_of
from words import _
from words.dates import span
from words.numbers import integer
from words.sentences import kpi_finding

LIST, BLOCKS = "pages/know/appeals.py", "pages/know/blocks.py"
FEW = 30

context: Context = st.session_state["context"]
tree = dictionaries.topic_tree().drop_duplicates("block_id").set_index("block_id")["block"]
block = integer_of(st.query_params.get("id", ""))
if block not in tree.index:
    headline.headline(_("Блок не найден"))
    headline.empty(_("Такого блока нет"), _("Ссылка неполная."), (_("Ко всем блокам"), BLOCKS, None))
    st.stop()
scope = replace(context.scope, blocks=(int(block or 0),), groups=(), topics=())
own = {"topics": f"b{block}"}
history = figures.periods(scope)
now = history.loc[0]
settled = figures.figure("resolved_on_time", scope, history, None)
cohort = scope.over(settled.first, settled.last)
headline.breadcrumb([(_("Блоки"), BLOCKS, None)], tree[block])
headline.headline(
    kpi_finding(settled.value, METRICS["resolved_on_time"].target, figures.value_of("first_response", now), settled.n),
    _("Блок «{block}», {place}, {span}").format(block=tree[block], place=context.place.name, span=span(scope.first, scope.last)),
)
left, right = st.columns([5, 3], gap="large")
with left:
    headline.section(_("Темы блока"), _("Поступившие {span}. Нажмите на строку").format(span=span(scope.first, scope.last)))
    topics = figures.top_topics(scope)
    picked = tables.ranked(
        topics.assign(topic=topics["topic"].fillna(_("тема не указана"))),
        [Column("topic", _("Тема"), width=300), Column("appeals", _("Обращений"), "count"), Column("before", _("Было"), "count")],
        key="block_topics",
        height=480 if len(topics) > 13 else None,
    )
    if picked is not None:
        topic = topics.iloc[picked]["topic_id"]
        links.open_page(LIST, {"topics": f"t{int(topic)}"} if topic == topic else own | {"only": "without_topic"})
with right, st.container(border=True):
    headline.section(_("Дальше по блоку"), span(scope.first, scope.last))
    links.page_link(_("Показать все: {n} →").format(n=integer(now["appeals"])), LIST, own)
    for label, page in (
        (_("Решение и ответы →"), "kpi"),
        (_("Сроки и звонки →"), "deadlines"),
        (_("Качество ответов →"), "answers"),
        (_("Путь обращения →"), "process"),
        (_("Нагрузка →"), "workload"),
    ):
        links.page_link(label, f"pages/solve/{page}.py", own)
headline.section(_("Исполнители блока"), _("Поступившие {span}. Нажмите на число").format(span=span(cohort.first, cohort.last)))
found = kpi.breakdown(cohort, "executor", {str(number): name for number, name in dictionaries.executors().items()})
cell = tables.cells(
    found.assign(muted=found["due_resolvable"] < FEW),
    [
        Column("name", _("Исполнитель"), width=280),
        Column("appeals", _("Обращений"), "count"),
        Column("resolved_on_time_value", METRICS["resolved_on_time"].title, "percent", help=METRICS["resolved_on_time"].formula),
        Column("due_resolvable", _("из n"), "count"),
        Column("change", _("К прошлому"), "points"),
        Column("late_value", _("Нарушен срок"), "percent"),
        Column("repeated_value", _("Повторно"), "percent"),
        Column("response_median", _("Ответ, медиана"), "minutes"),
    ],
    key="block_executors",
    height=480 if len(found) > 13 else None,
)
if cell is not None:
    only = kpi.predicate_of(cell[1])
    part = kpi.part_params("executor", found.iloc[cell[0]]["part"], only)
    links.open_page(LIST, own | part | {"from": cohort.first.isoformat(), "to": cohort.last.isoformat()})
