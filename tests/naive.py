"""Answers computed row by row in Python over tests/small.py, to hold against those of the store."""

import csv
import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pandas as pd

from queries.scope import COUNTRY, Scope
from queries.store import ROOT
from tests import small
from tests.small import AS_OF

Row = Any


def _open(r: Row) -> bool:
    return r.closed_at is None and r.status in ("new", "assigned", "answered")


def _ripe(r: Row) -> bool:
    return r.type == "resolvable" and r.due <= AS_OF


def _answered(low: float, high: float) -> Callable[[Row], bool]:
    return lambda r: r.response is not None and low < r.response <= high


def _hours_late(r: Row) -> float:
    return (AS_OF - r.due).total_seconds() / 3600


def _waits(low: float, high: float) -> Callable[[Row], bool]:
    return lambda r: _open(r) and r.due >= AS_OF and (low or -1) < (AS_OF - r.created_at).total_seconds() / 86400 <= high


def _connected() -> dict[int, date]:
    with open(ROOT / "data" / "reference" / "territories.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {int(r["territory_id"]): date.fromisoformat(r["connected_on"]) for r in rows if r["connected_on"]}


CONNECTED = _connected()
MEETS: dict[str, Callable[[Row], bool]] = {
    "all": lambda r: True,
    "open": _open,
    "closed": lambda r: r.status == "closed",
    "overdue": lambda r: _open(r) and r.due < AS_OF,
    "due_soon": lambda r: _open(r) and AS_OF <= r.due <= AS_OF + timedelta(days=1),
    "late": lambda r: (r.closed_at or AS_OF) > r.due,
    "due_resolvable": _ripe,
    "resolved_on_time": lambda r: _ripe(r) and r.outcome == "resolved" and r.closed_at <= r.due,
    "still_in_time": lambda r: r.type == "resolvable" and r.due > AS_OF,
    "closed_resolvable": lambda r: r.type == "resolvable" and r.status == "closed",
    "closed_resolved": lambda r: r.type == "resolvable" and r.outcome == "resolved",
    "rated": lambda r: r.rating is not None,
    "rated_good": lambda r: r.rating in (4, 5),
    "rated_bad": lambda r: r.rating in (1, 2, 3),
    "answered": lambda r: r.response is not None,
    "waiting": lambda r: r.response is None,
    "within_30m": _answered(-1, 30),
    "within_1h": _answered(30, 60),
    "within_4h": _answered(60, 240),
    "within_8h": _answered(240, 480),
    "within_24h": _answered(480, 1440),
    "over_24h": _answered(1440, math.inf),
    "official": lambda r: r.official,
    "unofficial": lambda r: not r.official,
    "restricted": lambda r: r.restricted,
    "reopened": lambda r: r.reopened,
    "repeated": lambda r: r.repeat_of is not None,
    "postponed": lambda r: r.outcome == "postponed",
    "with_point": lambda r: r.lat is not None,
    "without_point": lambda r: r.lat is None,
    "municipal": lambda r: r.level == "municipal",
    "assigned": lambda r: r.executor is not None,
    "unassigned": lambda r: r.executor is None,
    "new": lambda r: r.status == "new",
    "in_work": lambda r: r.status == "assigned",
    "replied": lambda r: r.status == "answered",
    "solved": lambda r: r.status == "closed" and r.outcome == "resolved",
    "closed_otherwise": lambda r: r.status == "closed" and r.outcome != "resolved",
    "declined": lambda r: r.status == "rejected",
    "without_block": lambda r: r.block is None,
    "without_group": lambda r: r.group is None,
    "without_topic": lambda r: r.topic is None,
    "without_street": lambda r: r.street is None,
    "without_author": lambda r: r.author is None,
    "closed_undated": lambda r: r.status == "closed" and r.closed_at is None,
    "closed_unrated": lambda r: r.status == "closed" and r.rating is None,
    "regional": lambda r: r.level == "regional",
    "federal": lambda r: r.level == "federal",
    "without_level": lambda r: r.level is None,
    "term_came": lambda r: r.due <= AS_OF,
    "to_3_days": _waits(0, 3),
    "to_7_days": _waits(3, 7),
    "to_10_days": _waits(7, 10),
    "longer": _waits(10, math.inf),
    "answered_4h": lambda r: MEETS["answer_due_4h"](r) and r.response is not None and r.response <= 240,
    "answer_due_4h": lambda r: r.created_at <= AS_OF - timedelta(hours=4),
    "answer_term_came": lambda r: r.answer_due <= AS_OF,
    "answered_in_norm": lambda r: r.answer_due <= AS_OF and r.response is not None and r.answered_at <= r.answer_due,
    "answer_overdue": lambda r: _open(r) and r.response is None and r.answer_due < AS_OF,
    "not_repeated": lambda r: r.repeat_of is None,
    "not_postponed": lambda r: r.outcome != "postponed",
    "without_town": lambda r: r.territory_id in (0, 2300),
    "written_again": lambda r: any(n.repeat_of == r.external_id and r.response is not None and n.created_at > r.created_at + timedelta(minutes=r.response) for n in _all()),
    "logged": lambda r: r.external_id in ("A-2", "A-22"),
    "in_hours": lambda r: r.day.weekday() < 5 and 9 <= r.hour < 18,
    "off_hours": lambda r: r.day.weekday() < 5 and not 9 <= r.hour < 18,
    "weekend": lambda r: r.day.weekday() >= 5,
    "pilot": lambda r: r.region_id == 6400,
    "not_pilot": lambda r: r.region_id != 6400,
    "vulnerable": lambda r: not r.restricted and any(word in r.text.lower() for word in ("ребён", "пенсионер", "инвалид")),
    "connected": lambda r: r.territory_id not in CONNECTED or r.day >= CONNECTED[r.territory_id],
    "ladder_1": lambda r: _open(r) and -24 <= _hours_late(r) < 24,
    "ladder_2": lambda r: _open(r) and 24 <= _hours_late(r) < 120,
    "ladder_3": lambda r: _open(r) and _hours_late(r) >= 120,
}


@cache
def _tree() -> list[dict[str, str]]:
    with open(ROOT / "data" / "reference" / "topics.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def ids(column: str) -> dict[str, int]:
    """Number of each block_code, topic_group or topic: the order of topics.csv."""
    return {name: n for n, name in enumerate(dict.fromkeys(r[column] for r in _tree()), 1)}


@cache
def _all() -> list[Row]:
    return list(small.naive().itertuples())


def rows(scope: Scope | None = None, first: date | None = None, last: date | None = None) -> list[Row]:
    """The appeals of a scope, in its own period or the one given; all of them without a scope."""
    found = _all()
    if scope is None:
        return found
    below = {2300: (2300, 2301), 6400: (6400, 6401, 6408)}.get(scope.place, (scope.place,))
    about = scope.blocks or scope.groups or scope.topics
    return [
        r
        for r in found
        if (first or scope.first) <= r.day <= (last or scope.last)
        and (scope.place == COUNTRY or r.territory_id in below)
        and (scope.access.territories is None or r.territory_id in scope.access.territories)
        and (not scope.channels or small.CHANNELS[r.channel][0] in scope.channels)
        and (
            not about
            or ids("block_code")[r.block] in scope.blocks
            or ids("topic_group")[r.group] in scope.groups
            or ids("topic")[r.topic] in scope.topics
        )
    ]


def ever(scope: Scope) -> list[Row]:
    """The appeals of a scope in any period."""
    return rows(scope, date(1, 1, 1), date(9999, 1, 1))


def count(found: list[Row], predicate: str) -> int:
    """How many rows meet a predicate of the registry."""
    return sum(bool(MEETS[predicate](r)) for r in found)


def open_at(found: list[Row], moment: datetime) -> list[Row]:
    """The appeals that were waiting for closing at a moment."""
    return [
        r
        for r in found
        if r.created_at <= moment and r.status != "rejected" and (r.closed_at > moment if r.closed_at is not None else r.status != "closed")
    ]


def survival(times: list[float], events: list[int]) -> tuple[float | None, Callable[[float], float | None]]:
    """Kaplan–Meier median of the time to any event and the Aalen–Johansen share of event 1 by time t, step by step."""
    alive, resolved, curve = 1.0, 0.0, []
    for t in sorted(set(times)):
        at_risk = sum(x >= t for x in times)
        any_event = sum(x == t and e > 0 for x, e in zip(times, events, strict=True))
        first = sum(x == t and e == 1 for x, e in zip(times, events, strict=True))
        resolved += alive * first / at_risk
        alive *= 1 - any_event / at_risk
        curve.append((t, alive, resolved))
    median = next((t for t, s, _ in curve if s <= 0.5 + 1e-12), None)

    def share(t: float) -> float | None:
        return None if t > max(times) else max((r for x, _, r in curve if x <= t), default=0.0)

    return median, share


def frame(found: list[Row]) -> pd.DataFrame:
    """Rows as a frame with columns even when there are none."""
    return pd.DataFrame(found, columns=["Index", *small.naive().columns])
