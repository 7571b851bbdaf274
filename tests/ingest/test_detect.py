"""Spikes found at the end of a load: where, what, when; the same number tomorrow; nothing out of nothing."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from queries import store
from tests import small
from tests.small import ALEXANDROVSK, KALININGRAD, SAKHALIN, Place

START, LAST = date(2024, 2, 1), date(2024, 6, 13)
DAYS = (LAST - START).days + 1


def series(
    rng: np.random.Generator, place: Place, topic: str, usual: float, peaks: dict[date, int] | None = None, last: date = LAST, **facts: Any
) -> list[dict[str, Any]]:
    """Appeals of one town and topic day by day: Poisson around `usual`, `peaks` on top, and nothing where peaks say −1."""
    rows = []
    for day in (START + timedelta(days=n) for n in range((last - START).days + 1)):
        more = (peaks or {}).get(day, 0)
        count = 0 if more < 0 else int(rng.poisson(usual)) + more
        for n in range(count):
            at = datetime(day.year, day.month, day.day, 8) + timedelta(minutes=7 * n)
            rows.append(small.row(0, place, at, topic, author=int(rng.integers(1, 10_000)), **facts))
    return rows


def load(*parts: Sequence[dict[str, Any]], name: str = "a", first_number: int = 1) -> None:
    rows = [{**r, "row_number": n, "external_id": f"{name}-{n}"} for n, r in enumerate((r for p in parts for r in p), first_number)]
    small.put(rows, name)


def found(also: str = "usual") -> pd.DataFrame:
    """The spikes of the usual setting, or also those of the keen one."""
    with store.cursor() as cursor:
        frame = cursor.execute(
            "SELECT s.*, p.name AS topic FROM spikes s LEFT JOIN topics p USING (topic_id) WHERE sensitivity IN ('calm', 'usual', $also) ORDER BY severity DESC",
            {"also": also},
        ).df()
    return frame.assign(onset=frame["onset"].dt.date, last_day=frame["last_day"].dt.date, peak=frame["peak"].dt.date)


def days_of(spike_id: int) -> pd.DataFrame:
    with store.cursor() as cursor:
        return cursor.execute("SELECT * FROM spike_days WHERE spike_id = ? ORDER BY day", [int(spike_id)]).df()


def span(first: date, *counts: int) -> dict[date, int]:
    return {first + timedelta(days=n): count for n, count in enumerate(counts)}


def test_a_planted_spike_is_found_in_its_town_topic_and_days(empty_store: Path) -> None:
    rng = np.random.default_rng(1)
    onset = date(2024, 6, 10)
    load(
        series(rng, KALININGRAD, "Ямы и выбоины", 4),
        series(rng, KALININGRAD, "Набережные", 2, span(onset, 18, 25, 20), executor="Дорожная служба"),
        series(rng, SAKHALIN, "Набережные", 3),
        series(rng, SAKHALIN, "Горячая вода", 5),
    )
    spikes = found()
    top = spikes.iloc[0]
    assert (top["territory_id"], top["topic"], top["level"], top["onset"], top["peak"]) == (
        2301,
        "Набережные",
        "municipality_topic",
        onset,
        onset + timedelta(days=1),
    )
    assert onset + timedelta(days=2) <= top["last_day"] <= LAST
    with store.cursor() as cursor:
        ((stored, authors),) = cursor.execute(
            "SELECT count(*), count(DISTINCT author_key) FROM appeals WHERE territory_id = 2301 AND topic_id = ? AND day BETWEEN ? AND ?",
            [int(top["topic_id"]), top["onset"], top["last_day"]],
        ).fetchall()
    assert (top["observed"], top["authors"], top["executors"]) == (stored, authors, 1)
    assert 3 < top["expected"] < 15 and top["p_value"] < 0.001 and top["state"] in ("new", "ongoing")
    assert (spikes["territory_id"] == 2301).sum() == 1 and len(spikes) <= 2
    days = days_of(top["spike_id"])
    assert days["day"].is_unique and days["is_alarm"].sum() >= 2
    assert days.loc[days["is_alarm"], "day"].dt.date.min() == onset
    assert (days["expected"] < days["upper"]).all()


def test_a_spike_keeps_its_number_and_first_day_when_days_are_added(empty_store: Path) -> None:
    rng = np.random.default_rng(2)
    onset = date(2024, 6, 9)
    whole = series(rng, KALININGRAD, "Набережные", 3, span(onset, 15, 22, 20, 17, 12)) + series(rng, SAKHALIN, "Горячая вода", 4)
    numbers, flagged, ends = set(), set(), []
    for step in range(2, 5):
        today = onset + timedelta(days=step)
        seen = before = today - timedelta(days=1)
        rows = [r for r in whole if (r["created_at"].date() <= today if step == 2 else before < r["created_at"].date() <= today)]
        load(rows, name=f"to {seen}")
        top = found().iloc[0]
        assert (top["territory_id"], top["topic"]) == (2301, "Набережные")
        numbers.add(top["spike_id"])
        flagged.add(top["first_flagged"])
        ends.append(top["last_day"])
        assert days_of(top["spike_id"])["day"].is_unique
    assert len(numbers) == len(flagged) == 1
    assert ends == sorted(ends) and len(found()) == 1


def test_quiet_series_give_next_to_nothing(empty_store: Path) -> None:
    rng = np.random.default_rng(3)
    load(
        *[
            series(rng, place, topic, usual)
            for place in (KALININGRAD, SAKHALIN, ALEXANDROVSK)
            for topic, usual in zip(small.TOPICS, (0.1, 1, 3, 6, 9), strict=True)
        ]
    )
    # fifteen series of 134 days at one false alarm in two hundred days each would be ten; joint control keeps them rarer
    assert len(found()) <= 4


def test_a_wave_over_a_region_is_one_episode(empty_store: Path) -> None:
    rng = np.random.default_rng(4)
    onset = date(2024, 6, 10)
    load(
        series(rng, SAKHALIN, "Отключение электричества", 3, span(onset, 14, 18, 15)),
        series(rng, ALEXANDROVSK, "Отключение электричества", 3, span(onset, 13, 19, 15)),
        series(rng, KALININGRAD, "Отключение электричества", 3),
    )
    spikes = found()
    wave = spikes[spikes["onset"] >= onset - timedelta(days=2)]
    assert {6400, 6401, 6408} == set(wave["territory_id"]) and wave["episode_id"].nunique() == 1
    head = wave[wave["spike_id"] == wave["episode_id"].iloc[0]]
    assert head["level"].tolist() == ["region_topic"]


def test_days_of_a_silent_source_are_no_spike_and_do_not_hide_one(empty_store: Path) -> None:
    rng = np.random.default_rng(5)
    silent = span(date(2024, 5, 6), -1, -1)
    late = date(2024, 6, 11)
    load(
        series(rng, KALININGRAD, "Ямы и выбоины", 14, silent),
        series(rng, KALININGRAD, "Набережные", 3, silent | span(late, 20, 20)),
    )
    spikes = found()
    assert spikes.iloc[0]["topic"] == "Набережные" and spikes.iloc[0]["onset"] == late
    with store.cursor() as cursor:
        assert cursor.execute("SELECT count(*) FROM source_days WHERE state = 'silent'").fetchall() == [(2,)]
    assert not any(first - timedelta(days=2) <= day <= first + timedelta(days=3) for first in silent for day in spikes["onset"])


def test_the_day_that_has_not_ended_is_not_scored(empty_store: Path) -> None:
    rng = np.random.default_rng(6)
    today = date(2024, 6, 14)
    load(series(rng, KALININGRAD, "Набережные", 3, {today: 30}, last=today))
    assert all(last < today for last in found()["last_day"])


def test_little_data_do_not_break_detection(empty_store: Path) -> None:
    small.put([], "nothing")
    small.put([small.row(1, KALININGRAD, "06-10 12:00")], "one appeal")
    small.put([small.row(n, KALININGRAD, "06-10 12:00") for n in range(2, 40)], "one day")
    small.put([small.row(100, small.NOWHERE, "06-11 12:00"), small.row(101, KALININGRAD, "06-12 12:00", topic=None)], "no place, no topic")
    small.put([small.row(200, SAKHALIN, "02-01 12:00"), small.row(201, SAKHALIN, "06-13 12:00")], "two days far apart")
    assert found()["territory_id"].isin([2300, 2301]).all()


def test_a_flood_of_one_text_is_told_by_its_copies(empty_store: Path) -> None:
    rng = np.random.default_rng(7)
    onset = date(2024, 6, 11)
    flood = [
        small.row(
            0, KALININGRAD, datetime(2024, 6, 11, 10 + n % 8, n % 60), "Набережные", author=n % 3, text="Верните скамейки!" + "!" * (n % 4)
        )
        for n in range(40)
    ]
    load(series(rng, KALININGRAD, "Набережные", 2), flood)
    top = found().iloc[0]
    assert top["onset"] == onset and top["copies_share"] > 0.8
