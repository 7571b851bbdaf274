"""The way of an appeal: a log written by hand, and any log against a walk over it event by event."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.process import (
    ANSWERED,
    FINAL,
    OPEN,
    OTHER,
    STATUSES,
    journeys,
    links,
    routes,
    stages,
    steps,
    summary,
    tenures,
)

AS_OF = np.datetime64("2026-03-10T00:00")
LOG = [
    # 1: straight to the roads office, answered, closed
    (1, "2026-03-01T08:00", "new", None),
    (1, "2026-03-01T09:00", "assigned", "roads"),
    (1, "2026-03-01T12:00", "answered", None),
    (1, "2026-03-02T12:00", "closed", None),
    # 2: housing says «не мой вопрос», back through the dispatcher, roads, then housing after all (sent back, a loop)
    (2, "2026-03-01T00:00", "new", None),
    (2, "2026-03-01T10:00", "assigned", "housing"),
    (2, "2026-03-01T20:00", "new", None),
    (2, "2026-03-01T22:00", "assigned", "roads"),
    (2, "2026-03-02T00:00", "assigned", "housing"),
    (2, "2026-03-03T00:00", "answered", "housing"),
    # 3: passed there and back between two offices, still open
    (3, "2026-03-05T00:00", "assigned", "roads"),
    (3, "2026-03-06T00:00", "assigned", "waste"),
    (3, "2026-03-07T00:00", "assigned", "roads"),
    # 4: closed, reopened, closed by the same office
    (4, "2026-03-01T00:00", "assigned", "waste"),
    (4, "2026-03-01T06:00", "closed", "waste"),
    (4, "2026-03-02T00:00", "new", None),
    (4, "2026-03-02T01:00", "assigned", "waste"),
    (4, "2026-03-02T02:00", "closed", "waste"),
    # 5: nobody yet
    (5, "2026-03-09T12:00", "new", None),
    # 6: arrives after the moment of the report
    (6, "2026-03-11T00:00", "new", None),
]


def by_hand(log: list[tuple] = LOG) -> pd.DataFrame:
    appeal, at, status, executor = (list(column) for column in zip(*log, strict=True))
    return steps(appeal, at, status, executor, AS_OF)


def test_steps_by_hand() -> None:
    second = by_hand().query("appeal_id == 2")
    assert second["status"].tolist() == ["new", "assigned", "new", "assigned", "assigned", "answered"]
    assert second["executor"].astype(object).where(second["executor"].notna(), None).tolist() == [
        None, "housing", None, "roads", "housing", "housing",
    ]  # fmt: skip
    assert second["minutes"].tolist() == [600, 600, 120, 120, 1440, 7 * 1440]
    assert second["finished"].tolist() == [True] * 5 + [False]
    assert second["position"].tolist() == list(range(6))
    first = by_hand().query("appeal_id == 1")
    assert first["executor"].astype(object).tolist()[1:] == ["roads"] * 3
    assert np.isnan(first["minutes"].iloc[-1])  # nothing is waited for once it is closed
    assert 6 not in by_hand()["appeal_id"].to_numpy()


def test_journeys_by_hand() -> None:
    table = journeys(by_hand(), AS_OF)
    expected = pd.DataFrame(
        [
            # executors, handoffs, returns, loops, reopened, finished, open, hops, minutes to the right one
            (1, 0, 0, 0, False, True, 28 * 60, 0, 60),
            (2, 2, 2, 1, False, False, 9 * 1440, 2, 1440),
            (2, 2, 1, 1, False, False, 5 * 1440, np.nan, np.nan),
            (1, 0, 0, 0, True, True, 6 * 60, 0, 0),
            (0, 0, 0, 0, False, False, 720, np.nan, np.nan),
        ],
        index=pd.Index([1, 2, 3, 4, 5], name="appeal_id"),
        columns=["executors", "handoffs", "returns", "loops", "reopened", "finished", "open_minutes", "hops_to_right",
                 "minutes_to_right"],
    )  # fmt: skip
    pd.testing.assert_frame_equal(table[expected.columns], expected, check_dtype=False)
    assert table["last_status"].tolist() == ["closed", "answered", "assigned", "closed", "new"]


def test_summary_by_hand() -> None:
    found = summary(by_hand(), AS_OF)
    assert (found.appeals, found.handoffs, found.returns, found.loops, found.reopened) == (5, 4, 3, 2, 1)
    assert found.direct_share == pytest.approx(2 / 3)
    assert found.minutes_to_right == 60
    assert found.lost_tenures == 4  # 12 h with the dispatcher's pause, 2 h, 24 h, 24 h
    assert found.hop_minutes == 720
    nothing = summary(by_hand([(5, "2026-03-09T12:00", "new", None)]), AS_OF)
    assert (nothing.direct_share, nothing.minutes_to_right, nothing.hop_minutes) == (None, None, None)


def test_stages_by_hand() -> None:
    table = stages(by_hand()).set_index("status")
    assert table.index.tolist()[0] == "answered"  # appeal 2 has waited a week to be closed: the bottleneck
    assert table[["n", "unfinished", "total_minutes"]].to_numpy()[0].tolist() == [2, 1, 1440 + 7 * 1440]
    assert (table["n"]["new"], table["unfinished"]["new"]) == (5, 1)
    assert table.loc["new", "median_minutes"] == 120  # of 60, 60, 120, 600 and one unfinished after 720
    assert table["time_share"].sum() == pytest.approx(1)
    by_executor = stages(by_hand(), ("status", "executor"))
    assert by_executor["total_minutes"].sum() == pytest.approx(table["total_minutes"].sum())


def test_routes_by_hand() -> None:
    table = routes(by_hand(), AS_OF, top=2)
    assert table["n"].sum() == 5 and table["share"].sum() == pytest.approx(1)
    assert table["route"].tolist()[-1] is None and table["n"].tolist()[-1] == 3
    everything = routes(by_hand(), AS_OF)
    assert set(everything["route"]) == {
        ("roads",), ("housing", "roads", "housing"), ("roads", "waste", "roads"), ("waste",), (),
    }  # fmt: skip
    assert dict(zip(everything["route"], everything["median_minutes"], strict=True))["roads",] == 28 * 60


def test_links_by_hand() -> None:
    flows = links(by_hand())
    listed = {(f.position, f.source, f.target, f.target_is_state): f.n for f in flows.itertuples()}
    assert listed == {
        (0, "roads", "closed", True): 1,
        (0, "waste", "closed", True): 1,
        (0, "housing", "roads", False): 1,
        (0, "roads", "waste", False): 1,
        (1, "roads", "housing", False): 1,
        (1, "waste", "roads", False): 1,
        (2, "housing", "answered", True): 1,
        (2, "roads", OPEN, True): 1,
    }
    few = links(by_hand(), top=1)
    assert set(few["source"]) == {"roads", OTHER}


def test_empty_and_wrong_logs() -> None:
    empty = steps([], [], [], [], AS_OF)
    assert empty.empty and tenures(empty).empty and stages(empty).empty and links(empty).empty
    assert routes(empty, AS_OF).empty and summary(empty, AS_OF).appeals == 0
    with pytest.raises(ValueError, match="a status is one of"):
        by_hand([(1, "2026-03-01", "lost", None)])


events = st.tuples(
    st.integers(1, 4),
    st.integers(0, 6),  # hours: many events share their moment
    st.sampled_from(STATUSES),
    st.sampled_from([None, "a", "b", "c"]),
)


def slow_journey(log: list[tuple]) -> dict[str, object]:
    """One appeal, event by event, as one would do it with a pencil."""
    holders: list[list] = []  # [executor, answered, went to the dispatcher next]
    holder, over, work_again = None, False, False
    previous = None
    for _, _, status, executor in log:
        if executor is None:
            executor = None if status == "new" and not over else holder
        moved = executor != holder
        work_again |= over and status in {"new", "assigned"}
        over = status in {*ANSWERED, *FINAL}
        if moved and executor is None and holder is not None:
            holders[-1][2] = True
        if moved and executor is not None:
            holders.append([executor, False, False])
        if executor is not None and status in ANSWERED:
            holders[-1][1] = True
        holder, previous = executor, status
    names = [name for name, _, _ in holders]
    back = [0 < i < len(names) - 1 and names[i - 1] == names[i + 1] for i in range(len(names))]
    return {
        "handoffs": max(len(names) - 1, 0),
        "executors": len(set(names)),
        "loops": len(names) - len(set(names)),
        "returns": sum(not answered and (sent or back[i]) for i, (_, answered, sent) in enumerate(holders)),
        "reopened": work_again,
        "last_status": previous,
        "route": tuple(names),
        "hops_to_right": next((i for i, (_, answered, _) in enumerate(holders) if answered), np.nan),
    }


@settings(deadline=None, max_examples=60)
@given(st.lists(events, min_size=1, max_size=40), st.randoms())
def test_any_log_agrees_with_the_slow_walk(log: list[tuple], random) -> None:  # type: ignore[no-untyped-def]
    ordered = sorted(dict.fromkeys(log), key=lambda e: (e[0], e[1], STATUSES.index(e[2])))
    dated = [(appeal, f"2026-03-01T{hour:02}:00", status, executor) for appeal, hour, status, executor in ordered]
    table = journeys(by_hand(dated), AS_OF)
    expected = {appeal: slow_journey([e for e in ordered if e[0] == appeal]) for appeal in table.index}
    for name in ("handoffs", "executors", "loops", "returns", "reopened", "last_status", "hops_to_right"):
        np.testing.assert_array_equal(table[name].to_list(), [journey[name] for journey in expected.values()], name)
    found = routes(by_hand(dated), AS_OF, top=99)
    assert dict(zip(found["route"], found["n"], strict=True)) == Counter(j["route"] for j in expected.values())
    flows = links(by_hand(dated), top=99)
    assert flows.loc[flows["target_is_state"], "n"].sum() == sum(bool(j["route"]) for j in expected.values())
    distinct = list({event[:3]: event for event in dated}.values())
    shuffled = random.sample(distinct, len(distinct))
    pd.testing.assert_frame_equal(by_hand(shuffled), by_hand(distinct))
