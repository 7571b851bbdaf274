"""«Как официальные страницы отвечают жителям?»"""


import pandas as pd
import streamlit as st

from components import charts, charts_shares, headline, links, register, tables, windows
from components.charts import Line
from components.register import Doors
from components.safe import plain, safe_url
from components.tables import Column
from ingest import jobs
from queries import accounts, channels, registers
from queries.context import Context
from queries.metrics import METRICS
from words import _
from words.dates import period_label, span
from words.informing import FAULTS, accounts_finding, host
from words.numbers import integer
from words.plurals import counted

LIST = "pages/know/appeals.py"

context: Context = st.session_state["context"]
scope = context.scope
own = registers.registers()["accounts"]
doors = Doors.of("accounts", registers, jobs.send_file)
options = registers.choices(context.territories)
found = accounts.pages(scope)
pages, linked, on_time = accounts.totals(found)


def listed() -> None:
    """The registry with what is written to each page and how it answers."""
    headline.section(
        _("Реестр страниц"),
        _("Сообщения за {span}, только с официальных страниц. Нажмите на строку").format(span=span(scope.first, scope.last)),
    )
    now = st.query_params.get("item", "")
    row = tables.ranked(
        found.assign(total=found["item_id"] == now, muted=found["messages"].isna(), good=found["rated_good"] / found["rated"].where(found["rated"] > 0)),
        [
            Column("body", _("Орган"), width=165),
            Column("territory_name", _("Где"), width=115),
            Column("network_name", _("Площадка"), width=110),
            Column("messages", _("Сообщений"), "count", width=90),
            Column("answered", _("С ответом"), "count", width=80),
            Column("on_time", _("Ответ за 4 ч"), "percent", help=_("Ответили за 4 часа / сообщения, у которых 4 часа прошли"), width=95),
            Column("response_median", _("Медиана ответа"), "minutes", help=_("Неотвеченные считаются более долгими, чем любые"), width=115),
            Column("good", _("Оценки 4–5"), "percent", help=_("Из сообщений, чей автор поставил оценку"), width=90),
            Column("rated", _("Оценок, n"), "count", width=75),
            Column("written_again", _("Пишут снова"), "count", help=_("Тот же автор с той же темой после ответа"), width=95),
            Column("followers", _("Подписчиков"), "count", width=95),
            Column("trained", _("Обучен"), "day", width=135),
        ],
        f"accounts_table_{now}",
        height=430 if len(found) > 12 else None,
    )
    st.caption(_("Серым: страницы, к которым сообщения не привязаны. Впишите адрес любой их записи"))
    if row is not None and found.iloc[row]["item_id"] != now:
        links.set_params({"item": found.iloc[row]["item_id"]})
        st.rerun()
    known = found[found["item_id"] == now]
    if len(known):
        one(known.iloc[0])
    others = accounts.unregistered(scope, found)
    if len(others):
        st.caption(
            _("Вне реестра: {n} на страницах, которых в нём нет ({pages})").format(
                n=counted(others["messages"].sum(), "сообщение"), pages=plain(", ".join(others["page"].head(5))) + ("…" if len(others) > 5 else "")
            )
        )


def one(page: pd.Series) -> None:
    """One page: its address, its messages, its sheet."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(f"{page['body']}, {page['territory_name']}, {page['network_name']}")
        if pd.notna(page["messages"]) and page["messages"]:
            params = {"account": page["address"], "place": int(page["territory"]), "channels": None}
            if scope.places is None or int(page["territory"]) in scope.places:
                links.page_link(_("Показать {n} →").format(n=counted(page["messages"], "обращение")), LIST, params)
        if url := safe_url(page["url"]):
            st.link_button(plain(_("Открыть: {host}").format(host=host(url))), url)
        if st.button(_("Изменить"), key="accounts_edit") or windows.is_open("accounts"):
            register.edit(own, registers.shown("accounts", page.to_dict()), options, doors, "accounts", page["item_id"])


def training() -> None:
    """Whose pages answer worse than others by more than chance."""
    worse = accounts.to_train(found)
    untrained = found[found["trained"].isna()]
    headline.section(_("Кому нужно обучение"), _("Хуже остальных страниц той же площадки больше, чем по случайности; у каждой n не меньше 30"))
    if worse.empty:
        headline.empty(
            _("Таких страниц нет"),
            _("Ни одна страница не отличается от остальных больше, чем по случайности, или сообщений за период мало."),
            _("Расширьте период: за квартал различия виднее."),
        )
    else:
        row = tables.ranked(
            worse.assign(fault=worse["fault"].map(FAULTS)),
            [
                Column("body", _("Орган"), width=170),
                Column("territory_name", _("Где"), width=120),
                Column("network_name", _("Площадка"), width=110),
                Column("fault", _("Что не так"), width=230),
                Column("share", _("Доля"), "percent", width=65),
                Column("others", _("У остальных"), "percent", width=95),
                Column("n", _("n"), "count", width=65),
                Column("trained", _("Обучен"), "day", width=135),
            ],
            "accounts_training",
        )
        if row is not None:
            links.set_params({"item": worse.iloc[row]["item_id"]})
            st.rerun()
    st.caption(_("Без отметки об обучении администратора: {k} из {n}").format(k=integer(len(untrained)), n=counted(len(found), "страница", "gen")))
    headline.method_note(
        _("Точный критерий для долей против остальных страниц той же площадки, с поправкой Холма на число сравнений. Одна страница может быть названа за несколько недостатков.")
    )


def official_share() -> None:
    """The official share by month, one denominator for all months."""
    note = _(
        "60 % названы в статье о МЦУ (2024) без знаменателя. Другие 60 % из той же статьи, доля обращений о работе местного самоуправления, к этому графику не относятся."
    )
    picked = charts_shares.official_share(
        channels.official_by_month(scope, context.days.last_full, context.days.first),
        "accounts_official",
        METRICS["official"].target or 0.6,
        _(METRICS["official"].formula) + " " + note,
    )
    if picked is not None:
        first, last = picked
        links.open_page(LIST, {"from": first.isoformat(), "to": last.isoformat(), "only": "official", "channels": None})


def growth() -> None:
    """How many pages there are by month."""
    months = accounts.growth(scope, context.days.last_full)
    headline.section(_("Сколько страниц ведётся"), _("На конец месяца, по дате открытия. Закрытые страницы удаляют из реестра"))
    if months.empty:
        headline.empty(_("Даты открытия не указаны"), _("Без них рост не посчитать."), _("Впишите «Ведётся с» в карточке страницы."))
        return
    charts.trend_lines(
        [period_label(first, "month") for first in months["month"]], [Line(_("Страниц"), [float(n) for n in months["pages"]], main=True)], "accounts_growth", percent=False, height=240
    )
    undated = int(found["opened"].isna().sum())
    if undated:
        st.caption(_("Без даты открытия: {n}").format(n=counted(undated, "страница")))


messages = 0 if found.empty else int(found["messages"].fillna(0).sum())
headline.headline(accounts_finding(pages, linked, messages, on_time), f"{context.place.name}, {span(scope.first, scope.last)}")
register.buttons(own, {"territory": scope.place}, options, doors, "accounts")
if found.empty:
    headline.empty(
        _("Официальных страниц в реестре нет"),
        _("Для этой территории ничего не внесено."),
        _("Загрузите перечень госпабликов или добавьте страницу. Доля официальных каналов посчитана ниже и без реестра."),
    )
else:
    listed()
left, right = st.columns(2, gap="large")
with left:
    official_share()
with right:
    if len(found):
        training()
        growth()
