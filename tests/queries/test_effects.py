"""Measures are judged by the appeals they could change: counted here a second time without SQL."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics import effect
from ingest import setup
from queries import campaigns, dictionaries, effects, measures, registers, spikes, store
from queries.scope import COUNTRY
from tests import small
from tests.queries.plant import spike
from tests.queries.scopes import scope

FIRST, CHANGE, LAST = date(2022, 8, 1), date(2024, 2, 1), date(2024, 6, 13)
LENIN, REST = "улица Ленина", "улица Мира"
PITS = "Ямы и выбоины"


def drawn() -> list[dict[str, Any]]:
    """Kaliningrad: two pits a day on one street until the change, then a third of that; elsewhere nothing changes."""
    chance = random.Random(7)
    rows: list[dict[str, Any]] = []
    day = FIRST
    while day <= LAST:
        left = 1.0 if day < CHANGE else 0.35
        for place, street, topic, a_day in (
            (small.KALININGRAD, LENIN, PITS, 1.6 * left),
            (small.KALININGRAD, REST, PITS, 0.6),
            (small.KALININGRAD, REST, "Набережные", 0.4),
            (small.SAKHALIN, REST, PITS, 1.2),
        ):
            for _each in range(int(a_day) + (chance.random() < a_day % 1)):
                at = datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(60))
                rows.append(small.row(len(rows) + 1, place, at, topic, street=street))
        day += timedelta(days=1)
    return rows


ROWS = drawn()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store with these appeals; its tests add measures to it."""
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
        patch.setattr(store, "clock", lambda: small.CLOCK)
        store.close_store()
        setup.create_store("real")
        small.put(ROWS, "town")
        yield
        store.close_store()


def counted(first: date, last: date, place: small.Place, topic: str = PITS, street: str | None = None) -> list[int]:
    """Appeals by day, from the rows themselves."""
    days = Counter(
        small.local(row["created_at"], row["place"]).date()
        for row in ROWS
        if row["place"] is place and row["topic"] == topic and street in (None, row["street"])
    )
    return [days[first + timedelta(days=n)] for n in range((last - first).days + 1)]


def saved(**facts: Any) -> effects.Action:
    base = {"problem": "Ремонт", "territory": 2301, "topic": PITS, "start": date(2024, 1, 2), "end": CHANGE - timedelta(days=1), "status": "done"}
    own = registers.save("measures", base | facts)
    found = effects.one(scope(COUNTRY), own)
    assert found is not None
    return found


def judged(action: effects.Action, **settings: Any) -> effects.Found:
    found = effects.judge(action, scope(COUNTRY), **settings)
    assert found is not None
    return found


def test_the_counts_are_those_of_the_rows(town: None) -> None:
    found = judged(saved(place="ул. Ленина; проспект Неизвестный"))
    assert found.streets == (LENIN,)
    assert found.counts.tolist() == counted(FIRST, LAST, small.KALININGRAD, street=LENIN)
    assert found.controls is not None and found.controls.tolist() == counted(FIRST, LAST, small.SAKHALIN)
    again = effect.estimate(found.counts, found.days, np.datetime64(CHANGE), None, found.controls, "2024-01-01")
    assert (found.effect.change, found.effect.p) == (again.change, again.p)
    assert found.effect.seen == sum(counted(CHANGE, CHANGE + timedelta(days=7 * found.effect.after - 1), small.KALININGRAD, street=LENIN))


def test_the_planted_change_is_in_the_interval(town: None) -> None:
    on_street, in_town = judged(saved(place="Ленина")), judged(saved(problem="Весь город"))
    assert on_street.effect.low < -0.65 < on_street.effect.high < 0
    town_change = (1.6 * 0.35 + 0.6) / (1.6 + 0.6) - 1
    assert in_town.effect.low < town_change < in_town.effect.high < 0
    assert not in_town.streets
    assert in_town.effect.year_on_year is not None
    weeks = effects.weeks(on_street)
    assert weeks["after"].sum() == on_street.effect.after
    assert weeks.loc[weeks["after"], "observed"].sum() == on_street.effect.seen
    assert weeks.loc[weeks["after"], "expected"].sum() == pytest.approx(on_street.effect.awaited)


