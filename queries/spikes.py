"""Spikes: the list, one spike, its days, its words, what people wrote about it, what was alike."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analytics import contrast, lemmas, spikes
from analytics.contrast import Term
from queries import appeals, sources
from queries.ask import ask
from queries.dictionaries import Days, Territories
from queries.scope import COUNTRY, Scope
from words import _
from words.plurals import counted

HISTORY = 3 * 365
BASELINE_DAYS, GAP_DAYS, ENOUGH = 180, 7, 50
COPIES = 0.3
METHODS = {
    "regression": _(
        "Обычный уровень посчитан по истории от двух до пяти лет: день недели, время года, праздники, многолетний рост; прошлые всплески "
        "не завышают норму. Верхняя граница: такое случайно бывает реже одного раза в двести дней. Из многих тем сразу отбираем так, чтобы "
        "ложных среди найденных было не больше одного из десяти."
    ),
    "short": _(
        "История короче двух лет, поэтому время года не учтено: обычный уровень посчитан по дням недели. Верхняя граница: реже одного раза в двести дней."
    ),
    "start": _("История короче восьми недель: сравниваем со средним уровнем. Оценка грубая, она уточнится с новыми загрузками."),
}


def listing(scope: Scope, since: date) -> pd.DataFrame:
    """The heads of the episodes of the scope's territory that were still going on at `since`, the gravest first."""
    frame = ask("spikes", scope, since=since)
    heads_first = frame.assign(_other=frame["spike_id"] != frame["episode_id"]).sort_values(["_other", "severity"], ascending=[True, False])
    return heads_first.drop_duplicates("episode_id").sort_values("severity", ascending=False).drop(columns="_other").reset_index(drop=True)


def one(scope: Scope, spike_id: int) -> pd.Series | None:
    """One spike; None where there is none or the reader may not see it."""
    frame = ask("spikes", scope, since=date(1, 1, 1))
    found = frame[frame["spike_id"] == spike_id]
    return found.iloc[0] if len(found) else None


def days(spike_id: int) -> pd.DataFrame:
    """day, observed, expected, upper, p_value, is_alarm around one spike."""
    return ask("spike_days", spike_id=spike_id)


def records(spike_id: int) -> pd.DataFrame:
    """kind (cause | note | decision), written_at, author, what, text, newest first."""
    return ask("spike_records", spike_id=spike_id)


def marks(scope: Scope) -> list[tuple[date, str]]:
    """(day, words) of the notes and causes that belong on a chart of the scope's territory and topics."""
    if scope.places is None:
        return []
    frame = ask("marks", scope, places=list(scope.places), groups=list(scope.groups), topics=list(scope.topics))
    return [(day.date(), text) for day, text in frame.itertuples(index=False, name=None)]


def similar(scope: Scope, spike: pd.Series, limit: int = 5) -> pd.DataFrame:
    """Earlier spikes of the same topic group, this territory first."""
    return ask(
        "similar_spikes",
        scope,
        spike_id=int(spike["spike_id"]),
        topic_group_id=int(spike["topic_group_id"]),
        territory_id=int(spike["territory_id"]),
        onset=spike["onset"],
        limit=limit,
    )


def scope_of(scope: Scope, spike: pd.Series, places: tuple[int, ...] | None) -> Scope:
    """The scope whose list is exactly the spike: its territory, topic and days."""
    topic = () if pd.isna(spike["topic_id"]) else (int(spike["topic_id"]),)
    return Scope(
        place=int(spike["territory_id"]),
        first=spike["onset"].date(),
        last=spike["last_day"].date(),
        places=places,
        comparison=scope.comparison,
        groups=() if topic else (int(spike["topic_group_id"]),),
        topics=topic,
        access=scope.access,
    )


def by_child(scope: Scope, tree: Territories) -> dict[int, int]:
    """How many spikes of the scope's period each child territory has."""
    found = listing(scope, scope.first)
    owners = [tree.all[t].region_id if scope.place == COUNTRY else t for t in found["territory_id"]]
    return pd.Series(owners, dtype=int).value_counts().to_dict()


