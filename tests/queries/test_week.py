"""One week by hand, 7–13 June 2024: a holiday on Wednesday, a night in Sakhalin, an appeal that came back, a repeat, open ones.
Every figure of «Быстро решаем» is written down as a person would count it."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from queries import answers, appeals, deadlines, dictionaries, figures, kpi, rating, workload
from queries.appeals import Chosen
from queries.metrics import WEIGHTS
from queries.scope import COUNTRY, Scope
from tests import small
from tests.queries.scopes import scope
from tests.small import DAY, KALININGRAD, NURSERY, SAKHALIN, row

FRIDAY, THURSDAY = date(2024, 6, 7), date(2024, 6, 13)


@pytest.fixture
def week(empty_store: Path) -> Scope:
    k, hot, roads = KALININGRAD, "Горячая вода", "Ямы и выбоины"
    small.put(
        [
            row(1, k, "06-07 10:00", roads, "closed", "resolved", answered=20, closed=2 * DAY, due=3 * DAY, rating=5, executor="Дорожная служба"),
            # Monday 23:30 in Sakhalin, answered on Tuesday at 9:30: ten hours, half a working hour; solved a day late
            row(2, SAKHALIN, "06-10 23:30", hot, "closed", "resolved", answered=600, closed=3 * DAY, due=2 * DAY, rating=2, executor="Теплосеть"),
            # Tuesday 16:00 to Thursday 10:00 over the holiday: 42 hours, three working ones; came back and is overdue
            row(3, k, "06-11 16:00", hot, "answered", answered=42 * 60, due=2 * DAY, reopened=True, executor="Теплосеть"),
            row(4, k, "06-09 12:00", roads, "closed", "explained", answered=60, closed=DAY, due=4 * DAY, repeat_of="A-1", executor="Дорожная служба"),
            row(5, k, "06-13 20:00", hot),
            row(6, k, "06-10 09:00", roads, "closed", "postponed", answered=300, closed=2 * DAY, due=3 * DAY, executor="Дорожная служба"),
            row(7, k, "06-08 12:00", NURSERY, "closed", "explained", answered=15, closed=DAY),
        ]
    )
    return scope(COUNTRY, FRIDAY, THURSDAY)


COUNTED = {
    "all": 7, "due_resolvable": 5, "resolved_on_time": 1, "still_in_time": 1, "closed_resolvable": 4, "closed_resolved": 2,
    "rated": 2, "rated_good": 1, "late": 2, "term_came": 5, "repeated": 1, "postponed": 1, "reopened": 1, "written_again": 1,
    "answered": 6, "waiting": 1, "within_30m": 2, "within_1h": 1, "within_4h": 0, "within_8h": 1, "within_24h": 1, "over_24h": 1,
    "closed": 5, "open": 2, "declined": 0, "answered_4h": 3, "answer_due_4h": 7, "answered_in_norm": 4, "answer_term_came": 7, "answer_overdue": 1, "rated_bad": 1, "not_repeated": 6, "not_postponed": 6,
    "overdue": 1, "due_soon": 0, "in_hours": 3, "off_hours": 2, "weekend": 2, "ladder_1": 1, "ladder_2": 0, "ladder_3": 0,
}  # fmt: skip


def test_every_count_and_the_list_behind_it(week: Scope) -> None:
    now = figures.totals(week)
    for predicate, expected in COUNTED.items():
        assert appeals.count(week, Chosen((predicate,)))[0] == expected, predicate
        assert len(appeals.listing(week, Chosen((predicate,)))) == expected, predicate
        assert predicate not in now or now[predicate] == expected, predicate


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("resolved_on_time", 1 / 5), ("closed_resolved", 2 / 4), ("rated_good", 1 / 2), ("late", 2 / 5), ("repeated", 1 / 7), ("postponed", 1 / 7),
        ("reopened", 1 / 7), ("written_again", 1 / 6), ("within_30m", 2 / 7), ("answered_4h", 3 / 7), ("answered_in_norm", 4 / 7), ("first_response", 300), ("rating", 3.5),
    ],
)  # fmt: skip
def test_every_share(week: Scope, key: str, value: float) -> None:
    assert figures.value_of(key, figures.totals(week)) == pytest.approx(value)


def test_both_clocks(week: Scope) -> None:
    """15, 20, 60, 300, 600, 2 520 minutes and one who waits; working: 0, 0, 20, 30, 180, 300."""
    found = kpi.response_clocks(week)
    assert (found.n, found.calendar_median, found.calendar_p90, found.working_median, found.working_p90) == (7, 300, None, 30, None)


def test_time_to_closing(week: Scope) -> None:
    """Closed after 1, 1, 2, 2 and 3 days, open for 15½ hours and 67½ hours: half by the second day; resolved by the third:
    2/3 · 1/4 on the second day and 1/3 · 1/1 on the third."""
    found = kpi.closing_time(week, (1, 2, 3))
    assert (found.n, found.median) == (7, 2)
    assert found.resolved == {1: pytest.approx(0), 2: pytest.approx(1 / 6), 3: pytest.approx(1 / 2)}


def test_opened_is_closed_and_still_open(week: Scope) -> None:
    balance = kpi.flow(week, ZoneInfo("Europe/Moscow"), THURSDAY)
    assert balance.to_dict() == {"before": 0, "arrived": 7, "closed": 5, "after": 2}
    backlog = figures.backlog(week)
    assert (backlog["open"], backlog["overdue"], backlog["to_3_days"]) == (2, 1, 1)


def test_deadlines_hours_answers_and_rating(week: Scope) -> None:
    call = deadlines.to_call(week)
    assert call[["step", "executor", "territory", "appeals"]].values.tolist() == [[1, "Теплосеть", "Калининград", 1]]
    shifts = workload.shifts(week).set_index("shift")
    assert shifts["appeals"].to_dict() == {"in_hours": 3, "off_hours": 2, "weekend": 2}
    assert shifts["share"].to_dict() == pytest.approx({"in_hours": 1 / 3, "off_hours": 0, "weekend": 1})
    hours = workload.by_hour(week)
    assert hours["arrived"].at[1, 23] == 1 and hours["answered"].at[2, 9] == 1 and hours["answered"].at[4, 10] == 1
    roads = answers.by_executor(week).set_index("executor").loc["Дорожная служба"]
    assert (roads["answered"], roads["rated"], roads["rating"], roads["written_again"]) == (3, 1, 5, 1)
    board = rating.board(week, dictionaries.territories(), "towns", WEIGHTS)
    assert not board.bodies["rated"].any() and set(board.bodies["call"]) == {0}


def test_a_town_alone_keeps_its_part(week: Scope) -> None:
    sakhalin = scope(SAKHALIN.territory_id, FRIDAY, THURSDAY)
    now = figures.totals(sakhalin)
    assert (now["appeals"], now["late"], now["response_median"]) == (1, 1, 600)
    parts = kpi.breakdown(week, "place", {}).set_index("part")["appeals"]
    assert parts.to_dict() == {str(KALININGRAD.territory_id): 6, str(SAKHALIN.territory_id): 1}
