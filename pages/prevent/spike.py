"""«Что стоит за всплеском и что с ним делают?»"""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from components import charts, exports, headline, links, maps, quotes, register, tables, windows
from components import themes as themes_drawn
from components.register import Doors
from components.tables import Column
from ingest import jobs
from queries import appeals, figures, measures, mentions, outlines, registers, spikes, themes, writes
from queries.appeals import Chosen
from queries.context import Context
from words import _
from words.dates import day, moment, span
from words.numbers import decimal, integer, times
from words.plurals import counted
from words.predicates import DECISIONS, SPIKE_STATES, short_channel, spoken

LIST, SPIKES, SPIKE = "pages/know/appeals.py", "pages/prevent/spikes.py", "pages/prevent/spike.py"
BRIEFING = "pages/inform/briefing.py"
REGISTERS = {"measures": "pages/prevent/measures.py", "campaigns": "pages/prevent/campaigns.py"}
LEADS_TO = {"measure_planned": "measures", "campaign": "campaigns"}
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

spike_id, weekly, is_found = int(spike["spike_id"]), spike["frequency"] == "W", not pd.isna(spike["observed"])
tree = context.territories
context = replace(context, zone=tree.timezone(int(spike["territory_id"])))
scope = spikes.scope_of(context.scope, spike, tree.places(int(spike["territory_id"])))
place, what = spike["territory"], spike["topic"] if not pd.isna(spike["topic"]) else spike["topic_group"]
exports.rename(", ".join([_("Пульс"), _("Всплеск"), place, what, span(scope.first, scope.last)]))
kept = {name: st.query_params[name] for name in spikes.KEYS if name in st.query_params}
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
    frame = spikes.days(scope, spike)
    if frame.empty:
        headline.empty(
            _("Ряда по дням больше нет"),
            _("После новой загрузки этот рост не вышел за границу обычного, поэтому отдельно он не хранится."),
            (_("Показать {n} →").format(n=counted(number, "обращение")), LIST, own),
        )
        return
    inside = frame[frame["day"].between(spike["onset"], spike["last_day"])]
    peak = spike["peak"].date()
    headline.section(
        _("Пик: {n}, {day}").format(
            n=counted(int(inside["observed"].max()), "обращение"), day=span(peak, peak + timedelta(days=6)) if weekly else day(peak)
        ),
        (_("Обращений в неделю. ") if weekly else _("Обращений в день. "))
        + (_("Полоса: обычный уровень, пунктир: ожидаемое, ◆ выше границы. Нажмите на точку, чтобы увидеть обращения")),
    )
    picked = charts.series_band(frame, "spike_series", marks=spikes.marks(scope), weekly=weekly)
    headline.method_note(
        " ".join([spikes.METHODS[spike["method"]], *([spikes.WEEKLY] if weekly else [])]),
        _("Замечен {day}, рост с {onset}").format(day=day(spike["first_flagged"]), onset=day(spike["onset"])),
    )
    silent = frame[frame["missing"] != ""]
    if len(silent):
        st.caption(_("Источник молчал: {which}. Эти дни показаны пропуском и во всплеск не входят").format(which=", ".join(
            f"{name} {span(days.min().date(), days.max().date())}" for name, days in silent.groupby("missing")["day"]
        )))  # fmt: skip
    if picked:
        links.open_page(LIST, own | {"from": picked.isoformat(), "to": (picked + timedelta(days=6 * weekly)).isoformat()})


def write(kind: str) -> None:
    """What is in the window of a cause, a note or a decision, saved for everyone."""
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
            st.session_state["answer_with"] = LEADS_TO.get(chosen)
        st.toast(_("Сохранено"))
        windows.close()


def decide() -> None:
    """What people have written, and the buttons to write."""
    log = spikes.records(context.everywhere(), spike)
    headline.section(
        _("Что с этим делаем"),
        _("Решения ещё нет") if pd.isna(spike["decision"]) else _("Решение: {what}").format(what=DECISIONS[spike["decision"]]),
    )
    with st.container(horizontal=True):
        for kind, words in (("cause", _("Записать причину")), ("decision", _("Принять решение")), ("note", _("Добавить заметку"))):
            window = f"{kind}_{spike_id}"
            if st.button(words, type="primary" if kind == "cause" else "secondary", key=f"save_{kind}") or windows.is_open(window):
                windows.show(words, window, lambda kind=kind: write(kind))
    if is_found:
        links.page_link(_("Справка об этом всплеске →"), BRIEFING, {"kind": "spike", "subject": spike_id})
    answers()
    for entry in log.itertuples():
        quotes.quote_card(*record(entry))
    decided = st.session_state.pop("answer_with", None)
    for code in REGISTERS:
        if code == decided or windows.is_open(f"{code}_{spike_id}"):
            cause = log.loc[log["kind"] == "cause", "text"]
            answer_with(code, str(cause.iloc[0]) if len(cause) else None)


