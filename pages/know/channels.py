"""«По каким каналам пишут и какой путь проходят обращения?»"""

import streamlit as st

from components import cards, charts, charts_shares, headline, links, tables
from components.cards import KpiCard, Link
from components.tables import Column
from queries import appeals, channels, figures
from queries.context import Context
from queries.metrics import METRICS
from words import _
from words.dates import day, span
from words.figures import delta_text, value_text
from words.numbers import integer, percent, share_or_count
from words.plurals import counted
from words.predicates import ENDINGS
from words.sentences import channels_finding

LIST = "pages/know/appeals.py"
ALL_CHANNELS = {"channels": None}
PATHS = 12
SUBJECTS = {"block": _("Блок"), "topic_group": _("Группа тем"), "topic": _("Тема")}

context: Context = st.session_state["context"]
scope, before = context.scope, context.scope.before()
where = f"{context.place.name}, {span(scope.first, scope.last)}"
mix = channels.mix(scope)
if not mix["appeals"].sum():
    headline.headline(_("Обращений нет"), where)
    headline.empty(_("За этот период обращений нет"), _("Выберите другой период или уберите фильтры."))
    st.stop()
now = figures.totals(scope)
official = figures.totals(channels.all_channels(scope))


def shown(n: int) -> str:
    """The words of a link to a list."""
    return _("Показать {n} →").format(n=counted(n, "обращение"))


def counters() -> None:
    """Recorded, handed over, left without an executor, official: of the period and since the data begin."""
    past, past_official = (figures.totals(before), figures.totals(channels.all_channels(before))) if before else (None, None)
    found = []
    for label, key, n, total, params in (
        (_("Зафиксировано"), "appeals", "appeals", now, {}),
        (_("Передано исполнителям"), "handed_over", "assigned", now, {"only": "assigned"}),
        (_("Официальные каналы"), "official", "official", official, {"only": "official", **ALL_CHANNELS}),
    ):
        metric, earlier = METRICS[key], past_official if key == "official" else past
        value, old = figures.value_of(key, total), None if earlier is None else figures.value_of(key, earlier)
        found.append(
            KpiCard(
                label=label,
                value=value_text(metric.unit, value) if key == "appeals" else share_or_count(int(total[n]), int(total["appeals"])),
                help=_(metric.formula),
                delta=delta_text(metric.unit, value, old) if total["appeals"] >= channels.FEW or key == "appeals" else "",
                compared=_("к прошлому") if old is not None else "",
                norm=_("60 %: ориентир из статьи, не норма") if key == "official" else "",
                note="" if key == "appeals" else _("{k} из {n}").format(k=integer(total[n]), n=integer(total["appeals"])),
                link=Link(shown(int(total[n])), LIST, params) if total[n] else None,
            )
        )
    cards.kpi_row(found, "channels_kpi")
    first = context.days.first or scope.first
    ever = figures.totals(scope.over(first, scope.last))
    since = {"from": first.isoformat(), "to": scope.last.isoformat()}
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(
            _("С {day}: зафиксировано {n}, передано {k} ({share}).").format(
                day=day(first),
                n=integer(ever["appeals"]),
                k=integer(ever["assigned"]),
                share=percent(ever["assigned"] / ever["appeals"], 1),
            ),
            width="content",
        )
        for words, key, only in ((_("Все"), "appeals", None), (_("Переданные"), "assigned", "assigned")):
            links.page_link(f"{words}: {integer(ever[key])} →", LIST, {**since, "only": only})
        if left := int(ever["appeals"] - ever["assigned"]):
            links.page_link(_("Без исполнителя: {n} →").format(n=integer(left)), LIST, {**since, "only": "unassigned"})
    headline.method_note(_(METRICS["handed_over"].formula))


