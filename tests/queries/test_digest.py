"""What has changed: new, grown, ended spikes, silent sources, old data; and nothing else."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest import commands, digests, jobs
from ingest.__main__ import app
from queries import digest, store, writes
from queries.digest import Change
from tests import small
from tests.queries.plant import spike
from tests.queries.scopes import scope

LAST = date(2024, 6, 13)


def told(since: date = LAST - timedelta(days=1), place: int = 1) -> list[Change]:
    found = digest.changes(scope(place, LAST, LAST), since)
    return [replace(change, text=change.text.replace("\xa0", " ")) for change in found]


def kinds(*asked: object) -> list[tuple[str, int | None]]:
    return [(change.kind, change.spike_id) for change in told(*asked)]  # type: ignore[arg-type]


def silence(source: str, *days: date, quiet: tuple[date, ...] = ()) -> None:
    with store.transaction() as cursor:
        ((source_id,),) = cursor.execute("SELECT source_id FROM sources WHERE code = ?", [source]).fetchall()
        cursor.execute("DELETE FROM source_days WHERE source_id = ?", [source_id])
        for day in days:
            cursor.execute("INSERT INTO source_days VALUES (?, ?, 0, 20, ?)", [source_id, day, "silent" if day in quiet else "ok"])


def test_a_spike_is_new_once_and_an_episode_is_one_line(store_file: Path) -> None:
    spike(1, 2301, first_flagged=LAST, last_day=LAST, onset=date(2024, 6, 10))
    spike(2, 2300, first_flagged=LAST, last_day=LAST, episode_id=1, level="region_topic")
    spike(3, 6401, first_flagged=LAST - timedelta(days=1), last_day=LAST)
    spike(4, 6401, first_flagged=LAST, last_day=LAST, topic_id=20, topic_group_id=12, sensitivity="keen")
    assert kinds() == [("new", 1)]
    (change,) = told()
    assert change.text == "Новый всплеск: Калининград, «Ямы и выбоины». С 10 июня: 20 обращений вместо обычных 4."
    assert (change.territory_id, change.observed, change.expected, change.day) == (2301, 20, 4.0, date(2024, 6, 10))
    assert sorted(kinds(LAST - timedelta(days=2))) == [("new", 1), ("new", 3)]
    assert kinds(LAST) == [] and kinds(LAST - timedelta(days=1), 6400) == []


def test_what_somebody_decided_about_is_not_new_and_a_false_alarm_is_not_told_at_all(store_file: Path) -> None:
    spike(1, 2301, first_flagged=LAST, last_day=LAST)
    spike(2, 6401, first_flagged=LAST, last_day=LAST)
    spike(3, 6408, first_flagged=date(2024, 6, 8), onset=date(2024, 6, 8), last_day=date(2024, 6, 10))
    assert kinds() == [("new", 1), ("new", 2), ("ended", 3)]
    writes.save_decision(1, "acknowledged")
    writes.save_decision(3, "false_alarm")
    assert kinds() == [("new", 2)]


def test_a_later_spike_of_a_decided_event_needs_no_second_decision(store_file: Path) -> None:
    spike(1, 2301)
    writes.save_decision(1, "false_alarm")
    spike(2, 2301, onset=date(2024, 6, 13), first_flagged=LAST, last_day=LAST, episode_id=1)
    spike(3, 2301, level="municipality_group", topic_id=None, first_flagged=LAST, last_day=LAST, episode_id=1)
    spike(4, 2300, level="region_topic", first_flagged=LAST, last_day=LAST, episode_id=4)
    with store.cursor() as cursor:
        states = dict(cursor.execute("SELECT spike_id, state FROM spikes_decided ORDER BY 1").fetchall())
        decided = dict(cursor.execute("SELECT spike_id, decision FROM spikes_decided ORDER BY 1").fetchall())
    assert states == {1: "ongoing", 2: "ongoing", 3: "ongoing", 4: "new"}
    assert decided == {1: "false_alarm", 2: "false_alarm", 3: "false_alarm", 4: None}
    assert kinds() == [("new", 4)]


def test_another_place_of_the_episode_is_not_covered_unless_the_head_is(store_file: Path) -> None:
    spike(1, 2300, level="region_topic")
    spike(2, 2301, episode_id=1)
    spike(3, 6401)
    spike(4, 6408, episode_id=3)
    writes.save_decision(4, "acknowledged")
    writes.save_decision(1, "campaign")
    with store.cursor() as cursor:
        decided = dict(cursor.execute("SELECT spike_id, decision FROM spikes_decided ORDER BY 1").fetchall())
    assert decided == {1: "campaign", 2: "campaign", 3: None, 4: "acknowledged"}


def test_only_growth_by_half_is_growth(store_file: Path) -> None:
    for number, before, after in ((1, 20, 14), (2, 20, 30), (3, 2, 6)):
        spike(
            number,
            2301,
            topic_id=30 + number,
            first_flagged=date(2024, 6, 10),
            onset=date(2024, 6, 10),
            last_day=LAST,
            state="ongoing",
            severity=10 - number,
        )
        with store.transaction() as cursor:
            cursor.execute("DELETE FROM spike_days WHERE spike_id = ?", [number])
            for day, seen in ((10, before), (13, after)):
                cursor.execute("INSERT INTO spike_days VALUES (?, ?, ?, 4, 8, 0.001, TRUE)", [number, date(2024, 6, day), seen])
    assert kinds() == [("grown", 1), ("grown", 2)]
    assert kinds(date(2024, 6, 9)) == [("new", 1), ("new", 2), ("new", 3)]


def test_an_ended_spike_is_told_on_the_day_it_is_over(store_file: Path) -> None:
    spike(1, 2301, first_flagged=date(2024, 6, 8), onset=date(2024, 6, 8), last_day=date(2024, 6, 10), state="ended")
    spike(2, 6401, first_flagged=date(2024, 6, 2), onset=date(2024, 5, 27), last_day=date(2024, 6, 2), state="ended", frequency="W")
    assert kinds() == [("ended", 1)]
    assert sorted(kinds(date(2024, 6, 8))) == [("ended", 1), ("ended", 2)]
    assert told()[0].text == "Всплеск закончился: Калининград, «Ямы и выбоины». За 8–10 июня 2024: 20 обращений вместо обычных 4."


def test_sources_fall_silent_and_come_back(store_file: Path) -> None:
    days = tuple(LAST - timedelta(days=n) for n in range(5, -1, -1))
    silence("incident", *days, quiet=days[-1:])
    assert [(c.kind, c.text) for c in told()] == [("silent", f"Источник «{name('incident')}» молчит с 13 июня.")]
    silence("incident", *days, quiet=days[-3:])
    assert told() == [] and told(days[0])[0].day == days[-3]
    silence("incident", *days, quiet=days[1:-1])
    assert [(c.kind, c.day) for c in told()] == [("back", days[1])]
    assert told(place=2300)[0].kind == "back" and told(place=2302) == []


def name(code: str) -> str:
    with store.cursor() as cursor:
        return str(cursor.execute("SELECT name FROM sources WHERE code = ?", [code]).fetchall()[0][0])


def test_old_data_are_said_to_be_old(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(change.kind != "stale" for change in told())
    monkeypatch.setattr(store, "clock", lambda: small.CLOCK + timedelta(days=3))
    assert [change.kind for change in told()] == ["stale"] and "Загрузите" in told()[0].text


def test_the_command_tells_it_in_sentences_and_in_json(store_file: Path) -> None:
    spike(1, 2301, first_flagged=LAST, last_day=LAST)
    store.close_store()
    runner = CliRunner()
    plain = runner.invoke(app, ["digest", "--territory", "2301"])
    assert plain.exit_code == 0 and plain.output.startswith("Новый всплеск: Калининград")
    told_json = json.loads(runner.invoke(app, ["digest", "--territory", "2301", "--json"]).output)
    assert (told_json["until"], told_json["since"], told_json["changes"][0]["spike_id"]) == ("2024-06-13", "2024-06-12", 1)
    assert "ничего не изменилось" in runner.invoke(app, ["digest", "--territory", "6408"]).output
    assert runner.invoke(app, ["digest", "--territory", "987654"]).exit_code == 1
    refused = runner.invoke(app, ["digest", "--since", "завтра", "--json"])
    assert refused.exit_code == 1 and "«завтра»" in json.loads(refused.output)["error"]


def test_the_running_app_answers_it_as_a_job(store_file: Path) -> None:
    spike(1, 2301, first_flagged=LAST, last_day=LAST)
    worker = jobs.Worker(commands.VERBS)
    worker.start()
    try:
        outcome = jobs.wait(jobs.hand_over("digest", {"territory": 2301}), small.quiet)
    finally:
        worker.stop()
    assert outcome.answer is not None and [change["kind"] for change in outcome.answer["changes"]] == ["new"]


def test_a_letter_tells_each_change_once_and_runs_nothing(store_file: Path) -> None:
    spike(1, 2301, first_flagged=LAST, last_day=LAST, onset=date(2024, 6, 10))
    with store.cursor() as cursor:
        cursor.execute("UPDATE territories SET name = '<b>Город</b>' WHERE territory_id = 2301")
    store.close_store()
    asked = ["digest", "--territory", "2301", "--once"]
    first = CliRunner().invoke(app, [*asked, "--html"])
    assert first.exit_code == 0 and first.output.count("<li>") == 1
    assert "&lt;b&gt;Город" in first.output and "<b>Город" not in first.output
    assert CliRunner().invoke(app, asked).output == ""
    spike(2, 2301, topic_id=24, topic_group_id=12, first_flagged=LAST, last_day=LAST, onset=date(2024, 6, 12))
    store.close_store()
    again = CliRunner().invoke(app, asked).output
    assert again.count("Новый всплеск") == 1
    assert CliRunner().invoke(app, ["digest", "--territory", "2301"]).output.count("Новый всплеск") == 2


def test_a_day_without_a_letter_is_not_lost(store_file: Path) -> None:
    digests.untold(2301, LAST - timedelta(days=5), [])
    assert digests.since_last(2301, LAST) == LAST - timedelta(days=5)
    assert digests.since_last(2300, LAST) == LAST - timedelta(days=1)
