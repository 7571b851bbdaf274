"""Which topic has an appeal that came without one? Learned from the customer's own labelled rows.

Linear and explainable by design: TF-IDF of lemmas, their pairs and their letters → a linear support vector machine
steadied by a complement naive Bayes, its confidence calibrated on held-out folds. Below the threshold
the answer is «не знаю» with three candidates; an operator chooses.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from scipy.special import logit, softmax
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import linear_kernel
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from analytics import lemmas

MIN_ROWS = 3
ACCURACY_WANTED = 0.90
_FOLDS = 3
_BLOCK = 5000
_MIN_ABOVE = 20
_MARGIN_WEIGHT, _BAYES_WEIGHT, _PRIOR_WEIGHT = 5.0, 0.3, 0.3
Floats = NDArray[np.float64]


class Prediction(NamedTuple):
    """`labels`: the class, None below the threshold; `confidences`: probability of the best class;
    `top3`: the three likeliest (class, probability) of each text, likeliest first."""

    labels: list[str | None]
    confidences: Floats
    top3: list[list[tuple[str, float]]]


@dataclass(frozen=True)
class Classifier:
    """`classes` it knows; `threshold`: confidence from which held-out accuracy reached 0.90;
    `left_out`: labels with too few rows to learn."""

    classes: tuple[str, ...]
    threshold: float
    left_out: tuple[str, ...]
    _features: "_Features"
    _scorer: "_Scorer"
    _calibration: "_Calibration"

    def predict(self, texts: Sequence[str], keys: Sequence[str] | None = None) -> Prediction:
        """Which class does each text belong to, how sure is that, and which three are likeliest?"""
        found = list(keys) if keys is not None else lemmas.keys(texts)
        blocks = [self._probabilities(found[start : start + _BLOCK]) for start in range(0, len(found), _BLOCK)]
        if not blocks:
            return Prediction([], np.zeros(0), [])
        probabilities = np.vstack(blocks)
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :3]
        best = probabilities.max(axis=1)
        labels = [
            self.classes[row[0]] if sure >= self.threshold else None for row, sure in zip(order, best, strict=True)
        ]
        top3 = [
            [(self.classes[i], float(values[i])) for i in row] for row, values in zip(order, probabilities, strict=True)
        ]
        return Prediction(labels, best, top3)

    def _probabilities(self, keys: Sequence[str]) -> Floats:
        raw = self._scorer.probabilities(self._features.transform(keys))
        best = raw.argmax(axis=1)
        rows = np.arange(len(raw))
        sure = self._calibration(raw[rows, best])
        rest = (1 - sure) / np.maximum(1 - raw[rows, best], 1e-9)
        scaled = np.minimum(raw * rest[:, None], sure[:, None])
        scaled[rows, best] = sure
        return scaled


def train(texts: Sequence[str], labels: Sequence[str], keys: Sequence[str] | None = None) -> Classifier:
    """What do labelled texts teach? Classes with fewer than three rows are left out.

    Probabilities and the threshold come from inner folds in which equal texts stay together.
    Raises ValueError when fewer than two classes have three rows.
    """
    found = np.array(keys if keys is not None else lemmas.keys(texts), dtype=object)
    counts = Counter(labels)
    left_out = tuple(sorted(label for label, n in counts.items() if n < MIN_ROWS))
    kept = np.array([counts[label] >= MIN_ROWS for label in labels])
    if len(counts) - len(left_out) < 2:
        raise ValueError("нужны хотя бы две темы, у каждой не меньше трёх обращений")
    classes, target = np.unique(np.array(labels, dtype=object)[kept].astype(str), return_inverse=True)
    found = found[kept]
    raw, right = _held_out(found, target, len(classes))
    calibration = _Calibration(raw, right)
    threshold = _threshold(calibration(raw), right)
    features = _Features(found)
    scorer = _Scorer(features.transform(found), target, len(classes))
    return Classifier(tuple(classes.tolist()), threshold, left_out, features, scorer, calibration)


def hints(
    texts: Sequence[str], topics: Sequence[str], keys: Sequence[str] | None = None
) -> list[list[tuple[str, float]]]:
    """Without any labels: which ≤ 3 topics share words with each text? (topic, cosine), best first.

    A hint for the operator, never a class to assign: on real labels it is right in one case of four or five.
    """
    vectoriser = TfidfVectorizer(analyzer=_grams, sublinear_tf=True)
    by_topic = vectoriser.fit_transform(lemmas.keys(topics))
    found = keys if keys is not None else lemmas.keys(texts)
    if not len(found):
        return []
    similar = linear_kernel(vectoriser.transform(found), by_topic)
    order = np.argsort(-similar, axis=1, kind="stable")[:, :3]
    return [[(topics[i], float(row[i])) for i in best if row[i] > 0] for best, row in zip(order, similar, strict=True)]


def expected_calibration_error(confidences: Floats, right: NDArray[np.bool_], bins: int = 10) -> float:
    """By how much does stated confidence differ from the share of right answers, over equal-width bins?"""
    place = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [
        abs(confidences[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in np.unique(place)
    ]
    return float(np.sum(gaps))


def _grams(key: str) -> list[str]:
    tokens = lemmas.content(key)
    return tokens + [f"{a} {b}" for a, b in pairwise(tokens)]


class _Features:
    """Lemmas with their pairs, and letter 2–4-grams counted per distinct word, so that long texts stay cheap."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._words = TfidfVectorizer(analyzer=_grams, sublinear_tf=True, dtype=np.float32)
        self._words.fit(keys)
        self._letters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=False, dtype=np.float32)
        vocabulary, counts = self._by_word(keys)
        spelled = self._letters.fit_transform(vocabulary)
        in_texts = np.asarray((counts @ spelled).astype(bool).sum(axis=0)).ravel()
        self._kept = np.flatnonzero(in_texts >= 2)
        self._weights = TfidfTransformer(sublinear_tf=True)
        self._weights.fit((counts @ spelled)[:, self._kept])

    def transform(self, keys: Sequence[str]) -> tuple[csr_matrix, csr_matrix]:
        vocabulary, counts = self._by_word(keys)
        spelled = self._letters.transform(vocabulary)[:, self._kept]
        words = self._words.transform(keys)
        return words, hstack([words, self._weights.transform(counts @ spelled)]).tocsr()

    @staticmethod
    def _by_word(keys: Sequence[str]) -> tuple[list[str], csr_matrix]:
        counter = CountVectorizer(analyzer=lemmas.content, dtype=np.float32)
        if not any(lemmas.content(key) for key in keys):
            return ["-"], csr_matrix((len(keys), 1), dtype=np.float32)
        counts = counter.fit_transform(keys)
        return counter.get_feature_names_out().tolist(), counts


