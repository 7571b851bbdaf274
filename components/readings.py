"""The window where a file of sensor readings is sent."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components import windows
from components.register import SECONDS, TYPES, report
from words import _

Send = Callable[[str, bytes, float], tuple[dict[str, Any] | None, str | None]]
TEMPLATE = (
    "Код датчика;Дата и время;Показание;Единица;Событие\r\n"
    "KGD-1;20.07.2026 14:00;0,34;мг/м³;\r\n"
    "RZN-M1;20.07.2026 07:00;;;не выполнено\r\n"
)  # fmt: skip


def upload(send: Send, key: str) -> None:
    """Draws the button «Загрузить показания», which opens the window; says what became of each row."""

    words = _("Загрузить показания")

    def draw() -> None:
        st.write(
            _(
                "Таблица csv, xlsx или json: код датчика из реестра, дата и время по часам его территории, показание с единицей или событие "
                "(выполнено, выполнено частично, не выполнено). Тот же файл второй раз ничего не изменит."
            )
        )
        st.download_button(
            _("Скачать образец таблицы"), TEMPLATE.encode("utf-8-sig"), file_name="pokazaniya.csv", mime="text/csv", on_click="ignore", key=f"template_{key}"
        )
        file = st.file_uploader(_("Показания и события"), TYPES, key=f"file_{key}")
        if file is None or not st.button(_("Загрузить"), type="primary", key=f"send_{key}"):
            return
        answer, error = send(file.name, file.getvalue(), SECONDS)
        report(_as_register(answer) if answer is not None else None, error, key)

    if st.button(words, key=f"upload_{key}") or windows.is_open(key):
        windows.show(words, key, draw)


def _as_register(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {**answer, "saved": answer["loaded"] + answer["updated"]}
