"""Rows enter the store: re-import, accounts, places, terms, clocks, all or nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import commands, load, rebuild, setup
from ingest.sources.part import Reject
from queries import rollups, store
from tests import small
from tests.small import KALININGRAD, NOWHERE, SAKHALIN, Place, part, put, row

AT = "06-10 12:00"


def ask(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql, values).fetchall()


def tables() -> dict[str, pd.DataFrame]:
    """Every table of the store, sorted."""
    with store.cursor() as cursor:
        names = [name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        frames = {name: cursor.execute(f"FROM {name}").df() for name in names}
    return {name: f.sort_values(list(f.columns), ignore_index=True) for name, f in frames.items()}


def same(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame], apart: tuple[str, ...] = ()) -> None:
    assert before.keys() == after.keys()
    for name in before.keys() - set(apart):
        pd.testing.assert_frame_equal(before[name], after[name], obj=name)


def counts(report: load.Report) -> tuple[int, int, int, int, int, int]:
    return report.read, report.loaded, report.updated, report.duplicates, report.stale, report.rejected


# the second time ------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(empty_store: Path) -> None:
    rows = [row(n, KALININGRAD, AT) for n in range(1, 6)]
    first = put(rows, "a")
    before = tables()
    again = put(rows, "a")
    assert counts(first) == (5, 5, 0, 0, 0, 0) and not first.seen_before
    assert again.seen_before and counts(again) == (5, 0, 0, 5, 0, 0) and again.batch_id == first.batch_id
    same(before, tables())
    # the same rows in another file
    other = put(rows, "b")
    assert counts(other) == (5, 0, 0, 5, 0, 0) and other.batch_id == 2
    same(before, tables(), apart=("batches",))


@pytest.mark.parametrize(
    ("stored", "given_now", "verdict"),
    [
        ({}, {}, "duplicates"),
        ({"status": "new"}, {"status": "assigned"}, "updated"),
        ({"status": "assigned"}, {"status": "answered"}, "updated"),
        ({"status": "answered"}, {"status": "closed"}, "updated"),
        ({"status": "closed"}, {"status": "answered"}, "stale"),
        ({"status": "answered"}, {"status": "new"}, "stale"),
        # the source's own moment of change is worth more than the status
        ({"status": "closed", "source_updated_at": datetime(2024, 6, 11)}, {"status": "assigned", "source_updated_at": datetime(2024, 6, 12)}, "updated"),
        ({"status": "new", "source_updated_at": datetime(2024, 6, 12)}, {"status": "closed", "source_updated_at": datetime(2024, 6, 11)}, "stale"),
        ({"status": "new", "source_updated_at": datetime(2024, 6, 12)}, {"status": "closed", "source_updated_at": datetime(2024, 6, 12)}, "duplicates"),
        # where one of them lacks it, the status decides
        ({"status": "new"}, {"status": "closed", "source_updated_at": datetime(2024, 6, 11)}, "updated"),
        ({"status": "closed", "source_updated_at": datetime(2024, 6, 11)}, {"status": "new"}, "stale"),
    ],
)  # fmt: skip
def test_which_of_two_records_of_one_appeal_stays(
    empty_store: Path, stored: dict[str, Any], given_now: dict[str, Any], verdict: str
) -> None:
    put([row(1, KALININGRAD, AT, text="Прежний текст", **stored)], "a")
    report = put([row(1, KALININGRAD, AT, text="Новый текст", **given_now)], "b")
    assert {name: getattr(report, name) for name in ("loaded", "updated", "duplicates", "stale")} == dict.fromkeys(
        ("loaded", "updated", "duplicates", "stale"), 0
    ) | {verdict: 1}
    ((text, batch, status),) = ask("SELECT text, batch_id, status::VARCHAR FROM appeals JOIN texts USING (appeal_id)")
    kept = given_now if verdict == "updated" else stored
    assert (text, batch, status) == (("Новый текст", 2) if verdict == "updated" else ("Прежний текст", 1)) + (kept.get("status", "new"),)


def test_within_a_file_the_last_row_of_a_number_wins(empty_store: Path) -> None:
    rows = [row(n, KALININGRAD, AT, external_id="X", text=f"Версия {n}", status=s) for n, s in ((1, "closed"), (2, "assigned"), (3, "new"))]
    rows.append(row(4, KALININGRAD, AT, external_id="X", source="pages"))  # the same number in another system is another appeal
    assert counts(put(rows)) == (4, 2, 0, 2, 0, 0)
    assert ask("SELECT text FROM appeals JOIN texts USING (appeal_id) WHERE source_id = 1") == [("Версия 3",)]


def test_rows_without_a_number_are_known_by_what_they_say(empty_store: Path) -> None:
    def bare(n: int, text: str = "Яма", at: str = AT, **more: Any) -> dict[str, Any]:
        return row(n, KALININGRAD, at, external_id=None, text=text, **more)

    # two equal rows of one file are two appeals
    first = put(
        [bare(1), bare(2), bare(3, "Другая яма"), bare(4, at="06-10 12:01"), row(5, SAKHALIN, AT, external_id=None, text="Яма")], "a"
    )
    assert counts(first) == (5, 5, 0, 0, 0, 0)
    assert len({own for (own,) in ask("SELECT appeal_id FROM appeals")}) == 5
    # in any order, and with a third equal one, only the third is new; a later status is an update of it
    second = put([bare(1, "Другая яма", status="closed"), bare(2), bare(3), bare(4)], "b")
    assert counts(second) == (4, 1, 1, 2, 0, 0)


def test_an_update_replaces_text_and_log_and_keeps_one_row(empty_store: Path) -> None:
    created = small.utc(AT, KALININGRAD)
    log = [("A-1", created, "new", None, None), ("A-1", created + timedelta(hours=1), "assigned", "Дорожная служба", None)]
    load.load([part([row(1, KALININGRAD, AT), row(2, KALININGRAD, AT)], log)], small.label("a"), small.quiet)
    later = [*log, ("A-1", created + timedelta(hours=2), "closed", "Дорожная служба", "Засыпали")]
    load.load([part([row(1, SAKHALIN, AT, status="closed", outcome="resolved", closed=120)], later)], small.label("b"), small.quiet)
    assert ask("SELECT count(*), count(DISTINCT appeal_id) FROM appeals") == [(2, 2)]
    assert ask("SELECT count(*), count(DISTINCT appeal_id) FROM texts") == [(2, 2)]
    assert ask("SELECT e.status::VARCHAR, e.note FROM events e ORDER BY happened_at") == [
        ("new", None),
        ("assigned", None),
        ("closed", "Засыпали"),
    ]
    assert ask("SELECT territory_id, closing_minutes FROM appeals WHERE external_id = 'A-1'") == [(SAKHALIN.territory_id, 120)]


def test_comments_come_once_and_orphans_are_kept(empty_store: Path) -> None:
    at = small.utc(AT, KALININGRAD)
    comments = [("c1", "A-1", at, "Согласен"), ("c2", None, at, "Без поста"), ("c3", "A-999", at, "Пост ещё не загружен")]
    first = load.load([part([row(1, KALININGRAD, AT)], comments=comments)], small.label("a"), small.quiet)
    again = load.load([part([row(2, KALININGRAD, AT)], comments=[*comments, ("c4", "A-2", at, "И я")])], small.label("b"), small.quiet)
    assert (first.comments, again.comments) == (3, 1)
    assert ask("SELECT count(*), count(appeal_id) FROM comments") == [(4, 2)]


def test_what_names_no_source_finds_the_only_appeal_with_its_number(empty_store: Path) -> None:
    at = small.utc(AT, KALININGRAD)
    rows = [row(1, KALININGRAD, AT), row(2, KALININGRAD, AT), row(2, SAKHALIN, AT, source="portal")]
    load.load([part(rows)], small.label("a"), small.quiet)
    load.load([part([], comments=[("c1", "A-1", at, "Да"), ("c2", "A-2", at, "Чьё?")])], small.label("b", source="pos"), small.quiet)
    assert ask("SELECT c.text, a.external_id FROM comments c LEFT JOIN appeals a USING (appeal_id) ORDER BY 1") == [("Да", "A-1"), ("Чьё?", None)]


moments = st.none() | st.sampled_from([datetime(2024, 6, 11), datetime(2024, 6, 12)])
lines = st.lists(
    st.tuples(
        st.sampled_from([None, "1", "2", "3", "4"]),
        st.sampled_from(["new", "assigned", "closed"]),
        moments,
        st.sampled_from(["Яма", "Свет"]),
    ),
    max_size=12,
)


@given(st.lists(st.tuples(lines, st.integers(0, 3)), min_size=1, max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_that_is_read_is_accounted_for(empty_store: Path, files: list[tuple[list[tuple[Any, ...]], int]]) -> None:
    start = ask("SELECT count(*) FROM appeals")[0][0]
    loaded = 0
    run = len(ask("FROM batches"))
    for number, (rows, bad) in enumerate(files):
        given_rows = [
            row(n, KALININGRAD, AT, external_id=own and f"{run}-{own}", status=status, source_updated_at=at, text=f"{run} {text}")
            for n, (own, status, at, text) in enumerate(rows, 1)
        ]
        rejects = tuple(Reject(1000 + n, "нет даты", "{}") for n in range(bad))
        report = load.load([part(given_rows, rejects=rejects)], small.label(f"{run}/{number}"), small.quiet, score=False)
        assert report.read == len(rows) + bad == report.loaded + report.updated + report.duplicates + report.stale + report.rejected
        assert report.rejected == bad
        loaded += report.loaded
        assert ask("SELECT count(*), count(DISTINCT appeal_id) FROM appeals") == [(start + loaded, start + loaded)]
        assert ask("SELECT count(*), count(DISTINCT appeal_id) FROM texts") == [(start + loaded, start + loaded)]


# places ---------------------------------------------------------------------------------------------------------------


def test_an_unknown_place_counts_under_none_and_is_listed(empty_store: Path) -> None:
    put([row(1, NOWHERE, AT), row(2, NOWHERE, AT), row(3, KALININGRAD, AT), row(4, Place(0, 0, None, None, "UTC"), AT)])
    assert ask("SELECT territory_id, count(*) FROM appeals GROUP BY ALL ORDER BY ALL") == [(0, 3), (2301, 1)]
    assert ask("SELECT region, municipality, count(*) AS appeals FROM unplaced GROUP BY ALL ORDER BY appeals") == [
        (None, None, 1),
        (NOWHERE.region, NOWHERE.municipality, 2),
    ]


def test_a_place_once_matched_is_known_from_then_on(empty_store: Path) -> None:
    put([row(1, NOWHERE, AT), row(2, KALININGRAD, AT)])
    place = {"region": NOWHERE.region, "municipality": NOWHERE.municipality, "territory_id": SAKHALIN.territory_id}
    commands.match_place(place, lambda share, message: None)
    moved = [(SAKHALIN.territory_id, 20), (2301, 12)]
    assert sorted(ask("SELECT territory_id, hour FROM appeals")) == sorted(moved)
    assert ask("SELECT count(*) FROM unplaced") == [(0,)]
    put([row(3, NOWHERE, AT)], "later")
    assert ask("SELECT territory_id, count(*) FROM appeals GROUP BY ALL ORDER BY ALL") == [(2301, 1), (SAKHALIN.territory_id, 2)]
    before = tables()
    rebuild.rebuild(lambda share, message: None)
    same(before, tables(), ("meta",))


def test_an_official_list_of_towns_may_grow(empty_store: Path) -> None:
    new_town = Place(0, 0, "Сахалинская область", "Новый Берег", "Asia/Sakhalin")
    rows = [row(1, new_town, "06-10 23:30"), row(2, new_town, "06-11 00:30"), row(3, NOWHERE, AT)]
    put(rows, "a", may_grow_places=True)
    ((own, parent, name, zone),) = ask("SELECT territory_id, parent_id, name, timezone FROM territories WHERE territory_id > 100000")
    assert (parent, name, zone) == (6400, "Новый Берег", "Asia/Sakhalin")
    assert ask("SELECT territory_id, day::VARCHAR, hour FROM appeals WHERE territory_id > 0 ORDER BY created_at") == [
        (own, "2024-06-10", 23),
        (own, "2024-06-11", 0),
    ]
    put([row(5, Place(0, 0, "Сахалинская обл.", "ГО «Новый Берег»", "Asia/Sakhalin"), AT)], "b", may_grow_places=True)
    assert ask("SELECT territory_id FROM appeals WHERE external_id = 'A-5'") == [(own,)]


# terms and clocks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({}, "06-24 12:00"),  # incident × roads: 14 days
        ({"block": "HOUSING", "topic_group": None, "topic": None}, "06-18 12:00"),  # incident × housing: 8
        ({"block": "EDU", "topic_group": None, "topic": None}, "06-20 12:00"),  # incident: 10
        ({"block": None, "topic_group": None, "topic": None}, "06-20 12:00"),
        ({"source": "pos"}, "07-10 12:00"),  # 59-ФЗ: 30
        ({"source": "portal"}, "06-30 12:00"),
        ({"source": "table"}, "07-10 12:00"),  # nobody's: the common rule
        ({"source": "calls"}, "06-25 18:00"),  # ten working days from the 11th; the 12th is a holiday
        ({"source": "calls", "block": "ENERGY", "topic_group": None, "topic": None}, "06-14 18:00"),
        ({"due_at": datetime(2024, 6, 11)}, None),  # the source's own term
    ],
)
@pytest.mark.parametrize("place", [KALININGRAD, SAKHALIN])
def test_a_term_is_the_most_specific_norm(empty_store: Path, place: Place, facts: dict[str, Any], due: str | None) -> None:
    put([row(1, place, AT, **facts)])
    assert ask("SELECT due_at FROM appeals") == [(small.utc(due, place) if due else facts["due_at"],)]


@pytest.mark.parametrize(
    ("asked", "answered", "minutes", "working"),
    [
        ("06-10 12:00", "06-10 12:45", 45, 45),
        ("06-10 17:30", "06-11 09:30", 960, 60),  # over a night
        ("06-10 03:00", "06-10 08:59", 359, 0),  # before opening
        ("06-11 17:00", "06-13 10:00", 2460, 120),  # over the holiday of 12 June
        ("06-14 17:59", "06-17 09:01", 3782, 2),  # over a weekend
        ("04-27 09:00", "04-27 18:00", 540, 540),  # a Saturday made working
        ("06-10 12:00", "06-10 12:00", 0, 0),
    ],
)
@pytest.mark.parametrize("place", [KALININGRAD, SAKHALIN])
def test_two_clocks_of_an_answer(empty_store: Path, place: Place, asked: str, answered: str, minutes: int, working: int) -> None:
    put([row(1, place, asked, first_response_at=small.utc(answered, place))])
    assert ask("SELECT response_minutes, response_work_minutes FROM appeals") == [(minutes, working)]


def test_an_answer_before_the_question_is_no_answer_time(empty_store: Path) -> None:
    put([row(1, KALININGRAD, AT, answered=-1, closed=-1, status="closed")])
    assert ask("SELECT response_minutes, response_work_minutes, closing_minutes FROM appeals") == [(None, None, None)]


# labels ---------------------------------------------------------------------------------------------------------------


def test_topics_of_the_source_find_theirs_or_are_added(empty_store: Path) -> None:
    known = ask("SELECT count(*) FROM topics")[0][0]
    rows = [
        row(1, KALININGRAD, AT),
        row(2, KALININGRAD, AT, topic_group=None, block=None),  # the topic alone is enough
        row(3, KALININGRAD, AT, block=None, topic_group="ЖКХ", topic="Странный запах"),
        row(4, KALININGRAD, AT, block=None, topic_group=None, topic="Нечто новое"),
        row(5, KALININGRAD, AT, block=None, topic_group=None, topic=None),
    ]
    put(rows)
    found = ask("SELECT topic, topic_group, block FROM appeals_named ORDER BY external_id")
    assert found[:3] == [("Ямы и выбоины", "Состояние дорог", "Дороги")] * 2 + [("Странный запах", "ЖКХ", "Жилищно-коммунальное хозяйство")]
    assert found[3] == ("Нечто новое", "Нечто новое", "Прочее") and found[4] == (None, None, None)
    assert ask("SELECT count(*) FROM topics") == [(known + 2,)]
    put([{**r, "external_id": f"B{n}"} for n, r in enumerate(rows)], "b")
    assert ask("SELECT count(*) FROM topics") == [(known + 2,)]
    assert ask("SELECT count(DISTINCT topic_id) FROM appeals WHERE topic_id IS NOT NULL") == [(3,)]


def test_repeats_point_at_the_appeal_they_repeat(empty_store: Path) -> None:
    put([row(1, KALININGRAD, AT), row(2, KALININGRAD, AT, repeat_of="A-1"), row(3, KALININGRAD, AT, repeat_of="A-1", source="pages")])
    assert ask("SELECT r.external_id FROM appeals r JOIN appeals a ON a.appeal_id = r.repeat_of WHERE a.external_id = 'A-1'") == [("A-2",)]


# all or nothing -------------------------------------------------------------------------------------------------------


class Enough(Exception):
    """The person pressed «stop»."""


def stop_at(share: float) -> load.Progress:
    def progress(now: float, _message: str) -> None:
        if now >= share:
            raise Enough

    return progress


@pytest.mark.parametrize("share", [0.0, 0.3, 0.4, 0.6, 0.8])
def test_a_load_that_is_stopped_leaves_everything_as_it_was(store_file: Path, share: float) -> None:
    before, files = tables(), sorted(store.paths().folder.rglob("*"))
    more = [
        row(900 + n, NOWHERE, AT, topic="Новая тема", topic_group="Новая группа", executor="Новый", channel="vk_groups") for n in range(5)
    ]
    changed = [row(3, SAKHALIN, "06-09 23:59", status="closed", outcome="resolved", closed=60)]
    with pytest.raises(Enough):
        load.load([part(more + changed)], small.label("stopped", may_grow_places=True), stop_at(share))
    same(before, tables())
    assert sorted(store.paths().folder.rglob("*")) == files
    report = load.load([part(more + changed)], small.label("stopped", may_grow_places=True), small.quiet)
    assert (report.batch_id, report.loaded, report.updated) == (2, 5, 1)


def test_a_file_that_breaks_off_leaves_everything_as_it_was(store_file: Path) -> None:
    before = tables()

    def breaking() -> Any:
        yield part([row(900, KALININGRAD, AT)])
        raise OSError("файл обрывается")

    with pytest.raises(OSError, match="обрывается"):
        load.load(breaking(), small.label("broken"), small.quiet)
    same(before, tables())
    assert [p.name for p in store.paths().batches.iterdir()] == ["000001"]


def test_rejects_warnings_and_the_account_of_a_load_are_stored(empty_store: Path) -> None:
    rejects = (Reject(7, "дата не читается", '{"Дата": "32.13.2024"}'), Reject(9, "нет текста", "{}"))
    pieces = [part([row(1, KALININGRAD, AT)], rejects=rejects[:1]), part([row(2, SAKHALIN, "06-12 00:10")], rejects=rejects[1:])]
    pieces = [load.Part(p.appeals, rejects=p.rejects, warnings={"точка вне города": 2}) for p in pieces]
    report = load.load(pieces, small.label("файл.xlsx"), small.quiet)
    assert counts(report) == (4, 2, 0, 0, 0, 2)
    assert (str(report.first_day), str(report.last_day), report.warnings) == ("2024-06-10", "2024-06-12", {"точка вне города": 4})
    assert ask("SELECT row_number, reason, raw FROM rejects ORDER BY row_number") == [(r.row_number, r.reason, r.raw) for r in rejects]
    ((read, loaded, rejected, name, source, at),) = ask("SELECT read_rows, loaded, rejected, name, source_id, loaded_at FROM batches")
    assert (read, loaded, rejected, name, source, at) == (4, 2, 2, "файл.xlsx", 1, small.CLOCK)


def test_a_file_of_nothing_but_rejects(empty_store: Path) -> None:
    report = load.load([part([], rejects=(Reject(1, "нет даты", "{}"),))], small.label(), small.quiet)
    assert counts(report) == (1, 0, 0, 0, 0, 1) and report.first_day is None
    assert counts(load.load([], small.label("empty"), small.quiet)) == (0, 0, 0, 0, 0, 0)


def test_days_of_a_source_are_told_silent_or_partial(empty_store: Path) -> None:
    rows: list[dict[str, Any]] = []
    for back in range(30):
        day = datetime(2024, 5, 15, 12) + timedelta(days=back)
        for _ in range({20: 0, 25: 3}.get(back, 12)):
            rows.append(row(len(rows) + 1, KALININGRAD, day))
    put(rows)
    found = {str(day): (received, state) for day, received, state in ask("SELECT day, received, state FROM source_days")}
    assert len(found) == 30
    assert {day: seen for day, seen in found.items() if seen[1] != "ok"} == {"2024-06-04": (0, "silent"), "2024-06-09": (3, "partial")}


# norms ------------------------------------------------------------------------------------------------------------------


def test_the_most_specific_norm_wins(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any < block < source < topic < region < town, in days from one to nine."""
    common = {"answer_hours": 24.0, "clock": "calendar"}
    norms = pd.DataFrame(
        [
            {"source_code": source, "block_code": block, "topic": topic, "territory_id": place, "resolution_days": float(days)} | common
            for source, block, topic, place, days in (
                ("*", "*", "*", "*", 1), ("*", "ROADS", "*", "*", 2), ("pages", "*", "*", "*", 3), ("pages", "ROADS", "*", "*", 4),
                ("*", "*", "Горячая вода", "*", 5), ("*", "*", "*", "2300", 6), ("*", "*", "Горячая вода", "2300", 7), ("*", "*", "*", "2301", 9),
            )
        ]
    )  # fmt: skip
    monkeypatch.setattr("ingest.setup.norms", lambda: norms)
    alone = {"municipality": "г. Южно-Сахалинск"}
    put(
        [
            row(1, SAKHALIN, AT, "Набережные", **alone), row(2, SAKHALIN, AT, "Ямы и выбоины"), row(3, SAKHALIN, AT, "Набережные", source="pages"),
            row(4, SAKHALIN, AT, "Ямы и выбоины", source="pages"), row(5, SAKHALIN, AT, "Горячая вода", source="pages"),
            row(6, KALININGRAD, AT, "Ямы и выбоины", municipality="Советск"), row(7, KALININGRAD, AT, "Горячая вода", municipality="Советск"),
            row(8, KALININGRAD, AT, "Горячая вода"), row(9, NOWHERE, AT, None),
        ]
    )  # fmt: skip
    found = dict(ask("SELECT external_id, date_diff('day', created_at, due_at) FROM appeals"))
    assert found == {"A-1": 1, "A-2": 2, "A-3": 3, "A-4": 4, "A-5": 5, "A-6": 6, "A-7": 7, "A-8": 9, "A-9": 1}


