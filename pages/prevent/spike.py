"""«Что стоит за всплеском и что с ним делают?»"""

import pandas as pd
import streamlit as st

from components import charts, headline, links, maps, quotes, tables
from components.tables import Column
from queries import appeals, spikes, writes
from queries.appeals import Chosen
from queries.context import Context
from words import _
from words.dates import day, moment, span
from words.numbers import integer, times
from words.plurals import counted
from words.predicates import DECISIONS, SPIKE_STATES

LIST, SPIKES, SPIKE = "pages/know/appeals.py", "pages/prevent/spikes.py", "pages/prevent/spike.py"
KINDS = {"cause": _("Причина"), "note": _("Заметка"), "decision": _("Решение")}

context: Context = st.session_state["context"]
given = st.query_params.get("id", "")
spike = spikes.one(context.everywhere(), int(given)) if given.isdecimal() and len(given) < 20 else None
if spike is None:
    headline.headline(_("Всплеск не найден"))
    headline.empty(
        _("Такого всплеска нет"),
        _("Ссылка неполная, или после новой загрузки всплеск не подтвердился."),
        (_("Ко всем всплескам"), SPIKES, None),
    )
    st.stop()

spike_id = int(spike["spike_id"])
scope = spikes.scope_of(context.scope, spike, context.territories.places(int(spike["territory_id"])))
place, what = spike["territory"], spike["topic"] if not pd.isna(spike["topic"]) else spike["topic_group"]
own = {
    "place": scope.place,
    "from": scope.first.isoformat(),
    "to": scope.last.isoformat(),
    "channels": None,
    "topics": f"t{scope.topics[0]}" if scope.topics else f"g{scope.groups[0]}",
}
number, restricted = appeals.count(scope, Chosen())
texts = appeals.texts(scope)
terms = spikes.terms(scope, texts)


def series() -> None:
    """The spike in its series."""
    frame = spikes.days(spike_id)
    headline.section(
        _("Пик: {n}, {day}").format(n=counted(int(frame["observed"].max()), "обращение"), day=day(spike["peak"])),
        _(
            "Обращений в день. Полоса: обычный уровень, пунктир: ожидаемое, ◆ день выше границы. Нажмите на точку, чтобы увидеть обращения дня"
        ),
    )
    picked = charts.series_band(frame, "spike_series", marks=spikes.marks(scope))
    headline.method_note(
        spikes.METHODS[spike["method"]],
        _("Замечен {day}, рост с {onset}").format(day=day(spike["first_flagged"]), onset=day(spike["onset"])),
    )
    if picked:
        links.open_page(LIST, own | {"from": picked.isoformat(), "to": picked.isoformat()})


@st.dialog(_("Записать"))
def write(kind: str) -> None:
    """A cause, a note or a decision, saved for everyone."""
    chosen = st.selectbox(_("Решение"), list(DECISIONS), format_func=DECISIONS.get) if kind == "decision" else None
    when = st.date_input(_("День"), spike["onset"].date(), format="DD.MM.YYYY") if kind == "note" else None
    text = st.text_area(
        KINDS[kind] if kind != "decision" else _("Пояснение"), key=f"write_{kind}", placeholder=_("Коротко и по делу, без фамилий")
    )
    st.caption(_("Запись увидят все, кто откроет эту тему, и она останется после перезапуска"))
    if st.button(_("Сохранить"), type="primary", disabled=kind != "decision" and not text.strip()):
        if kind == "cause":
            writes.save_cause(spike_id, text)
        elif kind == "note":
            writes.save_note(
                when,
                text,
                spike_id=spike_id,
                territory_id=scope.place,
                topic_group_id=int(spike["topic_group_id"]),
                topic_id=scope.topics[0] if scope.topics else None,
            )
        else:
            writes.save_decision(spike_id, chosen, text)
        st.rerun()


def decide() -> None:
    """What people have written, and the buttons to write."""
    log = spikes.records(spike_id)
    headline.section(_("Что с этим делаем"), _("Решения ещё нет") if log.empty else "")
    with st.container(horizontal=True):
        if st.button(_("Записать причину"), type="primary", key="save_cause"):
            write("cause")
        if st.button(_("Принять решение"), key="save_decision"):
            write("decision")
        if st.button(_("Добавить заметку"), key="save_note"):
            write("note")
    for entry in log.itertuples():
        label = DECISIONS.get(entry.what, "") if entry.kind == "decision" else day(pd.Timestamp(entry.what)) if entry.kind == "note" else ""
        quotes.quote_card(
            entry.text or label,
            " · ".join(
                filter(
                    None,
                    [
                        KINDS[entry.kind],
                        label if entry.text else "",
                        moment(pd.Timestamp(entry.written_at, tz="UTC").tz_convert(context.zone).tz_localize(None)),
                    ],
                )
            ),
        )


def different() -> None:
    """The words that set the spike apart."""
    headline.section(
        _("Чем отличается этот всплеск"),
        _("В скольких обращениях слово встречается и во сколько раз чаще обычного. Это слова, а не причина"),
    )
    if not terms:
        st.caption(_("Слова те же, что и обычно: особых не нашлось"))
        return
    picked = charts.bars(
        pd.DataFrame(
            {
                "label": [t.word for t in terms],
                "value": [t.count for t in terms],
                "note": [times(t.times) for t in terms],
                "id": [t.key for t in terms],
            }
        ),
        "spike_terms",
    )
    if picked:
        links.open_page(LIST, own | {"term": picked})