class _Scorer:
    """The likelihood of every class by a support vector machine, steadied by a naive Bayes; rows sum to one.

    Scores are shifted against frequent classes (logit adjustment, Menon et al. 2021), or rare topics never win."""

    def __init__(self, features: tuple[csr_matrix, csr_matrix], target: NDArray[np.int64], n_classes: int) -> None:
        words, both = features
        self._present = np.unique(target)
        self._n_classes = n_classes
        machine = LinearSVC(C=0.5, class_weight="balanced", random_state=0).fit(both, target)
        coefficients, intercepts = machine.coef_, machine.intercept_
        if len(self._present) == 2:
            coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.r_[-intercepts, intercepts]
        self._coefficients = np.ascontiguousarray(coefficients.T.astype(np.float32))
        self._intercepts = intercepts
        self._log_prior = np.log(np.bincount(target, minlength=n_classes)[self._present] / len(target))
        self._bayes = ComplementNB(alpha=0.3).fit(words, target)

    def probabilities(self, features: tuple[csr_matrix, csr_matrix]) -> Floats:
        words, both = features
        margins = both @ self._coefficients + self._intercepts
        bayes = self._bayes.predict_joint_log_proba(words)
        steadied = (bayes - bayes.mean(axis=1, keepdims=True)) / np.maximum(bayes.std(axis=1, keepdims=True), 1e-9)
        found = np.zeros((words.shape[0], self._n_classes))
        found[:, self._present] = softmax(
            _MARGIN_WEIGHT * margins + _BAYES_WEIGHT * steadied - _PRIOR_WEIGHT * self._log_prior, axis=1
        )
        return found


def _held_out(keys: NDArray[np.object_], target: NDArray[np.int64], n_classes: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Raw confidence and correctness on folds in which equal texts stay together."""
    _, together = np.unique(keys.astype(str), return_inverse=True)
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    sure, right = [], []
    for learn, check in folds.split(keys, target, together):
        features = _Features(keys[learn])
        scorer = _Scorer(features.transform(keys[learn]), target[learn], n_classes)
        probabilities = scorer.probabilities(features.transform(keys[check]))
        sure.append(probabilities.max(axis=1))
        right.append(probabilities.argmax(axis=1) == target[check])
    return np.concatenate(sure), np.concatenate(right)


class _Calibration:
    """Platt (1999): raw confidence → the share of right answers among texts like it."""

    def __init__(self, raw: Floats, right: NDArray[np.bool_]) -> None:
        self._constant = float(right.mean()) if right.all() or not right.any() else None
        if self._constant is None:
            self._model = LogisticRegression(C=100).fit(self._column(raw), right)

    def __call__(self, raw: Floats) -> Floats:
        if self._constant is not None:
            return np.full(len(raw), self._constant)
        return self._model.predict_proba(self._column(raw))[:, 1]

    @staticmethod
    def _column(raw: Floats) -> Floats:
        return logit(np.clip(raw, 1e-6, 1 - 1e-6)).reshape(-1, 1)


def _threshold(confidences: Floats, right: NDArray[np.bool_]) -> float:
    """The lowest confidence from which 0.90 of held-out answers are right even at the lower 95 % bound; else 1.0."""
    order = np.argsort(-confidences)
    n = np.arange(1, len(order) + 1)
    accuracy = np.cumsum(right[order]) / n
    low = accuracy - 1.645 * np.sqrt(accuracy * (1 - accuracy) / n)
    enough = np.flatnonzero((low >= ACCURACY_WANTED) & (n >= _MIN_ABOVE))
    return float(confidences[order[enough[-1]]]) if len(enough) else 1.0
