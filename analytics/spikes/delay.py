"""How much of each of the last days has come in: learned from sources that are loaded regularly."""

import numpy as np
from numpy.typing import NDArray

from analytics.spikes.fitting import Days, Floats

LOADS, APART, LONGEST, LEAST = 20, 2, 14, 100


def regular_since(loads: Days) -> np.datetime64 | None:
    """The first day of a source's unbroken row of at least LOADS loads at most APART days apart that ends with its last
    load; None where there is none. loads: the moments or days of its loads, in any order."""
    days = np.sort(loads.astype("datetime64[D]"))
    breaks = np.flatnonzero(np.diff(days) > np.timedelta64(APART, "D"))
    row = days[breaks[-1] + 1 :] if len(breaks) else days
    return row[0] if len(row) >= LOADS else None


def completeness(lags: NDArray[np.int64], appeals: NDArray[np.int64]) -> Floats | None:
    """The share of a day's appeals that is there 0, 1, … LONGEST days later; from then on all of it.

    lags: days from an appeal's day to the load that brought it, appeals: how many; of days at least LONGEST days
    before the source's last load and not before it was loaded regularly, so that neither what is still to come nor an
    import of history counts. None under LEAST appeals.
    """
    if appeals.sum() < LEAST:
        return None
    known = np.bincount(np.clip(lags, 0, LONGEST), weights=appeals, minlength=LONGEST + 1)
    return np.cumsum(known) / known.sum()
