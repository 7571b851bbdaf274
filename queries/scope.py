"""The scope: what part of the store a page speaks of, and its form in the URL."""

import calendar
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from queries.access import Access, condition

COUNTRY = 1
UNPLACED = 0
KEYS = ("place", "from", "to", "vs", "channels", "topics", "fakes")
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
COMPARISONS = ("prev", "year", "none")


@dataclass(frozen=True)
class Scope:
    """Territory + period (inclusive local days of arrival) + channels + topics + comparison + reader.

    `places` are the municipalities and region of `place` (None for the whole country), so that no query has to
    know the tree. Blocks, groups and topics are joined by «or». `without_fakes`: appeals that people have set aside as
    repeating a fake are not counted (view set_aside).
    """

    place: int
    first: date
    last: date
    places: tuple[int, ...] | None = None
    comparison: str = "prev"
    channels: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    topics: tuple[int, ...] = ()
    without_fakes: bool = False
    access: Access = field(default_factory=Access.reader)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def over(self, first: date, last: date) -> "Scope":
        """The same scope in another period."""
        return replace(self, first=first, last=last)

    def before(self) -> "Scope | None":
        """The like-for-like period before: same weekdays, or the same days of the previous month, or a year ago;
        None without comparison."""
        if self.comparison == "none":
            return None
        if self.comparison == "year":
            return self.over(self.first - timedelta(days=364), self.last - timedelta(days=364))
        if self.first.day == 1 and (self.first.year, self.first.month) == (self.last.year, self.last.month) and self.days > 7:
            previous_last = self.first - timedelta(days=1)
            whole = self.last == end_of_month(self.last)
            length = previous_last.day if whole else min(self.last.day, previous_last.day)
            return self.over(previous_last.replace(day=1), previous_last.replace(day=length))
        shift = timedelta(days=-(-self.days // 7) * 7)
        return self.over(self.first - shift, self.last - shift)


def end_of_month(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _numbers(values: tuple[int, ...]) -> str:
    return ", ".join(str(int(v)) for v in values)


def where(scope: Scope, alias: str = "a") -> str:
    """SQL over appeals `a` (or spikes `s`): the rows of the scope's territory and topics, in any period, that its
    reader may see; over appeals also of its channels."""
    parts = [condition(scope.access, alias)]
    if scope.places is not None:
        parts.append(f"{alias}.territory_id IN ({_numbers(scope.places) or 'NULL'})")
    if scope.channels and alias == "a":
        parts.append(f"a.channel_id IN ({_numbers(scope.channels)})")
    if scope.without_fakes and alias == "a":
        parts.append("a.appeal_id NOT IN (TABLE set_aside)")
    about = [
        f"{alias}.{column} IN ({_numbers(values)})"
        for column, values in (("block_id", scope.blocks), ("topic_group_id", scope.groups), ("topic_id", scope.topics))
        if values
    ]
    if about:
        parts.append(f"({' OR '.join(about)})")
    return " AND ".join(part for part in parts if part != "TRUE") or "TRUE"


def default_period(last_full_day: date) -> tuple[date, date]:
    """The last seven full days: the present state, comparable weekday by weekday."""
    return last_full_day - timedelta(days=6), last_full_day


def encode(scope: Scope) -> dict[str, str]:
    """The URL parameters of a scope: territory and period always, so that a shared address means the same tomorrow;
    the rest only where something is chosen."""
    params = {"place": str(scope.place), "from": scope.first.isoformat(), "to": scope.last.isoformat()}
    if scope.comparison != "prev":
        params["vs"] = scope.comparison
    if scope.channels:
        params["channels"] = ",".join(map(str, scope.channels))
    about = [f"b{b}" for b in scope.blocks] + [f"g{g}" for g in scope.groups] + [f"t{t}" for t in scope.topics]
    if about:
        params["topics"] = ",".join(about)
    if scope.without_fakes:
        params["fakes"] = "off"
    return params


def decode(
    params: Mapping[str, str], last_full_day: date, home: int, places_of: Mapping[int, tuple[int, ...] | None], access: Access
) -> Scope:
    """The scope of a URL. Whatever cannot be understood falls back to the default; nothing is raised."""
    first, last = default_period(last_full_day)
    try:
        given_first, given_last = date.fromisoformat(params["from"]), date.fromisoformat(params["to"])
        if EARLIEST <= given_first <= given_last <= LATEST:
            first, last = given_first, given_last
    except (KeyError, ValueError):
        pass
    given_place = integer_of(params.get("place", ""))
    place = given_place if given_place is not None and given_place in places_of else home
    about = [(item[:1], integer_of(item[1:])) for item in params.get("topics", "").split(",")]
    comparison = params.get("vs", "prev")
    return Scope(
        place=place,
        first=first,
        last=last,
        places=places_of[place],
        comparison=comparison if comparison in COMPARISONS else "prev",
        channels=tuple(n for n in map(integer_of, params.get("channels", "").split(",")) if n),
        blocks=tuple(n for letter, n in about if letter == "b" and n),
        groups=tuple(n for letter, n in about if letter == "g" and n),
        topics=tuple(n for letter, n in about if letter == "t" and n),
        without_fakes=params.get("fakes") == "off",
        access=access,
    )


def integer_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def fingerprint(scope: Scope) -> str:
    """A short stable name of a scope, for file names and cache keys."""
    return hashlib.sha256(repr(scope).encode()).hexdigest()[:12]
