"""Spikes found at the end of a load: where, what, when; the same number tomorrow; nothing out of nothing."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ingest import commands, detect
from queries import store, writes
from tests import small
from tests.queries.plant import spike
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


def test_who_was_in_a_spike_is_counted_anew_where_a_load_touches_its_days(empty_store: Path) -> None:
    rng = np.random.default_rng(7)
    onset = date(2024, 4, 11)
    before = series(rng, KALININGRAD, "Набережные", 2, span(onset, 40), last=date(2024, 5, 31), executor="Дорожная служба")
    load(before)
    with store.transaction() as cursor:
        cursor.execute("UPDATE spikes SET authors = 7777 WHERE onset = ?", [onset])
    later = [r for r in series(rng, KALININGRAD, "Набережные", 2) if r["created_at"].date() > date(2024, 5, 31)]
    load(later, name="days after it")
    known = found().set_index("onset").loc[onset]
    assert known["authors"] == 7777 and known["executors"] == 1 and known["copies_share"] > 0
    load([small.row(1, KALININGRAD, "04-11 15:00", "Набережные", author=5, executor="Другая служба")], name="a late row")
    known = found().set_index("onset").loc[onset]
    assert 30 < known["authors"] < 60 and known["executors"] == 2


def test_many_topics_of_one_group_are_one_event_of_the_group(empty_store: Path) -> None:
    rng = np.random.default_rng(8)
    onset = date(2024, 6, 10)
    roads = {"block": "ROADS", "topic_group": "Состояние дорог"}
    names = ("Ямы и выбоины", "Ремонт дорог", "Обочины и водоотвод", "Содержание мостов")
    load(
        *[series(rng, KALININGRAD, name, 1.5, span(onset, 4, 5, 4), **roads) for name in names],
        series(rng, KALININGRAD, "Горячая вода", 4),
    )
    spikes = found()
    group = spikes[(spikes["level"] == "municipality_group") & (spikes["onset"] >= onset - timedelta(days=1))]
    assert len(group) == 1 and group["topic_id"].isna().all() and group["episode_id"].tolist() == group["spike_id"].tolist()
    assert spikes.loc[spikes["onset"] >= onset - timedelta(days=2), "episode_id"].nunique() == 1
    with store.cursor() as cursor:
        ((stored,),) = cursor.execute(
            "SELECT count(*) FROM appeals WHERE territory_id = 2301 AND topic_group_id = ? AND day BETWEEN ? AND ?",
            [int(group["topic_group_id"].iloc[0]), group["onset"].iloc[0], group["last_day"].iloc[0]],
        ).fetchall()
        ((authors,),) = cursor.execute("SELECT authors FROM spikes WHERE spike_id = ?", [int(group["spike_id"].iloc[0])]).fetchall()
    assert group["observed"].iloc[0] == stored and 0 < authors <= stored


def test_a_rare_series_is_found_by_whole_weeks(empty_store: Path) -> None:
    """Never three a day, so that no day of it can be an alarm; the week that has not ended is left out."""
    rng = np.random.default_rng(9)
    weeks = {date(2024, 5, 27) + timedelta(days=n): 1 for n in (0, 1, 2, 3, 4, 6)}
    unfinished = {date(2024, 6, 10) + timedelta(days=n): 1 for n in range(4)}
    rare = [
        small.row(0, SAKHALIN, datetime(day.year, day.month, day.day, 2, n), "Места в детских садах")
        for day, count in (weeks | unfinished | {date(2024, 3, 5): 1}).items()
        for n in range(count)
    ]
    load(series(rng, KALININGRAD, "Горячая вода", 4), series(rng, SAKHALIN, "Горячая вода", 3), rare)
    spikes = found()
    weekly = spikes[spikes["topic"] == "Места в детских садах"]
    assert weekly["frequency"].tolist() == ["W"]
    assert (weekly["onset"].iloc[0], weekly["last_day"].iloc[0], weekly["observed"].iloc[0]) == (date(2024, 5, 27), date(2024, 6, 2), 6)
    days = days_of(weekly["spike_id"].iloc[0])
    assert (days["day"].dt.weekday == 0).all() and days["day"].max().date() == date(2024, 6, 3)
    with store.cursor() as cursor:
        tested = cursor.execute("SELECT level, frequency, series, active FROM spike_tests WHERE region_id = 6400 ORDER BY ALL").fetchall()
    assert tested == [("municipality_topic", "D", 2, 1), ("municipality_topic", "W", 1, 1)]


def test_two_in_the_morning_of_the_last_day_of_the_year(empty_store: Path) -> None:
    rng = np.random.default_rng(10)
    quiet = [
        small.row(
            0, SAKHALIN, datetime(2023, 11, 1, 12) + timedelta(days=day, minutes=n), "Горячая вода", author=int(rng.integers(1, 9999))
        )
        for day in range(90)
        for n in range(int(rng.poisson(3)))
    ]
    night = [small.row(0, SAKHALIN, datetime(2023, 12, 31, 2, n), "Горячая вода", author=n) for n in range(25)]
    load(quiet, night)
    top = found().iloc[0]
    assert (top["onset"], top["peak"]) == (date(2023, 12, 31),) * 2 and top["last_day"] <= date(2024, 1, 1)
    assert bool(top["holiday"])


def test_a_day_off_of_the_detector_is_told_from_a_working_one(empty_store: Path) -> None:
    rng = np.random.default_rng(11)
    load(
        series(rng, KALININGRAD, "Набережные", 3, span(date(2024, 5, 9), 20)),
        series(rng, KALININGRAD, "Горячая вода", 3, span(date(2024, 5, 22), 20)),
    )
    spikes = found().set_index("topic")
    assert spikes.loc["Набережные", "holiday"].all() and not spikes.loc["Горячая вода", "holiday"].any()


def test_a_flood_is_marked_and_a_crowd_is_not(empty_store: Path) -> None:
    rng = np.random.default_rng(12)
    same_text = "Прошу немедленно вернуть скамейки на набережную у кафе, жители дома против сноса"
    flood = [small.row(0, KALININGRAD, datetime(2024, 6, 11, 10, n), "Набережные", author=n % 3, text=same_text) for n in range(40)]
    crowd = [small.row(0, SAKHALIN, datetime(2024, 6, 11, 10, n), "Набережные", author=n, text=same_text) for n in range(40)]
    load(series(rng, KALININGRAD, "Набережные", 2), series(rng, SAKHALIN, "Набережные", 2), flood, crowd)
    marked = found()[lambda frame: frame["peak"] == date(2024, 6, 11)].groupby("territory_id")["is_flood"].max()
    assert bool(marked[2301]) and not bool(marked[6401])


def test_a_decided_spike_is_not_new_after_later_loads(empty_store: Path) -> None:
    rng = np.random.default_rng(13)
    onset = date(2024, 6, 9)
    whole = series(rng, KALININGRAD, "Набережные", 3, span(onset, 15, 22, 20, 17, 12)) + series(rng, SAKHALIN, "Горячая вода", 4)
    until = onset + timedelta(days=2)
    load([r for r in whole if r["created_at"].date() <= until], name="before")
    before = found().iloc[0]
    assert before["state"] == "new"
    writes.save_decision(int(before["spike_id"]), "false_alarm")
    load([r for r in whole if r["created_at"].date() > until], name="after")
    with store.cursor() as cursor:
        now = cursor.execute(
            "SELECT spike_id, state, decision, last_day FROM spikes_decided WHERE territory_id = 2301 AND sensitivity <> 'keen'"
        ).fetchall()
    assert [(number, state, decision) for number, state, decision, _ in now] == [(before["spike_id"], "ongoing", "false_alarm")]
    assert now[0][3] > before["last_day"]


def source_of(cursor: Any, code: str = "incident") -> int:
    return int(cursor.execute("SELECT source_id FROM sources WHERE code = ?", [code]).fetchall()[0][0])


def daily_loads(cursor: Any, last: date, count: int = 60) -> None:
    """As if the source had been loaded every night."""
    for back in range(count):
        at = datetime(last.year, last.month, last.day, 20) - timedelta(days=back)
        cursor.execute("INSERT INTO batches (batch_id, source_id, loaded_at) VALUES (?, ?, ?)", [1000 + back, source_of(cursor), at])


def test_a_source_loaded_daily_that_stops_is_silent_and_one_loaded_once_is_not(empty_store: Path) -> None:
    rng = np.random.default_rng(14)
    stopped = date(2024, 6, 10)
    load(
        series(rng, KALININGRAD, "Набережные", 14, last=stopped),
        series(rng, SAKHALIN, "Горячая вода", 3, source="pos", channel="gosuslugi", visibility="restricted"),
    )
    silent = "SELECT d.day FROM source_days d JOIN sources s USING (source_id) WHERE s.code = 'incident' AND d.state = 'silent' ORDER BY 1"
    with store.transaction() as cursor:
        assert cursor.execute(silent).fetchall() == []
        cursor.execute("UPDATE batches SET source_id = ? WHERE source_id IS NULL", [source_of(cursor, "pos")])
        daily_loads(cursor, stopped)
        detect.refresh(cursor, None)
        detect.refresh(cursor, None)
        assert [day for (day,) in cursor.execute(silent).fetchall()] == [date(2024, 6, day) for day in (11, 12)]


def test_what_is_still_to_come_lowers_what_is_expected_of_the_last_days(empty_store: Path) -> None:
    rng = np.random.default_rng(15)
    onset = date(2024, 6, 11)
    load(series(rng, KALININGRAD, "Набережные", 8, span(onset, 20, 22, 20)))
    last_day = "SELECT spike_days.expected FROM spike_days JOIN spikes USING (spike_id) WHERE day = DATE '2024-06-13' AND sensitivity <> 'keen' AND level = 'municipality_topic'"
    with store.transaction() as cursor:
        ((whole,),) = cursor.execute(last_day).fetchall()
        cursor.execute(
            "UPDATE appeals SET first_loaded_at = day + CASE WHEN hash(appeal_id) % 2 = 0 THEN INTERVAL 20 HOUR ELSE INTERVAL 68 HOUR END"
        )
        detect.refresh(cursor, None)
        assert cursor.execute(last_day).fetchall() == [(pytest.approx(whole),)]
        daily_loads(cursor, LAST)
        detect.refresh(cursor, None)
        ((part,),) = cursor.execute(last_day).fetchall()
    assert 0.4 * whole < part < 0.6 * whole


def test_how_often_a_spike_recurs_is_counted_in_years(empty_store: Path) -> None:
    def planted(number: int, onset: date, **facts: Any) -> None:
        spike(
            number,
            2301,
            onset=onset,
            first_flagged=onset,
            peak=onset,
            last_day=onset,
            **({"sensitivity": "usual", "state": "ended"} | facts),
        )

    planted(1, date(2020, 6, 30))
    planted(2, date(2022, 5, 30))
    planted(3, date(2022, 6, 14))
    planted(4, date(2023, 6, 10), sensitivity="keen")
    planted(5, date(2023, 9, 1))
    planted(6, date(2024, 6, 10))
    planted(7, date(2023, 6, 10), topic_id=36)
    with store.transaction() as cursor:
        detect._run(cursor, "settle", last=LAST)
        recurs = dict(cursor.execute("SELECT spike_id, recurs FROM spikes").fetchall())
    assert recurs == {1: 0, 2: 0, 3: 1, 4: 2, 5: 0, 6: 2, 7: 0}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A demo store with its spikes: stories, spikes, spike_days, silent days."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULSE_DB", str(folder / "pulse.duckdb"))
        store.close_store()
        commands.make_demo({"rows": 30_000, "seed": 1, "until": "2026-11-21"}, small.quiet)
        with store.cursor() as cursor:
            facts = {
                name: cursor.execute(f"FROM {name}").df()
                for name in ("spikes", "spike_days", "spike_tests", "source_days", "topics", "territories")
            }
        facts["stories"] = json.loads((folder / "demo_truth.json").read_text(encoding="utf-8"))["stories"]
        store.close_store()
        yield facts


def of_story(demo: dict[str, Any], story: dict[str, Any]) -> pd.DataFrame:
    topic = demo["topics"].set_index("name").loc[story["topic"]]
    s = demo["spikes"]
    about = (s["topic_id"] == topic["topic_id"]) | (s["topic_id"].isna() & (s["topic_group_id"] == topic["topic_group_id"]))
    when = (s["onset"] <= pd.Timestamp(story["last_day"])) & (s["last_day"] >= pd.Timestamp(story["first_day"]))
    return s[about & when & (s["territory_id"] == story["territory_id"]) & (s["sensitivity"] != "keen")]


def test_every_planted_spike_of_the_demo_is_found(demo: dict[str, Any]) -> None:
    stories = {kind: [s for s in demo["stories"] if s["kind"] == kind] for kind in ("spike", "flood", "shut_off")}
    for story in stories["spike"] + stories["flood"]:
        found_here = of_story(demo, story)
        assert found_here["episode_id"].nunique() == 1, story["story"]
        head = demo["spikes"].set_index("spike_id").loc[found_here["episode_id"].iloc[0]]
        assert (head["level"], head["territory_id"]) == ("municipality_topic", story["territory_id"])
        assert abs((head["onset"] - pd.Timestamp(story["first_day"])).days) <= 2
        assert found_here["is_flood"].any() == (story["kind"] == "flood")
    for town in {story["territory_id"] for story in stories["shut_off"]}:
        summers = [story for story in stories["shut_off"] if story["territory_id"] == town and not story["announced"]]
        assert any(len(of_story(demo, story)) for story in summers), town


def test_the_demo_is_quiet_otherwise_and_the_outage_is_no_spike(demo: dict[str, Any]) -> None:
    usual = demo["spikes"][demo["spikes"]["sensitivity"] != "keen"]
    weeks = (usual["onset"].max() - usual["onset"].min()).days / 7
    assert usual["episode_id"].nunique() / weeks < 1
    (outage,) = [story for story in demo["stories"] if story["kind"] == "outage"]
    first, last = pd.Timestamp(outage["first_day"]), pd.Timestamp(outage["last_day"])
    silent = demo["source_days"].query("state == 'silent'")["day"].unique()
    assert set(silent) <= {first, last}
    assert usual["onset"].between(first, last + pd.Timedelta(days=2)).sum() <= 1


def test_every_number_of_the_demo_is_a_number(demo: dict[str, Any]) -> None:
    s = demo["spikes"]
    numbers = ["expected", "excess", "ratio", "severity", "p_value", "copies_share"]
    assert np.isfinite(s[numbers].to_numpy(float)).all()
    assert s.drop(columns=["topic_id"]).notna().all().all() and s["spike_id"].is_unique
    assert np.isfinite(demo["spike_days"][["expected", "upper", "p_value"]].to_numpy(float)).all()
    assert s["sensitivity"].isin(["calm", "usual", "keen"]).all() and set(s["frequency"]) == {"D", "W"}
    heads = s.set_index("spike_id")["sensitivity"]
    strong = s[s["sensitivity"] != "keen"]
    assert (heads.loc[strong["episode_id"]] != "keen").all()
    assert set(demo["spike_days"]["spike_id"]) == set(s["spike_id"])
    assert set(demo["spike_tests"]["level"]) == {"municipality_topic", "municipality_group", "region_topic"}


def test_a_history_of_less_than_a_week_is_loaded(empty_store: Path) -> None:
    for days in range(1, 8):
        rows = [small.row(100 * days + n, small.KALININGRAD, datetime(2024, 5, days, 10)) for n in range(5)]
        assert small.put(rows, str(days)).loaded == 5
