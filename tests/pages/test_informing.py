"""«Информируем» in a browser: what is said of residents, fakes and pages opens as many appeals; strangers' words stay words."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import App, Reader, leading_number

TOWN = "place=2301&from=2026-06-01&to=2026-06-30"
FLOOD = "place=5101&from=2026-05-01&to=2026-07-20"
TABLE = ".st-key-fakes_table_ canvas tbody"
HOSTILE = "<img src=x onerror=document.title='взлом'> [ссылка](https://example.org) :red[красное] **жирное**"


@pytest.fixture(scope="module")
def own_demo(demo_store: Path, assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on a demo store of its own, to write in."""
    folder = tmp_path_factory.mktemp("informing") / "store"
    shutil.copytree(demo_store, folder)
    app = App(folder).start()
    yield app
    app.stop()
    assert "Traceback" not in app.said()


def test_what_was_asked_near_an_object_opens_as_many(demo: App, reader: Reader) -> None:
    reader.open(demo, f"participation?{TOWN}&view=votes")
    shown = reader.page.get_by_role("link", name="Показать")
    said = leading_number(shown.inner_text())
    assert said == leading_number(reader.page.get_by_role("heading", name="О чём просили рядом").inner_text()) > 0
    reader.follow(shown)
    assert leading_number(reader.headline) == said and "near" in reader.params


def test_a_page_opens_its_messages(demo: App, reader: Reader) -> None:
    reader.open(demo, f"accounts?{TOWN}")
    row = next(cells for cells in reader.cells("accounts_table_") if cells[2] == "ВКонтакте")
    reader.pick("accounts_table_", row[0])
    shown = reader.page.get_by_role("link", name="Показать")
    expect(shown).to_be_visible()
    reader.follow(shown)
    assert leading_number(reader.headline) == leading_number(row[3]) > 0


def test_a_flood_is_entered_set_aside_and_left_out_of_every_page(own_demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(own_demo, f"appeals?{FLOOD}")
    all_of_them = leading_number(reader.headline)
    reader.open(own_demo, f"fakes?{FLOOD}")
    page.get_by_role("button", name="Внести в реестр").first.click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Адрес опровержения").fill("javascript:alert(1)")
    form.get_by_role("button", name="Сохранить").click()
    expect(page.locator(TABLE)).to_contain_text("не проверен")
    reader.open(own_demo, f"fakes?{FLOOD}")
    reader.pick("fakes_table_", next(cells[0] for cells in reader.cells("fakes_table_") if "не проверен" in cells))
    expect(page.get_by_text("адрес не открываем")).to_be_visible()
    assert page.locator("a[href^='javascript']").count() == 0
    page.get_by_role("button", name="Отложить").click()
    switch = page.get_by_text("Не считать отложенные")
    aside = leading_number(switch.inner_text())
    switch.click()
    expect(page.get_by_role("button", name="без фейков")).to_be_visible()
    reader.rest().open(own_demo, f"appeals?{FLOOD}&fakes=off")
    assert leading_number(reader.headline) == all_of_them - aside > 0


def test_strange_words_in_a_form_stay_words(own_demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(own_demo, address := "fakes?place=2301&from=2026-07-01&to=2026-07-20")
    page.get_by_role("button", name="Добавить").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Что утверждается").fill(HOSTILE)
    form.get_by_role("combobox", name="В каком виде").click()
    page.get_by_role("option", name="текст", exact=True).click()
    form.get_by_role("button", name="Сохранить").click()
    expect(page.locator(TABLE)).to_contain_text("<img")
    reader.open(own_demo, address).pick("fakes_table_", "<img")
    expect(page.locator("h2").filter(has_text="<img src=x onerror=document.title='взлом'>")).to_contain_text("**жирное**")
    assert page.title() != "взлом" and page.get_by_test_id("stMain").locator("img[src=x], a[href='https://example.org']").count() == 0
    assert not reader.complaints


def test_a_draft_shows_what_is_missing_until_it_is_filled(demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(demo, f"done?{TOWN}&view=draft&template=power_off")
    draft = page.get_by_test_id("stCode")
    expect(draft).to_contain_text("[до какого времени]")
    page.get_by_label("До какого времени").fill("16:00, звонить Иванову Ивану Петровичу")
    page.get_by_label("До какого времени").press("Enter")
    expect(draft).to_contain_text("16:00")
    assert "Иван" not in draft.inner_text() and "Убраны личные данные" in page.get_by_test_id("stMain").inner_text()
