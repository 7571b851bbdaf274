"""From alarm days to spikes of a series, and from spikes to episodes: one event is shown once."""

from collections.abc import Collection
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.spikes.fitting import Days, Floats
from analytics.spikes.scoring import SENSITIVITIES, Flags, Frequency, Scores, Sensitivity, alarms

GAP_DAYS, ONSET_BACK = 2, 3
STILL_GOING_DAYS, NEW_FOR_DAYS = {"D": 2, "W": 6}, 7
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


def graded_runs(
    series: pd.DataFrame, dates: Days, counts: NDArray[np.integer] | Floats, scores: Scores, *, frequency: Frequency, tests: int
) -> tuple[pd.DataFrame, dict[Sensitivity, Flags]]:
    """The spikes of one family at every sensitivity, and the alarm points of each setting.

    Frame of `runs` with the column sensitivity: the strictest setting that finds the spike. Spikes of the usual setting
    are as if it were the only one (calm where the calm one flags any of their points); the keen setting adds those that
    it alone finds, clear of the others.
    """
    flags = {name: alarms(scores, counts, frequency=frequency, tests=tests, sensitivity=name).flagged for name in SENSITIVITIES}
    usual = runs(series, dates, counts, scores, flags["usual"], frequency=frequency)
    keen = runs(series, dates, counts, scores, flags["keen"], frequency=frequency)
    beside = keen[["row", "onset", "last_day"]].reset_index().merge(usual, on="row", suffixes=("", "_usual"))
    gap = pd.Timedelta(days=GAP_DAYS)
    beside = beside[(beside["onset"] <= beside["last_day_usual"] + gap) & (beside["last_day"] >= beside["onset_usual"] - gap)]
    scored = dates[-flags["usual"].shape[1] :].astype("datetime64[D]")
    begin = np.searchsorted(scored, usual["onset"].to_numpy("datetime64[D]"))
    end = np.searchsorted(scored, usual["last_day"].to_numpy("datetime64[D]"), side="right")
    calm = [bool(flags["calm"][row, a:b].any()) for row, a, b in zip(usual["row"], begin, end, strict=True)]
    parts = [
        usual.assign(sensitivity=np.where(calm, "calm", "usual")),
        keen[~keen.index.isin(beside["index"])].assign(sensitivity="keen"),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True), flags


def episodes(
    found: pd.DataFrame, *, today: np.datetime64, known: pd.DataFrame | None = None, neighbours: Collection[tuple[int, int]] = ()
) -> pd.DataFrame:
    """The spikes of all levels and frequencies as one list, each with its number, its state and the episode it belongs
    to.

    found: frames of `runs`, concatenated, with level, territory_id, parent_id (the territory above; itself where there
    is none), sensitivity (of `graded_runs`), topic_id (missing for a whole topic group) and topic_group_id. today: the last day with data. known:
    spikes stored earlier with spike_id, episode_id, level, territory_id, topic_id, topic_group_id, onset, last_day,
    first_flagged, sensitivity; a spike of the same series that overlaps one keeps its number, the day it was first
    flagged and the strictest sensitivity it has had: what people were shown does not leave their list.
    neighbours: pairs of territories that touch.

    Where days and weeks of a series show the same spike, the days stand. Two spikes are one event when they overlap
    (at most GAP_DAYS apart, onsets within SAME_EVENT_DAYS) and either have one topic in the same, neighbouring or
    containing territories, or one territory and topics of one group, or a topic in one and its whole group in the
    other of a territory and the one above it; those only the keen setting finds join an event
    but never two. Added columns: spike_id, episode_id (the spike_id of the episode's head: the municipality that holds
    most of the excess, else the region; its topic where that holds most of its group's excess, else the group; an
    episode keeps a head it has had while that is of the same kind), lag_days (onset to first_flagged), state: new |
    ongoing | ended.
    """
    frame = found.assign(subject=found["topic_id"].fillna(found["topic_group_id"]).astype("int64")).sort_values(
        [*IDENTITY, "onset", "frequency"], ignore_index=True
    )
    frame = frame[~_shown_by_days(frame)].reset_index(drop=True)
    frame["spike_id"], frame["first_flagged"], frame["sensitivity"], before = _as_known(frame, known)
    frame["lag_days"] = (frame["first_flagged"] - frame["onset"]).dt.days
    now = pd.Timestamp(today)
    waits = frame["frequency"].map(STILL_GOING_DAYS)
    going = frame["last_day"] >= now - pd.to_timedelta(waits, unit="D")
    fresh = frame["first_flagged"] > now - pd.Timedelta(days=NEW_FOR_DAYS)
    frame["state"] = np.where(~going, "ended", np.where(fresh, "new", "ongoing"))
    group = _events(frame, frozenset(neighbours) | {(b, a) for a, b in neighbours})
    frame["episode_id"] = _heads(frame, group, before)
    return frame.drop(columns="subject")


