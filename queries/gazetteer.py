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


def named(scope: Scope, limit: int = 2000) -> pd.DataFrame:
    """Which places do the texts of appeals without a street in their address name? Over the newest `limit` readable texts:
    kind, name, appeals, lat, lon (empty where the place is not known), rows (appeal_id of each, newest first); those
    named most first. An appeal counts once for each place."""
    here = city(scope)
    found: dict[tuple[str, str], list[int]] = {}
    spelled: dict[tuple[str, str], str] = {}
    for row in ask("unaddressed", scope, limit=limit).itertuples():
        for place in {(p.kind, p.key): p for p in places.find(row.text, here.names)}.values():
            found.setdefault((place.kind, place.key), []).append(int(row.appeal_id))
            spelled.setdefault((place.kind, place.key), place.name)
    nowhere = (None, None)
    rows = [
        (mark[0], spelled[mark], len(ids), *here.points.get(spelled[mark], nowhere), tuple(ids))
        for mark, ids in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return pd.DataFrame(rows, columns=["kind", "name", "appeals", "lat", "lon", "rows"])


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
