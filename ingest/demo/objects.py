"""Sensors, controlled objects with inspections and objects of national projects of the demonstration. All of it is made up: the
posts, their readings, the inspections and the sums; only what people wrote about the planted stories answers to it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from ingest import readings
from ingest.demo.world import World
from queries import registers

DUST, ROADS, AIR, SWEEPING, WASTE, YARDS = (
    "Пыль и грязь от стройки", "Ямы и выбоины", "Загрязнение воздуха", "Чистота и уборка", "Вывоз мусора", "Дворы и площадки")  # fmt: skip
DAYS, HOURS, BEFORE_PEOPLE = 180, range(24), 15
DAY = timedelta(days=1)
Record = tuple[str, datetime, float | None, str | None]

# code, town, street (number in the town), name, what, unit, threshold, topic, usual level, metres
POSTS = (
    ("KGD-1", "Калининград", 0, "Пост на набережной Адмирала Трибуца", "взвешенные частицы PM10", "mg_m3", 0.3, DUST, 0.06, 1500),
    ("KGD-2", "Калининград", 7, "Пост на улице Горького", "диоксид азота", "mg_m3", 0.2, AIR, 0.05, 1500),
    ("IRK-1", "Иркутск", 3, "Пост у теплоцентрали", "взвешенные частицы PM10", "ug_m3", 300.0, AIR, 95.0, 2000),
)
# code, town, street, kind, topic, works a day, share missed, worst days (days before the end, how many)
WORKS = (
    ("ARH-U1", "Архангельск", 0, "cleaning", SWEEPING, 2, 0.03, (33, 4)),
    ("LIP-U1", "Липецк", 4, "cleaning", SWEEPING, 2, 0.02, (71, 3)),
    ("RZN-M1", "Рязань", 2, "waste", WASTE, 1, 0.02, (12, 3)),
    ("RZN-M2", "Рязань", 5, "waste", WASTE, 1, 0.03, (96, 2)),
    ("NNG-M1", "Нижний Новгород", 1, "waste", WASTE, 1, 0.02, (5, 3)),
)
KINDS = {"cleaning": "Уборка", "waste": "Площадка"}
# code, town, street, name, type, topic, metres, inspections: days before the end, type, result
OBJECTS = (
    ("RZN-P1", "Рязань", 2, "Площадка накопления отходов", "площадка накопления отходов", WASTE, 1500, ((150, "visit", "violations"), (44, "raid", "clean"))),
    ("NNG-P1", "Нижний Новгород", 1, "Площадка накопления отходов", "площадка накопления отходов", WASTE, 1500, ((97, "visit", "violations"),)),
    ("KGD-P1", "Калининград", 5, "Полигон строительного мусора", "строительство", DUST, 1000, ((120, "inspection", "clean"),)),
    ("IRK-P1", "Иркутск", 3, "Котельная", "источник выбросов", AIR, 2000, ((81, "visit", "violations"),)),
)


def fill(world: World, stories: Sequence[Mapping[str, Any]], until: date) -> None:
    """Write registers and readings; stories: those of demo_truth.json."""
    planted = {story["story"]: story for story in stories if story["story"] in ("embankment", "lipetsk_roads")}
    dust, roads = (date.fromisoformat(planted[name]["first_day"]) for name in ("embankment", "lipetsk_roads"))
    districts = list(planted["lipetsk_roads"]["streets"])
    dust_over = None if planted["embankment"].get("ongoing") else date.fromisoformat(planted["embankment"]["last_day"])
    _save("sensors", [_post(world, row) for row in POSTS] + [_works(world, row) for row in WORKS])
    _save("objects", [_object(world, row) for row in OBJECTS] + [_embankment(world), *(_road(world, name) for name in districts)])
    _save("inspections", _inspections(world, until, dust, roads, districts))
    _save("projects", _projects(world, until, dust, dust_over, roads, districts))
    rng = np.random.default_rng([world.seed, 11])
    readings.save(_readings(rng, world, until, dust, dust_over), "Демонстрация: показания датчиков", lambda share: None)


def _save(code: str, rows: list[dict[str, Any]]) -> None:
    checked = [registers.check(code, row) for row in rows]
    assert not any(mistakes for _facts, mistakes in checked), checked
    registers.save_many(code, [facts for facts, _mistakes in checked])


def _at(world: World, town: str, street: int | str) -> dict[str, Any]:
    """Territory, address and point of a street of a town, by number or name."""
    number = world.town_number(town)
    streets = world.streets.of(number)
    own = streets[street % len(streets)] if isinstance(street, int) else next(at for at in streets if world.streets.names[at] == street)
    return {
        "territory": int(world.town_id[number]), "address": world.streets.names[own], "lat": round(float(world.streets.lat[own]), 5),
        "lon": round(float(world.streets.lon[own]), 5),
    }  # fmt: skip


def _post(world: World, row: tuple[Any, ...]) -> dict[str, Any]:
    code, town, street, name, what, unit, threshold, topic, _usual, metres = row
    return _at(world, town, street) | {
        "code": code, "name": name, "type": "air", "measure": what, "unit": unit, "threshold": threshold, "topic": topic, "radius": metres,
        "owner": "Министерство природных ресурсов и экологии",
    }  # fmt: skip


def _works(world: World, row: tuple[Any, ...]) -> dict[str, Any]:
    code, town, street, kind, topic, *_more = row
    place = _at(world, town, street)
    return place | {"code": code, "name": f"{KINDS[kind]}: {place['address']}", "type": kind, "topic": topic, "radius": 2000, "owner": "Управление благоустройства"}


def _object(world: World, row: tuple[Any, ...]) -> dict[str, Any]:
    code, town, street, name, kind, topic, metres, _held = row
    place = _at(world, town, street)
    return place | {"code": code, "name": f"{name}, {place['address']}", "type": kind, "topic": topic, "radius": metres, "owner": "Управляющая организация"}


def _embankment(world: World) -> dict[str, Any]:
    return _at(world, "Калининград", 0) | {
        "code": "KGD-N1", "name": "Ремонт набережной Адмирала Трибуца", "type": "строительство", "topic": DUST, "radius": 1500, "owner": "Подрядчик",
    }  # fmt: skip


def _road(world: World, name: str) -> dict[str, Any]:
    return _at(world, "Липецк", name) | {
        "code": f"LIP-{name}", "name": f"Дороги: {name}", "type": "автомобильная дорога", "topic": ROADS, "radius": 700, "owner": "Дорожная служба",
    }  # fmt: skip


def _inspections(world: World, until: date, dust: date, roads: date, districts: list[str]) -> list[dict[str, Any]]:
    held = [
        (row[0], row[1], until - ago * DAY, kind, result, "Административно-техническая инспекция") for row in OBJECTS for ago, kind, result in row[7]
    ]
    held += [("KGD-N1", "Калининград", dust + 5 * DAY, "visit", "violations", "Государственный строительный надзор")]
    held += [(f"LIP-{name}", "Липецк", roads, "observation", "clean", "Управление дорог") for name in districts]
    return [
        {"object": code, "territory": int(world.town_id[world.town_number(town)]), "day": day, "type": kind, "result": result, "body": body,
         "due": day + 30 * DAY if result == "violations" else None}
        for code, town, day, kind, result, body in held
    ]  # fmt: skip


def _projects(world: World, until: date, dust: date, dust_over: date | None, roads: date, districts: list[str]) -> list[dict[str, Any]]:
    common = {"project": "Инфраструктура для жизни"}
    made = [
        {"object": f"Ремонт дорог: {name}", "stage": "done", "topic": ROADS, "radius": 700, "start": roads - 60 * DAY, "end": roads - DAY,
         "cost": cost, "owner": "Дорожная служба", **_at(world, "Липецк", name)}
        for name, cost in zip(districts, (64_000_000, 71_500_000, 50_500_000), strict=True)
    ]  # fmt: skip
    made += [
        {"object": "Ремонт набережной Адмирала Трибуца", "stage": "done" if dust_over else "running", "topic": DUST, "radius": 1500, "start": dust - DAY,
         "end": dust_over or until + 90 * DAY, "cost": 212_000_000, "owner": "Управление капитального строительства", **_at(world, "Калининград", 0)},
        {"object": "Дворы: вторая очередь", "stage": "done", "topic": YARDS, "radius": 2000, "start": until - 420 * DAY, "end": until - 300 * DAY,
         "cost": 38_200_000, "owner": "Управление благоустройства", **_at(world, "Нижний Новгород", 3)},
        {"object": "Спортивная площадка", "stage": "planned", "topic": YARDS, "radius": 1500, "start": until + 40 * DAY,
         "end": until + 130 * DAY, "cost": 9_400_000, "owner": "Управление благоустройства", **_at(world, "Рязань", 4)},
    ]  # fmt: skip
    return [common | {"place": row.pop("address"), **row} for row in made]


def _readings(rng: np.random.Generator, world: World, until: date, dust: date, dust_over: date | None) -> Iterator[Record]:
    for post in POSTS:
        yield from _air(rng, world, post, until, (dust, dust_over) if post[0] == "KGD-1" else None)
    for works in WORKS:
        yield from _events(rng, world, works, until)


def _air(rng: np.random.Generator, world: World, row: tuple[Any, ...], until: date, dusty: tuple[date, date | None] | None) -> Iterator[Record]:
    """Hourly values: a daily rhythm, slow weather, noise; over the works' hours far above the threshold from the afternoon before
    the first complaints."""
    code, town, threshold, usual = row[0], row[1], row[6], row[8]
    zone = ZoneInfo(world.zone[world.town_number(town)])
    weather = 0.0
    for ago in range(DAYS, -1, -1):
        day = until - ago * DAY
        weather = 0.7 * weather + rng.normal(0, 0.18)
        silent = rng.random() < 0.01
        for hour in HOURS:
            rhythm = 0.25 * np.exp(-((hour - 9) ** 2) / 8) + 0.3 * np.exp(-((hour - 19) ** 2) / 8)
            value = usual * np.exp(rhythm + weather + rng.normal(0, 0.12))
            begun = datetime.combine(day, time(hour)) if dusty else None
            if begun and dusty and datetime.combine(dusty[0] - DAY, time(BEFORE_PEOPLE)) <= begun and (dusty[1] is None or day <= dusty[1]) and 8 <= hour <= 20:
                value += threshold * rng.uniform(0.9, 2.4)
            if not silent:
                yield code, _utc(day, hour, zone), round(float(value), 4), None


def _events(rng: np.random.Generator, world: World, row: tuple[Any, ...], until: date) -> Iterator[Record]:
    code, town, _street, _kind, _topic, a_day, missed, (worst, length) = row
    zone = ZoneInfo(world.zone[world.town_number(town)])
    for ago in range(DAYS, -1, -1):
        for number in range(a_day):
            bad = worst - length < ago <= worst or rng.random() < missed
            event = "missed" if bad else "partial" if rng.random() < 0.04 else "done"
            yield code, _utc(until - ago * DAY, 6 + 9 * number, zone), None, event


def _utc(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC).replace(tzinfo=None)