def where() -> None:
    """Streets."""
    streets = appeals.by_street(scope)
    named = int(streets["appeals"].sum())
    headline.section(_("Где"), _("Обращений по улицам. Улица не указана или редкая у {n}").format(n=integer(number - named)))
    if streets.empty:
        st.caption(_("Адресов в обращениях нет"))
        return
    maps.bubble_map(
        pd.DataFrame(
            {
                "id": range(len(streets)),
                "name": streets["street"],
                "lat": streets["lat"],
                "lon": streets["lon"],
                "value": streets["appeals"],
                "rate": streets["appeals"].astype(float),
                "spikes": 0,
            }
        ),
        _("обращений"),
        "spike_map",
        height=300,
    )
    picked = charts.bars(pd.DataFrame({"label": streets["street"], "value": streets["appeals"]}).head(6), "spike_streets")
    if picked:
        links.open_page(LIST, own | {"street": picked})


def who() -> None:
    """Channels and executors."""
    channels, executors = appeals.by_channel(scope), appeals.by_executor(scope)
    headline.section(_("Откуда пишут"), _("Обращений по каналам"))
    picked = charts.bars(
        pd.DataFrame({"label": channels["channel"], "value": channels["appeals"], "id": channels["channel_id"].astype(str)}),
        "spike_channels",
    )
    if picked:
        links.open_page(LIST, own | {"channels": picked})
    headline.section(_("Кто отвечает: {n}").format(n=counted(len(executors), "исполнитель")), _("Обращений у исполнителя"))
    label = executors["executor"].fillna(_("не назначен"))
    picked = charts.bars(
        pd.DataFrame(
            {
                "label": label,
                "value": executors["appeals"],
                "id": executors["executor_id"].fillna(0).astype(int).astype(str),
                "note": [_("{n} просрочено").format(n=n) if n else "" for n in executors["overdue"]],
            }
        ),
        "spike_executors",
    )
    if picked and picked != "0":
        links.open_page(LIST, own | {"executor": picked})


def speech() -> None:
    """Appeals and comments in their own words."""
    headline.section(
        _("О чём пишут"), _("Тексты закрыты у {n}: посчитаны, но не показаны").format(n=integer(restricted)) if restricted else ""
    )
    order = {"typical": _("Типичные"), "new": _("Новые"), "discussed": _("Самые обсуждаемые")}
    chosen = st.segmented_control(
        _("Порядок"), list(order), format_func=order.get, default="typical", key="spike_order", label_visibility="collapsed", required=True
    )
    left, right = st.columns(2, gap="large")
    with left:
        for row in spikes.ordered(texts, terms, chosen).head(6).itertuples():
            quotes.quote_card(
                row.text,
                _("{channel} · {at}").format(channel=row.channel, at=moment(context.local(row.created_at))),
                spikes.surface(row.text, terms),
            )
        links.page_link(_("Показать {n} →").format(n=counted(number, "обращение")), LIST, own)
    with right:
        said = appeals.comments_under(scope, limit=500)
        headline.section(counted(len(said), "комментарий") if len(said) < 500 else _("500 последних комментариев"))
        for row in spikes.ordered(said.assign(engagement=0), terms, "new" if chosen == "new" else "typical").head(8).itertuples():
            quotes.quote_card(row.text, moment(context.local(row.created_at)), spikes.surface(row.text, terms))


def alike() -> None:
    """Earlier spikes of the same kind."""
    past = spikes.similar(context.everywhere(), spike)
    headline.section(_("Похожее уже было") if len(past) else _("Похожих всплесков раньше не было"))
    if past.empty:
        return
    row = tables.ranked(
        past.assign(cause=past["cause"].fillna(""), decision=[DECISIONS.get(d, "") for d in past["decision"]]),
        [
            Column("onset", _("Когда"), "day"),
            Column("territory", _("Где")),
            Column("topic", _("О чём")),
            Column("observed", _("Обращений"), "count"),
            Column("cause", _("Причина")),
            Column("decision", _("Решение")),
        ],
        key="spike_similar",
    )
    if row is not None:
        links.open_page(SPIKE, {"id": int(past.iloc[row]["spike_id"])})


headline.breadcrumb([(_("Всплески"), SPIKES, None), (place, SPIKES, {"place": scope.place})], what)
headline.headline(
    _("{place}, «{what}»: {n} вместо обычных {usual}").format(
        place=place, what=what, n=counted(int(spike["observed"]), "обращение"), usual=integer(max(round(spike["expected"]), 0))
    ),
    ". ".join(
        [
            _("◆ {state}, с {onset}").format(state=SPIKE_STATES[spike["state"]].capitalize(), onset=day(spike["onset"])),
            span(scope.first, scope.last),
            *spikes.flags(spike),
            counted(int(spike["authors"]), "автор"),
        ]
    ),
)
left, right = st.columns([5, 3], gap="large")
with left:
    series()
with right, st.container(border=True):
    decide()
first, second, third = st.columns(3, gap="large")
with first:
    different()
with second:
    where()
with third:
    who()
speech()
alike()
