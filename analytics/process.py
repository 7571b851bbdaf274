"""The way of an appeal: what its status log says about stages, hand-offs, returns, loops and routes.

Words: an *event* is one line of the log; a *step* is a time during which neither status nor executor changed; a *tenure*
is a time during which one executor held the appeal; a *hand-off* is the start of any tenure after the first, also
through the dispatcher; a *return* («не мой вопрос») is a tenure that ended unanswered with the appeal going back to the
dispatcher or to the executor before; a *loop* is a tenure of somebody who held the appeal earlier; the *right* executor
is the one who first answered.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.rates import kaplan_meier_median, quantile_with_unanswered

STATUSES = ("new", "assigned", "answered", "closed", "rejected")
ANSWERED = ("answered", "closed")
FINAL = ("closed", "rejected")
OPEN = "open"
OTHER = "other"

Bools = NDArray[np.bool_]


def steps(
    appeal_id: ArrayLike, at: ArrayLike, status: ArrayLike, executor: ArrayLike, as_of: np.datetime64
) -> pd.DataFrame:
    """What happened to each appeal, step by step, as known at `as_of`?

    appeal_id: int (n,); at: datetime64 (n,); status: one of STATUSES (n,); executor: label or id (n,), missing = nobody
    named: the executor before stays, except that status «new» takes the appeal back to the dispatcher (not when it
    reopens a finished appeal). Events in any order; those after as_of are left out; events of one moment go in the order
    of STATUSES. Returns a frame sorted by appeal and time: appeal_id, position (0, 1, … in the appeal), status and
    executor (categories; executor missing = dispatcher), start, end (NaT for the last step), minutes (to the end, or to
    as_of for a last step; NaN in a final status, where nothing is waited for), finished (the step has an end).
    ValueError on an unknown status.
    """
    status = np.asarray(status, dtype=object)
    if not pd.Series(status).isin(STATUSES).all():
        raise ValueError(f"a status is one of {', '.join(STATUSES)}")
    log = pd.DataFrame(
        {
            "appeal_id": np.asarray(appeal_id),
            "status": pd.Categorical(status, STATUSES, ordered=True),
            "executor": pd.Series(np.asarray(executor, dtype=object)).astype("category"),
            "start": np.asarray(at, dtype="datetime64[us]"),
        }
    )
    log = log[log["start"] <= as_of].sort_values(["appeal_id", "start", "status"], kind="stable", ignore_index=True)
    first = _first_of_appeal(log)
    code = _holder(log, first)
    status_code = log["status"].cat.codes.to_numpy()
    kept = first | _differs(status_code) | _differs(code)
    found = log[kept].reset_index(drop=True)
    found["executor"] = pd.Categorical.from_codes(code[kept], log["executor"].cat.categories)
    first = first[kept]
    found["end"] = found["start"].shift(-1).mask(_last_of_appeal(found))
    found["position"] = np.arange(len(found)) - np.maximum.accumulate(np.where(first, np.arange(len(found)), 0))
    found["minutes"] = _minutes(found["end"].fillna(pd.Timestamp(as_of)) - found["start"])
    found.loc[found["status"].isin(FINAL), "minutes"] = np.nan
    found["finished"] = found["end"].notna()
    return found[["appeal_id", "position", "status", "executor", "start", "end", "minutes", "finished"]]


def _minutes(spans: pd.Series) -> pd.Series:
    return spans.dt.total_seconds() / 60


def _first_of_appeal(frame: pd.DataFrame) -> Bools:
    return _differs(frame["appeal_id"].to_numpy())


def _last_of_appeal(frame: pd.DataFrame) -> Bools:
    return _differs(frame["appeal_id"].to_numpy()[::-1])[::-1]


def _differs(values: np.ndarray) -> Bools:
    """Is each value another than the one before? True for the first; (n,)."""
    return np.concatenate([np.ones(min(len(values), 1), dtype=bool), values[1:] != values[:-1]])


def _holder(log: pd.DataFrame, first: Bools) -> NDArray[np.int64]:
    """Code of the executor who holds the appeal after each event, −1 = the dispatcher; (n,)."""
    named = log["executor"].cat.codes.to_numpy().astype(np.int64)
    over_before = np.append([False], log["status"].isin([*ANSWERED, *FINAL]).to_numpy()[:-1])[: len(log)]
    taken_back = (log["status"] == "new").to_numpy() & ~over_before
    decides = first | taken_back | (named >= 0)
    last_decision = np.maximum.accumulate(np.where(decides, np.arange(len(log)), 0))
    return named[last_decision]


def stages(steps: pd.DataFrame, by: tuple[str, ...] = ("status",)) -> pd.DataFrame:
    """How long does each stage take, and which one takes most of the time?

    steps: from `steps`; by: columns that define a stage, of («status», «executor»), or columns the caller joined
    (topic). Returns one row per stage, the slowest in all first: the `by` columns, n (visits), unfinished (of them),
    median_minutes (Kaplan–Meier, unfinished visits counted fairly; NaN when under half ended), total_minutes,
    time_share (of the time of all stages). The first row is the bottleneck.
    """
    waited = steps[steps["minutes"].notna()]
    rows = [
        {
            **dict(zip(by, key, strict=True)),
            "n": len(visits),
            "unfinished": int((~visits["finished"]).sum()),
            "median_minutes": _median(visits["minutes"], visits["finished"]),
            "total_minutes": visits["minutes"].sum(),
        }
        for key, visits in waited.groupby(list(by), observed=True, dropna=False)
    ]
    table = pd.DataFrame(rows, columns=[*by, "n", "unfinished", "median_minutes", "total_minutes"])
    table["time_share"] = table["total_minutes"] / table["total_minutes"].sum()
    return table.sort_values("total_minutes", ascending=False, ignore_index=True)


def _median(minutes: pd.Series, observed: pd.Series) -> float:
    median = kaplan_meier_median(minutes, observed)
    return np.nan if median is None else median


def tenures(steps: pd.DataFrame) -> pd.DataFrame:
    """Who held each appeal, and how did it leave him?

    steps: from `steps`. Returns one row per tenure, sorted by appeal and time: appeal_id, executor, start, next_start
    (of the next tenure, NaT for the last), answered (he answered or closed it), returned, looped (bool).
    """
    holder = steps["executor"].cat.codes.to_numpy()
    starts = np.flatnonzero(_first_of_appeal(steps) | _differs(holder))
    runs = steps.loc[starts, ["appeal_id", "executor", "start"]].reset_index(drop=True)
    answers = steps["status"].isin(ANSWERED).to_numpy()
    runs["answered"] = np.logical_or.reduceat(answers, starts) if len(starts) else np.zeros(0, dtype=bool)
    to_dispatcher = ~_last_of_appeal(runs) & runs["executor"].isna().shift(-1, fill_value=False).to_numpy()
    held = runs["executor"].notna().to_numpy()
    found = runs[held].reset_index(drop=True)
    code = found["executor"].cat.codes.to_numpy()
    appeal = found["appeal_id"].to_numpy()
    found["next_start"] = found["start"].shift(-1).mask(_last_of_appeal(found))
    back = np.zeros(len(found), dtype=bool)
    back[1:-1] = (appeal[2:] == appeal[:-2]) & (code[2:] == code[:-2])
    found["returned"] = ~found["answered"] & (to_dispatcher[held] | back)
    found["looped"] = found.duplicated(["appeal_id", "executor"])
    return found[["appeal_id", "executor", "start", "next_start", "answered", "returned", "looped"]]


def journeys(steps: pd.DataFrame, as_of: np.datetime64) -> pd.DataFrame:
    """How did each appeal fare as a whole?

    steps: from `steps`, with the same as_of. Returns one row per appeal (index appeal_id): executors (distinct),
    handoffs, returns, loops (int), reopened (bool: work began again after an answer or a closing), open_minutes (first
    event to the first closing or rejection, or to as_of), finished (bool: it came), last_status (category), and for
    answered appeals hops_to_right, minutes_to_right (first event to the start of the answering tenure; NaN otherwise:
    of an unanswered appeal nobody knows yet whose it is).
    """
    by_appeal = steps.groupby("appeal_id", sort=True)
    table = pd.DataFrame({"start": by_appeal["start"].first(), "last_status": by_appeal["status"].last()})
    over = steps["status"].isin([*ANSWERED, *FINAL])
    again = ~over & over.shift(1, fill_value=False) & (steps["position"] > 0)
    table["reopened"] = again.groupby(steps["appeal_id"]).any()
    end = steps[steps["status"].isin(FINAL)].groupby("appeal_id")["start"].first().reindex(table.index)
    table["finished"] = end.notna()
    table["open_minutes"] = _minutes(end.fillna(pd.Timestamp(as_of)) - table["start"])
    held = tenures(steps)
    hop = held.groupby("appeal_id").cumcount()
    per_appeal = held.groupby("appeal_id").agg(
        handoffs=("start", "size"), returns=("returned", "sum"), loops=("looped", "sum")
    )
    per_appeal["handoffs"] -= 1
    per_appeal["executors"] = per_appeal["handoffs"] + 1 - per_appeal["loops"]
    counts = ["executors", "handoffs", "returns", "loops"]
    table[counts] = per_appeal.reindex(table.index, fill_value=0)[counts]
    right = (
        held.assign(hop=hop)[held["answered"]].drop_duplicates("appeal_id").set_index("appeal_id").reindex(table.index)
    )
    table["hops_to_right"] = right["hop"]
    table["minutes_to_right"] = _minutes(right["start"] - table["start"])
    return table.drop(columns="start")


@dataclass(frozen=True)
class Summary:
    """The way of all appeals in few numbers; minutes are None where nothing was answered or handed on.

    appeals, handoffs, returns, loops, reopened: counts; direct_share: of the answered, those whose first executor was
    the right one; minutes_to_right: median over the answered; lost_tenures: tenures that ended by handing on unanswered;
    hop_minutes: their median length up to the start of the next tenure.
    """

    appeals: int
    handoffs: int
    returns: int
    loops: int
    reopened: int
    direct_share: float | None
    minutes_to_right: float | None
    lost_tenures: int
    hop_minutes: float | None


def summary(steps: pd.DataFrame, as_of: np.datetime64) -> Summary:
    """How much is lost on the way to the right executor, and what would one hop less save?

    steps: from `steps`. hop_minutes is what an appeal would typically gain if it skipped one executor who passed it on,
    on the assumption that the next one would have taken it up just as fast had he received it at once.
    """
    table, held = journeys(steps, as_of), tenures(steps)
    hops = table["hops_to_right"].dropna()
    lost = held[~held["answered"] & held["next_start"].notna()]
    lengths = _minutes(lost["next_start"] - lost["start"])
    return Summary(
        appeals=len(table),
        handoffs=int(table["handoffs"].sum()),
        returns=int(table["returns"].sum()),
        loops=int(table["loops"].sum()),
        reopened=int(table["reopened"].sum()),
        direct_share=float((hops == 0).mean()) if len(hops) else None,
        minutes_to_right=quantile_with_unanswered(table["minutes_to_right"].dropna(), 0, 0.5),
        lost_tenures=len(lost),
        hop_minutes=quantile_with_unanswered(lengths, 0, 0.5),
    )


def routes(steps: pd.DataFrame, as_of: np.datetime64, top: int = 10) -> pd.DataFrame:
    """By which routes do appeals travel between executors, and how long does each take?

    steps: from `steps`. Returns the `top` commonest routes and, last, all others together: route (tuple of executors in
    order, empty when nobody held it; None for the others), n, share, median_minutes to closing or rejection
    (Kaplan–Meier, unfinished counted fairly; NaN when under half ended). n adds up to all appeals.
    """
    table, held = journeys(steps, as_of), tenures(steps)
    route, labels = _route_codes(held, table.index)
    sizes = np.bincount(route, minlength=len(labels))
    best = np.argsort(-sizes, kind="stable")[:top]
    groups = [(labels[i], route == i) for i in best]
    others = ~np.isin(route, best)
    if others.any():
        groups.append((None, others))
    rows = [
        (label, int(of.sum()), of.mean(), _median(table["open_minutes"][of], table["finished"][of]))
        for label, of in groups
    ]
    return pd.DataFrame(rows, columns=["route", "n", "share", "median_minutes"])


def _route_codes(held: pd.DataFrame, appeals: pd.Index) -> tuple[NDArray[np.int64], list[tuple]]:
    """Route number of each appeal (appeals,) and the routes; prefixes are numbered hop by hop, so it costs no strings."""
    hop = held.groupby("appeal_id").cumcount().to_numpy()
    place, code = appeals.get_indexer(pd.Index(held["appeal_id"])), held["executor"].cat.codes.to_numpy()
    route = np.zeros(len(appeals), dtype=np.int64)
    labels: list[tuple] = [()]
    names = held["executor"].cat.categories.to_list()
    for k in range(hop.max() + 1 if len(hop) else 0):
        at_hop = hop == k
        longer, found = pd.factorize(route[place[at_hop]] * len(names) + code[at_hop])
        route[place[at_hop]] = len(labels) + longer
        labels += [(*labels[pair // len(names)], names[pair % len(names)]) for pair in found]
    used, route = np.unique(route, return_inverse=True)
    return route, [labels[i] for i in used]


def links(steps: pd.DataFrame, top: int = 12) -> pd.DataFrame:
    """The flows of a Sankey diagram: from executor to executor, hop by hop, to the state the appeal is in now.

    steps: from `steps`; executors beyond the `top` most used are joined as OTHER. Returns position (0, 1, …), source,
    target, n, target_is_state: a target at position + 1 is an executor, or, after the last executor, the latest status
    («answered», «closed», «rejected», else OPEN). Every appeal somebody held ends in exactly one state.
    """
    held = tenures(steps)
    common = held["executor"].value_counts().index[:top]
    name = held["executor"].astype(object).where(held["executor"].isin(common), OTHER)
    last = held["next_start"].isna()
    state = steps.groupby("appeal_id")["status"].last().astype(object).reindex(held["appeal_id"]).to_numpy()
    ended = np.where(np.isin(state, ["new", "assigned"]), OPEN, state)
    flows = pd.DataFrame(
        {
            "position": held.groupby("appeal_id").cumcount(),
            "source": name,
            "target": np.where(last, ended, name.shift(-1)),
            "target_is_state": last,
        }
    )
    counted = flows.groupby(["position", "source", "target", "target_is_state"]).size().rename("n").reset_index()
    return counted.sort_values(["position", "n"], ascending=[True, False], kind="stable", ignore_index=True)
