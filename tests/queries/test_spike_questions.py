"""The list of spikes, one spike with its words and days, what people write about it."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from queries import appeals, dictionaries, spikes, store, writes
from queries.scope import COUNTRY
from queries.spikes import Chosen
from tests import naive, small
from tests.queries.plant import spike
from tests.queries.scopes import scope

SINCE = date(2024, 6, 7)


def lines() -> list[dict[str, object]]:
    """The journal on disk."""
    return [json.loads(line) for file in sorted(store.paths().journal.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]


def test_the_list_shows_each_episode_once_by_its_head_the_gravest_first(store_file: Path) -> None:
    spike(1, 2301, severity=8.0)
    spike(2, 2300, severity=20.0, episode_id=1, level="region_topic")
    spike(3, 6401, severity=9.0)
    spike(4, 6401, severity=50.0, onset=date(2024, 5, 1), last_day=date(2024, 6, 6), topic_id=20, topic_group_id=12, block_id=4)
    assert spikes.listing(scope(), SINCE)["spike_id"].tolist() == [3, 1]
    assert spikes.listing(scope(), date(2024, 6, 6))["spike_id"].tolist() == [4, 3, 1]
    assert spikes.listing(scope(2300), SINCE)["spike_id"].tolist() == [1]
    assert spikes.listing(scope(topics=(20,)), SINCE).empty
    assert spikes.listing(scope(reader=(2301,)), SINCE)["spike_id"].tolist() == [1]
    # a reader of a region alone still sees the episode, by its gravest spike
    assert spikes.listing(scope(reader=(2300,)), SINCE)["spike_id"].tolist() == [2]
    assert spikes.by_child(scope(), dictionaries.territories()) == {2300: 1, 6400: 1}
    assert spikes.by_child(scope(6400), dictionaries.territories()) == {6401: 1}


LAST = date(2024, 6, 13)
CURRENT, PERIOD, SEASON = Chosen(), Chosen("period"), Chosen("season")


def test_what_a_list_shows_is_chosen_and_read_from_the_address(store_file: Path) -> None:
    assert Chosen.decode({}) == CURRENT == Chosen("current", "usual", False)
    assert Chosen.decode({"state": "season", "keen": "calm", "dismissed": "1"}) == Chosen("season", "calm", True)
    assert Chosen.decode({"state": "'; DROP", "keen": "loud", "dismissed": "yes"}) == CURRENT
    assert PERIOD.days(scope(), LAST) == (date(2024, 6, 7), date(2024, 6, 13))
    assert SEASON.days(scope(), LAST) == (date(2024, 3, 22), LAST)


def test_the_list_is_of_the_chosen_state_sensitivity_and_kind(store_file: Path) -> None:
    topics = {"topic_id": 20, "topic_group_id": 12, "block_id": 4}
    spike(1, 2301)
    spike(2, 6401, sensitivity="usual", state="ended", last_day=date(2024, 6, 11))
    spike(3, 6401, sensitivity="keen", severity=99.0)
    spike(4, 2301, is_flood=True, copies_share=0.9, **topics)
    spike(5, 6408, onset=date(2024, 4, 1), last_day=date(2024, 4, 3), state="ended")
    spike(6, 2301, onset=date(2024, 6, 5), last_day=date(2024, 6, 6), state="ended")
    spike(7, 6408, observed=None, state=None, severity=None, sensitivity=None)  # known from the journal only

    def shown(chosen: Chosen, **more: object) -> list[int]:
        return sorted(spikes.found(scope(**more), chosen, LAST).spikes["spike_id"])

    assert shown(CURRENT) == [1]
    assert shown(PERIOD) == [1, 2]
    assert shown(SEASON) == [1, 2, 5, 6]
    assert shown(replace(PERIOD, sensitivity="keen")) == [1, 2, 3]
    assert shown(replace(PERIOD, sensitivity="calm")) == [1]
    assert shown(PERIOD, first=date(2024, 6, 1), last=date(2024, 6, 6)) == [6]
    assert shown(SEASON, place=2300) == [1, 6]
    assert spikes.found(scope(), CURRENT, LAST).floods["spike_id"].tolist() == [4]


def test_a_false_alarm_is_hidden_until_asked_for_and_stays_known(store_file: Path) -> None:
    spike(1, 2301, severity=8.0)
    spike(2, 2300, severity=20.0, episode_id=1, level="region_topic")
    spike(3, 6401)
    writes.save_decision(1, "false_alarm")
    hidden = spikes.found(scope(), CURRENT, LAST)
    assert (hidden.spikes["spike_id"].tolist(), hidden.dismissed) == ([3], 1)
    asked = spikes.found(scope(), replace(CURRENT, dismissed=True), LAST)
    assert (sorted(asked.spikes["spike_id"]), asked.dismissed) == ([1, 3], 1)
    assert spikes.described(asked.spikes).set_index("spike_id").at[1, "decision_words"] == "ложная тревога"
    assert spikes.by_child(scope(), dictionaries.territories()) == {6400: 1}
    assert spikes.records(scope(), spikes.one(scope(), 2))["spike_id"].tolist() == [1]  # type: ignore[arg-type]
    assert spikes.records(scope(reader=(2300,)), spikes.one(scope(), 2)).empty  # type: ignore[arg-type]


def test_a_child_counts_as_many_spikes_as_its_own_list_shows(store_file: Path) -> None:
    spike(1, 2301, severity=8.0)
    spike(2, 2300, severity=20.0, episode_id=2, level="region_topic")
    spike(3, 2301, severity=5.0, episode_id=2, topic_id=20, topic_group_id=12)
    spike(4, 6401, is_flood=True)
    spike(5, 6401, onset=date(2024, 5, 1), last_day=date(2024, 5, 2))
    tree = dictionaries.territories()
    for parent in (COUNTRY, 2300, 6400):
        told = spikes.by_child(scope(parent), tree)
        for child in [one for one in tree.children(parent) if one.territory_id != parent]:
            assert told.get(child.territory_id, 0) == len(spikes.found(scope(child.territory_id), PERIOD, LAST).spikes), child.name
    assert spikes.by_child(scope(2300), tree)[2301] == 2


def test_what_is_special_about_a_spike_is_said(store_file: Path) -> None:
    spike(1, 2301, executors=4, recurs=2, holiday=True, is_flood=True)
    spike(2, 6401, executors=None, recurs=None, holiday=None, is_flood=None, sensitivity=None)
    found = spikes.described(spikes.listing(scope(), SINCE)).set_index("spike_id")
    assert found.at[1, "flags"] == "межведомственный, однотипные, сезонный, праздничный"
    said = list(spikes.flags(found.loc[1]).values())
    assert said[0].replace("\u00a0", " ") == "межведомственный: 4 исполнителя" and "(2)" in said[2]
    assert (found.at[2, "flags"], found.at[1, "state_words"], found.at[1, "what"]) == ("", "◆ новый", "Ямы и выбоины")


def test_false_alarms_expected_by_chance(store_file: Path) -> None:
    tree = dictionaries.territories()
    with store.transaction() as cursor:
        cursor.execute("DELETE FROM spike_tests")
    assert spikes.false_alarms_a_week(scope(), tree, "usual") is None
    with store.transaction() as cursor:
        rows = [(2300, "D"), (2300, "W"), (6400, "D")]
        columns = "region_id, level, frequency, series, active"
        cursor.executemany(f"INSERT INTO spike_tests ({columns}) VALUES (?, 'municipality_topic', ?, 500, 100)", rows)
    calm, usual, keen = (spikes.false_alarms_a_week(scope(2301), tree, s) for s in ("calm", "usual", "keen"))  # type: ignore[arg-type]
    assert 0 < calm < usual < keen  # type: ignore[operator]
    here, all_of_them = (spikes.false_alarms_a_week(asked, tree, "usual") for asked in (scope(2300), scope()))
    assert here == usual and all_of_them == pytest.approx(usual + spikes.false_alarms_a_week(scope(reader=(6400,)), tree, "usual"))  # type: ignore[operator]


def test_a_spike_that_was_not_found_again_is_known_by_its_place_and_days(store_file: Path) -> None:
    with store.transaction() as cursor:
        names = "spike_id, level, territory_id, block_id, topic_group_id, topic_id, onset, last_day, first_flagged"
        cursor.execute(f"INSERT INTO spikes ({names}) VALUES (9, 'municipality_topic', 2301, 6, 18, 35, ?, ?, ?)", [LAST] * 3)
    writes.save_cause(9, "Записано раньше")
    found = spikes.one(scope(), 9)
    assert found is not None and pd.isna(found["observed"]) and found["topic"] == "Ямы и выбоины"
    own = spikes.scope_of(scope(), found, dictionaries.territories().places(2301))
    assert spikes.days(own, found).empty and spikes.listing(scope(), SINCE).empty
    assert spikes.records(scope(), found)["text"].tolist() == ["Записано раньше"]
    assert spikes.similar(scope(), found).empty


def test_a_spike_of_a_topic_group_is_the_list_of_the_group(store_file: Path) -> None:
    spike(1, 2301, level="municipality_group", topic_id=None, frequency="W", onset=date(2024, 6, 3), last_day=date(2024, 6, 16))
    found = spikes.one(scope(), 1)
    assert found is not None
    own = spikes.scope_of(scope(), found, dictionaries.territories().places(2301))
    assert (own.topics, own.groups) == ((), (18,))
    assert spikes.described(spikes.listing(scope(), SINCE))["what"].tolist() == [found["topic_group"]]
    assert spikes.days(own, found)["missing"].tolist() == [""]


def test_a_day_of_a_silent_source_is_a_gap_with_its_name(store_file: Path) -> None:
    spike(1, 2301)
    own = spikes.scope_of(scope(), spikes.one(scope(), 1), dictionaries.territories().places(2301))  # type: ignore[arg-type]
    with store.transaction() as cursor:
        (source,) = cursor.execute("SELECT source_id FROM appeals WHERE territory_id = 2301 GROUP BY ALL ORDER BY count(*) DESC").fetchone()  # type: ignore[misc]
        cursor.execute("DELETE FROM source_days")
        cursor.execute("INSERT INTO source_days VALUES (?, ?, 0, 9, 'silent')", [source, date(2024, 6, 10)])
    row = spikes.days(own, spikes.one(scope(), 1)).iloc[0]  # type: ignore[arg-type]
    assert np.isnan(row["observed"]) == (row["missing"] != "")


def test_the_scope_of_a_spike_is_its_list(store_file: Path) -> None:
    spike(1, 2301)
    asked = scope(6401)
    assert spikes.one(asked, 1) is None and spikes.one(scope(), 5) is None
    found = spikes.one(scope(), 1)
    assert found is not None and (found["territory"], found["topic"], found["block"]) == ("Калининград", "Ямы и выбоины", "Дороги")
    own = spikes.scope_of(scope(), found, dictionaries.territories().places(2301))
    assert (own.first, own.last, own.topics, own.places) == (date(2024, 6, 10), date(2024, 6, 12), (35,), (2301,))
    rows = [r for r in naive.rows() if r.territory_id == 2301 and r.topic == "Ямы и выбоины" and own.first <= r.day <= own.last]
    assert appeals.count(own, appeals.Chosen())[0] == len(rows) > 2
    assert spikes.days(own, found)["day"].dt.date.tolist() == [date(2024, 6, 10)]
    assert spikes.days(replace(own, access=scope(reader=(6401,)).access), found).empty


def test_what_people_write_is_kept_in_order_and_drawn_on_the_charts(store_file: Path) -> None:
    spike(1, 2301)
    spike(2, 6401)
    writes.save_cause(1, "  Ремонт набережной  ", "аналитик")
    writes.save_note(date(2024, 6, 11), "Полив начат", spike_id=1, territory_id=2301, topic_group_id=18, topic_id=None)
    writes.save_decision(1, "acknowledged")
    writes.save_decision(1, "measure_planned", "Поливать дважды в день")
    writes.save_cause(2, "Авария")
    found = spikes.records(scope(), spikes.one(scope(), 1))  # type: ignore[arg-type]
    assert sorted(found["kind"]) == ["cause", "decision", "decision", "note"]
    assert set(found["text"]) >= {"Ремонт набережной", "Полив начат"}
    assert [entry["kind"] for entry in lines()] == ["cause", "note", "decision", "decision", "cause"]
    assert spikes.one(scope(), 1)["decision"] in writes.DECISIONS  # type: ignore[index]
    town = scope(2301, topics=(35,), groups=(18,))
    said = [(date(2024, 6, 10), "Причина: Ремонт набережной"), (date(2024, 6, 11), "Полив начат")]
    decided = [(small.CLOCK.date(), words) for words in ("Принято к сведению", "Назначена мера: Поливать дважды в день")]
    assert spikes.marks(town) == said + decided
    assert spikes.marks(scope(2301)) == spikes.marks(town)
    assert spikes.marks(scope(2301, topics=(1,))) == spikes.marks(scope(2301, topics=(999_999,))) == []
    whole = [words for _day, words in spikes.marks(scope(COUNTRY))]
    assert set(whole) >= {"Калининград, причина: Ремонт набережной", "Калининград: Полив начат", "Калининград, принято к сведению"}
    assert any(words.endswith("причина: Авария") for words in whole) and len(whole) == 5
    assert spikes.marks(scope(COUNTRY, reader=(2301,))) == [(day, f"Калининград: {words}" if words == "Полив начат" else f"Калининград, {words[0].lower()}{words[1:]}") for day, words in spikes.marks(town)]
    assert spikes.marks(scope(2301, reader=(6401,))) == []


def test_the_last_decision_counts(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spike(1, 2301)
    for minute, kind in enumerate(("measure_planned", "false_alarm", "acknowledged")):
        monkeypatch.setattr(store, "clock", lambda minute=minute: small.CLOCK + timedelta(minutes=minute))
        writes.save_decision(1, kind)
    assert spikes.one(scope(), 1)["decision"] == "acknowledged"  # type: ignore[index]
    assert spikes.records(scope(), spikes.one(scope(), 1))["what"].tolist() == ["acknowledged", "false_alarm", "measure_planned"]


def test_what_cannot_be_written_is_in_neither_place(store_file: Path) -> None:
    for refused in (lambda: writes.save_cause(1, "  "), lambda: writes.save_decision(1, "сжечь")):
        with pytest.raises(ValueError):
            refused()
    with store.transaction() as cursor:
        cursor.execute("DROP TABLE causes")
    with pytest.raises(duckdb.Error):
        writes.save_cause(1, "Причина")
    assert lines() == []
    writes.save_decision(1, "acknowledged", "я" * 9000)
    assert len(str(lines()[0]["data"]["text"])) == writes.LONGEST_TEXT  # type: ignore[index]


def test_earlier_spikes_of_the_same_group_this_town_first(store_file: Path) -> None:
    early = {"onset": date(2024, 5, 1), "last_day": date(2024, 5, 3)}
    spike(1, 2301)
    spike(2, 6401, onset=date(2024, 5, 5), last_day=date(2024, 5, 6))
    spike(3, 2301, **early)
    spike(4, 2301, **early, topic_group_id=12)
    spike(5, 2301, onset=date(2024, 6, 11))
    writes.save_cause(3, "Прорыв трубы")
    found = spikes.similar(scope(), spikes.one(scope(), 1))  # type: ignore[arg-type]
    assert found["spike_id"].tolist() == [3, 2]
    assert found["cause"].tolist()[0] == "Прорыв трубы"
    assert spikes.similar(scope(reader=(2301,)), spikes.one(scope(), 1))["spike_id"].tolist() == [3]  # type: ignore[arg-type]


def test_what_came_of_an_earlier_spike(store_file: Path) -> None:
    spike(1, 2301)
    spike(2, 2301, onset=date(2024, 5, 1), last_day=date(2024, 5, 3))
    writes.save_decision(2, "measure_planned", "Полив дважды в день")
    with store.transaction() as cursor:
        after = [(2, date(2024, 5, 3), 8, 4.0)] + [(2, date(2024, 5, 3 + n), n % 3, 2.0) for n in range(1, 8)]
        cursor.executemany("INSERT INTO spike_days VALUES (?, ?, ?, ?, 8, 0.5, FALSE)", after)
    (past,) = spikes.similar(scope(), spikes.one(scope(), 1)).itertuples()  # type: ignore[arg-type]
    assert (past.decision, past.said) == ("measure_planned", "Полив дважды в день")
    assert (past.peak, past.usual, past.points_after) == (20, 2.0, 7)
    assert past.after == pytest.approx(sum(n % 3 for n in range(1, 8)) / 7)


def test_marks_find_their_period_on_a_chart(store_file: Path) -> None:
    spike(1, 2301)
    for day, text in ((date(2024, 3, 1), "рано"), (date(2024, 5, 31), "май"), (date(2024, 6, 1), "июнь")):
        writes.save_note(day, text, spike_id=1, territory_id=2301, topic_group_id=18, topic_id=None)
    assert spikes.marks_by_period(scope(2301), [date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1)]) == [(1, "май"), (2, "июнь")]
    assert spikes.marks_by_period(scope(2301, blocks=(4,)), [date(2024, 1, 1)]) == []


def test_words_that_set_a_spike_apart(empty_store: Path) -> None:
    usual = [
        small.row(n, small.KALININGRAD, f"0{4 + n % 2}-{1 + n % 28:02} 12:00", text=f"Яма на дороге у дома {n}, машины объезжают")
        for n in range(1, 90)
    ]
    dusty = [
        small.row(n, small.KALININGRAD, "06-11 12:00", text=f"Пыль от стройки у дома {n} летит в окна, поливайте дорогу")
        for n in range(200, 225)
    ]
    small.put(usual + dusty)
    focus = scope(2301, date(2024, 6, 10), date(2024, 6, 12), topics=(35,))
    texts = appeals.texts(focus)
    found = spikes.terms(focus, texts)
    assert any("пыль" in term.key for term in found)
    assert not any(term.key == "дорога" for term in found)
    typical = spikes.ordered(texts, found, "typical")
    assert len(typical) <= len(texts) and "Пыль" in typical["text"].iloc[0]
    assert spikes.surface("Пыль и ещё раз пылью", found)[:1] == ["Пыль"]
    assert spikes.ordered(texts.iloc[:0], found, "typical").empty
    assert spikes.ordered(texts, found, "new")["created_at"].is_monotonic_decreasing


def test_the_usual_band_covers_the_days_and_leaves_a_gap_where_a_source_was_silent(empty_store: Path) -> None:
    rng = np.random.default_rng(1)
    rows, number = [], 0
    for day in pd.date_range("2024-02-01", "2024-06-13"):
        for _ in range(60 if day == pd.Timestamp("2024-06-10") else 0 if day == pd.Timestamp("2024-06-05") else int(rng.poisson(15))):
            number += 1
            rows.append(small.row(number, small.KALININGRAD, day + timedelta(hours=12)))
    small.put(rows)
    asked = scope(2301)
    found = spikes.usual(asked, 14, dictionaries.days(dictionaries.territories().timezone(2301))).set_index("day")
    assert found.index.tolist() == list(pd.date_range("2024-05-31", "2024-06-13"))
    assert np.isnan(found.at[pd.Timestamp("2024-06-05"), "observed"])
    assert found.at[pd.Timestamp("2024-06-10"), "is_alarm"] and found["is_alarm"].sum() <= 2
    assert found["expected"].between(11, 19).all()
    assert ((found["lower"] <= found["expected"]) & (found["expected"] <= found["upper"])).all()
    by_day = {day: sum(r["created_at"].date() == day.date() for r in rows) for day in found.index}
    assert all(found.at[day, "observed"] == seen for day, seen in by_day.items() if day != pd.Timestamp("2024-06-05"))
