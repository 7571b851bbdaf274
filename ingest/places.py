"""Names of places in a load → territories of the store."""

import re
from dataclasses import dataclass

import duckdb
import pandas as pd

FIRST_GROWN_ID = 100_000
KINDS = re.compile(
    r"\b(?:г\.?\s?о|м\.?\s?о|м\.?\s?р-?н|г|пгт|город|городской округ|муниципальный округ|муниципальный район|муниципальное образование|"
    r"городское поселение|округ|район|р-н|го|мо|обл|область|край|республика|респ|ао|автономный округ)\b\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class HomePlace:
    """The one territory a whole file speaks of, when its mapping names it; created when the store lacks it."""

    region: str
    municipality: str
    timezone: str
    lat: float | None = None
    lon: float | None = None
    population: int | None = None


def plain(name: str | None) -> str:
    """A name as compared: lower case, ё as е, without the words for its kind; the kind alone stays as it is."""
    lowered = re.sub(r"\s+", " ", (name or "").lower().replace("ё", "е")).strip()
    bare = re.sub(r"[«»\"()]", " ", KINDS.sub(" ", lowered))
    return re.sub(r"\s+", " ", bare).strip(" ,.-") or lowered


def resolve(
    cursor: duckdb.DuckDBPyConnection, named: pd.DataFrame, may_grow: bool, home: HomePlace | None, matches: pd.DataFrame
) -> pd.DataFrame:
    """Territory of every (region, municipality) pair: frame region, municipality, territory_id; 0 where unknown.

    `may_grow`: the source's own list of municipalities is official, so a new one inside a known region is added to
    the store. Otherwise an unknown municipality counts under «Не привязано». `matches` (same columns as the answer) is
    what people have said of places met before; it goes first.
    """
    territories = cursor.execute("FROM territories").df()
    regions = {plain(r.name_): r.territory_id for r in territories.rename(columns={"name": "name_"}).itertuples() if r.kind == "region"}
    towns = {
        (t.region_id, plain(t.name_)): t.territory_id
        for t in territories.rename(columns={"name": "name_"}).itertuples()
        if t.kind == "municipality"
    }
    by_name: dict[str, list[int]] = {}
    for (_, name), own in towns.items():
        by_name.setdefault(name, []).append(own)
    next_id = max(FIRST_GROWN_ID, int(territories["territory_id"].max())) + 1
    zones = dict(zip(territories["territory_id"], territories["timezone"], strict=True))
    matched = {(_text(region), _text(town)): own for region, town, own in matches.itertuples(index=False, name=None)}
    grown = []
    found = []
    for region_name, town_name in named.itertuples(index=False):
        region_text, town_text = _text(region_name), _text(town_name)
        if (region_text, town_text) in matched:
            found.append((region_name, town_name, matched[region_text, town_text]))
            continue
        is_home = home is not None and (region_text, town_text) == (home.region, home.municipality)
        region = regions.get(plain(region_text)) if region_text else None
        if region is None and is_home and home is not None:
            region, next_id = next_id, next_id + 1
            regions[plain(region_text)] = region
            zones[region] = home.timezone
            grown.append((region, 1, region, "region", home.region, None, home.population, home.lat, home.lon, home.timezone, False, None))
        territory = 0
        if town_text:
            matches = by_name.get(plain(town_text), [])
            if region is not None:
                territory = towns.get((region, plain(town_text)), 0)
            elif len(matches) == 1:
                territory = matches[0]
            if not territory and region is not None and (may_grow or is_home):
                territory, next_id = next_id, next_id + 1
                towns[(region, plain(town_text))] = territory
                place = home if is_home else None
                grown.append(
                    (
                        territory,
                        region,
                        region,
                        "municipality",
                        town_text,
                        None,
                        place.population if place else None,
                        place.lat if place else None,
                        place.lon if place else None,
                        place.timezone if place else zones[region],
                        False,
                        None,
                    )
                )
        elif region is not None:
            territory = region
        found.append((region_name, town_name, territory))
    if grown:
        cursor.executemany(f"INSERT INTO territories VALUES ({', '.join('?' * 12)})", grown)
    return pd.DataFrame(found, columns=["region", "municipality", "territory_id"])


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
