"""What the demonstration is drawn from: towns, streets, the mix and the seasons of topics, channels, executors.

Places, topics and executors are read from data/reference, weights and street names from world.toml. All shares are
made up to look plausible; none is a published statistic.
"""

import csv
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
DEMO_REGIONS = (
    "Липецкая область", "Иркутская область", "Сахалинская область", "Рязанская область", "Архангельская область",
    "Нижегородская область", "Калининградская область", "Калужская область",
)  # fmt: skip
WHOLE_COUNTRY_FROM = 2_000_000  # appeals: more than this is spread over all regions, not only the eight

SNOW = "Уборка снега и наледи"
WEEKDAY = (1.12, 1.10, 1.06, 1.04, 1.02, 0.78, 0.68)
HOLIDAY = 0.62
YEARLY_GROWTH = 0.10

LIPETSK_DISTRICTS = ("мкр. Сырский", "мкр. Елецкий", "мкр. Университетский")
EMBANKMENT_STREETS = ("наб. Адмирала Трибуца", "ул. Эпроновская", "Московский пр-т", "ул. 9 Апреля", "ул. Октябрьская")
TRIBUTSA = (54.7065, 20.5215)  # the embankment; its neighbours lie within 700 m

SOURCES = ("incident", "pages", "pos", "calls", "portal")
PREFIXES = ("I", "P", "G", "C", "R")
OFFICIAL_SPLIT = (0.56, 0.20, 0.14, 0.10)  # of the official part, between the sources other than `incident`
# weights of the hours of a day, local
SOCIAL_HOURS = (14, 8, 5, 3, 3, 5, 14, 34, 52, 62, 66, 66, 64, 60, 58, 58, 58, 62, 68, 70, 68, 60, 44, 26)
CALL_HOURS = (2, 1, 1, 1, 1, 3, 12, 40, 90, 110, 108, 98, 84, 82, 86, 80, 70, 56, 36, 26, 18, 10, 6, 4)
# channels of each source and their shares
CHANNELS = {
    "incident": (("vk_groups", 0.66), ("tg_chats", 0.20), ("ok_groups", 0.14)),
    "pages": (("vk_official", 0.70), ("tg_official", 0.17), ("ok_official", 0.13)),
    "pos": (("gosuslugi", 1.0),), "calls": (("call", 1.0),), "portal": (("portal", 1.0),),
}  # fmt: skip
OFFICIAL_FROM, OFFICIAL_TO = 0.30, 0.62
# median hours to the first answer and the spread of its logarithm
RESPONSE = {
    "incident": (6.5, 1.1), "pages": (3.2, 1.1), "pos": (210.0, 0.55), "calls": (0.6, 0.9), "portal": (52.0, 0.8),
}  # fmt: skip
CLOSING_SPREAD = 0.9
LATE_SHARE = 0.20
ARRIVAL = (0.80, 0.14, 0.04, 0.02)  # a record comes with the next load, with the one after it, …

TYPES = ("resolvable", "informational", "unresolvable")


