"""The list of spikes and the page of one: numbers equal the rows behind them, clicks keep the choice."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import expect

from tests.pages.conftest import App, Reader

EPISODES = """
SELECT count(DISTINCT episode_id) FROM spikes
WHERE observed IS NOT NULL AND NOT is_flood AND sensitivity IN ('calm', 'usual', 'keen') AND last_day > DATE '2026-07-20' - 84
"""
KINDS = "SELECT level, frequency, arg_max(spike_id, severity) FROM spikes WHERE observed IS NOT NULL GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def known(demo_store: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo store itself, which no app has open."""
    with duckdb.connect(str(demo_store / "pulse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture
def own_demo(demo_store: Path, assets: None, tmp_path: Path) -> Iterator[App]:
    """A demo store of this test's own: it writes."""
    folder = tmp_path / "store"
    shutil.copytree(demo_store, folder)
    app = App(folder).start()
    yield app
    app.stop()
    assert "Traceback" not in app.said()


def number(text: str) -> int:
    """The first whole number of a sentence that is no part of «12 недель»."""
    return int(re.sub(r"\D", "", re.findall(r"\d[\d\u00a0]*", text.replace("12 недель", ""))[0]))


def test_the_number_of_the_list_is_its_rows_and_the_episodes_of_the_store(
    demo: App, reader: Reader, known: duckdb.DuckDBPyConnection
) -> None:
    reader.open(demo, "spikes?place=1&state=season&keen=keen")
    (counted,) = known.execute(EPISODES).fetchone() or (0,)
    assert number(reader.headline) == len(reader.cells("spikes_list")) == counted > 1
    assert "ложных в неделю" in reader.text or "ложного в неделю" in reader.text


def test_the_choice_lives_in_the_address_and_goes_along(demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(demo, "spikes?place=1")
    page.get_by_role("radio", name="За 12 недель").or_(page.get_by_role("button", name="За 12 недель")).first.click()
    page.wait_for_url("**state=season**")
    page.get_by_role("radio", name="Чутко").or_(page.get_by_role("button", name="Чутко")).first.click()
    page.wait_for_url("**keen=keen**")
    reader.rest()
    found = reader.headline
    page.reload()
    reader.rest()
    assert reader.headline == found
    first = reader.cells("spikes_list")[0]
    reader.pick("spikes_list", first[0])
    page.wait_for_url("**/spike?**")
    reader.rest()
    assert first[0] in reader.headline and first[1] in reader.headline
    assert {name: reader.params[name] for name in ("state", "keen", "place")} == {"state": "season", "keen": "keen", "place": "1"}
    reader.follow(page.locator(".st-key-breadcrumb a").first)
    assert reader.headline == found


def test_a_day_of_the_calendar_opens_its_spike(demo: App, reader: Reader) -> None:
    reader.open(demo, "spikes?place=1&state=season")
    labels = reader.page.locator(".st-key-spikes_strips .annotation-text").all_text_contents()
    alarm = reader.page.locator(".st-key-spikes_strips .bars .point path").last
    alarm.scroll_into_view_if_needed()
    box = alarm.bounding_box()
    assert box is not None
    reader.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    reader.page.wait_for_url("**/spike?**")
    reader.rest()
    assert any(all(part in reader.headline for part in label.split(" · ")) for label in labels)


def test_the_number_of_a_spike_is_the_list_behind_it(demo: App, reader: Reader, known: duckdb.DuckDBPyConnection) -> None:
    for level, frequency, spike_id in known.execute(KINDS).fetchall():
        reader.open(demo, f"spike?id={spike_id}")
        (observed,) = known.execute("SELECT observed FROM spikes WHERE spike_id = ?", [spike_id]).fetchone() or (0,)
        said = reader.headline.rpartition("»: ")[2]
        assert number(said) == observed, (level, frequency)
        assert not re.search(r"\b(nan|NaN|None|NaT)\b", reader.text)
        assert ("Обращений в неделю" in reader.text) == (frequency == "W")
        reader.follow(reader.page.get_by_role("link", name=re.compile("^Показать .* →$")).first)
        assert number(reader.headline) == observed, (level, frequency)


def test_a_false_alarm_leaves_the_list_and_comes_back_when_asked_for(own_demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(own_demo, "spikes?place=1&state=season")
    before, first = number(reader.headline), reader.cells("spikes_list")[0]
    reader.pick("spikes_list", first[0])
    page.wait_for_url("**/spike?**")
    reader.rest()
    page.get_by_role("button", name="Принять решение").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").click()
    page.get_by_role("option", name="ложная тревога").click()
    dialog.get_by_role("button", name="Сохранить").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Решение: ложная тревога")).to_have_count(1)
    reader.open(own_demo, "spikes?place=1&state=season")
    assert number(reader.headline) == before - 1
    page.get_by_role("button", name="Показать ложные тревоги: 1").click()
    page.wait_for_url("**dismissed=1**")
    reader.rest()
    assert number(reader.headline) == before


def test_a_spike_that_is_not_there_says_where_to_go(demo: App, reader: Reader) -> None:
    for given in ("", "?id=5", "?id=abc", "?id=99999999999999999999999"):
        reader.open(demo, f"spike{given}")
        assert reader.headline == "Всплеск не найден"
    reader.follow(reader.page.get_by_role("link", name="Ко всем всплескам"))
    assert reader.address.startswith("/spikes")
