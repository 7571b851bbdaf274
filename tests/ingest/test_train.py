"""Topics learned from the store's own appeals: what a training keeps, what later loads take from it, what a rebuild repeats."""

import json
import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingest import commands, guess, jobs, rebuild, train
from queries import corrections, store, writes
from tests import small
from tests.queries.scopes import scope
from tests.small import KALININGRAD, row

WORDS = {
    "Ямы и выбоины": ["яма", "асфальт", "выбоина", "колея", "обочина", "щебень"],
    "Горячая вода": ["горячая вода", "кран", "напор", "труба", "водоканал", "стояк"],
    "Отключение электричества": ["свет", "электричество", "подстанция", "провод", "напряжение", "щиток"],
}
FILLER = ["у дома", "вторую неделю", "жители жалуются", "сколько ждать", "никто не приехал", "во дворе", "снова"]


def ask(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql, values).fetchall()


def tables() -> dict[str, pd.DataFrame]:
    with store.cursor() as cursor:
        names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        frames = {name: cursor.execute(f"FROM {name}").df() for name in names}
    return {name: f.sort_values(list(f.columns), ignore_index=True) for name, f in frames.items() if name != "meta"}


def same(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> None:
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name], obj=name)


def written(count: int, seed: int, first: int = 1, labelled: bool = True) -> list[dict[str, Any]]:
    """Appeals whose words tell their topic, with it or without."""
    draw = random.Random(seed)
    rows = []
    for number in range(first, first + count):
        topic = draw.choice(list(WORDS))
        text = f"{draw.choice(WORDS[topic])} {' '.join(draw.sample(FILLER, 3))}, {draw.choice(WORDS[topic])}"
        at = datetime(2024, 3, 1) + timedelta(hours=2 * number)
        given = row(number, KALININGRAD, at, topic, text=text) | {"told_by_words": topic}
        rows.append(given if labelled else given | {"topic": None, "topic_group": None, "block": None})
    return rows


@pytest.fixture
def taught(empty_store: Path) -> Path:
    """A store with 300 labelled appeals, sixty of them without a telling word, trained once."""
    plain = [r | {"text": ", ".join(random.Random(n).sample(FILLER, 4))} for n, r in enumerate(written(60, 9, 301))]
    small.put(written(240, 1) + plain, "labelled")
    commands.perform("train", {}, small.quiet)
    return empty_store


def test_a_training_tells_what_it_learned(empty_store: Path) -> None:
    small.put(written(300, 1), "labelled")
    shares: list[float] = []
    answer = commands.perform("train", {}, lambda share, _message: shares.append(share))
    assert (answer["model"], answer["rows"], answer["classes"], answer["left_out"], answer["corrected"]) == (1, 300, 3, 0, 0)
    assert answer["accuracy"] > 0.95 and answer["accuracy_covered"] > 0.95 and answer["covered"] > 0.8
    assert shares == sorted(shares) and shares[-1] == 1
    assert commands.perform("train", {}, small.quiet)["model"] == 2


def test_too_little_to_learn_from_is_said_in_numbers(empty_store: Path) -> None:
    small.put(written(57, 1), "few")
    with pytest.raises(train.TooFew, match="обращений: 57, нужно хотя бы 200"):
        commands.perform("train", {}, small.quiet)
    assert train.newest() is None
    one_topic = [r | {"topic": "Горячая вода"} for r in written(250, 1, first=100)]
    small.put([r for r in one_topic if r["topic"]], "one")
    ask("DELETE FROM appeals WHERE topic_id <> (SELECT min(topic_id) FROM topics WHERE name = 'Горячая вода')")
    with pytest.raises(train.TooFew):
        commands.perform("train", {}, small.quiet)


def test_what_is_kept_answers_as_what_was_learned(taught: Path) -> None:
    kept = train.newest()
    assert kept is not None
    assert not [path for path in store.paths().models.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]
    keys, labels = zip(*ask("SELECT keys, topic_group || chr(9) || topic FROM appeals_named JOIN texts USING (appeal_id)"), strict=True)
    assert sum(top[0][0] == label for top, label in zip(kept.predict(keys, keys).top3, labels, strict=True)) > 240


@pytest.mark.parametrize("spoilt", ["model.json", "model.npz", "both"])
def test_a_model_that_cannot_be_read_stops_no_load(taught: Path, spoilt: str) -> None:
    (folder,) = train.numbered(store.paths().models)
    for name in ("model.json", "model.npz") if spoilt == "both" else (spoilt,):
        (folder / name).write_bytes(b"{}")
    folder.touch()
    assert small.put(written(5, 2, 1000, labelled=False), "new").loaded == 5
    assert {how for (how,) in ask("SELECT how FROM topic_hints")} <= {"words"}


