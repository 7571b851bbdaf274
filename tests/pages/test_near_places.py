"""Sensors before people, inspections and projects, as a reader walks from them to the texts."""

import re

from playwright.sync_api import expect

from tests.pages.conftest import App, Reader, leading_number

PERIOD = "place=2301&from=2026-06-20&to=2026-07-20"


def test_from_a_sensor_that_knew_first_to_the_texts(demo: App, reader: Reader) -> None:
    reader.open(demo, f"sensors?{PERIOD}")
    assert re.match(r"Пост на набережной Адмирала Трибуца: превышение за .+ до первой жалобы", reader.headline)
    assert "это примеры" in reader.text and "программа не соединена" in reader.text
    link = reader.page.locator(".st-key-plain_button_near a")
    counted = leading_number(link.inner_text())
    assert counted > 10
    reader.follow(link)
    assert leading_number(reader.headline) == counted and "не дальше 1 500 м" in reader.headline
    assert reader.params["from"] == "2026-06-20" and reader.params["place"] == "2301"
    reader.page.go_back()
    reader.rest()
    reader.follow(reader.page.get_by_role("link", name="Открыть всплеск →"))
    assert "Пыль" in reader.text
    assert not reader.complaints and reader.hosts == {demo.url.removeprefix("http://")}


def test_inspections_and_projects_open_their_lists(demo: App, reader: Reader) -> None:
    reader.open(demo, "sensors?place=1&from=2026-07-14&to=2026-07-20")
    reader.page.get_by_role("radio", name="Проверки объектов").click()
    expect(reader.page.get_by_text("До и после по")).to_be_visible()
    reader.rest()
    assert reader.params["view"] == "inspections" and "провер" in reader.headline.lower()
    reader.menu("Информируем", "Национальные проекты")
    assert "проект" in reader.headline and reader.params["place"] == "1"
    link = reader.page.locator(".st-key-plain_button_before a")
    counted = leading_number(link.inner_text())
    reader.follow(link)
    assert leading_number(reader.headline) == counted > 0
    assert not reader.complaints
