"""What is overdue, whom to call, what calls change."""

import pandas as pd

from analytics import escalation
from analytics.escalation import Effect
from queries.ask import ask
from queries.metrics import LADDER
from queries.scope import Scope

RUNG = f"(CASE {' '.join(f'WHEN {rung.predicate} THEN {rung.step}' for rung in reversed(LADDER))} END)"
HORIZON_DAYS = 10


def to_call(scope: Scope) -> pd.DataFrame:
    """The call list: a row for each step of the ladder, territory and executor with open appeals there, the highest step first.

    step, who (whom to call), territory_id, territory, executor_id (NaN: nobody), executor, level, appeals, late_days (of the oldest; negative =
    before the term), waiting, repeated, reopened, topic (the commonest), called (already called about on this step or
    a higher one), called_at (UTC), reason (the ladder's own words).
    """
    found = ask("calls_due", scope, {"rung": RUNG})
    rungs = {rung.step: rung for rung in LADDER}
    return found.assign(
        who=[rungs[step].who[level] for step, level in zip(found["step"], found["level"], strict=True)],
        reason=[rungs[step].reason for step in found["step"]],
    )


def appeals_of(scope: Scope, step: int, territory_id: int, executor_id: int | None) -> list[int]:
    """The appeals behind one row of `to_call`."""
    return ask("calls_appeals", scope, {"rung": RUNG}, step=step, territory_id=territory_id, executor_id=executor_id or 0)["appeal_id"].tolist()


def calls(scope: Scope, limit: int = 20) -> pd.DataFrame:
    """called_at (UTC), executor, step, appeals, closed_since, text of the calls made, last first."""
    return ask("calls_made", scope, limit=limit)


def effects(scope: Scope) -> dict[str, Effect]:
    """What calls change: until the first answer («answered») and until closing («closed»), minutes."""
    frame = ask("calls_compared", scope)
    return {
        end: escalation.call_effect(
            frame["series"], frame[end].astype(float), frame["followed"].astype(float), frame["called"].astype(float), HORIZON_DAYS * 1440
        )
        for end in ("answered", "closed")
    }
