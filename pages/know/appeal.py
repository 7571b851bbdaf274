"""«Что было с этим обращением?»"""

from typing import Any

import pandas as pd
import streamlit as st

from components import headline, links, quotes, tables, windows
from components.safe import plain
from components.tables import Column
from queries import answers, appeals, corrections, dictionaries, writes
from queries.context import Context
from words import _
from words.dates import day, moment
from words.numbers import integer, minutes, percent
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


def origin() -> str:
    """Where the topic came from, and how sure it is."""
    if len(corrected):
        return _("Выбрана человеком")
    if pd.isna(appeal["topic_id"]):
        return _("Уверенной темы нет: ниже порога") if len(hints) else ""
    if pd.isna(appeal["topic_confidence"]) or appeal["topic_confidence"] == 1:
        return _("Из источника")
    return _("Подсказка: определена по тексту, уверенность {share}").format(share=percent(appeal["topic_confidence"]))


def told(entry: Any) -> str:
    """«21 ноября 2026, 14:05, оператор: «Дороги» вместо «Дворы»»."""
    before = entry.previous_topic if not pd.isna(entry.previous_topic) else _("не указана")
    who = entry.author or _("оператор")
    return _("{at}, {who}: «{topic}» вместо «{before}»").format(at=local(entry.written_at), who=who, topic=entry.topic, before=before)


def correct() -> None:
    """A person's choice of the topic, the likeliest first."""
    names = {int(topic[1:]): f"{name} ({group})" for topic, name, group in dictionaries.topic_choices() if topic.startswith("t")}
    likely = {int(hint.topic_id): hint for hint in hints.itertuples()}
    order = [*likely, *(topic for topic in names if topic not in likely)]

    def shown(topic: int) -> str:
        return names[topic] + (" · " + sure(likely[topic]) if topic in likely else "")

    now = None if pd.isna(appeal["topic_id"]) else int(appeal["topic_id"])
    picked = st.selectbox(
        _("Тема"), order, index=order.index(now) if now in order else None, format_func=shown, placeholder=_("Выберите тему"), key="topic"
    )
    st.caption(_("Выбор останется и после новых загрузок, по нему учится программа. Срок решения не изменится"))
    if st.button(_("Сохранить"), type="primary", disabled=picked is None or picked == now):
        writes.save_topic(int(given), picked, reader=everywhere.access)
        windows.close()


def sure(hint: Any) -> str:
    """How a hint came about."""
    return _("подсказка, {share}").format(share=percent(hint.confidence)) if hint.how == "model" else _("подсказка по словам")


def good_answers() -> None:
    """Where to start a good answer from, while the appeal waits for one."""
    found = answers.best_alike(everywhere, int(given), 3)
    headline.section(_("С чего начать ответ"), _("Ответы на похожие обращения той же темы, которым жители поставили 4 и 5"))
    if found.empty:
        st.caption(_("Пока нет: нужна тема обращения и хотя бы один ответ по ней с оценкой 4 или 5."))
    for past in found.itertuples():
        told = [past.executor, day(past.day), _("оценка {n} из 5").format(n=integer(past.rating))]
        quotes.quote_card(past.reply, ", ".join(word for word in told if not pd.isna(word)))
        links.page_link(_("На какое обращение →"), "pages/know/appeal.py", {"id": past.appeal_id})


hints = corrections.suggestions(everywhere, int(given))
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
    if appeal["status"] not in ("closed", "rejected") and not appeal["is_restricted"]:
        good_answers()
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
    corrected = corrections.history(everywhere, int(given))
    headline.section(_("Тема: {topic}").format(topic=appeal["topic"] or _("не указана")), origin())
    if everywhere.access.may_correct and (st.button(_("Поправить тему"), key="correct_topic") or windows.is_open(f"topic_{given}")):
        windows.show(_("Поправить тему"), f"topic_{given}", correct)
    for entry in corrected.itertuples():
        st.caption(plain(told(entry)))
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
