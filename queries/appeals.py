"""The list behind every number, and one appeal."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analytics import lemmas
from queries import access
from queries.ask import ask
from queries.metrics import PREDICATES
from queries.scope import Scope, integer_of

KEYS = ("only", "executor", "street", "q", "term", "source")


@dataclass(frozen=True)
class Chosen:
    """Conditions on top of a scope: predicates of the registry, one executor, one street, words in the text in any
    form (each of `words`), a term as `contrast` found it (its lemmas side by side), one source.

    In the URL: only=overdue,official&executor=3&street=…&q=…&term=…&source=2.
    """

    predicates: tuple[str, ...] = ()
    executor: int | None = None
    street: str = ""
    words: str = ""
    term: str = ""
    source: int | None = None

    @staticmethod
    def decode(params: Mapping[str, str]) -> "Chosen":
        """From a URL; what is not understood is left out."""
        return Chosen(
            predicates=tuple(p for p in params.get("only", "").split(",") if p in PREDICATES and p != "all"),
            executor=integer_of(params.get("executor", "")),
            street=params.get("street", "")[:200],
            words=params.get("q", "")[:200].strip(),
            term=params.get("term", "")[:200].strip(),
            source=integer_of(params.get("source", "")),
        )

    def encode(self) -> dict[str, str | None]:
        """As URL parameters; None where there is no condition."""
        return {
            "only": ",".join(self.predicates) or None,
            "executor": str(self.executor) if self.executor else None,
            "street": self.street or None,
            "q": self.words or None,
            "term": self.term or None,
            "source": str(self.source) if self.source else None,
        }

    def sql(self, scope: Scope) -> tuple[str, dict[str, object]]:
        """The SQL condition over appeals `a` and texts `x`, and its parameters."""
        parts = [PREDICATES[p] for p in self.predicates]
        values: dict[str, object] = {}
        if self.executor:
            parts.append("a.executor_id = $executor")
            values["executor"] = self.executor
        if self.street:
            parts.append("a.street = $street")
            values["street"] = self.street
        if self.source:
            parts.append("a.source_id = $source")
            values["source"] = self.source
        for number, key in enumerate([*lemmas.keys([self.words])[0].split()[:8], *filter(None, [self.term])]):
            parts.append(f"contains(' ' || x.keys || ' ', $key{number})")
            values[f"key{number}"] = f" {key} "
        if self.words or self.term:
            parts.append(access.readable(scope.access))
        return " AND ".join(parts) or "TRUE", values


def count(scope: Scope, chosen: Chosen) -> tuple[int, int]:
    """How many appeals meet the conditions, and how many of them have closed texts."""
    condition, values = chosen.sql(scope)
    row = ask("appeals_count", scope, {"chosen": condition}, **values).iloc[0]
    return int(row["appeals"]), int(row["restricted"])


def listing(scope: Scope, chosen: Chosen, limit: int = 200, skip: int = 0) -> pd.DataFrame:
    """The appeals, newest first; text is empty where it may not be read."""
    condition, values = chosen.sql(scope)
    return ask("appeals_list", scope, {"chosen": condition}, limit=limit, skip=skip, **values)


def one(scope: Scope, appeal_id: int) -> pd.Series | None:
    """One appeal with its names; None where there is none or the reader may not see it."""
    frame = ask("appeal", scope, appeal_id=appeal_id)
    return frame.iloc[0] if len(frame) else None


def events(scope: Scope, appeal_id: int) -> pd.DataFrame:
    """happened_at, status, executor, note of one appeal."""
    return ask("appeal_events", scope, appeal_id=appeal_id)


def comments(scope: Scope, appeal_id: int) -> pd.DataFrame:
    """created_at, text of the comments under one appeal."""
    return ask("appeal_comments", scope, appeal_id=appeal_id)


def repeats(scope: Scope, appeal_id: int) -> pd.DataFrame:
    """appeal_id, created_at, status of the appeals that repeat it or that it repeats."""
    return ask("appeal_repeats", scope, appeal_id=appeal_id)


def texts(scope: Scope, limit: int = 2000) -> pd.DataFrame:
    """appeal_id, created_at, text, channel, engagement, street, author_key of readable texts, newest first."""
    return ask("texts_of", scope, limit=limit)


def comments_under(scope: Scope, limit: int = 200) -> pd.DataFrame:
    """appeal_id, created_at, text, channel of comments under readable appeals, newest first."""
    return ask("comments_of", scope, limit=limit)


def by_street(scope: Scope, limit: int = 12) -> pd.DataFrame:
    """street, appeals, lat, lon."""
    return ask("streets", scope, limit=limit)


def by_channel(scope: Scope) -> pd.DataFrame:
    """channel_id, channel, is_official, appeals and a count for each bucket of the first response."""
    return ask("by_channel", scope)


def by_executor(scope: Scope) -> pd.DataFrame:
    """executor_id, executor, appeals, overdue."""
    return ask("by_executor", scope)


def executor_name(executor_id: int | None) -> str | None:
    """An executor's name; None where there is none."""
    frame = ask("executor", executor_id=executor_id or 0)
    return str(frame.iloc[0]["name"]) if len(frame) else None


def source_name(source_id: int | None) -> str | None:
    """A source's name; None where there is none."""
    frame = ask("source", source_id=source_id or 0)
    return str(frame.iloc[0]["name"]) if len(frame) else None
