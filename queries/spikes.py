"""Spikes: the list, one spike, its days, its words, what people wrote about it, what was alike."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pandas as pd

from analytics import contrast, lemmas, spikes
from analytics.contrast import Term
from analytics.spikes import SENSITIVITIES, Sensitivity
from queries import appeals, sources
from queries.ask import ask
from queries.dictionaries import Days, Territories
from queries.scope import COUNTRY, EARLIEST, LATEST, Scope
from words import _
from words.plurals import counted
from words.predicates import DECISIONS, SPIKE_STATES

HISTORY = 3 * 365
BASELINE_DAYS, GAP_DAYS, ENOUGH = 180, 7, 50
KEYS = ("state", "keen", "dismissed")
STATES = ("current", "period", "season")
SEASON = 84
USUAL: Sensitivity = "usual"
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
MARKS = {"note": "", "cause": _("Причина"), "measure": _("Мера"), "measure_done": _("Мера выполнена"), "notice": _("Объявлено")}
WEEKLY = _("Обращений по этой теме меньше одного за десять дней, поэтому считаем по неделям, с понедельника по воскресенье.")


@dataclass(frozen=True)
class Chosen:
    """Which spikes a list shows: state (current: going on now | period: on some day of the scope's period | season: of the
    last twelve weeks), sensitivity (a setting shows its own and the stricter ones), `dismissed`: false alarms too."""

    state: str = "current"
    sensitivity: Sensitivity = USUAL
    dismissed: bool = False

    @staticmethod
    def decode(params: Mapping[str, str], state: str = "current") -> "Chosen":
        """The choice of a URL; `state` where it says none. Whatever cannot be understood falls back to the default."""
        asked, keen = params.get("state", ""), params.get("keen", "")
        return Chosen(asked if asked in STATES else state, cast(Sensitivity, keen) if keen in SENSITIVITIES else USUAL, params.get("dismissed") == "1")

    def days(self, scope: Scope, last: date) -> tuple[date, date]:
        """The days the list covers; `last`: the last full day of the store."""
        if self.state == "period":
            return scope.first, scope.last
        return last - timedelta(days=SEASON - 1), last


@dataclass(frozen=True)
class Listing:
    """A list of spikes in its parts: spikes proper, floods of near-identical texts, and those decided to be false alarms
    (hidden unless asked for; when asked for they stand among the others and `dismissed` is their number)."""

    spikes: pd.DataFrame
    floods: pd.DataFrame
    dismissed: int


def found(scope: Scope, chosen: Chosen, last: date) -> Listing:
    """The episodes of the scope that are chosen, the gravest first. `last`: the last full day of the store."""
    frame = listing(scope, *chosen.days(scope, last), sensitivity=chosen.sensitivity)
    if chosen.state == "current":
        frame = frame[frame["state"] != "ended"]
    false = frame["decision"] == "false_alarm"
    shown = frame if chosen.dismissed else frame[~false]
    flood = shown["is_flood"].fillna(False).astype(bool)
    return Listing(shown[~flood].reset_index(drop=True), shown[flood].reset_index(drop=True), int(false.sum()))


def listing(scope: Scope, since: date, until: date = LATEST, *, sensitivity: Sensitivity = USUAL) -> pd.DataFrame:
    """The heads of the episodes of the scope's territory that were going on at some day of since … until and are found at
    the sensitivity, the gravest first. Floods and false alarms included."""
    return _heads(_flagged(scope, since, until, sensitivity), ["episode_id"])


def _flagged(scope: Scope, since: date, until: date, sensitivity: Sensitivity) -> pd.DataFrame:
    frame = ask("spikes", scope, since=since, until=until)
    order = list(SENSITIVITIES)
    stricter = order[: order.index(sensitivity) + 1]
    return frame[frame["sensitivity"].isna() | frame["sensitivity"].isin(stricter)]


def _heads(frame: pd.DataFrame, event: list[str]) -> pd.DataFrame:
    """One row an event: the head of its episode, or the gravest of its spikes where the head is not in the frame."""
    heads_first = frame.assign(_other=frame["spike_id"] != frame["episode_id"]).sort_values(["_other", "severity"], ascending=[True, False])
    return heads_first.drop_duplicates(event).sort_values("severity", ascending=False).drop(columns="_other").reset_index(drop=True)


def described(frame: pd.DataFrame) -> pd.DataFrame:
    """Spikes with what a table says in words: what (topic or topic group), state_words, flags, decision_words."""
    return frame.assign(
        what=frame["topic"].fillna(frame["topic_group"]),
        state_words=[("◆ " if state == "new" else "") + SPIKE_STATES[state] for state in frame["state"]],
        flags=[", ".join(flags(spike)) for spike in frame.itertuples()],
        decision_words=[DECISIONS.get(decision, "") for decision in frame["decision"]],
    )


def false_alarms_a_week(scope: Scope, tree: Territories, sensitivity: Sensitivity) -> float | None:
    """How many false spikes a week chance alone gives in the scope's region (the whole country: in all regions); None
    where nothing has been tested yet."""
    regions = [] if scope.place == COUNTRY else [tree.all[scope.place].region_id]
    frame = ask("spike_tests", scope, regions=regions)
    if frame.empty:
        return None
    return spikes.expected_false_alarms(
        frame["series"].to_numpy(), frame["active"].to_numpy(), frame["frequency"].tolist(), sensitivity=sensitivity
    )


def one(scope: Scope, spike_id: int) -> pd.Series | None:
    """One spike; None where there is none or the reader may not see it. Of a spike that was not found again after a
    rebuild only its place, topic and days are known: `observed` is missing."""
    frame = ask("spike", scope, spike_id=spike_id)
    return frame.iloc[0] if len(frame) else None


def days(scope: Scope, spike: pd.Series) -> pd.DataFrame:
    """day (Monday of a weekly series), observed (NaN on days a source that matters here was silent), expected, upper,
    p_value, is_alarm, missing (the sources silent that day) around one spike; scope: the spike's own."""
    frame = strips(scope, [int(spike["spike_id"])], EARLIEST, LATEST).assign(missing="")
    if frame.empty or spike["frequency"] == "W":
        return frame
    silent = sources.missing_days(scope, frame["day"].min().date(), frame["day"].max().date()).groupby("day")["source"].agg(", ".join)
    missing = frame["day"].map(silent).fillna("")
    return frame.assign(observed=frame["observed"].mask(missing != ""), missing=missing)


