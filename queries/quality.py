"""What may be wrong with the data themselves: silence, lag, rejects, gaps in fields, channels that reach not everywhere."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from queries.ask import ask
from queries.cities import child_column
from queries.dictionaries import Territories
from queries.scope import COUNTRY, Scope

WEEKS = 8
COVERAGE_DAYS = 90
SURELY = 5  # a Poisson count of which this many are expected is zero in less than one case in a hundred

# field: (column of completeness.sql that counts its absence, out of which column)
FIELDS = {
    "place": ("without_place", "appeals"),
    "street": ("without_street", "appeals"),
    "point": ("without_point", "appeals"),
    "topic": ("without_topic", "appeals"),
    "executor": ("unassigned", "appeals"),
    "response": ("waiting", "appeals"),
    "closing": ("closed_undated", "closed"),
    "rating": ("closed_unrated", "closed"),
    "author": ("without_author", "appeals"),
}


def calendar(last_full: date) -> pd.DataFrame:
    """source_id, source, day, received, expected, state (ok | silent | partial) of each source and day of the last
    eight weeks. Silent: nothing from a source that usually sends at least 10; partial: less than a third of the usual."""
    return ask("source_calendar", first=last_full - timedelta(days=7 * WEEKS - 1), last=last_full)


def sources(everywhere: Scope, days: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """source_id, source, visibility, last_record, last_loaded (UTC), lag (minutes from the last record to `now`), silent,
    partial (of `days`, a `calendar`), read_rows, rejected, duplicates and their shares of the rows read (NaN: none read)."""
    found = ask("source_loads", everywhere)
    counts = pd.crosstab(days["source_id"], days["state"]).reindex(index=found["source_id"], columns=["silent", "partial"], fill_value=0)
    read = found["read_rows"].where(found["read_rows"] > 0)
    return found.assign(
        lag=(pd.Timestamp(now) - found["last_record"]).dt.total_seconds() / 60,
        silent=counts["silent"].to_numpy(),
        partial=counts["partial"].to_numpy(),
        rejected_share=found["rejected"] / read,
        duplicates_share=found["duplicates"] / read,
    )


def silent_now(days: pd.DataFrame) -> list[str]:
    """Names of the sources that are silent on the last day of a `calendar`."""
    last = days[days["day"] == days["day"].max()]
    return sorted(last.loc[last["state"] == "silent", "source"])


def completeness(scope: Scope) -> pd.DataFrame:
    """source_id, source, appeals, closed and, for each field of FIELDS, how many appeals lack it (`<field>`) and which
    share has it (`<field>_share`, NaN where there is nothing to have); the sources, then a row of all (source_id 0).
    In a territory of the country no appeal lacks a place, so `place` is there for the country only."""
    found = ask("completeness", scope)
    everything = found.drop(columns=["source_id", "source"]).sum().to_frame().T.assign(source_id=0, source="")
    found = pd.concat([found, everything], ignore_index=True)
    for field, (absent, base) in fields(scope).items():
        found[field] = found[absent].astype(int)
        found[f"{field}_share"] = 1 - found[absent] / found[base].where(found[base] > 0).astype(float)
    return found


def fields(scope: Scope) -> dict[str, tuple[str, str]]:
    """FIELDS that say something in a scope."""
    return {field: of for field, of in FIELDS.items() if field != "place" or scope.places is None}


def lacking_params(field: str, source_id: int) -> dict[str, object]:
    """URL parameters of the list of appeals of a source (0: of all) that lack a field."""
    source = {"source": source_id} if source_id else {}
    return {"place": 0, **source} if field == "place" else {"only": FIELDS[field][0], **source}


@dataclass(frozen=True)
class Coverage:
    """Child territories (by name) × channels (by name). counts; missing: nothing came, although by the share of the
    channel in the whole territory at least five would. ids and channel_ids by name; first–last: the days counted."""

    counts: pd.DataFrame
    missing: pd.DataFrame
    ids: pd.Series
    channel_ids: pd.Series
    first: date
    last: date


def coverage(scope: Scope, tree: Territories) -> Coverage:
    """Which channels bring nothing from where; over the ninety days up to the scope's last."""
    asked = scope.over(scope.last - timedelta(days=COVERAGE_DAYS - 1), scope.last)
    found = ask("coverage", asked, child_column(asked))
    names = {t.territory_id: t.name for t in tree.children(scope.place)}
    channels = found.drop_duplicates("channel_id").set_index("channel_id")["channel"]
    counts = found.pivot_table(index="territory_id", columns="channel_id", values="appeals", fill_value=0)
    counts = counts.reindex(index=list(names), fill_value=0).astype(int)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    counts = counts[counts.sum().sort_values(ascending=False, kind="stable").index]
    rows, columns = counts.sum(axis=1), counts.sum()
    expected = pd.DataFrame({own: rows * columns[own] / max(columns.sum(), 1) for own in counts.columns}, index=counts.index)
    labels = {"index": names, "columns": dict(channels)}
    return Coverage(
        counts.rename(**labels),
        ((counts == 0) & (expected >= SURELY)).rename(**labels),
        pd.Series({name: own for own, name in names.items()}, dtype=object),
        pd.Series({name: own for own, name in channels.items()}, dtype=object),
        asked.first,
        asked.last,
    )


def area(scope: Scope, tree: Territories) -> int:
    """The territory whose children `coverage` compares: a municipality is seen among those of its region."""
    place = tree.all[scope.place]
    return place.territory_id if place.kind in ("country", "region") else place.region_id or COUNTRY
