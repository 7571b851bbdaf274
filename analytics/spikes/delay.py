"""How much of each of the last days has come in: learned from sources that are loaded regularly."""

import numpy as np
from numpy.typing import NDArray

from analytics.spikes.fitting import Days, Floats

LOADS, APART, LONGEST, LEAST = 20, 2, 14, 100


def regular_spans(loads: Days) -> list[tuple[np.datetime64, np.datetime64]]:
    """First and last day of each unbroken row of at least LOADS loads of a source, at most APART days apart. loads: their
    moments or days, in any order. A single import of history is in none of them."""
    days = np.sort(loads.astype("datetime64[D]"))
    rows = np.split(days, np.flatnonzero(np.diff(days) > np.timedelta64(APART, "D")) + 1)
    return [(row[0], row[-1]) for row in rows if len(row) >= LOADS]


def completeness(lags: NDArray[np.int64], appeals: NDArray[np.int64]) -> Floats | None:
    """The share of a day's appeals that is there 0, 1, … LONGEST days later; from then on all of it.

    lags: days from an appeal's day to the load that brought it, appeals: how many; of days in a regular span and at least
    LONGEST days before its end, so that neither what is still to come nor an import of history counts. None under
    LEAST appeals.
    """
    if appeals.sum() < LEAST:
        return None
    known = np.bincount(np.clip(lags, 0, LONGEST), weights=appeals, minlength=LONGEST + 1)
    return np.cumsum(known) / known.sum()