def strips(scope: Scope, spike_ids: Sequence[int], since: date, until: date) -> pd.DataFrame:
    """spike_id, day, observed (NaN: left out of the scoring), expected, upper, p_value, is_alarm of several spikes, as far
    as stored around each."""
    frame = ask("spike_days", scope, spike_ids=[int(own) for own in spike_ids], since=since, until=until)
    return frame.assign(observed=frame["observed"].astype(float))


def records(scope: Scope, spike: pd.Series) -> pd.DataFrame:
    """kind (cause | note | decision), written_at, author, what, text, spike_id, territory, topic: what people wrote about
    the spike and the others of its episode, newest first."""
    episode = None if pd.isna(spike["episode_id"]) else int(spike["episode_id"])
    return ask("spike_records", scope, spike_id=int(spike["spike_id"]), episode_id=episode)


def marks(scope: Scope) -> list[tuple[date, str]]:
    """(day, words) of the notes, causes, decisions, measures and campaigns that belong on a chart of the scope's territory and topics; those
    about a part of the territory name it."""
    places = None if scope.places is None else list(scope.places)
    about = list(scope.blocks), list(scope.groups), list(scope.topics)
    frame = ask("marks", scope, places=places, blocks=about[0], groups=about[1], topics=about[2])
    return [
        (m.day.date(), _mark(m.kind, m.text or "", "" if m.territory_id == scope.place else m.territory)) for m in frame.itertuples(index=False)
    ]


def _mark(kind: str, text: str, territory: str) -> str:
    name = MARKS[kind] if kind in MARKS else DECISIONS[kind].capitalize()
    return ": ".join(filter(None, (", ".join(filter(None, (territory, name.lower() if territory else name))), text)))


def marks_by_period(scope: Scope, firsts: Sequence[date]) -> list[tuple[int, str]]:
    """(position of the period, words) of the marks; firsts: the first days of periods in order."""
    placed = [(bisect(firsts, day) - 1, words) for day, words in marks(scope)]
    return [(position, words) for position, words in placed if position >= 0]


def similar(scope: Scope, spike: pd.Series, limit: int = 5) -> pd.DataFrame:
    """Earlier spikes of the same topic group, this territory first: what was written about each (cause, decision, said)
    and what came of it (peak, after, usual: appeals in a day, of a weekly series in a week; points_after)."""
    return ask(
        "similar_spikes",
        scope,
        spike_id=int(spike["spike_id"]),
        episode_id=None if pd.isna(spike["episode_id"]) else int(spike["episode_id"]),
        topic_group_id=int(spike["topic_group_id"]),
        topic_id=None if pd.isna(spike["topic_id"]) else int(spike["topic_id"]),
        territory_id=int(spike["territory_id"]),
        onset=spike["onset"],
        limit=limit,
    )


def scope_of(scope: Scope, spike: pd.Series, places: tuple[int, ...] | None) -> Scope:
    """The scope whose list is exactly the spike: its territory, topic (or whole topic group) and days."""
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
    """How many spikes each child territory lists for the scope's period."""
    frame = _flagged(scope, scope.first, scope.last, USUAL)
    owners = [tree.all[t].region_id if scope.place == COUNTRY else t for t in frame["territory_id"]]
    own = _heads(frame.assign(_owner=owners), ["_owner", "episode_id"])
    listed = own[(own["decision"] != "false_alarm") & ~own["is_flood"].fillna(False).astype(bool)]
    return listed["_owner"].value_counts().to_dict()


def flags(spike: Any) -> dict[str, str]:
    """What is special about a spike: a word for a table → the same with its number. Several executors, near-identical
    texts, every year, around holidays."""
    said = {}
    if not pd.isna(spike.executors) and spike.executors >= 2:
        said[_("межведомственный")] = _("межведомственный: {n}").format(n=counted(int(spike.executors), "исполнитель"))
    if not pd.isna(spike.is_flood) and spike.is_flood:
        said[_("однотипные")] = _("однотипные обращения")
    if not pd.isna(spike.recurs) and spike.recurs:
        said[_("сезонный")] = _("сезонный: в те же недели так было и в прежние годы ({n})").format(n=int(spike.recurs))
    if not pd.isna(spike.holiday) and spike.holiday:
        said[_("праздничный")] = _("праздничные дни")
    return said


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
    silent = stretch.isin(sources.missing_days(scope, first, end)["day"])
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
