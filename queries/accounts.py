"""Official pages of bodies: how many there are, what is written to them, how they answer, whose administrator to train."""

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics import rates
from queries import registers
from queries.answers import worse_than_peers
from queries.appeals import ADDRESS
from queries.channels import all_channels
from queries.kpi import period_end, period_start
from queries.metrics import NEVER
from queries.planner import answer
from queries.scope import Scope

MONTHS = 60
FAULTS = {
    "slow": ("slow", "answer_due_4h"),
    "written_again": ("written_again", "answered"),
    "reopened": ("reopened", "answered"),
    "rated_bad": ("rated_bad", "rated"),
}
COUNTS = ("messages", "answered", "waiting", "answered_4h", "answer_due_4h", "closed", "rated", "rated_good", "written_again", "reopened")


def address(post: object) -> str:
    """How the addresses of all posts of one page begin, from the address of any of them; empty where there is none."""
    text = re.sub(r"^https?://(www\.|m\.)?", "", str(post or "").strip().lower())
    return re.sub(r"[0-9]+/?([?#].*)?$", "", text)


def pages(scope: Scope) -> pd.DataFrame:
    """The registered pages of the scope's territory opened by its last day, most messages first: columns of the register,
    address, and of official messages of the period counts COUNTS, rating, response_median and response_p90 (minutes, missing
    where so many wait), on_time (answered within 4 h of those due, NaN: none due). Counts are NaN where no post of the page is
    given; of several sheets with one address the first one counts."""
    known = registers.items("accounts", scope)
    known = known[~(known["opened"] > pd.Timestamp(scope.last))]
    known = known.assign(address=[address(post) for post in known["post"]])
    found = messages(scope).set_index("page")
    linked = known["address"].ne("") & ~known["address"].duplicated()
    numbers = found.reindex(known["address"]).reset_index(drop=True)
    numbers[list(COUNTS)] = numbers[list(COUNTS)].fillna(0)
    numbers = numbers.where(linked.reset_index(drop=True), axis=0)
    frame = pd.concat([known.reset_index(drop=True), numbers], axis=1)
    for name in ("response_median", "response_p90"):
        frame[name] = pd.to_numeric(frame[name], errors="coerce")
        frame[name] = frame[name].where(frame[name] < NEVER)
    frame["on_time"] = frame["answered_4h"] / frame["answer_due_4h"].where(frame["answer_due_4h"] > 0)
    return frame.sort_values(["messages", "body", "url"], ascending=[False, True, True], na_position="last", ignore_index=True)


def messages(scope: Scope) -> pd.DataFrame:
    """Columns of page_messages.sql: official messages of the scope by the beginning of their addresses, whatever channels are chosen."""
    return answer("page_messages", all_channels(scope), {"address": ADDRESS.format("a.url")}, by=("address",))


def unregistered(scope: Scope, known: pd.DataFrame) -> pd.DataFrame:
    """page, messages of the addresses that no registered page has, most messages first. known: from `pages`."""
    found = messages(scope)
    return found.loc[~found["page"].isin(set(known["address"])), ["page", "messages"]].reset_index(drop=True)


def growth(scope: Scope, last_full: date) -> pd.DataFrame:
    """month (first day), pages (opened by its end), opened (in it): the growth of the registry, at most MONTHS months; pages
    without a day of opening are in none."""
    opened = registers.items("accounts", scope)["opened"].dropna()
    if opened.empty:
        return pd.DataFrame({"month": [], "pages": [], "opened": []})
    days = sorted(opened.dt.date)
    starts = [period_start(min(scope.last, last_full), "month")]
    while len(starts) < MONTHS and starts[0] > days[0]:
        starts.insert(0, period_start(starts[0] - timedelta(days=1), "month"))
    ends = [period_end(start, "month") for start in starts]
    total = np.searchsorted(np.array(days, dtype="datetime64[D]"), np.array(ends, dtype="datetime64[D]"), side="right")
    before = np.searchsorted(np.array(days, dtype="datetime64[D]"), np.array(starts, dtype="datetime64[D]"), side="left")
    return pd.DataFrame({"month": starts, "pages": total, "opened": total - before})


def to_train(found: pd.DataFrame) -> pd.DataFrame:
    """Whose pages answer worse than the other pages of the same network by more than chance: columns of found, fault (of
    FAULTS), k, n, share, others. found: from `pages`; the rules of answers.worse_than_peers."""
    table = found[found["messages"].notna()].assign(
        slow=lambda f: f["answer_due_4h"] - f["answered_4h"], rated_bad=lambda f: f["rated"] - f["rated_good"]
    )
    return worse_than_peers(table, FAULTS, "network").sort_values(["item_id", "p"], ignore_index=True).drop(columns="p")


def totals(found: pd.DataFrame) -> tuple[int, int, float | None]:
    """(pages, pages a message can be told to, share answered within 4 h of what was due) of `pages`."""
    linked = found[found["messages"].notna()]
    due = linked["answer_due_4h"].sum()
    return len(found), len(linked), float(linked["answered_4h"].sum() / due) if due >= rates.MINIMUM_N else None