def test_many_batches_leave_the_newest_month_in_order(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "ROW_GROUP", 3)
    for number, place in enumerate((SAKHALIN, KALININGRAD, SAKHALIN, KALININGRAD, SAKHALIN)):
        put([row(2 * number, place, "05-20 09:00"), row(2 * number + 1, place, f"06-0{9 - number} 09:00")], f"day {number}")
    numbers = {month: ask("FROM appeals SELECT territory_id, created_at WHERE month(day) = ?", month) for month in (5, 6)}
    assert numbers[6] == sorted(numbers[6]) and len(numbers[6]) == 5
    assert numbers[5] != sorted(numbers[5]) and len(numbers[5]) == 5
    with store.cursor() as cursor:
        assert rollups.differences(cursor) == []


@pytest.mark.parametrize(
    ("hours", "worked", "due"),
    [
        ({}, 30, "06-11 16:30"),  # 9–18: 17:30 to next morning 9:00 is half an hour; eight hours from there
        ({"2301": ("08:00", "17:00")}, 60, "06-11 16:00"),  # the town's own: came after closing, one hour from eight to nine
        ({"2300": ("10:00", "19:00")}, 90, "06-11 16:30"),  # its region's
        ({"2300": ("10:00", "19:00"), "2301": ("08:00", "17:00")}, 60, "06-11 16:00"),
        ({"6400": ("08:00", "17:00")}, 30, "06-11 16:30"),  # another region's
    ],
)
def test_working_hours_are_those_of_the_territory(
    empty_store: Path, monkeypatch: pytest.MonkeyPatch, hours: dict[str, tuple[str, str]], worked: int, due: str
) -> None:
    everywhere = setup.reference("working_hours")
    own = [{"territory_id": place, "opens": opens, "closes": closes, "basis": ""} for place, (opens, closes) in hours.items()]
    files = {"working_hours": everywhere + own}
    reference = setup.reference
    monkeypatch.setattr(setup, "reference", lambda name: files.get(name) or reference(name))
    answered = 15.5 * 60
    small.put([small.row(1, small.KALININGRAD, "06-10 17:30", small.QUAY, answered=answered, source="calls", channel="call")])
    assert ask("SELECT response_work_minutes, answer_due_at FROM appeals") == [(worked, small.utc(due, small.KALININGRAD))]
