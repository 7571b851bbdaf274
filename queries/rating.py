"""The rating of towns and of executors: what it is made of, how sure each place is, who improved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from analytics import rates
from analytics.rates import Funnel, Parts, Rating
from queries.ask import ask
from queries.dictionaries import Territories
from queries.metrics import METRICS, WEIGHTS
from queries.scope import Scope

SHORTEST = 28
USUAL = 91
SMALLEST = 10
REMEMBERED = 8
TOWN_SIZES = (50_000, 100_000, 500_000)
BODY = {"towns": "a.territory_id", "executors": "a.executor_id"}
LEVELS = ("municipal", "regional", "federal")
PAGE = "rating"


@dataclass(frozen=True, eq=False)
class Board:
    """A rating of one period. bodies: one row a body: body (id), name, peers (number of the group), connected (day or
    None), appeals, before_connection, the counts of the components, score, low, high (0–1), place, first, last (0 = not
    rated), call, rated; moved: by how many places it went up (NaN where not beyond chance). weights: those above 0."""

    kind: str
    scope: Scope
    before: Scope
    bodies: pd.DataFrame
    weights: Mapping[str, float]


def span_of(scope: Scope) -> Scope:
    """The scope's period, or the thirteen weeks up to its end where it is shorter than four weeks."""
    return scope if scope.days >= SHORTEST else scope.over(scope.last - timedelta(days=USUAL - 1), scope.last)


def earlier(scope: Scope) -> Scope:
    """The equal period right before."""
    return scope.over(scope.first - timedelta(days=scope.days), scope.first - timedelta(days=1))


def denominator(key: str) -> str:
    """The column of counts a component is a share of."""
    below = METRICS[key].denominator
    return "appeals" if below in (None, "all") else str(below)


def bodies(scope: Scope, tree: Territories, kind: str) -> pd.DataFrame:
    """The counts of each body with its name, peers and day of connection; towns by number of residents (0–3, 4 where
    unknown), executors by level (0–2, 3 where unknown)."""
    found = ask("rating_bodies", scope, {"body": BODY[kind]})
    if kind == "towns":
        places = {t.territory_id: t for t in tree.all.values() if t.kind == "municipality"}
        found = found[found["body"].isin(places)].reset_index(drop=True)
        days = connections()
        return found.assign(
            name=[places[own].name for own in found["body"]],
            peers=[_size(places[own].population) for own in found["body"]],
            connected=[days.get(own) for own in found["body"]],
        )
    executors = ask("executors").set_index("executor_id")
    levels = executors["level"].reindex(found["body"])
    return found.assign(
        name=executors["name"].reindex(found["body"]).to_numpy(),
        peers=[LEVELS.index(level) if level in LEVELS else len(LEVELS) for level in levels],
        connected=None,
    )


def connections() -> dict[int, date]:
    """The day each town was connected, where one is known."""
    frame = ask("territories").dropna(subset="connected_on")
    return dict(zip(frame["territory_id"], pd.to_datetime(frame["connected_on"]).dt.date, strict=True))


def _size(population: int | None) -> int:
    return len(TOWN_SIZES) + 1 if population is None else sum(population >= bound for bound in TOWN_SIZES)


def board(scope: Scope, tree: Territories, kind: str, weights: Mapping[str, float], group: int | None = None) -> Board:
    """The rating of the scope's bodies (of one group of peers, if given) with these weights; at least one above 0."""
    chosen = {key: weight for key, weight in weights.items() if weight > 0}
    before = earlier(scope)
    now, then = (_rated(one, tree, kind, chosen, group) for one in (scope, before))
    frame, rating = now
    past, past_rating = then
    places = dict(zip(past["body"], range(len(past)), strict=True))
    common = [(here, places[own]) for here, own in enumerate(frame["body"]) if own in places]
    moved = np.full(len(frame), np.nan)
    if common:
        here, there = (np.array(side) for side in zip(*common, strict=True))
        sure = rates.moved(past_rating.of(there), rating.of(here)) != 0
        shift = past_rating.place[there] - rating.place[here]
        moved[here[sure]] = shift[sure]
    return Board(kind, scope, before, frame.assign(moved=moved).sort_values(["rated", "place"], ascending=[False, True], ignore_index=True), chosen)


def _rated(scope: Scope, tree: Territories, kind: str, weights: Mapping[str, float], group: int | None) -> tuple[pd.DataFrame, Rating]:
    frame = bodies(scope, tree, kind)
    if group is not None:
        frame = frame[frame["peers"] == group].reset_index(drop=True)
    keys = list(weights)
    k, n = (frame[columns].to_numpy(np.int64) for columns in (keys, [denominator(key) for key in keys]))
    known = _parts(k.tobytes(), n.tobytes(), k.shape, tuple(frame["peers"]), together(scope, keys).tobytes())
    rating = rates.weigh(known, list(weights.values()))
    columns = ("score", "low", "high", "place", "first", "last", "call", "rated")
    return frame.assign(**{name: getattr(rating, name) for name in columns}), rating


