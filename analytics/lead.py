"""How long before people did a sensor know? Alarms from readings, and each alarm against the appeals around it.

An appeal comes soon after any moment where many are written, so the wait for the first one says something only beside
the wait that chance gives (exponential, from the usual rate before the alarm); whether appeals rose at all is the exact
comparison of two Poisson rates of analytics/nearby.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics import nearby

HORIZON, USUAL, GAP = timedelta(hours=72), timedelta(days=28), timedelta(hours=18)


@dataclass(frozen=True)
class Alarm:
    """Readings beyond the threshold with no pause longer than `gap` (the nights between working days are not the end of dust): first and last moment, the largest value (NaN for
    events without a value), how many."""

    start: datetime
    end: datetime
    peak: float
    readings: int


@dataclass(frozen=True)
class Lead:
    """An alarm and the appeals around it; times of both on one clock.

    first: the first appeal from its start on, within `horizon`; wait: hours to it (both None where none came);
    by_chance: how probable so short a wait (or, with none, some appeal) is at the usual rate. seen, awaited: appeals
    within `horizon` of the start and how many are usual in such a time; rise: their ratio with its interval. earlier: the rise
    of the day before the alarm: where it is significant, people knew first. known_hours: how much of `horizon` has passed.
    """

    alarm: Alarm
    first: datetime | None
    wait: float | None
    by_chance: float
    seen: int
    awaited: float
    rise: nearby.Ratio
    earlier: nearby.Ratio
    known_hours: float

    @property
    def told_first(self) -> bool:
        """Appeals rose after the alarm beyond chance and had not risen before it."""
        return self.rise.significant and self.rise.ratio > 1 and not (self.earlier.significant and self.earlier.ratio > 1)


def alarms(at: ArrayLike, beyond: ArrayLike, value: ArrayLike, gap: timedelta = GAP) -> list[Alarm]:
    """Readings [n] in any order → alarms, oldest first. beyond: bool [n]; value: number or NaN [n]."""
    moments, flags, values = np.asarray(at, dtype="datetime64[us]"), np.asarray(beyond, dtype=bool), np.asarray(value, dtype=float)
    order = np.argsort(moments[flags], kind="stable")
    moments, values = moments[flags][order], values[flags][order]
    if not len(moments):
        return []
    starts = np.flatnonzero(np.diff(moments) > np.timedelta64(gap)) + 1
    return [
        Alarm(when[0].item(), when[-1].item(), float(np.nanmax(height)) if np.isfinite(height).any() else float("nan"), len(when))
        for when, height in zip(np.split(moments, starts), np.split(values, starts), strict=True)
    ]


def lead(alarm: Alarm, appeals: ArrayLike, known_from: datetime, known_to: datetime, horizon: timedelta = HORIZON) -> Lead | None:
    """What did people write around an alarm? appeals: moments [n], any order; known_from … known_to: the time they cover.
    None where less than a week before the alarm is covered, or nothing after it."""
    moments = np.sort(np.asarray(appeals, dtype="datetime64[us]"))
    day = timedelta(days=1)
    usual_from, after = max(known_from, alarm.start - USUAL), min(horizon, known_to - alarm.start)
    if alarm.start - day - usual_from < timedelta(days=6) or after <= timedelta(0):
        return None
    usual_days, after_days = (alarm.start - day - usual_from) / day, after / day
    usual = _between(moments, usual_from, alarm.start - day)
    the_day_before = _between(moments, alarm.start - day, alarm.start)
    seen = _between(moments, alarm.start, alarm.start + after)
    first = seen[0].item() if len(seen) else None
    wait = None if first is None else (first - alarm.start) / timedelta(hours=1)
    rate = len(usual) / usual_days
    return Lead(
        alarm, first, wait, float(-np.expm1(-rate * (after_days if wait is None else wait / 24))), len(seen), rate * after_days,
        nearby.compare(len(usual), len(seen), usual_days, after_days),
        nearby.compare(len(usual), len(the_day_before), usual_days, 1.0), after_days * 24,
    )  # fmt: skip


def _between(moments: NDArray[np.datetime64], start: datetime, end: datetime) -> NDArray[np.datetime64]:
    """Moments from start on and before end."""
    return moments[np.searchsorted(moments, np.datetime64(start)) : np.searchsorted(moments, np.datetime64(end))]
