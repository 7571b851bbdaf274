"""«О чём мы предупредили, помогло ли, и о чём пора предупредить?»"""


import pandas as pd
import streamlit as st

from components import headline, links, register, tables, windows
from components import themes as themes_drawn
from components.register import Doors
from components.tables import Column
from ingest import jobs
from queries import campaigns, registers, seasons
from queries.campaigns import Reminder
from queries.context import Context
from words import _
from words import effects as said
from words.dates import day, span
from words.numbers import integer, times
from words.plurals import counted

EFFECTS, SPIKE, LIST, SEASONS = "pages/prevent/effects.py", "pages/prevent/spike.py", "pages/know/appeals.py", "pages/prevent/seasons.py"
STRETCHES = {
    "before": _("четыре недели до объявления"),
    "notice": _("от объявления до начала работ"),
    "works": _("во время работ"),
    "last_year": _("те же дни год назад"),
}

context: Context = st.session_state["context"]
reader, today = context.everywhere(), context.moment.date()
own = registers.registers()["campaigns"]
doors = Doors.of("campaigns", registers, jobs.send_file)
options = registers.choices(context.territories)
found = campaigns.listed(context.scope)


def listed() -> None:
    """The register; a click shows one campaign."""
    numbers = [campaigns.asked(row, reader) for row in found.to_dict("records")]
    frame = found.assign(
        works=[span(a.date(), b.date()) if pd.notna(a) and pd.notna(b) else day(a) for a, b in zip(found["start"], found["end"], strict=True)],
        where=[", ".join(filter(None, (name, place))) for name, place in zip(found["territory_name"], found["place"].fillna(""), strict=True)],
        through=["; ".join(names) for names in found["channels"]],
        year=["" if (change := campaigns.difference(one)) is None else said.share(change) for one in numbers],
    )
    row = tables.ranked(
        frame,
        [
            Column("what", _("О чём предупредили"), width=310),
            Column("where", _("Где"), width=150),
            Column("topic_name", _("Тема"), width=120),
            Column("announced", _("Объявлено"), "day", width=120),
            Column("works", _("Работы"), width=190),
            Column("through", _("Где объявили"), width=210),
            Column("year", _("К прошлому году"), help=_("За дни работ против тех же дней год назад, по теме кампании"), width=120),
        ],
        key="campaigns_list",
        height=480 if len(frame) > 13 else None,
    )
    wanted = found.index[found["item_id"] == st.query_params.get("item", "")]
    chosen = row if row is not None else int(wanted[0]) if len(wanted) else None
    if chosen is not None:
        one(found.iloc[chosen], numbers[chosen])


def one(row: pd.Series, stretches: pd.DataFrame) -> None:
    """One campaign: its words, the questions before and after the notice."""
    with st.container(border=True, key="campaign"):
        headline.section(row["what"], f"{row['territory_name']}, «{row['topic_name']}». " + _("Объявлено {day}").format(day=day(row["announced"])))
        if row["text"]:
            st.text(row["text"])
        picked = tables.ranked(
            stretches.assign(
                label=[STRETCHES[kind] for kind in stretches["kind"]],
                when=[span(a, b) for a, b in zip(stretches["first"], stretches["last"], strict=True)],
            ),
            [
                Column("label", _("Когда"), width=260),
                Column("when", _("Дни"), width=230),
                Column("days", _("Дней"), "count", width=70),
                Column("appeals", _("Обращений"), "count", width=100),
                Column("per_day", _("В день"), "tenths", width=80),
            ],
            key=f"campaign_{row['item_id']}",
        )
        change = campaigns.difference(stretches)
        if change is not None:
            st.caption(_("За дни работ обращений {change} к тем же дням год назад. Это простое сравнение: что ещё изменилось за год, оно не знает.").format(change=said.share(change)))
        with st.container(horizontal=True, vertical_alignment="center"):
            window = f"campaigns_{row['item_id']}"
            if st.button(_("Изменить"), key="campaign_edit") or windows.is_open(window):
                register.edit(own, registers.shown("campaigns", row.to_dict()), options, doors, window, row["item_id"])
            links.page_link(_("Что это дало →"), EFFECTS, {"id": row["item_id"]})
            if pd.notna(row["spike"]):
                links.page_link(_("Всплеск →"), SPIKE, {"id": int(row["spike"])})
        if picked is not None:
            stretch = stretches.iloc[picked]
            about = {"place": int(row["territory"]), "topics": row["topic"], "channels": None}
            links.open_page(LIST, about | {"from": stretch["first"].isoformat(), "to": stretch["last"].isoformat()})


def remind() -> None:
    """Seasons that begin within six weeks."""
    headline.section(_("Пора предупредить"), _("Темы, о которых каждый год пишут больше в одни и те же недели; ближайшие шесть недель"))
    year = themes_drawn.asked(lambda: seasons.of_topics(context.scope, context.days), _("Смотрим, что повторяется каждый год"))
    if year is None:
        return
    soon = campaigns.reminders(year, found, today)
    if not soon:
        st.caption(_("Сезонов, которые начинаются в ближайшие шесть недель, не нашлось"))
        return
    row = tables.ranked(
        pd.DataFrame({
            "topic": [one.topic for one in soon],
            "when": [span(one.first, one.last) for one in soon],
            "in_days": [counted((one.first - today).days, "день") for one in soon],
            "years": [_("{k} из {n}").format(k=one.hits, n=counted(one.years, "год", "gen")) for one in soon],
            "strength": [times(one.strength) for one in soon],
            "warned": [_("уже предупредили") if one.warned else "" for one in soon],
            "muted": [one.warned for one in soon],
        }),
        [
            Column("topic", _("Тема"), width=260),
            Column("when", _("Обычно"), width=260),
            Column("in_days", _("Начнётся через"), width=120),
            Column("years", _("В какие годы так было"), width=170),
            Column("strength", _("Больше обычного"), width=130),
            Column("warned", "", width=150),
        ],
        key="campaigns_soon",
    )  # fmt: skip
    asked = st.session_state.get("campaign_about")
    if row is None and not windows.is_open(f"campaign_{asked}"):
        st.session_state.pop("campaign_about", None)
    if row is not None and soon[row].topic_id != asked:
        asked = st.session_state["campaign_about"] = soon[row].topic_id
        register.edit(own, drafted(soon[row]), options, doors, f"campaign_{asked}")
    elif windows.is_open(f"campaign_{asked}"):
        register.edit(own, drafted(next(one for one in soon if one.topic_id == asked)), options, doors, f"campaign_{asked}")


def drafted(reminder: Reminder) -> dict[str, object]:
    """What the form of a campaign begins with when it answers a reminder."""
    place = {"territory": context.scope.place} if context.place.kind != "country" else {}
    return {"topic": f"t{reminder.topic_id}", "announced": today, "start": reminder.first, "end": reminder.last, **place}


lately = int((found["announced"] >= pd.Timestamp(today - campaigns.RECENTLY)).sum())
if found.empty:
    headline.headline(_("Кампаний пока нет"), _("Запишите, о чём, где и когда предупредили жителей: будет видно, стали ли меньше спрашивать."))
else:
    headline.headline(
        _("Жителей предупредили заранее: {n}").format(n=counted(len(found), "кампания")),
        _("{place}. За последние три месяца: {n}. Период сверху на список не влияет").format(place=context.place.name, n=integer(lately)),
    )
register.buttons(own, {"announced": today}, options, doors, "campaigns")
if len(found):
    listed()
else:
    headline.empty(_("Здесь пока ничего нет"), _("Добавьте кампанию или загрузите таблицу. Ниже видно, о чём пора предупредить."))
remind()