@lru_cache(maxsize=REMEMBERED)
def _parts(k: bytes, n: bytes, shape: tuple[int, int], peers: tuple[int, ...], correlation: bytes) -> Parts:
    """`rates.parts`, remembered by the very counts, so that another weight costs only the weighing."""
    successes, totals = (np.frombuffer(counts, np.int64).reshape(shape) for counts in (k, n))
    return rates.parts(successes, totals, peers, correlation=np.frombuffer(correlation).reshape(shape[1], shape[1]))


def together(scope: Scope, keys: list[str]) -> np.ndarray:
    """How the components go together over the appeals that have both, as `rates.rate` asks; (components, components)."""
    seen = ask("rating_patterns", scope)
    values, weight = seen[keys].to_numpy(float), seen["appeals"].to_numpy(float)
    found = np.eye(len(keys))
    for i in range(len(keys)):
        for j in range(i):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            own, other = (weight[~np.isnan(values[:, c])].sum() for c in (i, j))
            if weight[both].sum() < 2:
                continue
            covariance = np.cov(values[both][:, [i, j]].T, aweights=weight[both], ddof=0)
            spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
            if spread > 0:
                found[i, j] = found[j, i] = covariance[0, 1] / spread * weight[both].sum() / np.sqrt(own * other)
    return found


def funnel(found: Board, key: str) -> tuple[pd.DataFrame, Funnel | None]:
    """body, name, value (share), n, outside (0 inside the 95 % limits, else −1 or +1) of bodies with n ≥ SMALLEST, below
    which the limits do not hold; the limits, None without bodies."""
    below = denominator(key)
    shown = found.bodies[found.bodies[below] >= SMALLEST].reset_index(drop=True)
    if shown.empty:
        return pd.DataFrame(columns=["body", "name", "value", "n", "outside"]), None
    limits = rates.funnel(shown[key], shown[below])
    value = shown[key] / shown[below]
    low, high = limits.limits(shown[below])
    outside = (value > high).astype(int) - (value < low).astype(int)
    return pd.DataFrame({"body": shown["body"], "name": shown["name"], "value": value, "n": shown[below], "outside": outside}), limits


def improved(found: Board, tree: Territories, key: str = "resolved_on_time") -> pd.DataFrame:
    """Who improved beyond chance against the period before, most first: body, name, before, now (shares), n_before, n,
    change, low, high (points 0–1), others (mean change of its peers), practice (notes and planned measures)."""
    before = bodies(found.before, tree, found.kind).set_index("body")
    now = found.bodies[found.bodies["body"].isin(before.index)].set_index("body")
    before, below = before.loc[now.index], denominator(key)
    enough = (now[below] >= rates.MINIMUM_N) & (before[below] >= rates.MINIMUM_N)
    now, before = now[enough], before[enough]
    columns = ["body", "name", "before", "now", "n_before", "n", "change", "low", "high", "others", "practice"]
    if now.empty:
        return pd.DataFrame(columns=columns)
    change = rates.change(before[key], before[below], now[key], now[below], now["peers"])
    table = pd.DataFrame(
        {
            "body": now.index, "name": now["name"].to_numpy(), "before": (before[key] / before[below]).to_numpy(),
            "now": (now[key] / now[below]).to_numpy(), "n_before": before[below].to_numpy(), "n": now[below].to_numpy(),
            "change": change.value, "low": change.low, "high": change.high, "peers": now["peers"].to_numpy(), "call": change.call,
        }
    )  # fmt: skip
    table["others"] = table.groupby("peers")["change"].transform("mean")
    said = practices(found) if found.kind == "towns" else {}
    table["practice"] = [said.get(own, "") for own in table["body"]]
    return table[table["call"] > 0].sort_values("change", ascending=False, ignore_index=True)[columns]


def practices(found: Board) -> dict[int, str]:
    """What people noted or planned in each town in both periods."""
    notes = ask("practices", found.scope.over(found.before.first, found.scope.last))
    return {int(own): "; ".join(dict.fromkeys(rows["text"])) for own, rows in notes.groupby("territory_id")}


def saved_weights() -> dict[str, dict[str, float]]:
    """Weight sets that people saved, by name; what the registry does not know any more is left out."""
    found = {row.name_: json.loads(row.settings) for row in ask("views", page=PAGE).rename(columns={"name": "name_"}).itertuples()}
    return {name: {key: float(weight) for key, weight in given.items() if key in WEIGHTS} for name, given in found.items()}


def parts(found: Board, body: int) -> pd.DataFrame:
    """What the score of one body is made of: key, title, weight, k, n, share (NaN where n is 0)."""
    row = found.bodies.set_index("body").loc[body]
    table = pd.DataFrame(
        [
            {"key": key, "title": METRICS[key].title, "weight": weight, "k": int(row[key]), "n": int(row[denominator(key)])}
            for key, weight in found.weights.items()
        ]
    )
    return table.assign(share=table["k"] / table["n"].where(table["n"] > 0))
