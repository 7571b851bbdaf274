"""Registers on a page: the form of an item, a file to send, the table, the template of a file."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

import pandas as pd
import streamlit as st

from components import tables, windows
from components.exports import inert
from components.safe import plain
from components.tables import Column
from words import _
from words.numbers import integer

TYPES = ["xlsx", "xls", "csv", "txt", "json", "zip"]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
SECONDS = 30.0
KINDS: Mapping[str, tables.Kind] = {"whole": "count", "date": "day", "moment": "moment"}
NAMED = ("territory", "topic", "block", "choice")


class Field(Protocol):
    """A field of a register, as queries.registers describes it."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def help(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def options(self) -> Mapping[str, tuple[str, ...]] | None: ...
    @property
    def least(self) -> float | None: ...
    @property
    def most(self) -> float | None: ...


class Register(Protocol):
    """A register, as queries.registers describes it."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def one(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def fields(self) -> Sequence[Field]: ...


class Registers(Protocol):
    """What queries.registers does with the items of a register, by its code."""

    def check(self, code: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]: ...
    def save(self, code: str, facts: Mapping[str, Any], item_id: str | None = None) -> str: ...
    def remove(self, code: str, item_id: str) -> None: ...


Options = Mapping[str, Mapping[Any, str]]
Check = Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, str]]]


@dataclass(frozen=True)
class Doors:
    """What a register's page lets its reader do: `check` the values of a form, `save` the sheet of facts it gives (with the id
    of the item, None for a new one), `remove` an item, `send` a file (name, content) and get its outcome after some seconds:
    an answer, words of what went wrong, or neither while it still runs."""

    check: Check
    save: Callable[[Mapping[str, Any], str | None], str]
    remove: Callable[[str], None]
    send: Callable[[str, bytes, float], tuple[dict[str, Any] | None, str | None]]

    @classmethod
    def of(cls, code: str, registers: "Registers", send_file: Callable[..., tuple[dict[str, Any] | None, str | None]]) -> "Doors":
        """The doors of the register of this code; `send_file` queues a file for a verb of the worker with its settings."""
        return cls(
            partial(registers.check, code), partial(registers.save, code), partial(registers.remove, code), partial(send_file, "register", {"register": code})
        )


def form(register: Register, values: Mapping[str, Any], options: Options, key: str, check: Check) -> dict[str, Any] | None:
    """Draws the form of one item and returns its checked sheet of facts when it was sent without mistakes.

    values: what stands in it at first; options: kind of field (territory, topic, block) → value → words. Mistakes are shown
    under their fields.
    """
    with st.form(f"form_{key}", enter_to_submit=False, border=False):
        places = {}
        given: dict[str, Any] = {}
        for field in register.fields:
            given[field.name] = _input(field, values.get(field.name), options, f"{key}_{field.name}")
            places[field.name] = st.empty()
        sent = st.form_submit_button(_("Сохранить"), type="primary")
    facts, mistakes = check(given) if sent else ({}, st.session_state.get(f"mistakes_{key}", {}))
    for name, words in mistakes.items():
        places[name].error(plain(words))
    st.session_state[f"mistakes_{key}"] = mistakes
    return facts if sent and not mistakes else None


def _input(field: Field, value: Any, options: Options, key: str) -> Any:
    label, help_text = plain(field.label) + ("" if field.required else _(" · необязательно")), plain(field.help) or None
    if field.kind == "spike":
        return value
    if field.kind in NAMED:
        offered = {code: words[0] for code, words in field.options.items()} if field.options else dict(options.get(field.kind, {}))
        if value is not None:
            offered.setdefault(value, str(value))
        codes = list(offered)
        return st.selectbox(
            label,
            codes,
            index=codes.index(value) if value in offered else None,
            format_func=lambda code: offered[code],
            key=key,
            help=help_text,
            placeholder=_("Выберите"),
        )
    if field.kind == "date":
        return st.date_input(label, value, FIRST_DAY, LAST_DAY, key=key, help=help_text, format="DD.MM.YYYY")
    if field.kind == "moment":
        return st.datetime_input(label, value, key=key, help=help_text, format="DD.MM.YYYY")
    if field.kind in ("number", "whole"):
        whole = field.kind == "whole"
        least, most, number = (None if one is None else float(one) for one in (field.least, field.most, value))
        return st.number_input(  # type: ignore[misc]  # an empty box is allowed, its overloads are too many for mypy
            label,
            least,  # type: ignore[arg-type]
            most,  # type: ignore[arg-type]
            number,  # type: ignore[arg-type]
            step=1.0 if whole else None,
            format="%.0f" if whole else "%.10g",
            key=key,
            help=help_text,
        )
    if field.kind == "flag":
        return st.checkbox(plain(field.label), bool(value), key=key, help=help_text)
    if field.kind in ("long", "list"):
        text = "\n".join(value) if isinstance(value, (list, tuple)) else value or ""
        return st.text_area(label, text, key=key, help=help_text, height=100)
    return st.text_input(label, value or "", key=key, help=help_text)


def edit(register: Register, values: Mapping[str, Any], options: Options, doors: Doors, key: str, item_id: str | None = None) -> None:
    """Opens a window with the form; what is saved there is on the page at once. An item that is there can be removed. Call it
    again while `windows.is_open(key)`."""

    own = f"{key}_{item_id or 'new'}"
    if not windows.is_open(key):
        st.session_state.pop(f"mistakes_{own}", None)

    def draw() -> None:
        facts = form(register, values, options, own, doors.check)
        if facts is not None:
            doors.save(facts, item_id)
            windows.close()
        if item_id:
            with st.popover(_("Удалить")):
                st.write(_("Запись уйдёт из реестра. В журнале она останется."))
                if st.button(_("Удалить запись"), key=f"remove_{key}"):
                    doors.remove(item_id)
                    windows.close()

    windows.show(_("Изменить") if item_id else _("Добавить"), key, draw)


def upload(register: Register, doors: Doors, key: str) -> None:
    """Opens a window where a file is sent, with a template to fill; says what became of each row. Call it again while
    `windows.is_open(key)`."""

    def draw() -> None:
        st.write(_("Таблица xlsx, csv или json. Столбцы узнаём по названиям, порядок любой. Тот же файл второй раз ничего не изменит."))
        template_button(register, key)
        file = st.file_uploader(plain(register.title), TYPES, key=f"file_{key}")
        if file is None:
            return
        if st.button(_("Загрузить"), type="primary", key=f"send_{key}"):
            st.session_state[f"sent_{key}"] = (file.file_id, *doors.send(file.name, file.getvalue(), SECONDS))
        sent = st.session_state.get(f"sent_{key}")
        if sent is not None and sent[0] == file.file_id:
            report(sent[1], sent[2], key)

    windows.show(_("Загрузить файл"), key, draw)


def report(answer: Mapping[str, Any] | None, error: str | None, key: str) -> None:
    """Draws what became of a file: counts, and the rows that were not taken with the reason of each."""
    if error is not None:
        st.error(plain(error))
        return
    if answer is None:
        st.info(_("Файл ещё загружается. Обновите страницу через минуту."))
        return
    said = _("Строк прочитано: {read}. Записано: {saved}, без изменений: {unchanged}, повторов: {duplicates}, не принято: {rejected}.")
    counts = {name: integer(answer[name]) for name in ("read", "saved", "unchanged", "duplicates", "rejected")}
    (st.warning if answer["rejected"] else st.success)(plain(said.format(**counts)))
    if answer["rejects"]:
        frame = pd.DataFrame(answer["rejects"])
        columns = [Column("row_number", _("Строка"), "count", width=70), Column("reason", _("Почему не принята"))]
        tables.ranked(frame, columns, f"rejects_{key}", selectable=False)
    if st.button(_("Показать в реестре"), key=f"done_{key}"):
        windows.close()


def buttons(register: Register, values: Mapping[str, Any], options: Options, doors: Doors, key: str) -> None:
    """Draws «Добавить» and «Загрузить файл» in one row; values: what a new item begins with."""
    with st.container(horizontal=True):
        adding, sending = f"{key}_new", f"{key}_file"
        if st.button(_("Добавить"), type="primary", key=f"add_{key}") or windows.is_open(adding):
            edit(register, values, options, doors, adding)
        if st.button(_("Загрузить файл"), key=f"upload_{key}") or windows.is_open(sending):
            upload(register, doors, sending)


def template_button(register: Register, key: str) -> None:
    """Draws a button that saves the template of the register's file."""
    st.download_button(
        _("Скачать образец таблицы"), template(register), file_name=register.file, mime="text/csv", on_click="ignore", key=f"template_{key}"
    )


