"""A topic that a person gave to an appeal: kept, shown with its history, and stronger than later loads."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest import rebuild
from queries import corrections, store, writes
from queries.access import Access
from tests import small
from tests.queries.scopes import scope
from tests.small import KALININGRAD, row

HOLES, QUAY, HOT = "Ямы и выбоины", "Набережные", "Горячая вода"


def ask(sql: str, *values: object) -> list[tuple[Any, ...]]:
    with store.cursor() as cursor:
        return cursor.execute(sql, values).fetchall()


def number_of(topic: str) -> int:
    return ask("SELECT min(topic_id) FROM topics WHERE name = ?", topic)[0][0]


def appeal(number: str) -> int:
    return ask("SELECT appeal_id FROM appeals WHERE external_id = ?", number)[0][0]


def filed(number: str) -> tuple[Any, ...]:
    """Topic, group, block and confidence of an appeal, by names."""
    return ask("SELECT topic, topic_group, block, topic_confidence FROM appeals_named WHERE external_id = ?", number)[0]


def test_a_correction_moves_the_appeal_and_its_comments(store_file: Path) -> None:
    due = ask("SELECT due_at FROM appeals WHERE external_id = 'A-7'")
    writes.save_topic(appeal("A-7"), number_of(HOLES), "оператор")
    assert filed("A-7") == (HOLES, *filed("A-1")[1:])
    assert ask("SELECT topic_id FROM comments WHERE appeal_id = ?", appeal("A-7")) == [(number_of(HOLES),)]
    assert ask("SELECT due_at FROM appeals WHERE external_id = 'A-7'") == due
    assert filed("A-8")[0] == QUAY


def test_the_history_of_an_appeal_names_who_changed_what(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = appeal("A-7")
    writes.save_topic(own, number_of(HOLES), "первый")
    monkeypatch.setattr(store, "clock", lambda: small.CLOCK + timedelta(minutes=1))
    writes.save_topic(own, number_of(HOT), "второй")
    found = corrections.history(scope(), own)
    assert found[["author", "topic", "previous_topic"]].values.tolist() == [["второй", HOT, HOLES], ["первый", HOLES, QUAY]]
    elsewhere = replace(scope(), access=replace(Access.reader(), territories=(6401,)))
    assert corrections.history(elsewhere, own).empty
    assert corrections.history(scope(), appeal("A-8")).empty


@pytest.mark.parametrize(("own", "topic"), [(1, None), (None, 32000)])
def test_what_is_not_there_cannot_be_corrected(store_file: Path, own: int | None, topic: int | None) -> None:
    with pytest.raises(LookupError):
        writes.save_topic(own or appeal("A-7"), topic or number_of(HOT))
    assert not ask("FROM topic_corrections") and not list(writes.journal(store.paths().journal))


def test_a_reader_corrects_only_what_he_sees_and_only_when_he_may(store_file: Path) -> None:
    stranger, looker = replace(Access.reader(), territories=(6401,)), replace(Access.reader(), may_correct=False)
    for reader, error in ((stranger, LookupError), (looker, PermissionError)):
        with pytest.raises(error):
            writes.save_topic(appeal("A-7"), number_of(HOT), reader=reader)
    assert not len(corrections.history(scope(), appeal("A-7")))


def test_a_correction_wins_over_later_loads_and_a_rebuild(empty_store: Path) -> None:
    first = [row(n, KALININGRAD, datetime(2024, 6, 1, n), HOLES) for n in range(1, 6)] + [row(6, KALININGRAD, "06-02 12:00", None)]
    small.put(first, "a")
    writes.save_topic(appeal("A-1"), number_of(HOT))
    writes.save_topic(appeal("A-1"), number_of(QUAY))
    writes.save_topic(appeal("A-6"), number_of(HOT))
    again = [{**r, "status": "closed", "outcome": "resolved", "text": "Исправлено"} for r in (first[0], first[1], first[5])]
    report = small.put(again, "b")
    assert report.updated == 3
    before = [filed(f"A-{n}") for n in range(1, 7)]
    assert [topic for topic, *_ in before] == [QUAY, HOLES, HOLES, HOLES, HOLES, HOT]
    assert before[5][3] == before[0][3] == 1.0
    dues, written = ask("SELECT external_id, due_at FROM appeals ORDER BY ALL"), ask("FROM topic_corrections ORDER BY ALL")
    rebuild.rebuild(small.quiet)
    assert [filed(f"A-{n}") for n in range(1, 7)] == before
    assert ask("SELECT external_id, due_at FROM appeals ORDER BY ALL") == dues and ask("FROM topic_corrections ORDER BY ALL") == written


def test_a_correction_that_only_the_journal_holds_is_put_into_the_tables(store_file: Path) -> None:
    own = appeal("A-7")
    writes.append(
        {
            "id": "x",
            "kind": "topic_correction",
            "at": "2024-06-14T09:00:00",
            "author": "",
            "data": {"appeal_id": own, "topic_id": number_of(HOT), "previous_topic_id": number_of(QUAY)},
        }
    )
    rebuild.catch_up()
    assert filed("A-7")[0] == HOT
