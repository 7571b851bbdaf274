"""«Что дали меры?»"""

from typing import cast, get_args

import pandas as pd
import streamlit as st

from components import charts_effect, choices, headline, links, tables
from components import themes as themes_drawn
from components.tables import Column
from queries import effects
from queries.context import Context
from queries.effects import Action, Against, Control, Found, History
from words import _
from words import effects as said
from words.dates import day, span
from words.numbers import decimal, integer
from words.plurals import counted

EFFECTS, MEASURES, CAMPAIGNS = "pages/prevent/effects.py", "pages/prevent/measures.py", "pages/prevent/campaigns.py"
BRIEFING = "pages/inform/briefing.py"
SPIKE, LIST = "pages/prevent/spike.py", "pages/know/appeals.py"
CONTROLS: dict[Control, str] = {"places": _("другие места"), "topics": _("другие темы"), "none": _("ни с чем")}
PASTS: dict[Against, str] = {"before": _("время до меры"), "usual": _("время до всплеска")}
HISTORIES: dict[History, str] = {"all": _("вся история"), "year": _("год"), "months": _("16 недель")}
METHOD = _(
    "По неделям до меры строим обычный ход жалоб: уровень, многолетний рост, время года, дни недели и праздники, а также то, что в те же "
    "недели было в местах или темах, которых мера не касалась. Продолжаем его на время после меры и сравниваем с тем, что пришло. "
    "Интервал такой, что в 95 случаях из 100 он накрывает настоящее изменение. Недели зависят друг от друга, и это учтено. "
    "Нужно не меньше восьми недель до меры и трёх после, иначе ответа нет."
)

context: Context = st.session_state["context"]
reader = context.everywhere()


def finding(found: Found | None) -> str:
    """The result of one action in a few words."""
    if found is None:
        return _("ещё не началась или вне данных")
    effect = found.effect
    if effect.too_early:
        return early(found)
    words = said.usual_again if found.against == "usual" else said.changed
    return words(effect.change, effect.low, effect.high)


def early(found: Found) -> str:
    """Why one cannot be judged."""
    assert found.effect.too_early is not None
    over = found.action.until is not None and found.action.until <= context.days.last_full
    return said.too_early(found.effect.too_early, found.effect.before, found.effect.after, over)


def listed() -> None:
    """All measures and campaigns of the scope with what they changed."""
    finding = st.container()
    found = themes_drawn.asked(lambda: effects.judged(reader, context.scope), _("Считаем, что дали меры"))
    if found is None:
        with finding:
            headline.headline(_("Эффект мер"), context.place.name)
        return
    if not found:
        headline.headline(_("Судить пока не о чем"), _("Здесь появятся меры, которые начались или выполнены, и объявленные кампании."))
        headline.empty(_("Мер и кампаний здесь нет"), _("Запишите меру: что сделали, где и когда."), (_("К мерам →"), MEASURES, None))
        return
    sure = [f for _action, f in found if f and not f.effect.too_early and f.effect.significant and f.effect.change < 0 and f.against == "before"]
    unclear = sum(f is None or f.effect.too_early is not None for _action, f in found)
    headline.headline(
        _("Жалоб стало меньше: {n} из {all} мер и кампаний").format(n=len(sure), all=len(found)),
        _("{place}. Считаем только то, что больше случайного. Ответа пока нет: {n}. Нажмите на строку").format(place=context.place.name, n=unclear),
    )
    frame = pd.DataFrame([line(action, one) for action, one in found])
    row = tables.ranked(
        frame,
        [
            Column("title", _("Мера или кампания"), width=320),
            Column("territory", _("Где"), width=120),
            Column("topic", _("Тема"), width=150),
            Column("since", _("С какого дня"), "day", width=120),
            Column("finding", _("Что изменилось"), help=_("Доля и 95-процентный интервал"), width=360),
            Column("chance", _("Случайность"), help=_("С какой вероятностью такая разница бывает сама собой"), width=100),
            Column("naive", _("Год к году"), help=_("Простое сравнение с теми же неделями год назад. Сезон, рост и соседей не учитывает"), width=100),
        ],
        key="effects_list",
    )
    headline.method_note(METHOD)
    if row is not None:
        links.open_page(EFFECTS, {"id": frame.iloc[row]["id"]})


def line(action: Action, found: Found | None) -> dict[str, object]:
    """One row of the list."""
    judged = found is not None and not found.effect.too_early
    return {
        "id": action.item_id,
        "title": action.title,
        "territory": action.territory,
        "topic": action.topic_name,
        "since": pd.Timestamp(action.in_force) if action.in_force else pd.NaT,
        "finding": finding(found),
        "chance": said.chance_cell(found.effect.p) if found and judged else "",
        "naive": said.share(found.effect.year_on_year) if found and found.effect.year_on_year is not None else "",
        "muted": not judged,
    }


