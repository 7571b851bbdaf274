"""Quality of data: loads, silence, gaps in fields and coverage, against the same counted row by row."""

import math
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from ingest.sources.part import Reject
from queries import dictionaries, quality, store
from queries.scope import COUNTRY
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.queries.test_channels import listed

SOURCES = {"incident": 1, "pos": 2, "pages": 3, "calls": 4}
LACKS: dict[str, Any] = {
    "place": lambda r: r.territory_id == 0,
    "street": naive.MEETS["without_street"],
    "point": naive.MEETS["without_point"],
    "topic": naive.MEETS["without_topic"],
    "executor": naive.MEETS["unassigned"],
    "response": naive.MEETS["waiting"],
    "closing": naive.MEETS["closed_undated"],
    "rating": naive.MEETS["closed_unrated"],
    "author": naive.MEETS["without_author"],
}


def test_last_record_lag_and_what_became_of_rows(store_file: Path) -> None:
    small.put([small.row(950, small.KALININGRAD, "06-13 12:00", source="pages", channel="vk_official")], "again")
    small.load.load(
        [small.part([small.row(950, small.KALININGRAD, "06-13 12:00", source="pages")], rejects=(Reject(2, "нет даты", ""),) * 3)],
        small.label("third", source="pages"),
        small.quiet,
    )
    days = quality.calendar(date(2024, 6, 14))
    found = quality.sources(scope(), days, small.AS_OF).set_index("source_id")
    rows = naive.rows()
    for code, own in SOURCES.items():
        last = max([r.created_at for r in rows if r.source == code] + [datetime(2024, 6, 13, 10)] * (code == "pages"))
        assert found.at[own, "last_record"] == last
        assert found.at[own, "lag"] == (small.AS_OF - last).total_seconds() / 60
    assert set(found.index) == set(SOURCES.values())
    assert found.loc[3, ["read_rows", "rejected", "duplicates"]].tolist() == [4, 3, 1]
    assert found.at[3, "rejected_share"] == 0.75 and found.at[3, "duplicates_share"] == 0.25
    assert found.at[1, "rejected_share"] == pytest.approx(1 / (len(rows) + 2))
    assert found.at[2, "read_rows"] == 0 and math.isnan(found.at[2, "rejected_share"])


def test_a_reader_of_one_town_learns_the_last_record_of_that_town(store_file: Path) -> None:
    asked = scope(reader=(2301,))
    found = quality.sources(asked, quality.calendar(date(2024, 6, 14)), small.AS_OF).set_index("source_id")
    own = [r.created_at for r in naive.rows() if r.source == "incident" and r.territory_id == 2301]
    assert found.at[1, "last_record"] == max(own)


