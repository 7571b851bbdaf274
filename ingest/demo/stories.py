"""What is planted in the demonstration: stories with place, topic, days and size, so that a finding can be checked.

Dates count back from the last day of the demo. Sizes are absolute up to a million appeals and grow with the square root
beyond; the long ones shrink in a store of under LONG_FULL_FROM appeals, so as not to crowd out everything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from ingest.demo.world import EMBANKMENT_STREETS, LIPETSK_DISTRICTS, SNOW, Floats, World

SQRT_FROM, LONG_FULL_FROM = 1_000_000, 100_000
OUTAGE_SOURCE, OUTAGE_DAYS_BEFORE, OUTAGE_LENGTH = "pages", 40, 2
DUST, ROADS, BUSES, HOT_WATER = "Пыль и грязь от стройки", "Ямы и выбоины", "Расписание автобусов", "Горячая вода"
DUST_START, DUST_USUAL_A_WEEK = 8, 22.0
DUST_STAYS, DUST_DAYS_TO_MEASURE = 22.0, 6
DUST_SHAPE = (6.0, 10.0, 16.0, 20.0, 23.0, 25.0, 25.0, 24.0, 21.0)  # a day, from the first to the last day of the story
ROADS_DAYS_BEFORE, ROADS_A_DAY, ROADS_LEFT = 243, 2.4, 0.35
BUSES_RISE, BUSES_CHANGE, BUSES_A_DAY, BUSES_LEFT = 330, 150, 3.6, 0.5
WATER_A_DAY, WATER_LEFT, WATER_LENGTH, NOTICE_DAYS = 9.0, 0.4, 14, 10
WATER_CITIES = {"Калуга": (6, 10), "Рязань": (6, 24)}
FLOODS = (
    ("flood_ru", "Нижний Новгород", "Вырубка деревьев", 60, 3, 180, 6, "ru"),
    ("flood_cyrillic", "Сергач", "Ремонт дорог", 45, 2, 60, 4, "tt"),
)


@dataclass(frozen=True)
class Component:
    """Planted appeals of one town and topic: how many a day (D), from which streets (empty = all), by how many authors.

    `plot` names the words in texts.write_texts; `silences` says that nothing else is drawn for this town and topic.
    """

    town: int
    topic: int
    daily: Floats
    plot: str | None = None
    streets: tuple[str, ...] = ()
    authors: int | None = None
    language: str = "ru"
    silences: bool = False
    comments: float = 1.0


@dataclass(frozen=True)
class Plan:
    """All planted components and the truth about them for demo_truth.json."""

    components: list[Component]
    truth: list[dict[str, Any]]


def plan_stories(world: World, rows: int, until: date, later: int = 0) -> Plan:
    """The stories of a demo of `rows` appeals that ends with `until`, `later` days after the last day of the embankment's."""
    burst = float(np.sqrt(max(1.0, rows / SQRT_FROM)))
    long = burst * min(1.0, rows / LONG_FULL_FROM)
    stories = (
        _embankment(world, burst, long, later), _roads(world, long), _buses(world, long), _hot_water(world, rows, until, long),
        _floods(world, rows, burst), _snow(world), _outage(until),
    )  # fmt: skip
    return Plan([c for story in stories for c in story.components], [t for story in stories for t in story.truth])


def _days(world: World, amount: Callable[[int], float]) -> Floats:
    return np.array([amount(number) for number in range(world.days)])


def _usual(world: World, town: int, topic: int, rows: int, first: int, days: int) -> float:
    """Ordinary appeals of a town and topic that are expected on `days` days from `first` on."""
    season = world.season[topic, first : first + days] * world.day_weight[first : first + days]
    yearly = float((world.rate.sum(axis=0) @ world.season * world.day_weight).sum())
    return float(rows * world.rate[town, topic] * season.sum() / yearly)


def _entry(world: World, component: Component, story: str, kind: str, first: int, last: int, ratio: float,
           **more: Any) -> dict[str, Any]:  # fmt: skip
    """One line of truth. first and last are day numbers; ratio = appeals over what would come without it."""
    return {
        "story": story, "kind": kind, "territory_id": int(world.town_id[component.town]),
        "territory": world.town[component.town], "region": world.region[component.town],
        "topic": world.topic[component.topic], "streets": list(component.streets),
        "first_day": (world.start + timedelta(first)).isoformat(),
        "last_day": (world.start + timedelta(last)).isoformat(),
        "expected_ratio": round(ratio, 3), **more,
    }  # fmt: skip


def _embankment(world: World, burst: float, long: float, later: int) -> Plan:
    """Dust grows up to the last day of the demo; where that is `later`, it stays until a measure ends it."""
    town, topic = world.town_number("Калининград"), world.topic_number(DUST)
    told = world.days - 1 - later
    first, measure = told - DUST_START, told + DUST_DAYS_TO_MEASURE
    usual = DUST_USUAL_A_WEEK / 7 * long

    def grown(day: int) -> float:
        if day < first or day >= measure:
            return 0.0
        return DUST_SHAPE[day - first] if day <= told else DUST_STAYS

    dust = Component(town, topic, _days(world, lambda day: burst * grown(day)), "embankment_dust", EMBANKMENT_STREETS, comments=3.0)
    last_week = float(dust.daily[told - 6 : told + 1].sum())
    last = min(world.days, measure) - 1
    entry = _entry(
        world, dust, "embankment", "spike", first, last, 1 + last_week / (7 * usual),
        usual_per_week=round(7 * usual, 2), planted_last_week=round(last_week, 1),
        planted=round(float(dust.daily.sum()), 1), cause="ремонт набережной и пыль от него", ongoing=measure >= world.days,
        measure_day=(world.start + timedelta(measure)).isoformat())  # fmt: skip
    return Plan([Component(town, topic, np.full(world.days, usual), silences=True), dust], [entry])


