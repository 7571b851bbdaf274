"""«Как загрузить свои данные и что уже загружено?»"""

import uuid
from pathlib import Path

import streamlit as st

from components import exports, headline, tables
from components.tables import Column
from ingest import jobs
from queries import sources, store
from queries.context import Context
from words import _
from words.numbers import integer
from words.plurals import counted

context: Context = st.session_state["context"]
REPORT = {
    "read": _("Прочитано"),
    "loaded": _("Загружено"),
    "updated": _("Обновлено"),
    "duplicates": _("Повторы"),
    "stale": _("Устаревшие"),
    "rejected": _("Отбраковано"),
    "first_day": _("Первый день"),
    "last_day": _("Последний день"),
}
TYPES = ["xlsx", "xls", "csv", "txt", "tsv", "json", "xml", "parquet", "gz", "zip"]


def upload() -> None:
    """Choose files and hand them to the worker."""
    files = st.file_uploader(
        _("Выгрузка «Инцидент Менеджмент» или любая таблица: xlsx, csv"),
        TYPES,
        accept_multiple_files=True,
        key=f"upload_{st.session_state.setdefault('uploads', 0)}",
    )
    new_store = store.is_demo() and st.checkbox(_("Начать новую базу. Демонстрационная останется рядом"), key="new_store")
    if store.is_demo() and not new_store:
        st.caption(_("Сейчас в базе демонстрационные данные. Настоящие с ними не смешиваются: отметьте, что начинаете новую базу."))
    if st.button(_("Загрузить"), type="primary", disabled=not files or (store.is_demo() and not new_store)):
        for file in files:
            kept = store.paths().jobs / "files" / f"{uuid.uuid4().hex}{Path(file.name).suffix[:8]}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(file.getbuffer())
            st.session_state.setdefault("load_jobs", []).append(
                (file.name, jobs.hand_over("load", {"path": str(kept), "name": file.name, "new_store": bool(new_store)}))
            )
        st.session_state["uploads"] += 1
        st.rerun()


@st.fragment(run_every=0.5)
def progress() -> None:
    """How the loads of this visit go; the page is drawn anew when the last one ends."""
    waiting = False
    for _name, job in st.session_state["load_jobs"]:
        state = jobs.state(job)
        if isinstance(state, tuple):
            waiting = True
            with st.container(horizontal=True, vertical_alignment="center"):
                st.progress(min(state[0], 1.0), text=state[1])
                st.button(_("Остановить"), key=f"stop_{job}", on_click=jobs.cancel, args=(job,))
    if not waiting and not st.session_state.get("loads_shown"):
        st.session_state["loads_shown"] = True
        st.rerun()


def results() -> None:
    """What each load of this visit came to."""
    for name, job in reversed(st.session_state["load_jobs"]):
        state = jobs.state(job)
        if isinstance(state, tuple):
            continue
        with st.container(border=True):
            if state.answer is None:
                headline.section(_("Не загружено"))
                st.text(f"{name}: {state.error}")
                continue
            report = state.answer
            headline.section(
                _("Этот файл уже загружен, ничего не изменилось")
                if report["seen_before"]
                else _("Загружено {n}").format(n=counted(report["loaded"] + report["updated"], "обращение"))
            )
            st.text(name)
            tables.facts(
                {label: integer(report[key]) if isinstance(report[key], int) else report[key] or "—" for key, label in REPORT.items()}
            )
            for warning, count in report["warnings"].items():
                st.caption(f"{warning}: {integer(count)}")


def history() -> None:
    """All loads, their rejects, and places that found no territory."""
    loads = sources.batches()
    headline.section(_("Загрузки"), counted(len(loads), "запись"))
    if loads.empty:
        return
    row = tables.ranked(
        loads.assign(loaded_at=[context.local(at) for at in loads["loaded_at"]]),
        [
            Column("loaded_at", _("Когда"), "moment"),
            Column("source", _("Источник")),
            Column("name", _("Файл")),
            Column("read_rows", _("Прочитано"), "count"),
            Column("loaded", _("Загружено"), "count"),
            Column("updated", _("Обновлено"), "count"),
            Column("duplicates", _("Повторы"), "count"),
            Column("stale", _("Устаревшие"), "count"),
            Column("rejected", _("Отбраковано"), "count"),
        ],
        key="loads",
        height=420 if len(loads) > 11 else None,
    )
    if row is not None:
        rejected = sources.rejects(int(loads.iloc[row]["batch_id"]))
        headline.section(_("Отбраковано {n}").format(n=counted(len(rejected), "строка")), str(loads.iloc[row]["name"]))
        if len(rejected):
            columns = [Column("row_number", _("Строка"), "count"), Column("reason", _("Почему")), Column("raw", _("Что было"))]
            tables.ranked(rejected, columns, key="rejects", selectable=False, height=320)
            exports.csv_button(rejected, columns, _("Скачать отбракованные"), f"pulse-rejects-{int(loads.iloc[row]['batch_id'])}.csv")
    unplaced = sources.unplaced()
    if len(unplaced):
        headline.section(
            _("Не привязано к территориям"),
            _("Эти названия не нашлись в справочнике; обращения посчитаны, но не относятся ни к одному городу"),
        )
        tables.ranked(
            unplaced.fillna(""),
            [Column("region", _("Регион")), Column("municipality", _("Муниципалитет")), Column("appeals", _("Обращений"), "count")],
            key="unplaced",
            selectable=False,
        )


headline.headline(_("Загрузки"), _("Файл не покидает этот компьютер. Телефоны, имена и номера скрываются до записи в базу"))
upload()
if st.session_state.get("load_jobs"):
    if any(isinstance(jobs.state(job), tuple) for _name, job in st.session_state["load_jobs"]):
        st.session_state["loads_shown"] = False
        progress()
    results()
history()
