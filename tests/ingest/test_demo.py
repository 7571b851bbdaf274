"""The demo is what its truth file says: sizes, stories, order of statuses, the same rows for the same seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ingest.batch import COMMENTS, EVENTS, SCHEMA
from ingest.demo import world as w
from ingest.demo.rows import MIN_ROWS, DemoPart, generate
from ingest.demo.stories import plan_stories

ROWS, SEED, UNTIL = 60_000, 7, date(2025, 7, 31)
ORDER = {"new": 0, "assigned": 1, "answered": 2, "rejected": 2, "closed": 3}


@dataclass(frozen=True)
class Demo:
    appeals: pd.DataFrame
    events: pd.DataFrame
    comments: pd.DataFrame
    truth: dict[str, Any]
    loads: pd.DataFrame
    messages: list[tuple[float, str]]


def make(rows: int = ROWS, seed: int = SEED, until: date = UNTIL) -> tuple[list[DemoPart], list[tuple[float, str]]]:
    messages: list[tuple[float, str]] = []
    return list(generate(rows, seed, until, lambda share, text: messages.append((share, text)))), messages


@pytest.fixture(scope="module")
def demo() -> Demo:
    parts, messages = make()
    appeals = pa.concat_tables([part.appeals for part in parts]).to_pandas()
    zone = {row["name"]: row["timezone"] for row in w.read_reference("territories") if row["kind"] == "region"}
    offset = {name: w.offset_minutes(zone[name], UNTIL) for name in w.DEMO_REGIONS}
    appeals["day"] = (appeals.created_at + pd.to_timedelta(appeals.region.map(offset), unit="min")).dt.date
    events = pa.concat_tables([part.events for part in parts]).to_pandas()
    comments = pa.concat_tables([part.comments for part in parts]).to_pandas()
    return Demo(appeals, events, comments, parts[-1].truth, pd.DataFrame(parts[-1].loads), messages)


def story(demo: Demo, name: str, kind: str) -> dict[str, Any]:
    return next(entry for entry in demo.truth["stories"] if (entry["story"], entry["kind"]) == (name, kind))


def of_story(demo: Demo, entry: dict[str, Any]) -> pd.DataFrame:
    appeals: pd.DataFrame = demo.appeals.query("municipality == @entry['territory'] and topic == @entry['topic']")
    return appeals


def between(frame: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    return frame.loc[(frame.day >= first) & (frame.day <= last)]


def test_same_arguments_give_the_same_rows_and_another_seed_others() -> None:
    first, again, other = (make(2_000, seed)[0] for seed in (1, 1, 2))
    assert all(a.appeals.equals(b.appeals) for a, b in zip(first, again, strict=True))
    assert all(a.events.equals(b.events) and a.comments.equals(b.comments) for a, b in zip(first, again, strict=True))
    assert (first[-1].truth, first[-1].loads) == (again[-1].truth, again[-1].loads)
    assert not first[0].appeals.equals(other[0].appeals)


def test_a_demo_too_small_for_its_stories_is_refused() -> None:
    with pytest.raises(ValueError, match=str(MIN_ROWS)):
        make(MIN_ROWS - 1)


def test_parts_have_the_shape_of_a_batch_and_only_the_last_one_the_truth() -> None:
    parts, messages = make(2_000)
    for part in parts:
        assert (part.appeals.schema, part.events.schema, part.comments.schema) == (SCHEMA, EVENTS, COMMENTS)
        part.appeals.validate(full=True)
        for name in [field.name for field in SCHEMA if not field.nullable]:
            assert part.appeals[name].null_count == 0
    assert all(not part.truth and not part.loads for part in parts[:-1])
    assert parts[-1].truth["rows"] == 2_000
    assert messages[-1] == (1.0, "31.07.2025")


def test_exactly_as_many_appeals_as_asked_with_ids_of_their_own(demo: Demo) -> None:
    assert len(demo.appeals) == ROWS
    assert demo.appeals.external_id.is_unique and demo.comments.comment_external_id.is_unique
    assert (demo.appeals.row_number.to_numpy() == np.arange(1, ROWS + 1)).all()


def test_three_years_up_to_the_last_day(demo: Demo) -> None:
    assert demo.appeals.day.min() == date(2022, 8, 1)
    assert demo.appeals.day.max() == UNTIL
    assert w.three_years_before(date(2024, 2, 29)) == date(2021, 3, 1)
    times = demo.appeals[["created_at", "assigned_at", "first_response_at", "closed_at", "first_loaded_at"]]
    assert times.max().max() < pd.Timestamp(UNTIL) + pd.Timedelta(days=1)
    assert demo.events["at"].max() < pd.Timestamp(UNTIL) + pd.Timedelta(days=1)


def test_labels_are_those_of_the_reference(demo: Demo) -> None:
    known: dict[str, set[str | None]] = {
        "source": {row["code"] for row in w.read_reference("sources")},
        "channel": {row["code"] for row in w.read_reference("channels")},
        "executor": {row["executor"] for row in w.read_reference("executors")} | {None},
        "municipality": {row["name"] for row in w.read_reference("territories")},
    }
    for column, names in known.items():
        assert set(demo.appeals[column].astype(object).where(demo.appeals[column].notna(), None)) <= names
    topics = {(row["block_code"], row["topic_group"], row["topic"]) for row in w.read_reference("topics")}
    assert set(zip(demo.appeals.block, demo.appeals.topic_group, demo.appeals.topic, strict=True)) == topics
    official = {row["code"]: row["is_official"] == "true" for row in w.read_reference("channels")}
    assert (demo.appeals.is_official == demo.appeals.channel.map(official)).all()
    assert ((demo.appeals.visibility == "restricted") == (demo.appeals.source == "pos")).all()


def test_weights_name_topics_blocks_and_executors_that_exist() -> None:
    tables = w._read_toml()
    topics, blocks = ({row[key] for row in w.read_reference("topics")} for key in ("topic", "block_code"))
    for table in ("topic_weight", "seasons", "topic_executors"):
        assert set(tables[table]) <= topics
    assert set(tables["block_executors"]) == blocks
    towns = {row["name"] for row in w.read_reference("territories")}
    assert set(tables["streets"]) - {"common"} <= towns


def test_moments_follow_the_status(demo: Demo) -> None:
    a = demo.appeals
    level = a.status.map(ORDER)
    assert ((level >= 1) == a.assigned_at.notna()).all()
    assert ((level >= 2) == a.first_response_at.notna()).all()
    assert ((a.status == "closed") == a.closed_at.notna()).all()
    for before, after in [
        ("created_at", "assigned_at"),
        ("assigned_at", "first_response_at"),
        ("first_response_at", "closed_at"),
        ("created_at", "first_loaded_at"),
    ]:
        assert (a[after].isna() | (a[before] <= a[after])).all(), (before, after)
    latest = a[["created_at", "assigned_at", "first_response_at", "closed_at"]].max(axis=1)
    assert (a.source_updated_at == latest).all()


def test_only_the_closed_have_an_outcome_and_marks(demo: Demo) -> None:
    a = demo.appeals
    closed = a.status == "closed"
    assert (a.outcome.notna() == closed).all()
    assert not a[~closed].rating.notna().any() and not a[~closed].reopened.any()
    assert not a[a.first_response_at.isna()].reply.notna().any()


def test_the_newest_are_still_open(demo: Demo) -> None:
    last_days = demo.appeals[demo.appeals.day > UNTIL - timedelta(days=3)]
    old = demo.appeals[demo.appeals.day < UNTIL - timedelta(days=200)]
    assert (last_days.status != "closed").mean() > 0.5
    assert (old.status == "closed").mean() > 0.93


def test_the_log_of_an_appeal_goes_forward_and_ends_with_its_status(demo: Demo) -> None:
    events = demo.events
    same = events.external_id.eq(events.external_id.shift())
    assert (events["at"] >= events["at"].shift())[same].all()
    ends = events.groupby("external_id").status.last()
    assert (demo.appeals.status.to_numpy() == ends.reindex(demo.appeals.external_id).to_numpy()).all()
    last_body = events.dropna(subset="executor").groupby("external_id").executor.last()
    bodies = demo.appeals.dropna(subset="executor").set_index("external_id").executor
    assert (bodies == last_body.reindex(bodies.index)).all()


def test_shares_are_as_planned(demo: Demo) -> None:
    a = demo.appeals
    closed = a[a.status == "closed"]
    assert a.repeat_of.notna().mean() == pytest.approx(0.08, abs=0.01)
    assert closed.reopened.mean() == pytest.approx(0.03, abs=0.005)
    assert closed.rating.notna().mean() == pytest.approx(0.15, abs=0.01)
    assert a.street.isna().mean() == pytest.approx(0.15, abs=0.01)
    assert (a.level == "municipal").mean() > 0.6
    assert demo.comments.external_id.isna().mean() == pytest.approx(0.02, abs=0.01)
    year_one, last_year = (a[a.day < date(2022, 11, 1)], a[a.day > date(2025, 4, 30)])
    assert year_one.is_official.mean() == pytest.approx(0.31, abs=0.04)
    assert last_year.is_official.mean() == pytest.approx(0.61, abs=0.04)


def test_a_quick_solution_gets_better_marks(demo: Demo) -> None:
    rated = demo.appeals.dropna(subset="rating")
    days = (rated.closed_at - rated.created_at).dt.days
    assert rated[days <= 3].rating.mean() > rated[days > 14].rating.mean() + 0.7


def test_a_repeat_follows_an_earlier_appeal_of_the_same_author_place_and_topic(demo: Demo) -> None:
    repeats = demo.appeals.dropna(subset="repeat_of")
    earlier = demo.appeals.set_index("external_id").loc[repeats.repeat_of]
    for column in ("source", "municipality", "topic", "author"):
        assert (repeats[column].to_numpy() == earlier[column].to_numpy()).all()
    assert (repeats.created_at.to_numpy() >= earlier.created_at.to_numpy()).all()


def test_people_write_by_day_in_their_own_time(demo: Demo) -> None:
    """In UTC the night of Sakhalin is the afternoon, so its appeals must be placed by its own clock."""
    by_region = demo.appeals.groupby("region").created_at.apply(lambda at: (at.dt.hour == 16).mean())
    assert by_region["Сахалинская область"] < 0.01 < by_region["Калининградская область"]
    day = demo.appeals.groupby(pd.to_datetime(demo.appeals.day).dt.day_of_week).size()
    assert day[[5, 6]].max() < day[:5].min()


def test_addresses_lie_near_their_town(demo: Demo) -> None:
    towns = {row["name"]: row for row in w.read_reference("territories") if row["parent_id"] == "2300"}
    place = demo.appeals.dropna(subset="lat").query("region == 'Калининградская область'")
    lat = place.municipality.map(lambda name: float(towns[name]["lat"]))
    lon = place.municipality.map(lambda name: float(towns[name]["lon"]))
    assert (place.lat - lat).abs().max() < 0.15 and (place.lon - lon).abs().max() < 0.2


def test_embankment_shows_eight_times_the_usual_week(demo: Demo) -> None:
    """The usual level shrinks with a demo under 100,000 appeals, the spike does not."""
    entry = story(demo, "embankment", "spike")
    rows = of_story(demo, entry)
    assert date.fromisoformat(entry["first_day"]) == UNTIL - timedelta(days=8)
    last_week = between(rows, UNTIL - timedelta(days=6), UNTIL)
    assert 120 <= len(last_week) <= 210
    usual = between(rows, UNTIL - timedelta(days=365), UNTIL - timedelta(days=9))
    assert len(usual) / 51 == pytest.approx(entry["usual_per_week"], rel=0.2)
    planted = last_week[last_week.street.isin(entry["streets"])]
    assert len(planted) > 0.8 * len(last_week) and planted.street.nunique() == len(entry["streets"])
    assert last_week.executor.nunique() >= 3
    full = plan_stories(w.build_world(100_000, SEED, UNTIL), 100_000, UNTIL).truth
    assert full[0]["expected_ratio"] == pytest.approx(8, abs=0.5)


def test_road_repair_takes_away_two_thirds_in_its_districts_only(demo: Demo) -> None:
    entry = story(demo, "lipetsk_roads", "measure")
    rows = of_story(demo, entry)
    change = date.fromisoformat(entry["first_day"])
    days = (UNTIL - change).days
    in_districts = rows.street.isin(entry["streets"])
    for part, expected in ((rows[in_districts], 0.35), (rows[~in_districts & rows.street.notna()], 1.0)):
        after = len(between(part, change, UNTIL))
        before = len(between(part, change - timedelta(days=365), UNTIL - timedelta(days=365)))
        assert after / before == pytest.approx(expected, rel=0.35), (after, before, days)


def test_timetable_halves_the_complaints(demo: Demo) -> None:
    growth, measure = story(demo, "bus_timetable", "growth"), story(demo, "bus_timetable", "measure")
    rows = of_story(demo, measure)
    change = date.fromisoformat(measure["first_day"])
    before = between(rows, change - timedelta(days=149), change - timedelta(days=1))
    after = between(rows, change, UNTIL)
    assert len(after) / len(before) == pytest.approx(0.5, abs=0.12)
    start = date.fromisoformat(growth["first_day"])
    assert len(before) > 2 * len(between(rows, start - timedelta(days=149), start - timedelta(days=1)))


def test_snow_comes_back_every_winter(demo: Demo) -> None:
    snow = demo.appeals[demo.appeals.topic == w.SNOW]
    winters = [entry for entry in demo.truth["stories"] if entry["kind"] == "season"]
    assert len(winters) == 3
    usual = len(snow) / 1096
    for entry in winters:
        first, last = date.fromisoformat(entry["first_day"]), date.fromisoformat(entry["last_day"])
        rate = len(between(snow, first, last)) / ((last - first).days + 1)
        assert rate / usual == pytest.approx(entry["expected_ratio"], rel=0.35)


def test_an_announced_shut_off_is_asked_about_less(demo: Demo) -> None:
    entries = [entry for entry in demo.truth["stories"] if entry["kind"] == "shut_off"]
    assert {entry["territory"] for entry in entries} == {"Калуга", "Рязань"}
    counts: dict[bool, list[int]] = {True: [], False: []}
    for entry in entries:
        first, last = date.fromisoformat(entry["first_day"]), date.fromisoformat(entry["last_day"])
        counts[entry["announced"]].append(len(between(of_story(demo, entry), first, last)))
    assert np.mean(counts[True]) < 0.7 * np.mean(counts[False])


@pytest.mark.parametrize("name", ["flood_ru", "flood_cyrillic"])
def test_a_flood_is_many_texts_by_few_authors(demo: Demo, name: str) -> None:
    entry = story(demo, name, "flood")
    first, last = date.fromisoformat(entry["first_day"]), date.fromisoformat(entry["last_day"])
    rows = between(of_story(demo, entry), first, last)
    by_author = rows.author.value_counts()
    assert by_author[: entry["authors"]].sum() == entry["planted"]
    assert by_author.iloc[entry["authors"]:].max() < 5 if len(by_author) > entry["authors"] else True
    assert (rows.language == entry["language"]).sum() >= entry["planted"]


def test_nothing_comes_from_a_source_that_was_out(demo: Demo) -> None:
    entry = story(demo, "outage", "outage")
    first, last = date.fromisoformat(entry["first_day"]), date.fromisoformat(entry["last_day"])
    assert (last - first).days == 1
    pages = demo.appeals[demo.appeals.source == entry["source"]]
    assert between(pages, first, last).empty
    around = between(pages, first - timedelta(days=5), last + timedelta(days=5)).groupby("day").size()
    assert len(around) == 10
    assert len(between(demo.appeals, first, last)) > 20


def test_loads_bring_every_appeal_once_with_pauses_of_two_days(demo: Demo) -> None:
    assert demo.loads.rows.sum() == ROWS
    arrived = demo.appeals.groupby(["source", "first_loaded_at"]).agg(
        rows=("day", "size"), first_day=("day", "min"), last_day=("day", "max"))  # fmt: skip
    listed = demo.loads.set_index(["source", "loaded_at"]).sort_index()
    listed.index.names = arrived.index.names
    pd.testing.assert_frame_equal(
        arrived, listed[["rows", "first_day", "last_day"]], check_dtype=False, check_index_type=False)  # fmt: skip
    for _, loads in demo.loads.groupby("source"):
        gaps = loads.loaded_at.diff().dt.days
        assert len(loads) >= 60 and (gaps == 3).any()
    settled = demo.appeals[demo.appeals.day < UNTIL - timedelta(days=30)]
    delay = (settled.first_loaded_at - settled.created_at).dt.total_seconds() / 86400
    assert 0.7 < (delay <= 1.05).mean() < 0.95


def test_texts_are_not_repeated_without_need(demo: Demo) -> None:
    texts = demo.appeals[~demo.appeals.author.isin(demo.appeals.author.value_counts().index[:10])].text
    assert texts.str.len().between(10, 600).all()
    assert texts.nunique() > 0.4 * len(texts)
