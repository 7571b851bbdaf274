"""«Что просрочено, что истекает и кому звонить?»"""

import pandas as pd
import streamlit as st

from components import headline, links, tables
from components.tables import Column
from queries import deadlines, figures, writes
from queries.context import Context
from queries.metrics import LADDER, METRICS
from words import _
from words.dates import moment
from words.numbers import days, integer, minutes
from words.plurals import counted
from words.solving import call_reason, deadlines_finding, lateness

LIST = "pages/know/appeals.py"
UNASSIGNED = _("не назначен")

context: Context = st.session_state["context"]
scope = context.scope
backlog = figures.backlog(scope)


def open_list(only: str, executor_id: float | None) -> None:
    """The open appeals of one executor, whenever they came."""
    nobody = pd.isna(executor_id)
    only = f"{only},unassigned" if nobody else only
    links.open_page(LIST, {"only": only, "executor": None if nobody else int(executor_id), **context.whole_time()})


def call_list() -> None:
    """Whom to call, the highest step first, and the record of the call."""
    found = deadlines.to_call(scope)
    headline.section(_("Кому звонить"), _("Открытые на {at}, независимо от дня поступления. Нажмите на строку").format(at=moment(context.moment)))
    if found.empty:
        headline.empty(_("Звонить некому"), _("Ни у одного открытого обращения срок не истекает за сутки."))
        return
    shown = found.assign(
        executor=found["executor"].fillna(UNASSIGNED),
        late=[lateness(late) for late in found["late_days"]],
        why=[call_reason(row) for row in found.to_dict("records")],
        done=[_("{n} из {all}, {at}").format(at=f"{context.local(at):%d.%m.%y}", n=n, all=all_) if n else "" for at, n, all_ in zip(found["called_at"], found["called"], found["appeals"])],
        muted=found["called"] == found["appeals"],
    )  # fmt: skip
    picked = tables.ranked(
        shown,
        [
            Column("who", _("Кому"), width=215),
            Column("executor", _("Исполнитель"), width=330),
            Column("territory", _("Где"), width=130),
            Column("appeals", _("Обращений"), "count", width=85),
            Column("late", _("Самое старое"), width=100),
            Column("why", _("Что в них"), width=300),
            Column("done", _("Позвонили"), width=150),
        ],
        key="deadlines_calls",
        height=480 if len(shown) > 13 else None,
    )
    if picked is not None:
        record(shown.iloc[picked])


def record(row: pd.Series) -> None:
    """What stands behind a row of the call list, and «Позвонили»."""
    executor_id = None if pd.isna(row["executor_id"]) else int(row["executor_id"])
    with st.container(border=True, key="chosen_call"):
        headline.section(
            f"{row['who']}: {row['executor']}, {row['territory']}",
            _("{n}, {reason}. {why}").format(n=counted(row["appeals"], "обращение"), reason=row["reason"], why=row["why"]),
        )
        said = st.text_input(_("Что ответили"), max_chars=500, key="deadlines_note", placeholder=_("можно оставить пустым"))
        with st.container(horizontal=True, vertical_alignment="center"):
            if scope.access.may_correct and st.button(_("Позвонили"), type="primary", key="deadlines_called"):
                meant = deadlines.appeals_of(scope, int(row["step"]), int(row["territory_id"]), executor_id)
                writes.save_calls(meant, executor_id, int(row["step"]), said)
                st.toast(_("Записано: {n}").format(n=counted(row["appeals"], "обращение")))
                st.rerun()
            only = f"ladder_{row['step']}" + ("" if executor_id else ",unassigned")
            links.page_link(
                _("Показать {n} →").format(n=counted(row["appeals"], "обращение")),
                LIST,
                {"only": only, "executor": executor_id, "place": int(row["territory_id"]), **context.whole_time()},
            )


