"""What a territory calls its streets, districts and stops: a customer's own list and the streets of its addresses."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from analytics import places
from analytics.places import Gazetteer
from queries.ask import ask
from queries.scope import Scope
from queries.store import ROOT

FOLDER = ROOT / "data" / "reference" / "gazetteers"
KINDS = (places.STREET, places.DISTRICT, places.STOP, places.EMBANKMENT)


@dataclass(frozen=True)
class City:
    """`names`: what `analytics.places` looks up; `points`: (latitude, longitude) by the name as the gazetteer spells it,
    only of names that stand for one place here."""

    names: Gazetteer
    points: Mapping[str, tuple[float, float]]


def city(scope: Scope) -> City:
    """The names of the scope's territory: of data/reference/gazetteers/<territory_id>.csv (columns kind, name, aliases
    divided by «|», lat, lon; the last three may be empty) and the streets that two or more of its appeals have in their
    address, with the median of their points. The reader's territories only."""
    whole = replace(scope, channels=(), blocks=(), groups=(), topics=())
    found = ask("known_streets", whole)
    # the tree of a region brings the files of its towns
    listed = [row for place in (scope.places or (scope.place,)) for row in _listed(place)]
    streets = found.drop_duplicates("street")["street"].tolist()
    entries = [(row["kind"], row["name"], tuple(filter(None, (row["aliases"] or "").split("|")))) for row in listed]
    known = {places.key_of(name) for _kind, name, _aliases in entries}
    entries += [(places.STREET, street, ()) for street in streets if places.key_of(street) not in known]
    points = {street: (lat, lon) for street, lat, lon in _alone(found)}
    points |= {row["name"]: (float(row["lat"]), float(row["lon"])) for row in listed if row["lat"] and row["lon"]}
    return City(Gazetteer(entries), points)


def _alone(found: pd.DataFrame) -> Iterable[tuple[str, float, float]]:
    """Streets of one town of the territory: «улица Ленина» of a whole region has no point."""
    placed = found[found.groupby("street")["territory_id"].transform("nunique") == 1].dropna(subset=["lat", "lon"])
    return zip(placed["street"], placed["lat"], placed["lon"], strict=True)


@cache
def _listed(territory_id: int) -> tuple[dict[str, str], ...]:
    file = FOLDER / f"{territory_id}.csv"
    if not file.exists():
        return ()
    with open(file, encoding="utf-8-sig", newline="") as handle:
        rows = [{"aliases": "", "lat": "", "lon": ""} | row for row in csv.DictReader(handle)]
    return tuple(row for row in rows if row.get("kind") in KINDS and row.get("name"))
