"""A small store written by hand, and the same appeals as plain Python values to compute answers from without SQL.

Two regions eleven hours apart, appeals a minute before and after local midnight, every status and outcome, terms that
have passed, come within a day or lie ahead, restricted texts, repeats, marks, a status log, comments, one orphan.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from ingest import load
from ingest.batch import COMMENTS, EVENTS, SCHEMA
from ingest.sources.part import Part, Reject

CLOCK = datetime(2024, 6, 14, 9, 30, 40)
AS_OF = datetime(2024, 6, 14, 9, 30)
MARKER = "кракозяблик"
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Place:
    """A territory as the rows name it and as the store numbers it."""

    territory_id: int
    region_id: int
    region: str | None
    municipality: str | None
    timezone: str


KALININGRAD = Place(2301, 2300, "Калининградская область", "Калининград", "Europe/Kaliningrad")
AMBER = Place(2300, 2300, "Калининградская область", None, "Europe/Kaliningrad")
SAKHALIN = Place(6401, 6400, "Сахалинская область", "г. Южно-Сахалинск", "Asia/Sakhalin")
ALEXANDROVSK = Place(6408, 6400, "Сахалинская область", "Александровск-Сахалинский", "Asia/Sakhalin")
NOWHERE = Place(0, 0, "Тридевятая область", "Тридесятск", "Europe/Moscow")
PLACES = (KALININGRAD, AMBER, SAKHALIN, ALEXANDROVSK, NOWHERE)

# topic: (block, group, type of most of its appeals, days of the norm for the source «incident»)
TOPICS = {
    "Ямы и выбоины": ("ROADS", "Состояние дорог", "resolvable", 14),
    "Горячая вода": ("HOUSING", "Водоснабжение и водоотведение", "resolvable", 8),
    "Отключение электричества": ("ENERGY", "Электроснабжение", "resolvable", 6),
    "Набережные": ("AMENITY", "Общественные пространства", "resolvable", 10),
    "Места в детских садах": ("EDU", "Детские сады", "informational", 10),
}
CHANNELS = {"vk_official": (1, True), "vk_groups": (2, False), "tg_chats": (6, False), "gosuslugi": (7, True), "call": (9, True)}
LEVELS = {"Дорожная служба": "municipal", "Министерство энергетики и ЖКХ": "regional"}


def utc(local: str | datetime, place: Place) -> datetime:
    """Naive UTC of a local time."""
    at = datetime.fromisoformat(f"2024-{local}") if isinstance(local, str) else local
    return at.replace(tzinfo=ZoneInfo(place.timezone)).astimezone(UTC).replace(tzinfo=None)


def local(at: datetime, place: Place) -> datetime:
    """Naive local time of a naive UTC one."""
    return at.replace(tzinfo=UTC).astimezone(ZoneInfo(place.timezone)).replace(tzinfo=None)


def row(
    number: int,
    place: Place,
    at: str | datetime,
    topic: str | None = "Ямы и выбоины",
    status: str = "new",
    outcome: str | None = None,
    *,
    answered: float | None = None,
    closed: float | None = None,
    due: float | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One appeal as a row of the batch. `at` is local («06-10 23:59»); answered, closed, due are minutes after it."""
    created = utc(at, place)
    block, group, kind, _days = TOPICS.get(topic or "", (None, None, None, None))
    after = {
        name: None if m is None else created + timedelta(minutes=m)
        for name, m in (("first_response_at", answered), ("closed_at", closed), ("due_at", due))
    }
    base = {
        "row_number": number,
        "external_id": f"A-{number}",
        "source": "incident",
        "visibility": "public",
        "channel": "vk_groups",
        "created_at": created,
        "region": place.region,
        "municipality": place.municipality,
        "block": block,
        "topic_group": group,
        "topic": topic,
        "type": kind,
        "status": status,
        "outcome": outcome,
        "reopened": False,
        "text": f"Обращение номер {number}: {topic or 'без темы'}",
        "place": place,
    }
    found = base | after | more
    return found | {"is_official": CHANNELS[found["channel"]][1]}


HOT, POWER, QUAY, NURSERY = "Горячая вода", "Отключение электричества", "Набережные", "Места в детских садах"
DAY = 1440


