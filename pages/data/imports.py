"""«Как загрузить свои данные и что уже загружено?»"""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components import exports, headline, links, tables
from components.safe import plain
from components.tables import Column
from ingest import jobs
from queries import sources, store
from queries.context import Context
from words import _
from words.dates import span
from words.fields import FIELDS
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
}
KINDS = {
    "appeals": _("обращения"),
    "comments": _("комментарии к ним"),
    "events": _("журнал статусов"),
    "replies": _("ответы и оценки"),
}
SKIP, PREVIEW_SECONDS, MATCH_SECONDS = _("не читать"), 8.0, 60.0
TYPES = ["xlsx", "xls", "csv", "txt", "tsv", "json", "xml", "parquet", "gz", "zip"]


def upload() -> None:
    """Choose files, see how they will be understood, hand them to the worker."""
    kind = st.segmented_control(_("Что в файле"), list(KINDS), format_func=KINDS.get, default="appeals", key="kind", required=True)
    files = st.file_uploader(
        _("Выгрузка «Инцидент Менеджмент» или любая таблица: xlsx, csv"),
        TYPES,
        accept_multiple_files=True,
        key=f"upload_{st.session_state.setdefault('uploads', 0)}",
    )
    new_store = store.is_demo() and st.checkbox(_("Начать новую базу. Демонстрационная останется рядом"), key="new_store")
    if store.is_demo() and not new_store:
        st.caption(_("Сейчас в базе демонстрационные данные. Настоящие с ними не смешиваются: отметьте, что начинаете новую базу."))
    kept = [keep(file) for file in files]
    understood = [understand(file.name, file.file_id, path, kind) for file, path in zip(files, kept, strict=True)]
    ready = bool(files) and all(columns is not None for columns in understood) and (bool(new_store) or not store.is_demo())
    if st.button(_("Загрузить"), type="primary", disabled=not ready):
        for file, path, columns in zip(files, kept, understood, strict=True):
            arguments = {"path": str(path), "name": file.name, "kind": kind, "new_store": bool(new_store), **(columns or {})}
            st.session_state.setdefault("load_jobs", []).append((file.name, jobs.hand_over("load", arguments)))
        st.session_state["uploads"] += 1
        st.session_state["first_data"] = bool(new_store) or context.days.last is None
        st.rerun()


def keep(file: UploadedFile) -> Path:
    """The file on disk, where the worker can read it."""
    path = store.paths().jobs / "files" / f"{file.file_id}{Path(file.name).suffix[:8]}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getbuffer())
    return path


def understand(name: str, file_id: str, path: Path, kind: str) -> dict[str, Any] | None:
    """Show how a file will be read and let it be set otherwise. The changes (columns by field, home), {} where left as
    understood, None while it is looked at or when it is refused."""
    seen_by_file = st.session_state.setdefault("preview_jobs", {})
    if (file_id, kind) not in seen_by_file:
        seen_by_file[file_id, kind] = jobs.hand_over("preview", {"path": str(path), "kind": kind})
    seen = jobs.wait_briefly(seen_by_file[file_id, kind], PREVIEW_SECONDS)
    if seen is None:
        st.caption(_("Файл ещё читается"))
        st.button(_("Проверить"), key=f"again_{file_id}")
        return None
    if seen.answer is None:
        st.error(plain(f"{name}: {seen.error}"))
        return None
    found = seen.answer
    fields = {header: field for field, headers in found["columns"].items() for header in headers}
    title = _("{name}: {form}, читается столбцов {n} из {all}").format(
        name=name, form=found["form"], n=len(fields), all=len(fields) + len(found["unread"])
    )
    with st.expander(plain(title), expanded=not found["recognised"]):
        changes = change_columns(f"{kind}_{file_id}", fields, [*fields, *found["unread"]])
        if kind == "appeals" and "municipality" not in found["columns"] and not found["home"]:
            changes |= choose_home(file_id)
        st.caption(_("Так будут поняты первые строки"))
        rows = [
            {_("строка"): row["row"], _("отбраковка"): row["reason"] or ""}
            | {FIELDS[field]: value for field, value in row["values"].items() if field in FIELDS and value is not None}
            for row in found["rows"][:8]
        ]
        st.dataframe(pd.DataFrame(rows).fillna("").astype(str), hide_index=True)
    return changes