def test_appeals_without_a_topic_get_one_where_the_program_is_sure(taught: Path) -> None:
    rows = written(60, 2, 1000, labelled=False)
    rows += [row(2000, KALININGRAD, "06-10 12:00", None, text="Бегемот и крокодил")]
    rows += [row(2001, KALININGRAD, "06-10 12:00", None, text=None), row(2002, KALININGRAD, "06-10 12:00", None, text="123 !!!")]
    small.put(rows, "new")
    found = {number: (topic, sure) for number, topic, sure in ask("SELECT external_id, topic, topic_confidence FROM appeals_named")}
    told = [found[r["external_id"]][0] == r["told_by_words"] for r in rows[:60] if found[r["external_id"]][0]]
    assert len(told) > 40 and sum(told) > 0.9 * len(told)
    assert all(sure < 1 for number, (topic, sure) in found.items() if int(number[2:]) >= 1000 and topic)
    assert [found[f"A-{n}"][0] for n in (2000, 2001, 2002)] == [None] * 3
    hints = ask("SELECT external_id, rank, confidence, how FROM topic_hints JOIN appeals USING (appeal_id) ORDER BY ALL")
    assert [(n, r, h) for n, r, _, h in hints if n in ("A-2000", "A-2001")] == [("A-2000", rank, "model") for rank in (1, 2, 3)]
    assert not {n for n, *_ in hints} & {n for n, (topic, _) in found.items() if topic}
    assert not ask("SELECT count(*) FROM appeals WHERE topic_id IS NOT NULL AND topic_group_id IS NULL")[0][0]


def test_a_guess_does_not_contradict_the_group_of_the_source(taught: Path) -> None:
    given = row(1000, KALININGRAD, "06-10 12:00", None, text="яма, асфальт, выбоина во дворе") | {
        "topic_group": "Детские сады",
        "block": "EDU",
    }
    small.put([given, given | {"row_number": 2, "external_id": "A-1001", "topic_group": "Состояние дорог", "block": "ROADS"}], "new")
    assert ask("SELECT external_id, topic FROM appeals_named WHERE external_id LIKE 'A-100_' ORDER BY 1") == [
        ("A-1000", None),
        ("A-1001", "Ямы и выбоины"),
    ]


def test_before_a_training_the_names_of_topics_only_hint(empty_store: Path) -> None:
    small.put([row(1, KALININGRAD, "06-10 12:00", None, text="Третий день нет горячей воды в доме")], "new")
    assert ask("SELECT topic_id, topic_confidence FROM appeals") == [(None, None)]
    found = corrections.suggestions(scope(), ask("SELECT appeal_id FROM appeals")[0][0])
    assert "Горячая вода" in found["topic"].tolist() and set(found["how"]) == {guess.WORDS}


def test_due_dates_follow_the_source_and_not_a_guess(taught: Path) -> None:
    small.put(written(20, 2, 1000, labelled=False), "new")
    before = ask("SELECT external_id, due_at FROM appeals ORDER BY ALL")
    shutil.rmtree(store.paths().models)
    rebuild.rebuild(small.quiet)
    assert ask("SELECT external_id, due_at FROM appeals ORDER BY ALL") == before


def test_corrections_teach_and_weigh_more(taught: Path) -> None:
    """Of the same words, what people said wins over what the source says."""
    text = "фонтан в парке не работает"
    rows = [row(5000 + n, KALININGRAD, f"06-{1 + n % 9:02} 12:00", "Горячая вода", text=f"{text} {n}") for n in range(10)]
    small.put(rows, "fountains")
    power = ask("SELECT min(topic_id) FROM topics WHERE name = 'Отключение электричества'")[0][0]
    for number in range(5):
        writes.save_topic(ask("SELECT appeal_id FROM appeals WHERE external_id = ?", f"A-{5000 + number}")[0][0], power)
    answer = commands.perform("train", {}, small.quiet)
    assert answer["corrected"] == 5
    learned = train.newest()
    assert learned is not None
    assert learned.predict([text]).top3[0][0][0].endswith("Отключение электричества")


def test_what_the_program_guessed_teaches_nothing(taught: Path) -> None:
    small.put(written(60, 2, 1000, labelled=False), "new")
    assert commands.perform("train", {}, small.quiet)["rows"] == 300


def test_a_rebuild_repeats_the_guesses_whatever_was_learned_since(taught: Path) -> None:
    new = written(60, 2, 1000, labelled=False)
    small.put(new, "new")
    without = ask("SELECT appeal_id FROM appeals WHERE external_id = 'A-1000'")[0][0]
    writes.save_topic(without, ask("SELECT min(topic_id) FROM topics WHERE name = 'Горячая вода'")[0][0])
    small.put([r | {"status": "closed", "outcome": "resolved"} for r in new[:30]] + written(30, 4, 3000), "again")
    before = tables()
    assert len(before["topic_hints"]) or len(before["appeals"])
    shutil.rmtree(store.paths().models)
    rebuild.rebuild(small.quiet)
    same(before, tables())


