"""Small tools of the demo: moments as µs since 1970 UTC, labels by number, draws by a table of probabilities."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest.demo.world import Floats, Ints

Bools = npt.NDArray[np.bool_]

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = np.iinfo(np.int64).max // 4


def chosen(rng: np.random.Generator, edges: Floats, row: Ints) -> Ints:
    """For each entry of `row` a column of `edges`, whose rows are cumulative weights."""
    flat = (edges / edges[:, -1:] + np.arange(edges.shape[0])[:, None]).ravel()
    found = np.searchsorted(flat, row + rng.random(row.size), side="right") - row * edges.shape[1]
    return np.asarray(np.clip(found, 0, edges.shape[1] - 1))


def keys_of(person: Ints, seed: int) -> Ints:
    """63-bit keys that do not show the order of persons (the finaliser of SplitMix64, Steele et al. 2014)."""
    x = person.astype(np.uint64) + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((x ^ (x >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def labels(names: Sequence[str], number: Ints, missing: Bools | None = None) -> pa.Array:
    """The name of each number; null where missing."""
    return pa.array(names, pa.string()).take(pa.array(number, mask=missing))


def masked(values: pa.Array, missing: Bools) -> pa.Array:
    """The strings, null where missing."""
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), values)


def moments(at: Ints) -> pa.Array:
    """Timestamps; NEVER is null."""
    return pa.array(at, pa.int64(), mask=at >= NEVER).cast(pa.timestamp("us"))


def digits(number: Ints) -> pa.Array:
    """Numbers as strings."""
    return pa.array(number).cast(pa.string())


def joined(*parts: pa.Array) -> pa.Array:
    """Strings put together row by row."""
    return pc.binary_join_element_wise(*parts, "")