def _roads(world: World, long: float) -> Plan:
    town, topic = world.town_number("Липецк"), world.topic_number(ROADS)
    change = world.days - 1 - ROADS_DAYS_BEFORE
    season = world.season[topic]
    left = np.where(np.arange(world.days) < change, 1, ROADS_LEFT)
    districts = Component(
        town, topic, long * ROADS_A_DAY * season * left, "lipetsk_roads", LIPETSK_DISTRICTS, silences=True)  # fmt: skip
    streets = [world.streets.names[number] for number in world.streets.of(town)]
    rest = tuple(name for name in streets if name not in LIPETSK_DISTRICTS)
    entry = _entry(
        world, districts, "lipetsk_roads", "measure", change, world.days - 1, ROADS_LEFT, true_change=ROADS_LEFT - 1,
        city_change=round((ROADS_A_DAY * ROADS_LEFT + 1) / (ROADS_A_DAY + 1) - 1, 3),
        measure="ремонт дорог в трёх микрорайонах")  # fmt: skip
    return Plan([districts, Component(town, topic, long * season, streets=rest)], [entry])


def _buses(world: World, long: float) -> Plan:
    town, topic = world.town_number("Архангельск"), world.topic_number(BUSES)
    rise, change = world.days - 1 - BUSES_RISE, world.days - 1 - BUSES_CHANGE

    def share_of_peak(day: int) -> float:
        if day < rise:
            return 0.3
        if day >= change:
            return BUSES_LEFT
        return min(1.0, 0.3 + 0.7 * (day - rise) / 60)

    buses = Component(town, topic, long * BUSES_A_DAY * _days(world, share_of_peak), "bus_timetable", silences=True)
    return Plan([buses], [
        _entry(world, buses, "bus_timetable", "growth", rise, change - 1, 1 / 0.3, cause="неудобное расписание"),
        _entry(world, buses, "bus_timetable", "measure", change, world.days - 1, BUSES_LEFT, true_change=BUSES_LEFT - 1,
               measure="расписание автобусов изменено"),
    ])  # fmt: skip


def _hot_water(world: World, rows: int, until: date, long: float) -> Plan:
    """Planned shut-offs each summer; only the last one of each town was announced in advance, and asked about less."""
    topic, plan = world.topic_number(HOT_WATER), Plan([], [])
    for city, (month, day) in WATER_CITIES.items():
        town = world.town_number(city)
        starts = [world.day_number(date(year, month, day)) for year in range(world.start.year, until.year + 1)]
        starts = [start for start in starts if 0 <= start <= world.days - WATER_LENGTH]
        for start in starts:
            announced = start == starts[-1]
            size = long * WATER_A_DAY * (WATER_LEFT if announced else 1.0)
            daily = np.zeros(world.days)
            daily[start : start + WATER_LENGTH] = size
            component = Component(town, topic, daily, "water_announced" if announced else None)
            plan.components.append(component)
            usual = _usual(world, town, topic, rows, start, WATER_LENGTH) / WATER_LENGTH
            entry = _entry(world, component, "hot_water", "shut_off", start, start + WATER_LENGTH - 1, 1 + size / usual,
                           planted=round(size * WATER_LENGTH, 1), announced=announced)  # fmt: skip
            if announced:
                notice = world.start + timedelta(start - NOTICE_DAYS)
                entry |= {"campaign_day": notice.isoformat(), "campaign_effect": WATER_LEFT - 1}
            plan.truth.append(entry)
    return plan


def _floods(world: World, rows: int, burst: float) -> Plan:
    plan = Plan([], [])
    for plot, city, topic, before, length, count, authors, language in FLOODS:
        first = world.days - 1 - before
        daily = np.zeros(world.days)
        daily[first : first + length] = burst * count / length
        flood = Component(world.town_number(city), world.topic_number(topic), daily, plot, authors=authors,
                          language=language, comments=0.1)  # fmt: skip
        plan.components.append(flood)
        ratio = 1 + burst * count / _usual(world, flood.town, flood.topic, rows, first, length)
        plan.truth.append(_entry(world, flood, plot, "flood", first, first + length - 1, ratio,
                                 planted=round(burst * count, 1), authors=authors, language=language))  # fmt: skip
    return plan


def _snow(world: World) -> Plan:
    season, plan = world.season[world.topic_number(SNOW)], Plan([], [])
    for year in range(world.start.year, world.start.year + 4):
        first, last = world.day_number(date(year, 12, 1)), world.day_number(date(year + 1, 3, 10))
        if first >= 0 and last < world.days:
            plan.truth.append({
                "story": "snow", "kind": "season", "region": None, "topic": SNOW,
                "first_day": (world.start + timedelta(first)).isoformat(),
                "last_day": (world.start + timedelta(last)).isoformat(),
                "expected_ratio": round(float(season[first : last + 1].mean()), 2)})  # fmt: skip
    return plan


def _outage(until: date) -> Plan:
    first = until - timedelta(OUTAGE_DAYS_BEFORE)
    last = first + timedelta(OUTAGE_LENGTH - 1)
    return Plan([], [{"story": "outage", "kind": "outage", "source": OUTAGE_SOURCE, "first_day": first.isoformat(),
                      "last_day": last.isoformat(), "expected_ratio": 0.0}])  # fmt: skip
