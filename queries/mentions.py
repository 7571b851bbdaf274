"""Which places do the texts themselves name? Bus routes in all texts; streets, districts, stops where the address has none."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analytics import places
from queries import appeals, background, gazetteer
from queries.appeals import Chosen
from queries.background import Work
from queries.scope import Scope

MOST = 2000


@dataclass(frozen=True)
class Mention:
    """`id`: kind and key of the place, as «route:17»; `size`: appeals that name it, each once; `rows`: appeal_id and day
    of them, newest first; point of the place where the territory's names have one."""

    id: str
    kind: str
    name: str
    size: int
    lat: float | None
    lon: float | None
    rows: pd.DataFrame


@dataclass(frozen=True)
class Mentions:
    """`texts`: how many of the newest texts were read; places named most first."""

    texts: int
    found: tuple[Mention, ...]

    def one(self, mention_id: str) -> Mention | None:
        """A place by its id."""
        return next((mention for mention in self.found if mention.id == mention_id), None)

    def routes(self) -> tuple[Mention, ...]:
        """Bus routes only."""
        return tuple(mention for mention in self.found if mention.kind == places.ROUTE)

    def others(self) -> tuple[Mention, ...]:
        """All but bus routes."""
        return tuple(mention for mention in self.found if mention.kind != places.ROUTE)


def named(scope: Scope, chosen: Chosen) -> Work[Mentions]:
    """Places named in the newest texts of the appeals that meet the conditions."""
    return background.begin(("mentions", scope, chosen), lambda step: _named(scope, chosen, step))


def _named(scope: Scope, chosen: Chosen, step: Callable[[float], None]) -> Mentions:
    read = appeals.written(scope, chosen, MOST)
    here = gazetteer.city(scope)
    rows: dict[tuple[str, str], list[int]] = {}
    spelled: dict[tuple[str, str], str] = {}
    for number, (text, street) in enumerate(zip(read["text"], read["street"], strict=True)):
        step(number / len(read))
        addressed = not pd.isna(street)
        for mark, place in {(p.kind, p.key): p for p in places.find(text, here.names)}.items():
            if place.kind == places.ROUTE or not addressed:
                rows.setdefault(mark, []).append(number)
                spelled.setdefault(mark, place.name)
    found = []
    for (kind, key), numbers in sorted(rows.items(), key=lambda item: (-len(item[1]), item[0])):
        name = spelled[kind, key]
        lat, lon = here.points.get(name, (None, None))
        own = read.iloc[numbers][["appeal_id", "day"]].reset_index(drop=True)
        found.append(Mention(f"{kind}:{key}", kind, name, len(own), lat, lon, own))
    return Mentions(len(read), tuple(found))
