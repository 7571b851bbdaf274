"""What every page begins with: the scope of its URL, the tree of territories, the days of the store."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from queries import dictionaries
from queries.access import Access
from queries.dictionaries import Days, Territories, Territory
from queries.scope import COUNTRY, Scope, decode, default_period, integer_of


@dataclass(frozen=True)
class Context:
    """One page's ground. `zone` is the clock of the scope's territory, `moment` the store's moment on it."""

    scope: Scope
    territories: Territories
    days: Days
    zone: ZoneInfo
    moment: datetime

    @property
    def place(self) -> Territory:
        """The scope's territory."""
        return self.territories.all[self.scope.place]

    @property
    def is_default(self) -> bool:
        """Whether nothing is chosen but what a reader begins with."""
        scope = self.scope
        chosen = (*scope.channels, *scope.blocks, *scope.groups, *scope.topics)
        period = (scope.first, scope.last) == default_period(self.days.last_full)
        return period and not chosen and not scope.without_fakes and scope.comparison == "prev" and scope.place == self.territories.home()

    def within(self, place: int) -> Scope:
        """The same scope in another territory."""
        return replace(self.scope, place=place, places=self.territories.places(place))

    def local(self, at: Any) -> datetime | None:
        """A UTC moment of the store on the scope's clock."""
        return None if pd.isna(at) else pd.Timestamp(at, tz="UTC").tz_convert(self.zone).tz_localize(None).to_pydatetime()

    def everywhere(self) -> Scope:
        """All that the reader may see, without filters: for a thing opened by its id."""
        return Scope(place=COUNTRY, first=self.scope.first, last=self.scope.last, access=self.scope.access)

    def whole_time(self) -> dict[str, str]:
        """URL parameters of the whole period of the store, for lists that do not depend on the day of arrival."""
        first, last = self.days.first or self.scope.first, self.days.last or self.scope.last
        return {"from": first.isoformat(), "to": last.isoformat()}


def read(params: Mapping[str, str], access: Access) -> Context:
    """The context of a URL's parameters."""
    territories = dictionaries.territories()
    home = territories.home()
    asked = integer_of(params.get("place", ""))
    place = asked if asked in territories.all else home
    zone = territories.timezone(place)
    days = dictionaries.days(zone)
    scope = decode(params, days.last_full, home, territories.places_of(), access)
    return Context(scope, territories, days, zone, dictionaries.local_moment(zone))
