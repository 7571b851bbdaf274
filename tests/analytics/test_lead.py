"""Alarms and the appeals around them, against plain loops."""

import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import lead

START = datetime(2026, 7, 1)
HOUR = timedelta(hours=1)


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans(), st.floats(0, 5)), max_size=60), st.randoms())
def test_alarms_are_runs_of_readings_beyond_the_threshold(drawn: list[tuple[int, bool, float]], random) -> None:
    readings = sorted({at: (beyond, value) for at, beyond, value in drawn}.items())
    expected: list[list[tuple[int, float]]] = []
    for at, (beyond, value) in readings:
        if beyond:
            if expected and at - expected[-1][-1][0] <= 18:
                expected[-1].append((at, value))
            else:
                expected.append([(at, value)])
    random.shuffle(readings)
    found = lead.alarms([START + at * HOUR for at, _ in readings], [b for _, (b, _v) in readings], [v for _, (_b, v) in readings])
    assert [(a.start, a.end, a.peak, a.readings) for a in found] == [
        (START + run[0][0] * HOUR, START + run[-1][0] * HOUR, max(v for _, v in run), len(run)) for run in expected
    ]


def test_events_without_a_value_have_no_peak() -> None:
    (one,) = lead.alarms([START], [True], [np.nan])
    assert math.isnan(one.peak) and one.readings == 1


ALARM = lead.Alarm(START + timedelta(days=30), START + timedelta(days=30, hours=4), 0.9, 5)


def usual(every_hours: float, until: datetime = ALARM.start) -> list[datetime]:
    """Appeals at an even pace from START on."""
    return [START + timedelta(hours=every_hours * k) for k in range(1, 10_000) if START + timedelta(hours=every_hours * k) < until]


def test_the_wait_the_rise_and_what_is_usual() -> None:
    known_to = ALARM.start + timedelta(days=10)
    wave = [ALARM.start + timedelta(hours=9 + k) for k in range(20)]
    found = lead.lead(ALARM, [*wave, *usual(24.5)], START, known_to)
    assert found is not None
    assert found.first == wave[0] and found.wait == 9
    base = [a for a in usual(24.5) if ALARM.start - lead.USUAL <= a < ALARM.start - timedelta(days=1)]
    assert found.awaited == pytest.approx(3 * len(base) / 27)
    assert found.seen == 20 and found.known_hours == 72
    assert found.by_chance == pytest.approx(1 - math.exp(-len(base) / 27 * 9 / 24))
    assert found.told_first


def test_people_who_wrote_the_day_before_knew_first() -> None:
    known_to = ALARM.start + timedelta(days=10)
    before = [ALARM.start - timedelta(hours=k) for k in range(1, 12)]
    wave = [ALARM.start + timedelta(hours=9 + k) for k in range(20)]
    found = lead.lead(ALARM, [*before, *wave, *usual(24.5)], START, known_to)
    assert found is not None and found.rise.significant and not found.told_first


def test_an_even_flow_is_no_rise_though_the_first_appeal_comes_soon() -> None:
    flow = usual(1.7, ALARM.start + timedelta(days=10))
    found = lead.lead(ALARM, flow, START, ALARM.start + timedelta(days=10))
    assert found is not None and found.wait is not None and found.wait < 2
    assert found.by_chance > 0.1 and not found.rise.significant and not found.told_first


def test_nobody_wrote() -> None:
    found = lead.lead(ALARM, usual(24.5), START, ALARM.start + timedelta(hours=12))
    assert found is not None and found.first is None and found.wait is None and found.seen == 0
    assert found.known_hours == 12 and 0 < found.by_chance < 1


@pytest.mark.parametrize(("known_from", "known_to"), [
    (ALARM.start - timedelta(days=5), ALARM.start + timedelta(days=5)), (START, ALARM.start), (START, ALARM.start - timedelta(days=1)),
])  # fmt: skip
def test_too_little_around_an_alarm_gets_no_answer(known_from: datetime, known_to: datetime) -> None:
    assert lead.lead(ALARM, [], known_from, known_to) is None


def test_chance_alone_is_rarely_called_a_sensor_that_knew_first() -> None:
    random = np.random.default_rng(5)
    called = 0
    for _world in range(300):
        at = [START + timedelta(hours=float(h)) for h in random.uniform(0, 24 * 40, random.poisson(40))]
        found = lead.lead(ALARM, at, START, START + timedelta(days=40))
        assert found is not None
        called += found.told_first
    assert called / 300 <= 0.03
