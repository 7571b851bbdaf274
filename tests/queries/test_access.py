"""Nobody is told what they may not see: territories, closed texts, other people's answers."""

import re
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from queries import appeals, ask, cities, deadlines, figures, kpi, spikes, store, writes
from queries.access import Access
from queries.appeals import Chosen
from queries.metrics import PREDICATES
from queries.near import Circle
from queries.scope import Scope
from tests import naive, small
from tests.queries.plant import spike
from tests.queries.scopes import many, scope

FILES = sorted(path.stem for path in ask.SQL.glob("*.sql"))
# What every reader is told alike: names and loads; what only a save asks, to know whether a sheet changed; and hours of the whole country,
# asked only for those who see all of it.
FOR_ALL = {
    "register_known", "flow_hours", "overdue_hours",
    "batches", "channels", "executor", "executors", "facts", "rejects", "silent_days", "source", "source_calendar", "sources", "territories", "topic_tree", "unplaced", "views",
}  # fmt: skip
HERE = Circle.at(54.7, 20.5, 2000)
FRAGMENTS = {
    "chosen": f"({PREDICATES['all']} OR {PREDICATES['late']})",
    "child": "a.territory_id",
    "about": "a.block_id",
    "bucket": "date_trunc('week', a.day)::DATE",
    "rung": deadlines.RUNG,
    "body": "a.territory_id",
    "by": "a.channel_id",
    "table": "day_territory",
    "cell": "a.territory_id",
    "still": "TRUE",
    "held": "",
    "changes": "sum(0) AS late",
    "answered_local": appeals.ANSWERED_LOCAL,
    "words": "keys <> ''",
    "narrow_first": "OFFSET 0",
    "circle": HERE.sql(),
    "elsewhere": f"NOT {HERE.sql()}",
    "address": "left(a.url, 8)",
    "where": "a.territory_id",
    "confirmed": PREDICATES["rated_good"],
}
MINE = 2301


def answer(name: str, asked: Scope, **more: Any) -> pd.DataFrame:
    """One question with values for whatever it asks."""
    before = asked.before() or asked
    values: dict[str, Any] = {
        "streets": [], "begins": date(2024, 6, 14), "register": "measures",
        "days": asked.days, "periods": 4, "limit": 1000, "skip": 0, "before_first": before.first, "before_last": before.last,
        "start": pd.Timestamp(asked.first), "end": pd.Timestamp(asked.last), "moments": [small.AS_OF], "since": date(1, 1, 1), "until": date(9999, 1, 1),
        "spike_id": 1, "spike_ids": [1, 2, 3], "episode_id": 1, "topic_id": 35, "regions": [],
        "topic_group_id": 18, "territory_id": MINE, "onset": date(2025, 1, 1), "places": [0, 2300, 2301, 6401], "blocks": [], "groups": [], "topics": [],
        "appeal_id": 0, "batch_id": 1, "executor_id": 1, "source_id": 1, "step": 1, "page": "rating", "ids": appeal_ids(), "as_of": small.AS_OF,
        "code": "K-1", "grain": "day", "zone": "Europe/Kaliningrad",
    }  # fmt: skip
    return ask.ask(name, asked, FRAGMENTS, **(values | more))


def everything(asked: Scope, names: list[str], ids: list[int]) -> dict[tuple[str, int], pd.DataFrame]:
    """The answers to all questions; those of one appeal for each appeal."""
    answers = {}
    for name in names:
        one_appeal = "$appeal_id" in ask.text(name)
        for own in ids if one_appeal else [0]:
            frame = answer(name, asked, appeal_id=own)
            answers[name, own] = frame.sort_values(list(frame.columns), ignore_index=True) if len(frame) else frame
    return answers


def appeal_ids(condition: str = "TRUE") -> list[int]:
    with store.cursor() as cursor:
        return [own for (own,) in cursor.execute(f"FROM appeals SELECT appeal_id WHERE {condition} ORDER BY created_at").fetchall()]


def planted() -> None:
    """Spikes, causes and notes of two territories and a region."""
    for own, territory in ((1, 2301), (2, 6401), (3, 2300)):
        spike(own, territory)
        writes.save_cause(own, f"причина {territory}")
        writes.save_note(date(2024, 6, 11), f"заметка {territory}", spike_id=own, territory_id=territory, topic_group_id=18, topic_id=None)