def answers() -> None:
    """The measures and campaigns that answer the spike."""
    for one in measures.of_spike(context.everywhere(), spike).itertuples():
        said = filter(None, [one.title, one.status_name if isinstance(one.status_name, str) else _("объявлена"), day(one.day) if pd.notna(one.day) else ""])
        links.page_link((_("Мера: ") if one.register == "measures" else _("Кампания: ")) + ", ".join(said), REGISTERS[one.register], {"item": one.item_id, "place": scope.place})


def answer_with(code: str, cause: str | None) -> None:
    """The form of a measure or a campaign that answers the spike, filled with what is known of it."""
    doors = Doors.of(code, registers, jobs.send_file)
    values = measures.answering(scope, spike, cause, context.moment.date())[code]
    register.edit(registers.registers()[code], values, registers.choices(tree), doors, f"{code}_{spike_id}")


def record(entry) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    """The words of a record and the line under them."""
    said = DECISIONS.get(entry.what, "") if entry.kind == "decision" else day(pd.Timestamp(entry.what)) if entry.kind == "note" else ""
    elsewhere = "" if entry.spike_id == spike_id else f"{entry.territory}, {entry.topic}"
    facts = [KINDS[entry.kind], said if entry.text else "", elsewhere, moment(context.local(entry.written_at))]
    return entry.text or said, " · ".join(filter(None, facts))


def different() -> None:
    """The words that set the spike apart."""
    headline.section(
        _("Чем отличается этот всплеск"),
        _("В скольких обращениях слово встречается и во сколько раз чаще обычного. Это слова, а не причина"),
    )
    if not terms:
        st.caption(_("Слова те же, что и обычно: особых не нашлось"))
    else:
        by_terms()
    if scope.groups:
        by_topics()


def by_topics() -> None:
    """What a spike of a whole group of topics is made of."""
    found = figures.top_topics(scope).query("appeals > 0").fillna({"topic_id": 0})
    headline.section(_("Из каких тем складывается"), _("Обращений по темам группы «{group}»").format(group=what))
    picked = charts.bars(
        pd.DataFrame({"label": found["topic"].fillna(_("без темы")), "value": found["appeals"], "id": found["topic_id"].astype(int)}),
        "spike_topics",
    )
    if picked:
        links.open_page(LIST, own | ({"topics": f"t{picked}"} if picked != "0" else {"only": "without_topic"}))


def by_terms() -> None:
    """The terms as bars; a click lists the appeals with the word."""
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
    clicked = maps.bubble_map(
        pd.DataFrame(
            {
                "id": range(len(streets)),
                "name": streets["street"],
                "lat": streets["lat"],
                "lon": streets["lon"],
                "value": streets["appeals"],
                "rate": streets["appeals"].astype(float),
                "spikes": 0,
                "tip": [counted(n, "обращение") for n in streets["appeals"]],
            }
        ),
        _("обращений"),
        "spike_map",
        outline=outlines.regions({tree.all[int(spike["region_id"])].name}) if int(spike["region_id"]) == scope.place else None,
        height=300,
    )
    if clicked is not None:
        one = streets.iloc[clicked]
        links.page_link(
            _("{street}: показать {n} →").format(street=one["street"], n=integer(one["appeals"])), LIST, own | {"street": one["street"]}
        )
    picked = charts.bars(pd.DataFrame({"label": streets["street"], "value": streets["appeals"]}).head(6), "spike_streets")
    if picked:
        links.open_page(LIST, own | {"street": picked})


def said() -> None:
    """Places that the texts name themselves; a click lists the appeals."""
    found = themes_drawn.settled(mentions.named(scope, Chosen()), _("Ищем места в текстах"), {})
    for title, words, some in (
        (_("Места, названные в текстах"), _("Обращений без улицы в адресе; места от двух"), found.others() if found else ()),
        (_("Маршруты, названные в текстах"), _("Обращений; маршруты от двух"), found.routes() if found else ()),
    ):
        some = [place for place in some if place.size > 1]
        if some:
            headline.section(title, words)
            picked = charts.bars(
                pd.DataFrame(
                    {
                        "label": [spoken(place.kind, place.name) for place in some],
                        "value": [place.size for place in some],
                        "id": [place.id for place in some],
                    }
                ).head(6),
                f"spike_said_{some[0].kind == 'route'}",
            )
            if picked:
                links.open_page(LIST, own | {"said": picked})


