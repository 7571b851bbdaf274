"""Where is repair needed first: streets and cells ranked, tested against chance, chosen under a budget."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analytics import zones
from analytics.zones import Choice
from queries import background, figures
from queries.ask import ask
from queries.background import Work
from queries.dictionaries import Territories
from queries.scope import Scope

SHORTEST, USUAL, PARTS = 56, 364, 13
METRES_A_DEGREE = 111_195
FEWEST_POINTS, SPREAD = 3, (0.05, 0.95)
KINDS = ("streets", "cells")
FIELDS = ["key", "name", "territory_id", "street", "lat", "lon", "km", *zones.ZONE_COLUMNS]


@dataclass(frozen=True)
class HotSpot:
    """More than chance explains. cells: the centre first; first, last: days; seen, awaited: authors, each once a period; p: chance
    of such a spot anywhere. usual: against the same cells at other times (something began here); else against all topics
    in the same cells (here people write of this more than of other things)."""

    cells: tuple[str, ...]
    name: str
    first: date
    last: date
    seen: float
    awaited: float
    p: float
    usual: bool

    @property
    def ratio(self) -> float:
        return self.seen / self.awaited


@dataclass(frozen=True, eq=False)
class Zones:
    """appeals: of the scope; streets, cells: FIELDS, best first. `km` of a street: between the outermost of its points (5–95 %), NaN
    where there are few; of a cell: NaN. placed: appeals with a street or a point by kind."""

    scope: Scope
    appeals: int
    streets: pd.DataFrame
    cells: pd.DataFrame
    spots: tuple[HotSpot, ...]

    def of(self, kind: str) -> pd.DataFrame:
        """The zones of a kind."""
        return self.streets if kind == "streets" else self.cells

    def placed(self, kind: str) -> int:
        """How many appeals lie in zones of a kind."""
        return int(self.of(kind)["volume"].sum())


def span_of(scope: Scope) -> Scope:
    """The scope's period, or the year up to its end where it is shorter than eight weeks: repair is planned by the year."""
    return scope if scope.days >= SHORTEST else scope.over(scope.last - timedelta(days=USUAL - 1), scope.last)


def found(scope: Scope, tree: Territories) -> Work[Zones]:
    """Zones of the scope as it is (see `span_of`); streets are told apart by their town."""
    return background.begin(("zones", scope), lambda step: _found(scope, tree, step))


def _found(scope: Scope, tree: Territories, step: Callable[[float], None]) -> Zones:
    step(0.0)
    frame = ask("zone_appeals", scope)
    step(0.2)
    resolution = zones.RESOLUTIONS[tree.all[scope.place].kind]
    frame["cell"] = zones.cells(frame["lat"], frame["lon"], resolution)
    step(0.3)
    cells = _cells(frame, scope)
    streets = _streets(frame, scope, tree)
    step(0.5)
    spots = _spots(frame, cells, scope, lambda share: step(0.5 + 0.5 * share))
    return Zones(scope, int(figures.totals(scope)["appeals"]), streets, cells, spots)


def _ranked(frame: pd.DataFrame, places: "pd.Series[str]", scope: Scope) -> pd.DataFrame:
    given = frame.assign(place=places)[["place", "author", "day", "unresolved", "severity"]]
    return zones.rank(given, np.datetime64(scope.first), np.datetime64(scope.last))


def _streets(frame: pd.DataFrame, scope: Scope, tree: Territories) -> pd.DataFrame:
    named = frame.dropna(subset="street")
    keys = named["territory_id"].astype(str) + "|" + named["street"]
    ranked = _ranked(named, keys, scope)
    where = named.assign(key=keys).groupby("key")
    about = where[["territory_id", "street"]].first().join(where[["lat", "lon"]].median())
    about["km"] = [_length(rows["lat"], rows["lon"]) for _key, rows in where]
    whole = ranked.join(about)
    several = whole["territory_id"].nunique() > 1
    whole["name"] = [f"{row.street}, {tree.all[int(row.territory_id)].name}" if several else row.street for row in whole.itertuples()]
    return whole.rename_axis("key").reset_index()[FIELDS]


def _length(lat: "pd.Series[float]", lon: "pd.Series[float]") -> float:
    """Kilometres between the outermost points, but for the wildest."""
    lat, lon = lat.dropna(), lon.dropna()
    if len(lat) < FEWEST_POINTS:
        return float("nan")
    (south, north), (west, east) = np.quantile(lat, SPREAD), np.quantile(lon, SPREAD)
    return float(np.hypot(north - south, (east - west) * np.cos(np.radians(south))) * METRES_A_DEGREE / 1000)


