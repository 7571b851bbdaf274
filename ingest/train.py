"""Learns topics from the store's own labelled appeals and keeps the result beside the database.

models/000001/ holds arrays (model.npz, read without pickle) and plain values (model.json); the highest number is in use.
"""

import json
import logging
import os
import shutil
import zipfile
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from analytics import classify
from ingest.jobs import Progress
from queries import steps, store
from words import _
from words.numbers import integer

log = logging.getLogger("pulse.train")
ENOUGH_ROWS = 200
MOST_ROWS = 15_000
CORRECTED_WEIGHT = 3.0
KEPT_MODELS = 3


class TooFew(ValueError):
    """There is too little to learn from."""

    def __init__(self, rows: int) -> None:
        super().__init__(
            _("Мало размеченных обращений: {n}, нужно хотя бы {enough}, в двух темах или больше.").format(
                n=integer(rows), enough=ENOUGH_ROWS
            )
        )


def learn(progress: Progress) -> tuple[classify.Classifier, dict[str, Any]]:
    """Learn topics from the appeals that have them: what was learned, and its facts (held-out figures of classify.Figures,
    topics left out, corrected rows). Raises TooFew."""
    progress(0.0, _("Читаем размеченные обращения"))
    with store.cursor() as cursor:
        rows = run(cursor, "labelled", most=MOST_ROWS).df()
    if len(rows) < ENOUGH_ROWS or rows["label"].value_counts().ge(classify.MIN_ROWS).sum() < 2:
        raise TooFew(len(rows))

    def tell(done: int, of: int) -> None:
        progress(0.05 + 0.7 * done / of, _("Обучение: шаг {n} из {of}").format(n=done + 1, of=of))

    corrected = rows["is_corrected"].to_numpy()
    weights = np.where(corrected, CORRECTED_WEIGHT, 1.0).tolist()
    keys, labels = rows["keys"].tolist(), rows["label"].tolist()
    learned = classify.train(keys, labels, keys, weights, tell)
    return learned, {**asdict(learned.figures), "left_out": len(learned.left_out), "corrected": int(corrected.sum())}


def run(cursor: duckdb.DuckDBPyConnection, step: str, **values: object) -> duckdb.DuckDBPyConnection:
    """Run one step of train.sql with the parameters it names."""
    return steps.run(cursor, steps.read(Path(__file__).with_suffix(".sql"))[step], values)


def save(learned: classify.Classifier) -> int:
    """Keep a classifier whole or not at all; its number. Old ones go."""
    folder = store.paths().models
    folder.mkdir(parents=True, exist_ok=True)
    known = numbered(folder)
    number = (int(known[-1].name) if known else 0) + 1
    unfinished = folder / ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    arrays, values = learned.state()
    np.savez_compressed(unfinished / "model.npz", allow_pickle=False, **arrays)
    (unfinished / "model.json").write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, folder / f"{number:06}")
    for old in numbered(folder)[:-KEPT_MODELS]:
        shutil.rmtree(old)
    return number


def newest() -> classify.Classifier | None:
    """The classifier in use; None before the first training, and where its files cannot be read."""
    known = numbered(store.paths().models)
    return _read(known[-1], known[-1].stat().st_mtime_ns) if known else None


@lru_cache(maxsize=1)
def _read(folder: Path, _made: int) -> classify.Classifier | None:
    try:
        values = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            return classify.Classifier.from_state(dict(arrays), values)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        log.warning("model %s cannot be read: %s", folder, error)
        return None


def numbered(folder: Path) -> list[Path]:
    """The kept models, oldest first."""
    return sorted(path for path in folder.glob("[0-9]*") if path.is_dir())
