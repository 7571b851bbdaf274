"""«Узнают ли датчики раньше жителей? Что меняют проверки?»"""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from analytics.nearby import LEAST_SEEN, interval
from components import charts_near, choices, headline, links, maps_near, readings, register, tables, windows
from components.maps_near import Place
from components.register import Doors
from components.tables import Column
from ingest import jobs
from queries import registers, sensors, sites, store
from queries.context import Context
from queries.sensors import Told
from queries.sites import Site
from words import _
from words import nearby as say
from words.dates import day, span
from words.numbers import integer, percent
from words.plurals import counted

LIST, APPEAL, SPIKE = "pages/know/appeals.py", "pages/know/appeal.py", "pages/prevent/spike.py"
VIEWS = {"sensors": _("Датчики"), "inspections": _("Проверки объектов")}
WINDOWS = {str(n): counted(n, "день") for n in sensors.WINDOWS}
DEPTH = 3

context: Context = st.session_state["context"]
scope, tree = context.scope, context.territories
given = st.query_params
view = given.get("view", "") if given.get("view", "") in VIEWS else "sensors"
options = registers.choices(tree)
area = f"{context.place.name}, {span(scope.first, scope.last)}"


def doors(code: str) -> Doors:
    """What a reader may do with a register."""
    return Doors.of(code, registers, jobs.send_file)


def manage(*codes: str) -> None:
    """Adding to the registers of this view and loading files, and whose formats those are."""
    headline.section(_("Реестры"), say.OWN_FORMAT + (" " + say.EXAMPLES if store.is_demo() else ""))
    for code in codes:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(registers.registers()[code].title)
            register.buttons(registers.registers()[code], {}, options, doors(code), code)
            if code == "sensors":
                readings.upload(partial(jobs.send_file, "readings", {}), "readings")


def listed(frame: pd.DataFrame, columns: list[Column], key: str, now: str) -> None:
    """Draws a table with the item `now` in bold; a click opens another."""
    row = tables.ranked(frame.assign(total=frame["item_id"] == now), columns, f"{key}_{now}", height=40 + 34 * 8 if len(frame) > 8 else None)
    if row is not None and frame.iloc[row]["item_id"] != now:
        choose(frame.iloc[row]["item_id"])


def choose(item_id: str) -> None:
    """Open another item of this page."""
    links.set_params({"item": item_id})
    st.rerun()


def appeals_near(around: Site, first: Any, last: Any, words: str, key: str) -> None:
    """A link to the appeals near a place in some days."""
    links.open_button(words, LIST, {**around.params, "from": first, "to": last}, key=key)


def near(around: Site, frame: pd.DataFrame, calling: set[str], first: Any, last: Any) -> None:
    """The places of the register and the appeals near the chosen one."""
    points = sites.appeals(around, first, last)
    label = points["topic"].fillna("") + ", " + points["street"].fillna(_("без улицы")) + " " + points["house"].fillna("")
    places = [Place(row.item_id, row.lat, row.lon, row.name_, row.item_id in calling) for row in frame.rename(columns={"name": "name_"}).itertuples()]
    clicked = maps_near.near_map(
        places, points.assign(label=label), f"near_{around.item_id}_{first}_{last}", chosen=around.item_id, metres=around.circle.metres, height=380
    )  # fmt: skip
    st.caption(
        _("В круге {n} м: {count} на тему «{topic}». Обращения без адреса сюда не попадают").format(
            n=integer(around.circle.metres), count=counted(len(points), "обращение"), topic=around.topic_name
        )
    )
    if clicked in set(frame["item_id"]) - {around.item_id}:
        choose(str(clicked))
    if clicked is not None and clicked.isdecimal() and int(clicked) in set(points["appeal_id"]):
        links.open_page(APPEAL, {"id": clicked})


def alarm(one: Told, item: pd.Series) -> None:
    """One alarm: how large it was, and how people and the search for spikes answered."""
    start, end = local(one.alarm.start, item), local(one.alarm.end, item)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{say.alarm_span(start, end)}**: {say.alarm_words(item['type'], one.alarm.peak, one.alarm.readings, item['unit'])}")
        if one.lead is None:
            st.caption(_("Сравнить с обращениями нельзя: до или после слишком мало данных"))
            return
        found = one.lead
        st.markdown(say.wait_words(found.wait, found.by_chance, found.known_hours))
        if not found.seen:
            return
        st.markdown(say.rise_words(found.seen, found.awaited, found.rise.ratio, found.rise.low, found.rise.high, found.rise.significant, found.known_hours))
        st.markdown(say.earlier_words(found.earlier.ratio, found.earlier.significant))
        if one.rising is not None:
            st.markdown(say.rising_words(one.rising.flagged, one.rising.days))
            links.page_link(_("Открыть всплеск →"), SPIKE, {"id": one.rising.spike_id})


def local(at: Any, item: pd.Series) -> Any:
    """A UTC moment on the clock of the sensor."""
    return pd.Timestamp(at, tz="UTC").tz_convert(tree.timezone(int(item["territory"]))).tz_localize(None).to_pydatetime()


