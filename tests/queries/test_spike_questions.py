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
    assert spikes.marks(scope(2301, topics=(1,))) == []
    assert spikes.marks(scope(COUNTRY)) == []
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
