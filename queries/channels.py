"""Through which channels appeals come, how many of them officially, and which way they go afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from queries.ask import ask
from queries.cities import child_column, child_grain
from queries.dictionaries import Territories, topic_tree
from queries.kpi import period_end, period_start
from queries.planner import answer
from queries.scope import Scope
from words import _
from words.predicates import ENDINGS

FEW = 30
MONTHS = 36
ABOUT = {"block": "b", "topic_group": "g", "topic": "t"}
STAGES = ("channel", "subject", "executor", "ending")


def all_channels(scope: Scope) -> Scope:
    """The scope without its choice of channels: the one denominator of the official share."""
    return replace(scope, channels=())


def mix(scope: Scope, periods: int = 8) -> pd.DataFrame:
    """channel_id, channel, is_official, appeals, before (0 without comparison), change, share, share_change (NaN where
    there is nothing to divide by), weeks (appeals of the last equal periods, oldest first); most frequent first."""
    before = scope.before()
    found = answer(
        "channels_mix",
        scope,
        by=("channel",),
        before_first=before.first if before else date(1, 1, 1),
        before_last=before.last if before else date(1, 1, 1),
    )
    weeks = answer("channel_weeks", scope, by=("channel",), span=scope.days * periods, days=scope.days, periods=periods)
    wide = weeks.pivot_table(index="channel_id", columns="period", values="appeals", fill_value=0)
    wide = wide.reindex(index=found["channel_id"], columns=range(periods - 1, -1, -1), fill_value=0)
    now, earlier = found["appeals"].sum(), found["before"].sum()
    share = found["appeals"] / now if now else found["appeals"] * float("nan")
    compared = before is not None and earlier > 0
    return found.assign(
        change=found["appeals"] - found["before"] if before else float("nan"),
        share=share,
        share_change=share - found["before"] / earlier if compared else float("nan"),
        weeks=[[float(v) for v in row] for row in wide.to_numpy()],
    )


def official_by_month(scope: Scope, last_full: date, first_day: date | None) -> pd.DataFrame:
    """first, last, appeals, official, share, unfinished of each calendar month up to the scope's last day, at most
    three years. The denominator is all appeals of the scope whatever their channel; NaN below 30 of them."""
    start = period_start(min(scope.last, last_full), "month")
    starts = [start]
    while len(starts) < MONTHS and first_day is not None and starts[0] > first_day:
        starts.insert(0, period_start(starts[0] - timedelta(days=1), "month"))
    end = min(period_end(start, "month"), last_full)
    frame = answer("official_months", all_channels(scope).over(starts[0], end))
    frame["month"] = pd.to_datetime(frame["month"]).dt.date
    frame = frame.set_index("month").reindex(starts, fill_value=0).rename_axis("first").reset_index()
    return frame.assign(
        last=[min(period_end(first, "month"), last_full) for first in starts],
        share=(frame["official"] / frame["appeals"]).where(frame["appeals"] >= FEW),
        unfinished=[period_end(first, "month") > last_full for first in starts],
    )


def official_by_place(scope: Scope, tree: Territories) -> pd.DataFrame:
    """territory_id, place, appeals, official, share (NaN below 30 appeals) of child territories, highest share first."""
    found = answer("official_places", all_channels(scope), child_column(scope), by=(child_grain(scope),))
    share = (found["official"] / found["appeals"]).where(found["appeals"] >= FEW)
    found = found.assign(place=[tree.all[own].name for own in found["territory_id"]], share=share)
    return found.sort_values(["share", "appeals"], ascending=False, na_position="last", ignore_index=True)


def about(scope: Scope) -> str:
    """What the subjects of `paths` are: blocks; inside a chosen block or group, groups; inside a chosen topic, topics."""
    return "topic" if scope.topics else "topic_group" if scope.blocks or scope.groups else "block"


def paths(scope: Scope) -> pd.DataFrame:
    """channel_id, channel, is_official, about (id of the subject or NaN), subject, executor_id, executor (None: nobody),
    ending, appeals: every way from channel to where the appeals stand, most frequent first. They add up to the scope."""
    level = about(scope)
    found = ask("paths", scope, {"about": f"a.{level}_id"})
    names = topic_tree().dropna(subset=f"{level}_id").drop_duplicates(f"{level}_id").set_index(f"{level}_id")[level]
    return found.assign(subject=found["about"].map(names))


def path_params(scope: Scope, path: Mapping[str, object]) -> dict[str, object]:
    """URL parameters of the list of one row of `paths`."""
    level = about(scope)
    only = [str(path["ending"])]
    params: dict[str, object] = {"channels": path["channel_id"]}
    if pd.isna(path["about"]):
        only.append("without_group" if level == "topic_group" else f"without_{level}")
    else:
        params["topics"] = f"{ABOUT[level]}{int(path['about'])}"  # type: ignore[call-overload]
    if pd.isna(path["executor_id"]):
        only.append("unassigned")
    else:
        params["executor"] = int(path["executor_id"])  # type: ignore[call-overload]
    return params | {"only": ",".join(only)}


@dataclass(frozen=True)
class Flow:
    """`paths` for a picture. nodes: label, stage (0–3), appeals, main (an official channel), in drawing order;
    links: source, target (positions in nodes), appeals, main."""

    nodes: pd.DataFrame
    links: pd.DataFrame


def flow(found: pd.DataFrame, top: int = 7) -> Flow:
    """The `top` names of each stage, the rest as «прочие»; nobody and no topic keep their own names."""
    named = found.assign(
        subject=found["subject"].fillna(_("без темы")),
        executor=found["executor"].fillna(_("не назначен")),
        ending=found["ending"].map(ENDINGS),
    )
    nodes: list[dict[str, object]] = []
    at: dict[tuple[int, str], int] = {}
    for stage, column in enumerate(STAGES):
        sizes = named.groupby(column)["appeals"].sum().sort_values(ascending=False)
        kept = set(sizes.index if len(sizes) <= top + 1 else [*sizes.index[:top], _("не назначен")])
        named[column] = named[column].where(named[column].isin(kept), _("прочие"))
        official = named.groupby(column)["is_official"].all()
        sizes = named.groupby(column)["appeals"].sum().sort_values(ascending=False)
        for label in sorted(sizes.index, key=lambda name: (name == _("прочие"), -sizes[name])):
            at[stage, label] = len(nodes)
            nodes.append({"label": label, "stage": stage, "appeals": int(sizes[label]), "main": stage == 0 and bool(official[label])})
    links = []
    for stage, (left, right) in enumerate(zip(STAGES, STAGES[1:])):
        for (here, there), appeals in named.groupby([left, right])["appeals"].sum().items():
            source = at[stage, here]
            links.append({"source": source, "target": at[stage + 1, there], "appeals": int(appeals), "main": nodes[source]["main"]})
    return Flow(
        pd.DataFrame(nodes, columns=["label", "stage", "appeals", "main"]),
        pd.DataFrame(links, columns=["source", "target", "appeals", "main"]),
    )