def change_columns(file_id: str, fields: dict[str, str], headers: list[str]) -> dict[str, Any]:
    """A table of the file's columns and what they mean; {"columns": …} when a person has changed it."""
    table = pd.DataFrame({"header": headers, "meaning": [FIELDS.get(fields.get(header, ""), SKIP) for header in headers]})
    edited = st.data_editor(
        table,
        key=f"columns_{file_id}",
        hide_index=True,
        disabled=["header"],
        height="content" if len(table) < 12 else 420,
        column_config={
            "header": st.column_config.TextColumn(_("Столбец файла")),
            "meaning": st.column_config.SelectboxColumn(_("Что это"), options=[SKIP, *FIELDS.values()], required=True),
        },
    )
    if edited["meaning"].tolist() == table["meaning"].tolist():
        return {}
    codes = {words: field for field, words in FIELDS.items()}
    chosen: dict[str, list[str]] = {}
    for header, meaning in edited.itertuples(index=False, name=None):
        if meaning != SKIP:
            chosen.setdefault(codes[meaning], []).append(header)
    return {"columns": chosen}


def choose_home(file_id: str) -> dict[str, Any]:
    """The one town a file without a column of places speaks of; {"home": …} when chosen."""
    tree = context.territories.all
    towns = {t.territory_id: f"{t.name} · {tree[t.parent_id].name}" for t in tree.values() if t.kind == "municipality"}
    chosen = st.selectbox(
        _("В файле нет муниципалитета. О каком городе он весь?"),
        list(towns),
        index=None,
        format_func=lambda own: towns[own],
        placeholder=_("Начните вводить название; без ответа обращения будут «Не привязаны»"),
        key=f"home_{file_id}",
    )
    if chosen is None:
        return {}
    town = tree[chosen]
    facts = {"region": tree[town.parent_id].name, "municipality": town.name, "timezone": town.timezone, "lat": town.lat, "lon": town.lon}
    return {"home": facts}


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
                else _("Загружено {n}").format(n=gained(report))
            )
            st.text(name)
            tables.facts({label: integer(report[key]) for key, label in REPORT.items()})
            if report["first_day"]:
                st.caption(_("Поступили {span}").format(span=span(*map(date.fromisoformat, (report["first_day"], report["last_day"])))))
            for warning, count in report["warnings"].items():
                st.caption(f"{warning}: {integer(count)}")


def gained(report: dict[str, Any]) -> str:
    """What a load has brought, in words."""
    if report["comments"]:
        return counted(report["comments"], "комментарий")
    return counted(report["loaded"] + report["updated"], "обращение" if report["first_day"] else "строка")


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
            whole = rejected.dropna(subset=["row_number", "raw"])
            if len(whole):
                exports.mend_button(whole, _("Скачать, чтобы исправить"), f"pulse-rejects-{int(loads.iloc[row]['batch_id'])}.csv")
                st.caption(_("Исправьте строки в таблице и загрузите её выше: столбцы будут поняты так же"))


def unplaced() -> None:
    """Places that found no territory, and the one answer that moves their appeals and those of later loads."""
    found = sources.unplaced()
    if found.empty:
        return
    headline.section(
        _("Не привязано к территориям"),
        _(
            "Эти названия не нашлись в справочнике. Нажмите на строку и укажите, что это: обращения перейдут туда, и так же будут поняты новые загрузки"
        ),
    )
    columns = [Column("region", _("Регион")), Column("municipality", _("Муниципалитет")), Column("appeals", _("Обращений"), "count")]
    row = tables.ranked(found.fillna(""), columns, key="unplaced")
    if row is None:
        return
    place = found.iloc[row]
    named = {t.territory_id: t.name for t in context.territories.all.values() if t.kind in ("region", "municipality")}
    chosen = st.selectbox(
        _("Что это"), list(named), index=None, format_func=lambda own: named[own], placeholder=_("Начните вводить название")
    )
    if st.button(_("Связать"), disabled=chosen is None, type="primary"):
        region, municipality = (None if pd.isna(place[name]) else str(place[name]) for name in ("region", "municipality"))
        job = jobs.hand_over("match", {"region": region, "municipality": municipality, "territory_id": chosen})
        with st.spinner(_("Переносим обращения")):
            jobs.wait_briefly(job, MATCH_SECONDS)
        st.rerun()


headline.headline(_("Загрузки"), _("Файл не покидает этот компьютер. Телефоны, имена и номера скрываются до записи в базу"))
upload()
if st.session_state.get("load_jobs"):
    if any(isinstance(jobs.state(job), tuple) for _name, job in st.session_state["load_jobs"]):
        st.session_state["loads_shown"] = False
        progress()
    elif st.session_state.pop("first_data", False):
        links.forget_scope()
        st.rerun()
    results()
history()
unplaced()
