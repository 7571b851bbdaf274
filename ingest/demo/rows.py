"""The demonstration's appeals, drawn part by part; the same (rows, seed, until) gives the same rows.

Every appeal that has reached the centre by the end of `until` is there, with what was known about it at that moment.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.batch import COMMENTS, SCHEMA
from ingest.demo import world as w
from ingest.demo.columns import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    Bools,
    chosen,
    digits,
    joined,
    keys_of,
    labels,
    masked,
    moments,
)
from ingest.demo.handling import NEW, OUTCOMES, STATUSES, Arrival, Desk, Handling
from ingest.demo.pools import CommentPools, ReplyPools, TextPools
from ingest.demo.stories import Component, Plan, plan_stories
from ingest.demo.world import Floats, Ints, World

Progress = Callable[[float, str], None]

MIN_ROWS, PART_ROWS = 1_000, 150_000
LOAD_TIME = 23 * HOUR + 30 * MINUTE  # of each day, UTC
REPEATS, MOST_REPEATS, ADDRESSED, REPLIED, ORPHANS = 0.08, 0.35, 0.85, 0.97, 0.02
WRITERS = 0.06  # share of residents who ever write
SOCIAL = 2  # the first sources are posts in social networks
LOAD_FIELDS = ("source", "loaded_at", "first_day", "last_day", "rows")
HOUSE_ENDS = ("", "", "", "", "", "а", "/1", " к. 2")
CODES = [code for source in w.SOURCES for code, _ in w.CHANNELS[source]]


@dataclass(frozen=True)
class DemoPart:
    """Consecutive days of the demo in the shape of ingest.batch. The last part also carries the truth and the loads.

    truth: what was planted, for demo_truth.json. loads: one dict for each load of a source (source, loaded_at,
    first_day, last_day, rows), oldest first.
    """

    appeals: pa.Table
    events: pa.Table
    comments: pa.Table
    truth: dict[str, Any] = field(default_factory=dict)
    loads: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Origin:
    """Who wrote each appeal and from where; repeat_of is the serial number of an earlier appeal, −1 = none."""

    serial: Ints
    external: pa.Array
    street: Ints
    addressed: Bools
    author: Ints
    repeat_of: Ints


def generate(rows: int, seed: int, until: date, progress: Progress, later: int = 0) -> Iterator[DemoPart]:
    """Draw `rows` appeals of the three years that end with `until`, with their status logs and comments.

    Yields parts in order of time; `progress` gets the share done and the last day drawn. ValueError under MIN_ROWS.
    """
    if rows < MIN_ROWS:
        raise ValueError(f"a demo needs at least {MIN_ROWS} appeals")
    world = w.build_world(rows, seed, until)
    plan = plan_stories(world, rows, until, later)
    generator = _Generator(world, plan, rows)
    spans = generator.spans()
    for number, (first, last) in enumerate(spans, 1):
        tables = generator.part(number, first, last)
        progress(number / len(spans), f"{world.start + timedelta(last - 1):%d.%m.%Y}")
        if number < len(spans):
            yield DemoPart(*tables)
    truth = {"rows": rows, "seed": seed, "first_day": world.start.isoformat(), "until": until.isoformat(),
             "stories": plan.truth}  # fmt: skip
    yield DemoPart(*tables, truth, generator.loads.history())


class _Loads:
    """When records reach us: one load a day for each source, with pauses; counts what every load brought."""

    def __init__(self, world: World, epoch: int, rng: np.random.Generator) -> None:
        self.start = world.start
        self.moments = [(epoch + _load_days(rng, world.days)) * DAY + LOAD_TIME for _ in w.SOURCES]
        self.rows, self.first, self.last = (
            [np.full(at.size, value, np.int64) for at in self.moments] for value in (0, world.days, -1))  # fmt: skip

    def draw(self, rng: np.random.Generator, arrival: Arrival) -> Ints:
        """The moment of the load that brought each appeal: the next one or a later one, never after the end."""
        moment = np.zeros(arrival.created.size, np.int64)
        known = np.cumsum(w.ARRIVAL)
        for source, at in enumerate(self.moments):
            mine = np.flatnonzero(arrival.source == source)
            following = np.minimum(np.searchsorted(at, arrival.created[mine]), at.size - 1)
            left = np.minimum(at.size - 1 - following, known.size - 1)
            late = ((rng.random(mine.size) * known[left])[:, None] > known).sum(axis=1)
            load = following + np.minimum(late, left)
            moment[mine] = at[load]
            self.rows[source] += np.bincount(load, minlength=at.size)
            np.minimum.at(self.first[source], load, arrival.day[mine])
            np.maximum.at(self.last[source], load, arrival.day[mine])
        return moment

    def history(self) -> list[dict[str, Any]]:
        """Loads that brought something, oldest first."""
        out = []
        for name, *columns in zip(w.SOURCES, self.moments, self.first, self.last, self.rows, strict=True):
            for at, first, last, rows in zip(*columns, strict=True):
                if rows:
                    days = (self.start + timedelta(int(day)) for day in (first, last))
                    moment = np.datetime64(int(at), "us").item()
                    out.append(dict(zip(LOAD_FIELDS, (name, moment, *days, int(rows)), strict=True)))
        return sorted(out, key=lambda load: (load["loaded_at"], load["source"]))


class _Generator:
    """Draws parts in order; keeps between them the texts already written and the loads."""

    def __init__(self, world: World, plan: Plan, rows: int) -> None:
        self.world, self.plan = world, plan
        self.epoch = (world.start - date(1970, 1, 1)).days
        self.as_of = (self.epoch + world.days) * DAY - SECOND
        rng = np.random.default_rng([world.seed, 2])
        self.planted = [_daily_counts(rng, component) for component in plan.components]
        self.rate = world.rate.copy()
        for component in plan.components:
            if component.silences:
                self.rate[component.town, component.topic] = 0
        self.received = self._received()
        ordinary = max(rows - int(sum(counts.sum() for counts in self.planted)), 0)
        self.quota = self._quota(rng, ordinary)
        self.loads = _Loads(world, self.epoch, rng)
        self.desk = Desk(world, self.as_of, rng)
        totals = [int(counts.sum()) for counts in self.planted]
        self.texts = TextPools(world, plan, self.rate / self.rate.sum() * ordinary, totals, rng)
        self.replies = ReplyPools(world, OUTCOMES)
        self.remarks = CommentPools(world, plan, rng)
        self.channel_edges = _channel_edges()
        official = {row["code"]: row["is_official"] == "true" for row in w.read_reference("channels")}
        self.is_official = np.array([official[code] for code in CODES])
        self.serial = self.comment_serial = 0

    def _received(self) -> Floats:
        """S × D share of a day's appeals that has come by the end: 1 but for outages and the last days."""
        share = np.ones((len(w.SOURCES), self.world.days))
        share[:, -len(w.ARRIVAL) :] = np.cumsum(w.ARRIVAL)[::-1]
        for story in self.plan.truth:
            if story["kind"] == "outage":
                days = [self.world.day_number(date.fromisoformat(story[key])) for key in ("first_day", "last_day")]
                share[w.SOURCES.index(story["source"]), days[0] : days[1] + 1] = 0
        return share

    def _source_share(self, official: Floats) -> Floats:
        """S × (shape of `official`) shares of the sources in what is written."""
        split = np.array(w.OFFICIAL_SPLIT).reshape(-1, *[1] * official.ndim)
        return np.concatenate([(1 - official)[None], split * official[None]])

    def _kept(self, first: int, last: int) -> Floats:
        """T × D share of what is written that has reached us."""
        share = self._source_share(self.world.official[:, first:last])
        return np.asarray((share * self.received[:, None, first:last]).sum(axis=0))

    def _quota(self, rng: np.random.Generator, ordinary: int) -> Ints:
        """How many ordinary appeals each day gets."""
        kept = self._kept(0, self.world.days).mean(axis=0)
        expected = (self.rate.sum(axis=0) @ self.world.season) * self.world.day_weight * kept
        return rng.multinomial(ordinary, expected / expected.sum()).astype(np.int64)

    def spans(self) -> list[tuple[int, int]]:
        """Parts as [first, last) day numbers: a month, or fewer days where a month would be too many rows."""
        out, first = [], 0
        while first < self.world.days:
            start = self.world.start + timedelta(first)
            month_end = self.world.day_number(date(start.year + start.month // 12, start.month % 12 + 1, 1))
            fits = int(np.searchsorted(np.cumsum(self.quota[first:month_end]), PART_ROWS, side="right"))
            last = min(month_end, self.world.days, first + max(fits, 1))
            out.append((first, last))
            first = last
        return out

    def part(self, number: int, first: int, last: int) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Appeals, events and comments of what arrived on the days [first, last)."""
        rng = np.random.default_rng([self.world.seed, 3, number])
        arrival = self._arrival(rng, first, last)
        text, street = self.texts.draw(rng, self.texts.cells(arrival.town, arrival.topic, arrival.component))
        origin = self._origin(rng, arrival, street)
        handling = self.desk.draw(rng, arrival, self._offset(arrival.day)[arrival.town])
        appeals = self._appeals(rng, arrival, origin, handling, text)
        events = self.desk.events(rng, arrival, handling, origin.external)
        return appeals, events, self._comments(rng, arrival, origin.external)

    def _arrival(self, rng: np.random.Generator, first: int, last: int) -> Arrival:
        ordinary, planted = self._cells(rng, first, last), self._planted_cells(first, last)
        town, topic, day = (np.concatenate(pair) for pair in zip(ordinary, planted[:3], strict=True))
        component = np.concatenate([np.full(ordinary[0].size, -1), planted[3]])
        share = self._source_share(self.world.official[town, day]) * self.received[:, day]
        share[1:, self._of_component("authors")[component] > 0] = 0
        edges = np.cumsum(share, axis=0)
        source = (rng.random(town.size) * edges[-1] > edges[:-1]).sum(axis=0)
        created = self._created(rng, town, day, source)
        order = np.argsort(created, kind="stable")
        return Arrival(*(column[order] for column in (town, topic, day, component, source, created)))

    def _cells(self, rng: np.random.Generator, first: int, last: int) -> tuple[Ints, Ints, Ints]:
        """Town, topic and day of the ordinary appeals; days of a topic, and of a town, vary more than by chance."""
        world, days, topics = self.world, last - first, len(self.world.topic)
        regions = int(world.region_of.max()) + 1
        noise = rng.gamma(12, 1 / 12, (regions, topics, days))
        snowfalls = rng.gamma(3, 1 / 3, (regions, days // 5 + 1))
        noise[:, world.topic_number(w.SNOW)] *= np.repeat(snowfalls, 5, axis=1)[:, :days]
        noise *= world.season[:, first:last] * world.day_weight[first:last]
        by_town = self._kept(first, last) * rng.gamma(25, 1 / 25, (len(world.town), days))
        weight = (self.rate[:, :, None] * noise[world.region_of] * by_town[:, None, :]).ravel()
        counts = rng.multinomial(int(self.quota[first:last].sum()), weight / weight.sum())
        town, rest = np.divmod(np.repeat(np.arange(weight.size), counts), topics * days)
        topic, day = np.divmod(rest, days)
        return town, topic, day + first

    def _planted_cells(self, first: int, last: int) -> tuple[Ints, Ints, Ints, Ints]:
        days = [np.repeat(np.arange(first, last), counts[first:last]) for counts in self.planted]
        component = np.repeat(np.arange(len(days)), [day.size for day in days])
        town, topic = self._of_component("town")[component], self._of_component("topic")[component]
        return town, topic, np.concatenate(days), component

    def _of_component(self, name: str) -> Ints:
        """A number of each component, or how many it has; the last entry, for −1, is 0."""
        values = [getattr(component, name) or 0 for component in self.plan.components]
        return np.array([len(value) if isinstance(value, tuple) else value for value in values] + [0])

    def _created(self, rng: np.random.Generator, town: Ints, day: Ints, source: Ints) -> Ints:
        """UTC moments: hours follow the local day, and calls come at other hours than posts."""
        hours = np.cumsum([w.SOCIAL_HOURS, w.CALL_HOURS], axis=1)
        hour = chosen(rng, hours, (source == w.SOURCES.index("calls")).astype(np.int64))
        local = (self.epoch + day) * DAY + hour * HOUR + rng.integers(0, 3600, town.size) * SECOND
        return np.asarray(local - self._offset(day)[town])

    def _offset(self, day: Ints) -> Ints:
        """How far the local time of each town is ahead of UTC at the time of this part, µs."""
        noon = self.world.start + timedelta(int(day.min()) if day.size else 0)
        return np.array([w.offset_minutes(zone, noon) for zone in self.world.zone]) * MINUTE

    def _origin(self, rng: np.random.Generator, arrival: Arrival, street: Ints) -> Origin:
        """A repeat follows an earlier appeal of the same source, town and topic, and comes from its author."""
        world, count = self.world, arrival.town.size
        serial = np.arange(self.serial, self.serial + count)
        self.serial += count
        few = self._of_component("authors")[arrival.component]
        person = self._person(arrival.town, rng.random(count) ** 2.2)
        group = 2_000_000_000 + arrival.component * 1000 + rng.integers(0, np.maximum(few, 1))
        author = keys_of(np.where(few > 0, group, person), world.seed)
        cell = (arrival.source * len(world.town) + arrival.town) * len(world.topic) + arrival.topic
        order = np.argsort(cell, kind="stable")
        previous = np.full(count, -1)
        same = cell[order][1:] == cell[order][:-1]
        previous[order[1:][same]] = order[:-1][same]
        possible = (previous >= 0) & (few == 0)
        repeats = possible & (rng.random(count) < min(MOST_REPEATS, REPEATS * count / max(1, int(possible.sum()))))
        is_new = ~repeats[order]
        author[order] = author[order][np.maximum.accumulate(np.where(is_new, np.arange(count), 0))]
        addressed = (rng.random(count) < ADDRESSED) | (self._of_component("streets")[arrival.component] > 0)
        external = self._external(arrival.source, serial)
        return Origin(serial, external, street, addressed, author, np.where(repeats, serial[previous], -1))

    def _person(self, town: Ints, share: Floats) -> Ints:
        """A writer of the town by a share in [0, 1) of its writers."""
        writers = np.maximum(self.world.population[town] * WRITERS, 50)
        return np.asarray(town * 1_000_000 + (writers * share).astype(np.int64))

    def _external(self, source: Ints, serial: Ints) -> pa.Array:
        return joined(labels(w.PREFIXES, source), digits(serial + 1))

    def _appeals(
        self, rng: np.random.Generator, arrival: Arrival, origin: Origin, handling: Handling, text: pa.Array
    ) -> pa.Table:
        world, count = self.world, arrival.town.size
        channel = chosen(rng, self.channel_edges, arrival.source)
        social, no_address = arrival.source < SOCIAL, ~origin.addressed
        audience = np.clip(rng.lognormal(7.4, 1.1, count), 20, 400_000).astype(np.int32)
        engagement = (audience * rng.beta(1.2, 60, count)).astype(np.int32)
        lat = world.streets.lat[origin.street] + rng.normal(0, 0.0012, count)
        lon = world.streets.lon[origin.street] + rng.normal(0, 0.0020, count)
        house = joined(digits(rng.integers(1, 90, count)), labels(HOUSE_ENDS, rng.integers(0, len(HOUSE_ENDS), count)))
        known = [np.where(at < NEVER, at, 0) for at in (handling.assigned, handling.answered, handling.closed)]
        unanswered = (handling.answered >= NEVER) | (rng.random(count) > REPLIED)
        unassigned = handling.status == NEW
        languages = [*(component.language for component in self.plan.components), "ru"]
        columns = {
            "row_number": pa.array(origin.serial + 1),
            "external_id": origin.external,
            "source": labels(w.SOURCES, arrival.source),
            "visibility": labels(("public", "restricted"), (arrival.source == w.SOURCES.index("pos")).astype(np.int64)),
            "channel": labels(CODES, channel),
            "is_official": pa.array(self.is_official[channel]),
            "created_at": moments(arrival.created),
            "region": labels(world.region, arrival.town),
            "municipality": labels(world.town, arrival.town),
            "settlement": labels(world.town, arrival.town),
            "street": labels(world.streets.names, origin.street, no_address),
            "house": masked(house, no_address),
            "lat": pa.array(np.round(lat, 5), mask=no_address),
            "lon": pa.array(np.round(lon, 5), mask=no_address),
            "block": labels(world.block, arrival.topic),
            "topic_group": labels(world.group, arrival.topic),
            "topic": labels(world.topic, arrival.topic),
            "type": labels(w.TYPES, handling.kind),
            "status": labels(STATUSES, handling.status),
            "outcome": labels(OUTCOMES, handling.outcome, handling.outcome < 0),
            "executor": labels(world.executor, handling.executor, unassigned),
            "level": labels(world.level, handling.executor, unassigned),
            "assigned_at": moments(handling.assigned),
            "first_response_at": moments(handling.answered),
            "closed_at": moments(handling.closed),
            "due_at": pa.nulls(count, pa.timestamp("us")),
            "reopened": pa.array(handling.reopened),
            "repeat_of": masked(self._external(arrival.source, origin.repeat_of), origin.repeat_of < 0),
            "rating": pa.array(handling.rating.astype(np.int8), mask=handling.rating == 0),
            "author": pa.array(origin.author),
            "audience": pa.array(audience, mask=~social),
            "engagement": pa.array(engagement, mask=~social),
            "url": masked(self._addresses(arrival, channel, origin.serial), ~social),
            "source_updated_at": moments(np.maximum.reduce([arrival.created, *known])),
            "first_loaded_at": moments(self.loads.draw(rng, arrival)),
            "text": text,
            "language": labels(languages, arrival.component % len(languages)),
            "reply": masked(self.replies.draw(rng, arrival.topic, handling.outcome), unanswered),
        }
        return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)

    def _addresses(self, arrival: Arrival, channel: Ints, serial: Ints) -> pa.Array:
        """Addresses that look like those of posts but lead to no real group."""
        shapes = {"vk": ("https://vk.com/wall-", "_"), "ok": ("https://ok.ru/group/", "/topic/"),
                  "tg": ("https://t.me/pulse_demo_", "/")}  # fmt: skip
        heads, middles = zip(*(shapes.get(code[:2], ("", "")) for code in CODES), strict=True)
        page = digits(self.world.town_id[arrival.town] + 990_000_000)
        return joined(labels(heads, channel), page, labels(middles, channel), digits(serial + 1))

    def _comments(self, rng: np.random.Generator, arrival: Arrival, external: pa.Array) -> pa.Table:
        """What others wrote under posts; one in fifty has lost its post."""
        factor = np.array([*(component.comments for component in self.plan.components), 1.0])[arrival.component]
        mean = rng.gamma(0.5, 1.6, factor.size) * factor * (arrival.source < SOCIAL)
        row = np.repeat(np.arange(factor.size), rng.poisson(mean))
        at = arrival.created[row] + (rng.exponential(14, row.size) * 3600).astype(np.int64) * SECOND + MINUTE
        row, at = row[at <= self.as_of], at[at <= self.as_of]
        serial = np.arange(self.comment_serial, self.comment_serial + row.size)
        self.comment_serial += row.size
        author = keys_of(self._person(arrival.town[row], rng.random(row.size)), self.world.seed)
        return pa.table(
            [joined(labels(("K",), np.zeros(row.size, np.int64)), digits(serial + 1)),
             masked(external.take(pa.array(row)), rng.random(row.size) < ORPHANS), moments(at),
             self.remarks.draw(rng, arrival.topic[row], arrival.component[row]), pa.array(author)],
            schema=COMMENTS)  # fmt: skip


def _daily_counts(rng: np.random.Generator, component: Component) -> Ints:
    """Counts with a little more spread than chance gives; a flood has exactly its size."""
    if component.authors is not None:
        return np.rint(component.daily).astype(np.int64)
    return rng.poisson(component.daily * rng.gamma(30, 1 / 30, component.daily.size)).astype(np.int64)


def _load_days(rng: np.random.Generator, days: int) -> Ints:
    """Days with a load: every day, but for pauses of two days some weeks apart, none of them near the end."""
    pauses = np.cumsum(rng.integers(25, 60, days // 25))
    pauses = pauses[pauses < days - 12]
    return np.setdiff1d(np.arange(days), np.concatenate([pauses, pauses + 1]))


def _channel_edges() -> Floats:
    """S × C cumulative shares of the channels of each source."""
    share = np.zeros((len(w.SOURCES), len(CODES)))
    for number, source in enumerate(w.SOURCES):
        for code, weight in w.CHANNELS[source]:
            share[number, CODES.index(code)] = weight
    return np.cumsum(share, axis=1)
