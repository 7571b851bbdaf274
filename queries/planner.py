"""Answers a question from the smallest table that can: sums over days and places where the appeals are many, the appeals
themselves where they are few, or where no table has what the question names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from queries import ask, dictionaries, store
from queries.metrics import ALL_TERMS_PASSED, BUCKETS, CHANGING, EDGES, MEASURES, NEVER, RESPONSE_QUANTILES, rollup_fragments
from queries.rollups import CELLS
from queries.scope import Scope

# Up to so many appeals in the days asked about they are read one by one: as fast, and quantiles are exact.
READ_ONE_BY_ONE = 50_000
# So many times more where all towns of the country are told apart: their sums are many, too.
ALL_TOWNS = 10


@dataclass(frozen=True)
class Table:
    """One rollup. `tells`: what its rows are told apart by beside days; `has_measures`: all of them, or just a count."""

    name: str
    tells: frozenset[str]
    has_measures: bool = True


# The smallest first.
TABLES = (
    Table("day_country", frozenset()),
    Table("day_region", frozenset({"region"})),
    Table("day_topic", frozenset({"topic"})),
    Table("day_region_block", frozenset({"region", "block"}), has_measures=False),
    Table("day_region_channel", frozenset({"region", "channel"})),
    Table("day_territory", frozenset({"region", "territory"})),
)
IMPLIES = {"topic": {"topic", "block"}, "territory": {"territory", "region"}}


def answer(
    name: str, scope: Scope, fragments: dict[str, str] | None = None, by: tuple[str, ...] = (), span: int | None = None, **params: Any
) -> pd.DataFrame:
    """`ask` for the questions of queries/sql that count {appeals}. by: what the answer is divided by beside time, of
    region, territory, channel, block, topic, or any other word where only the appeals know. span: how many days back
    from the scope's last one it reads, its own period where not given. Frames with response_median and response_p90
    also say `about`: those are read off a histogram, not exact."""
    table = choose(name, scope, by, span or scope.days)
    frame = ask.ask(name, scope, (fragments or {}) | (_over(name, table, scope) if table else {}), **params)
    if "response_histogram" in frame:
        return _with_quantiles(frame)
    return frame.assign(about=False) if "response_median" in frame else frame


def choose(name: str, scope: Scope, by: tuple[str, ...], days: int) -> Table | None:
    """The smallest rollup that can tell; None: the appeals themselves."""
    tree = dictionaries.territories()
    few = READ_ONE_BY_ONE * (ALL_TOWNS if scope.places is None and "territory" in by else 1)
    if _expected(tree, scope, days) <= few or _settled() is None:
        return None
    needed = set(by) | _named(tree, scope)
    text = ask.text(name)
    counts_only = not any(f"{{n_{measure}}}" in text for measure in MEASURES) and "{response}" not in text and "{marks}" not in text
    for table in TABLES:
        told = set().union(*(IMPLIES.get(one, {one}) for one in table.tells))
        if needed <= told and (table.has_measures or counts_only):
            return table
    return None


def by_hours(scope: Scope) -> bool:
    """Whether hour_country can tell: the scope is the whole country with nothing left out, and the appeals are many."""
    tree = dictionaries.territories()
    covered = ask.ask("facts").iloc[0]
    return not _named(tree, scope) and covered["appeals"] > READ_ONE_BY_ONE


def _named(tree: dictionaries.Territories, scope: Scope) -> set[str]:
    """What a rollup must tell apart for the scope's conditions."""
    needed = set()
    if scope.without_fakes:
        needed.add("fake")
    if scope.access.territories is not None:
        needed.add("territory")
    if scope.places is not None:
        needed.add("region" if tree.all[scope.place].kind == "region" else "territory")
    if scope.channels:
        needed.add("channel")
    if scope.groups or scope.topics:
        needed.add("topic")
    if scope.blocks:
        needed.add("block")
    return needed


def _expected(tree: dictionaries.Territories, scope: Scope, days: int) -> float:
    """About how many appeals of the scope's places lie in so many days up to its last one."""
    covered = ask.ask("facts").iloc[0]
    if not covered["appeals"]:
        return 0
    own = int(covered["appeals"]) if scope.places is None else sum(tree.all[place].appeals for place in scope.places if place in tree.all)
    span = (covered["last_day"] - covered["first_day"]).days + 1
    return own * min(days / span, 1)


def waiting(scope: Scope) -> pd.DataFrame:
    """What each executor holds open now: columns of waiting.sql. Whoever asks of whole regions is told by sums what has been
    overdue for long."""
    settled = _settled()
    if settled is None or not _named(dictionaries.territories(), scope) <= {"region"}:
        return ask.ask("waiting", scope, {"still": "TRUE", "held": ""})
    held = f"UNION ALL BY NAME {ask.compose('held', scope)}"
    return ask.ask("waiting", scope, {"still": f"NOT {ALL_TERMS_PASSED}", "held": held}, settled=settled)


def _settled() -> datetime | None:
    """The moment the rollups tell; None where that of the store lies before it. (It does when the clock went back.)"""
    text = store.meta().get("settled")
    settled = datetime.fromisoformat(text) if text else None
    return settled if settled is not None and store.as_of() >= settled else None


def _over(name: str, table: Table, scope: Scope) -> dict[str, str]:
    text = ask.text(name)
    told_by_clock = [measure for measure in CHANGING if f"{{n_{measure}}}" in text]
    relation = table.name
    if told_by_clock and store.as_of() != _settled():
        changes = ", ".join(f"-sum(a.{measure})::INTEGER AS {measure}" for measure in told_by_clock)
        relation = f"({ask.compose('cells', scope, {'table': table.name, 'cell': CELLS[table.name], 'changes': changes})})"
    return rollup_fragments() | {"appeals": relation}


def _with_quantiles(frame: pd.DataFrame) -> pd.DataFrame:
    """response_median and response_p90, minutes, from the histogram and the unanswered; NEVER where those reach so far."""
    histograms = np.array(frame["response_histogram"].tolist(), dtype=np.int64).reshape(len(frame), len(BUCKETS))
    found = {
        name: [quantile(histogram, int(n), q) for histogram, n in zip(histograms, frame["appeals"], strict=True)]
        for name, q in RESPONSE_QUANTILES.items()
    }
    return frame.drop(columns="response_histogram").assign(**found, about=True)


def quantile(histogram: np.ndarray, n: int, q: float) -> int | None:
    """The value at rank ⌈q·n⌉ of n, read off a histogram over EDGES whose missing rest is longer than any other; within a
    bucket the values are taken as evenly spread. Never further off than its bucket is wide."""
    if not n:
        return None
    rank = max(int(np.ceil(q * n)), 1)
    upto = histogram.cumsum()
    if rank > upto[-1]:
        return NEVER
    k = int(np.searchsorted(upto, rank))
    low = EDGES[k]
    width = (EDGES[k + 1] if k + 1 < len(EDGES) else round(low * 4 / 3)) - low
    within = (rank - (upto[k] - histogram[k]) - 0.5) / histogram[k]
    return low + int(within * width)
