"""«Когда пишут, когда отвечают и сколько приходится на человека?»"""

import pandas as pd
import streamlit as st

from components import charts, headline, links, tables
from components.tables import Column
from queries import workload
from queries.context import Context
from words import _
from words.dates import WEEKDAYS, span
from words.numbers import integer
from words.solving import SHIFTS, workload_finding

LIST = "pages/know/appeals.py"

context: Context = st.session_state["context"]
scope = context.scope
shifts = workload.shifts(scope)


def hours_table(table: pd.DataFrame, key: str, kind: tables.Kind = "count", *, selectable: bool = True) -> tuple[int, int] | None:
    """Weekdays × hours, the busiest the darkest; returns the clicked weekday (1–7) and hour."""
    table = table.set_axis([str(hour) for hour in table.columns], axis=1).reset_index(drop=True)
    low, top = float(table.min().min()), float(table.max().max())
    frame = pd.concat([pd.Series([name[:1].upper() + name[1:] for name in WEEKDAYS], name="day"), table], axis=1)
    columns = [Column("day", _("День"), width=110), *(Column(hour, hour, kind, width=47) for hour in table.columns)]
    picked = tables.cells(frame, columns, key, styles=tables.shades((table - low) / ((top - low) or 1)), selectable=selectable)
    return (picked[0] + 1, int(picked[1])) if picked and picked[1] != "day" else None


def week() -> None:
    """When appeals come and when they are answered."""
    found = workload.by_hour(scope)
    for what, letter, title in (("arrived", "a", _("Когда пишут")), ("answered", "r", _("Когда впервые отвечают"))):
        headline.section(title, _("Обращений по дням недели и часам, местное время. Нажмите на число"))
        picked = hours_table(found[what], f"workload_{what}")
        if picked:
            links.open_page(LIST, {"slot": f"{letter}{picked[0]}-{picked[1]}"})


def backlog() -> None:
    """What piles up over nights and weekends."""
    headline.section(
        _("Сколько ждёт первого ответа"),
        _("В среднем на начало часа, время территории «{place}»").format(place=context.place.name),
        help=_("Поступившие не раньше чем за {n} дней до периода и ещё без ответа.").format(n=workload.BEFORE),
    )
    hours_table(workload.waiting(scope, context.zone), "workload_waiting", "count", selectable=False)


def night() -> None:
    """Working hours, nights, weekends."""
    headline.section(_("День, ночь, выходные"), _("По времени поступления; праздники идут своим днём недели. Нажмите на строку"))
    picked = tables.ranked(
        shifts.assign(name=shifts["shift"].map(SHIFTS)),
        [
            Column("name", _("Когда поступило"), width=170),
            Column("appeals", _("Обращений"), "count"),
            Column("share", _("Ответ за 4 ч"), "percent"),
            Column("response_median", _("Медиана ответа"), "minutes"),
            Column("waiting", _("Ждут ответа"), "count"),
        ],
        key="workload_shifts",
    )
    if picked is not None:
        links.open_page(LIST, {"only": shifts.iloc[picked]["shift"]})


def people() -> None:
    """Appeals for one employee."""
    found = workload.per_employee(scope)
    headline.section(_("На одного сотрудника"), _("Численность из файла data/reference/staff.csv"))
    if found.empty:
        headline.empty(
            _("Численность не указана"),
            _("В файле data/reference/staff.csv нет исполнителей этой территории."),
            _("Добавьте строки: территория, исполнитель, сотрудников, основание."),
        )
        return
    picked = tables.ranked(
        found,
        [
            Column("monthly", _("В месяц на одного"), "rate", width=130),
            Column("executor", _("Исполнитель"), width=210),
            Column("territory", _("Где"), width=100),
            Column("employees", _("Сотрудников"), "count", width=95),
            Column("appeals", _("Обращений"), "count", width=85),
        ],
        key="workload_people",
    )
    st.caption("; ".join(dict.fromkeys(found["basis"])))
    if picked is not None:
        row = found.iloc[picked]
        links.open_page(LIST, {"place": int(row["territory_id"]), "executor": int(row["executor_id"])})


def growth() -> None:
    """The index of appeals, base year = 100."""
    found = workload.growth(scope, context.days.first, context.days.last_full)
    base = found[found["is_base"]]
    headline.section(
        _("Рост: {year} год = 100").format(year=int(base["year"].iloc[0])) if len(base) else _("Рост: целого года в базе ещё нет"),
        _("Рост на 600 % это индекс 700. Больше обращений не значит больше проблем: растёт и охват каналов"),
    )
    notes = [_("индекс {n}").format(n=integer(index)) if index == index else _("год неполный") for index in found["index"]]
    picked = charts.bars(pd.DataFrame({"label": found["year"].astype(str), "value": found["appeals"], "note": notes}), "workload_growth")
    if picked is not None:
        row = found[found["year"].astype(str) == picked].iloc[0]
        links.open_page(LIST, {"from": row["first"].isoformat(), "to": row["last"].isoformat()})


headline.headline(workload_finding(shifts), f"{context.place.name}, {span(scope.first, scope.last)}")
if not shifts["appeals"].sum():
    headline.empty(_("Показать нечего"), _("В выбранном месте и периоде обращений нет."), _("Расширьте период или уберите фильтры."))
    st.stop()
left, right = st.columns(2, gap="large")
with left:
    night()
    growth()
with right:
    people()
week()
backlog()
