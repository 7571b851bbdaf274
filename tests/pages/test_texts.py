"""Texts as a reader works with them: search with its numbers, themes and copies in the URL, a topic put right."""

import re

from playwright.sync_api import expect

from tests.pages.conftest import App, Reader, leading_number

YEAR = "place=1&from=2025-07-21&to=2026-07-20"


def test_hits_are_as_many_as_said_and_a_month_narrows_them(demo: App, reader: Reader):
    reader.open(demo, f"appeals?{YEAR}&q=автобус")
    whole = leading_number(reader.headline)
    marked = reader.page.locator(".pulse-quote")
    expect(marked).to_have_count(min(whole, 25))
    assert all(re.search("автобус", text, re.IGNORECASE) for text in reader.page.locator(".pulse-quote mark").all_inner_texts())
    bars = reader.page.locator("[class*=st-key-search_months_] .textpoint, [class*=st-key-search_months_] .bartext")
    expect(bars.first).to_be_visible()
    months = [leading_number(text) for text in bars.all_text_contents()]
    assert sum(months) <= whole
    point = reader.page.locator("[class*=st-key-search_months_] .trace .point").last.bounding_box()
    assert point
    reader.page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    expect(reader.page.locator("h1")).to_have_text(re.compile(rf"^{months[-1]} обращени"))
    assert reader.params["from"] == "2026-07-01" and reader.params["q"] == "автобус"


def test_a_phrase_and_an_exclusion_are_parts_of_the_whole(demo: App, reader: Reader):
    found = {}
    for words in ("автобус", '"маршрут автобус"', "автобус -маршрут", "автобус маршрут"):
        reader.open(demo, f"appeals?{YEAR}&q={words}")
        found[words] = leading_number(reader.headline)
    assert found["автобус"] == found["автобус -маршрут"] + found["автобус маршрут"]


def test_a_theme_narrows_the_list_and_its_address_opens_the_same(demo: App, reader: Reader):
    reader.open(demo, f"appeals?{YEAR}")
    whole = leading_number(reader.headline)
    reader.page.get_by_text("Темы текстов", exact=True).click()
    expect(reader.page.get_by_role("heading", name=re.compile("^Тем: "))).to_be_visible()
    reader.rest()
    title, size = reader.cells("appeals_themes_")[1][:2]
    reader.pick("appeals_themes_", title)
    expect(reader.page.locator("h1")).to_contain_text(f"о теме «{title}»")
    assert leading_number(reader.headline) == leading_number(size) < whole
    address, finding = reader.address, reader.headline
    reader.open(demo, address.removeprefix("/"))
    assert reader.headline == finding
    reader.page.get_by_role("button", name="Показать все темы").click()
    expect(reader.page.locator("h1")).to_have_text(re.compile(r"^[\d\s]+ обращени[а-я]*$"))
    assert leading_number(reader.headline) == whole


def test_few_texts_are_not_grouped(demo: App, reader: Reader):
    reader.open(demo, "appeals?place=2301&from=2026-07-20&to=2026-07-20&view=themes")
    assert "Мало текстов" in reader.text and "200" in reader.text


def test_copies_with_and_without(demo: App, reader: Reader):
    reader.open(demo, f"appeals?{YEAR}&view=copies")
    copies = leading_number(reader.page.get_by_role("heading", name=re.compile("^Однотипных: ")).inner_text().removeprefix("Однотипных: "))
    reader.page.get_by_role("button", name="Только однотипные").click()
    expect(reader.page.locator("h1")).to_contain_text("только однотипные")
    assert leading_number(reader.headline) == copies
    reader.open(demo, f"appeals?{YEAR}&view=copies&copies=none")
    read = int(re.sub(r"\D", "", re.search(r"прочитано текстов: ([\d\s]+)", reader.text)[1]))  # type: ignore[index]
    assert leading_number(reader.headline) == read - copies
