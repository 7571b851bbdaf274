"""The register of fakes: what was found, checked and refuted, how it spread, floods that may belong in it, and the appeals that
repeat a fake and can be left out of all counts."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from analytics import floods, rates
from queries import appeals, dictionaries, registers, spikes, store, themes, writes
from queries.appeals import Chosen
from queries.ask import ask
from queries.dictionaries import Territories
from queries.participation import counts
from queries.scope import EARLIEST, LATEST, Scope
from queries.themes import Copies

WRONG = ("untrue", "distorted")
FORMATS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y")
CLAIM = 300
TEXTS = 2000
ASIDE = "set_aside"
WEEK_BEFORE, MONTH_AFTER = 7, 30


def found(scope: Scope) -> pd.DataFrame:
    """Fakes found in the scope's period (days of their own territory), the newest first: columns of the register, posts (of its
    channels, else of its days), to_check and to_refute (minutes from finding, NaN where it is not done or came before)."""
    every = registers.items("fakes", scope)
    local = _local(every)
    frame = every[(local >= scope.first) & (local <= scope.last)] if len(every) else every
    posts = [sum(n for _l, n in counts(channels)) or sum(n for _l, n in counts(days)) for channels, days in zip(frame["channels"], frame["days"], strict=True)]
    frame = frame.assign(posts=posts, to_check=_minutes(frame, "checked"), to_refute=_minutes(frame, "refuted"))
    return frame.sort_values(["found", "item_id"], ascending=False, kind="stable", ignore_index=True)


def _local(frame: pd.DataFrame) -> pd.Series:
    """The local day each fake was found on."""
    tree = dictionaries.territories()
    days = [
        at.tz_localize("UTC").tz_convert(tree.all[int(place)].timezone if place in tree.all else registers.DEFAULT_ZONE).date()
        for at, place in zip(frame["found"], frame["territory"], strict=True)
    ]
    return pd.Series(days, index=frame.index, dtype="object")


def _minutes(frame: pd.DataFrame, column: str) -> pd.Series:
    passed = (frame[column] - frame["found"]).dt.total_seconds() / 60 if len(frame) else pd.Series(dtype=float)
    return passed.where(passed >= 0)


@dataclass(frozen=True)
class Figures:
    """Of the fakes found: how many were checked; how many turned out `wrong` (untrue or distorted), how many of those were
    refuted; `time`: by how many minutes half of the wrong ones were refuted, those not refuted counted as longer than any, None
    where half still wait."""

    found: int
    checked: int
    wrong: int
    refuted: int
    time: float | None
    posts: int


def figures(frame: pd.DataFrame) -> Figures:
    """The figures of fakes, from `found`."""
    wrong = frame[frame["verdict"].isin(WRONG)]
    refuted = wrong[wrong["refuted"].notna()]
    times = refuted["to_refute"].dropna()
    time = rates.quantile_with_unanswered(times, len(wrong) - len(refuted), 0.5)
    return Figures(len(frame), int(frame["verdict"].notna().sum()), len(wrong), len(refuted), time, int(frame["posts"].sum()))


def by_channel(frame: pd.DataFrame) -> pd.DataFrame:
    """label, value: posts by channel as the register names them, most first."""
    total: Counter[str] = Counter()
    for lines in frame["channels"]:
        for label, n in counts(lines):
            total[label] += n
    return pd.DataFrame(total.most_common(), columns=["label", "value"])


def by_day(frame: pd.DataFrame) -> pd.DataFrame:
    """day, observed: posts by day from the first day given to the last, days without posts are 0."""
    total: Counter[date] = Counter()
    for lines in frame["days"]:
        for label, n in counts(lines):
            if (day := _day(label)) is not None:
                total[day] += n
    if not total:
        return pd.DataFrame({"day": [], "observed": []})
    days = pd.date_range(min(total), max(total), freq="D")
    if len(days) > 366:
        days = pd.DatetimeIndex(sorted(pd.Timestamp(day) for day in total))
    return pd.DataFrame({"day": days, "observed": [total[day.date()] for day in days]})


def _day(label: str) -> date | None:
    for pattern in FORMATS:
        try:
            day = datetime.strptime(label.strip(), pattern).date()
        except ValueError:
            continue
        return day if EARLIEST <= day <= LATEST else None
    return None


# candidates -----------------------------------------------------------------------------------------------------------


def flood_spikes(scope: Scope) -> pd.DataFrame:
    """Spikes of the scope's period made of near-identical texts of few authors, one an episode, that are neither dismissed nor
    in the register yet, the gravest first."""
    frame = spikes.listing(scope, scope.first, scope.last)
    known = set(registers.items("fakes", scope.access)["spike"].dropna())
    flood = frame["is_flood"].fillna(False).astype(bool) & (frame["decision"] != "false_alarm")
    return frame[flood & ~frame["spike_id"].isin(known)].reset_index(drop=True)


def flood_copies(scope: Scope, sets: Sequence[Copies], spikes_shown: pd.DataFrame) -> list[Copies]:
    """Of near-identical sets of the scope those of few authors that are neither in the register yet nor most of a spike that is
    shown already."""
    known = set(registers.items("fakes", scope.access)["claim"])

    def shown(copies: Copies) -> bool:
        days = copies.rows["day"]
        inside = (spikes_shown["onset"] <= days.max()) & (spikes_shown["last_day"] >= days.min())
        return bool((inside & (spikes_shown["observed"] <= 2 * copies.size)).any())

    return [copies for copies in sets if copies.is_flood and copies.text[:CLAIM].strip() not in known and not shown(copies)]


def sheet_of_spike(scope: Scope, spike: pd.Series, tree: Territories) -> dict[str, Any]:
    """What the form of a new fake begins with when it comes from a spike: the commonest wording that may be read, the days and
    channels of its appeals."""
    place = int(spike["territory_id"])
    own = spikes.scope_of(scope, spike, tree.places(place))
    texts = appeals.texts(own, TEXTS)
    measured = floods.measure(texts["text"].tolist(), [None] * len(texts))
    days = texts["created_at"].dt.tz_localize("UTC").dt.tz_convert(tree.all[place].timezone).dt.date if len(texts) else pd.Series(dtype="object")
    copied = [row for copies in measured.sets for row in copies.rows]
    return {
        "claim": measured.sets[0].text[:CLAIM] if measured.sets else "",
        "territory": place,
        "topic": f"t{int(spike['topic_id'])}" if pd.notna(spike["topic_id"]) else f"g{int(spike['topic_group_id'])}",
        "found": datetime.combine(spike["first_flagged"].date(), datetime.min.time().replace(hour=9)),
        "form": "copies",
        "fed": "flood",
        "days": _lines(days.iloc[copied]),
        "channels": _lines(texts["channel"].iloc[copied]),
        "spike": int(spike["spike_id"]),
    }


def sheet_of_copies(scope: Scope, copies: Copies, tree: Territories, now: datetime) -> dict[str, Any]:
    """The same when it comes from near-identical texts of the scope; `now`: the moment on the scope's clock."""
    named = appeals.named(scope, copies.rows)
    most = named["territory"].mode()
    inside = [own for own in scope.places or tree.all if len(most) and tree.all[own].name == most.iloc[0]]
    return {
        "claim": copies.text[:CLAIM],
        "territory": inside[0] if inside else scope.place,
        "found": now.replace(second=0, microsecond=0),
        "form": "copies",
        "fed": "flood",
        "days": _lines(copies.rows["day"].dt.date),
        "channels": _lines(named["channel"]),
    }


