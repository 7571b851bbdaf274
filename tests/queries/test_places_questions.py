"""Cities and blocks, names and days, sources, against the same rows."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from analytics.rates import quantile_with_unanswered
from queries import cities, context, dictionaries, sources, store
from queries.access import Access
from queries.metrics import NEVER
from queries.scope import COUNTRY
from tests import naive, small
from tests.queries.scopes import many, scope


def child_of(asked: object, r: object) -> int:
    return r.region_id if asked.place == COUNTRY else r.territory_id  # type: ignore[attr-defined]


def test_children_their_figures_and_their_periods(store_file: Path) -> None:
    for asked in many():
        rows, tree = naive.rows(asked), naive.ids("block_code")
        answer = cities.figures(asked).set_index("territory_id")
        assert set(answer.index) == {child_of(asked, r) for r in rows}
        for own, given in answer.iterrows():
            mine = [r for r in rows if child_of(asked, r) == own]
            for name in ("with_point", "due_resolvable", "resolved_on_time"):
                assert given[name] == naive.count(mine, name)
            assert given["appeals"] == len(mine)
            answered = [r.response for r in mine if r.response is not None]
            expected = quantile_with_unanswered(answered, len(mine) - len(answered), 0.5)
            assert (None if given["response_median"] >= NEVER else given["response_median"]) == expected
        before = asked.before()
        then = naive.rows(before) if before else []
        expected_cells = {
            key: (
                sum((child_of(asked, r), tree[r.block]) == key for r in rows),
                sum((child_of(asked, r), tree[r.block]) == key for r in then),
            )
            for key in {(child_of(asked, r), tree[r.block]) for r in [*rows, *then]}
        }
        assert {(r.territory_id, r.block_id): (r.appeals, r.before) for r in cities.by_block(asked).itertuples()} == expected_cells
        periods = cities.by_period(asked, 4)
        for own, series in periods.iterrows():
            for back, given in series.items():
                shift = timedelta(days=asked.days * back)
                assert given == sum(child_of(asked, r) == own for r in naive.rows(asked, asked.first - shift, asked.last - shift))


@pytest.mark.parametrize("view", ["count", "rate", "change"])
@pytest.mark.parametrize("place", [COUNTRY, 2300, 6400])
def test_the_matrix_of_cities_and_blocks(store_file: Path, view: str, place: int) -> None:
    asked = scope(place, date(2024, 5, 20), date(2024, 6, 13))
    tree = dictionaries.territories()
    found = cities.block_matrix(asked, tree, view)
    names = {t.name: t for t in tree.children(place)}
    codes = {own: code for code, own in naive.ids("block_code").items()}
    rows = [r for r in naive.rows(asked) if child_of(asked, r) in {t.territory_id for t in names.values()}]
    before = asked.before()
    assert before is not None
    then = naive.rows(before)
    people = sum(t.population or 0 for t in names.values()) if place == COUNTRY else tree.all[place].population or 0
    for name, block in ((a, b) for a in found.counts.index for b in found.counts.columns):
        code, own = codes[found.block_ids[block]], found.ids[name]
        here = sum(child_of(asked, r) == own and r.block == code for r in rows)
        earlier = sum(child_of(asked, r) == own and r.block == code for r in then)
        in_town, in_block = sum(child_of(asked, r) == own for r in rows), sum(r.block == code for r in rows)
        value, ratio = found.values.at[name, block], found.ratio.at[name, block]
        assert found.counts.at[name, block] == here
        if view == "count":
            assert value == here and ratio == pytest.approx(
                (here / in_town) / (in_block / len(rows)) if in_town and in_block else np.nan, nan_ok=True
            )
        elif view == "rate":
            rate, area = here / names[name].population * 1000, in_block / people * 1000  # type: ignore[operator]
            assert value == pytest.approx(rate) and ratio == pytest.approx(rate / area if area else np.nan, nan_ok=True)
        else:
            assert value == here - earlier and ratio == pytest.approx(here / earlier if earlier else np.nan, nan_ok=True)
    assert found.margins["weeks"].map(len).eq(8).all()


def test_a_matrix_of_nothing_is_empty(store_file: Path) -> None:
    for view in ("count", "rate", "change"):
        found = cities.block_matrix(scope(first=date(2023, 1, 1), last=date(2023, 1, 7)), dictionaries.territories(), view)
        assert found.counts.empty and found.values.empty


def test_points_are_those_that_have_one(store_file: Path) -> None:
    asked = scope(last=date(2024, 6, 14))
    found = cities.points(asked)
    expected = [r for r in naive.rows(asked) if r.lat is not None]
    assert sorted(found["lat"]) == sorted(r.lat for r in expected)
    assert found["is_open"].sum() == naive.count(expected, "open")
    assert len(cities.points(asked, limit=1)) == 1


def test_the_tree_of_territories(store_file: Path) -> None:
    tree = dictionaries.territories()
    assert [t.name for t in tree.children(COUNTRY)] == ["Калининградская область", "Сахалинская область"]
    assert [t.territory_id for t in tree.children(2300)] == [2301, 2300]
    assert [t.name for t in tree.path(6401)] == ["Россия", "Сахалинская область", "Южно-Сахалинск"]
    assert tree.home() == COUNTRY
    assert set(tree.places(6400) or ()) >= {6400, 6401, 6408}
    assert all(tree.places_of()[own] == tree.places(own) for own in (COUNTRY, 2300, 2301, 0))
    assert tree.all[0].appeals == sum(r.territory_id == 0 for r in naive.rows())
    assert tree.population(2301) == 475056 and tree.population(COUNTRY) == (tree.population(2300) or 0) + (tree.population(6400) or 0)


def test_the_last_full_day_depends_on_the_clock_of_the_place(store_file: Path) -> None:
    west, east = ZoneInfo("Europe/Kaliningrad"), ZoneInfo("Asia/Sakhalin")
    assert store.as_of() == small.AS_OF
    assert dictionaries.local_moment(east) - dictionaries.local_moment(west) == timedelta(hours=9)
    assert dictionaries.days(west).last_full == dictionaries.days(east).last_full == date(2024, 6, 13)
    assert dictionaries.days(west).last == date(2024, 6, 14)


def test_where_midnight_has_passed_the_day_is_full(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "clock", lambda: small.CLOCK + timedelta(hours=5))  # 14 June 14:30 UTC: 01:30 of the 15th on Sakhalin
    assert dictionaries.days(ZoneInfo("Asia/Sakhalin")).last_full == date(2024, 6, 14)
    assert dictionaries.days(ZoneInfo("Europe/Kaliningrad")).last_full == date(2024, 6, 13)
    assert not store.is_stale()


def test_old_data_are_said_to_be_old(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "clock", lambda: small.CLOCK + timedelta(days=40))
    newest = max(t for r in naive.rows() for t in (r.created_at, r.closed_at, r.created_at + timedelta(minutes=r.response or 0)) if t)
    assert store.is_stale()
    assert store.as_of() == newest + timedelta(hours=24)


def test_a_page_begins_where_its_address_says(store_file: Path) -> None:
    found = context.read({"place": "6401", "from": "2024-06-01", "to": "2024-06-05"}, Access.reader())
    assert (found.place.name, found.zone.key, found.scope.places) == ("Южно-Сахалинск", "Asia/Sakhalin", (6401,))
    assert found.local(pd.Timestamp("2024-06-09 12:59")) == pd.Timestamp("2024-06-09 23:59").to_pydatetime()
    assert found.local(pd.NaT) is None
    assert not found.is_default and context.read({}, Access.reader()).is_default
    assert context.read({"place": "77777777"}, Access.reader()).scope.place == COUNTRY
    assert context.read({"place": "²"}, Access.reader()).scope.place == COUNTRY
    assert found.everywhere().places is None and found.within(2300).place == 2300
    assert found.whole_time() == {"from": str(min(r.day for r in naive.rows())), "to": "2024-06-14"}


def test_an_empty_store_has_pages_too(empty_store: Path) -> None:
    found = context.read({}, Access.reader())
    assert found.days.first is None and found.days.last_full == date(2024, 6, 13)
    assert sources.freshness().empty and not store.is_stale()


def test_sources_and_loads(store_file: Path) -> None:
    fresh = sources.freshness().set_index("source")
    names = {"incident": "Инцидент Менеджмент", "pos": "Госуслуги. Решаем вместе", "pages": "Госпаблики", "calls": "Колл-центр"}
    for code, name in names.items():
        own = [r for r in naive.rows() if r.source == code]
        assert fresh.at[name, "appeals"] == len(own)
        assert fresh.at[name, "last_record"] == max(r.created_at for r in own)
    (batch,) = sources.batches().itertuples()
    assert (batch.read_rows, batch.loaded, batch.rejected) == (len(naive.rows()) + 1, len(naive.rows()), 1)
    assert sources.rejects(1)[["row_number", "reason"]].values.tolist() == [[999, "нет даты"]]
    assert sources.unplaced().values.tolist() == [["Тридевятая область", "Тридесятск", 1]]
    assert sources.silent_days(date(2024, 1, 1), date(2024, 12, 31)).empty
