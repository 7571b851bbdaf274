"""The rating of bodies: small numbers, the day of connection, lists behind the figures, saved weights."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries import appeals, dictionaries, rating, writes
from queries.appeals import Chosen
from queries.metrics import METRICS, WEIGHTS
from queries.scope import COUNTRY, Scope
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.small import ALEXANDROVSK, KALININGRAD, SAKHALIN, Place, row

DAY = 1440
SPRING = (date(2024, 3, 1), date(2024, 6, 13))


def spring() -> Scope:
    return scope(COUNTRY, *SPRING)


def handled(first: int, place: Place, start: datetime, count: int, good: float, **more: Any) -> list[dict[str, Any]]:
    """Appeals an hour apart; the first `good` part of every ten answered within the hour and resolved in time, the rest
    closed late without result."""
    found = []
    for n in range(count):
        well = n % 10 < 10 * good
        outcome, answered, closed = ("resolved", 60, 2 * DAY) if well else ("not_resolved", 3 * DAY, 15 * DAY)
        at = start + timedelta(hours=n % 400, minutes=first % 60)
        found.append(row(first + n, place, at, "Отключение электричества", "closed", outcome, answered=answered, closed=closed, **more))
    return found


def board(asked: Scope, **more: Any) -> rating.Board:
    return rating.board(asked, dictionaries.territories(), "towns", WEIGHTS, **more)


def test_a_town_with_three_appeals_never_leads(empty_store: Path) -> None:
    small.put(
        handled(1, KALININGRAD, datetime(2024, 4, 1), 200, 0.7)
        + handled(1001, SAKHALIN, datetime(2024, 4, 10), 100, 0.5, municipality="Оха")
        + handled(2001, ALEXANDROVSK, datetime(2024, 4, 1), 3, 1.0)
    )
    found = board(spring())
    named = found.bodies.set_index("name")
    assert not named.loc["Александровск-Сахалинский", "rated"] and named.loc["Александровск-Сахалинский", "place"] == 0
    assert found.bodies["name"].iloc[0] == "Калининград" and named.loc["Калининград", "place"] == 1
    assert set(named.loc[~named["rated"], "call"]) == {0}


def test_a_town_connected_in_june_is_not_blamed_for_march(empty_store: Path) -> None:
    """Южно-Сахалинск is connected on 1 June 2024: a bad March counts nowhere, the good June does."""
    bad = handled(1, SAKHALIN, datetime(2024, 3, 1), 100, 0.0)
    good = handled(1001, SAKHALIN, datetime(2024, 6, 1), 80, 1.0)
    small.put([r for r in bad + good if max(r["created_at"], r["closed_at"]) <= small.AS_OF] + handled(2001, KALININGRAD, datetime(2024, 4, 1), 90, 0.6))
    found = board(spring()).bodies.set_index("body")
    own = found.loc[SAKHALIN.territory_id]
    assert own["before_connection"] == 100 and own["connected"] == date(2024, 6, 1)
    assert own["answered_4h"] == own["answer_due_4h"] == own["appeals"] > 0
    march = board(scope(COUNTRY, date(2024, 3, 1), date(2024, 3, 31))).bodies.set_index("body").loc[SAKHALIN.territory_id]
    assert march["appeals"] == 0 and not march["rated"]
    behind = scope(SAKHALIN.territory_id, *SPRING)
    assert appeals.count(behind, Chosen(("connected",)))[0] == own["appeals"]
    assert appeals.count(behind, Chosen(()))[0] == own["appeals"] + 100


@pytest.mark.parametrize("kind", ["towns", "executors"])
def test_every_part_is_the_count_of_its_list(store_file: Path, kind: str) -> None:
    tree = dictionaries.territories()
    for asked in many(8):
        found = rating.bodies(asked, tree, kind)
        for r in found.itertuples():
            behind = Scope(int(r.body), asked.first, asked.last, tree.places(int(r.body)), channels=asked.channels, blocks=asked.blocks, groups=asked.groups, topics=asked.topics, access=asked.access) if kind == "towns" else asked  # fmt: skip
            for key in WEIGHTS:
                for predicate in (key, METRICS[key].denominator):
                    chosen = Chosen(tuple(p for p in ("connected", predicate) if p not in (None, "all")), executor=None if kind == "towns" else int(r.body))
                    column = rating.denominator(key) if predicate != key else key
                    assert appeals.count(behind, chosen)[0] == getattr(r, column), (asked, key, predicate)
        if kind == "towns":
            assert found["appeals"].sum() == sum(naive.MEETS["connected"](r) for r in naive.rows(asked) if r.territory_id in set(found["body"]))


def test_parts_of_one_appeal_go_together_as_the_rows_do(store_file: Path) -> None:
    asked = scope(COUNTRY, date(2024, 4, 1), date(2024, 6, 14))
    rows = [r for r in naive.rows(asked) if naive.MEETS["connected"](r)]
    keys = ["resolved_on_time", "answered_4h"]
    both = [r for r in rows if naive.MEETS["due_resolvable"](r) and naive.MEETS["answer_due_4h"](r)]
    values = np.array([[naive.MEETS[key](r) for key in keys] for r in both], dtype=float)
    sizes = [sum(naive.MEETS[p](r) for r in rows) for p in ("due_resolvable", "answer_due_4h")]
    expected = np.corrcoef(values.T)[0, 1] * len(both) / np.sqrt(np.prod(sizes))
    assert rating.together(asked, keys) == pytest.approx(np.array([[1, expected], [expected, 1]]))


def test_who_improved_beyond_chance_and_what_was_written(empty_store: Path) -> None:
    start, middle = datetime(2024, 2, 1), datetime(2024, 4, 1)
    rows = []
    for number, (place, town, before, after) in enumerate(
        [(KALININGRAD, "Калининград", 0.3, 0.8), (KALININGRAD, "Советск", 0.5, 0.5), (KALININGRAD, "Черняховск", 0.5, 0.6)]
    ):
        rows += handled(10_000 * number + 1, place, start, 200, before, municipality=town)
        rows += handled(10_000 * number + 5001, place, middle, 200, after, municipality=town)
    small.put(rows)
    writes.save_note(date(2024, 4, 3), "Вторая бригада", spike_id=None, territory_id=2301, topic_group_id=None, topic_id=None)
    asked = scope(COUNTRY, date(2024, 4, 1), date(2024, 5, 30))
    found = rating.improved(board(asked), dictionaries.territories())
    assert found["name"].tolist() == ["Калининград"] and found["practice"].tolist() == ["Вторая бригада"]
    assert found[["before", "now"]].values.tolist() == [[0.3, 0.8]] and found["low"].iloc[0] > 0.3
    moved = board(asked).bodies.set_index("name")["moved"]
    assert moved["Калининград"] == 2 and np.isnan(moved["Советск"])


def test_weights_are_saved_under_a_name(store_file: Path) -> None:
    writes.save_view(rating.PAGE, "Мой набор", {"resolved_on_time": 10, "gone": 5})
    writes.save_view(rating.PAGE, "Мой набор", {"resolved_on_time": 70, "gone": 5})
    assert rating.saved_weights() == {"Мой набор": {"resolved_on_time": 70}}


def test_a_short_period_is_rated_over_thirteen_weeks() -> None:
    week = Scope(COUNTRY, date(2024, 6, 7), date(2024, 6, 13))
    assert (rating.span_of(week).first, rating.span_of(week).days) == (date(2024, 3, 15), 91)
    month = Scope(COUNTRY, date(2024, 5, 1), date(2024, 5, 31))
    assert rating.span_of(month) == month and rating.earlier(month).last == date(2024, 4, 30) and rating.earlier(month).days == 31


def test_nobody_to_rate(empty_store: Path) -> None:
    found = board(spring())
    assert found.bodies.empty and rating.improved(found, dictionaries.territories()).empty
    assert rating.funnel(found, "resolved_on_time")[1] is None
    assert pd.api.types.is_integer_dtype(found.bodies["place"])
