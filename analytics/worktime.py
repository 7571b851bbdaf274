"""The second clock: time counted only while public bodies work.

Days off come from the `holidays` package: public holidays of article 112 of the Labour Code, days moved by the yearly
government resolutions «О переносе выходных дней» and Saturdays made working by them. The package knows the resolutions
up to LAST_DECREED_YEAR; after it only the holidays themselves are known, nothing moved. It misses one day, see
MISSED_DAYS_OFF. Shortened eves of holidays and the paid non-working days of the 2020 and 2021 presidential decrees
(bodies set their own hours then) are not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

FIRST_YEAR, LAST_YEAR = 2000, 2049
LAST_DECREED_YEAR = 2027
# 8 March 2014 was a Saturday: by article 112, part 2, the day off moved to Monday; the production calendar of 2014
# (247 working days) has it, `holidays` has not.
MISSED_DAYS_OFF = (date(2014, 3, 10),)
# What `working_minutes` says where there is nothing to measure.
NO_MINUTES = -1
DAY = 86_400
NAT = np.iinfo(np.int64).min

Times = NDArray[np.datetime64]
Seconds = NDArray[np.int64]
ZoneChange = Callable[[pd.DatetimeIndex, str], pd.DatetimeIndex]


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """Working hours of one body: the same hours on every working day, no lunch break.

    first_day: day number since 1970-01-01 of the first day known.
    opens, closes: seconds from local midnight, 0 ≤ opens < closes ≤ 86 400.
    working: bool (days,); `before` (days + 1,) counts the working days before each day.
    """

    first_day: int
    opens: int
    closes: int
    working: NDArray[np.bool_]
    before: Seconds = field(init=False)

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise ValueError(f"working hours {self.opens}–{self.closes} s are not inside one day")
        object.__setattr__(self, "before", np.concatenate([[0], np.cumsum(self.working, dtype=np.int64)]))

    @property
    def day_length(self) -> int:
        """Seconds in one working day."""
        return self.closes - self.opens

    def locate(self, local: Seconds) -> tuple[Seconds, Seconds]:
        """Index of the day in the calendar and second of the day; ValueError outside the years of the calendar."""
        day, second = np.divmod(local, DAY)
        day -= self.first_day
        if len(day) and (day.min() < 0 or day.max() >= len(self.working)):
            raise ValueError(f"a time lies outside the calendar ({FIRST_YEAR}–{LAST_YEAR})")
        return day, second

    def elapsed(self, local: Seconds) -> Seconds:
        """Working seconds from the start of the calendar to each local time (seconds since 1970)."""
        day, second = self.locate(local)
        today = np.clip(second - self.opens, 0, self.day_length)
        return self.before[day] * self.day_length + self.working[day] * today


@lru_cache(maxsize=64)
def russian_calendar(opens: str = "09:00", closes: str = "18:00") -> WorkCalendar:
    """Russian production calendar, 2000–2049, with the given local working hours («HH:MM», closes up to «24:00»)."""
    first, end = np.datetime64(f"{FIRST_YEAR}-01-01", "D"), np.datetime64(f"{LAST_YEAR + 1}-01-01", "D")
    days = np.arange(first, end)
    russia = holidays.country_holidays("RU", years=range(FIRST_YEAR, LAST_YEAR + 1))
    off = np.array([*russia, *MISSED_DAYS_OFF], dtype="datetime64[D]")
    made_working = np.array(sorted(russia.weekend_workdays), dtype="datetime64[D]")
    working = (np.is_busday(days) & ~np.isin(days, off)) | np.isin(days, made_working)
    return WorkCalendar(int(first.astype(np.int64)), _seconds_of_day(opens), _seconds_of_day(closes), working)


def to_local(utc: ArrayLike, timezone: str | ArrayLike) -> Times:
    """Naive local times of naive UTC times.

    utc: datetime64 (n,), NaT allowed; timezone: one IANA name, or one per row (n,). Returns datetime64[us] (n,).
    """
    return _per_zone(utc, timezone, lambda times, zone: times.tz_localize("UTC").tz_convert(zone).tz_localize(None))


def to_utc(local: ArrayLike, timezone: str | ArrayLike) -> Times:
    """Naive UTC times of naive local times; the inverse of `to_local`.

    A local hour that happened twice (clocks moved back, last in 2014–2020) is read as its first passage, one that did
    not happen as the moment after it.
    """

    def convert(times: pd.DatetimeIndex, zone: str) -> pd.DatetimeIndex:
        first_passage = np.ones(len(times), dtype=bool)
        known = times.tz_localize(zone, ambiguous=first_passage, nonexistent="shift_forward")
        return known.tz_convert("UTC").tz_localize(None)

    return _per_zone(local, timezone, convert)


def working_minutes(
    start: ArrayLike, end: ArrayLike, calendar: WorkCalendar, timezone: str | ArrayLike | None = None
) -> NDArray[np.int32]:
    """How many whole working minutes passed between two moments?

    start, end: datetime64 (n,), naive local times, or naive UTC when `timezone` (a name, or one per row) is given.
    Returns int32 (n,); NO_MINUTES (−1) where either time is missing or the end precedes the start.
    Seconds are the smallest unit; millions of pairs take well under a second.
    """
    begin, finish = _local_seconds(start, timezone), _local_seconds(end, timezone)
    known = (begin != NAT) & (finish != NAT) & (finish >= begin)
    minutes = np.full(begin.shape, NO_MINUTES, dtype=np.int32)
    minutes[known] = (calendar.elapsed(finish[known]) - calendar.elapsed(begin[known])) // 60
    return minutes


def add_working_days(
    start: ArrayLike, days: ArrayLike, calendar: WorkCalendar, timezone: str | ArrayLike | None = None
) -> Times:
    """When does a term of so many working days end?

    The term runs from the day after `start` (Civil Code, article 191) and ends when the body closes on its last day
    (article 194). start as in `working_minutes`; days: whole number ≥ 1, one or one per row. Returns datetime64[us]
    (n,) on the same clock as `start`; NaT stays NaT.
    """
    begin = _local_seconds(start, timezone)
    terms = np.broadcast_to(np.asarray(days, dtype=np.int64), begin.shape)
    if np.any(terms < 1):
        raise ValueError("a term is at least one working day")
    known = begin != NAT
    day, _ = calendar.locate(begin[known])
    working_days = np.flatnonzero(calendar.working)
    last = working_days[_inside(calendar.before[day + 1] + terms[known] - 1, len(working_days))]
    ends = np.full(begin.shape, NAT)
    ends[known] = (last + calendar.first_day) * DAY + calendar.closes
    return _back(ends, timezone)


def add_hours(
    start: ArrayLike, hours: ArrayLike, calendar: WorkCalendar, timezone: str | ArrayLike | None = None
) -> Times:
    """When will so many working hours have passed? The inverse of `working_minutes`.

    start as in `working_minutes`; hours: number > 0, one or one per row. Returns datetime64[us] (n,) on the same clock
    as `start`; a term used up exactly at closing time ends then, not next morning. NaT stays NaT.
    """
    begin = _local_seconds(start, timezone)
    terms = np.broadcast_to(np.round(np.asarray(hours, dtype=float) * 3600).astype(np.int64), begin.shape)
    if np.any(terms < 1):
        raise ValueError("a term is longer than zero hours")
    known = begin != NAT
    target = calendar.elapsed(begin[known]) + terms[known]
    full_days = (target - 1) // calendar.day_length
    working_days = np.flatnonzero(calendar.working)
    day = working_days[_inside(full_days, len(working_days))] + calendar.first_day
    ends = np.full(begin.shape, NAT)
    ends[known] = day * DAY + calendar.opens + target - full_days * calendar.day_length
    return _back(ends, timezone)


def _inside(index: Seconds, size: int) -> Seconds:
    if len(index) and index.max() >= size:
        raise ValueError(f"a term ends outside the calendar ({FIRST_YEAR}–{LAST_YEAR})")
    return index


def _seconds_of_day(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _local_seconds(times: ArrayLike, timezone: str | ArrayLike | None) -> Seconds:
    local = times if timezone is None else to_local(times, timezone)
    return np.asarray(local, dtype="datetime64[s]").astype(np.int64)


def _back(local_seconds: Seconds, timezone: str | ArrayLike | None) -> Times:
    local = local_seconds.astype("datetime64[s]").astype("datetime64[us]")
    return local if timezone is None else to_utc(local, timezone)


def _per_zone(times: ArrayLike, timezone: str | ArrayLike, convert: ZoneChange) -> Times:
    stamps = np.asarray(times, dtype="datetime64[us]")
    if isinstance(timezone, str):
        return convert(pd.DatetimeIndex(stamps), timezone).to_numpy("datetime64[us]")
    codes, zones = pd.factorize(np.asarray(timezone, dtype=object))
    converted = np.full(stamps.shape, np.datetime64("NaT", "us"))
    for code, zone in enumerate(zones):
        rows = codes == code
        converted[rows] = convert(pd.DatetimeIndex(stamps[rows]), zone).to_numpy("datetime64[us]")
    return converted
