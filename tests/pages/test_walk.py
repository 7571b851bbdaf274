"""From «what hurts where» to the words behind a spike and its cause, by clicks alone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import App, Reader

CAUSE = "Ремонт набережной: подрядчик не поливает дорогу"


@pytest.fixture
def own_demo(demo_store: Path, assets: None, tmp_path: Path) -> Iterator[App]:
    """A demo store of this test's own: it writes."""
    folder = tmp_path / "store"
    shutil.copytree(demo_store, folder)
    app = App(folder).start()
    yield app
    app.stop()
    assert "Traceback" not in app.said()


def test_kaliningrad_story(own_demo: App, reader: Reader):
    page = reader.page
    reader.open(own_demo)
    assert "Пыль и грязь от стройки" in reader.headline

    # overview → cities of the country → the region → the city
    reader.menu("Все знаем", "Города и темы")
    reader.pick("cities_count", "Калининградская область")
    reader.follow(page.get_by_role("link", name=re.compile("^Открыть: Калининградская")))
    assert page.get_by_test_id("stCaptionContainer").filter(has_text="Калининградская область").count()
    reader.menu("Все знаем", "Города и темы")
    reader.pick("cities_count", "Калининград")
    reader.follow(page.get_by_role("link", name=re.compile("^Открыть: Калининград$")))
    assert "Пыль и грязь от стройки" in reader.headline
    city = reader.params
    assert city["place"] == "2301"

    # → the spike, in the words of those who wrote
    card = page.locator("[class*=attention]").filter(has_text="Пыль и грязь от стройки")
    reader.follow(card.get_by_role("link", name=re.compile("Открыть всплеск")))
    spike = reader.address
    assert "Калининград, «Пыль и грязь от стройки»" in reader.headline
    words = reader.text.lower()
    assert "пыль" in words and "набережн" in words
    assert any("набережн" in quote.lower() for quote in page.locator(".pulse-quote").all_inner_texts())

    # → the cause, kept for everyone
    page.get_by_role("button", name="Записать причину").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Причина").fill(CAUSE)
    dialog.get_by_label("Причина").press("Tab")
    dialog.get_by_role("button", name="Сохранить").click()
    expect(dialog).to_have_count(0)
    log = page.locator(".pulse-quote").filter(has_text=CAUSE)
    expect(log).to_have_count(1)
    expect(log).to_contain_text("Причина")

    own_demo.stop()
    own_demo.start()
    reader.open(own_demo)
    reader.open(own_demo, spike.lstrip("/"))
    expect(page.locator(".pulse-quote").filter(has_text=CAUSE)).to_have_count(1)
    expect(page.locator(".st-key-marks_spike_series")).to_contain_text("Ремонт набережной")


def test_filters_live_in_the_address(demo: App, reader: Reader):
    page = reader.page
    reader.open(demo)
    page.locator(".st-key-scope_chip_place button").click()
    page.get_by_role("combobox", name=re.compile("Территория")).fill("Липецк")
    page.get_by_role("option", name="Липецкая область", exact=True).click()
    page.wait_for_url("**place=4300**")
    reader.rest()
    page.locator(".st-key-scope_chip_period button").first.click()
    page.get_by_text("28 дней", exact=True).click()
    page.wait_for_url("**from=2026-06-23**")
    reader.rest()
    chosen = reader.params
    assert chosen["to"] == "2026-07-20"

    page.keyboard.press("Escape")
    reader.menu("Быстро решаем", "Решение и ответы")
    assert reader.params == chosen
    expect(page.locator(".st-key-scope_chip_place")).to_contain_text("Липецкая область")
    reader.menu("Все знаем", "Обращения")
    assert reader.params == chosen
    number = reader.headline

    page.reload()
    reader.rest()
    assert (reader.params, reader.headline) == (chosen, number)

    page.go_back()
    page.wait_for_url("**/kpi?**")
    reader.rest()
    assert reader.params == chosen
    assert "Липецкая область" in page.locator(".st-key-scope_chip_place").inner_text()
    page.go_back()
    page.go_back()
    page.wait_for_function("!location.search.includes('2026-06-23')")
    reader.rest()
    assert reader.params["place"] == "4300"
    expect(page.locator(".st-key-scope_chip_period")).to_contain_text("14–20 июля")