def chosen(name: str, allowed: tuple[str, ...]) -> str | None:
    """A setting of the URL, None where it says none."""
    value = st.query_params.get(name, "")
    return value if value in allowed else None


def detail(action: Action) -> None:
    """One action: the answer, the picture, the checks."""
    headline.breadcrumb([(_("Эффект мер"), EFFECTS, None)], action.title)
    asked = (
        cast(Control | None, chosen("control", get_args(Control))),
        cast(Against | None, chosen("against", get_args(Against))),
        cast(History, chosen("history", get_args(History)) or "all"),
    )
    found = effects.judge(action, reader, *asked)
    if found is None:
        headline.headline(action.title, f"{action.territory}, «{action.topic_name}»")
        headline.empty(
            _("Судить не о чем"), _("У записи нет дня начала, или он позже последнего дня данных."), (_("К мерам →"), MEASURES, None)
        )
        return
    effect = found.effect
    headline.headline(
        f"{action.territory}, «{action.topic_name}»: {finding(found)}",
        ". ".join(filter(None, [action.title, _("Действует с {day}").format(day=day(action.in_force)), *judgement(found)])),
    )
    left, right = st.columns([5, 3], gap="large")
    with left:
        picture(found)
    with right, st.container(border=True):
        figures(found)
        links.page_link(_("Справка об эффекте →"), BRIEFING, {"kind": "measure", "subject": action.item_id})
    settings(found)
    if not effect.too_early:
        checks(found)
    whereto(found)


def judgement(found: Found) -> list[str]:
    """What to make of the answer."""
    effect = found.effect
    if effect.too_early:
        return []
    chance = said.chance(effect.p).capitalize()
    if found.against == "usual":
        return [chance if effect.significant else _("Во время всплеска жалоб было намного больше, но всплески проходят и сами")]
    return [chance, "" if effect.significant else _("Такая разница бывает и случайно, действием меры её не называем")]


def picture(found: Found) -> None:
    """Weeks with the counterfactual; a click lists the appeals of a week."""
    frame = effects.weeks(found)
    headline.section(
        _("Что пришло и что приходит обычно") if found.against == "usual" else _("Что было и что было бы без меры"),
        _("Обращений в неделю, недели считаны от начала действия, до него показан год. Нажмите на точку, чтобы увидеть обращения"),
    )
    since = found.action.in_force
    assert since is not None
    left_out = pd.Timestamp(found.usual_until).date() + pd.Timedelta(days=1)
    picked = charts_effect.counterfactual(
        frame,
        "effect_weeks",
        in_force=since,
        works=left_out if left_out < since else None,
        works_words=_("всплеск, не считаем") if found.against == "usual" else _("работы, не считаем"),
        expected_words=_("обычный ход") if found.against == "usual" else _("без меры, до неё обычный ход"),
    )
    headline.method_note(METHOD)
    if picked:
        links.open_page(LIST, own(found.action) | {"from": picked.isoformat(), "to": (picked + pd.Timedelta(days=6)).isoformat()})


def own(action: Action) -> dict[str, object]:
    """The appeals an action is judged by, as parameters of the list."""
    return {"place": action.territory_id, "topics": action.topic, "channels": None}


def figures(found: Found) -> None:
    """The numbers behind the answer."""
    effect, action = found.effect, found.action
    if effect.too_early:
        headline.section(_("Ответа пока нет"))
        st.write(early(found).capitalize() + ".")
    else:
        headline.section(_("Числа"))
        st.write(
            (_("За {after} после начала пришло {seen}, обычно пришло бы {awaited}.") if found.against == "usual"
             else _("За {after} после начала пришло {seen}, без меры ждали {awaited}.")).format(
                after=counted(effect.after, "неделя", "acc"), seen=counted(effect.seen, "обращение"), awaited=integer(effect.awaited)
            )
        )  # fmt: skip
        st.write(_("До меры взято {before}, до {until}.").format(before=counted(effect.before, "неделя"), until=day(found.usual_until)))
    if effect.year_on_year is not None:
        st.write(
            _("Простое сравнение с теми же неделями год назад: {share}. Оно не знает про рост, сезон и соседей, поэтому может ошибаться в обе стороны.").format(
                share=said.share(effect.year_on_year)
            )
        )
    if found.onset:
        during = found.counts[(found.days >= pd.Timestamp(found.onset)) & (found.days < pd.Timestamp(action.in_force))]
        st.write(
            _("Во время всплеска приходило {n} в день. Всплески проходят и сами, поэтому с ними не сравниваем.").format(n=decimal(during.mean(), 1))
            if found.against == "usual"
            else _("Мера отвечает на всплеск: он начался {day}.").format(day=day(found.onset))
        )
    if found.streets:
        st.write(_("Считаем обращения только с этих мест: {streets}.").format(streets=", ".join(found.streets)))
    elif found.widened:
        st.write(_("Из этих мест обращений слишком мало, поэтому считаем всю территорию: {place}.").format(place=action.place))
    elif action.place:
        st.write(_("Место «{place}» в адресах обращений не встретилось, поэтому считаем всю территорию.").format(place=action.place))
    missing = effects.silent(found, reader)
    if len(missing):
        names = ", ".join(f"{source} {span(days.min().date(), days.max().date())}" for source, days in missing.groupby("source")["day"])
        st.write(_("Источник молчал после начала меры: {which}. Часть обращений могла не дойти.").format(which=names))


