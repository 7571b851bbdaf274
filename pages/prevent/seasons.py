"""«Что повторяется каждый год и чего ждать в ближайшие восемь недель?»"""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from components import charts_season, headline, links, tables, themes
from components.charts_season import Row
from components.links import set_params
from components.tables import Column
from queries import seasons
from queries.context import Context
from queries.scope import integer_of
from queries.seasons import Seasons, Year
from words import _
from words.dates import span
from words.foresight import between, chance, how_often, season_finding, soon, week_days
from words.numbers import decimal, integer, times

LIST = "pages/know/appeals.py"
SHOWN, AHEAD = 24, 8

context: Context = st.session_state["context"]
scope, days = context.scope, context.days


def rising_table(found: Seasons) -> None:
    """Topics that will surely grow, soonest first; a click opens the topic below."""
    rising = found.rising()
    headline.section(
        _("Ждём рост: {n}").format(n=integer(len(rising))),
        _("Обращений в неделю. В скобках границы, в которые попадают четыре недели из пяти. Нажмите на тему"),
        help=_("Рост объявляем, когда нижняя граница выше среднего за последние четыре недели, а ожидание выше его хотя бы на треть."),
    )
    if not rising:
        headline.empty(_("Роста не видно"), _("Ни одна тема не обещает недели выше обычной наверняка."), _("Прогноз всех тем есть в календаре ниже."))
        return
    outlooks = [year.outlook for year in rising if year.outlook]
    rises = [one.rise or 0 for one in outlooks]
    frame = pd.DataFrame(
        {
            "topic": [year.topic for year in rising],
            "usual": [one.usual for one in outlooks],
            "when": [soon(week) for week in rises],
            "rise": [between(one.mean[week], one.low[week], one.high[week]) for one, week in zip(outlooks, rises, strict=True)],
            "peak": [between(one.mean[one.peak], one.low[one.peak], one.high[one.peak]) for one in outlooks],
            "peak_when": [span(*one.week(one.peak)) for one in outlooks],
        }
    )
    picked = tables.ranked(
        frame,
        [
            Column("topic", _("Тема"), width=260),
            Column("usual", _("Сейчас"), "tenths", _("Среднее за последние четыре недели")),
            Column("when", _("Когда начнётся"), width=190),
            Column("rise", _("Сколько тогда"), width=130),
            Column("peak", _("На пике"), width=130),
            Column("peak_when", _("Пик"), width=210),
        ],
        key="seasons_rising",
        height=420 if len(frame) > 11 else None,
    )
    open_topic(rising[picked].topic_id if picked is not None else None)


def open_topic(topic_id: int | None) -> None:
    """Choose the topic that is taken apart below."""
    if topic_id is not None and str(topic_id) != st.query_params.get("topic"):
        set_params({"topic": topic_id})
        st.rerun()


