"""Sensors and controlled objects beside what people write: readings, alarms, how long before people; inspections, before and
after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analytics import lead, nearby
from analytics.lead import Alarm, Lead
from analytics.nearby import LEAST_SEEN, Ratio, Windows
from analytics.rates import holm
from queries import dictionaries, registers, sites, spikes, store
from queries.ask import ask
from queries.dictionaries import Days, Territories
from queries.near import Circle
from queries.scope import Scope
from queries.sites import Site

WINDOWS = (14, 28, 56)
HOURLY_DAYS = 14
MOST_APPEALS = 100_000
LOOK_BACK = timedelta(days=90)
GAPS = {"cleaning": timedelta(hours=36), "waste": timedelta(hours=36)}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rising:
    """A spike of the sensor's topic that was noticed around an alarm: its id, the day it was flagged, and how many days the
    alarm came before that day's end (negative: after)."""

    spike_id: int
    flagged: date
    days: float


@dataclass(frozen=True)
class Told:
    """An alarm with the appeals and the spike around it; `lead` None where too little is known around it."""

    alarm: Alarm
    lead: Lead | None
    rising: Rising | None


def overview(scope: Scope, tree: Territories) -> pd.DataFrame:
    """Sensors of the scope, those that knew first on top, then those with alarms: columns of sites.items and readings, alarms, told_first (alarms of the
    period; those that appeals rose after, not before), beyond (readings or events of the alarms), last_at (local; NaT: never
    said anything), last_value, last_event."""
    found = sites.items("sensors", scope)
    if found.empty:
        return found.assign(readings=0, alarms=0, told_first=0, beyond=0, last_at=pd.NaT, last_value=np.nan, last_event="")
    rows = []
    for item in found.to_dict("records"):
        around = sites.site("sensors", item, scope, tree)
        told_here = told(around, item, scope)
        rows.append({"item_id": item["item_id"], "alarms": len(told_here), "beyond": sum(one.alarm.readings for one in told_here),
                     "told_first": sum(one.lead is not None and one.lead.told_first for one in told_here)})  # fmt: skip
    state = ask("readings_state", scope, first=scope.first, last=scope.last)
    merged = found.merge(pd.DataFrame(rows), on="item_id").merge(state, on="code", how="left")
    merged["readings"] = merged["readings"].fillna(0).astype(int)
    return merged.sort_values(["told_first", "alarms", "readings", "name"], ascending=[False, False, False, True], ignore_index=True)


def told(around: Site, item: Mapping[str, Any], scope: Scope) -> list[Told]:
    """The alarms of a sensor that go on or began in the scope's period, the latest first, with what people wrote around each.
    One that had gone on for longer than LOOK_BACK is known from there on."""
    since, until = _moments(scope, around.zone)
    frame = ask("readings_alarms", scope, since=since - LOOK_BACK, until=until)
    own = frame[frame["code"] == item["code"]]
    every = lead.alarms(own["happened_at"], np.ones(len(own), bool), own["value"], GAPS.get(item["type"], lead.GAP))
    found = [one for one in every if one.end >= since]
    if not found:
        return []
    first, last = found[0].start.date() - lead.USUAL - DAY, min(found[-1].start.date() + lead.HORIZON + DAY, store.as_of().date() + DAY)
    written = sites.appeals(around, first, last, MOST_APPEALS)["created_at"]
    rises = spikes.listing(around.scope, first, last)
    covered = dictionaries.days(around.zone).first or first
    known_from = datetime.combine(max(first, covered) + DAY, time())
    return [Told(one, lead.lead(one, written, known_from, store.as_of()), _rising(one, rises, around.zone)) for one in reversed(found)]


def _rising(alarm: Alarm, rises: pd.DataFrame, zone: ZoneInfo) -> Rising | None:
    """The gravest spike flagged from the day before the alarm to a week after it."""
    for spike in rises.itertuples():
        noticed = datetime.combine(spike.first_flagged.date() + DAY, time(), zone).astimezone(UTC).replace(tzinfo=None)
        days = (noticed - alarm.start) / DAY
        if 0 <= days + 1 <= 8:
            return Rising(int(spike.spike_id), spike.first_flagged.date(), days)
    return None