def test_a_training_works_while_the_app_runs_and_can_be_stopped(empty_store: Path) -> None:
    small.put(written(300, 1), "labelled")
    worker = jobs.Worker(commands.VERBS)
    worker.start()
    try:
        stopped = jobs._queue("train", {})
        jobs.cancel(stopped)
        outcome = jobs.wait_briefly(stopped, 60)
        assert outcome is not None and outcome.error is not None and outcome.error.startswith("Остановлено")
        assert train.newest() is None
        outcome = jobs.wait_briefly(jobs._queue("train", {}), 60)
        assert outcome is not None and outcome.answer is not None and outcome.answer["rows"] == 300
        assert json.dumps(outcome.answer)
    finally:
        worker.stop()
    assert train.newest() is not None


def rollups_are_sums_of_appeals() -> None:
    assert ask("SELECT topic_id, sum(appeals)::INT FROM day_topic GROUP BY ALL ORDER BY ALL") == ask(
        "SELECT topic_id, count(*)::INT FROM appeals GROUP BY ALL ORDER BY ALL"
    )


def test_a_training_gives_topics_to_stored_appeals_and_a_rebuild_repeats_it(empty_store: Path) -> None:
    """Loaded before the training; one is corrected before it, one after it, and some are updated by a later load."""
    new = written(60, 2, 1000, labelled=False)
    foreign = {"topic_group": "Детские сады", "block": "EDU", "text": "яма, асфальт, выбоина во дворе"}
    small.put([*new, new[0] | foreign | {"row_number": 99, "external_id": "A-1999"}], "new")
    small.put(written(300, 1), "labelled")
    water, power = (ask("SELECT min(topic_id) FROM topics WHERE name = ?", name)[0][0] for name in ("Горячая вода", "Отключение электричества"))
    first, second = (ask("SELECT appeal_id FROM appeals WHERE external_id = ?", f"A-{n}")[0][0] for n in (1000, 1001))
    writes.save_topic(first, water)
    due = ask("SELECT external_id, due_at FROM appeals ORDER BY ALL")
    answer = commands.perform("train", {}, small.quiet)
    rollups_are_sums_of_appeals()
    assert answer["guessed"] > 40
    assert ask("SELECT count(*) FROM appeals WHERE topic_confidence < 1") == [(answer["guessed"],)]
    found = dict(ask("SELECT external_id, topic FROM appeals_named WHERE topic_confidence < 1"))
    told = [found[r["external_id"]] == r["told_by_words"] for r in new if r["external_id"] in found]
    assert sum(told) > 0.9 * len(told)
    assert ask("SELECT topic_id, topic_confidence FROM appeals WHERE appeal_id = ?", first) == [(water, 1)]
    assert ask("SELECT topic, topic_group FROM appeals_named WHERE external_id = 'A-1999'") == [(None, "Детские сады")]
    assert {how for (how,) in ask("SELECT how FROM topic_hints")} <= {guess.MODEL}
    assert not ask("SELECT 1 FROM topic_hints JOIN appeals a USING (appeal_id) WHERE a.topic_id IS NOT NULL")
    assert ask("SELECT external_id, due_at FROM appeals ORDER BY ALL") == due
    writes.save_topic(second, power)
    small.put(written(40, 7, 4000, labelled=False) + [r | {"status": "closed", "outcome": "resolved"} for r in new[10:20]], "later")
    commands.perform("train", {}, small.quiet)
    before = tables()
    shutil.rmtree(store.paths().models)
    rebuild.rebuild(small.quiet)
    same(before, tables())
    rollups_are_sums_of_appeals()
    assert commands.perform("train", {}, small.quiet)["guessed"] == 0
    assert [file.parent.name for file in sorted(store.paths().batches.glob("*/again-*"), key=guess.number_of)] == ["000002", "000003", "000003"]


def test_guesses_whose_training_never_committed_are_thrown_away(taught: Path) -> None:
    kept = {file.name for file in store.paths().batches.glob("*/again-*")}
    folder = train.numbered(store.paths().batches)[-1]
    shutil.copy(folder / guess.FILE, folder / "again-000009.parquet")
    before = tables()
    rebuild.rebuild(small.quiet)
    same(before, tables())
    assert {file.name for file in store.paths().batches.glob("*/again-*")} == kept


def test_a_stopped_training_changes_nothing(empty_store: Path) -> None:
    small.put(written(60, 2, 1000, labelled=False), "new")
    small.put(written(300, 1), "labelled")
    before = tables()

    def stop(share: float, message: str) -> None:
        if "всплески" in message:
            raise jobs.Stopped

    with pytest.raises(jobs.Stopped):
        commands.train_topics({}, stop)
    same(before, tables())
    assert train.newest() is None and not list(store.paths().batches.glob("*/again-*"))


def test_old_models_go(taught: Path) -> None:
    for _ in range(4):
        commands.perform("train", {}, small.quiet)
    assert [path.name for path in train.numbered(store.paths().models)] == ["000003", "000004", "000005"]
    assert not list(store.paths().models.glob(".*"))
