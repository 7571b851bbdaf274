"""«Справка» in a browser: a preview, sentences and sections of one's own, files with the figures of the page."""

import io
import re
from pathlib import Path

import docx
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.pages.conftest import App, Reader, leading_number

WEEK = "place=2301&from=2026-07-13&to=2026-07-19"


def downloaded(reader: Reader, label: str) -> tuple[str, bytes]:
    """The file that a button gives."""
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("button", name=label, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_the_files_say_what_the_overview_says(demo: App, reader: Reader):
    reader.open(demo, f"overview?{WEEK}")
    said = re.search(r"\d[\d\s]* обращени\w+", reader.headline)
    assert said
    number = said[0].replace("\u00a0", " ")
    reader.open(demo, f"briefing?{WEEK}")
    expect(reader.page.locator("h1")).to_have_text("Справка за неделю: Калининград")
    expect(reader.page.locator(".st-key-briefing_preview img").first).to_be_visible()
    name, data = downloaded(reader, "PDF")
    pages = [page.extract_text().replace("\u00a0", " ") for page in PdfReader(io.BytesIO(data)).pages]
    assert name == "spravka-weekly-Калининград-2026-07-13-2026-07-19.pdf"
    assert number in pages[0] and all("Демонстрационные данные" in page for page in pages)
    assert reader.page.locator(".st-key-briefing_preview img").count() == len(pages)


def test_sentences_and_sections_are_one_s_own(demo: App, reader: Reader):
    reader.open(demo, f"briefing?{WEEK}")
    reader.page.get_by_role("textbox", name="Главное").fill("Начать с дорог.\nПозвонить в водоканал.")
    reader.page.get_by_text("О чём пишут", exact=True).click()
    reader.rest()
    _name, data = downloaded(reader, "Word")
    said = "\n".join(line.text for line in docx.Document(io.BytesIO(data)).paragraphs)
    assert "Начать с дорог." in said and "Позвонить в водоканал." in said and "Сроки" in said
    assert "За неделю" not in said and "О чём пишут" not in said


def test_a_briefing_of_a_spike_and_of_a_block(demo: App, reader: Reader):
    reader.open(demo, f"briefing?{WEEK}")
    reader.page.get_by_role("radio", name="Один блок").click()
    reader.rest()
    expect(reader.page.locator("h1")).to_have_text(re.compile("^Блок «.+»: Калининград$"))
    assert reader.params["kind"] == "block" and reader.params["place"] == "2301"
    reader.open(demo, "briefing?place=1&from=2026-07-13&to=2026-07-19&kind=spike")
    expect(reader.page.locator("h1")).to_have_text(re.compile("^Всплеск: "))
    assert leading_number(reader.page.get_by_role("textbox", name="Главное").input_value().partition("»: ")[2]) > 0
