"""Which topic has an appeal that came without one? What was learned answers; before the first training, the names of topics."""

import duckdb
import pyarrow as pa

from analytics import classify
from ingest import train

FILE = "guesses.parquet"
MODEL, WORDS = "model", "words"
# 1 is the word of a person or a source.
MOST_SURE = 0.999
SCHEMA = pa.schema(
    [
        ("appeal_id", pa.int64()),
        ("topic_id", pa.int16()),
        ("rank", pa.int8()),
        ("confidence", pa.float32()),
        ("how", pa.string()),
        ("is_sure", pa.bool_()),
    ]
)


class Guesser:
    """Up to three topics for each text, likeliest first. `is_sure`: the first is above the threshold of the model."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        known = train.run(cursor, "topics").fetchall()
        self._ids = {label: topic_id for topic_id, label in reversed(known)}
        self._by_name = {label.split("\t")[1]: topic_id for topic_id, label in reversed(known)}
        self._model = train.newest()

    def __call__(self, rows: pa.Table) -> pa.Table:
        """Rows of (appeal_id, keys) → rows of SCHEMA."""
        keys = rows["keys"].to_pylist()
        if self._model is None:
            hinted = classify.hints(keys, list(self._by_name), keys)
            found = [[(self._by_name[name], sure) for name, sure in each] for each in hinted]
            sure = [False] * len(found)
        else:
            predicted = self._model.predict(keys, keys)
            found = [[(self._ids[label], sure) for label, sure in each if label in self._ids] for each in predicted.top3]
            sure = [label in self._ids for label in predicted.labels]
        how = WORDS if self._model is None else MODEL
        lines = [
            (appeal_id, topic_id, rank, min(confidence, MOST_SURE), how, is_sure and rank == 1)
            for appeal_id, topics, is_sure in zip(rows["appeal_id"].to_pylist(), found, sure, strict=True)
            for rank, (topic_id, confidence) in enumerate(topics, 1)
        ]
        columns = list(zip(*lines, strict=True)) or [()] * len(SCHEMA)
        return pa.table([pa.array(values, kind.type) for values, kind in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