@pytest.mark.parametrize("name", FILES)
def test_every_question_runs_and_names_its_parameters(store_file: Path, name: str) -> None:
    lines = (ask.SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    headers = {line[3:].partition(":")[0]: line.partition(":")[2].strip() for line in lines if line.startswith("-- ")}
    assert {"question", "params", "columns"} <= headers.keys()
    assert all(headers.values()) and headers["question"].endswith(("?", "."))
    used = set(re.findall(r"\$(\w+)", ask.compose(name, scope(), FRAGMENTS)))
    assert set(re.findall(r"\$(\w+)", headers["params"])) == used
    found = answer(name, scope(last=date(2024, 6, 14)))
    told = re.sub(r"\(.*?\)|;.*", "", headers["columns"])
    if not re.search(r"all of|one count", told):
        assert list(found.columns) == re.findall(r"\w+", told)


def test_a_reader_of_one_town_is_told_nothing_of_the_others(store_file: Path) -> None:
    planted()
    names = [name for name in FILES if name not in FOR_ALL]
    limited = [
        scope(reader=(MINE,), first=date(2024, 4, 1), last=date(2024, 6, 14)),
        scope(2300, reader=(MINE,)),
        scope(6401, reader=(MINE,)),
    ]
    ids = appeal_ids()[::20] + appeal_ids("external_id IN ('A-2', 'A-3', 'A-22', 'A-24')")
    before = [everything(asked, names, ids) for asked in limited]
    free = everything(scope(first=date(2024, 4, 1), last=date(2024, 6, 14)), names, ids)
    assert sum(not before[0][key].equals(free[key]) for key in free) > len(names) / 2
    with store.transaction() as cursor:
        cursor.execute("DELETE FROM comments WHERE appeal_id IN (FROM appeals SELECT appeal_id WHERE territory_id <> ?)", [MINE])
        cursor.execute("DELETE FROM causes WHERE spike_id <> 1")
        for table in ("appeals", "spikes", "notes"):
            cursor.execute(f"DELETE FROM {table} WHERE territory_id <> ?", [MINE])
    for asked, told in zip(limited, before, strict=True):
        for key, frame in everything(asked, names, ids).items():
            pd.testing.assert_frame_equal(told[key], frame, check_dtype=False, obj=str(key))


def test_a_reader_of_nothing_is_told_nothing(store_file: Path) -> None:
    planted()
    asked = scope(reader=(), first=date(2024, 4, 1), last=date(2024, 6, 14))
    assert figures.periods(asked)["appeals"].sum() == figures.backlog(asked)["open"] == figures.daily(asked).sum() == 0
    for empty in (
        appeals.listing(asked, Chosen()),
        appeals.texts(asked),
        cities.figures(asked),
        cities.points(asked),
        spikes.listing(asked, date(1, 1, 1)),
    ):
        assert empty.empty
    assert spikes.marks(replace(asked, places=(2300, 2301))) == []
    assert kpi.closing_time(asked).n == 0
    assert all(appeals.one(asked, own) is None for own in appeal_ids()[:5])


def test_words_of_a_closed_text_are_in_no_answer(store_file: Path) -> None:
    planted()
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO batches SELECT 2, 2, 'pos.csv', 'x', now(), 1, 0, 0, 0, 0, 1, NULL, NULL")
        cursor.execute("INSERT INTO rejects VALUES (2, 5, 'нет даты', ?)", [f'{{"Текст": "{small.MARKER}"}}'])
        (kept,) = cursor.execute("SELECT count(*) FROM texts WHERE contains(text, ?)", [small.MARKER]).fetchone() or (0,)
    assert kept == 2
    closed = appeal_ids("visibility = 'restricted'")
    for asked in (scope(first=date(2024, 4, 1), last=date(2024, 6, 14)), scope(2301), scope(reader=(2301, 6401))):
        for name in FILES:
            for own in closed if "$appeal_id" in ask.text(name) else [0]:
                found = answer(name, asked, appeal_id=own, batch_id=2)
                assert small.MARKER not in found.to_csv(), name
    told = appeals.one(scope(), closed[0])
    assert told is not None and told["is_restricted"] and pd.isna(told["text"]) and pd.isna(told["reply"]) and pd.isna(told["url"])


def test_search_does_not_betray_a_closed_text(store_file: Path) -> None:
    asked = scope(first=date(2024, 4, 1), last=date(2024, 6, 14))
    for chosen in (
        Chosen(words=small.MARKER),
        Chosen(term=small.MARKER),
        Chosen(("restricted",), words="вода"),
        Chosen(words=f"вода {small.MARKER}"),
    ):
        assert appeals.count(asked, chosen) == (0, 0)
        assert appeals.listing(asked, chosen).empty
    allowed = replace(asked, access=replace(Access.reader(), may_read_restricted=True))
    assert appeals.count(allowed, Chosen(words=small.MARKER)) == (2, 2)
    assert appeals.texts(allowed)["text"].str.contains(small.MARKER).sum() == 2


def test_closed_appeals_are_counted_all_the_same(store_file: Path) -> None:
    asked = scope(first=date(2024, 6, 10), last=date(2024, 6, 11))
    assert appeals.count(asked, Chosen()) == (len(naive.rows(asked)), 2)


def test_two_readers_at_once_never_get_each_others_numbers(store_file: Path) -> None:
    asked = [scope(2301, date(2024, 4, 1), date(2024, 6, 14)), scope(reader=(6401,), first=date(2024, 5, 1), last=date(2024, 6, 14))]
    expected = [
        (
            len(naive.rows(s)),
            [len(naive.rows(s, day.date(), day.date())) for day in pd.date_range(s.first, s.last)],
            {r.territory_id for r in naive.rows(s)},
        )
        for s in asked
    ]
    wrong: list[object] = []
    start = threading.Barrier(3)

    def read(mine: Scope, numbers: object) -> None:
        start.wait()
        for _round in range(200):
            got = (
                int(figures.totals(mine)["appeals"]),
                figures.daily(mine).tolist(),
                set(cities.figures(replace(mine, place=2300))["territory_id"]),
            )
            if got != numbers:
                wrong.append(got)

    def write() -> None:
        # every write lets the remembered answers go
        start.wait()
        for number in range(40):
            writes.save_note(date(2024, 6, 1), f"заметка {number}", spike_id=None, territory_id=2301, topic_group_id=None, topic_id=None)

    threads = [threading.Thread(target=read, args=pair) for pair in zip(asked, expected, strict=True)] + [threading.Thread(target=write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_answer_belongs_to_who_asked(store_file: Path) -> None:
    asked = scope(first=date(2024, 6, 1))
    mine = cities.figures(asked)
    mine["appeals"] = -1
    assert (cities.figures(asked)["appeals"] > 0).all()
    assert figures.totals(many()[0])["appeals"] == len(naive.rows(many()[0]))


def test_predicates_do_not_depend_on_who_asks() -> None:
    for condition in PREDICATES.values():
        assert "territory_id" not in condition
        assert "text" not in condition or "a.visibility = 'public' AND" in condition