def holders() -> None:
    """Who holds what is late."""
    found = figures.overdue_executors(scope)
    if found.empty:
        return
    headline.section(_("У кого просрочено и истекает"), _("Нажмите на число, чтобы увидеть обращения"))
    shown = found.assign(executor=found["executor"].fillna(UNASSIGNED))
    picked = tables.cells(
        shown,
        [
            Column("executor", _("Исполнитель"), width=300),
            Column("overdue", _("Просрочено"), "count"),
            Column("due_soon", _("Истекает за сутки"), "count"),
            Column("answer_overdue", _("Не отвечено в норматив"), "count", help=METRICS["answered_in_norm"].formula),
            Column("open", _("Открыто"), "count"),
            Column("oldest_days", _("Самое старое просрочено"), "days"),
        ],
        key="deadlines_holders",
        height=480 if len(shown) > 13 else None,
    )
    if picked is not None:
        row, column = picked
        open_list(column if column in ("due_soon", "answer_overdue", "open") else "overdue", shown.iloc[row]["executor_id"])


def ladder() -> None:
    """The steps and their ages, from the file."""
    headline.section(_("Лестница звонков"), _("Пороги задаёт файл data/reference/ladder.csv"))
    tables.facts({rung.reason.capitalize(): _(" / ").join(dict.fromkeys(rung.who.values())) for rung in LADDER})


def effect() -> None:
    """What a call changes, honestly compared."""
    headline.section(
        _("Что даёт звонок"),
        _("Дальнейшее ожидание в пределах {n} дней после звонка").format(n=deadlines.HORIZON_DAYS),
        help=_(
            "Обращение, о котором позвонили, сравнивается с другими той же темы и того же исполнителя, которые к этому возрасту тоже ждали "
            "и о которых ещё не звонили. Сравнивать со всеми, о ком не звонили никогда, нельзя: туда попали все быстро решённые. "
            "Интервал 95 %, повторные выборки. Почему позвонили именно о них, уравнивают только возраст, тема и исполнитель."
        ),
    )
    names = {"answered": _("До первого ответа"), "closed": _("До закрытия")}
    for end, found in deadlines.effects(scope).items():
        if found.difference is None:
            st.caption(_("{what}: мало данных. Звонков с парой для сравнения {n}, нужно от 20").format(what=names[end], n=integer(found.calls)))
            continue
        st.caption(
            _("{what}: после звонка ждали {own}, без звонка {other}; разница {difference} (95 %: от {low} до {high}). Звонков {n}, в сравнении {m}").format(
                what=names[end],
                own=minutes(found.with_call),
                other=minutes(found.without_call),
                difference=days(found.difference / 1440),
                low=days(found.low / 1440),
                high=days(found.high / 1440),
                n=integer(found.calls),
                m=counted(found.compared, "обращение"),
            )
        )


def made() -> None:
    """The calls on record."""
    found = deadlines.calls(scope)
    headline.section(_("Последние звонки"))
    if found.empty:
        st.caption(_("Звонков ещё не записано. Выберите строку в списке «Кому звонить» и нажмите «Позвонили»."))
        return
    tables.ranked(
        found.assign(at=[context.local(at) for at in found["called_at"]], executor=found["executor"].fillna(UNASSIGNED)),
        [
            Column("at", _("Когда"), "moment", width=150),
            Column("executor", _("Исполнитель"), width=400),
            Column("appeals", _("Обращений"), "count", width=90),
            Column("closed_since", _("Из них закрыто"), "count", width=110),
            Column("text", _("Что ответили"), width=500),
        ],
        key="deadlines_made",
        height=480 if len(found) > 13 else None,
        selectable=False,
    )


headline.headline(
    deadlines_finding(int(backlog["overdue"]), int(backlog["due_soon"]), int(backlog["oldest_overdue_days"])),
    _("{place}, всё открытое на {at}. Первого ответа ждут дольше норматива {n}").format(
        place=context.place.name, at=moment(context.moment), n=integer(backlog["answer_overdue"])
    ),
)
call_list()
holders()
left, right = st.columns(2, gap="large")
with left:
    effect()
with right:
    ladder()
made()