def calendar(found: Seasons, chosen: Year) -> None:
    """Topics by week of the year."""
    rows = [year for year in found.years if year.seasons] + [year for year in found.years if not year.seasons]
    shown = rows if st.session_state.get("seasons_all") else rows[:SHOWN]
    headline.section(
        _("Календарь тем по неделям года"),
        _("Во сколько раз неделя выше уровня своего времени, среднее по годам. Рамка: сезон, который повторяется не случайно. Нажмите на клетку"),
        help=_(
            "Уровень времени: медиана 53 недель вокруг, поэтому сезон себя не прячет. Годы сдвигаем друг относительно друга 499 раз: сезон признаём, "
            "если при случайных сдвигах такое совпадение бывает реже 1 раза из 20. Из {n} тем случайно так найдутся около {k}."
        ).format(n=integer(found.topics), k=integer(-(-found.topics // 20))),
    )
    charts_season.calendar_legend()
    here = min((found.last.timetuple().tm_yday - 1) // 7, 51) + 1
    picked = charts_season.calendar(
        [Row(str(y.topic_id), y.topic, y.course, [(one.first, one.last) for one in y.seasons]) for y in shown], "seasons_calendar", here, str(chosen.topic_id)
    )
    if len(rows) > SHOWN:
        st.toggle(_("Показать все темы: {n}").format(n=integer(len(rows))), key="seasons_all")
    open_topic(int(picked) if picked else None)


def recurring_table(chosen: Year) -> None:
    """The seasons of one topic in words."""
    if not chosen.seasons:
        st.caption(_("Повторяющегося сезона нет: всплески этой темы не держатся одного времени года или лет мало."))
        return
    frame = pd.DataFrame(
        {
            "when": [week_days(one.first, one.last) for one in chosen.seasons],
            "often": [how_often(one.hits, one.years) for one in chosen.seasons],
            "strength": [times(one.strength) for one in chosen.seasons],
            "chance": [chance(one.p) for one in chosen.seasons],
            "low": [one.low for one in chosen.seasons],
        }
    )
    tables.ranked(
        frame,
        [
            Column("when", _("Когда"), width=210),
            Column("often", _("Как часто")),
            Column("strength", _("Насколько выше"), help=_("К уровню своего времени, среднее по годам, когда сезон был")),
            Column("chance", _("Случайно бывает"), width=160),
            Column("low", _("Не реже чем"), "percent", _("Нижняя граница доли лет с сезоном, 95 %: при трёх годах она не бывает высокой")),
        ],
        key="seasons_recurring",
        selectable=False,
    )


def topic_part(found: Seasons, chosen: Year) -> None:
    """One topic: what is ahead, its years over each other, its territories."""
    st.selectbox(
        _("Тема"),
        [year.topic_id for year in found.years],
        index=found.years.index(chosen),
        format_func=lambda one: next(year.topic for year in found.years if year.topic_id == one),
        key=f"seasons_topic_{chosen.topic_id}",
        on_change=lambda: set_params({"topic": st.session_state[f"seasons_topic_{chosen.topic_id}"]}),
    )
    recurring_table(chosen)
    left, right = st.columns(2, gap="large")
    with left:
        ahead(chosen)
    with right:
        overlay(chosen)
    places(chosen)


def ahead(chosen: Year) -> None:
    """The eight weeks of one topic."""
    outlook = chosen.outlook
    if outlook is None:
        headline.empty(_("Прогноза нет"), _("Нужно хотя бы четыре недели с обращениями."))
        return
    week = outlook.peak
    headline.section(
        _("Больше всего ждём {when}: {n}").format(when=span(*outlook.week(week)), n=between(outlook.mean[week], outlook.low[week], outlook.high[week])),
        _("Обращений в неделю; сейчас {n}. Полоса: четыре недели из пяти. Нажмите на прошлую неделю").format(n=decimal(outlook.usual, 1)),
    )
    picked = charts_season.outlook(seasons.recent(scope, days, chosen.topic_id), outlook.first, outlook.mean, outlook.low, outlook.high, "seasons_outlook")
    headline.method_note(
        _(
            "Регрессия дней: уровень, тренд, две волны года и то, что они не описали, день недели, праздники; подведена к уровню последних недель. "
            "Ширина полосы взята из прошлых промахов этого же ряда и шума последних тринадцати недель. На настоящих рядах в полосу попадает 76–95 % недель."
        )
        + ("" if outlook.seasonal else _(" История короче 400 дней: времени года прогноз не знает, и с каждой неделей полоса шире."))
    )
    if picked:
        open_days(chosen, date.fromisoformat(picked))


def overlay(chosen: Year) -> None:
    """The years of one topic over each other."""
    labels, counts = seasons.weeks(scope, days, chosen.topic_id)
    headline.section(_("Годы друг над другом"), _("Обращений в неделю, этот год синим. Закрашен повторяющийся сезон. Нажмите на неделю"))
    picked = charts_season.years([int(year) for year in labels], counts, [(one.first, one.last) for one in chosen.seasons], "seasons_years")
    if picked:
        year, week = picked
        begin = date(year, 1, 1) + timedelta(days=7 * (week - 1))
        open_days(chosen, begin, date(year, 12, 31) if week == 52 else None)


def open_days(chosen: Year, first: date, last: date | None = None) -> None:
    """Go to the appeals of one week."""
    until = last or first + timedelta(days=6)
    links.open_page(LIST, {"topics": f"t{chosen.topic_id}", "from": first.isoformat(), "to": until.isoformat()})


def places(chosen: Year) -> None:
    """The same topic in the territories below."""
    if context.place.kind == "municipality":
        return
    frame = seasons.by_place(scope, days, chosen.topic_id, context.territories)
    headline.section(
        _("«{topic}» по территориям").format(topic=chosen.topic), _("Обращений в неделю; сначала там, где ждём больше всего. Нажмите на строку, чтобы перейти к территории")
    )
    picked = tables.ranked(
        frame.assign(
            next_week=[between(*row) for row in frame[["next", "next_low", "next_high"]].itertuples(index=False)],
            top=[between(*row) for row in frame[["peak", "peak_low", "peak_high"]].itertuples(index=False)],
            when=[span(one, one + timedelta(days=6)) for one in frame["peak_first"]],
            muted=frame["appeals"] < seasons.FEWEST,
        ),
        [
            Column("name", _("Территория"), width=220),
            Column("usual", _("Сейчас"), "tenths", _("Среднее за последние четыре недели")),
            Column("next_week", _("Следующая неделя"), width=140),
            Column("top", _("Наибольшая неделя"), width=140),
            Column("when", _("Когда"), width=220),
            Column("appeals", _("За всю историю"), "count"),
        ],
        key="seasons_places",
        height=420 if len(frame) > 11 else None,
    )
    st.caption(_("Серым: меньше {n} обращений за всю историю, прогноз почти ничего не знает").format(n=seasons.FEWEST))
    if picked is not None:
        links.open_page("pages/prevent/seasons.py", {"place": int(frame.at[picked, "id"]), "topic": chosen.topic_id})


finding = st.container()
found = themes.asked(lambda: seasons.of_topics(scope, days), _("Сравниваем годы и считаем прогноз по каждой теме"))
if found is None:
    with finding:
        headline.headline(_("Сезоны"), context.place.name)
    st.stop()
expected = [(y.topic, y.outlook.rise, y.outlook.mean[y.outlook.rise], y.outlook.low[y.outlook.rise], y.outlook.high[y.outlook.rise]) for y in found.rising() if y.outlook and y.outlook.rise is not None]  # fmt: skip
with finding:
    headline.headline(
        season_finding(expected, len(found.years)),
        _("{place}. Прочитаны {span}, выбранный период на сезоны не влияет").format(place=context.place.name, span=span(found.first, found.last)),
    )
if not found.years:
    headline.empty(_("Обращений с темами нет"), _("В этом месте или по этим темам за всё время ничего не пришло."), _("Уберите фильтры или выберите другое место."))
    st.stop()
rising_table(found)
one = found.one(integer_of(st.query_params.get("topic", ""))) or next(iter(found.rising()), found.years[0])
calendar(found, one)
topic_part(found, one)
