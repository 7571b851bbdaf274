"""Sensors, inspections and projects beside the appeals of a town, against counts of plain lists."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import effect, lead, nearby
from ingest import readings
from queries import appeals, dictionaries, projects, registers, sensors, sites, store
from queries.access import Access
from queries.appeals import Chosen
from queries.dictionaries import Days, Territories
from queries.near import Circle
from queries.scope import Scope
from tests import small
from tests.conftest import _copy
from tests.queries.scopes import scope
from tests.small import KALININGRAD, QUAY, SAKHALIN, row

PLACE, OTHER = (54.70, 20.50), (54.75, 20.60)
FIRST, LAST = date(2023, 3, 1), date(2024, 6, 13)
ALARM = datetime(2024, 5, 20, 9)  # local
INSPECTED, WORKS, DONE = date(2024, 4, 10), date(2023, 11, 3), date(2024, 1, 19)
PERIOD = {"first": date(2024, 5, 16), "last": date(2024, 5, 27)}


def drawn() -> list[dict[str, Any]]:
    """A year of appeals about the quay near PLACE, near OTHER, elsewhere and without an address; about other things; in Sakhalin."""
    chance = random.Random(4)
    rows: list[dict[str, Any]] = []
    for day in range((LAST - FIRST).days + 1):
        at = FIRST + timedelta(days=day)
        wave = 8 if 0 <= (at - ALARM.date()).days - 1 < 3 else 0
        near = 3 if at < WORKS else 1
        spots = [(PLACE, near + wave), (OTHER, 1), ((54.72, 20.40), 2), (None, 1)]
        for spot, mean in spots:
            for _one in range(sum(chance.random() < mean / 6 for _try in range(6)) if spot or day % 2 else 0):
                moment = datetime(at.year, at.month, at.day, chance.randrange(8, 22), chance.randrange(60))
                point = {} if spot is None else {"lat": round(spot[0] + chance.gauss(0, 0.002), 5), "lon": round(spot[1] + chance.gauss(0, 0.003), 5)}
                topic = QUAY if chance.random() < 0.9 else "Ямы и выбоины"
                channel = chance.choice(("vk_groups", "call"))
                rows.append(row(len(rows) + 1, KALININGRAD, moment, topic, channel=channel, **point))
    rows += [row(len(rows) + n, SAKHALIN, datetime(2024, 5, n + 1, 12), QUAY, lat=PLACE[0], lon=PLACE[1]) for n in range(1, 20)]
    return rows


ROWS = drawn()


def sheet(register: str, /, **facts: Any) -> dict[str, Any]:
    made, mistakes = registers.check(register, facts)
    assert not mistakes, mistakes
    return made


@pytest.fixture(scope="module")
def _town(tmp_path_factory: pytest.TempPathFactory, _empty_template: Path) -> Path:
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch:
        file = _copy(_empty_template, folder, patch)
        small.put(ROWS, "a")
        at = {"lat": PLACE[0], "lon": PLACE[1], "territory": 2301, "topic": "Набережные"}
        registers.save_many("sensors", [
            sheet("sensors", code="K-1", name="Пост", type="air", unit="mg_m3", threshold=0.3, radius=800, **at),
            sheet("sensors", code="K-2", name="Площадка", type="waste", **at | {"lat": OTHER[0], "lon": OTHER[1]}),
            sheet("sensors", code="S-1", name="Сахалин", type="air", threshold=1, **at | {"territory": 6401}),
        ])  # fmt: skip
        hours = [ALARM - timedelta(days=6) + timedelta(hours=n) for n in range(12 * 24)]
        alarming = [ALARM + timedelta(hours=n) for n in (0, 1, 2, 14, 15, 27)] + [ALARM + timedelta(days=5)]
        records = [("K-1", hour - timedelta(hours=2), 0.5 if hour in alarming else 0.1, None) for hour in hours]
        records += [("K-2", datetime(2024, 5, day, 4), None, "missed" if day in (18, 19, 24) else "done") for day in range(1, 28)]
        records += [("S-1", datetime(2024, 5, 20), 5.0, None)]
        readings.save(iter(records), "x", lambda share: None)
        registers.save_many("objects", [
            sheet("objects", code="O-1", name="Стройка", radius=700, **at),
            sheet("objects", code="O-2", name="Другая", radius=700, **at | {"lat": OTHER[0], "lon": OTHER[1]}),
        ])  # fmt: skip
        registers.save_many("inspections", [
            sheet("inspections", object="O-1", territory=2301, day=INSPECTED, type="visit", result="clean"),
            sheet("inspections", object="O-2", territory=2301, day=INSPECTED, type="visit"),
            sheet("inspections", object="O-1", territory=2301, day=date(2024, 6, 10)),
            sheet("inspections", object="нет такого", territory=2301, day=INSPECTED),
        ])  # fmt: skip
        registers.save_many("projects", [
            sheet("projects", object="Набережная", project="Жильё", stage="done", radius=800, start=WORKS, end=DONE, **at),
            sheet("projects", object="Будущая", project="Жильё", stage="planned", start=date(2025, 1, 1), **at | {"lat": OTHER[0], "lon": OTHER[1]}),
        ])  # fmt: skip
        store.close_store()
    return file


@pytest.fixture
def town(_town: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PULSE_DB", str(_town))
    monkeypatch.setattr(store, "clock", lambda: small.CLOCK)
    store.close_store()
    yield _town
    store.close_store()


def tree() -> Territories:
    return dictionaries.territories()


def days() -> Days:
    return dictionaries.days(tree().timezone(2301))


def about_quay(lat: float, lon: float, metres: float, *, inside: bool = True, apart: tuple[tuple[float, float, float], ...] = ()) -> list[datetime]:
    """Local moments of the quay's appeals of the town in a circle, or outside of it and of the circles apart."""
    found = []
    for r in ROWS:
        if r["place"] is KALININGRAD and r["topic"] == QUAY and r.get("lat") is not None:
            far = nearby.metres(lat, lon, [r["lat"]], [r["lon"]])[0] > metres
            elsewhere = all(nearby.metres(a, b, [r["lat"]], [r["lon"]])[0] > m for a, b, m in apart)
            if (not far) if inside else (far and elsewhere):
                found.append(small.local(r["created_at"], KALININGRAD))
    return found


