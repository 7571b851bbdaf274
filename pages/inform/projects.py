"""«Что меняется рядом с объектами национальных проектов?»"""


import pandas as pd
import streamlit as st

from components import charts_effect, choices, headline, links, maps_near, register, tables, windows
from components.maps_near import Place
from components.register import Doors
from components.safe import plain, safe_url
from components.tables import Column
from ingest import jobs
from queries import projects, registers, sites, store
from queries.context import Context
from queries.projects import Judged
from words import _
from words import nearby as say
from words.dates import day, span
from words.effects import chance
from words.informing import host
from words.numbers import decimal, integer, percent
from words.plurals import counted

LIST, APPEAL = "pages/know/appeals.py", "pages/know/appeal.py"
OWN = "own"
RADII = {OWN: _("свой")} | {str(metres): _("{n} м").format(n=integer(metres)) for metres in projects.RADII}
STAGES = {"before": _("До работ"), "during": _("Во время работ"), "after": _("После работ")}

context: Context = st.session_state["context"]
scope, tree, given = context.scope, context.territories, st.query_params
radius = given.get("radius", "") if given.get("radius", "") in RADII else OWN
found = projects.projects(scope, tree, context.days, None if radius == OWN else int(radius))
own = registers.registers()["projects"]
doors = Doors.of("projects", registers, jobs.send_file)
options = registers.choices(tree)


def row_of(one: Judged) -> dict[str, object]:
    """One project as a row of the table."""
    effect = one.latest
    weekly = {part.stage: part.a_week for part in one.parts}
    return {
        "item_id": one.site.item_id, "object": one.site.name, "territory": one.site.territory, "stage": one.item["stage_name"], "start": one.item["start"],
        "end": one.item["end"], "cost": one.item["cost"], **{stage: decimal(weekly[stage], 1) if stage in weekly else "" for stage in STAGES},
        "said": say.effect_cell(effect.change, effect.low, effect.high, effect.too_early) if effect else _("работы не начаты"),
        "muted": effect is None or effect.too_early is not None,
    }  # fmt: skip


def choose(item_id: str) -> None:
    """Open another project."""
    links.set_params({"item": item_id})
    st.rerun()


def listed(now: str) -> None:
    """All projects, the one `now` in bold."""
    frame = pd.DataFrame([row_of(one) for one in found])
    row = tables.ranked(
        frame.assign(total=frame["item_id"] == now),
        [
            Column("object", _("Объект"), width=250),
            Column("territory", _("Где"), width=115),
            Column("stage", _("Стадия"), width=100),
            Column("start", _("Начало"), "day", width=130),
            Column("end", _("Конец"), "day", width=130),
            Column("before", _("До, в неделю"), help=_("Обращений рядом за неделю, за год до работ"), width=85),
            Column("during", _("Во время"), help=_("Обращений рядом за неделю во время работ"), width=80),
            Column("after", _("После"), help=_("Обращений рядом за неделю после работ"), width=70),
            Column("said", _("Что изменилось"), width=260),
        ],
        f"projects_{now}",
        height=40 + 34 * 10 if len(frame) > 10 else None,
    )
    st.caption(_("Серым: судить рано, мало обращений или работы не начаты. Нажмите на объект"))
    if row is not None and frame.iloc[row]["item_id"] != now:
        choose(str(frame.iloc[row]["item_id"]))


def stages(one: Judged) -> None:
    """Appeals near the object in each stage; every number opens its list."""
    for part in one.parts:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.metric(STAGES[part.stage], _("{n} в неделю").format(n=decimal(part.a_week, 1)))
            st.caption(span(part.first, part.last))
            if part.appeals:
                words = _("Показать {n}").format(n=counted(part.appeals, "обращение"))
                links.open_button(words, LIST, {**one.site.params, "from": part.first, "to": part.last}, key=part.stage)
    for stage, effect in (("during", one.during), ("after", one.after)):
        if effect is None:
            continue
        over = stage == "during" and one.after is not None
        said = say.effect_sentence(stage, effect.change, effect.low, effect.high, effect.too_early, effect.before, effect.after, over)
        st.markdown(f"**{said}**" if effect.significant else said)
        if effect.too_early is None:
            st.caption(
                _("Пришло {seen}, без работ ждали бы {awaited}; {chance}").format(
                    seen=integer(effect.seen), awaited=integer(effect.awaited), chance=chance(effect.p)
                )
            )
        if effect.pretrend:
            st.caption(_("Ещё до работ жалобы здесь шли не так, как в остальном городе: вывод слабее"))
        if effect.year_on_year is not None and effect.too_early is None:
            st.caption(_("Простое сравнение с теми же неделями год назад дало бы {change}").format(change=percent(effect.year_on_year)))


