"""Do many people speak, or a few people many times? Copies and authors of the texts of one spike.

A flood is told by two marks together: near-identical wording and few authors. The same wording from many authors is a
campaign, different wording is an ordinary popular topic. Both are counted, neither is called a flood.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics import lemmas

MIN_WORDS = 6
MIN_COPIES = 10
SAME_WORDING = 0.6
_AUTHORS_PER_COPY = 1 / 3
_SHARE = 0.1
_SHARE_WITHOUT_AUTHORS = 0.3
_BANDS, _ROWS = 16, 4
_PRIME = np.uint64((1 << 31) - 1)


@dataclass(frozen=True)
class Copies:
    """Near-identical texts: their rows, one of them, and how many known authors wrote them (None: none is known)."""

    rows: tuple[int, ...]
    text: str
    authors: int | None


@dataclass(frozen=True)
class Flood:
    """`texts`: how many were measured; `copy_share`: share of texts in sets of three or more near-identical ones;
    `author_share`: distinct authors over texts with a known author, None without any; `organic`: independent voices
    over texts, a voice being all texts tied by the same author or the same wording; `sets` of ≥ 3 copies, largest first;
    `is_flood`: some set has ten copies, a tenth of the texts, and at most one author to three copies."""

    texts: int
    copy_share: float
    author_share: float | None
    organic: float
    sets: tuple[Copies, ...]
    is_flood: bool


def measure(texts: Sequence[str], authors: Sequence[Hashable | None]) -> Flood:
    """How organic are these texts of one place, topic and window?

    Wording is the same from a Jaccard similarity of 0.6 of words and word pairs; candidates come from MinHash (Broder
    1997). Texts under six words repeat by themselves and are never copies. Where no author is known, a set is a flood
    from three tenths of the texts. Raises ValueError when the lengths differ.
    """
    if len(texts) != len(authors):
        raise ValueError("texts and authors differ in length")
    if not texts:
        return Flood(0, 0.0, None, 1.0, (), False)
    wording = near_copies(texts)
    known = [author for author in authors if author is not None]
    sets = _sets(texts, authors, wording)
    copied = sum(len(found.rows) for found in sets)
    return Flood(
        len(texts),
        copied / len(texts),
        len(set(known)) / len(known) if known else None,
        _voices(wording, authors) / len(texts),
        sets,
        any(_is_flood(found, len(texts)) for found in sets),
    )


def near_copies(texts: Sequence[str]) -> NDArray[np.int64]:
    """Which texts are near-identical? For each the row of the first text of its wording (its own row when alone)."""
    shingles = [_shingles(text) for text in texts]
    first_of: dict[frozenset[int], int] = {}
    parent = [first_of.setdefault(found, row) if found else row for row, found in enumerate(shingles)]
    distinct = [row for row in first_of.values() if parent[row] == row]
    buckets: dict[tuple[int, bytes], int] = {}
    for row, signature in zip(distinct, _signatures([shingles[row] for row in distinct]), strict=True):
        for band in range(_BANDS):
            key = (band, signature[band * _ROWS : (band + 1) * _ROWS].tobytes())
            other = _root(parent, buckets.setdefault(key, row))
            own = _root(parent, row)
            if own != other and _jaccard(shingles[own], shingles[other]) >= SAME_WORDING:
                parent[max(own, other)] = min(own, other)
    return np.array([_root(parent, row) for row in range(len(texts))], dtype=np.int64)


def _shingles(text: str) -> frozenset[int]:
    tokens = [lemmas.fold(word) for word in lemmas.words(text)]
    if len(tokens) < MIN_WORDS:
        return frozenset()
    parts = [*tokens, *(f"{a} {b}" for a, b in pairwise(tokens))]
    return frozenset(zlib.crc32(part.encode()) for part in parts)


def _signatures(shingles: Sequence[frozenset[int]]) -> list[NDArray[np.uint64]]:
    random = np.random.default_rng(1)
    size = _BANDS * _ROWS
    factor, shift = random.integers(1, int(_PRIME), (2, size, 1), dtype=np.uint64)
    return [
        ((factor * (np.fromiter(found, np.uint64, len(found)) % _PRIME) + shift) % _PRIME).min(axis=1)
        for found in shingles
    ]


def _root(parent: list[int], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def _jaccard(a: frozenset[int], b: frozenset[int]) -> float:
    return len(a & b) / len(a | b)


def _sets(texts: Sequence[str], authors: Sequence[Hashable | None], wording: NDArray[np.int64]) -> tuple[Copies, ...]:
    rows: dict[int, list[int]] = defaultdict(list)
    for row, first in enumerate(wording.tolist()):
        rows[first].append(row)
    found = []
    for members in rows.values():
        if len(members) >= 3:
            known = {authors[row] for row in members} - {None}
            common = Counter(texts[row] for row in members).most_common(1)[0][0]
            found.append(Copies(tuple(members), common, len(known) or None))
    return tuple(sorted(found, key=lambda copies: (-len(copies.rows), copies.rows[0])))


def _voices(wording: NDArray[np.int64], authors: Sequence[Hashable | None]) -> int:
    parent = wording.tolist()
    first_by: dict[Hashable, int] = {}
    for row, author in enumerate(authors):
        if author is not None:
            a, b = _root(parent, row), _root(parent, first_by.setdefault(author, row))
            parent[max(a, b)] = min(a, b)
    return len({_root(parent, row) for row in range(len(parent))})


def _is_flood(found: Copies, n: int) -> bool:
    size = len(found.rows)
    if size < MIN_COPIES:
        return False
    if found.authors is None:
        return size >= _SHARE_WITHOUT_AUTHORS * n
    return size >= _SHARE * n and found.authors <= _AUTHORS_PER_COPY * size