def test_the_time_of_the_works_is_neither_before_nor_after(town: None) -> None:
    found = judged(saved(problem="Долгие работы", start=date(2023, 11, 1)))
    assert found.usual_until == date(2023, 10, 31)
    assert found.effect.before == ((date(2023, 10, 31) - FIRST).days + 1) // 7
    weeks = effects.weeks(found)
    inside = weeks[(weeks["day"] >= np.datetime64("2023-11-07")) & ~weeks["after"]]
    assert len(inside) and inside["expected"].isna().all()


@pytest.mark.parametrize(("facts", "reason"), [
    ({"start": date(2024, 6, 1), "end": None, "status": "running"}, "after"),
    ({"start": date(2022, 9, 1), "end": date(2022, 9, 10)}, "before"),
    ({"topic": "Места в детских садах"}, "few"),
])  # fmt: skip
def test_too_early_is_said(town: None, facts: dict[str, Any], reason: str) -> None:
    assert judged(saved(problem=reason, **facts)).effect.too_early == reason


@pytest.mark.parametrize("facts", [{"start": None, "end": None}, {"start": date(2024, 7, 1), "end": None, "status": "running"}])
def test_what_has_not_begun_is_not_judged(town: None, facts: dict[str, Any]) -> None:
    assert effects.judge(saved(**facts), scope(COUNTRY)) is None


def test_planned_and_cancelled_measures_are_not_listed(town: None) -> None:
    for status in ("planned", "cancelled"):
        own = registers.save("measures", {"problem": status, "territory": 2301, "topic": PITS, "status": status, "start": CHANGE})
        assert effects.one(scope(COUNTRY), own) is None


def test_what_follows_a_spike_is_compared_with_the_time_before_it(town: None) -> None:
    with store.cursor() as cursor:
        pits = cursor.execute("FROM topics SELECT topic_id, topic_group_id, block_id WHERE name = ?", [PITS]).fetchone()
    assert pits is not None
    about = dict(zip(("topic_id", "topic_group_id", "block_id"), pits, strict=True))
    spike(501, 6401, onset=date(2024, 3, 20), last_day=date(2024, 4, 2), **about)
    spike(502, 6401, onset=date(2024, 1, 10), last_day=date(2024, 4, 2), is_flood=True, **about)
    near = saved(problem="После всплеска", territory=6401, start=date(2024, 4, 8), end=None, status="running")
    found = judged(near)
    assert (found.against, found.onset, found.usual_until) == ("usual", date(2024, 3, 20), date(2024, 3, 19))
    assert judged(near, against="before").usual_until == date(2024, 4, 7)
    far = judged(saved(problem="Много позже", territory=6401, start=date(2024, 5, 6), end=None, status="running"))
    assert (far.against, far.onset) == ("before", None)
    spike(503, 6401, onset=date(2023, 12, 1), last_day=date(2024, 4, 20), **about)
    long = judged(saved(problem="Долгий рост", territory=6401, start=date(2024, 5, 6), end=None, status="running", spike=503))
    assert (long.against, long.onset) == ("before", date(2023, 12, 1))


def test_what_is_compared_can_be_chosen(town: None) -> None:
    action = saved(problem="С чем сверить")
    assert judged(action, control="none").controls is None
    topics = judged(action, control="topics")
    assert topics.controls is not None and topics.controls.tolist() == counted(FIRST, LAST, small.KALININGRAD, "Набережные")
    short = judged(action, history="months")
    assert (short.effect.before, short.days[0]) == (16, np.datetime64("2024-01-02") - 7 * 16)


def test_trouble_beside_is_looked_for(town: None) -> None:
    found = judged(saved(problem="Соседи", place="Ленина"))
    work = effects.neighbours(found, scope(COUNTRY))
    assert work.wait(60) and work.result is not None
    assert [shift.name for shift in work.result.places] == ["Калининград, остальные адреса"]
    assert not work.result.moved


def test_a_reader_is_given_own_appeals_only(town: None) -> None:
    action = saved(problem="Чужой")
    assert effects.one(scope(COUNTRY, reader=(6401,)), action.item_id) is None
    own = effects.judge(action, scope(COUNTRY, reader=(2301,)))
    assert own is not None and own.control == "none"


