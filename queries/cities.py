"""Children of a territory side by side: by block, over time, on the map."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from queries.ask import ask
from queries.dictionaries import Territories, topic_tree
from queries.planner import answer
from queries.scope import COUNTRY, Scope
from words.predicates import SHORT_BLOCKS


def child_column(scope: Scope) -> dict[str, str]:
    """The country is shown by regions, a region by its municipalities."""
    return {"child": "t.region_id" if scope.place == COUNTRY else "a.territory_id"}


def child_grain(scope: Scope) -> str:
    """What `child_column` tells apart."""
    return "region" if scope.place == COUNTRY else "territory"


def by_block(scope: Scope) -> pd.DataFrame:
    """territory_id, block_id, appeals, before: how many in each child territory and block."""
    before = scope.before()
    return answer(
        "places_by_block",
        scope,
        child_column(scope),
        by=(child_grain(scope), "block"),
        before_first=before.first if before else date(1, 1, 1),
        before_last=before.last if before else date(1, 1, 1),
    )


def by_period(scope: Scope, count: int = 8) -> pd.DataFrame:
    """Appeals by child territory (index) and period, oldest first, the scope's own last."""
    frame = answer("places_by_period", scope, child_column(scope), by=(child_grain(scope),), span=scope.days * count, days=scope.days, periods=count)
    return frame.pivot_table(index="territory_id", columns="period", values="appeals", fill_value=0).reindex(
        columns=range(count - 1, -1, -1), fill_value=0
    )


def figures(scope: Scope) -> pd.DataFrame:
    """territory_id, appeals, with_point, due_resolvable, resolved_on_time, response_median, response_p90 (about: read off a
    histogram) of child territories."""
    return answer("places_figures", scope, child_column(scope), by=(child_grain(scope),))


def points(scope: Scope, limit: int = 5000) -> pd.DataFrame:
    """appeal_id, lat, lon, topic, street, house, is_open of the newest appeals that have a point."""
    return ask("points", scope, limit=limit)


@dataclass(frozen=True)
class BlockMatrix:
    """Child territories × blocks, both by name: counts, the shown values and how far each is from the usual.

    `ratio`: by count, a territory's share of a block over the whole area's share; per 1,000 residents, the rate over
    the area's rate; by change, now over before. NaN where there is nothing to divide by.
    """

    counts: pd.DataFrame
    values: pd.DataFrame
    ratio: pd.DataFrame
    total: pd.Series
    margins: pd.DataFrame
    ids: pd.Series
    block_ids: pd.Series


def block_matrix(scope: Scope, tree: Territories, view: str) -> BlockMatrix:
    """The matrix of the page «Города и темы»; view: count | rate | change. margins: people (thousands), total, weeks
    (lists), of each row. Rows by total (or rate), blocks by size."""
    cells = by_block(scope)
    blocks = topic_tree().drop_duplicates("block_id").set_index("block_id")["block"]
    counts, earlier = (_wide(cells, column) for column in ("appeals", "before"))
    names = {t.territory_id: t.name for t in tree.children(scope.place) if t.territory_id in counts.index}
    people = pd.Series({own: tree.all[own].population for own in names}, dtype=float)
    counts = counts.loc[list(names)]
    counts = counts[counts.sum().sort_values(ascending=False).index]
    earlier = earlier.reindex_like(counts)
    everything, rates = counts.sum(), counts.div(people, axis=0) * 1000
    area_rate = everything / (tree.population(scope.place) or people.sum()) * 1000
    if view == "rate":
        values, ratio, total, by = rates, rates / area_rate, area_rate, rates.sum(axis=1)
    elif view == "change":
        values, total, by = counts - earlier, everything - earlier.sum(), counts.sum(axis=1)
        ratio = counts / earlier.where(earlier > 0)
    else:
        values, total, by = counts, everything, counts.sum(axis=1)
        ratio = counts.div(counts.sum(axis=1), axis=0) / (everything / everything.sum())
    order = by.sort_values(ascending=False).index
    weeks = by_period(scope)
    margins = pd.DataFrame(
        {
            "people": people / 1000,
            "total": by,
            "weeks": pd.Series({own: [float(v) for v in weeks.loc[own]] for own in order}),
        }
    )
    labels, titles = pd.Series(names), blocks.reindex(counts.columns).fillna("Прочее").replace(SHORT_BLOCKS)

    def named(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.loc[order].rename(index=labels, columns=titles)

    return BlockMatrix(
        named(counts),
        named(values.astype(float)),
        named(ratio),
        total.astype(float).rename(titles),
        margins.loc[order].rename(index=labels),
        pd.Series({name: own for own, name in names.items()}),
        pd.Series({title: own for own, title in titles.items()}),
    )


def _wide(cells: pd.DataFrame, column: str) -> pd.DataFrame:
    return cells.pivot_table(index="territory_id", columns="block_id", values=column, aggfunc="sum", fill_value=0, observed=False)
