"""What measures and campaigns changed: the counts each is judged by, the estimate, what it is checked against."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics import effect
from analytics.effect import Effect, Shift
from analytics.places import key_of
from queries import background, dictionaries, registers, sources, spikes, store
from queries.ask import ask
from queries.background import Work
from queries.dictionaries import Days, Territories
from queries.scope import COUNTRY, Scope
from words import _

Control = Literal["places", "topics", "none"]
Against = Literal["before", "usual"]
History = Literal["all", "year", "months"]
WEEKS_BEFORE: Mapping[History, int] = {"all": effect.MOST_BEFORE, "year": 52, "months": 16}
CONTROLS: tuple[Control, ...] = ("places", "topics", "none")
ENOUGH_CONTROLS = 300
LONG_SPIKE = 7 * effect.LEAST_BEFORE
RECENT_SPIKE = timedelta(days=28)
MOST_NEIGHBOURS = 4
SHOWN = 60
REMEMBERED = 500
JUDGED = ("running", "done")


@dataclass(frozen=True)
class Action:
    """A measure or a campaign as it is judged. in_force: the first day it can have changed anything; works: the first day of
    the works before that (None: there were none apart); until: its last day (None: it stays); topic: g18 or t101;
    spike_id: the spike it answers."""

    kind: Literal["measures", "campaigns"]
    item_id: str
    title: str
    status: str
    territory_id: int
    territory: str
    topic: str
    topic_name: str
    place: str
    in_force: date | None
    works: date | None
    until: date | None
    spike_id: int | None


@dataclass(frozen=True)
class Found:
    """The judgement of one action. days, counts [days]; control: what it was compared with, controls: their appeals [days] or
    None; streets: those of the action's place that appeals name (none: the whole territory was counted); widened: too few appeals
    came from there, so the whole territory was counted; usual_until: the last day taken as the time before; against: that time is
    the one before the measure, or before the spike it answers; history: how much of it was taken; onset: the first day of the
    spike it answers or follows."""

    action: Action
    effect: Effect
    days: NDArray[np.datetime64]
    counts: NDArray[np.float64]
    control: Control
    controls: NDArray[np.float64] | None
    streets: tuple[str, ...]
    widened: bool
    usual_until: date
    against: Against
    history: History
    onset: date | None


@dataclass(frozen=True)
class Neighbours:
    """Where the trouble could have gone: other topics here, the other streets of the town, other towns of the region."""

    topics: tuple[Shift, ...]
    places: tuple[Shift, ...]

    @property
    def moved(self) -> tuple[Shift, ...]:
        return tuple(shift for shift in (*self.topics, *self.places) if shift.moved)


def actions(scope: Scope) -> list[Action]:
    """Measures that run or are done and campaigns that are announced, of the scope's territory and topics, the latest first."""
    found = [_measure(row) for row in registers.items("measures", scope).to_dict("records") if row["status"] in JUDGED]
    found += [of_campaign(row) for row in registers.items("campaigns", scope).to_dict("records")]
    return sorted(found, key=lambda action: (action.in_force or date.max, action.title), reverse=True)


def one(scope: Scope, item_id: str) -> Action | None:
    """The action of this id; None where there is none or its reader may not see it."""
    return next((action for action in actions(scope) if action.item_id == item_id), None)


def _measure(row: Mapping[str, Any]) -> Action:
    start, end = _day(row["start"]), _day(row["end"])
    done = row["status"] == "done" and end is not None and (start is None or end > start)
    in_force = end + timedelta(days=1) if done and end else start or end
    return Action(
        "measures", row["item_id"], row["problem"], row["status"], int(row["territory"]), row["territory_name"], row["topic"], row["topic_name"],
        row["place"] or "", in_force, start if done else None, None, _number(row["spike"]),
    )  # fmt: skip


