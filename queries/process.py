"""The way of appeals: stages, hand-offs, routes, the right executor. Words as in analytics/process.py."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics import process, rates
from analytics.process import Summary
from queries import dictionaries, store
from queries.ask import ask
from queries.channels import Flow
from queries.scope import Scope
from words import _
from words.predicates import STATUSES

HOPS = 3


@dataclass(frozen=True, eq=False)
class Ways:
    """Steps of the scope's appeals that have a log (`process.steps` with topic_id and holder_id), each appeal as a whole
    (`process.journeys` with topic_id and holder_id), all together, and names of executors by id."""

    steps: pd.DataFrame
    journeys: pd.DataFrame
    summary: Summary
    names: dict[int, str]
    as_of: np.datetime64


def ways(scope: Scope) -> Ways:
    """How the scope's appeals travelled, as known now."""
    log = ask("events_of", scope)
    as_of = np.datetime64(store.as_of(), "us")
    executor = log["executor_id"].astype(object).where(log["executor_id"].notna(), None)
    steps = process.steps(log["appeal_id"], log["happened_at"], log["status"], executor, as_of)
    facts = log.drop_duplicates("appeal_id").set_index("appeal_id")[["topic_id", "holder_id"]]
    return Ways(
        steps.join(facts, on="appeal_id"), process.journeys(steps, as_of).join(facts), process.summary(steps, as_of), dictionaries.executors(), as_of
    )  # fmt: skip


def stages(found: Ways) -> pd.DataFrame:
    """status, n, unfinished, median_minutes, total_minutes, time_share of each stage, the bottleneck first."""
    return process.stages(found.steps)


def by(found: Ways, what: str) -> pd.DataFrame:
    """The ways divided by topic_id or holder_id (NaN: none), most appeals first: id, appeals, handed (with a hand-off),
    handed_share, returns, loops, direct (share whose first executor was the right one, of the answered), to_right (median
    minutes to the right executor), slowest (the stage that takes most of the time), slowest_share."""
    slow = process.stages(found.steps, (what, "status")).drop_duplicates(what).set_index(what)
    rows = []
    for own, group in found.journeys.groupby(what, dropna=False):
        hops = group["hops_to_right"].dropna()
        rows.append(
            {
                "id": own, "appeals": len(group), "handed": int((group["handoffs"] > 0).sum()), "returns": int(group["returns"].sum()),
                "loops": int(group["loops"].sum()), "direct": float((hops == 0).mean()) if len(hops) else np.nan,
                "to_right": _or_nan(rates.quantile_with_unanswered(group["minutes_to_right"].dropna(), 0, 0.5)),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=["id", "appeals", "handed", "returns", "loops", "direct", "to_right"])
    table["handed_share"] = table["handed"] / table["appeals"]
    totals = process.stages(found.steps, (what, "status")).groupby(what, dropna=False)["total_minutes"].sum()
    table["slowest"] = [_STAGES.get(slow["status"].get(own), "") for own in table["id"]]
    table["slowest_share"] = [slow["total_minutes"].get(own, np.nan) / totals.get(own, np.nan) for own in table["id"]]
    return table.sort_values("appeals", ascending=False, ignore_index=True)


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


_STAGES = {"new": _("до назначения"), "assigned": _("от назначения до ответа"), "answered": _("от ответа до закрытия")}


def stage_name(status: str) -> str:
    """A stage in words."""
    return _STAGES[status]


def routes(found: Ways, top: int = 12) -> pd.DataFrame:
    """way (names of executors in order), n, share, median_minutes of the commonest routes; the last row: all others."""
    table = process.routes(found.steps, found.as_of, top)
    return table.assign(way=[_route(route, found.names) for route in table["route"]]).drop(columns="route")


def _route(route: tuple[int, ...] | None, names: dict[int, str]) -> str:
    if route is None:
        return _("остальные пути")
    return " → ".join(names.get(int(own), str(own)) for own in route) or _("никому не назначено")


def handed_on(found: Ways, top: int = 12) -> Flow:
    """The ways of appeals that were handed on at least once, for a picture: executor by executor to the state now."""
    chosen = found.journeys.index[found.journeys["handoffs"] > 0]
    flows = process.links(found.steps[found.steps["appeal_id"].isin(chosen)].reset_index(drop=True), top)
    flows = flows[flows["position"] < HOPS]
    last = 1 + int(flows["position"].max()) if len(flows) else 0
    nodes: dict[tuple[int, str], int] = {}
    links = []
    for flow in flows.itertuples():
        target = _state(flow.target) if flow.target_is_state else _name(flow.target, found.names)
        source = nodes.setdefault((flow.position, _name(flow.source, found.names)), len(nodes))
        stage = last if flow.target_is_state else flow.position + 1
        links.append({"source": source, "target": nodes.setdefault((stage, target), len(nodes)), "appeals": int(flow.n), "main": flow.position == 0})
    frame = pd.DataFrame(links, columns=["source", "target", "appeals", "main"])
    drawn = [
        {"label": label, "stage": stage, "appeals": int(max(frame.loc[frame["source"] == at, "appeals"].sum(), frame.loc[frame["target"] == at, "appeals"].sum())), "main": stage == 0}
        for (stage, label), at in nodes.items()
    ]  # fmt: skip
    return Flow(pd.DataFrame(drawn, columns=["label", "stage", "appeals", "main"]), frame)


def _name(own: object, names: dict[int, str]) -> str:
    return _("прочие") if own == process.OTHER else names.get(int(own), str(own))  # type: ignore[call-overload]


def _state(state: str) -> str:
    return _("итог: {state}").format(state=_("открыто") if state == process.OPEN else STATUSES[state])
