"""Where the data come from and how fresh they are."""

from datetime import date

import pandas as pd

from queries.ask import ask
from queries.scope import Scope


def freshness() -> pd.DataFrame:
    """source_id, source, visibility, appeals, last_record, last_loaded (UTC), loads, silent_days, last_silent."""
    return ask("sources")


def silent_days(first: date, last: date) -> pd.DataFrame:
    """source, day: the days of a period on which a source was silent."""
    return ask("silent_days", first=first, last=last)


def missing_days(scope: Scope, first: date, last: date) -> pd.DataFrame:
    """day, source: the days on which a source was silent that usually makes a fifth or more of the scope's appeals."""
    return ask("missing_days", scope.over(first, last))


def batches(limit: int = 200) -> pd.DataFrame:
    """The loads, newest first."""
    return ask("batches", limit=limit)


def rejects(batch_id: int) -> pd.DataFrame:
    """row_number, reason, raw of one load."""
    return ask("rejects", batch_id=batch_id)


def unplaced() -> pd.DataFrame:
    """region, municipality, appeals: named places that match no territory."""
    return ask("unplaced")
