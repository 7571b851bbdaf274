"""Scopes to ask with: the edges by hand, and many drawn by a fixed seed."""

import random
from dataclasses import replace
from datetime import date, timedelta

from queries import dictionaries
from queries.access import Access
from queries.scope import COUNTRY, Scope

WEEK = (date(2024, 6, 7), date(2024, 6, 13))
READERS = (None, None, None, (2301,), (6401, 6408), (0,), ())


def scope(place: int = COUNTRY, first: date = WEEK[0], last: date = WEEK[1], **more: object) -> Scope:
    """A scope of the store at hand; `reader`: the territories of a limited reader."""
    reader = more.pop("reader", None)
    access = Access.reader() if reader is None else replace(Access.reader(), territories=reader)
    return Scope(place, first, last, dictionaries.territories().places(place), access=access, **more)  # type: ignore[arg-type]


def many(count: int = 30) -> list[Scope]:
    """Different territories, periods, channels, topics, comparisons, readers."""
    chance = random.Random(11)
    found = [scope(), scope(2300), scope(6401), scope(0), scope(first=date(2024, 4, 1), last=date(2024, 6, 14))]
    while len(found) < count:
        first = date(2024, 4, 10) + timedelta(days=chance.randrange(66))
        found.append(
            scope(
                chance.choice((COUNTRY, COUNTRY, 2300, 2301, 6400, 6401, 0)),
                first,
                first + timedelta(days=chance.choice((0, 6, 6, 9, 29, 60))),
                comparison=chance.choice(("prev", "year", "none")),
                channels=chance.choice(((), (), (2, 6), (1,))),
                blocks=chance.choice(((), (), (5,))),
                groups=chance.choice(((), (), (19, 27))),
                topics=chance.choice(((), (), (35, 20))),
                reader=chance.choice(READERS),
            )
        )
    return found
