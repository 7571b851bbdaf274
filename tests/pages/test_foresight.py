"""«Не допускаем» in a browser: seasons open weeks, zones are picked on the map and read, priorities open into parts and lists."""

import re
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.pages.conftest import App, Reader, leading_number

FILTERS = {"channels": "1,2,3,4,5,6"}
SEASONAL = "t24,t28,t35,t38,t65"
KEPT = "channels=1,2,3,4,5,6"


def opened(reader: Reader) -> int:
    """How many appeals the list that opened says it holds."""
    expect(reader.page.locator("h1")).to_have_text(re.compile(r"^\d[\d\s]* обращени"))
    assert FILTERS.items() <= reader.params.items()
    return leading_number(reader.headline)


def test_a_season_is_framed_and_a_week_opens_its_list(demo: App, reader: Reader):
    page = reader.open(demo, f"seasons?place=1&from=2026-07-14&to=2026-07-20&topics={SEASONAL}&{KEPT}").page
    calendar = page.locator(".st-key-seasons_calendar")
    expect(calendar.locator(".bars .point").first).to_be_visible()
    assert "ждём рост" in reader.headline or "Сезонного роста" in reader.headline
    second = calendar.locator(".ytick text").nth(1)
    topic, row, plot = second.text_content() or "", second.bounding_box(), calendar.locator(".bars").first.bounding_box()
    assert row and plot
    page.mouse.click(plot["x"] + plot["width"] / 2, row["y"] + row["height"] / 2)
    expect(page.get_by_role("combobox", name="Тема", exact=True)).to_have_value(topic)
    expect(page.locator("canvas tbody tr", has_text="каждый год из").first).to_be_attached()
    reader.rest()
    years = page.locator(".st-key-seasons_years")
    years.scroll_into_view_if_needed()
    points = years.locator(".scatterlayer .trace").last.locator("path.point")
    expect(points.nth(2)).to_be_visible()
    said = years.locator(".js-plotly-plot").evaluate("plot => plot.data.at(-1).hovertext[2].match(/\\d+/)[0]")
    point = points.nth(2).bounding_box()
    assert point
    page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    assert opened(reader) == int(said) > 0


def test_three_districts_lead_and_their_texts_are_read(demo: App, reader: Reader, truth: list[dict[str, Any]]):
    story = next(one for one in truth if one["story"] == "lipetsk_roads")
    last = date.fromisoformat(story["first_day"]) - timedelta(days=1)
    year = f"place={story['territory_id']}&from={last - timedelta(days=363)}&to={last}&topics=t35&{KEPT}"
    page = reader.open(demo, f"zones?{year}").page
    expect(page.locator("h1")).to_contain_text("просят внимания первыми")
    rows = reader.cells("zones_board_streets")
    assert {cells[0] for cells in rows[:3]} == set(story["streets"])
    reader.pick("zones_board_streets", rows[0][0])
    link = page.locator(".st-key-primary_button_zones_open a")
    expect(link).to_be_visible()
    assert leading_number(link.inner_text()) == leading_number(rows[0][2])
    reader.follow(link)
    assert opened(reader) == leading_number(rows[0][2]) and rows[0][0] in reader.headline


def test_a_zone_is_gathered_on_the_map_that_stays(demo: App, reader: Reader):
    page = reader.open(demo, f"zones?place=4301&from=2025-07-21&to=2026-07-19&by=cells&{KEPT}").page
    frame = page.frame_locator("[data-testid=stMain] iframe")
    expect(frame.locator("path.leaflet-interactive").first).to_be_visible()
    content = page.locator("[data-testid=stMain] iframe").element_handle().content_frame()
    content.evaluate("window.pulseWitness = 'the same map'")
    frame.locator("path.leaflet-interactive").nth(0).click()
    expect(page).to_have_url(re.compile(r"zone=88\w+(?!.*%2C)"))
    reader.rest()
    frame.locator("path.leaflet-interactive").nth(1).click()
    expect(page).to_have_url(re.compile(r"zone=88\w+(%2C|,)88\w+"))
    reader.rest()
    expect(page.get_by_role("heading", name="Зона, ячеек: 2")).to_be_visible()
    reader.rest()
    assert content.evaluate("window.pulseWitness") == "the same map"
    link = page.locator(".st-key-primary_button_zones_open a")
    said = leading_number(link.inner_text())
    reader.follow(link)
    assert opened(reader) == said > 0 and "в зоне на карте" in reader.headline


def test_a_priority_opens_into_parts_and_lists(demo: App, reader: Reader):
    page = reader.open(demo, f"priorities?place=1&from=2026-06-21&to=2026-07-20&topics={SEASONAL}&{KEPT}").page
    expect(page.locator("h1")).to_contain_text("Первым делом")
    other = reader.cells("priorities_board")[1]
    reader.pick("priorities_board", other[0])
    item = page.locator(".st-key-priority_item")
    expect(item).to_contain_text(other[0])
    parts = item.locator("canvas tbody tr")
    expect(parts.first).to_contain_text("Сколько людей пишет")
    page.get_by_role("slider").first.press("Home")
    expect(parts.first).not_to_contain_text("Сколько людей пишет")
    link = page.locator(".st-key-primary_button_priority_open a")
    said = leading_number(link.inner_text())
    reader.follow(link)
    assert opened(reader) == said > 0