def test_the_list_judges_every_measure(town: None) -> None:
    reader = scope(COUNTRY)
    work = effects.judged(reader, scope(2301))
    assert work.wait(120) and work.result is not None
    assert {action.item_id for action, _found in work.result} == {action.item_id for action in effects.actions(scope(2301))}
    assert all(action.territory_id == 2301 for action, _found in work.result)


def test_questions_before_and_after_a_notice_are_counted(town: None) -> None:
    own = registers.save("campaigns", {"what": "Ремонт", "territory": 6401, "topic": PITS, "announced": date(2024, 4, 1), "start": date(2024, 4, 10), "end": date(2024, 4, 20)})
    row = next(row for row in campaigns.listed(scope(COUNTRY)).to_dict("records") if row["item_id"] == own)
    found = campaigns.asked(row, scope(COUNTRY))
    spans = {"before": (date(2024, 3, 4), date(2024, 3, 31)), "notice": (date(2024, 4, 1), date(2024, 4, 9)),
             "works": (date(2024, 4, 10), date(2024, 4, 20)), "last_year": (date(2023, 4, 12), date(2023, 4, 22))}  # fmt: skip
    assert {one.kind: (one.first, one.last, one.appeals) for one in found.itertuples()} == {
        kind: (first, last, sum(counted(first, last, small.SAKHALIN))) for kind, (first, last) in spans.items()
    }
    works, ago = (sum(counted(*spans[kind], small.SAKHALIN)) for kind in ("works", "last_year"))
    assert campaigns.difference(found) == pytest.approx(works / ago - 1)


def test_measures_are_marks_on_series_of_their_place_and_topic(town: None) -> None:
    saved(problem="Отмеченная", territory=6401, topic="Состояние дорог", start=date(2024, 5, 1), end=date(2024, 5, 9))
    registers.save("measures", {"problem": "Невидимая", "territory": 6401, "topic": PITS, "status": "planned", "start": date(2024, 5, 1)})
    tree = dictionaries.topic_tree().set_index("topic")
    pits, quay = int(tree.at[PITS, "topic_id"]), int(tree.at["Набережные", "topic_id"])
    expected = {(date(2024, 5, 1), "Мера: Отмеченная"), (date(2024, 5, 9), "Мера выполнена: Отмеченная")}
    assert expected <= set(spikes.marks(scope(6401))) and expected <= set(spikes.marks(scope(6401, topics=(pits,))))
    assert not expected & set(spikes.marks(scope(6401, topics=(quay,)))) and not expected & set(spikes.marks(scope(2301)))
    assert not any("Невидимая" in words for _day, words in spikes.marks(scope(6401)))


def test_late_measures_come_first(store_file: Path) -> None:
    today = date(2024, 6, 14)
    for problem, status, due in (("а", "done", 1), ("б", "planned", 20), ("в", "running", 10), ("г", "planned", 13), ("д", "cancelled", 1)):
        registers.save("measures", {"problem": problem, "territory": 2301, "topic": PITS, "status": status, "due": date(2024, 6, due), "bodies": ["А", "Б"] if problem == "в" else ["А"]})
    found = measures.listed(scope(COUNTRY), today)
    assert found["problem"].tolist() == ["в", "г", "б", "а", "д"]
    assert found["days_late"].tolist()[:2] == [4, 1] and found["late"].tolist() == [True, True, False, False, False]
    assert found["together"].tolist() == [True, False, False, False, False]
    assert measures.in_state(found, "late")["problem"].tolist() == ["в", "г"]


def test_a_spike_knows_the_measures_of_its_episode(store_file: Path) -> None:
    spike(601, 2301, episode_id=601)
    spike(602, 2300, episode_id=601)
    spike(603, 6401)
    registers.save("measures", {"problem": "Полив", "territory": 2301, "topic": PITS, "status": "planned", "spike": 602})
    registers.save("campaigns", {"what": "Объявление", "territory": 2301, "topic": PITS, "announced": date(2024, 6, 12), "spike": 601})
    reader = scope(COUNTRY)
    known = {own: spikes.one(reader, own) for own in (601, 602, 603)}
    titles = {own: measures.of_spike(reader, one)["title"].tolist() for own, one in known.items() if one is not None}
    assert titles == {601: ["Полив", "Объявление"], 602: ["Полив", "Объявление"], 603: []}
    assert measures.of_spike(scope(COUNTRY, reader=(6401,)), known[601]).empty
