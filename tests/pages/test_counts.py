"""Every number that can be clicked: the list it opens holds exactly as many."""

import re

from playwright.sync_api import expect

from tests.pages.conftest import App, Reader, leading_number

WEEK = "place=1&from=2026-07-14&to=2026-07-20"


def opened(reader: Reader) -> int:
    """How many appeals the list that opened says it holds."""
    expect(reader.page.locator("h1")).to_have_text(re.compile(r"^\d[\d\s]* обращени"))
    return leading_number(reader.headline)


def test_cards(demo: App, reader: Reader):
    reader.open(demo, f"?{WEEK}")
    links = [
        link
        for card in reader.page.locator("[class*=st-key-kpi_], [class*=attention_]").all()
        for link in card.get_by_role("link", name=re.compile("^Показать")).all()
    ]
    assert len(links) == 8
    for link in links:
        said = leading_number(link.inner_text())
        with reader.page.context.expect_page() as beside:
            link.click(button="middle")
        other = Reader(beside.value)
        assert opened(other) == said > 0
        other.page.close()


def test_top_topics(demo: App, reader: Reader):
    for row in (0, 2):
        reader.open(demo, f"?{WEEK}")
        topic, number = reader.cells("overview_topics")[row][:2]
        reader.pick("overview_topics", topic)
        assert opened(reader) == int(number)
        expect(reader.page.locator(".st-key-scope_chip_topics")).to_contain_text(topic)


def test_cells_of_the_matrix(demo: App, reader: Reader):
    page = reader.page
    reader.open(demo, f"cities?{WEEK}")
    *rows, whole = reader.cells("cities_count")
    for column in (1, 2, 3, -1):
        assert int(whole[column]) == sum(int(row[column]) for row in rows)
    for row, column in ((0, 3), (1, 0), (1, 4)):
        reader.open(demo, f"cities?{WEEK}")
        cells = reader.cells("cities_count")[row]
        reader.pick("cities_count", cells[0], column)
        wanted = int(cells[column or 2])
        button = page.get_by_role("link", name=re.compile("^Показать"))
        expect(button).to_contain_text(re.compile(rf"^Показать {wanted} обращени"))
        reader.follow(button)
        assert opened(reader) == wanted


def test_spike_and_point_of_a_chart(demo: App, reader: Reader, ids: dict[str, int]):
    reader.open(demo, f"spike?id={ids['spike']}")
    said = leading_number(reader.headline.partition(":")[2])
    link = reader.page.get_by_role("link", name=re.compile("^Показать"))
    assert leading_number(link.inner_text()) == said
    reader.follow(link)
    assert opened(reader) == said

    reader.open(demo, f"?{WEEK}")
    chart = reader.page.locator(".st-key-overview_trend")
    said = chart.locator(".textpoint text, text.textpoint").last.text_content()
    point = chart.locator(".trace .point").last.bounding_box()
    assert point
    reader.page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    assert opened(reader) == int(said or 0)


def test_rows_of_the_ways_to_count(demo: App, reader: Reader):
    for table, column in (("kpi_meanings", 2), ("kpi_repeats", 1)):
        reader.open(demo, f"kpi?{WEEK}")
        cells = reader.cells(table)[0]
        reader.pick(table, cells[0])
        assert opened(reader) == int(cells[column])