def about() -> None:
    """Themes of the texts; a click lists a theme's appeals."""
    found = themes_drawn.settled(themes.grouped(scope, Chosen()), _("Читаем тексты и собираем темы"), {})
    if found is None:
        return
    if found.texts < themes.FEWEST:
        few = _("Мало текстов, чтобы собрать темы: {n}, нужно {needed}")
        headline.section(_("Темы текстов"), few.format(n=integer(found.texts), needed=integer(themes.FEWEST)))
        return
    headline.section(
        _("Темы текстов: {n}").format(n=len(found.groups)),
        _("Прочитано {n}; ни к одной теме не отнесено {rest}. Нажмите на тему, чтобы открыть её обращения").format(
            n=integer(found.texts), rest=integer(found.rest)
        ),
    )
    picked = themes_drawn.table(found.groups, "", "spike_themes")
    if picked:
        links.open_page(LIST, own | {"view": "themes", "theme": picked})


def who() -> None:
    """Channels and executors."""
    channels, executors = appeals.by_channel(scope), appeals.by_executor(scope)
    headline.section(_("Откуда пишут"), _("Обращений по каналам"))
    picked = charts.bars(
        pd.DataFrame(
            {"label": channels["channel"].map(short_channel), "value": channels["appeals"], "id": channels["channel_id"].astype(str)}
        ),
        "spike_channels",
    )
    if picked:
        links.open_page(LIST, own | {"channels": picked})
    headline.section(
        _("Кто отвечает: {n}").format(n=counted(int(executors["executor_id"].notna().sum()), "исполнитель")), _("Обращений у исполнителя")
    )
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
    if picked:
        links.open_page(LIST, own | ({"executor": picked} if picked != "0" else {"only": "unassigned"}))


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
    """Earlier spikes of the same kind: what was done and what came of it."""
    past = spikes.similar(context.everywhere(), spike)
    headline.section(
        _("Похожее уже было: {n}").format(n=counted(len(past), "всплеск")) if len(past) else _("Похожих всплесков раньше не было"),
        _("Та же группа тем. «Что вышло» сравнивает пик с двумя неделями после конца; это ещё не действие меры") if len(past) else "",
    )
    if past.empty:
        return
    said = past["said"].fillna("").where(past["said"].fillna("") != "", "")
    row = tables.ranked(
        past.assign(
            days=(past["last_day"] - past["onset"]).dt.days + 1,
            cause=past["cause"].fillna(_("не записана")),
            done=[
                ": ".join(filter(None, (DECISIONS.get(d, ""), words))) or _("не записано")
                for d, words in zip(past["decision"], said, strict=True)
            ],
            outcome=[came_of(one) for one in past.itertuples()],
        ),
        [
            Column("onset", _("Когда"), "day"),
            Column("territory", _("Где")),
            Column("topic", _("О чём")),
            Column("observed", _("Обращений"), "count"),
            Column("days", _("Дней"), "count"),
            Column("cause", _("Причина")),
            Column("done", _("Что сделали")),
            Column("outcome", _("Что вышло")),
        ],
        key="spike_similar",
    )
    if row is not None:
        links.open_page(SPIKE, {"id": int(past.iloc[row]["spike_id"]), **kept})


def came_of(past) -> str:  # type: ignore[no-untyped-def]
    """«С 38 в день до 2,4, обычно 2,1»."""
    if pd.isna(past.peak) or past.points_after < (1 if past.frequency == "W" else 7):
        return _("мало данных")
    step = _("в неделю") if past.frequency == "W" else _("в день")
    return _("с {peak} {step} до {after}, обычно {usual}").format(
        peak=integer(past.peak), step=step, after=decimal(past.after, 1), usual=decimal(past.usual, 1)
    )


def finding() -> tuple[str, str]:
    """The headline and the line under it."""
    if not is_found:
        return (
            _("{place}, «{what}»: всплеск не подтвердился").format(place=place, what=what),
            _("{span}: {n}. Новые данные изменили обычный уровень. Записанное людьми сохранено").format(
                span=span(scope.first, scope.last), n=counted(number, "обращение")
            ),
        )
    usual = max(spike["expected"], 0)
    writers = _("пишут {n}").format(n=counted(int(spike["authors"]), "автор")) if spike["authors"] else ""
    said = filter(None, [*spikes.flags(spike).values(), writers])
    return (
        _("{place}, «{what}»: {n} вместо обычных {usual}").format(
            place=place, what=what, n=counted(number, "обращение"), usual=integer(usual) if usual >= 10 else decimal(usual)
        ),
        ". ".join(
            [
                "◆ " * (spike["state"] != "ended") + SPIKE_STATES[spike["state"]].capitalize(),
                span(scope.first, scope.last),
                *(one[0].upper() + one[1:] for one in said),
            ]
        ),
    )


headline.breadcrumb([(_("Всплески"), SPIKES, kept), (place, SPIKES, kept | {"place": scope.place})], what)
headline.headline(*finding())
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
    said()
with third:
    who()
speech()
about()
alike()