def of_campaign(row: Mapping[str, Any]) -> Action:
    """A row of the register of campaigns as it is judged."""
    announced, start, end = _day(row["announced"]), _day(row["start"]), _day(row["end"])
    assert announced is not None
    return Action(
        "campaigns", row["item_id"], row["what"], "done", int(row["territory"]), row["territory_name"], row["topic"], row["topic_name"],
        row["place"] or "", start or announced, announced if start and announced < start else None, end, _number(row["spike"]),
    )  # fmt: skip


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _number(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


# counts ---------------------------------------------------------------------------------------------------------------


def scope_of(action: Action, reader: Scope, tree: Territories, days: Days) -> Scope:
    """The appeals an action is judged by, in all days of the store: its territory and topic, as its reader may see them."""
    number = int(action.topic[1:])
    return Scope(
        action.territory_id,
        days.first or reader.first,
        days.last_full,
        tree.places(action.territory_id),
        groups=(number,) if action.topic.startswith("g") else (),
        topics=(number,) if action.topic.startswith("t") else (),
        access=reader.access,
    )


def streets_of(place: str, scope: Scope) -> tuple[str, ...]:
    """Which streets of the appeals a place of a register names: «улица Гагарина; Звёздная» → their names as appeals have them."""
    wanted = {key_of(part) for part in re.split(r"[;,\n]", place)} - {""}
    if not wanted:
        return ()
    return tuple(street for street in ask("effect_streets", scope)["street"] if key_of(street) in wanted)


def _counts(scope: Scope, streets: Sequence[str], days: NDArray[np.datetime64]) -> NDArray[np.float64]:
    frame = ask("effect_days", scope, streets=list(streets))
    return _on_days(frame, days)


def _on_days(frame: pd.DataFrame, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
    counted = frame.set_index("day")["appeals"].astype(float)
    return counted.reindex(pd.DatetimeIndex(days), fill_value=0.0).to_numpy()


def _control_counts(control: Control, scope: Scope, tree: Territories, days: NDArray[np.datetime64]) -> NDArray[np.float64] | None:
    if control == "places":
        everywhere = replace(scope, place=COUNTRY, places=None)
        own = tree.all[scope.place]
        near = replace(scope, place=own.region_id, places=tree.places(own.region_id)) if own.region_id else everywhere
        far = _counts(everywhere, (), days) - _counts(near, (), days)
        return far if far.sum() >= ENOUGH_CONTROLS else _counts(near, (), days) - _counts(scope, (), days)
    if control == "topics":
        every = replace(scope, groups=(), topics=())
        return _counts(every, (), days) - _counts(replace(every, blocks=(_block_of(scope),)), (), days)
    return None


def _block_of(scope: Scope) -> int:
    tree = dictionaries.topic_tree()
    row = tree[tree["topic_id"].isin(scope.topics) | tree["topic_group_id"].isin(scope.groups)].iloc[0]
    return int(row["block_id"])


# the judgement ----------------------------------------------------------------------------------------------------------


def judge(
    action: Action, reader: Scope, control: Control | None = None, against: Against | None = None, history: History = "all"
) -> Found | None:
    """What did it change? control: what it is compared with (None: other territories, as far as they have enough appeals);
    against: the time before the measure, or before its spike (None: before the spike, unless that had lasted eight weeks by then:
    otherwise any spike that passes by itself would look like success); history: how much of that time. None where the action has
    no day or lies outside the store."""
    tree = dictionaries.territories()
    covered = dictionaries.days(tree.timezone(action.territory_id))
    if action.in_force is None or covered.first is None or not covered.first < action.in_force <= covered.last_full:
        return None
    settings = control, against, history
    return _remembered((action, reader.access, *settings), lambda: _judge(action, cast(date, action.in_force), reader, settings, tree, covered))


def _judge(
    action: Action, in_force: date, reader: Scope, settings: tuple[Control | None, Against | None, History], tree: Territories, covered: Days
) -> Found:
    _control, asked, history = settings
    scope = scope_of(action, reader, tree, covered)
    onset = _onset(action, action.works or in_force, scope, reader)
    against: Against = asked or ("usual" if onset and (in_force - onset).days < LONG_SPIKE else "before")
    begins = [in_force, *([action.works] if action.works else []), *([onset] if onset and against == "usual" else [])]
    usual_until = max(min(begins) - timedelta(days=1), scope.first - timedelta(days=1))
    first = max(scope.first, usual_until - timedelta(days=7 * WEEKS_BEFORE[history] - 1))
    days = np.arange(np.datetime64(first), np.datetime64(scope.last) + 1)
    streets = streets_of(action.place, scope)
    found = _estimated(action, in_force, scope, settings, against, days, usual_until, streets, tree, onset)
    if streets and found.effect.too_early == "few":
        whole = _estimated(action, in_force, scope, settings, against, days, usual_until, (), tree, onset)
        return found if whole.effect.too_early else replace(whole, widened=True)
    return found


def _estimated(
    action: Action, in_force: date, scope: Scope, settings: tuple[Control | None, Against | None, History], against: Against,
    days: NDArray[np.datetime64], usual_until: date, streets: tuple[str, ...], tree: Territories, onset: date | None,
) -> Found:  # fmt: skip
    control, _asked, history = settings
    counts = _counts(scope, streets, days)
    controls = _control_counts(control or "places", scope, tree, days)
    if controls is not None and controls.sum() < ENOUGH_CONTROLS and control is None:
        controls = None
    found = effect.estimate(counts, days, np.datetime64(in_force), _until(action), controls, np.datetime64(usual_until))
    used: Control = "none" if controls is None else control or "places"
    return Found(action, found, days, counts, used, controls, streets, False, usual_until, against, history, onset)


def _until(action: Action) -> np.datetime64 | None:
    return None if action.until is None else np.datetime64(action.until)


def _onset(action: Action, begins: date, scope: Scope, reader: Scope) -> date | None:
    """The first day of the spike the action answers, or else of one of the same place and topic that had ended less than four
    weeks before it began: people act when it hurts most, and what is at its worst gets better by itself too."""
    spike = spikes.one(reader, action.spike_id) if action.spike_id is not None else None
    told = spike["onset"].date() if spike is not None else None
    seen = ask("effect_spike", scope, since=begins - RECENT_SPIKE, begins=begins)["onset"].iloc[0]
    onsets = [onset for onset in (told, None if pd.isna(seen) else seen.date()) if onset is not None and onset < begins]
    return min(onsets, default=None)


def judged(reader: Scope, scope: Scope) -> Work[list[tuple[Action, Found | None]]]:
    """All actions of the scope with their judgement, the latest first; work of some seconds. reader: sees the whole store."""

    def work(step: Callable[[float], None]) -> list[tuple[Action, Found | None]]:
        every = actions(scope)
        found = []
        for done, action in enumerate(every):
            step(done / len(every))
            found.append((action, judge(action, reader)))
        return found

    return background.begin(("effects", reader.access, scope.place, scope.blocks, scope.groups, scope.topics), work)


def neighbours(found: Found, reader: Scope) -> Work[Neighbours]:
    """Did the trouble go elsewhere? Other topics of the group (of the block, for a group), the town's other streets, the towns
    beside; the largest of each."""
    return background.begin(("neighbours", found.action, reader.access, found.control, found.against, found.history), lambda step: _neighbours(found, reader, step))


def _neighbours(found: Found, reader: Scope, step: Callable[[float], None]) -> Neighbours:
    tree = dictionaries.territories()
    scope = scope_of(found.action, reader, tree, dictionaries.days(tree.timezone(found.action.territory_id)))
    topics = _beside_topics(scope, found)
    places = _beside_places(scope, found, tree)
    step(0.2)
    by_topic = _shifts(found, topics)
    step(0.6)
    return Neighbours(by_topic, _shifts(found, places))


def _beside_topics(scope: Scope, found: Found) -> dict[str, NDArray[np.float64]]:
    tree = dictionaries.topic_tree()
    if scope.topics:
        group = int(tree.loc[tree["topic_id"] == scope.topics[0], "topic_group_id"].iloc[0])
        wider, by, names = replace(scope, topics=(), groups=(group,)), "topic_id", dict(zip(tree["topic_id"], tree["topic"], strict=True))
    else:
        wider, by = replace(scope, groups=(), blocks=(_block_of(scope),)), "topic_group_id"
        names = dict(zip(tree["topic_group_id"], tree["topic_group"], strict=True))
    frame = ask("effect_neighbours", wider, {"by": f"a.{by}"}, streets=list(found.streets))
    return _largest(frame[~frame["id"].isin([*scope.topics, *scope.groups])], found.days, names)


def _beside_places(scope: Scope, found: Found, tree: Territories) -> dict[str, NDArray[np.float64]]:
    own = tree.all[scope.place]
    beside: dict[str, NDArray[np.float64]] = {}
    if found.streets:
        beside[_("{town}, остальные адреса").format(town=own.name)] = _counts(scope, (), found.days) - found.counts
    if own.kind == "municipality":
        region = replace(scope, place=own.region_id, places=tree.places(own.region_id))
        frame = ask("effect_neighbours", region, {"by": "a.territory_id"}, streets=[])
        names = {number: territory.name for number, territory in tree.all.items()}
        beside |= _largest(frame[frame["id"] != own.territory_id], found.days, names)
    return beside


def _largest(frame: pd.DataFrame, days: NDArray[np.datetime64], names: Mapping[Any, str]) -> dict[str, NDArray[np.float64]]:
    most = frame.groupby("id")["appeals"].sum().nlargest(MOST_NEIGHBOURS).index
    return {names[number]: _on_days(frame[frame["id"] == number], days) for number in most}


def _shifts(found: Found, series: Mapping[str, NDArray[np.float64]]) -> tuple[Shift, ...]:
    if not series:
        return ()
    assert found.action.in_force is not None
    start, usual_until = np.datetime64(found.action.in_force), np.datetime64(found.usual_until)
    return tuple(effect.displacement(found.effect, series, found.days, start, _until(found.action), found.controls, usual_until))


# for pages --------------------------------------------------------------------------------------------------------------


def weeks(found: Found) -> pd.DataFrame:
    """The series by weeks counted from the first day in force: day (the first of the week), observed, expected (before it:
    the fit, after it: without the measure; NaN in the time of the works), after (bool). The last SHOWN weeks before it; a week cut
    short at an end is left out."""
    assert found.action.in_force is not None
    since = (found.days - np.datetime64(found.action.in_force)).astype(int)
    left_out = (found.action.in_force - found.usual_until).days // 7
    frame = pd.DataFrame({"week": since // 7, "day": found.days, "observed": found.counts, "expected": found.effect.expected})
    whole = frame.groupby("week").agg(day=("day", "first"), days=("day", "size"), observed=("observed", "sum"), expected=("expected", lambda e: e.sum(min_count=7)))
    whole = whole[(whole["days"] == 7) & (whole.index >= -SHOWN - left_out)]
    if found.action.until is not None:
        whole = whole[(whole.index < 0) | (whole["day"] + pd.Timedelta(days=6) <= pd.Timestamp(found.action.until))]
    return whole.assign(after=whole.index >= 0).reset_index(drop=True)


def silent(found: Found, reader: Scope) -> pd.DataFrame:
    """day, source: when a source that matters here was silent, within the weeks judged."""
    tree = dictionaries.territories()
    scope = scope_of(found.action, reader, tree, dictionaries.days(tree.timezone(found.action.territory_id)))
    assert found.action.in_force is not None
    last = found.action.in_force + timedelta(days=7 * found.effect.after)
    return sources.missing_days(scope, found.action.in_force, min(last, scope.last))


# remembered -------------------------------------------------------------------------------------------------------------

_known: OrderedDict[tuple[Any, ...], Found] = OrderedDict()
_gate = threading.Lock()


def _remembered(question: tuple[Any, ...], answer: Callable[[], Found]) -> Found:
    key = (str(store.paths().database), store.version(), question)
    with _gate:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    found = answer()
    with _gate:
        _known[key] = found
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return found