def written() -> list[dict[str, Any]]:
    """The rows whose point is known."""
    k, s = KALININGRAD, SAKHALIN
    closed_pos = {"source": "pos", "visibility": "restricted", "channel": "gosuslugi"}
    call = {"source": "calls", "channel": "call"}
    return [
        # local midnight and the borders of a week
        row(1, k, "06-09 23:59", status="closed", outcome="resolved", answered=30, closed=2 * DAY, rating=5, author=1),
        row(2, k, "06-10 00:01", status="closed", outcome="resolved", answered=31, closed=2 * DAY, rating=4, author=1, street="Портовая улица", house="3"),
        row(3, s, "06-09 23:59", HOT, "answered", answered=60, author=2),
        row(4, s, "06-10 00:01", HOT, "answered", answered=61, author=2),
        row(5, s, "06-13 23:59", HOT, "assigned", answered=240, author=3),
        row(6, s, "06-14 00:01", HOT, author=3),
        row(7, k, "06-13 23:59", QUAY, author=4, lat=54.70, lon=20.50, street="Набережная Петра Великого", house="1"),
        row(8, k, "06-14 00:01", QUAY, author=4, lat=54.71, lon=20.51, street="Набережная Петра Великого"),
        row(9, k, "05-31 23:59", QUAY, "closed", "explained", answered=241, closed=DAY, rating=1, author=5),
        row(10, k, "06-01 00:01", QUAY, "closed", "not_resolved", answered=480, closed=3 * DAY, rating=2, author=6),
        # terms: due exactly now, a minute ago, in a day to the minute, later than a day
        row(11, k, "06-03 10:00", status="assigned", due_at=AS_OF, executor="Дорожная служба"),
        row(12, k, "06-03 10:00", status="assigned", due_at=AS_OF - timedelta(minutes=1), executor="Дорожная служба", level="municipal"),
        row(13, s, "06-04 10:00", POWER, due_at=AS_OF + timedelta(days=1), executor="Министерство энергетики и ЖКХ", level="regional"),
        row(14, s, "06-04 10:00", POWER, due_at=AS_OF + timedelta(days=1, minutes=1), executor="Министерство энергетики и ЖКХ"),
        row(15, k, "06-02 09:00", POWER, "closed", "resolved", answered=481, closed=6 * DAY, due=6 * DAY, rating=3),
        row(16, k, "06-02 09:00", POWER, "closed", "resolved", answered=1440, closed=6 * DAY + 1, due=6 * DAY, rating=5),
        row(17, s, "06-05 12:00", HOT, "closed", "postponed", answered=1441, closed=4 * DAY, author=7),
        row(18, s, "06-06 12:00", QUAY, "rejected", answered=15, author=8),
        row(19, k, "06-06 12:00", NURSERY, "closed", "explained", answered=15, closed=DAY, author=8),
        row(20, k, "06-07 12:00", status="closed", outcome=None, answered=100),
        row(21, k, "06-11 12:00", status="new", answered=-5, author=9),
        # restricted texts
        row(22, k, "06-10 12:00", HOT, "closed", "resolved", answered=5, closed=DAY, text=f"{MARKER} горячей воды нет", reply=f"{MARKER} ответ",
            url=f"https://example.invalid/{MARKER}", author=10, engagement=50, **closed_pos),
        row(23, s, "06-11 12:00", HOT, "new", text=f"Жалоба: {MARKER}, {MARKER}!", author=11, **closed_pos),
        # repeats, returned work, points, level
        row(24, k, "06-12 12:00", repeat_of="A-2", reopened=True, author=1, street="Портовая улица", lat=54.69, lon=20.48, engagement=7, text="Ямы на Портовой снова"),
        row(25, k, "06-12 13:00", repeat_of="A-2", author=12, street="Портовая улица", engagement=30, text="Яма на Портовой улице никуда не делась"),
        row(26, s, "06-12 13:00", reopened=True, level="municipal", lat=46.95, lon=142.73),
        # the working clock of the call centre; a region without a town; a place nobody knows
        row(27, k, "06-03 10:00", HOT, "assigned", answered=9 * 60, **call),
        row(28, AMBER, "06-08 10:00", POWER, "answered", answered=3 * DAY),
        row(29, NOWHERE, "06-08 10:00", HOT),
        row(30, ALEXANDROVSK, "06-09 10:00", POWER, "closed", "resolved", answered=2 * DAY, closed=2 * DAY),
    ]  # fmt: skip


def drawn(count: int = 60) -> list[dict[str, Any]]:
    """Rows drawn by a fixed seed around them, so that no sum is met by chance."""
    chance = random.Random(7)
    rows = []
    for number in range(101, 101 + count):
        place = chance.choice((KALININGRAD, KALININGRAD, SAKHALIN, SAKHALIN, ALEXANDROVSK))
        at = datetime(2024, 4, 15) + timedelta(minutes=chance.randrange(59 * DAY))
        status = chance.choice(("new", "assigned", "answered", "closed", "closed", "closed", "rejected"))
        answered = None if status == "new" else chance.randrange(1, 3 * DAY)
        outcome = chance.choice(("resolved", "resolved", "explained", "not_resolved", "postponed")) if status == "closed" else None
        rows.append(
            row(
                number, place, at, chance.choice(list(TOPICS)), status, outcome,
                answered=answered, closed=(answered or 0) + chance.randrange(20 * DAY) if status == "closed" else None,
                channel=chance.choice(("vk_official", "vk_groups", "tg_chats")), source=chance.choice(("incident", "pages")),
                rating=chance.choice((None, 1, 2, 3, 4, 5)) if status == "closed" else None, author=chance.randrange(1, 20),
                executor=chance.choice((None, *LEVELS)), engagement=chance.randrange(100),
            )
        )  # fmt: skip
    # nothing may lie in the future of the clock
    return [r for r in rows if max(t for t in (r["created_at"], r["first_response_at"], r["closed_at"]) if t) <= AS_OF]


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """All appeals of the small store."""
    return (*written(), *drawn())


