"""The list behind every number, and one appeal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from queries import answers, search
from queries.ask import ask
from queries.cells import Cells
from queries.metrics import PREDICATES
from queries.near import Circle
from queries.planner import answer
from queries.scope import Scope, end_of_month, integer_of
from queries.search import Query

KEYS = ("only", "executor", "street", "q", "term", "source", "slot", "near", "zone", "account", "wording")
# How the addresses of all posts of one page begin: without the scheme and the number of the post.
ADDRESS = r"regexp_replace(regexp_replace(lower(trim({})), '^https?://(www\.|m\.)?', ''), '[0-9]+/?([?#].*)?$', '')"
ANSWERED_LOCAL = "((a.first_response_at AT TIME ZONE 'UTC') AT TIME ZONE t.timezone)"
SLOT = re.compile(r"([ar])([1-7])-(1?\d|2[0-3])")
LONG = 366
MOST_SAVED = 100_000


@dataclass(frozen=True)
class Chosen:
    """Conditions on top of a scope: predicates of the registry, one executor, one street, words in the text in any
    form (each of `words`), a term as `contrast` found it (its lemmas side by side), one source, one hour of the week
    (slot: «a3-14» came on a Wednesday after 14:00, «r3-14» was first answered then, local time), a circle on the map, one official
    page by the beginning of the addresses of its posts, one signal of the wording of their answers (of answers.SIGNALS; `among`: the
    appeals that have it, known once a scope is).

    In the URL: only=overdue,official&executor=3&street=…&q=…&term=…&source=2&slot=a3-14&near=54.7065,20.5118,800
    &account=vk.com/wall-1_.
    """

    predicates: tuple[str, ...] = ()
    executor: int | None = None
    street: str = ""
    words: str = ""
    term: str = ""
    source: int | None = None
    slot: str = ""
    near: Circle | None = None
    zone: Cells | None = None
    account: str = ""
    wording: str = ""
    among: tuple[int, ...] | None = None

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
            slot=params.get("slot", "") if SLOT.fullmatch(params.get("slot", "")) else "",
            near=Circle.decode(params.get("near", "")),
            zone=Cells.decode(params.get("zone", "")),
            account=params.get("account", "")[:200],
            wording=params.get("wording", "") if params.get("wording", "") in answers.SIGNALS else "",
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
            "slot": self.slot or None,
            "near": self.near.encode() if self.near else None,
            "zone": self.zone.encode() if self.zone else None,
            "account": self.account or None,
            "wording": self.wording or None,
        }

    @property
    def query(self) -> Query:
        """The words and the term, as a condition over stored keys."""
        return search.parse(self.words, [self.term])

    def sql(self) -> tuple[str, dict[str, object]]:
        """The SQL condition over appeals `a` without the words, and its parameters."""
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
        if found := SLOT.fullmatch(self.slot):
            arrived = found[1] == "a"
            day, hour = ("a.day", "a.hour") if arrived else (ANSWERED_LOCAL, f"hour({ANSWERED_LOCAL})")
            parts.append(f"(isodow({day}) = $weekday AND {hour} = $hour AND {PREDICATES['all' if arrived else 'answered']})")
            values |= {"weekday": int(found[2]), "hour": int(found[3])}
        if self.near:
            parts.append(self.near.sql())
        if self.zone:
            parts.append(self.zone.sql())
        if self.account:
            parts.append(f"(a.is_official AND {ADDRESS.format('a.url')} = $account)")
            values["account"] = self.account
        if self.among is not None:
            parts.append("a.appeal_id IN (SELECT unnest($among::BIGINT[]))")
            values["among"] = list(self.among)
        return " AND ".join(parts) or "TRUE", values


def _with_answers(scope: Scope, chosen: Chosen) -> Chosen:
    """The wording of answers as the appeals that have it: it is read by the program, not by SQL."""
    if not chosen.wording or chosen.among is not None:
        return chosen
    rows = answers.wording(scope).rows
    return replace(chosen, among=tuple(map(int, rows.loc[rows[chosen.wording], "appeal_id"])))


def count(scope: Scope, chosen: Chosen) -> tuple[int, int]:
    """How many appeals meet the conditions, and how many of them have closed texts."""
    chosen = _with_answers(scope, chosen)
    if not chosen.query.is_empty:
        found = hits(scope, chosen)
        return int(found["appeals"].sum()), int(found["restricted"].sum())
    condition, values = chosen.sql()
    row = ask("appeals_count", scope, {"chosen": condition}, **values).iloc[0]
    return int(row["appeals"]), int(row["restricted"])


def hits(scope: Scope, chosen: Chosen) -> pd.DataFrame:
    """month, territory_id, territory, appeals, restricted of the readable texts with the chosen words, newest month first."""
    chosen = _with_answers(scope, chosen)
    fragments, values = _searched(scope, chosen)
    return ask("search_counts", scope, fragments, **values)


def newest(scope: Scope, chosen: Chosen, limit: int, skip: int = 0) -> pd.DataFrame:
    """appeal_id, day of the appeals that meet the conditions, newest first. A search reads as many months as it
    shows, and of them the territories that have hits."""
    chosen = _with_answers(scope, chosen)
    if chosen.query.is_empty:
        condition, values = chosen.sql()
        return ask("appeals_newest", scope, {"chosen": condition}, limit=limit, skip=skip, **values)
    found = hits(scope, chosen)
    months = found.groupby("month", sort=False)["appeals"].sum().cumsum()
    if months.empty:
        return pd.DataFrame({"appeal_id": pd.Series(dtype="int64"), "day": pd.Series(dtype="datetime64[us]")})
    since = months.index[min(int((months < skip + limit).sum()), len(months) - 1)]
    near = found[found["month"] >= since]
    last = end_of_month(near["month"].max().date())
    closer = replace(
        scope.over(max(scope.first, since.date()), min(scope.last, last)), places=tuple(map(int, near["territory_id"].unique()))
    )
    fragments, values = _searched(closer, chosen)
    return ask("search_newest", closer, fragments, limit=limit, skip=skip, **values)


def _searched(scope: Scope, chosen: Chosen) -> tuple[dict[str, str], dict[str, object]]:
    """Fragments and parameters of a search. A narrow scope is narrowed before any text is read, for which OFFSET 0 bars
    the way; over the whole country and years it is the words that narrow."""
    condition, values = chosen.sql()
    words, sought = chosen.query.sql()
    narrow = scope.places is not None or scope.days <= LONG
    return {"chosen": condition, "words": words, "narrow_first": "OFFSET 0" if narrow else ""}, values | sought


def written(scope: Scope, chosen: Chosen, limit: int) -> pd.DataFrame:
    """appeal_id, day, created_at, text, keys, street, author_key of the readable texts that meet the conditions, newest first."""
    chosen = _with_answers(scope, chosen)
    fragments, values = _searched(scope, chosen)
    return ask("texts_chosen", scope, fragments, limit=limit, **values)


def listing(scope: Scope, chosen: Chosen, limit: int = 200, skip: int = 0) -> pd.DataFrame:
    """The appeals that meet the conditions, newest first; text is empty where it may not be read."""
    return named(scope, newest(scope, chosen, limit, skip))


def named(scope: Scope, rows: pd.DataFrame) -> pd.DataFrame:
    """What is known of the appeals of `newest`, newest first."""
    days = (rows["day"].min().date(), rows["day"].max().date()) if len(rows) else (scope.last, scope.last)
    return ask("appeals_list", scope.over(*days), ids=rows["appeal_id"].tolist())


def to_save(scope: Scope, chosen: Chosen, among: Sequence[int] | None = None) -> pd.DataFrame:
    """The whole list as `listing` gives it, MOST_SAVED newest at most, for a file; `among`: only these appeals.
    PermissionError where the reader may not take files away."""
    if not scope.access.may_export:
        raise PermissionError("export")
    return listing(scope, chosen if among is None else replace(chosen, among=tuple(among)), MOST_SAVED)


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
    return answer("by_channel", scope, by=("channel",))


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
