"""The KPI page divided: every figure is the count of the list it opens, in every scope; both clocks; a file of the list."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analytics.rates import quantile_with_unanswered
from components import exports
from components.tables import Column
from queries import appeals, context, kpi
from queries.appeals import Chosen
from queries.metrics import METRICS
from queries.scope import Scope, encode
from tests import naive
from tests.queries.scopes import many, scope

NAMES: dict[str, str] = {}


def behind(asked: Scope, params: dict[str, object]) -> tuple[Scope, Chosen]:
    """The scope and conditions that a link with these parameters opens."""
    given = encode(asked) | {key: str(value) for key, value in params.items() if value is not None}
    found = context.read(given, asked.access).scope
    return found, Chosen.decode(given)


@pytest.mark.parametrize("by", kpi.BY)
def test_every_figure_of_a_part_is_the_count_of_its_list(store_file: Path, by: str) -> None:
    for asked in many(7):
        if asked.blocks or asked.groups or asked.topics:
            asked = replace(asked, blocks=(), groups=(), topics=())  # a block is chosen in place of the topics
        found = kpi.breakdown(asked, by, NAMES)
        assert found["appeals"].sum() == len(naive.rows(asked))
        for row in (found.dropna(subset="part") if by == "city" else found).to_dict("records"):
            for key in (None, *kpi.SHARES, "due_resolvable"):
                where, chosen = behind(asked, kpi.part_params(by, row["part"], key))
                assert appeals.count(where, chosen)[0] == row[key or "appeals"], (asked, by, row["part"], key)


def test_shares_of_parts_are_those_of_the_registry(store_file: Path) -> None:
    asked = scope(first=pd.Timestamp("2024-04-01").date(), last=pd.Timestamp("2024-06-14").date())
    for row in kpi.breakdown(asked, "channel", NAMES).to_dict("records"):
        for key in kpi.SHARES:
            below = METRICS[key].denominator
            n = row["appeals" if below == "all" else below]
            assert row[f"{key}_value"] == pytest.approx(row[key] / n) if n else pd.isna(row[f"{key}_value"])


def test_the_file_of_a_list_has_the_rows_of_its_figure(store_file: Path) -> None:
    """Page = list = CSV: the figure, the count and the rows of the file."""
    for asked in many(5):
        for key in (*kpi.SHARES, "due_resolvable", "still_in_time"):
            listed = appeals.listing(asked, Chosen((key,)), limit=10_000)
            written = exports.csv_bytes(listed, [Column("appeal_id", "№"), Column("status", "Состояние")]).decode("utf-8-sig")
            assert len(written.splitlines()) - 1 == naive.count(naive.rows(asked), key) == appeals.count(asked, Chosen((key,)))[0]


def test_both_clocks_count_the_unanswered_as_longest(store_file: Path) -> None:
    for asked in many(12):
        rows = naive.rows(asked)
        found = kpi.response_clocks(asked)
        answered = [r.response for r in rows if r.response is not None]
        assert found.n == len(rows)
        for q, said in ((0.5, found.calendar_median), (0.9, found.calendar_p90)):
            assert said == quantile_with_unanswered(answered, len(rows) - len(answered), q)
        if found.calendar_median is not None and found.working_median is not None:
            assert found.working_median <= found.calendar_median