def series(around: Site, item: Mapping[str, Any], scope: Scope) -> pd.DataFrame:
    """What a sensor said and people wrote, hour by hour of its own clock in a period of up to HOURLY_DAYS days, else day by
    day: at, highest (NaN: no reading), done, partial, missed, appeals."""
    step = "hour" if scope.days <= HOURLY_DAYS else "day"
    since, until = _moments(scope, around.zone)
    read = ask("readings_series", scope, code=item["code"], since=since, until=until, grain=step, zone=str(around.zone)).set_index("at")
    written = sites.appeals(around, scope.first, scope.last, MOST_APPEALS)["created_at"]
    local = written.dt.tz_localize("UTC").dt.tz_convert(around.zone).dt.tz_localize(None).dt.floor("h" if step == "hour" else "D")
    every = pd.date_range(scope.first, pd.Timestamp(scope.last) + (pd.Timedelta(hours=23) if step == "hour" else pd.Timedelta(0)),
                          freq="h" if step == "hour" else "D", name="at")  # fmt: skip
    frame = read.reindex(every)
    counts = local.value_counts().reindex(every, fill_value=0)
    return frame.assign(appeals=counts, **{name: frame[name].fillna(0).astype(int) for name in ("done", "partial", "missed")}).reset_index()


def _moments(scope: Scope, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The period in UTC: its first moment and the first one after it."""
    first, after = (datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None) for day in (scope.first, scope.last + DAY))
    return first, after


@dataclass(frozen=True)
class Judged:
    """An inspection and the appeals near its object. before, after: near it in equal windows; elsewhere_…: in the rest of the
    territory, away from other objects too; change: near the object; beside: against the rest; p: of beside, adjusted for the number of inspections judged
    (Holm). windows None: less than a week on one side."""

    item_id: str
    object_id: str
    name: str
    territory: str
    day: date
    kind: str
    result: str
    body: str
    windows: Windows | None
    before: int
    after: int
    elsewhere_before: int
    elsewhere_after: int
    change: Ratio | None
    beside: Ratio | None
    p: float

    @property
    def enough(self) -> bool:
        """Whether there were appeals enough to speak of a change."""
        return self.windows is not None and self.before + self.after >= LEAST_SEEN

    @property
    def changed(self) -> bool:
        return self.enough and self.p < nearby.SIGNIFICANT


def inspections(scope: Scope, tree: Territories, days: Days, longest: int, metres: int | None = None) -> list[Judged]:
    """Inspections of the scope's territory and topics until its last day, the latest first. longest: days of each window."""
    objects = {item["code"]: item for item in sites.items("objects", scope).to_dict("records")}
    held = registers.items("inspections", replace(scope, blocks=(), groups=(), topics=()))
    held = held[held["object"].isin(objects) & (held["day"].dt.date <= scope.last)] if len(held) else held
    first = days.first or scope.first
    around = {code: sites.site("objects", item, scope, tree, metres) for code, item in objects.items()}
    judged = []
    for row in held.sort_values("day", ascending=False).to_dict("records"):
        here = around[row["object"]]
        judged.append(_judge(row, here, nearby.windows(row["day"].date(), first, days.last_full, longest), sites.others(here, around.values())))
    told_of = [number for number, one in enumerate(judged) if one.enough]
    for number, p in zip(told_of, holm([judged[number].p for number in told_of]), strict=True):
        judged[number] = replace(judged[number], p=float(p))
    return judged


def _judge(row: Mapping[str, Any], around: Site, windows: Windows | None, apart: tuple[Circle, ...]) -> Judged:
    counts, change, beside = (0, 0, 0, 0), None, None
    if windows is not None:
        daily = sites.daily(around, windows.before[0], windows.after[1], apart)
        both = [daily.loc[pd.Timestamp(first) : pd.Timestamp(last)] for first, last in (windows.before, windows.after)]
        near, rest = ([int(part[name].sum()) for part in both] for name in ("inside", "outside"))
        counts = (near[0], near[1], rest[0], rest[1])
        change, beside = nearby.compare(*near), nearby.against(*counts)
    return Judged(
        row["item_id"], around.item_id, around.name, around.territory, row["day"].date(), row["type_name"], row["result_name"], row["body"] or "",
        windows, *counts, change, beside, beside.p if beside else 1.0,
    )  # fmt: skip