def of_sensors() -> None:
    """Sensors, what one of them said beside appeals, and its alarms."""
    found = sensors.overview(scope, tree)
    alarming = found[found["alarms"] > 0]
    asked = found[found["item_id"] == given.get("item", "")]
    item = None if found.empty else (asked if len(asked) else found).iloc[0]
    around = None if item is None else sites.site("sensors", item.to_dict(), scope, tree)
    told = [] if around is None or item is None else sensors.told(around, item.to_dict(), scope)
    ahead = next((one.lead for one in told if one.lead is not None and one.lead.told_first), None)
    headline.headline(
        say.sensors_finding(len(found), len(alarming), "" if ahead is None or item is None else item["name"], None if ahead is None else ahead.wait),
        area,
    )
    choices.segmented("view", _("Что показать"), VIEWS, view)
    if item is None or around is None:
        headline.empty(_("Датчиков здесь нет"), _("В этом месте и по этим темам датчики не заведены."), _("Добавьте датчик или загрузите реестр, затем показания."))
        return
    shown = found.assign(
        said=[say.reading(*pair) for pair in zip(found["last_value"], found["last_event"], found["unit"], strict=True)],
        muted=found["readings"] == 0,
    )
    listed(
        shown,
        [
            Column("name", _("Датчик"), width=260),
            Column("territory_name", _("Где"), width=120),
            Column("type_name", _("Вид"), width=130),
            Column("alarms", _("Тревог"), "count", help=_("За период: показания выше порога подряд или срывы работ подряд считаются одной тревогой"), width=90),
            Column("told_first", _("Раньше жителей"), "count", help=_("После начала стали писать чаще обычного, а за сутки до него не писали"), width=110),
            Column("readings", _("Показаний, n"), "count", width=100),
            Column("said", _("Последнее"), width=120),
            Column("last_at", _("Когда"), "moment", width=150),
        ],
        "sensors",
        item["item_id"],
    )
    st.caption(_("Серым: за период молчали. Нажмите на датчик"))
    left, right = st.columns([5, 4], gap="large")
    with left:
        timeline(around, item, told)
    with right:
        headline.section(_("Кто узнал раньше"), _("Тревоги датчика и обращения рядом с ним, время местное"))
        for one in told[:DEPTH]:
            alarm(one, item)
        if not told:
            headline.empty(_("Тревог за период нет"), _("Показания не выше порога, работы сделаны."), _("Выберите период длиннее."))
        if len(told) > DEPTH:
            st.caption(_("Показаны последние {n} из {all}").format(n=integer(DEPTH), all=integer(len(told))))
        near(around, found, set(alarming["item_id"]), scope.first, scope.last)
    with st.container(horizontal=True):
        count = int(sites.daily(around, scope.first, scope.last)["inside"].sum())
        if count:
            appeals_near(around, scope.first, scope.last, _("Показать {n}").format(n=counted(count, "обращение")), "near")
        if st.button(_("Изменить датчик"), key="sensor_edit") or windows.is_open("sensors"):
            register.edit(registers.registers()["sensors"], registers.shown("sensors", item.to_dict()), options, doors("sensors"), "sensors", item["item_id"])


def timeline(around: Site, item: pd.Series, told: list[Told]) -> None:
    """Readings above, appeals below."""
    frame = sensors.series(around, item.to_dict(), scope)
    hourly = scope.days <= sensors.HOURLY_DAYS
    headline.section(
        item["name"],
        _("{topic}, не дальше {n} м; {step}. Закрашено: выше порога или не выполнено").format(
            topic=around.topic_name, n=integer(around.circle.metres), step=_("по часам") if hourly else _("по дням, наибольшее за день")
        ),
    )
    unit = say.UNITS.get(item["unit"] or "", "")
    label = ", ".join(part for part in (item["measure"] or item["type_name"], unit) if part)
    limit = None if pd.isna(item["threshold"]) else (float(item["threshold"]), _("порог {value}").format(value=say.reading(item["threshold"], None, item["unit"])))
    spans = [(local(one.alarm.start, item), local(one.alarm.end, item)) for one in told]
    clicked = charts_near.timeline(frame, f"timeline_{around.item_id}", label=label, threshold=limit, alarms=spans, hourly=hourly)
    if clicked:
        links.open_page(LIST, {**around.params, "from": clicked, "to": clicked})
    headline.method_note(
        _(
            "Тревога: показания выше порога датчика с перерывами не больше 18 часов, или срывы работ с перерывами не больше 36 часов. Обычно: обращения на "
            "тему датчика в его круге за четыре недели до тревоги, без последних суток. Чаще обычного: точное сравнение двух пуассоновских потоков, уровень 5 %. "
            "Вероятность написать так скоро: показательное распределение при обычном потоке. Время местное."
        )
    )


