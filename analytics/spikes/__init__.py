"""Spikes: days and weeks on which a series is higher than its own history explains.

score → alarms → runs → episodes: how unusual each point is, which points are alarms, which alarms are one spike, which
spikes are one event.
"""

from analytics.spikes.joining import episodes, runs, spike_id
from analytics.spikes.scoring import Alarms, Scores, alarms, band, score, worth_scoring

__all__ = ["Alarms", "Scores", "alarms", "band", "episodes", "runs", "score", "spike_id", "worth_scoring"]
