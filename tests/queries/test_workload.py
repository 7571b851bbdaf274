"""When appeals come and are answered, what waits, the load on one employee, the index of growth."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from queries import appeals, workload
from queries.appeals import Chosen
from queries.scope import COUNTRY
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.small import KALININGRAD, SAKHALIN, row

PLACES = {place.territory_id: place for place in small.PLACES}


def test_hours_of_the_week_are_local_and_open_their_lists(store_file: Path) -> None:
    for asked in many(8):
        rows = naive.rows(asked)
        found = workload.by_hour(asked)
        assert found["arrived"].to_numpy().sum() == len(rows)
        assert found["answered"].to_numpy().sum() == naive.count(rows, "answered")
        for weekday, hour in zip(*np.nonzero(found["arrived"].to_numpy())):
            own = [r for r in rows if r.day.isoweekday() == weekday + 1 and r.hour == hour]
            assert found["arrived"].iat[weekday, hour] == len(own) == appeals.count(asked, Chosen(slot=f"a{weekday + 1}-{hour}"))[0]
        for weekday, hour in zip(*np.nonzero(found["answered"].to_numpy())):
            at = [small.local(r.created_at + timedelta(minutes=r.response), PLACES[r.territory_id]) for r in rows if r.response is not None]
            own = [one for one in at if (one.isoweekday(), one.hour) == (weekday + 1, hour)]
            assert found["answered"].iat[weekday, hour] == len(own) == appeals.count(asked, Chosen(slot=f"r{weekday + 1}-{hour}"))[0]


def test_a_slot_of_the_url_is_read_or_left_out() -> None:
    assert Chosen.decode({"slot": "a3-14"}).slot == "a3-14" and Chosen(slot="r7-23").encode()["slot"] == "r7-23"
    assert all(Chosen.decode({"slot": wrong}).slot == "" for wrong in ("a8-1", "a1-24", "x1-1", "a1-1; DROP", ""))


def test_shifts_divide_all_appeals(store_file: Path) -> None:
    for asked in many(8):
        found = workload.shifts(asked)
        assert found["appeals"].sum() == len(naive.rows(asked))
        for r in found.itertuples():
            assert r.appeals == naive.count(naive.rows(asked), r.shift) == appeals.count(asked, Chosen((r.shift,)))[0]


def test_the_night_of_sakhalin_is_its_own(empty_store: Path) -> None:
    small.put([row(1, SAKHALIN, "06-04 23:30", "Горячая вода"), row(2, KALININGRAD, "06-04 14:30", "Горячая вода")])
    found = workload.shifts(scope(COUNTRY, date(2024, 6, 3), date(2024, 6, 9))).set_index("shift")["appeals"]
    assert found.to_dict() == {"in_hours": 1, "off_hours": 1, "weekend": 0}


def test_what_waits_at_an_hour_by_hand(empty_store: Path) -> None:
    """One waits from Monday 22:10 to Tuesday 09:20 in both weeks, one more in the second week only."""
    rows = [row(n, KALININGRAD, at, "Горячая вода", "answered", answered=670) for n, at in enumerate(("05-27 22:10", "06-03 22:10", "06-03 22:10"))]
    small.put(rows)
    table = workload.waiting(scope(2301, date(2024, 5, 27), date(2024, 6, 9)), ZoneInfo("Europe/Kaliningrad"))
    assert [table.at[1, 22], table.at[1, 23], table.at[2, 9], table.at[2, 10], table.at[3, 0]] == [0, 1.5, 1.5, 0, 0]


def test_appeals_for_one_employee(empty_store: Path) -> None:
    start = datetime(2024, 5, 1, 10)
    small.put([row(n, KALININGRAD, start + timedelta(hours=n), "Горячая вода", executor="Водоканал" if n < 30 else "Никто") for n in range(40)])
    found = workload.per_employee(scope(COUNTRY, date(2024, 5, 1), date(2024, 5, 31)))
    assert found[["executor", "appeals"]].values.tolist() == [["Водоканал", 30]]
    employees = workload.staff().set_index(["territory_id", "executor"])["employees"][(2301, "Водоканал")]
    assert found["monthly"].iloc[0] == pytest.approx(30 / employees / 31 * 30.4)


def test_sevenfold_is_700(empty_store: Path) -> None:
    rows = [row(n, KALININGRAD, datetime(2022, 3, 1, 10) + timedelta(hours=n), "Горячая вода") for n in range(10)]
    rows += [row(100 + n, KALININGRAD, datetime(2023, 3, 1, 10) + timedelta(hours=n), "Горячая вода") for n in range(70)]
    small.put([*rows, row(300, KALININGRAD, datetime(2021, 12, 30, 10)), row(301, KALININGRAD, datetime(2024, 6, 1, 10))])
    found = workload.growth(scope(), date(2021, 12, 30), date(2024, 6, 13)).set_index("year")
    assert found["index"].loc[[2022, 2023]].tolist() == [100, 700] and found["index"].loc[[2021, 2024]].isna().all()
    assert found.loc[2024, ["first", "last", "unfinished"]].tolist() == [date(2024, 1, 1), date(2024, 6, 13), True]
    assert workload.growth(scope(), None, date(2024, 6, 13)).empty
