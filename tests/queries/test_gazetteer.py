"""The names of a city: from its file and from the addresses of its appeals; places named in texts without an address."""

from datetime import datetime
from pathlib import Path

import pytest

from analytics import places
from queries import gazetteer, mentions, store
from queries.appeals import Chosen
from tests import small
from tests.queries.scopes import scope
from tests.small import ALEXANDROVSK, KALININGRAD, MARKER, SAKHALIN, row

JUNE = (datetime(2024, 6, 1).date(), datetime(2024, 6, 14).date())


def at(place: int):  # type: ignore[no-untyped-def]
    return scope(place, *JUNE)


@pytest.fixture
def own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gazetteer, "FOLDER", tmp_path)
    gazetteer._listed.cache_clear()
    yield tmp_path / "2301.csv"  # type: ignore[misc]
    gazetteer._listed.cache_clear()


def test_streets_of_addresses_are_known_with_their_points(store_file: Path) -> None:
    here = gazetteer.city(at(2301))
    (found,) = places.find("На Портовой 7 снова яма", here.names)
    assert (found.name, found.house, found.known) == ("Портовая улица", "7", True)
    assert here.points["Портовая улица"] == (54.69, 20.48)
    assert here.points["Набережная Петра Великого"] == pytest.approx((54.705, 20.505))
    assert not any(p.known for p in places.find("На Портовой снова яма", gazetteer.city(at(6401)).names))


def test_a_city_has_its_own_list(store_file: Path, own_list: Path) -> None:
    own_list.write_text(
        "kind,name,aliases,lat,lon\ndistrict,микрорайон Сельма,Сельма|Сельме,54.75,20.47\nstreet,Портовая улица,Порт,54.0,20.0\n"
        "planet,Марс,,,\nstreet,,,,\n",
        encoding="utf-8",
    )
    here = gazetteer.city(at(2301))
    assert [p.name for p in places.find("в Сельме темно", here.names)] == ["микрорайон Сельма"]
    assert here.points["Портовая улица"] == (54.0, 20.0) and here.points["микрорайон Сельма"] == (54.75, 20.47)
    assert not places.find("На Марс", here.names)
    # the region takes the lists of its towns
    assert gazetteer.city(at(2300)).points["Портовая улица"] == (54.0, 20.0)


def test_a_name_that_two_towns_share_has_no_point(empty_store: Path) -> None:
    rows = [
        row(n, place, "06-10 12:00", street="улица Ленина", lat=40.0 + n, lon=140.0)
        for n, place in enumerate((SAKHALIN, SAKHALIN, ALEXANDROVSK, ALEXANDROVSK))
    ]
    small.put(rows)
    assert gazetteer.city(at(6401)).points == {"улица Ленина": (40.5, 140.0)}
    region = gazetteer.city(at(6400))
    assert region.points == {} and places.find("на Ленина 5", region.names)[0].known


def test_places_of_texts_without_an_address(store_file: Path) -> None:
    extra = [
        row(900, KALININGRAD, "06-10 12:00", text="Темно на Портовой, на Портовой нет света"),
        row(901, KALININGRAD, "06-11 12:00", text="Яма на Портовой 5"),
        row(902, KALININGRAD, "06-11 12:00", text="Яма на Портовой", street="Портовая улица"),
        row(903, KALININGRAD, "06-11 12:00", text=f"{MARKER} на Портовой", visibility="restricted", source="pos"),
        row(904, KALININGRAD, "06-12 12:00", text="Не ходит маршрут 42"),
    ]
    small.put(extra, "more")
    work = mentions.named(at(2301), Chosen())
    assert work.wait(30) and work.result
    found = {mention.name: mention for mention in work.result.found}
    street, route = found["Портовая улица"], found["42"]
    with store.cursor() as cursor:
        numbers = dict(cursor.execute("SELECT appeal_id, external_id FROM appeals").fetchall())
    assert [numbers[own] for own in street.rows["appeal_id"]] == ["A-901", "A-900"]
    assert (street.kind, street.size, street.lat, street.lon) == ("street", 2, 54.69, 20.48)
    assert (route.kind, route.lat, route.lon) == ("route", None, None)
    elsewhere = scope(2301, *JUNE, reader=(6401,))
    work = mentions.named(elsewhere, Chosen())
    assert work.wait(30) and work.result and not work.result.found and gazetteer.city(elsewhere).points == {}
