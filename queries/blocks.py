"""Blocks, cities as blocks, levels, pilots, and the score against targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from queries import cities, figures, kpi
from queries.ask import ask
from queries.dictionaries import Territories
from queries.metrics import METRICS
from queries.scope import Scope

SCORED = ("resolved_on_time", "first_response", "rating")
LENGTHS = {"day": 1, "week": 7, "month": 28, "quarter": 91}
TOP_SCORE = 1.25
PER = 100_000
FEW = 30
EARLIEST, PILOT_START = date(2023, 6, 1), date(2024, 6, 1)


@dataclass(frozen=True)
class Score:
    """One measure of one length of period: value, target, n, and value against target (1 = met, better is more, at most
    TOP_SCORE; None where n < FEW). first–last: the days of arrival it speaks of."""

    key: str
    length: str
    value: float | None
    n: int
    score: float | None
    first: date
    last: date


def scores(scope: Scope, last_full: date) -> list[Score]:
    """Each measure of SCORED against its target over the day, week, four weeks and thirteen weeks up to the last full day
    of the scope; «решено в срок» over the latest such period whose terms have come (`figures.figure`)."""
    end = min(scope.last, last_full)
    found = []
    for length, days in LENGTHS.items():
        own = scope.over(end - timedelta(days=days - 1), end)
        history = figures.periods(own)
        for key in SCORED:
            one = figures.figure(key, own, history, None)
            score = against(key, one.value) if one.n >= FEW else None
            found.append(Score(key, length, one.value, one.n, score, one.first, one.last))
    return found


def against(key: str, value: float | None) -> float | None:
    """A value against its target: 1 = met, 0.5 = half as good, never above TOP_SCORE; None without either."""
    metric = METRICS[key]
    if value is None or not metric.target or np.isnan(value):
        return None
    ratio = value / metric.target if metric.better == "up" else metric.target / max(value, 1e-9)
    return float(min(ratio, TOP_SCORE))


def overall(found: list[Score], length: str) -> float | None:
    """The mean score of the measures of one length; None where none can be scored."""
    known = [one.score for one in found if one.length == length and one.score is not None]
    return float(np.mean(known)) if known else None


def table(scope: Scope, names: Mapping[str, str], people: int | None) -> pd.DataFrame:
    """`kpi.breakdown` by block with rate (per PER residents) and score («решено в срок» against its target, NaN below
    FEW)."""
    return _scored(kpi.breakdown(scope, "block", names), people)


def cities_as_blocks(scope: Scope, names: Mapping[str, str]) -> pd.DataFrame:
    """What falls to each city's own bodies: municipal appeals by town, columns of `kpi.breakdown` and score."""
    found = kpi.breakdown(scope, "city", names).dropna(subset="part")
    return _scored(found, None).reset_index(drop=True)


def _scored(found: pd.DataFrame, people: int | None) -> pd.DataFrame:
    value = found["resolved_on_time_value"].where(found["due_resolvable"] >= FEW)
    score = [np.nan if (one := against("resolved_on_time", v)) is None else one for v in value]
    return found.assign(rate=found["appeals"] / people * PER if people else np.nan, score=score)


@dataclass(frozen=True, eq=False)
class Levels:
    """Appeals by responsible level: rows level (None: not known), appeals, share of those whose level is known."""

    rows: pd.DataFrame
    known: int


def levels(scope: Scope) -> Levels:
    """Whose work do the appeals concern? The denominator: appeals whose level is known."""
    found = ask("kpi_by", scope, {"by": kpi.BY["level"]})[["part", "appeals"]].rename(columns={"part": "level"})
    known = int(found.loc[found["level"].notna(), "appeals"].sum())
    share = found["appeals"] / known if known else np.nan
    return Levels(found.assign(share=np.where(found["level"].notna(), share, np.nan)), known)


@dataclass(frozen=True, eq=False)
class Pilots:
    """Pilot regions and the others before the start and in the same days a year later. rows: is_pilot, is_after, appeals,
    due_resolvable, resolved_on_time, answer_due_4h, answered_4h, on_time, fast (shares, NaN where undefined)."""

    before: tuple[date, date]
    after: tuple[date, date]
    rows: pd.DataFrame


def pilots(scope: Scope, first_day: date | None, last_full: date) -> Pilots | None:
    """Up to a year before 1 June 2024 against the same days a year later; None where the store does not hold both."""
    if first_day is None:
        return None
    before = max(first_day, EARLIEST), PILOT_START - timedelta(days=1)
    after = tuple((pd.Timestamp(day) + pd.DateOffset(years=1)).date() for day in before)
    if before[0] > before[1] or after[1] > last_full:
        return None
    rows = ask("pilots", scope.over(after[0], after[1]), before_first=before[0], before_last=before[1])
    due, answers = (rows[column].where(rows[column] > 0) for column in ("due_resolvable", "answer_due_4h"))
    return Pilots(before, (after[0], after[1]), rows.assign(on_time=rows["resolved_on_time"] / due, fast=rows["answered_4h"] / answers))


def quadrant(scope: Scope, tree: Territories) -> pd.DataFrame:
    """id, label, rate (appeals per 1,000 residents), value (решено в срок), n (terms that came), appeals of child territories
    with known residents and n ≥ FEW."""
    found = cities.figures(scope)
    found = found[found["territory_id"].isin(tree.all) & (found["due_resolvable"] >= FEW)]
    people = [tree.all[own].population for own in found["territory_id"]]
    known = found.assign(people=pd.Series(people, index=found.index, dtype=float)).dropna(subset="people")
    return pd.DataFrame(
        {
            "id": known["territory_id"], "label": [tree.all[own].name for own in known["territory_id"]],
            "rate": known["appeals"] / known["people"] * 1000, "value": known["resolved_on_time"] / known["due_resolvable"],
            "n": known["due_resolvable"], "appeals": known["appeals"],
        }
    ).reset_index(drop=True)  # fmt: skip
