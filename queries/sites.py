"""Items of registers that stand somewhere on the map, and the appeals around them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from queries import registers
from queries.ask import ask
from queries.dictionaries import Territories
from queries.near import Circle
from queries.scope import Scope

RADIUS = {"sensors": 1000, "objects": 500, "projects": 1000}
POINTS = 2000


@dataclass(frozen=True)
class Site:
    """An item and the appeals it is compared with: those of its territory and topic, near it or not. `scope` keeps the period,
    channels and reader of the page."""

    item_id: str
    name: str
    territory_id: int
    territory: str
    topic_name: str
    zone: ZoneInfo
    circle: Circle
    scope: Scope

    @property
    def params(self) -> dict[str, str]:
        """URL parameters of the list of the appeals near it."""
        topic = f"g{self.scope.groups[0]}" if self.scope.groups else f"t{self.scope.topics[0]}"
        return {"place": str(self.territory_id), "topics": topic, "near": self.circle.encode()}


def items(code: str, scope: Scope) -> pd.DataFrame:
    """Items of a register (see registers.items) that have a place on the map, with `metres`: how far «near» reaches."""
    found = registers.items(code, scope)
    found = found[found["lat"].notna() & found["lon"].notna() & found["topic"].notna()].reset_index(drop=True)
    return found.assign(metres=found["radius"].fillna(RADIUS[code]).astype(int))


def site(code: str, item: Mapping[str, Any], scope: Scope, tree: Territories, metres: int | None = None) -> Site:
    """The surroundings of one of `items`; metres: another radius than its own."""
    own, topic = int(item["territory"]), str(item["topic"])
    number = int(topic[1:])
    groups, topics = ((number,), ()) if topic[0] == "g" else ((), (number,))
    circle = Circle.at(item["lat"], item["lon"], metres or item["metres"])
    return Site(
        item["item_id"], str(item["name" if "name" in item else "object"]), own, tree.all[own].name, item["topic_name"], tree.timezone(own),
        circle, replace(scope, place=own, places=tree.places(own), blocks=(), groups=groups, topics=topics),
    )  # fmt: skip


def others(around: Site, every: Iterable[Site]) -> tuple[Circle, ...]:
    """The circles of the other sites of the same territory: what was done there is no control."""
    return tuple(one.circle for one in every if one.territory_id == around.territory_id and one.item_id != around.item_id)


def daily(around: Site, first: date, last: date, apart: Sequence[Circle] = ()) -> pd.DataFrame:
    """inside, outside: appeals near the site, and in the rest of its territory not near any place of `apart`; a row a day
    (index) from first to last."""
    elsewhere = " AND ".join(f"NOT {circle.sql()}" for circle in (around.circle, *apart))
    frame = ask("circle_daily", around.scope.over(first, last), {"circle": around.circle.sql(), "elsewhere": elsewhere})
    every = pd.date_range(first, last, freq="D")
    return frame.set_index("day")[["inside", "outside"]].reindex(every, fill_value=0).astype(int)


def appeals(around: Site, first: date, last: date, limit: int = POINTS) -> pd.DataFrame:
    """appeal_id, created_at (UTC), day, lat, lon, topic, street, house of the newest appeals near the site."""
    return ask("circle_appeals", around.scope.over(first, last), {"circle": around.circle.sql()}, limit=limit)
