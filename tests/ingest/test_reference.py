"""The reference files hold together: ids are unique, every row has its parent, names are Russian."""

import csv
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
DEMO_REGIONS = {
    "Липецкая область": 43, "Иркутская область": 20, "Сахалинская область": 64, "Рязанская область": 62,
    "Архангельская область": 6, "Нижегородская область": 51, "Калининградская область": 23, "Калужская область": 25,
}  # fmt: skip
RUSSIAN_NAME = re.compile(r"[А-ЯЁ][А-ЯЁа-яё]*(?:[- ](?:— )?\(?[А-ЯЁа-яё]+\)?)*")


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def territories() -> list[dict[str, str]]:
    return rows("territories")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("sources", "source_id"),
        ("sources", "code"),
        ("channels", "channel_id"),
        ("channels", "code"),
        ("topics", "topic"),
        ("territories", "territory_id"),
        ("executors", "executor"),
    ],
)
def test_keys_are_unique(name: str, key: str) -> None:
    repeated = [value for value, count in Counter(row[key] for row in rows(name)).items() if count > 1]
    assert not repeated


def test_every_topic_has_a_block_a_group_and_a_severity() -> None:
    topics = rows("topics")
    assert 55 <= len(topics) <= 75
    assert len({row["block_code"] for row in topics}) == 11
    assert len({row["block_code"] for row in topics}) == len({row["block"] for row in topics})
    for row in topics:
        assert row["topic_group"] and row["topic"] and row["severity"] in set("12345")
        assert row["type"] in {"resolvable", "informational", "unresolvable"}
    groups = {(row["block_code"], row["topic_group"]) for row in topics}
    assert all(2 <= count <= 5 for count in Counter(block for block, _ in groups).values())
    assert len({group for _, group in groups}) == len(groups)


def test_rows_of_a_group_stand_together() -> None:
    """Ids are given by the order of the file, so groups and blocks must not be split."""
    for key in ("block_code", "topic_group"):
        seen = [row[key] for row in rows("topics")]
        changes = sum(before != after for before, after in pairwise(seen))
        assert changes + 1 == len(set(seen))


def test_territories_form_a_tree(territories: list[dict[str, str]]) -> None:
    kinds = {row["territory_id"]: row["kind"] for row in territories}
    assert kinds["0"] == "none" and kinds["1"] == "country"
    above = {"none": None, "country": None, "region": "country", "municipality": "region"}
    for row in territories:
        assert kinds.get(row["parent_id"]) == above[row["kind"]]
    assert max(int(number) for number in kinds) < 100_000


def test_names_are_russian_and_do_not_repeat_within_a_region(territories: list[dict[str, str]]) -> None:
    assert not [row["name"] for row in territories if not RUSSIAN_NAME.fullmatch(row["name"])]
    repeated = Counter((row["parent_id"], row["name"]) for row in territories)
    assert max(repeated.values()) == 1
    foreign = re.compile(r"ськ|цьк|ъ|[а-я]эць")
    assert not [row["name"] for row in territories if foreign.search(row["name"])]


def test_places_have_a_zone_a_population_and_lie_in_russia(territories: list[dict[str, str]]) -> None:
    for row in territories:
        ZoneInfo(row["timezone"])
        if row["kind"] in {"region", "municipality"}:
            assert 41 < float(row["lat"]) < 78, row
            assert float(row["lon"]) > 19 or float(row["lon"]) < -168, row
            assert int(row["population"]) > 500, row


def test_a_region_has_more_residents_than_its_largest_town(territories: list[dict[str, str]]) -> None:
    population = {row["territory_id"]: int(row["population"] or 0) for row in territories}
    for row in territories:
        if row["kind"] == "municipality":
            assert population[row["parent_id"]] >= population[row["territory_id"]], row["name"]


def test_demo_regions_are_detailed(territories: list[dict[str, str]]) -> None:
    names = {row["territory_id"]: row["name"] for row in territories if row["kind"] == "region"}
    towns = Counter(names[row["parent_id"]] for row in territories if row["kind"] == "municipality")
    assert set(DEMO_REGIONS) <= set(names.values())
    assert all(15 <= towns[name] <= 35 for name in DEMO_REGIONS)
    here = {row["name"] for row in territories if row["parent_id"] == "2300"}
    assert {"Калининград", "Светлогорск", "Зеленоградск", "Балтийск", "Гурьевск"} <= here


def test_pilots_are_six_regions_and_their_capitals_since_june_2024(territories: list[dict[str, str]]) -> None:
    pilots = [row for row in territories if row["is_pilot"] == "true"]
    assert Counter(row["kind"] for row in pilots) == {"region": 6, "municipality": 6}
    assert {row["connected_on"] for row in pilots if row["kind"] == "municipality"} == {"2024-06-01"}
    assert not [row for row in territories if row["connected_on"] and row["is_pilot"] != "true"]


def test_norms_know_their_sources_and_blocks_and_say_their_basis() -> None:
    sources, blocks = {row["code"] for row in rows("sources")}, {row["block_code"] for row in rows("topics")}
    norms = rows("norms")
    assert {(row["source_code"], row["block_code"]) for row in norms} >= {("*", "*"), ("pos", "*")}
    assert len({(row["source_code"], row["block_code"], row["topic"], row["territory_id"]) for row in norms}) == len(norms)
    topics, places = {row["topic"] for row in rows("topics")}, {row["territory_id"] for row in rows("territories")}
    assert all(row["topic"] in topics | {"*"} and row["territory_id"] in places | {"*"} for row in norms)
    for row in norms:
        assert row["source_code"] in sources | {"*"} and row["block_code"] in blocks | {"*"}
        assert float(row["answer_hours"]) > 0 and float(row["resolution_days"]) > 0
        assert row["clock"] in {"calendar", "working"} and row["basis"]


def test_executors_cover_every_block() -> None:
    executors = rows("executors")
    assert {row["block_code"] for row in executors} == {row["block_code"] for row in rows("topics")}
    assert {row["level"] for row in executors} == {"municipal", "regional", "federal"}


def test_events_have_a_date_and_a_known_scope(territories: list[dict[str, str]]) -> None:
    names = {row["name"] for row in territories}
    days = [date.fromisoformat(row["date"]) for row in rows("events")]
    assert days == sorted(days)
    assert all(row["scope"] in names and row["text"] for row in rows("events"))