def _cells(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    ranked = _ranked(frame, frame["cell"], scope)
    streets = frame.dropna(subset=["cell", "street"]).groupby(["cell", "street"]).size().sort_values(ascending=False, kind="stable").reset_index()
    main = streets.groupby("cell", sort=False)["street"].agg(lambda names: ", ".join(names.head(2)))
    centres = pd.DataFrame([zones.centre(cell) for cell in ranked.index], columns=["lat", "lon"], index=ranked.index)
    whole = ranked.join(centres).assign(territory_id=scope.place, street=None, km=float("nan"))
    whole["name"] = [main.get(cell) or cell for cell in whole.index]
    again = whole.groupby("name").cumcount()
    whole["name"] = [f"{name} ({number + 1})" if number else name for name, number in zip(whole["name"], again, strict=True)]
    return whole.rename_axis("key").reset_index()[FIELDS]


def _spots(frame: pd.DataFrame, cells: pd.DataFrame, scope: Scope, step: Callable[[float], None]) -> tuple[HotSpot, ...]:
    if len(cells) < 2 or scope.days < 2 * PARTS:
        return ()
    order = cells["key"].tolist()
    authors = _authors(frame, scope, order)
    lat, lon = cells["lat"].to_numpy(), cells["lon"].to_numpy()
    narrowed = bool(scope.blocks or scope.groups or scope.topics)
    half = 0.5 if narrowed else 1.0
    found = [(one, True) for one in zones.scan(authors, zones.usual(authors), lat, lon, step=lambda share: step(half * share))]
    if narrowed:
        every = ask("zone_appeals", replace(scope, blocks=(), groups=(), topics=()))
        every["cell"] = zones.cells(every["lat"], every["lon"], zones.resolution(order[0]))
        all_topics = _authors(every, scope, order)
        found += [(one, False) for one in zones.scan(authors, all_topics, lat, lon, whole_time=True, step=lambda share: step(0.5 + 0.5 * share))]
    part, known = scope.days // PARTS, cells.set_index("key")
    begin = scope.last - timedelta(days=PARTS * part - 1)
    return tuple(
        HotSpot(
            tuple(order[place] for place in one.places), _named(known, [order[place] for place in one.places]), begin + timedelta(days=part * one.first),
            begin + timedelta(days=part * (one.last + 1) - 1), one.seen, one.awaited, one.p, usual,
        )
        for one, usual in found
    )  # fmt: skip


def _named(cells: pd.DataFrame, keys: list[str]) -> str:
    """The two places of a spot that are written about most."""
    return ", ".join(cells.loc[keys].sort_values("volume", ascending=False, kind="stable")["name"].head(2))


def _authors(frame: pd.DataFrame, scope: Scope, order: Sequence[str]) -> np.ndarray:
    """Different authors [cells, PARTS] of the last equal parts of the period; who is not known counts as one a day."""
    part = scope.days // PARTS
    begin = pd.Timestamp(scope.last - timedelta(days=PARTS * part - 1))
    known = frame.dropna(subset="cell")
    days = pd.to_datetime(known["day"])
    writer = known["author"].astype(object).where(known["author"].notna(), days.dt.strftime("?%Y-%m-%d"))
    seen = pd.DataFrame({"cell": known["cell"], "part": (days - begin).dt.days // part, "writer": writer}).query("part >= 0").drop_duplicates()
    counts = seen.groupby(["cell", "part"]).size().unstack(fill_value=0).reindex(index=order, columns=range(PARTS), fill_value=0)
    return counts.to_numpy(float)


def bought(table: pd.DataFrame, costs: Sequence[float], budget: float) -> tuple[pd.DataFrame, Choice]:
    """Which zones to take under a budget: the rows chosen with their `cost`, and how much they cover of all zones."""
    choice = zones.choose(table["volume"].to_numpy(float), np.asarray(costs, dtype=float), budget)
    rows = table.iloc[list(choice.chosen)].assign(cost=[float(costs[row]) for row in choice.chosen])
    return rows.reset_index(drop=True), choice


def geojson(table: pd.DataFrame, kind: str) -> dict[str, object]:
    """The zones as GeoJSON: cells as polygons, streets as points; the figures as properties."""
    return {"type": "FeatureCollection", "features": [_feature(row, kind) for row in table.to_dict("records")]}


def shape(row: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """The geometry of one zone; None where it has no place on the map."""
    if pd.isna(row["lat"]):
        return None
    return zones.polygon(str(row["key"])) if kind == "cells" else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


def _feature(row: dict[str, Any], kind: str) -> dict[str, object]:
    facts = {name: _plain(value) for name, value in row.items() if name not in ("lat", "lon", "few")}
    return {"type": "Feature", "properties": facts, "geometry": shape(row, kind)}


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value
