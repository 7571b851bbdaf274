"""Places that texts name: routes in all of them, the rest where the address has no street; never those of closed texts."""

from pathlib import Path

import pytest

from queries import appeals, mentions
from queries.appeals import Chosen
from tests import small
from tests.queries.scopes import scope

SAID = [
    ("Автобус 17 не приехал, ул. Портовая 5", None, "public"),
    ("Маршрут №17 опоздал, маршрут 17 пустой", "Портовая улица", "public"),
    ("На улице Портовой яма", "Ленинский проспект", "public"),
    ("Яма на Портовой улице", None, "public"),
    ("Маршрут 99 не ходит", None, "restricted"),
]


@pytest.fixture
def found(empty_store: Path):
    rows = [
        small.row(n, small.KALININGRAD, f"06-1{n} 12:00", text=text, street=street, visibility=visibility)
        for n, (text, street, visibility) in enumerate(SAID)
    ]
    small.put(rows)
    work = mentions.named(scope(2301, last=scope().last.replace(day=14)), Chosen())
    assert work.wait(30) and work.result
    return work.result


def test_routes_of_all_texts_and_streets_of_those_without_an_address(found) -> None:
    assert found.texts == 4
    assert [(m.id, m.name, m.size) for m in found.routes()] == [("route:17", "17", 2)]
    assert [(m.kind, m.size) for m in found.others()] == [("street", 2)]
    assert found.one("route:99") is None and found.one("route:17") is found.routes()[0]


def test_the_list_holds_as_many(found) -> None:
    asked = scope(2301, last=scope().last.replace(day=14))
    for mention in found.found:
        listed = appeals.named(asked, mention.rows)
        assert len(listed) == mention.size and listed["text"].notna().all()
