"""What the centre did with each demo appeal: who got it, when it was assigned, answered and closed, how it ended."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from ingest.batch import EVENTS
from ingest.demo import world as w
from ingest.demo.columns import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    Bools,
    chosen,
    labels,
    moments,
)
from ingest.demo.world import Floats, Ints, World

ANSWERED_SHARE, FINISHED_SHARE, REJECTED_SHARE = 0.985, 0.965, 0.02
FORGOTTEN_DAYS = (20, 90)
REOPENED, RATED, HANDED_OVER, RETURNED, LOOPED = 0.03, 0.15, 0.12, 0.3, 0.1
TYPE_KEPT = 0.9
STATUSES = ("new", "assigned", "answered", "closed", "rejected")
NEW, ASSIGNED, ANSWERED, CLOSED, REJECTED = range(5)
OUTCOMES = ("resolved", "explained", "not_resolved", "postponed")
RESOLVED, EXPLAINED, NOT_RESOLVED, POSTPONED = range(4)
OUTCOME_SHARE = ((0.74, 0.14, 0.095, 0.025), (0.06, 0.90, 0.03, 0.01), (0.02, 0.46, 0.43, 0.09))  # by type
MARK = (4.3, 3.5, 2.2, 2.2)  # the mean mark of a resident by outcome, for a case closed in six days
NOTES = (
    "",
    "Передано по подведомственности",
    "Не относится к компетенции, возвращено",
    "Открыто повторно: автор не согласен",
)
NO_NOTE, PASSED_NOTE, RETURNED_NOTE, REOPENED_NOTE = range(4)


@dataclass(frozen=True)
class Arrival:
    """Where each appeal of a part came from: numbers of town, topic, day, component (−1 = ordinary), source; UTC µs."""

    town: Ints
    topic: Ints
    day: Ints
    component: Ints
    source: Ints
    created: Ints


@dataclass(frozen=True)
class Handling:
    """What is known at the end of the demo. Moments are µs UTC, NEVER = not yet; outcome −1 and rating 0 = none."""

    executor: Ints
    assigned: Ints
    answered: Ints
    closed: Ints
    status: Ints
    kind: Ints
    outcome: Ints
    reopened: Bools
    rating: Ints


class Desk:
    """Draws how appeals are handled; towns differ in speed and success for the whole demo."""

    def __init__(self, world: World, as_of: int, rng: np.random.Generator) -> None:
        self.world, self.as_of = world, as_of
        self.speed = rng.normal(0, 0.25, len(world.town))
        self.success = rng.normal(0, 0.05, len(world.town))
        self.days = _resolution_days(world)
        self.executor_edges = np.cumsum(world.executor_share, axis=1)

    def draw(self, rng: np.random.Generator, arrival: Arrival, offset: Ints) -> Handling:
        """`offset`: how far local time is ahead of UTC, µs, for each appeal."""
        executor = chosen(rng, self.executor_edges, arrival.topic)
        answered, closed = self._moments(rng, arrival, offset)
        count = answered.size
        assigned = arrival.created + _whole(rng.beta(1.6, 4, count) * (answered - arrival.created))
        fate, is_rejected = rng.random(count), rng.random(count) < REJECTED_SHARE
        forgotten = fate > FINISHED_SHARE
        closed[forgotten] += rng.integers(*FORGOTTEN_DAYS, int(forgotten.sum())) * DAY
        closed[is_rejected] = NEVER
        unanswered = (fate > ANSWERED_SHARE) & ~is_rejected
        answered[unanswered] = closed[unanswered]
        assigned, answered, closed = (np.where(at > self.as_of, NEVER, at) for at in (assigned, answered, closed))
        status = (assigned < NEVER).astype(np.int64) + (answered < NEVER) + (closed < NEVER)
        status[is_rejected & (status == ANSWERED)] = REJECTED
        kind, outcome, reopened, rating = self._end(rng, arrival, status == CLOSED, closed)
        return Handling(executor, assigned, answered, closed, status, kind, outcome, reopened, rating)

    def _moments(self, rng: np.random.Generator, arrival: Arrival, offset: Ints) -> tuple[Ints, Ints]:
        """When each would be answered and closed if nothing came between."""
        median, spread = np.array([w.RESPONSE[name] for name in w.SOURCES])[arrival.source].T
        count, town = median.size, arrival.town
        faster = 1.15 - 0.3 * arrival.day / self.world.days
        hours = median * faster * np.exp(rng.normal(0, 1, count) * spread + self.speed[town])
        answered = arrival.created + _whole(hours * HOUR) + 2 * MINUTE
        is_call = arrival.source == w.SOURCES.index("calls")
        answered = np.where(is_call, answered, _by_day(rng, answered, offset))
        late_point = NormalDist().inv_cdf(1 - w.LATE_SHARE)
        days = self.days[arrival.source, arrival.topic] * np.exp(
            w.CLOSING_SPREAD * (rng.normal(0, 1, count) - late_point) + 0.6 * self.speed[town])  # fmt: skip
        closed = np.maximum(arrival.created + _whole(days * DAY), answered + rng.integers(5, 240, count) * MINUTE)
        return answered, _by_day(rng, closed, offset)

    def _end(
        self, rng: np.random.Generator, arrival: Arrival, is_closed: Bools, closed: Ints
    ) -> tuple[Ints, Ints, Bools, Ints]:
        """Type, outcome, whether it was opened again and the resident's mark, the better the sooner it was closed."""
        count = closed.size
        kind = self.world.topic_type[arrival.topic]
        kind = np.where(rng.random(count) < TYPE_KEPT, kind, rng.integers(0, len(OUTCOME_SHARE), count))
        share = np.array(OUTCOME_SHARE)[kind]
        shift = np.where(kind == 0, self.success[arrival.town], 0)
        share[:, RESOLVED] += shift
        share[:, NOT_RESOLVED] = np.maximum(share[:, NOT_RESOLVED] - shift, 0.005)
        edges = np.cumsum(share, axis=1)
        outcome = np.minimum((rng.random(count)[:, None] * edges[:, -1:] > edges).sum(axis=1), POSTPONED)
        reopened = is_closed & (rng.random(count) < REOPENED)
        days = np.where(is_closed, closed - arrival.created, 0) / DAY
        mark = np.array(MARK)[outcome] - 0.9 * np.log((days + 1) / 6) - 0.6 * reopened + rng.normal(0, 1, count)
        is_rated = is_closed & (rng.random(count) < RATED)
        rating = np.where(is_rated, np.clip(np.rint(mark), 1, 5), 0).astype(np.int64)
        return kind, np.where(is_closed, outcome, -1), reopened, rating

    def events(self, rng: np.random.Generator, arrival: Arrival, handling: Handling, external: pa.Array) -> pa.Table:
        """The status log: received, assigned (for some by way of another body, which passes it on, gives it back to the dispatcher or,
        having got it from the right one, back to that), answered, closed or opened again."""
        created, assigned, answered, closed = arrival.created, handling.assigned, handling.answered, handling.closed
        count, executor = created.size, handling.executor
        other = chosen(rng, self.executor_edges, arrival.topic)
        passed = (assigned < NEVER) & (rng.random(count) < HANDED_OVER) & (other != executor)
        way = rng.random(count)
        looped, given_back = passed & (way < LOOPED), passed & (way >= LOOPED) & (way < RETURNED)
        waited = assigned - created
        first_end = answered + _whole((closed - answered) / 2)
        steps: tuple[tuple[Bools, Ints, Ints | int, Ints | int, Ints | int], ...] = (
            (np.ones(count, np.bool_), created, NEW, -1, NO_NOTE),
            (looped, created + _whole(waited / 6), ASSIGNED, executor, NO_NOTE),
            (passed, created + _whole(waited / 3), ASSIGNED, other, np.where(looped, PASSED_NOTE, NO_NOTE)),
            (given_back, created + _whole(waited / 1.5), NEW, -1, RETURNED_NOTE),
            (assigned < NEVER, assigned, ASSIGNED, executor, np.where(looped, RETURNED_NOTE, np.where(passed & ~given_back, PASSED_NOTE, NO_NOTE))),
            (answered < NEVER, answered, np.where(handling.status == REJECTED, REJECTED, ANSWERED), executor, NO_NOTE),
            (handling.reopened, first_end, CLOSED, executor, NO_NOTE),
            (handling.reopened, first_end + _whole((closed - first_end) / 3), ASSIGNED, executor, REOPENED_NOTE),
            (closed < NEVER, closed, CLOSED, executor, NO_NOTE),
        )
        happened = np.stack([step[0] for step in steps], axis=1).ravel()
        at, status, body, note = (
            np.stack([np.broadcast_to(step[column], count) for step in steps], axis=1).ravel()[happened]
            for column in range(1, 5)
        )
        row = np.repeat(np.arange(count), len(steps))[happened]
        return pa.table(
            [external.take(pa.array(row)), moments(at), labels(STATUSES, status),
             labels(self.world.executor, body, body < 0), labels(NOTES, note, note == NO_NOTE)],
            schema=EVENTS)  # fmt: skip


def _whole(microseconds: Floats) -> Ints:
    return (microseconds // SECOND).astype(np.int64) * SECOND


def _by_day(rng: np.random.Generator, at: Ints, offset: Ints) -> Ints:
    """What falls on the night is done between eight and half past nine in the morning, local time."""
    local = at + offset
    hour = local % DAY // HOUR
    morning = (local // DAY + (hour >= 21)) * DAY + 8 * HOUR + rng.integers(0, 5400, at.size) * SECOND
    return np.asarray(np.where((hour < 8) | (hour >= 21), morning, local) - offset)


def _resolution_days(world: World) -> Floats:
    """S × K days to solve, from the most specific line of norms.csv for any topic and place; a working day counts as 1.4 of a day."""
    norms = [n for n in w.read_reference("norms") if n["topic"] == n["territory_id"] == "*"]

    def days(source: str, block: str) -> float:
        fitting = [n for n in norms if n["source_code"] in (source, "*") and n["block_code"] in (block, "*")]
        norm = max(fitting, key=lambda n: (n["source_code"] != "*") + (n["block_code"] != "*"))
        return float(norm["resolution_days"]) * (1.4 if norm["clock"] == "working" else 1)

    return np.array([[days(source, block) for block in world.block] for source in w.SOURCES])
