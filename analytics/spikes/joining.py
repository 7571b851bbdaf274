"""From alarm days to spikes of a series, and from spikes to episodes: one event is shown once."""

from collections.abc import Collection
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.spikes.fitting import Days, Floats
from analytics.spikes.scoring import Flags, Frequency, Scores

GAP_DAYS, ONSET_BACK = 2, 3
STILL_GOING_DAYS, NEW_FOR_DAYS = 2, 7
SAME_EVENT_DAYS = 14
HOLDS_MOST = 0.6
IDENTITY = ["level", "territory_id", "subject"]


def spike_id(level: str, territory_id: int, topic_id: int, onset: np.datetime64) -> int:
    """The lasting number of a spike: 63 bits of a hash of its series and its onset as first stored."""
    digest = blake2b(f"{level}|{territory_id}|{topic_id}|{onset}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def runs(
    series: pd.DataFrame, dates: Days, counts: NDArray[np.integer] | Floats, scores: Scores, flagged: Flags, *, frequency: Frequency
) -> pd.DataFrame:
    """Spikes of each series: its alarm days at most GAP_DAYS apart (weeks: adjacent) taken together.

    series: one row per row of counts, any columns (level, territory_id, topic_id …), which are carried over. dates
    and counts [series, time] end with the scored points. Added columns: row (of counts), frequency, method, onset,
    first_flagged, peak, last_day (dates; a week ends on its seventh day), observed, expected and excess over onset …
    last day, ratio, severity, p_value (the smallest). The onset goes back over at most three points that were
    themselves unusually high. severity: excess in units of the root of the expected count, so that a large topic
    needs more to be as grave as a small one.
    """
    last = flagged.shape[1]
    row, point = np.nonzero(flagged)
    apart = np.diff(point) > (GAP_DAYS if frequency == "D" else 1)
    begins = np.flatnonzero(np.append(True, apart | (np.diff(row) > 0))) if len(row) else np.empty(0, dtype=int)
    ends = np.append(begins[1:], len(row))[: len(begins)]
    line, first, final = row[begins], point[begins], point[ends - 1]
    onset = first.copy()
    free = np.append(-1, final[:-1])
    free[~np.append(False, line[1:] == line[:-1])] = -1
    for _ in range(ONSET_BACK):
        before = np.maximum(onset - 1, 0)
        back = (onset - 1 > free) & (onset > 0) & (scores.p_value[line, before] < 1)
        onset = np.where(back, onset - 1, onset)
    seen = np.nan_to_num(np.asarray(counts)[:, -last:])
    spans = [(i, slice(a, b + 1)) for i, a, b in zip(line, onset, final, strict=True)]
    observed = np.array([seen[i, span].sum() for i, span in spans], dtype=np.int64)
    expected = np.array([scores.expected[i, span].sum() for i, span in spans], dtype=float)
    peak = np.array([span.start + seen[i, span].argmax() for i, span in spans], dtype=np.int64)
    days = dates[-last:].astype("datetime64[D]")
    to_end = np.timedelta64(0 if frequency == "D" else 6, "D")
    excess = observed - expected
    return series.iloc[line].reset_index(drop=True).assign(
        row=line, frequency=frequency, method=scores.method[line],
        onset=days[onset], first_flagged=days[first] + to_end, peak=days[peak], last_day=days[final] + to_end,
        observed=observed, expected=expected, excess=excess,
        ratio=observed / np.maximum(expected, 0.5), severity=excess / np.sqrt(np.maximum(expected, 1)),
        p_value=np.array([scores.p_value[i, span].min() for i, span in spans], dtype=float),
    )  # fmt: skip


def episodes(
    found: pd.DataFrame, *, today: np.datetime64, known: pd.DataFrame | None = None, neighbours: Collection[tuple[int, int]] = ()
) -> pd.DataFrame:
    """The spikes of all levels and frequencies as one list, each with its number, its state and the episode it belongs
    to.

    found: frames of `runs`, concatenated, with level, territory_id, parent_id (the territory above; itself where there
    is none), topic_id (missing for a whole topic group) and topic_group_id. today: the last day with data. known:
    spikes stored earlier with spike_id, episode_id, level, territory_id, topic_id, topic_group_id, onset, last_day,
    first_flagged; a spike of the same series that overlaps one keeps its number and the day it was first flagged.
    neighbours: pairs of territories that touch.

    Where days and weeks of a series show the same spike, the days stand. Two spikes are one event when they overlap
    (at most GAP_DAYS apart, onsets within SAME_EVENT_DAYS) and either have one topic in the same, neighbouring or
    containing territories, or one territory and topics of one group. Added columns: spike_id, episode_id (the
    spike_id of the episode's head: the municipality that holds most of the excess, else the region; an episode keeps
    a head it has had while that is of the same level), lag_days (onset to first_flagged), state: new | ongoing |
    ended.
    """
    frame = found.assign(subject=found["topic_id"].fillna(found["topic_group_id"]).astype("int64")).sort_values(
        [*IDENTITY, "onset", "frequency"], ignore_index=True
    )
    frame = frame[~_shown_by_days(frame)].reset_index(drop=True)
    frame["spike_id"], frame["first_flagged"], before = _numbers(frame, known)
    frame["lag_days"] = (frame["first_flagged"] - frame["onset"]).dt.days
    now = pd.Timestamp(today)
    going = frame["last_day"] >= now - pd.Timedelta(days=STILL_GOING_DAYS)
    fresh = frame["first_flagged"] > now - pd.Timedelta(days=NEW_FOR_DAYS)
    frame["state"] = np.where(~going, "ended", np.where(fresh, "new", "ongoing"))
    group = _events(frame, frozenset(neighbours) | {(b, a) for a, b in neighbours})
    frame["episode_id"] = frame["spike_id"]
    for members in frame.groupby(group, sort=False).groups.values():
        frame.loc[members, "episode_id"] = _head(frame.loc[members], set(before))
    return frame.drop(columns="subject")


