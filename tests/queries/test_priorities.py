"""Priorities: every figure of an item is the count of a list, scores open into their parts, weights are kept."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from queries import appeals, dictionaries, priorities, registers, writes
from queries.appeals import Chosen
from queries.priorities import WEIGHTS, Items
from queries.scope import COUNTRY, Scope
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.small import KALININGRAD, row

FIRST = date(2024, 4, 15)


def found(asked: Scope) -> Items:
    work = priorities.items(asked, dictionaries.territories(), FIRST)
    assert work.wait(60) and work.result is not None
    return work.result


def test_the_figures_are_those_of_the_rows(store_file: Path) -> None:
    for asked in many(9):
        own = found(asked)
        rows, ever = naive.rows(asked), naive.ever(asked)
        before = naive.rows(asked, *own.before)
        place = (lambda r: r.region_id) if asked.place == COUNTRY else (lambda r: r.territory_id)
        cells = {(naive.ids("topic")[r.topic], place(r)) for r in rows if r.topic}
        assert set(zip(own.items["topic_id"], own.items["place"])) == cells
        for item in own.items.itertuples():
            mine = lambda given: [r for r in given if r.topic == item.topic and place(r) == item.place]  # noqa: B023, E731
            people = lambda given: len({("a", r.author) if r.author else ("x", r.external_id) for r in mine(given)})  # noqa: B023, E731
            assert (item.appeals, item.authors, item.before) == (len(mine(rows)), people(rows), people(before))
            assert item.overdue == naive.count(mine(ever), "overdue")
            assert item.vulnerable == naive.count(mine(rows), "vulnerable")


def test_parts_add_up_to_the_score_and_open_lists(store_file: Path) -> None:
    asked = scope(COUNTRY, date(2024, 5, 14), date(2024, 6, 13))
    own = found(asked)
    table, scored = priorities.ranked(own, WEIGHTS)
    assert table["few"].is_monotonic_increasing and not table["few"].all()
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    for item in table.itertuples():
        parts = priorities.parts(scored, item.key)
        assert parts["points"].sum() == pytest.approx(item.score)
        assert parts["most"].sum() == pytest.approx(100) and (parts["points"] <= parts["most"] + 1e-9).all()
        inside = Scope(int(item.place), asked.first, asked.last, dictionaries.territories().places(int(item.place)), topics=(int(item.topic_id),))
        assert appeals.count(inside, Chosen())[0] == item.appeals
        assert appeals.count(inside.over(FIRST - timedelta(days=300), date(2024, 12, 31)), Chosen(predicates=("overdue",)))[0] == item.overdue


def test_weights_decide_and_are_kept(store_file: Path) -> None:
    own = found(scope(COUNTRY, date(2024, 5, 14), date(2024, 6, 13)))
    table, _scored = priorities.ranked(own, dict.fromkeys(WEIGHTS, 0.0) | {"overdue": 1.0})
    solid = table[~table["few"]]
    assert solid["overdue"].iloc[0] == solid["overdue"].max() > 0
    writes.save_view(priorities.PAGE, "Просрочка", {"overdue": 100.0, "unheard": 5.0})
    assert priorities.saved_weights() == {"Просрочка": {"overdue": 100.0}}


def test_whom_it_touches_is_read_in_open_texts_only(store_file: Path) -> None:
    words = "На переходе сбили ребёнка, рядом школа и живут инвалиды"
    closed = {"source": "pos", "visibility": "restricted", "channel": "gosuslugi"}
    small.put(
        [row(900, KALININGRAD, "06-12 10:00", "Ямы и выбоины", text=words, author=90), row(901, KALININGRAD, "06-12 11:00", "Ямы и выбоины", text=words, author=91, **closed)],
        "words",
    )
    asked = scope(2301, date(2024, 6, 12), date(2024, 6, 12))
    assert appeals.count(asked, Chosen(predicates=("vulnerable",)))[0] == 1
    assert found(asked).items.set_index("topic")["vulnerable"]["Ямы и выбоины"] == 1


def test_the_price_of_unfinished_measures_is_known_where_it_was_written(store_file: Path) -> None:
    topic = naive.ids("topic")["Ямы и выбоины"]
    group = naive.ids("topic_group")["Состояние дорог"]
    common = {"territory": 2301, "start": "2024-06-01", "owner": "Дорожная служба"}
    for number, (about, status, money) in enumerate(((f"t{topic}", "running", 2e6), (f"g{group}", "planned", 1e6), (f"t{topic}", "done", 9e6))):
        registers.save("measures", {"problem": f"Ремонт {number}", "topic": about, "status": status, "money": money, **common})
    items = found(scope(2301, date(2024, 5, 14), date(2024, 6, 13))).items.set_index("topic")
    assert items["cost"]["Ямы и выбоины"] == 3e6
    assert np.isnan(items["cost"]["Набережные"])