def table(given: list[dict[str, Any]] | tuple[dict[str, Any], ...]) -> pa.Table:
    """Rows as the batch's appeals."""
    return pa.Table.from_pylist([{name: r.get(name) for name in SCHEMA.names} for r in given], schema=SCHEMA)


def part(
    given: list[dict[str, Any]] | tuple[dict[str, Any], ...],
    events: list[Any] = (),
    comments: list[Any] = (),
    rejects: tuple[Reject, ...] = (),
) -> Part:  # type: ignore[assignment]
    """Rows as what an adapter hands over; events (external_id, at, status, executor, note), comments (id, of, at, text)."""
    return Part(
        appeals=table(given),
        events=pa.Table.from_pylist([dict(zip(EVENTS.names, e, strict=True)) for e in events], schema=EVENTS) if events else None,
        comments=pa.Table.from_pylist([dict(zip(COMMENTS.names, (*c, None), strict=True)) for c in comments], schema=COMMENTS)
        if comments
        else None,
        rejects=rejects,
    )


def label(name: str = "small", content_hash: str | None = None, source: str = "incident", **more: Any) -> load.Label:
    """The label of a batch; each name is a file of its own."""
    return load.Label(name, source, content_hash or f"hash of {name}", loaded_at=CLOCK, **more)


def quiet(share: float, message: str) -> None:
    """Nobody watches."""


def put(given: list[dict[str, Any]] | tuple[dict[str, Any], ...], name: str = "small", **more: Any) -> load.Report:
    """Load rows as one batch into the store at hand."""
    return load.load([part(given)], label(name, **more), quiet)


def fill() -> load.Report:
    """Load the small store: appeals in two parts, status log, comments, one of them an orphan, and a reject."""
    created = utc("06-10 00:01", KALININGRAD)
    events = [
        ("A-2", created, "new", None, None),
        ("A-2", created + timedelta(minutes=31), "answered", "Дорожная служба", "Принято"),
        ("A-2", created + timedelta(days=2), "closed", "Дорожная служба", None),
        ("A-22", utc("06-10 12:05", KALININGRAD), "answered", "Министерство энергетики и ЖКХ", f"{MARKER} в журнале"),
    ]
    comments = [
        ("c1", "A-7", utc("06-14 00:30", KALININGRAD), "И пыль с набережной летит в окна"),
        ("c2", "A-22", utc("06-10 13:00", KALININGRAD), f"{MARKER} в комментарии"),
        ("c3", None, utc("06-10 14:00", KALININGRAD), "Комментарий без поста"),
    ]
    given = rows()
    first, second = part(given[:40], events, comments), part(given[40:], rejects=(Reject(999, "нет даты", '{"Текст": "…"}'),))
    return load.load([first, second], label(), quiet)


NORMS = {"pos": 30, "pages": None, "incident": None}


def _answer_due(r: dict[str, Any]) -> datetime:
    """720 hours by the law for «Госуслуги», 8 for housing and power, 24 for the rest, all around the clock; a call of Monday
    morning, eight working hours later, at the end of the day."""
    if r["source"] == "calls":
        return utc("06-03 18:00", r["place"])
    hours = 720 if r["source"] == "pos" else 8 if r["block"] in ("HOUSING", "ENERGY") else 24
    return r["created_at"] + timedelta(hours=hours)


@cache
def naive() -> pd.DataFrame:
    """The same appeals, computed by hand-written rules: what the store should say of each."""
    found = []
    for r in rows():
        place: Place = r["place"]
        at = local(r["created_at"], place)
        days = NORMS.get(r["source"]) or TOPICS[r["topic"]][3]
        # the one appeal of the call centre: ten working days after 3 June 2024, the 12th being a holiday
        due = utc("06-18 18:00", place) if r["source"] == "calls" else r["created_at"] + timedelta(days=days)
        response = None if r["first_response_at"] is None else int((r["first_response_at"] - r["created_at"]).total_seconds() // 60)
        found.append(
            {
                "external_id": r["external_id"], "created_at": r["created_at"], "day": at.date(), "hour": at.hour,
                "territory_id": place.territory_id, "region_id": place.region_id, "topic": r["topic"], "block": r["block"], "group": r["topic_group"],
                "channel": r["channel"], "source": r["source"], "official": r["is_official"], "type": r["type"], "status": r["status"], "outcome": r["outcome"],
                "due": r["due_at"] or due, "answer_due": _answer_due(r), "closed_at": r["closed_at"], "answered_at": r["first_response_at"], "response": response if response is None or response >= 0 else None,
                "closing": None if r["closed_at"] is None else int((r["closed_at"] - r["created_at"]).total_seconds() // 60),
                "rating": r.get("rating"), "author": r.get("author"), "restricted": r["visibility"] == "restricted", "executor": r.get("executor"),
                "level": r.get("level") or LEVELS.get(r.get("executor")), "reopened": r["reopened"], "repeat_of": r.get("repeat_of"), "lat": r.get("lat"),
                "street": r.get("street"), "text": r["text"], "engagement": r.get("engagement"),
            }
        )  # fmt: skip
    return pd.DataFrame(found).astype(object).where(lambda f: f.notna(), None)