def between(moments: list[datetime], first: date, last: date) -> int:
    return sum(first <= at.date() <= last for at in moments)


def item(code: str, column: str, value: str, asked: Scope) -> dict[str, Any]:
    frame = sites.items(code, asked)
    return frame[frame[column] == value].iloc[0].to_dict()


def test_the_list_behind_a_place_holds_what_the_page_counts(town: Path) -> None:
    asked = scope(2301, **PERIOD)
    around = sites.site("sensors", item("sensors", "code", "K-1", asked), asked, tree())
    inside = int(sites.daily(around, asked.first, asked.last)["inside"].sum())
    assert inside == between(about_quay(*PLACE, 800), asked.first, asked.last) > 20
    listed = replace(around.scope, first=asked.first, last=asked.last)
    assert appeals.count(listed, Chosen.decode(around.params))[0] == inside == len(sites.appeals(around, asked.first, asked.last))
    by_call = replace(asked, channels=(9,))
    half = sites.site("sensors", item("sensors", "code", "K-1", by_call), by_call, tree())
    assert 0 < sites.daily(half, asked.first, asked.last)["inside"].sum() < inside, "the channels of the page are kept"


def test_alarms_and_what_people_wrote_around_them(town: Path) -> None:
    asked = scope(2301, **PERIOD)
    own = item("sensors", "code", "K-1", asked)
    around = sites.site("sensors", own, asked, tree())
    told = sensors.told(around, own, asked)
    assert [(small.local(one.alarm.start, KALININGRAD), one.alarm.readings) for one in told] == [(ALARM + timedelta(days=5), 1), (ALARM, 6)]
    found = told[1].lead
    assert found is not None and found.told_first
    near = sorted(at for at in about_quay(*PLACE, 800))
    after = [at for at in near if ALARM <= at < ALARM + lead.HORIZON]
    usual = [at for at in near if ALARM - lead.USUAL <= at < ALARM - timedelta(days=1)]
    assert small.local(found.first, KALININGRAD) == after[0] and found.seen == len(after)  # type: ignore[arg-type]
    assert found.awaited == pytest.approx(3 * len(usual) / 27)


