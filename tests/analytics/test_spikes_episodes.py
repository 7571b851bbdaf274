"""From alarm days to spikes with lasting numbers, and from spikes to episodes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import spikes

END = np.datetime64("2026-11-22")
TOWN, NEXT_TOWN, FAR_TOWN, REGION = 11, 12, 13, 10
STORED = ["spike_id", "episode_id", "level", "territory_id", "topic_id", "topic_group_id", "onset", "last_day", "first_flagged", "sensitivity"]


def flat(
    alarm_days: list[list[int]], time: int = 60, high: int = 20, usual: float = 2.0
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, spikes.Scores, np.ndarray]:
    """Series at their usual level but for their alarm days (numbers from the start)."""
    rows = len(alarm_days)
    counts, flagged = np.full((rows, time), int(usual)), np.zeros((rows, time), dtype=bool)
    for row, days in enumerate(alarm_days):
        counts[row, days], flagged[row, days] = high, True
    p = np.where(flagged, 1e-6, 1.0)
    scores = spikes.Scores(p, np.full(p.shape, usual), np.ones(p.shape), np.full(rows, "regression"))
    names = pd.DataFrame({
        "level": "municipality_topic", "territory_id": TOWN, "parent_id": REGION, "topic_id": np.arange(rows), "topic_group_id": 7,
    })  # fmt: skip
    return names, np.arange(END - time, END), counts, scores, flagged


def runs_of(alarm_days: list[int], **how: Any) -> pd.DataFrame:
    names, dates, counts, scores, flagged = flat([alarm_days], **how)
    return spikes.runs(names.assign(sensitivity="usual"), dates, counts, scores, flagged, frequency="D")


def spike(onset: str, last: str, /, **facts: Any) -> dict[str, Any]:
    made = {
        "level": "municipality_topic", "territory_id": TOWN, "parent_id": REGION, "topic_id": 3, "topic_group_id": 7, "frequency": "D",
        "method": "regression", "onset": pd.Timestamp(onset), "first_flagged": pd.Timestamp(onset), "peak": pd.Timestamp(onset), "last_day": pd.Timestamp(last),
        "observed": 40, "expected": 10.0, "excess": 30.0, "ratio": 4.0, "severity": 9.0, "p_value": 1e-6, "sensitivity": "usual",
    }  # fmt: skip
    if "first_flagged" not in facts and "onset" in facts:
        facts["first_flagged"] = facts["onset"]
    return made | facts


def episodes(*rows: dict[str, Any], today: str = "2026-11-21", **how: Any) -> pd.DataFrame:
    return spikes.episodes(pd.DataFrame(rows), today=np.datetime64(today), **how)


def test_alarm_days_two_apart_are_one_spike_and_three_apart_are_two() -> None:
    found = runs_of([10, 12, 14, 17])
    assert [(str(s.onset.date()), str(s.last_day.date())) for s in found.itertuples()] == [
        ("2026-10-03", "2026-10-07"),
        ("2026-10-10", "2026-10-10"),
    ]
    first = found.iloc[0]
    assert (first["observed"], first["expected"], first["excess"]) == (64, 10.0, 54.0)
    assert first["ratio"] == pytest.approx(6.4) and first["severity"] == pytest.approx(54 / 10**0.5) and first["p_value"] == 1e-6


def test_spikes_of_two_series_stay_apart_even_side_by_side() -> None:
    names, dates, counts, scores, flagged = flat([[58, 59], [0, 1], []])
    found = spikes.runs(names, dates, counts, scores, flagged, frequency="D")
    assert found[["row", "topic_id"]].to_numpy().tolist() == [[0, 0], [1, 1]]
    assert found["onset"].dt.date.astype(str).tolist() == ["2026-11-20", "2026-09-23"]


def test_the_onset_goes_back_over_high_days_but_not_into_the_spike_before() -> None:
    names, dates, counts, scores, flagged = flat([[20, 24]])
    scores.p_value[0, [14, 16, 17, 18, 19, 21, 22, 23]] = 0.05
    counts[0, 19] = 30
    found = spikes.runs(names, dates, counts, scores, flagged, frequency="D")
    assert found["onset"].dt.date.astype(str).tolist() == ["2026-10-10", "2026-10-14"]
    assert (found["first_flagged"] - found["onset"]).dt.days.tolist() == [3, 3]
    assert found["peak"].dt.date.astype(str).tolist() == ["2026-10-12", "2026-10-17"]


def test_weeks_end_on_their_seventh_day_and_one_quiet_week_parts_spikes() -> None:
    names, _, counts, scores, flagged = flat([[3, 4, 6]], time=20)
    dates = np.datetime64("2026-07-06") + 7 * np.arange(20)
    found = spikes.runs(names, dates, counts, scores, flagged, frequency="W")
    assert found["onset"].dt.date.astype(str).tolist() == ["2026-07-27", "2026-08-17"]
    assert found["last_day"].dt.date.astype(str).tolist() == ["2026-08-09", "2026-08-23"]


def test_no_alarms_no_spikes() -> None:
    found = runs_of([])
    assert found.empty
    assert spikes.episodes(found, today=END).empty


def test_a_number_is_63_bits_and_tells_series_and_onset_apart() -> None:
    onset = np.datetime64("2026-11-13")
    ids = {
        spikes.spike_id(level, place, topic, day)
        for level in ("region_topic", "municipality_topic") for place in (1, 11) for topic in (1, 11) for day in (onset, onset + 1)
    }  # fmt: skip
    assert len(ids) == 16 and all(0 <= number < 2**63 for number in ids)
    assert spikes.spike_id("region_topic", 1, 11, onset) == 1434353300346884927


def test_yesterdays_spike_keeps_its_number_when_it_grows_and_its_onset_moves() -> None:
    yesterday = episodes(spike("2026-11-18", "2026-11-20"), today="2026-11-20")
    assert yesterday["state"].tolist() == ["new"]
    today = episodes(spike("2026-11-17", "2026-11-21", first_flagged=pd.Timestamp("2026-11-19")), known=yesterday[STORED])
    assert today["spike_id"].tolist() == yesterday["spike_id"].tolist()
    assert today["first_flagged"].dt.date.astype(str).tolist() == ["2026-11-18"] and today["lag_days"].tolist() == [1]
    later = episodes(spike("2026-11-25", "2026-11-26"), today="2026-11-26", known=today[STORED])
    assert later["spike_id"].iloc[0] != today["spike_id"].iloc[0]


def test_a_spike_stays_in_the_lists_it_has_been_in() -> None:
    usual = episodes(spike("2026-11-18", "2026-11-19"), today="2026-11-19")
    faded = episodes(spike("2026-11-18", "2026-11-20", sensitivity="keen"), today="2026-11-20", known=usual[STORED])
    assert faded["sensitivity"].tolist() == ["usual"] and faded["spike_id"].tolist() == usual["spike_id"].tolist()
    graver = episodes(spike("2026-11-18", "2026-11-21", sensitivity="calm"), known=faded[STORED])
    assert graver["sensitivity"].tolist() == ["calm"]
    other = episodes(spike("2026-11-18", "2026-11-20", sensitivity="keen", topic_id=4), today="2026-11-20", known=usual[STORED])
    assert other["sensitivity"].tolist() == ["keen"]


def test_a_spike_that_parts_in_two_gives_its_number_to_one() -> None:
    whole = episodes(spike("2026-11-05", "2026-11-15"))
    parts = episodes(spike("2026-11-05", "2026-11-07"), spike("2026-11-12", "2026-11-15"), known=whole[STORED])
    assert parts["spike_id"].is_unique and parts["spike_id"].iloc[0] == whole["spike_id"].iloc[0]


def test_states() -> None:
    found = episodes(
        spike("2026-11-16", "2026-11-20", topic_id=1, topic_group_id=1), spike("2026-11-01", "2026-11-19", topic_id=2, topic_group_id=2),
        spike("2026-11-16", "2026-11-18", topic_id=3, topic_group_id=3),
    )  # fmt: skip
    assert found.set_index("topic_id")["state"].to_dict() == {1: "new", 2: "ongoing", 3: "ended"}


def test_days_stand_for_the_weeks_of_the_same_spike() -> None:
    weekly = spike("2026-11-09", "2026-11-15", frequency="W")
    alone = episodes(weekly, spike("2026-11-12", "2026-11-13"), spike("2026-10-12", "2026-10-18", frequency="W"))
    assert alone[["frequency", "onset"]].astype(str).to_numpy().tolist() == [["W", "2026-10-12"], ["D", "2026-11-12"]]
    assert len(episodes(weekly, spike("2026-11-12", "2026-11-13", territory_id=NEXT_TOWN))) == 2


@pytest.mark.parametrize(("other", "together"), [
    ({"territory_id": NEXT_TOWN}, True), ({"territory_id": FAR_TOWN}, False), ({"topic_id": 4}, True), ({"topic_id": 4, "topic_group_id": 8}, False),
    ({"territory_id": NEXT_TOWN, "topic_id": 4}, False), ({"level": "region_topic", "territory_id": REGION}, True), ({"territory_id": 99, "parent_id": 90}, False),
    ({"level": "municipality_group", "topic_id": None}, True), ({"territory_id": NEXT_TOWN, "onset": pd.Timestamp("2026-11-24"), "last_day": pd.Timestamp("2026-11-25")}, False),
    ({"territory_id": NEXT_TOWN, "onset": pd.Timestamp("2026-11-22"), "last_day": pd.Timestamp("2026-11-25")}, True),
])  # fmt: skip
def test_what_is_one_event(other: dict[str, Any], together: bool) -> None:
    found = episodes(
        spike("2026-11-13", "2026-11-20"), spike("2026-11-15", "2026-11-21", **other), today="2026-11-26", neighbours=[(NEXT_TOWN, TOWN)]
    )
    assert len(found) == 2 and found["spike_id"].is_unique
    assert (found["episode_id"].nunique() == 1) == together
    assert set(found["episode_id"]) <= set(found["spike_id"])


def test_a_towns_group_and_the_regions_topic_of_it_are_one_event() -> None:
    town = spike("2026-11-13", "2026-11-20", level="municipality_group", topic_id=None)
    above = {"level": "region_topic", "territory_id": REGION}
    assert episodes(town, spike("2026-11-14", "2026-11-20", **above))["episode_id"].nunique() == 1
    assert episodes(town, spike("2026-11-14", "2026-11-20", **above, topic_group_id=8))["episode_id"].nunique() == 2


def test_a_long_spike_does_not_draw_every_later_one_into_its_episode() -> None:
    found = episodes(
        spike("2026-09-01", "2026-11-20"), spike("2026-10-20", "2026-10-22", territory_id=NEXT_TOWN), neighbours=[(TOWN, NEXT_TOWN)]
    )
    assert found["episode_id"].nunique() == 2


def test_the_head_is_the_town_that_holds_most_of_it_else_the_region() -> None:
    region = spike("2026-11-13", "2026-11-20", level="region_topic", territory_id=REGION, excess=100.0, severity=12.0)
    one_town = episodes(region, spike("2026-11-13", "2026-11-20", excess=80.0))
    assert one_town.set_index("spike_id").loc[one_town["episode_id"].iloc[0], "territory_id"] == TOWN
    wave = episodes(
        region, spike("2026-11-13", "2026-11-20", excess=30.0), spike("2026-11-13", "2026-11-20", territory_id=NEXT_TOWN, excess=35.0)
    )
    assert wave["episode_id"].nunique() == 1
    assert wave.set_index("spike_id").loc[wave["episode_id"].iloc[0], "territory_id"] == REGION


def test_an_episode_keeps_its_head_while_another_town_overtakes_it() -> None:
    towns = [spike("2026-11-13", "2026-11-18", severity=9.0), spike("2026-11-14", "2026-11-18", territory_id=NEXT_TOWN, severity=8.0)]
    before = episodes(*towns, neighbours=[(TOWN, NEXT_TOWN)])
    towns[1] |= {"severity": 15.0, "last_day": pd.Timestamp("2026-11-20")}
    after = episodes(*towns, neighbours=[(TOWN, NEXT_TOWN)], known=before[STORED])
    assert before["episode_id"].nunique() == after["episode_id"].nunique() == 1
    assert after["episode_id"].iloc[0] == before["episode_id"].iloc[0]


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows = [
        spike("2026-11-13", "2026-11-20"), spike("2026-11-14", "2026-11-18", topic_id=4), spike("2026-11-15", "2026-11-18", territory_id=NEXT_TOWN),
        spike("2026-11-13", "2026-11-20", level="region_topic", territory_id=REGION, excess=100.0), spike("2026-08-01", "2026-08-03"),
    ]  # fmt: skip
    first, second = (
        episodes(*order, neighbours=[(TOWN, NEXT_TOWN)]).sort_values("spike_id", ignore_index=True) for order in (rows, rows[::-1])
    )
    pd.testing.assert_frame_equal(first, second)


def test_the_whole_way_from_counts_to_the_same_number_a_day_later() -> None:
    random = np.random.default_rng(5)
    counts = random.poisson(2.0, (30, 1001))
    counts[4, -4:] = (9, 14, 16, 12)
    dates = np.arange(END - 1001, END)
    names = pd.DataFrame(
        {
            "level": "municipality_topic",
            "territory_id": TOWN,
            "parent_id": REGION,
            "topic_id": np.arange(30),
            "topic_group_id": np.arange(30),
        }
    )
    known = None
    for day in (999, 1000, 1001):
        scores = spikes.score(counts[:, :day], dates[:day], frequency="D", last=28)
        found, _ = spikes.graded_runs(names, dates[:day], counts[:, :day], scores, frequency="D", tests=30)
        found = found[found["sensitivity"] != "keen"]
        listed = spikes.episodes(found, today=dates[day - 1], known=known)
        mine = listed[listed["topic_id"] == 4]
        assert len(mine) == 1 and mine["state"].iloc[0] == "new" and mine["onset"].iloc[0] == pd.Timestamp("2026-11-18")
        assert known is None or mine["spike_id"].iloc[0] == known.loc[known["topic_id"] == 4, "spike_id"].iloc[0]
        known = listed[STORED]


def test_the_usual_setting_is_as_if_it_were_alone_and_the_keen_one_adds() -> None:
    random = np.random.default_rng(9)
    counts = random.poisson(2.0, (60, 900))
    counts[3, -6:-3] += 14
    counts[7, -6:-3] += 5
    dates = np.arange(END - 900, END)
    names = pd.DataFrame({"level": "municipality_topic", "territory_id": TOWN, "parent_id": REGION, "topic_id": np.arange(60), "topic_group_id": 7})
    scores = spikes.score(counts, dates, frequency="D", last=200)
    graded, flags = spikes.graded_runs(names, dates, counts, scores, frequency="D", tests=60)
    alone = spikes.runs(names, dates, counts, scores, flags["usual"], frequency="D")
    pd.testing.assert_frame_equal(graded[graded["sensitivity"] != "keen"].drop(columns="sensitivity"), alone)
    assert graded.loc[graded["topic_id"] == 3, "sensitivity"].tolist()[-1:] == ["calm"]
    keen = graded[graded["sensitivity"] == "keen"]
    assert len(keen)
    for run in keen.itertuples():
        beside = alone[alone["row"] == run.row]
        assert ((beside["onset"] > run.last_day) | (beside["last_day"] < run.onset)).all()
    calm = spikes.runs(names, dates, counts, scores, flags["calm"], frequency="D")
    assert set(calm["topic_id"]) == set(graded.loc[graded["sensitivity"] == "calm", "topic_id"])


def test_what_only_the_keen_setting_finds_joins_an_event_but_never_two() -> None:
    one, two = spike("2026-11-01", "2026-11-06", topic_id=1, topic_group_id=1), spike("2026-11-10", "2026-11-14", topic_id=1, topic_group_id=1)
    between = spike("2026-11-05", "2026-11-09", topic_id=2, topic_group_id=1, sensitivity="keen", severity=99.0, excess=500.0)
    listed = episodes(one, between, two).set_index("onset")
    assert listed["episode_id"].nunique() == 2
    head = listed.loc["2026-11-01", "spike_id"]
    assert listed.loc["2026-11-05", "episode_id"] in (head, listed.loc["2026-11-10", "spike_id"])
    strong = episodes(one, between | {"sensitivity": "usual"}, two)
    assert strong["episode_id"].nunique() == 1


def test_a_group_stands_at_the_head_only_when_its_topics_are_many() -> None:
    whole = {"level": "municipality_group", "topic_id": None}
    one_topic = episodes(spike("2026-11-18", "2026-11-20", excess=30.0), spike("2026-11-18", "2026-11-20", excess=34.0, severity=12.0, **whole))
    assert one_topic["episode_id"].nunique() == 1
    assert one_topic.loc[one_topic["spike_id"] == one_topic["episode_id"], "level"].tolist() == ["municipality_topic"]
    many = episodes(spike("2026-11-18", "2026-11-20", excess=9.0), spike("2026-11-18", "2026-11-20", excess=34.0, severity=12.0, **whole))
    assert many.loc[many["spike_id"] == many["episode_id"], "level"].tolist() == ["municipality_group"]


def test_a_weekly_spike_goes_on_until_the_next_week_has_ended() -> None:
    weekly = {"frequency": "W", "first_flagged": pd.Timestamp("2026-11-15")}
    for today, state in (("2026-11-15", "new"), ("2026-11-21", "new"), ("2026-11-22", "ended")):
        assert episodes(spike("2026-11-09", "2026-11-15", **weekly), today=today)["state"].tolist() == [state]
    keen_day = spike("2026-11-12", "2026-11-12", sensitivity="keen")
    assert episodes(spike("2026-11-09", "2026-11-15", **weekly), keen_day)["frequency"].tolist() == ["W"]
