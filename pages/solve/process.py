"""«Какой путь проходит обращение и где теряет время?»"""

import streamlit as st

from components import charts, headline, links, tables
from components.tables import Column
from queries import dictionaries, process
from queries.context import Context
from words import _
from words.dates import span
from words.numbers import days, integer, minutes, percent
from words.plurals import counted
from words.solving import process_finding

LIST = "pages/know/appeals.py"
HEADINGS = (_("Первый исполнитель"), _("Второй"), _("Третий"))

context: Context = st.session_state["context"]
scope = context.scope
found = process.ways(scope)
whole = found.summary
stages = process.stages(found)
slowest = stages.iloc[0] if len(stages) else None
headline.headline(
    process_finding(
        whole.appeals,
        whole.direct_share,
        None if slowest is None else process.stage_name(slowest["status"]),
        0 if slowest is None else slowest["time_share"],
    ),
    _("{place}, {span}. Обращений с журналом {n}").format(place=context.place.name, span=span(scope.first, scope.last), n=integer(whole.appeals)),
)
if not whole.appeals:
    headline.empty(
        _("Журнала статусов нет"),
        _("Ни у одного обращения выбранного периода нет записей о передаче и смене состояния."),
        (_("Загрузить журнал событий"), "pages/data/imports.py", None),
    )
    st.stop()


def stage_table() -> None:
    """The stages and their time; the first one is the bottleneck."""
    headline.section(
        _("Стадии"),
        _("Сверху узкое место: на него уходит больше всего времени"),
        help=_("Медиана с учётом незаконченных стадий (Каплан — Мейер). Доля: часть всего времени всех обращений."),
    )
    tables.ranked(
        stages.assign(name=[process.stage_name(status).capitalize() for status in stages["status"]]),
        [
            Column("name", _("Стадия"), width=200),
            Column("median_minutes", _("Медиана"), "minutes"),
            Column("time_share", _("Доля времени"), "percent"),
            Column("n", _("Раз"), "count"),
            Column("unfinished", _("Идёт сейчас"), "count"),
        ],
        key="process_stages",
        selectable=False,
    )


def losses() -> None:
    """Hand-offs, returns, loops, and what one hop costs."""
    headline.section(_("Передачи"), _("Из {n} с журналом").format(n=counted(whole.appeals, "обращение", "gen")))
    among = _("нет данных")
    tables.facts(
        {
            _("Передач между исполнителями"): integer(whole.handoffs),
            _("Возвратов «не мой вопрос»"): integer(whole.returns),
            _("Петель: снова у прежнего исполнителя"): integer(whole.loops),
            _("Возобновлено после ответа или закрытия"): integer(whole.reopened),
            _("Сразу нужному исполнителю"): among if whole.direct_share is None else percent(whole.direct_share),
            _("До нужного исполнителя, медиана"): among if whole.minutes_to_right is None else minutes(whole.minutes_to_right),
        }
    )
    if whole.hop_minutes is not None:
        st.caption(
            _(
                "Одна лишняя передача стоит {hop} (медиана, передач {n}). Убрать по одной у каждого переданного: {all} ожидания за период. "
                "Допущение: следующий исполнитель взялся бы так же быстро, получив обращение сразу."
            ).format(hop=minutes(whole.hop_minutes), n=integer(whole.lost_tenures), all=days(whole.hop_minutes * (found.journeys["handoffs"] > 0).sum() / 1440))
        )


def divided() -> None:
    """The same by topic or by executor."""
    headline.section(_("По темам и исполнителям"), _("Нужный исполнитель: тот, кто первым ответил. Нажмите на строку"))
    what = st.segmented_control(
        _("Разрез"), ["topic_id", "holder_id"], format_func=lambda one: _("Тема") if one == "topic_id" else _("Исполнитель"),
        default="topic_id", key="process_by", label_visibility="collapsed", required=True,
    )  # fmt: skip
    table = process.by(found, what)
    topics = dictionaries.topic_tree().dropna(subset="topic_id").set_index("topic_id")["topic"]
    names = topics if what == "topic_id" else found.names
    table = table.assign(name=[names.get(own, _("не указано")) for own in table["id"]], muted=table["appeals"] < 30)
    picked = tables.ranked(
        table,
        [
            Column("name", _("Тема") if what == "topic_id" else _("Исполнитель"), width=290),
            Column("appeals", _("Обращений"), "count"),
            Column("handed_share", _("Переданы"), "percent"),
            Column("returns", _("Возвратов"), "count"),
            Column("direct", _("Сразу нужному"), "percent"),
            Column("to_right", _("До нужного"), "minutes"),
            Column("slowest", _("Узкое место"), width=190),
            Column("slowest_share", _("Его доля"), "percent"),
        ],
        key="process_parts",
        height=480 if len(table) > 13 else None,
    )
    if picked is not None:
        own = table.iloc[picked]["id"]
        key, nobody = ("topics", "without_topic") if what == "topic_id" else ("executor", "unassigned")
        known = own == own
        links.open_page(
            LIST, {key: (f"t{int(own)}" if what == "topic_id" else int(own)) if known else None, "only": "logged" if known else f"logged,{nobody}"}
        )


def paths() -> None:
    """Where handed-on appeals go, as a picture and as a table."""
    flow = process.handed_on(found)
    handed = int((found.journeys["handoffs"] > 0).sum())
    headline.section(
        _("Переданных обращений {n} из {all}").format(n=integer(handed), all=integer(whole.appeals)),
        _("От кого к кому; остальные решает первый же исполнитель"),
    )
    if handed:
        charts.sankey(flow.nodes, flow.links, (*HEADINGS[: int(flow.nodes["stage"].max())], _("Итог")), "process_sankey", height=420)
    table = process.routes(found)
    headline.section(_("Частые пути"), _("Медиана до закрытия, с учётом открытых"))
    tables.ranked(
        table,
        [
            Column("way", _("Путь"), width=520),
            Column("n", _("Обращений"), "count"),
            Column("share", _("Доля"), "percent"),
            Column("median_minutes", _("До закрытия"), "minutes"),
        ],
        key="process_routes",
        selectable=False,
    )


left, right = st.columns(2, gap="large")
with left:
    stage_table()
with right:
    losses()
divided()
paths()
