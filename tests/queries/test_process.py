"""The way of appeals in the store: hand-offs, the right executor, the list behind a row, the picture of routes."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ingest import load
from queries import appeals, process
from queries.appeals import Chosen
from queries.scope import COUNTRY
from tests import small
from tests.queries.scopes import scope
from tests.small import KALININGRAD, part, row

START = datetime(2024, 6, 3, 8)
SPRING = (date(2024, 6, 1), date(2024, 6, 13))


@pytest.fixture
def travelled(empty_store: Path) -> Path:
    """A-1 goes straight, A-2 through one executor too many, A-3 comes back «не мой вопрос», A-4 has no log."""
    holders = {1: "Водоканал", 2: "Водоканал", 3: "Теплосеть", 4: "Водоканал"}
    rows = [row(n, KALININGRAD, START + timedelta(hours=2), "Горячая вода", "answered", answered=300, executor=holders[n]) for n in holders]

    def event(number: int, hours: float, status: str, executor: str | None) -> tuple[str, datetime, str, str | None, None]:
        return f"A-{number}", START + timedelta(hours=hours), status, executor, None

    log = [
        event(1, 0, "new", None), event(1, 1, "assigned", "Водоканал"), event(1, 5, "answered", "Водоканал"),
        event(2, 0, "new", None), event(2, 1, "assigned", "Теплосеть"), event(2, 4, "assigned", "Водоканал"), event(2, 5, "answered", "Водоканал"),
        event(3, 0, "new", None), event(3, 1, "assigned", "Водоканал"), event(3, 2, "new", None), event(3, 3, "assigned", "Теплосеть"), event(3, 5, "answered", "Теплосеть"),
    ]  # fmt: skip
    load.load([part(rows, log)], small.label(), small.quiet)
    return empty_store


def test_hand_offs_and_the_price_of_one(travelled: Path) -> None:
    found = process.ways(scope(COUNTRY, *SPRING))
    whole = found.summary
    assert (whole.appeals, whole.handoffs, whole.returns, whole.loops) == (3, 2, 1, 0)
    assert whole.direct_share == pytest.approx(1 / 3) and whole.minutes_to_right == 180
    assert (whole.lost_tenures, whole.hop_minutes) == (2, 120)
    stages = process.stages(found).set_index("status")
    assert stages["n"].to_dict() == {"answered": 3, "assigned": 5, "new": 4}


def test_rows_by_topic_and_executor_open_lists_of_as_many(travelled: Path) -> None:
    asked = scope(COUNTRY, *SPRING)
    found = process.ways(asked)
    topic = process.by(found, "topic_id")
    assert topic[["appeals", "handed", "returns"]].values.tolist() == [[3, 2, 1]]
    for r in process.by(found, "holder_id").itertuples():
        assert appeals.count(asked, Chosen(("logged",), executor=int(r.id)))[0] == r.appeals
    assert sorted(process.by(found, "holder_id")["appeals"]) == [1, 2]


def test_the_picture_holds_only_what_was_handed_on(travelled: Path) -> None:
    flow = process.handed_on(process.ways(scope(COUNTRY, *SPRING)))
    first = flow.nodes[flow.nodes["stage"] == 0]
    assert first["appeals"].sum() == 2 and set(first["label"]) == {"Теплосеть", "Водоканал"}
    ends = flow.nodes[flow.nodes["label"].str.startswith("итог")]
    assert ends["appeals"].sum() == 2
    assert all(flow.nodes.at[r.target, "stage"] == flow.nodes.at[r.source, "stage"] + 1 for r in flow.links.itertuples())


def test_routes_in_words(travelled: Path) -> None:
    ways = process.routes(process.ways(scope(COUNTRY, *SPRING)))
    assert set(ways["way"]) == {"Водоканал", "Теплосеть → Водоканал", "Водоканал → Теплосеть"} and ways["n"].sum() == 3


def test_no_log(store_file: Path) -> None:
    found = process.ways(scope(6401))
    assert found.summary.appeals == 0 and process.stages(found).empty