def steady(first: date, days: int, skip: tuple[int, ...] = (), few: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    """Twelve appeals a day at noon of Kaliningrad, none on the days `skip`, three on the days `few`."""
    plan = [(n, 0 if n in skip else 3 if n in few else 12) for n in range(days)]
    at = [datetime.combine(first, datetime.min.time()) + timedelta(days=n, hours=12, minutes=m) for n, many_ in plan for m in range(many_)]
    return [small.row(5000 + i, small.KALININGRAD, moment, source="portal", channel="vk_official") for i, moment in enumerate(at)]


def test_days_of_a_source(empty_store: Path) -> None:
    first = date(2024, 3, 1)
    given = steady(first, 80, skip=(60, 66), few=(70,))
    small.put(given, "steady")
    last = first + timedelta(days=79)
    found = quality.calendar(last).set_index("day")
    assert len(found) == 56 and found.index.max().date() == last
    received = Counter(small.local(r["created_at"], small.KALININGRAD).date() for r in given)
    assert {day.date(): n for day, n in found["received"].items()} == {day.date(): received[day.date()] for day in found.index}
    states = {day.date(): state for day, state in found["state"].items()}
    odd = {first + timedelta(days=60): "silent", first + timedelta(days=66): "silent", first + timedelta(days=70): "partial"}
    assert {day: state for day, state in states.items() if state != "ok"} == odd
    assert quality.silent_now(found.reset_index()) == []
    counts = quality.sources(scope(), found.reset_index(), small.AS_OF).set_index("source_id")
    assert counts.loc[5, ["silent", "partial"]].tolist() == [2, 1]


def test_a_source_that_stopped_is_silent_after_its_last_record(empty_store: Path) -> None:
    small.put(steady(date(2024, 3, 1), 80), "steady")
    small.put([small.row(1, small.KALININGRAD, "05-01 12:00"), small.row(2, small.KALININGRAD, "05-20 12:00")], "rare")
    found = quality.calendar(date(2024, 5, 25))
    assert quality.silent_now(found) == ["Региональный портал"]
    portal, rare = (found[found["source_id"] == own] for own in (5, 1))
    assert portal["state"].tolist() == ["ok"] * 50 + ["silent"] * 6
    assert portal["expected"].tail(6).tolist() == [median([12])] * 6
    assert set(rare["state"]) == {"ok"} and rare["day"].min().date() == date(2024, 5, 1)


def test_fields_that_are_not_filled(store_file: Path) -> None:
    tree = dictionaries.territories()
    for asked in many(16):
        found = quality.completeness(asked)
        assert found["source_id"].tolist()[-1] == 0
        assert ("place" in quality.fields(asked)) == (asked.place == COUNTRY)
        for row in found.to_dict("records"):
            own = [r for r in naive.rows(asked) if not row["source_id"] or SOURCES[r.source] == row["source_id"]]
            closed = [r for r in own if r.status == "closed"]
            assert row["appeals"] == len(own)
            for field in quality.fields(asked):
                lacking = sum(LACKS[field](r) for r in own)
                base = len(closed) if field in ("closing", "rating") else len(own)
                assert row[field] == lacking, (asked, field)
                assert row[f"{field}_share"] == pytest.approx(1 - lacking / base) if base else math.isnan(row[f"{field}_share"])
                if asked.access.territories is None and row["source_id"] in (0, 1):
                    assert listed(asked, quality.lacking_params(field, row["source_id"]), tree) == lacking, field


def test_where_a_channel_brings_nothing(empty_store: Path) -> None:
    places, mix = (small.KALININGRAD, small.SAKHALIN, small.ALEXANDROVSK), ("vk_official", "call")
    wanted = {(0, 0): 40, (0, 1): 20, (1, 0): 30, (1, 1): 0, (2, 0): 4, (2, 1): 0}
    given = [
        small.row(1000 * p + 100 * c + n, places[p], "06-10 12:00", channel=mix[c])
        for (p, c), count in wanted.items()
        for n in range(count)
    ]
    old = [small.row(9000, small.SAKHALIN, "01-10 12:00", channel="call")]
    small.put([*given, *old], "coverage")
    tree = dictionaries.territories()
    found = quality.coverage(scope(), tree)
    assert (found.first, found.last) == (date(2024, 3, 16), date(2024, 6, 13))
    assert found.counts.to_numpy().tolist() == [[40, 20], [34, 0]]
    assert found.counts.index.tolist() == ["Калининградская область", "Сахалинская область"]
    assert found.missing.to_numpy().tolist() == [[False, False], [False, True]]
    sakhalin = quality.coverage(scope(6400), tree)
    assert sakhalin.counts.columns.tolist() == ["ВКонтакте: госпаблики"] and not sakhalin.missing.to_numpy().any()


def test_coverage_adds_up_and_opens_its_lists(store_file: Path) -> None:
    tree = dictionaries.territories()
    for asked in many(12):
        if tree.all[asked.place].kind not in ("country", "region"):
            continue
        found = quality.coverage(asked, tree)
        over = asked.over(found.first, found.last)
        rows = naive.rows(over)
        for place, channel in [(p, c) for p in found.counts.index for c in found.counts.columns]:
            own, number = found.ids[place], found.channel_ids[channel]
            expected = sum(
                small.CHANNELS[r.channel][0] == number and own == (r.region_id if asked.place == COUNTRY else r.territory_id) for r in rows
            )
            assert found.counts.at[place, channel] == expected
            if own != asked.place and asked.access.territories is None:
                assert listed(over, {"place": own, "channels": number}, tree) == expected


def test_a_town_is_seen_among_those_of_its_region(store_file: Path) -> None:
    tree = dictionaries.territories()
    assert [quality.area(scope(place), tree) for place in (COUNTRY, 2300, 2301, 0)] == [COUNTRY, 2300, 2300, COUNTRY]
    assert store.meta()["kind"] == "real"
