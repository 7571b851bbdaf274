"""Load: when appeals come and are answered, what waits over the night, how much falls on one employee, how it grew."""

import csv
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from queries.appeals import ANSWERED_LOCAL
from queries.ask import ask
from queries.metrics import NEVER
from queries.scope import Scope
from queries.store import ROOT

BEFORE = 45
MONTH = 30.4


def by_hour(scope: Scope) -> dict[str, pd.DataFrame]:
    """«arrived» and «answered»: counts, weekdays 1–7 × hours 0–23, by the clock of the appeal's own town; both of the
    appeals that came in the period."""
    found = ask("load_hours", scope, {"answered_local": ANSWERED_LOCAL})
    return {
        what: found.pivot_table(index="weekday", columns="hour", values=what, aggfunc="sum", fill_value=0)
        .reindex(index=range(1, 8), columns=range(24), fill_value=0)
        .astype(int)
        for what in ("arrived", "answered")
    }


def shifts(scope: Scope) -> pd.DataFrame:
    """shift (in_hours: weekdays 9–18, off_hours: weekdays otherwise, weekend), appeals, waiting, answered_4h,
    answer_due_4h, share (answered within four hours), response_median (minutes, NaN = among the waiting)."""
    found = ask("load_shifts", scope).set_index("shift").reindex(["in_hours", "off_hours", "weekend"]).rename_axis("shift").reset_index()
    counts = ["appeals", "waiting", "answered_4h", "answer_due_4h"]
    found[counts] = found[counts].fillna(0).astype(int)
    median = found["response_median"].astype(float)
    share = found["answered_4h"] / found["answer_due_4h"].where(found["answer_due_4h"] > 0)
    return found.assign(response_median=median.where(median < NEVER), share=share)


def waiting(scope: Scope, zone: ZoneInfo) -> pd.DataFrame:
    """How many wait for their first answer at each hour on average over the period: weekdays 1–7 × hours 0–23, by the
    scope's clock. Appeals that came earlier than BEFORE days ahead of the period are left out."""
    found = ask("load_flow", scope, since=scope.first - timedelta(days=BEFORE), until=scope.last)
    hours = pd.date_range(pd.Timestamp(scope.first, tz=zone), pd.Timestamp(scope.last + timedelta(days=1), tz=zone), freq="h", inclusive="left")
    moments = hours.tz_convert("UTC").tz_localize(None)
    change = (found["begun"] - found["ended"]).to_numpy()
    total = np.concatenate([[0], np.cumsum(change)])
    level = total[np.searchsorted(found["moment"].to_numpy("datetime64[us]"), moments.to_numpy("datetime64[us]"), side="left")]
    frame = pd.DataFrame({"weekday": hours.weekday + 1, "hour": hours.hour, "waiting": level})
    table = frame.pivot_table(index="weekday", columns="hour", values="waiting", aggfunc="mean")
    return table.reindex(index=range(1, 8), columns=range(24))


def staff() -> pd.DataFrame:
    """territory_id, executor, employees, basis of data/reference/staff.csv."""
    with open(ROOT / "data" / "reference" / "staff.csv", encoding="utf-8") as file:
        rows = [row | {"territory_id": int(row["territory_id"]), "employees": float(row["employees"])} for row in csv.DictReader(file)]
    return pd.DataFrame(rows, columns=["territory_id", "executor", "employees", "basis"])


def per_employee(scope: Scope) -> pd.DataFrame:
    """The bodies of the scope whose number of employees is known: territory_id, territory, executor_id, executor, appeals,
    closed, employees, basis, monthly (appeals a month for one employee), most loaded first."""
    found = ask("load_bodies", scope).merge(staff(), on=["territory_id", "executor"])
    found["monthly"] = found["appeals"] / found["employees"] / scope.days * MONTH
    return found.sort_values("monthly", ascending=False, ignore_index=True)


def growth(scope: Scope, first_day: date | None, last_full: date) -> pd.DataFrame:
    """Appeals by calendar year and their index: year, appeals, index (the base year = 100, NaN for parts of a year),
    is_base, first, last, unfinished. The base is 2018, or the first whole year of the store after it; sevenfold is 700."""
    columns = ["year", "appeals", "index", "is_base", "first", "last", "unfinished"]
    if first_day is None:
        return pd.DataFrame(columns=columns)
    months = ask("official_months", scope.over(first_day, last_full))
    months["year"] = pd.to_datetime(months["month"]).dt.year
    years = months.groupby("year")["appeals"].sum().reindex(range(first_day.year, last_full.year + 1), fill_value=0)
    whole = [y for y in years.index if first_day <= date(y, 1, 1) and last_full >= date(y, 12, 31)]
    base = next((y for y in whole if y >= 2018 and years[y]), None)
    table = years.rename("appeals").reset_index()
    index = [100 * n / years[base] if base and y in whole and y >= base else np.nan for y, n in years.items()]
    return table.assign(
        index=index,
        is_base=table["year"] == base,
        first=[max(date(y, 1, 1), first_day) for y in table["year"]],
        last=[min(date(y, 12, 31), last_full) for y in table["year"]],
        unfinished=[y not in whole for y in table["year"]],
    )
