"""What any selection of appeals is about, and who says the same: groups of its texts and near-identical texts.

Both take seconds, so they are done beside the page and remembered until the store changes.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from analytics import floods, topics
from queries import appeals, background
from queries.appeals import Chosen
from queries.background import Work
from queries.scope import Scope

FEWEST, MOST = 200, 50_000
STREETS = 3


@dataclass(frozen=True)
class Quote:
    """A typical text and how many appeals have the same words (itself included)."""

    appeal_id: int
    text: str
    copies: int


@dataclass(frozen=True)
class Theme:
    """`id`: short and the same wherever the title is; `share` of all grouped texts; `before`: appeals of the theme in
    the equal period before, None where there is nothing to compare with; `rows`: appeal_id and day, newest first."""

    id: str
    title: str
    size: int
    share: float
    before: int | None
    quotes: tuple[Quote, ...]
    streets: tuple[tuple[str, int], ...]
    rows: pd.DataFrame


@dataclass(frozen=True)
class Themes:
    """`texts`: how many were read; `is_cut`: there are more, the newest MOST were read; `groups`: from large to small,
    there are none under FEWEST texts; `rest`: appeals of no group."""

    texts: int
    is_cut: bool
    groups: tuple[Theme, ...]
    rest: int

    def one(self, theme_id: str) -> Theme | None:
        """A theme by its id."""
        return next((theme for theme in self.groups if theme.id == theme_id), None)


@dataclass(frozen=True)
class Copies:
    """Near-identical texts: one of them, how many, by how many known authors (None: none is known), first and last
    moment (UTC), share of the texts read; `is_flood`: ten or more, at most one author to three; appeal_id and day newest first."""

    id: str
    text: str
    size: int
    authors: int | None
    first: datetime
    last: datetime
    share: float
    is_flood: bool
    rows: pd.DataFrame


@dataclass(frozen=True)
class Alike:
    """`texts`: how many were read; `is_cut`: there are more; `sets`: from large to small; `organic`: independent voices over texts; `copied`, `other`: rows inside and outside of all sets."""

    texts: int
    is_cut: bool
    sets: tuple[Copies, ...]
    organic: float
    copied: pd.DataFrame
    other: pd.DataFrame

    def rows(self, which: str) -> pd.DataFrame | None:
        """Rows of «only» all copies, of «none» of them, or of one set by its id; None for anything else."""
        known = {"only": self.copied, "none": self.other} | {copies.id: copies.rows for copies in self.sets}
        return known.get(which)


def grouped(scope: Scope, chosen: Chosen) -> Work[Themes]:
    """What are the appeals about? Themes of their readable texts, with their size in the equal period before."""
    return background.begin(("themes", scope, chosen), lambda step: _grouped(scope, chosen, step))


def alike(scope: Scope, chosen: Chosen) -> Work[Alike]:
    """Which of the appeals are near-identical?"""
    return background.begin(("alike", scope, chosen), lambda step: _alike(scope, chosen, step))


def _grouped(scope: Scope, chosen: Chosen, step: Callable[[float], None]) -> Themes:
    step(0.0)
    now = appeals.written(scope, chosen, MOST + 1)
    is_cut, now = len(now) > MOST, now.head(MOST)
    if len(now) < FEWEST:
        return Themes(len(now), False, (), len(now))
    earlier = _earlier(scope, chosen) if not is_cut else now.head(0)
    step(0.1)
    both = pd.concat([now, earlier], ignore_index=True)
    found = topics.group(both["text"].tolist(), both["keys"].tolist(), described=len(now), step=lambda share: step(0.1 + 0.9 * share))
    labels, labels_before = found.labels[: len(now)], Counter(found.labels[len(now) :].tolist())
    names: Counter[str] = Counter()
    groups = []
    for number, group in sorted(enumerate(found.groups), key=lambda pair: (-pair[1].size, pair[1].title)):
        if not group.size:
            continue
        names[group.title] += 1
        own = now[labels == number]
        streets = own["street"].dropna().value_counts(sort=True)
        groups.append(
            Theme(
                id=_short(f"{group.title} {names[group.title]}"),
                title=group.title,
                size=group.size,
                share=group.size / len(now),
                before=labels_before[number] if len(earlier) else None,
                quotes=tuple(Quote(int(now.at[quote.row, "appeal_id"]), quote.text, quote.copies) for quote in group.quotes),
                streets=tuple(sorted(((str(name), int(n)) for name, n in streets.items()), key=lambda pair: (-pair[1], pair[0]))[:STREETS]),
                rows=own[["appeal_id", "day"]].reset_index(drop=True),
            )
        )
    return Themes(len(now), is_cut, tuple(groups), int((labels == topics.REST).sum()))


def _earlier(scope: Scope, chosen: Chosen) -> pd.DataFrame:
    before = replace(scope, comparison="prev").before()
    assert before is not None
    return appeals.written(before, chosen, MOST)


def _alike(scope: Scope, chosen: Chosen, step: Callable[[float], None]) -> Alike:
    step(0.0)
    read = appeals.written(scope, chosen, MOST + 1)
    is_cut, read = len(read) > MOST, read.head(MOST)
    step(0.2)
    authors = [None if pd.isna(author) else int(author) for author in read["author_key"]]
    measured = floods.measure(read["text"].tolist(), authors)
    rows = read[["appeal_id", "day"]]
    inside = pd.Series(False, index=read.index)
    sets = []
    for found in measured.sets:
        own = read.iloc[list(found.rows)]
        inside.iloc[list(found.rows)] = True
        sets.append(
            Copies(
                id=_short(found.text),
                text=found.text,
                size=len(own),
                authors=found.authors,
                first=own["created_at"].min(),
                last=own["created_at"].max(),
                share=len(own) / len(read),
                is_flood=len(own) >= floods.MIN_COPIES and found.authors is not None and 3 * found.authors <= len(own),
                rows=own[["appeal_id", "day"]].reset_index(drop=True),
            )
        )
    return Alike(len(read), is_cut, tuple(sets), measured.organic, rows[inside], rows[~inside])


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
