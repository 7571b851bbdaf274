"""«Что мы делаем, кто отвечает и что просрочено?»"""


import pandas as pd
import streamlit as st

from components import choices, headline, links, register, tables, windows
from components.register import Doors
from components.safe import plain
from components.tables import Column
from ingest import jobs
from queries import measures, registers
from queries.context import Context
from words import _
from words.dates import day, span
from words.effects import STATUSES
from words.numbers import decimal, integer
from words.plurals import counted

MEASURES, EFFECTS, SPIKE, LIST = "pages/prevent/measures.py", "pages/prevent/effects.py", "pages/prevent/spike.py", "pages/know/appeals.py"
STATES = {"all": _("Все"), "late": _("Просрочены"), "running": _("Идут"), "planned": _("Запланированы"), "done": _("Выполнены"), "cancelled": _("Отменены")}

context: Context = st.session_state["context"]
own = registers.registers()["measures"]
doors = Doors.of("measures", registers, jobs.send_file)
options = registers.choices(context.territories)
every = measures.listed(context.scope, context.moment.date())
asked = st.query_params.get("state", "all")
state = asked if asked in STATES else "all"
shown = measures.in_state(every, state)


def finding() -> tuple[str, str]:
    """The headline and the line under it."""
    open_, late, done = (int(n) for n in (every["status"].isin(measures.OPEN).sum(), every["late"].sum(), (every["status"] == "done").sum()))
    if every.empty:
        return _("Мер пока нет"), _("Запишите, что делаете с проблемой: кто отвечает, где, к какому сроку.")
    head = _("В работе {n}").format(n=counted(open_, "мера"))
    return (
        f"{head}, " + (_("просрочено {n}").format(n=integer(late)) if late else _("просроченных нет")),
        _("{place}. Выполнено {done}. Срок сверен с {today}. Период сверху на список не влияет").format(
            place=context.place.name, done=integer(done), today=day(context.moment.date())
        ),
    )


def listed() -> int | None:
    """The table; the position of the clicked measure."""
    frame = shown.assign(
        who=[", ".join(bodies) if bodies else owner or "" for bodies, owner in zip(shown["bodies"], shown["owner"], strict=True)],
        kind=[_("межведомственная") if together else "" for together in shown["together"]],
        what=["◆ " * late + problem for late, problem in zip(shown["late"], shown["problem"], strict=True)],
        muted=shown["status"] == "cancelled",
    )
    columns = [
        Column("what", _("Что делаем"), help=_("◆ срок прошёл, а мера не выполнена"), width=250),
        Column("territory_name", _("Где"), width=110),
        Column("topic_name", _("Тема"), width=150),
        Column("who", _("Кто участвует"), width=190),
        Column("kind", "", width=130),
        Column("status_name", _("Состояние"), width=100),
        Column("start", _("Начало"), "day", width=115),
        Column("due", _("Срок"), "day", width=115),
        Column("km", _("Км"), "tenths", width=50),
        Column("money", _("Стоимость, ₽"), "count", width=110),
    ]
    filled = [column for column in columns if column.name not in ("km", "money", "start", "due") or frame[column.name].notna().any()]
    return tables.ranked(frame, filled, key=f"measures_{state}", height=520 if len(frame) > 14 else None)


def one(row: pd.Series) -> None:
    """One measure in full, and what can be done with it."""
    with st.container(border=True, key="measure"):
        headline.section(row["problem"], f"{row['territory_name']}, «{row['topic_name']}»")
        with st.container(gap="xsmall"):
            for label, value in facts(row):
                st.text(f"{label}: {value}")
        with st.container(horizontal=True, vertical_alignment="center"):
            window = f"measures_{row['item_id']}"
            if st.button(_("Изменить"), key="measure_edit") or windows.is_open(window):
                register.edit(own, registers.shown("measures", row.to_dict()), options, doors, window, row["item_id"])
            if row["status"] in ("running", "done"):
                links.page_link(_("Что это дало →"), EFFECTS, {"id": row["item_id"]})
            if pd.notna(row["spike"]):
                links.page_link(_("Всплеск →"), SPIKE, {"id": int(row["spike"])})
            links.page_link(_("Обращения →"), LIST, {"place": int(row["territory"]), "topics": row["topic"], "channels": None})


def facts(row: pd.Series) -> list[tuple[str, str]]:
    """What is known of a measure: label and words."""
    late = _("{day}, прошёл {n} назад").format(day=day(row["due"]), n=counted(row["days_late"], "день", "acc")) if row["late"] else day(row["due"])
    ended = pd.notna(row["start"]) and pd.notna(row["end"])
    period = span(row["start"].date(), row["end"].date()) if ended else _("с {day}").format(day=day(row["start"]))
    said = [
        (_("Состояние"), STATUSES[row["status"]]),
        (_("Когда"), period if pd.notna(row["start"]) else ""),
        (_("Срок"), late if pd.notna(row["due"]) else ""),
        (_("Место"), row["place"]),
        (_("Причина"), row["cause"]),
        (_("Ответственный"), row["owner"]),
        (_("Межведомственная, участвуют") if row["together"] else _("Участвует"), "; ".join(row["bodies"])),
        (_("Объём"), _("{n} км").format(n=decimal(row["km"], 1)) if pd.notna(row["km"]) else ""),
        (_("Стоимость"), _("{n} ₽").format(n=integer(row["money"])) if pd.notna(row["money"]) else ""),
    ]
    return [(label, value) for label, value in said if isinstance(value, str) and value]


headline.headline(*finding())
register.buttons(own, {"status": "planned", "start": context.moment.date()}, options, doors, "measures")
if every.empty:
    headline.empty(_("Здесь пока ничего нет"), _("Добавьте меру или загрузите таблицу. Меру можно записать и со страницы всплеска: «Принять решение»."))
else:
    numbers = {"late": int(every["late"].sum()), "all": len(every), **every["status"].value_counts().to_dict()}
    labels = {name: f"{words} {numbers[name]}" for name, words in STATES.items() if numbers.get(name) or name == state}
    choices.segmented("state", _("Какие меры"), labels, state)
    picked = listed() if len(shown) else None
    wanted = st.query_params.get("item", "")
    linked = shown.index[shown["item_id"] == wanted]
    if shown.empty:
        st.caption(plain(_("Таких мер нет")))
    elif picked is not None:
        one(shown.iloc[picked])
    elif len(linked):
        one(shown.loc[linked[0]])
    links.page_link(_("Что дали меры →"), EFFECTS)