# leaving appeals out of counts ----------------------------------------------------------------------------------------


def same_words(scope: Scope, fake: pd.Series) -> list[int]:
    """appeal_id of the appeals that repeat a fake: near-identical in wording to what it claims (analytics.floods), in its
    territory, from WEEK_BEFORE days before it was found to MONTH_AFTER days after. None under six words."""
    place, day = int(fake["territory"]), fake["found"].date()
    near = Scope(place, day - timedelta(days=WEEK_BEFORE), day + timedelta(days=MONTH_AFTER), dictionaries.territories().places(place), access=scope.access)
    read = appeals.written(near, Chosen(), themes.MOST)
    wording = floods.near_copies([fake["claim"], *read["text"]])
    return [int(own) for own in read.loc[wording[1:] == wording[0], "appeal_id"]]


def aside() -> dict[str, int]:
    """How many appeals are left out of counts when fakes are, by item_id of the fake they repeat."""
    known = ask("register_known", register=ASIDE)
    return {item: len(json.loads(facts)["appeals"]) for item, facts in zip(known["item_id"], known["facts"], strict=True)}


def set_aside(item_id: str, appeal_ids: Sequence[int], author: str = "") -> None:
    """Remember which appeals repeat a fake, in place of those remembered before; an empty list takes all of them back."""
    facts = json.dumps({"appeals": [int(own) for own in appeal_ids]})
    with store.transaction() as cursor:
        writes.save_items(cursor, ASIDE, {item_id: facts}, author=author, removed=not appeal_ids)


def _lines(values: pd.Series) -> list[str]:
    """«12.11.2026: 40» of each value with how often it occurs: days in order, names by frequency."""
    found = values.value_counts()
    dated = len(found) > 0 and isinstance(found.index[0], date)
    ordered = found.sort_index() if dated else found
    return [f"{value:%d.%m.%Y}: {n}" if dated else f"{value}: {n}" for value, n in ordered.items()][: registers.LONGEST_LIST]