def of_inspections() -> None:
    """Inspections, appeals near the object before and after, and elsewhere in the same days."""
    asked = given.get("days", "")
    longest = int(asked) if asked in WINDOWS else sensors.WINDOWS[1]
    found = sensors.inspections(scope, tree, context.days, longest)
    fewer = sum(one.changed and one.beside is not None and one.beside.ratio < 1 for one in found)
    more = sum(one.changed for one in found) - fewer
    headline.headline(
        say.inspections_finding(len(found), sum(one.enough for one in found), fewer, more),
        _("{place}, проверки до {day}; обращения рядом с объектом на его тему").format(place=context.place.name, day=day(scope.last)),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        choices.segmented("view", _("Что показать"), VIEWS, view)
        choices.segmented("days", _("До и после по"), WINDOWS, str(longest), show_label=True)
    if not found:
        headline.empty(_("Проверок здесь нет"), _("В этом месте и по этим темам проверки не заведены."), _("Загрузите реестр объектов, затем реестр проверок."))
        return
    rows = [
        {
            "item_id": one.item_id, "name": one.name, "territory": one.territory, "day": pd.Timestamp(one.day), "kind": one.kind, "result": one.result,
            "before": integer(one.before) if one.windows else "", "after": integer(one.after) if one.windows else "",
            "verdict": say.inspection_verdict(one.enough, one.windows is not None, one.changed, one.beside.ratio if one.beside else 1.0),
            "muted": not one.enough,
        }
        for one in found
    ]  # fmt: skip
    one = next((one for one in found if one.item_id == given.get("item", "")), min(found, key=lambda one: (not one.changed, not one.enough)))
    listed(
        pd.DataFrame(rows),
        [
            Column("name", _("Объект"), width=300),
            Column("territory", _("Где"), width=120),
            Column("day", _("Проверка"), "day", width=130),
            Column("kind", _("Вид"), width=150),
            Column("result", _("Итог"), width=140),
            Column("before", _("До, n"), width=60),
            Column("after", _("После, n"), width=75),
            Column("verdict", _("Рядом с объектом"), width=240),
        ],
        "inspections",
        one.item_id,
    )
    st.caption(_("Серым: мало обращений или после проверки прошло меньше недели. Нажмите на проверку"))
    objects = sites.items("objects", scope)
    around = sites.site("objects", objects[objects["item_id"] == one.object_id].iloc[0].to_dict(), scope, tree)
    left, right = st.columns([4, 5], gap="large")
    with left:
        headline.section(one.name, f"{one.territory}, {day(one.day)}, {one.kind or _('проверка')}, {one.body}".rstrip(", "))
        if one.windows is None or one.change is None or one.beside is None:
            headline.empty(_("Судить рано"), _("До или после проверки в данных меньше недели."), _("Вернитесь, когда пройдёт неделя."))
            first, last = scope.first, scope.last
        else:
            first, last = one.windows.before[0], one.windows.after[1]
            changes(one, around)
    with right:
        near(around, objects, set(), first, last)
    with st.container(horizontal=True):
        for code, item_id, words in (("inspections", one.item_id, _("Изменить проверку")), ("objects", one.object_id, _("Изменить объект"))):
            if st.button(words, key=f"edit_{code}") or windows.is_open(code):
                items = registers.items(code, scope)
                sheet = registers.shown(code, items[items["item_id"] == item_id].iloc[0].to_dict())
                register.edit(registers.registers()[code], sheet, options, doors(code), code, item_id)


def changes(one: sensors.Judged, around: Site) -> None:
    """The four counts of an inspection and what follows from them."""
    assert one.windows is not None and one.change is not None and one.beside is not None
    parts = (
        (_("До проверки"), one.before, one.windows.before, "before"),
        (_("После"), one.after, one.windows.after, "after"),
    )
    for words, count, (first, last), key in parts:
        low, high = interval(count)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.metric(words, integer(count), help=_("Интервал Пуассона: столько бывает при среднем от {low} до {high}").format(low=integer(low), high=integer(high)))
            st.caption(_("{span}; по случайности от {low} до {high}").format(span=span(first, last), low=integer(low), high=integer(high)))
            if count:
                appeals_near(around, first, last, _("Показать {n}").format(n=counted(count, "обращение")), key)
    if not one.enough:
        st.caption(_("Обращений меньше {n}: о перемене судить не по чему").format(n=integer(LEAST_SEEN)))
    else:
        st.markdown(_("Рядом {ratio}").format(ratio=say.ratio_words(one.change.ratio, one.change.low, one.change.high)))
        st.markdown(
            _("В остальном городе за те же дни: {before} → {after}. Против него рядом {ratio}, вероятность случайности {p}").format(
                before=integer(one.elsewhere_before), after=integer(one.elsewhere_after), p=percent(one.p, 1 if one.p < 0.1 else 0),
                ratio=say.ratio_words(one.beside.ratio, one.beside.low, one.beside.high),
            )
        )  # fmt: skip
    headline.method_note(
        _(
            "Равные промежутки до и после дня проверки, сам день не считается. Интервал числа: точный пуассоновский. Отношение: точное условное сравнение двух "
            "чисел. Против остального города: точный тест Фишера, вероятность поправлена на число проверок (Холм). Остальной город: та же тема, вне кругов "
            "всех объектов. После проверки не значит благодаря ей."
        )
    )


of_sensors() if view == "sensors" else of_inspections()
manage(*(("sensors",) if view == "sensors" else ("objects", "inspections")))
