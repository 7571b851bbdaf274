"""«Что было с этим обращением?»"""

import pandas as pd
import streamlit as st

from components import headline, links, quotes, tables
from components.tables import Column
from queries import appeals
from queries.context import Context
from words import _
from words.dates import moment
from words.numbers import integer, minutes
from words.plurals import counted
from words.predicates import STATUSES, TYPES, state

LIST = "pages/know/appeals.py"

context: Context = st.session_state["context"]
given = st.query_params.get("id", "")
everywhere = context.everywhere()
appeal = appeals.one(everywhere, int(given)) if given.isdecimal() and len(given) < 20 else None
if appeal is None:
    headline.headline(_("Обращение не найдено"))
    headline.empty(
        _("Такого обращения нет"), _("Ссылка неполная, или обращение заменено при загрузке."), (_("К списку обращений"), LIST, None)
    )
    st.stop()

zone = appeal["timezone"]


def local(at) -> str:  # type: ignore[no-untyped-def]
    """A UTC moment on the territory's clock."""
    return "—" if pd.isna(at) else moment(pd.Timestamp(at, tz="UTC").tz_convert(zone).tz_localize(None))


headline.breadcrumb(
    [(_("Обращения"), LIST, None), (appeal["territory"], LIST, {"place": int(appeal["territory_id"])})], appeal["external_id"] or str(given)
)
place = ", ".join(str(part) for part in (appeal["settlement"], appeal["street"], appeal["house"]) if not pd.isna(part))
headline.headline(
    f"{appeal['topic'] or _('Тема не указана')}: {state(appeal['status'], None if pd.isna(appeal['outcome']) else appeal['outcome'])}",
    ". ".join(filter(None, [f"{appeal['territory']}", place, local(appeal["created_at"]), appeal["channel"]])),
)
left, right = st.columns([5, 3], gap="large")
with left:
    quotes.quote_card(
        None if appeal["is_restricted"] else appeal["text"] or "",
        _("{channel}, {at}").format(channel=appeal["channel"], at=local(appeal["created_at"])),
    )
    if not pd.isna(appeal["reply"]):
        headline.section(_("Ответ"))
        quotes.quote_card(
            appeal["reply"],
            _("{who}, {at}").format(who=appeal["executor"] or _("исполнитель не указан"), at=local(appeal["first_response_at"])),
        )
    said = appeals.comments(everywhere, int(given))
    headline.section(counted(len(said), "комментарий") if len(said) else _("Комментариев нет"))
    for comment in said.itertuples():
        quotes.quote_card(comment.text, local(comment.created_at))
with right:
    facts = {
        _("Исполнитель"): appeal["executor"],
        _("Блок"): appeal["block"],
        _("Группа тем"): appeal["topic_group"],
        _("Тип"): TYPES[appeal["type"]],
        _("Источник"): appeal["source"],
        _("Срок решения"): local(appeal["due_at"]) + (" ■ " + _("просрочено") if appeal["is_overdue"] else ""),
        _("Первый ответ через"): None if pd.isna(appeal["response_minutes"]) else minutes(appeal["response_minutes"]),
        _("В рабочем времени"): None if pd.isna(appeal["response_work_minutes"]) else minutes(appeal["response_work_minutes"]),
        _("Закрыто через"): None if pd.isna(appeal["closing_minutes"]) else minutes(appeal["closing_minutes"]),
        _("Оценка жителя"): None if pd.isna(appeal["rating"]) else f"{integer(appeal['rating'])} {_('из 5')}",
        _("Возвращалось в работу"): _("да") if appeal["reopened"] else _("нет"),
    }
    headline.section(_("Сведения"))
    tables.facts({name: value for name, value in facts.items() if not pd.isna(value)})
    log = appeals.events(everywhere, int(given))
    if len(log):
        headline.section(_("Журнал"))
        tables.ranked(
            log.assign(at=[local(at) for at in log["happened_at"]], step=log["status"].map(STATUSES), executor=log["executor"].fillna("")),
            [Column("at", _("Когда")), Column("step", _("Шаг")), Column("executor", _("Кто"))],
            key="appeal_log",
            selectable=False,
        )
    others = appeals.repeats(everywhere, int(given))
    if len(others):
        headline.section(_("Связанные обращения"))
        for other in others.itertuples():
            links.page_link(f"{local(other.created_at)}, {STATUSES[other.status]}", "pages/know/appeal.py", {"id": other.appeal_id})
