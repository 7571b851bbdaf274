"""The working clock against a second implementation that walks the days one by one."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.worktime import (
    NO_MINUTES,
    add_hours,
    add_working_days,
    russian_calendar,
    to_local,
    to_utc,
    working_minutes,
)

ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Sakhalin",
    "Asia/Kamchatka",
)
HOURS = (("09:00", "18:00"), ("08:30", "17:15"), ("00:00", "24:00"))
CALENDAR = russian_calendar()
RUSSIA = holidays.country_holidays("RU", years=range(2015, 2030))
# Working days of a five-day week in the production calendars published each year after the resolutions on moved days.
PRODUCTION_CALENDAR = {
    2010: 249, 2011: 248, 2012: 249, 2013: 247, 2014: 247, 2015: 247, 2016: 247, 2017: 247, 2018: 247,
    2019: 247, 2020: 248, 2021: 247, 2022: 247, 2023: 247, 2024: 248, 2025: 247, 2026: 247, 2027: 247,
}  # fmt: skip

# Any moment after the last clock change in Russia, and, as often, one around New Year.
moments = st.one_of(
    st.datetimes(datetime(2017, 1, 1), datetime(2027, 12, 1)),
    st.integers(2017, 2026).flatmap(lambda y: st.datetimes(datetime(y, 12, 27), datetime(y + 1, 1, 12))),
).map(lambda moment: moment.replace(microsecond=0))
spans = st.one_of(st.timedeltas(timedelta(0), timedelta(days=3)), st.timedeltas(timedelta(0), timedelta(days=40)))


def slow_working_seconds(start: datetime, end: datetime, opens: str, closes: str) -> int:
    total = timedelta(0)
    day = start.date()
    while day <= end.date():
        if RUSSIA.is_working_day(day):
            midnight = datetime.combine(day, time())
            opening, closing = (midnight + timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in (opens, closes))
            total += max(timedelta(0), min(end, closing) - max(start, opening))
        day += timedelta(days=1)
    return int(total.total_seconds())


def at_zone(utc: datetime, zone: str) -> datetime:
    return utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def array(*moments: datetime) -> np.ndarray:
    return np.array(moments, dtype="datetime64[us]")


@pytest.mark.parametrize("year", PRODUCTION_CALENDAR)
def test_days_of_the_year_match_the_production_calendar(year: int) -> None:
    first, last = np.array([f"{year}-01-01", f"{year + 1}-01-01"], dtype="datetime64[D]").astype(int)
    days = CALENDAR.working[first - CALENDAR.first_day : last - CALENDAR.first_day]
    assert days.sum() == PRODUCTION_CALENDAR[year]


@given(moments, spans, st.sampled_from(ZONES), st.sampled_from(HOURS))
def test_minutes_agree_with_the_slow_walk(start: datetime, span: timedelta, zone: str, hours: tuple[str, str]) -> None:
    end = (start + span).replace(microsecond=0)
    fast = working_minutes(array(start), array(end), russian_calendar(*hours), zone)
    assert fast.dtype == np.int32
    assert fast[0] == slow_working_seconds(at_zone(start, zone), at_zone(end, zone), *hours) // 60


@given(st.lists(st.tuples(moments, spans, st.sampled_from(ZONES)), min_size=1, max_size=12))
def test_a_zone_per_row_gives_the_same_as_zone_by_zone(rows: list[tuple[datetime, timedelta, str]]) -> None:
    start = array(*(row[0] for row in rows))
    end = start + np.array([row[1] for row in rows], dtype="timedelta64[us]")
    together = working_minutes(start, end, CALENDAR, [row[2] for row in rows])
    apart = [working_minutes(start[[i]], end[[i]], CALENDAR, row[2])[0] for i, row in enumerate(rows)]
    assert together.tolist() == apart


@given(moments, spans, spans)
def test_minutes_of_parts_add_up(start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    whole, one, two = working_minutes(array(start, start, middle), array(end, middle, end), CALENDAR)
    assert 0 <= whole - one - two <= 1  # each part is rounded down


@given(moments, st.integers(1, 60), st.sampled_from(ZONES), st.sampled_from(HOURS))
def test_terms_in_days_agree_with_the_slow_walk(start: datetime, days: int, zone: str, hours: tuple[str, str]) -> None:
    due = add_working_days(array(start), days, russian_calendar(*hours), zone)[0].item()
    day, left = at_zone(start, zone).date(), days
    while left:
        day += timedelta(days=1)
        left -= RUSSIA.is_working_day(day)
    closing = datetime.combine(day, time()) + timedelta(hours=int(hours[1][:2]), minutes=int(hours[1][3:]))
    assert at_zone(due, zone) == closing


@given(moments, st.integers(1, 400), st.sampled_from(ZONES), st.sampled_from(HOURS))
def test_terms_in_hours_are_used_up_exactly(start: datetime, hours: int, zone: str, day: tuple[str, str]) -> None:
    due = add_hours(array(start), hours, russian_calendar(*day), zone)[0].item()
    begin, end = at_zone(start, zone), at_zone(due, zone)
    assert slow_working_seconds(begin, end, *day) == hours * 3600
    assert slow_working_seconds(begin, end - timedelta(seconds=1), *day) == hours * 3600 - 1


@given(moments, st.sampled_from(ZONES))
def test_local_and_utc_are_inverse(utc: datetime, zone: str) -> None:
    local = to_local(array(utc), zone)
    assert local[0].item() == at_zone(utc, zone)
    assert to_utc(local, zone)[0].item() == utc


def test_a_week_by_hand() -> None:
    """May 2026: Friday 8th is worked, 9–11 are off (the 9th is a Saturday, moved to Monday), Tuesday 12th is worked."""
    rows = [
        ("2026-05-08T17:30", "2026-05-12T09:15", 45),  # over the holiday
        ("2026-05-08T20:00", "2026-05-11T12:00", 0),  # written and answered while closed
        ("2026-05-12T08:00", "2026-05-12T10:30", 90),  # before opening
        ("2026-05-12T09:00", "2026-05-13T18:00", 1080),  # two full days
    ]
    start, end, expected = (list(column) for column in zip(*rows, strict=True))
    assert working_minutes(start, end, CALENDAR).tolist() == expected


def test_night_appeal_of_sakhalin_counts_from_its_own_morning() -> None:
    """23:30 UTC of Monday is 10:30 of Tuesday in Yuzhno-Sakhalinsk and still night in Moscow."""
    start, end = ["2026-02-09T23:30"], ["2026-02-10T01:00"]
    assert working_minutes(start, end, CALENDAR, "Asia/Sakhalin").tolist() == [90]
    assert working_minutes(start, end, CALENDAR, "Europe/Moscow").tolist() == [0]


def test_working_saturday_is_worked() -> None:
    assert working_minutes(["2024-04-27T10:00"], ["2024-04-27T11:00"], CALENDAR).tolist() == [60]


def test_nothing_to_measure_is_marked() -> None:
    start = ["2026-02-10T10:00", "NaT", "2026-02-10T10:00"]
    end = ["NaT", "2026-02-10T10:00", "2026-02-10T09:59"]
    assert working_minutes(start, end, CALENDAR).tolist() == [NO_MINUTES] * 3
    assert np.isnat(add_working_days(["NaT"], 3, CALENDAR)).all()
    assert np.isnat(add_hours(["NaT"], 3, CALENDAR, "Asia/Sakhalin")).all()


def test_terms_per_row() -> None:
    start = ["2026-12-30T12:00", "2026-12-30T12:00"]  # the 31st is off in 2026, as are 1–10 January
    assert add_working_days(start, [1, 2], CALENDAR).astype(str).tolist() == [
        "2027-01-11T18:00:00.000000",
        "2027-01-12T18:00:00.000000",
    ]
    assert add_hours(start, [6, 7], CALENDAR).astype(str).tolist() == [
        "2026-12-30T18:00:00.000000",
        "2027-01-11T10:00:00.000000",
    ]


def test_impossible_asks_are_refused() -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        working_minutes(["1990-01-01"], ["2020-01-01"], CALENDAR)
    with pytest.raises(ValueError, match="at least one working day"):
        add_working_days(["2026-01-01"], 0, CALENDAR)
    with pytest.raises(ValueError, match="longer than zero"):
        add_hours(["2026-01-01"], 0, CALENDAR)
    with pytest.raises(ValueError, match="not inside one day"):
        russian_calendar("18:00", "09:00")
