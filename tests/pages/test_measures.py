"""The Kaliningrad story to its end: spike, texts, cause, measure, effect. On a demo that goes on after it."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from analytics import effect
from queries import effects, store
from queries.scope import COUNTRY, Scope
from tests.pages.conftest import SEED, App, Reader, ingest

LATER, STORY_ENDS = 35, date(2026, 7, 20)
CAUSE = "Подрядчик не поливает дорогу у набережной"
MEASURE = "Полив дороги дважды в день"
DUST = "Пыль и грязь от стройки"


@pytest.fixture(scope="module")
def later_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo five weeks after the embankment's dust, that nobody has open."""
    folder = tmp_path_factory.mktemp("later")
    until = STORY_ENDS + timedelta(days=LATER)
    ingest("demo", "--rows", "20000", "--seed", str(SEED), "--until", until.isoformat(), "--later", str(LATER), database=folder / "pulse.duckdb")
    return folder


@pytest.fixture(scope="module")
def later_demo(later_store: Path, assets: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app on it."""
    folder = tmp_path_factory.mktemp("walked") / "store"
    shutil.copytree(later_store, folder)
    app = App(folder).start()
    yield app
    app.stop()
    assert "Traceback" not in app.said()


def judged(folder: Path, place: str, **settings: Any) -> effect.Effect:
    """What the measure of a town is found to have changed, in a store nobody has open."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
        store.close_store()
        try:
            reader = Scope(COUNTRY, STORY_ENDS, STORY_ENDS)
            action = next(action for action in effects.actions(reader) if action.territory == place and action.kind == "measures")
            found = effects.judge(action, reader, **settings)
        finally:
            store.close_store()
    assert found is not None
    return found.effect


def test_the_planted_effects_are_recovered(demo_store: Path, later_store: Path, truth: list[dict[str, Any]], tmp_path: Path) -> None:
    changes = {story["territory"]: story["true_change"] for story in truth if story["kind"] == "measure"}
    assert set(changes) == {"Липецк", "Архангельск"}
    shutil.copytree(demo_store, tmp_path / "demo")
    for place, change in changes.items():
        found = judged(tmp_path / "demo", place)
        assert found.low < change < found.high, (place, found.low, found.high)
    # the dust is gone after the measure: as many appeals as before the spike
    shutil.copytree(later_store, tmp_path / "later")
    found = judged(tmp_path / "later", "Калининград")
    assert found.low < 0 < found.high and not found.too_early


def choose(dialog: Locator, label: str, option: str) -> None:
    """Take an option of a list."""
    dialog.get_by_role("combobox", name=re.compile(label)).click()
    dialog.page.get_by_role("option", name=option, exact=True).click()


def day_in(dialog: Locator, label: str, day: date) -> None:
    """Type a day."""
    dialog.get_by_test_id("stDateInput").filter(has_text=label).get_by_role("spinbutton").first.click()
    dialog.page.keyboard.type(f"{day:%d%m%Y}")
    dialog.page.keyboard.press("Tab")


def test_the_story_is_walked_to_its_effect(later_demo: App, reader: Reader) -> None:
    page = reader.page
    stories = json.loads((later_demo.folder / "demo_truth.json").read_text(encoding="utf-8"))["stories"]
    story = next(one for one in stories if one["story"] == "embankment")
    began = date.fromisoformat(story["measure_day"])

    # the spike of five weeks ago, in the words of those who wrote
    reader.open(later_demo, "spikes?place=2301&state=season")
    reader.pick("spikes_list", next(row[0] for row in reader.cells("spikes_list") if any(DUST in cell for cell in row)))
    page.wait_for_url("**/spike?**")
    reader.rest()
    assert f"Калининград, «{DUST}»" in reader.headline
    assert "набережн" in reader.text.lower()

    # the cause
    page.get_by_role("button", name="Записать причину").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Причина").fill(CAUSE)
    dialog.get_by_label("Причина").press("Tab")
    dialog.get_by_role("button", name="Сохранить").click()
    expect(dialog).to_have_count(0)
    reader.rest()

    # the decision leads to the form of a measure that knows the spike
    page.get_by_role("button", name="Принять решение").click()
    choose(page.get_by_role("dialog"), "Решение", "назначена мера")
    reader.rest()
    page.get_by_role("dialog").get_by_role("button", name="Сохранить").click()
    form = page.get_by_role("dialog").filter(has_text="Что делаем")
    expect(form.get_by_label("Причина")).to_have_value(CAUSE)
    form.get_by_role("button", name="Сохранить").click()
    expect(form).to_contain_text("Что делаем: не заполнено")
    form.get_by_label("Что делаем").fill(MEASURE)
    day_in(form, "Начало", began)
    choose(form, "Состояние", "идёт")
    form.get_by_role("button", name="Сохранить").click()
    expect(form).to_have_count(0)
    reader.rest()
    link = page.get_by_role("link", name=re.compile(MEASURE))
    expect(link).to_have_count(1)
    expect(page.locator(".st-key-marks_spike_series")).to_contain_text(MEASURE)

    # the register, then what it changed
    reader.follow(link)
    expect(page.locator(".st-key-measure")).to_contain_text(CAUSE)
    reader.follow(page.get_by_role("link", name="Что это дало →"))
    assert f"Калининград, «{DUST}»: жалоб столько же, сколько до всплеска" in reader.headline
    expect(page.locator(".st-key-effect_weeks .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text("всплески проходят и сами").first).to_be_visible()
    journal = "".join(file.read_text(encoding="utf-8") for file in (later_demo.folder / "journal").glob("*.jsonl"))
    assert MEASURE in journal and CAUSE in journal

    # the briefing about it, and back to the spike it answers
    effect_page = reader.address
    reader.follow(page.get_by_role("link", name="Справка об эффекте →"))
    expect(page.locator("body")).to_contain_text(MEASURE)
    reader.open(later_demo, effect_page.lstrip("/"))
    reader.follow(page.get_by_role("link", name="Всплеск, на который отвечает мера →"))
    assert f"Калининград, «{DUST}»" in reader.headline


def test_a_file_of_measures_is_taken_row_by_row(later_demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(later_demo, "measures?place=1")
    page.get_by_role("button", name="Загрузить файл").click()
    dialog = page.get_by_role("dialog")
    rows = "Мера;Муниципалитет;Тема;Начало;Статус\r\n=1+1;Липецк;Ямы и выбоины;01.07.2026;план\r\nРемонт;Тридесятск;Ямы и выбоины;01.07.2026;план\r\n"
    dialog.locator("input[type=file]").set_input_files({"name": "m.csv", "mimeType": "text/csv", "buffer": rows.encode("cp1251")})
    dialog.get_by_role("button", name="Загрузить", exact=True).click()
    expect(dialog).to_contain_text("Записано: 1")
    expect(dialog).to_contain_text("не принято: 1")
    dialog.get_by_role("button", name="Показать в реестре").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".st-key-measures_all canvas").first).to_contain_text("=1+1")


def test_the_filters_stay_on_the_way(later_demo: App, reader: Reader) -> None:
    page = reader.page
    reader.open(later_demo, "measures?place=4300&from=2026-08-03&to=2026-08-09&topics=g15")
    assert {row[1] for row in reader.cells("measures_all")} == {"Липецк"}
    reader.follow(page.get_by_role("link", name="Что дали меры →"))
    assert {name: reader.params[name] for name in ("place", "from", "to", "topics")} == {
        "place": "4300", "from": "2026-08-03", "to": "2026-08-09", "topics": "g15"}  # fmt: skip
    assert len(reader.cells("effects_list")) >= 1