def read_reference(name: str) -> list[dict[str, str]]:
    """Rows of data/reference/<name>.csv as text."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _read_toml() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("world.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Streets:
    """Streets of all towns in one list; those of town t are rows first[t] … first[t + 1]."""

    names: list[str]
    town: Ints
    first: Ints
    lat: Floats
    lon: Floats

    def of(self, town: int) -> range:
        return range(int(self.first[town]), int(self.first[town + 1]))


@dataclass(frozen=True)
class World:
    """The fixed part of the demo: T towns, K topics, D days, R regions, E executors.

    rate: T × K, shares of all appeals of an average day. season: K × D, with the mean of a year near 1. day_weight: D.
    official: T × D, the share of official channels. executor_share: K × E. topic_type: numbers in TYPES.
    """

    seed: int
    start: date
    days: int
    town_id: Ints
    town: list[str]
    region: list[str]
    region_of: Ints
    population: Ints
    zone: list[str]
    topic: list[str]
    group: list[str]
    block: list[str]
    topic_type: Ints
    rate: Floats
    season: Floats
    day_weight: Floats
    official: Floats
    streets: Streets
    executor: list[str]
    level: list[str]
    executor_share: Floats

    def town_number(self, name: str) -> int:
        """Index of a town of the demo regions by name."""
        return next(i for i, town in enumerate(self.town) if town == name and self.region[i] in DEMO_REGIONS)

    def topic_number(self, name: str) -> int:
        return self.topic.index(name)

    def day_number(self, day: date) -> int:
        return (day - self.start).days


def three_years_before(day: date) -> date:
    """The first day of the three years that end with `day`."""
    leap = (day.month, day.day) == (2, 29)
    return date.fromordinal(date(day.year - 3, day.month, 28 if leap else day.day).toordinal() + 1)


def build_world(rows: int, seed: int, until: date) -> World:
    """The world of a demo of `rows` appeals: the eight demo regions, or all of them for a large one."""
    rng = np.random.default_rng([seed, 1])
    start = three_years_before(until)
    days = [date.fromordinal(start.toordinal() + i) for i in range((until - start).days + 1)]
    places = read_reference("territories")
    regions = {row["territory_id"]: row["name"] for row in places if row["kind"] == "region"}
    towns = [
        row for row in places if row["kind"] == "municipality"
        and (rows >= WHOLE_COUNTRY_FROM or regions[row["parent_id"]] in DEMO_REGIONS)
    ]  # fmt: skip
    topics = read_reference("topics")
    executors = read_reference("executors")
    region = [regions[row["parent_id"]] for row in towns]
    region_names = list(dict.fromkeys(region))
    population = np.array([int(row["population"]) for row in towns])
    names = [row["name"] for row in towns]
    lat = np.array([float(row["lat"]) for row in towns])
    lon = np.array([float(row["lon"]) for row in towns])
    topic = [row["topic"] for row in topics]
    return World(
        seed=seed,
        start=start,
        days=len(days),
        town_id=np.array([int(row["territory_id"]) for row in towns]),
        town=names,
        region=region,
        region_of=np.array([region_names.index(name) for name in region]),
        population=population,
        zone=[row["timezone"] for row in towns],
        topic=topic,
        group=[row["topic_group"] for row in topics],
        block=[row["block_code"] for row in topics],
        topic_type=np.array([TYPES.index(row["type"]) for row in topics]),
        rate=_rate(rng, population, region, topic),
        season=_season(topic, days),
        day_weight=_day_weight(days),
        official=_official(rng, len(towns), len(days)),
        streets=_streets(rng, names, population, lat, lon),
        executor=[row["executor"] for row in executors],
        level=[row["level"] for row in executors],
        executor_share=_executor_share(topics, [row["executor"] for row in executors]),
    )


def _rate(rng: np.random.Generator, population: Ints, region: list[str], topic: list[str]) -> Floats:
    weight, snow = _read_toml()["topic_weight"], _read_toml()["snow"]
    town = population**0.9 * rng.lognormal(0, 0.18, population.size)
    mix = np.array([weight.get(name, 1.0) for name in topic]) * rng.lognormal(0, 0.28, (population.size, len(topic)))
    mix[:, topic.index(SNOW)] *= np.array([snow.get(name, 1.0) for name in region])
    rate = town[:, None] * mix
    return np.asarray(rate / rate.sum(), dtype=np.float64)


def _season(topic: list[str], days: list[date]) -> Floats:
    seasons = _read_toml()["seasons"]
    year = np.arange(1, 366)
    day_of_year = np.array([day.timetuple().tm_yday for day in days])
    out = np.ones((len(topic), len(days)))
    for number, name in enumerate(topic):
        if name in seasons:
            peaks, floor = seasons[name]["peaks"], seasons[name]["floor"]
            out[number] = _wave(day_of_year, peaks, floor) / _wave(year, peaks, floor).mean()
    return out


def _wave(day_of_year: Ints, peaks: list[tuple[int, int, float]], floor: float) -> Floats:
    wave = np.full(day_of_year.size, floor)
    for peak, width, height in peaks:
        distance = np.abs(day_of_year - peak)
        wave += height * np.exp(-0.5 * (np.minimum(distance, 365 - distance) / width) ** 2)
    return wave


def _day_weight(days: list[date]) -> Floats:
    free = holidays.country_holidays("RU", years=range(days[0].year, days[-1].year + 1))
    weekly = np.array([HOLIDAY if day in free else WEEKDAY[day.weekday()] for day in days])
    growth = (1 + YEARLY_GROWTH) ** (np.arange(len(days)) / 365.25)
    return np.asarray(weekly * growth, dtype=np.float64)


def _official(rng: np.random.Generator, towns: int, days: int) -> Floats:
    """T × D share of official channels: an S-curve over the three years, towns a little ahead or behind."""
    curve = 1 / (1 + np.exp(-6 * (np.linspace(0, 1, days) - 0.45)))
    curve = (curve - curve[0]) / (curve[-1] - curve[0])
    share = OFFICIAL_FROM + (OFFICIAL_TO - OFFICIAL_FROM) * curve
    odds = np.log(share / (1 - share))[None, :] + rng.normal(0, 0.22, towns)[:, None]
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def _streets(rng: np.random.Generator, towns: list[str], population: Ints, lat: Floats, lon: Floats) -> Streets:
    known: dict[str, list[str]] = _read_toml()["streets"]
    common = known["common"]
    names: list[str] = []
    counts: list[int] = []
    for name, residents in zip(towns, population, strict=True):
        count = int(np.clip(residents**0.42 / 8, 8, len(common)))
        drawn = [common[i] for i in rng.permutation(len(common))[:count]]
        chosen = known.get(name, drawn)
        names.extend(chosen)
        counts.append(len(chosen))
    town = np.repeat(np.arange(len(towns)), counts)
    radius = 0.35 * (population / 1000) ** 0.42  # km
    away = radius[town] * np.sqrt(rng.random(town.size))
    angle = rng.random(town.size) * 2 * np.pi
    street_lat = lat[town] + away * np.sin(angle) / 111
    street_lon = lon[town] + away * np.cos(angle) / (111 * np.cos(np.radians(lat[town])))
    if "Калининград" in towns:
        first = names.index(EMBANKMENT_STREETS[0])
        near = slice(first, first + len(EMBANKMENT_STREETS))
        street_lat[near] = TRIBUTSA[0] + rng.uniform(-0.004, 0.004, len(EMBANKMENT_STREETS))
        street_lon[near] = TRIBUTSA[1] + rng.uniform(-0.008, 0.008, len(EMBANKMENT_STREETS))
    return Streets(names, town, np.concatenate([[0], np.cumsum(counts)]), street_lat, street_lon)


def _executor_share(topics: list[dict[str, str]], executors: list[str]) -> Floats:
    by_topic, by_block = _read_toml()["topic_executors"], _read_toml()["block_executors"]
    share = np.zeros((len(topics), len(executors)))
    for number, row in enumerate(topics):
        for name, weight in by_topic.get(row["topic"], by_block[row["block_code"]]).items():
            share[number, executors.index(name)] = weight
    return np.asarray(share / share.sum(axis=1, keepdims=True), dtype=np.float64)


@cache
def offset_minutes(zone: str, day: date) -> int:
    """Minutes that the local time of `zone` is ahead of UTC on the noon of `day`."""
    ahead = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).utcoffset()
    return int(ahead.total_seconds() // 60) if ahead else 0
