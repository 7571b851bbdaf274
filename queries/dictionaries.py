"""Names: territories and their tree, channels, the topic tree, the days the store covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from queries import store
from queries.ask import ask
from queries.scope import COUNTRY, UNPLACED


@dataclass(frozen=True)
class Days:
    """The days the store covers and where it stands: `last_full` is the last day that has ended."""

    first: date | None
    last: date | None
    last_full: date


@dataclass(frozen=True)
class Territory:
    """One node of the tree country > region > municipality."""

    territory_id: int
    parent_id: int
    region_id: int
    kind: str
    name: str
    population: int | None
    lat: float | None
    lon: float | None
    timezone: str
    appeals: int


class Territories:
    """The tree, from one reading of the store."""

    def __init__(self, frame: pd.DataFrame):
        self.all = {
            int(r.territory_id): Territory(
                int(r.territory_id),
                int(r.parent_id or 0),
                int(r.region_id),
                r.kind,
                r.name_,
                None if pd.isna(r.population) else int(r.population),
                None if pd.isna(r.lat) else r.lat,
                None if pd.isna(r.lon) else r.lon,
                r.timezone,
                int(r.appeals),
            )
            for r in frame.rename(columns={"name": "name_"}).fillna({"parent_id": 0}).itertuples()
        }

    def children(self, place: int) -> list[Territory]:
        """The territories one step below that have appeals (regions by those of their towns), by name."""
        if place == COUNTRY:
            busy = {t.region_id for t in self.all.values() if t.appeals}
            return sorted((t for t in self.all.values() if t.kind == "region" and t.territory_id in busy), key=lambda t: t.name)
        found = [t for t in self.all.values() if t.parent_id == place and t.appeals]
        own = self.all[place]
        if own.kind == "region" and own.appeals:
            found.append(own)
        return sorted(found, key=lambda t: t.name)

    def places(self, place: int) -> tuple[int, ...] | None:
        """The ids whose appeals belong to a territory: itself and those below; None for the whole country."""
        if place == COUNTRY:
            return None
        return (place, *(t.territory_id for t in self.all.values() if t.parent_id == place))

    def places_of(self) -> dict[int, tuple[int, ...] | None]:
        """`places` of every territory."""
        below: dict[int, list[int]] = {}
        for t in self.all.values():
            below.setdefault(t.parent_id, []).append(t.territory_id)
        return {own: None if own == COUNTRY else (own, *below.get(own, ())) for own in self.all}

    def home(self) -> int:
        """The smallest territory that holds all appeals that have a place: where a reader begins."""
        busy = [t for t in self.all.values() if t.appeals and t.territory_id != UNPLACED]
        if len(busy) == 1 and not self.all[UNPLACED].appeals:
            return busy[0].territory_id
        regions = {t.region_id for t in busy}
        return regions.pop() if len(regions) == 1 and not self.all[UNPLACED].appeals else COUNTRY

    def path(self, place: int) -> list[Territory]:
        """The territory and those above it, the country first."""
        found = [self.all[place]]
        while found[0].parent_id in self.all and found[0].territory_id != COUNTRY and found[0].parent_id:
            found.insert(0, self.all[found[0].parent_id])
        return found

    def population(self, place: int) -> int | None:
        """Residents; of the country: of the regions that have appeals."""
        if place != COUNTRY:
            return self.all[place].population
        return sum(t.population or 0 for t in self.children(COUNTRY)) or None

    def timezone(self, place: int) -> ZoneInfo:
        """The clock of a territory."""
        return ZoneInfo(self.all[place].timezone)


_tree: tuple[tuple[object, ...], Territories] | None = None


def territories() -> Territories:
    """The tree of territories; made once for each state of the store."""
    global _tree
    state = (store.paths().database, store.version())
    if _tree is None or _tree[0] != state:
        _tree = (state, Territories(ask("territories")))
    return _tree[1]


def channels() -> pd.DataFrame:
    """channel_id, code, name, is_official."""
    return ask("channels")


def executors() -> dict[int, str]:
    """Names of executors by id."""
    frame = ask("executors")
    return dict(zip(frame["executor_id"].astype(int), frame["name"], strict=True))


def topic_tree() -> pd.DataFrame:
    """block_id, block, topic_group_id, topic_group, topic_id, topic."""
    return ask("topic_tree")


def days(zone: ZoneInfo) -> Days:
    """The days the store covers; the last full one by the clock of `zone`."""
    row = ask("facts").iloc[0]
    if pd.isna(row["last_day"]):
        return Days(None, None, local_moment(zone).date() - timedelta(days=1))
    last = row["last_day"].date()
    last_full = last if store.is_demo() else min(last, local_moment(zone).date() - timedelta(days=1))
    return Days(row["first_day"].date(), last, last_full)


def local_moment(zone: ZoneInfo) -> datetime:
    """The moment of the store on a territory's clock."""
    return store.as_of().replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)


def place_choices(tree: Territories) -> list[tuple[str, str, str]]:
    """(id, name, region) of the territories that have appeals: the country, then each region with its towns."""
    places = [tree.all[COUNTRY]]
    for region in tree.children(COUNTRY):
        places += [region, *(t for t in tree.children(region.territory_id) if t.territory_id != region.territory_id)]
    return [(str(t.territory_id), t.name, tree.all[t.parent_id].name if t.kind == "municipality" else "") for t in places]


def channel_choices() -> list[tuple[str, str, str, bool]]:
    """(id, name, group, is official); channels have no groups."""
    return [(str(c.channel_id), c.title, "", bool(c.is_official)) for c in channels().rename(columns={"name": "title"}).itertuples()]


def topic_choices() -> list[tuple[str, str, str]]:
    """(letter and id as in the URL, name, heading): blocks, groups, then topics under their groups."""
    tree = topic_tree()
    groups, topics = tree.dropna(subset="topic_group_id").drop_duplicates("topic_group_id"), tree.dropna(subset="topic_id")
    return [
        *((f"b{r.block_id}", r.block, "Блоки") for r in tree.drop_duplicates("block_id").itertuples()),
        *((f"g{int(r.topic_group_id)}", r.topic_group, "Группы тем") for r in groups.itertuples()),
        *((f"t{int(r.topic_id)}", r.topic, r.topic_group) for r in topics.itertuples()),
    ]