def flags(spike: Any) -> list[str]:
    """What is special about a spike, in words: several executors, near-identical texts."""
    found = []
    if not pd.isna(spike.executors) and spike.executors >= 2:
        found.append(_("межведомственный: {n}").format(n=counted(int(spike.executors), "исполнитель")))
    if not pd.isna(spike.copies_share) and spike.copies_share >= COPIES:
        found.append(_("однотипные обращения"))
    return found


def terms(scope: Scope, focus: pd.DataFrame) -> list[Term]:
    """The words that set the texts of a spike (frame of appeals.texts) apart from the same topic here over the half year
    before; where that is too little, from the same topic everywhere the reader sees."""
    earlier = scope.over(scope.first - timedelta(days=BASELINE_DAYS), scope.first - timedelta(days=GAP_DAYS))
    baseline = appeals.texts(earlier)
    if len(baseline) < ENOUGH:
        wider = Scope(COUNTRY, earlier.first, earlier.last, topics=scope.topics, groups=scope.groups, access=scope.access)
        baseline = appeals.texts(wider)
    keys = (focus["keys"].fillna("").tolist(), baseline["keys"].fillna("").tolist())
    return contrast.terms(focus["text"].tolist(), baseline["text"].tolist(), keys)


def ordered(texts: pd.DataFrame, found: Sequence[Term], order: str) -> pd.DataFrame:
    """Texts for reading: new | discussed (by reactions) | typical (with the most of the spike's own words, of middling
    length, no two alike)."""
    if texts.empty:
        return texts
    if order == "new":
        return texts.sort_values("created_at", ascending=False)
    if order == "discussed":
        return texts.sort_values("engagement", ascending=False, na_position="last")
    keys = texts["keys"] if "keys" in texts else pd.Series(lemmas.keys(texts["text"]), index=texts.index)
    padded = " " + keys.fillna("") + " "
    weight = sum(
        (padded.str.contains(f" {term.key} ", regex=False).astype(float) for term in found), start=pd.Series(0.0, index=texts.index)
    )
    return (
        texts.assign(_key=keys, _weight=weight, _length=(texts["text"].str.len() - 120).abs())
        .sort_values(["_weight", "_length"], ascending=[False, True])
        .drop_duplicates("_key")
    )


def surface(text: str, found: Sequence[Term]) -> list[str]:
    """The forms in which the terms stand in a text, for highlighting."""
    wanted = {lemma for term in found for lemma in term.key.split()}
    return [text[a:b] for a, b in lemmas.spans(text, wanted)]


def usual(scope: Scope, last: int, covered: Days) -> pd.DataFrame:
    """The scope's appeals by day over its last `last` days with the usual band: day, observed (NaN where a source that
    makes a fifth of the appeals was silent), expected, upper, lower, is_alarm."""
    first = max(covered.first or scope.first, scope.last - timedelta(days=HISTORY))
    end = min(scope.last, covered.last_full)
    if end < first:
        return pd.DataFrame(columns=["day", "observed", "expected", "upper", "lower", "is_alarm"])
    stretch = pd.date_range(first, end, freq="D")
    frame = ask("daily", scope.over(first, end))
    counts = frame.set_index("day")["appeals"].reindex(stretch, fill_value=0).to_numpy(np.int64)
    silent = stretch.isin(pd.to_datetime(sources.missing_days(scope, first, end)))
    last = min(last, len(counts))
    scores = spikes.score(
        counts[None, :], stretch.to_numpy("datetime64[D]"), frequency="D", last=last, missing=silent[None, :] if silent.any() else None
    )
    seen = counts[-last:].astype(float)
    seen[silent[-last:]] = np.nan
    return pd.DataFrame(
        {
            "day": stretch[-last:],
            "observed": seen,
            "expected": scores.expected[0],
            "upper": scores.upper[0],
            "lower": scores.lower[0],
            "is_alarm": seen > scores.upper[0],
        }
    )
