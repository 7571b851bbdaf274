"""Channels: volumes, the official share and the ways of appeals, against the same counted row by row."""

import math
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from queries import appeals, channels, dictionaries
from queries.appeals import Chosen
from queries.dictionaries import Territories
from queries.metrics import ENDINGS
from queries.scope import COUNTRY, Scope
from tests import naive, small
from tests.queries.scopes import many, scope

LAST_FULL = date(2024, 6, 13)
FIRST = date(2024, 4, 17)
WHOLE = (date(2024, 4, 1), date(2024, 6, 14))


def number_of(row: Any) -> int:
    return small.CHANNELS[row.channel][0]


def listed(asked: Scope, params: dict[str, Any], tree: Territories) -> int:
    """How many appeals the list behind a link shows: the scope of the page changed by the parameters."""
    changed = asked
    if "place" in params:
        changed = replace(changed, place=params["place"], places=tree.places(params["place"]))
    if "channels" in params:
        changed = replace(changed, channels=(params["channels"],) if params["channels"] else ())
    if "topics" in params:
        own = {letter: (int(params["topics"][1:]),) if params["topics"][0] == letter else () for letter in "bgt"}
        changed = replace(changed, blocks=own["b"], groups=own["g"], topics=own["t"])
    return appeals.count(changed, Chosen.decode({name: str(value) for name, value in params.items()}))[0]


def test_volume_and_mix_with_comparison(store_file: Path) -> None:
    for asked in many(20):
        rows, before = naive.rows(asked), asked.before()
        earlier = naive.rows(before) if before else []
        found = channels.mix(asked)
        assert set(found["channel_id"]) == {number_of(r) for r in [*rows, *earlier]}
        assert found["appeals"].is_monotonic_decreasing
        for r in found.itertuples():
            now, then = (sum(number_of(n) == r.channel_id for n in some) for some in (rows, earlier))
            assert (r.appeals, r.before, r.weeks[-1]) == (now, then, now)
            assert r.change == now - then if before else math.isnan(r.change)
            assert r.share == pytest.approx(now / len(rows)) if rows else math.isnan(r.share)
            comparable = bool(rows and earlier)
            assert r.share_change == pytest.approx(now / len(rows) - then / len(earlier)) if comparable else math.isnan(r.share_change)


def test_weeks_of_a_channel_are_the_equal_periods_before(store_file: Path) -> None:
    asked = scope()
    for r in channels.mix(asked, periods=3).itertuples():
        weeks = [(date(2024, 5, 24), date(2024, 5, 30)), (date(2024, 5, 31), date(2024, 6, 6)), (date(2024, 6, 7), date(2024, 6, 13))]
        assert r.weeks == [sum(number_of(n) == r.channel_id for n in naive.rows(asked, *week)) for week in weeks]


def test_official_share_keeps_one_denominator(store_file: Path) -> None:
    for asked in many(20):
        found = channels.official_by_month(asked, LAST_FULL, FIRST)
        assert found["first"].tolist() == [m for m in (date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1)) if m <= asked.last]
        for r in found.itertuples():
            rows = naive.rows(channels.all_channels(asked), r.first, r.last)
            assert (r.appeals, r.official) == (len(rows), naive.count(rows, "official"))
            assert r.share == r.official / r.appeals if len(rows) >= 30 else math.isnan(r.share)
            assert r.last <= LAST_FULL and r.unfinished == (r.first == date(2024, 6, 1))
    only = replace(scope(), channels=(2,))
    pd.testing.assert_frame_equal(channels.official_by_month(only, LAST_FULL, FIRST), channels.official_by_month(scope(), LAST_FULL, FIRST))


def test_official_share_by_territory(store_file: Path) -> None:
    tree = dictionaries.territories()
    for asked in many(20):
        found = channels.official_by_place(asked, tree)
        rows = naive.rows(channels.all_channels(asked))
        for r in found.itertuples():
            own = [n for n in rows if (n.region_id if asked.place == COUNTRY else n.territory_id) == r.territory_id]
            assert (r.place, r.appeals, r.official) == (tree.all[r.territory_id].name, len(own), naive.count(own, "official"))
            if r.territory_id and asked.access.territories is None:
                assert listed(asked, {"place": r.territory_id, "only": "official", "channels": None}, tree) == r.official or (
                    r.territory_id == asked.place != COUNTRY  # a region's own row: its link shows the whole region
                )
        assert found["appeals"].sum() == len(rows)


def test_every_path_opens_its_list_and_all_paths_are_the_scope(store_file: Path) -> None:
    tree = dictionaries.territories()
    seen = set()
    for asked in [scope(first=WHOLE[0], last=WHOLE[1]), *many(12)]:
        found = channels.paths(asked)
        level = channels.about(asked)
        seen.add(level)
        assert found["appeals"].sum() == len(naive.rows(asked))
        subject = {"block": "block", "topic_group": "group", "topic": "topic"}[level]
        numbers = naive.ids({"block": "block_code"}.get(level, level))
        expected = Counter(
            (number_of(r), numbers[getattr(r, subject)], r.executor, next(e for e in ENDINGS if naive.MEETS[e](r)))
            for r in naive.rows(asked)
        )
        given = {(r.channel_id, r.about, None if pd.isna(r.executor) else r.executor, r.ending): r.appeals for r in found.itertuples()}
        assert given == expected
        for row in found.to_dict("records")[:15]:
            assert listed(asked, channels.path_params(asked, row), tree) == row["appeals"], row
    assert seen == {"block", "topic_group", "topic"}


def test_every_appeal_stands_at_exactly_one_ending(store_file: Path) -> None:
    assert all(sum(naive.MEETS[e](r) for e in ENDINGS) == 1 for r in naive.rows())


def test_appeals_without_a_subject_have_a_list_too(store_file: Path) -> None:
    given = [small.row(n, small.KALININGRAD, "06-10 12:00", block=None, topic_group=None, topic=None) for n in (900, 901)]
    small.put(given, "no topic")
    asked = scope(2301)
    (row,) = (r for r in channels.paths(asked).to_dict("records") if pd.isna(r["about"]))
    params = channels.path_params(asked, row)
    assert params == {"channels": 2, "only": "new,without_block,unassigned"}
    assert listed(asked, params, dictionaries.territories()) == row["appeals"] == 2


def test_the_picture_loses_nothing_between_its_stages(store_file: Path) -> None:
    found = channels.paths(scope(first=WHOLE[0], last=WHOLE[1]))
    flow = channels.flow(found, top=2)
    total = found["appeals"].sum()
    assert flow.nodes.groupby("stage")["appeals"].sum().tolist() == [total] * 4
    assert flow.links["appeals"].sum() == 3 * total
    for position, node in flow.nodes.iterrows():
        incoming = flow.links.loc[flow.links["target"] == position, "appeals"].sum()
        outgoing = flow.links.loc[flow.links["source"] == position, "appeals"].sum()
        assert {incoming, outgoing} - {0} == {node["appeals"]}
    stages = [flow.nodes.loc[flow.nodes["stage"] == stage, "label"].tolist() for stage in range(4)]
    assert stages[0][-1] == stages[1][-1] == "прочие" and "не назначен" in stages[2]
    assert all(len(stage) == len(set(stage)) <= 4 for stage in stages)
    assert flow.nodes.loc[flow.nodes["main"], "stage"].eq(0).all()
    whole = channels.flow(found, top=50)
    assert whole.nodes.loc[whole.nodes["main"], "label"].str.contains("госпаблики|Госуслуги|Звонок").all()
    assert channels.flow(found.head(0)).links.empty
