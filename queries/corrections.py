"""What people said about the topic of an appeal, and what the program suggests."""

import pandas as pd

from queries.ask import ask
from queries.scope import Scope


def history(scope: Scope, appeal_id: int) -> pd.DataFrame:
    """Corrections of one appeal, newest first: written_at (UTC), author, topic_id, topic, previous_topic_id, previous_topic
    (empty where it had none). No rows where the reader may not count the appeal."""
    return ask("corrections_of", scope, appeal_id=appeal_id)


def suggestions(scope: Scope, appeal_id: int) -> pd.DataFrame:
    """The likeliest topics of an appeal without one, best first: topic_id, topic, topic_group, confidence, how
    (model: learned from labelled appeals, a probability; words: shares words with the topic's name, only a hint)."""
    return ask("suggestions_of", scope, appeal_id=appeal_id)
