"""Spikes: days and weeks on which a series is higher than its own history explains.

score → alarms → runs → episodes: how unusual each point is, which points are alarms, which alarms are one spike, which
spikes are one event. delay: how much of the last days has come in.
"""

from analytics.spikes.delay import LONGEST as LONGEST_DELAY
from analytics.spikes.delay import completeness, regular_spans
from analytics.spikes.fitting import touches_holiday
from analytics.spikes.joining import episodes, graded_runs, runs, spike_id
from analytics.spikes.scoring import (
    SENSITIVITIES,
    Alarms,
    Frequency,
    Scores,
    Sensitivity,
    alarms,
    band,
    expected_false_alarms,
    score,
    worth_scoring,
)

__all__ = [
    "LONGEST_DELAY", "SENSITIVITIES", "Alarms", "Frequency", "Scores", "Sensitivity", "alarms", "band", "completeness", "episodes", "expected_false_alarms",
    "graded_runs", "regular_spans", "runs", "score", "spike_id", "touches_holiday", "worth_scoring",
]  # fmt: skip
