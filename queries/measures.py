"""Measures: what is planned, runs, is late, is done; those that answer a spike."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries import appeals, registers
from queries.ask import ask
from queries.scope import Scope

ORDER = ("running", "planned", "done", "cancelled")
STATES = ("all", "late", *ORDER)
OPEN = ("running", "planned")
TERM = timedelta(days=14)
NOTABLE_STREET, MOST_STREETS = 0.1, 5


def listed(scope: Scope, today: date) -> pd.DataFrame:
    """The measures of the scope, open ones by their term first: columns of the register, late (bool: its term has passed), days_late
    (NaN where not late), together (bool: several bodies take part)."""
    frame = registers.items("measures", scope)
    late = frame["status"].isin(OPEN) & (frame["due"] < pd.Timestamp(today))
    frame = frame.assign(
        late=late,
        days_late=((pd.Timestamp(today) - frame["due"]).dt.days).where(late),
        together=[len(bodies) > 1 for bodies in frame["bodies"]],
        _place=frame["status"].map({state: place for place, state in enumerate(ORDER)}),
    )
    return frame.sort_values(["late", "_place", "due", "problem"], ascending=[False, True, True, True], ignore_index=True).drop(columns="_place")


def in_state(frame: pd.DataFrame, state: str) -> pd.DataFrame:
    """The measures of a state: one of STATES."""
    if state == "all":
        return frame
    return frame[frame["late"] if state == "late" else frame["status"] == state].reset_index(drop=True)


def of_spike(reader: Scope, spike: pd.Series) -> pd.DataFrame:
    """Measures and campaigns that answer the spike or another of its episode: register, item_id, title, owner, status_name, day
    (start of a measure, announcement of a campaign)."""
    episode = None if pd.isna(spike["episode_id"]) else int(spike["episode_id"])
    tied = ask("spike_items", reader, spike_id=int(spike["spike_id"]), episode_id=episode)
    found = []
    for code, title, day in (("measures", "problem", "start"), ("campaigns", "what", "announced")):
        frame = registers.items(code, reader)
        own = frame[frame["item_id"].isin(tied["item_id"])].assign(register=code)
        found.append(own.rename(columns={title: "title", day: "day"}).reindex(columns=["register", "item_id", "title", "owner", "status_name", "day"]))
    return pd.concat(found, ignore_index=True) if len(tied) else found[0].head(0)


def answering(scope: Scope, spike: pd.Series, cause: str | None, today: date) -> dict[str, dict[str, Any]]:
    """What the forms of a measure and of a campaign begin with when they answer a spike; scope: the spike's own. The place is
    the streets that each make a tenth of its appeals, the bodies are those that answer them."""
    streets = appeals.by_street(scope)
    executors = appeals.by_executor(scope).dropna(subset="executor_id")
    total = appeals.count(scope, appeals.Chosen())[0]
    named = streets[streets["appeals"] >= NOTABLE_STREET * max(total, 1)].head(MOST_STREETS)["street"].tolist()
    common: Mapping[str, Any] = {
        "territory": int(spike["territory_id"]),
        "topic": f"t{scope.topics[0]}" if scope.topics else f"g{scope.groups[0]}",
        "place": "; ".join(named),
        "spike": int(spike["spike_id"]),
    }
    return {
        "measures": {
            **common,
            "cause": cause or "",
            "owner": executors["executor"].iloc[0] if len(executors) else "",
            "bodies": executors["executor"].tolist(),
            "start": today,
            "due": today + TERM,
            "status": "planned",
        },
        "campaigns": {**common, "announced": today},
    }
