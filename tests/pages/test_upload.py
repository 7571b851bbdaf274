"""A real export through the page «Загрузки»: the report, the numbers it brings, and what a wrong file is told."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.pages.conftest import App, Reader, ingest

STANDIN = Path(__file__).parent.parent / "data" / "incident_standin.xlsx"
REPORT = {"Прочитано": "5", "Загружено": "4", "Обновлено": "0", "Повторы": "0", "Устаревшие": "0", "Отбраковано": "1"}


@pytest.fixture
def real(assets: None, tmp_path: Path) -> Iterator[App]:
    """The app on a store of one's own, still empty."""
    folder = tmp_path / "store"
    folder.mkdir()
    ingest("empty", database=folder / "pulse.duckdb")
    app = App(folder).start()
    yield app
    app.stop()
    assert "Traceback" not in app.said()


def choose(reader: Reader, file: Path) -> Locator:
    """Choose a file; returns the button that loads it."""
    reader.page.locator("input[type=file]").set_input_files(file)
    expect(reader.page.locator(f"[aria-label$='{file.name}']").first).to_be_visible()
    return reader.page.get_by_role("button", name="Загрузить", exact=True)


def load(reader: Reader, file: Path) -> None:
    """Choose a file and have it loaded."""
    button = choose(reader, file)
    expect(button).to_be_enabled()
    button.click()


def report(reader: Reader) -> dict[str, str]:
    """The newest report on the page."""
    rows = reader.page.locator(".pulse-facts").filter(has_text="Прочитано").first.locator("tr").all()
    return dict(row.locator("td").all_inner_texts() for row in rows)


def test_export_brings_its_numbers_and_its_rejects_are_mended(real: App, reader: Reader, tmp_path: Path):
    page = reader.open(real).page
    expect(page.get_by_test_id("stMain")).to_contain_text("Данных пока нет")
    page.get_by_role("link", name="Загрузить выгрузку").click()
    expect(page.locator("h1")).to_have_text("Загрузки")

    load(reader, STANDIN)
    expect(page.get_by_role("heading", name="Загружено 4 обращения")).to_be_visible()
    assert report(reader) == REPORT
    expect(page.get_by_text("Поступили 24 декабря 2025")).to_be_visible()

    reader.rest()
    reader.pick("loads", "")
    with page.expect_download() as download:
        page.get_by_role("button", name="Скачать, чтобы исправить").click()
    table = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    assert table.startswith("Строка файла;Причина отбраковки;") and ";Номер инцидента;" in table
    assert len(list(csv.reader(io.StringIO(table), delimiter=";"))) == 2
    mended = tmp_path / "исправлено.csv"
    mended.write_text(table.replace("2025-12-24 10:00:00", "2025-12-26 10:00:00"), encoding="utf-8-sig")
    load(reader, mended)
    expect(page.get_by_role("heading", name="Загружено 1 обращение")).to_be_visible()

    load(reader, STANDIN)
    expect(page.get_by_role("heading", name="Этот файл уже загружен, ничего не изменилось")).to_be_visible()
    again = report(reader)
    assert (again["Прочитано"], again["Загружено"], again["Обновлено"]) == ("5", "0", "0")

    reader.menu("Все знаем", "Обзор")
    assert "4 обращения" in reader.headline
    card = page.locator(".st-key-kpi_0")
    expect(card.get_by_test_id("stMetricValue")).to_have_text("4")
    reader.follow(card.get_by_role("link"))
    assert reader.headline.startswith("4 обращения")


def test_page_instead_of_a_table_is_refused_in_russian(real: App, reader: Reader, tmp_path: Path):
    wrong = tmp_path / "выгрузка.csv"
    wrong.write_text(
        "<!DOCTYPE html><html><head><title>Вход</title></head><body><h1>Войдите в кабинет</h1></body></html>", encoding="utf-8"
    )
    page = reader.open(real).page
    page.get_by_role("link", name="Загрузить выгрузку").click()
    expect(page.locator("h1")).to_have_text("Загрузки")
    button = choose(reader, wrong)
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Это веб-страница, сохранённая под видом таблицы")
    expect(button).to_be_disabled()
    expect(main).not_to_contain_text("Traceback")
    expect(main).not_to_contain_text("Error")
    reader.open(real)
    expect(page.get_by_test_id("stMain")).to_contain_text("Данных пока нет")
