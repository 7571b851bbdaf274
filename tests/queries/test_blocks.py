"""Scores against targets, levels, pilots, cities as blocks, the quadrant."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from queries import appeals, blocks, dictionaries, figures, kpi
from queries.appeals import Chosen
from queries.metrics import METRICS
from queries.scope import COUNTRY
from tests import naive, small
from tests.queries.scopes import many, scope
from tests.small import DAY, KALININGRAD, SAKHALIN, row

LAST_FULL = date(2024, 6, 13)
FRESH = row(900, KALININGRAD, "06-13 22:00", "Горячая вода")  # the moment of the store follows its newest record


def test_a_score_is_value_over_target_and_stops_at_the_top() -> None:
    assert METRICS["resolved_on_time"].target == 0.85 and METRICS["first_response"].target == 240
    assert blocks.against("resolved_on_time", 0.85) == 1 and blocks.against("resolved_on_time", 0.425) == 0.5
    assert blocks.against("first_response", 480) == 0.5 and blocks.against("first_response", 1) == blocks.TOP_SCORE
    assert blocks.against("resolved_on_time", None) is None and blocks.against("not_repeated", 0.9) is None


def test_scores_speak_of_the_days_they_name(store_file: Path) -> None:
    asked = scope(last=LAST_FULL)
    found = blocks.scores(asked, LAST_FULL)
    assert {(one.key, one.length) for one in found} == {(key, length) for key in blocks.SCORED for length in blocks.LENGTHS}
    for one in found:
        rows = naive.rows(asked, one.first, one.last)
        assert (one.last - one.first).days + 1 == blocks.LENGTHS[one.length]
        below = {"first_response": len(rows), "rating": naive.count(rows, "rated")}.get(one.key, naive.count(rows, "due_resolvable"))
        assert one.n == below
        assert (one.score is None) == (one.n < blocks.FEW or one.value is None)
    known = [one.score for one in found if one.length == "quarter" and one.score is not None]
    assert blocks.overall(found, "quarter") == (pytest.approx(sum(known) / len(known)) if known else None)
    assert blocks.overall([], "day") is None


def test_levels_share_only_the_known(store_file: Path) -> None:
    for asked in many(10):
        rows, found = naive.rows(asked), blocks.levels(asked)
        known = [r for r in rows if r.level is not None]
        assert found.known == len(known)
        for r in found.rows.itertuples():
            level = r.level if isinstance(r.level, str) else None
            assert r.appeals == sum(n.level == level for n in rows)
            assert r.share == pytest.approx(r.appeals / len(known)) if level else r.share != r.share


def test_cities_hold_their_municipal_appeals_only(store_file: Path) -> None:
    asked = scope(first=date(2024, 4, 1), last=date(2024, 6, 14))
    found = blocks.cities_as_blocks(asked, {})
    assert found["appeals"].sum() == sum(r.level == "municipal" and r.territory_id not in (0, 2300) for r in naive.rows(asked)) > 0
    for r in found.itertuples():
        assert kpi.part_params("city", r.part)["only"] == "municipal"
        assert appeals.count(scope(int(r.part), asked.first, asked.last), Chosen(("municipal",)))[0] == r.appeals


def test_pilots_are_compared_in_the_same_days_of_two_years(empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def some(first: int, place: small.Place, start: datetime, good: int) -> list[dict[str, object]]:
        return [
            row(first + n, place, start + timedelta(hours=n), "Горячая вода", "closed", "resolved" if n < good else "not_resolved", answered=60, closed=DAY)
            for n in range(10)
        ]

    before, after = datetime(2022, 12, 1), datetime(2023, 12, 1)
    small.put([FRESH] + some(1, SAKHALIN, before, 5) + some(100, SAKHALIN, after, 8) + some(200, KALININGRAD, before, 5) + some(300, KALININGRAD, after, 6))
    assert blocks.pilots(scope(), date(2022, 11, 1), LAST_FULL) is None  # the year after the start has not passed
    assert blocks.pilots(scope(), None, LAST_FULL) is None
    monkeypatch.setattr(blocks, "PILOT_START", date(2023, 6, 1))
    monkeypatch.setattr(blocks, "EARLIEST", date(2022, 6, 1))
    found = blocks.pilots(scope(), date(2022, 11, 1), LAST_FULL)
    assert found is not None and found.before == (date(2022, 11, 1), date(2023, 5, 31)) and found.after == (date(2023, 11, 1), date(2024, 5, 31))
    assert found.rows[["is_pilot", "is_after", "appeals", "on_time"]].values.tolist() == [
        [False, False, 10, 0.5], [False, True, 10, 0.6], [True, False, 10, 0.5], [True, True, 10, 0.8],
    ]  # fmt: skip


def test_the_list_of_pilots(store_file: Path) -> None:
    asked = scope(COUNTRY, date(2024, 4, 1), date(2024, 6, 14))
    whole = appeals.count(asked, Chosen(()))[0]
    assert appeals.count(asked, Chosen(("pilot",)))[0] + appeals.count(asked, Chosen(("not_pilot",)))[0] == whole


def test_the_quadrant_is_of_towns_with_enough_terms(empty_store: Path) -> None:
    start = datetime(2024, 5, 1, 10)
    rows = [
        row(n, KALININGRAD, start + timedelta(hours=n), "Горячая вода", "closed", "resolved" if n % 2 else "not_resolved", answered=60, closed=DAY) for n in range(40)
    ]
    small.put([FRESH] + rows + [row(100 + n, KALININGRAD, start, "Горячая вода", municipality="Советск") for n in range(5)])
    tree = dictionaries.territories()
    asked = scope(2300, date(2024, 5, 1), date(2024, 5, 10))
    found = blocks.quadrant(asked, tree)
    assert found[["label", "value", "n", "appeals"]].values.tolist() == [["Калининград", 0.5, 40, 40]]
    assert found["rate"].iloc[0] == pytest.approx(40 / tree.all[2301].population * 1000)
    assert figures.totals(asked)["appeals"] == 45