def template(register: Register) -> bytes:
    """The columns of a register and one example row as CSV for a Russian Excel."""
    fields = [field for field in register.fields if field.kind != "spike"]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([[field.label for field in fields], [str(inert(field.example)) for field in fields]])
    return out.getvalue().encode("utf-8-sig")


def table(register: Register, frame: pd.DataFrame, key: str, names: Sequence[str] = (), more: Sequence[Column] = ()) -> int | None:
    """Draws the items (queries.registers.items) and returns the position of the clicked one; with none says what to do.

    names: which fields, all but the long ones where none are given; more: columns of the frame to draw after them.
    """
    if frame.empty:
        st.info(_("Здесь пока ничего нет. Добавьте запись или загрузите таблицу."))
        return None
    chosen = [f for f in register.fields if (f.name in names if names else f.kind not in ("long", "spike"))]
    columns = [*(_column(field, frame) for field in chosen), *more]
    lists = {field.name: [", ".join(value) for value in frame[field.name]] for field in chosen if field.kind == "list"}
    flags = {field.name: [_("да") if value is True else "" for value in frame[field.name]] for field in chosen if field.kind == "flag"}
    texts = {field.name: frame[field.name].fillna("") for field in chosen if field.kind in ("text", "long")}
    return tables.ranked(frame.assign(**lists, **flags, **texts), columns, key)


def _column(field: Field, frame: pd.DataFrame) -> Column:
    name = f"{field.name}_name" if field.kind in NAMED else field.name
    if field.kind == "number":
        return Column(name, field.label, "count" if (frame[name].dropna() % 1 == 0).all() else "tenths", field.help)
    return Column(name, field.label, KINDS.get(field.kind, "text"), field.help)
