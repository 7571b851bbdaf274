"""What does a call change? Appeals somebody was called about against others in the same state at the same age.

An appeal can only be called about while it is still waiting, so those never called about contain all the quick ones:
comparing with them makes every call look harmful (immortal-time bias). Each called appeal is therefore compared with
appeals of its own group that had waited as long, without a call so far: Li, Propert, Rosenbaum, JASA 96 (2001) 870.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MINIMUM_CALLS = 20
CONTROLS = 10
RESAMPLES = 1000


@dataclass(frozen=True)
class Effect:
    """Waiting after a call against waiting without one, minutes within `horizon`.

    calls: called appeals that found somebody to compare with, of all `given`; compared: distinct appeals they are compared
    with; with_call, without_call: mean further wait, cut off at the horizon; difference: the first less the second (below
    0 = shorter after a call); low, high: its 95 % interval. None where calls < MINIMUM_CALLS («мало данных»).
    """

    given: int
    calls: int
    compared: int
    horizon: float
    with_call: float | None = None
    without_call: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def call_effect(
    group: ArrayLike, ended: ArrayLike, followed: ArrayLike, called: ArrayLike, horizon: float, seed: int = 0
) -> Effect:
    """How much sooner is an appeal answered once somebody was called about it?

    group: label (n,) within which appeals are compared (topic and executor); ended: float (n,), age at the answer, NaN =
    not yet; followed: float (n,) ≥ 0, age now; called: float (n,), age at the first call, NaN = never. A call after the
    answer is no call. Each call is matched with up to CONTROLS appeals, drawn by the seed, of its group that waited still
    and uncalled at that age; a later call of theirs changes nothing, so the figure is that of calling now rather than
    later or never. Means are areas under weighted Kaplan–Meier curves up to the horizon (a call and its matches weigh the
    same); the interval is that of the Bayesian bootstrap over appeals (Rubin, Annals of Statistics 9 (1981) 130).
    What made people call about just these appeals is evened out by age, topic and executor only. ValueError on a horizon
    that is not positive.
    """
    if not horizon > 0:
        raise ValueError("a horizon is longer than nothing")
    labels = np.unique(np.asarray(group), return_inverse=True)[1]
    end, age, call = (np.asarray(x, dtype=float) for x in (ended, followed, called))
    over = np.where(np.isnan(end), age, np.minimum(end, age))
    treated = np.flatnonzero(call < over)
    pairs = _matches(labels, over, call, treated, np.random.default_rng(seed))
    matched = [i for i, found in pairs if len(found)]
    compared = np.unique(np.concatenate([found for _, found in pairs])) if matched else np.zeros(0, dtype=np.int64)
    if len(matched) < MINIMUM_CALLS:
        return Effect(len(treated), len(matched), len(compared), horizon)
    case = np.repeat(matched, [len(found) for _, found in pairs if len(found)])
    control = np.concatenate([found for _, found in pairs])
    share = np.concatenate([np.full(len(found), 1 / len(found)) for _, found in pairs if len(found)])
    weights = np.random.default_rng([seed, 1]).standard_exponential((RESAMPLES, len(end)))
    weights = np.vstack([np.ones(len(end)), weights])
    answered = ~np.isnan(end) & (end <= age)
    own = np.asarray(matched)
    with_call = _mean_wait(over[own] - call[own], answered[own], weights[:, own], horizon)
    without = _mean_wait(over[control] - call[case], answered[control], weights[:, case] * weights[:, control] * share, horizon)
    low, high = np.quantile(with_call[1:] - without[1:], [0.025, 0.975])
    values = (with_call[0], without[0], with_call[0] - without[0], low, high)
    return Effect(len(treated), len(matched), len(compared), horizon, *map(float, values))


def _matches(
    labels: NDArray[np.int64], over: Floats, call: Floats, treated: NDArray[np.int64], random: np.random.Generator
) -> list[tuple[int, NDArray[np.int64]]]:
    """Each called appeal with those of its group that waited still and uncalled at the age of its call."""
    members = {label: np.flatnonzero(labels == label) for label in np.unique(labels[treated])}
    found = []
    for i in treated:
        others = members[labels[i]]
        waiting = others[(over[others] > call[i]) & ~(call[others] <= call[i]) & (others != i)]
        if len(waiting) > CONTROLS:
            waiting = random.choice(waiting, CONTROLS, replace=False)
        found.append((int(i), waiting))
    return found


def _mean_wait(times: Floats, observed: NDArray[np.bool_], weights: Floats, horizon: float) -> Floats:
    """Area under the weighted Kaplan–Meier curve up to the horizon, for each row of weights (resamples, cases)."""
    order = np.argsort(times, kind="stable")
    times, observed, weights = times[order], observed[order], weights[:, order]
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]
    survival = np.cumprod(1 - np.where(observed, weights, 0) / at_risk, axis=1)
    edges = np.concatenate([[0.0], np.minimum(times, horizon), [horizon]])
    return np.hstack([np.ones((len(weights), 1)), survival]) @ np.diff(edges)
