"""The quality of answers: what residents make of them, what their wording tells, who would gain from training."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics import lemmas, rates, replies
from queries.ask import ask
from queries.scope import Scope

READ = 1500
ALIKE = 500
SIGNALS = ("read", "copied", "empty", "with_cues")  # columns of `Wording.rows`
FAULTS = ("written_again", "reopened", "rated_bad", "copied", "empty", "with_cues")


def by_executor(scope: Scope) -> pd.DataFrame:
    """Columns of answers_by.sql for each executor (NaN: nobody), most answers first."""
    return ask("answers_by", scope)


@dataclass(frozen=True, eq=False)
class Wording:
    """What the words of the latest answers tell. rows: one an answer: columns of answers_read.sql, read (true), copied (another answer
    has near-identical wording), empty (names neither the place nor the matter of the appeal), with_cues (has phrases of an
    empty answer), cues (those phrases). examples: appeal_id of answers worth reading first, one of each kind."""

    rows: pd.DataFrame
    examples: tuple[int, ...]


def wording(scope: Scope) -> Wording:
    """The signals of the scope's latest READ answers that may be read."""
    frame = ask("answers_read", scope, limit=READ)
    found = replies.signals(list(frame["reply"]), list(frame["text"].fillna("")))
    rows = frame.assign(
        read=True,
        copied=np.array([one.copies > 1 for one in found], dtype=bool),
        empty=np.array([one.names_matter is False and not one.names_place for one in found], dtype=bool),
        with_cues=np.array([bool(one.cues) for one in found], dtype=bool),
        cues=[", ".join(one.cues) for one in found],
    )
    return Wording(rows, tuple(int(frame.at[row, "appeal_id"]) for row in replies.summary(found).examples))


def compared(scope: Scope, read: Wording) -> pd.DataFrame:
    """Executors side by side: columns of `by_executor`, and of the answers read: read, copied, empty, with_cues."""
    words = read.rows.groupby("executor_id")[["copied", "empty", "with_cues"]].sum()
    words["read"] = read.rows.groupby("executor_id").size()
    frame = by_executor(scope).dropna(subset="executor_id").astype({"executor_id": int})
    return frame.merge(words.reset_index(), "left", "executor_id").fillna(dict.fromkeys(("copied", "empty", "with_cues", "read"), 0))


def to_train(table: pd.DataFrame) -> pd.DataFrame:
    """Who differs from the executors of the same level by more than chance, to the worse: executor_id, executor, fault (of
    FAULTS), k, n, share, others (share of the rest together). table: from `compared`.

    The rules of `worse_than_peers`, over all executors and faults.
    """
    counts = {
        "written_again": ("written_again", "answered"), "reopened": ("reopened", "answered"), "rated_bad": ("rated_bad", "rated"),
        "copied": ("copied", "read"), "empty": ("empty", "read"), "with_cues": ("with_cues", "read"),
    }  # fmt: skip
    worse = worse_than_peers(table.assign(rated_bad=table["rated"] - table["rated_good"]), counts, "level")
    return worse.sort_values(["executor", "p"], ignore_index=True)[["executor_id", "executor", "fault", "k", "n", "share", "others"]]


def worse_than_peers(table: pd.DataFrame, counts: Mapping[str, tuple[str, str]], peers: str) -> pd.DataFrame:
    """Rows that differ to the worse from the others of the same `peers` by more than chance, once a fault: columns of the
    table, fault, k, n, share, others (share of the rest together), p. counts: fault → columns (k, n).

    Exact test against the others for each fault with n ≥ 30, adjusted over all rows and faults (Holm).
    """
    found = []
    for fault, (top, below) in counts.items():
        own = table[table[below] >= rates.MINIMUM_N]
        k, n = own[top].astype(int), own[below].astype(int)
        level = own[peers].fillna("").astype(str)
        others_k, others_n = (side.groupby(level).transform("sum") - side for side in (k, n))
        others = (others_k / others_n.where(others_n > 0)).to_numpy()
        p = rates.exact_p_values(k, n, level) if len(own) else np.zeros(0)
        found.append(own.assign(fault=fault, k=k, n=n, share=k / n, others=others, p=p))
    everything = pd.concat(found, ignore_index=True)
    sure = rates.holm(everything["p"]) <= rates.ERROR_RATE
    return everything[sure & (everything["share"] > everything["others"])]


def best_alike(scope: Scope, appeal_id: int, limit: int = 3) -> pd.DataFrame:
    """Past answers to start a good one from: to appeals of the same topic that residents rated 4 or 5, the most alike first.

    appeal_id, rating, day, executor, text, reply; none when the appeal has no topic. Alike = the share of telling words
    in common, rare ones counting more; form letters come last; the answers are of the scope's territory in any period, one of each wording.
    """
    frame = ask("answers_alike", scope, appeal_id=appeal_id, limit=ALIKE)
    if frame.empty:
        return frame.drop(columns=["keys", "own_keys"])
    wanted = set(lemmas.content(frame["own_keys"].iloc[0] or ""))
    told = [set(lemmas.content(keys or "")) for keys in frame["keys"]]
    seen = Counter(word for words in told for word in words)
    weight = {word: np.log((1 + len(told)) / (1 + seen[word])) + 0.1 for word in wanted}
    alike = [sum(weight[word] for word in words & wanted) for words in told]
    signs = replies.signals(list(frame["reply"]), list(frame["text"].fillna("")))
    plain = [not one.cues and one.copies == 1 for one in signs]
    order = frame.assign(plain=plain, alike=alike).sort_values(["plain", "alike", "rating"], ascending=False, kind="stable")
    return order.drop_duplicates("reply").head(limit).drop(columns=["keys", "own_keys", "plain", "alike"]).reset_index(drop=True)
