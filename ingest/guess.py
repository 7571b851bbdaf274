"""Which topic has an appeal that came without one? What was learned answers; before the first training, the names of topics.

Guesses are kept with the batch they were made for. Those a training makes anew for older appeals are kept as again-000001.parquet,
numbered through the store, in the folder of the batch that was the last one then: a rebuild repeats them at the same place.
"""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from analytics import classify
from ingest import train
from queries import rollups

FILE = "guesses.parquet"
AGAIN = "again-*.parquet"
PIECE_ROWS = 50_000
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

    def __init__(self, cursor: duckdb.DuckDBPyConnection, model: classify.Classifier | None) -> None:
        known = train.run(cursor, "topics").fetchall()
        self._ids = {label: topic_id for topic_id, label in reversed(known)}
        self._by_name = {label.split("\t")[1]: topic_id for topic_id, label in reversed(known)}
        self._model = model

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


def again(cursor: duckdb.DuckDBPyConnection, model: classify.Classifier, file: Path, tell: Callable[[float], None]) -> None:
    """Guess the topics of the stored appeals that have none, into a file; `tell` gets the share done."""
    guesser = Guesser(cursor, model)
    total, done = train.run(cursor, "count_untopiced").fetchall()[0][0], 0
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for piece in train.run(cursor, "untopiced").to_arrow_reader(PIECE_ROWS):
            writer.write_table(guesser(pa.table(piece)))
            done += piece.num_rows
            tell(done / total)


def stage(cursor: duckdb.DuckDBPyConnection, file: Path) -> None:
    """The temporary table `guesses`: the rows of a file."""
    cursor.register("no_rows", SCHEMA.empty_table())
    cursor.execute("CREATE OR REPLACE TEMP TABLE guesses AS FROM no_rows")
    for piece in pq.ParquetFile(file).iter_batches(batch_size=PIECE_ROWS):
        cursor.from_arrow(pa.table(piece)).insert_into("guesses")


def repeat(cursor: duckdb.DuckDBPyConnection, file: Path, number: int) -> int:
    """Give stored appeals the topics guessed `again`, on the caller's transaction; how many have one now. What a person or a
    source says stays."""
    stage(cursor, file)
    for step in ("guessed", "touched", "give", "give_comments", "forget_hints", "hints"):
        train.run(cursor, step)
    train.run(cursor, "remember_again", number=str(number))
    rollups.refresh(cursor)
    return int(train.run(cursor, "count_guessed").fetchall()[0][0])


def repeat_after(cursor: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Repeat what was guessed again while the batch of this folder was the last one, on the caller's transaction."""
    for file in sorted(folder.glob(AGAIN)):
        repeat(cursor, file, number_of(file))


def last_again(cursor: duckdb.DuckDBPyConnection) -> int:
    """The number of the last guesses made again that the database knows, 0 before the first."""
    return int(train.run(cursor, "last_again").fetchall()[0][0])


def settle(cursor: duckdb.DuckDBPyConnection, archive: Path) -> None:
    """Throw away guesses made again whose transaction a crash kept from committing."""
    last = last_again(cursor)
    for file in archive.glob(f"*/{AGAIN}"):
        if number_of(file) > last:
            file.unlink()


def number_of(file: Path) -> int:
    """again-000012.parquet → 12."""
    return int(file.stem.split("-")[1])