def _shown_by_days(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Weekly spikes that overlap a daily one of the same series."""
    weekly, daily = frame[frame["frequency"] == "W"], frame[frame["frequency"] == "D"]
    pairs = weekly.reset_index().merge(daily, on=IDENTITY, suffixes=("", "_daily"))
    shown = pairs[(pairs["onset"] <= pairs["last_day_daily"]) & (pairs["last_day"] >= pairs["onset_daily"])]
    return np.isin(frame.index, shown["index"])


def _numbers(frame: pd.DataFrame, known: pd.DataFrame | None) -> tuple[list[int], pd.Series, list[int]]:
    """spike_id and first_flagged of each row, and the episodes known before."""
    numbers = [
        spike_id(level, int(territory), int(subject), onset)
        for level, territory, subject, onset in zip(
            *(frame[name] for name in IDENTITY), frame["onset"].to_numpy("datetime64[D]"), strict=True
        )
    ]
    flagged = frame["first_flagged"].copy()
    if known is None or known.empty or frame.empty:
        return numbers, flagged, []
    stored = known.assign(subject=known["topic_id"].fillna(known["topic_group_id"]).astype("int64"))
    for name in ("onset", "last_day", "first_flagged"):
        stored[name] = pd.to_datetime(stored[name])
    pairs = frame.reset_index().merge(stored, on=IDENTITY, suffixes=("", "_known"))
    gap = pd.Timedelta(days=GAP_DAYS)
    pairs = pairs[(pairs["onset"] <= pairs["last_day_known"] + gap) & (pairs["last_day"] >= pairs["onset_known"] - gap)]
    pairs = pairs.sort_values(["onset_known", "onset"])
    column = "spike_id_known" if "spike_id_known" in pairs else "spike_id"
    taken: set[int] = set()
    kept: set[int] = set()
    for index, number, day in zip(pairs["index"], pairs[column], pairs["first_flagged_known"], strict=True):
        if index not in taken and number not in kept:
            numbers[index], flagged[index] = int(number), day
            taken.add(index)
            kept.add(number)
    return numbers, flagged, [int(number) for number in stored["episode_id"].dropna()]


def _events(frame: pd.DataFrame, touching: frozenset[tuple[int, int]]) -> NDArray[np.int64]:
    """A number for each row, the same for spikes of one event."""
    parent = list(range(len(frame)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    begins, ends = frame["onset"].to_numpy("datetime64[D]"), frame["last_day"].to_numpy("datetime64[D]")
    place, above, subject = (frame[name].to_numpy(np.int64) for name in ("territory_id", "parent_id", "subject"))
    whole_group = frame["topic_id"].isna().to_numpy()
    group = frame["topic_group_id"].to_numpy(np.int64)
    order = np.argsort(begins, kind="stable")
    reach = np.searchsorted(begins[order], begins[order] + SAME_EVENT_DAYS, side="right")
    for at, i in enumerate(order):
        near = order[at + 1 : reach[at]]
        near = near[begins[near] <= ends[i] + GAP_DAYS]
        same_topic = (subject[near] == subject[i]) & (whole_group[near] == whole_group[i])
        related = (group[near] == group[i]) & (place[near] == place[i])
        for j in near[same_topic | related]:
            at_home = place[i] == place[j] or place[i] == above[j] or place[j] == above[i] or (place[i], place[j]) in touching
            if at_home:
                parent[root(int(j))] = root(int(i))
    return np.array([root(i) for i in range(len(frame))], dtype=np.int64)


def _head(members: pd.DataFrame, before: set[int]) -> int:
    towns = members[members["territory_id"] != members["parent_id"]]
    regions = members[members["territory_id"] == members["parent_id"]]
    wide = len(regions) > 0 and (towns.empty or towns["excess"].max() < HOLDS_MOST * regions["excess"].max())
    heads = regions if wide or towns.empty else towns
    former = heads[heads["spike_id"].isin(before)]
    chosen = former if len(former) else heads
    return int(chosen.loc[chosen["severity"].idxmax(), "spike_id"])