def volumes() -> None:
    """Volume and mix with comparison."""
    headline.section(
        _("Сколько и откуда"),
        _("За {span}, изменение к {before}. Нажмите на строку").format(
            span=span(scope.first, scope.last), before=span(before.first, before.last)
        )
        if before
        else _("За {span}. Нажмите на строку").format(span=span(scope.first, scope.last)),
    )
    row = tables.ranked(
        mix.assign(official=mix["is_official"].map({True: _("официальный"), False: "—"})),
        [
            Column("channel", _("Канал")),
            Column("official", _("Вид")),
            Column("appeals", _("Обращений"), "count"),
            Column("change", _("Изм."), "change"),
            Column("share", _("Доля"), "percent"),
            Column("share_change", _("Изм. доли"), "points"),
            Column("weeks", _("8 периодов"), "trend"),
        ],
        key="channels_mix",
    )
    if row is not None:
        links.open_page(LIST, {"channels": int(mix.iloc[row]["channel_id"])})


def official_share() -> None:
    """The official share by month, one denominator for all months."""
    note = _(
        "60 % названы в статье о МЦУ (2024) без знаменателя; 5 % на старте там же считались от сообщений в соцсетях: сравнивать их нельзя."
    )
    picked = charts_shares.official_share(
        channels.official_by_month(scope, context.days.last_full, context.days.first),
        "channels_official",
        METRICS["official"].target or 0.6,
        _(METRICS["official"].formula) + " " + note,
    )
    if picked is not None:
        first, last = picked
        links.open_page(LIST, {"from": first.isoformat(), "to": last.isoformat(), "only": "official", **ALL_CHANNELS})


def official_places() -> None:
    """The same share by territory."""
    places = channels.official_by_place(scope, context.territories)
    if len(places) < 2:
        return
    headline.section(_("Где пишут официально"), _("За {span}, из всех каналов").format(span=span(scope.first, scope.last)))
    row = tables.ranked(
        places.assign(muted=places["share"].isna()),
        [
            Column("place", _("Территория")),
            Column("share", _("Доля"), "percent", help=_("Меньше 30 обращений: доля не считается")),
            Column("official", _("Официально"), "count"),
            Column("appeals", _("Из"), "count"),
        ],
        key="channels_places",
        height=360 if len(places) > 9 else None,
    )
    if row is not None:
        links.open_page(LIST, {"place": int(places.iloc[row]["territory_id"]), "only": "official", **ALL_CHANNELS})


def responses() -> None:
    """First response by channel."""
    headline.section(
        _("Первый ответ по каналам"), _("Доля обращений. Черта: норма 4 часа. 30 минут: ориентир бизнеса, не норма. Нажмите на строку")
    )
    picked = charts.channel_responses(appeals.by_channel(scope), "channels_response")
    if picked is not None:
        links.open_page(LIST, {"channels": picked} if picked else {})


def path() -> None:
    """The way from channel to where the appeals stand, as a picture and as a table that opens the lists."""
    found = channels.paths(scope)
    subject = SUBJECTS[channels.about(scope)]
    flow = channels.flow(found)
    headline.section(_("Путь обращений"), _("Синим официальные каналы. За пределами первых семи имён — «прочие»"))
    charts.sankey(flow.nodes, flow.links, [_("Канал"), subject, _("Исполнитель"), _("Состояние")], "channels_flow")
    st.caption(
        _("Самые частые {n} из {all} путей: {k} из {total}. Нажмите на строку, чтобы открыть обращения").format(
            n=integer(min(PATHS, len(found))),
            all=integer(len(found)),
            k=integer(found["appeals"].head(PATHS).sum()),
            total=counted(found["appeals"].sum(), "обращение", "gen"),
        )
    )
    top = found.head(PATHS).assign(ending=lambda f: f["ending"].map(ENDINGS))
    row = tables.ranked(
        top.fillna({"subject": _("без темы"), "executor": _("не назначен")}),
        [
            Column("channel", _("Канал")),
            Column("subject", subject),
            Column("executor", _("Исполнитель")),
            Column("ending", _("Состояние")),
            Column("appeals", _("Обращений"), "count"),
        ],
        key="channels_paths",
    )
    if row is not None:
        links.open_page(LIST, channels.path_params(scope, found.iloc[row].to_dict()))


headline.headline(channels_finding(mix, int(official["official"]), int(official["appeals"])), where)
counters()
left, right = st.columns([5, 4], gap="large")
with left:
    volumes()
    responses()
with right:
    official_share()
    official_places()
path()