def test_an_alarm_that_began_before_the_period_is_whole(town: Path) -> None:
    asked = scope(2301, date(2024, 5, 21), date(2024, 5, 22))
    own = item("sensors", "code", "K-1", asked)
    (one,) = sensors.told(sites.site("sensors", own, asked, tree()), own, asked)
    assert small.local(one.alarm.start, KALININGRAD) == ALARM and one.alarm.readings == 6


def test_the_overview_counts_alarms_and_keeps_to_the_reader(town: Path) -> None:
    found = sensors.overview(scope(**PERIOD), tree()).set_index("code")
    assert found["alarms"].to_dict() == {"K-1": 2, "K-2": 2, "S-1": 1}
    assert found.loc["K-1", "told_first"] == 1 and found.index[0] == "K-1"
    assert found.loc["K-2", "last_event"] == "done" and found.loc["K-2", "last_at"] == pd.Timestamp("2024-05-27 06:00")
    assert found.loc["K-1", "readings"] == 10 * 24 + 9
    assert list(sensors.overview(scope(6400, **PERIOD), tree())["code"]) == ["S-1"]
    assert list(sensors.overview(scope(reader=(6401,), **PERIOD), tree())["code"]) == ["S-1"]
    assert sensors.overview(scope(2301, topics=(35,), **PERIOD), tree()).empty, "another topic than the sensors'"
    foreign = item("sensors", "code", "K-1", scope(**PERIOD))
    blind = replace(scope(2301, **PERIOD), access=replace(Access.reader(), territories=(6401,)))
    around = sites.site("sensors", foreign, blind, tree())
    assert sensors.told(around, foreign, blind) == [] and sensors.series(around, foreign, blind)["highest"].isna().all()


@pytest.mark.parametrize("length", [7, 40])
def test_the_series_by_hours_and_by_days(town: Path, length: int) -> None:
    asked = scope(2301, date(2024, 5, 18), date(2024, 5, 18) + timedelta(days=length - 1))
    own = item("sensors", "code", "K-1", asked)
    frame = sensors.series(sites.site("sensors", own, asked, tree()), own, asked)
    near = about_quay(*PLACE, 800)
    assert frame["appeals"].sum() == between(near, asked.first, asked.last)
    if length == 7:
        assert len(frame) == 7 * 24
        at = frame.set_index("at")
        assert at.loc[pd.Timestamp(ALARM), "highest"] == 0.5 and at.loc[pd.Timestamp(ALARM) + pd.Timedelta(hours=3), "highest"] == 0.1
        hour = pd.Timestamp(near[-1]).floor("h")
        if hour in at.index:
            assert at.loc[hour, "appeals"] == sum(pd.Timestamp(one).floor("h") == hour for one in near)
    else:
        assert len(frame) == 40 and frame.set_index("at").loc["2024-05-20", "highest"] == 0.5
        assert np.isnan(frame.set_index("at").loc["2024-06-20", "highest"]), "silence is a gap"


def test_works_missed_day_after_day_are_one_alarm(town: Path) -> None:
    asked = scope(2301, **PERIOD)
    own = item("sensors", "code", "K-2", asked)
    assert [one.alarm.readings for one in sensors.told(sites.site("sensors", own, asked, tree()), own, asked)] == [1, 2]