def _shown_by_days(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Weekly spikes that overlap a daily one of the same series; the daily one goes where only the keen setting finds it."""
    weekly, daily = (frame[frame["frequency"] == frequency].reset_index() for frequency in "WD")
    pairs = weekly.merge(daily, on=IDENTITY, suffixes=("", "_daily"))
    pairs = pairs[(pairs["onset"] <= pairs["last_day_daily"]) & (pairs["last_day"] >= pairs["onset_daily"])]
    weaker = (pairs["sensitivity_daily"] == "keen") & (pairs["sensitivity"] != "keen")
    return np.isin(frame.index, np.where(weaker, pairs["index_daily"], pairs["index"]))


def _as_known(frame: pd.DataFrame, known: pd.DataFrame | None) -> tuple[list[int], pd.Series, pd.Series, list[int]]:
    """spike_id, first_flagged and sensitivity of each row, and the episodes known before."""
    numbers = [
        spike_id(level, int(territory), int(subject), onset)
        for level, territory, subject, onset in zip(
            *(frame[name] for name in IDENTITY), frame["onset"].to_numpy("datetime64[D]"), strict=True
        )
    ]
    flagged, sensitivity = frame["first_flagged"].copy(), frame["sensitivity"].copy()
    if known is None or known.empty or frame.empty:
        return numbers, flagged, sensitivity, []
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
    had = (pairs[name] for name in ("index", column, "first_flagged_known", "sensitivity_known"))
    for index, number, day, setting in zip(*had, strict=True):
        if index not in taken and number not in kept:
            numbers[index], flagged[index] = int(number), day
            sensitivity[index] = min(sensitivity[index], setting, key=list(SENSITIVITIES).index)
            taken.add(index)
            kept.add(number)
    return numbers, flagged, sensitivity, [int(number) for number in stored["episode_id"].dropna()]


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
    weak = (frame["sensitivity"] == "keen").to_numpy()
    order = np.argsort(begins, kind="stable")
    reach = np.searchsorted(begins[order], begins[order] + SAME_EVENT_DAYS, side="right")
    pairs = []
    for at, i in enumerate(order):
        near = order[at + 1 : reach[at]]
        near = near[begins[near] <= ends[i] + GAP_DAYS]
        same_topic = (subject[near] == subject[i]) & (whole_group[near] == whole_group[i])
        inside = (place[near] == above[i]) | (above[near] == place[i])
        crossed = inside & (whole_group[near] != whole_group[i])
        related = (group[near] == group[i]) & ((place[near] == place[i]) | crossed)
        for j in near[same_topic | related]:
            if place[i] == place[j] or place[i] == above[j] or place[j] == above[i] or (place[i], place[j]) in touching:
                pairs.append((int(i), int(j)))
    holds_strong = ~weak
    for i, j in sorted(pairs, key=lambda pair: bool(weak[pair[0]] or weak[pair[1]])):
        a, b = root(i), root(j)
        if not (weak[i] or weak[j]) or not (holds_strong[a] and holds_strong[b]):
            parent[b] = a
            holds_strong[a] |= holds_strong[b]
    return np.array([root(i) for i in range(len(frame))], dtype=np.int64)


def _heads(frame: pd.DataFrame, group: NDArray[np.int64], before: Collection[int]) -> NDArray[np.int64]:
    """The spike_id of the head of the event each row belongs to."""
    number, excess, severity = frame["spike_id"].to_numpy(np.int64), frame["excess"].to_numpy(float), frame["severity"].to_numpy(float)
    keen = (frame["sensitivity"] == "keen").to_numpy()
    region = (frame["territory_id"] == frame["parent_id"]).to_numpy()
    whole_group = frame["topic_id"].isna().to_numpy()
    former = np.isin(number, np.fromiter(before, np.int64, len(before)))
    order = np.argsort(group, kind="stable")
    head = number.copy()
    for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []:
        found = members[~keen[members]] if not keen[members].all() else members
        found = _telling(found, region, excess)
        found = _telling(found, whole_group, excess)
        found = found[former[found]] if former[found].any() else found
        head[members] = number[found[severity[found].argmax()]]
    return head


def _telling(rows: NDArray[np.intp], wide: Flags, excess: Floats) -> NDArray[np.intp]:
    """The narrow rows where the best of them holds most of the excess of the best wide one, else the wide."""
    narrow, broad = rows[~wide[rows]], rows[wide[rows]]
    if not len(narrow) or not len(broad):
        return rows
    return narrow if excess[narrow].max() >= HOLDS_MOST * excess[broad].max() else broad
