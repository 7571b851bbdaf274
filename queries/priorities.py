"""What to take up this week: topics × places with all that speaks for them, scored under weights a reader may move."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics import priority
from analytics.priority import Ranking
from queries import background, registers, seasons
from queries.ask import ask
from queries.background import Work
from queries.dictionaries import Territories
from queries.planner import answer
from queries.scope import COUNTRY, Scope

PAGE = "priorities"
WEIGHTS = priority.WEIGHTS
BEFORE, AHEAD, LEAST_AUTHORS = 4, 4, 3
UNFINISHED = ("planned", "running")


@dataclass(frozen=True, eq=False)
class Items:
    """scope: as asked; items: one row a topic × place: key, topic_id, topic, place, name, appeals, authors, before (authors of the four
    equal periods before), overdue, vulnerable, reach, severity, expected, usual, low, high (appeals a week of the topic in the
    whole scope, at the most of the next four weeks) and the factors of `priority.WEIGHTS`, NaN where not known."""

    scope: Scope
    items: pd.DataFrame

    @property
    def before(self) -> tuple[date, date]:
        """First and last day of the periods before."""
        return self.scope.first - timedelta(days=BEFORE * self.scope.days), self.scope.first - timedelta(days=1)


def items(scope: Scope, tree: Territories, since: date) -> Work[Items]:
    """What could be taken up in the scope; places are regions of the country, towns of a region, or the town itself. `since`: the
    first day of the store, for the seasons."""
    asked = replace(scope, comparison="none")
    return background.begin(("priorities", asked), lambda step: _items(asked, tree, since, step))


def _items(scope: Scope, tree: Territories, since: date, step: Callable[[float], None]) -> Items:
    step(0.0)
    where = {"where": "t.region_id" if scope.place == COUNTRY else "a.territory_id"}
    before_first = scope.first - timedelta(days=BEFORE * scope.days)
    found = ask("priority_items", scope, where, before_first=before_first)
    late = ask("priority_overdue", scope, where)
    step(0.1)
    whole = found.merge(late, on=["topic_id", "place"], how="left")
    whole["overdue"] = whole["overdue"].fillna(0).astype(int)
    whole = whole[(whole["appeals"] > 0) & whole["place"].isin(list(tree.all))].reset_index(drop=True)
    ahead = _outlooks(scope.over(since, scope.last), whole["topic_id"].unique(), lambda share: step(0.1 + 0.9 * share))
    whole = whole.merge(ahead, on="topic_id", how="left")
    whole["name"] = [tree.all[int(place)].name for place in whole["place"]]
    whole["key"] = whole["topic_id"].astype(str) + "|" + whole["place"].astype(str)
    return Items(scope, _with_factors(whole, scope))


def _outlooks(history: Scope, topics: np.ndarray, step: Callable[[float], None]) -> pd.DataFrame:
    """expected, low, high (the largest of the next weeks), usual by topic_id."""
    frame = answer("season_days", history, by=("topic",))
    rows = []
    for number, topic_id in enumerate(topics):
        step(number / len(topics))
        found = seasons.outlook(*seasons.daily(frame[frame["topic_id"] == topic_id], history))
        if found is not None:
            at = int(np.argmax(found.mean[:AHEAD]))
            rows.append((topic_id, found.mean[at], found.low[at], found.high[at], found.usual))
    return pd.DataFrame(rows, columns=["topic_id", "expected", "low", "high", "usual"])


def _with_factors(items: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    known = items["reach"].notna()
    return items.assign(
        volume=items["authors"].astype(float),
        growth=priority.growth(items["authors"], items["before"], 1 / BEFORE),
        outlook=items["expected"] / items["usual"].clip(lower=0.5),
        reach=items["reach"].astype(float).where(known),
        cost=_costs(items, scope),
    )


def _costs(items: pd.DataFrame, scope: Scope) -> list[float]:
    """Roubles of the unfinished measures on each topic (or its group) in each place; NaN where none has a price."""
    known = registers.items("measures", scope)
    known = known[known["status"].isin(UNFINISHED) & known["money"].notna()]
    sums: dict[tuple[str, int], float] = known.groupby(["topic", "territory"])["money"].sum().to_dict()
    found = []
    for row in items.itertuples():
        parts = [sums.get((about, int(row.place)), 0.0) for about in (f"t{row.topic_id}", f"g{row.topic_group_id}")]
        found.append(sum(parts) if any(parts) else float("nan"))
    return found


def ranked(found: Items, weights: Mapping[str, float]) -> tuple[pd.DataFrame, Ranking]:
    """The items, best first, with score, rank, rank_low, rank_high, sure, few (fewer than LEAST_AUTHORS people write: below all others
    whatever they score), and the ranking they come from. At least one weight above 0."""
    table = found.items.set_index("key")
    few = table["authors"] < LEAST_AUTHORS
    scored = priority.score(table[list(WEIGHTS)], {name: weight for name, weight in weights.items() if weight > 0}, last=few)
    columns = {name: getattr(scored, name) for name in ("score", "rank", "rank_low", "rank_high", "sure")}
    return table.loc[scored.score.index].assign(**columns, few=few).reset_index(), scored


def parts(scored: Ranking, key: str) -> pd.DataFrame:
    """What the score of one item is made of: factor, share (0–1; NaN: not known), most (points it could give: the weights of what is
    known add up to 100), points."""
    names = list(scored.weights)
    shares, weights = scored.shares.loc[key], pd.Series(scored.weights)
    known = weights.where(shares.notna(), 0.0)
    frame = pd.DataFrame({"share": shares, "most": 100 * known / max(float(known.sum()), 1e-9), "points": scored.parts.loc[key]}, index=names)
    return frame.rename_axis("factor").reset_index()


def saved_weights() -> dict[str, dict[str, float]]:
    """Weight sets that people saved, by name; factors that are not known any more are left out."""
    found = {row.name_: json.loads(row.settings) for row in ask("views", page=PAGE).rename(columns={"name": "name_"}).itertuples()}
    return {name: {key: float(weight) for key, weight in given.items() if key in WEIGHTS} for name, given in found.items()}

