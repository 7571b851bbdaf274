"""Pools of demo texts: appeals by town and topic, replies by topic and outcome, comments by topic or plot."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ingest.demo.stories import Plan
from ingest.demo.texts import (
    FLOOD_CYRILLIC,
    FLOOD_RU,
    Place,
    write_comments,
    write_replies,
    write_texts,
)
from ingest.demo.world import Floats, Ints, World

TEXTS, LEAST, MOST = 60_000, 2, 400
REPLIES, COMMENTS_A_TOPIC, COMMENTS_A_PLOT = 12, 60, 150


class TextPools:
    """Texts by cell. Cell t × K + k is what residents of town t write about topic k; after these come the components.

    `expected` is T × K, how many appeals a cell gets in all; `planted` the same for each component.
    """

    def __init__(
        self, world: World, plan: Plan, expected: Floats, planted: Sequence[int], rng: np.random.Generator
    ) -> None:
        self.world, self.plan, self.planted = world, plan, planted
        self.sizes = np.clip(expected * min(0.5, TEXTS / max(expected.sum(), 1)), LEAST, MOST).astype(np.int64)
        self.street_weight = _zipf_weights(world.streets.first, rng)
        self.texts: list[str] = []
        self.streets: list[int] = []
        self.text_array, self.street_array = pa.array([], pa.string()), np.zeros(0, np.int64)
        cells = expected.size + len(plan.components)
        self.start, self.size, self.used = (np.full(cells, value, np.int64) for value in (-1, 1, 0))

    def cells(self, town: Ints, topic: Ints, component: Ints) -> Ints:
        """The cell of each appeal; component −1 is an ordinary one."""
        ordinary = town * self.sizes.shape[1] + topic
        return np.asarray(np.where(component >= 0, self.sizes.size + component, ordinary))

    def draw(self, rng: np.random.Generator, cell: Ints) -> tuple[pa.Array, Ints]:
        """A text for each appeal and the street it is about; a text comes again after all the others of its cell."""
        present, counts = np.unique(cell, return_counts=True)
        for number in present[self.start[present] < 0]:
            self._write(rng, int(number))
        if len(self.texts) != len(self.text_array):
            self.text_array, self.street_array = pa.array(self.texts), np.array(self.streets)
        order = np.argsort(cell, kind="stable")
        rank = np.empty(cell.size, np.int64)
        rank[order] = np.arange(cell.size) - np.repeat(np.cumsum(counts) - counts, counts)
        number = self.start[cell] + (self.used[cell] + rank) % self.size[cell]
        self.used[present] += counts
        return self.text_array.take(pa.array(number)), self.street_array[number]

    def _write(self, rng: np.random.Generator, cell: int) -> None:
        """Fill the pool of a cell, two texts about a street, in mixed order; a flood is all about one street."""
        town, topic, plot, names, size = self._subject(cell)
        own = np.arange(self.world.streets.first[town], self.world.streets.first[town + 1])
        weight = self.street_weight[own] * [not names or self.world.streets.names[street] in names for street in own]
        share = 1 if plot not in (FLOOD_RU, FLOOD_CYRILLIC) else size
        picked = rng.choice(own, -(-size // (2 * share)), p=weight / weight.sum())
        texts: list[str] = []
        streets: list[int] = []
        for street, times in zip(*np.unique(picked, return_counts=True), strict=True):
            count = min(2 * share * int(times), size - len(texts))
            place = Place(self.world.town[town], (self.world.streets.names[street],))
            texts += write_texts(self.world.topic[topic], count, rng, place, plot)
            streets += [int(street)] * count
        order = rng.permutation(size)
        self.start[cell], self.size[cell] = len(self.texts), size
        self.texts += [texts[i] for i in order]
        self.streets += [streets[i] for i in order]

    def _subject(self, cell: int) -> tuple[int, int, str | None, tuple[str, ...], int]:
        if cell < self.sizes.size:
            town, topic = divmod(cell, self.sizes.shape[1])
            return town, topic, None, (), int(self.sizes[town, topic])
        number = cell - self.sizes.size
        component = self.plan.components[number]
        size = int(np.clip(self.planted[number], LEAST, MOST))
        return component.town, component.topic, component.plot, component.streets, size


class ReplyPools:
    """Official answers by topic and outcome."""

    def __init__(self, world: World, outcomes: Sequence[str]) -> None:
        self.world, self.names = world, (None, *outcomes)
        self.start = np.full(len(world.topic) * len(self.names), -1)
        self.texts: list[str] = []

    def draw(self, rng: np.random.Generator, topic: Ints, outcome: Ints) -> pa.Array:
        """An answer for each appeal; outcome −1 is none yet."""
        key = topic * len(self.names) + outcome + 1
        for number in np.unique(key):
            if self.start[number] < 0:
                about, name = divmod(int(number), len(self.names))
                self.start[number] = len(self.texts)
                self.texts += write_replies(self.world.topic[about], self.names[name], REPLIES, rng)
        return pa.array(self.texts, pa.string()).take(pa.array(self.start[key] + rng.integers(0, REPLIES, key.size)))


class CommentPools:
    """Comments by topic and, for planted appeals, by component."""

    def __init__(self, world: World, plan: Plan, rng: np.random.Generator) -> None:
        self.topics = len(world.topic)
        pools = [write_comments(topic, COMMENTS_A_TOPIC, rng) for topic in world.topic]
        for component in plan.components:
            size = COMMENTS_A_PLOT if component.plot else COMMENTS_A_TOPIC
            pools.append(write_comments(world.topic[component.topic], size, rng, component.plot))
        self.size = np.array([len(pool) for pool in pools])
        self.start = np.cumsum(self.size) - self.size
        self.texts = pa.array([text for pool in pools for text in pool])

    def draw(self, rng: np.random.Generator, topic: Ints, component: Ints) -> pa.Array:
        """A comment for each row; component −1 is an ordinary appeal."""
        pool = np.where(component >= 0, self.topics + component, topic)
        return self.texts.take(pa.array(self.start[pool] + rng.integers(0, self.size[pool])))


def _zipf_weights(first: Ints, rng: np.random.Generator) -> Floats:
    """Weights of streets: in each town a few are written about much more than the rest."""
    return np.concatenate([1 / (rng.permutation(int(size)) + 2.0) for size in np.diff(first)])