def series(one: Judged) -> None:
    """The weeks of the appeals near the object beside what would have come without the works."""
    effect, begin = one.latest, one.start
    if begin is None or effect is None:
        headline.empty(_("Работы не начаты"), _("Рядом считается только то, что было до работ."), _("Когда работы начнутся, впишите дату: появится сравнение."))
        return
    in_force = one.part("after").first if one.after is not None and one.part("after") else begin  # type: ignore[union-attr]
    daily = one.daily["inside"]
    offset = (pd.Timestamp(in_force) - daily.index[0]).days % 7
    weeks = daily.iloc[offset : offset + (len(daily) - offset) // 7 * 7]
    expected = pd.Series(effect.expected[: len(daily)], index=daily.index[: len(effect.expected)]).reindex(weeks.index)
    frame = pd.DataFrame(
        {
            "day": weeks.index[::7],
            "observed": weeks.to_numpy().reshape(-1, 7).sum(axis=1),
            "expected": expected.to_numpy().reshape(-1, 7).sum(axis=1),
        }
    )
    frame["after"] = frame["day"] >= pd.Timestamp(in_force)
    clicked = charts_effect.counterfactual(
        frame, f"projects_series_{one.site.item_id}_{radius}", in_force=in_force, works=begin if one.after is not None else None,
        works_words=_("работы"), expected_words=_("ждали бы без работ"),
    )  # fmt: skip
    if clicked:
        links.open_page(LIST, {**one.site.params, "from": clicked, "to": clicked + pd.Timedelta(days=6).to_pytimedelta()})


def near(one: Judged) -> None:
    """Projects on the map and the appeals near the chosen one."""
    points = sites.appeals(one.site, one.daily.index[0].date(), one.daily.index[-1].date())
    label = points["topic"].fillna("") + ", " + points["street"].fillna(_("без улицы")) + " " + points["house"].fillna("")
    places = [Place(p.site.item_id, p.site.circle.lat, p.site.circle.lon, p.site.name) for p in found]
    clicked = maps_near.near_map(
        places, points.assign(label=label), f"projects_map_{one.site.item_id}_{radius}", chosen=one.site.item_id, metres=one.site.circle.metres,
        height=380,
    )  # fmt: skip
    st.caption(
        _("В круге {n} м: {count} на тему «{topic}» за всё время, самые новые. Обращения без адреса сюда не попадают").format(
            n=integer(one.site.circle.metres), count=counted(len(points), "обращение"), topic=one.site.topic_name
        )
    )
    if clicked in {p.site.item_id for p in found} - {one.site.item_id}:
        choose(str(clicked))
    if clicked is not None and clicked.isdecimal() and int(clicked) in set(points["appeal_id"]):
        links.open_page(APPEAL, {"id": clicked})


def detail(one: Judged) -> None:
    """One project whole."""
    item = one.item
    dates = f"{day(one.start)} – {day(one.end)}" if one.start else _("сроки не указаны")
    headline.section(one.site.name, f"{one.site.territory}, {item['project']}, {item['stage_name']}, {dates}, {say.money(item['cost'])}")
    left, right = st.columns([5, 4], gap="large")
    with left:
        stages(one)
    with right:
        near(one)
    series(one)
    headline.method_note(
        _(
            "До работ: не больше года перед началом. Что изменилось: обращения на тему объекта в круге против ожидаемых по прежним неделям, с учётом сезона, "
            "тренда, праздников и того, как за те же недели шли обращения на эту тему в остальном городе, вне кругов всех объектов; в скобках 95-процентный "
            "интервал. Дни работ не входят в «до» и в «после». Нужны 8 недель до и 3 после. После работ не значит благодаря им."
        )
    )
    with st.container(horizontal=True):
        if st.button(_("Изменить"), key="project_edit") or windows.is_open("projects"):
            register.edit(own, registers.shown("projects", dict(item)), options, doors, "projects", one.site.item_id)
        if address := safe_url(item["url"]):
            st.link_button(plain(_("Открыть: {host}").format(host=host(address))), address)


judged = [one.latest for one in found if one.latest is not None and one.latest.too_early is None]
fewer = sum(effect.significant and effect.change < 0 for effect in judged)
more = sum(effect.significant and effect.change > 0 for effect in judged)
headline.headline(
    say.projects_finding(len(found), len(judged), fewer, more),
    _("{place}; обращения рядом с объектом на его тему, за всё время до {day}").format(place=context.place.name, day=day(context.days.last_full)),
)
if found:
    choices.segmented("radius", _("Радиус"), RADII, radius, show_label=True)
    surest = [one for one in found if one.latest is not None and one.latest.significant]
    told = min(surest, key=lambda one: one.latest.p if one.latest else 1.0, default=found[0])
    chosen = next((one for one in found if one.site.item_id == given.get("item", "")), told)
    listed(chosen.site.item_id)
    detail(chosen)
else:
    headline.empty(_("Объектов здесь нет"), _("В этом месте и по этим темам объекты не заведены."), _("Добавьте объект или загрузите таблицу."))
headline.section(_("Реестр"), _("Формат наш, данные загружают файлом.") + (" " + say.EXAMPLES if store.is_demo() else ""))
register.buttons(own, {}, options, doors, "projects")
