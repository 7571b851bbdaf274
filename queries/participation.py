"""What residents said when they were asked: polls, hearings, votes on objects, and what they had asked for nearby."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from analytics import rates
from queries import dictionaries, registers
from queries.appeals import Chosen
from queries.ask import ask
from queries.near import Circle
from queries.scope import Scope

RADII = (300, 500, 1000)
YEAR = 365
TOPICS = 8
POINTS = 5000
SAMPLES = ("phone", "street", "panel")
_COUNT = re.compile(r"(.*\S)\s*[:—–=]\s*(\d[\d\s\u00a0]*)")


def counts(lines: Sequence[str]) -> list[tuple[str, int]]:
    """«Да: 540» as («Да», 540); a line that does not end in a number after a colon is left out."""
    found = [_COUNT.fullmatch(line.strip()) for line in lines]
    return [(one[1], int(re.sub(r"\s", "", one[2]))) for one in found if one]


def _begun(code: str, scope: Scope, column: str) -> pd.DataFrame:
    """Items that have begun by the scope's last day, the newest first."""
    found = registers.items(code, scope)
    found = found[found[column] <= pd.Timestamp(scope.last)]
    return found.sort_values([column, "item_id"], ascending=False, kind="stable", ignore_index=True)


def polls(scope: Scope) -> pd.DataFrame:
    """Polls of the scope that have begun by its last day, the newest first: columns of the register, and of the most frequent
    answer: top, top_n, share, low, high (95 %, NaN where no answer can be read or it exceeds those asked)."""
    found = _begun("polls", scope, "start")
    first = [max(counts(lines), key=lambda pair: pair[1], default=("", 0)) for lines in found["answers"]]
    shares = answer_shares([n for _label, n in first], found["asked"].tolist())
    return found.assign(top=[label for label, _n in first], top_n=[n for _label, n in first], **shares)


def answers(poll: pd.Series) -> pd.DataFrame:
    """label, n, share (of those asked), low, high (Wilson, 95 %) of each answer of one poll, in the poll's own order."""
    found = counts(poll["answers"])
    n = [number for _label, number in found]
    return pd.DataFrame({"label": [label for label, _n in found], "n": n, **answer_shares(n, [poll["asked"]] * len(n))})


def answer_shares(k: Sequence[int], asked: Sequence[float]) -> dict[str, list[float]]:
    """share, low, high of k in asked; NaN where more answered than were asked."""
    frame = pd.DataFrame({"k": k, "n": asked}, dtype=float)
    frame["k"] = frame["k"].where((frame["k"] <= frame["n"]) & (frame["n"] > 0))
    low, high = rates.wilson(frame["k"], frame["n"])
    return {"share": (frame["k"] / frame["n"]).tolist(), "low": low.tolist(), "high": high.tolist()}


def hearings(scope: Scope) -> pd.DataFrame:
    """Hearings held by the scope's last day, the newest first: columns of the register, turnout (NaN: the number of those who
    could come is not known), taken (share of proposals that were accepted), notice (days between announcement and meeting)."""
    found = _begun("hearings", scope, "held")
    return found.assign(
        turnout=_share(found["participants"], found["eligible"]),
        taken=_share(found["accepted"], found["proposals"]),
        notice=(found["held"] - found["announced"]).dt.days if len(found) else pd.Series(dtype=float),
    )


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    """NaN where either is not known or the part is larger than the whole."""
    return (part / whole).where((whole > 0) & (part <= whole))


def objects(scope: Scope) -> pd.DataFrame:
    """Objects put to the vote by the scope's last day, the newest vote first, its objects by ballots: columns of the register,
    vote_id (the same for all objects of one vote), share of ballots, voters and eligible of the vote (voters: the largest number
    given for it, else all its ballots; `by_ballots` tells the latter), turnout."""
    found = _begun("votes", scope, "start")
    if found.empty:
        return found.assign(vote_id=[], share=[], turnout=[], by_ballots=[])
    key = found["vote"] + "|" + found["territory"].astype(str) + "|" + found["start"].astype(str)
    every = found["ballots"].groupby(key).transform("sum")
    told = found["voters"].groupby(key).transform("max")
    voters = told.fillna(every)
    eligible = found["eligible"].groupby(key).transform("max")
    found = found.assign(
        vote_id=key, share=found["ballots"] / every.where(every > 0), voters=voters, eligible=eligible, by_ballots=told.isna(), turnout=_share(voters, eligible)
    )
    return found.sort_values(["start", "vote_id", "ballots"], ascending=[False, True, False], kind="stable", ignore_index=True)


def votes(found: pd.DataFrame) -> pd.DataFrame:
    """One row a vote from `objects`: vote_id, vote, territory_name, start, end, objects, voters, eligible, turnout, leader (the
    object with most ballots), share of its ballots, by_ballots."""
    grouped = found.groupby("vote_id", sort=False)
    return grouped.agg(
        vote=("vote", "first"), territory_name=("territory_name", "first"), start=("start", "first"), end=("end", "max"), objects=("object", "size"),
        voters=("voters", "first"), eligible=("eligible", "first"), turnout=("turnout", "first"), leader=("object", "first"), share=("share", "first"),
        by_ballots=("by_ballots", "first"),
    ).reset_index()  # fmt: skip


@dataclass(frozen=True, eq=False)
class Around:
    """Appeals of `scope` within `metres` of a point in the year before a day. topics: topic_id, topic, appeals, the most
    frequent first; `total`: of all topics; `chosen`: the conditions of the list that shows exactly these."""

    scope: Scope
    chosen: Chosen
    topics: pd.DataFrame
    total: int
    metres: int


def before(scope: Scope, item: pd.Series) -> Scope:
    """The year that ended the day before the vote on an object began, in the object's own territory; without the topics and
    channels of the scope."""
    return _year(scope, int(item["territory"]), item["start"].date())


def _year(scope: Scope, place: int, until: date) -> Scope:
    places = dictionaries.territories().places(place)
    return Scope(place, until - timedelta(days=YEAR), until - timedelta(days=1), places, access=scope.access)


def around(scope: Scope, item: pd.Series, metres: int, until: date) -> Around:
    """What did people ask for near an item (territory, lat, lon) in the year that ended the day before `until`?"""
    year = _year(scope, int(item["territory"]), until)
    chosen = Chosen(near=Circle(round(float(item["lat"]), 5), round(float(item["lon"]), 5), metres))
    condition, values = chosen.sql()
    topics = ask("near_topics", year, {"chosen": condition}, limit=TOPICS, **values)
    total = int(ask("appeals_count", year, {"chosen": condition}, **values).iloc[0]["appeals"])
    return Around(year, chosen, topics, total, metres)


def points(year: Scope) -> pd.DataFrame:
    """lat, lon of the newest POINTS appeals of the scope that have a point, for the map under the objects."""
    return ask("near_points", year, {"chosen": "TRUE"}, limit=POINTS)