def test_inspections_before_and_after_and_elsewhere(town: Path) -> None:
    found = sensors.inspections(scope(2301, **{**PERIOD, "last": LAST}), tree(), days(), 28)
    assert [(one.name, one.day) for one in found] == [("Стройка", date(2024, 6, 10)), ("Стройка", INSPECTED), ("Другая", INSPECTED)]
    assert found[0].windows is None and not found[0].enough, "three days after are too few"
    one = found[1]
    assert one.windows is not None and one.windows.days == 28
    near, rest = about_quay(*PLACE, 700), about_quay(*PLACE, 700, inside=False, apart=((*OTHER, 700),))
    expected = [between(moments, *part) for moments in (near, rest) for part in (one.windows.before, one.windows.after)]
    assert [one.before, one.after, one.elsewhere_before, one.elsewhere_after] == expected
    assert one.change == nearby.compare(*expected[:2]) and one.beside == nearby.against(*expected)
    judged = [own for own in found if own.enough]
    assert all(own.p >= own.beside.p for own in judged if own.beside)


def test_an_inspection_after_the_period_is_not_told_yet(town: Path) -> None:
    assert sensors.inspections(scope(2301, date(2024, 4, 1), date(2024, 4, 9)), tree(), days(), 28) == []
    assert sensors.inspections(scope(6400, **PERIOD), tree(), days(), 28) == []


def test_a_project_in_its_stages_and_its_effect(town: Path) -> None:
    found = projects.projects(scope(2301, **PERIOD), tree(), days())
    assert [one.site.name for one in found] == ["Набережная", "Будущая"]
    one = found[0]
    near = about_quay(*PLACE, 800)
    rest = about_quay(*PLACE, 800, inside=False, apart=((*OTHER, 1000),))
    first, last = days().first, days().last_full
    assert first is not None
    spans = {"before": (max(first, WORKS - timedelta(days=364)), WORKS - timedelta(days=1)), "during": (WORKS, DONE), "after": (DONE + timedelta(days=1), last)}
    assert {part.stage: (part.first, part.last, part.appeals) for part in one.parts} == {
        stage: (*span, between(near, *span)) for stage, span in spans.items()
    }
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    counts, controls = ([between(moments, day, day) for day in every] for moments in (near, rest))
    dates = np.array(every, dtype="datetime64[D]")
    after = effect.estimate(counts, dates, "2024-01-20", controls=controls, usual_until="2023-11-02")
    during = effect.estimate(counts, dates, "2023-11-03", "2024-01-19", controls)
    assert one.after is not None and one.during is not None
    assert (one.after.change, one.after.p) == (after.change, after.p) and one.during.change == during.change
    assert one.after.significant and one.after.low < -2 / 3 + 0.1 < one.after.high + 0.2, "two thirds fewer were drawn"


def test_a_project_that_has_not_begun_has_only_its_before(town: Path) -> None:
    ahead = projects.projects(scope(2301, **PERIOD), tree(), days())[1]
    assert [part.stage for part in ahead.parts] == ["before"] and ahead.latest is None


def test_a_larger_radius_counts_more(town: Path) -> None:
    asked = scope(2301, **PERIOD)
    few, many = (projects.projects(asked, tree(), days(), metres)[0].parts[0].appeals for metres in (100, 2000))
    assert 0 < few < many


def test_a_circle_kept_to_five_digits_is_the_pages(town: Path) -> None:
    asked = scope(2301, **PERIOD)
    around = sites.site("sensors", item("sensors", "code", "K-1", asked), asked, tree())
    assert Circle.decode(around.params["near"]) == around.circle


def test_a_store_without_registers_has_nothing_to_tell(store_file: Path) -> None:
    asked = scope()
    assert sensors.overview(asked, tree()).empty and projects.projects(asked, tree(), days()) == []
    assert sensors.inspections(asked, tree(), days(), 28) == []