def settings(found: Found) -> None:
    """What the answer depends on, to be changed by its reader."""
    headline.section(_("От чего зависит ответ"), _("Выбирайте, как считать, до того, как увидели ответ: подбирать удобный нельзя"))
    columns = st.columns(3 if found.onset else 2, gap="large")
    with columns[0]:
        choices.segmented("control", _("С чем сверяем"), CONTROLS, found.control, show_label=True)
        st.caption(compared(found))
    with columns[1]:
        choices.segmented("history", _("Сколько времени до меры берём"), HISTORIES, found.history, show_label=True)
        st.caption(_("Если до меры жалобы надолго выросли или упали, берите время после этого перелома"))
    if found.onset:
        with columns[2]:
            choices.segmented("against", _("С чем сравниваем"), PASTS, found.against, show_label=True)
            st.caption(_("Всплеск короче восьми недель прошёл бы и сам, поэтому по умолчанию сравниваем с уровнем до него"))


def compared(found: Found) -> str:
    """What the controls are, in a line."""
    if found.controls is None:
        return _("Общие для всех перемены не учтены: сверять не с чем или вы это отключили")
    n = counted(float(found.controls.sum()), "обращение")
    if found.control == "places":
        return _("{n} по теме «{topic}» там, где меры не было: что случилось и у них, мерой не считаем").format(n=n, topic=found.action.topic_name)
    return _("{n} из других отраслей в том же месте: что случилось и с ними, мерой не считаем").format(n=n)


def checks(found: Found) -> None:
    """What else could explain the answer: the course before, the trouble moved."""
    effect = found.effect
    left, right = st.columns(2, gap="large")
    with left:
        headline.section(_("Жалобы меняться начали раньше меры?"))
        if effect.pretrend_p is None:
            st.write(_("Недель до меры слишком мало, чтобы проверить."))
        elif effect.pretrend:
            st.write(_("Да, ход сломался ещё до меры ({chance}). Сравните с более коротким временем до неё.").format(chance=said.chance(effect.pretrend_p)))
        else:
            st.write(_("Нет, до самой меры всё шло своим ходом."))
    with right:
        headline.section(_("Беда не переместилась рядом?"), _("Другие темы здесь же и места рядом, самые крупные. Поправка на число проверок сделана"))
        beside = themes_drawn.settled(effects.neighbours(found, reader), _("Смотрим соседние темы и места"), {})
        if beside is None:
            return
        every = [*beside.topics, *beside.places]
        if not every:
            st.write(_("Сравнить не с чем: рядом мало обращений."))
            return
        moved = beside.moved
        st.write(_("Выросло рядом: {names}.").format(names=", ".join(shift.name for shift in moved)) if moved else _("Нет: больше случайного рядом ничего не выросло."))
        tables.ranked(
            pd.DataFrame({
                "name": [shift.name for shift in every],
                "words": [said.changed(shift.effect.change, shift.effect.low, shift.effect.high) for shift in every],
                "chance": [said.chance_cell(shift.p) for shift in every],
            }),
            [Column("name", _("Рядом")), Column("words", _("Что изменилось"), width=280), Column("chance", _("Случайность"), width=100)],
            key="effect_beside",
            selectable=False,
        )  # fmt: skip


def whereto(found: Found) -> None:
    """Ways on."""
    action = found.action
    with st.container(horizontal=True, gap="medium"):
        links.page_link(_("Запись в реестре →"), MEASURES if action.kind == "measures" else CAMPAIGNS, {"item": action.item_id})
        if action.spike_id is not None:
            links.page_link(_("Всплеск, на который отвечает мера →"), SPIKE, {"id": action.spike_id})
        links.page_link(
            _("Обращения с начала действия →"), LIST, own(action) | {"from": day_of(action), "to": context.days.last_full.isoformat()}
        )


def day_of(action: Action) -> str:
    assert action.in_force is not None
    return action.in_force.isoformat()


given = st.query_params.get("id", "")
action = effects.one(reader, given) if given else None
if action is not None:
    detail(action)
elif given:
    headline.headline(_("Записи нет"))
    headline.empty(_("Такой меры или кампании нет"), _("Её удалили, отменили, или она ещё не началась."), (_("Ко всем мерам →"), MEASURES, None))
else:
    listed()
