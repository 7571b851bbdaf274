"""A store with a spike whose texts attack every format, and what each format says when it is read back."""

import io
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from pypdf import PdfReader

from briefing import command
from briefing.model import Briefing
from queries import context, registers, store, writes
from queries.access import Access
from queries.context import Context
from tests import small
from tests.queries import plant
from tests.small import KALININGRAD, row

SPIKE, BLOCK = 77, 6
HOSTILE = (
    '=HYPERLINK("http://evil.invalid","x") #read("/etc/passwd") *x* _y_ $z$ @a <t> [w] #eval("1") {{ 7*7 }} {% raw %} <w:p>&amp; '
    "<script>alert(1)</script> \\u0041 % & ~ ^ `code` // /* */"
)
CAUSE = "+cmd|' /C calc'!A1 причина {{ 7*7 }} <w:p>& #x"
EMOJI, TURNED, CONTROL, FOREIGN, ENDLESS = "Дом\U0001f3da\ufe0f рухнул", "слово\u202eоволс", "нуль\x00 и \x1b", "北京 ქართული", "длинно" * 60
TEXTS = (HOSTILE, EMOJI, TURNED, CONTROL, FOREIGN, ENDLESS)


@pytest.fixture(scope="session")
def attacked(_small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small store with a spike of hostile texts, its cause, and a measure."""
    folder = tmp_path_factory.mktemp("attacked") / "store"
    shutil.copytree(_small_template, folder)
    rows = [
        row(900 + n, KALININGRAD, datetime(2024, 6, 10, 8) + timedelta(hours=3 * n), text=f"{text} №{n}", author=50 + n, executor="=1+1 «Служба»")
        for n, text in enumerate(TEXTS * 3)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
        patch.setattr(store, "clock", lambda: small.CLOCK)
        store.close_store()
        store.open_store()
        small.put(rows, "hostile")
        plant.spike(SPIKE, 2301, authors=18)
        writes.save_cause(SPIKE, CAUSE)
        registers.save("measures", {"problem": "=2+2 ремонт", "territory": 2301, "topic": "t35", "status": "running", "start": "2024-05-13"})
        store.close_store()
    return folder


@pytest.fixture
def filled(attacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The database file of a copy of it, open, its clock standing at small.CLOCK."""
    folder = tmp_path / "store"
    shutil.copytree(attacked, folder)
    monkeypatch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
    monkeypatch.setattr(store, "clock", lambda: small.CLOCK)
    store.close_store()
    store.open_store()
    yield folder / "pulse.duckdb"
    store.close_store()


def at(place: int = 2301, first: str = "2024-06-07", last: str = "2024-06-13") -> Context:
    """The context of a page."""
    return context.read({"place": str(place), "from": first, "to": last}, Access.reader())


def measure_id() -> str:
    """The number of the one measure."""
    return str(registers.items("measures", at().everywhere()).iloc[0]["item_id"])


def bare(text: str) -> str:
    """Without spaces and hyphens, which every format breaks in its own way."""
    return re.sub(r"[\s\u00ad\u200b\u2010\u00a0-]+", "", text)


def of_pdf(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def of_docx(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    section = document.sections[0]
    return "\n".join(text.text or "" for part in (document.element, section.header._element, section.footer._element) for text in part.iter(f"{{{W}}}t"))


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def of_pptx(data: bytes) -> str:
    said = []
    for slide in pptx.Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                said.append(shape.text_frame.text)
            if shape.has_table:
                said += [cell.text for line in shape.table.rows for cell in line.cells]
            if shape.has_chart:
                plot = shape.chart.plots[0]
                said += [str(label) for label in plot.categories] + [str(value) for series in plot.series for value in series.values]
    return "\n".join(said)


def of_xlsx(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [str(cell.value) for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    return "\n".join([*book.sheetnames, *cells])


READERS: dict[str, Callable[[bytes], str]] = {"pdf": of_pdf, "docx": of_docx, "pptx": of_pptx, "xlsx": of_xlsx}


def said_by(briefing: Briefing, form: str) -> str:
    """What a format says, bare."""
    return bare(READERS[form](command.WRITERS[form](briefing)))


