"""«Быстро решаем» in a browser: what is clicked opens a list of as many, with the filters kept."""

import re

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import App, Reader, leading_number

MONTH = "place=1&from=2026-05-01&to=2026-05-31&channels=1,2,3,4,5,6"
FILTERS = {"channels": "1,2,3,4,5,6"}


def opened(reader: Reader) -> int:
    """How many appeals the list that opened says it holds."""
    expect(reader.page.locator("h1")).to_have_text(re.compile(r"^\d[\d\s]* обращени"))
    return leading_number(reader.headline)


@pytest.mark.parametrize(
    ("page", "table", "column"),
    [
        ("deadlines", "deadlines_holders", 1), ("kpi", "kpi_parts", 1), ("kpi", "kpi_meanings", 2), ("answers", "answers_residents", 2),
        ("answers", "answers_executors", 1), ("process", "process_parts", 1), ("workload", "workload_shifts", 1),
    ],
)  # fmt: skip
def test_the_first_row_of_a_table_opens_its_list(demo: App, reader: Reader, page: str, table: str, column: int):
    reader.open(demo, f"{page}?{MONTH}")
    cells = reader.cells(table)[0]
    reader.pick(table, cells[0])
    assert opened(reader) == leading_number(cells[column]) > 0
    assert FILTERS.items() <= reader.params.items()


@pytest.mark.parametrize("chart", ["kpi_resolution", "kpi_response"])
def test_a_point_opens_its_cohort(demo: App, reader: Reader, chart: str):
    reader.open(demo, f"kpi?{MONTH}")
    box = reader.page.locator(f".st-key-{chart}")
    said = box.locator(".js-plotly-plot").evaluate("plot => plot.data.filter(trace => trace.customdata).at(-1).text.at(-1)")
    point = box.locator(".trace .point").last.bounding_box()
    assert point
    reader.page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    counts = said.rpartition("</b>")[2]
    assert opened(reader) == leading_number(counts) > 0
    assert FILTERS.items() <= reader.params.items()


def test_a_bar_of_the_backlog_opens_its_list(demo: App, reader: Reader):
    reader.open(demo, f"kpi?{MONTH}")
    box = reader.page.locator(".st-key-kpi_backlog")
    said = leading_number(box.locator(".bartext").last.text_content() or "")
    bar = box.locator(".bars .point").last.bounding_box()
    assert bar and said > 0
    reader.page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    assert opened(reader) == said
    assert FILTERS.items() <= reader.params.items()


def test_a_call_is_chosen_and_shows_its_appeals(demo: App, reader: Reader):
    reader.open(demo, f"deadlines?{MONTH}")
    reader.pick("deadlines_calls", reader.cells("deadlines_calls")[0][0])
    link = reader.page.locator(".st-key-chosen_call").get_by_role("link", name=re.compile("^Показать"))
    said = leading_number(link.inner_text())
    expect(reader.page.get_by_role("button", name="Позвонили", exact=True)).to_be_visible()
    reader.follow(link)
    assert opened(reader) == said > 0


def test_the_score_of_a_town_is_taken_apart(demo: App, reader: Reader):
    reader.open(demo, "rating?place=2301&from=2026-01-01&to=2026-06-30")
    own = reader.page.locator(".st-key-chosen_body")
    expect(own).to_contain_text("Калининград")
    link = own.get_by_role("link", name=re.compile("^Показать"))
    said = leading_number(link.inner_text())
    cells = reader.cells("rating_parts")[0]
    reader.follow(link)
    assert opened(reader) == said > 0
    reader.open(demo, "rating?place=2301&from=2026-01-01&to=2026-06-30")
    reader.pick("rating_parts", cells[0])
    assert opened(reader) == leading_number(cells[2])


def test_a_block_has_its_own_view(demo: App, reader: Reader):
    reader.open(demo, f"blocks?{MONTH}")
    name = reader.cells("blocks_table")[0][0]
    reader.pick("blocks_table", name)
    expect(reader.page.locator(".st-key-breadcrumb")).to_contain_text(name)
    expect(reader.page).to_have_url(re.compile("/block.*id="))
    assert FILTERS.items() <= reader.rest().params.items()
    topic = reader.cells("block_topics")[0]
    reader.pick("block_topics", topic[0])
    assert opened(reader) == leading_number(topic[1]) > 0
